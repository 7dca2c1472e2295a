//! Which values of a series are kept, and which are only counted.
//!
//! Exact quantiles of a billion values need a few thousand of them: those near the quantile, and
//! the number of values below. A [`Bins`] cuts the line at edges; values in bins marked `keep` are
//! stored, all others are counted and summed. The edges come from a pilot run, and if the quantile
//! turns out to lie in a bin that was not kept, another pass keeps that bin.
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

/// Up to this many edges a value is compared with every one.
pub(super) const FEW: usize = 64;

/// What bins are for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Ranges whose values are stored.
    pub ranges: &'a [(f64, f64)],
    /// Values between which the others are counted.
    pub cuts: &'a [f64],
    /// Values that many paths share.
    pub atoms: &'a [f64],
    /// Values at which the counts are to be exact.
    pub marks: &'a [f64],
    /// Values from this one on are summed; infinite for none.
    pub sums_from: f64,
}

impl Bins {
    /// One bin that keeps everything.
    #[must_use]
    pub fn keep_all() -> Self {
        Self { edges: Vec::new(), keep: vec![true], sums_from: f64::NEG_INFINITY }
    }

    /// Bins for what is wanted.
    #[must_use]
    pub fn new(wanted: Wanted<'_>) -> Self {
        let Wanted { cuts, atoms, marks, sums_from, .. } = wanted;
        let ranges = joined(wanted.ranges);
        let mut edges: Vec<f64> = ranges.iter().flat_map(|&(a, b)| [a, b]).collect();
        edges.extend(atoms.iter().flat_map(|&a| [a, a.next_up()]));
        edges.extend_from_slice(marks);
        edges.extend_from_slice(cuts);
        edges.push(sums_from);
        edges.retain(|x| x.is_finite());
        edges.sort_by(f64::total_cmp);
        edges.dedup();
        // Both ends of every range are edges, so a bin is in one or outside of all.
        let inside = |low: f64| {
            let next = ranges.partition_point(|range| range.1 <= low);
            ranges.get(next).is_some_and(|range| range.0 <= low)
        };
        let keep = (0..=edges.len())
            .map(|i| {
                let (low, high) = bounds(&edges, i);
                inside(low) && !is_point(low, high)
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

    /// The first bin whose values are summed, or one more than there are.
    #[must_use]
    pub fn first_summed(&self) -> usize {
        (0..self.count()).position(|i| self.sums(i)).unwrap_or(self.count())
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
        if self.edges.len() <= FEW {
            // Counting a few edges is faster than searching them.
            self.edges.iter().map(|edge| usize::from(*edge <= x)).sum()
        } else {
            self.edges.partition_point(|edge| *edge <= x)
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
}

/// The union of ranges, in rising order and apart from one another.
#[must_use]
pub fn joined(ranges: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut rising = ranges.to_vec();
    rising.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out: Vec<(f64, f64)> = Vec::new();
    for (low, high) in rising {
        match out.last_mut() {
            Some(last) if low <= last.1 => last.1 = last.1.max(high),
            _ => out.push((low, high)),
        }
    }
    out
}

fn bounds(edges: &[f64], i: usize) -> (f64, f64) {
    let low = if i == 0 { f64::NEG_INFINITY } else { edges[i - 1] };
    (low, edges.get(i).copied().unwrap_or(f64::INFINITY))
}

fn is_point(low: f64, high: f64) -> bool {
    low.is_finite() && high == low.next_up()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Wanted<'_> =
        Wanted { ranges: &[], cuts: &[], atoms: &[], marks: &[], sums_from: f64::INFINITY };

    #[test]
    fn ranges_are_kept_and_the_rest_is_counted() {
        let bins = Bins::new(Wanted { ranges: &[(4.0, 6.0), (5.0, 7.0)], ..NOTHING });
        for (x, kept) in [(3.9, false), (4.0, true), (6.5, true), (7.0, false), (1e9, false)] {
            assert_eq!(bins.keeps(bins.index(x)), kept, "at {x}");
        }
        let open = Bins::new(Wanted { ranges: &[(4.0, f64::INFINITY)], ..NOTHING });
        assert!(open.keeps(open.index(f64::INFINITY)) && !open.keeps(0));
    }

    #[test]
    fn ranges_that_touch_are_joined() {
        let infinite = f64::INFINITY;
        let ranges = [(5.0, 6.0), (1.0, 3.0), (2.0, 2.5), (6.0, infinite), (3.5, 4.0)];
        assert_eq!(joined(&ranges), [(1.0, 3.0), (3.5, 4.0), (5.0, infinite)]);
    }

    #[test]
    fn a_common_value_is_counted_and_not_stored() {
        let bins = Bins::new(Wanted { ranges: &[(10.0, 90.0)], atoms: &[60.0], ..NOTHING });
        let atom = bins.index(60.0);
        assert_eq!(bins.point(atom), Some(60.0));
        assert!(!bins.keeps(atom));
        assert!(bins.keeps(atom - 1) && bins.keeps(atom + 1));
    }

    #[test]
    fn counted_ranges_are_cut_and_tails_are_summed() {
        let bins = Bins::new(Wanted { cuts: &[1.0, 2.0, 3.0], sums_from: 2.0, ..NOTHING });
        assert_eq!(bins.count(), 4);
        assert!((0..4).all(|i| !bins.keeps(i) && bins.sums(i) == (i >= 2)));
    }

    #[test]
    fn the_ends_of_the_line_belong_to_the_outer_bins() {
        let bins = Bins::new(Wanted { cuts: &[1.0, 2.0, 3.0], ..NOTHING });
        assert_eq!(bins.index(f64::NEG_INFINITY), 0);
        assert_eq!(bins.index(f64::INFINITY), bins.count() - 1);
        assert_eq!(Bins::keep_all().index(4.0), 0);
    }
}
