//! Observed values, drawn again.

use super::discrete::bounds;
use super::{Distribution, Tail};
use crate::error::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Observed values, drawn again.
///
/// # What it does
/// Draws one of the observed values, each equally likely. It never goes beyond what was seen:
/// with few observations the tails are missing.
///
/// # Formula
/// With the `n` values sorted, `Q(u)` is number `ceil(u n)`.
///
/// # Parameters
/// At least two `values`.
///
/// # Example
/// ```toml
/// x = { dist = "empirical", values = [0.92, 1.01, 1.10, 1.47] }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Empirical {
    /// The observed values, in any order.
    #[schemars(length(min = 2))]
    #[serde(deserialize_with = "sorted")]
    pub values: Vec<f64>,
}

fn sorted<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let mut values = Vec::<f64>::deserialize(deserializer)?;
    values.sort_by(f64::total_cmp);
    Ok(values)
}

impl Distribution for Empirical {
    fn quantile(&self, u: f64) -> f64 {
        let n = self.values.len();
        let rank = (u * n as f64).ceil().max(1.0) as usize;
        self.values[rank.min(n) - 1]
    }

    fn mean(&self) -> Option<f64> {
        Some(self.values.iter().sum::<f64>() / self.values.len() as f64)
    }

    fn support(&self) -> (f64, f64) {
        bounds(&self.values)
    }

    fn tail(&self) -> Tail {
        Tail::Bounded
    }

    fn check(&self) -> Vec<Problem> {
        Vec::new()
    }

    fn describe(&self) -> String {
        let (low, high) = self.support();
        format!("{} observed values from {low} to {high}", self.values.len())
    }
}
