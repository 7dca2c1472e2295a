//! Distributions: each one is its quantile function, one uniform in, one value out.
//!
//! Quasi-random points, copulas, stratification and common random numbers all follow from that.
//! In a study file a distribution is a table with the key `dist`, and stands wherever a number
//! may be uncertain: `volatility = { dist = "uniform", min = 0.05, max = 0.10 }`.
//!
//! To add one: a file beside the others, its `mod` line, its line in [`Dist`] and its line in
//! [`Dist::get`].

mod beta;
mod discrete;
mod empirical;
mod gamma;
mod lognormal;
mod normal;
mod pert;
mod point;
mod student_t;
mod table;
mod triangular;
mod truncation;
mod uniform;

pub use beta::Beta;
pub use discrete::Discrete;
pub use empirical::Empirical;
pub use gamma::Gamma;
pub use lognormal::Lognormal;
pub use normal::Normal;
pub use pert::Pert;
pub use point::Point;
pub use student_t::StudentT;
pub use table::QuantileTable;
pub use triangular::Triangular;
pub use uniform::Uniform;

use crate::error::Problem;
use crate::math::{exp, normal_cdf};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How fast the upper tail of a distribution falls; decides which expectations exist.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub enum Tail {
    /// No values beyond a bound.
    Bounded,
    /// As fast as a normal: `E exp(t X)` is finite for every `t`.
    Normal,
    /// As fast as `exp(-rate x)`: `E exp(t X)` is finite for `t < rate`.
    Exponential(f64),
    /// Every power has a finite mean, no exponential has: lognormal.
    Lognormal,
    /// As fast as `x^-degree`: powers below `degree` have a finite mean.
    Power(f64),
}

impl Tail {
    /// Whether `E |X|^k` is finite.
    #[must_use]
    pub fn has_power(self, k: f64) -> bool {
        match self {
            Self::Power(degree) => k < degree,
            _ => true,
        }
    }

    /// Whether `E exp(t |X|)` is finite.
    #[must_use]
    pub fn has_exponential(self, t: f64) -> bool {
        match self {
            Self::Bounded | Self::Normal => true,
            Self::Exponential(rate) => t < rate,
            Self::Lognormal | Self::Power(_) => false,
        }
    }
}

/// A probability distribution, seen through its quantile function.
pub trait Distribution {
    /// The value not exceeded with probability `u`, for `u` in (0, 1). Monotone in `u`.
    fn quantile(&self, u: f64) -> f64;

    /// The value at normal score `z`, `Q(N(z))`.
    fn quantile_at_score(&self, z: f64) -> f64 {
        let u = normal_cdf(z);
        self.quantile(u.clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0))
    }

    /// The mean, or `None` if it is infinite or undefined.
    ///
    /// By default the integral of the quantile function over normal scores, which is good to
    /// about 1e-9 of the spread for the distributions here.
    fn mean(&self) -> Option<f64> {
        Some(integrated_mean(|u| self.quantile(u)))
    }

    /// Smallest and largest possible value; infinite where unbounded.
    fn support(&self) -> (f64, f64);

    /// The heavier of the two tails.
    fn tail(&self) -> Tail;

    /// Everything wrong with the parameters, relative to the distribution's own table.
    fn check(&self) -> Vec<Problem>;

    /// The distribution in one line, with its numbers.
    fn describe(&self) -> String;
}

/// `E Q(N(Z))` by the trapezoidal rule over the normal score, spacing 1/128 on [-8.2, 8.2].
fn integrated_mean(quantile: impl Fn(f64) -> f64) -> f64 {
    const STEPS: i32 = 1050;
    let density = |z: f64| exp(-0.5 * z * z);
    let (mut sum, mut weight) = (0.0, 0.0);
    for i in -STEPS..=STEPS {
        let z = f64::from(i) / 128.0;
        sum += density(z) * quantile(normal_cdf(z));
        weight += density(z);
    }
    sum / weight
}

/// An uncertain number, by the family of its distribution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "dist", rename_all = "snake_case")]
pub enum Dist {
    /// A certain value.
    Point(Point),
    /// Symmetric bell curve.
    Normal(Normal),
    /// Right-skewed and positive: its logarithm is normal.
    Lognormal(Lognormal),
    /// Every value of an interval equally likely.
    Uniform(Uniform),
    /// From least over most likely to largest value, linear.
    Triangular(Triangular),
    /// From least over most likely to largest value, smooth.
    Pert(Pert),
    /// Flexible shape on an interval.
    Beta(Beta),
    /// Right-skewed and positive, lighter tail than the lognormal.
    Gamma(Gamma),
    /// Bell curve with heavy tails.
    StudentT(StudentT),
    /// Named scenarios: values with probabilities.
    Discrete(Discrete),
    /// Observed values, drawn again.
    Empirical(Empirical),
}

impl Dist {
    /// The distribution behind the name.
    #[must_use]
    pub fn get(&self) -> &dyn Distribution {
        match self {
            Self::Point(d) => d,
            Self::Normal(d) => d,
            Self::Lognormal(d) => d,
            Self::Uniform(d) => d,
            Self::Triangular(d) => d,
            Self::Pert(d) => d,
            Self::Beta(d) => d,
            Self::Gamma(d) => d,
            Self::StudentT(d) => d,
            Self::Discrete(d) => d,
            Self::Empirical(d) => d,
        }
    }

    /// The value, if there is only one.
    #[must_use]
    pub fn fixed(&self) -> Option<f64> {
        let (low, high) = self.get().support();
        (low == high).then_some(low)
    }
}

#[cfg(test)]
mod tests;
