//! What is reported of a strategy on a path, with its formula.
//!
//! Every name that appears in a table of a report is defined here and nowhere else; the glossary of
//! the report is this list.
//!
//! Of several studies whose bills are paid together ([`Totals::join`]) amounts of money add up on each
//! path, and what is made of them, such as the overspend or the effective savings rate, is made of
//! the sums. Units of different kinds do not add up: in utilization, coverage and rejected share a
//! unit of a study counts `v`, what its work costs on demand (on-demand spend / demand of the
//! same path, so that these are shares of the value of the work).

use crate::ledger::Totals;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A number per path.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Sum of all bills. Of several studies, the sum over all of them; so are the other amounts.
    Cost,
    /// Sum of all bills, discounted.
    PresentValue,
    /// On-demand cost less this strategy's, on the same path.
    Saving,
    /// Fees for capacity that did no work.
    Waste,
    /// The part of the waste that was never switched on.
    Unallocated,
    /// The part of the waste that was on and idle.
    Idle,
    /// Spend beyond the commitment.
    OverflowSpend,
    /// Cost above the budget. Of several studies, what all cost above the sum of their budgets; 0
    /// unless all have one.
    Overspend,
    /// Cost above what hindsight would have chosen. Not reported where studies are compared: it
    /// would need all sizes of all of them, and of a sum every combination of sizes.
    Regret,
    /// Credits received.
    Credits,
    /// Committed spend that was not reached.
    Shortfall,
    /// Use of the deployed units. Of several studies `sum(v * served) / sum(v * deployed)`.
    Utilization,
    /// Demand served by the commitment. Of several studies `sum(v * served) / sum(v * demand)`.
    Coverage,
    /// Saving as a share of the on-demand cost. Of several studies, of the sum of those costs.
    EffectiveSavingsRate,
    /// Demand that was not met. Of several studies `sum(v * rejected) / sum(v * demand)`.
    RejectedShare,
}

/// The unit of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeasureUnit {
    /// US dollars over the horizon.
    Usd,
    /// A share, 1 for 100 %.
    Share,
}

/// What a measure needs beyond the strategy's own totals.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The on-demand cost of the same path, nominal.
    pub on_demand: &'a Lane,
    /// The lowest cost of all compared strategies and sizes on the same path, nominal.
    pub hindsight: &'a Lane,
    /// The budget.
    pub budget: Option<f64>,
}

