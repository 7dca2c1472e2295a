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
    /// Its standard error; 0 for a value that is the same in every run, null in JSON if the run
    /// has too few paths for one.
    #[serde(with = "open_high")]
    #[schemars(with = "Option<f64>")]
    pub standard_error: f64,
    /// Lower end of the 95 % confidence interval; null in JSON if the run has too few paths for
    /// one.
    #[serde(with = "open_low")]
    #[schemars(with = "Option<f64>")]
    pub low: f64,
    /// Upper end of the 95 % confidence interval; null if the run has too few paths for one.
    #[serde(with = "open_high")]
    #[schemars(with = "Option<f64>")]
    pub high: f64,
}

/// What is infinite for lack of paths is null in JSON, which has no infinity.
macro_rules! open_end {
    ($module:ident, $infinity:expr) => {
        mod $module {
            use serde::{Deserialize, Deserializer, Serialize, Serializer};

            pub(super) fn serialize<S: Serializer>(x: &f64, out: S) -> Result<S::Ok, S::Error> {
                x.is_finite().then_some(*x).serialize(out)
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
                Ok(Option::deserialize(from)?.unwrap_or($infinity))
            }
        }
    };
}

open_end!(open_low, f64::NEG_INFINITY);
open_end!(open_high, f64::INFINITY);

impl Estimate {
    /// A value without sampling error.
    #[must_use]
    pub fn exact(value: f64) -> Self {
        Self { value, standard_error: 0.0, low: value, high: value }
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

    /// The estimate of a quantity that is known to lie in a range: neither it nor its interval
    /// leaves it, by symmetry or by rounding.
    #[must_use]
    pub fn within(self, low: f64, high: f64) -> Self {
        Self {
            value: self.value.clamp(low, high),
            low: self.low.clamp(low, high),
            high: self.high.clamp(low, high),
            ..self
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
        let kept = if width > 0.0 { (high - low) / width } else { 1.0 };
        Self {
            value: over(self.value),
            standard_error: if high > 0.0 { self.standard_error * kept } else { 0.0 },
            low,
            high,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_intervals_survive_json() {
        let open = Estimate {
            value: 1.0,
            standard_error: 0.5,
            low: f64::NEG_INFINITY,
            high: f64::INFINITY,
        };
        let text = serde_json::to_string(&open).expect("JSON");
        assert!(text.contains("null"));
        assert_eq!(serde_json::from_str::<Estimate>(&text).expect("read"), open);
    }

    #[test]
    fn what_is_known_to_lie_in_a_range_stays_there() {
        let share = Estimate::symmetric(0.01, 0.01, 2.0).within(0.0, 1.0);
        assert_eq!((share.value, share.low, share.high), (0.01, 0.0, 0.03));
        let rounded = Estimate::exact(-3e-14).within(0.0, f64::INFINITY);
        assert_eq!(rounded, Estimate::exact(0.0));
    }

    #[test]
    fn overspend_follows_cost_above_the_budget() {
        let cost = Estimate::symmetric(105.0, 10.0, 2.0);
        let over = cost.above(100.0);
        assert_eq!((over.value, over.low, over.high), (5.0, 0.0, 25.0));
        assert_eq!(cost.above(200.0), Estimate::exact(0.0));
    }
}
