//! The rows of a usage file.

use super::Tokens;
use super::clock::Clock;
use super::columns::Columns;
use crate::input::findings::{Findings, Place};
use crate::input::study_file::{HistoryTable, Repeated};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// A row of a usage file.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub time: Timestamp,
    pub tokens: Tokens,
    /// Bytes of the row in the file.
    pub span: std::ops::Range<usize>,
    /// Line of the file, from 1.
    pub line: u64,
}

/// The rows that passed, in file order.
pub(super) struct Rows {
    pub rows: Vec<Row>,
    /// Rows left out by the filter.
    pub filtered: usize,
}

/// Tokens in an interval beyond which a number is a mistake.
const ABSURD: f64 = 1e15;

/// A reader of the file's text.
pub(super) fn reader<'a>(table: &HistoryTable, text: &'a str) -> csv::Reader<&'a [u8]> {
    csv::ReaderBuilder::new()
        .delimiter(u8::try_from(table.delimiter).unwrap_or(b','))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes())
}

/// Problems of rows by kind: how often, and where first.
#[derive(Default)]
struct Troubles {
    kinds: BTreeMap<&'static str, Trouble>,
}

struct Trouble {
    lines: Vec<u64>,
    count: usize,
    span: std::ops::Range<usize>,
    found: String,
    help: &'static str,
}

impl Troubles {
    fn add(
        &mut self,
        kind: &'static str,
        line: u64,
        span: &std::ops::Range<usize>,
        found: &str,
        help: &'static str,
    ) {
        let trouble = self.kinds.entry(kind).or_insert_with(|| Trouble {
            lines: Vec::new(),
            count: 0,
            span: span.clone(),
            // A quote that is never closed swallows the rest of the file.
            found: found.lines().next().unwrap_or("").chars().take(60).collect(),
            help,
        });
        trouble.count += 1;
        if trouble.lines.len() < 5 {
            trouble.lines.push(line);
        }
    }

    fn report(self, source: usize, findings: &mut Findings) {
        for (kind, t) in self.kinds {
            let lines: Vec<String> = t.lines.iter().map(u64::to_string).collect();
            let more = if t.count > t.lines.len() { ", ..." } else { "" };
            let rows = if t.count == 1 { "1 row".into() } else { format!("{} rows", t.count) };
            let message = format!(
                "{rows} with {kind}, first {:?} (line {}{more})",
                t.found,
                lines.join(", ")
            );
            let place = Place { source, span: t.span };
            findings.error("history-row", "workload.history.file", Some(place), message, t.help);
        }
    }
}

/// Reads all rows; bad ones go to `findings`, gathered by kind.
pub(super) fn read(
    table: &HistoryTable,
    zone: TimeZone,
    columns: &Columns,
    text: &str,
    source: usize,
    findings: &mut Findings,
) -> Rows {
    let mut troubles = Troubles::default();
    let mut rows = Rows { rows: Vec::new(), filtered: 0 };
    let mut clock = Clock::new(zone);
    let mut reader = reader(table, text);
    let mut record = csv::StringRecord::new();
    loop {
        let start = reader.position().byte() as usize;
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                troubles.add(
                    "broken CSV",
                    line,
                    &(start..start + 1),
                    &error.to_string(),
                    "repair the quotes of the row",
                );
                continue;
            }
        }
        let line = record.position().map_or(0, csv::Position::line);
        let start = record.position().map_or(start, |p| p.byte() as usize);
        let span = row_span(text, start, reader.position().byte() as usize);
        if let Some((kind, help)) = columns.misfit(&record) {
            troubles.add(kind, line, &span, text.get(span.clone()).unwrap_or(""), help);
            continue;
        }
        let passes = |(column, value): &(usize, String)| record.get(*column) == Some(value);
        if !columns.filter.iter().all(passes) {
            rows.filtered += 1;
            continue;
        }
        if let Some(row) = row(columns, &record, &mut clock, line, &span, &mut troubles) {
            rows.rows.push(row);
        }
    }
    let bad = !troubles.kinds.is_empty();
    troubles.report(source, findings);
    if rows.rows.len() < 2 && !bad {
        too_few(&rows, source, findings);
    }
    rows
}

/// Less than two rows are no history.
fn too_few(rows: &Rows, source: usize, findings: &mut Findings) {
    let left = if rows.filtered > 0 {
        format!("the filter leaves {} of {} rows", rows.rows.len(), rows.rows.len() + rows.filtered)
    } else {
        let count = rows.rows.len();
        format!("the usage file has {count} {} of data", if count == 1 { "row" } else { "rows" })
    };
    let place = Place { source, span: 0..1 };
    findings.error(
        "history-empty",
        "workload.history.file",
        Some(place),
        left,
        "give at least a day of data; check `filter`",
    );
}

/// The bytes of a row without its line end.
fn row_span(text: &str, start: usize, end: usize) -> std::ops::Range<usize> {
    let row = text.get(start..end).unwrap_or("").trim_end();
    start..start + row.len()
}

