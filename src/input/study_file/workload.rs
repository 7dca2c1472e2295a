//! The table `[workload]`.

use crate::param::Param;
use crate::process::growth::Growth;
use crate::workload::{Lever, Rerating};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Today's load. Give a model with one of `history`, `tokens`, `requests`; or `level` with
/// `on_demand_per_unit_month`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WorkloadTable {
    /// Model of a price book, as in "azure/gpt-4.1".
    pub model: Option<String>,
    /// Deployment of the model: "global", "data_zone", "regional".
    pub deployment: Option<String>,
    /// Service tier of the on-demand price: "standard", "batch".
    pub service_tier: Option<String>,
    /// Input-equivalent tokens per minute of a unit, where you have measured your own or the
    /// vendor publishes none.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub tokens_per_minute_per_unit: Option<f64>,
    /// Load measured in a usage file.
    pub history: Option<HistoryTable>,
    /// Load stated in tokens per month.
    pub tokens: Option<TokensTable>,
    /// Load stated in requests per minute.
    pub requests: Option<RequestsTable>,
    /// Mean load in capacity units.
    #[schemars(extend("x-above" = 0.0))]
    pub level: Option<Param>,
    /// On-demand list price of a fully used unit, USD per month; with `level`, or to replace what
    /// the price book gives.
    #[schemars(extend("x-above" = 0.0))]
    pub on_demand_per_unit_month: Option<Param>,
    /// Name of the capacity unit in reports, with `level`.
    pub unit: Option<String>,
    /// Load over the hours of a month: a name such as "office_week", or levels; by default the
    /// measured shape of a history, otherwise flat.
    pub shape: Option<ShapeTable>,
    /// Coefficient of variation of the load within an interval of the shape (an hour, or the
    /// interval of the usage file); by default that of a named shape, otherwise 0.
    #[schemars(range(min = 0.0, max = 20.0))]
    pub burst_cv: Option<f64>,
    /// What is done about the work before capacity is bought for it, in the order in which it acts.
    pub levers: Vec<Lever>,
    /// Months from which a unit serves more or fewer tokens: a successor, or a migration.
    pub rerating: Vec<Rerating>,
    /// How far what a unit serves follows the on-demand price: 1 if a price cut of 20 % comes with
    /// units that serve a quarter more tokens, so that a full unit is always worth the same; 0 if
    /// units serve what they served; in between the power of the price ratio; by default 0. For all
    /// workloads, and only in `[workload]`.
    #[schemars(extend("x-min" = 0.0, "x-max" = 2.0))]
    pub rerated_with_price: Option<Param>,
}

/// A workload that shares the units with the one in `[workload]`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FurtherWorkload {
    /// Growth of its level per year relative to that of `[workload]`: 0.3 for 30 % a year on top of
    /// what `[growth]` says; by default 0.
    #[schemars(extend("exclusiveMinimum" = -1.0), range(max = 100.0))]
    pub growth_per_year: Option<f64>,
    /// How its level moves on its own, instead of by `[growth]`, with the fields of that; its shocks
    /// are `workloads[0].growth` in `correlations`, and independent without. The forecast error is
    /// that of all workloads.
    pub growth: Option<Growth>,
    /// Its load, with the fields of `[workload]`.
    pub load: WorkloadTable,
}

/// A usage file.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HistoryTable {
    /// Path of the CSV file, relative to the study file.
    pub file: String,
    /// Column with the start of each interval, ISO 8601.
    #[serde(default = "timestamp")]
    pub timestamp: String,
    /// Column of uncached input tokens.
    pub uncached_input: Option<String>,
    /// Column of cached input tokens.
    pub cached_input: Option<String>,
    /// Column of all input tokens, cached ones included; instead of `uncached_input`.
    pub input: Option<String>,
    /// Column of output tokens.
    pub output: Option<String>,
    /// Column of input and output tokens together; needs `output_share`.
    pub total: Option<String>,
    /// Share of the total that is output.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub output_share: Option<f64>,
    /// Share of the input that comes from the cache, where no column says so.
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub cached_share: Option<Param>,
    /// Column of the load in capacity units; instead of tokens.
    pub load: Option<String>,
    /// Rows to use: column = value for each, as in `filter = { model = "m-large" }`.
    #[serde(default)]
    pub filter: BTreeMap<String, String>,
    /// Time zone of timestamps without one, as in "Europe/Berlin"; by default UTC.
    pub time_zone: Option<String>,
    /// What a missing interval means.
    #[serde(default)]
    pub missing: Missing,
    /// What several rows for one interval mean.
    #[serde(default)]
    pub repeated: Repeated,
    /// Days at the end of the file that today's level is the mean of.
    #[serde(default = "level_days")]
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub level_days: f64,
    /// Window whose mean the shape is relative to.
    #[serde(default)]
    pub relative_to: RelativeTo,
    /// Separator of the columns.
    #[serde(default = "comma")]
    pub delimiter: char,
}

fn timestamp() -> String {
    "timestamp".into()
}

fn level_days() -> f64 {
    28.0
}

fn comma() -> char {
    ','
}

/// What a missing interval means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// Nobody knows: it is left out of level and shape.
    #[default]
    Skip,
    /// No tokens.
    Zero,
}

/// What several rows for one interval mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Repeated {
    /// A mistake, unless they are exact copies, of which one is kept.
    #[default]
    Refuse,
    /// Parts of the interval's tokens, from several deployments or keys: they are added up.
    Add,
}

/// Window whose mean the shape is relative to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RelativeTo {
    /// Each 730 hours, counted back from the end: growth from month to month is not shape.
    #[default]
    Month,
    /// Each week.
    Week,
    /// The whole file: for files of a few weeks without growth.
    Whole,
}

/// Tokens per month.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokensTable {
    /// Input tokens per month, cached ones included.
    #[schemars(extend("x-min" = 0.0))]
    pub input_per_month: Param,
    /// Output tokens per month.
    #[schemars(extend("x-min" = 0.0))]
    pub output_per_month: Param,
    /// Share of the input that comes from the cache.
    #[serde(default = "Param::zero")]
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub cached_share: Param,
}

/// Requests per minute.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestsTable {
    /// Mean requests per minute over all hours of the month.
    #[schemars(extend("x-min" = 0.0))]
    pub per_minute: Param,
    /// Tokens of a prompt, cached ones included.
    #[schemars(extend("x-min" = 0.0))]
    pub prompt_tokens: Param,
    /// Tokens of a response.
    #[schemars(extend("x-min" = 0.0))]
    pub response_tokens: Param,
    /// Share of the prompt that comes from the cache.
    #[serde(default = "Param::zero")]
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub cached_share: Param,
}

/// A load shape.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ShapeTable {
    /// A shipped shape by name.
    Named(String),
    /// Levels in any unit, with their weights.
    Levels(LevelsTable),
}

/// A load shape given by levels.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelsTable {
    /// Loads of equal stretches of time (or with `weights`), in any unit: only ratios matter.
    #[schemars(length(min = 1), inner(range(min = 0.0)))]
    pub levels: Vec<f64>,
    /// How long each level lasts, in any unit.
    #[schemars(inner(range(min = 0.0)))]
    pub weights: Option<Vec<f64>>,
}
