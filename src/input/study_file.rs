//! The study file as its tables stand, before anything is resolved.
//!
//! These types are the documentation of the file: `waterline schema` prints them.

use crate::contract::AnyClause;
use crate::param::Param;
use crate::process::dependence::Correlation;
use crate::process::forecast_error::ForecastError;
use crate::process::growth::Growth;
use crate::process::price::Price;
use crate::study::SamplerChoice;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A study: a question about a commitment.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StudyFile {
    /// What the study is about, for the reports.
    #[serde(default)]
    pub title: String,
    /// First month of the contract, as in "2027-01"; names the months in reports and dates the
    /// prices.
    pub start: Option<String>,
    /// Months to simulate; by default the contract's term.
    #[schemars(range(min = 1, max = 600))]
    pub horizon_months: Option<usize>,
    /// When in a month its load and price are read from their processes.
    #[serde(default)]
    pub level_at: LevelAt,
    /// Months from the measured or stated load to the start of the contract; growth and its
    /// uncertainty run during them.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 120.0))]
    pub months_until_start: f64,
    /// Price books besides the shipped ones, as paths relative to this file.
    #[serde(default)]
    pub price_books: Vec<String>,
    /// Today's load and what it costs on demand.
    pub workload: WorkloadTable,
    /// How usage moves.
    #[serde(default)]
    pub growth: Growth,
    /// How the on-demand price moves.
    #[serde(default)]
    pub price: Price,
    /// How wrong the forecast may be.
    #[serde(default)]
    pub forecast_error: ForecastError,
    /// What moves together.
    #[serde(default)]
    pub correlations: Vec<Correlation>,
    /// What may be signed.
    pub contract: ContractTable,
    /// What is compared.
    #[serde(default)]
    pub strategies: StrategiesTable,
    /// How the size is chosen.
    #[serde(default)]
    pub sizing: SizingTable,
    /// Budget and discounting.
    #[serde(default)]
    pub finance: FinanceTable,
    /// How it is run.
    #[serde(default)]
    pub run: RunTable,
}

/// When in a month a level is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LevelAt {
    /// At its first day: month 1 is today's level.
    Start,
    /// At its middle, the natural reading of a month's mean.
    #[default]
    Middle,
    /// At its last day: month 1 has a month of growth behind it.
    End,
}

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
    #[serde(default = "zero")]
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
    #[serde(default = "zero")]
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub cached_share: Param,
}

fn zero() -> Param {
    0.0.into()
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

/// The contract.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractTable {
    /// Offer of a price book, as in "azure/ptu-data_zone-1y".
    pub offer: Option<String>,
    /// Price of a committed unit, USD per month; replaces the offer's.
    #[schemars(extend("x-min" = 0.0))]
    pub fee_per_unit_month: Option<Param>,
    /// Price of an hourly unit, USD per month; replaces the book's.
    #[schemars(extend("x-min" = 0.0))]
    pub hourly_per_unit_month: Option<Param>,
    /// Number of units, or "optimize".
    #[serde(default)]
    pub units: Units,
    /// Months of a term; by default the offer's.
    #[schemars(range(min = 1, max = 600))]
    pub term_months: Option<usize>,
    /// Month in which the contract starts, from 1.
    #[serde(default = "first")]
    #[schemars(range(min = 1))]
    pub start_month: usize,
    /// What happens after a term; needed if the horizon is longer.
    pub renewal: Option<RenewalWord>,
    /// Change of the price at each renewal, with `renewal = "renew"`: 0.05 for 5 % more.
    #[schemars(extend("x-above" = -1.0))]
    pub renewal_price_change: Option<Param>,
    /// Units switched on, if not as many as are reserved: fewer is unallocated waste, more is
    /// billed by the hour.
    #[schemars(range(min = 0.0))]
    pub deployed_units: Option<f64>,
    /// Smallest number of units; replaces the offer's.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub min_units: Option<f64>,
    /// Step of the number of units; replaces the offer's.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub step: Option<f64>,
    /// Clauses, in the order in which they apply.
    #[serde(default)]
    pub clauses: Vec<AnyClause>,
}

fn first() -> usize {
    1
}

/// A number of units, or the wish to find the best.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Units {
    /// This many.
    Number(#[schemars(extend("exclusiveMinimum" = 0.0))] f64),
    /// Find the best.
    Word(UnitsWord),
}

/// The word in place of a number of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnitsWord {
    /// Find the best.
    Optimize,
}

