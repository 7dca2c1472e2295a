//! A right to reduce the units at set dates.

use super::policy::Policy;
use super::quantity::ShareOf;
use super::right::{Right, Towards};
use super::stated::percent;
use super::windows::Windows;
use super::{Clause, Hooks, Opening};
use crate::error::Problem;
use crate::param::Param;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A right to reduce the units at set dates.
///
/// # What it does
/// At the end of every third month, say, the buyer may give up a share of the units, with notice
/// and a limited number of times a year. The fee falls with them; load that they served goes where
/// other overflow goes.
///
/// # Formula
/// After `n` exercises in effect the contract has `units * (1 - share)^n` (`of = "current"`) or
/// `units * (1 - n * share)` (`of = "original"`), where `units` is what ramps leave; after each
/// exercise rounded up to whole steps of what is sold, and not below the offer's minimum. `k` of
/// `parts` parts count as `k / parts` of an exercise; parts of several exercises add up before they
/// are rounded. An exercise at the window of month `w` is in effect from month `w + 1 + notice_months`.
///
/// # Parameters
/// `share` from 0 to 1; `of`; `parts` from 1 to 15. `windows`: `every_months` or a list of `months` (contract months, the
/// window is at the month's end), `notice_months`, `per_year` (most exercises in a contract year)
/// and `carry_over`. `policy`: `never`; `declared` with the `months` of the windows at which it is
/// exercised; `threshold` with a `level`, the `signal` held against it (`utilization` or `load`,
/// as shares of the commitment, `overflow` as a share of the load, or `price` as a share of the
/// on-demand list price of the contract's first month), the last `over_months`, whose use in sum is
/// held against their commitments in sum, and `per_month_left`, which is added to the level for each month left in the term.
///
/// # Ambiguity and our reading
/// "Up to 15 %" is all or nothing by default, which is simpler to follow; in the example of
/// `docs/rights.md` any part of the 15 % is worth 4 % more. With `parts = 5` an exercise takes any
/// number of five equal parts: of the original units a fifth of the share each, of the current ones so
/// that all together give up the share. A policy takes as few parts as leave it nothing to want,
/// declared months take all; one exercise is one of the year's, whatever part it takes. "15 %" is of the current units by default: two reductions leave 72.25 %, not 70 %. 30 days of
/// notice is one month: what is declared at the end of month 3 bills from month 5. A contract year
/// is months 1 to 12 of the contract, not the last twelve; the window at the end of month 12
/// belongs to the first. What a year leaves over is lost unless `carry_over`. The offer's minimum
/// holds, but a ramp below it stays as it is. A renewal keeps the reduced units and the windows go
/// on; nothing brings units back. The buyer decides when the month after the window opens, knowing
/// the closed months and no more. The commitment that use and load are held against is that of each
/// closed month: the units that ramps and tranches give it, less and plus all that has been declared
/// by any right, in force or under notice. A step of a ramp that comes next is not yet in it, and a
/// reduction that was just declared is not declared again for the same load. What is decided on one
/// day is decided at once: two rights with a window at the end of the same month do not see each
/// other there. Ending the contract counts once it has ended. The order of rights matters only where
/// units are sold in steps or have a minimum: each right rounds what those listed before it leave.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "flex_down"
/// share = 0.15
/// windows = { every_months = 3, notice_months = 1, per_year = 2 }
/// policy = { kind = "threshold", level = 0.85 }
/// ```
///
/// # Source
/// Guide to Bedrock and Azure OpenAI contracts (S0), line 157: reduced 15 % with 30 days' notice,
/// up to twice per contract year; line 127: quarterly review windows.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlexDown {
    /// Share of the units that an exercise gives up.
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub share: Param,
    /// What the share is a share of.
    #[serde(default)]
    pub of: ShareOf,
    /// Equal parts of which an exercise may take any number: 1 is all or nothing, 5 a fifth, two
    /// fifths, ... of what it gives up.
    #[serde(default = "super::right::undivided")]
    #[schemars(range(min = 1, max = 15))]
    pub parts: u32,
    /// When the right may be exercised.
    pub windows: Windows,
    /// When it is exercised.
    pub policy: Policy,
}

impl Clause for FlexDown {
    fn right(&self) -> Option<Right<'_>> {
        Some(Right { parts: self.parts, ..self.windows.right(&self.policy, Towards::Less) })
    }

    fn exercise(&self, opening: Opening<'_>, times: &Lane, units: &mut Lane) {
        let share = self.share.of(opening.params);
        for i in 0..LANES {
            units[i] = opening.contract.reduced(units[i], share[i], self.of, times[i]);
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
        format!("flex-down: {share} of the {of} units may be given up {right}")
    }
}
