//! Cost against size.

use super::{Figure, at, class_of, keyed, mark};
use crate::measure::Measure;
use crate::report::html::table::Data;
use crate::report::html::text::{escape, exact, percent, units, usd};
use crate::report::html::{View, band};
use crate::report::svg::{Axis, Chart, Hit, Mark, Shape, Ticks, hits, range, rounded};
use crate::results::{SizeResult, Sizing};

/// Sizes whose objective exceeds the best by more than so many tolerances are far from a choice.
const NEAR: f64 = 12.0;

/// So many of the nearest sizes are shown at least.
const LEAST: usize = 5;

/// More sizes than this are shown by the line alone.
const MOST_DOTS: usize = 30;

/// The distribution of the cost for each size.
pub(super) fn cost(view: &View<'_>, sizing: &Sizing) -> Option<Figure> {
    let sizes = &sizing.sizes;
    if sizes.len() < 2 {
        return None;
    }
    let on_demand = view.on_demand().measure(Measure::Cost).mean.value;
    let line = |of: &dyn Fn(&SizeResult) -> f64| {
        sizes.iter().map(|s| (s.units, of(s))).collect::<Vec<_>>()
    };
    let band = sizes.iter().map(|s| (s.units, at(&s.cost, 0.1), at(&s.cost, 0.9))).collect();
    let objective = line(&|s| s.objective.map_or(f64::NAN, |e| e.value));
    let mut marks = vec![keyed("fan wide", Shape::Band(band), "P10 to P90 of the cost")];
    marks.extend(indifference(sizing));
    marks.push(keyed("ln s-od", Shape::Level(on_demand), "on-demand, mean"));
    marks.push(keyed(
        class_of(&sizing.strategy),
        Shape::Line(line(&|s| s.cost.mean.value)),
        "mean cost",
    ));
    if differs(sizes) {
        marks.push(keyed("ln objective", Shape::Line(objective), "what is minimized"));
    }
    marks.extend(uprights(view, sizing));
    let costs = sizes.iter().flat_map(|s| [at(&s.cost, 0.1), at(&s.cost, 0.9), s.cost.mean.value]);
    let shown = from_zero(range(costs.chain([on_demand])));
    let title = view.strategy_title(&sizing.strategy);
    let (caption, note) = cost_texts(view, sizing, shown.0);
    let chart = Chart {
        id: format!("cost-{}", sizing.strategy.replace('_', "-")),
        title: format!("{title}: cost against size"),
        description: caption.clone(),
        x: units_axis(view, sizes),
        y: Axis { title: "cost over the horizon".into(), range: shown, ticks: Ticks::Money },
        marks,
        ends: Vec::new(),
        hits: pointers(view, sizes),
    };
    Some(Figure { chart, caption: escape(&caption), data: data(sizing), note })
}

/// A range of costs that starts at zero unless that would squeeze them into the upper part.
fn from_zero((low, high): (f64, f64)) -> (f64, f64) {
    let low = if low >= 0.0 && low < 0.5 * high { 0.0 } else { low };
    rounded((low, high), 5)
}

/// Whether what is minimized is not the mean cost itself.
fn differs(sizes: &[SizeResult]) -> bool {
    let off = |s: &SizeResult| {
        let mean = s.cost.mean.value;
        s.objective.is_some_and(|e| (e.value - mean).abs() > 1e-6 * mean.abs())
    };
    sizes.iter().any(off)
}

/// The indifference band, cut to the sizes shown.
fn indifference(sizing: &Sizing) -> Vec<Mark> {
    let (low, high) = range(sizing.sizes.iter().map(|s| s.units));
    if !sizing.feasible {
        return Vec::new();
    }
    let zone = Shape::Zone(sizing.band.0.max(low), sizing.band.1.min(high));
    vec![keyed("zone", zone, "about as good")]
}

/// The best size, the simulation's interval of it, and the size given if it is another.
fn uprights(view: &View<'_>, sizing: &Sizing) -> Vec<Mark> {
    let mut marks = Vec::new();
    if sizing.feasible {
        let (low, high) = sizing.interval;
        if low < high {
            let bracket = Shape::Bracket(low, high);
            marks.push(keyed("bracket", bracket, "interval of the best size (95%)"));
        }
        let text = format!("best {}", units(sizing.best_units));
        marks.push(mark("up best", Shape::Upright(sizing.best_units, text)));
    }
    let taken = view.units_of(&sizing.strategy).unwrap_or(sizing.best_units);
    if taken != sizing.best_units {
        let text = format!("given {}", units(taken));
        marks.push(mark("up", Shape::Upright(taken, text)));
    }
    marks
}

pub(super) fn units_axis(view: &View<'_>, sizes: &[SizeResult]) -> Axis {
    Axis {
        title: format!("committed {}", view.unit()),
        range: range(sizes.iter().map(|s| s.units)),
        ticks: Ticks::Number,
    }
}

