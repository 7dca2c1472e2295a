//! Which sizes can be bought.
//!
//! A search works on legal sizes from the start: rounding an unconstrained optimum afterwards can
//! end up dearer than buying nothing.

/// The sizes that an offer sells; 0 (nothing signed) is always allowed besides.
#[derive(Clone, Debug, PartialEq)]
pub enum Sizes {
    /// `min`, `min + step`, `min + 2 step`, ... up to `max` where there is one.
    Steps {
        /// Smallest number of units, positive.
        min: f64,
        /// Distance of one size from the next, positive.
        step: f64,
        /// Largest number of units.
        max: Option<f64>,
    },
    /// These and no others, rising and positive.
    List(Vec<f64>),
}

impl Sizes {
    /// The legal sizes from the smallest up to `highest`, or at least one.
    #[must_use]
    pub fn count_up_to(&self, highest: f64) -> usize {
        match self {
            Self::List(sizes) => sizes.len(),
            Self::Steps { min, step, max } => {
                let top = max.map_or(highest, |m| m.min(highest));
                ((top - min) / step + 1e-9).floor().max(0.0) as usize + 1
            }
        }
    }

    /// Legal size number `index`, from 0.
    #[must_use]
    pub fn at(&self, index: usize) -> f64 {
        match self {
            Self::List(sizes) => sizes[index.min(sizes.len() - 1)],
            Self::Steps { min, step, .. } => min + step * index as f64,
        }
    }

    /// The number of the legal size nearest to `units`.
    #[must_use]
    pub fn nearest(&self, units: f64) -> usize {
        match self {
            Self::List(sizes) => {
                let distance = |i: &usize| (sizes[*i] - units).abs();
                let all = 0..sizes.len();
                all.min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(0)
            }
            Self::Steps { min, step, .. } => ((units - min) / step).round().max(0.0) as usize,
        }
    }

    /// The smallest legal size that is at least `units`: what a vendor's calculator recommends.
    #[must_use]
    pub fn at_least(&self, units: f64) -> f64 {
        match self {
            Self::List(sizes) => {
                let enough = sizes.iter().copied().find(|s| *s >= units);
                enough.unwrap_or(sizes[sizes.len() - 1])
            }
            Self::Steps { min, step, .. } => {
                // Vendors round to whole steps from zero, then apply the minimum.
                let steps = (units / step - 1e-9).ceil() * step;
                steps.max(*min)
            }
        }
    }

    /// Whether `units` can be bought.
    #[must_use]
    pub fn allows(&self, units: f64) -> bool {
        (self.at(self.nearest(units)) - units).abs() <= 1e-9 * units.abs().max(1.0)
            && match self {
                Self::Steps { max: Some(max), .. } => units <= max * (1.0 + 1e-12),
                _ => true,
            }
    }
}

/// A step of 1, 2 or 5 times a power of ten, near `target` from below.
#[must_use]
pub fn round_step(target: f64) -> f64 {
    let mut power = 1.0;
    while power * 10.0 <= target {
        power *= 10.0;
    }
    while power > target {
        power /= 10.0;
    }
    [5.0, 2.0, 1.0].into_iter().map(|m| m * power).find(|step| *step <= target).unwrap_or(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AZURE: Sizes = Sizes::Steps { min: 15.0, step: 5.0, max: None };

    #[test]
    fn steps_start_at_the_minimum() {
        assert_eq!([0, 1, 2].map(|i| AZURE.at(i)), [15.0, 20.0, 25.0]);
        assert_eq!(AZURE.count_up_to(24.9), 2);
        assert_eq!(AZURE.count_up_to(3.0), 1);
        assert!(AZURE.allows(20.0) && !AZURE.allows(10.0) && !AZURE.allows(22.0));
    }

    #[test]
    fn enough_is_rounded_up() {
        for (need, size) in [(3.0, 15.0), (15.1, 20.0), (105.88, 110.0), (110.0, 110.0)] {
            assert_eq!(AZURE.at_least(need), size);
        }
        let list = Sizes::List(vec![10.0, 50.0]);
        assert_eq!([10.0, 11.0, 99.0].map(|need| list.at_least(need)), [10.0, 50.0, 50.0]);
        assert_eq!(list.nearest(12.0), 0);
    }

    #[test]
    fn the_largest_size_is_the_last() {
        let few = Sizes::Steps { min: 15.0, step: 5.0, max: Some(30.0) };
        assert_eq!([29.0, 30.0, 1e6].map(|highest| few.count_up_to(highest)), [3, 4, 4]);
        assert!(few.allows(30.0) && !few.allows(35.0));
        let list = Sizes::List(vec![10.0, 50.0]);
        assert_eq!([0, 1, 7].map(|i| list.at(i)), [10.0, 50.0, 50.0]);
        assert!(list.allows(50.0) && !list.allows(55.0));
    }

    /// Sums of steps that are no binary fractions miss their size by a rounding error.
    #[test]
    fn rounding_moves_no_size() {
        let tenths = Sizes::Steps { min: 0.1, step: 0.1, max: None };
        assert_eq!(tenths.count_up_to(0.3), 3);
        assert_eq!(tenths.nearest(0.3), 2);
        assert!((tenths.at_least(0.1 + 0.2) - 0.3).abs() < 1e-9);
        let thirds = Sizes::Steps { min: 1.0 / 3.0, step: 1.0 / 3.0, max: None };
        assert!(thirds.allows(1e9 / 3.0));
        let hundredths = Sizes::Steps { min: 0.07, step: 0.07, max: None };
        assert!(hundredths.allows(70_000_001.68));
        assert!(!thirds.allows(0.01 / 3.0) && !tenths.allows(0.300_001));
    }

    #[test]
    fn steps_are_round_numbers() {
        for (target, step) in
            [(0.7, 0.5), (1.0, 1.0), (3.9, 2.0), (10.0, 10.0), (99.0, 50.0), (0.0123, 0.01)]
        {
            assert!(
                (round_step(target) / step - 1.0).abs() < 1e-12,
                "{target}: {}",
                round_step(target)
            );
        }
    }
}
