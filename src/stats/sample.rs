//! Exact quantiles and tail means of a series, with their standard errors.
//!
//! A run is cut into *sections* of consecutive paths: the replicates of a quasi-random run, or 32
//! equal parts of a pseudo-random one. For every series a section has its moments, the count and
//! sums of each bin, and the values of the kept bins ([`super::bins`]).
//!
//! | estimate | value | standard error, independent paths | standard error, replicates |
//! |---|---|---|---|
//! | mean | mean of all | `sd / sqrt(N)` | `sd(section means) / sqrt(R)`; with a control variate ([`super::control`]) both are those of the corrected mean |
//! | `p`-quantile | `X(ceil(N p))` | from the interval between binomial ranks | from the interval between ranks `N (p +- t se)`, `se` of the sections' shares at or below it |
//! | CVaR `p` | `q + E (X - q)+ / (1 - p)` | `sd((X - q)+) / (sqrt(N) (1 - p))` | `sd(section values at the pooled q) / sqrt(R)` |
//!
//! The quantile convention is `X(ceil(N p))` of the pooled values; CVaR splits atoms by its
//! definition (Rockafellar and Uryasev 2002, J. Banking and Finance 26, 1443-1471). Intervals are
//! 95 %, with Student factors of `R - 1` degrees of freedom for replicates (L'Ecuyer, Nakayama,
//! Owen and Tuffin 2023 find the plain t interval the most reliable).

pub mod collected;
mod kept;

use super::bins::Bins;
use super::collector::{SectionBuilder, Sums};
use super::control::Correction;
use super::estimate::Estimate;
use super::intervals::{NORMAL_FACTOR, quantile_ranks, student_factor};
use super::moments::{Moments, Tree};
use kept::Kept;
use std::sync::Arc;

/// How the sections of a run relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Design {
    /// All paths are independent; sections are arbitrary cuts.
    Independent,
    /// Sections are independent replicates; paths within one are not independent.
    Replicated,
}

/// The bin that must be kept before a statistic can be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotKept(pub usize);

#[derive(Clone, Debug)]
struct Section {
    sums: Sums,
    /// Values of the kept bins.
    kept: Kept,
}

/// All that a run found out about a series.
#[derive(Clone, Debug)]
pub struct Sample {
    design: Design,
    /// What corrects the mean, where something does.
    correction: Option<Arc<Correction>>,
    bins: Option<Bins>,
    sections: Vec<Section>,
    total: Sums,
    /// Values of the kept bins of all sections, by bin: sorted, or else selected
    /// ([`collected`]).
    values: Vec<Vec<f64>>,
}

