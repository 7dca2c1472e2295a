//! The bytes of a partial result.
//!
//! ```text
//! magic (16 bytes, ends with the format's version), then records:
//!   length of the content, u64 little-endian
//!   checksum: blake3 of the checksum before (of the magic at first) and the content
//!   content: a `Record` as postcard, which keeps floats to the bit
//! ```
//!
//! Records are only ever appended, so a process may die at any moment: what was complete stays
//! valid, and a resumed run cuts off what was not. The checksums form a chain: records cannot be
//! left out, exchanged or taken from another file. The last record of a finished file says so.

use super::header::Header;
use crate::simulate::{SeriesId, Share};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// First bytes of every partial result. The version counts up when older files cannot be read.
const MAGIC: [u8; 16] = *b"waterline part/4";

/// Bytes of the magic before the version.
const NAME: usize = 15;

/// Bytes of a record before its content.
const PREFIX: u64 = 8 + 32;

#[derive(Deserialize)]
enum Record {
    /// Always the first.
    Header(Header),
    /// Consecutive units of some series.
    Chunk(Vec<SeriesId>, Share),
    /// Always the last.
    End,
}

/// A [`Record`] that is written without being copied first.
#[derive(Serialize)]
enum Written<'a> {
    Header(&'a Header),
    Chunk(&'a [SeriesId], &'a Share),
    End,
}

/// Consecutive units of some series, in a file.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// The series.
    pub ids: Vec<SeriesId>,
    /// The units.
    pub units: Range<u64>,
    content: Range<u64>,
}

/// What a file holds, read and checked.
#[derive(Clone, Debug)]
pub struct Contents {
    /// Where it is.
    pub path: PathBuf,
    /// Whose it is.
    pub header: Header,
    /// What it has, in the order in which it was written.
    pub chunks: Vec<Chunk>,
    /// Whether it was finished.
    pub finished: bool,
    /// Whether nothing follows the last valid record.
    pub clean: bool,
    /// Where a resumed run goes on, and the checksum there.
    end: u64,
    chain: [u8; 32],
}

/// Why a file is no partial result.
#[derive(Debug)]
pub enum Unreadable {
    /// The operating system says so.
    Io(io::Error),
    /// It is something else.
    Foreign,
    /// Another version of waterline wrote it.
    Version,
    /// It begins as a partial result and breaks off before it says whose.
    Damaged,
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Unreadable {
    /// What is wrong with the file, and what to do about it.
    #[must_use]
    pub fn explain(&self) -> (String, &'static str) {
        match self {
            Self::Io(e) if e.kind() == io::ErrorKind::NotFound => {
                ("cannot be read: there is no such file".into(), "check the path")
            }
            Self::Io(e) => (format!("cannot be read: {e}"), "check the file and its permissions"),
            Self::Foreign => (
                "is not a partial result of waterline".into(),
                "name files that `waterline run --shard` or `--checkpoint` wrote",
            ),
            Self::Version => (
                "was written by another version of waterline".into(),
                "use the same version for all parts of a run, or run it again",
            ),
            Self::Damaged => ("is damaged".into(), "run this part again"),
        }
    }
}

fn checksum(chain: [u8; 32], content: &[u8]) -> [u8; 32] {
    *blake3::Hasher::new().update(&chain).update(content).finalize().as_bytes()
}

fn first_chain() -> [u8; 32] {
    *blake3::hash(&MAGIC).as_bytes()
}

/// The next record's content, if a valid one follows.
fn next_content(input: &mut impl Read, left: u64, chain: [u8; 32]) -> io::Result<Option<Vec<u8>>> {
    if left < PREFIX {
        return Ok(None);
    }
    let (mut length, mut expected) = ([0; 8], [0; 32]);
    input.read_exact(&mut length)?;
    input.read_exact(&mut expected)?;
    // A broken length must not ask for memory that no file fills.
    let length = u64::from_le_bytes(length);
    if length > left - PREFIX {
        return Ok(None);
    }
    let mut content = vec![0; length as usize];
    input.read_exact(&mut content)?;
    Ok((checksum(chain, &content) == expected).then_some(content))
}

fn check_magic(input: &mut impl Read) -> Result<(), Unreadable> {
    let mut magic = Vec::new();
    input.take(MAGIC.len() as u64).read_to_end(&mut magic)?;
    if magic == MAGIC {
        Ok(())
    } else if MAGIC.starts_with(&magic) {
        Err(Unreadable::Damaged)
    } else if magic.get(..NAME) == Some(&MAGIC[..NAME]) {
        Err(Unreadable::Version)
    } else {
        Err(Unreadable::Foreign)
    }
}

impl Contents {
    /// Reads a file through, one record at a time, and checks it up to the first that is not valid.
    ///
    /// # Errors
    /// Where there is no partial result.
    pub fn read(path: &Path) -> Result<Self, Unreadable> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut input = BufReader::new(file);
        check_magic(&mut input)?;
        let mut end = MAGIC.len() as u64;
        let mut chain = first_chain();
        let mut next = |end: &mut u64, chain: &mut [u8; 32]| -> Result<_, Unreadable> {
            let Some(content) = next_content(&mut input, size - *end, *chain)? else {
                return Ok(None);
            };
            let Ok(record) = postcard::from_bytes::<Record>(&content) else { return Ok(None) };
            *chain = checksum(*chain, &content);
            let from = *end + PREFIX;
            *end = from + content.len() as u64;
            Ok(Some((record, from..*end)))
        };
        let Some((Record::Header(header), _)) = next(&mut end, &mut chain)? else {
            return Err(Unreadable::Damaged);
        };
        let (mut chunks, mut finished, mut valid) = (Vec::new(), false, end);
        // Whoever goes on with the file goes on before the mark of its end.
        let (mut resume, mut resume_chain) = (end, chain);
        while let Some((record, content)) = next(&mut end, &mut chain)? {
            let Record::Chunk(ids, share) = record else {
                finished = matches!(record, Record::End);
                valid = end;
                break;
            };
            chunks.push(Chunk { ids, units: share.units, content });
            (valid, resume, resume_chain) = (end, end, chain);
        }
        let clean = valid == size;
        let path = path.to_owned();
        Ok(Self { path, header, chunks, finished, clean, end: resume, chain: resume_chain })
    }

