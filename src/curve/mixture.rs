//! The load curve of several loads whose shares differ from path to path.
//!
//! At a time `h` of a month with mean load `W`, loads with the shares `m` of it and the levels `x`
//! relative to their own means are together `W (m_1 x_1h + ... + m_n x_nh)`, so that
//!
//! ```text
//! L(k, m) = sum over h of w_h max(m_1 x_1h + ... + m_n x_nh - k, 0)
//! ```
//!
//! is exact for any shares, which need not be known beforehand. Times at which all loads have the
//! same levels are one term of the sum.
//!
//! Bursts of the loads are independent: their variances add up by share, and a term becomes that of
//! Black with `v^2 = ln(1 + (m_1 cv_1)^2 + ... + (m_n cv_n)^2)`, as in [`super::LoadCurve`], here with an
//! error below a ten-millionth part of load and capacity together.
//!
//! More than [`MOST`] different times are merged with the nearest ones to their mean. By Jensen's
//! inequality that never raises `L`. It lowers it by at most half the mean distance of what is
//! merged, because `E max(Y - k, 0) - max(EY - k, 0)` is largest at `k = EY`, where it is
//! `E|Y - EY| / 2`; and the distance of a mixture is at most that of the load for which it is largest.

use super::Course;
use super::quick::{Strike, black};
use crate::math::ln;
use crate::rng::{LANES, Lane};
use crate::simd::kernel;

/// Different times that are kept; those of a week of hours are 168.
const MOST: usize = 512;

/// Paths that are summed side by side.
const WIDTH: usize = 8;

/// A ratio of capacity to load beyond which nothing overflows. It keeps logarithms finite.
const FARTHEST: f64 = 1e9;

/// Without bursts a logarithm has this standard deviation where another path has some.
const NO_BURST: f64 = 1e-9;

/// The function `L` of several loads, for any shares.
#[derive(Clone, Debug)]
pub struct Mixture {
    /// The levels of all loads, time by time.
    levels: Vec<f64>,
    /// Share of the month at each of the times.
    weights: Vec<f64>,
    /// Squared coefficient of variation of each load within an interval of its course.
    variances: Vec<f64>,
    error: f64,
}

impl Mixture {
    /// Loads by their courses over `stretches` of one length, each repeated, and the coefficients of
    /// variation within them.
    ///
    /// # Panics
    /// If there are no loads, or not as many coefficients.
    #[must_use]
    pub fn new(courses: &[Course], burst_cvs: &[f64], stretches: usize) -> Self {
        assert!(!courses.is_empty() && courses.len() == burst_cvs.len());
        let courses: Vec<Course> = courses.iter().cloned().map(Course::relative).collect();
        let at = |h: usize| courses.iter().map(move |c| c.levels[h % c.levels.len()]).collect();
        let mut times: Vec<Time> =
            (0..stretches).map(|h| Time { levels: at(h), count: 1 }).collect();
        times.sort_by(|a, b| by_levels(&a.levels, &b.levels));
        times.dedup_by(|later, first| {
            let same = later.levels == first.levels;
            first.count += if same { later.count } else { 0 };
            same
        });
        let groups = grouped(times);
        let apart = |j: usize| groups.iter().map(|group| group.distances[j]).sum::<f64>();
        let largest = (0..courses.len()).map(apart).fold(0.0, f64::max);
        let weight = |group: &Group| group.count() as f64 / stretches as f64;
        Self {
            levels: groups.iter().flat_map(|group| group.mean.clone()).collect(),
            weights: groups.iter().map(weight).collect(),
            variances: burst_cvs.iter().map(|cv| cv * cv).collect(),
            error: 0.5 * largest / stretches as f64,
        }
    }

