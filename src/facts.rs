//! What a report shows of the inputs: prices with their sources, the load history, the resolved
//! parameters, and warnings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The inputs of a study, resolved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Facts {
    /// Title of the study.
    pub title: String,
    /// blake3 hash of the resolved study file with its overrides.
    pub study_hash: String,
    /// First month, as in `2027-01`, where the study gives one.
    pub start: Option<String>,
    /// Months simulated.
    pub months: usize,
    /// Months of a term.
    pub term_months: usize,
    /// Name of a capacity unit, as in PTU.
    pub unit: String,
    /// The contract and its clauses, a line each.
    pub contract: Vec<String>,
    /// Largest commitment that the vendor lets a buyer cancel against a refund in 12 months, USD.
    pub refund_limit_usd: Option<f64>,
    /// Budget for the horizon, USD.
    pub budget_usd: Option<f64>,
    /// Discount rate per year.
    pub discount_rate: f64,
    /// What the best size minimizes, in words.
    pub objective: String,
    /// Prices used.
    pub prices: Vec<PriceFact>,
    /// Parameters of the future and the contract.
    pub parameters: Vec<ParameterFact>,
    /// The measured load history.
    pub history: Option<HistoryFact>,
    /// The load within a month.
    pub shape: ShapeFact,
    /// Today's load and its value.
    pub load: LoadFact,
    /// What the vendor's sizing formula says.
    pub vendor_sizing: Option<VendorSizing>,
    /// What to be careful about.
    pub warnings: Vec<Warning>,
}

/// A price or capacity figure with its origin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PriceFact {
    /// What it is, as in `gpt-4.1 output tokens, data_zone`.
    pub item: String,
    /// The figure.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// Where it comes from.
    pub source: String,
    /// Date of the source, ISO 8601; empty if the source has none.
    pub as_of: String,
    /// list, seed, negotiated, derived or unverified.
    pub status: String,
}

/// A resolved parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ParameterFact {
    /// Path of the field in the study.
    pub name: String,
    /// The value or distribution.
    pub description: String,
    /// Whether it differs from path to path.
    pub uncertain: bool,
}

/// What was read from a usage file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryFact {
    /// The file.
    pub file: String,
    /// Columns used, as in `output: completion_tokens`.
    pub columns: Vec<String>,
    /// First interval, UTC.
    pub from: String,
    /// End of the last interval, UTC.
    pub to: String,
    /// Length of an interval, minutes.
    pub interval_minutes: u32,
    /// Intervals with data.
    pub intervals: usize,
    /// Intervals missing between the first and the last.
    pub missing: usize,
    /// Rows dropped as exact copies of another row.
    pub copies: usize,
    /// Rows added to another row of their interval.
    pub added: usize,
    /// Rows that stood out of order.
    pub unsorted: usize,
    /// Rows that the filter left out.
    pub filtered: usize,
    /// Intervals with zero tokens.
    pub zeros: usize,
    /// Uncached input, cached input and output tokens per hour, mean over the level window.
    pub tokens_per_hour: [f64; 3],
    /// Days at the end of the history that the level is measured on.
    pub level_days: f64,
    /// Mean load of each 730-hour month of the history relative to the level, oldest first.
    pub months_relative: Vec<f64>,
    /// The history for a chart: mean load per day relative to the level, oldest first.
    pub days_relative: Vec<f64>,
}

/// The load within a month.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShapeFact {
    /// Where it comes from.
    pub description: String,
    /// Highest level over the mean.
    pub peak: f64,
    /// 95 % level over the mean.
    pub p95: f64,
    /// Coefficient of variation within an interval.
    pub burst_cv: f64,
    /// Bound on the error of the compiled curve, as a share of demand.
    pub curve_error: f64,
    /// Load-duration curve: share of time, level not reached for longer (multiple of the mean).
    pub duration: Vec<(f64, f64)>,
}

/// Today's load.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoadFact {
    /// Mean load in units, at the mean of uncertain inputs.
    pub units: f64,
    /// On-demand list price of a fully used unit, USD per month.
    pub on_demand_per_unit_month: f64,
    /// Committed price of a unit, USD per month.
    pub fee_per_unit_month: f64,
}

/// The vendor's sizing formula applied to today's peak.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VendorSizing {
    /// Load in units at the 95 % hour of today's shape.
    pub p95_load: f64,
    /// Load in units at the peak of today's shape.
    pub peak_load: f64,
    /// Units that can be bought and cover the 95 % hour.
    pub p95_units: f64,
    /// Units that can be bought and cover the peak.
    pub peak_units: f64,
}

/// Something a careful reader should know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// Stable identifier.
    pub code: String,
    /// What was seen.
    pub seen: String,
    /// What it may mean.
    pub may_mean: String,
    /// What to try.
    #[serde(rename = "try")]
    pub advice: String,
}

impl Warning {
    /// A warning.
    #[must_use]
    pub fn new(
        code: &str,
        seen: impl Into<String>,
        may_mean: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            code: code.into(),
            seen: seen.into(),
            may_mean: may_mean.into(),
            advice: advice.into(),
        }
    }
}
