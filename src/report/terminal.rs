//! The answer and the tables that fit a screen.

pub mod appraisal;
pub mod bench;
pub mod explain;
mod layout;
pub mod replay;
pub mod versus;

use crate::facts::Warning;
use crate::measure::Measure;
use crate::results::{Results, SizeResult, Sizing, StrategyResult};
use crate::stats::Estimate;
use crate::words::{count, months, percent, units, usd};
use layout::{Align, Grid, bar, wrap};

/// How the terminal can be used.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// Whether it shows block characters.
    pub unicode: bool,
    /// Whether it shows colors.
    pub color: bool,
}

/// The report as text.
#[must_use]
pub fn render(results: &Results, style: Style) -> String {
    let width = style.width.clamp(60, 110);
    let mut out = String::new();
    let mut section = |text: String| {
        if !text.is_empty() {
            out.push_str(&text);
            out.push('\n');
        }
    };
    section(heading(results));
    section(bold(&wrap(&results.answer.sentence, width), style));
    section(strategies(results, width));
    for sizing in chosen_first(results) {
        section(sizes(results, sizing, Style { width, ..style }));
    }
    section(break_even(results, width));
    section(warnings(&results.warnings, width));
    section(how(results, width));
    out
}

fn bold(text: &str, style: Style) -> String {
    if style.color { format!("\u{1b}[1m{text}\u{1b}[0m\n") } else { format!("{text}\n") }
}

fn heading(results: &Results) -> String {
    let facts = &results.facts;
    let title = if facts.title.is_empty() { "Study" } else { &facts.title };
    let from = facts.start.as_ref().map_or(String::new(), |s| format!(" from {s}"));
    let contract = facts.contract.first().cloned().unwrap_or_default();
    format!("{title}: {}{from}; {contract}\n", months(facts.months))
}

/// The strategies side by side.
fn strategies(results: &Results, width: usize) -> String {
    let mut grid = Grid::new(&[
        ("", Align::Left),
        (&results.facts.unit, Align::Right),
        ("mean cost", Align::Right),
        ("+-", Align::Right),
        ("P50", Align::Right),
        ("P90", Align::Right),
        ("CVaR 95", Align::Right),
        ("waste", Align::Right),
        ("overflow", Align::Right),
        ("used", Align::Right),
        ("beats", Align::Right),
    ]);
    for s in &results.strategies {
        grid.row(strategy_row(s, results.answer.strategy == s.strategy));
    }
    let mut out = grid.render();
    for line in [present_values(results), over_budget(results), standard_errors(results)] {
        if !line.is_empty() {
            out.push_str(&wrap(&line, width));
            out.push('\n');
        }
    }
    out
}

fn strategy_row(s: &StrategyResult, chosen: bool) -> Vec<String> {
    let cost = s.measure(Measure::Cost);
    let at = |p: f64| cost.quantile(p).map_or_else(String::new, |e| usd(e.value));
    let commits = s.units > 0.0;
    let only = |text: String| if commits { text } else { String::new() };
    vec![
        format!("{}{}", s.title, if chosen { " *" } else { "" }),
        only(units(s.units)),
        usd(cost.mean.value),
        usd(cost.mean.standard_error),
        at(0.5),
        at(0.9),
        cost.cvar95.map_or_else(String::new, |e| usd(e.value)),
        only(usd(s.measure(Measure::Waste).mean.value)),
        usd(s.measure(Measure::OverflowSpend).mean.value),
        only(percent(s.measure(Measure::Utilization).mean.value)),
        only(percent(s.beats_on_demand.value)),
    ]
}

