//! Whether some files are all shards of one run: everything that is wrong, at once.

use super::file::{Contents, Unreadable};
use super::header::{Header, Piece};
use super::library::Library;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Something wrong with a set of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// What.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// A complete set of shards.
#[derive(Debug)]
pub struct Set {
    /// What they belong to; the piece is the first shard's.
    pub header: Header,
    /// What they hold.
    pub library: Library,
}

/// Reads files and looks whether they are all shards of one run, in any order.
///
/// # Errors
/// Everything that is wrong.
pub fn read(paths: &[PathBuf]) -> Result<Set, Vec<Wrong>> {
    let mut wrong = Vec::new();
    let mut shards = Vec::new();
    for path in paths {
        match Contents::read(path) {
            Ok(contents) => shards.extend(shard(contents, &mut wrong)),
            Err(unreadable) => wrong.push(not_read(path, &unreadable)),
        }
    }
    let Some(reference) = reference(&shards) else {
        return Err(wrong);
    };
    let mixed = |s: &Shard| differs(&s.contents.header, &reference);
    for shard in &shards {
        wrong.extend(mixed(shard).map(|why| mixed_up(shard, &why)));
    }
    shards.retain(|s| mixed(s).is_none());
    wrong.extend(gaps_and_doubles(&shards, &reference));
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let files = shards.into_iter().map(|s| s.contents).collect();
    Ok(Set { header: reference, library: Library::new(files) })
}

/// A file that says it is a shard.
struct Shard {
    contents: Contents,
    index: u64,
    usable: bool,
}

impl Shard {
    fn name(&self) -> String {
        format!("{} ({})", self.contents.path.display(), self.contents.header.piece)
    }
}

fn not_read(path: &Path, unreadable: &Unreadable) -> Wrong {
    let (message, help) = unreadable.explain();
    Wrong { message: format!("{} {message}", path.display()), help: help.into() }
}

/// The file as a shard, and whether all of it is there.
fn shard(contents: Contents, wrong: &mut Vec<Wrong>) -> Option<Shard> {
    let Piece::Shard { index, count } = contents.header.piece else {
        wrong.push(Wrong {
            message: format!(
                "{} is the checkpoint of a whole run, not a shard",
                contents.path.display()
            ),
            help: "continue that run with --checkpoint and --resume, and leave the file out here"
                .into(),
        });
        return None;
    };
    // Nothing in a file may be trusted to make sense, even if its checksums do.
    if index >= count {
        wrong.push(not_read(&contents.path, &Unreadable::Damaged));
        return None;
    }
    let shard = Shard { usable: contents.complete(), contents, index };
    if !shard.usable {
        let state = if shard.contents.clean { "unfinished" } else { "damaged" };
        wrong.push(Wrong {
            message: format!("{} is {state}", shard.name()),
            help: run_again(&shard.contents.header, &[index], count, |_| {
                Some(shard.contents.path.clone())
            }),
        });
    }
    Some(shard)
}

/// The header that most files agree with; the first of equals.
fn reference(shards: &[Shard]) -> Option<Header> {
    let headers = || shards.iter().map(|s| &s.contents.header);
    let agreeing = |header: &Header| headers().filter(|h| differs(h, header).is_none()).count();
    let mut best: Option<(usize, &Header)> = None;
    for header in headers() {
        let count = agreeing(header);
        if best.is_none_or(|(most, _)| count > most) {
            best = Some((count, header));
        }
    }
    best.map(|(_, header)| header.clone())
}

/// Why a file is not of the same run and division.
fn differs(header: &Header, reference: &Header) -> Option<String> {
    let mut list = header.differences(reference);
    let count = |header: &Header| match header.piece {
        Piece::Shard { count, .. } => count,
        Piece::Whole => 1,
    };
    if count(header) != count(reference) {
        list.push(format!("one of {} shards, not of {}", count(header), count(reference)));
    }
    (!list.is_empty()).then(|| list.join("; "))
}

fn mixed_up(shard: &Shard, why: &str) -> Wrong {
    Wrong {
        message: format!("{} does not belong to the others: {why}", shard.name()),
        help: "merge the shards of one run only: the same study, options and version".into(),
    }
}

