//! Functions of load and price on an even grid, and their expected values a month ahead.
//!
//! The grid has knots around the mean state of each month, as far out as that month may be. The
//! surprises of load and price in a month are independent, so that the expectation is a sum along one
//! axis and then along the other. A function that is smooth has as its expected value
//!
//! ```text
//! E f(x + sd e) = sum over knots k of f(x + k step) w(k),   w(k) in proportion to exp(-(k step / sd)^2 / 2)
//! ```
//!
//! to `exp(-2 (pi sd / step)^2)`: at two knots in a standard deviation to the last bits. What expectations
//! have made of a function is smooth. Bills and the least of several functions have kinks; there a knot
//! stands for the values around it, at many places between it and its neighbors:
//!
//! ```text
//! mean(k)  = sum over m of f(k + m / FINE) * max(1 - |m / FINE|, 0) / FINE
//! value(k) = mean(k) - (mean(k + 1) - 2 mean(k) + mean(k - 1)) * (1 - 1 / FINE^2) / 12
//! ```
//!
//! What the mean adds to a curve is taken back, so that a smooth function is left as it is, to the fourth
//! power of the step.

use super::law::Law;
use crate::math::exp;
use crate::simd::kernel;

/// Standard deviations beyond which states are left out: 4e-8 of all futures.
const REACH: f64 = 5.5;

/// Most knots on a side.
const MOST: f64 = 2_000.0;

/// Fewest knots in a standard deviation for which weights are in proportion to the density.
const DENSE: f64 = 0.8;

/// Places from knot to knot where a function may have a kink.
pub(super) const FINE: usize = 8;

/// Values summed side by side.
const WIDE: usize = 32;

/// Even grids around the mean state of each month.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    /// Distance of knots.
    pub step: [f64; 2],
    /// Knots on each side of the mean, by month.
    pub sides: Vec<[usize; 2]>,
}

impl Grid {
    /// A grid with so many knots in the standard deviation of the month with the smallest surprise.
    pub(super) fn new(law: &Law, fineness: f64) -> Self {
        let step = [0, 1].map(|k| {
            // The first month's surprise is met once, from a known state.
            let later = law.sd.iter().skip(1).map(|sd| sd[k]).filter(|sd| *sd > 0.0);
            let least = later.fold(f64::INFINITY, f64::min);
            let widest = law.spread.iter().map(|spread| spread[k]).fold(0.0, f64::max);
            match (least.is_finite(), widest > 0.0) {
                (true, _) => (least / fineness).max(REACH * widest / MOST),
                (false, true) => widest / fineness,
                (false, false) => 1.0,
            }
        });
        let side =
            |spread: &[f64; 2]| [0, 1].map(|k| (REACH * spread[k] / step[k]).ceil() as usize);
        Self { step, sides: law.spread.iter().map(side).collect() }
    }

    /// Knots on each side as month `t` opens: before the first one the state is known.
    pub(super) fn before(&self, t: usize) -> [usize; 2] {
        t.checked_sub(1).map_or([0, 0], |before| self.sides[before])
    }

    /// The expected values of a function of month `t`'s state, by the state of the month before.
    pub(super) fn expected(&self, law: &Law, t: usize, values: &[f64]) -> Vec<f64> {
        let weights = [0, 1].map(|k| weights(law.sd[t][k] / self.step[k]));
        let smooth = smoothed(values, self.sides[t], &weights);
        let (from, to) = (self.before(t), self.sides[t]);
        let carry = &law.carry[t];
        // In steps of the grid.
        let by = [0, 1].map(|a| [0, 1].map(|b| carry[a][b] * self.step[b] / self.step[a]));
        let mut out = Vec::with_capacity(size(from));
        for j in -(from[1] as i64)..=from[1] as i64 {
            for i in -(from[0] as i64)..=from[0] as i64 {
                let at = by.map(|by| by[0].mul_add(i as f64, by[1] * j as f64));
                out.push(value(&smooth, to, at));
            }
        }
        out
    }
}

/// Weights around a knot, from two steps before it to two after, in parts of a step.
pub(super) fn around() -> Vec<f64> {
    let hat = |u: f64| (1.0 - u.abs()).max(0.0);
    let parts = FINE as f64;
    let back = (1.0 - 1.0 / (parts * parts)) / 12.0;
    let weight = |u: f64| {
        let bend = hat(u - 1.0) - 2.0 * hat(u) + hat(u + 1.0);
        (hat(u) - back * bend) / parts
    };
    (0..=4 * FINE).map(|m| weight(m as f64 / parts - 2.0)).collect()
}

/// The least of some functions of a state with so many knots on each side. Where it goes over from one
/// to another it has a kink, along the load or, if that is certain, along the price.
pub(super) fn least(all: &[&[f64]], sides: [usize; 2]) -> Vec<f64> {
    let side = if sides[0] > 0 { sides[0] } else { sides[1] };
    if all.len() == 1 || side == 0 {
        let of_knot = |k: usize| all.iter().map(|values| values[k]).fold(f64::INFINITY, f64::min);
        return (0..size(sides)).map(of_knot).collect();
    }
    let (knots, weights) = (2 * side + 1, around());
    let mut out = Vec::with_capacity(size(sides));
    for line in (0..size(sides)).step_by(knots) {
        let mut fine = vec![f64::INFINITY; (knots - 1) * FINE + 1];
        for values in all {
            for (least, value) in fine.iter_mut().zip(refined(&values[line..line + knots])) {
                *least = least.min(value);
            }
        }
        let last = fine.len() - 1;
        let of_knot = |k: usize| -> f64 {
            let place = |m: usize| (k * FINE + m).saturating_sub(2 * FINE).min(last);
            weights.iter().enumerate().map(|(m, weight)| weight * fine[place(m)]).sum()
        };
        out.extend((0..knots).map(of_knot));
    }
    out
}

