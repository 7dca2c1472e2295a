//! What the clauses of a contract are worth.
//!
//! The JSON form of [`Appraisal`] is versioned by [`FORMAT`]; its schema is printed by
//! `waterline schema value`. A value is what the holder's expected cost would be more without the
//! clause: positive where it saves. Costs are present values, USD.

use crate::facts::Warning;
use crate::stats::Estimate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Version of the JSON form.
pub const FORMAT: &str = "waterline-value/1";

/// What the clauses of a contract are worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Appraisal {
    /// [`FORMAT`].
    pub format: String,
    /// Version of waterline.
    pub version: String,
    /// Title of the study.
    pub title: String,
    /// blake3 hash of the resolved study file with its overrides.
    pub study_hash: String,
    /// The contract and its clauses, a line each.
    pub contract: Vec<String>,
    /// Name of a capacity unit.
    pub unit: String,
    /// Months simulated.
    pub months: usize,
    /// Discount rate per year.
    pub discount_rate: f64,
    /// The strategy whose bills are valued.
    pub strategy: String,
    /// Units signed.
    pub units: f64,
    /// Where the number of units comes from.
    pub units_from: String,
    /// How the numbers were made.
    pub run: ValueRun,
    /// The answer in words.
    pub sentence: String,
    /// The clauses that are valued, together.
    pub together: Worth,
    /// Each of them.
    pub clauses: Vec<ClauseWorth>,
    /// How Shapley shares were computed; empty where they were left out.
    pub shares: String,
    /// Where the value comes from.
    pub parts: Parts,
    /// What the same policy does to dear futures.
    pub risk: Vec<RiskChange>,
    /// Rules of thumb for a single right, against the best policy.
    pub rules: Vec<RuleWorth>,
    /// When to exercise.
    pub windows: Vec<WindowWorth>,
    /// Load and units month by month.
    pub months_table: Vec<MonthUnits>,
    /// The value where the size is chosen again with and without the clauses.
    pub resized: Option<Resized>,
    /// The value by a dense dynamic program, where it was asked for and the law of what is
    /// uncertain is known.
    pub solved: Option<Solved>,
    /// The ceiling: what rolling one-month terms would save at the same price of a unit, and at
    /// dearer ones; empty where it was not computed.
    pub rolling: Vec<Rolling>,
    /// What the refund rule of the offer is worth under the contract without the valued clauses; none
    /// where the offer has no such rule, the contract has its own, or it was not computed.
    pub refund: Option<RefundWorth>,
    /// What the value depends on.
    pub sensitivity: Vec<Sensitivity>,
    /// What to be careful about.
    pub warnings: Vec<Warning>,
}

/// How the numbers were made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ValueRun {
    /// `known_law` where expected costs have a closed form, `regression` where they are fitted.
    pub method: String,
    /// The same in words.
    pub why: String,
    /// Paths that value.
    pub paths: u64,
    /// Independent replicates of them.
    pub replicates: u32,
    /// Paths that a regression learned from.
    pub training_paths: u64,
    /// Paths of the upper bound, where they are others.
    pub bound_paths: u64,
    /// Fresh futures from each stage of each of these.
    pub futures: u64,
    /// Seed.
    pub seed: u64,
    /// Decisions that are told apart, over all windows.
    pub decisions: u64,
}

/// Bounds on a value, USD.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Worth {
    /// What it is under fitted policies on both sides: between the bounds but for sampling error.
    pub value: Estimate,
    /// What the fitted policy saves: no less can be had.
    pub lower: Estimate,
    /// What no policy can exceed that does not see the future; none where it was not computed.
    pub upper: Option<Estimate>,
}

/// What a clause is worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClauseWorth {
    /// Its kind, numbered where there are several.
    pub name: String,
    /// In plain words.
    pub description: String,
    /// As the only one of the valued clauses.
    pub alone: Worth,
    /// Beside all others.
    pub last: Worth,
    /// Its share of what they are worth together (Shapley 1953); none where shares were left out.
    pub share: Option<Estimate>,
}

/// Where a value comes from, USD.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Parts {
    /// Expected cost without the valued clauses.
    pub cost_without: Estimate,
    /// Expected cost with them under the fitted policy.
    pub cost_with: Estimate,
    /// What clauses and the best plan that is fixed today are worth; none, like the next two, where
    /// rights stay that are not valued.
    pub intrinsic: Option<Estimate>,
    /// What deciding as months close adds.
    pub extrinsic: Option<Estimate>,
    /// What someone would save who saw the future: not a bound to bargain with.
    pub crystal_ball: Option<Estimate>,
}

