//! Files as text, and in plain words why one cannot be read.

use std::io::{Error, ErrorKind};
use std::path::Path;

/// A file as text.
///
/// # Errors
/// What is wrong, and what to do where the file is there and cannot be used.
pub(super) fn read(path: &Path) -> Result<String, (String, Option<&'static str>)> {
    // Zero bytes are a sign of another encoding.
    let plain = |text: String| {
        if text.contains('\0') { Err(ErrorKind::InvalidData.into()) } else { Ok(text) }
    };
    std::fs::read_to_string(path).and_then(plain).map_err(|error| {
        (format!("cannot read {}: {}", path.display(), reason(&error)), way_out(&error))
    })
}

fn reason(error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => "there is no such file".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::InvalidData => "it is not UTF-8 text".into(),
        ErrorKind::IsADirectory => "it is a folder".into(),
        _ => error.to_string(),
    }
}

fn way_out(error: &Error) -> Option<&'static str> {
    (error.kind() == ErrorKind::InvalidData)
        .then_some("save it as plain text in UTF-8: CSV or TOML, not a workbook")
}
