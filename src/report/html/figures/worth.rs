//! What clauses add to the value, and when rights are exercised.

use super::{Figure, keyed, mark};
use crate::report::html::table::Data;
use crate::report::html::text::escape;
use crate::report::svg::{Axis, Chart, Shape, Ticks, hits, rounded};
use crate::results::appraisal::Appraisal;
use crate::stats::Estimate;
use crate::words::{units, usd};

/// Shares of the clauses one on the other up to what they are worth together; nothing for a single
/// clause.
pub(in crate::report::html) fn waterfall(a: &Appraisal) -> String {
    let shares: Option<Vec<Estimate>> = a.clauses.iter().map(|clause| clause.share).collect();
    let Some(shares) = shares.filter(|shares| shares.len() > 1) else { return String::new() };
    let mut level = 0.0;
    let mut steps = Vec::new();
    let mut texts = Vec::new();
    for (k, (clause, share)) in a.clauses.iter().zip(&shares).enumerate() {
        let (from, to) = (level, level + share.value);
        let x = k as f64;
        steps.push((x + 0.15, from.min(to), from.max(to)));
        steps.push((x + 0.85, from.min(to), from.max(to)));
        texts.push((x + 0.5, format!("{}: {}", clause.name.replace('_', " "), usd(share.value))));
        level = to;
    }
    let last = shares.len() as f64;
    texts.push((last + 0.5, format!("together: {}", usd(level))));
    let bars = steps.chunks(2).map(|pair| mark("fan wide", Shape::Band(pair.to_vec())));
    let mut marks: Vec<_> = bars.collect();
    let whole = vec![(last + 0.15, 0.0, level), (last + 0.85, 0.0, level)];
    marks.push(keyed("fan near", Shape::Band(whole), "together"));
    let names: Vec<String> = a
        .clauses
        .iter()
        .enumerate()
        .map(|(k, clause)| format!("{} {}", k + 1, clause.name.replace('_', " ")))
        .collect();
    let caption = format!(
        "Shares of the value, one on the other, up to what the clauses are worth together. From the left: {}.",
        names.join(", ")
    );
    let highest = shares.iter().scan(0.0, |sum, s| {
        *sum += s.value;
        Some(*sum)
    });
    let highest = highest.fold(level, f64::max);
    let chart = Chart {
        id: "waterfall".into(),
        title: "What each clause adds".into(),
        description: caption.clone(),
        x: Axis { title: "clause".into(), range: (0.0, last + 1.0), ticks: Ticks::Whole },
        y: Axis {
            title: "value, USD".into(),
            range: rounded((0.0, highest.max(1e-9)), 5),
            ticks: Ticks::Money,
        },
        marks,
        ends: Vec::new(),
        hits: hits(texts),
    };
    let mut data = Data::new();
    data.column("Clause", a.clauses.iter().map(|clause| clause.name.clone()));
    data.estimates("Share, USD", shares.iter().map(|share| Some(*share)));
    let note = "Shares are the mean over all orders in which the clauses could be added.".into();
    Figure { chart, caption: escape(&caption), data, note }.render_full()
}

/// The fan of the load against units and triggers, month by month; nothing without a right.
pub(in crate::report::html) fn triggers(a: &Appraisal) -> String {
    if a.windows.is_empty() {
        return String::new();
    }
    let at = |month: usize| month as f64;
    let fan =
        a.months_table.iter().map(|m| (at(m.month), m.load[0].value, m.load[2].value)).collect();
    let middle = a.months_table.iter().map(|m| (at(m.month), m.load[1].value)).collect();
    let mean = a.months_table.iter().map(|m| (at(m.month) - 0.5, at(m.month) + 0.5, m.units.value));
    let never =
        a.months_table.iter().map(|m| (at(m.month) - 0.5, at(m.month) + 0.5, m.units_never));
    let points: Vec<(f64, f64)> = a
        .windows
        .iter()
        .flat_map(|w| w.rights.iter().flat_map(move |r| r.triggers.iter().map(move |t| (w, t))))
        .map(|(window, t)| (at(window.month), t.load))
        .collect();
    let highest =
        a.months_table.iter().map(|m| m.load[2].value.max(m.units_never)).fold(0.0, f64::max);
    let last = a.months_table.len() as f64;
    let caption = "Load that is not exceeded in 10, 50 and 90 of 100 futures, units if nothing is exercised and their mean under the fitted policy. Dots are triggers: exercise where the load of the closed month is on the named side.".to_owned();
    let chance = |month: usize| {
        let window = a.windows.iter().find(|w| w.month == month);
        let rights = window.into_iter().flat_map(|w| &w.rights).map(|r| {
            format!(
                "; {} exercised in {:.1} %",
                r.clause.replace('_', " "),
                100.0 * r.probability.value
            )
        });
        rights.collect::<String>()
    };
    let text = |m: &crate::results::appraisal::MonthUnits| {
        let units = units((100.0 * m.units.value).round() / 100.0);
        (at(m.month), format!("month {}: mean units {units}{}", m.month, chance(m.month)))
    };
    let chart = Chart {
        id: "triggers".into(),
        title: "When to exercise".into(),
        description: caption.clone(),
        x: Axis { title: "month".into(), range: (0.5, last + 0.5), ticks: Ticks::Whole },
        y: Axis {
            title: format!("load, {}", a.unit),
            range: rounded((0.0, 1.05 * highest), 5),
            ticks: Ticks::Number,
        },
        marks: vec![
            keyed("fan wide", Shape::Band(fan), "load in 80 of 100 futures"),
            keyed("ln limit", Shape::Line(middle), "its median"),
            keyed("ln s-pr", Shape::Step(never.collect()), "units, nothing exercised"),
            keyed("ln s-hy", Shape::Step(mean.collect()), "mean units"),
            keyed("dots", Shape::Dots(points), "triggers"),
        ],
        ends: Vec::new(),
        hits: hits(a.months_table.iter().map(text).collect()),
    };
    let note = "Loads are from 8,192 paths.".into();
    Figure { chart, caption: escape(&caption), data: months(a), note }.render_full()
}

/// Loads and units month by month.
fn months(a: &Appraisal) -> Data {
    let mut data = Data::new();
    data.column("Month", a.months_table.iter().map(|m| m.month.to_string()));
    for (k, name) in ["Load P10", "P50", "P90"].into_iter().enumerate() {
        data.estimates(name, a.months_table.iter().map(move |m| Some(m.load[k])));
    }
    data.estimates("Mean units", a.months_table.iter().map(|m| Some(m.units)));
    data
}
