//! Alternatives against each other on the same futures. An alternative is a study, or several
//! whose bills are paid together.
//!
//! The JSON form of [`Versus`] is versioned by [`FORMAT`]; its schema is printed by
//! `waterline schema compare`. A difference is that alternative less the first one: negative where
//! it is cheaper.

use super::{MeasureResult, Quantile, RunFacts, Summary};
use crate::facts::Warning;
use crate::measure::Measure;
use crate::stats::Estimate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Version of the JSON form.
pub const FORMAT: &str = "waterline-compare/2";

/// Alternatives against each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Versus {
    /// [`FORMAT`].
    pub format: String,
    /// Version of waterline.
    pub version: String,
    /// How the numbers were made: the same way for all alternatives.
    pub run: RunFacts,
    /// The verdict in words.
    pub sentence: String,
    /// Months simulated.
    pub months: usize,
    /// Discount rate per year.
    pub discount_rate: f64,
    /// What the verdict goes by: `cost`, or `present_value` where there is a discount rate.
    pub decided_by: Measure,
    /// The alternatives; all others are compared with the first.
    pub alternatives: Vec<AlternativeResult>,
    /// What to be careful about.
    pub warnings: Vec<Warning>,
}

impl Versus {
    /// The first alternative, with which all others are compared.
    #[must_use]
    pub fn first(&self) -> &AlternativeResult {
        &self.alternatives[0]
    }

    /// Whether any alternative is a sum.
    #[must_use]
    pub fn has_sum(&self) -> bool {
        self.alternatives.iter().any(AlternativeResult::is_sum)
    }
}

/// A study, or a sum of several, with the commitments that are recommended or given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlternativeResult {
    /// Short name, from its files.
    pub name: String,
    /// The study, or those whose bills are added up on each future.
    pub parts: Vec<PartResult>,
    /// Distribution of each measure but the regret. For a sum those of all parts together on the
    /// same future: a quantile is that of the sum. In shares of units a part's unit counts as much
    /// as the work that it can do costs on demand.
    pub measures: Vec<MeasureResult>,
    /// Cumulative distribution of the cost: cost in USD, share of futures below it.
    pub cost_curve: Vec<(f64, f64)>,
    /// Probability of costing less than its own on-demand, in present value.
    pub beats_on_demand: Estimate,
    /// Probability of exceeding its budget, where there is one; that of a sum is what its parts'
    /// budgets add up to, if all have one.
    pub over_budget: Option<Estimate>,
    /// Probability, given the simulation's error, that it has the lowest mean of all alternatives.
    pub best_probability: f64,
    /// What its futures have in common with those of the first alternative.
    pub futures: Futures,
    /// Against the first alternative; absent for that one.
    pub difference: Option<Difference>,
}

impl AlternativeResult {
    /// The distribution of a measure.
    ///
    /// # Panics
    /// If the results do not hold it, which is so for the regret alone.
    #[must_use]
    pub fn measure(&self, measure: Measure) -> &Summary {
        let found = self.measures.iter().find(|m| m.measure == measure);
        &found
            .expect("results hold every measure but regret and, without a budget, overspend")
            .summary
    }

    /// Whether it is a sum of several studies.
    #[must_use]
    pub fn is_sum(&self) -> bool {
        self.parts.len() > 1
    }
}

/// A study of an alternative with the commitment that it recommends or gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PartResult {
    /// Short name, from its file.
    pub name: String,
    /// Title of the study.
    pub title: String,
    /// blake3 hash of the resolved study file with its overrides.
    pub study_hash: String,
    /// The contract and its clauses, a line each.
    pub contract: Vec<String>,
    /// Name of a capacity unit.
    pub unit: String,
    /// What its best size minimizes, in words.
    pub objective: String,
    /// The strategy with the best objective: `on_demand`, `provisioned` or `hybrid`.
    pub strategy: String,
    /// Its units; 0 for on-demand.
    pub units: f64,
    /// Whether the units were given in the study rather than found.
    pub units_given: bool,
    /// Whether any size meets the chance constraint; true for the other objectives.
    pub feasible: bool,
    /// Smallest and largest units on sale that are about as good.
    pub band: Option<(f64, f64)>,
    /// How much dearer the band's ends are, USD.
    pub band_tolerance_usd: Option<f64>,
    /// Interval of the best size that the simulation's error leaves open.
    pub interval: Option<(f64, f64)>,
    /// Mean of the fees of the committed units over the horizon, USD, nominal.
    pub fee: Estimate,
    /// Mean of its own bills over the horizon, USD, nominal.
    pub cost: Estimate,
}

/// What the futures of an alternative have in common with those of the first one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Futures {
    /// Whether load and list prices are the same in every future, part by part. If not, the studies
    /// assume different things, and only their draws are the same: a future of high growth in one
    /// is one of high growth in the other.
    pub same: bool,
    /// What only one of the two draws.
    pub unshared_draws: Vec<String>,
}

/// An alternative less the first one, on the same futures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// Probability that it costs less than the first one on the same future, by
    /// [`Versus::decided_by`].
    pub cheaper: Estimate,
    /// Probability that it costs more.
    pub dearer: Estimate,
    /// Of the cost and of its present value.
    pub measures: Vec<MeasureDifference>,
}

impl Difference {
    /// The difference in a measure.
    ///
    /// # Panics
    /// If it is neither the cost nor the present value.
    #[must_use]
    pub fn measure(&self, measure: Measure) -> &MeasureDifference {
        let found = self.measures.iter().find(|m| m.measure == measure);
        found.expect("results hold the differences of cost and present value")
    }
}

/// A measure of an alternative less that of the first one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MeasureDifference {
    /// Which.
    pub measure: Measure,
    /// Distribution of the difference on the same future. Its mean is the difference of the means.
    pub same_future: Summary,
    /// Differences of the quantiles, which may fall on different futures.
    pub quantiles: Vec<Quantile>,
    /// Difference of the means of the highest 5 %.
    pub cvar95: Estimate,
}

impl MeasureDifference {
    /// The difference of the quantiles of a level, if it was computed.
    #[must_use]
    pub fn quantile(&self, level: f64) -> Option<Estimate> {
        let found = self.quantiles.iter().find(|q| (q.level - level).abs() < 1e-12);
        found.map(|q| q.estimate)
    }
}
