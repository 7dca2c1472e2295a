//! Forgetting the kept values that nothing wanted needs, so that many series fit in memory.
//!
//! A pass keeps a range around each quantile that is wide enough for a pilot's error. Once the
//! values are in, the quantile and its interval need the few between certain ranks; the others are
//! counted and summed in bins of their own, like everything further away.

use super::{NotKept, Sample, Section, Sums, rank};
use crate::stats::bins::Bins;
use crate::stats::collector::BinSums;

impl Sample {
    /// The sample with no more values than its quantiles and tail means at these levels need. They
    /// stay what they were, tail means up to rounding; other levels may not be known any more.
    ///
    /// # Errors
    /// The bin to keep first, where a wanted statistic is not known.
    pub fn compact(mut self, quantiles: &[f64], tails: &[f64]) -> Result<Self, NotKept> {
        let Some(bins) = self.bins.as_ref().filter(|b| b.count() > 1) else { return Ok(self) };
        let mut windows = Vec::new();
        for &p in quantiles {
            windows.push(self.window(p)?);
        }
        for &p in tails {
            let q = self.order_statistic(rank(self.count(), p))?;
            windows.push((q, q));
        }
        let narrow = bins.narrowed(&windows);
        for section in &mut self.sections {
            *section = recount(section, bins, &narrow);
        }
        self.total.bins = vec![BinSums::default(); narrow.count()];
        for section in &self.sections {
            for (all, own) in self.total.bins.iter_mut().zip(&section.sums.bins) {
                all.add(own);
            }
        }
        self.sorted = super::sorted(&self.sections, narrow.count());
        self.bins = Some(narrow);
        Ok(self)
    }

    /// Smallest and largest value that the `p`-quantile, its interval and the spacing of the values
    /// around it are read from.
    fn window(&self, p: f64) -> Result<(f64, f64), NotKept> {
        let estimate = self.quantile(p)?;
        let (low, high) = self.spacing_ranks(p);
        let (low, high) = (self.order_statistic(low)?, self.order_statistic(high)?);
        let finite = |x: f64, instead: f64| if x.is_finite() { x } else { instead };
        Ok((low.min(finite(estimate.low, low)), high.max(finite(estimate.high, high))))
    }
}

/// A section in narrower bins.
fn recount(section: &Section, old: &Bins, new: &Bins) -> Section {
    let mut sums = vec![BinSums::default(); new.count()];
    let mut kept = vec![Vec::new(); new.count()];
    for i in 0..old.count() {
        // Bins whose values are unknown are bins of the new ones too.
        if !old.keeps(i) {
            sums[new.index(old.bounds(i).0)] = section.sums.bins[i];
            continue;
        }
        for &x in &section.kept[i] {
            let at = new.index(x);
            sums[at].count += 1;
            sums[at].add_value(new, at, x);
            if new.keeps(at) {
                kept[at].push(x);
            }
        }
    }
    Section { sums: Sums { moments: section.sums.moments, bins: sums }, kept }
}
