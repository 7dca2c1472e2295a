//! A right to reduce the units once, early in the contract.

use super::policy::Policy;
use super::quantity::ShareOf;
use super::right::{Right, Towards};
use super::stated::percent;
use super::{Clause, Hooks, Opening};
use crate::error::Problem;
use crate::param::Param;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A right to reduce the units once, early in the contract.
///
/// # What it does
/// Once within the first months the buyer may give up a share of the units, because the forecast
/// at signing was too high.
///
/// # Formula
/// `(1 - share) * units` after the exercise, rounded up to whole steps of what is sold, and not
/// below the offer's minimum. An exercise at the end of month `w <= until_month` is in effect from
/// month `w + 1 + notice_months`.
///
/// # Parameters
/// `share` from 0 to 1; `until_month`, the last contract month, from 1, at whose end it may be
/// exercised; `notice_months`; `policy` as for `flex_down`.
///
/// # Ambiguity and our reading
/// "Within 6 months" is by the end of month 6, at the end of any month; the cut then bills from
/// month 7. It is free and without notice unless the contract says so, and comes in addition to a
/// `flex_down`: the share is of the units that the other leaves. Once is once: a renewal
/// does not bring the right back.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "early_downgrade"
/// share = 0.15
/// until_month = 6
/// policy = { kind = "threshold", level = 0.80, over_months = 3 }
/// ```
///
/// # Source
/// Guide to Bedrock and Azure OpenAI contracts (S0), line 127: 10 to 15 % within six months of the
/// start.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EarlyDowngrade {
    /// Share of the units that the exercise gives up.
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub share: Param,
    /// Last contract month, from 1, at whose end the right may be exercised.
    #[schemars(range(min = 1))]
    pub until_month: usize,
    /// Whole months from the exercise to the first month with fewer units.
    #[serde(default)]
    pub notice_months: usize,
    /// When it is exercised.
    pub policy: Policy,
}

impl Clause for EarlyDowngrade {
    fn right(&self) -> Option<Right<'_>> {
        Some(Right {
            last: self.until_month,
            notice: self.notice_months,
            once: true,
            ..Right::at_any_month(&self.policy, Towards::Less)
        })
    }

    fn exercise(&self, opening: Opening<'_>, times: &Lane, units: &mut Lane) {
        let share = self.share.of(opening.params);
        for i in 0..LANES {
            units[i] = opening.contract.reduced(units[i], share[i], ShareOf::Current, times[i]);
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

    fn check(&self, term: usize) -> Vec<Problem> {
        let beyond = self.until_month > term;
        let problem = || {
            let until = self.until_month;
            let message = format!("the right lasts until month {until}, the term has {term}");
            Problem::new("until_month", "beyond-term", message, "end it within the first term")
        };
        beyond.then(problem).into_iter().collect()
    }

    fn describe(&self) -> String {
        let share = percent(&self.share);
        let right = self.right().map(|right| right.describe()).unwrap_or_default();
        format!("early downgrade: {share} of the units may be given up {right}")
    }
}
