//! A way out to another provider.

use super::policy::Policy;
use super::right::{Right, Towards};
use super::stated::{factor, months, percent, sum_of, usd};
use super::{Clause, Hooks, Opening};
use crate::error::Problem;
use crate::param::Param;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A way out to another provider.
///
/// # What it does
/// The buyer leaves for another provider, whose tokens cost a multiple of this vendor's list price.
/// Engineering takes months and money, the change disturbs the service, and what is left of the
/// commitment stays due.
///
/// # Formula
/// A decision at the end of month `w >= after_month` ends the contract with month `w +
/// notice_months`; from then on all load costs `price_factor * list price` on demand. The first
/// bill without the contract has the fee `cost + disruption_months * value + fee_share * f * r`:
/// `value` is what the load of the month before costs on demand at list prices, `f` what the units
/// of the month would have cost, and `r` the months left in the term.
///
/// # Parameters
/// `price_factor`, at least 0; `cost`, USD; `disruption_months` (0 if left out) of the load's
/// value; `notice_months` (3 if left out); `fee_share`, the share of the fees left that is still
/// due (1 if left out); `after_month`, the first contract month, from 1, at whose end it may be
/// decided (1 if left out); `policy` as for `flex_down`, where a threshold is passed from below.
///
/// # Ambiguity and our reading
/// Guides state 150,000 to 300,000 USD of engineering and 2 to 3 months of disruption, and say that
/// a switch pays where it saves more than 50,000 USD a month: a payback of 3 to 6 months.
/// Disruption is lost value, of which a month of on-demand spend is a measure; `disruption_months =
/// 0` counts engineering alone. Until the switch the contract and its bill go on, so
/// `notice_months`, the months of engineering, is time in which both teams are paid. A hard
/// commitment is not ended by leaving: `fee_share = 1`; at the end of a term nothing is left, unless a
/// `renewal_option` has ordered the next one. What is
/// decided in time but ready only when the contract is over has no effect and costs nothing. The
/// other provider's price follows this one's. Nothing brings the load back. A vendor that loses its
/// exclusivity is `price_factor` and `cost` as distributions.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "switching"
/// price_factor = 0.8
/// cost = { dist = "uniform", min = 150000, max = 300000 }
/// policy = { kind = "threshold", level = 1.2, signal = "price" }
/// ```
///
/// # Source
/// Guide to Bedrock and Azure OpenAI contracts (S0), lines 72 and 176: switching cost, disruption
/// and weeks of engineering.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Switching {
    /// The other provider's price, as a multiple of this vendor's list price.
    #[schemars(extend("x-min" = 0.0))]
    pub price_factor: Param,
    /// What the switch costs, USD.
    #[schemars(extend("x-min" = 0.0))]
    pub cost: Param,
    /// Months of the load's value that the change costs.
    #[serde(default = "Param::zero")]
    #[schemars(extend("x-min" = 0.0))]
    pub disruption_months: Param,
    /// Whole months from the decision to the first month elsewhere.
    #[serde(default = "three")]
    pub notice_months: usize,
    /// Share of the fees left in the term that is still due.
    #[serde(default = "Param::one")]
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub fee_share: Param,
    /// First contract month, from 1, at whose end the switch may be decided.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub after_month: usize,
    /// When it is decided.
    pub policy: Policy,
}

fn one() -> usize {
    1
}

fn three() -> usize {
    3
}

impl Clause for Switching {
    fn right(&self) -> Option<Right<'_>> {
        Some(Right {
            first: self.after_month,
            notice: self.notice_months,
            once: true,
            ends: true,
            ..Right::at_any_month(&self.policy, Towards::More)
        })
    }

    fn ending_fee(&self, opening: Opening<'_>, monthly: &Lane) -> Lane {
        let (Some(last), Some(list)) = (opening.closed.last(), opening.list.last()) else {
            return [0.0; LANES];
        };
        let renewed = opening.is_renewed();
        let left = opening.contract.months_left(opening.month);
        // None as a new term opens that nobody ordered.
        let left = |i: usize| if renewed[i] { left } else { left % opening.contract.term } as f64;
        let cost = self.cost.of(opening.params);
        let months = self.disruption_months.of(opening.params);
        let share = self.fee_share.of(opening.params);
        std::array::from_fn(|i| {
            let value = last.demand[i] * list.on_demand[i];
            cost[i] + months[i] * value + share[i] * left(i) * monthly[i]
        })
    }

    fn price_elsewhere(&self, opening: Opening<'_>) -> Lane {
        *self.price_factor.of(opening.params)
    }

    fn policy_mut(&mut self) -> Option<&mut Policy> {
        Some(&mut self.policy)
    }

    fn hooks(&self) -> Hooks {
        Hooks::of_right()
    }

    fn params(&mut self) -> Vec<(String, &mut Param)> {
        let mut params = vec![
            ("price_factor".into(), &mut self.price_factor),
            ("cost".into(), &mut self.cost),
            ("disruption_months".into(), &mut self.disruption_months),
            ("fee_share".into(), &mut self.fee_share),
        ];
        params.extend(self.policy.params());
        params
    }

    fn check(&self, _term: usize) -> Vec<Problem> {
        Vec::new()
    }

    fn describe(&self) -> String {
        let fees = [
            (&self.cost, usd(&self.cost)),
            (
                &self.disruption_months,
                format!("{} of the load's value", months(&self.disruption_months)),
            ),
            (&self.fee_share, format!("{} of the fees left", percent(&self.fee_share))),
        ];
        let fee = sum_of(fees);
        let right = self.right().map(|right| right.describe()).unwrap_or_default();
        format!(
            "switching: for {fee}, the load may go elsewhere at {} times the list price {right}",
            factor(&self.price_factor)
        )
    }
}
