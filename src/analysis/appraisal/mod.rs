//! What the clauses of a contract are worth: from a study to an appraisal.
//!
//! 1. the study is made ready ([`crate::value::setting`]): a known law of the load, or training paths;
//! 2. a contract for each set of the valued clauses is solved and valued on the same paths
//!    (`sets.rs`): alone, beside all others, and every set for the shares of the value;
//! 3. the contract with all of them says when to exercise, what simple rules leave, what dear futures
//!    become and what another size would be worth (`parts.rs`, `windows.rs`, `sizes.rs`).
//!
//! A right is exercised as well as its holder can, whatever policy the study gives it.

mod menu;
mod parts;
mod plane;
mod refund;
mod request;
mod sentence;
mod sets;
mod shares;
mod sizes;
mod trigger;
mod warnings;
mod windows;

pub use menu::{Offer, menu};
pub use request::{Others, Refusal, Request, Sensitive, names};

use super::Watcher;
use crate::results::appraisal::{Appraisal, ClauseWorth, FORMAT, Sensitivity, ValueRun};
use crate::stats::Estimate;
use crate::study::Study;
use crate::value::bounds::REPLICATES;
use crate::value::lattice::Purpose;
use rayon::prelude::*;
use request::Chosen;
use sets::{Appraiser, Sets, TRAINING};

/// Quantile of the t distribution with `REPLICATES - 1` degrees of freedom that leaves 95 % inside.
const T31: f64 = 2.039_513;

/// Bounds further apart, as a share of the value, are warned of.
const WIDE: f64 = 0.02;

/// The estimate from the values of replicates.
fn estimate(values: impl Iterator<Item = f64>) -> Estimate {
    let values: Vec<f64> = values.collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    Estimate::symmetric(mean, (squares / (n * (n - 1.0))).sqrt(), T31)
}

/// Values the clauses that a request names; `others` are the study with something else in it.
///
/// # Errors
/// What stands in the way, in words.
pub fn appraise(
    study: &Study,
    request: &Request,
    others: &Others,
    watcher: &dyn Watcher,
) -> Result<Appraisal, Refusal> {
    let chosen = Chosen::of(study, request)?;
    watcher.stage("size");
    let (units, units_from) = chosen.units(study, request, watcher)?;
    watcher.stage("policies");
    let appraiser = Appraiser::new(study, &chosen, units, request);
    // First, because it may refuse.
    let solved = appraiser.dense(request)?;
    let contract = appraiser.contract(chosen.full());
    let cell = appraiser.cell(&contract, units, Purpose::Bound)?;
    let all = appraiser.sets(&cell, watcher)?;
    let full = all.full();
    watcher.stage("rules");
    let rules = if request.quick { Vec::new() } else { appraiser.rules(&all) };
    watcher.stage("other sizes");
    let resized = if request.quick { None } else { appraiser.resized(watcher)? };
    watcher.stage("other assumptions");
    let parts = all.parts();
    let with_refund = others.refund.as_ref();
    let refund = with_refund.map(|other| refund::refund(other, (&chosen, units), request, watcher));
    let mut appraisal = Appraisal {
        format: FORMAT.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        title: study.facts.title.clone(),
        study_hash: study.facts.study_hash.clone(),
        contract: study.facts.contract.clone(),
        unit: study.facts.unit.clone(),
        months: study.months(),
        discount_rate: study.facts.discount_rate,
        strategy: study.strategies[chosen.strategy].kind.name().into(),
        units,
        units_from,
        run: appraiser.run(&all),
        sentence: String::new(),
        together: all.worth(0, full),
        clauses: clauses(study, &chosen, &all),
        shares: all.shares.words.clone(),
        parts,
        risk: all.risk(),
        rules,
        windows: appraiser.windows(&all),
        months_table: appraiser.months(&all),
        resized,
        solved,
        rolling: if request.quick { Vec::new() } else { appraiser.ceiling(parts.cost_without) },
        refund: refund.transpose()?.flatten(),
        sensitivity: sensitivity(&others.sensitive, &appraiser, request, watcher)?,
        warnings: Vec::new(),
    };
    appraisal.sentence = sentence::sentence(&appraisal);
    appraisal.warnings = warnings::warnings(study, &appraiser, &all, &appraisal);
    Ok(appraisal)
}

/// What each valued clause is worth.
fn clauses(study: &Study, chosen: &Chosen, all: &Sets<'_>) -> Vec<ClauseWorth> {
    let full = all.full();
    let worth = |(k, i): (usize, &usize)| ClauseWorth {
        name: chosen.names[k].clone(),
        description: study.contract.clauses[*i].get().describe(),
        alone: all.worth(0, 1 << k),
        last: all.worth(full ^ 1 << k, full),
        share: all.share(k),
    };
    chosen.clauses.iter().enumerate().map(worth).collect()
}

/// What all clauses together are worth under other assumptions.
fn sensitivity(
    others: &[Sensitive],
    appraiser: &Appraiser<'_>,
    request: &Request,
    watcher: &dyn Watcher,
) -> Result<Vec<Sensitivity>, Refusal> {
    let units = appraiser.units;
    let request = Request { units: Some(units), solve: false, quick: true, ..request.clone() };
    let value = |other: &Sensitive| {
        if watcher.stopped() {
            return Err(Refusal::Stopped);
        }
        let chosen = Chosen::of(&other.study, &request)?;
        let value = Appraiser::new(&other.study, &chosen, units, &request).together()?;
        Ok(Sensitivity { change: other.change.clone(), value })
    };
    // Training paths fill the memory, and their regressions all threads: one at a time.
    let side_by_side = if appraiser.setting.fitter.is_known() { others.len().max(1) } else { 1 };
    let of_some = |some: &[Sensitive]| some.par_iter().map(value).collect::<Vec<_>>();
    others.chunks(side_by_side).flat_map(of_some).collect()
}

/// How a valuation was run.
fn run_facts(appraiser: &Appraiser<'_>, decisions: usize) -> ValueRun {
    let known = appraiser.setting.fitter.is_known();
    let per_replicate = 1u64 << appraiser.draws.log2_points;
    ValueRun {
        method: if known { "known_law" } else { "regression" }.into(),
        why: appraiser.why(),
        paths: u64::from(REPLICATES) * per_replicate,
        replicates: REPLICATES,
        training_paths: if known { 0 } else { TRAINING },
        bound_paths: if known { 0 } else { u64::from(REPLICATES) << appraiser.bound.log2_points },
        futures: if known { 0 } else { appraiser.bound.inner.unwrap_or(0) * 64 },
        seed: appraiser.draws.seed,
        decisions: decisions as u64,
    }
}
