//! A certain value.

use super::{Distribution, Tail};
use crate::error::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A certain value.
///
/// # What it does
/// Takes one value in every future. A plain number in a study means the same.
///
/// # Formula
/// `Q(u) = value`
///
/// # Example
/// ```toml
/// x = { dist = "point", value = 0.2 }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// The value.
    pub value: f64,
}

impl Distribution for Point {
    fn quantile(&self, _u: f64) -> f64 {
        self.value
    }

    fn mean(&self) -> Option<f64> {
        Some(self.value)
    }

    fn support(&self) -> (f64, f64) {
        (self.value, self.value)
    }

    fn tail(&self) -> Tail {
        Tail::Bounded
    }

    fn check(&self) -> Vec<Problem> {
        Vec::new()
    }

    fn describe(&self) -> String {
        format!("{}", self.value)
    }
}
