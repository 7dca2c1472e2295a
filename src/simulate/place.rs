//! Which values of a series a run keeps: pilots place the bins.
//!
//! A *scout* keeps every value of a few paths. It knows what many paths share, and places the bins
//! of a *pilot*, which is as large as pays: a larger one takes more time itself and leaves fewer
//! values undecided in the run. A large pilot is itself placed by a smaller one, and the smallest by
//! the scout.
//!
//! Where even so more values of a series would be kept than fit, its ranges are cut and counted, and
//! a second pass keeps the parts that matter.

use super::run::{Quiet, Run};
use super::share::Alone;
use super::{Experiment, Plan, Stopped, Want};
use crate::path::Points;
use crate::stats::bins::{Bins, Wanted, joined};
use crate::stats::sample::collected::Missing;

/// Values stored in a pass: 160 MB, and as much again while they are put together.
const STORED: f64 = 20e6;

/// The same of a run of more than [`LONG`] paths, which takes a second pass rather than memory.
const STORED_OF_LONG: f64 = 4e6;

/// Paths from which a run is long: minutes rather than seconds.
const LONG: u64 = 100_000_000;

/// Values stored in a pass of a run.
fn most_stored(paths: u64) -> f64 {
    if paths > LONG { STORED_OF_LONG } else { STORED }
}

/// Most values stored of one series, with room to put them in order beside it.
fn most_stored_of_one(paths: u64) -> f64 {
    most_stored(paths) / 3.0
}

/// Runs of no more paths keep every value.
const SMALL: u64 = 16_384;

/// Least and most paths of a scout.
const SCOUT: (u64, u64) = (4096, SMALL);

/// Bins of a range whose values are counted instead of kept.
const PARTS: u64 = 32;

/// The bins of a series, and how to place others.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) bins: Bins,
    /// Number of values that they are expected to keep.
    expected: f64,
    landmarks: Landmarks,
}

/// What a scout knows of a series whatever is wanted of it.
#[derive(Clone, Debug, Default)]
struct Landmarks {
    /// Values that many paths share.
    atoms: Vec<f64>,
    /// Values at which the counts are to be exact.
    marks: Vec<f64>,
}

impl Placed {
    /// Bins that keep what turned out to be missing, and nothing else.
    pub(super) fn instead(&mut self, missing: &Missing) {
        let Landmarks { atoms, marks } = &self.landmarks;
        let (ranges, sums_from) = (&missing.ranges[..], missing.sums_from);
        self.bins = Bins::new(Wanted { ranges, cuts: &[], atoms, marks, sums_from });
        self.expected = missing.values as f64;
    }
}

/// All values of some paths, sorted, of the series that need bins.
struct Scout {
    values: Vec<Option<Vec<f64>>>,
    paths: u64,
}

impl Scout {
    fn send<E: Experiment>(run: &Run<'_, E>, wants: &[Want]) -> Result<Self, Stopped> {
        let paths = (run.plan.paths / 16).clamp(SCOUT.0, SCOUT.1);
        let series = needing(wants);
        let sorted = pilot(run, paths, |pilot| {
            let placed = everything(wants, paths);
            pilot.pass(&series, &placed, &Alone, |_, collected| collected.sorted().kept_values())
        })?;
        let mut values = vec![None; wants.len()];
        series.iter().zip(sorted).for_each(|(&s, sorted)| values[s] = Some(sorted));
        Ok(Self { values, paths })
    }

    fn landmarks(&self, series: usize, want: &Want) -> Landmarks {
        let values = self.values[series].as_deref().unwrap_or(&[]);
        let marks = if want.curve { marks(values) } else { Vec::new() };
        Landmarks { atoms: atoms(values), marks }
    }

    /// Whether the `p`-quantile of a series is a value that many paths share.
    fn is_atom(&self, series: usize, p: f64) -> bool {
        let Some(values) = &self.values[series] else { return true };
        let ranks = ranks(p, self.paths, u64::MAX, 1);
        at_rank(values, ranks[0]) == at_rank(values, ranks[1])
    }

    /// Values of a series that a run is expected to keep after a pilot.
    fn kept(&self, series: usize, want: &Want, paths: u64, pilot: u64) -> f64 {
        let open = want.levels().into_iter().filter(|&p| !self.is_atom(series, p));
        let ranges: Vec<(f64, f64)> = open
            .map(|p| {
                let half = half_width(p, pilot, paths);
                ((p - half).max(0.0), (p + half).min(1.0))
            })
            .collect();
        let share: f64 = joined(&ranges).iter().map(|(low, high)| high - low).sum();
        share * paths as f64
    }
}

