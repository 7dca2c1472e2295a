//! Control variates: a mean corrected by what is known of the paths.
//!
//! Beside a series `y` runs a control: a standard normal `z` of the same path. Over the paths drawn,
//! `z` and `q = z^2 - 1` average to something that is not quite 0, and `y` went along. With the
//! coefficients `b` of the regression of `y` on both
//!
//! ```text
//! mean = avg(y) - b . (avg(z), avg(q))
//! error = sqrt(residual sum of squares / (n - 3) / n)
//! ```
//!
//! The correction is linear in `y`: means that add up before add up after. Coefficients from the
//! same paths bias the mean by a multiple of `1 / n`, nothing beside an error of `1 / sqrt(n)`
//! (Lavenberg and Welch 1981, Management Science 27, 322-335); below [`LEAST`] paths there is no
//! correction.

use super::moments::Moments;
use crate::rng::{LANES, Lane};
use crate::simd::kernel;
use serde::{Deserialize, Serialize};

/// Paths from which a mean is corrected.
pub(super) const LEAST: u64 = 1024;

/// Moments of the control and its products with the values of a series, over the same paths as
/// the moments of the series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Control {
    /// Means of `z` and `q`.
    means: [f64; 2],
    /// Sums of the products of deviations: `zz`, `zq`, `qq`.
    own: [f64; 3],
    /// Sums of the products of deviations of `z` and `q` with those of the values.
    with: [f64; 2],
}

impl Control {
    /// The control of both sets, whose values have the moments `a` and `b`.
    ///
    /// Source: as [`Moments::merge`].
    pub(super) fn merge(self, a: Moments, other: Self, b: Moments) -> Self {
        if a.count == 0 {
            return other;
        }
        if b.count == 0 {
            return self;
        }
        let share = b.count as f64 / (a.count + b.count) as f64;
        let weight = a.count as f64 * share;
        let d = [0, 1].map(|k| other.means[k] - self.means[k]);
        let dy = b.mean - a.mean;
        Self {
            means: [0, 1].map(|k| self.means[k] + d[k] * share),
            own: [
                self.own[0] + other.own[0] + d[0] * d[0] * weight,
                self.own[1] + other.own[1] + d[0] * d[1] * weight,
                self.own[2] + other.own[2] + d[1] * d[1] * weight,
            ],
            with: [0, 1].map(|k| self.with[k] + other.with[k] + d[k] * dy * weight),
        }
    }

    /// The coefficients of the regression; none where the control does not vary.
    pub(super) fn coefficients(&self) -> Option<[f64; 2]> {
        let [zz, zq, qq] = self.own;
        let determinant = zz * qq - zq * zq;
        let solvable = determinant > 1e-9 * zz * qq;
        solvable.then(|| {
            [
                (self.with[0] * qq - self.with[1] * zq) / determinant,
                (self.with[1] * zz - self.with[0] * zq) / determinant,
            ]
        })
    }

    /// What the mean of these paths is too high by, for some coefficients.
    pub(super) fn excess(&self, b: [f64; 2]) -> f64 {
        b[0] * self.means[0] + b[1] * self.means[1]
    }

    /// The part of the series' sum of squared deviations that the regression explains.
    pub(super) fn explained(&self, b: [f64; 2]) -> f64 {
        b[0] * self.with[0] + b[1] * self.with[1]
    }
}

/// Collects the control of a unit of paths.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ControlSums {
    /// Sums of `z`, `q`, `zz`, `zq`, `qq`.
    own: [f64; 5],
    /// Sums of `z` and `q` times the value's deviation from its center.
    with: [f64; 2],
}

impl ControlSums {
    /// Adds the next values with the controls of their paths.
    pub(super) fn push(&mut self, values: &[f64], center: f64, control: &Lane) {
        let sums = products(values, center, control);
        for (own, sum) in self.own.iter_mut().zip(&sums[..5]) {
            *own += sum;
        }
        for (with, sum) in self.with.iter_mut().zip(&sums[5..]) {
            *with += sum;
        }
    }