    /// Whether it is all that it was meant to be.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.finished && self.clean
    }

    /// Reads a chunk; `None` if the file is not any more what it was.
    ///
    /// # Errors
    /// Of the operating system.
    pub fn load(&self, chunk: &Chunk) -> io::Result<Option<Share>> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(chunk.content.start))?;
        let mut content = Vec::new();
        file.take(chunk.content.end - chunk.content.start).read_to_end(&mut content)?;
        match postcard::from_bytes(&content) {
            Ok(Record::Chunk(ids, share)) if ids == chunk.ids && share.units == chunk.units => {
                Ok(Some(share))
            }
            _ => Ok(None),
        }
    }
}

/// A partial result that is being written.
pub struct Journal {
    path: PathBuf,
    file: File,
    chain: [u8; 32],
}

/// Another process that writes the same file would end in a mixture.
fn locked(file: File) -> io::Result<File> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            Err(io::Error::new(io::ErrorKind::WouldBlock, "another run is writing this file"))
        }
        // Some file systems know no locks.
        _ => Ok(file),
    }
}

impl Journal {
    /// Begins a file.
    ///
    /// # Errors
    /// Of the operating system.
    pub fn create(path: &Path, header: &Header) -> io::Result<Self> {
        let options = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        let mut file = locked(options?)?;
        file.set_len(0)?;
        file.write_all(&MAGIC)?;
        let mut journal = Self { path: path.to_owned(), file, chain: first_chain() };
        journal.append(&Written::Header(header))?;
        Ok(journal)
    }

    /// Goes on with a file after its last valid record.
    ///
    /// # Errors
    /// Of the operating system.
    pub fn resume(contents: &Contents) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).open(&contents.path)?;
        let mut file = locked(file)?;
        file.set_len(contents.end)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { path: contents.path.clone(), file, chain: contents.chain })
    }

    /// Adds units, safe on disk when this returns.
    ///
    /// # Errors
    /// Of the operating system.
    pub fn add(&mut self, ids: &[SeriesId], share: &Share) -> io::Result<()> {
        self.append(&Written::Chunk(ids, share))
    }

    /// Marks the file as finished and gives it its name.
    ///
    /// # Errors
    /// Of the operating system.
    pub fn finish(mut self, name: &Path) -> io::Result<()> {
        self.append(&Written::End)?;
        self.file.sync_all()?;
        std::fs::rename(&self.path, name)?;
        // The new name is safe once its folder is; not all systems let a folder be opened.
        let folder = name.parent().filter(|p| !p.as_os_str().is_empty());
        if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
            let _ = folder.sync_all();
        }
        Ok(())
    }

    /// What to say when it cannot be written.
    #[must_use]
    pub fn complaint(&self, error: &io::Error) -> String {
        format!("cannot write {}: {error}", self.path.display())
    }

    fn append(&mut self, record: &Written<'_>) -> io::Result<()> {
        let content = postcard::to_stdvec(record).map_err(io::Error::other)?;
        let chain = checksum(self.chain, &content);
        let length = (content.len() as u64).to_le_bytes();
        self.file.write_all(&[&length[..], &chain].concat())?;
        self.file.write_all(&content)?;
        self.file.sync_data()?;
        self.chain = chain;
        Ok(())
    }
}
