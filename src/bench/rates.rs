//! Units of work per second: what is timed, and how.

use super::Through;
use super::reference::Reference;
use crate::analysis::{Watcher, analyze};
use crate::path::Points;
use crate::rng::{Block, LANES, PseudoRandom, QuasiRandom, Sampler, Variable};
use crate::simulate::Stopped;
use crate::study::{StoppingRules, Study};
use rayon::prelude::*;
use std::hint::black_box;
use std::time::Instant;

/// Units of the smallest timed call: so many paths that the engine runs a pilot before them, as
/// before the larger call. Then the pilot is start-up and in no rate.
const SMALLEST: u64 = 3 << 13;

/// How long and how often to measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// Its name in results.
    pub name: &'static str,
    /// What a timed call should take, seconds.
    pub seconds: f64,
    /// Least units of the larger timed call.
    pub least: u64,
    /// Timed calls of each size.
    pub repetitions: usize,
    /// Whether the whole answer to R1 is timed, beside that to a study of the user's own.
    pub answer: bool,
    /// The two numbers of paths of the accuracy measurement, powers of two from 2,048 on.
    pub counts: (u64, u64),
    /// Seeds of the accuracy measurement.
    pub seeds: u64,
    /// The two numbers of paths of the memory measurement.
    pub memory: (u64, u64),
}

impl Effort {
    /// About a minute on two cores.
    #[must_use]
    pub fn full() -> Self {
        Self {
            name: "full",
            seconds: 0.4,
            least: 4 * SMALLEST,
            repetitions: 4,
            answer: true,
            counts: (1 << 15, 1 << 17),
            seeds: 2,
            memory: (1 << 16, 1 << 18),
        }
    }

    /// Some seconds.
    #[must_use]
    pub fn quick() -> Self {
        Self {
            name: "quick",
            seconds: 0.1,
            least: 2 * SMALLEST,
            repetitions: 2,
            answer: false,
            counts: (1 << 13, 1 << 15),
            seeds: 1,
            memory: (1 << 15, 1 << 16),
        }
    }
}

/// Something to time.
#[derive(Clone, Copy)]
pub enum Task<'a> {
    /// Draws turned into normals, and nothing else.
    Normals {
        /// Scrambled Sobol points rather than Philox.
        quasi: bool,
    },
    /// Reference work on the reference study.
    Reference(Reference, &'a Study),
    /// All that `waterline run` does for a study.
    Answer {
        /// The study.
        study: &'a Study,
        /// Whether it is the user's.
        own: bool,
    },
}

/// Steps of the variable whose normals are timed: months of three years.
const STEPS: usize = 36;

impl Task<'_> {
    /// The name in results.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Normals { quasi: false } => "normals_pseudo",
            Self::Normals { quasi: true } => "normals_sobol",
            Self::Reference(work, _) => work.name(),
            Self::Answer { own: false, .. } => "answer_R1",
            Self::Answer { own: true, .. } => "answer_study",
        }
    }

    /// What it is, in words.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Normals { quasi: false } => "normals, pseudo-random (polar)".into(),
            Self::Normals { quasi: true } => "normals, quasi-random (scrambled Sobol)".into(),
            Self::Reference(work, _) => format!("{}: {}", work.name(), work.title()),
            Self::Answer { own: false, .. } => "R1 as a study, whole answer".into(),
            Self::Answer { own: true, .. } => "your study, whole answer".into(),
        }
    }

    /// What is counted.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        if matches!(self, Self::Normals { .. }) { "normals" } else { "paths" }
    }

    /// Does at least `count` units and returns how many it were.
    fn call(&self, count: u64, watcher: &Through<'_>) -> Result<u64, Stopped> {
        match self {
            Self::Normals { quasi } => Ok(normals(*quasi, count)),
            Self::Reference(work, study) => {
                black_box(work.run(study, Points::Pseudo, count, 1, watcher)?);
                Ok(count)
            }
            Self::Answer { study, .. } => {
                let mut study = (*study).clone();
                study.run.paths = Some(count);
                study.run.stopping = StoppingRules::default();
                Ok(black_box(analyze(&study, watcher)?).run.paths)
            }
        }
    }
}

/// Makes at least `count` normals on the threads of the pool.
fn normals(quasi: bool, count: u64) -> u64 {
    /// Blocks that a thread makes at a time: a net of 4,096 points.
    const BLOCKS: u64 = 64;
    let variables = [Variable { name: "bench".into(), steps: STEPS }];
    let points = BLOCKS * LANES as u64;
    let replicates = count.div_ceil(points * STEPS as u64);
    let sampler: Box<dyn Sampler> = if quasi {
        // A few nets, made again and again: scrambling them is start-up.
        Box::new(QuasiRandom::new(1, &variables, &[], 32, points.ilog2()))
    } else {
        Box::new(PseudoRandom::new(1, &variables))
    };
    (0..replicates).into_par_iter().for_each_init(
        || vec![[0.0; LANES]; STEPS],
        |rows, replicate| {
            for i in 0..BLOCKS {
                let replicate = if quasi { replicate % 32 } else { replicate } as u32;
                let block = Block { replicate, first: i * LANES as u64 };
                sampler.normals(block, 0, rows);
                black_box(&*rows);
            }
        },
    );
    replicates * points * STEPS as u64
}

