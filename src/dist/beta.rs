//! The beta distribution on any interval.

use super::uniform::ordered;
use super::{Distribution, Tail};
use crate::error::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::function::beta::inv_beta_reg;

/// The beta distribution on any interval.
///
/// # What it does
/// A flexible shape on a bounded interval: shares, rates, cache hit rates.
///
/// # Formula
/// `Q(u) = min + (max - min) * B(u)` with the inverse `B` of the regularized incomplete beta
/// function. Mean `min + (max - min) * alpha / (alpha + beta)`.
///
/// # Parameters
/// `alpha, beta > 0`; `min <= max`, by default 0 and 1.
///
/// # Example
/// ```toml
/// x = { dist = "beta", alpha = 8.0, beta = 2.0 }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Beta {
    /// First shape parameter: larger moves the mass up.
    #[schemars(range(min = 1e-3, max = 1e6))]
    pub alpha: f64,
    /// Second shape parameter: larger moves the mass down.
    #[schemars(range(min = 1e-3, max = 1e6))]
    pub beta: f64,
    /// Least value.
    #[serde(default)]
    pub min: f64,
    /// Largest value.
    #[serde(default = "one")]
    pub max: f64,
}

fn one() -> f64 {
    1.0
}

impl Distribution for Beta {
    fn quantile(&self, u: f64) -> f64 {
        self.min + (self.max - self.min) * inv_beta_reg(self.alpha, self.beta, u)
    }

    fn mean(&self) -> Option<f64> {
        Some(self.min + (self.max - self.min) * self.alpha / (self.alpha + self.beta))
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
        format!("beta({}, {}) between {} and {}", self.alpha, self.beta, self.min, self.max)
    }
}