fn pointers(view: &View<'_>, sizes: &[SizeResult]) -> Vec<Hit> {
    let text = |s: &SizeResult| {
        let spread = format!("P10 {}, P90 {}", usd(at(&s.cost, 0.1)), usd(at(&s.cost, 0.9)));
        let size = format!("{} {}", units(s.units), view.unit());
        (s.units, format!("{size}: mean cost {}, {spread}", usd(s.cost.mean.value)))
    };
    hits(sizes.iter().map(text).collect())
}

fn cost_texts(view: &View<'_>, sizing: &Sizing, from: f64) -> (String, String) {
    let unit = view.unit();
    let (low, high) = band(sizing);
    let mut caption = if sizing.feasible {
        format!(
            "The lowest point of what is minimized, {}, is at {} {unit}; between {} and {} {unit} it is at most {} higher.",
            view.results.facts.objective,
            units(sizing.best_units),
            units(low),
            units(high),
            usd(sizing.tolerance_usd)
        )
    } else {
        "No size meets the condition of the study.".to_owned()
    };
    caption.push_str(" In 80 of 100 futures the cost lies in the shaded band.");
    if from != 0.0 {
        caption.push_str(&format!(" The cost axis starts at {}, not at zero.", usd(from)));
    }
    let note = format!(
        "Size in {unit}, money in USD over the horizon. \"Too big in\" is the share of futures in which a smaller size turns out cheaper; ± is the standard error of the column before."
    );
    (caption, note)
}

fn data(sizing: &Sizing) -> Data {
    let sizes = sizing.sizes.iter();
    let mut data = Data::new();
    data.column("Size", sizes.clone().map(|s| units(s.units)));
    data.estimates("Objective", sizes.clone().map(|s| s.objective));
    data.summaries("Cost", &sizes.clone().map(|s| Some(&s.cost)).collect::<Vec<_>>());
    data.estimates("CVaR 95", sizes.clone().map(|s| s.cost.cvar95));
    data.column(
        "Best, given the sampling error",
        sizes.clone().map(|s| percent(s.best_probability)),
    );
    let mut smaller = 0.0;
    let too_big = sizes.map(|s| {
        let share = percent(f64::min(smaller, 1.0));
        smaller += s.best_in_futures.value;
        share
    });
    data.column("Too big in", too_big);
    data
}

/// How much more than the best the sizes near it cost.
pub(super) fn extra(view: &View<'_>) -> Option<Figure> {
    let sizing = *view.sizings().first()?;
    let value = |s: &SizeResult| s.objective.map(|e| e.value);
    let best =
        sizing.sizes.iter().filter_map(value).reduce(f64::min).filter(|_| sizing.feasible)?;
    let points: Vec<(f64, f64)> =
        sizing.sizes.iter().filter_map(|s| Some((s.units, value(s)? - best))).collect();
    let within = sizing.tolerance_usd;
    let mut extras: Vec<f64> = points.iter().map(|p| p.1).collect();
    extras.sort_by(f64::total_cmp);
    let most = extras[extras.len().min(LEAST) - 1].max(NEAR * within);
    let near: Vec<(f64, f64)> = points.iter().copied().filter(|p| p.1 <= most).collect();
    if near.len() < 2 {
        return None;
    }
    let unit = view.unit();
    let caption = format!(
        "How much dearer other sizes are than the best. In the hatched zone it is at most {}: there, other reasons may decide.",
        usd(within)
    );
    let says = |p: &(f64, f64)| (p.0, format!("{} {unit}: {} more", units(p.0), usd(p.1)));
    let chart = Chart {
        id: "extra".into(),
        title: format!("{}: what a wrong size costs", view.strategy_title(&sizing.strategy)),
        description: caption.clone(),
        x: Axis {
            title: format!("committed {unit}"),
            range: range(near.iter().map(|p| p.0)),
            ticks: Ticks::Number,
        },
        y: Axis {
            title: "more than the best size".into(),
            range: rounded(range(near.iter().map(|p| p.1).chain([0.0])), 5),
            ticks: Ticks::Money,
        },
        marks: extra_marks(view, sizing, points, &near),
        ends: Vec::new(),
        hits: hits(near.iter().map(says).collect()),
    };
    let mut data = Data::new();
    data.column("Size", near.iter().map(|p| units(p.0)));
    data.column("More than the best, USD", near.iter().map(|p| exact(p.1)));
    let note = format!(
        "Size in {unit}; differences in {}. All sizes are settled on the same futures.",
        view.results.facts.objective
    );
    Some(Figure { chart, caption: escape(&caption), data, note })
}

fn extra_marks(
    view: &View<'_>,
    sizing: &Sizing,
    points: Vec<(f64, f64)>,
    near: &[(f64, f64)],
) -> Vec<Mark> {
    let within = sizing.tolerance_usd;
    let mut marks = indifference(sizing);
    marks.push(keyed("ln limit", Shape::Level(within), &format!("{} more", usd(within))));
    marks.push(mark(class_of(&sizing.strategy), Shape::Line(points)));
    if near.len() <= MOST_DOTS {
        marks.push(mark("dots", Shape::Dots(near.to_vec())));
    }
    marks.extend(uprights(view, sizing));
    marks
}
