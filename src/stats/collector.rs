//! Collecting the values of a series, unit of paths by unit of paths.
//!
//! A [`Collector`] makes the [`Part`] of a unit; a [`SectionBuilder`] joins parts in the order of
//! the paths, so that sums have the same bits however the units were spread over threads.

use super::bins::{Bins, FEW};
use super::moments::{Merge, Moments, Tree};
use crate::rng::{LANES, Lane};
use crate::simd::kernel;
use crate::simd::marks::{Cut, marks};
use serde::{Deserialize, Serialize};

/// Count and sums of the values of a bin, about the bin's lower edge (0 if that is infinite).
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct BinSums {
    pub count: u64,
    pub sum: f64,
    pub squares: f64,
}

impl BinSums {
    /// Sums `x`, which lies in bin `i` and is counted elsewhere.
    #[inline]
    pub(super) fn add_value(&mut self, bins: &Bins, i: usize, x: f64) {
        let low = bins.bounds(i).0;
        let d = if low.is_finite() { x - low } else { x };
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
    /// Values of the kept bins, in path order.
    kept: Vec<f64>,
}

/// Collects the values of units of consecutive paths, one unit after the other.
#[derive(Clone, Debug)]
pub struct Collector<'a> {
    bins: Option<&'a Bins>,
    center: Option<f64>,
    count: u64,
    deviations: Deviations,
    sums: Vec<BinSums>,
    /// Values that were compared with all cuts, and how many of them lay at or above each.
    marked: u64,
    above: Vec<u64>,
    cuts: Vec<Cut>,
    kept: Vec<f64>,
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
            deviations: Deviations::default(),
            sums: vec![BinSums::default(); count],
            marked: 0,
            above: vec![0; count.saturating_sub(1)],
            cuts: bins.map_or_else(Vec::new, cuts),
            kept: Vec::new(),
        }
    }

    /// Adds the next values, in path order.
    #[inline]
    pub fn push(&mut self, values: &[f64]) {
        let Some(&first) = values.first() else { return };
        let center = *self.center.get_or_insert(first);
        add_deviations(values, center, &mut self.deviations);
        self.count += values.len() as u64;
        self.push_bins(values);
    }

    fn push_bins(&mut self, values: &[f64]) {
        let Some(bins) = self.bins else { return };
        if bins.count() == 1 {
            self.sums[0].count += values.len() as u64;
            self.kept.extend_from_slice(values);
            return;
        }
        let wide = if bins.edges().len() <= FEW { values.len() / LANES * LANES } else { 0 };
        let (blocks, rest) = values.split_at(wide);
        let tail = bins.first_summed();
        let below = (set(bins.keeps(0)), set(bins.sums(0)));
        for block in blocks.as_chunks().0 {
            self.marked += LANES as u64;
            let (kept, summed) = marks(block, below, &self.cuts, &mut self.above);
            self.kept.extend(chosen(block, kept));
            for x in chosen(block, summed) {
                let i = tail + bins.edges()[tail..].iter().filter(|edge| **edge <= x).count();
                self.sums[i].add_value(bins, i, x);
            }
        }
        for &x in rest {
            let i = bins.index(x);
            self.sums[i].count += 1;
            if bins.sums(i) {
                self.sums[i].add_value(bins, i, x);
            }
            if bins.keeps(i) {
                self.kept.push(x);
            }
        }
    }

    /// The sums of the bins, with their counts from the values above each cut.
    fn take_sums(&mut self) -> Vec<BinSums> {
        let mut sums = self.sums.clone();
        for (i, bin) in sums.iter_mut().enumerate() {
            let from = if i == 0 { self.marked } else { self.above[i - 1] };
            bin.count += from - self.above.get(i).copied().unwrap_or(0);
        }
        self.sums.fill(BinSums::default());
        self.above.fill(0);
        self.marked = 0;
        sums
    }

    /// The part of the values so far; those that follow are of the next one.
    #[must_use]
    pub fn take(&mut self) -> Part {
        let center = self.center.take().unwrap_or(0.0);
        let Deviations { sum, squares } = std::mem::take(&mut self.deviations);
        let count = std::mem::take(&mut self.count);
        let moments = Moments::from_sums(count, center, fold(sum), fold(squares));
        // As large as it must be: the room that it grew in is kept for the next one.
        let kept = self.kept.as_slice().to_vec();
        self.kept.clear();
        Part { sums: Sums { moments, bins: self.take_sums() }, kept }
    }
}

