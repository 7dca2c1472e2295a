//! The curve of each month.

use super::LoadCurve;

/// Load curves by month: one for all, or as many as the mix of several loads takes.
#[derive(Clone, Debug)]
pub struct Curves {
    distinct: Vec<LoadCurve>,
    /// The curve of each month; the last one stays.
    of_month: Vec<usize>,
}

impl Curves {
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

    /// The curve of month `t`.
    #[inline(always)]
    #[must_use]
    pub fn of(&self, t: usize) -> &LoadCurve {
        &self.distinct[self.position(t)]
    }

    /// The curve at a position.
    #[inline(always)]
    #[must_use]
    pub fn at(&self, position: usize) -> &LoadCurve {
        &self.distinct[position]
    }

    /// Bound on the error of any of them, as a share of demand.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.distinct.iter().map(LoadCurve::error).fold(0.0, f64::max)
    }

    /// The highest level of any month over its mean.
    #[must_use]
    pub fn peak(&self) -> f64 {
        let peaks = self.distinct.iter().map(|c| c.shape().peak() * (1.0 + 2.0 * c.burst_cv()));
        peaks.fold(0.0, f64::max)
    }
}

impl From<LoadCurve> for Curves {
    fn from(curve: LoadCurve) -> Self {
        Self::new(vec![curve], vec![0])
    }
}
