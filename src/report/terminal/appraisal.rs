//! What clauses are worth, as text.

use super::layout::{Align, Grid, wrap};
use super::{Style, bold, warnings, with_error};
use crate::results::appraisal::{Appraisal, Menu, Parts, ValueRun, Worth};
use crate::words::{count, months, percent, units, usd};

/// The appraisal as text.
#[must_use]
pub fn render(a: &Appraisal, style: Style) -> String {
    let width = style.width.clamp(60, 110);
    let head = format!(
        "{}{} {} {}, {}, {}\n",
        if a.title.is_empty() { String::new() } else { format!("{}: ", a.title) },
        a.strategy.replace('_', " "),
        units(a.units),
        a.unit,
        a.units_from,
        months(a.months)
    );
    let parts = [
        head,
        bold(&wrap(&a.sentence, width), style),
        clauses(a, width),
        of_parts(&a.parts),
        windows(a),
        rules(a),
        sizes(a, width),
        ceiling(a),
        refund(a, width),
        risk(a),
        sensitivity(a),
        warnings(&a.warnings, width),
        wrap(&how(&a.run, &a.study_hash, a.discount_rate), width) + "\n",
    ];
    let full: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    full.join("\n")
}

/// Lower and upper bound with their standard errors.
fn bounds(worth: &Worth) -> [String; 2] {
    [with_error(worth.lower), worth.upper.map_or_else(String::new, with_error)]
}

fn clauses(a: &Appraisal, width: usize) -> String {
    let mut grid = Grid::new(&[
        ("worth", Align::Left),
        ("at least", Align::Right),
        ("at most", Align::Right),
        ("alone", Align::Right),
        ("beside the others", Align::Right),
        ("share", Align::Right),
    ]);
    let several = a.clauses.len() > 1;
    for clause in &a.clauses {
        let [low, high] = bounds(&clause.alone);
        let mut row = vec![clause.name.replace('_', " ")];
        if several {
            row.extend([String::new(), String::new()]);
            let share = clause.share.map_or_else(String::new, with_error);
            row.extend([with_error(clause.alone.value), with_error(clause.last.value), share]);
        } else {
            row.extend([low, high, String::new(), String::new(), String::new()]);
        }
        grid.row(row);
    }
    if several {
        let [low, high] = bounds(&a.together);
        let mut row = vec!["together".to_owned(), low, high];
        row.resize(6, String::new());
        grid.row(row);
    }
    let mut out = grid.render();
    if several && !a.shares.is_empty() {
        out += &wrap(
            &format!("{}. What clauses are worth alone does not add up where they meet.", a.shares),
            width,
        );
        out.push('\n');
    }
    if let Some(solved) = &a.solved {
        out += &format!(
            "dense dynamic program: {:.6} (the last halving of its grid moved it by {:.6})\n",
            solved.value, solved.moved
        );
    }
    out
}

fn of_parts(parts: &Parts) -> String {
    let mut grid = Grid::new(&[("", Align::Left), ("USD +- standard error", Align::Right)]);
    for (name, value) in [
        ("expected cost without", Some(parts.cost_without)),
        ("expected cost with, under the fitted policy", Some(parts.cost_with)),
        ("intrinsic: the best plan fixed today", parts.intrinsic),
        ("extrinsic: deciding as months close", parts.extrinsic),
        ("crystal ball: who sees the future (no bound)", parts.crystal_ball),
    ] {
        if let Some(value) = value {
            grid.row(vec![name.into(), with_error(value)]);
        }
    }
    grid.render()
}

fn windows(a: &Appraisal) -> String {
    if a.windows.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(&[
        ("after month", Align::Right),
        ("right", Align::Left),
        ("exercised in", Align::Right),
        ("exercise where the month's mean load is", Align::Left),
    ]);
    for window in &a.windows {
        for right in &window.rights {
            let triggers: Vec<String> = right
                .triggers
                .iter()
                .map(|t| {
                    let side = if t.below { "below" } else { "above" };
                    let place = t.ratio.map_or_else(
                        || units(round(t.load)),
                        |ratio| format!("{:.1} % of {}", 100.0 * ratio, units(round(t.units))),
                    );
                    let alike = |share| format!(", as the policy in {}", percent(share));
                    let alike = t.agrees.map_or_else(String::new, alike);
                    format!("{side} {place} (used {}{alike})", t.used)
                })
                .collect();
            grid.row(vec![
                window.month.to_string(),
                right.clause.replace('_', " "),
                percent(right.probability.value),
                listed(&triggers),
            ]);
        }
    }
    grid.render()
}

/// The first triggers, most likely ones first listed by the analysis.
fn listed(triggers: &[String]) -> String {
    const MOST: usize = 2;
    let more = triggers.len().saturating_sub(MOST);
    let text = triggers.iter().take(MOST).cloned().collect::<Vec<_>>().join("; ");
    if more > 0 { format!("{text}; {more} more in the JSON") } else { text }
}

fn round(x: f64) -> f64 {
    (100.0 * x).round() / 100.0
}

