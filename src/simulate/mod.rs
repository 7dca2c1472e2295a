//! Running an experiment on many paths: blocks in parallel, results in a fixed order.
//!
//! A run is a list of *units* of up to 4,096 consecutive paths. Units are spread over threads by
//! work stealing; what they return is joined in the order of the list, so the result has the same
//! bits for any number of threads. Memory holds one window of units and the values near the
//! wanted quantiles, whatever the number of paths.

mod plan;

pub use plan::Plan;

use crate::path::{PathBlock, PathModel, Points};
use crate::rng::{Block, LANES, Lane, Sampler};
use crate::stats::Estimate;
use crate::stats::bins::Bins;
use crate::stats::collector::{Collector, Part, SectionBuilder};
use crate::stats::intervals::student_factor;
use crate::stats::moments::Moments;
use crate::stats::sample::{Design, NotKept, Sample};
use plan::Unit;
use rayon::prelude::*;

/// A question asked of every path: some series with one value per path each.
pub trait Experiment: Sync {
    /// Buffers of a thread.
    type Scratch: Send;

    /// What is wanted of each series, in order.
    fn wants(&self) -> Vec<Want>;

    /// New buffers.
    fn scratch(&self) -> Self::Scratch;

    /// Writes the values of each series on a block of paths.
    fn evaluate(&self, paths: &PathBlock, scratch: &mut Self::Scratch, out: &mut [Lane]);
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

    fn is_mean(&self) -> bool {
        self.quantiles.is_empty() && self.tails.is_empty() && !self.curve
    }

    fn levels(&self) -> Vec<f64> {
        self.quantiles.iter().chain(&self.tails).copied().collect()
    }

    /// The sample with what is wanted of it and no more, or the bin to keep first.
    fn answered(&self, sample: Sample) -> Result<Sample, NotKept> {
        sample.compact(&self.quantiles, &self.tails)
    }
}

/// Values stored at once: 128 MiB.
const STORED: f64 = 16e6;

/// Paths of the pilot that places the bins; runs of no more paths keep every value.
const PILOT: u64 = 16_384;

/// Paths of the pilot of a large run, which keeps the stored share small.
const LARGE_PILOT: u64 = 65_536;

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

/// Runs `experiment` on the paths of `plan` and returns a sample per series.
///
/// Everything wanted of a series can be computed from its sample. If quantiles are wanted of more
/// values than fit in memory, a pilot of separate paths says which values to keep; where it
/// was wrong, further passes over the same paths make up for it.
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
    let wants = experiment.wants();
    let sampler = model.sampler(plan.points, plan.seed, "main");
    let run = Run { model, plan, experiment, observer, sampler: &*sampler };
    let mut bins = place_bins(&run, &wants)?;
    let mut samples: Vec<Option<Sample>> = wants.iter().map(|_| None).collect();
    loop {
        let open: Vec<usize> = (0..wants.len()).filter(|&s| samples[s].is_none()).collect();
        if open.is_empty() {
            break;
        }
        let group = affordable(&open, &bins);
        for (s, sample) in group.iter().zip(run.pass(&group, &bins)?) {
            match wants[*s].answered(sample) {
                Ok(sample) => samples[*s] = Some(sample),
                Err(NotKept(bin)) => {
                    let (bins, _) = bins[*s].as_mut().expect("a bin is missing from bins");
                    bins.also_keep(bin);
                }
            }
        }
    }
    Ok(samples.into_iter().flatten().collect())
}

/// Bins of a series, and the number of values they are expected to keep.
type Placed = Option<(Bins, f64)>;

/// Places the bins of every series that needs them.
fn place_bins<E: Experiment>(run: &Run<'_, E>, wants: &[Want]) -> Result<Vec<Placed>, Stopped> {
    let paths = run.plan.paths;
    let needing: Vec<usize> = (0..wants.len()).filter(|&s| !wants[s].is_mean()).collect();
    let everything = |want: &Want| (!want.is_mean()).then(|| (Bins::keep_all(), paths as f64));
    if paths <= PILOT || needing.is_empty() {
        return Ok(wants.iter().map(everything).collect());
    }
    let pilots = pilot(run, &needing)?;
    let mut placed: Vec<Placed> = vec![None; wants.len()];
    for (&s, mut pilot) in needing.iter().zip(pilots) {
        pilot.sort_unstable_by(f64::total_cmp);
        let (want, levels) = (&wants[s], wants[s].levels());
        let marks = if want.curve { marks(&pilot) } else { Vec::new() };
        let stored = Bins::around(&pilot, &levels, paths, &marks, true);
        let expected = stored.kept_share(&pilot) * paths as f64;
        placed[s] = Some(if expected <= STORED {
            (stored, expected)
        } else {
            (Bins::around(&pilot, &levels, paths, &marks, false), STORED / 16.0)
        });
    }
    Ok(placed)
}

/// Values of the pilot at 200 equal steps of probability and further out in the tails.
fn marks(pilot: &[f64]) -> Vec<f64> {
    let n = pilot.len();
    let even = (1..200).map(|i| i * n / 200);
    let tails = [n / 1000, n / 2000, n - n / 1000, n - n / 2000];
    even.chain(tails).filter_map(|i| pilot.get(i).copied()).collect()
}

