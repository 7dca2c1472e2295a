//! Burstiness within an interval, folded into the curve.

use super::shape::Shape;
use crate::math::{ln, normal_cdf};
use crate::simd::kernel;

/// Largest accepted distance between a bursty curve and the polygon that stands for it, as a
/// share of the month's demand.
const CHORD_ERROR: f64 = 5e-7;

/// A convex polygon.
pub(super) struct Polygon {
    nodes: Vec<f64>,
    values: Vec<f64>,
}

impl Polygon {
    fn segment(&self, k: f64) -> usize {
        let after = self.nodes.partition_point(|node| *node <= k);
        after.clamp(1, self.nodes.len() - 1) - 1
    }

    fn slope_of(&self, i: usize) -> f64 {
        (self.values[i + 1] - self.values[i]) / (self.nodes[i + 1] - self.nodes[i])
    }

    pub(super) fn slope(&self, k: f64) -> f64 {
        if k >= self.nodes[self.nodes.len() - 1] { 0.0 } else { self.slope_of(self.segment(k)) }
    }

    pub(super) fn value(&self, k: f64) -> f64 {
        if k >= self.nodes[self.nodes.len() - 1] {
            return 0.0;
        }
        let i = self.segment(k);
        self.values[i] + self.slope_of(i) * (k - self.nodes[i])
    }
}

/// A polygon around a bursty curve, and the bound on its error.
pub(super) fn bursty(shape: &Shape, cv: f64) -> (Polygon, f64) {
    // Fewer levels first: chords of the plain curve are a shape of their own, a spread of the
    // original that raises no L by more than the chord error.
    let (reduced, error) = if shape.levels.len() > 512 {
        let (polygon, error) =
            chords(&|k| shape.overflow(k), &|k| shape.share_at_or_below(k), shape.peak());
        (levels_of(&polygon), error)
    } else {
        (shape.clone(), 0.0)
    };
    let levels = Levels::of(&reduced, cv);
    let overflow = |k: f64| levels.at(k).0;
    let mut end = shape.peak();
    while overflow(end) > 0.01 * CHORD_ERROR {
        end *= 1.25;
    }
    let (mut polygon, more) = chords(&overflow, &|k| levels.at(k).1, end);
    *polygon.values.last_mut().expect("chords have nodes") = 0.0;
    (polygon, error + more + 0.01 * CHORD_ERROR)
}

/// The shape whose curve is the given polygon: a level at each node, its weight the bend there.
fn levels_of(polygon: &Polygon) -> Shape {
    let count = polygon.nodes.len();
    let weights = (0..count).map(|i| {
        let before = if i == 0 { -1.0 } else { polygon.slope_of(i - 1) };
        let after = if i + 1 == count { 0.0 } else { polygon.slope_of(i) };
        (after - before).max(0.0)
    });
    Shape::new(&polygon.nodes, &weights.collect::<Vec<_>>())
}

fn log_sd(cv: f64) -> f64 {
    libm::log1p(cv * cv).sqrt()
}

/// Levels of a shape, each a lognormal, for sums over all of them.
struct Levels {
    /// Padded to whole vectors with weights of 0.
    loads: Vec<f64>,
    weights: Vec<f64>,
    logs: Vec<f64>,
    log_sd: f64,
    mean: f64,
    idle: f64,
}

impl Levels {
    fn of(shape: &Shape, cv: f64) -> Self {
        let pairs = || shape.levels.iter().copied().zip(shape.weights.iter().copied());
        let idle = pairs().filter(|(s, _)| *s <= 0.0).map(|(_, w)| w).sum();
        let (mut loads, mut weights): (Vec<f64>, Vec<f64>) =
            pairs().filter(|(s, _)| *s > 0.0).unzip();
        let padded = loads.len().next_multiple_of(WIDTH);
        loads.resize(padded, 1.0);
        weights.resize(padded, 0.0);
        Self {
            logs: loads.iter().map(|s| ln(*s)).collect(),
            mean: pairs().map(|(s, w)| w * s).sum(),
            log_sd: log_sd(cv),
            loads,
            weights,
            idle,
        }
    }

    /// Mean overflow above `k`, and the share of time at or below it.
    fn at(&self, k: f64) -> (f64, f64) {
        if k <= 0.0 {
            return (self.mean - k, self.idle);
        }
        let (overflow, share) = sums(&self.loads, &self.weights, &self.logs, k, self.log_sd);
        (overflow, self.idle + share)
    }
}

/// Levels that are summed side by side.
const WIDTH: usize = 8;

kernel! {
    /// Sums over the levels: what lies above `k > 0`, by [`black`], and the share of time at or
    /// below it.
    fn sums(levels: &[f64], weights: &[f64], logs: &[f64], k: f64, s: f64) -> (f64, f64) {
        let (mut overflow, mut share) = ([0.0; WIDTH], [0.0; WIDTH]);
        let log_k = ln(k);
        let each = levels.chunks_exact(WIDTH).zip(weights.chunks_exact(WIDTH));
        for ((levels, weights), logs) in each.zip(logs.chunks_exact(WIDTH)) {
            for i in 0..WIDTH {
                let d1 = (logs[i] - log_k) / s + 0.5 * s;
                let above = normal_cdf(d1 - s);
                overflow[i] += weights[i] * (levels[i] * normal_cdf(d1) - k * above);
                share[i] += weights[i] * (1.0 - above);
            }
        }
        (overflow.iter().sum(), share.iter().sum())
    }
}

/// Share of time at or below `k`.
pub(super) fn bursty_share(shape: &Shape, cv: f64, k: f64) -> f64 {
    Levels::of(shape, cv).at(k).1
}

/// `E max(X - k, 0)` for a lognormal `X` of mean `mean` and log standard deviation `s`.
///
/// Source: Black (1976), J. Financial Economics 3, 167-179.
#[must_use]
pub fn black(mean: f64, k: f64, s: f64) -> f64 {
    if k <= 0.0 {
        return mean - k;
    }
    if s == 0.0 || mean == 0.0 {
        return (mean - k).max(0.0);
    }
    let d1 = ln(mean / k) / s + 0.5 * s;
    mean * normal_cdf(d1) - k * normal_cdf(d1 - s)
}

/// Chords over `[0, end]`, split until each is close enough, and the bound on their error.
fn chords(overflow: &dyn Fn(f64) -> f64, share: &dyn Fn(f64) -> f64, end: f64) -> (Polygon, f64) {
    let mut nodes = vec![0.0];
    let mut error: f64 = 0.0;
    // A stack of open intervals, the leftmost on top.
    let mut open = vec![(0.0, end, 0.0, share(end))];
    while let Some((a, b, share_a, share_b)) = open.pop() {
        let bound = 0.25 * (b - a) * (share_b - share_a);
        if bound <= CHORD_ERROR || b - a < 1e-9 * end {
            error = error.max(bound);
            nodes.push(b);
        } else {
            let middle = 0.5 * (a + b);
            let share_middle = share(middle);
            open.push((middle, b, share_middle, share_b));
            open.push((a, middle, share_a, share_middle));
        }
    }
    let values = nodes.iter().map(|&k| overflow(k)).collect();
    (Polygon { nodes, values }, error)
}
