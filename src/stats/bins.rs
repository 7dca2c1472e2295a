//! Which values of a series are kept, and which are only counted.
//!
//! Exact quantiles of a billion values need a few thousand of them: those near the quantile, and
//! the number of values below. A [`Bins`] cuts the line at edges; values in bins marked `keep` are
//! stored, all others are counted and summed. The edges come from a small pilot run, and if the
//! quantile turns out to lie in a bin that was not kept, another pass keeps that bin.
//!
//! A value that many paths share (the cost of a month without overflow is the same fee on all of
//! them) gets a bin of its own, one floating-point number wide, so that it is counted and never
//! stored.

/// Edges on the line and what to do between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    /// Rising. Bin `i` holds `edges[i - 1] <= x < edges[i]`.
    edges: Vec<f64>,
    /// One more than edges.
    keep: Vec<bool>,
    /// Bins from this edge on are summed, those below only counted.
    sums_from: f64,
}

/// What a pilot's bins are for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Levels of quantiles.
    pub quantiles: &'a [f64],
    /// Levels of tail means.
    pub tails: &'a [f64],
    /// Values at which the counts are to be exact.
    pub marks: &'a [f64],
}

impl Bins {
    /// One bin that keeps everything.
    #[must_use]
    pub fn keep_all() -> Self {
        Self { edges: Vec::new(), keep: vec![true], sums_from: f64::NEG_INFINITY }
    }

    /// Bins for what is wanted of `count` values, from a sorted pilot sample.
    ///
    /// The range around a quantile holds five standard errors of the pilot and of the run itself,
    /// so that a miss is rare. With `store`, its values are kept; without, it is cut into bins
    /// that are only counted, so that a second pass can keep the one that matters.
    #[must_use]
    pub fn around(pilot: &[f64], wanted: Wanted<'_>, count: u64, store: bool) -> Self {
        let range = |&p: &f64| {
            let half = half_width(p, pilot.len(), count);
            let m = pilot.len() as f64;
            (at_rank(pilot, (p - half) * m), at_rank(pilot, (p + half) * m + 1.0))
        };
        let tails = wanted.tails.iter().map(range);
        let sums_from = tails.map(|(low, _)| low).fold(f64::INFINITY, f64::min);
        let levels = wanted.quantiles.iter().chain(wanted.tails);
        let ranges: Vec<(f64, f64)> = levels.map(range).collect();
        let mut edges: Vec<f64> = ranges.iter().flat_map(|&(a, b)| [a, b]).collect();
        edges.extend(atoms(pilot).iter().flat_map(|&a| [a, a.next_up()]));
        edges.extend_from_slice(wanted.marks);
        if !store {
            edges.extend(ranges.iter().flat_map(|&range| between(pilot, range)));
        }
        edges.retain(|x| x.is_finite());
        edges.sort_by(f64::total_cmp);
        edges.dedup();
        let inside = |low: f64, high: f64| ranges.iter().any(|&(a, b)| low < b && high > a);
        let keep = (0..=edges.len())
            .map(|i| {
                let (low, high) = bounds(&edges, i);
                store && inside(low, high) && !is_point(low, high)
            })
            .collect();
        Self { edges, keep, sums_from }
    }

    /// The edges, rising.
    #[must_use]
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// Whether the values of bin `i` are summed.
    #[must_use]
    pub fn sums(&self, i: usize) -> bool {
        bounds(&self.edges, i).0 >= self.sums_from
    }

    /// Number of bins.
    #[must_use]
    pub fn count(&self) -> usize {
        self.keep.len()
    }

    /// Whether the values of bin `i` are stored.
    #[must_use]
    pub fn keeps(&self, i: usize) -> bool {
        self.keep[i]
    }

    /// The only value that bin `i` can hold, if there is only one.
    #[must_use]
    pub fn point(&self, i: usize) -> Option<f64> {
        let (low, high) = bounds(&self.edges, i);
        is_point(low, high).then_some(low)
    }

    /// Lower and upper edge of bin `i`.
    #[must_use]
    pub fn bounds(&self, i: usize) -> (f64, f64) {
        bounds(&self.edges, i)
    }

    /// The bin of `x`.
    #[inline]
    #[must_use]
    pub fn index(&self, x: f64) -> usize {
        self.edges.partition_point(|edge| *edge <= x)
    }

    /// The same edges with bin `i` kept too, and all above it summed.
    pub fn also_keep(&mut self, i: usize) {
        self.keep[i] = true;
        if self.sums_from.is_finite() {
            self.sums_from = self.sums_from.min(bounds(&self.edges, i).0);
        }
    }

