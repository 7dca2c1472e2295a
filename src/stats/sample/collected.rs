//! From what a run collected to what is wanted of it.
//!
//! A pass keeps a range around each quantile that is wide enough for a pilot's error. Once the
//! values are in, the quantile and its interval need the few between certain ranks, which are
//! selected without sorting the others; those are counted and summed in bins of their own, like
//! everything further away. So many series fit in memory.

use super::{Bins, Design, Kept, Sample, Section, SectionBuilder, Sums, Tree, rank};
use crate::stats::collector::BinSums;
use crate::stats::control::Correction;
use crate::stats::intervals::quantile_ranks;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What another pass has to keep, because this one did not.
#[derive(Clone, Debug, PartialEq)]
pub struct Missing {
    /// Ranges of the values.
    pub ranges: Vec<(f64, f64)>,
    /// Where the sums of tail means begin; infinite for none.
    pub sums_from: f64,
    /// How many values lie in the ranges.
    pub values: u64,
}

/// A series as it was collected: its kept values are in no order.
#[derive(Clone, Debug)]
pub struct Collected {
    sample: Sample,
    /// By bin: places whose value is known to be the one that sorting would put there.
    known: Vec<BTreeSet<usize>>,
}

impl Collected {
    /// Joins the sections.
    ///
    /// # Panics
    /// If a section is empty.
    #[must_use]
    pub fn new(design: Design, bins: Option<Bins>, sections: Vec<SectionBuilder>) -> Self {
        let sections: Vec<Section> = sections
            .into_iter()
            .map(|s| {
                let (sums, kept) = s.finish().expect("a section has paths");
                let kept = by_bin(kept, bins.as_ref());
                Section { sums, kept }
            })
            .collect();
        let mut tree = Tree::default();
        for (at, section) in sections.iter().enumerate() {
            tree.push(at as u64, section.sums.clone());
        }
        let total = tree.finish().expect("a run has sections");
        let count = bins.as_ref().map_or(0, Bins::count);
        let values = pooled(&sections, count);
        let sample = Sample { design, correction: None, bins, sections, total, values };
        Self { sample, known: vec![BTreeSet::new(); count] }
    }

    /// The same with its mean corrected.
    #[must_use]
    pub fn corrected(mut self, correction: Option<Arc<Correction>>) -> Self {
        self.sample.correction = correction;
        self
    }

    /// The sample that knows every kept value.
    #[must_use]
    pub fn sorted(mut self) -> Sample {
        sort(&mut self.sample.values);
        self.sample
    }

    /// The sample with its kept values in the order of the paths, and no quantiles.
    #[must_use]
    pub fn unsorted(mut self) -> Sample {
        self.sample.values.clear();
        self.sample
    }

    /// The values of certain 1-based ranks; infinite beyond the ends.
    ///
    /// # Errors
    /// What to keep first.
    ///
    /// # Panics
    /// Never: what is read was found.
    pub fn order_statistics(&mut self, ranks: &[u64]) -> Result<Vec<f64>, Missing> {
        let n = self.sample.count();
        let inside: Vec<u64> = ranks.iter().copied().filter(|r| (1..=n).contains(r)).collect();
        self.find(&inside, &[])?;
        let value = |&rank: &u64| match rank {
            0 => f64::NEG_INFINITY,
            rank if rank > n => f64::INFINITY,
            rank => self.sample.order_statistic(rank).expect("it was found"),
        };
        Ok(ranks.iter().map(value).collect())
    }

