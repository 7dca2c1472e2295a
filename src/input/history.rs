//! Usage files: a CSV of token counts per interval becomes a level and a shape.
//!
//! What is odd about a file is reported or handled in a stated way, never passed over: bad
//! timestamps and numbers, negative counts, rows out of order, copies, several rows per interval,
//! missing intervals, local time that skips or repeats an hour, stretches of zeros, single values
//! far beyond all others.

mod clock;
mod columns;
mod rows;

use super::findings::{Findings, Place};
use super::study_file::{HistoryTable, Missing, RelativeTo};
use crate::curve::Course;
use crate::facts::{HistoryFact, Warning};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Tokens of an interval: uncached input, cached input, output; or units in the first place.
pub type Tokens = [f64; 3];

/// A usage file, read and put in order.
#[derive(Clone, Debug)]
pub struct History {
    /// Start of the first interval.
    first: Timestamp,
    /// Length of an interval in minutes.
    minutes: u32,
    /// One entry per interval from the first to the last; `None` where the file has none.
    intervals: Vec<Option<Tokens>>,
    /// What reading it found.
    pub facts: HistoryFact,
    /// What to be careful about.
    pub warnings: Vec<Warning>,
    /// Whether the file states capacity units instead of tokens.
    pub in_units: bool,
}

/// Hours of a billing month.
const MONTH_HOURS: f64 = 730.0;

/// Hours of a week.
const WEEK_HOURS: f64 = 168.0;

/// Reads a usage file; everything wrong goes to `findings`, and `None` comes back with errors.
///
/// `text` is the content of the file called `name`; `place` is where the study names it; `zone` is
/// that of times without one.
#[must_use]
pub fn read(
    table: &HistoryTable,
    zone: TimeZone,
    name: &str,
    text: &str,
    place: &Place,
    findings: &mut Findings,
) -> Option<History> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = findings.sources.add(name, text);
    let before = findings.list.len();
    let columns = columns::find(table, text, source, place, findings)?;
    let rows = rows::read(table, zone, &columns, text, source, findings);
    if findings.list.len() > before {
        return None;
    }
    let history = arrange(table, name, &columns, rows, source, findings)?;
    (findings.list.len() == before).then_some(history)
}

/// Puts rows on the grid of their interval.
fn arrange(
    table: &HistoryTable,
    name: &str,
    columns: &columns::Columns,
    read: rows::Rows,
    source: usize,
    findings: &mut Findings,
) -> Option<History> {
    let mut rows = read.rows;
    let unsorted = rows.windows(2).filter(|w| w[1].time < w[0].time).count();
    rows.sort_by_key(|r| r.time);
    let merged = rows::merge(table.repeated, rows, source, findings)?;
    let rows = merged.rows;
    let minutes = rows::interval_minutes(&rows, source, findings)?;
    rows::check_span(&rows, source, findings)?;
    let first = rows[0].time;
    let index =
        |time: Timestamp| (time.as_second() - first.as_second()) / (i64::from(minutes) * 60);
    let count = index(rows[rows.len() - 1].time) as usize + 1;
    let mut intervals: Vec<Option<Tokens>> = vec![None; count];
    for row in &rows {
        intervals[index(row.time) as usize] = Some(row.tokens);
    }
    let missing = intervals.iter().filter(|i| i.is_none()).count();
    let zeros = rows.iter().filter(|r| r.tokens == [0.0; 3]).count();
    let mut history = History {
        first,
        minutes,
        facts: HistoryFact {
            file: name.to_owned(),
            columns: columns.describe(),
            from: first.to_string(),
            to: String::new(),
            interval_minutes: minutes,
            intervals: rows.len(),
            missing,
            copies: merged.copies,
            added: merged.added,
            unsorted,
            filtered: read.filtered,
            zeros,
            tokens_per_hour: [0.0; 3],
            level_days: 0.0,
            months_relative: Vec::new(),
            days_relative: Vec::new(),
        },
        warnings: Vec::new(),
        in_units: columns.in_units(),
        intervals,
    };
    history.facts.to = history.time(count).to_string();
    history.warn(table);
    if columns.counts() {
        history.warn_fractions();
    }
    history.warn_columns(columns);
    if table.missing == Missing::Zero {
        history.intervals.iter_mut().for_each(|i| *i = Some(i.unwrap_or([0.0; 3])));
    }
    history.measure_level(table, source, findings)?;
    Some(history)
}

