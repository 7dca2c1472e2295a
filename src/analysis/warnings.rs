//! What a careful reader should know about these results.

use crate::facts::Warning;
use crate::measure::Measure;
use crate::results::{Results, StrategyResult};
use crate::study::Study;
use crate::words::{percent, units, usd};

/// Warnings of the inputs first, then of the results.
pub(super) fn warnings(study: &Study, results: &Results) -> Vec<Warning> {
    let mut all = study.facts.warnings.clone();
    let found = [
        undecided(results),
        few_tail_paths(results.run.paths),
        edge_of_list(study, results),
        clause_without_effect(study, results),
        rejected(results),
        curve_error(study, results),
    ];
    all.extend(found.into_iter().flatten());
    all
}

fn chosen(results: &Results) -> Option<&StrategyResult> {
    results.strategies.iter().find(|s| s.strategy == results.answer.strategy)
}

/// The simulation's error leaves the verdict against on-demand open.
fn undecided(results: &Results) -> Option<Warning> {
    let chosen = chosen(results)?;
    let saving = chosen.measure(Measure::Saving).mean;
    (chosen.units > 0.0 && saving.low < 0.0 && saving.high > 0.0).then(|| {
        Warning::new(
            "undecided",
            format!(
                "the mean saving is {} with a standard error of {}",
                usd(saving.value),
                usd(saving.standard_error)
            ),
            "with these paths it is not certain that committing is cheaper on average",
            "run with more paths (--paths)",
        )
    })
}

/// Tail figures that rest on few paths.
pub(super) fn few_tail_paths(paths: u64) -> Option<Warning> {
    let tail = paths / 100;
    (tail < 500).then(|| {
        Warning::new(
            "few-tail-paths",
            format!("P99 rests on {tail} paths beyond it"),
            "its interval is wide, and CVaR is biased low",
            "run with at least 50,000 paths (--paths 50000)",
        )
    })
}

/// The best size is at the end of a list of sizes that the study gives.
fn edge_of_list(study: &Study, results: &Results) -> Option<Warning> {
    let sizing = results.sizing.iter().find(|s| s.strategy == results.answer.strategy)?;
    let last = sizing.sizes.last()?.units;
    let limited = match &study.sizes {
        crate::contract::sizes::Sizes::List(_) => true,
        crate::contract::sizes::Sizes::Steps { max, .. } => max.is_some_and(|m| last >= m * 0.999),
    };
    (limited && sizing.best_units == last && study.units.is_none()).then(|| {
        Warning::new(
            "edge-of-sizes",
            format!("the best size, {}, is the largest one allowed", units(last)),
            "a larger size may be better",
            "allow larger sizes in [sizing]",
        )
    })
}

/// Credits that never came although a clause promises them.
fn clause_without_effect(study: &Study, results: &Results) -> Option<Warning> {
    let promises = study.contract.uses(|h| h.credit || h.grant);
    let chosen = chosen(results).filter(|s| s.units > 0.0)?;
    let never = chosen.measure(Measure::Credits).mean.value == 0.0;
    (promises && never).then(|| {
        Warning::new(
            "clause-never-used",
            "the contract has a clause with credits, and no future earns one at this size",
            "the clause is worth nothing here, or its threshold is misread",
            "compare with the clause's threshold and the utilization in the table",
        )
    })
}

/// Demand that is turned away.
fn rejected(results: &Results) -> Option<Warning> {
    let chosen = chosen(results)?;
    let share = chosen.measure(Measure::RejectedShare).mean.value;
    (share > 0.001).then(|| {
        Warning::new(
            "rejected-demand",
            format!("{} of the demand is rejected on average", percent(share)),
            "the cost holds only as far as the stated shortage cost is right",
            "check `shortage_per_unit_month`, or let the excess spill over (hybrid)",
        )
    })
}

/// Chords instead of the exact curve, or merged hours, that could matter against the standard error.
fn curve_error(study: &Study, results: &Results) -> Option<Warning> {
    let chosen = chosen(results)?;
    let on_demand = results.strategies[0].measure(Measure::Cost).mean.value;
    let bound = study.curves.error() * on_demand;
    let noise = chosen.measure(Measure::Cost).mean.standard_error;
    let seen = match study.curves.certain() {
        Some(_) => "the compiled load curve may overstate costs",
        None => "similar hours of the workloads are taken as one, which may understate costs",
    };
    (bound > noise && bound > 0.0).then(|| {
        Warning::new(
            "curve-error",
            format!("{seen} by up to {}", usd(bound)),
            "this is more than the simulation's own error",
            "nothing is needed unless dollars of this size matter",
        )
    })
}
