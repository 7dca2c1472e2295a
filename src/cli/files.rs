//! Writing files whole or not at all.

use super::Failure;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Files to be written after a run, checked before it.
#[derive(Default)]
pub(super) struct Planned {
    /// Files that must stay as they are.
    inputs: Vec<PathBuf>,
    list: Vec<PathBuf>,
}

impl Planned {
    /// Nothing planned yet; `inputs` must not be overwritten.
    pub(super) fn beside(inputs: &[PathBuf]) -> Self {
        Self { inputs: inputs.iter().map(|p| settled(p)).collect(), list: Vec::new() }
    }

    /// Makes sure that `path` can be written, so that no run is lost to a bad path. Makes nothing.
    pub(super) fn add(&mut self, path: &Path) -> Result<(), Failure> {
        let fail = |why: &str, help: &str| {
            let name = path.display();
            Failure::Input(format!("error: cannot write {name}: {why}\nhelp: {help}\n"))
        };
        let other = "choose another name";
        if path.is_dir() {
            return Err(fail("it is a folder", other));
        }
        let place = settled(path);
        if self.inputs.contains(&place) {
            return Err(fail("the study is read from this file", other));
        }
        if self.list.contains(&place) {
            return Err(fail("two outputs have the same name", other));
        }
        if is_device(path) {
            self.list.push(place);
            return Ok(());
        }
        let path = &followed(path);
        let folder = folder(path).ancestors().find(|f| f.exists()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(fail(&format!("{} is a file, not a folder", folder.display()), other));
        }
        let probe = folder.join(temporary(path).file_name().unwrap_or_default());
        let allowed = "choose a folder that you may write to";
        File::create(&probe).map_err(|e| fail(&e.to_string(), allowed))?;
        let _ = fs::remove_file(&probe);
        self.list.push(place);
        Ok(())
    }
}

/// The one name of a file, whether it exists or not.
fn settled(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let known = path.ancestors().find_map(|a| Some((a, a.canonicalize().ok()?)));
    let rest = known.as_ref().and_then(|(ancestor, _)| path.strip_prefix(ancestor).ok());
    match (&known, rest) {
        (Some((_, place)), Some(rest)) if rest.as_os_str().is_empty() => place.clone(),
        (Some((_, place)), Some(rest)) => place.join(rest),
        _ => path,
    }
}

/// The file that a link leads to: it gets the results, and the link stays.
fn followed(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Whether `path` is a terminal, a pipe or the like: it is written to and never replaced.
fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A name beside `path` that no reader mistakes for a result.
fn temporary(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    folder(path).join(format!(".{name}.{}.partial", std::process::id()))
}

/// Writes `text` to a temporary file and renames it: readers see the old file or the new one.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |e| Failure::Input(format!("error: cannot write {}: {e}\n", path.display()));
    if is_device(path) {
        return fs::write(path, text).map_err(failed);
    }
    let path = &followed(path);
    let temporary = temporary(path);
    let written = (|| {
        fs::create_dir_all(folder(path))?;
        let mut file = File::create(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    })();
    written.map_err(|e| {
        let _ = fs::remove_file(&temporary);
        failed(e)
    })
}