/// A figure of each strategy in a line, such as `on-demand $310k, hybrid $294k`.
fn each(results: &Results, figure: impl Fn(&StrategyResult) -> String) -> String {
    let one = |s: &StrategyResult| format!("{} {}", s.title.to_lowercase(), figure(s));
    results.strategies.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn present_values(results: &Results) -> String {
    if results.facts.discount_rate == 0.0 {
        return String::new();
    }
    let rate = percent(results.facts.discount_rate);
    let values = each(results, |s| usd(s.measure(Measure::PresentValue).mean.value));
    format!("Present value at {rate}, mean: {values}.")
}

fn over_budget(results: &Results) -> String {
    let Some(budget) = results.facts.budget_usd else { return String::new() };
    let chances = each(results, |s| {
        let chance = s.over_budget.map_or_else(String::new, |e| percent(e.value));
        format!("{chance} ({})", usd(s.measure(Measure::Overspend).mean.value))
    });
    format!(
        "Chance of exceeding the budget of {} (mean overspend over all futures): {chances}.",
        usd(budget)
    )
}

/// The largest standard errors of the columns that show none.
fn standard_errors(results: &Results) -> String {
    let largest = |of: &dyn Fn(&StrategyResult) -> Option<Estimate>| {
        let errors = results.strategies.iter().filter_map(|s| of(s).map(|e| e.standard_error));
        errors.fold(0.0, f64::max)
    };
    let quantile =
        |p: f64| usd(largest(&move |s: &StrategyResult| s.measure(Measure::Cost).quantile(p)));
    format!(
        "Standard errors: mean +-; P50 {}, P90 {}, CVaR {}, waste and overflow {}, shares {} at most.",
        quantile(0.5),
        quantile(0.9),
        usd(largest(&|s| s.measure(Measure::Cost).cvar95)),
        usd(largest(&|s| Some(s.measure(Measure::Waste).mean))
            .max(largest(&|s| Some(s.measure(Measure::OverflowSpend).mean)))),
        percent(
            largest(&|s| Some(s.beats_on_demand))
                .max(largest(&|s| s.over_budget))
                .max(largest(&|s| Some(s.measure(Measure::Utilization).mean)))
        ),
    )
}

/// Sizings with the recommended strategy's first.
fn chosen_first(results: &Results) -> Vec<&Sizing> {
    let mut all: Vec<&Sizing> = results.sizing.iter().collect();
    all.sort_by_key(|s| s.strategy != results.answer.strategy);
    // On-demand has no sizes: then the best commitment is of interest, the hybrid one.
    if results.answer.strategy == "on_demand" {
        all.reverse();
    }
    all.truncate(1);
    all
}

/// Cost against size, as rows with bars.
fn sizes(results: &Results, sizing: &Sizing, style: Style) -> String {
    const ROWS: usize = 15;
    let given = Some(results.answer.units).filter(|_| results.answer.units_given);
    let rows = spread_rows(sizing, given, ROWS);
    let value = |s: &SizeResult| s.objective.unwrap_or(s.present_value).value;
    let costs = || rows.iter().map(|&i| value(&sizing.sizes[i]));
    let (low, high) =
        (costs().fold(f64::INFINITY, f64::min), costs().fold(f64::NEG_INFINITY, f64::max));
    let budget = results.facts.budget_usd.is_some();
    let mut grid = Grid::new(&[
        (&results.facts.unit, Align::Right),
        ("cost", Align::Right),
        ("P90", Align::Right),
        ("waste", Align::Right),
        (if budget { "over budget" } else { "" }, Align::Right),
        ("too big in", Align::Right),
        ("", Align::Left),
        ("", Align::Left),
    ]);
    let room = style.width.saturating_sub(60).clamp(10, 40);
    for &i in &rows {
        let size = &sizing.sizes[i];
        let share = if high > low { (value(size) - low) / (high - low) } else { 0.0 };
        let inside = size.units >= sizing.band.0 - 1e-9 && size.units <= sizing.band.1 + 1e-9;
        let mark = match (size.units == sizing.best_units, inside) {
            (true, _) if sizing.feasible => "best",
            (true, _) => "nearest",
            _ if given == Some(size.units) => "as given",
            (_, true) => "about as good",
            _ => "",
        };
        grid.row(vec![
            units(size.units),
            usd(value(size)),
            size.cost.quantile(0.9).map_or_else(String::new, |e| usd(e.value)),
            usd(size.waste.mean.value),
            size.over_budget.map_or_else(String::new, |e| percent(e.value)),
            percent(too_big(sizing, i)),
            bar(share, room, style.unicode),
            mark.into(),
        ]);
    }
    let title = sizing.strategy.replace('_', " ");
    let head = format!("Cost against size, {title} ({}):", results.facts.objective);
    let mut out = format!("{}\n{}", wrap(&head, style.width), grid.render());
    if sizing.feasible {
        out.push_str(&wrap(&certainty(sizing, &results.facts.unit), style.width));
        out.push('\n');
    }
    out
}

/// Share of futures in which hindsight would choose a smaller size than that of row `i`.
fn too_big(sizing: &Sizing, i: usize) -> f64 {
    let smaller = sizing.sizes[..i].iter().map(|s| s.best_in_futures.value);
    smaller.fold(0.0, |sum, share| sum + share).min(1.0)
}

/// What the simulation's own error leaves open about the best size.
fn certainty(sizing: &Sizing, unit: &str) -> String {
    let (low, high) = (units(sizing.interval.0), units(sizing.interval.1));
    let best = units(sizing.best_units);
    if low == high {
        return format!(
            "More paths would not move the best size from {best} {unit} (95 % sure); other inputs may."
        );
    }
    format!(
        "More paths could move the best size of {best} within {low} to {high} {unit} (95 % sure)."
    )
}

/// Evenly spread rows that hold the ends and the best size.
fn spread_rows(sizing: &Sizing, given: Option<f64>, most: usize) -> Vec<usize> {
    let n = sizing.sizes.len();
    let at = |units: f64| sizing.sizes.iter().position(|s| s.units == units);
    let best = at(sizing.best_units).unwrap_or(0);
    let (first, last) = (sizing.sizes[0].units, sizing.sizes[n - 1].units);
    // By units, because the settled sizes crowd around the best.
    let mut rows: Vec<usize> = (0..most)
        .map(|k| {
            let at = first + (last - first) * k as f64 / (most - 1) as f64;
            sizing.sizes.partition_point(|s| s.units < at - 1e-9).min(n - 1)
        })
        .chain([best])
        .chain(given.and_then(at))
        .collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}

fn break_even(results: &Results, width: usize) -> String {
    let b = &results.break_even;
    let unit = &results.facts.unit;
    let mut out = if b.utilization_over_term <= 1.0 {
        format!(
            "Committed capacity ({unit}) pays above {} utilization (at the first month's prices {}).\n",
            percent(b.utilization_over_term),
            percent(b.utilization_first_month)
        )
    } else {
        let price = percent(b.utilization_over_term);
        let start = format!("Committed capacity ({unit})");
        if results.answer.pays_all_the_same() {
            format!(
                "{start} by itself costs {price} of its tokens' on-demand price: what pays is what signing changes besides.\n"
            )
        } else {
            format!("{start} never pays: it costs {price} of its tokens' on-demand price.\n")
        }
    };
    for m in b.months.iter().filter(|m| m.strategy == results.answer.strategy) {
        out.push_str(&match m.month {
            Some(1) => {
                "Its mean cumulated cost is below on-demand from the first month on.\n".to_owned()
            }
            Some(month) => {
                format!("Its mean cumulated cost stays below on-demand from month {month} on.\n")
            }
            None => "Its mean cumulated cost never stays below on-demand.\n".to_owned(),
        });
    }
    if let Some(r) = &results.refund {
        let exit = match r.full_exit_after_month {
            Some(0) => "all of it from the start".to_owned(),
            Some(month) => format!("all that remains from month {} on", month + 1),
            None => "never all that remains".to_owned(),
        };
        out.push_str(&format!(
            "Way out (not in the costs): the refund rule lets you cancel {} in 12 months, of {} at full fees: {exit}.\n",
            usd(r.limit_usd),
            usd(r.commitment_usd)
        ));
    }
    if let Some(v) = &results.facts.vendor_sizing {
        out.push_str(&format!(
            "For comparison, the vendor's formula buys {} {unit} for the 95 % hour of today's load and {} for its peak.\n",
            units(v.p95_units),
            units(v.peak_units)
        ));
    }
    out.lines().map(|line| wrap(line, width) + "\n").collect()
}

fn warnings(list: &[Warning], width: usize) -> String {
    if list.is_empty() {
        return String::new();
    }
    let mut out = String::from("Be careful:\n");
    for w in list {
        let text = format!("- {}. It may mean: {}. Try: {}.", w.seen, w.may_mean, w.advice);
        out.push_str(&wrap(&text, width).replace('\n', "\n  "));
        out.push('\n');
    }
    out
}

fn how(results: &Results, width: usize) -> String {
    let run = &results.run;
    let meets = results.sizing.iter().any(|s| s.feasible);
    let star = match (results.answer.units_given, meets) {
        (true, _) => "as given",
        (false, true) => "recommended",
        (false, false) => "nearest to the condition",
    };
    let points = if run.sampler == "sobol" {
        format!("quasi-random paths in {} replicates", run.replicates)
    } else {
        "pseudo-random paths".to_owned()
    };
    let control =
        run.control.as_ref().map_or_else(String::new, |c| format!(", {}", c.sentence(None)));
    let text = format!(
        "* {star}; +- is the standard error of the mean; \"used\" is utilization; \"beats\" is the chance of costing less than on-demand; \"too big in\" is the share of futures in which hindsight would choose a smaller size. {} {points}{control}, seed {}; study {}.",
        count(run.paths),
        run.seed,
        &results.facts.study_hash[..results.facts.study_hash.len().min(12)]
    );
    let stopped = run.stopping.as_ref().map(|s| wrap(&s.sentence, width) + "\n");
    stopped.unwrap_or_default() + &wrap(&text, width)
}

/// `84% +- 0.2%`, for progress lines.
#[must_use]
pub fn with_error(estimate: Estimate) -> String {
    format!("{} +- {}", usd(estimate.value), usd(estimate.standard_error))
}