    /// Bound on how far the sum lies below the true curve for what is merged, for any shares, as a share
    /// of demand.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.error
    }

    /// The highest level of any mixture over its mean, bursts within two standard deviations.
    #[must_use]
    pub fn peak(&self) -> f64 {
        let level = self.levels.iter().copied().fold(0.0, f64::max);
        let variance = self.variances.iter().copied().fold(0.0, f64::max);
        level * (1.0 + 2.0 * variance.sqrt())
    }

    /// `L(k)` of each path's ratio, where the loads have `shares` of the path's load, which sum to 1.
    #[must_use]
    pub fn overflows(&self, shares: &[Lane], ratios: &Lane) -> Lane {
        let mut out = [0.0; LANES];
        if self.variances.iter().all(|variance| *variance == 0.0) {
            plain(&self.levels, &self.weights, shares, ratios, &mut out);
        } else {
            bursty(self, shares, ratios, &mut out);
        }
        out
    }

    /// What a path's bursts are held against.
    #[inline(always)]
    fn strike(&self, shares: &[Lane], ratios: &Lane, i: usize) -> Strike {
        let k = if ratios[i] < FARTHEST { ratios[i] } else { FARTHEST };
        let mut variance = 0.0;
        for (own, share) in self.variances.iter().zip(shares) {
            variance += own * share[i] * share[i];
        }
        let v = ln(1.0 + variance).sqrt();
        let v = if v > NO_BURST { v } else { NO_BURST };
        Strike { k, log_k: ln(k), v, inverse: 1.0 / v }
    }
}

kernel! {
    /// What lies above each ratio, without bursts.
    fn plain(levels: &[f64], weights: &[f64], shares: &[Lane], ratios: &Lane, out: &mut Lane) {
        for first in (0..LANES).step_by(WIDTH) {
            let mut sum = [0.0; WIDTH];
            for (levels, weight) in levels.chunks_exact(shares.len()).zip(weights) {
                let level = mixed(levels, shares, first);
                for i in 0..WIDTH {
                    let above = level[i] - ratios[first + i];
                    sum[i] = weight.mul_add(if above > 0.0 { above } else { 0.0 }, sum[i]);
                }
            }
            close(first, &sum, ratios, out);
        }
    }
}

kernel! {
    /// What lies above each ratio, each time's load with a lognormal factor.
    fn bursty(mixture: &Mixture, shares: &[Lane], ratios: &Lane, out: &mut Lane) {
        for first in (0..LANES).step_by(WIDTH) {
            let mut sum = [0.0; WIDTH];
            // Field by field, so that each is a vector.
            let (mut k, mut log_k) = ([0.0; WIDTH], [0.0; WIDTH]);
            let (mut v, mut inverse) = ([0.0; WIDTH], [0.0; WIDTH]);
            for i in 0..WIDTH {
                let strike = mixture.strike(shares, ratios, first + i);
                (k[i], log_k[i]) = (strike.k, strike.log_k);
                (v[i], inverse[i]) = (strike.v, strike.inverse);
            }
            let times = mixture.levels.chunks_exact(shares.len()).zip(&mixture.weights);
            for (levels, weight) in times {
                let level = mixed(levels, shares, first);
                for i in 0..WIDTH {
                    let strike =
                        Strike { k: k[i], log_k: log_k[i], v: v[i], inverse: inverse[i] };
                    sum[i] = weight.mul_add(black(level[i], strike), sum[i]);
                }
            }
            close(first, &sum, ratios, out);
        }
    }
}

/// Writes the sums of the paths from `first` on. Without capacity all of the demand overflows, to the
/// bit, and far above the load rounding can leave less than nothing.
#[inline(always)]
fn close(first: usize, sums: &[f64; WIDTH], ratios: &Lane, out: &mut Lane) {
    for i in 0..WIDTH {
        let above = if sums[i] > 0.0 { sums[i] } else { 0.0 };
        out[first + i] = if ratios[first + i] > 0.0 { above } else { 1.0 };
    }
}

/// The level of the mixture on the paths from `first` on.
#[inline(always)]
fn mixed(levels: &[f64], shares: &[Lane], first: usize) -> [f64; WIDTH] {
    let mut out = [0.0; WIDTH];
    for (level, share) in levels.iter().zip(shares) {
        for i in 0..WIDTH {
            out[i] = level.mul_add(share[first + i], out[i]);
        }
    }
    out
}

/// The levels of the loads that last for some stretches.
#[derive(Clone, Debug)]
struct Time {
    levels: Vec<f64>,
    count: usize,
}

