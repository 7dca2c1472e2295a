//! The fan of the monthly load with the commitment on it.

use super::{Figure, at, keyed, time};
use crate::report::html::View;
use crate::report::html::table::Data;
use crate::report::html::text::{amount, escape, load, percent, units};
use crate::report::svg::{Axis, Chart, End, Hit, Key, Mark, Shape, Ticks, hits, range, rounded};
use crate::results::MonthResult;

pub(super) fn figure(view: &View<'_>) -> Figure {
    let months = &view.results.months;
    let reserved = |m: &MonthResult| {
        m.strategies
            .iter()
            .find(|s| s.strategy == view.chosen.strategy)
            .map_or(0.0, |s| s.reserved_units.value)
    };
    let line = time::steps(months, reserved);
    let pays = paying_level(view);
    let mut marks: Vec<Mark> = Vec::new();
    if view.commits() {
        marks.push(time::filled("water", &line));
    }
    marks.extend(time::fan(months, |m| Some(&m.load)));
    if let Some((_, level)) = pays {
        let points = months.iter().map(|m| (m.month as f64, level * at(&m.load, 0.5))).collect();
        marks.push(keyed("ln pays", Shape::Line(points), "load that is busy long enough to pay"));
    }
    if view.commits() {
        let key = Key::Slim("commitment".into());
        marks.push(Mark { class: "ln waterline", shape: Shape::Step(line.clone()), key });
    }
    let tops = months.iter().map(|m| at(&m.load, 0.95)).chain(line.iter().map(|s| s.2));
    let top = range(tops.chain([0.0])).1;
    let unit = view.unit();
    let chart = Chart {
        id: "waterline".into(),
        title: title(view),
        description: description(view),
        x: time::axis(months),
        y: Axis {
            title: format!("mean load of the month, {unit}"),
            range: rounded((0.0, top), 5),
            ticks: Ticks::Number,
        },
        marks,
        ends: ends(view, line.last().map_or(0.0, |s| s.2)),
        hits: pointers(view, &reserved),
    };
    Figure {
        chart,
        caption: caption(view, pays),
        data: data(view, &reserved),
        note: format!(
            "Load and commitment in {unit}; ± is the standard error of the column before."
        ),
    }
}

fn title(view: &View<'_>) -> String {
    if view.commits() {
        format!(
            "The load of {} futures and the commitment on it",
            crate::words::count(view.results.run.month_paths)
        )
    } else {
        format!(
            "The load of {} futures, without a commitment",
            crate::words::count(view.results.run.month_paths)
        )
    }
}

/// Break-even share of the hours, and the load, relative to the month's mean, that is reached in
/// so many of them; only where it differs from the mean.
fn paying_level(view: &View<'_>) -> Option<(f64, f64)> {
    let share = view.results.break_even.utilization_over_term;
    let level = super::duration::level(&view.results.facts.shape.duration, share)?;
    ((level - 1.0).abs() > 0.02 && level > 0.0).then_some((share, level))
}

fn ends(view: &View<'_>, reserved: f64) -> Vec<End> {
    let Some(last) = view.results.months.last() else { return Vec::new() };
    let end = |at: f64, text: String, class| End { at, text, class };
    let level = |p: f64| at(&last.load, p);
    let mut ends = vec![end(level(0.5), format!("median {}", load(level(0.5))), "c-fan")];
    if level(0.95) > level(0.05) {
        ends.push(end(level(0.95), format!("P95 {}", load(level(0.95))), "c-fan"));
        ends.push(end(level(0.05), format!("P5 {}", load(level(0.05))), "c-fan"));
    }
    if view.commits() {
        let text = format!("{} {}", units(reserved), view.unit());
        let text = if reserved > 0.0 { text } else { "term over".into() };
        ends.push(end(reserved, text, "c-water"));
    }
    ends
}

fn pointers(view: &View<'_>, reserved: &dyn Fn(&MonthResult) -> f64) -> Vec<Hit> {
    let months = &view.results.months;
    if months.len() > time::MOST_HITS {
        return Vec::new();
    }
    let text = |m: &MonthResult| {
        let level = |p: f64| load(at(&m.load, p));
        let spread = format!("median {}, P5 {}, P95 {}", level(0.5), level(0.05), level(0.95));
        (
            m.month as f64,
            format!("{}: load {spread}; committed {}", time::name(m), units(reserved(m))),
        )
    };
    hits(months.iter().map(text).collect())
}

fn description(view: &View<'_>) -> String {
    let months = &view.results.months;
    let (Some(first), Some(last)) = (months.first(), months.last()) else { return String::new() };
    let spread = |m: &MonthResult| {
        let level = |p: f64| load(at(&m.load, p));
        format!(
            "a median of {} (P5 {}, P95 {}) in {}",
            level(0.5),
            level(0.05),
            level(0.95),
            time::name(m)
        )
    };
    format!("The load goes from {} to {}. {}", spread(first), spread(last), advice(view))
}

fn advice(view: &View<'_>) -> String {
    if view.commits() {
        format!("The commitment is {} {}.", units(view.chosen.units), view.unit())
    } else {
        "Nothing is committed.".into()
    }
}

fn caption(view: &View<'_>, pays: Option<(f64, f64)>) -> String {
    let fan = "Each month's mean load: half of the futures lie in the inner band, 90 of 100 in the outer one.";
    let line = if view.commits() {
        format!(
            "The commitment of <b>{}</b> carries what lies below its line; load above it overflows, and where load falls below it, paid units stand idle.",
            amount(view.chosen.units, &view.unit())
        )
    } else {
        "Nothing is committed, so that there is no line to draw.".to_owned()
    };
    let why = match pays {
        Some((share, _)) => format!(
            "Load moves within a month, too: a unit pays only if it is busy {} of the time, and the dotted line is the load that a median month reaches that often.",
            escape(&percent(share))
        ),
        None => String::new(),
    };
    format!("{fan} {line} {why}")
}

fn data(view: &View<'_>, reserved: &dyn Fn(&MonthResult) -> f64) -> Data {
    let months = view.results.months.iter();
    let mut data = Data::new();
    data.column("Month", months.clone().map(time::name));
    data.column("Committed", months.clone().map(|m| units(reserved(m))));
    data.summaries("Load", &months.map(|m| Some(&m.load)).collect::<Vec<_>>());
    data
}
