//! Which values of a series a run keeps: a pilot places the bins.

use super::run::Run;
use super::share::Alone;
use super::{Experiment, Plan, Silent, Stopped, Want};
use crate::path::Points;
use crate::stats::bins::{Bins, Wanted};

/// Values stored at once: 256 MiB.
const STORED: f64 = 32e6;

/// Paths of the pilot that places the bins; runs of no more paths keep every value.
const PILOT: u64 = 16_384;

/// Paths of the pilot of a large run, which keeps the stored share small.
const LARGE_PILOT: u64 = 65_536;

/// Bins of a series, and the number of values they are expected to keep.
pub(super) type Placed = Option<(Bins, f64)>;

/// Places the bins of every series that needs them.
pub(super) fn place_bins<E: Experiment>(
    run: &Run<'_, E>,
    wants: &[Want],
) -> Result<Vec<Placed>, Stopped> {
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
        let marks = if wants[s].curve { marks(&pilot) } else { Vec::new() };
        let wanted =
            Wanted { quantiles: &wants[s].quantiles, tails: &wants[s].tails, marks: &marks };
        let stored = Bins::around(&pilot, wanted, paths, true);
        let expected = stored.kept_share(&pilot) * paths as f64;
        placed[s] = Some(if expected <= STORED {
            (stored, expected)
        } else {
            (Bins::around(&pilot, wanted, paths, false), STORED / 16.0)
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
    pilot.pass(series, &all, &Alone, |_, sample| sample.kept_values())
}

/// As many of the open series as fit in memory together, at least one.
pub(super) fn affordable(open: &[usize], bins: &[Placed]) -> Vec<usize> {
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
