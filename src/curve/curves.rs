//! The curve of each month.

use super::{LoadCurve, Mixture};
use crate::rng::{LANES, Lane};

/// The load curves of a study.
#[derive(Clone, Debug)]
pub enum Curves {
    /// The same on every path.
    Certain(Monthly),
    /// Of several loads whose mix differs from path to path.
    Mixed {
        /// The loads.
        mixture: Mixture,
        /// The curve of today's mix, for reports: nothing is settled with it.
        today: LoadCurve,
    },
}

/// Load curves by month: one for all, or as many as the mix of several loads takes.
#[derive(Clone, Debug)]
pub struct Monthly {
    distinct: Vec<LoadCurve>,
    /// The curve of each month; the last one stays.
    of_month: Vec<usize>,
}

/// The curve of a month on a block of paths.
#[derive(Clone, Copy, Debug)]
pub enum Curve<'a> {
    /// The same on every path.
    Same(&'a LoadCurve),
    /// That of a mixture with each path's shares.
    Mixed(&'a Mixture, &'a [Lane]),
}

impl Curve<'_> {
    /// `W L(K / W)`: what each path's load `W` has beyond the capacity `K`, in units of load.
    #[inline(always)]
    pub fn spilled(self, load: &Lane, capacity: &Lane, out: &mut Lane) {
        match self {
            Self::Same(curve) => curve.spilled(load, capacity, out),
            Self::Mixed(mixture, shares) => {
                let ratios = std::array::from_fn(|i| capacity[i] / load[i]);
                *out = mixture.overflows(shares, &ratios);
                for i in 0..LANES {
                    // Without any load the ratio is infinite or, against no capacity, undefined.
                    out[i] = if load[i] > 0.0 { load[i] * out[i] } else { 0.0 };
                }
            }
        }
    }
}

impl Monthly {
    /// The curve of each month as a position among `distinct` ones; the last stays.
    ///
    /// # Panics
    /// If a month has no curve.
    #[must_use]
    pub fn new(distinct: Vec<LoadCurve>, of_month: Vec<usize>) -> Self {
        assert!(of_month.iter().all(|at| *at < distinct.len()) && !of_month.is_empty());
        Self { distinct, of_month }
    }

    /// The position of month `t`'s curve among the distinct ones.
    #[inline(always)]
    #[must_use]
    pub fn position(&self, t: usize) -> usize {
        self.of_month[t.min(self.of_month.len() - 1)]
    }

    /// The curve at a position.
    #[inline(always)]
    #[must_use]
    pub fn at(&self, position: usize) -> &LoadCurve {
        &self.distinct[position]
    }
}

impl Curves {
    /// The curve of month `t` on a block of paths; `mix` has its shares by month and load where they
    /// differ from path to path.
    #[inline(always)]
    #[must_use]
    pub fn of<'a>(&'a self, t: usize, mix: &'a [Vec<Lane>]) -> Curve<'a> {
        match self {
            Self::Certain(monthly) => Curve::Same(monthly.at(monthly.position(t))),
            Self::Mixed { mixture, .. } => Curve::Mixed(mixture, &mix[t]),
        }
    }

    /// The curves by month, if they are the same on every path.
    #[must_use]
    pub fn certain(&self) -> Option<&Monthly> {
        match self {
            Self::Certain(monthly) => Some(monthly),
            Self::Mixed { .. } => None,
        }
    }

    /// The curve of the first month, with today's mix.
    #[must_use]
    pub fn today(&self) -> &LoadCurve {
        match self {
            Self::Certain(monthly) => monthly.at(monthly.position(0)),
            Self::Mixed { today, .. } => today,
        }
    }

    /// Bound on the error of any of them, as a share of demand: curves of one mix lie above the true
    /// ones, those of mixtures below.
    #[must_use]
    pub fn error(&self) -> f64 {
        match self {
            Self::Certain(monthly) => {
                monthly.distinct.iter().map(LoadCurve::error).fold(0.0, f64::max)
            }
            Self::Mixed { mixture, .. } => mixture.error(),
        }
    }

    /// The highest level of any month over its mean.
    #[must_use]
    pub fn peak(&self) -> f64 {
        let peak = |c: &LoadCurve| c.shape().peak() * (1.0 + 2.0 * c.burst_cv());
        match self {
            Self::Certain(monthly) => monthly.distinct.iter().map(peak).fold(0.0, f64::max),
            Self::Mixed { mixture, .. } => mixture.peak(),
        }
    }
}

impl From<LoadCurve> for Curves {
    fn from(curve: LoadCurve) -> Self {
        Self::Certain(Monthly::new(vec![curve], vec![0]))
    }
}