    /// The bins with the kept ones cut down to the windows, both ends included; what else they held
    /// is in bins that are not kept.
    #[must_use]
    pub fn narrowed(&self, windows: &[(f64, f64)]) -> Self {
        let mut edges = self.edges.clone();
        let ends = windows.iter().flat_map(|&(low, high)| [low, high.next_up()]);
        // Only kept bins can be cut: of the others the values are unknown.
        edges.extend(ends.filter(|&x| x.is_finite() && self.keep[self.index(x)]));
        edges.sort_by(f64::total_cmp);
        edges.dedup();
        let inside = |low: f64, high: f64| windows.iter().any(|w| low <= w.1 && high > w.0);
        let keep = (0..=edges.len()).map(|i| {
            let (low, high) = bounds(&edges, i);
            self.keep[self.index(low)] && inside(low, high) && !is_point(low, high)
        });
        Self { keep: keep.collect(), edges, sums_from: self.sums_from }
    }

    /// Share of a sorted pilot sample that would be kept.
    #[must_use]
    pub fn kept_share(&self, pilot: &[f64]) -> f64 {
        let kept = pilot.iter().filter(|x| self.keep[self.index(**x)]).count();
        kept as f64 / pilot.len().max(1) as f64
    }
}

/// Half the probability that the range around a quantile covers.
fn half_width(p: f64, pilot: usize, count: u64) -> f64 {
    const REACH: f64 = 5.0;
    let m = pilot as f64;
    REACH * (p * (1.0 - p) * (1.0 / m + 1.0 / count as f64)).sqrt() + 2.0 / m
}

/// Up to 63 values of the pilot that cut a range into equal shares.
fn between(pilot: &[f64], (low, high): (f64, f64)) -> Vec<f64> {
    const PARTS: usize = 64;
    let from = pilot.partition_point(|x| *x < low);
    let to = pilot.partition_point(|x| *x < high);
    let inside = &pilot[from..to.max(from)];
    let cuts = (1..PARTS).filter_map(|i| inside.get(i * inside.len() / PARTS));
    cuts.copied().collect()
}

fn bounds(edges: &[f64], i: usize) -> (f64, f64) {
    let low = if i == 0 { f64::NEG_INFINITY } else { edges[i - 1] };
    (low, edges.get(i).copied().unwrap_or(f64::INFINITY))
}

fn is_point(low: f64, high: f64) -> bool {
    low.is_finite() && high == low.next_up()
}

/// The pilot value at a 1-based rank; infinite beyond its ends.
fn at_rank(pilot: &[f64], rank: f64) -> f64 {
    if rank < 1.0 {
        f64::NEG_INFINITY
    } else {
        pilot.get(rank as usize - 1).copied().unwrap_or(f64::INFINITY)
    }
}

/// Values that make up more than one in fifty of the pilot.
fn atoms(pilot: &[f64]) -> Vec<f64> {
    let runs = pilot.chunk_by(|a, b| a == b);
    runs.filter(|run| run.len() > 1 && run.len() * 50 > pilot.len()).map(|run| run[0]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantiles(levels: &[f64]) -> Wanted<'_> {
        Wanted { quantiles: levels, tails: &[], marks: &[] }
    }

    #[test]
    fn bins_surround_the_quantile() {
        let pilot: Vec<f64> = (0..10_000).map(f64::from).collect();
        let bins = Bins::around(&pilot, quantiles(&[0.5, 0.95]), 1_000_000, true);
        for (x, kept) in
            [(5000.0, true), (9500.0, true), (1000.0, false), (8000.0, false), (1e9, false)]
        {
            assert_eq!(bins.keeps(bins.index(x)), kept, "at {x}");
        }
        let share = bins.kept_share(&pilot);
        assert!(share > 0.05 && share < 0.10, "{share}");
    }

    #[test]
    fn a_common_value_is_counted_and_not_stored() {
        let mut pilot = vec![60.0; 6000];
        pilot.extend((0..4000).map(|i| 60.5 + f64::from(i)));
        let bins = Bins::around(&pilot, quantiles(&[0.3, 0.9]), 1_000_000, true);
        let atom = bins.index(60.0);
        assert_eq!(bins.point(atom), Some(60.0));
        assert!(!bins.keeps(atom));
        assert!(bins.keeps(bins.index(3000.0)));
    }

    #[test]
    fn without_storage_the_range_is_cut_finely() {
        let pilot: Vec<f64> = (0..10_000).map(f64::from).collect();
        let bins = Bins::around(&pilot, quantiles(&[0.5]), 1_000_000_000, false);
        assert!((60..70).contains(&bins.count()));
        assert_eq!(bins.kept_share(&pilot), 0.0);
        let (low, high) = bins.bounds(bins.index(5000.0));
        assert!(high - low < 20.0);
    }

    #[test]
    fn the_ends_of_the_line_belong_to_the_outer_bins() {
        let bins = Bins::around(&[1.0, 2.0, 3.0], quantiles(&[0.5]), 10, true);
        assert_eq!(bins.index(f64::NEG_INFINITY), 0);
        assert_eq!(bins.index(f64::INFINITY), bins.count() - 1);
        assert_eq!(Bins::keep_all().index(4.0), 0);
    }
}