fn by_levels(a: &[f64], b: &[f64]) -> std::cmp::Ordering {
    let mut each = a.iter().zip(b).map(|(a, b)| a.total_cmp(b));
    each.find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
}

/// Times that count as one.
#[derive(Clone, Debug)]
struct Group {
    times: Vec<Time>,
    mean: Vec<f64>,
    /// Sum of the distances of each load's levels from their mean.
    distances: Vec<f64>,
}

impl Group {
    fn new(times: Vec<Time>) -> Self {
        let loads = 0..times[0].levels.len();
        let sum = |of: &dyn Fn(&[f64]) -> f64| -> f64 {
            times.iter().map(|time| time.count as f64 * of(&time.levels)).sum()
        };
        let total = sum(&|_| 1.0);
        let mean = match &times[..] {
            [only] => only.levels.clone(),
            _ => loads.clone().map(|j| sum(&|levels| levels[j]) / total).collect(),
        };
        let distances = loads.map(|j| sum(&|levels| (levels[j] - mean[j]).abs())).collect();
        Self { times, mean, distances }
    }

    fn count(&self) -> usize {
        self.times.iter().map(|time| time.count).sum()
    }

    /// The load whose levels differ most, and how much.
    fn widest(&self) -> (usize, f64) {
        let all = self.distances.iter().copied().enumerate();
        all.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0))
    }

    /// The times with lower and with higher levels of the load that differs most.
    fn split(mut self) -> [Self; 2] {
        let (load, _) = self.widest();
        self.times.sort_by(|a, b| a.levels[load].total_cmp(&b.levels[load]));
        let below = self.times.partition_point(|time| time.levels[load] < self.mean[load]);
        let high = self.times.split_off(below.clamp(1, self.times.len() - 1));
        [Self::new(self.times), Self::new(high)]
    }
}

