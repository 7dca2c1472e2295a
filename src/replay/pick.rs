//! Which path to replay, under which strategy and size.

use super::Replay;
use super::settled::Settled;
use crate::analysis::{Bridge, Watcher, analyze, plan};
use crate::path::PathBlock;
use crate::rng::{Block, Lane};
use crate::simulate::{Experiment, Observer, Plan, Stopped, Want, simulate};
use crate::size::desk::{Desk, DeskScratch, Entry};
use crate::strategy::StrategyKind;
use crate::study::Study;
use rayon::prelude::*;

/// What to replay.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// Position of the strategy in the study; by default the recommended one.
    pub strategy: Option<usize>,
    /// Units; by default those of the study, or the best of the strategy.
    pub units: Option<f64>,
    /// Which future.
    pub future: Future,
}

/// A choice among the paths of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Future {
    /// The path with this number, from 1.
    Path(u64),
    /// The path whose cost is the quantile of this level, above 0 and below 1; the one with the
    /// lowest number if several cost the same.
    Quantile(f64),
}

/// Why there is no replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The watcher ended it.
    Stopped,
    /// The run has no path with this number.
    NoSuchPath {
        /// Paths of the run.
        paths: u64,
    },
}

impl From<Stopped> for Refusal {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

/// Replays a path of the run that [`analyze`] makes of the study.
///
/// Where the request leaves the strategy or its size open, that run is made to find them.
///
/// # Errors
/// [`Refusal`] if there is no such path, or the watcher says so.
pub fn replay(study: &Study, request: Request, watcher: &dyn Watcher) -> Result<Replay, Refusal> {
    let observer = Bridge(watcher);
    watcher.stage("pilot");
    let (plan, run) = plan(study, &observer)?;
    let missing = Refusal::NoSuchPath { paths: plan.paths };
    if let Future::Path(number) = request.future {
        plan.locate(number).ok_or(missing)?;
    }
    let entry = entry(study, request, watcher)?;
    let (number, level) = match request.future {
        Future::Path(number) => (number, None),
        Future::Quantile(level) => {
            watcher.stage("path");
            (nearest(study, &plan, entry, level, &observer)?, Some(level))
        }
    };
    let settled = Settled::new(study, &plan, number, entry).ok_or(missing)?;
    Ok(settled.replay(run, number, level))
}

/// The commitment to replay.
fn entry(study: &Study, request: Request, watcher: &dyn Watcher) -> Result<Entry, Stopped> {
    let kind = |strategy: usize| study.strategies[strategy].kind;
    let (strategy, units) = match (request.strategy, request.units.or(study.units)) {
        (Some(strategy), _) if kind(strategy) == StrategyKind::OnDemand => (strategy, 0.0),
        (Some(strategy), Some(units)) => (strategy, units),
        (wanted, units) => {
            let results = analyze(study, watcher)?;
            let recommended =
                |name: &str| study.strategies.iter().position(|s| s.kind.name() == name);
            let strategy = wanted.or_else(|| recommended(&results.answer.strategy)).unwrap_or(0);
            let best = results.strategies[strategy].units;
            (strategy, units.filter(|_| kind(strategy) != StrategyKind::OnDemand).unwrap_or(best))
        }
    };
    Ok(Entry { strategy, units })
}

/// The cost of an entry.
struct Cost<'a> {
    desk: Desk<'a>,
    entry: Entry,
    level: f64,
}

impl Experiment for Cost<'_> {
    type Scratch = DeskScratch;

    fn wants(&self) -> Vec<Want> {
        vec![Want::quantiles(&[self.level])]
    }

    fn names(&self) -> Vec<String> {
        vec![format!("cost {}", self.entry.name())]
    }

    fn scratch(&self) -> DeskScratch {
        self.desk.scratch(false)
    }

    fn evaluate(&self, paths: &PathBlock, scratch: &mut DeskScratch, out: &mut [Lane]) {
        self.desk.open(scratch);
        out[0] = self.desk.totals(self.entry, paths, scratch).cost;
    }
}

/// The path whose cost is nearest to the quantile. A quantile is the cost of some path, so the
/// distance is 0.
fn nearest(
    study: &Study,
    plan: &Plan,
    entry: Entry,
    level: f64,
    observer: &dyn Observer,
) -> Result<u64, Stopped> {
    let cost = Cost { desk: Desk::new(study), entry, level };
    let samples = simulate(&study.model, plan, &cost, observer)?;
    let wanted = samples[0].quantile(level).map_or(f64::NAN, |e| e.value);
    let sampler = study.model.sampler(plan.points, plan.seed, "main");
    let buffers = || (study.model.block(), cost.scratch(), [[0.0; crate::rng::LANES]]);
    let of_block = |buffers: &mut (PathBlock, DeskScratch, [Lane; 1]),
                    (block, count): (Block, usize)| {
        if observer.stopped() {
            return Err(Stopped);
        }
        let (paths, scratch, costs) = buffers;
        study.model.generate(&*sampler, plan.points, block, paths);
        cost.evaluate(paths, scratch, costs);
        let distances = costs[0][..count].iter().enumerate();
        let numbered = distances.map(|(i, cost)| ((cost - wanted).abs(), plan.number(block, i)));
        Ok(numbered.min_by(first).unwrap_or((f64::INFINITY, 1)))
    };
    let nearest = plan
        .blocks()
        .into_par_iter()
        .map_init(buffers, of_block)
        .try_reduce(|| (f64::INFINITY, u64::MAX), |a, b| Ok(std::cmp::min_by(a, b, first)))?;
    Ok(nearest.1)
}

/// The smaller distance first, then the lower number.
fn first(a: &(f64, u64), b: &(f64, u64)) -> std::cmp::Ordering {
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
}
