//! Periods of a contract at whose end something is settled.

use super::Billing;
use crate::ledger::Month;
use crate::process::YEAR;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// For how long something is promised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// For each month.
    Month,
    /// For each year of the contract.
    #[default]
    Year,
    /// For each term.
    Term,
}

/// A period that ends with the month that is billed, on some paths at least.
#[derive(Clone, Copy, Debug)]
pub struct Settlement<'a> {
    /// The period's months before this one.
    pub earlier: &'a [Month],
    /// Whether the period is settled, on each path.
    pub due: [bool; LANES],
    /// Whether this month is after the contract's end and so none of the period, on each path.
    ended: [bool; LANES],
}

impl Period {
    /// The period that is settled with this bill: it ends, the contract does, or the simulation.
    /// Where a right has ended the contract, the first month after settles what is open.
    #[must_use]
    pub fn settled(self, billing: Billing<'_>) -> Option<Settlement<'_>> {
        let (opening, ended) = (billing.opening, billing.now.ended);
        let months = match self {
            Self::Month => 1,
            Self::Year => YEAR as usize,
            Self::Term => opening.contract.term,
        };
        let place = opening.month % months;
        let closes = place + 1 == months || billing.last;
        if !closes && ended == [false; LANES] {
            return None;
        }
        let before = opening.closed.last().map_or([false; LANES], |month| month.ended);
        Some(Settlement {
            earlier: &opening.closed[opening.closed.len() - place..],
            due: std::array::from_fn(|i| if ended[i] { !before[i] } else { closes }),
            ended,
        })
    }

    /// Its part of `months`.
    #[must_use]
    pub fn part(self, months: f64, term: usize) -> f64 {
        months
            / match self {
                Self::Month => 1.0,
                Self::Year => YEAR,
                Self::Term => term as f64,
            }
    }

    /// The word in a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Year => "year",
            Self::Term => "term",
        }
    }
}

impl Settlement<'_> {
    /// Months of the period on path `i`.
    #[must_use]
    pub fn months(&self, i: usize) -> f64 {
        (self.earlier.len() + usize::from(!self.ended[i])) as f64
    }

    /// The sum of the period on path `i`, from the sums without this month and with it.
    #[must_use]
    pub fn sum(&self, i: usize, earlier: &Lane, with_now: &Lane) -> f64 {
        if self.ended[i] { earlier[i] } else { with_now[i] }
    }
}
