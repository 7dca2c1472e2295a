//! Functions of the load's logarithm on an even grid, and their expected values a month ahead.
//!
//! A function is known at knots, linear between them and constant beyond. Its expected value under a
//! normal law is a sum over knots with closed weights, so that the difference between the function
//! and its expectation is a martingale increment to the last bits, however coarse the grid:
//!
//! ```text
//! E f(X) = sum over knots k of f(k) w(k),   w(k) = sd / step * (G(k + 1) - 2 G(k) + G(k - 1))
//! G(k) = d N(d) + n(d),   d = (knot k - mean) / sd
//! ```

use crate::math::{exp, normal_cdf};
use crate::rng::{LANES, Lane};
use crate::simd::kernel;

/// Standard deviations beyond which the normal law has no weight: 1.3e-12.
const REACH: f64 = 7.0;

/// Evenly spaced knots around zero.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    /// Distance of knots.
    pub step: f64,
    /// Knots on each side of zero.
    pub side: usize,
    /// Copies of the end values kept on each side, so that weights need no test of the ends.
    pub pad: usize,
}

impl Grid {
    /// A grid for deviations up to `spread` standard deviations wide, with normal steps of at most
    /// `sd`.
    #[must_use]
    pub fn new(step: f64, spread: f64, sd: f64) -> Self {
        let side = (REACH * spread / step).ceil() as usize + 1;
        let pad = (REACH * sd / step).ceil() as usize + 3;
        Self { step, side, pad }
    }

    /// Number of knots.
    #[must_use]
    pub fn knots(&self) -> usize {
        2 * self.side + 1
    }

    /// Length of a function's table: its knots and the copies of its ends.
    #[must_use]
    pub fn stride(&self) -> usize {
        self.knots() + 2 * self.pad
    }

    /// The knot with a number from 0.
    #[must_use]
    pub fn knot(&self, k: usize) -> f64 {
        self.step * (k as f64 - self.side as f64)
    }

    /// Writes the copies of the end values.
    pub fn close_ends(&self, table: &mut [f64]) {
        let (first, last) = (self.pad, self.pad + self.knots() - 1);
        let (low, high) = (table[first], table[last]);
        table[..first].fill(low);
        table[last + 1..].fill(high);
    }

    /// The values of a function at `x` on each path.
    #[must_use]
    pub fn values(&self, table: &[f64], x: &Lane) -> Lane {
        let mut out = [0.0; LANES];
        values(table, self.pad, self.side, self.step, x, &mut out);
        out
    }

    /// The weights of knots for a normal law with the standard deviation `sd` around each of `means`.
    pub fn weights(&self, means: &Lane, sd: f64, out: &mut Weights) {
        let end = self.side as f64 * self.step;
        let at = means.map(|mean| (mean.clamp(-end, end) + end) / self.step + self.pad as f64);
        let width = sd / self.step;
        if width < 1e-9 {
            out.count = 2;
            out.of.resize(2 * LANES, 0.0);
            for i in 0..LANES {
                out.first[i] = (at[i] as usize).min(self.stride() - 2);
                let part = at[i] - out.first[i] as f64;
                (out.of[2 * i], out.of[2 * i + 1]) = (1.0 - part, part);
            }
            return;
        }
        let reach = (REACH * width).min(self.pad as f64 - 2.0);
        out.count = (2.0 * reach).ceil() as usize + 2;
        out.of.resize(out.count * LANES, 0.0);
        out.first = at.map(|at| (at - reach).floor() as usize);
        second_differences(&at, width, out.count, &out.first, &mut out.of);
    }
}

/// Weights of knots for each path of a block, given the month before.
#[derive(Clone, Debug)]
pub struct Weights {
    /// Place of the first knot in a table.
    first: [usize; LANES],
    /// Number of knots.
    count: usize,
    /// Weights, path by path.
    of: Vec<f64>,
}

impl Default for Weights {
    fn default() -> Self {
        Self { first: [0; LANES], count: 0, of: Vec::new() }
    }
}

impl Weights {
    /// The expected values of a function.
    #[must_use]
    pub fn expected(&self, table: &[f64]) -> Lane {
        let mut out = [0.0; LANES];
        sums(table, &self.first, self.count, &self.of, &mut out);
        out
    }
}

