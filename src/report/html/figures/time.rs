//! The axis of months, and fans over it.

use super::{at, keyed, mark};
use crate::report::html::text::{MONTHS, month_name, month_parts};
use crate::report::svg::{Axis, Mark, Shape, Tick, Ticks};
use crate::results::{MonthResult, Summary};

/// Steps between ticks, in months.
const STEPS: [usize; 7] = [1, 3, 6, 12, 24, 60, 120];

/// Most months whose numbers a pointer finds; more strips would be thinner than the pointer.
pub(super) const MOST_HITS: usize = 120;

/// The axis of all months; month `m` lies around `m`.
pub(super) fn axis(months: &[MonthResult]) -> Axis {
    let dated = months.first().is_some_and(|m| m.date.is_some());
    Axis {
        title: if dated { String::new() } else { "month".into() },
        range: (0.5, months.len().max(1) as f64 + 0.5),
        ticks: Ticks::Given(STEPS.map(|step| ticks(months, step)).into()),
    }
}

fn ticks(months: &[MonthResult], step: usize) -> Vec<Tick> {
    let mut ticks: Vec<Tick> = Vec::new();
    for m in months {
        let calendar = m.date.as_deref().and_then(month_parts);
        let at = m.month as f64;
        let first = ticks.is_empty();
        let tick = match calendar {
            None if m.month % step == 0 || m.month == 1 => (m.month.to_string(), String::new()),
            Some((year, month)) if step < 12 && (month - 1) % step == 0 => {
                let below = if first || month == 1 { year.to_owned() } else { String::new() };
                (MONTHS[month - 1][..3].to_owned(), below)
            }
            Some((year, 1))
                if year.parse().is_ok_and(|y: usize| y.is_multiple_of((step / 12).max(1))) =>
            {
                (year.to_owned(), String::new())
            }
            _ => continue,
        };
        ticks.push(Tick { at, label: tick.0, below: tick.1 });
    }
    ticks
}

/// A month as the page names it.
pub(super) fn name(month: &MonthResult) -> String {
    month.date.as_deref().map_or_else(|| format!("month {}", month.month), month_name)
}

/// The fan of a quantity: 90 and 50 of 100 futures, and the median.
pub(super) fn fan<'a>(
    months: &'a [MonthResult],
    of: impl Fn(&'a MonthResult) -> Option<&'a Summary>,
) -> [Mark; 3] {
    let band = |low: f64, high: f64| {
        let ends = months.iter().map(|m| {
            let level = |p: f64| of(m).map_or(f64::NAN, |s| at(s, p));
            (m.month as f64, level(low), level(high))
        });
        Shape::Band(ends.collect())
    };
    let median = months.iter().map(|m| (m.month as f64, of(m).map_or(f64::NAN, |s| at(s, 0.5))));
    [
        keyed("fan wide", band(0.05, 0.95), "90 of 100 futures"),
        keyed("fan narrow", band(0.25, 0.75), "half of the futures"),
        keyed("ln med", Shape::Line(median.collect()), "median"),
    ]
}

/// A level per month over the whole month.
pub(super) fn steps(
    months: &[MonthResult],
    of: impl Fn(&MonthResult) -> f64,
) -> Vec<(f64, f64, f64)> {
    let one = |m: &MonthResult| (m.month as f64 - 0.5, m.month as f64 + 0.5, of(m));
    months.iter().map(one).collect()
}

/// What lies under a level per month, filled.
pub(super) fn filled(class: &'static str, steps: &[(f64, f64, f64)]) -> Mark {
    let corners =
        steps.iter().flat_map(|&(from, to, level)| [(from, 0.0, level), (to, 0.0, level)]);
    mark(class, Shape::Band(corners.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Estimate;

    fn months(start: Option<(usize, usize)>, n: usize) -> Vec<MonthResult> {
        let zero = Estimate::exact(0.0);
        let load = Summary { mean: zero, sd: zero, quantiles: Vec::new(), cvar95: None };
        let month = |i: usize| MonthResult {
            month: i + 1,
            date: start.map(|(year, month)| {
                let m = year * 12 + month - 1 + i;
                format!("{:04}-{:02}", m / 12, m % 12 + 1)
            }),
            load: load.clone(),
            on_demand_price: zero,
            commitment_price: None,
            strategies: Vec::new(),
        };
        (0..n).map(month).collect()
    }

    fn labels(months: &[MonthResult], step: usize) -> Vec<(String, String)> {
        ticks(months, step).into_iter().map(|t| (t.label, t.below)).collect()
    }

    #[test]
    fn years_stand_under_the_first_month_and_januaries() {
        let texts = labels(&months(Some((2026, 11)), 4), 1);
        let text = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let expected = [text("Nov", "2026"), text("Dec", ""), text("Jan", "2027"), text("Feb", "")];
        assert_eq!(texts, expected);
        assert_eq!(
            labels(&months(Some((2026, 11)), 30), 12),
            [text("2027", ""), text("2028", ""), text("2029", "")]
        );
    }

    #[test]
    fn months_without_dates_are_numbered() {
        let texts: Vec<String> = labels(&months(None, 7), 3).into_iter().map(|t| t.0).collect();
        assert_eq!(texts, ["1", "3", "6"]);
        assert_eq!(axis(&months(None, 1)).range, (0.5, 1.5));
    }
}