fn row(
    columns: &Columns,
    record: &csv::StringRecord,
    clock: &mut Clock,
    line: u64,
    span: &std::ops::Range<usize>,
    troubles: &mut Troubles,
) -> Option<Row> {
    let written = record.get(columns.timestamp).unwrap_or("");
    let time = clock.read(written).map_err(|bad| {
        let (kind, help) = bad.words();
        troubles.add(kind, line, span, written, help);
    });
    let mut good = time.is_ok();
    for column in columns.numeric() {
        let written = record.get(column).unwrap_or("");
        let trouble = match written.parse::<f64>() {
            Err(_) if written.is_empty() => Some((
                "an empty count",
                "write 0, or leave the row out and say what missing rows mean",
            )),
            Err(_) if written.contains(',') => Some((
                "a count with commas",
                "write plain numbers, without separators, with a point",
            )),
            Err(_) => Some(("a count that is not a number", "write plain numbers")),
            Ok(x) if x.is_nan() || x.is_infinite() => {
                Some(("a count that is not finite", "write plain numbers"))
            }
            Ok(x) if x < 0.0 => {
                Some(("a negative count", "corrections belong into the hour that they correct"))
            }
            Ok(x) if x > ABSURD => {
                Some(("an absurdly large count", "check the unit: counts are tokens per interval"))
            }
            Ok(_) => None,
        };
        if let Some((kind, help)) = trouble {
            troubles.add(kind, line, span, written, help);
            good = false;
        }
    }
    if !good {
        return None;
    }
    let tokens = columns.tokens(|c| record.get(c).and_then(|x| x.parse().ok()).unwrap_or(0.0));
    if tokens[0] < 0.0 {
        let found = record.iter().collect::<Vec<_>>().join(",");
        troubles.add("more cached input than input", line, span, &found, "`input` holds all input tokens; if it holds the uncached ones, name it `uncached_input`");
        return None;
    }
    Some(Row { time: time.ok()?, tokens, span: span.clone(), line })
}

/// Rows with one per interval.
pub(super) struct Merged {
    pub rows: Vec<Row>,
    pub copies: usize,
    pub added: usize,
}

/// Joins sorted rows of the same time.
pub(super) fn merge(
    repeated: Repeated,
    rows: Vec<Row>,
    source: usize,
    findings: &mut Findings,
) -> Option<Merged> {
    let mut out = Merged { rows: Vec::with_capacity(rows.len()), copies: 0, added: 0 };
    let mut troubles = Troubles::default();
    for row in rows {
        let Some(last) = out.rows.last_mut().filter(|last| last.time == row.time) else {
            out.rows.push(row);
            continue;
        };
        if repeated == Repeated::Add {
            for k in 0..3 {
                last.tokens[k] += row.tokens[k];
            }
            out.added += 1;
        } else if last.tokens == row.tokens {
            out.copies += 1;
        } else {
            let help = "if they are parts (several deployments or keys), set `repeated = \"add\"`; if one is of another model, use `filter`; local times that repeat an hour in autumn need `time_zone`";
            troubles.add(
                "a time that another row has with other counts",
                row.line,
                &row.span,
                &row.time.to_string(),
                help,
            );
        }
    }
    let bad = !troubles.kinds.is_empty();
    troubles.report(source, findings);
    (!bad).then_some(out)
}

/// Years of usage beyond which a date is a typing mistake.
const MOST_YEARS: f64 = 10.0;

/// A history that lasts too long has a wrong date in it: at one of its ends.
pub(super) fn check_span(rows: &[Row], source: usize, findings: &mut Findings) -> Option<()> {
    let (first, last) = (&rows[0], &rows[rows.len() - 1]);
    let years = (last.time.as_second() - first.time.as_second()) as f64 / (365.25 * 86_400.0);
    if years <= MOST_YEARS {
        return Some(());
    }
    // The end that stands alone is the suspect.
    let gap = |pair: &[Row]| pair[1].time.as_second() - pair[0].time.as_second();
    let at_start = gap(&rows[..2]) > gap(&rows[rows.len() - 2..]);
    let suspect = if at_start { first } else { last };
    let message = format!("the times of the file span {years:.0} years (line {})", suspect.line);
    let place = Some(Place { source, span: suspect.span.clone() });
    let help = "check the year of this row, and of the others";
    findings.error("history-span", "workload.history.file", place, message, help);
    None
}

/// The length of an interval: the most common distance of neighboring rows, of which all others
/// must be multiples.
pub(super) fn interval_minutes(
    rows: &[Row],
    source: usize,
    findings: &mut Findings,
) -> Option<u32> {
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for pair in rows.windows(2) {
        *counts.entry(pair[1].time.as_second() - pair[0].time.as_second()).or_default() += 1;
    }
    let place = |row: &Row| Some(Place { source, span: row.span.clone() });
    let field = "workload.history.file";
    let Some((&seconds, _)) = counts.iter().max_by_key(|(seconds, count)| (**count, -**seconds))
    else {
        findings.error(
            "history-empty",
            field,
            place(&rows[0]),
            "the usage file has one interval",
            "give at least a day of data",
        );
        return None;
    };
    if seconds > 3600 {
        let message = format!("the intervals are {} hours long", seconds as f64 / 3600.0);
        let help =
            "hourly data or finer shows when capacity is short; export it with a grain of 1 hour";
        findings.error("history-coarse", field, place(&rows[1]), message, help);
        return None;
    }
    if seconds % 60 != 0 || 3600 % seconds != 0 {
        let message = format!("the intervals are {seconds} seconds long");
        findings.error(
            "history-grid",
            field,
            place(&rows[1]),
            message,
            "use whole minutes that divide an hour: 1, 5, 10, 15, 30 or 60",
        );
        return None;
    }
    let mut troubles = Troubles::default();
    for pair in rows.windows(2) {
        if (pair[1].time.as_second() - rows[0].time.as_second()) % seconds != 0 {
            let help =
                "every row must start a whole number of intervals after the first; round the times";
            troubles.add(
                "a time off the grid of the others",
                pair[1].line,
                &pair[1].span,
                &pair[1].time.to_string(),
                help,
            );
        }
    }
    let bad = !troubles.kinds.is_empty();
    troubles.report(source, findings);
    (!bad).then_some((seconds / 60) as u32)
}