impl Default for Units {
    fn default() -> Self {
        Self::Word(UnitsWord::Optimize)
    }
}

/// What happens after a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RenewalWord {
    /// The same units for another term.
    Renew,
    /// The units stay and are billed by the hour.
    Hourly,
    /// The units are given up; everything goes on demand.
    OnDemand,
}

/// Which strategies are compared; on-demand always is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StrategiesTable {
    /// "provisioned" and "hybrid", or one of them; by default both, where a price for the
    /// provisioned strategy's excess is known.
    pub compare: Option<Vec<StrategyWord>>,
    /// Committed units only.
    pub provisioned: ProvisionedTable,
    /// Committed units with spillover to on-demand.
    pub hybrid: HybridTable,
}

/// A strategy by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StrategyWord {
    /// Everything is paid per token.
    OnDemand,
    /// Committed units only.
    Provisioned,
    /// Committed units with spillover to on-demand.
    Hybrid,
}

/// The provisioned strategy.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProvisionedTable {
    /// What happens to demand beyond the units; by default hourly units where they have a price.
    pub excess: Option<Excess>,
    /// Hourly units held beyond the excess load: 0.1 for 10 %.
    #[schemars(extend("x-min" = 0.0))]
    pub headroom: Option<Param>,
    /// What a rejected unit-month of demand costs the business, USD; with `excess = "reject"`.
    #[schemars(extend("x-min" = 0.0))]
    pub shortage_per_unit_month: Option<Param>,
}

/// What the provisioned strategy does with demand beyond its units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Excess {
    /// It is served by units bought by the hour.
    Hourly,
    /// It is rejected, at a stated cost.
    Reject,
}

/// The hybrid strategy.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HybridTable {
    /// Price of spilled tokens as a multiple of the on-demand price: 2 for a priority tier at
    /// twice the price.
    #[schemars(extend("x-min" = 0.0))]
    pub price_multiple: Option<Param>,
}

/// How the size is chosen.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SizingTable {
    /// What the best size minimizes.
    pub minimize: Minimize,
    /// Level of the quantile or CVaR: 0.9 for the cost not exceeded in 90 of 100 futures.
    #[schemars(extend("exclusiveMinimum" = 0.0, "exclusiveMaximum" = 1.0))]
    pub level: Option<f64>,
    /// Weight of the CVaR in "mean_cvar".
    #[schemars(range(min = 0.0, max = 1.0))]
    pub weight: Option<f64>,
    /// Largest probability of exceeding the budget, with "chance".
    #[schemars(extend("exclusiveMinimum" = 0.0, "exclusiveMaximum" = 1.0))]
    pub max_over_budget: Option<f64>,
    /// Share of the best cost that does not matter: sizes within it are about as good.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub indifference: f64,
    /// These sizes and no others, in units.
    #[schemars(inner(range(min = 1e-9)))]
    pub sizes: Option<Vec<f64>>,
    /// Largest size to consider, in units.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub max_units: Option<f64>,
}

impl Default for SizingTable {
    fn default() -> Self {
        Self {
            minimize: Minimize::default(),
            level: None,
            weight: None,
            max_over_budget: None,
            indifference: 0.005,
            sizes: None,
            max_units: None,
        }
    }
}

/// What the best size minimizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Minimize {
    /// The mean cost.
    #[default]
    Mean,
    /// The cost not exceeded with probability `level`.
    Quantile,
    /// The mean of the costs beyond that level.
    Cvar,
    /// `(1 - weight) * mean + weight * CVaR`.
    MeanCvar,
    /// The mean cost among the sizes that keep the budget often enough.
    Chance,
}

/// Budget and discounting.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FinanceTable {
    /// Budget for the whole horizon, USD, nominal.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub budget: Option<f64>,
    /// Discount rate per year, effective: 0.08 for 8 %. Bills are paid at the end of their month.
    #[schemars(extend("exclusiveMinimum" = -1.0))]
    pub discount_rate_per_year: f64,
}

/// How the study is run; options of the command line come first.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RunTable {
    /// Paths to simulate.
    #[schemars(range(min = 64))]
    pub paths: Option<u64>,
    /// Seed of every draw.
    pub seed: u64,
    /// Which points to draw.
    pub sampler: SamplerChoice,
}

impl Default for RunTable {
    fn default() -> Self {
        Self {
            paths: None,
            seed: 1,
            sampler: SamplerChoice::default(),
        }
    }
}
