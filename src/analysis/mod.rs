//! The main job: from a study to its results.
//!
//! 1. choose the sampler in a pilot (`plan.rs`);
//! 2. settle the sizes of each strategy, and choose the best of each ([`crate::size`]), with a
//!    stopping rule on more and more paths (`stopping.rs`, `decision.rs`);
//! 3. settle the chosen commitments in detail, side by side ([`crate::compare`]);
//! 4. put it into words and tables (`answer.rs`, `tables.rs`, `warnings.rs`).
//!
//! A shard of a run contributes to 2 and 3 without knowing what will be chosen (`shard.rs`).
//! Several studies against each other share the paths of 3 ([`versus`]).

mod answer;
pub mod appraisal;
mod decision;
mod plan;
mod shard;
mod stopping;
mod tables;
pub mod versus;
mod warnings;

pub use plan::{REPLICATES, plan, sobol_paths};
pub use shard::contribute;
pub(crate) use tables::calendar_month;

use crate::compare::{Compare, Comparison};
use crate::results::{FORMAT, Results, RunFacts};
use crate::simulate::{Alone, Executor, Observer, Plan, Progress, Stopped};
use crate::size::choice::{Choice, choose};
use crate::size::desk::Entry;
use crate::size::hindsight::Hindsight;
use crate::size::search::{Curve, curves, entries_of, starting_sizes};
use crate::strategy::StrategyKind;
use crate::study::Study;
use plan::Sampling;
use stopping::{Looks, Settled};

/// What the main job is doing, for whoever watches.
pub trait Watcher: Sync {
    /// A new stage begins.
    fn stage(&self, name: &str);

    /// A stage is getting on.
    fn progress(&self, progress: Progress);

    /// Whether to give up.
    fn stopped(&self) -> bool;
}

/// Watches nothing.
pub struct Unwatched;

impl Watcher for Unwatched {
    fn stage(&self, _name: &str) {}

    fn progress(&self, _progress: Progress) {}

    fn stopped(&self) -> bool {
        false
    }
}

/// Passes on what a simulation tells its observer.
pub(crate) struct Bridge<'a>(pub(crate) &'a dyn Watcher);

impl Observer for Bridge<'_> {
    fn progress(&self, progress: Progress) {
        self.0.progress(progress);
    }

    fn stopped(&self) -> bool {
        self.0.stopped()
    }
}

/// A strategy with its settled sizes and what was chosen among them.
struct Sized {
    curve: Curve,
    choice: Choice,
    /// The point to compare: the best, or the one whose units the study gives.
    chosen: usize,
}

impl Sized {
    fn entry(&self) -> Entry {
        self.curve.points[self.chosen].entry
    }
}

/// Answers a study in this process.
///
/// # Errors
/// [`Stopped`] when the watcher says so.
pub fn analyze(study: &Study, watcher: &dyn Watcher) -> Result<Results, Stopped> {
    analyze_by(&Alone, study, watcher)
}

/// Answers a study; `executor` sees to the passes over its paths. Pilots are small, and everyone
/// runs them for himself.
///
/// # Errors
/// [`Stopped`] when the watcher or the executor says so.
pub fn analyze_by(
    executor: &dyn Executor,
    study: &Study,
    watcher: &dyn Watcher,
) -> Result<Results, Stopped> {
    let observer = Bridge(watcher);
    watcher.stage("pilot");
    let looks = Looks::begin(study);
    let sampling = Sampling::choose(study, &observer)?;
    let starts = starting_entries(study, &observer)?;
    watcher.stage("sizes");
    let Settled { plan, sized: (sized, hindsight), stopping } =
        looks.settle(&sampling, |plan| size(study, starts.clone(), plan, &observer, executor))?;
    watcher.stage("comparison");
    let comparison = side_by_side(study, &sized, hindsight.as_ref(), &plan, &observer, executor)?;
    let strategies = tables::strategies(study, &sized, &comparison);
    let sizing = tables::sizing(study, &sized, &comparison);
    let months = tables::months(study, &comparison);
    let break_even = tables::break_even(study, &comparison);
    let best = answer::recommended(study, &sized);
    let answer = answer::answer(study, &sized, &strategies, &sizing, &break_even);
    let mut results = Results {
        format: FORMAT.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        run: RunFacts {
            control: plan::control(study, &comparison.strategies[best].measures[0]),
            ..sampling.facts(&plan, stopping)
        },
        refund: tables::refund(study, strategies[best].units),
        answer,
        strategies,
        sizing,
        months,
        break_even,
        facts: study.facts.clone(),
        warnings: Vec::new(),
    };
    results.warnings = warnings::warnings(study, &results);
    Ok(results)
}

/// The entries of the first pass of a run, strategy by strategy.
fn starting_entries(study: &Study, observer: &dyn Observer) -> Result<Vec<Entry>, Stopped> {
    let mut entries = Vec::new();
    for strategy in 0..study.strategies.len() {
        entries.extend(entries_of(strategy, starting_sizes(study, strategy, observer)?));
    }
    Ok(entries)
}

/// The units that the study gives for a strategy, if its sizes are not up for choice.
fn given_units(study: &Study, strategy: usize) -> Option<f64> {
    study.units.filter(|_| study.strategies[strategy].kind != StrategyKind::OnDemand)
}

/// Settles the sizes of strategies, from `entries` on, and chooses one of each; says what hindsight
/// would have chosen where that is known already.
fn size(
    study: &Study,
    entries: Vec<Entry>,
    plan: &Plan,
    observer: &dyn Observer,
    executor: &dyn Executor,
) -> Result<(Vec<Sized>, Option<Hindsight>), Stopped> {
    let choose = |curve: Curve| {
        let choice = choose(&curve.points, study.objective, study.indifference, plan.seed);
        let given = given_units(study, curve.strategy);
        let at = |units: f64| curve.points.iter().position(|p| p.entry.units == units);
        let chosen =
            given.map_or(choice.index, |units| at(units).expect("given units are settled"));
        Sized { curve, choice, chosen }
    };
    let (curves, hindsight) = curves(study, entries, plan, observer, executor)?;
    Ok((curves.into_iter().map(choose).collect(), hindsight))
}

/// The chosen entries on the same paths, with all settled sizes for hindsight.
fn side_by_side(
    study: &Study,
    sized: &[Sized],
    hindsight: Option<&Hindsight>,
    plan: &Plan,
    observer: &dyn Observer,
    executor: &dyn Executor,
) -> Result<Comparison, Stopped> {
    let chosen: Vec<Entry> = sized.iter().map(Sized::entry).collect();
    let all: Vec<Entry> =
        sized[1..].iter().flat_map(|s| s.curve.points.iter().map(|p| p.entry)).collect();
    let hindsight = hindsight.filter(|known| known.is_about(&all));
    Compare { study, chosen: &chosen, all: &all, hindsight }.settle(plan, observer, executor)
}
