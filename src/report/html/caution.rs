//! Warnings: what was seen, what it may mean, what to try.

use super::section;
use super::text::escape;
use crate::facts::Warning;

pub(super) fn render(warnings: &[Warning]) -> String {
    if warnings.is_empty() {
        return String::new();
    }
    let items: String = warnings.iter().enumerate().map(|(i, w)| item(w, &warnings[..i])).collect();
    section("careful", "Be careful", "", &format!("<ul class=\"warnings\">\n{items}</ul>\n"))
}

/// A warning; the first of its code can be linked to.
fn item(w: &Warning, before: &[Warning]) -> String {
    let first = before.iter().all(|other| other.code != w.code);
    let id = if first { format!(" id=\"w-{}\"", escape(&w.code)) } else { String::new() };
    format!(
        "<li{id}><p><b>{}.</b></p><p><i>May mean:</i> {}.</p><p><i>Try:</i> {}.</p></li>\n",
        escape(&capital(&w.seen)),
        escape(&w.may_mean),
        escape(&w.advice)
    )
}

/// The text with a capital at its start.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}
