//! The load curve of a month: how much load lies above a given capacity.
//!
//! In a month with mean load `W`, the load at a time of the month is `s W` with the *shape* `s`
//! (mean 1). Against a capacity `K` only the ratio `k = K / W` matters:
//!
//! ```text
//! L(k) = mean of max(s - k, 0) over the month
//! spilled = W L(k)      served = W (1 - L(k))      utilization u = (1 - L(k)) / k
//! ```
//!
//! `L` is convex, falls from `L(0) = 1` to 0 and is piecewise linear for a finite shape, so an
//! exact answer needs no walk over the hours of the month.
//!
//! Load that varies *within* the intervals of the shape is folded in as an independent lognormal
//! factor of mean 1: `L(k) = mean over s of Bl(s, k, v)` with `v^2 = ln(1 + cv^2)` and the Black
//! formula `Bl`. Ignoring it is a bias with a known sign: spill is always underestimated.
//!
//! A shape of few levels is evaluated as it stands, exactly. Any other is compiled to chords over
//! fine cells, one table lookup per evaluation. A chord lies above a convex curve by at most
//! `(b - a) (G(b) - G(a)) / 4`, where `G(k)` is the share of time at or below `k`;
//! [`LoadCurve::error`] is the largest such bound, so that money computed from the chords is too
//! high by at most `error` times the on-demand bill.

use crate::math::{ln, normal_cdf};
use crate::rng::{LANES, Lane};

/// Shapes with at most this many levels are evaluated without a table.
const FEW: usize = 24;

/// Largest accepted distance between a bursty curve and the polygon that stands for it, as a
/// share of the month's demand.
const CHORD_ERROR: f64 = 5e-7;

/// Cells per octave of `1 + k`, as a power of two.
const CELL_BITS: u32 = 12;

/// Cells of the table: eight octaves, `k` up to 255.
const CELLS: usize = 8 << CELL_BITS;

/// A table whose length the compiler knows, so that a masked index needs no check.
type Table = Box<[f64; CELLS]>;

/// The function `L` of a shape, compiled for fast evaluation.
#[derive(Clone, Debug)]
pub struct LoadCurve {
    shape: Shape,
    burst_cv: f64,
    error: f64,
    compiled: Compiled,
}

#[derive(Clone, Debug)]
enum Compiled {
    /// `L(k) = sum of weight * max(level - k, 0)`.
    Few(Vec<(f64, f64)>),
    /// `L(k) = intercept + slope * k` in the cell of `k`.
    Cells { intercepts: Table, slopes: Table },
}

impl LoadCurve {
    /// The curve of a shape whose load varies within its intervals with coefficient of variation
    /// `burst_cv` (0 for none).
    #[must_use]
    pub fn new(shape: Shape, burst_cv: f64) -> Self {
        let (compiled, error) = if burst_cv > 0.0 {
            let (polygon, error) = bursty(&shape, burst_cv);
            let (compiled, more) = cells(&|k| polygon.value(k), &|k| polygon.slope(k));
            (compiled, error + more)
        } else if shape.levels.len() > FEW {
            cells(&|k| shape.overflow(k), &|k| {
                shape.share_at_or_below(k) - 1.0
            })
        } else {
            let pairs = shape
                .levels
                .iter()
                .copied()
                .zip(shape.weights.iter().copied());
            (Compiled::Few(pairs.collect()), 0.0)
        };
        Self {
            shape,
            burst_cv,
            error,
            compiled,
        }
    }

    /// `L(k)` for a capacity of `k >= 0` times the month's mean load.
    #[must_use]
    pub fn overflow(&self, k: f64) -> f64 {
        self.overflows(&[k; LANES])[0]
    }

    /// `L(k)` of each path's ratio.
    ///
    /// Written as loops of fixed length over tables of fixed size, so that each becomes vector
    /// code, with gathers where the processor has them.
    #[inline(always)]
    #[must_use]
    pub fn overflows(&self, ratios: &Lane) -> Lane {
        let mut out = [0.0; LANES];
        match &self.compiled {
            Compiled::Few(levels) => {
                for &(level, weight) in levels {
                    for i in 0..LANES {
                        let above = level - ratios[i];
                        out[i] += if above > 0.0 { weight * above } else { 0.0 };
                    }
                }
            }
            Compiled::Cells { intercepts, slopes } => {
                for i in 0..LANES {
                    // The last cell is zero; the comparison also catches an infinite ratio.
                    let k = if ratios[i] < FARTHEST {
                        ratios[i]
                    } else {
                        FARTHEST
                    };
                    let cell = cell(k);
                    out[i] = intercepts[cell] + slopes[cell] * k;
                }
            }
        }
        out
    }