impl History {
    fn time(&self, index: usize) -> Timestamp {
        let seconds = index as i64 * i64::from(self.minutes) * 60;
        Timestamp::from_second(self.first.as_second() + seconds).unwrap_or(self.first)
    }

    fn hours(&self) -> f64 {
        f64::from(self.minutes) / 60.0
    }

    /// Today's level: tokens per hour, mean over the last `level_days`.
    fn measure_level(
        &mut self,
        table: &HistoryTable,
        source: usize,
        findings: &mut Findings,
    ) -> Option<()> {
        let span_hours = self.intervals.len() as f64 * self.hours();
        let window =
            ((table.level_days * 24.0).min(span_hours) / self.hours()).round().max(1.0) as usize;
        let from = self.intervals.len() - window;
        let known: Vec<&Tokens> = self.intervals[from..].iter().flatten().collect();
        let whole = Place { source, span: 0..1 };
        if span_hours < 24.0 {
            let message = format!("the file covers {span_hours:.1} hours");
            let help =
                "a load shape needs at least a day; state the load in [workload.tokens] instead";
            findings.error(
                "history-too-short",
                "workload.history.file",
                Some(whole),
                message,
                help,
            );
            return None;
        }
        let mut sum = [0.0; 3];
        for tokens in &known {
            for k in 0..3 {
                sum[k] += tokens[k];
            }
        }
        let hours = known.len() as f64 * self.hours();
        if sum.iter().sum::<f64>() <= 0.0 {
            let message = format!(
                "there are no tokens in the last {:.0} days of the file",
                window as f64 * self.hours() / 24.0
            );
            let help = "check the columns and the filter, or widen `level_days`";
            findings.error("history-empty", "workload.history.file", Some(whole), message, help);
            return None;
        }
        self.facts.level_days = window as f64 * self.hours() / 24.0;
        self.facts.tokens_per_hour = sum.map(|s| s / hours);
        Some(())
    }

    /// Measured load of each interval, relative to the mean of its window, with `weigh` turning
    /// tokens into load; fills the history's charts on the way.
    pub fn course(&mut self, relative_to: RelativeTo, weigh: impl Fn(Tokens) -> f64) -> Course {
        let loads: Vec<Option<f64>> = self.intervals.iter().map(|i| i.map(&weigh)).collect();
        let level = weigh(self.facts.tokens_per_hour.map(|t| t * self.hours()));
        let interval = self.hours();
        let per = |hours: f64| (hours / interval).round().max(1.0) as usize;
        self.facts.months_relative = means(&loads, per(MONTH_HOURS), level);
        self.facts.days_relative = means(&loads, per(24.0), level);
        let window = match relative_to {
            RelativeTo::Month => per(MONTH_HOURS),
            RelativeTo::Week => per(WEEK_HOURS),
            RelativeTo::Whole => loads.len(),
        };
        let mut levels = Vec::new();
        for window in windows(&loads, window, per(WEEK_HOURS)) {
            let known: Vec<f64> = window.iter().flatten().copied().collect();
            let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
            if mean > 0.0 {
                levels.extend(known.iter().map(|x| x / mean));
            }
        }
        Course { levels, hours: interval }
    }

    /// What the careful reader should know about the file.
    fn warn(&mut self, table: &HistoryTable) {
        let facts = self.facts.clone();
        let mut warn = |code: &str, seen: String, may_mean: &str, advice: &str| {
            self.warnings.push(Warning::new(code, seen, may_mean, advice));
        };
        if facts.missing > 0 {
            let treated = match table.missing {
                Missing::Skip => "left out of level and shape",
                Missing::Zero => "counted as zero",
            };
            let seen = format!(
                "{} of {} intervals are missing in {}: {treated}",
                facts.missing,
                facts.intervals + facts.missing,
                facts.file
            );
            warn(
                "history-gaps",
                seen,
                "if they were busy or idle hours, the level is off",
                "fill them, or say what they mean with `missing`",
            );
        }
        if facts.copies > 0 {
            let seen = format!(
                "{} rows of {} are exact copies and were dropped",
                facts.copies, facts.file
            );
            warn("history-copies", seen, "an export that overlaps", "check the export");
        }
        if facts.unsorted > 0 {
            let seen = format!(
                "{} rows of {} stand out of order and were sorted",
                facts.unsorted, facts.file
            );
            warn(
                "history-order",
                seen,
                "several exports in one file",
                "nothing, if the times are right",
            );
        }
        let days = self.intervals.len() as f64 * self.hours() / 24.0;
        if days < 14.0 {
            let seen = format!("the history covers {days:.1} days");
            self.warnings.push(Warning::new(
                "history-short",
                seen,
                "one week may not be like the next; months are not seen at all",
                "collect 30 to 60 days before signing",
            ));
        }
        self.warn_values();
    }

