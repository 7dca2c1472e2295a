//! Running an experiment on many paths: blocks in parallel, results in a fixed order.
//!
//! A run is a list of *units* of up to 4,096 consecutive paths. Units are spread over threads by
//! work stealing; what they return is joined in the order of the list, so the result has the same
//! bits for any number of threads. Memory holds one window of units and the values near the
//! wanted quantiles, whatever the number of paths.
//!
//! Any range of units can be settled alone, and elsewhere: an [`Executor`] says who settles what,
//! and the joined [`Share`]s have the same bits as one run. That is all that checkpoints, shards
//! and ranks of a cluster need.
//!
//! | file | what |
//! |---|---|
//! | `both` | two experiments on the same paths |
//! | `plan` | how a run is cut into sections and units |
//! | `place` | which values to keep, by pilots |
//! | `run` | units on all threads |
//! | `share` | what a range of units contributes, and who settles it |

mod both;
mod place;
mod plan;
mod run;
mod share;

pub use both::Both;
pub use plan::Plan;
pub use share::{Alone, Executor, Forgetful, Keeper, Pass, SeriesId, Share};

use crate::path::{PathBlock, PathModel};
use crate::rng::Lane;
use crate::stats::Estimate;
use crate::stats::sample::Sample;
use place::{affordable, place_bins};
use run::Run;

/// A question asked of every path: some series with one value per path each.
pub trait Experiment: Sync {
    /// Buffers of a thread.
    type Scratch: Send;

    /// What is wanted of each series, in order.
    fn wants(&self) -> Vec<Want>;

    /// A name for each series that says everything its values depend on besides the study and the
    /// paths: series of the same name have the same values, whichever experiment asks.
    fn names(&self) -> Vec<String>;

    /// New buffers.
    fn scratch(&self) -> Self::Scratch;

    /// Writes the values of each series on a block of paths.
    fn evaluate(&self, paths: &PathBlock, scratch: &mut Self::Scratch, out: &mut [Lane]);

    /// The values of a series, once evaluated. Those that stand in the paths themselves need not be
    /// copied to `out`.
    fn values<'a>(&self, series: usize, paths: &'a PathBlock, out: &'a [Lane]) -> &'a Lane {
        let _ = paths;
        &out[series]
    }
}

/// What is wanted of a series beyond its moments.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Want {
    /// Levels of quantiles.
    pub quantiles: Vec<f64>,
    /// Levels of tail means (CVaR).
    pub tails: Vec<f64>,
    /// Whether a cumulative curve is wanted.
    pub curve: bool,
    /// Whether every value is wanted, in the order of the paths, and no quantile.
    pub in_order: bool,
}

impl Want {
    /// Moments alone.
    #[must_use]
    pub fn mean() -> Self {
        Self::default()
    }

    /// Moments and quantiles.
    #[must_use]
    pub fn quantiles(levels: &[f64]) -> Self {
        Self { quantiles: levels.to_vec(), ..Self::default() }
    }

    /// Moments and every value in the order of the paths.
    #[must_use]
    pub fn in_order() -> Self {
        Self { in_order: true, ..Self::default() }
    }

    /// The values of certain ranks among `count`.
    fn ranks(ranks: &[u64], count: u64) -> Self {
        let inside = ranks.iter().filter(|rank| (1..=count).contains(rank));
        let quantiles = inside.map(|&rank| rank as f64 / count as f64).collect();
        Self { quantiles, ..Self::default() }
    }

    /// Whether moments alone are not enough.
    fn needs_bins(&self) -> bool {
        !self.quantiles.is_empty() || !self.tails.is_empty() || self.curve || self.in_order
    }

    /// Levels of all quantiles, of tail means too, each once.
    fn levels(&self) -> Vec<f64> {
        let mut levels = [&self.quantiles[..], &self.tails].concat();
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        levels
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Paths done in this pass.
    pub done: u64,
    /// Paths of this pass.
    pub total: u64,
    /// The mean of the experiment's first series so far, in passes that see it.
    pub headline: Option<Estimate>,
}

/// Watches a run, and may end it.
pub trait Observer: Sync {
    /// Called between windows of units, on one thread.
    fn progress(&self, progress: Progress);

    /// Whether to give up. Asked between windows.
    fn stopped(&self) -> bool;
}

/// Watches nothing.
pub struct Silent;

impl Observer for Silent {
    fn progress(&self, _progress: Progress) {}

    fn stopped(&self) -> bool {
        false
    }
}

/// The observer asked for an end; nothing of the run remains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

/// Runs `experiment` on the paths of `plan`, in this process, and returns a sample per series.
///
/// # Errors
/// [`Stopped`] when the observer says so.
///
/// # Panics
/// If the experiment breaks its own declaration of series.
pub fn simulate<E: Experiment>(
    model: &PathModel,
    plan: &Plan,
    experiment: &E,
    observer: &dyn Observer,
) -> Result<Vec<Sample>, Stopped> {
    simulate_by(&Alone, model, plan, experiment, observer)
}

/// Has `experiment` run on the paths of `plan` and returns a sample per series.
///
/// Everything wanted of a series can be computed from its sample. Where quantiles are wanted, pilots
/// on separate paths say which values to keep; where they were wrong, or more values would be kept
/// than fit in memory, further passes over the same paths make up for it.
///
/// # Errors
/// [`Stopped`] when the observer or the executor says so.
///
/// # Panics
/// If the experiment breaks its own declaration of series, or the executor leaves units out.
pub fn simulate_by<E: Experiment>(
    executor: &dyn Executor,
    model: &PathModel,
    plan: &Plan,
    experiment: &E,
    observer: &dyn Observer,
) -> Result<Vec<Sample>, Stopped> {
    let wants = experiment.wants();
    let sampler = model.sampler(plan.points, plan.seed, "main");
    let run = Run { model, plan, experiment, observer, sampler: &*sampler, is_pilot: false };
    let placed = place_bins(&run, &wants)?;
    let all: Vec<usize> = (0..wants.len()).collect();
    run.samples(executor, &all, placed, |s, collected| {
        if wants[s].in_order {
            return Ok(collected.unsorted());
        }
        collected.compact(&wants[s].quantiles, &wants[s].tails)
    })
}

/// Has the executor contribute to `experiment` what is its to contribute, where others settle the
/// rest: the first pass over each series. What further passes would ask for is unknown until all
/// is joined.
///
/// # Errors
/// [`Stopped`] when the observer or the executor says so.
pub fn contribute<E: Experiment>(
    executor: &dyn Executor,
    model: &PathModel,
    plan: &Plan,
    experiment: &E,
    observer: &dyn Observer,
) -> Result<(), Stopped> {
    let wants = experiment.wants();
    let sampler = model.sampler(plan.points, plan.seed, "main");
    let run = Run { model, plan, experiment, observer, sampler: &*sampler, is_pilot: false };
    let placed = place_bins(&run, &wants)?;
    let mut open: Vec<usize> = (0..wants.len()).collect();
    while !open.is_empty() {
        let group = affordable(&open, &placed, run.plan.paths);
        run.contribute(&group, &placed, executor)?;
        open.retain(|s| !group.contains(s));
    }
    Ok(())
}