impl Sample {
    /// Number of paths.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.total.moments.count
    }

    /// The bins, where there are any.
    #[must_use]
    pub fn bins(&self) -> Option<&Bins> {
        self.bins.as_ref()
    }

    /// The kept values of all bins, in rising order.
    #[must_use]
    pub fn kept_values(&self) -> Vec<f64> {
        self.values.concat()
    }

    /// The kept values in the order of the paths, where all are.
    #[must_use]
    pub fn in_order(&self) -> Vec<f64> {
        self.sections.iter().flat_map(|section| section.kept.all()).copied().collect()
    }

    /// Number of paths of each section.
    #[must_use]
    pub fn section_counts(&self) -> Vec<u64> {
        self.sections.iter().map(|s| s.sums.moments.count).collect()
    }

    /// Standard deviation over paths.
    #[must_use]
    pub fn sd(&self) -> f64 {
        self.total.moments.sd()
    }

    /// The standard deviation over paths with its own error.
    ///
    /// Independent paths would need the fourth moment; the spread of the sections' standard
    /// deviations serves both designs.
    #[must_use]
    pub fn sd_estimate(&self) -> Estimate {
        let values: Vec<f64> = self.sections.iter().map(|s| s.sums.moments.sd()).collect();
        self.from_sections(self.sd(), &values)
    }

    /// The mean, corrected by control variates where there are any.
    #[must_use]
    pub fn mean(&self) -> Estimate {
        match &self.correction {
            Some(_) => {
                let sections = self.section_means();
                self.from_sections(Moments::of(&sections).mean, &sections)
            }
            None => self.plain_mean(),
        }
    }

    /// The mean of a series that is 0 or 1: the probability of what it marks.
    #[must_use]
    pub fn probability(&self) -> Estimate {
        self.mean().within(0.0, 1.0)
    }

    /// Whether control variates correct the mean.
    #[must_use]
    pub fn is_corrected(&self) -> bool {
        self.correction.is_some()
    }

    /// The average of all values, without a correction.
    #[must_use]
    pub fn plain_mean(&self) -> Estimate {
        let moments = self.total.moments;
        match self.design {
            Design::Independent => {
                let error = (moments.variance() / moments.count as f64).sqrt();
                Estimate::symmetric(moments.mean, error, NORMAL_FACTOR)
            }
            Design::Replicated => self.from_sections(moments.mean, &self.plain_section_means()),
        }
    }

    /// The mean of each section; corrected, their mean and spread are those of the corrected mean.
    #[must_use]
    pub fn section_means(&self) -> Vec<f64> {
        let plain = self.plain_section_means();
        self.correction.as_ref().map_or_else(|| plain.clone(), |c| c.corrected(&plain))
    }

    fn plain_section_means(&self) -> Vec<f64> {
        self.sections.iter().map(|s| s.sums.moments.mean).collect()
    }

    /// An estimate whose error is the spread of its values over the sections.
    #[must_use]
    pub fn from_sections(&self, value: f64, sections: &[f64]) -> Estimate {
        let r = sections.len();
        let error = Moments::of(sections).sd() / (r as f64).sqrt();
        Estimate::symmetric(value, error, student_factor(r))
    }

    /// The `p`-quantile.
    ///
    /// # Errors
    /// The bin to keep first.
    pub fn quantile(&self, p: f64) -> Result<Estimate, NotKept> {
        let n = self.count();
        let value = self.order_statistic(rank(n, p))?;
        let (low, high, factor) = self.interval(p, value)?;
        let low = if low < 1 { f64::NEG_INFINITY } else { self.order_statistic(low)? };
        let high = if high > n { f64::INFINITY } else { self.order_statistic(high)? };
        let (low, high) = (low.min(value), high.max(value));
        Ok(Estimate { value, standard_error: (high - low) / (2.0 * factor), low, high })
    }

    /// Ranks that enclose the `p`-quantile, which is `value`, and how many standard errors they are
    /// from it; 0 and one more than all where there is no end.
    fn interval(&self, p: f64, value: f64) -> Result<(u64, u64, f64), NotKept> {
        let n = self.count();
        match self.design {
            Design::Independent => {
                let (low, high) = quantile_ranks(n, p);
                Ok((low, high, NORMAL_FACTOR))
            }
            Design::Replicated => {
                let shares = self.shares_at_or_below(value)?;
                let r = shares.len();
                let factor = student_factor(r);
                let half = factor * Moments::of(&shares).sd() / (r as f64).sqrt();
                let at = |p: f64| (n as f64 * p).max(0.0) as u64;
                Ok((at(p - half), at(p + half) + 1, factor))
            }
        }
    }

    /// Mean of the worst `1 - p` of the values: the highest ones.
    ///
    /// # Errors
    /// The bin to keep first.
    pub fn cvar(&self, p: f64) -> Result<Estimate, NotKept> {
        let n = self.count() as f64;
        let q = self.order_statistic(rank(self.count(), p))?;
        let scale = 1.0 / (1.0 - p);
        let (sum, squares) = self.excess(&self.total, self.kept_above(q)?, q);
        let value = q + scale * sum / n;
        match self.design {
            Design::Independent => {
                let mean = sum / n;
                let variance = (squares / n - mean * mean).max(0.0);
                let error = scale * (variance / n).sqrt();
                Ok(Estimate::symmetric(value, error, NORMAL_FACTOR))
            }
            Design::Replicated => Ok(self.from_sections(value, &self.cvar_by_section(p, q)?)),
        }
    }

    /// The value of each section in the estimate of the mean, `p`-quantile or CVaR: their spread
    /// is the error, and differences between series keep their correlation.
    ///
    /// # Errors
    /// The bin to keep first.
    pub fn section_values(&self, statistic: Statistic) -> Result<Vec<f64>, NotKept> {
        match statistic {
            Statistic::Mean => Ok(self.section_means()),
            Statistic::Cvar(p) => {
                let q = self.order_statistic(rank(self.count(), p))?;
                self.cvar_by_section(p, q)
            }
            Statistic::Quantile(p) => {
                let q = self.order_statistic(rank(self.count(), p))?;
                let spacing = self.spacing(p)?;
                let shares = self.shares_at_or_below(q)?;
                let mean = shares.iter().sum::<f64>() / shares.len() as f64;
                Ok(shares.iter().map(|share| q - (share - mean) * spacing).collect())
            }
        }
    }

    /// Change of the quantile per unit of probability around `p`, from the values a little below
    /// and above it.
    fn spacing(&self, p: f64) -> Result<f64, NotKept> {
        let (low, high) = self.spacing_ranks(p);
        let width = self.order_statistic(high)? - self.order_statistic(low)?;
        Ok(width * self.count() as f64 / (high - low).max(1) as f64)
    }

    fn spacing_ranks(&self, p: f64) -> (u64, u64) {
        let n = self.count();
        let half = 2.0 * (p * (1.0 - p) / n as f64).sqrt();
        (rank(n, (p - half).max(0.0)), rank(n, (p + half).min(1.0)))
    }

    /// The value of 1-based `rank` in rising order.
    fn order_statistic(&self, rank: u64) -> Result<f64, NotKept> {
        let bins = self.bins.as_ref().expect("quantiles were asked for");
        let (bin, place) = self.place(rank);
        let value = bins.point(bin).or_else(|| self.values[bin].get(place).copied());
        value.ok_or(NotKept(bin))
    }

    /// The bin of the value of 1-based `rank`, and its place among the values of the bin.
    fn place(&self, rank: u64) -> (usize, usize) {
        let mut below = 0;
        for (i, bin) in self.total.bins.iter().enumerate() {
            if rank <= below + bin.count {
                return (i, (rank - below - 1) as usize);
            }
            below += bin.count;
        }
        panic!("rank {rank} of {} values", self.count())
    }

    /// The share of each section's values at or below `x`.
    fn shares_at_or_below(&self, x: f64) -> Result<Vec<f64>, NotKept> {
        let (bins, at) = self.locate(x)?;
        let shares = self.sections.iter().map(|s| {
            let below: u64 = s.sums.bins[..at].iter().map(|b| b.count).sum();
            let within = if bins.point(at).is_some() {
                s.sums.bins[at].count
            } else {
                s.kept.bin(at).iter().filter(|v| **v <= x).count() as u64
            };
            (below + within) as f64 / s.sums.moments.count as f64
        });
        Ok(shares.collect())
    }

    /// The bin of `x`, which must be one whose values are known.
    fn locate(&self, x: f64) -> Result<(&Bins, usize), NotKept> {
        let bins = self.bins.as_ref().expect("quantiles were asked for");
        let at = bins.index(x);
        let known = bins.keeps(at) || bins.point(at).is_some();
        if known { Ok((bins, at)) } else { Err(NotKept(at)) }
    }

    /// The kept values of all sections in the bin of `q`.
    fn kept_above(&self, q: f64) -> Result<&[f64], NotKept> {
        let (_, at) = self.locate(q)?;
        Ok(&self.values[at])
    }

    fn cvar_by_section(&self, p: f64, q: f64) -> Result<Vec<f64>, NotKept> {
        let (_, at) = self.locate(q)?;
        let scale = 1.0 / (1.0 - p);
        let values = self.sections.iter().map(|s| {
            let (sum, _) = self.excess(&s.sums, s.kept.bin(at), q);
            q + scale * sum / s.sums.moments.count as f64
        });
        Ok(values.collect())
    }

    /// Sums of `(x - q)+` and of its square; `kept` are the values in the bin of `q`.
    fn excess(&self, sums: &Sums, kept: &[f64], q: f64) -> (f64, f64) {
        let bins = self.bins.as_ref().expect("quantiles were asked for");
        let at = bins.index(q);
        let (mut sum, mut squares) = (0.0, 0.0);
        for x in kept.iter().filter(|x| **x > q) {
            sum += x - q;
            squares += (x - q) * (x - q);
        }
        for (i, bin) in sums.bins.iter().enumerate().skip(at + 1) {
            // Sums are about the lower edge, which is finite above the first bin.
            let gap = bins.bounds(i).0 - q;
            let n = bin.count as f64;
            sum += bin.sum + n * gap;
            squares += bin.squares + gap * (2.0 * bin.sum + n * gap);
        }
        (sum, squares)
    }

    /// The cumulative distribution for a chart: value and share of values at or below it.
    ///
    /// From stored values about 400 points; from bins the exact shares at their edges.
    #[must_use]
    pub fn distribution_curve(&self) -> Vec<(f64, f64)> {
        let Some(bins) = &self.bins else {
            return Vec::new();
        };
        let n = self.count() as f64;
        if bins.count() == 1 {
            let sorted = &self.values[0];
            let step = (sorted.len() / 400).max(1);
            let points = sorted.iter().enumerate().skip(step / 2).step_by(step);
            return points.map(|(i, x)| (*x, (i + 1) as f64 / n)).collect();
        }
        let mut below = 0;
        let edges = self.total.bins.iter().enumerate().map(|(i, bin)| {
            below += bin.count;
            (bins.bounds(i).1, below as f64 / n)
        });
        edges.filter(|(edge, _)| edge.is_finite()).collect()
    }
}

/// A number that describes a distribution of costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// The mean.
    Mean,
    /// The value not exceeded with this probability.
    Quantile(f64),
    /// The mean of the values beyond the quantile of this level.
    Cvar(f64),
}

/// The 1-based rank `ceil(n p)`, at least 1.
fn rank(n: u64, p: f64) -> u64 {
    // A product that is a whole number but for rounding is that number.
    ((n as f64 * p - 1e-6).ceil() as u64).clamp(1, n)
}

#[cfg(test)]
mod tests;
