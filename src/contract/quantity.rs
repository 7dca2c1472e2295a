//! Quantities: the steps in which units are sold, and what exercises make of them.

use super::Contract;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a share of an exercise is a share of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShareOf {
    /// The units before it.
    #[default]
    Current,
    /// The units before the first exercise.
    Original,
}

impl ShareOf {
    /// The word in a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Original => "original",
        }
    }
}

/// What units cost that an exercise adds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AddedPrice {
    /// What the signed units cost.
    #[default]
    Signed,
    /// The list price when the right is exercised: the signed price, moved as the on-demand list
    /// price has moved since the first month of the term.
    List,
}

impl AddedPrice {
    /// The word in a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::List => "list",
        }
    }
}

impl Contract {
    /// `units` rounded up to whole steps of what is sold.
    #[must_use]
    pub fn whole_steps(&self, units: f64) -> f64 {
        if self.step > 0.0 {
            // A hair more than a whole number of steps is that number; a hair less than none is 0, not -0.
            (units / self.step - 1e-9).ceil().abs() * self.step
        } else {
            units
        }
    }

    /// `units` after so many exercises, each of which takes `share` of them: whole steps of what
    /// is sold, rounded up, and not below the smallest size unless they were before.
    #[must_use]
    pub fn reduced(&self, units: f64, share: f64, of: ShareOf, times: f64) -> f64 {
        let floor = self.minimum.min(units);
        let left = |units: f64, share: f64| {
            self.whole_steps(units * (1.0 - share)).clamp(floor.min(units), units)
        };
        repeated(units, share, -1.0, of, times, left)
    }

    /// `units` after so many exercises, each of which adds `share` of them: whole steps of what is
    /// sold, rounded up.
    #[must_use]
    pub fn expanded(&self, units: f64, share: f64, of: ShareOf, times: f64) -> f64 {
        let more = |units: f64, share: f64| self.whole_steps(units * (1.0 + share)).max(units);
        repeated(units, share, 1.0, of, times, more)
    }
}

/// An exercise on `units`, made so many times, or once with so many times the share. A part of an
/// exercise takes its part of what is left, so that all parts together take the share. `sign` is -1 for
/// less and 1 for more.
fn repeated(
    units: f64,
    share: f64,
    sign: f64,
    of: ShareOf,
    times: f64,
    exercise: impl Fn(f64, f64) -> f64,
) -> f64 {
    match of {
        _ if times == 0.0 => units,
        ShareOf::Original => exercise(units, share * times),
        ShareOf::Current => {
            let whole = (times + 1e-9) as usize;
            let units = (0..whole).fold(units, |units, _| exercise(units, share));
            let part = times - whole as f64;
            let in_part = || sign * (libm::pow(1.0 + sign * share, part) - 1.0);
            if part < 1e-9 { units } else { exercise(units, in_part()) }
        }
    }
}
