//! The best size: its value, how sure the simulation is of it, and what comes close.

use super::sweep::Point;
use crate::stats::best::{best_of, lowest};
use crate::stats::estimate::Estimate;
use crate::stats::sample::{Sample, Statistic};
use crate::study::Objective;

/// The best of a strategy's sizes.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Position of the best size among the points.
    pub index: usize,
    /// The objective of each size; infinite where a chance constraint is not met.
    pub objective: Vec<Estimate>,
    /// Probability, given sampling error, that each size is the best.
    pub probability: Vec<f64>,
    /// Positions of the smallest and largest size of the 95 % interval of the best.
    pub interval: (usize, usize),
    /// Smallest and largest units whose objective is within the indifference of the best.
    pub band: (f64, f64),
    /// What the band allows, USD.
    pub tolerance: f64,
    /// Whether any size meets the chance constraint; true for the other objectives.
    pub feasible: bool,
}

/// The best of points in rising order of units.
///
/// `indifference` is the share of the best objective that does not matter.
///
/// # Panics
/// Without points, or if a chance constraint has no budget, which no resolved study has.
#[must_use]
pub fn choose(points: &[Point], objective: Objective, indifference: f64, seed: u64) -> Choice {
    let estimates = estimates(points, objective);
    let (values, feasible) = values(points, &estimates);
    let sections: Vec<Vec<f64>> = if feasible {
        points.iter().map(|p| section_values(p.objective(), objective)).collect()
    } else {
        points.iter().map(|p| overspent(p).section_means()).collect()
    };
    let best = best_of(&values, &sections, seed);
    // Without a size that meets the constraint the values are probabilities, and nothing is as good.
    let tolerance = if feasible { indifference * values[best.index].abs() } else { 0.0 };
    let units: Vec<f64> = points.iter().map(|p| p.entry.units).collect();
    Choice {
        band: band(&units, &values, best.index, tolerance),
        index: best.index,
        probability: best.probability,
        interval: best.interval,
        objective: estimates,
        tolerance,
        feasible,
    }
}

/// Position of the best of points, as [`choose`] finds it, without how sure that is.
///
/// # Panics
/// As [`choose`].
#[must_use]
pub fn best(points: &[Point], objective: Objective) -> usize {
    let (values, _) = values(points, &estimates(points, objective));
    lowest(values.into_iter())
}

fn estimates(points: &[Point], objective: Objective) -> Vec<Estimate> {
    points.iter().map(|p| value(p, objective)).collect()
}

/// What the best has the lowest of, and whether any size is feasible: the objective, or else the
/// probability of overspending.
fn values(points: &[Point], estimates: &[Estimate]) -> (Vec<f64>, bool) {
    if estimates.iter().any(|e| e.value.is_finite()) {
        return (estimates.iter().map(|e| e.value).collect(), true);
    }
    (points.iter().map(|p| overspent(p).mean().value).collect(), false)
}

/// Whether the budget was exceeded: 1 or 0.
fn overspent(point: &Point) -> &Sample {
    &point.over.as_ref().expect("a chance constraint has a budget").0
}

/// The objective of a size.
fn value(point: &Point, objective: Objective) -> Estimate {
    let sample = point.objective();
    let known =
        |result: Result<Estimate, _>| result.expect("the run resolved the objective's statistics");
    match objective {
        Objective::Mean => sample.mean(),
        Objective::Quantile(p) => known(sample.quantile(p)),
        Objective::Cvar(p) => known(sample.cvar(p)),
        Objective::MeanCvar { weight, level } => {
            let tail = known(sample.cvar(level));
            let mean = sample.mean();
            let mixed = (1.0 - weight) * mean.value + weight * tail.value;
            sample.from_sections(mixed, &section_values(sample, objective))
        }
        Objective::Chance(most) => {
            let chance = overspent(point).mean();
            // Allowed only if the simulation is sure of it.
            if chance.high <= most { sample.mean() } else { Estimate::exact(f64::INFINITY) }
        }
    }
}

/// The value of each section in the objective, apart from a chance constraint.
///
/// # Panics
/// If the run has not resolved what the objective needs.
#[must_use]
pub fn section_values(sample: &Sample, objective: Objective) -> Vec<f64> {
    let of = |statistic| {
        sample.section_values(statistic).expect("the run resolved the objective's statistics")
    };
    match objective {
        Objective::Mean | Objective::Chance(_) => of(Statistic::Mean),
        Objective::Quantile(p) => of(Statistic::Quantile(p)),
        Objective::Cvar(p) => of(Statistic::Cvar(p)),
        Objective::MeanCvar { weight, level } => {
            let pairs = of(Statistic::Mean).into_iter().zip(of(Statistic::Cvar(level)));
            pairs.map(|(mean, tail)| (1.0 - weight) * mean + weight * tail).collect()
        }
    }
}

/// The units around the best whose value stays within `tolerance`, between sizes by straight
/// lines: those lie above a convex curve, so the band is never too wide.
fn band(units: &[f64], values: &[f64], best: usize, tolerance: f64) -> (f64, f64) {
    let limit = values[best] + tolerance;
    let edge = |inside: usize, outside: usize| {
        let (a, b) = (values[inside], values[outside]);
        let share = if b.is_finite() { (limit - a) / (b - a) } else { 0.0 };
        units[inside] + share.clamp(0.0, 1.0) * (units[outside] - units[inside])
    };
    let below = (0..best).rev().find(|&i| values[i] > limit);
    let above = (best + 1..units.len()).find(|&i| values[i] > limit);
    (
        below.map_or(units[0], |i| edge(i + 1, i)),
        above.map_or(units[units.len() - 1], |i| edge(i - 1, i)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_band_ends_where_the_curve_crosses_the_tolerance() {
        let units = [0.0, 10.0, 20.0, 30.0, 40.0];
        let values = [9.0, 5.0, 4.0, 5.0, 9.0];
        assert_eq!(band(&units, &values, 2, 1.0), (10.0, 30.0));
        assert_eq!(band(&units, &values, 2, 0.5), (15.0, 25.0));
        assert_eq!(band(&units, &values, 2, 3.0), (5.0, 35.0));
        assert_eq!(band(&units, &values, 2, 99.0), (0.0, 40.0));
        assert_eq!(band(&units, &[9.0, f64::INFINITY, 4.0, 4.5, 9.0], 2, 1.0).0, 20.0);
    }
}