/// A rate with its spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steady {
    /// Units per second, start-up left out.
    pub per_second: f64,
    /// The same in the slowest repetition.
    pub slowest: f64,
    /// The same in the fastest repetition.
    pub fastest: f64,
    /// Seconds of a call that do not grow with its units.
    pub start_up: f64,
    /// Units of a timed call.
    pub count: u64,
}

/// Units and seconds of a call.
pub(super) type Timed = (u64, f64);

/// Times a call.
#[expect(clippy::disallowed_methods, reason = "this is what the module is for")]
pub(super) fn timed<T, E>(call: impl FnOnce() -> Result<T, E>) -> Result<(T, f64), E> {
    let start = Instant::now();
    let done = call()?;
    Ok((done, start.elapsed().as_secs_f64()))
}

/// The steady rate of a task on the threads of the pool.
///
/// # Errors
/// [`Stopped`] when the watcher says so.
pub fn steady(effort: Effort, task: &Task<'_>, watcher: &dyn Watcher) -> Result<Steady, Stopped> {
    let watcher = Through(watcher);
    let run = |count: u64| timed(|| task.call(count, &watcher));
    let large = calibrated(effort, &run)?;
    let small = (large / 4).max(SMALLEST);
    let mut pairs = Vec::new();
    for _ in 0..effort.repetitions.max(1) {
        pairs.push((run(small)?, run(large)?));
    }
    Ok(summary(&pairs))
}

/// The number of units that takes about as long as a timed call should; its trials warm everything
/// up.
fn calibrated(effort: Effort, run: &dyn Fn(u64) -> Result<Timed, Stopped>) -> Result<u64, Stopped> {
    let (mut wanted, most) = (SMALLEST, 1 << 34);
    loop {
        let (count, took) = run(wanted)?;
        if took >= 0.2 * effort.seconds || count >= most {
            let scaled = (count as f64 * effort.seconds / took.max(1e-9)).min(most as f64) as u64;
            return Ok(scaled.next_multiple_of(SMALLEST).max(effort.least));
        }
        wanted = 3 * count;
    }
}

/// Rates from pairs of a small and a large call.
fn summary(pairs: &[(Timed, Timed)]) -> Steady {
    let [small, large] = [0, 1].map(|i| {
        let of = |pair: &(Timed, Timed)| if i == 0 { pair.0 } else { pair.1 };
        let times: Vec<f64> = pairs.iter().map(|p| of(p).1).collect();
        (of(&pairs[0]).0, median(times))
    });
    let single = pairs.iter().map(|&(small, large)| line(small, large).0);
    let (per_second, start_up) = line(small, large);
    let (slowest, fastest) =
        single.fold((per_second, per_second), |(low, high), x| (low.min(x), high.max(x)));
    Steady { per_second, slowest, fastest, start_up, count: large.0 }
}

/// Units per second and seconds of start-up of the straight line through two calls. Where noise has
/// eaten their difference, the larger call alone counts, and its rate is too low rather than too
/// high.
pub(super) fn line(small: Timed, large: Timed) -> (f64, f64) {
    let (more, longer) = (large.0.saturating_sub(small.0) as f64, large.1 - small.1);
    let whole = large.0 as f64 / large.1.max(1e-9);
    let slope = more / longer;
    // A steady rate four times that of the whole call would be all start-up: it is noise.
    if longer <= 0.0 || more == 0.0 || slope > 4.0 * whole {
        return (whole, 0.0);
    }
    (slope, (large.1 - large.0 as f64 / slope).max(0.0))
}

/// The middle value; of an even number the lower one of the two.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[(values.len() - 1) / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_up_is_in_no_rate() {
        // 1,000 per second after half a second.
        let pairs: Vec<_> =
            [0.0, 0.1, -0.1].map(|late| ((1000, 1.5 + late), (4000, 4.5 + late))).into();
        let steady = summary(&pairs);
        assert!((steady.per_second - 1000.0).abs() < 1e-9);
        assert!((steady.start_up - 0.5).abs() < 1e-9);
        assert_eq!(steady.count, 4000);
    }

    #[test]
    fn noise_makes_no_rate_of_infinity() {
        assert_eq!(line((1000, 2.0), (4000, 2.0)), (2000.0, 0.0));
        assert_eq!(line((1000, 3.0), (4000, 2.0)), (2000.0, 0.0));
        assert_eq!(line((4000, 2.0), (4000, 2.1)).1, 0.0);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
    }

    #[test]
    fn whole_nets_of_normals_are_counted() {
        let net = 4096 * STEPS as u64;
        assert_eq!(normals(false, 1), net);
        assert_eq!(normals(true, net + 1), 2 * net);
    }
}