    /// Token counts with fractions: a point may stand for thousands.
    fn warn_fractions(&mut self) {
        let broken = |t: &&Tokens| t.iter().any(|x| x.fract() != 0.0);
        let Some(first) = self.intervals.iter().flatten().find(broken) else { return };
        let count = self.intervals.iter().flatten().filter(broken).count();
        let found = first.iter().find(|x| x.fract() != 0.0).copied().unwrap_or_default();
        let seen = format!(
            "{count} intervals of {} have fractions of tokens, as in {found}",
            self.facts.file
        );
        self.warnings.push(Warning::new(
            "history-fractions",
            seen,
            "points that separate thousands, or counts in thousands or millions",
            "export plain counts of tokens",
        ));
    }

    /// Columns of cached tokens that nobody reads.
    fn warn_columns(&mut self, columns: &columns::Columns) {
        for name in columns.idle() {
            self.warnings.push(Warning::new(
                "history-column-idle",
                format!("the column \"{name}\" of {} is not used", self.facts.file),
                "cached tokens are taken for uncached ones, and the load is too high",
                format!("write `cached_input = \"{name}\"` in [workload.history]"),
            ));
        }
    }

    /// Stretches of zeros and values far beyond the others.
    fn warn_values(&mut self) {
        let sum = |t: &Option<Tokens>| t.map(|t| t.iter().sum::<f64>());
        let totals: Vec<Option<f64>> = self.intervals.iter().map(sum).collect();
        let zeros =
            totals.chunk_by(|a, b| a == b).filter(|run| run[0] == Some(0.0)).map(<[_]>::len).max();
        let longest = zeros.unwrap_or(0) as f64 * self.hours();
        if longest >= 6.0 {
            let seen = format!("{longest:.0} hours in a row have no tokens in {}", self.facts.file);
            self.warnings.push(Warning::new(
                "history-zeros",
                seen,
                "an outage, a collection gap or a system not yet live",
                "remove them, or shorten `level_days` to the live period",
            ));
        }
        let mut known: Vec<f64> = totals.iter().flatten().copied().filter(|x| *x > 0.0).collect();
        known.sort_by(f64::total_cmp);
        let (Some(&highest), Some(&median)) = (known.last(), known.get(known.len() / 2)) else {
            return;
        };
        if highest > 100.0 * median {
            let at = totals.iter().position(|t| *t == Some(highest)).unwrap_or(0);
            let seen = format!(
                "the interval at {} has {:.0} times the median load",
                self.time(at),
                highest / median
            );
            self.warnings.push(Warning::new(
                "history-spike",
                seen,
                "a unit error or a one-off job that no commitment should be sized for",
                "check the row",
            ));
        }
    }
}

/// Windows of `length`, counted back from the end by the clock; a first one shorter than `least` (a
/// week of intervals for shapes) joins its neighbor.
fn windows<T>(values: &[T], length: usize, least: usize) -> Vec<&[T]> {
    let mut starts: Vec<usize> = Vec::new();
    let mut end = values.len();
    while end > 0 {
        let start = end.saturating_sub(length);
        starts.push(start);
        end = start;
    }
    starts.reverse();
    if starts.len() > 1 && starts[1] - starts[0] < least {
        starts.remove(1);
    }
    let ends = starts.iter().skip(1).copied().chain([values.len()]);
    starts.iter().zip(ends).map(|(&a, b)| &values[a..b]).collect()
}

/// Mean of each window of `length` relative to `level`, oldest first; windows without data are
/// left out.
fn means(values: &[Option<f64>], length: usize, level: f64) -> Vec<f64> {
    windows(values, length, 0)
        .into_iter()
        .filter_map(|window| {
            let known: Vec<f64> = window.iter().flatten().copied().collect();
            (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64 / level)
        })
        .collect()
}

#[cfg(test)]
mod tests;
