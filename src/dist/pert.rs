//! The PERT distribution.

use super::beta::Beta;
use super::uniform::ordered;
use super::{Distribution, Tail};
use crate::error::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The PERT distribution.
///
/// # What it does
/// Three numbers from a planner: least, most likely, largest, joined by a smooth curve.
///
/// # Formula
/// A beta distribution on `[min, max]` with `alpha = 1 + shape (mode - min) / (max - min)` and
/// `beta = 1 + shape (max - mode) / (max - min)`. Mean `(min + shape mode + max) / (shape + 2)`.
///
/// # Parameters
/// `min <= mode <= max`, `min < max`, `shape > 0`, by default 4: larger trusts the most likely
/// value more.
///
/// # Example
/// ```toml
/// x = { dist = "pert", min = 0.0, mode = 0.1, max = 0.5 }
/// ```
///
/// # Source
/// Malcolm, Roseboom, Clark and Fazar (1959), Operations Research 7, 646-669; the shape
/// parameter is Vose's modified PERT.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pert {
    /// Least value.
    pub min: f64,
    /// Most likely value.
    pub mode: f64,
    /// Largest value.
    pub max: f64,
    /// Weight of the most likely value.
    #[serde(default = "four")]
    #[schemars(range(min = 1e-3, max = 1e6))]
    pub shape: f64,
}

fn four() -> f64 {
    4.0
}

impl Pert {
    fn beta(&self) -> Beta {
        let width = self.max - self.min;
        Beta {
            alpha: 1.0 + self.shape * (self.mode - self.min) / width,
            beta: 1.0 + self.shape * (self.max - self.mode) / width,
            min: self.min,
            max: self.max,
        }
    }
}

impl Distribution for Pert {
    fn quantile(&self, u: f64) -> f64 {
        self.beta().quantile(u)
    }

    fn mean(&self) -> Option<f64> {
        Some((self.min + self.shape * self.mode + self.max) / (self.shape + 2.0))
    }

    fn support(&self) -> (f64, f64) {
        (self.min, self.max)
    }

    fn tail(&self) -> Tail {
        Tail::Bounded
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = ordered(&[("min", self.min), ("mode", self.mode), ("max", self.max)]);
        if self.min == self.max {
            problems.push(Problem::new(
                "max",
                "empty-range",
                format!("`min` and `max` are both {}", self.min),
                "write the plain number, or widen the range",
            ));
        }
        problems
    }

    fn describe(&self) -> String {
        format!("PERT from {} over {} to {}", self.min, self.mode, self.max)
    }
}
