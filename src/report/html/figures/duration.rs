//! The load-duration curve: how much of the time which load is reached.

use super::{Figure, keyed, mark};
use crate::report::html::View;
use crate::report::html::table::Data;
use crate::report::html::text::{escape, load, percent, units};
use crate::report::svg::{Axis, Chart, Shape, Ticks, range, rounded};

pub(super) fn figure(view: &View<'_>) -> Option<Figure> {
    let shape = &view.results.facts.shape;
    if shape.duration.len() < 2 {
        return None;
    }
    let mean = mean_load(view);
    let curve: Vec<(f64, f64)> = shape.duration.iter().map(|&(s, l)| (s, l * mean)).collect();
    let committed = view.chosen.units;
    let share = view.results.break_even.utilization_over_term;
    let mut marks = Vec::new();
    if view.commits() {
        let zone = |low: fn(f64, f64) -> f64, high: fn(f64, f64) -> f64| {
            Shape::Band(
                curve.iter().map(|&(s, l)| (s, low(l, committed), high(l, committed))).collect(),
            )
        };
        marks.push(keyed("served", zone(|_, _| 0.0, f64::min), "served by the commitment"));
        marks.push(keyed("spilled", zone(|_, k| k, f64::max), "overflow"));
        marks.push(keyed("idle", zone(f64::min, |_, k| k), "idle"));
    }
    marks.push(mark("ln curve", Shape::Line(curve.clone())));
    if view.commits() {
        marks.push(keyed(
            "ln waterline",
            Shape::Level(committed),
            &format!("commitment {}", units(committed)),
        ));
    }
    if (0.0..=1.0).contains(&share) {
        marks.push(mark("up", Shape::Upright(share, format!("break-even {}", percent(share)))));
    }
    let unit = view.unit();
    let top = range(curve.iter().map(|p| p.1).chain([0.0, committed])).1;
    let chart = Chart {
        id: "duration".into(),
        title: "How long each load lasts (load-duration curve)".into(),
        description: caption(view, mean),
        x: Axis {
            title: "share of the time with at least this load".into(),
            range: (0.0, 1.0),
            ticks: Ticks::Share,
        },
        y: Axis {
            title: format!("load, {unit}"),
            range: rounded((0.0, top), 5),
            ticks: Ticks::Number,
        },
        marks,
        ends: Vec::new(),
        hits: Vec::new(),
    };
    let mut data = Data::new();
    data.column("Share of the time", curve.iter().map(|p| percent(p.0)));
    data.column(
        "Load reached, times the mean",
        shape.duration.iter().map(|p| format!("{:.4}", p.1)),
    );
    data.column(&format!("Load reached, {unit}"), curve.iter().map(|p| units(p.1)));
    let note = format!("At the mean load of {} {unit}.", load(mean));
    Some(Figure { chart, caption: escape(&caption(view, mean)), data, note })
}

/// The load, relative to the mean, that is reached in a share of the time; nothing if the share
/// is not one.
pub(super) fn level(curve: &[(f64, f64)], share: f64) -> Option<f64> {
    let pair = curve.windows(2).find(|p| p[0].0 <= share && share <= p[1].0)?;
    let width = pair[1].0 - pair[0].0;
    let part = if width > 0.0 { (share - pair[0].0) / width } else { 0.0 };
    Some(pair[0].1 + part * (pair[1].1 - pair[0].1))
}

/// Mean load over the months with a commitment, or over all if there are none.
fn mean_load(view: &View<'_>) -> f64 {
    let months = &view.results.months;
    let under = |m: &&crate::results::MonthResult| {
        view.in_month(m).is_some_and(|s| s.reserved_units.value > 0.0)
    };
    let loads: Vec<f64> = if months.iter().any(|m| under(&m)) {
        months.iter().filter(under).map(|m| m.load.mean.value).collect()
    } else {
        months.iter().map(|m| m.load.mean.value).collect()
    };
    loads.iter().fold(0.0, |sum, x| sum + x) / loads.len().max(1) as f64
}

fn caption(view: &View<'_>, mean: f64) -> String {
    let share = view.results.break_even.utilization_over_term;
    let unit = view.unit();
    let month = format!("A month with the mean load of {}", of(mean, &unit));
    let Some(level) = level(&view.results.facts.shape.duration, share) else {
        return format!(
            "{month}, its hours in order of load: by itself a committed unit never pays, even one that is always busy."
        );
    };
    let mut text = format!(
        "{month}, its hours in order of load. A unit pays if it is in use at least {} of the time: in this month the first {} are.",
        percent(share),
        of(level * mean, &unit)
    );
    if view.commits() {
        let committed = format!("{} {unit}", units(view.chosen.units));
        text.push_str(&format!(
            " The commitment of {committed} is chosen over all months and futures."
        ));
    }
    text
}

fn of(x: f64, unit: &str) -> String {
    format!("{} {unit}", load(x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_lie_on_the_curve() {
        let curve = [(0.0, 3.0), (0.5, 1.0), (1.0, 0.0)];
        assert_eq!(level(&curve, 0.25), Some(2.0));
        assert_eq!(level(&curve, 1.0), Some(0.0));
        assert_eq!(level(&curve, 1.2), None);
        assert_eq!(level(&curve, f64::NAN), None);
    }
}
