//! Which columns of a usage file hold what.

use super::Tokens;
use crate::input::findings::{Findings, Place, did_you_mean};
use crate::input::study_file::HistoryTable;

/// Positions of the columns.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub timestamp: usize,
    pub values: Values,
    /// Column and value that a row must have.
    pub filter: Vec<(usize, String)>,
    /// Fields of a row.
    width: usize,
    names: Vec<(&'static str, String)>,
    /// Columns that speak of the cache and have no role.
    idle: Vec<String>,
}

/// How tokens are spread over columns.
#[derive(Clone, Debug)]
pub(super) enum Values {
    /// Uncached input, cached input, output.
    Split([Option<usize>; 3]),
    /// All input, cached input, output.
    Input([Option<usize>; 3]),
    /// Input and output together, and the share of output.
    Total(usize, f64),
    /// Capacity units.
    Load(usize),
}

/// Usual names of columns, taken if the study names none; letters and digits alone count.
const USUAL: [(&str, &[&str]); 5] = [
    ("uncached_input", &["uncachedinputtokens", "uncachedinput", "uncachedprompttokens"]),
    (
        "cached_input",
        &[
            "cachedinputtokens",
            "cachereadinputtokens",
            "cachedinput",
            "cachedtokens",
            "cachedprompttokens",
            "promptcachedtokens",
            "inputcachedtokens",
        ],
    ),
    ("input", &["inputtokens", "prompttokens", "processedprompttokens", "inputtokencount"]),
    ("output", &["outputtokens", "completiontokens", "generatedtokens", "outputtokencount"]),
    ("total", &["totaltokens", "tokentransaction"]),
];

/// The letters and digits of a name, in lower case: `Prompt Tokens` is `prompt_tokens`.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}

impl Columns {
    pub(super) fn in_units(&self) -> bool {
        matches!(self.values, Values::Load(_))
    }

    /// `output: completion_tokens`, for the facts.
    pub(super) fn describe(&self) -> Vec<String> {
        self.names.iter().map(|(role, name)| format!("{role}: {name}")).collect()
    }

    /// Columns that look as if they held cached tokens, and are not read.
    pub(super) fn idle(&self) -> &[String] {
        &self.idle
    }

    /// Whether every value is a count of tokens as it stands in the file.
    pub(super) fn counts(&self) -> bool {
        matches!(self.values, Values::Split(_) | Values::Input(_))
    }

    /// The tokens of a row, from a function that reads a column.
    pub(super) fn tokens(&self, mut read: impl FnMut(usize) -> f64) -> Tokens {
        let mut value = |column: Option<usize>| column.map_or(0.0, &mut read);
        match self.values {
            Values::Split(columns) => columns.map(value),
            Values::Input([input, cached, output]) => {
                let (input, cached) = (value(input), value(cached));
                [input - cached, cached, value(output)]
            }
            Values::Total(total, output_share) => {
                let total = value(Some(total));
                [total * (1.0 - output_share), 0.0, total * output_share]
            }
            Values::Load(column) => [value(Some(column)), 0.0, 0.0],
        }
    }

    /// What is wrong with a row as a whole, and what to do about it.
    pub(super) fn misfit(
        &self,
        record: &csv::StringRecord,
    ) -> Option<(&'static str, &'static str)> {
        let swallows = |field: &str| field.contains(['\n', '\r']);
        let used = self.numeric().into_iter().chain([self.timestamp]);
        let odd = record.len() != self.width && record.iter().any(swallows);
        if odd || used.filter_map(|column| record.get(column)).any(swallows) {
            return Some(("a quote that is not closed", "close the quote, or take it out"));
        }
        match record.len() {
            n if n > self.width => Some((
                "more fields than the header",
                "put numbers with a comma in quotes, or write them with a point and without \
                 separators",
            )),
            n if n < self.width => {
                Some(("fewer fields than the header", "complete the row, or leave it out"))
            }
            _ => None,
        }
    }

    /// All columns that must hold numbers.
    pub(super) fn numeric(&self) -> Vec<usize> {
        match self.values {
            Values::Split(columns) | Values::Input(columns) => {
                columns.into_iter().flatten().collect()
            }
            Values::Total(column, _) | Values::Load(column) => vec![column],
        }
    }
}

