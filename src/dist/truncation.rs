//! Cutting a distribution off at a least and a largest value.

use super::integrated_mean;
use crate::error::Problem;

/// Optional bounds: the distribution given that the value lies between them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub min: Option<f64>,
    pub max: Option<f64>,
}

impl Bounds {
    /// The quantile of the truncated distribution, `Q(F(min) + u (F(max) - F(min)))`.
    ///
    /// `cdf` and `quantile` are those of the whole distribution. The result is held inside the
    /// bounds, which rounding could otherwise cross.
    pub(super) fn quantile(
        self,
        u: f64,
        cdf: impl Fn(f64) -> f64,
        quantile: impl Fn(f64) -> f64,
    ) -> f64 {
        if self.min.is_none() && self.max.is_none() {
            return quantile(u);
        }
        let low = self.min.map_or(0.0, &cdf);
        let high = self.max.map_or(1.0, &cdf);
        let inside = (low + u * (high - low)).clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0);
        let (least, largest) = self.over((f64::NEG_INFINITY, f64::INFINITY));
        quantile(inside).clamp(least, largest)
    }

    /// The mean: `whole` without bounds, by integration with them.
    pub(super) fn mean(self, whole: Option<f64>, quantile: impl Fn(f64) -> f64) -> Option<f64> {
        match (self.min, self.max) {
            (None, None) => whole,
            _ => Some(integrated_mean(quantile)),
        }
    }

    /// The support of the truncated distribution, given the whole one's.
    pub(super) fn over(self, support: (f64, f64)) -> (f64, f64) {
        (
            self.min.map_or(support.0, |x| x.max(support.0)),
            self.max.map_or(support.1, |x| x.min(support.1)),
        )
    }

    /// Bounds in the wrong order, or bounds that leave (almost) nothing.
    pub(super) fn check(self, cdf: impl Fn(f64) -> f64) -> Vec<Problem> {
        let (Some(min), Some(max)) = (self.min, self.max) else {
            let inside = 1.0 - self.min.map_or(0.0, &cdf) - self.max.map_or(0.0, |x| 1.0 - cdf(x));
            return Self::too_little(inside).into_iter().collect();
        };
        if min >= max {
            let message = format!("`min` is {min} and `max` is {max}, so no value is left");
            let help = "put the smaller number into `min`";
            return vec![Problem::new("min", "empty-range", message, help)];
        }
        Self::too_little(cdf(max) - cdf(min)).into_iter().collect()
    }

    /// Bounds that exclude the only value.
    pub(super) fn check_point(self, value: f64) -> Vec<Problem> {
        let (low, high) = self.over((value, value));
        let outside = low > value || high < value;
        let help = "move the bounds so that they hold the mean";
        let problem = Problem::new("", "empty-range", "the bounds exclude the only value", help);
        outside.then_some(problem).into_iter().collect()
    }

    fn too_little(inside: f64) -> Option<Problem> {
        (inside < 1e-6).then(|| {
            Problem::new(
                "",
                "empty-range",
                if inside > 0.0 {
                    format!("the bounds leave only {inside:.1e} of the distribution")
                } else {
                    "the bounds leave nothing of the distribution".to_owned()
                },
                "move the bounds towards the mean, or change the mean",
            )
        })
    }

    /// ", between -0.5 and 2" or nothing.
    pub(super) fn describe(self) -> String {
        match (self.min, self.max) {
            (None, None) => String::new(),
            (Some(min), None) => format!(", at least {min}"),
            (None, Some(max)) => format!(", at most {max}"),
            (Some(min), Some(max)) => format!(", between {min} and {max}"),
        }
    }
}