/// The values of some series on the pilot's paths.
fn pilot<E: Experiment>(run: &Run<'_, E>, series: &[usize]) -> Result<Vec<Vec<f64>>, Stopped> {
    let plan = Plan {
        points: Points::Pseudo,
        paths: (run.plan.paths / 16).clamp(PILOT, LARGE_PILOT),
        seed: run.plan.seed,
    };
    let sampler = run.model.sampler(plan.points, plan.seed, "pilot");
    let pilot = Run { plan: &plan, sampler: &*sampler, observer: &Silent, ..*run };
    if run.observer.stopped() {
        return Err(Stopped);
    }
    let all: Vec<Placed> = (0..series.iter().max().map_or(0, |s| s + 1))
        .map(|_| Some((Bins::keep_all(), 0.0)))
        .collect();
    let samples = pilot.pass(series, &all)?;
    Ok(samples.iter().map(Sample::kept_values).collect())
}

/// As many of the open series as fit in memory together, at least one.
fn affordable(open: &[usize], bins: &[Placed]) -> Vec<usize> {
    let mut stored = 0.0;
    let fits = |s: &&usize| {
        stored += bins[**s].as_ref().map_or(0.0, |(_, expected)| *expected);
        stored <= STORED
    };
    let mut group: Vec<usize> = open.iter().take_while(fits).copied().collect();
    if group.is_empty() {
        group.push(open[0]);
    }
    group
}

/// Everything a pass needs.
struct Run<'a, E: Experiment> {
    model: &'a PathModel,
    plan: &'a Plan,
    experiment: &'a E,
    observer: &'a dyn Observer,
    sampler: &'a dyn Sampler,
}

impl<E: Experiment> Clone for Run<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: Experiment> Copy for Run<'_, E> {}

/// Buffers of a thread.
struct Worker<S> {
    paths: PathBlock,
    scratch: S,
    values: Vec<Lane>,
}

impl<E: Experiment> Run<'_, E> {
    /// One pass over all paths, collecting the given series.
    fn pass(&self, series: &[usize], bins: &[Placed]) -> Result<Vec<Sample>, Stopped> {
        let units = self.plan.units();
        let sections = self.plan.sections().len();
        let mut builders = vec![vec![SectionBuilder::default(); sections]; series.len()];
        let window = (8 * rayon::current_num_threads()).max(64);
        let mut done = 0;
        for window in units.chunks(window) {
            let parts: Vec<Vec<Part>> = window
                .par_iter()
                .map_init(|| self.worker(), |worker, unit| self.unit(*unit, series, bins, worker))
                .collect();
            for (unit, parts) in window.iter().zip(parts) {
                for (builder, part) in builders.iter_mut().zip(parts) {
                    builder[unit.section].push(part);
                }
                done += unit.count;
            }
            self.observer.progress(Progress {
                done,
                total: self.plan.paths,
                headline: match (series[0], window.last()) {
                    (0, Some(unit)) => self.headline(&builders[0], unit.section),
                    _ => None,
                },
            });
            if self.observer.stopped() {
                return Err(Stopped);
            }
        }
        let joined = series.par_iter().zip(builders);
        let design = self.plan.design();
        Ok(joined
            .map(|(&s, sections)| {
                let bins = bins[s].as_ref().map(|(bins, _)| bins.clone());
                Sample::new(design, bins, sections)
            })
            .collect())
    }

    fn worker(&self) -> Worker<E::Scratch> {
        Worker {
            paths: self.model.block(),
            scratch: self.experiment.scratch(),
            values: vec![[0.0; LANES]; self.experiment.wants().len()],
        }
    }

    fn unit(
        &self,
        unit: Unit,
        series: &[usize],
        bins: &[Placed],
        worker: &mut Worker<E::Scratch>,
    ) -> Vec<Part> {
        let bins_of = |s: usize| bins.get(s).and_then(Option::as_ref).map(|(bins, _)| bins);
        let mut collectors: Vec<Collector<'_>> =
            series.iter().map(|&s| Collector::new(bins_of(s))).collect();
        for offset in (0..unit.count).step_by(LANES) {
            let block = Block { replicate: unit.replicate, first: unit.first + offset };
            self.model.generate(self.sampler, self.plan.points, block, &mut worker.paths);
            self.experiment.evaluate(&worker.paths, &mut worker.scratch, &mut worker.values);
            // The last block of a run may be cut short.
            let count = (unit.count - offset).min(LANES as u64) as usize;
            for (collector, &s) in collectors.iter_mut().zip(series) {
                collector.push(&worker.values[s][..count]);
            }
        }
        collectors.into_iter().map(Collector::finish).collect()
    }

    /// The mean of the first series over the sections up to `section`.
    fn headline(&self, sections: &[SectionBuilder], section: usize) -> Option<Estimate> {
        let done: Vec<Moments> = sections[..=section].iter().map(SectionBuilder::moments).collect();
        let all = done.iter().fold(Moments::default(), |a, b| a.merge(*b));
        match self.plan.design() {
            Design::Independent => {
                let error = (all.variance() / all.count as f64).sqrt();
                Some(Estimate::symmetric(all.mean, error, 1.96))
            }
            Design::Replicated if done.len() >= 3 => {
                let means: Vec<f64> = done[..done.len() - 1].iter().map(|m| m.mean).collect();
                let error = Moments::of(&means).sd() / (means.len() as f64).sqrt();
                Some(Estimate::symmetric(all.mean, error, student_factor(means.len())))
            }
            Design::Replicated => None,
        }
    }
}
