//! The measured load, day by day.

use super::{Figure, keyed, mark};
use crate::facts::HistoryFact;
use crate::report::html::table::Data;
use crate::report::html::text::{escape, figure};
use crate::report::svg::{Axis, Chart, Shape, Ticks, range, rounded};

/// The history relative to the level that was measured in it; nothing without days.
pub(in crate::report::html) fn history(history: &HistoryFact) -> String {
    let days = &history.days_relative;
    if days.is_empty() {
        return String::new();
    }
    let n = days.len() as f64;
    let line: Vec<(f64, f64)> =
        days.iter().enumerate().map(|(i, &x)| (i as f64 + 1.0, x)).collect();
    let steps = line.iter().map(|&(x, y)| (x - 0.5, x + 0.5, y)).collect();
    let first = (n - history.level_days).max(0.0) + 0.5;
    let top = range(days.iter().copied().chain([0.0, 1.0])).1;
    let caption = format!(
        "Each day's mean load from {} to {}, as a share of the level that the futures start from: the mean of the last {} days, hatched.",
        history.from,
        history.to,
        figure(history.level_days)
    );
    let chart = Chart {
        id: "history".into(),
        title: "The measured load, day by day".into(),
        description: caption.clone(),
        x: Axis { title: "day of the history".into(), range: (0.5, n + 0.5), ticks: Ticks::Whole },
        y: Axis {
            title: "load, 100% is the level".into(),
            range: rounded((0.0, top), 5),
            ticks: Ticks::Share,
        },
        marks: vec![
            keyed("zone", Shape::Zone(first, n + 0.5), "days that the level is measured on"),
            mark("ln limit", Shape::Level(1.0)),
            mark("ln med", Shape::Step(steps)),
        ],
        ends: Vec::new(),
        hits: Vec::new(),
    };
    let mut data = Data::new();
    data.column("Day", (1..=days.len()).map(|i| i.to_string()));
    data.column("Load relative to the level", days.iter().map(|x| format!("{x:.4}")));
    let note = "Mean load of the day over the level.".into();
    Figure { chart, caption: escape(&caption), data, note }.render()
}
