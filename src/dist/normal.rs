//! The normal distribution, optionally truncated.

use super::truncation::Bounds;
use super::{Distribution, Tail};
use crate::error::Problem;
use crate::math::{normal_cdf, normal_quantile};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The 90 % point of the standard normal distribution.
pub(super) const Z90: f64 = 1.281_551_565_544_600_4;

/// The normal distribution, optionally truncated.
///
/// # What it does
/// The symmetric bell curve. Give `mean` and `sd`, or the range `p10` to `p90` that holds the
/// value in 80 of 100 cases.
///
/// # Formula
/// `Q(u) = mean + sd * z(u)` with the standard normal quantile `z`; from a range,
/// `mean = (p10 + p90) / 2` and `sd = (p90 - p10) / 2.5631`.
///
/// # Parameters
/// `sd >= 0`; with `min` or `max` it is the distribution given that the value lies inside, and
/// `mean` and `sd` are those before truncation.
///
/// # Example
/// ```toml
/// x = { dist = "normal", mean = 0.2, sd = 0.1, min = -0.5 }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Normal {
    /// Mean before truncation.
    pub mean: Option<f64>,
    /// Standard deviation before truncation.
    #[schemars(range(min = 0.0))]
    pub sd: Option<f64>,
    /// Value not exceeded in 10 of 100 cases; with `p90` instead of `mean` and `sd`.
    pub p10: Option<f64>,
    /// Value not exceeded in 90 of 100 cases.
    pub p90: Option<f64>,
    /// Least possible value.
    pub min: Option<f64>,
    /// Largest possible value.
    pub max: Option<f64>,
}

impl Normal {
    fn moments(&self) -> Option<(f64, f64)> {
        match (self.mean, self.sd, self.p10, self.p90) {
            (Some(mean), Some(sd), None, None) => Some((mean, sd)),
            (None, None, Some(low), Some(high)) => {
                Some((0.5 * (low + high), (high - low) / (2.0 * Z90)))
            }
            _ => None,
        }
    }

    fn known(&self) -> (f64, f64) {
        self.moments().unwrap_or((0.0, 0.0))
    }

    fn bounds(&self) -> Bounds {
        Bounds { min: self.min, max: self.max }
    }

    fn cdf(&self, x: f64) -> f64 {
        let (mean, sd) = self.known();
        normal_cdf((x - mean) / sd)
    }
}

/// The problem of a family that is given by two numbers in more than one way.
pub(super) fn two_ways(first: &str, second: &str) -> Problem {
    Problem::new(
        "",
        "ambiguous",
        format!("give either {first}, or {second}, and nothing of the other"),
        format!("keep {first}, or keep {second}"),
    )
}

impl Distribution for Normal {
    fn quantile(&self, u: f64) -> f64 {
        let (mean, sd) = self.known();
        self.bounds().quantile(u, |x| self.cdf(x), |u| mean + sd * normal_quantile(u))
    }

    fn mean(&self) -> Option<f64> {
        self.bounds().mean(Some(self.known().0), |u| self.quantile(u))
    }

    fn support(&self) -> (f64, f64) {
        let (mean, sd) = self.known();
        let whole = if sd == 0.0 { (mean, mean) } else { (f64::NEG_INFINITY, f64::INFINITY) };
        self.bounds().over(whole)
    }

    fn tail(&self) -> Tail {
        let (low, high) = self.support();
        if low.is_finite() && high.is_finite() { Tail::Bounded } else { Tail::Normal }
    }

    fn check(&self) -> Vec<Problem> {
        match self.moments() {
            None => vec![two_ways("`mean` and `sd`", "`p10` and `p90`")],
            Some((_, sd)) if sd < 0.0 => vec![Problem::new(
                "p90",
                "empty-range",
                "`p90` is below `p10`",
                "put the smaller number into `p10`",
            )],
            Some((mean, 0.0)) => self.bounds().check_point(mean),
            Some(_) => self.bounds().check(|x| self.cdf(x)),
        }
    }

    fn describe(&self) -> String {
        let (mean, sd) = self.known();
        format!("normal, mean {mean:.6}, sd {sd:.6}{}", self.bounds().describe())
    }
}
