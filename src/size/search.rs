//! Which sizes to look at: coarsely over all that could be best, then every legal one around the
//! best.
//!
//! No size whose fees alone exceed the cost of the smallest commitment can be the best, so the
//! search is finite. On a pilot it settles about 48 sizes spread evenly, adds finer ones around the
//! best, and goes on until the legal neighbors of every size that may well be the best have been
//! settled too. The run settles all of these, and more in the rare case that its best is not yet
//! bracketed: the optimum is one of all legal sizes, unless the curve has several valleys narrower
//! than the coarse spacing.

use super::choice::{best, choose};
use super::desk::{Desk, DeskScratch, Entry};
use super::hindsight::{self, Hindsight};
use super::sweep::{Point, Sweep};
use crate::contract::sizes::Sizes;
use crate::path::{PathBlock, Points};
use crate::rng::Lane;
use crate::simulate::{Executor, Experiment, Observer, Plan, Stopped, Want, simulate, simulate_by};
use crate::stats::sample::{Sample, Statistic};
use crate::strategy::StrategyKind;
use crate::study::{Objective, Study};

/// Sizes of the coarse grid.
const COARSE: usize = 48;

/// Sizes of a finer round.
const FINE: usize = 16;

/// Finer sizes that the pilot may add, within a round.
const MOST_FINER: usize = 48;

/// Entries times paths of several strategies in one pass.
const MOST_IN_PASS: u64 = 200_000_000;

/// Probability of being the best from which a size's neighbors are worth a look.
const LIKELY: f64 = 0.01;

/// Sizes of a strategy that were settled on the same paths, in rising order.
pub struct Curve {
    /// The strategy, as a position in the study.
    pub strategy: usize,
    /// The settled sizes.
    pub points: Vec<Point>,
}

/// Has entries settled under `plan`, those of a strategy side by side, from [`starting_sizes`] on
/// until the best of each strategy is bracketed by its legal neighbors: a curve for each strategy,
/// and what hindsight would have chosen from the entries of the last pass.
///
/// # Errors
/// [`Stopped`] when the observer or the executor says so.
///
/// # Panics
/// Never: every point belongs to the strategy of its entry.
pub fn curves(
    study: &Study,
    mut entries: Vec<Entry>,
    plan: &Plan,
    observer: &dyn Observer,
    executor: &dyn Executor,
) -> Result<(Vec<Curve>, Option<Hindsight>), Stopped> {
    let runs = entries.chunk_by(|a, b| a.strategy == b.strategy);
    let mut curves: Vec<Curve> =
        runs.map(|run| Curve { strategy: run[0].strategy, points: Vec::new() }).collect();
    let mut hindsight = None;
    while !entries.is_empty() {
        for sweep in first_sweeps(study, &entries, plan) {
            let mut samples = simulate_by(executor, &study.model, plan, &sweep, observer)?;
            hindsight = sweep.hindsight(plan, &mut samples);
            for point in sweep.points(samples) {
                let own = curves.iter_mut().find(|c| c.strategy == point.entry.strategy);
                own.expect("a curve for each strategy").points.push(point);
            }
        }
        let open = curves.iter_mut().flat_map(|Curve { strategy, points }| {
            sort(points);
            let best = best(points, study.objective);
            entries_of(*strategy, between_neighbors(study, points, best, FINE))
        });
        entries = open.collect();
    }
    Ok((curves, hindsight))
}

/// The sweeps over `entries` with which a run under `plan` begins, strategy by strategy in rising
/// order. If one is enough, it also tells what hindsight would have chosen.
#[must_use]
pub fn first_sweeps<'a>(study: &'a Study, entries: &[Entry], plan: &Plan) -> Vec<Sweep<'a>> {
    let groups = passes(entries, plan.paths);
    let one = groups.len() == 1 && plan.paths <= hindsight::MOST_PATHS;
    let commits = entries.iter().any(|entry| entry.strategy > 0);
    let sweep = |group| {
        let sweep = Sweep::new(study, group, true);
        if one && commits { sweep.with_hindsight() } else { sweep }
    };
    groups.into_iter().map(sweep).collect()
}

/// Sizes of a strategy as entries.
pub fn entries_of(strategy: usize, sizes: Vec<f64>) -> impl Iterator<Item = Entry> {
    sizes.into_iter().map(move |units| Entry { strategy, units })
}

/// The entries of one pass each: strategies share the paths as long as the values that a pass keeps
/// are not too many. A single entry adds next to nothing.
fn passes(entries: &[Entry], paths: u64) -> Vec<Vec<Entry>> {
    let mut groups: Vec<Vec<Entry>> = Vec::new();
    for run in entries.chunk_by(|a, b| a.strategy == b.strategy) {
        match groups.last_mut() {
            Some(group)
                if group.len() == 1 || (group.len() + run.len()) as u64 * paths <= MOST_IN_PASS =>
            {
                group.extend_from_slice(run);
            }
            _ => groups.push(run.to_vec()),
        }
    }
    groups
}

