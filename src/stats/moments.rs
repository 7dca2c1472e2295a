//! Count, mean and sum of squared deviations, merged in a fixed order.

/// Moments of a set of values.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
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

/// Joins parts in pairs, then pairs of pairs: a binary tree over the order of arrival.
///
/// The tree depends on the number of parts alone, so the result has the same bits however the
/// parts were made; its error grows with the logarithm of their number.
#[derive(Clone, Debug)]
pub struct Tree<T> {
    /// Finished subtrees with their sizes' logarithms, largest first.
    open: Vec<(u32, T)>,
}

impl<T: Merge> Default for Tree<T> {
    fn default() -> Self {
        Self { open: Vec::new() }
    }
}

impl<T: Merge> Tree<T> {
    /// Adds the next part.
    pub fn push(&mut self, part: T) {
        let (mut level, mut part) = (0, part);
        while let Some((_, left)) = self.open.pop_if(|(l, _)| *l == level) {
            part = left.merge(part);
            level += 1;
        }
        self.open.push((level, part));
    }

    /// All parts joined; `None` without any.
    #[must_use]
    pub fn finish(self) -> Option<T> {
        let mut parts = self.open.into_iter().rev().map(|(_, part)| part);
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

    #[test]
    fn the_tree_depends_on_the_number_of_parts_alone() {
        let mut tree = Tree::default();
        "abcdefg".chars().for_each(|c| tree.push(c.to_string()));
        assert_eq!(tree.finish().as_deref(), Some("(((ab)(cd))((ef)g))"));
        assert_eq!(Tree::<String>::default().finish(), None);
    }
}