/// Shards that are there twice, and those that are not there.
fn gaps_and_doubles(shards: &[Shard], reference: &Header) -> Vec<Wrong> {
    let Piece::Shard { count, .. } = reference.piece else { return Vec::new() };
    let mut by_index: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for shard in shards {
        let name = shard.contents.path.display().to_string();
        by_index.entry(shard.index).or_default().push(name);
    }
    let doubled =
        by_index.iter().filter(|(_, names)| names.len() > 1).map(|(index, names)| Wrong {
            message: format!(
                "shard {}/{count} is there {} times: {}",
                index + 1,
                names.len(),
                names.join(", ")
            ),
            help: "name each shard once".into(),
        });
    let mut wrong: Vec<Wrong> = doubled.collect();
    // No list of a million names, should a file say that there are so many.
    let missing: Vec<u64> =
        (0..count).filter(|i| !by_index.contains_key(i)).take(MOST_NAMED).collect();
    let all = count - by_index.len() as u64;
    let pattern = Pattern::of(shards);
    if all > 0 {
        let names: Vec<String> = missing.iter().map(|i| format!("{}/{count}", i + 1)).collect();
        let more = if all as usize > missing.len() { ", ..." } else { "" };
        wrong.push(Wrong {
            message: format!(
                "{} missing: {}{more}",
                if all == 1 { "one shard is".to_owned() } else { format!("{all} shards are") },
                names.join(", ")
            ),
            help: run_again(reference, &missing, count, |i| Some(pattern.as_ref()?.path(i))),
        });
    }
    wrong
}

/// Missing shards that a message names.
const MOST_NAMED: usize = 100;

/// How the files of shards are called: in one folder, the same but for a number that counts with the
/// shards.
struct Pattern {
    folder: PathBuf,
    before: String,
    after: String,
    /// The number of the first shard.
    first: u64,
}

impl Pattern {
    /// The pattern of those that are there, if there is one.
    fn of(shards: &[Shard]) -> Option<Self> {
        let first = shards.first()?;
        let fits = |pattern: &Self| {
            shards.iter().all(|shard| pattern.path(shard.index) == shard.contents.path)
        };
        Self::all(first.index, &first.contents.path)?.into_iter().find(fits)
    }

    /// What the name of one shard may be of: a number in it counts from 1, as the names that nobody
    /// chose do, or from 0.
    fn all(index: u64, path: &Path) -> Option<Vec<Self>> {
        let name = path.file_name()?.to_str()?;
        let mut all = Vec::new();
        for first in [1, 0] {
            let number = (index + first).to_string();
            all.extend(name.match_indices(&number).map(|(at, _)| Self {
                folder: path.with_file_name(""),
                before: name[..at].to_owned(),
                after: name[at + number.len()..].to_owned(),
                first,
            }));
        }
        Some(all)
    }

    fn path(&self, index: u64) -> PathBuf {
        let Self { folder, before, after, first } = self;
        folder.join(format!("{before}{}{after}", index + first))
    }
}

/// The commands that make shards again, each in its file where that is known.
fn run_again(
    header: &Header,
    shards: &[u64],
    count: u64,
    file: impl Fn(u64) -> Option<PathBuf>,
) -> String {
    const SHOWN: usize = 4;
    let mut run = format!("waterline run {}", quoted(&header.study));
    for change in &header.overrides {
        run.push_str(&format!(" --set {}", quoted(change)));
    }
    let command = |i: &u64| {
        let file = file(*i).map(|path| quoted(&path.display().to_string()));
        let file = file.map_or_else(String::new, |file| format!(" --shard-file {file}"));
        format!("{run} --shard {}/{count}{file} --resume", i + 1)
    };
    let commands: Vec<String> = shards.iter().take(SHOWN).map(command).collect();
    let tasks: Vec<String> = shards.iter().map(u64::to_string).collect();
    let more = if shards.len() > SHOWN { "\n        and so on" } else { "" };
    format!(
        "run again, then merge:\n        {}{more}\n        in a job array with tasks from 0: --array={}",
        commands.join("\n        "),
        tasks.join(",")
    )
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-=+:,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