/// Settles sizes on the paths of a pilot.
///
/// # Errors
/// [`Stopped`] when the observer says so.
pub fn try_sizes(
    study: &Study,
    strategy: usize,
    sizes: &[f64],
    pilot: &Plan,
    observer: &dyn Observer,
) -> Result<Vec<Point>, Stopped> {
    let sweep = Sweep::new(study, entries_of(strategy, sizes.to_vec()).collect(), false);
    let samples = simulate(&study.model, pilot, &sweep, observer)?;
    Ok(sweep.points(samples))
}

fn sort(points: &mut [Point]) {
    points.sort_by(|a, b| a.entry.units.total_cmp(&b.entry.units));
}

/// The small run that decides where to look; it shares no replicate with the main run.
#[must_use]
pub fn pilot(seed: u64) -> Plan {
    let points = Points::Quasi { replicates: 16, log2_points: 9 };
    let seed = seed.rotate_left(17) ^ 0x70_696c_6f74;
    Plan { points, paths: 16 << 9, seed, controlled: false }
}

/// The sizes of the first main pass, however many paths it has.
///
/// # Errors
/// [`Stopped`] when the observer says so.
pub fn starting_sizes(
    study: &Study,
    strategy: usize,
    observer: &dyn Observer,
) -> Result<Vec<f64>, Stopped> {
    let kind = study.strategies[strategy].kind;
    if kind == StrategyKind::OnDemand {
        return Ok(vec![0.0]);
    }
    let zero = (kind == StrategyKind::Hybrid).then_some(0.0);
    // The size that a reader will ask about: the one that is fixed in the study.
    let asked = |sizes: &[f64]| study.units.filter(|u| *u > 0.0 && !sizes.contains(u));
    if let Sizes::List(list) = &study.sizes {
        let all = zero.into_iter().chain(list.iter().copied()).chain(asked(list));
        let mut sizes: Vec<f64> = all.collect();
        sizes.sort_by(f64::total_cmp);
        return Ok(sizes);
    }
    let pilot = pilot(study.run.seed);
    let highest = highest_useful(study, strategy, &pilot, observer)?;
    let count = study.sizes.count_up_to(highest);
    let mut sizes: Vec<f64> = spread(0, count - 1, COARSE).map(|i| study.sizes.at(i)).collect();
    sizes.splice(0..0, zero);
    sizes.extend(asked(&sizes));
    sizes.sort_by(f64::total_cmp);
    let most = sizes.len() + MOST_FINER;
    let mut points: Vec<Point> = Vec::new();
    while !sizes.is_empty() {
        points.extend(try_sizes(study, strategy, &sizes, &pilot, observer)?);
        sort(&mut points);
        sizes = if points.len() < most { finer(study, &points) } else { Vec::new() };
    }
    Ok(points.iter().map(|p| p.entry.units).collect())
}

/// Sizes around the likeliest best one whose legal neighbors have not been settled.
fn finer(study: &Study, points: &[Point]) -> Vec<f64> {
    let chances = choose(points, study.objective, 0.0, 0);
    let mut likely: Vec<usize> = (0..points.len())
        .filter(|&i| i == chances.index || chances.probability[i] > LIKELY)
        .collect();
    likely.sort_by(|&a, &b| chances.probability[b].total_cmp(&chances.probability[a]));
    let around = likely.into_iter().map(|i| between_neighbors(study, points, i, FINE));
    around.into_iter().find(|sizes| !sizes.is_empty()).unwrap_or_default()
}

/// Up to `most` whole numbers from `first` to `last`, both included, evenly spread.
fn spread(first: usize, last: usize, most: usize) -> impl Iterator<Item = usize> {
    let count = (last - first + 1).min(most);
    let at = move |i: usize| first + (i * (last - first) + (count - 1) / 2) / (count - 1).max(1);
    (0..count).map(at)
}

/// Legal sizes between a point and its settled neighbors, none if those are adjacent.
fn between_neighbors(study: &Study, points: &[Point], best: usize, most: usize) -> Vec<f64> {
    if matches!(study.sizes, Sizes::List(_)) || points.len() < 2 {
        return Vec::new();
    }
    let settled = |units: f64| points.iter().any(|p| p.entry.units == units);
    let low = points[best.saturating_sub(1)].entry.units;
    let high = points[(best + 1).min(points.len() - 1)].entry.units;
    let (first, last) = (study.sizes.nearest(low), study.sizes.nearest(high));
    // Both gaps take their share, so the best keeps neighbors on both sides.
    let all: Vec<f64> = spread(first, last, most + 3)
        .map(|i| study.sizes.at(i))
        .filter(|&units| !settled(units) && units > low && units < high)
        .collect();
    if all.is_empty() {
        // Spreading can skip the last open sizes of a narrow gap.
        let rest = (first..=last).map(|i| study.sizes.at(i));
        return rest.filter(|&u| !settled(u) && u > low && u < high).take(most).collect();
    }
    all
}