    /// Share of time with load above `k` times the month's mean: the negative slope of `L`.
    #[must_use]
    pub fn exceedance(&self, k: f64) -> f64 {
        if self.burst_cv > 0.0 {
            1.0 - bursty_share(&self.shape, self.burst_cv, k)
        } else {
            1.0 - self.shape.share_at_or_below(k)
        }
    }

    /// Bound on how far the compiled curve lies above the true one, as a share of demand.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.error
    }

    /// The shape before burstiness.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Coefficient of variation of the load within an interval of the shape.
    #[must_use]
    pub fn burst_cv(&self) -> f64 {
        self.burst_cv
    }
}

/// Where the last cell starts.
const FARTHEST: f64 = 254.0;

/// The cell of `0 <= k <= FARTHEST`: the upper bits of `1 + k`.
#[inline(always)]
fn cell(k: f64) -> usize {
    let bits = (1.0 + k).to_bits() >> (52 - CELL_BITS);
    (bits as usize).wrapping_sub(1023 << CELL_BITS) & (CELLS - 1)
}

/// The lower edge of a cell.
fn cell_edge(cell: usize) -> f64 {
    f64::from_bits((cell as u64 + (1023 << CELL_BITS)) << (52 - CELL_BITS)) - 1.0
}

/// Chords of a convex function over the cells, and the bound on their error.
///
/// `value` is the function, `slope` its right derivative.
fn cells(value: &dyn Fn(f64) -> f64, slope: &dyn Fn(f64) -> f64) -> (Compiled, f64) {
    let table = || -> Table { vec![0.0; CELLS].try_into().expect("its length") };
    let (mut intercepts, mut slopes, mut error) = (table(), table(), 0.0f64);
    // All of the demand overflows without capacity, to the bit.
    let mut left = (0.0, 1.0, slope(0.0));
    for cell in 0..=cell(FARTHEST) {
        let edge = cell_edge(cell + 1);
        let right = (edge, value(edge), slope(edge));
        let chord = (right.1 - left.1) / (right.0 - left.0);
        slopes[cell] = chord;
        intercepts[cell] = left.1 - chord * left.0;
        error = error.max(0.25 * (right.0 - left.0) * (right.2 - left.2));
        if right.1 == 0.0 {
            return (Compiled::Cells { intercepts, slopes }, error);
        }
        left = right;
    }
    (Compiled::Cells { intercepts, slopes }, error + left.1)
}

/// A convex polygon.
struct Polygon {
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

    fn slope(&self, k: f64) -> f64 {
        if k >= self.nodes[self.nodes.len() - 1] {
            0.0
        } else {
            self.slope_of(self.segment(k))
        }
    }

    fn value(&self, k: f64) -> f64 {
        if k >= self.nodes[self.nodes.len() - 1] {
            return 0.0;
        }
        let i = self.segment(k);
        self.values[i] + self.slope_of(i) * (k - self.nodes[i])
    }
}

/// The levels that the load takes in a month, relative to its mean, and for how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Distinct levels in rising order; their weighted mean is 1.
    levels: Vec<f64>,
    /// Share of time at each level; the sum is 1.
    weights: Vec<f64>,
    /// `above[i]`: weight of the levels from `i` on; `volume[i]`: their weighted sum.
    above: Vec<f64>,
    volume: Vec<f64>,
}

impl Shape {
    /// A shape from levels in any unit and their weights (hours, counts), both scaled here.
    ///
    /// # Panics
    /// If there is no positive level, or a level or weight is negative or not finite.
    #[must_use]
    pub fn new(levels: &[f64], weights: &[f64]) -> Self {
        let mut pairs: Vec<(f64, f64)> = levels
            .iter()
            .copied()
            .zip(weights.iter().copied())
            .collect();
        assert!(
            pairs
                .iter()
                .all(|(s, w)| s.is_finite() && *s >= 0.0 && w.is_finite() && *w >= 0.0),
            "levels and weights are finite and not negative"
        );
        pairs.retain(|(_, w)| *w > 0.0);
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        pairs.dedup_by(|later, first| {
            let same = later.0 == first.0;
            if same {
                first.1 += later.1;
            }
            same
        });
        let total: f64 = pairs.iter().map(|(_, w)| w).sum();
        let mean: f64 = pairs.iter().map(|(s, w)| s * w).sum::<f64>() / total;
        assert!(mean > 0.0, "a shape has some load");
        let levels = pairs.iter().map(|(s, _)| s / mean).collect();
        let weights = pairs.iter().map(|(_, w)| w / total).collect();
        Self::summed(levels, weights)
    }

