//! What a shard of a run settles without knowing what the whole will choose.
//!
//! Which sizes are looked at, and which of them are settled in detail, depends on totals over all
//! paths. A shard predicts both from pilots, which are the same in every shard, and settles a few
//! more sizes in detail than the one that will be chosen. Should the whole choose otherwise,
//! whoever joins the shards settles what is missing: right in any case, and rarely slow.

use super::plan::{Sampling, fixed_paths};
use super::{Bridge, Watcher, given_units, starting_entries};
use crate::compare::Compare;
use crate::path::Points;
use crate::simulate::{self, Executor, Observer, Plan, Stopped};
use crate::size::choice::choose;
use crate::size::desk::Entry;
use crate::size::search::{first_sweeps, try_sizes};
use crate::size::sweep::Point;
use crate::study::{Objective, Study};

/// Probability of being chosen from which a size is settled in detail.
const FAIR_CHANCE: f64 = 1e-3;

/// Has the executor contribute to a run what is its to contribute.
///
/// # Errors
/// [`Stopped`] when the watcher or the executor says so.
pub fn contribute(
    executor: &dyn Executor,
    study: &Study,
    watcher: &dyn Watcher,
) -> Result<(), Stopped> {
    let observer = Bridge(watcher);
    watcher.stage("pilot");
    let plan = Sampling::choose(study, &observer)?.plan(fixed_paths(study));
    let entries = starting_entries(study, &observer)?;
    watcher.stage("sizes");
    for sweep in first_sweeps(study, &entries, &plan) {
        simulate::contribute(executor, &study.model, &plan, &sweep, &observer)?;
    }
    let mut chosen = Vec::new();
    for run in entries.chunk_by(|a, b| a.strategy == b.strategy) {
        let sizes: Vec<f64> = run.iter().map(|entry| entry.units).collect();
        chosen.extend(candidates(study, run[0].strategy, &sizes, &plan, &observer)?);
    }
    let all: Vec<Entry> = entries.into_iter().filter(|entry| entry.strategy > 0).collect();
    watcher.stage("comparison");
    Compare { study, chosen: &chosen, all: &all, hindsight: None }
        .contribute(&plan, &observer, executor)
}

/// The sizes that might be chosen.
fn candidates(
    study: &Study,
    strategy: usize,
    sizes: &[f64],
    plan: &Plan,
    observer: &dyn Observer,
) -> Result<Vec<Entry>, Stopped> {
    if let Some(units) = given_units(study, strategy) {
        return Ok(vec![Entry { strategy, units }]);
    }
    let points = try_sizes(study, strategy, sizes, &scout(plan), observer)?;
    let chances = choose(&points, study.objective, 0.0, plan.seed);
    let fair = |i: usize| {
        i == chances.index
            || chances.probability[i] > FAIR_CHANCE
            || uncertain(&points[i], study.objective)
    };
    Ok((0..points.len()).filter(|&i| fair(i)).map(|i| points[i].entry).collect())
}

/// Whether more paths may change that a size meets a chance constraint.
fn uncertain(point: &Point, objective: Objective) -> bool {
    let Objective::Chance(most) = objective else { return false };
    let chance = point.over.as_ref().map(|(over, _)| over.mean());
    chance.is_some_and(|chance| chance.low <= most && most < chance.high)
}

/// The pilot that says which sizes might be chosen: larger than the one that finds them, and still
/// a small part of the run.
fn scout(plan: &Plan) -> Plan {
    let paths = (plan.paths / 64).clamp(1 << 13, 1 << 18);
    let points = match plan.points {
        Points::Pseudo => Points::Pseudo,
        Points::Quasi { replicates, .. } => {
            Points::Quasi { replicates, log2_points: (paths / u64::from(replicates)).ilog2() }
        }
    };
    let paths = match points {
        Points::Pseudo => paths,
        Points::Quasi { replicates, log2_points } => u64::from(replicates) << log2_points,
    };
    Plan { points, paths, seed: plan.seed.rotate_left(29) ^ 0x73_636f_7574, ..*plan }
}
