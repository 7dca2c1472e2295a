//! The triangular distribution.

use super::uniform::ordered;
use super::{Distribution, Tail};
use crate::error::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The triangular distribution.
///
/// # What it does
/// Three numbers from a planner: least, most likely, largest. The density rises and falls in
/// straight lines, so it gives the extremes more weight than [`super::Pert`].
///
/// # Formula
/// With `c = (mode - min) / (max - min)`: `Q(u) = min + sqrt(u (max - min) (mode - min))` for
/// `u <= c`, else `max - sqrt((1 - u) (max - min) (max - mode))`. Mean `(min + mode + max) / 3`.
///
/// # Parameters
/// `min <= mode <= max`.
///
/// # Example
/// ```toml
/// x = { dist = "triangular", min = 0.0, mode = 0.1, max = 0.5 }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Triangular {
    /// Least value.
    pub min: f64,
    /// Most likely value.
    pub mode: f64,
    /// Largest value.
    pub max: f64,
}

impl Distribution for Triangular {
    fn quantile(&self, u: f64) -> f64 {
        let width = self.max - self.min;
        if u * width <= self.mode - self.min {
            self.min + (u * width * (self.mode - self.min)).sqrt()
        } else {
            self.max - ((1.0 - u) * width * (self.max - self.mode)).sqrt()
        }
    }

    fn mean(&self) -> Option<f64> {
        Some((self.min + self.mode + self.max) / 3.0)
    }

    fn support(&self) -> (f64, f64) {
        (self.min, self.max)
    }

    fn tail(&self) -> Tail {
        Tail::Bounded
    }

    fn check(&self) -> Vec<Problem> {
        ordered(&[("min", self.min), ("mode", self.mode), ("max", self.max)])
    }

    fn describe(&self) -> String {
        format!("triangular from {} over {} to {}", self.min, self.mode, self.max)
    }
}
