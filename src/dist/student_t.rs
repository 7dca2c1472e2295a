//! Student's t distribution, optionally truncated.

use super::truncation::Bounds;
use super::{Distribution, Tail};
use crate::error::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Student's t distribution, optionally truncated.
///
/// # What it does
/// A bell curve with heavy tails: what a growth rate looks like when it was estimated from few
/// months. Without bounds it has no mean at `df <= 1`, and its exponential has no mean at any
/// `df`; a study that would average such a quantity is refused.
///
/// # Formula
/// `Q(u) = location + scale * t(u; df)`
///
/// # Parameters
/// `scale > 0`, `df > 0`; `min` and `max` truncate.
///
/// # Example
/// ```toml
/// x = { dist = "student_t", location = 0.2, scale = 0.1, df = 5.0, min = -0.8, max = 2.0 }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StudentT {
    /// Center of symmetry; the mean if `df > 1`.
    pub location: f64,
    /// Scale.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub scale: f64,
    /// Degrees of freedom.
    #[schemars(range(min = 0.1, max = 1e6))]
    pub df: f64,
    /// Least possible value.
    pub min: Option<f64>,
    /// Largest possible value.
    pub max: Option<f64>,
}

impl StudentT {
    fn whole(&self) -> StudentsT {
        StudentsT::new(self.location, self.scale, self.df).expect("scale and df are positive")
    }

    fn bounds(&self) -> Bounds {
        Bounds { min: self.min, max: self.max }
    }
}

impl Distribution for StudentT {
    fn quantile(&self, u: f64) -> f64 {
        let whole = self.whole();
        self.bounds().quantile(u, |x| whole.cdf(x), |u| whole.inverse_cdf(u))
    }

    fn mean(&self) -> Option<f64> {
        let (low, high) = self.support();
        if self.df <= 1.0 && (low.is_infinite() || high.is_infinite()) {
            return None;
        }
        self.bounds().mean(Some(self.location), |u| self.quantile(u))
    }

    fn support(&self) -> (f64, f64) {
        self.bounds().over((f64::NEG_INFINITY, f64::INFINITY))
    }

    fn tail(&self) -> Tail {
        let (low, high) = self.support();
        if low.is_finite() && high.is_finite() { Tail::Bounded } else { Tail::Power(self.df) }
    }

    fn check(&self) -> Vec<Problem> {
        let whole = self.whole();
        self.bounds().check(|x| whole.cdf(x))
    }

    fn describe(&self) -> String {
        format!(
            "Student t, location {}, scale {}, df {}{}",
            self.location,
            self.scale,
            self.df,
            self.bounds().describe()
        )
    }
}
