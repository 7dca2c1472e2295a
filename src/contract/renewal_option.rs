//! A right to renew the contract.

use super::policy::Policy;
use super::right::{Right, Towards};
use super::stated::change;
use super::{Clause, Hooks, Opening};
use crate::error::Problem;
use crate::param::Param;
use crate::rng::Lane;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A right to renew the contract for another term at a price that is agreed today.
///
/// # What it does
/// Before each term ends, the buyer may renew the contract for another one, with the units that it
/// has by then. Without that the units go when the term ends, and everything is bought on demand at
/// list prices.
///
/// # Formula
/// Declared at the end of month `k * term - notice_months`, the contract goes on for term `k + 1`
/// with `fee * (1 + price_change)^k`. A term that is not renewed is the last: there is no later
/// window.
///
/// # Parameters
/// `price_change`, the change of the signed price at each renewal (0 if left out: a held price; 0.05
/// for 5 % more); `notice_months` (1 if left out), less than the term; `policy` as for `expansion`:
/// a threshold renews at or above its level.
///
/// # Ambiguity and our reading
/// "Renewal at similar terms" names no price: the signed one. A right is no duty: what renews of
/// itself is `contract.renewal = "renew"`, and a price hold on that is an `escalation_cap` with
/// `annual = 0` and `price = "commitment"`. It is valued against a contract that runs out. Where new
/// commitments are to be had as well when the term ends, only dearer, the hold is worth the
/// difference to an option whose `price_change` is that rise. All units are renewed, those that
/// other rights have left or added; budgets and windows of other rights go on, ramps do not begin
/// again, and what was promised for a term that is not renewed is not due.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "renewal_option"
/// notice_months = 2
/// policy = { kind = "threshold", level = 0.85, over_months = 3 }
/// ```
///
/// # Source
/// Vendor contract guide (S1), line 40: renewal rights at similar terms; guide (S2), line 67: price
/// hold at renewal; pricing notes A18 and C6. Vertex AI: a renewal is canceled 30 days ahead.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewalOption {
    /// Change of the commitment's price at each renewal: 0.05 for 5 % more.
    #[serde(default = "Param::zero")]
    #[schemars(extend("x-min" = -1.0))]
    pub price_change: Param,
    /// Whole months from the declaration to the first month of the new term.
    #[serde(default = "one")]
    pub notice_months: usize,
    /// When it is exercised.
    pub policy: Policy,
}

fn one() -> usize {
    1
}

impl Clause for RenewalOption {
    fn right(&self) -> Option<Right<'_>> {
        Some(Right {
            every: None,
            renews: true,
            notice: self.notice_months,
            ..Right::at_any_month(&self.policy, Towards::More)
        })
    }

    /// The units stay as they are: a renewal is what keeps them.
    fn exercise(&self, _opening: Opening<'_>, _times: &Lane, _units: &mut Lane) {}

    fn policy_mut(&mut self) -> Option<&mut Policy> {
        Some(&mut self.policy)
    }

    fn hooks(&self) -> Hooks {
        Hooks::of_right()
    }

    fn params(&mut self) -> Vec<(String, &mut Param)> {
        let mut params = vec![("price_change".into(), &mut self.price_change)];
        params.extend(self.policy.params());
        params
    }

    fn check(&self, term: usize) -> Vec<Problem> {
        let late = (self.notice_months >= term).then(|| {
            Problem::new(
                "notice_months",
                "beyond-term",
                format!(
                    "a notice of {} months leaves nothing of the term's {term}",
                    self.notice_months
                ),
                "shorten the notice: a term is renewed while it lasts",
            )
        });
        late.into_iter().collect()
    }

    fn describe(&self) -> String {
        let price = if self.price_change.is_zero() {
            "the same price".to_owned()
        } else {
            format!("a price {}", change(&self.price_change))
        };
        let right = self.right().map(|right| right.describe()).unwrap_or_default();
        format!("renewal: the contract may be renewed for another term at {price}, {right}")
    }
}
