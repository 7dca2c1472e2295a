//! The levels that a load takes in a month.

/// The levels that the load takes in a month, relative to its mean, and for how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Distinct levels in rising order; their weighted mean is 1.
    pub(super) levels: Vec<f64>,
    /// Share of time at each level; the sum is 1.
    pub(super) weights: Vec<f64>,
    /// `above[i]`: weight of the levels from `i` on; `volume[i]`: their weighted sum.
    above: Vec<f64>,
    volume: Vec<f64>,
}

impl Shape {
    /// A shape from levels in any unit and their weights (hours, counts), both scaled here.
    ///
    /// # Panics
    /// If there is no positive level, or a level or weight is negative or not finite.
    #[must_use]
    pub fn new(levels: &[f64], weights: &[f64]) -> Self {
        let mut pairs: Vec<(f64, f64)> =
            levels.iter().copied().zip(weights.iter().copied()).collect();
        assert!(
            pairs.iter().all(|(s, w)| s.is_finite() && *s >= 0.0 && w.is_finite() && *w >= 0.0),
            "levels and weights are finite and not negative"
        );
        pairs.retain(|(_, w)| *w > 0.0);
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        pairs.dedup_by(|later, first| {
            let same = later.0 == first.0;
            if same {
                first.1 += later.1;
            }
            same
        });
        let total: f64 = pairs.iter().map(|(_, w)| w).sum();
        let mean: f64 = pairs.iter().map(|(s, w)| s * w).sum::<f64>() / total;
        assert!(mean > 0.0, "a shape has some load");
        let levels = pairs.iter().map(|(s, _)| s / mean).collect();
        let weights = pairs.iter().map(|(_, w)| w / total).collect();
        Self::summed(levels, weights)
    }

    fn summed(levels: Vec<f64>, weights: Vec<f64>) -> Self {
        let n = levels.len();
        let (mut above, mut volume) = (vec![0.0; n + 1], vec![0.0; n + 1]);
        for i in (0..n).rev() {
            above[i] = above[i + 1] + weights[i];
            volume[i] = volume[i + 1] + weights[i] * levels[i];
        }
        Self { levels, weights, above, volume }
    }

    /// A constant load.
    #[must_use]
    pub fn flat() -> Self {
        Self::new(&[1.0], &[1.0])
    }

    /// The highest level, as a multiple of the mean.
    #[must_use]
    pub fn peak(&self) -> f64 {
        self.levels[self.levels.len() - 1]
    }

    /// The level not exceeded for a share `p` of the time.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        let index = self.above.partition_point(|&above| 1.0 - above < p - 1e-12);
        self.levels[index.clamp(1, self.levels.len()) - 1]
    }

    /// `L(k)` without burstiness, exactly.
    pub(super) fn overflow(&self, k: f64) -> f64 {
        let i = self.levels.partition_point(|&s| s <= k);
        (self.volume[i] - self.above[i] * k).max(0.0)
    }

    pub(super) fn share_at_or_below(&self, k: f64) -> f64 {
        1.0 - self.above[self.levels.partition_point(|&s| s <= k)]
    }
}
