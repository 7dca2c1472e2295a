//! Price books: what vendors sell and what tokens cost, every figure with its origin.
//!
//! A book is a TOML file in `models/prices/`; the shipped ones are part of the program, and a study
//! can name more. Prices are in USD before tax; a month has `hours_per_month` hours.
//!
//! To add a provider: one file in `models/prices/` and its line in [`SHIPPED`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The books that are part of the program: name of the file and its text.
pub const SHIPPED: [(&str, &str); 4] = [
    ("models/prices/azure.toml", include_str!("../../models/prices/azure.toml")),
    ("models/prices/bedrock.toml", include_str!("../../models/prices/bedrock.toml")),
    ("models/prices/vertex.toml", include_str!("../../models/prices/vertex.toml")),
    ("models/prices/seed.toml", include_str!("../../models/prices/seed.toml")),
];

/// A price book.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceBook {
    /// Short name; models and offers are addressed as `id/model` and `id/offer`.
    pub id: String,
    /// What the book is, in a sentence.
    pub title: String,
    /// Currency; only USD.
    pub currency: String,
    /// Hours in a billing month.
    #[schemars(range(min = 672.0, max = 744.0))]
    pub hours_per_month: f64,
    /// Day on which the book was last checked, ISO 8601.
    pub as_of: String,
    /// Full references by short name.
    #[serde(default)]
    pub sources: BTreeMap<String, String>,
    /// Models: capacity figures and token prices.
    #[serde(default)]
    pub models: Vec<Model>,
    /// What can be committed to, and hourly capacity.
    #[serde(default)]
    pub offers: Vec<Offer>,
}

/// How far a figure can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The vendor's list, from the vendor or a transcription.
    List,
    /// A claim of the seed documents.
    Seed,
    /// From a quote.
    Negotiated,
    /// Computed from other figures.
    Derived,
    /// No source found, or inferred.
    Unverified,
}

impl Status {
    /// The name in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Seed => "seed",
            Self::Negotiated => "negotiated",
            Self::Derived => "derived",
            Self::Unverified => "unverified",
        }
    }
}

/// A model of a platform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Name, as in `gpt-4.1`.
    pub id: String,
    /// Who made it, as in `openai`.
    pub vendor: String,
    /// Day of its launch, ISO 8601.
    pub launched: Option<String>,
    /// Day of its retirement on this platform, ISO 8601.
    pub retires: Option<String>,
    /// What a capacity unit serves; absent if there is no provisioned capacity for it.
    pub capacity: Option<Capacity>,
    /// Token prices.
    pub on_demand: Vec<OnDemand>,
}

/// What one capacity unit serves, and how many can be bought.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// Name of the unit: PTU, MU, GSU, TPM.
    pub unit: String,
    /// Input-equivalent tokens per minute of a unit; absent where the vendor does not publish it.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub tokens_per_minute: Option<f64>,
    /// Weight of an uncached input token.
    #[serde(default = "one")]
    #[schemars(range(min = 0.0))]
    pub input_weight: f64,
    /// Weight of a cached input token.
    #[schemars(range(min = 0.0))]
    pub cached_weight: f64,
    /// Weight of an output token.
    #[schemars(range(min = 0.0))]
    pub output_weight: f64,
    /// Smallest number and step of units, by deployment.
    pub sizes: BTreeMap<String, Purchase>,
    /// Origin of the figures: a key of `sources`, or the reference itself.
    #[schemars(length(min = 1))]
    pub source: String,
    /// Date of the source, ISO 8601.
    pub as_of: String,
    /// How far they can be trusted.
    pub status: Status,
    /// A doubt that reports repeat, as in `implausible_vs_list`.
    pub flag: Option<String>,
}

fn one() -> f64 {
    1.0
}

/// How many units can be bought.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Purchase {
    /// Smallest number.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub min: f64,
    /// Step from one number to the next.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub step: f64,
}

/// Token prices of a model in one deployment and service tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OnDemand {
    /// Deployment: `global`, `data_zone`, `regional`, `cross_region`.
    pub deployment: String,
    /// Service tier: `standard`, `priority`, `flex`, `batch`.
    #[serde(default = "standard")]
    pub tier: String,
    /// USD per million uncached input tokens.
    #[schemars(range(min = 0.0))]
    pub input: f64,
    /// USD per million cached input tokens; absent where caching has no price of its own.
    #[schemars(range(min = 0.0))]
    pub cached_input: Option<f64>,
    /// USD per million output tokens.
    #[schemars(range(min = 0.0))]
    pub output: f64,
    /// Origin of the figures: a key of `sources`, or the reference itself.
    #[schemars(length(min = 1))]
    pub source: String,
    /// Date of the source, ISO 8601.
    pub as_of: String,
    /// How far they can be trusted.
    pub status: Status,
    /// A doubt that reports repeat.
    pub flag: Option<String>,
}

fn standard() -> String {
    "standard".into()
}

/// Capacity for sale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Name, as in `ptu-global-1y`.
    pub id: String,
    /// Capacity unit; models with the same unit can use it.
    pub unit: String,
    /// Deployment it covers.
    pub deployment: String,
    /// Term in months; 0 for hourly capacity without a term.
    #[schemars(range(max = 600))]
    pub term_months: usize,
    /// Price of a unit, USD per hour; give this or `per_unit_month`.
    #[schemars(range(min = 0.0))]
    pub per_unit_hour: Option<f64>,
    /// Price of a unit, USD per month.
    #[schemars(range(min = 0.0))]
    pub per_unit_month: Option<f64>,
    /// Models it serves, where not all of the unit.
    #[serde(default)]
    pub models: Vec<String>,
    /// Smallest number of units, where it differs from the model's.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub min_units: Option<f64>,
    /// Step of units, where it differs from the model's.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub step: Option<f64>,
    /// What happens after the term: `renew`, `hourly`, `on_demand`.
    pub renewal: Option<String>,
    /// Whether and how it can be canceled, in words.
    pub cancel: Option<String>,
    /// Largest commitment that can be canceled against a pro-rata refund in 12 months, USD.
    #[schemars(range(min = 0.0))]
    pub refund_limit_usd: Option<f64>,
    /// Whether excess load spills over by itself, in words.
    pub overflow: Option<String>,
    /// Origin of the figures: a key of `sources`, or the reference itself.
    #[schemars(length(min = 1))]
    pub source: String,
    /// Date of the source, ISO 8601.
    pub as_of: String,
    /// How far they can be trusted.
    pub status: Status,
    /// A doubt that reports repeat.
    pub flag: Option<String>,
}

impl Offer {
    /// Price of a unit, USD per month; `None` if the book has no price.
    #[must_use]
    pub fn unit_month(&self, hours_per_month: f64) -> Option<f64> {
        self.per_unit_month.or_else(|| self.per_unit_hour.map(|p| p * hours_per_month))
    }
}
