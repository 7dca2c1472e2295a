//! Principal components of the monthly shocks, for quasi-random runs.
//!
//! With `C = V diag(e) V'` the covariance of a process's levels over the months, the draws are
//! multiplied by an orthogonal matrix so that the first dimension moves the whole path the most
//! (Acworth, Broadie and Glasserman 1998, "A comparison of some Monte Carlo and quasi-Monte Carlo
//! techniques for option pricing").

use crate::linalg::{Matrix, identity};
use crate::rng::{LANES, Lane};
use crate::simd::kernel;
use std::f64::consts::PI;

/// The orthogonal matrix that turns draws in the order of principal components into the monthly
/// shocks of an autoregression with the given persistence `p` (1 for a random walk).
///
/// With levels `l(t) = p l(t-1) + x(t)` and `Cov l = V diag(e) V'`, the shocks of component `k` are
/// `x(t) = (V[t][k] - p V[t-1][k]) sqrt(e[k])`. The inverse of `Cov l` is tridiagonal, so that for
/// `n` months and `t` from 1
///
/// ```text
/// V[t][k] ~ sin(t a(k))      e(k) = 1 / (1 + p^2 - 2 p cos a(k))
/// ```
///
/// where the `a(k)` solve `sin((n + 1) a) = p sin(n a)`.
#[must_use]
pub fn principal_components(months: usize, persistence: f64) -> Matrix {
    if persistence == 0.0 {
        return identity(months);
    }
    let components: Vec<Vec<f64>> = (1..=months)
        .map(|k| component(months, persistence, angle(months, persistence, k)))
        .collect();
    // The first varies most: the smallest angle, or the largest if levels alternate.
    let of = |k: usize| if persistence > 0.0 { k } else { months - 1 - k };
    (0..months).map(|t| (0..months).map(|k| components[of(k)][t]).collect()).collect()
}

