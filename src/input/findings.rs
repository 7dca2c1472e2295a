//! What is wrong with an input, where it stands, and what to do about it.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::ops::Range;

/// A text that values come from: a file, or an argument of the command line.
#[derive(Clone, Debug)]
pub struct Source {
    /// Name as the user knows it.
    pub name: String,
    /// The text.
    pub text: String,
}

/// All texts of a study, by position.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// Adds a text and returns its position.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> usize {
        self.list.push(Source { name: name.into(), text: text.into() });
        self.list.len() - 1
    }

    /// Gives the text of that name another name: who wrote it knows it as that.
    pub fn rename(&mut self, name: &str, text: &str, to: &str) {
        for source in &mut self.list {
            if source.name == name && source.text == text {
                to.clone_into(&mut source.name);
            }
        }
    }

    /// The text at a position.
    #[must_use]
    pub fn get(&self, index: usize) -> &Source {
        &self.list[index]
    }
}

/// A stretch of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Position in [`Sources`].
    pub source: usize,
    /// Bytes.
    pub span: Range<usize>,
}

/// Whether a finding stops the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is run.
    Error,
    /// The run goes on; the results repeat it.
    Warning,
}

/// Something found in an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether it stops the run.
    pub severity: Severity,
    /// Stable identifier, as in `unknown-key`.
    pub code: &'static str,
    /// What was found and what was expected.
    pub message: String,
    /// The field, as in `contract.clauses[0].annual`.
    pub field: String,
    /// Where it stands, if it stands anywhere.
    pub place: Option<Place>,
    /// What to do.
    pub help: String,
}

impl Finding {
    /// Whether both say the same of the same field.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        (self.code, &self.field, &self.message) == (other.code, &other.field, &other.message)
    }
}

/// All findings of an input with the texts they point into.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// The texts.
    pub sources: Sources,
    /// In the order of discovery.
    pub list: Vec<Finding>,
}

impl Findings {
    /// Whether anything stops the run.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|f| f.severity == Severity::Error)
    }

    /// Adds an error.
    pub fn error(
        &mut self,
        code: &'static str,
        field: impl Into<String>,
        place: Option<Place>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.list.push(Finding {
            severity: Severity::Error,
            code,
            message: message.into(),
            field: field.into(),
            place,
            help: help.into(),
        });
    }

    /// The findings as text: errors first, in the order of their source, each pointing into it.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut sorted: Vec<&Finding> = self.list.iter().collect();
        let start = |f: &&Finding| f.place.as_ref().map(|p| (p.source, p.span.start));
        sorted.sort_by_key(|f| (f.severity, start(f)));
        let texts = sorted.iter().map(|f| renderer.render(&[self.group(f)]));
        let mut out = texts.collect::<Vec<_>>().join("\n\n");
        out.push('\n');
        out
    }

    fn group<'a>(&'a self, finding: &'a Finding) -> Group<'a> {
        let level = match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(&finding.message).id(finding.code);
        let help = Level::HELP.message(&finding.help);
        match &finding.place {
            None => Group::with_title(title).element(help),
            Some(place) => {
                let source = self.sources.get(place.source);
                let span = within_a_line(&source.text, &place.span);
                let annotation = AnnotationKind::Primary.span(span).label(&finding.field);
                let snippet =
                    Snippet::source(&source.text).path(&source.name).annotation(annotation);
                title.element(snippet).element(help)
            }
        }
    }

    /// `2 errors, 1 warning`.
    #[must_use]
    pub fn count(&self) -> String {
        let errors = self.list.iter().filter(|f| f.severity == Severity::Error).count();
        let warnings = self.list.len() - errors;
        let plural = |n: usize, word: &str| match n {
            0 => None,
            1 => Some(format!("1 {word}")),
            n => Some(format!("{n} {word}s")),
        };
        let parts = [plural(errors, "error"), plural(warnings, "warning")];
        let text: Vec<String> = parts.into_iter().flatten().collect();
        if text.is_empty() { "no findings".into() } else { text.join(", ") }
    }
}

/// The part of `span` in its first line, on whole characters.
fn within_a_line(text: &str, span: &Range<usize>) -> Range<usize> {
    let whole = |at: usize| (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i));
    let start = whole(span.start).unwrap_or(0);
    let line = start + text[start..].find(['\r', '\n']).unwrap_or(text.len() - start);
    start..whole(span.end.min(line)).unwrap_or(0).max(start)
}

/// The known word nearest to what was written, if it is near enough to be meant.
#[must_use]
pub fn did_you_mean<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let near = |word: &str| {
        let distance = edit_distance(written, word);
        let limit = word.len().max(written.len()).div_ceil(3);
        (distance <= limit).then_some(distance)
    };
    let candidates = known.into_iter().filter_map(|word| Some((near(word)?, word)));
    candidates.min().map(|(_, word)| word)
}

/// Insertions, deletions, substitutions and swaps of neighbors that turn `a` into `b`.
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let same = usize::from(a[i - 1] != b[j - 1]);
                let mut best =
                    (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + same);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_offered_and_far_ones_are_not() {
        let known = ["expected_per_year", "volatility_per_month", "jumps"];
        assert_eq!(did_you_mean("expected_per_yaer", known), Some("expected_per_year"));
        assert_eq!(did_you_mean("jump", known), Some("jumps"));
        assert_eq!(did_you_mean("banana", known), None);
        assert_eq!(edit_distance("abcd", "abdc"), 1);
    }
}