/// The edges of the bins, with the sets of kept and of summed values.
fn cuts(bins: &Bins) -> Vec<Cut> {
    let cut = |(i, &edge): (usize, &f64)| Cut {
        edge,
        flips: (set(bins.keeps(i) != bins.keeps(i + 1)), set(bins.sums(i) != bins.sums(i + 1))),
    };
    bins.edges().iter().enumerate().map(cut).collect()
}

/// All bits or none.
fn set(all: bool) -> u64 {
    if all { u64::MAX } else { 0 }
}

/// The values of a block whose bits are set, in their order.
fn chosen(block: &Lane, mut bits: u64) -> impl Iterator<Item = f64> {
    std::iter::from_fn(move || {
        let next = (bits != 0).then(|| block[bits.trailing_zeros() as usize]);
        bits &= bits.wrapping_sub(1);
        next
    })
}

/// Sums of deviations from a center and of their squares: every eighth value has a sum of its own,
/// until all of them are added up.
#[derive(Clone, Debug, Default)]
struct Deviations {
    sum: [f64; 8],
    squares: [f64; 8],
}

kernel! {
    /// Adds the deviations of values from a center.
    fn add_deviations(values: &[f64], center: f64, to: &mut Deviations) {
        let Deviations { mut sum, mut squares } = *to;
        let (chunks, rest) = values.as_chunks::<8>();
        for chunk in chunks {
            for i in 0..8 {
                let d = chunk[i] - center;
                sum[i] += d;
                squares[i] = d.mul_add(d, squares[i]);
            }
        }
        for (i, x) in rest.iter().enumerate() {
            let d = x - center;
            sum[i] += d;
            squares[i] = d.mul_add(d, squares[i]);
        }
        *to = Deviations { sum, squares };
    }
}

/// Sum of eight lanes in a fixed order.
#[inline(always)]
fn fold(x: [f64; 8]) -> f64 {
    ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]))
}

/// A section under construction, or a range of its units: parts are joined in their order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SectionBuilder {
    sums: Tree<Sums>,
    /// Values of the kept bins, in path order, as the units brought them: a vector that grows
    /// while a run goes on is copied again and again, and is larger than what it holds.
    kept: Vec<Vec<f64>>,
}

impl SectionBuilder {
    /// Adds the part of unit `at` of the section, which follows the last one.
    pub fn push(&mut self, at: u64, part: Part) {
        self.sums.push(at, part.sums);
        if !part.kept.is_empty() {
            self.kept.push(part.kept);
        }
    }

    /// Adds the range of units that follows.
    pub fn append(&mut self, next: Self) {
        self.sums.append(next.sums);
        self.kept.extend(next.kept);
    }

    /// Whether this is what a collector with that number of bins makes of these units of the
    /// section: what comes from a file must be looked at before it is used.
    #[must_use]
    pub fn holds(&self, units: &std::ops::Range<u64>, bins: usize) -> bool {
        let range = if units.is_empty() { 0..0 } else { units.clone() };
        self.sums.range() == Some(range) && self.sums.parts().all(|sums| sums.bins.len() == bins)
    }

    /// The sums and the kept values; none without parts.
    pub(super) fn finish(self) -> Option<(Sums, Vec<f64>)> {
        Some((self.sums.finish()?, self.kept.concat()))
    }

    /// The moments so far.
    #[must_use]
    pub fn moments(&self) -> Moments {
        let parts = self.sums.parts().rev().map(|sums| sums.moments);
        parts.fold(Moments::default(), |right, left| left.merge(right))
    }
}
