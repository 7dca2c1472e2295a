//! Which charges of a bill a clause means.

use crate::ledger::Month;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Charges of a bill, net of rebates; fees in the month that they are paid in. The stated cost of rejected demand is on no bill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Charges {
    /// All that the vendor charges.
    #[default]
    All,
    /// Tokens on demand.
    OnDemand,
    /// Committed fees and hourly units.
    Commitment,
}

impl Charges {
    /// The charges of `month` on each path that `credits` (not positive) leave to be paid, USD.
    ///
    /// Credits pay other charges first, and no bill falls below zero.
    #[must_use]
    pub fn left(self, month: &Month, credits: &Lane) -> Lane {
        let mut left = [0.0; LANES];
        for i in 0..LANES {
            let on_demand = month.on_demand[i] + month.rebate[i];
            let commitment = month.fee[i] + month.prepaid[i] + month.hourly[i];
            let whole = on_demand + commitment;
            let meant = match self {
                Self::All => whole,
                Self::OnDemand => on_demand,
                Self::Commitment => commitment,
            };
            left[i] = meant.min(whole + credits[i]).max(0.0);
        }
        left
    }

    /// The charges in a sentence.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::All => "all charges",
            Self::OnDemand => "on-demand charges",
            Self::Commitment => "fees and hourly units",
        }
    }
}