kernel! {
    /// `width * (G(k + 1) - 2 G(k) + G(k - 1))` for each path and knot, where knots are `1 / width`
    /// standard deviations apart.
    fn second_differences(
        at: &Lane,
        width: f64,
        count: usize,
        first: &[usize; LANES],
        out: &mut [f64],
    ) {
        const DENSITY: f64 = 0.398_942_280_401_432_7; // 1 / sqrt(2 pi)
        let inverse = 1.0 / width;
        let (mut before, mut here) = ([0.0; LANES], [0.0; LANES]);
        for k in 0..count + 2 {
            let mut next = [0.0; LANES];
            for i in 0..LANES {
                let d = ((first[i] + k) as f64 - 1.0 - at[i]) * inverse;
                next[i] = d.mul_add(normal_cdf(d), DENSITY * exp(-0.5 * d * d));
            }
            if k >= 2 {
                for i in 0..LANES {
                    out[i * count + k - 2] = width * (next[i] - 2.0 * here[i] + before[i]);
                }
            }
            (before, here) = (here, next);
        }
    }
}

kernel! {
    /// For each path the sum of the values at its knots with their weights, eight side by side.
    fn sums(table: &[f64], first: &[usize; LANES], count: usize, of: &[f64], out: &mut Lane) {
        for i in 0..LANES {
            let values = &table[first[i]..first[i] + count];
            let (values, left) = values.as_chunks::<8>();
            let (weights, rest) = of[i * count..(i + 1) * count].as_chunks::<8>();
            let mut sums = [0.0f64; 8];
            for (value, weight) in values.iter().zip(weights) {
                for k in 0..8 {
                    sums[k] = value[k].mul_add(weight[k], sums[k]);
                }
            }
            for (k, (value, weight)) in left.iter().zip(rest).enumerate() {
                sums[k] = value.mul_add(*weight, sums[k]);
            }
            let [a, b, c, d, e, f, g, h] = sums;
            out[i] = ((a + e) + (c + g)) + ((b + f) + (d + h));
        }
    }
}

kernel! {
    /// The values of a function at `x` on each path.
    fn values(table: &[f64], pad: usize, side: usize, step: f64, x: &Lane, out: &mut Lane) {
        let (end, inverse) = (side as f64, 1.0 / step);
        for i in 0..LANES {
            let at = (x[i] * inverse).clamp(-end, end) + end;
            let cell = (at as usize).min(2 * side - 1);
            let left = table[pad + cell];
            out[i] = (table[pad + cell + 1] - left).mul_add(at - cell as f64, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected value of a call on a lognormal, whose logarithm lies on the grid: Black's
    /// formula.
    #[test]
    fn expected_values_are_those_of_black() {
        let (mean, sd, strike) = (0.03, 0.1, 1.05);
        let grid = Grid::new(0.002, 0.2, sd);
        let mut table = vec![0.0; grid.stride()];
        for k in 0..grid.knots() {
            table[grid.pad + k] = (libm::exp(grid.knot(k)) - strike).max(0.0);
        }
        grid.close_ends(&mut table);
        let mut weights = Weights::default();
        grid.weights(&[mean; LANES], sd, &mut weights);
        let forward = libm::exp(mean + 0.5 * sd * sd);
        let d1 = libm::log(forward / strike) / sd + 0.5 * sd;
        let black = forward * normal_cdf(d1) - strike * normal_cdf(d1 - sd);
        let got = weights.expected(&table)[7];
        let total = weights.expected(&vec![1.0; grid.stride()])[7];
        assert!((total - 1.0).abs() < 1e-11);
        assert!((got - black).abs() < 5e-6, "{got} {black}");
    }

    #[test]
    fn a_certain_step_moves_to_its_mean() {
        let grid = Grid::new(0.1, 0.2, 0.0);
        let mut table: Vec<f64> = (0..grid.stride()).map(|k| (k as f64).powi(2)).collect();
        grid.close_ends(&mut table);
        let (mean, mut weights) = ([0.0341; LANES], Weights::default());
        grid.weights(&mean, 0.0, &mut weights);
        assert!((weights.expected(&table)[0] - grid.values(&table, &mean)[0]).abs() < 1e-12);
    }
}
