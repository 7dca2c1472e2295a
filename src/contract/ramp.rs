//! Fewer units in the first months.

use super::stated::percent;
use super::{Clause, Hooks, Opening};
use crate::error::Problem;
use crate::param::Param;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fewer units in the first months.
///
/// # What it does
/// The contract starts with a share of its units and grows to all of them: half the capacity for
/// the first six months, at the same price per unit.
///
/// # Formula
/// `reserved(m) = share(m) * units` with the share of the first step whose `until_month` is not
/// before contract month `m`, and 1 after the last step; rounded up to whole steps of what is sold,
/// but never above `units`.
///
/// # Parameters
/// `steps`: each with `until_month` (1-based, rising) and `share` (0 to 1).
///
/// # Ambiguity and our reading
/// Sellers call a ramp a "startup discount of 50 %". A discount would leave the capacity and halve
/// the price; a ramp halves both, so the price per unit stays. For full capacity at half the price
/// use `flat_discount` with `until_month`. The offer's minimum does not apply during the ramp:
/// lowering it is what a ramp is for. Months count from the contract's start: a renewal does not
/// ramp again.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "ramp"
/// steps = [{ until_month = 3, share = 0.5 }, { until_month = 6, share = 0.75 }]
/// ```
///
/// # Source
/// Guide to Bedrock and Azure OpenAI contracts (S0), lines 155 and 174: 5,000 of 10,000 TPM for six
/// months at 1.20 USD per TPM-month.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ramp {
    /// Shares of the units, in the order of their months.
    #[schemars(length(min = 1))]
    pub steps: Vec<RampStep>,
}

/// One step of a ramp.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RampStep {
    /// Last contract month of the step, from 1.
    #[schemars(range(min = 1))]
    pub until_month: usize,
    /// Share of the contract's units.
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub share: Param,
}

impl Clause for Ramp {
    fn quantity(&self, opening: Opening<'_>, reserved: &mut Lane) {
        let Some(step) = self.steps.iter().find(|s| opening.month < s.until_month) else {
            return;
        };
        let share = step.share.of(opening.params);
        for i in 0..LANES {
            if share[i] < 1.0 {
                let units = opening.contract.whole_steps(share[i] * reserved[i]);
                reserved[i] = units.min(reserved[i]);
            }
        }
    }

    fn hooks(&self) -> Hooks {
        Hooks { quantity: true, ..Hooks::default() }
    }

    fn params(&mut self) -> Vec<(String, &mut Param)> {
        let steps = self.steps.iter_mut().enumerate();
        steps.map(|(i, s)| (format!("steps[{i}].share"), &mut s.share)).collect()
    }

    fn check(&self, term: usize) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (i, pair) in self.steps.windows(2).enumerate() {
            let (before, after) = (pair[0].until_month, pair[1].until_month);
            if after <= before {
                problems.push(Problem::new(
                    format!("steps[{}].until_month", i + 1),
                    "order",
                    format!("this step ends in month {after}, the one before it in month {before}"),
                    "list the steps by rising `until_month`",
                ));
            }
        }
        for (i, step) in self.steps.iter().enumerate().filter(|(_, s)| s.until_month > term) {
            problems.push(Problem::new(
                format!("steps[{i}].until_month"),
                "beyond-term",
                format!("the step lasts until month {}, the term has {term}", step.until_month),
                "end the ramp within the first term",
            ));
        }
        problems
    }

    fn describe(&self) -> String {
        let step = |s: &RampStep| {
            format!("{} of the units until month {}", percent(&s.share), s.until_month)
        };
        let steps = self.steps.iter().map(step);
        format!("ramp: {}", steps.collect::<Vec<_>>().join(", "))
    }
}
