//! A credit for months of low utilization.

use super::stated::percent;
use super::{Billing, Clause, Hooks};
use crate::error::Problem;
use crate::ledger::Month;
use crate::param::Param;
use crate::rng::{LANES, Lane};
use crate::simd::kernel;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happens to the credit of the last month, which has no next bill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Final {
    /// It is paid out with the last bill.
    #[default]
    Pay,
    /// It is lost.
    Lose,
}

/// A credit for months of low utilization.
///
/// # What it does
/// When a month's utilization stays below a threshold, a share of that month's charge comes off
/// the next bill.
///
/// # Formula
/// `credit(m + 1) = -share * fee(m)` if `served(m) / deployed(m) < threshold`, else 0. With
/// `final = "pay"` the last month's credit is paid with its own bill.
///
/// # Parameters
/// `threshold` and `share` from 0 to 1; `final`.
///
/// # Ambiguity and our reading
/// The credit is a cliff, not proportional to the shortfall. The charge is the committed fee after
/// discounts, not overage or spill. Utilization is the month's average use of the deployed units.
/// A credit does not lower the charge that the next credit is a share of. "Toward the next month"
/// leaves the last month open: `final = "pay"` by default; losing it costs a twelfth or more of the
/// clause in a one-year contract. A renewal has a next bill: its first month takes the credit of the
/// old term's last.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "clawback"
/// threshold = 0.70
/// share = 0.10
/// ```
///
/// # Source
/// Guide to Bedrock and Azure OpenAI contracts (S0), line 174: below 70 % average utilization in any
/// month, 10 % of that month's charge toward the next month.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clawback {
    /// Utilization below which a month earns the credit.
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub threshold: Param,
    /// Share of the month's charge that is credited.
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub share: Param,
    /// What happens to the credit of the last month.
    #[serde(default, rename = "final")]
    pub at_end: Final,
}

impl Clawback {
    /// Adds the credit that `month` earned.
    ///
    /// A contract that a right has ended has no next bill, as after its last month.
    fn earned(&self, billing: &Billing<'_>, month: &Month, credit: &mut Lane) {
        let threshold = self.threshold.of(billing.opening.params);
        let share = self.share.of(billing.opening.params);
        let ended = (self.at_end == Final::Lose).then_some(&billing.now.ended);
        earn((threshold, share), month, ended.unwrap_or(&[false; LANES]), credit);
    }
}

kernel! {
    /// Adds a share of the fee where less than the threshold was used; nothing where it is lost.
    fn earn(
        terms: (&Lane, &Lane),
        month: &Month,
        lost: &[bool; LANES],
        credit: &mut Lane,
    ) {
        let (threshold, share) = terms;
        for i in 0..LANES {
            let low = month.served[i] < threshold[i] * month.deployed[i];
            credit[i] -= if low && !lost[i] { share[i] * month.fee[i] } else { 0.0 };
        }
    }
}

impl Clause for Clawback {
    fn credit(&self, billing: &Billing<'_>, credit: &mut Lane) {
        if let Some(before) = billing.opening.closed.last() {
            self.earned(billing, before, credit);
        }
        if billing.last && self.at_end == Final::Pay {
            self.earned(billing, billing.now, credit);
        }
    }

    fn hooks(&self) -> Hooks {
        Hooks { credit: true, history: true, ..Hooks::default() }
    }

    fn params(&mut self) -> Vec<(String, &mut Param)> {
        vec![("threshold".into(), &mut self.threshold), ("share".into(), &mut self.share)]
    }

    fn check(&self, _term: usize) -> Vec<Problem> {
        Vec::new()
    }

    fn describe(&self) -> String {
        let end = match self.at_end {
            Final::Pay => "the last one is paid out",
            Final::Lose => "the last one is lost",
        };
        format!(
            "clawback: below {} utilization, {} of the month's charge comes off the next bill; {end}",
            percent(&self.threshold),
            percent(&self.share)
        )
    }
}