/// Groups of different times, at most [`MOST`]: the widest is split until there are as many.
fn grouped(times: Vec<Time>) -> Vec<Group> {
    if times.len() <= MOST {
        return times.into_iter().map(|time| Group::new(vec![time])).collect();
    }
    let mut groups = vec![Group::new(times)];
    while groups.len() < MOST {
        let widths = groups.iter().map(|group| group.widest().1).enumerate();
        let widest = widths.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(at, _)| at);
        groups.extend(groups[widest].clone().split());
        groups.swap_remove(widest);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curve::{LoadCurve, Sharer, shared};

    fn course(levels: &[f64]) -> Course {
        Course { levels: levels.to_vec(), hours: 1.0 }.relative()
    }

    /// A day and a night, with an hour of nothing.
    fn opposed() -> [Course; 2] {
        let level = |h: usize, at: f64| (1.0 + (h as f64 * 0.2618 - at).cos()).powi(2);
        let levels = |at: f64| (0..24).map(|h| level(h, at)).collect::<Vec<_>>();
        [course(&levels(0.0)), course(&[&levels(3.0)[..23], &[0.0]].concat())]
    }

    /// Loads that go through `hours` hours with little in common.
    fn long(hours: usize) -> [Course; 2] {
        let level = |h: usize, a: f64, b: f64| {
            2.2 + (h as f64 * a).sin()
                + (h as f64 * b).cos() * (1.0 + 0.1 * (h as f64 * 0.01).sin())
        };
        let levels = |a: f64, b: f64| (0..hours).map(|h| level(h, a, b)).collect::<Vec<_>>();
        [course(&levels(0.2618, 0.037)), course(&levels(0.31, 0.0374))]
    }

    fn shares(first: f64) -> [Lane; 2] {
        [[first; LANES], [1.0 - first; LANES]]
    }

    /// The curve of one mix, as studies without others compile it.
    fn fixed(courses: &[Course], cvs: [f64; 2], first: f64, stretches: usize) -> LoadCurve {
        let sharers: Vec<Sharer<'_>> = courses
            .iter()
            .zip([first, 1.0 - first])
            .map(|(course, load)| Sharer { course, load, share: 0.0, window: 0 })
            .collect();
        let cv = ((first * cvs[0]).powi(2) + ((1.0 - first) * cvs[1]).powi(2)).sqrt();
        LoadCurve::new(shared(&sharers, stretches), cv)
    }

    /// For every mix the curve is that of the mix alone, with bursts and without: compiled curves are
    /// too high by at most their own bound, Black's formula errs by less than a millionth.
    #[test]
    fn every_mix_has_its_own_curve() {
        for (courses, stretches) in [(opposed(), 24), ([Course::flat(), Course::flat()], 1)] {
            for cvs in [[0.0, 0.0], [0.1, 0.05], [0.44, 0.8], [0.6, 0.0], [2.0, 1.0]] {
                let mixture = Mixture::new(&courses, &cvs, stretches);
                assert_eq!(mixture.error(), 0.0);
                for first in [0.0, 0.1, 0.5, 0.77, 1.0] {
                    let curve = fixed(&courses, cvs, first, stretches);
                    let tolerance = curve.error() + if cvs[0] > 0.0 { 1e-6 } else { 1e-12 };
                    for i in 0..60 {
                        let k = f64::from(i) * 0.07;
                        let got = mixture.overflows(&shares(first), &[k; LANES])[5];
                        let expected = curve.overflow(k);
                        let what = format!("{cvs:?}, {first} at {k}: {got}, {expected}");
                        assert!((got - expected).abs() <= tolerance, "{what}");
                        assert!(got >= 0.0 && (i > 0 || got == 1.0), "{what}");
                    }
                }
            }
        }
    }

    #[test]
    fn each_path_has_its_own_shares() {
        let courses = opposed();
        let mixture = Mixture::new(&courses, &[0.3, 0.0], 24);
        let first: Lane = std::array::from_fn(|i| i as f64 / (LANES - 1) as f64);
        let second = first.map(|share| 1.0 - share);
        let got = mixture.overflows(&[first, second], &[1.2; LANES]);
        for i in 0..LANES {
            assert_eq!(got[i], mixture.overflows(&shares(first[i]), &[1.2; LANES])[0]);
        }
        assert!(got[0] != got[1]);
    }

    /// Nothing is wanted beyond any capacity, and a load of nothing leaves no infinite figure.
    #[test]
    fn an_infinite_ratio_overflows_nothing() {
        for cvs in [[0.0, 0.0], [0.5, 0.1]] {
            let mixture = Mixture::new(&opposed(), &cvs, 24);
            let got = mixture.overflows(&shares(0.5), &[f64::INFINITY; LANES]);
            assert!(got.iter().all(|share| *share < 1e-12), "{got:?}");
        }
    }

    /// Merged hours take from the curve, never add, and at most as much as their bound says.
    #[test]
    fn merged_hours_stay_within_their_bound() {
        let courses = long(8760);
        let mixture = Mixture::new(&courses, &[0.0, 0.0], 8760);
        assert_eq!(mixture.weights.len(), MOST);
        assert!(mixture.error() > 0.0 && mixture.error() < 0.02, "{}", mixture.error());
        let mut largest = 0.0f64;
        for first in [0.0, 0.2, 0.5, 0.9] {
            for i in 0..80 {
                let k = f64::from(i) * 0.03;
                let hours = courses[0].levels.iter().zip(&courses[1].levels);
                let above = hours.map(|(a, b)| (first * a + (1.0 - first) * b - k).max(0.0));
                let exact = above.sum::<f64>() / 8760.0;
                let short = exact - mixture.overflows(&shares(first), &[k; LANES])[0];
                assert!((-1e-12..=mixture.error()).contains(&short), "{short} at {first}, {k}");
                largest = largest.max(short);
            }
        }
        // The bound holds for every mix and capacity at once; one of them is far from it.
        assert!(largest < 1e-3, "{largest}");
    }

    /// Hours that differ in nothing are one, whatever their number.
    #[test]
    fn the_same_hours_are_one_term() {
        let twice = [course(&[1.0, 3.0, 1.0, 3.0]), course(&[2.0, 1.0])];
        let mixture = Mixture::new(&twice, &[0.0, 0.0], 4);
        assert_eq!((mixture.levels.len(), &mixture.weights[..]), (4, &[0.5, 0.5][..]));
    }
}
