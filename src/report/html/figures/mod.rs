//! The figures: each a chart, a sentence on how to read it, and a table of what it shows.

mod curves;
mod duration;
mod history;
mod scaling;
mod size;
mod spend;
mod tails;
mod time;
mod versus;
mod waterline;
mod worth;

pub(super) use history::history;
pub(super) use scaling::scaling;
pub(super) use versus::versus;
pub(super) use worth::{triggers, waterfall};

use super::table::Data;
use super::{View, section};
use crate::report::svg::{Chart, FULL, Key, Mark, SLIM, Shape, WIDE};
use crate::results::Summary;

/// A chart with its caption and table.
struct Figure {
    chart: Chart,
    /// What to read from it; HTML.
    caption: String,
    /// What it shows, in numbers.
    data: Data,
    /// What the columns of the table mean.
    note: String,
}

impl Figure {
    /// The figure in half the width of a large screen.
    fn render(&self) -> String {
        self.place("figure", &[self.chart.render(WIDE), self.chart.render(SLIM)])
    }

    /// The figure over the whole width.
    fn render_full(&self) -> String {
        let layouts = [FULL, WIDE, SLIM].map(|layout| self.chart.render(layout));
        self.place("figure hero", &layouts)
    }

    fn place(&self, class: &str, charts: &[String]) -> String {
        format!(
            "<figure class=\"{class}\" id=\"{}\">\n<h3>{}</h3>\n{}<figcaption>{}</figcaption>\n{}</figure>\n",
            self.chart.id,
            super::escape(&self.chart.title),
            charts.concat(),
            self.caption,
            self.data.render("The figure as a table", &self.note),
        )
    }
}

/// Figures side by side where there is room.
fn grid(figures: impl IntoIterator<Item = Option<Figure>>) -> String {
    let all: String = figures.into_iter().flatten().map(|f| f.render()).collect();
    if all.is_empty() { all } else { format!("<div class=\"grid\">\n{all}</div>\n") }
}

/// The load of the coming months with the commitment on it.
pub(super) fn waterline(view: &View<'_>) -> String {
    section("waterline-section", "The waterline", "", &waterline::figure(view).render_full())
}

/// Why this size.
pub(super) fn why(view: &View<'_>) -> String {
    let figures = [duration::figure(view), size::extra(view)];
    section("why", "Why this size", "", &grid(figures))
}

/// Cost, waste and overspend against size.
pub(super) fn sizes(view: &View<'_>) -> String {
    let sizings = view.sizings();
    let costs = sizings.iter().map(|s| size::cost(view, s));
    let tails = sizings
        .first()
        .map_or_else(Vec::new, |s| vec![tails::waste(view, s), tails::overspend(view, s)]);
    section("sizes", "Cost against size", "", &grid(costs.chain(tails)))
}

/// What may come.
pub(super) fn futures(view: &View<'_>) -> String {
    section(
        "futures",
        "What may come",
        "",
        &grid([Some(curves::figure(view)), Some(spend::figure(view))]),
    )
}

/// A mark without a key.
fn mark(class: &'static str, shape: Shape) -> Mark {
    Mark { class, shape, key: Key::None }
}

/// A mark with a key in both layouts.
fn keyed(class: &'static str, shape: Shape, key: &str) -> Mark {
    Mark { class, shape, key: Key::Always(key.into()) }
}

/// A quantile to draw; what is not known is not drawn.
fn at(summary: &Summary, level: f64) -> f64 {
    summary.quantile(level).map_or(f64::NAN, |e| e.value)
}

/// The class of a strategy's color and dashes.
fn class_of(strategy: &str) -> &'static str {
    match strategy {
        "on_demand" => "ln s-od",
        "provisioned" => "ln s-pr",
        _ => "ln s-hy",
    }
}