/// Beyond these units the fees alone exceed what the smallest commitment costs.
fn highest_useful(
    study: &Study,
    strategy: usize,
    pilot: &Plan,
    observer: &dyn Observer,
) -> Result<f64, Stopped> {
    let smallest = study.sizes.at(0);
    let bounds = |units| Bounds { desk: Desk::new(study), study, strategy, units };
    let samples = simulate(&study.model, pilot, &bounds(smallest), observer)?;
    let statistic = match study.objective {
        Objective::Mean => Statistic::Mean,
        Objective::Quantile(p) => Statistic::Quantile(p),
        Objective::Cvar(p) | Objective::MeanCvar { level: p, .. } => Statistic::Cvar(p),
        // A size can be bought to be safe from overflow, at a fee above the mean cost.
        Objective::Chance(most) => Statistic::Quantile(1.0 - most),
    };
    let without = level(&samples[0], statistic);
    // Costs are present values: a fee is worth at least its nominal amount at the last discount.
    let least = study.discounts.iter().copied().fold(1.0, f64::min);
    let peak = level(&samples[2], Statistic::Quantile(0.999));
    // Of units that can be given up again the largest share is given up where most are signed.
    let fees = if study.contract.uses(|hooks| hooks.right) {
        simulate(&study.model, pilot, &bounds(peak.max(smallest)), observer)?.swap_remove(1)
    } else {
        samples[1].clone()
    };
    let fee = fees.mean().value * least;
    // A grant pays once, not by the unit.
    let by_unit = fee > 0.0 && !study.contract.uses(|hooks| hooks.grant);
    let paid_for = if by_unit { without / fee } else { f64::INFINITY };
    Ok(paid_for.min(peak) * 1.05)
}

fn level(sample: &Sample, statistic: Statistic) -> f64 {
    let estimate = match statistic {
        Statistic::Mean => Ok(sample.mean()),
        Statistic::Quantile(p) => sample.quantile(p),
        Statistic::Cvar(p) => sample.cvar(p),
    };
    estimate.expect("a pilot keeps all values").value
}

/// Three series that bound the useful sizes: the cost without a commitment (or with the smallest),
/// what each of some units costs at least (fees and the price of ending them, net of credits), and the
/// highest load of any hour.
struct Bounds<'a> {
    desk: Desk<'a>,
    study: &'a Study,
    strategy: usize,
    units: f64,
}

impl Experiment for Bounds<'_> {
    type Scratch = DeskScratch;

    fn wants(&self) -> Vec<Want> {
        let all = Want { quantiles: vec![0.5], ..Want::default() };
        vec![all.clone(), Want::mean(), all]
    }

    fn names(&self) -> Vec<String> {
        ["cost", "fee", "peak"].map(|s| format!("bounds {} {s}", self.strategy)).to_vec()
    }

    fn scratch(&self) -> DeskScratch {
        self.desk.scratch(false)
    }

    fn evaluate(&self, paths: &PathBlock, scratch: &mut DeskScratch, out: &mut [Lane]) {
        self.desk.open(scratch);
        let smallest = match self.study.strategies[self.strategy].kind {
            StrategyKind::Hybrid => 0.0,
            _ => self.study.sizes.at(0),
        };
        let entry = |units| Entry { strategy: self.strategy, units };
        out[0] = self.desk.totals(entry(smallest), paths, scratch).present_value;
        let totals = self.desk.totals(entry(self.units), paths, scratch);
        let peak = self.study.curves.peak();
        for i in 0..out[1].len() {
            out[1][i] = (totals.fee[i] + totals.termination[i] + totals.credit[i]) / self.units;
            out[2][i] = paths.load.iter().map(|row| row[i]).fold(0.0, f64::max) * peak;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_holds_both_ends_and_repeats_nothing() {
        for (first, last, most) in [(0, 10, 4), (3, 5, 48), (0, 1999, 48), (7, 7, 5)] {
            let all: Vec<usize> = spread(first, last, most).collect();
            assert_eq!((all[0], *all.last().expect("not empty")), (first, last));
            assert!(all.windows(2).all(|w| w[0] < w[1]), "{all:?}");
            assert!(all.len() <= most);
        }
    }
}
