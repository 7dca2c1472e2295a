//! Writing files whole or not at all.

use super::Failure;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Files to be written after a run, checked before it.
#[derive(Default)]
pub(super) struct Planned {
    list: Vec<PathBuf>,
}

impl Planned {
    /// Makes sure that `path` can be written, so that no run is lost to a bad path.
    pub(super) fn add(&mut self, path: &Path) -> Result<(), Failure> {
        let fail =
            |why: &str| Failure::Input(format!("error: cannot write {}: {why}\n", path.display()));
        if path.is_dir() {
            return Err(fail("it is a folder"));
        }
        if self.list.iter().any(|p| p == path) {
            return Err(fail("two outputs have the same name"));
        }
        let folder = folder(path);
        fs::create_dir_all(folder).map_err(|e| fail(&e.to_string()))?;
        let probe = temporary(path);
        File::create(&probe).map_err(|e| fail(&e.to_string()))?;
        let _ = fs::remove_file(&probe);
        self.list.push(path.to_owned());
        Ok(())
    }
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
    let temporary = temporary(path);
    let written = (|| {
        let mut file = File::create(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    })();
    written.map_err(|e| {
        let _ = fs::remove_file(&temporary);
        Failure::Input(format!("error: cannot write {}: {e}\n", path.display()))
    })
}