/// The `k`-th solution of `sin((n + 1) a) = p sin(n a)` in (0, pi), from 1.
///
/// It lies between the solutions for `p = 0` and `p = 1` or `-1`, which are known.
fn angle(months: usize, persistence: f64, k: usize) -> f64 {
    let (n, k) = (months as f64, k as f64);
    let free = k * PI / (n + 1.0);
    let bound = if persistence > 0.0 { 2.0 * k - 1.0 } else { 2.0 * k } * PI / (2.0 * n + 1.0);
    if persistence.abs() == 1.0 {
        return bound;
    }
    let excess = |a: f64| libm::sin((n + 1.0) * a) - persistence * libm::sin(n * a);
    let (mut low, mut high) = (free.min(bound), free.max(bound));
    let sign = excess(low).signum();
    // Halving until nothing lies between.
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if excess(middle).signum() == sign {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// The shocks of the component at an angle, its largest level positive.
fn component(months: usize, persistence: f64, angle: f64) -> Vec<f64> {
    let levels: Vec<f64> = (0..=months).map(|t| libm::sin(t as f64 * angle)).collect();
    let norm = levels.iter().map(|x| x * x).sum::<f64>().sqrt();
    let largest = levels.iter().fold(0.0, |m: f64, x| if x.abs() > m.abs() { *x } else { m });
    let spread = 1.0 + persistence * persistence - 2.0 * persistence * libm::cos(angle);
    let scale = largest.signum() / (norm * spread.sqrt());
    levels.windows(2).map(|pair| (pair[1] - persistence * pair[0]) * scale).collect()
}

/// Rows of a rotation that are computed together: each number read serves this many sums.
const TILE: usize = 4;

/// A square matrix as [`Rotation::apply`] reads it.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// For each tile of rows and each column: the column's weights in these rows.
    tiles: Vec<[f64; TILE]>,
}

impl Rotation {
    /// The rotation by [`principal_components`].
    #[must_use]
    pub fn new(months: usize, persistence: f64) -> Self {
        Self::of(&principal_components(months, persistence))
    }

    /// The rotation by a square matrix.
    #[must_use]
    pub fn of(matrix: &Matrix) -> Self {
        let size = matrix.len();
        let weight = |row: usize, column: usize| matrix.get(row).map_or(0.0, |r| r[column]);
        let tile = |first: usize| {
            (0..size).map(move |column| std::array::from_fn(|row| weight(first + row, column)))
        };
        Self { tiles: (0..size).step_by(TILE).flat_map(tile).collect() }
    }

    /// `out = matrix * rows`, path by path; a row for each month.
    pub fn apply(&self, rows: &[Lane], out: &mut [Lane]) {
        rotate(&self.tiles, rows, out);
    }
}

kernel! {
    fn rotate(tiles: &[[f64; TILE]], rows: &[Lane], out: &mut [Lane]) {
        // Sums of this many paths stay in registers.
        const WIDTH: usize = 32;
        for (targets, weights) in out.chunks_mut(TILE).zip(tiles.chunks(rows.len())) {
            for from in (0..LANES).step_by(WIDTH) {
                let mut sums = [[0.0; WIDTH]; TILE];
                for (row, weights) in rows.iter().zip(weights) {
                    for (sum, weight) in sums.iter_mut().zip(weights) {
                        for i in 0..WIDTH {
                            sum[i] = weight.mul_add(row[from + i], sum[i]);
                        }
                    }
                }
                for (target, sum) in targets.iter_mut().zip(&sums) {
                    target[from..from + WIDTH].copy_from_slice(sum);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::symmetric_eigen;

    #[test]
    fn rotations_are_products_with_the_matrix() {
        for months in [1, 7, 36] {
            let matrix = principal_components(months, 0.8);
            let rows: Vec<Lane> = (0..months)
                .map(|t| std::array::from_fn(|i| ((3 * t + 7 * i) % 11) as f64 - 5.0))
                .collect();
            let mut out = vec![[0.0; LANES]; months];
            Rotation::new(months, 0.8).apply(&rows, &mut out);
            for t in 0..months {
                for i in 0..LANES {
                    let expected: f64 = (0..months).map(|k| matrix[t][k] * rows[k][i]).sum();
                    assert!((out[t][i] - expected).abs() < 1e-13, "{months} {t} {i}");
                }
            }
        }
    }

    #[test]
    fn principal_components_are_orthogonal_and_ordered() {
        for persistence in [1.0, 0.8, 0.0, -0.6, -1.0] {
            let q = principal_components(36, persistence);
            for i in 0..36 {
                for j in 0..36 {
                    let product: f64 = (0..36).map(|t| q[t][i] * q[t][j]).sum();
                    let expected = if i == j { 1.0 } else { 0.0 };
                    assert!((product - expected).abs() < 1e-11, "{i} {j} {product}");
                }
            }
        }
        // By another way: eigenvectors of the covariance of the levels, found by rotations.
        for (n, persistence) in [(1, 1.0), (7, 1.0), (12, 0.8), (12, -0.6)] {
            let q = principal_components(n, persistence);
            let level = |k: usize, t: usize| -> f64 {
                (0..=t).map(|s| crate::math::power(persistence, t - s) * q[s][k]).sum()
            };
            let levels: Matrix = (0..n).map(|k| (0..n).map(|t| level(k, t)).collect()).collect();
            let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(x, y)| x * y).sum() };
            let covariance: Matrix = (0..n)
                .map(|i| {
                    (0..n).map(|j| (0..n).map(|k| levels[k][i] * levels[k][j]).sum()).collect()
                })
                .collect();
            let (values, _) = symmetric_eigen(&covariance);
            for k in 0..n {
                assert!((dot(&levels[k], &levels[k]) / values[k] - 1.0).abs() < 1e-10, "{n} {k}");
                for j in 0..k {
                    assert!(dot(&levels[k], &levels[j]).abs() < 1e-10);
                }
            }
        }
        // The first component of a walk carries 81 % of the variance of its path.
        let q = principal_components(36, 1.0);
        let share = |k: usize| {
            let mut level = 0.0;
            let squares = (0..36).map(|t| {
                level += q[t][k];
                level * level
            });
            squares.sum::<f64>() / (36.0 * 37.0 / 2.0)
        };
        assert!((share(0) - 0.81).abs() < 0.005, "{}", share(0));
        assert!(share(0) > share(1) && share(1) > share(2));
    }
}
