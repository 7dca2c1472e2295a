//! Cumulative distributions of the cost of several studies.

use super::curves::{READ, ends, note, share_axis};
use super::{Figure, keyed};
use crate::measure::Measure;
use crate::report::html::table::Data;
use crate::report::html::text::{escape, percent};
use crate::report::svg::{Axis, Chart, Shape, Ticks, range};
use crate::results::versus::{AlternativeResult, Versus};

/// Looks of the lines; a chart holds no more of them than can be told apart.
const CLASSES: [&str; 5] = ["ln s-hy", "ln s-od", "ln s-pr", "ln p50", "ln p95"];

/// The chance of staying below each cost, by study.
pub(in crate::report::html) fn versus(versus: &Versus) -> String {
    let shown = &versus.alternatives[..versus.alternatives.len().min(CLASSES.len())];
    let line = |(s, class): (&AlternativeResult, &&'static str)| {
        keyed(class, Shape::Line(s.cost_curve.clone()), &s.name)
    };
    let cost = |s: &AlternativeResult| ends(&s.cost_curve, s.measure(Measure::Cost));
    let (low, high) = range(shown.iter().flat_map(cost));
    let room = 0.03 * (high - low);
    let rest = versus.alternatives.len() - shown.len();
    let caption = match rest {
        0 => READ.to_owned(),
        n => format!("{READ} The last {n} of the studies are in the table alone."),
    };
    let chart = Chart {
        id: "curves".into(),
        title: "The chance of staying below each cost".into(),
        description: caption.clone(),
        x: Axis {
            title: "cost over the horizon".into(),
            range: (low - room, high + room),
            ticks: Ticks::Money,
        },
        y: share_axis(),
        marks: shown.iter().zip(&CLASSES).map(line).collect(),
        ends: Vec::new(),
        hits: Vec::new(),
    };
    let figure = Figure { chart, caption: escape(&caption), data: data(versus), note: note() };
    figure.render_full()
}

/// The quantiles of each study.
fn data(versus: &Versus) -> Data {
    let of = |s: &AlternativeResult| s.measure(Measure::Cost).clone();
    let levels: Vec<f64> = of(versus.first()).quantiles.iter().map(|q| q.level).collect();
    let mut data = Data::new();
    data.column("Futures", levels.iter().map(|p| percent(*p)));
    for study in &versus.alternatives {
        let cost = of(study);
        data.estimates(&study.name, levels.iter().map(|p| cost.quantile(*p)));
    }
    data
}
