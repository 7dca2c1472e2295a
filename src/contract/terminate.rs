//! A right to end the contract.

use super::policy::Policy;
use super::right::{Right, Towards};
use super::stated::{months, percent, sum_of, usd};
use super::{Clause, Hooks, Opening};
use crate::error::Problem;
use crate::param::Param;
use crate::rng::Lane;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A right to end the contract.
///
/// # What it does
/// From some month on the buyer may end the contract with notice, for a fee or for none. All units
/// go, and everything is bought on demand at list prices.
///
/// # Formula
/// An exercise at the end of month `w >= after_month` ends the contract with month
/// `w + notice_months`. The next month's bill has the fee `fee_months * f + fee_share * f * r +
/// fee_usd`, where `f` is what that month's units would have cost and `r` the months left in the
/// term, that month with them.
///
/// # Parameters
/// `after_month`: first contract month, from 1, at whose end it may be exercised (1 if left out);
/// `every_months`, from window to window (1 if left out: the end of any month);
/// `notice_months` (1 if left out); `fee_months`, months of the monthly fee; `fee_share`, a share of the fees left
/// in the term (0 to 1); `fee_usd`, USD; the three add up, and each is 0 if left out. `policy` as
/// for `flex_down`.
///
/// # Ambiguity and our reading
/// "Reduce or terminate after 12 months" gives the first way out at the end of month 12. Guides
/// name neither notice nor fee: a month and none are the defaults. The fees left are those of the
/// units that all other rights in effect leave, at what they would have cost in the month that would
/// come next, after discounts. A contract that is ended with the last month of a term is not renewed, which
/// costs no fee unless a `renewal_option` was exercised before. Ending needs no reason. It ends the contract's discounts on on-demand prices too;
/// a credit earned in the last month is settled with the month after it, unless it is lost at the
/// end. A right has no value after the end: nothing brings the units back.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "terminate"
/// after_month = 6
/// notice_months = 1
/// fee_months = 2
/// policy = { kind = "threshold", level = 0.40, over_months = 3 }
/// ```
///
/// # Source
/// Vendor contract guide (S1), line 83: reduce or terminate after 12 months; guide to Bedrock and
/// Azure OpenAI contracts (S0), line 85: termination for convenience.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Terminate {
    /// First contract month, from 1, at whose end the right may be exercised.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub after_month: usize,
    /// Months between windows: 1 for any month's end, 3 for the end of every contract quarter.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub every_months: usize,
    /// Whole months from the exercise to the first month without the contract.
    #[serde(default = "one")]
    pub notice_months: usize,
    /// Fee in months of the monthly fee.
    #[serde(default = "Param::zero")]
    #[schemars(extend("x-min" = 0.0))]
    pub fee_months: Param,
    /// Fee as a share of the fees left in the term.
    #[serde(default = "Param::zero")]
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub fee_share: Param,
    /// Fee, USD.
    #[serde(default = "Param::zero")]
    #[schemars(extend("x-min" = 0.0))]
    pub fee_usd: Param,
    /// When it is exercised.
    pub policy: Policy,
}

fn one() -> usize {
    1
}

impl Clause for Terminate {
    fn right(&self) -> Option<Right<'_>> {
        Some(Right {
            every: Some(self.every_months),
            first: self.after_month,
            notice: self.notice_months,
            once: true,
            ends: true,
            ..Right::at_any_month(&self.policy, Towards::Less)
        })
    }

    fn ending_fee(&self, opening: Opening<'_>, monthly: &Lane) -> Lane {
        let renewed = opening.is_renewed();
        let runs_out = opening.month.is_multiple_of(opening.contract.term);
        let left = opening.contract.months_left(opening.month) as f64;
        let months = self.fee_months.of(opening.params);
        let share = self.fee_share.of(opening.params);
        let usd = self.fee_usd.of(opening.params);
        let fee = |i: usize| (months[i] + share[i] * left) * monthly[i] + usd[i];
        std::array::from_fn(|i| if runs_out && !renewed[i] { 0.0 } else { fee(i) })
    }

    fn policy_mut(&mut self) -> Option<&mut Policy> {
        Some(&mut self.policy)
    }

    fn hooks(&self) -> Hooks {
        Hooks::of_right()
    }

    fn params(&mut self) -> Vec<(String, &mut Param)> {
        let mut params = vec![
            ("fee_months".into(), &mut self.fee_months),
            ("fee_share".into(), &mut self.fee_share),
            ("fee_usd".into(), &mut self.fee_usd),
        ];
        params.extend(self.policy.params());
        params
    }

    fn check(&self, _term: usize) -> Vec<Problem> {
        Vec::new()
    }

    fn describe(&self) -> String {
        let fees = [
            (&self.fee_months, format!("{} of the fee", months(&self.fee_months))),
            (&self.fee_share, format!("{} of the fees left in the term", percent(&self.fee_share))),
            (&self.fee_usd, usd(&self.fee_usd)),
        ];
        let fee = sum_of(fees);
        let right = self.right().map(|right| right.describe()).unwrap_or_default();
        format!("termination: the contract may be ended for {fee}, {right}")
    }
}