/// Places the bins of every series that needs them.
pub(super) fn place_bins<E: Experiment>(
    run: &Run<'_, E>,
    wants: &[Want],
) -> Result<Vec<Option<Placed>>, Stopped> {
    if run.plan.paths <= SMALL || needing(wants).is_empty() {
        return Ok(everything(wants, run.plan.paths));
    }
    place(run, wants, &Scout::send(run, wants)?)
}

/// Bins that keep every value.
fn everything(wants: &[Want], paths: u64) -> Vec<Option<Placed>> {
    wants.iter().map(|want| want.needs_bins().then(|| every_value(paths))).collect()
}

fn every_value(paths: u64) -> Placed {
    Placed { bins: Bins::keep_all(), expected: paths as f64, landmarks: Landmarks::default() }
}

/// Places bins by the pilot that pays.
///
/// The bins of a series depend on nothing but the run and what is wanted of the series, so that they
/// are the same whatever else is settled beside it.
fn place<E: Experiment>(
    run: &Run<'_, E>,
    wants: &[Want],
    scout: &Scout,
) -> Result<Vec<Option<Placed>>, Stopped> {
    let paths = run.plan.paths;
    let pilot = pilot_paths(paths, scout.paths);
    let expected = |s: usize| Some(scout.kept(s, &wants[s], paths, pilot));
    let stored: Vec<Option<f64>> = (0..wants.len())
        .map(|s| expected(s).filter(|kept| *kept <= most_stored_of_one(paths)))
        .collect();
    let ranks_of = |s: usize| -> Vec<Vec<u64>> {
        let parts = if stored[s].is_some() { 1 } else { PARTS };
        wants[s].levels().iter().map(|&p| ranks(p, pilot, paths, parts)).collect()
    };
    let ranks: Vec<Vec<Vec<u64>>> = (0..wants.len()).map(ranks_of).collect();
    let values = values_at(run, pilot, &ranks, scout)?;
    let place = |s: usize| {
        if wants[s].in_order {
            // Few ask for it, and not of many paths: it shall cost the others no pass.
            return Placed { expected: 0.0, ..every_value(paths) };
        }
        let landmarks = scout.landmarks(s, &wants[s]);
        let bins = bins(&wants[s], &values[s], &landmarks, stored[s].is_some());
        Placed { bins, expected: stored[s].unwrap_or(0.0), landmarks }
    };
    Ok((0..wants.len()).map(|s| wants[s].needs_bins().then(|| place(s))).collect())
}

/// Paths of the pilot of a run.
///
/// Six times the two-thirds power of the run's paths balances the time of the pilot with that of
/// the values it leaves undecided; a share of the run bounds their number. The scout will do if the
/// pilot would not be much larger.
fn pilot_paths(paths: u64, scout: u64) -> u64 {
    let n = paths as f64;
    let pilot = (6.0 * libm::cbrt(n * n)).max(n / 128.0) as u64;
    if pilot < 2 * scout { scout } else { pilot }
}

/// Standard errors of the pilot and the run that a range around a quantile holds on either side,
/// so that a miss is rare.
const REACH: f64 = 5.0;

/// Half the probability that the range around the `p`-quantile of `count` values covers.
fn half_width(p: f64, pilot: u64, count: u64) -> f64 {
    let m = pilot as f64;
    REACH * (p * (1.0 - p) * (1.0 / m + 1.0 / count as f64)).sqrt() + 2.0 / m
}

/// Ranks in a pilot that cut the range of the `p`-quantile of `count` values into parts; 0 and one
/// more than its paths where the range has no end.
fn ranks(p: f64, pilot: u64, count: u64, parts: u64) -> Vec<u64> {
    let (m, half) = (pilot as f64, half_width(p, pilot, count));
    let rank = |i: u64| {
        let at = (p - half + 2.0 * half * i as f64 / parts as f64) * m;
        (at.max(0.0) as u64 + u64::from(i == parts)).min(pilot + 1)
    };
    (0..=parts).map(rank).collect()
}

/// By series and level the values at certain ranks among those of a pilot.
fn values_at<E: Experiment>(
    run: &Run<'_, E>,
    paths: u64,
    ranks: &[Vec<Vec<u64>>],
    scout: &Scout,
) -> Result<Vec<Vec<Vec<f64>>>, Stopped> {
    let mut values: Vec<Vec<Vec<f64>>> = vec![Vec::new(); ranks.len()];
    if paths == scout.paths {
        for (s, levels) in ranks.iter().enumerate() {
            let own = scout.values[s].as_deref().unwrap_or(&[]);
            let of_level = |level: &Vec<u64>| level.iter().map(|&r| at_rank(own, r)).collect();
            values[s] = levels.iter().map(of_level).collect();
        }
        return Ok(values);
    }
    let wants: Vec<Want> = ranks.iter().map(|r| Want::ranks(&r.concat(), paths)).collect();
    let series = needing(&wants);
    let found = pilot(run, paths, |pilot| {
        let placed = place(pilot, &wants, scout)?;
        // All ranks of a series at once: what one of them misses, the others may not.
        pilot.samples(&Alone, &series, placed, |s, mut collected| {
            collected.order_statistics(&ranks[s].concat())
        })
    })?;
    for (&s, found) in series.iter().zip(found) {
        let mut found = found.into_iter();
        let of_level = |level: &Vec<u64>| found.by_ref().take(level.len()).collect();
        values[s] = ranks[s].iter().map(of_level).collect();
    }
    Ok(values)
}

