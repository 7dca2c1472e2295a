//! A value that was estimated, never alone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An estimate with its standard error and 95 % confidence interval.
///
/// The error is that of the simulation: it shrinks with more paths. What the study does not know
/// about the future is in the spread of the outcomes, not here.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Its standard error; 0 for a value that is the same in every run.
    pub standard_error: f64,
    /// Lower end of the 95 % confidence interval.
    pub low: f64,
    /// Upper end of the 95 % confidence interval.
    pub high: f64,
}

impl Estimate {
    /// A value without sampling error.
    #[must_use]
    pub fn exact(value: f64) -> Self {
        Self {
            value,
            standard_error: 0.0,
            low: value,
            high: value,
        }
    }

    /// An estimate with the symmetric interval `value +- factor * standard_error`.
    #[must_use]
    pub fn symmetric(value: f64, standard_error: f64, factor: f64) -> Self {
        Self {
            value,
            standard_error,
            low: value - factor * standard_error,
            high: value + factor * standard_error,
        }
    }

    /// The estimate of `scale * value + shift`.
    #[must_use]
    pub fn linear(self, scale: f64, shift: f64) -> Self {
        let (a, b) = (scale * self.low + shift, scale * self.high + shift);
        Self {
            value: scale * self.value + shift,
            standard_error: scale.abs() * self.standard_error,
            low: a.min(b),
            high: a.max(b),
        }
    }

    /// The estimate of `max(value - floor, 0)`; exact for quantiles, which follow any rising
    /// function.
    #[must_use]
    pub fn above(self, floor: f64) -> Self {
        let over = |x: f64| (x - floor).max(0.0);
        let low = over(self.low);
        let high = over(self.high);
        let width = self.high - self.low;
        let kept = if width > 0.0 {
            (high - low) / width
        } else {
            1.0
        };
        Self {
            value: over(self.value),
            standard_error: if high > 0.0 {
                self.standard_error * kept
            } else {
                0.0
            },
            low,
            high,
        }
    }
}
