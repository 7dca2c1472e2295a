//! Count, mean and sum of squared deviations, merged in a fixed order.

use serde::{Deserialize, Serialize};

/// Moments of a set of values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// Number of values.
    pub count: u64,
    /// Mean.
    pub mean: f64,
    /// Sum of squared deviations from the mean.
    pub squares: f64,
}

impl Moments {
    /// From sums of deviations from any `center` near the values.
    #[must_use]
    pub fn from_sums(count: u64, center: f64, sum: f64, squares: f64) -> Self {
        if count == 0 {
            return Self::default();
        }
        let shift = sum / count as f64;
        Self { count, mean: center + shift, squares: (squares - shift * sum).max(0.0) }
    }

    /// Moments of a slice, in its order.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        let center = values.first().copied().unwrap_or(0.0);
        let (mut sum, mut squares) = (0.0, 0.0);
        for x in values {
            sum += x - center;
            squares += (x - center) * (x - center);
        }
        Self::from_sums(values.len() as u64, center, sum, squares)
    }

    /// The moments of both sets.
    ///
    /// Source: Chan, Golub and LeVeque (1983), American Statistician 37, 242-247.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        if self.count == 0 {
            return other;
        }
        if other.count == 0 {
            return self;
        }
        let count = self.count + other.count;
        let delta = other.mean - self.mean;
        let share = other.count as f64 / count as f64;
        Self {
            count,
            mean: self.mean + delta * share,
            squares: self.squares + other.squares + delta * delta * (self.count as f64 * share),
        }
    }

    /// Variance with divisor `count - 1`; 0 for fewer than two values.
    #[must_use]
    pub fn variance(self) -> f64 {
        match self.count {
            0 | 1 => 0.0,
            n => self.squares / (n - 1) as f64,
        }
    }

    /// Standard deviation.
    #[must_use]
    pub fn sd(self) -> f64 {
        self.variance().sqrt()
    }
}

/// A set that can be joined with the set that follows it.
pub trait Merge {
    /// Both sets, `self` first.
    #[must_use]
    fn merge(self, next: Self) -> Self;
}

impl Merge for Moments {
    fn merge(self, next: Self) -> Self {
        Self::merge(self, next)
    }
}

/// Joins parts in pairs, then pairs of pairs: a binary tree over their numbers.
///
/// Two nodes become one only if together they are a node of the tree over all numbers from 0. So
/// the result depends on the number of parts alone: it has the same bits however the parts were
/// made, and however the numbers were cut into ranges whose trees were joined later. Its error
/// grows with the logarithm of the number of parts, as does what a range has to hold.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tree<T> {
    /// Finished subtrees in rising order, without gaps.
    nodes: Vec<Node<T>>,
}

/// The parts `start .. start + 2^level`, joined.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Node<T> {
    start: u64,
    level: u32,
    part: T,
}

impl<T> Default for Tree<T> {
    fn default() -> Self {
        Self { nodes: Vec::new() }
    }
}

impl<T: Merge> Tree<T> {
    /// Adds part number `at`, which follows the last one.
    pub fn push(&mut self, at: u64, part: T) {
        self.push_node(Node { start: at, level: 0, part });
    }

    fn push_node(&mut self, mut node: Node<T>) {
        // The left one of a pair starts at an even number of its own size.
        let pair = |left: &mut Node<T>, level: u32| {
            left.level == level && (left.start >> level).is_multiple_of(2)
        };
        while let Some(left) = self.nodes.pop_if(|left| pair(left, node.level)) {
            node =
                Node { start: left.start, level: node.level + 1, part: left.part.merge(node.part) };
        }
        self.nodes.push(node);
    }

    /// Adds the tree over the numbers that follow.
    pub fn append(&mut self, next: Self) {
        next.nodes.into_iter().for_each(|node| self.push_node(node));
    }

    /// The numbers of the parts, if they have no gap and none is far-fetched: what comes from a
    /// file must be looked at before it is used.
    #[must_use]
    pub fn range(&self) -> Option<std::ops::Range<u64>> {
        let Some(first) = self.nodes.first() else { return Some(0..0) };
        let mut end = first.start;
        for node in &self.nodes {
            let size = 1_u64.checked_shl(node.level)?;
            end = (node.start == end).then(|| end.checked_add(size))??;
        }
        Some(first.start..end)
    }

    /// The parts of all nodes.
    #[must_use]
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.nodes.iter().map(|node| &node.part)
    }

    /// All parts joined; `None` without any.
    #[must_use]
    pub fn finish(self) -> Option<T> {
        let mut parts = self.nodes.into_iter().rev().map(|node| node.part);
        let last = parts.next()?;
        Some(parts.fold(last, |right, left| left.merge(right)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_a_small_set() {
        let m = Moments::of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert_eq!((m.count, m.mean, m.squares), (8, 5.0, 32.0));
        assert_eq!(Moments::of(&[3.0]).variance(), 0.0);
    }

    #[test]
    fn merging_equals_one_pass() {
        let values: Vec<f64> = (0..1000).map(|i| 1e6 + f64::from(i * 7919 % 1013)).collect();
        let whole = Moments::of(&values);
        for cut in [1, 10, 333, 999] {
            let parts = Moments::of(&values[..cut]).merge(Moments::of(&values[cut..]));
            assert!((parts.mean - whole.mean).abs() < 1e-9);
            assert!((parts.squares / whole.squares - 1.0).abs() < 1e-12);
        }
        assert_eq!(Moments::default().merge(whole), whole);
    }

    impl Merge for String {
        fn merge(self, next: Self) -> Self {
            format!("({self}{next})")
        }
    }

    /// The tree over some letters of the alphabet.
    fn letters(range: std::ops::Range<u8>) -> Tree<String> {
        let mut tree = Tree::default();
        range.for_each(|i| tree.push(u64::from(i), char::from(b'a' + i).to_string()));
        tree
    }

    #[test]
    fn the_tree_depends_on_the_number_of_parts_alone() {
        assert_eq!(letters(0..7).finish().as_deref(), Some("(((ab)(cd))((ef)g))"));
        assert_eq!(Tree::<String>::default().finish(), None);
    }

    #[test]
    fn trees_over_adjacent_ranges_join_to_the_tree_over_both() {
        for count in 1..20 {
            let whole = letters(0..count).finish();
            for (a, b) in (0..=count).flat_map(|b| (0..=b).map(move |a| (a, b))) {
                let mut tree = letters(0..a);
                // The order in which neighbors find each other does not matter.
                let mut rest = letters(a..b);
                rest.append(letters(b..count));
                tree.append(rest);
                assert_eq!(tree.range(), Some(0..u64::from(count)));
                assert_eq!(tree.finish(), whole, "{a} {b} {count}");
            }
        }
    }

    #[test]
    fn a_range_with_a_gap_is_none() {
        let mut tree = letters(1..3);
        assert_eq!(tree.range(), Some(1..3));
        tree.append(letters(4..6));
        assert_eq!(tree.range(), None);
    }
}