fn rules(a: &Appraisal) -> String {
    if a.rules.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(&[
        ("rule: exercise where", Align::Left),
        ("saves", Align::Right),
        ("of the best", Align::Right),
    ]);
    for rule in &a.rules {
        grid.row(vec![rule.rule.clone(), with_error(rule.value), percent(rule.of_best)]);
    }
    let toml = a.rules[0].toml.as_deref().unwrap_or_default();
    format!("{}as a study writes the first: {toml}\n", grid.render())
}

fn sizes(a: &Appraisal, width: usize) -> String {
    let Some(resized) = &a.resized else { return String::new() };
    let [low, high] = bounds(&resized.value);
    let [old_low, _] = bounds(&resized.value_at_old);
    wrap(
        &format!(
            "Size of least mean cost without the clauses: {} {}, with them {}. Worth to who signs the best size in \
             either case: {low} to {high}; at the old size {old_low}.",
            units(resized.units_without),
            a.unit,
            units(resized.units_with),
        ),
        width,
    ) + "\n"
}

fn ceiling(a: &Appraisal) -> String {
    if a.rolling.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(&[
        ("ceiling: one-month terms, units anew each month", Align::Left),
        ("save", Align::Right),
    ]);
    for rolling in &a.rolling {
        let what = match rolling.premium {
            0.0 => "at the same price of a unit".to_owned(),
            premium => format!("where a unit costs {} more", percent(premium)),
        };
        grid.row(vec![what, with_error(rolling.value)]);
    }
    grid.render()
}

/// What who would pay for a right may have for nothing.
fn refund(a: &Appraisal, width: usize) -> String {
    let Some(refund) = &a.refund else { return String::new() };
    let [low, _] = bounds(&refund.value);
    wrap(
        &format!(
            "Without these clauses, the vendor's own refund rule would be worth {low} or more: units with up to {} \
             left to pay may be handed back, and again after {}.",
            usd(refund.limit_usd),
            months(refund.over_months),
        ),
        width,
    ) + "\n"
}

fn risk(a: &Appraisal) -> String {
    let mut grid = Grid::new(&[
        ("cost, under the policy that is best for its mean", Align::Left),
        ("without", Align::Right),
        ("with", Align::Right),
        ("saved", Align::Right),
    ]);
    for line in &a.risk {
        grid.row(vec![
            line.figure.clone(),
            usd(line.without.value),
            usd(line.with.value),
            with_error(line.saved),
        ]);
    }
    grid.render()
}

fn sensitivity(a: &Appraisal) -> String {
    if a.sensitivity.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(&[("with", Align::Left), ("they are worth", Align::Right)]);
    for other in &a.sensitivity {
        grid.row(vec![other.change.clone(), with_error(other.value)]);
    }
    grid.render()
}

fn how(run: &ValueRun, hash: &str, rate: f64) -> String {
    let present = match rate {
        0.0 => String::new(),
        rate => format!(" Costs are present values at {} a year.", percent(rate)),
    };
    let bound = if run.bound_paths == 0 {
        String::new()
    } else {
        format!(
            ", fitted on {} training paths; upper bound from {} paths with {} fresh futures at each \
             window",
            count(run.training_paths),
            count(run.bound_paths),
            count(run.futures)
        )
    };
    let hash = if hash.is_empty() { String::new() } else { format!("; study {}", &hash[..12]) };
    format!(
        "A value is what the holder's expected cost would be more without the clause, with every \
         right exercised as well as its holder can who sees closed months only. \"at least\" is what \
         the fitted policy saves on fresh paths, \"at most\" what no policy can exceed. +- is the \
         standard error.{present} {} paths in {} replicates{bound}; decisions told apart: {}; {}; seed {}{hash}.",
        count(run.paths),
        run.replicates,
        count(run.decisions),
        run.why,
        run.seed
    )
}

/// The menu as text.
#[must_use]
pub fn render_menu(menu: &Menu, style: Style) -> String {
    let width = style.width.clamp(60, 110);
    let mut grid = Grid::new(&[
        ("variant", Align::Left),
        ("at least", Align::Right),
        ("at most", Align::Right),
        ("of the cost", Align::Right),
        ("more than the one above", Align::Right),
        ("exercises", Align::Right),
    ]);
    for variant in &menu.variants {
        let [low, high] = bounds(&variant.value);
        grid.row(vec![
            variant.name.clone(),
            low,
            high,
            percent(variant.of_cost),
            variant.step.map_or_else(String::new, with_error),
            variant
                .exercises
                .map_or_else(String::new, |e| format!("{:.2} +- {:.2}", e.value, e.standard_error)),
        ]);
    }
    let parts = [
        format!("{} {} {}\n", menu.strategy.replace('_', " "), units(menu.units), menu.unit),
        bold(&wrap(&menu.sentence, width), style),
        grid.render(),
        warnings(&menu.warnings, width),
        wrap(&how(&menu.run, "", menu.discount_rate), width) + "\n",
    ];
    let full: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    full.join("\n")
}
