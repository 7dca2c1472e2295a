//! The lognormal distribution, optionally truncated.

use super::normal::{Z90, two_ways};
use super::truncation::Bounds;
use super::{Distribution, Tail};
use crate::error::Problem;
use crate::math::{exp, ln, normal_cdf, normal_quantile};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The lognormal distribution, optionally truncated.
///
/// # What it does
/// A positive, right-skewed value whose logarithm is normal: the usual shape of forecast errors,
/// which overrun by factors. Give `mean` with `sd` or `log_sd`, `median` with `log_sd`, or the range
/// `p10` to `p90`.
///
/// # Formula
/// `Q(u) = median * exp(log_sd * z(u))`, `mean = median * exp(log_sd^2 / 2)`,
/// `sd = mean * sqrt(exp(log_sd^2) - 1)`; from a range, `median = sqrt(p10 * p90)` and
/// `log_sd = ln(p90 / p10) / 2.5631`.
///
/// # Parameters
/// All positive; with `min` or `max` it is the distribution given that the value lies inside, and
/// the other parameters are those before truncation.
///
/// # Example
/// ```toml
/// x = { dist = "lognormal", mean = 1.0, log_sd = 0.25 }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lognormal {
    /// Mean before truncation.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub mean: Option<f64>,
    /// Median before truncation; with `log_sd`.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub median: Option<f64>,
    /// Standard deviation of the value; with `mean`.
    #[schemars(range(min = 0.0))]
    pub sd: Option<f64>,
    /// Standard deviation of the logarithm; with `mean` or `median`.
    #[schemars(range(min = 0.0))]
    pub log_sd: Option<f64>,
    /// Value not exceeded in 10 of 100 cases; with `p90` instead of the others.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub p10: Option<f64>,
    /// Value not exceeded in 90 of 100 cases.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub p90: Option<f64>,
    /// Least possible value.
    pub min: Option<f64>,
    /// Largest possible value.
    pub max: Option<f64>,
}

impl Lognormal {
    /// Mean and standard deviation of the logarithm.
    fn log_moments(&self) -> Option<(f64, f64)> {
        let location = (self.mean, self.median);
        let spread = (self.sd, self.log_sd);
        match (location, spread, self.p10, self.p90) {
            ((Some(mean), None), (None, Some(s)), None, None) => Some((ln(mean) - 0.5 * s * s, s)),
            ((Some(mean), None), (Some(sd), None), None, None) => {
                let s = libm::log1p((sd / mean) * (sd / mean)).sqrt();
                Some((ln(mean) - 0.5 * s * s, s))
            }
            ((None, Some(median)), (None, Some(s)), None, None) => Some((ln(median), s)),
            ((None, None), (None, None), Some(low), Some(high)) => {
                Some((0.5 * (ln(low) + ln(high)), ln(high / low) / (2.0 * Z90)))
            }
            _ => None,
        }
    }

    fn known(&self) -> (f64, f64) {
        self.log_moments().unwrap_or((0.0, 0.0))
    }

    fn bounds(&self) -> Bounds {
        Bounds { min: self.min, max: self.max }
    }

    fn cdf(&self, x: f64) -> f64 {
        let (m, s) = self.known();
        if x <= 0.0 { 0.0 } else { normal_cdf((ln(x) - m) / s) }
    }
}

impl Distribution for Lognormal {
    fn quantile(&self, u: f64) -> f64 {
        let (m, s) = self.known();
        self.bounds().quantile(u, |x| self.cdf(x), |u| exp(m + s * normal_quantile(u)))
    }

    fn mean(&self) -> Option<f64> {
        let (m, s) = self.known();
        self.bounds().mean(Some(exp(m + 0.5 * s * s)), |u| self.quantile(u))
    }

    fn support(&self) -> (f64, f64) {
        let (m, s) = self.known();
        let whole = if s == 0.0 { (exp(m), exp(m)) } else { (0.0, f64::INFINITY) };
        self.bounds().over(whole)
    }

    fn tail(&self) -> Tail {
        if self.support().1.is_finite() { Tail::Bounded } else { Tail::Lognormal }
    }

    fn check(&self) -> Vec<Problem> {
        match self.log_moments() {
            None => vec![two_ways(
                "one of `mean`, `median` with one of `sd` (needs `mean`), `log_sd`",
                "`p10` and `p90`",
            )],
            Some((_, s)) if s < 0.0 => vec![Problem::new(
                "p90",
                "empty-range",
                "`p90` is below `p10`",
                "put the smaller number into `p10`",
            )],
            Some((m, 0.0)) => self.bounds().check_point(exp(m)),
            Some((_, s)) if s > 10.0 => vec![Problem::new(
                "",
                "out-of-range",
                format!("the logarithm has a standard deviation of {s:.1}"),
                "keep it at most 10: even then one value in six is beyond 20,000 times the median",
            )],
            Some(_) => self.bounds().check(|x| self.cdf(x)),
        }
    }

    fn describe(&self) -> String {
        let (m, s) = self.known();
        format!(
            "lognormal, mean {:.6}, log sd {s:.6}{}",
            exp(m + 0.5 * s * s),
            self.bounds().describe()
        )
    }
}
