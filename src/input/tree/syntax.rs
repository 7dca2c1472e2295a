//! What to do about a line that is no TOML, for people who have never heard of it.

/// A way out for a mistake of writing in `line`, which the parser calls `message`.
pub(super) fn way_out(message: &str, line: &str) -> &'static str {
    let (key, value) = line.split_once('=').unwrap_or((line, ""));
    let value = value.trim();
    let digits = |text: &str| text.chars().any(|c| c.is_ascii_digit());
    match () {
        () if message.contains("duplicate key") => "keep one of the two",
        () if line.contains(['“', '”', '„', '’', '‘']) => "write straight quotes: \"",
        () if line.trim_start().starts_with(['{', '<']) || key.starts_with("---") => {
            "this is no TOML; `waterline init study.toml` writes a study to start from"
        }
        () if message.starts_with("unclosed") => "close the bracket",
        () if message.contains("basic string") => "close the quote",
        () if !line.contains('=') && key.contains(':') && key.starts_with(char::is_alphabetic) => {
            "write = in place of the colon"
        }
        () if digits(value) && value.contains('%') => "write a share: 0.05 for 5 %",
        () if digits(value) && value.starts_with(['$', '€', '£']) => {
            "write the number alone, in USD"
        }
        () if value.starts_with('.') => "write a zero before the point: 0.5",
        () if value.starts_with(|c: char| c.is_ascii_digit()) && value.contains(',') => {
            "write a number without separators and with a point: 1000 or 0.5"
        }
        () if value.starts_with(|c: char| c.is_alphabetic()) => "put text in quotes",
        () => "write `key = value` in each line: a plain number, or text in quotes",
    }
}
