//! Cumulative distributions of the cost.

use super::{Figure, at, class_of, keyed, mark};
use crate::measure::Measure;
use crate::report::html::View;
use crate::report::html::table::Data;
use crate::report::html::text::{escape, percent, usd};
use crate::report::svg::{Axis, Chart, Shape, Ticks, range};
use crate::results::Summary;

pub(super) fn figure(view: &View<'_>) -> Figure {
    let all = &view.results.strategies;
    let mut marks: Vec<_> = all
        .iter()
        .map(|s| keyed(class_of(&s.strategy), Shape::Line(s.cost_curve.clone()), &s.title))
        .collect();
    let budget = view.results.facts.budget_usd;
    let tails = all.iter().flat_map(|s| ends(&s.cost_curve, s.measure(Measure::Cost)));
    let (low, high) = range(tails.chain(budget));
    let room = 0.03 * (high - low);
    let shown = (low - room, high + room);
    if let Some(budget) = budget {
        marks.push(mark("up", Shape::Upright(budget, format!("budget {}", usd(budget)))));
    }
    let caption = caption(view);
    let chart = Chart {
        id: "curves".into(),
        title: "The chance of staying below each cost".into(),
        description: caption.clone(),
        x: Axis { title: "cost over the horizon".into(), range: shown, ticks: Ticks::Money },
        y: share_axis(),
        marks,
        ends: Vec::new(),
        hits: Vec::new(),
    };
    Figure { chart, caption: escape(&caption), data: data(view), note: note() }
}

/// How curves are read.
pub(super) const READ: &str = "The further left a curve, the cheaper; the flatter, the less certain. The cost axis does not start at zero.";

/// What of a curve is to be seen: the outermost futures would squeeze all others.
pub(super) fn ends(curve: &[(f64, f64)], cost: &Summary) -> [f64; 3] {
    let inner = |c: f64| curve.iter().find(|p| p.1 >= c).map_or(f64::NAN, |p| p.0);
    [inner(0.005), at(cost, 0.99), cost.mean.value]
}

/// The axis of a cumulative distribution.
pub(super) fn share_axis() -> Axis {
    Axis { title: "share of futures that cost less".into(), range: (0.0, 1.0), ticks: Ticks::Share }
}

fn caption(view: &View<'_>) -> String {
    let over = view.results.facts.budget_usd.zip(view.chosen.over_budget).map_or_else(
        String::new,
        |(budget, over)| {
            format!(
                " {} stays within the budget of {} in {} of futures.",
                view.chosen.title,
                usd(budget),
                percent(1.0 - over.value)
            )
        },
    );
    format!("{READ}{over}")
}

pub(super) fn note() -> String {
    "Cost in USD that is not exceeded in the stated share of futures; ± is the standard error of the column before.".into()
}

/// The quantiles of each strategy; the curves have too many points for a table to read.
fn data(view: &View<'_>) -> Data {
    let all = &view.results.strategies;
    let levels: Vec<f64> =
        all[0].measure(Measure::Cost).quantiles.iter().map(|q| q.level).collect();
    let mut data = Data::new();
    data.column("Futures", levels.iter().map(|p| percent(*p)));
    for s in all {
        let cost = s.measure(Measure::Cost);
        data.estimates(&s.title, levels.iter().map(|p| cost.quantile(*p)));
    }
    data
}