    fn summed(levels: Vec<f64>, weights: Vec<f64>) -> Self {
        let n = levels.len();
        let (mut above, mut volume) = (vec![0.0; n + 1], vec![0.0; n + 1]);
        for i in (0..n).rev() {
            above[i] = above[i + 1] + weights[i];
            volume[i] = volume[i + 1] + weights[i] * levels[i];
        }
        Self {
            levels,
            weights,
            above,
            volume,
        }
    }

    /// A constant load.
    #[must_use]
    pub fn flat() -> Self {
        Self::new(&[1.0], &[1.0])
    }

    /// The highest level, as a multiple of the mean.
    #[must_use]
    pub fn peak(&self) -> f64 {
        *self.levels.last().expect("a shape has levels")
    }

    /// The level not exceeded for a share `p` of the time.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        let index = self.above.partition_point(|&above| 1.0 - above < p - 1e-12);
        self.levels[index.clamp(1, self.levels.len()) - 1]
    }

    /// `L(k)` without burstiness, exactly.
    fn overflow(&self, k: f64) -> f64 {
        let i = self.levels.partition_point(|&s| s <= k);
        (self.volume[i] - self.above[i] * k).max(0.0)
    }

    fn share_at_or_below(&self, k: f64) -> f64 {
        1.0 - self.above[self.levels.partition_point(|&s| s <= k)]
    }
}

/// A polygon around a bursty curve, and the bound on its error.
fn bursty(shape: &Shape, cv: f64) -> (Polygon, f64) {
    // Fewer levels first: chords of the plain curve are a shape of their own, a spread of the
    // original that raises no L by more than the chord error.
    let (reduced, error) = if shape.levels.len() > 512 {
        let (polygon, error) = chords(
            &|k| shape.overflow(k),
            &|k| shape.share_at_or_below(k),
            shape.peak(),
        );
        (levels_of(&polygon), error)
    } else {
        (shape.clone(), 0.0)
    };
    let overflow = |k: f64| bursty_overflow(&reduced, cv, k);
    let mut end = shape.peak();
    while overflow(end) > 0.01 * CHORD_ERROR {
        end *= 1.25;
    }
    let (mut polygon, more) = chords(&overflow, &|k| bursty_share(&reduced, cv, k), end);
    *polygon.values.last_mut().expect("chords have nodes") = 0.0;
    (polygon, error + more + 0.01 * CHORD_ERROR)
}

/// The shape whose curve is the given polygon: a level at each node, its weight the bend there.
fn levels_of(polygon: &Polygon) -> Shape {
    let count = polygon.nodes.len();
    let weights = (0..count).map(|i| {
        let before = if i == 0 {
            -1.0
        } else {
            polygon.slope_of(i - 1)
        };
        let after = if i + 1 == count {
            0.0
        } else {
            polygon.slope_of(i)
        };
        (after - before).max(0.0)
    });
    Shape::new(&polygon.nodes, &weights.collect::<Vec<_>>())
}

fn log_sd(cv: f64) -> f64 {
    libm::log1p(cv * cv).sqrt()
}

/// `mean over s of Bl(s, k, v)`.
fn bursty_overflow(shape: &Shape, cv: f64, k: f64) -> f64 {
    let v = log_sd(cv);
    let pairs = shape.levels.iter().zip(&shape.weights);
    pairs.map(|(&s, &w)| w * black(s, k, v)).sum()
}

