//! The gamma distribution.

use super::{Distribution, Tail};
use crate::error::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::ContinuousCDF;

/// The gamma distribution.
///
/// # What it does
/// A positive, right-skewed value with a lighter tail than the lognormal: rates, waiting times,
/// volatilities.
///
/// # Formula
/// `shape = (mean / sd)^2`, `rate = mean / sd^2`; `Q` is the inverse of the regularized incomplete
/// gamma function.
///
/// # Parameters
/// `mean, sd > 0`.
///
/// # Example
/// ```toml
/// x = { dist = "gamma", mean = 0.08, sd = 0.02 }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gamma {
    /// Mean.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub mean: f64,
    /// Standard deviation.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub sd: f64,
}

impl Gamma {
    fn rate(&self) -> f64 {
        self.mean / (self.sd * self.sd)
    }
}

impl Distribution for Gamma {
    fn quantile(&self, u: f64) -> f64 {
        let shape = (self.mean / self.sd) * (self.mean / self.sd);
        statrs::distribution::Gamma::new(shape, self.rate())
            .expect("mean and sd are positive")
            .inverse_cdf(u)
    }

    fn mean(&self) -> Option<f64> {
        Some(self.mean)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn tail(&self) -> Tail {
        Tail::Exponential(self.rate())
    }

    fn check(&self) -> Vec<Problem> {
        let shape = (self.mean / self.sd) * (self.mean / self.sd);
        let extreme = !(1e-3..=1e8).contains(&shape);
        let problem = Problem::new(
            "sd",
            "out-of-range",
            format!("`sd` is {} times the mean", self.sd / self.mean),
            "keep `sd` between a ten-thousandth of the mean and thirty times the mean",
        );
        extreme.then_some(problem).into_iter().collect()
    }

    fn describe(&self) -> String {
        format!("gamma, mean {}, sd {}", self.mean, self.sd)
    }
}
