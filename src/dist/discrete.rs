//! Scenarios with probabilities.

use super::{Distribution, Tail};
use crate::error::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Scenarios with probabilities.
///
/// # What it does
/// A list of values, each with its probability: the launch happens or it does not.
///
/// # Formula
/// Values are sorted; `Q(u)` is the first whose cumulative probability reaches `u`.
///
/// # Parameters
/// As many `probabilities` as `values`, none negative, with sum 1.
///
/// # Example
/// ```toml
/// x = { dist = "discrete", values = [0.1, 0.5], probabilities = [0.7, 0.3] }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Discrete {
    /// The values.
    #[schemars(length(min = 1))]
    pub values: Vec<f64>,
    /// The probability of each value, in the same order.
    #[schemars(inner(range(min = 0.0, max = 1.0)))]
    pub probabilities: Vec<f64>,
}

impl Distribution for Discrete {
    fn quantile(&self, u: f64) -> f64 {
        // The smallest value v with P(X <= v) >= u, without a sorted copy: lists are short.
        let mut best = f64::INFINITY;
        for &v in &self.values {
            if v < best && self.cumulative(v) >= u {
                best = v;
            }
        }
        // Rounding can leave the whole sum a hair under u.
        if best.is_finite() { best } else { self.support().1 }
    }

    fn mean(&self) -> Option<f64> {
        let pairs = self.values.iter().zip(&self.probabilities);
        Some(pairs.map(|(v, p)| v * p).sum())
    }

    fn support(&self) -> (f64, f64) {
        bounds(&self.values)
    }

    fn tail(&self) -> Tail {
        Tail::Bounded
    }

    fn check(&self) -> Vec<Problem> {
        let sum: f64 = self.probabilities.iter().sum();
        if self.values.len() != self.probabilities.len() {
            let (v, p) = (self.values.len(), self.probabilities.len());
            return vec![Problem::new(
                "probabilities",
                "wrong-length",
                format!("{p} probabilities for {v} values"),
                "give one probability for each value",
            )];
        }
        let problem = Problem::new(
            "probabilities",
            "not-a-distribution",
            format!("the probabilities sum to {}, not to 1", (sum * 1e9).round() / 1e9),
            "divide each by the sum, or add the missing scenario",
        );
        ((sum - 1.0).abs() > 1e-9).then_some(problem).into_iter().collect()
    }

    fn describe(&self) -> String {
        let pairs = self.values.iter().zip(&self.probabilities);
        let list: Vec<String> = pairs.map(|(v, p)| format!("{v} ({:.1} %)", 100.0 * p)).collect();
        list.join(", ")
    }
}

impl Discrete {
    fn cumulative(&self, value: f64) -> f64 {
        let pairs = self.values.iter().zip(&self.probabilities);
        pairs.filter(|(v, _)| **v <= value).map(|(_, p)| p).sum()
    }
}

/// Least and largest of a list.
pub(super) fn bounds(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (low, high)
}
