//! Collecting the values of a series, unit of paths by unit of paths.
//!
//! A [`Collector`] makes the [`Part`] of a unit; a [`SectionBuilder`] joins parts in the order of
//! the paths, so that sums have the same bits however the units were spread over threads.

use super::bins::Bins;
use super::moments::{Merge, Moments, Tree};
use serde::{Deserialize, Serialize};

/// Count and sums of the values of a bin, about the bin's lower edge (0 if that is infinite).
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct BinSums {
    pub count: u64,
    pub sum: f64,
    pub squares: f64,
}

impl BinSums {
    /// Counts `x`, which lies in bin `i`.
    #[inline]
    pub(super) fn count_in(&mut self, bins: &Bins, i: usize, x: f64) {
        let low = bins.bounds(i).0;
        let d = if low.is_finite() { x - low } else { x };
        self.count += 1;
        self.sum += d;
        self.squares += d * d;
    }

    /// Adds the values of another section.
    pub(super) fn add(&mut self, next: &Self) {
        self.count += next.count;
        self.sum += next.sum;
        self.squares += next.squares;
    }
}

/// Moments and bin sums of consecutive paths.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Sums {
    pub moments: Moments,
    pub bins: Vec<BinSums>,
}

impl Merge for Sums {
    fn merge(mut self, next: Self) -> Self {
        self.moments = self.moments.merge(next.moments);
        for (a, b) in self.bins.iter_mut().zip(&next.bins) {
            a.add(b);
        }
        self
    }
}

/// What a unit of consecutive paths contributes to a series.
#[derive(Clone, Debug)]
pub struct Part {
    sums: Sums,
    kept: Vec<Vec<f64>>,
}

/// Collects the values of a unit of consecutive paths.
#[derive(Clone, Debug)]
pub struct Collector<'a> {
    bins: Option<&'a Bins>,
    center: Option<f64>,
    count: u64,
    sum: f64,
    squares: f64,
    sums: Vec<BinSums>,
    kept: Vec<Vec<f64>>,
}

impl<'a> Collector<'a> {
    /// A collector of moments, and of bins where given.
    #[must_use]
    pub fn new(bins: Option<&'a Bins>) -> Self {
        let count = bins.map_or(0, Bins::count);
        Self {
            bins,
            center: None,
            count: 0,
            sum: 0.0,
            squares: 0.0,
            sums: vec![BinSums::default(); count],
            kept: vec![Vec::new(); count],
        }
    }

    /// Adds the next values, in path order.
    #[inline]
    pub fn push(&mut self, values: &[f64]) {
        let Some(&first) = values.first() else { return };
        let center = *self.center.get_or_insert(first);
        let (mut sum, mut squares) = ([0.0; 8], [0.0; 8]);
        let chunks = values.chunks_exact(8);
        let rest = chunks.remainder();
        for chunk in chunks {
            for i in 0..8 {
                let d = chunk[i] - center;
                sum[i] += d;
                squares[i] += d * d;
            }
        }
        for (i, x) in rest.iter().enumerate() {
            let d = x - center;
            sum[i] += d;
            squares[i] += d * d;
        }
        self.count += values.len() as u64;
        self.sum += fold(sum);
        self.squares += fold(squares);
        self.push_bins(values);
    }

    fn push_bins(&mut self, values: &[f64]) {
        let Some(bins) = self.bins else { return };
        if bins.count() == 1 {
            self.sums[0].count += values.len() as u64;
            self.kept[0].extend_from_slice(values);
            return;
        }
        for &x in values {
            let i = bins.index(x);
            self.sums[i].count_in(bins, i, x);
            if bins.keeps(i) {
                self.kept[i].push(x);
            }
        }
    }

    /// The part.
    #[must_use]
    pub fn finish(self) -> Part {
        let center = self.center.unwrap_or(0.0);
        Part {
            sums: Sums {
                moments: Moments::from_sums(self.count, center, self.sum, self.squares),
                bins: self.sums,
            },
            kept: self.kept,
        }
    }
}

/// Sum of eight lanes in a fixed order.
fn fold(x: [f64; 8]) -> f64 {
    ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]))
}

/// A section under construction, or a range of its units: parts are joined in their order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SectionBuilder {
    sums: Tree<Sums>,
    kept: Vec<Vec<f64>>,
}

impl SectionBuilder {
    /// Adds the part of unit `at` of the section, which follows the last one.
    pub fn push(&mut self, at: u64, part: Part) {
        self.sums.push(at, part.sums);
        self.keep(part.kept);
    }

    /// Adds the range of units that follows.
    pub fn append(&mut self, next: Self) {
        self.sums.append(next.sums);
        self.keep(next.kept);
    }

    fn keep(&mut self, next: Vec<Vec<f64>>) {
        if self.kept.len() < next.len() {
            self.kept.resize(next.len(), Vec::new());
        }
        for (all, new) in self.kept.iter_mut().zip(next) {
            if all.is_empty() {
                *all = new;
            } else {
                all.extend(new);
            }
        }
    }

    /// Whether this is what a collector with that number of bins makes of these units of the
    /// section: what comes from a file must be looked at before it is used.
    #[must_use]
    pub fn holds(&self, units: &std::ops::Range<u64>, bins: usize) -> bool {
        let range = if units.is_empty() { 0..0 } else { units.clone() };
        let kept = if units.is_empty() { 0 } else { bins };
        self.sums.range() == Some(range)
            && self.sums.parts().all(|sums| sums.bins.len() == bins)
            && self.kept.len() == kept
    }

    /// The sums and the kept values by bin; none without parts.
    pub(super) fn finish(self) -> Option<(Sums, Vec<Vec<f64>>)> {
        Some((self.sums.finish()?, self.kept))
    }

    /// The moments so far.
    #[must_use]
    pub fn moments(&self) -> Moments {
        let parts = self.sums.parts().rev().map(|sums| sums.moments);
        parts.fold(Moments::default(), |right, left| left.merge(right))
    }
}