    /// The sample with no more values than its quantiles and tail means at these levels need. They
    /// are what they would be with every value, tail means up to rounding; other levels may not be
    /// known.
    ///
    /// # Errors
    /// What to keep first, where a wanted statistic is not known.
    ///
    /// # Panics
    /// Never: what is read was found.
    pub fn compact(mut self, quantiles: &[f64], tails: &[f64]) -> Result<Sample, Missing> {
        let Some(bins) = self.sample.bins.clone().filter(|b| b.count() > 1) else {
            return Ok(self.sorted());
        };
        let n = self.sample.count();
        let tails: Vec<u64> = tails.iter().map(|&p| rank(n, p)).collect();
        let mut ranks: Vec<u64> = quantiles.iter().flat_map(|&p| self.ranks_around(p)).collect();
        self.find(&ranks, &tails)?;
        for &p in quantiles {
            let value = self.sample.order_statistic(rank(n, p)).expect("it was found");
            // The error of replicates is read from their values in the quantile's bin, found above.
            let (low, high, _) = self.sample.interval(p, value).expect("its bin is known");
            ranks.extend([low.max(1), high.min(n)]);
        }
        self.find(&ranks, &tails)?;
        let at = |rank: u64| self.sample.order_statistic(rank).expect("it was found");
        let (first, second) = ranks.split_at(AROUND * quantiles.len());
        let windows = first.chunks(AROUND).zip(second.chunks(2)).map(|(a, b)| {
            let all = a.iter().chain(b).map(|&rank| at(rank));
            all.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)))
        });
        let tails = tails.iter().map(|&rank| (at(rank), at(rank)));
        let windows: Vec<(f64, f64)> = windows.chain(tails).collect();
        Ok(self.sample.narrowed(&bins, &windows))
    }

    /// Ranks of the `p`-quantile, of the values around it that tell their spacing, and of its
    /// interval if paths are independent, which says where it will about be if they are not.
    fn ranks_around(&self, p: f64) -> [u64; AROUND] {
        let n = self.sample.count();
        let (low, high) = self.sample.spacing_ranks(p);
        let (from, to) = quantile_ranks(n, p);
        [rank(n, p), low, high, from.max(1), to.min(n)]
    }

    /// Moves the values of certain ranks to their places; the quantiles of tail means are among
    /// `tails`.
    fn find(&mut self, ranks: &[u64], tails: &[u64]) -> Result<(), Missing> {
        let places: Vec<(usize, usize)> =
            ranks.iter().chain(tails).map(|&rank| self.sample.place(rank)).collect();
        let Some(bins) = &self.sample.bins else { return Ok(()) };
        if places.iter().any(|&(bin, _)| !bins.keeps(bin) && bins.point(bin).is_none()) {
            return Err(self.missing(bins, &places, tails));
        }
        for (bin, place) in places {
            if self.sample.bins.as_ref().is_some_and(|bins| bins.keeps(bin)) {
                select(&mut self.sample.values[bin], &mut self.known[bin], place);
            }
        }
        Ok(())
    }

    fn missing(&self, bins: &Bins, places: &[(usize, usize)], tails: &[u64]) -> Missing {
        let wanted: BTreeSet<usize> = places.iter().map(|&(bin, _)| bin).collect();
        let open = || wanted.iter().copied().filter(|&bin| bins.point(bin).is_none());
        let starts = tails.iter().map(|&rank| bins.bounds(self.sample.place(rank).0).0);
        Missing {
            ranges: open().map(|bin| bins.bounds(bin)).collect(),
            sums_from: starts.fold(f64::INFINITY, f64::min),
            values: open().map(|bin| self.sample.total.bins[bin].count).sum(),
        }
    }
}

/// Ranks that are looked at around a quantile.
const AROUND: usize = 5;

/// Moves the value of `place` there, all smaller ones before it and all larger ones behind it.
/// Only the values between the nearest known places need to move.
fn select(values: &mut [f64], known: &mut BTreeSet<usize>, place: usize) {
    if known.insert(place) {
        let from = known.range(..place).next_back().map_or(0, |&before| before + 1);
        let to = known.range(place + 1..).next().copied().unwrap_or(values.len());
        values[from..to].select_nth_unstable_by(place - from, f64::total_cmp);
    }
}

impl Sample {
    /// The same with the kept bins cut down to the windows.
    fn narrowed(mut self, bins: &Bins, windows: &[(f64, f64)]) -> Self {
        let narrow = bins.narrowed(windows);
        for section in &mut self.sections {
            *section = recount(section, bins, &narrow);
        }
        self.total.bins = vec![BinSums::default(); narrow.count()];
        for section in &self.sections {
            for (all, own) in self.total.bins.iter_mut().zip(&section.sums.bins) {
                all.add(own);
            }
        }
        self.values = pooled(&self.sections, narrow.count());
        sort(&mut self.values);
        self.bins = Some(narrow);
        self
    }
}

/// A section in narrower bins.
fn recount(section: &Section, old: &Bins, new: &Bins) -> Section {
    let mut sums = vec![BinSums::default(); new.count()];
    let (mut kept, mut bin_of) = (Vec::new(), Vec::new());
    for i in 0..old.count() {
        // Bins whose values are unknown are bins of the new ones too.
        let first = new.index(old.bounds(i).0);
        if !old.keeps(i) {
            sums[first] = section.sums.bins[i];
            continue;
        }
        // The few edges that cut the old bin.
        let inner = new.edges()[first..].iter().take_while(|edge| **edge < old.bounds(i).1);
        let inner: Vec<f64> = inner.copied().collect();
        for &x in section.kept.bin(i) {
            let at = first + inner.iter().filter(|edge| **edge <= x).count();
            sums[at].count += 1;
            if new.sums(at) {
                sums[at].add_value(new, at, x);
            }
            if new.keeps(at) {
                kept.push(x);
                bin_of.push(at as u32);
            }
        }
    }
    let kept = Kept::new(&kept, &bin_of, new.count());
    Section { sums: Sums { moments: section.sums.moments, bins: sums }, kept }
}

/// Kept values by bin.
fn by_bin(kept: Vec<f64>, bins: Option<&Bins>) -> Kept {
    match bins {
        None => Kept::default(),
        Some(bins) if bins.count() == 1 => Kept::together(kept),
        Some(bins) => {
            let bin_of: Vec<u32> = kept.iter().map(|x| bins.index(*x) as u32).collect();
            Kept::new(&kept, &bin_of, bins.count())
        }
    }
}

/// The kept values of all sections, by bin.
fn pooled(sections: &[Section], bins: usize) -> Vec<Vec<f64>> {
    let of_bin = |i: usize| {
        let parts: Vec<&[f64]> = sections.iter().map(|s| s.kept.bin(i)).collect();
        parts.concat()
    };
    (0..bins).map(of_bin).collect()
}

fn sort(values: &mut [Vec<f64>]) {
    for of_bin in values {
        of_bin.sort_unstable_by(f64::total_cmp);
    }
}