/// What the policy for the mean does to another figure of the cost, in present value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RiskChange {
    /// The figure.
    pub figure: String,
    /// Without the valued clauses, USD.
    pub without: Estimate,
    /// With them, under the policy that is best for the mean, USD.
    pub with: Estimate,
    /// What they save, USD.
    pub saved: Estimate,
}

/// A rule for a single right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RuleWorth {
    /// In words.
    pub rule: String,
    /// As the `policy` of a study, if it is a line.
    pub toml: Option<String>,
    /// Load per unit, in the last month of the term.
    pub level: Option<f64>,
    /// What is added for each month left.
    pub per_month_left: Option<f64>,
    /// What it saves together with the other valued clauses, USD.
    pub value: Estimate,
    /// As a share of what they save under the fitted policy.
    pub of_best: f64,
}

/// A month before which something may be decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WindowWorth {
    /// The month of the study that has closed, from 1.
    pub month: usize,
    /// Each right with a window.
    pub rights: Vec<RightAtWindow>,
}

/// A right at a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RightAtWindow {
    /// The clause.
    pub clause: String,
    /// Probability that the fitted policy exercises it here.
    pub probability: Estimate,
    /// Loads at which exercising begins to pay, where the law of the load is known.
    pub triggers: Vec<Trigger>,
}

/// The load at which exercising begins to pay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trigger {
    /// Exercises of the right so far.
    pub used: usize,
    /// Units of the closed month, under all that is declared.
    pub units: f64,
    /// Mean load of the closed month, in units.
    pub load: f64,
    /// The same as a share of the units; none where there are none.
    pub ratio: Option<f64>,
    /// Whether it is exercised below the load, not above.
    pub below: bool,
    /// Share of training paths on which this load decides as the policy does, which looks at more
    /// than the load; none where the load is all it looks at.
    pub agrees: Option<f64>,
    /// Probability of standing here.
    pub probability: Estimate,
}

/// Load and units of a month.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MonthUnits {
    /// Month of the study, from 1.
    pub month: usize,
    /// Load that is not exceeded in 10, 50 and 90 of 100 futures.
    pub load: [Estimate; 3],
    /// Mean of the units reserved under the fitted policy.
    pub units: Estimate,
    /// Units reserved if nothing is exercised.
    pub units_never: f64,
}

/// The value where the size is chosen again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Resized {
    /// Size of least mean cost without the valued clauses.
    pub units_without: f64,
    /// The same with them.
    pub units_with: f64,
    /// What they are worth to someone who signs the best size in either case.
    pub value: Worth,
    /// What they are worth at the best size without them.
    pub value_at_old: Worth,
}

/// A value without simulation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Solved {
    /// What the clauses are worth together, USD.
    pub value: f64,
    /// How much the last halving of the grid moved it, USD.
    pub moved: f64,
}

/// What rolling one-month terms would save, units chosen anew for every month.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rolling {
    /// How much higher the fee of a unit is than under the contract: 0.2 for 20 %.
    pub premium: f64,
    /// What is saved against the contract without the valued clauses, USD; negative where rolling costs
    /// more. The error is that of the contract's cost.
    pub value: Estimate,
}

/// What the refund rule of an offer is worth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RefundWorth {
    /// Most that may be canceled, USD of fees that are left to pay.
    pub limit_usd: f64,
    /// Months within which the limit counts.
    pub over_months: usize,
    /// What the rule saves as the only right beside those that are not valued.
    pub value: Worth,
}

/// The value under another assumption.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sensitivity {
    /// What is changed, and to what.
    pub change: String,
    /// What the clauses are worth together then, under a policy fitted to it.
    pub value: Estimate,
}

/// A negotiation menu: variants of a clause on the same futures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Menu {
    /// [`MENU_FORMAT`].
    pub format: String,
    /// Version of waterline.
    pub version: String,
    /// Title of the study.
    pub title: String,
    /// Name of a capacity unit.
    pub unit: String,
    /// The strategy whose bills are valued.
    pub strategy: String,
    /// Units signed.
    pub units: f64,
    /// Discount rate per year.
    pub discount_rate: f64,
    /// How the numbers were made.
    pub run: ValueRun,
    /// The answer in words.
    pub sentence: String,
    /// Variants, the cheapest concession first.
    pub variants: Vec<Variant>,
    /// What to be careful about.
    pub warnings: Vec<Warning>,
}

/// Version of the JSON form of a menu.
pub const MENU_FORMAT: &str = "waterline-menu/1";

/// A variant of a menu.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// The clause in plain words.
    pub description: String,
    /// What it is worth, USD.
    pub value: Worth,
    /// The lower bound as a share of the expected cost without it.
    pub of_cost: f64,
    /// What it is worth beyond the variant before it, USD, on the same futures.
    pub step: Option<Estimate>,
    /// Exercises expected over the term; none for a clause that grants no right.
    pub exercises: Option<Estimate>,
}
