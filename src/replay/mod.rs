//! One path of a run, month by month: every figure that its bill is made of.
//!
//! A [`Replay`] is what the run simulated, to the last bit: the path is drawn again from its
//! address and settled with every line. Its JSON form is versioned by [`FORMAT`].
//!
//! | file | what |
//! |---|---|
//! | `pick` | which path, strategy and size |
//! | `settled` | the path's figures |

mod pick;
mod settled;

pub use pick::{Future, Refusal, Request, replay};

use crate::results::RunFacts;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Version of the JSON form.
pub const FORMAT: &str = "waterline-replay/1";

/// One path under one commitment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Replay {
    /// [`FORMAT`].
    pub format: String,
    /// Version of waterline.
    pub version: String,
    /// Title of the study.
    pub title: String,
    /// blake3 hash of the resolved study file with its overrides.
    pub study_hash: String,
    /// The run that the path belongs to.
    pub run: RunFacts,
    /// Number of the path in its run, from 1.
    pub path: u64,
    /// The quantile of the cost that the path was chosen for, if it was.
    pub quantile: Option<f64>,
    /// `on_demand`, `provisioned` or `hybrid`.
    pub strategy: String,
    /// The same in words.
    pub strategy_title: String,
    /// Committed units; 0 for nothing signed.
    pub units: f64,
    /// Name of a capacity unit.
    pub unit: String,
    /// Parameters with their values on this path.
    pub parameters: Vec<ParameterValue>,
    /// Clauses of the contract, in their order.
    pub clauses: Vec<ReplayedClause>,
    /// The months.
    pub months: Vec<ReplayedMonth>,
    /// Sums over the months.
    pub totals: ReplayedTotals,
    /// What adding up again differs by.
    pub checks: Checks,
}

/// A parameter on one path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ParameterValue {
    /// Path of the field in the study.
    pub name: String,
    /// Its value on this path.
    pub value: f64,
    /// Whether other paths have other values.
    pub uncertain: bool,
}

/// A clause of the contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReplayedClause {
    /// Its `kind` in a study file.
    pub kind: String,
    /// The clause in plain words; uncertain numbers at their means.
    pub text: String,
    /// Titles of the stages of settlement in which it acts.
    pub stages: Vec<String>,
}

/// A price on its way from the list to the bill, USD per unit-month.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PriceSteps {
    /// At list.
    pub list: f64,
    /// After the contract's caps.
    pub capped: f64,
    /// After its percentages: what is paid.
    pub paid: f64,
}

/// What the policy of a right looks at when it decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Looked {
    /// Kind of the clause.
    pub clause: String,
    /// What it holds against its trigger, as a share; none where it is a share of nothing.
    pub signal: Option<f64>,
    /// The trigger, as a share.
    pub trigger: f64,
    /// `below` or `above`: where it exercises, if the contract leaves it something to exercise.
    pub side: String,
}

/// What a workload has of the load of a month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorkloadShare {
    /// Its table in the study file, as in `workload` or `workloads[0].load`.
    pub workload: String,
    /// Share of the month's load, from 0 to 1.
    pub share: f64,
}