/// Share of time at or below `k`.
fn bursty_share(shape: &Shape, cv: f64, k: f64) -> f64 {
    if k <= 0.0 {
        return shape.share_at_or_below(0.0);
    }
    let v = log_sd(cv);
    let pairs = shape.levels.iter().zip(&shape.weights);
    pairs
        .map(|(&s, &w)| {
            if s == 0.0 {
                w
            } else {
                w * normal_cdf(ln(k / s) / v + 0.5 * v)
            }
        })
        .sum()
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The 8,760-hour test shape of the reference: weekly, daily and yearly waves with noise from
    /// a 64-bit linear congruential generator.
    fn year() -> Shape {
        let mut state = 12_345u64;
        let pi = std::f64::consts::PI;
        let levels: Vec<f64> = (0..8760)
            .map(|h| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let u = ((state >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0;
                let (day, hour) = (h / 24, f64::from(h % 24));
                let week = if day % 7 < 5 { 1.0 } else { 0.6 };
                let daily = 1.0 + 0.5 * (2.0 * pi * (hour - 14.0) / 24.0).cos();
                let yearly = 1.0 + 0.15 * (2.0 * pi * (f64::from(day) - 30.0) / 365.0).cos();
                week * daily * yearly * (0.15 * crate::math::normal_quantile(u)).exp()
            })
            .collect();
        Shape::new(&levels, &vec![1.0; levels.len()])
    }

    fn assert_close(got: f64, expected: f64, tolerance: f64) {
        assert!(
            (got - expected).abs() <= tolerance,
            "{got}, expected {expected}"
        );
    }

    #[test]
    fn flat_load_is_exact() {
        let curve = LoadCurve::new(Shape::flat(), 0.0);
        for k in [0.0, 0.3, 0.999, 1.0, 1.5, 1e9, f64::INFINITY] {
            assert_eq!(curve.overflow(k), (1.0 - k).max(0.0));
        }
        assert_eq!(curve.error(), 0.0);
    }

    #[test]
    fn three_levels_are_exact() {
        let curve = LoadCurve::new(Shape::new(&[0.4, 1.0, 1.6], &[1.0, 2.0, 1.0]), 0.0);
        for i in 0..400 {
            let k = f64::from(i) * 0.005;
            let exact =
                0.25 * (0.4 - k).max(0.0) + 0.5 * (1.0 - k).max(0.0) + 0.25 * (1.6 - k).max(0.0);
            assert_close(curve.overflow(k), exact, 1e-15);
        }
        assert_eq!(curve.exceedance(1.0), 0.25);
    }

    /// Reference values of the 8,760-hour curve, computed from its hours elsewhere.
    #[test]
    fn a_year_of_hours_by_chords_stays_within_its_bound() {
        let shape = year();
        assert_close(shape.levels[0], 0.209_092_156, 1e-9);
        assert_close(shape.peak(), 2.935_264_501, 1e-9);
        let known = [
            (0.5, 0.512_612_899_291),
            (1.0, 0.192_491_914_222),
            (1.5, 0.046_129_261_031),
        ];
        let curve = LoadCurve::new(shape.clone(), 0.0);
        assert!(
            curve.error() > 0.0 && curve.error() <= 1e-6,
            "{}",
            curve.error()
        );
        for (k, l) in known {
            assert_close(shape.overflow(k), l, 1e-12);
            let above = curve.overflow(k) - l;
            assert!((-1e-12..=curve.error()).contains(&above), "{above} at {k}");
        }
    }

    /// L at k = 1 with burstiness, from the same reference.
    #[test]
    fn burstiness_raises_spill_to_the_known_values() {
        let known = [
            (0.1, 0.195_771_728),
            (0.3, 0.220_943_951),
            (0.6, 0.284_267_403),
            (1.0, 0.367_341_639),
        ];
        for (cv, expected) in known {
            let curve = LoadCurve::new(year(), cv);
            assert!(curve.error() <= 2.0e-6, "{}", curve.error());
            assert_close(curve.overflow(1.0), expected, curve.error() + 1e-9);
            assert_close(curve.overflow(0.0), 1.0, 1e-9);
        }
    }

    #[test]
    fn curves_are_convex_and_falling_and_bursts_add_spill() {
        let plain = LoadCurve::new(year(), 0.0);
        let bursty = LoadCurve::new(year(), 0.5);
        for curve in [&plain, &bursty] {
            let values: Vec<f64> = (0..4000)
                .map(|i| curve.overflow(f64::from(i) * 0.001))
                .collect();
            for three in values.windows(3) {
                assert!(three[0] >= three[1] && three[2] >= 0.0);
                assert!(three[0] - 2.0 * three[1] + three[2] >= -1e-13);
            }
        }
        for i in 0..300 {
            let k = f64::from(i) * 0.01;
            assert!(bursty.overflow(k) >= plain.overflow(k) - 1e-6);
        }
    }

    #[test]
    fn levels_are_scaled_merged_and_sorted() {
        let shape = Shape::new(&[30.0, 10.0, 30.0, 99.0], &[1.0, 1.0, 1.0, 0.0]);
        assert_eq!(shape.levels, [10.0 / (70.0 / 3.0), 30.0 / (70.0 / 3.0)]);
        assert_close(shape.quantile(0.2), shape.levels[0], 0.0);
        assert_close(shape.quantile(0.34), shape.levels[1], 0.0);
        assert_close(shape.quantile(1.0), shape.peak(), 0.0);
    }

    #[test]
    fn black_matches_the_closed_form_table() {
        // Mean 100, log sd 0.35.
        for (k, expected) in [
            (50.0, 50.218_775_460_93),
            (100.0, 13.892_036_641_53),
            (150.0, 2.590_487_605_999),
        ] {
            assert_close(black(100.0, k, 0.35), expected, 1e-9);
        }
        assert_eq!(black(100.0, 80.0, 0.0), 20.0);
    }
}
