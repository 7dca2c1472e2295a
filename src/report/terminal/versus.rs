//! Alternatives against each other, as text.

use super::layout::{Align, Grid, wrap};
use super::{Style, bold, warnings, with_error};
use crate::measure::Measure;
use crate::results::versus::{AlternativeResult, Difference, PartResult, Versus};
use crate::stats::Estimate;
use crate::words::{count, months, percent, units, usd};

/// The comparison as text.
#[must_use]
pub fn render(versus: &Versus, style: Style) -> String {
    let width = style.width.clamp(60, 110);
    let parts = [
        format!("{} on the same futures, {}\n", names(versus), months(versus.months)),
        bold(&wrap(&versus.sentence, width), style),
        alternatives(versus) + &wrap(&standard_errors(versus), width) + "\n",
        budgets(versus, width),
        parts(versus),
        differences(versus),
        warnings(&versus.warnings, width),
        wrap(&how(versus), width) + "\n",
    ];
    let full: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    full.join("\n")
}

/// `a, b and c`.
fn names(versus: &Versus) -> String {
    let names: Vec<&str> = versus.alternatives.iter().map(|s| s.name.as_str()).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// `hybrid 40 PTU`, or for a sum `2 parts`.
pub(in crate::report) fn commitment(s: &AlternativeResult) -> String {
    match &s.parts[..] {
        [only] => of_part(only),
        parts => format!("{} parts", parts.len()),
    }
}

/// `hybrid 40 PTU`, or `on demand`.
pub(in crate::report) fn of_part(s: &PartResult) -> String {
    if s.units == 0.0 {
        return "on demand".into();
    }
    let given = if s.units_given { ", given" } else { "" };
    format!("{} {} {}{given}", s.strategy.replace('_', " "), units(s.units), s.unit)
}

fn alternatives(versus: &Versus) -> String {
    let mut grid = Grid::new(&[
        ("", Align::Left),
        ("commitment", Align::Left),
        ("mean cost", Align::Right),
        ("+-", Align::Right),
        ("P5", Align::Right),
        ("P50", Align::Right),
        ("P95", Align::Right),
        ("CVaR 95", Align::Right),
        ("waste", Align::Right),
        ("saving", Align::Right),
        ("beats", Align::Right),
    ]);
    for s in &versus.alternatives {
        let cost = s.measure(Measure::Cost);
        let at = |p: f64| cost.quantile(p).map_or_else(String::new, |e| usd(e.value));
        grid.row(vec![
            s.name.clone(),
            commitment(s),
            usd(cost.mean.value),
            usd(cost.mean.standard_error),
            at(0.05),
            at(0.5),
            at(0.95),
            cost.cvar95.map_or_else(String::new, |e| usd(e.value)),
            usd(s.measure(Measure::Waste).mean.value),
            usd(s.measure(Measure::Saving).mean.value),
            percent(s.beats_on_demand.value),
        ]);
    }
    grid.render()
}

/// How surely the alternatives that have a budget keep it.
fn budgets(versus: &Versus, width: usize) -> String {
    let chances = versus.alternatives.iter().filter_map(|s| {
        let over = s.over_budget?;
        let overspend = s.measure(Measure::Overspend).mean;
        Some(format!(
            "{} {} (+- {}), by {} on average over all futures",
            s.name,
            percent(over.value),
            percent(over.standard_error),
            with_error(overspend)
        ))
    });
    let chances: Vec<String> = chances.collect();
    if chances.is_empty() {
        return String::new();
    }
    wrap(&format!("Chance of exceeding the budget: {}.", chances.join("; ")), width) + "\n"
}

/// What each part of the sums commits to and pays.
fn parts(versus: &Versus) -> String {
    let sums = versus.alternatives.iter().filter(|s| s.is_sum());
    let tables = sums.map(|s| {
        let title = format!("parts of {}", s.name);
        let mut grid = Grid::new(&[
            (title.as_str(), Align::Left),
            ("commitment", Align::Left),
            ("mean fees", Align::Right),
            ("+-", Align::Right),
            ("mean cost", Align::Right),
            ("+-", Align::Right),
        ]);
        for part in &s.parts {
            let money = [part.fee, part.cost].map(|e| [usd(e.value), usd(e.standard_error)]);
            let names = [part.name.clone(), of_part(part)];
            grid.row(names.into_iter().chain(money.into_iter().flatten()).collect());
        }
        grid.render()
    });
    tables.collect::<Vec<_>>().join("\n")
}

/// The largest standard errors of the columns that show none.
fn standard_errors(versus: &Versus) -> String {
    let largest = |of: &dyn Fn(&AlternativeResult) -> Option<Estimate>| {
        let errors = versus.alternatives.iter().filter_map(|s| of(s).map(|e| e.standard_error));
        errors.fold(0.0, f64::max)
    };
    let quantile = |p: f64| usd(largest(&move |s| s.measure(Measure::Cost).quantile(p)));
    format!(
        "Standard errors: mean +-; P5 {}, P50 {}, P95 {}, CVaR {}, waste {}, saving {}, beats {} at most.",
        quantile(0.05),
        quantile(0.5),
        quantile(0.95),
        usd(largest(&|s| s.measure(Measure::Cost).cvar95)),
        usd(largest(&|s| Some(s.measure(Measure::Waste).mean))),
        usd(largest(&|s| Some(s.measure(Measure::Saving).mean))),
        percent(largest(&|s| Some(s.beats_on_demand))),
    )
}

/// Columns that fit a screen.
const COLUMNS: usize = 4;

/// The differences to the first alternative, a column for each of the others.
fn differences(versus: &Versus) -> String {
    let others =
        versus.alternatives.iter().filter_map(|s| Some((s.name.as_str(), s.difference.as_ref()?)));
    let others: Vec<(&str, &Difference)> = others.collect();
    let tables = others.chunks(COLUMNS).map(|some| {
        let less = format!("less {}", versus.first().name);
        let mut columns = vec![(less.as_str(), Align::Left)];
        columns.extend(some.iter().map(|(name, _)| (*name, Align::Right)));
        let mut grid = Grid::new(&columns);
        let mut row = |title: String, of: &dyn Fn(&Difference) -> String| {
            grid.row(std::iter::once(title).chain(some.iter().map(|(_, d)| of(d))).collect());
        };
        of_measure(versus.decided_by, &mut row);
        if versus.decided_by != Measure::Cost {
            of_measure(Measure::Cost, &mut row);
        }
        row("cheaper in".into(), &|d| share(d.cheaper));
        row("dearer in".into(), &|d| share(d.dearer));
        grid.render()
    });
    tables.collect::<Vec<_>>().join("\n")
}

/// The rows of a measure's differences.
fn of_measure(measure: Measure, row: &mut impl FnMut(String, &dyn Fn(&Difference) -> String)) {
    let title = |what: &str| format!("{}, {what}", measure.glossary()[0].to_lowercase());
    let to = |low: f64, high: f64| format!("{} to {}", usd(low), usd(high));
    let at = |d: &Difference, p: f64| {
        d.measure(measure).quantile(p).map_or_else(String::new, with_error)
    };
    row(title("mean"), &|d| with_error(d.measure(measure).same_future.mean));
    row(title("95% interval of the mean"), &|d| {
        let mean = d.measure(measure).same_future.mean;
        to(mean.low, mean.high)
    });
    row(title("at P50"), &|d| at(d, 0.5));
    row(title("at P95"), &|d| at(d, 0.95));
    row(title("in 90 of 100 futures"), &|d| {
        let end = |p| d.measure(measure).same_future.quantile(p).map_or(f64::NAN, |e| e.value);
        to(end(0.05), end(0.95))
    });
}

fn share(e: Estimate) -> String {
    format!("{} +- {}", percent(e.value), percent(e.standard_error))
}

const SUMS: &str = "A sum's figures are those of its parts' bills added up on each future, so that P95 is one of the sum. ";

fn how(versus: &Versus) -> String {
    let run = &versus.run;
    let points = if run.sampler == "sobol" {
        format!("quasi-random paths in {} replicates", run.replicates)
    } else {
        "pseudo-random paths".to_owned()
    };
    let first = &versus.first().name;
    let sentence = run.control.as_ref().map(|c| format!(", {}", c.sentence(Some(first))));
    let control = sentence.unwrap_or_default();
    let mut hashes: Vec<String> = Vec::new();
    for part in versus.alternatives.iter().flat_map(|s| &s.parts) {
        let hash = format!("{} {}", part.name, &part.study_hash[..part.study_hash.len().min(12)]);
        if !hashes.contains(&hash) {
            hashes.push(hash);
        }
    }
    let sums = if versus.has_sum() { SUMS } else { "" };
    format!(
        "\"saving\" and \"beats\" are against a study's own on-demand cost. Differences are a study less {first}, negative where it is cheaper: mean, 90 of 100 and shares on the same future, P50 and P95 between the distributions. +- is the standard error. {sums}{} {points}{control}, seed {}; studies {}.",
        count(run.paths),
        run.seed,
        hashes.join(", ")
    )
}