/// A month of the path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReplayedMonth {
    /// Month, from 1.
    pub month: usize,
    /// Calendar month, as in `2027-01`, where the study has a start.
    pub date: Option<String>,
    /// `term 1` and so on; `hourly` for units that stay after the term; `ended` where a right has
    /// ended the contract; `none` without one.
    pub phase: String,
    /// Mean load of the month, in units.
    pub load: f64,
    /// What each workload has of it, where that differs from path to path; empty otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mix: Vec<WorkloadShare>,
    /// Price of a fully used unit's tokens on demand.
    pub on_demand_price: PriceSteps,
    /// Price of a committed unit; absent without a contract.
    pub committed_price: Option<PriceSteps>,
    /// What a committed unit costs on average, where some were added at another price than the
    /// signed one; absent without a contract.
    pub committed_average: Option<f64>,
    /// Price of an hourly unit, USD per unit-month, where the vendor sells it.
    pub hourly_price: Option<f64>,
    /// What a unit-month of overflow costs, USD.
    pub overflow_price: f64,
    /// Kinds of the clauses whose rights are exercised as the month opens.
    pub exercised: Vec<String>,
    /// What the policies of rights with a window as the month opens look at.
    pub looked_at: Vec<Looked>,
    /// Units paid for by commitment.
    pub reserved: f64,
    /// Units switched on.
    pub deployed: f64,
    /// Share of the load that overflows.
    pub overflow_share: f64,
    /// Load met by the deployed units, in unit-months.
    pub served: f64,
    /// Load beyond them that was met otherwise.
    pub spilled: f64,
    /// Load that was not met.
    pub rejected: f64,
    /// Committed fee, USD.
    pub fee: f64,
    /// Hourly units, USD.
    pub hourly: f64,
    /// On demand, USD.
    pub on_demand: f64,
    /// Percentages off the on-demand spend that depend on its volume, USD; not positive.
    pub rebate: f64,
    /// Stated cost of rejected load, USD.
    pub shortage: f64,
    /// Fee for ending the contract, USD.
    pub termination: f64,
    /// Fees that are paid ahead, less those of this month that were, USD.
    pub prepaid: f64,
    /// Credits, USD; not positive.
    pub credit: f64,
    /// What a granted balance pays, USD; not positive.
    pub granted: f64,
    /// Spend that was committed and not reached, USD.
    pub shortfall: f64,
    /// Bills apart from the units, USD: batch, smaller models, training, hosting.
    pub apart: f64,
    /// What each clause adds in rebates, credits, grants and shortfalls, USD.
    pub added_by_clause: Vec<f64>,
    /// The bill: the sum of fee, hourly units, on demand, rebate, shortage, termination, prepaid
    /// fees, credit, grant, shortfall and what is paid apart, USD.
    pub bill: f64,
    /// The bills up to this month, USD.
    pub cumulated: f64,
    /// Part of the fee for units that were not switched on, USD.
    pub unallocated: f64,
    /// Charges for units that were on but idle, USD.
    pub idle: f64,
    /// Today's value of a dollar of this month's bill.
    pub discount_factor: f64,
    /// Today's value of the bill, USD.
    pub present_value: f64,
}

/// Sums over the months.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReplayedTotals {
    /// Load, unit-months.
    pub load: f64,
    /// Load met by the deployed units, unit-months.
    pub served: f64,
    /// Load met otherwise, unit-months.
    pub spilled: f64,
    /// Load that was not met, unit-months.
    pub rejected: f64,
    /// Committed fees, USD.
    pub fee: f64,
    /// Hourly units, USD.
    pub hourly: f64,
    /// On demand, USD.
    pub on_demand: f64,
    /// Percentages off the on-demand spend that depend on its volume, USD; not positive.
    pub rebate: f64,
    /// Stated cost of rejected load, USD.
    pub shortage: f64,
    /// Fees for ending the contract, USD.
    pub termination: f64,
    /// Fees that were paid ahead for units given up, and did not come back, USD.
    pub prepaid: f64,
    /// Credits, USD; not positive.
    pub credit: f64,
    /// What a granted balance pays, USD; not positive.
    pub granted: f64,
    /// Spend that was committed and not reached, USD.
    pub shortfall: f64,
    /// Bills apart from the units, USD.
    pub apart: f64,
    /// The bills: the cost of the path in the run, to the bit, USD.
    pub cost: f64,
    /// Their present value, to the bit, USD.
    pub present_value: f64,
    /// Charges for capacity that did no work, to the bit, USD.
    pub waste: f64,
}

/// Largest differences between what was settled and the same added up again; rounding of the last
/// digits is all that should be left.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Checks {
    /// A month's bill against its quantities times prices plus a fee for ending the contract, fees
    /// paid ahead, what its clauses add and bills apart, USD.
    pub bill: f64,
    /// The cost of the path against the sum of its bills, USD.
    pub cost: f64,
    /// A month's load against served, spilled and rejected, in units.
    pub load: f64,
}
