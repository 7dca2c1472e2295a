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
//!
//! Shapes know no order of time. [`Course`] does, for loads that are added hour by hour and for load
//! that may wait. Several loads whose mix differs from path to path are a [`Mixture`].

mod burst;
mod cells;
mod course;
mod curves;
mod mixture;
mod quick;
mod shape;

pub use burst::black;
pub use course::{Course, Sharer, shared};
pub use curves::{Curve, Curves, Monthly};
pub use mixture::Mixture;
pub use shape::Shape;

use crate::rng::{LANES, Lane};
use burst::{bursty, bursty_share};
use cells::{Cells, cells};

/// Shapes with at most this many levels are evaluated without a table.
const FEW: usize = 24;

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
    /// Chords over cells.
    Cells(Cells),
}

impl LoadCurve {
    /// The curve of a shape whose load varies within its intervals with coefficient of variation
    /// `burst_cv` (0 for none).
    #[must_use]
    pub fn new(shape: Shape, burst_cv: f64) -> Self {
        let (compiled, error) = if burst_cv > 0.0 {
            let (polygon, error) = bursty(&shape, burst_cv);
            let (cells, more) = cells(&|k| polygon.value(k), &|k| polygon.slope(k));
            (Compiled::Cells(cells), error + more)
        } else if shape.levels.len() > FEW {
            let (cells, error) =
                cells(&|k| shape.overflow(k), &|k| shape.share_at_or_below(k) - 1.0);
            (Compiled::Cells(cells), error)
        } else {
            let pairs = shape.levels.iter().copied().zip(shape.weights.iter().copied());
            (Compiled::Few(pairs.collect()), 0.0)
        };
        Self { shape, burst_cv, error, compiled }
    }

    /// `L(k)` for a capacity of `k >= 0` times the month's mean load.
    #[must_use]
    pub fn overflow(&self, k: f64) -> f64 {
        let mut out = [0.0; LANES];
        self.spilled(&[1.0; LANES], &[k; LANES], &mut out);
        out[0]
    }

    /// `W L(K / W)`: what each path's load `W` has beyond the capacity `K`, in units of load.
    #[inline(always)]
    pub fn spilled(&self, load: &Lane, capacity: &Lane, out: &mut Lane) {
        match &self.compiled {
            Compiled::Few(levels) => {
                out.fill(0.0);
                for &(level, weight) in levels {
                    for i in 0..LANES {
                        let above = level * load[i] - capacity[i];
                        out[i] += if above > 0.0 { weight * above } else { 0.0 };
                    }
                }
            }
            Compiled::Cells(cells) => cells.spilled(load, capacity, out),
        }
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

    /// The ratios between which the curve bends: below the first it falls by as much as the
    /// capacity grows or stays that steep, from the second on it is 0.
    #[must_use]
    pub fn bent(&self) -> (f64, f64) {
        match &self.compiled {
            Compiled::Few(levels) => {
                let positive = levels.iter().map(|(level, _)| *level).find(|level| *level > 0.0);
                (positive.unwrap_or(1.0), self.shape.peak())
            }
            Compiled::Cells(cells) => cells.bent(),
        }
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

#[cfg(test)]
mod tests;