impl Measure {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 15] = [
        Self::Cost,
        Self::PresentValue,
        Self::Saving,
        Self::Waste,
        Self::Unallocated,
        Self::Idle,
        Self::OverflowSpend,
        Self::Overspend,
        Self::Regret,
        Self::Credits,
        Self::Shortfall,
        Self::Utilization,
        Self::Coverage,
        Self::EffectiveSavingsRate,
        Self::RejectedShare,
    ];

    /// The unit.
    #[must_use]
    pub fn unit(self) -> MeasureUnit {
        match self {
            Self::Utilization
            | Self::Coverage
            | Self::EffectiveSavingsRate
            | Self::RejectedShare => MeasureUnit::Share,
            _ => MeasureUnit::Usd,
        }
    }

    /// Title, formula and meaning, for the glossary.
    #[expect(clippy::too_many_lines, reason = "a table of texts")]
    #[must_use]
    pub fn glossary(self) -> [&'static str; 3] {
        match self {
            Self::Cost => [
                "Cost",
                "fees + hourly units + on-demand - rebates + shortage + termination + prepaid fees - credits + shortfall + bills apart from the units",
                "All bills of the horizon, nominal.",
            ],
            Self::PresentValue => [
                "Present value",
                "sum of cost(m) / (1 + discount rate)^(m / 12)",
                "The same bills in today's money; each is paid at the end of its month.",
            ],
            Self::Saving => [
                "Saving",
                "on-demand cost - cost, on the same future",
                "Positive when the strategy beats paying per token.",
            ],
            Self::Waste => [
                "Waste",
                "unallocated + idle",
                "What was paid for capacity that did no work. Overflow spend is not waste.",
            ],
            Self::Unallocated => [
                "Unallocated waste",
                "fee * (reserved - deployed) / reserved",
                "Reserved and never switched on.",
            ],
            Self::Idle => [
                "Idle waste",
                "charges of deployed units * (1 - utilization) + spare hourly units",
                "Switched on and not used.",
            ],
            Self::OverflowSpend => [
                "Overflow spend",
                "on-demand - rebates + hourly units",
                "What demand beyond the commitment cost. For on-demand it is the whole bill, but for bills apart from the units.",
            ],
            Self::Overspend => [
                "Overspend",
                "max(cost - budget, 0)",
                "How far the bills exceed the budget of the horizon.",
            ],
            Self::Regret => [
                "Regret",
                "cost - lowest cost of all settled strategies and sizes, on the same future",
                "What hindsight would have saved. Nobody can have it in advance. It chooses among the sizes that were settled: a finer grid shows more of it.",
            ],
            Self::Credits => [
                "Credits",
                "sum of credits and grants",
                "What clauses paid back, and what granted balances paid.",
            ],
            Self::Shortfall => [
                "Shortfall",
                "sum of penalty * max(committed spend - spend that counts, 0) and of percentages charged back",
                "Paid for spend that was promised and not reached, as an amount or as a share of all spend.",
            ],
            Self::Utilization => [
                "Utilization",
                "served unit-months / deployed unit-months",
                "Average use of the units that were on; 0 without any. 100 % only if no hour had room.",
            ],
            Self::Coverage => [
                "Coverage",
                "served unit-months / demand",
                "Share of the demand that the commitment carried.",
            ],
            Self::EffectiveSavingsRate => [
                "Effective savings rate",
                "1 - cost / on-demand cost, on the same future",
                "Against on-demand list prices, all waste included.",
            ],
            Self::RejectedShare => [
                "Rejected share",
                "rejected unit-months / demand",
                "Share of the demand that was not met.",
            ],
        }
    }

    /// Whether its high values are the bad ones, so that the mean of the highest is of interest.
    #[must_use]
    pub fn high_is_bad(self) -> bool {
        !matches!(
            self,
            Self::Saving
                | Self::Credits
                | Self::Utilization
                | Self::Coverage
                | Self::EffectiveSavingsRate
        )
    }

    /// The range that its values can have.
    #[must_use]
    pub fn range(self) -> (f64, f64) {
        match self {
            Self::Cost | Self::PresentValue | Self::Saving | Self::EffectiveSavingsRate => {
                (f64::NEG_INFINITY, f64::INFINITY)
            }
            Self::Utilization | Self::Coverage | Self::RejectedShare => (0.0, 1.0),
            _ => (0.0, f64::INFINITY),
        }
    }

    /// The measure on each path of a block.
    #[must_use]
    pub fn of(self, totals: &Totals, context: Context<'_>) -> Lane {
        let lane = |f: &dyn Fn(usize) -> f64| {
            let mut out = [0.0; LANES];
            for (i, x) in out.iter_mut().enumerate() {
                *x = f(i);
            }
            out
        };
        let share = |part: &Lane, whole: &Lane| {
            lane(&|i| {
                if whole[i] > 0.0 { part[i] / whole[i] } else { 0.0 }
            })
        };
        match self {
            Self::Cost => totals.cost,
            Self::PresentValue => totals.present_value,
            Self::Saving => lane(&|i| context.on_demand[i] - totals.cost[i]),
            Self::Waste => totals.waste(),
            Self::Unallocated => totals.unallocated,
            Self::Idle => totals.idle,
            Self::OverflowSpend => totals.overflow,
            Self::Overspend => {
                let budget = context.budget.unwrap_or(f64::INFINITY);
                lane(&|i| (totals.cost[i] - budget).max(0.0))
            }
            Self::Regret => lane(&|i| totals.cost[i] - context.hindsight[i]),
            // From zero, so that no credit is 0 and not -0.
            Self::Credits => lane(&|i| 0.0 - totals.credit[i]),
            Self::Shortfall => totals.shortfall,
            Self::Utilization => share(&totals.served, &totals.deployed),
            Self::Coverage => share(&totals.served, &totals.demand),
            Self::EffectiveSavingsRate => lane(&|i| {
                let base = context.on_demand[i];
                if base > 0.0 { 1.0 - totals.cost[i] / base } else { 0.0 }
            }),
            Self::RejectedShare => share(&totals.rejected, &totals.demand),
        }
    }
}