/// The values of a smooth function from knot to knot, in parts of a step.
fn refined(line: &[f64]) -> impl Iterator<Item = f64> {
    let last = line.len() - 1;
    let between: [[f64; 4]; FINE] = std::array::from_fn(|m| cubic(m as f64 / FINE as f64));
    (0..=last * FINE).map(move |m| {
        let knots = [0, 1, 2, 3].map(|k| line[(m / FINE + k).saturating_sub(1).min(last)]);
        knots.iter().zip(&between[m % FINE]).map(|(value, weight)| value * weight).sum()
    })
}

/// Number of knots with so many on each side.
pub(super) fn size(sides: [usize; 2]) -> usize {
    (2 * sides[0] + 1) * (2 * sides[1] + 1)
}

/// Weights of the knots around a normal mean, `sd` in steps. A law that is narrow for the grid has the
/// weights of three knots with its variance.
fn weights(sd: f64) -> Vec<f64> {
    if sd == 0.0 {
        return vec![1.0];
    }
    if sd < DENSE {
        let side = 0.5 * sd * sd;
        return vec![side, 1.0 - 2.0 * side, side];
    }
    let reach = (REACH * sd).ceil() as i64;
    let density = (-reach..=reach).map(|k| exp(-0.5 * (k as f64 / sd) * (k as f64 / sd)));
    let density: Vec<f64> = density.collect();
    let sum: f64 = density.iter().sum();
    density.iter().map(|x| x / sum).collect()
}

/// Sums with weights along both axes; beyond the grid the values at its ends count.
fn smoothed(values: &[f64], sides: [usize; 2], weights: &[Vec<f64>; 2]) -> Vec<f64> {
    let [width, height] = sides.map(|side| 2 * side + 1);
    let [by_load, by_price] = weights;
    let (mut along, mut out) = (vec![0.0; values.len()], vec![0.0; values.len()]);
    let reach = by_load.len() / 2;
    let mut padded = Vec::with_capacity(width + 2 * reach);
    for (row, out) in values.chunks(width).zip(along.chunks_mut(width)) {
        padded.clear();
        padded.extend(std::iter::repeat_n(row[0], reach));
        padded.extend(row);
        padded.extend(std::iter::repeat_n(row[width - 1], reach));
        let shifted: Vec<&[f64]> = padded.windows(width).collect();
        blend(&shifted, by_load, out);
    }
    let reach = by_price.len() / 2;
    let rows: Vec<&[f64]> = along.chunks(width).collect();
    let mut around = Vec::with_capacity(by_price.len());
    for (j, out) in out.chunks_mut(width).enumerate() {
        around.clear();
        let row = |k: usize| rows[(j + k).saturating_sub(reach).min(height - 1)];
        around.extend((0..by_price.len()).map(row));
        blend(&around, by_price, out);
    }
    out
}

kernel! {
    /// The sum of some rows with their weights.
    fn blend(rows: &[&[f64]], weights: &[f64], out: &mut [f64]) {
        let (chunks, rest) = out.as_chunks_mut::<WIDE>();
        let whole = chunks.len() * WIDE;
        for (c, out) in chunks.iter_mut().enumerate() {
            let mut sums = [0.0f64; WIDE];
            for (row, weight) in rows.iter().zip(weights) {
                let values = &row[c * WIDE..(c + 1) * WIDE];
                for i in 0..WIDE {
                    sums[i] = values[i].mul_add(*weight, sums[i]);
                }
            }
            *out = sums;
        }
        for (i, out) in rest.iter_mut().enumerate() {
            let mut sum = 0.0f64;
            for (row, weight) in rows.iter().zip(weights) {
                sum = row[whole + i].mul_add(*weight, sum);
            }
            *out = sum;
        }
    }
}

/// A smooth function `at` a place in steps from the mean: the cubic through four knots along each axis.
fn value(values: &[f64], sides: [usize; 2], at: [f64; 2]) -> f64 {
    let [columns, rows] = [0, 1].map(|k| {
        let end = sides[k] as f64;
        let place = at[k].clamp(-end, end) + end;
        let cell = place.floor();
        let last = 2 * sides[k];
        let knots = [0, 1, 2, 3].map(|k| (cell as usize + k).saturating_sub(1).min(last));
        (knots, cubic(place - cell))
    });
    let width = 2 * sides[0] + 1;
    let mut sum = 0.0;
    for (row, by_row) in rows.0.iter().zip(rows.1) {
        let row = &values[row * width..(row + 1) * width];
        let along: f64 = columns.0.iter().zip(columns.1).map(|(k, weight)| row[*k] * weight).sum();
        sum += along * by_row;
    }
    sum
}

/// Weights of the knots at -1, 0, 1 and 2 of the cubic through them at `u`.
fn cubic(u: f64) -> [f64; 4] {
    let (before, after, far) = (u + 1.0, u - 1.0, u - 2.0);
    [
        -u * after * far / 6.0,
        before * after * far / 2.0,
        -before * u * far / 2.0,
        before * u * after / 6.0,
    ]
}
