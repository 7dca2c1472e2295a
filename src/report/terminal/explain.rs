//! A study as it was understood, in plain words.

use super::Style;
use super::layout::wrap;
use crate::explain::{Entry, ExplainedClause, Explanation, Reading};

/// The explanation as text.
#[must_use]
pub fn render(explanation: &Explanation, style: Style) -> String {
    let page = Page { width: style.width.clamp(60, 110) };
    let title = if explanation.title.is_empty() { "Study" } else { &explanation.title };
    let head = format!("{title}, as it was understood. Lines are those of {}.", explanation.file);
    let mut parts = vec![wrap(&head, page.width) + "\n"];
    for section in &explanation.sections {
        parts.push(page.section(&section.title, &section.entries));
    }
    parts.push(page.clauses(&explanation.clauses));
    parts.push(page.order(explanation));
    parts.push(page.uncertain(explanation));
    parts.push(page.defaults(&explanation.defaults));
    parts.join("\n")
}

/// Where text is laid out.
struct Page {
    width: usize,
}

impl Page {
    /// Text behind a mark, with a hanging indent.
    fn item(&self, mark: &str, text: &str) -> String {
        let indent = mark.chars().count();
        let mut out = String::new();
        for (i, line) in wrap(text, self.width - indent).lines().enumerate() {
            let start = if i == 0 { mark.to_owned() } else { " ".repeat(indent) };
            out.push_str(&format!("{start}{line}\n"));
        }
        out
    }

    fn section(&self, title: &str, entries: &[Entry]) -> String {
        let items: String = entries.iter().map(|e| self.item("  ", &entry(e))).collect();
        format!("{title}\n{items}")
    }

    fn clauses(&self, clauses: &[ExplainedClause]) -> String {
        let mut out = String::from("Clauses\n");
        if clauses.is_empty() {
            out.push_str("  none\n");
        }
        for (i, clause) in clauses.iter().enumerate() {
            let text = format!("{} [{}]", clause.text, clause.source);
            out.push_str(&self.item(&format!("  {}. ", i + 1), &text));
            let mut more = |name: &str, text: &str| {
                if !text.is_empty() {
                    out.push_str(&self.item("     ", &format!("{name}{text}")));
                }
            };
            more("", &clause.effect);
            more("Formula: ", &clause.formula);
            for e in &clause.entries {
                more("- ", &entry(e));
                if let Some(reading) = &e.reading {
                    more("  other readings: ", &others(reading));
                }
            }
            more("Our reading: ", &clause.ambiguity);
            more("Source: ", &clause.origin);
        }
        out
    }

    fn defaults(&self, entries: &[Entry]) -> String {
        let items = entries.iter().map(|e| {
            let field = e.field.as_deref().unwrap_or_default();
            self.item("  ", &format!("{field} = {}{}: {}", e.value, meaning(e), e.what))
        });
        let items: String = items.collect();
        format!("Taken by default, because the study does not say\n{items}")
    }

    fn order(&self, explanation: &Explanation) -> String {
        let mut out = String::from("The order in which a month is settled\n");
        for (i, stage) in explanation.order.iter().enumerate() {
            let numbers: Vec<String> = stage.clauses.iter().map(ToString::to_string).collect();
            let acting = match numbers.len() {
                0 => String::new(),
                1 => format!(" Here: clause {}.", numbers[0]),
                _ => format!(" Here: clauses {}.", numbers.join(", ")),
            };
            let text = format!("{}: {}{acting}", stage.title, stage.words);
            out.push_str(&self.item(&format!("  {}. ", i + 1), &text));
        }
        out
    }

    fn uncertain(&self, explanation: &Explanation) -> String {
        let title = "What differs from future to future; everything else is certain";
        if explanation.uncertain.is_empty() {
            return format!("{title}\n  nothing: there is one future\n");
        }
        self.section(title, &explanation.uncertain)
    }
}

/// `what: value (meaning) [source; field]`.
fn entry(e: &Entry) -> String {
    let field = e.field.as_ref().map_or_else(String::new, |field| format!("; {field}"));
    format!("{}: {}{} [{}{field}]", e.what, e.value, meaning(e), e.source)
}

fn others(reading: &Reading) -> String {
    let all = reading.others.iter().map(|(word, meaning)| format!("{word} ({meaning})"));
    all.collect::<Vec<_>>().join("; ")
}

/// What a chosen word means.
fn meaning(e: &Entry) -> String {
    e.reading.as_ref().map_or_else(String::new, |reading| format!(" ({})", reading.meaning))
}
