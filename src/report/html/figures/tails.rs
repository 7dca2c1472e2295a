//! Waste and overspend against size: their means and high percentiles.

use super::size::units_axis;
use super::{Figure, at, keyed, mark};
use crate::report::html::View;
use crate::report::html::table::Data;
use crate::report::html::text::{escape, units, usd};
use crate::report::svg::{Axis, Chart, Shape, Ticks, range, rounded};
use crate::results::{SizeResult, Sizing, Summary};

/// Waste.
pub(super) fn waste(view: &View<'_>, sizing: &Sizing) -> Option<Figure> {
    let title = format!("{}: waste against size", view.strategy_title(&sizing.strategy));
    let taken = size_taken(view, sizing);
    let caption = taken.map_or_else(
        || "What was paid for capacity that did no work.".to_owned(),
        |s| {
            format!(
                "What was paid for capacity that did no work: at {} {} it is {} on average, and more than {} in 10 of 100 futures.",
                units(s.units),
                view.unit(),
                usd(s.waste.mean.value),
                usd(at(&s.waste, 0.9))
            )
        },
    );
    chart(view, sizing, "waste", title, &caption, |s| Some(&s.waste))
}

/// Overspend, where there is a budget.
pub(super) fn overspend(view: &View<'_>, sizing: &Sizing) -> Option<Figure> {
    let budget = view.results.facts.budget_usd?;
    let title = format!("{}: overspend against size", view.strategy_title(&sizing.strategy));
    let taken = size_taken(view, sizing);
    let at_size = taken.and_then(|s| Some((s.units, s.overspend.as_ref()?))).map_or_else(
        String::new,
        |(size, over)| {
            format!(
                ": at {} {} it is {} on average, and more than {} in 10 of 100 futures",
                units(size),
                view.unit(),
                usd(over.mean.value),
                usd(at(over, 0.9))
            )
        },
    );
    let caption = format!("How far the cost exceeds the budget of {}{at_size}.", usd(budget));
    chart(view, sizing, "overspend", title, &caption, |s| s.overspend.as_ref())
}

fn size_taken<'a>(view: &View<'_>, sizing: &'a Sizing) -> Option<&'a SizeResult> {
    let units = view.units_of(&sizing.strategy)?;
    sizing.sizes.iter().find(|s| s.units == units)
}

fn chart(
    view: &View<'_>,
    sizing: &Sizing,
    id: &str,
    title: String,
    caption: &str,
    of: fn(&SizeResult) -> Option<&Summary>,
) -> Option<Figure> {
    let sizes = &sizing.sizes;
    if sizes.len() < 2 {
        return None;
    }
    let line = |value: &dyn Fn(&Summary) -> f64| {
        let points = sizes.iter().map(|s| (s.units, of(s).map_or(f64::NAN, value)));
        points.collect::<Vec<_>>()
    };
    let lines = [
        ("ln p95", line(&|s| at(s, 0.95)), "P95"),
        ("ln p90", line(&|s| at(s, 0.9)), "P90"),
        ("ln p50", line(&|s| at(s, 0.5)), "P50"),
        ("ln mean", line(&|s| s.mean.value), "mean"),
    ];
    let top = range(lines.iter().flat_map(|l| l.1.iter().map(|p| p.1)).chain([0.0])).1;
    let mut marks: Vec<_> = lines
        .into_iter()
        .map(|(class, points, key)| keyed(class, Shape::Line(points), key))
        .collect();
    if let Some(taken) = view.units_of(&sizing.strategy) {
        marks.push(mark("up best", Shape::Upright(taken, units(taken))));
    }
    let chart = Chart {
        id: id.into(),
        title,
        description: caption.into(),
        x: units_axis(view, sizes),
        y: Axis {
            title: format!("{id} over the horizon"),
            range: rounded((0.0, top), 5),
            ticks: Ticks::Money,
        },
        marks,
        ends: Vec::new(),
        hits: Vec::new(),
    };
    let mut data = Data::new();
    data.column("Size", sizes.iter().map(|s| units(s.units)));
    data.summaries(id, &sizes.iter().map(of).collect::<Vec<_>>());
    let note = format!(
        "Size in {}, money in USD; ± is the standard error of the column before.",
        view.unit()
    );
    Some(Figure { chart, caption: escape(caption), data, note })
}
