//! A right to add units.

use super::policy::Policy;
use super::quantity::{AddedPrice, ShareOf};
use super::right::{Right, Towards};
use super::stated::percent;
use super::windows::Windows;
use super::{Clause, Hooks, Opening};
use crate::error::Problem;
use crate::param::Param;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A right to add units, at the signed price or at that of the day.
///
/// # What it does
/// At its windows the buyer may add a share of the units, at the price of those that are signed,
/// whatever new units cost by then, or at their list price.
///
/// # Formula
/// After `n` exercises in effect the contract has `units * (1 + share)^n` (`of = "current"`) or
/// `units * (1 + n * share)` (`of = "original"`), after each exercise rounded up to whole steps of
/// what is sold. An exercise at the window of month `w` is in effect from month `w + 1 +
/// notice_months`. With `price = "list"` the added units cost `price * on_demand(w) / on_demand(1)`
/// until the term ends, at on-demand list prices of the term's months.
///
/// # Parameters
/// `share`, at least 0; `of`; `price`, `signed` or `list`; `parts`, `windows` and `policy` as for
/// `flex_down`; a `threshold` is passed from below: the right is exercised when the signal is above
/// its level.
///
/// # Ambiguity and our reading
/// "Expansion at predefined rates" is at the signed price: added units pay what the others pay,
/// caps and discounts included, and end with them. A contract with a fixed price and no such right
/// sells growth at the list price of the day, which here moves with that of tokens (vendors price
/// units by what they serve); percentages hold for it too. A renewal has one price for all units. A
/// contract that names no dates has `every_months = 1`. The seller has the capacity when it is
/// asked for. Utilization cannot pass 100 %, so a right that waits for demand beyond the units
/// looks at `load` or `overflow`. Added units stay for the rest of the contract and are renewed.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "expansion"
/// share = 0.25
/// of = "original"
/// windows = { every_months = 3, notice_months = 1, per_year = 2 }
/// policy = { kind = "threshold", level = 0.05, signal = "overflow" }
/// ```
///
/// # Source
/// Vendor contract guide (S1), line 83: expansion options at predefined rates.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expansion {
    /// Share of the units that an exercise adds.
    #[schemars(extend("x-min" = 0.0))]
    pub share: Param,
    /// What the share is a share of.
    #[serde(default)]
    pub of: ShareOf,
    /// What added units cost.
    #[serde(default)]
    pub price: AddedPrice,
    /// Equal parts of which an exercise may take any number: 1 is all or nothing, 5 a fifth, two
    /// fifths, ... of what it adds.
    #[serde(default = "super::right::undivided")]
    #[schemars(range(min = 1, max = 15))]
    pub parts: u32,
    /// When the right may be exercised.
    pub windows: Windows,
    /// When it is exercised.
    pub policy: Policy,
}

impl Clause for Expansion {
    fn right(&self) -> Option<Right<'_>> {
        let at_list = self.price == AddedPrice::List;
        Some(Right {
            at_list,
            parts: self.parts,
            ..self.windows.right(&self.policy, Towards::More)
        })
    }

    fn exercise(&self, opening: Opening<'_>, times: &Lane, units: &mut Lane) {
        let share = self.share.of(opening.params);
        for i in 0..LANES {
            units[i] = opening.contract.expanded(units[i], share[i], self.of, times[i]);
        }
    }

    fn policy_mut(&mut self) -> Option<&mut Policy> {
        Some(&mut self.policy)
    }

    fn hooks(&self) -> Hooks {
        Hooks::of_right()
    }

    fn params(&mut self) -> Vec<(String, &mut Param)> {
        let mut params = vec![("share".into(), &mut self.share)];
        params.extend(self.policy.params());
        params
    }

    fn check(&self, _term: usize) -> Vec<Problem> {
        self.windows.check()
    }

    fn describe(&self) -> String {
        let share = percent(&self.share);
        let of = self.of.words();
        let right = self.right().map_or_else(String::new, |right| right.describe());
        let price = self.price.words();
        format!("expansion: {share} of the {of} units may be added at the {price} price {right}")
    }
}
