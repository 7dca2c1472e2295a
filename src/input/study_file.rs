//! The study file as its tables stand, before anything is resolved.
//!
//! These types are the documentation of the file: `waterline schema` prints them.

mod workload;

pub use workload::{
    FurtherWorkload, HistoryTable, LevelsTable, Missing, RelativeTo, Repeated, RequestsTable,
    ShapeTable, TokensTable, WorkloadTable,
};

use crate::contract::AnyClause;
use crate::param::Param;
use crate::process::dependence::Correlation;
use crate::process::forecast_error::ForecastError;
use crate::process::growth::Growth;
use crate::process::price::Price;
use crate::study::{Figure, SamplerChoice};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// Months from the measured or stated load to month 1; growth, prices and their jumps run
    /// during them, the forecast error starts with month 1.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 120.0))]
    pub months_until_start: f64,
    /// Templates that this study builds on: shipped ones by name, as in "azure_negotiated", or
    /// files ending in .toml. What the study states wins. All paths, in templates too, are relative
    /// to the study's own file.
    #[serde(default)]
    pub templates: Vec<String>,
    /// Price books besides the shipped ones, as paths relative to this file.
    #[serde(default)]
    pub price_books: Vec<String>,
    /// Today's load and what it costs on demand.
    pub workload: WorkloadTable,
    /// Workloads that share its units. `[forecast_error]` and `[price]` move all of them together,
    /// `[growth]` those without a `growth` of their own; their hours are added.
    #[serde(default)]
    pub workloads: Vec<FurtherWorkload>,
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
    #[schemars(range(min = 1, max = 600))]
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
    /// Discount rate per year, effective: 0.08 for 8 %. Present values are those at the start of
    /// month 1; bills are paid at the end of their month.
    #[schemars(extend("exclusiveMinimum" = -1.0))]
    pub discount_rate_per_year: f64,
}

/// How the study is run; options of the command line come first.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RunTable {
    /// Paths to simulate, by default 131072; with `target_error`, `decide` or `seconds` at most so
    /// many, by default 16777216, with `seconds` 536870912. Of quasi-random paths the next power of
    /// two, at least 2048.
    #[schemars(range(min = 64, max = 1_000_000_000))]
    pub paths: Option<u64>,
    /// Seed of every draw.
    pub seed: u64,
    /// Which points to draw.
    pub sampler: SamplerChoice,
    /// Stop when a figure of the recommended strategy is known this well.
    pub target_error: Option<TargetErrorTable>,
    /// Stop when more paths would change neither the recommendation, beyond the indifference, nor
    /// whether it costs less than on-demand, with this confidence: 0.99 for 99 %.
    #[schemars(range(min = 0.5), extend("exclusiveMaximum" = 1.0))]
    pub decide: Option<f64>,
    /// Stop where twice the paths would not be done within so many seconds; then the speed of the
    /// machine decides how many paths there are.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub seconds: Option<f64>,
}

impl Default for RunTable {
    fn default() -> Self {
        Self {
            paths: None,
            seed: 1,
            sampler: SamplerChoice::default(),
            target_error: None,
            decide: None,
            seconds: None,
        }
    }
}

/// A standard error that is small enough.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetErrorTable {
    /// The figure.
    pub figure: Figure,
    /// Largest standard error as a share of the figure: 0.0005 for 0.05 %. This or `usd`.
    #[schemars(extend("exclusiveMinimum" = 0.0, "exclusiveMaximum" = 1.0))]
    pub relative: Option<f64>,
    /// Largest standard error, USD.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub usd: Option<f64>,
}