/// Finds the columns; what is missing or contradictory goes to `findings`.
pub(super) fn find(
    table: &HistoryTable,
    text: &str,
    source: usize,
    place: &Place,
    findings: &mut Findings,
) -> Option<Columns> {
    let before = findings.list.len();
    let headers = headers(table, text);
    let line = Place { source, span: 0..text.lines().next().map_or(0, str::len) };
    if headers.iter().any(|h| h.contains(['\n', '\r'])) {
        let help = "close the quote, or take it out";
        let message = "the header has a quote that is not closed";
        findings.error("history-column", "workload.history.file", Some(line), message, help);
        return None;
    }
    if headers.iter().all(String::is_empty) {
        let message = "the usage file is empty";
        findings.error(
            "history-empty",
            "workload.history.file",
            Some(place.clone()),
            message,
            "export it again",
        );
        return None;
    }
    let mut finder = Finder { headers: &headers, line, findings, names: Vec::new() };
    let timestamp = finder.need("timestamp", &table.timestamp);
    let filter: Vec<(usize, String)> = table
        .filter
        .iter()
        .filter_map(|(column, value)| Some((finder.need("filter", column)?, value.clone())))
        .collect();
    // One column alone is a wrong separator, or no table at all: one finding is enough.
    let values = if headers.len() > 1 || timestamp.is_some() { finder.values(table) } else { None };
    if values.is_some() {
        finder.each_once();
    }
    let names = finder.names;
    if findings.list.len() > before {
        return None;
    }
    let width = headers.len();
    let cached = names.iter().any(|(role, _)| *role == "cached_input");
    let idle = |h: &&String| {
        !cached && plain(h).contains("cach") && !names.iter().any(|(_, name)| name == *h)
    };
    let idle = headers.iter().filter(idle).cloned().collect();
    Some(Columns { timestamp: timestamp?, values: values?, filter, width, names, idle })
}

fn headers(table: &HistoryTable, text: &str) -> Vec<String> {
    let mut reader = super::rows::reader(table, text);
    let headers = reader.headers().cloned().unwrap_or_default();
    headers.iter().map(|h| h.trim().to_owned()).collect()
}

struct Finder<'a> {
    headers: &'a [String],
    /// The header line.
    line: Place,
    findings: &'a mut Findings,
    names: Vec<(&'static str, String)>,
}