    /// The control of `count` values whose deviations from their center add up to `sum`.
    pub(super) fn finish(&self, count: u64, sum: f64) -> Control {
        let n = (count as f64).max(1.0);
        let means = [self.own[0] / n, self.own[1] / n];
        Control {
            means,
            own: [
                self.own[2] - means[0] * self.own[0],
                self.own[3] - means[0] * self.own[1],
                self.own[4] - means[1] * self.own[1],
            ],
            with: [0, 1].map(|k| self.with[k] - means[k] * sum),
        }
    }
}

kernel! {
    /// Sums of `z`, `q`, `zz`, `zq`, `qq`, `zd`, `qd` with the deviations `d` from the center.
    fn products(values: &[f64], center: f64, control: &Lane) -> [f64; 7] {
        let mut sums = [[0.0; 8]; 7];
        for from in (0..LANES).step_by(8) {
            for i in 0..8 {
                let inside = from + i < values.len();
                let d = if inside { values[from + i] - center } else { 0.0 };
                let z = if inside { control[from + i] } else { 0.0 };
                let q = if inside { z * z - 1.0 } else { 0.0 };
                let terms = [z, q, z * z, z * q, q * q, z * d, q * d];
                for k in 0..7 {
                    sums[k][i] += terms[k];
                }
            }
        }
        sums.map(|lanes| lanes.iter().sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values with their controls, without pattern.
    fn pairs(n: usize) -> (Vec<f64>, Vec<f64>) {
        let u = |i: usize, k: usize| ((i * k * 7919) % 10_007) as f64 / 10_007.0 - 0.5;
        let z: Vec<f64> = (0..n).map(|i| 3.0 * (u(i, 3) + u(i, 5))).collect();
        let y = z.iter().enumerate().map(|(i, z)| 5.0 + 2.0 * z + 0.5 * z * z + u(i, 11)).collect();
        (y, z)
    }

    fn control(y: &[f64], z: &[f64]) -> (Control, Moments) {
        let mut sums = ControlSums::default();
        for (y, z) in y.chunks(LANES).zip(z.chunks(LANES)) {
            let mut lane = [0.0; LANES];
            lane[..z.len()].copy_from_slice(z);
            sums.push(y, 4.0, &lane);
        }
        let sum = y.iter().map(|y| y - 4.0).sum();
        (sums.finish(y.len() as u64, sum), Moments::of(y))
    }

    /// Without noise the coefficients are those of the formula, and nothing is left to explain.
    #[test]
    fn a_quadratic_is_found_exactly() {
        let (_, z) = pairs(500);
        let y: Vec<f64> = z.iter().map(|z| 7.0 + 2.0 * z - 0.3 * (z * z - 1.0)).collect();
        let (control, moments) = control(&y, &z);
        let b = control.coefficients().expect("it varies");
        assert!((b[0] - 2.0).abs() < 1e-9 && (b[1] + 0.3).abs() < 1e-9, "{b:?}");
        assert!((moments.mean - control.excess(b) - 7.0).abs() < 1e-12);
        assert!((control.explained(b) / moments.squares - 1.0).abs() < 1e-12);
    }

    #[test]
    fn merging_equals_one_pass() {
        let (y, z) = pairs(700);
        let (whole, _) = control(&y, &z);
        for cut in [0, 1, 130, 699] {
            let (a, of_a) = control(&y[..cut], &z[..cut]);
            let (b, of_b) = control(&y[cut..], &z[cut..]);
            let joined = a.merge(of_a, b, of_b);
            let numbers = |c: Control| [c.means.to_vec(), c.own.to_vec(), c.with.to_vec()].concat();
            for (x, y) in numbers(joined).iter().zip(numbers(whole)) {
                assert!((x - y).abs() < 1e-9 * (1.0 + y.abs()), "{cut}: {x} {y}");
            }
        }
    }

    #[test]
    fn a_constant_control_corrects_nothing() {
        let (control, _) = control(&[1.0, 2.0, 3.0], &[1.0, 1.0, 1.0]);
        assert_eq!(control.coefficients(), None);
    }
}
