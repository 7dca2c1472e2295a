//! A right to hand units back against what is left to pay for them, up to a limit.

use super::policy::Policy;
use super::right::{Right, Towards};
use super::stated::{percent, usd};
use super::{Clause, Hooks, Opening};
use crate::error::Problem;
use crate::param::Param;
use crate::rng::{LANES, Lane};
use crate::words::months;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A right to hand units back against what is left to pay for them, up to a limit.
///
/// # What it does
/// The buyer may cancel units whose fees for the rest of the term, the canceled commitment, are within
/// a limit in money that renews itself: what was canceled within the last twelve months counts against
/// it. The later in the term, the less is left to pay for a unit, and the more units the limit covers.
///
/// # Formula
/// An exercise at the end of month `w` cancels `limit_usd / (fee of a unit in month w * months left in the
/// term after w)` units for the rest of the term, rounded down to whole steps of what is sold, and no more
/// than month `w` had; `k` of `parts` parts cancel for `k / parts` of the limit. A part that is taken is
/// free again after `over_months`. `fee_share` of the canceled commitment is billed with the month after
/// `w`, on the line of fees for ending.
///
/// # Parameters
/// `limit_usd`, the most that may be canceled within `over_months` (12 if left out); `fee_share` from 0
/// to 1 (0 if left out); `every_months`, the distance of windows (1 if left out); `parts` from 1 to 15
/// (1 if left out); `policy` as for `flex_down`: declared months take all parts.
///
/// # Ambiguity and our reading
/// The limit is on what is left to pay, not on the price of what was bought. What is left ends with the
/// term, and so does the cancellation: a term that follows, because the contract renews or was renewed,
/// begins with the units that it would have without. At the turn of the term all of the new one is left. The limit rolls: an exercise at
/// the end of month 3 is free again at the end of month 15. A whole exercise uses it up, also where
/// fewer units were left than it covers; with `parts` it is used in equal shares of money. The
/// limit is that of a billing scope: what other contracts of the buyer cancel is not known here, so
/// state what they leave. The smallest number of units that is sold holds for what is signed, not for
/// what is kept. A unit is counted at what it cost in the month that closed; money back at
/// the lower of purchase and current price is the same where a price is fixed for the term. Where fees
/// are paid ahead, the `refund` of `upfront` says what of them comes back.
/// Rights act in the order in which they are listed, each on what those before it leave, whatever came
/// first in time: list it after a `flex_down` of the current units.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "refund"
/// limit_usd = 50_000
/// policy = { kind = "threshold", level = 0.70, over_months = 3 }
/// ```
///
/// # Source
/// Microsoft, exchange and refund of Azure reservations: 50,000 US dollars of canceled commitment
/// within a rolling twelve months, no fee so far, 12 % named as possible; pricing notes 1.4 and A6.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refund {
    /// Most that may be canceled within `over_months`, USD of fees that are left to pay.
    #[schemars(extend("x-min" = 0.0))]
    pub limit_usd: Param,
    /// Months within which the limit counts, back from each exercise.
    #[serde(default = "year")]
    #[schemars(range(min = 1))]
    pub over_months: usize,
    /// Share of the canceled commitment that is billed for it.
    #[serde(default = "Param::zero")]
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub fee_share: Param,
    /// A window at the end of every so many contract months.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub every_months: usize,
    /// Equal parts of the limit of which an exercise may take any number.
    #[serde(default = "super::right::undivided")]
    #[schemars(range(min = 1, max = 15))]
    pub parts: u32,
    /// When it is exercised.
    pub policy: Policy,
}

fn one() -> usize {
    1
}

fn year() -> usize {
    12
}

impl Clause for Refund {
    fn right(&self) -> Option<Right<'_>> {
        Some(Right {
            every: Some(self.every_months),
            rolling: Some(self.over_months),
            parts: self.parts,
            ..Right::at_any_month(&self.policy, Towards::Less)
        })
    }

    fn cancel(&self, opening: Opening<'_>, window: usize, times: &Lane, units: &mut Lane) -> Lane {
        let (limit, share) = (self.limit_usd.of(opening.params), self.fee_share.of(opening.params));
        let left = opening.contract.months_left(window) as f64;
        let month = &opening.closed[window - 1];
        let mut fee = [0.0; LANES];
        for i in (0..LANES).filter(|i| times[*i] * limit[*i] > 0.0 && month.reserved[*i] > 0.0) {
            let commitment = left * month.fee[i] / month.reserved[i];
            let canceled = (times[i] * limit[i] / commitment).min(month.reserved[i]);
            let kept = (units[i] - canceled).max(0.0);
            let kept = opening.contract.whole_steps(kept).min(units[i]);
            fee[i] = share[i] * commitment * (units[i] - kept);
            units[i] = kept;
        }
        fee
    }

    fn policy_mut(&mut self) -> Option<&mut Policy> {
        Some(&mut self.policy)
    }

    fn hooks(&self) -> Hooks {
        Hooks::of_right()
    }

    fn params(&mut self) -> Vec<(String, &mut Param)> {
        let mut params = vec![
            ("limit_usd".into(), &mut self.limit_usd),
            ("fee_share".into(), &mut self.fee_share),
        ];
        params.extend(self.policy.params());
        params
    }

    fn check(&self, _term: usize) -> Vec<Problem> {
        Vec::new()
    }

    fn describe(&self) -> String {
        let limit = usd(&self.limit_usd);
        let fee = if self.fee_share.is_zero() {
            String::new()
        } else {
            format!(" for {} of it", percent(&self.fee_share))
        };
        let over = months(self.over_months);
        let right = self.right().map(|right| right.describe()).unwrap_or_default();
        format!(
            "refund: units with up to {limit} left to pay, within {over}, may be handed back{fee} {right}"
        )
    }
}