impl Finder<'_> {
    fn at(&mut self, role: &'static str, name: &str) -> Option<usize> {
        let at = self.headers.iter().position(|h| h == name)?;
        self.names.push((role, name.to_owned()));
        Some(at)
    }

    /// The position of a column that must be there.
    fn need(&mut self, role: &'static str, name: &str) -> Option<usize> {
        let found = self.at(role, name);
        if found.is_none() {
            let only = &self.headers[0];
            let help = if self.headers.len() == 1 && only.contains([';', '\t', '|']) {
                let mark = only.chars().find(|c| [';', '\t', '|'].contains(c)).unwrap_or(';');
                let mark = format!("{:?}", mark.to_string());
                format!("the columns look separated by {mark}: set `delimiter = {mark}`")
            } else if let Some(near) = did_you_mean(name, self.headers.iter().map(String::as_str)) {
                match role {
                    "filter" => format!("did you mean \"{near}\"?"),
                    _ => format!("if it is \"{near}\", write `{role} = \"{near}\"`"),
                }
            } else if self.headers.iter().any(|h| h.parse::<f64>().is_ok()) {
                "write the names of the columns into the first line".to_owned()
            } else {
                format!("the columns are: {}", self.headers.join(", "))
            };
            let message = format!("the usage file has no column \"{name}\"");
            let field = format!("workload.history.{role}");
            self.findings.error("history-column", field, Some(self.line.clone()), message, help);
        }
        found
    }

    /// A column that is used has one name and one role.
    fn each_once(&mut self) {
        let names = self.names.clone();
        for (i, (role, name)) in names.iter().enumerate() {
            let before = names[..i].iter().find(|(_, n)| n == name);
            let copies = self.headers.iter().filter(|h| *h == name).count();
            let (message, help) = match before {
                Some((other, _)) if *role != "filter" && *other != "filter" => (
                    format!("the column \"{name}\" is to be both `{other}` and `{role}`"),
                    "name a column for each, or leave one out",
                ),
                None if copies > 1 => (
                    format!("the usage file has {copies} columns \"{name}\""),
                    "rename the others in the file",
                ),
                _ => continue,
            };
            let (field, place) = (format!("workload.history.{role}"), Some(self.line.clone()));
            self.findings.error("history-column", field, place, message, help);
        }
    }

    fn values(&mut self, table: &HistoryTable) -> Option<Values> {
        let given =
            [&table.uncached_input, &table.cached_input, &table.input, &table.output, &table.total];
        if let Some(name) = &table.load {
            if given.iter().any(|g| g.is_some()) {
                return self.contradiction(
                    "`load` (in units) and columns of tokens",
                    "name the load or the tokens",
                );
            }
            return self.need("load", name).map(Values::Load);
        }
        if given.iter().all(|g| g.is_none()) {
            return self.usual(table);
        }
        let mut need = |role: &'static str, name: &Option<String>| match name {
            Some(name) => self.need(role, name).map(Some),
            None => Some(None),
        };
        let uncached = need("uncached_input", &table.uncached_input)?;
        let cached = need("cached_input", &table.cached_input)?;
        let input = need("input", &table.input)?;
        let output = need("output", &table.output)?;
        let total = need("total", &table.total)?;
        self.combine(table, uncached, cached, input, output, total)
    }

    /// Columns with usual names.
    fn usual(&mut self, table: &HistoryTable) -> Option<Values> {
        let mut find = |role: &'static str| {
            let (role, names) = USUAL.iter().find(|(r, _)| *r == role)?;
            let named = |name: &str| self.headers.iter().find(|h| plain(h) == name);
            let found = names.iter().find_map(|name| named(name))?;
            self.at(role, found)
        };
        let (uncached, cached) = (find("uncached_input"), find("cached_input"));
        let input = if uncached.is_some() { None } else { find("input") };
        let output = find("output");
        let split = uncached.or(input).is_some();
        let total = if split { None } else { find("total") };
        if !split && total.is_none() {
            let message = "no column of the usage file has a usual name for tokens";
            let help = format!(
                "name the columns: `input = ...`, `output = ...` or `total = ...`; there are: {}",
                self.headers.join(", ")
            );
            self.findings.error(
                "history-column",
                "workload.history",
                Some(self.line.clone()),
                message,
                help,
            );
            return None;
        }
        self.combine(table, uncached, cached, input, output, total)
    }

    fn combine(
        &mut self,
        table: &HistoryTable,
        uncached: Option<usize>,
        cached: Option<usize>,
        input: Option<usize>,
        output: Option<usize>,
        total: Option<usize>,
    ) -> Option<Values> {
        match (uncached, input, total, table.output_share) {
            (None, None, Some(total), Some(share)) if cached.is_none() && output.is_none() => Some(Values::Total(total, share)),
            (None, None, Some(_), None) => self.contradiction(
                "a total without a mix",
                "add `output_share` (and `cached_share`), as in output_share = 0.2",
            ),
            (Some(_), None, None, None) => Some(Values::Split([uncached, cached, output])),
            (None, Some(_), None, None) => Some(Values::Input([input, cached, output])),
            (None, None, None, _) => self.contradiction("no input tokens", "name `input`, `uncached_input` or `total`"),
            _ => self.contradiction(
                "several ways to state the tokens at once",
                "name `uncached_input` with `cached_input`, or `input` with `cached_input`, or `total` with `output_share`",
            ),
        }
    }

    fn contradiction<T>(&mut self, what: &str, help: &str) -> Option<T> {
        let message = format!("[workload.history] gives {what}");
        self.findings.error(
            "ambiguous",
            "workload.history",
            Some(self.line.clone()),
            message,
            help,
        );
        None
    }
}