/// Does something on the paths of a pilot, which shares none with the run.
fn pilot<E: Experiment, T>(
    run: &Run<'_, E>,
    paths: u64,
    f: impl FnOnce(&Run<'_, E>) -> Result<T, Stopped>,
) -> Result<T, Stopped> {
    let plan = Plan { points: Points::Pseudo, paths, seed: run.plan.seed, controlled: false };
    let sampler = run.model.sampler(plan.points, plan.seed, "pilot");
    let observer = Quiet(run.observer);
    f(&Run { plan: &plan, sampler: &*sampler, observer: &observer, is_pilot: true, ..*run })
}

/// The bins of a series, from the values that cut the range of each level.
fn bins(want: &Want, cuts: &[Vec<f64>], landmarks: &Landmarks, store: bool) -> Bins {
    let levels = want.levels();
    let tail = |(p, cuts): (&f64, &Vec<f64>)| want.tails.contains(p).then(|| cuts[0]);
    let sums_from = levels.iter().zip(cuts).filter_map(tail).fold(f64::INFINITY, f64::min);
    // Both ends belong to a range: where values are few and common, either may be the quantile.
    let range = |cuts: &Vec<f64>| (cuts[0], cuts[cuts.len() - 1].next_up());
    let ranges: Vec<(f64, f64)> = cuts.iter().map(range).filter(|_| store).collect();
    let Landmarks { atoms, marks } = landmarks;
    Bins::new(Wanted { ranges: &ranges, cuts: &cuts.concat(), atoms, marks, sums_from })
}

/// The series that need bins.
fn needing(wants: &[Want]) -> Vec<usize> {
    (0..wants.len()).filter(|&s| wants[s].needs_bins()).collect()
}

/// Values of the scout at 200 equal steps of probability and further out in the tails.
fn marks(sorted: &[f64]) -> Vec<f64> {
    let n = sorted.len();
    let even = (1..200).map(|i| i * n / 200);
    let tails = [n / 1000, n / 2000, n - n / 1000, n - n / 2000];
    even.chain(tails).filter_map(|i| sorted.get(i).copied()).collect()
}

/// Values that make up more than one in fifty of the scout.
fn atoms(sorted: &[f64]) -> Vec<f64> {
    let runs = sorted.chunk_by(|a, b| a == b);
    runs.filter(|run| run.len() > 1 && run.len() * 50 > sorted.len()).map(|run| run[0]).collect()
}

/// The value at a 1-based rank; infinite beyond the ends.
fn at_rank(sorted: &[f64], rank: u64) -> f64 {
    match rank {
        0 => f64::NEG_INFINITY,
        rank => sorted.get(rank as usize - 1).copied().unwrap_or(f64::INFINITY),
    }
}

/// As many of the open series of a run as fit in memory together, at least one.
pub(super) fn affordable(open: &[usize], placed: &[Option<Placed>], paths: u64) -> Vec<usize> {
    let mut stored = 0.0;
    let fits = |s: &&usize| {
        stored += placed[**s].as_ref().map_or(0.0, |p| p.expected);
        stored <= most_stored(paths)
    };
    let mut group: Vec<usize> = open.iter().take_while(fits).copied().collect();
    if group.is_empty() {
        group.push(open[0]);
    }
    group
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pilot_grows_slower_than_its_run_up_to_a_share_of_it() {
        for (paths, pilot) in [(27_000, 5400), (1_000_000, 60_000), (1_000_000_000, 7_812_500)] {
            assert!(pilot_paths(paths, 1024).abs_diff(pilot) <= 1, "{paths}");
        }
        assert_eq!(pilot_paths(1_000_000, 40_000), 40_000);
    }

    #[test]
    fn ranks_reach_five_standard_errors() {
        // p = 0.5, m = 10,000, N without end: 5 * 0.5 / 100 = 0.025, and two paths.
        assert_eq!(ranks(0.5, 10_000, u64::MAX, 1), [4748, 5253]);
        assert_eq!(ranks(0.5, 10_000, u64::MAX, 2), [4748, 5000, 5253]);
        assert_eq!(ranks(1e-6, 10_000, 100_000, 1)[0], 0);
        assert_eq!(ranks(1.0 - 1e-6, 10_000, 100_000, 1)[1], 10_001);
    }
}
