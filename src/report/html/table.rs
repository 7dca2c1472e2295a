//! Tables: the one under each figure, and those of the page.

use super::text::{error, escape, exact};
use crate::results::Summary;
use crate::stats::Estimate;

/// A table of numbers: what a figure shows, exact enough to draw it again.
pub(super) struct Data {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Data {
    pub(super) fn new() -> Self {
        Self { head: Vec::new(), rows: Vec::new() }
    }

    /// Adds a column of plain cells.
    pub(super) fn column(&mut self, title: &str, cells: impl Iterator<Item = String>) {
        self.head.push(escape(title));
        self.fill(cells);
    }

    /// Adds a column of estimates and one of their standard errors.
    pub(super) fn estimates(
        &mut self,
        title: &str,
        cells: impl Iterator<Item = Option<Estimate>> + Clone,
    ) {
        self.column(title, cells.clone().map(|e| e.map_or_else(String::new, |e| exact(e.value))));
        self.head.push("&plusmn;".into());
        self.fill(cells.map(|e| e.map_or_else(String::new, |e| error(e.standard_error))));
    }

    /// Adds the mean and the quantiles of distributions; all have the levels of the first.
    pub(super) fn summaries(&mut self, title: &str, cells: &[Option<&Summary>]) {
        let column = cells.iter();
        self.estimates(&format!("{title}, mean"), column.clone().map(|s| s.map(|s| s.mean)));
        let first = cells.iter().flatten().next();
        for level in first.iter().flat_map(|s| &s.quantiles).map(|q| q.level) {
            let name = format!("P{}", (100.0 * level).round());
            self.estimates(&name, column.clone().map(|s| s.and_then(|s| s.quantile(level))));
        }
    }

    fn fill(&mut self, cells: impl Iterator<Item = String>) {
        let column = self.head.len() - 1;
        for (i, cell) in cells.enumerate() {
            if i == self.rows.len() {
                self.rows.push(vec![String::new(); column]);
            }
            self.rows[i].push(cell);
        }
        for row in &mut self.rows {
            row.resize(column + 1, String::new());
        }
    }

    /// The table, folded until asked for; `note` says what its columns mean.
    pub(super) fn render(&self, summary: &str, note: &str) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let head: String = self.head.iter().map(|h| column_head(h)).collect();
        let row = |cells: &Vec<String>| {
            let cells: String = cells.iter().map(|c| cell(&escape(c))).collect();
            format!("<tr>{cells}</tr>\n")
        };
        let rows: String = self.rows.iter().map(row).collect();
        format!(
            "<details><summary>{}</summary>\n<p class=\"small\">{}</p>\n\
             <div class=\"scroll\" tabindex=\"0\"><table class=\"data\"><thead><tr>{head}</tr></thead>\n\
             <tbody>\n{rows}</tbody></table></div></details>\n",
            escape(summary),
            escape(note)
        )
    }
}

fn column_head(html: &str) -> String {
    format!("<th scope=\"col\">{html}</th>")
}

fn cell(html: &str) -> String {
    format!("<td>{html}</td>")
}

/// A table of the page, with the name of each row in its first cell; all HTML already.
pub(super) fn plain(class: &str, head: &[&str], rows: &[Vec<String>]) -> String {
    let head: String = head.iter().map(|h| column_head(h)).collect();
    let row = |cells: &Vec<String>| {
        let (name, rest) = cells.split_first().map_or(("", [].as_slice()), |(n, r)| (n, r));
        let rest: String = rest.iter().map(|c| cell(c)).collect();
        format!("<tr><th scope=\"row\">{name}</th>{rest}</tr>\n")
    };
    let rows: String = rows.iter().map(row).collect();
    format!(
        "<div class=\"scroll\" tabindex=\"0\"><table class=\"{class}\"><thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n"
    )
}

/// Terms and what is said of each; both HTML already.
pub(super) fn terms(class: &str, pairs: &[(String, String)]) -> String {
    let one =
        |(term, text): &(String, String)| format!("<div><dt>{term}</dt><dd>{text}</dd></div>\n");
    let body: String = pairs.iter().map(one).collect();
    format!("<dl class=\"{class}\">\n{body}</dl>\n")
}
