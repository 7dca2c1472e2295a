//! The uniform distribution.

use super::{Distribution, Tail};
use crate::error::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The uniform distribution.
///
/// # What it does
/// Every value between `min` and `max` equally likely: what remains when a quote is a range.
///
/// # Formula
/// `Q(u) = min + u * (max - min)`
///
/// # Parameters
/// `min <= max`.
///
/// # Example
/// ```toml
/// x = { dist = "uniform", min = 0.40, max = 0.55 }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Uniform {
    /// Least value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
}

impl Distribution for Uniform {
    fn quantile(&self, u: f64) -> f64 {
        self.min + u * (self.max - self.min)
    }

    fn mean(&self) -> Option<f64> {
        Some(0.5 * (self.min + self.max))
    }

    fn support(&self) -> (f64, f64) {
        (self.min, self.max)
    }

    fn tail(&self) -> Tail {
        Tail::Bounded
    }

    fn check(&self) -> Vec<Problem> {
        ordered(&[("min", self.min), ("max", self.max)])
    }

    fn describe(&self) -> String {
        format!("uniform between {} and {}", self.min, self.max)
    }
}

/// A problem for each value that is below the one before it.
pub(super) fn ordered(values: &[(&str, f64)]) -> Vec<Problem> {
    values
        .windows(2)
        .filter(|pair| pair[0].1 > pair[1].1)
        .map(|pair| {
            let ((below, x), (above, y)) = (pair[0], pair[1]);
            Problem::new(
                above,
                "empty-range",
                format!("`{above}` is {y}, below `{below}`, which is {x}"),
                format!("make `{below}` the smaller of the two"),
            )
        })
        .collect()
}
