//! Results: all that a report may see.
//!
//! The JSON form of [`Results`] is versioned by [`FORMAT`]; its schema is printed by
//! `waterline schema results`. Every number that was simulated is an
//! [`Estimate`] with its standard error and 95 % interval. Money is in USD, cost positive; shares
//! are 1 for 100 %; months count from 1. Studies against each other have a form of their own
//! ([`versus`]).

pub mod appraisal;
mod run;
pub mod versus;

use crate::facts::{Facts, Warning};
use crate::measure::Measure;
use crate::size::sweep::CVAR_LEVEL;
use crate::stats::Estimate;
use crate::stats::sample::Sample;
pub use run::{Control, DecisionReached, EndedBy, RunFacts, Stopping, TargetReached};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Version of the JSON form.
pub const FORMAT: &str = "waterline-results/1";

/// The answer to a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Results {
    /// [`FORMAT`].
    pub format: String,
    /// Version of waterline.
    pub version: String,
    /// How the numbers were made.
    pub run: RunFacts,
    /// The answer in words and its numbers.
    pub answer: Answer,
    /// The chosen commitment of each strategy, on-demand first.
    pub strategies: Vec<StrategyResult>,
    /// Cost against size for each strategy with a commitment.
    pub sizing: Vec<Sizing>,
    /// Month by month.
    pub months: Vec<MonthResult>,
    /// When a commitment pays.
    pub break_even: BreakEven,
    /// The vendor's own way out, where the price book has one.
    pub refund: Option<Refund>,
    /// The inputs, resolved.
    pub facts: Facts,
    /// What to be careful about in these results.
    pub warnings: Vec<Warning>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    /// One or two sentences that can be read out.
    pub sentence: String,
    /// The strategy with the best objective: `on_demand`, `provisioned` or `hybrid`.
    pub strategy: String,
    /// Its units; 0 for on-demand.
    pub units: f64,
    /// Whether the units were given in the study rather than found.
    pub units_given: bool,
    /// Smallest and largest units on sale that are about as good.
    pub band: Option<(f64, f64)>,
    /// How much dearer the band's ends are, USD.
    pub band_tolerance_usd: Option<f64>,
    /// Interval of the best size that the simulation's error leaves open.
    pub interval: Option<(f64, f64)>,
    /// Probability that it costs less than on-demand.
    pub beats_on_demand: Option<Estimate>,
    /// Saving against on-demand, mean, USD.
    pub saving: Estimate,
    /// Cost not exceeded in 90 of 100 futures, USD.
    pub p90_cost: Estimate,
    /// Probability of exceeding the budget.
    pub over_budget: Option<Estimate>,
}

impl Answer {
    /// Whether the commitment saves on average: if a unit by itself never pays, what is agreed beside
    /// it does, such as a discount on the rest.
    #[must_use]
    pub fn pays_all_the_same(&self) -> bool {
        self.units > 0.0 && self.saving.value > 0.0
    }
}

/// A strategy with its chosen commitment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StrategyResult {
    /// `on_demand`, `provisioned` or `hybrid`.
    pub strategy: String,
    /// The same in words.
    pub title: String,
    /// Committed units.
    pub units: f64,
    /// The objective that was minimized, USD; absent where a chance constraint is not met.
    pub objective: Option<Estimate>,
    /// Distribution of each measure.
    pub measures: Vec<MeasureResult>,
    /// Cumulative distribution of the cost: cost in USD, share of futures below it.
    pub cost_curve: Vec<(f64, f64)>,
    /// Probability of costing less than on-demand, in present value.
    pub beats_on_demand: Estimate,
    /// Probability of exceeding the budget, where there is one.
    pub over_budget: Option<Estimate>,
}

impl StrategyResult {
    /// The distribution of a measure.
    ///
    /// # Panics
    /// If the results do not hold it, which no run produces.
    #[must_use]
    pub fn measure(&self, measure: Measure) -> &Summary {
        let found = self.measures.iter().find(|m| m.measure == measure);
        &found.expect("results hold every measure").summary
    }
}

/// A measure's distribution over futures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MeasureResult {
    /// Which.
    pub measure: Measure,
    /// Its distribution.
    pub summary: Summary,
}

/// A distribution over futures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Mean.
    pub mean: Estimate,
    /// Standard deviation.
    pub sd: Estimate,
    /// Quantiles in rising order of level.
    pub quantiles: Vec<Quantile>,
    /// Mean of the highest 5 %, for measures whose high values are bad.
    pub cvar95: Option<Estimate>,
}

impl Summary {
    /// A sample's distribution at the given levels.
    pub(crate) fn of(sample: &Sample, levels: &[f64], tail: bool) -> Self {
        let known = |r: Result<Estimate, _>| r.expect("the run resolved what its experiment wants");
        let quantile = |&level: &f64| Quantile { level, estimate: known(sample.quantile(level)) };
        Self {
            mean: sample.mean(),
            sd: sample.sd_estimate(),
            quantiles: levels.iter().map(quantile).collect(),
            cvar95: tail.then(|| known(sample.cvar(CVAR_LEVEL))),
        }
    }

    /// The distribution of a quantity that lies in a range.
    pub(crate) fn within(self, (low, high): (f64, f64)) -> Self {
        let kept = |e: Estimate| e.within(low, high);
        let quantile = |q: Quantile| Quantile { estimate: kept(q.estimate), ..q };
        Self {
            mean: kept(self.mean),
            sd: self.sd.within(0.0, f64::INFINITY),
            quantiles: self.quantiles.into_iter().map(quantile).collect(),
            cvar95: self.cvar95.map(kept),
        }
    }

    /// The quantile at a level, if it was computed.
    #[must_use]
    pub fn quantile(&self, level: f64) -> Option<Estimate> {
        let found = self.quantiles.iter().find(|q| (q.level - level).abs() < 1e-12);
        found.map(|q| q.estimate)
    }
}

/// A quantile.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quantile {
    /// Share of futures in which the value is not exceeded.
    pub level: f64,
    /// The value.
    pub estimate: Estimate,
}

/// Cost against size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sizing {
    /// `provisioned` or `hybrid`.
    pub strategy: String,
    /// The best size.
    pub best_units: f64,
    /// Interval of the best size that the simulation's error leaves open.
    pub interval: (f64, f64),
    /// Smallest and largest units on sale whose objective is within `tolerance_usd` of the best.
    pub band: (f64, f64),
    /// What the band allows, USD.
    pub tolerance_usd: f64,
    /// Whether any size meets the chance constraint; true for the other objectives.
    pub feasible: bool,
    /// The settled sizes, rising.
    pub sizes: Vec<SizeResult>,
}

/// A settled size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SizeResult {
    /// Units.
    pub units: f64,
    /// The objective, USD; absent where a chance constraint is not met.
    pub objective: Option<Estimate>,
    /// Present value of the cost, mean; the mean nominal cost without a discount rate.
    pub present_value: Estimate,
    /// Nominal cost.
    pub cost: Summary,
    /// Waste.
    pub waste: Summary,
    /// Probability of exceeding the budget.
    pub over_budget: Option<Estimate>,
    /// Overspend: mean and quantiles.
    pub overspend: Option<Summary>,
    /// Probability, given the simulation's error, that this size is the best.
    pub best_probability: f64,
    /// Share of futures in which this size turns out to have the lowest nominal cost of the settled
    /// sizes of its strategy.
    pub best_in_futures: Estimate,
}

/// A month over all futures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MonthResult {
    /// Month, from 1.
    pub month: usize,
    /// Calendar month, as in `2027-01`, where the study has a start.
    pub date: Option<String>,
    /// Mean load of the month, in units.
    pub load: Summary,
    /// On-demand list price of a fully used unit, USD per month.
    pub on_demand_price: Estimate,
    /// Price of a committed unit, USD per month; absent outside the contract's terms.
    pub commitment_price: Option<Estimate>,
    /// What each strategy does in the month, in the order of the strategies.
    pub strategies: Vec<StrategyMonth>,
}

/// A strategy in a month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StrategyMonth {
    /// `on_demand`, `provisioned` or `hybrid`.
    pub strategy: String,
    /// Bill of the month, USD.
    pub spend: Summary,
    /// Reserved units, mean.
    pub reserved_units: Estimate,
    /// Spend beyond the commitment, mean, USD.
    pub overflow_spend: Estimate,
    /// Waste, mean, USD.
    pub waste: Estimate,
}

/// How far a vendor's refund rule reaches. It is not part of the simulated costs.
///
/// Canceling after month `m` of the term cancels `units * fee * (term - m)` of commitment; the
/// rule allows up to `limit_usd` of it in 12 months.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Refund {
    /// Largest commitment that can be canceled in 12 months, USD.
    pub limit_usd: f64,
    /// Commitment of the whole first term at the chosen size, USD.
    pub commitment_usd: f64,
    /// Number of paid months of the term after which all that remains can be canceled; absent if
    /// never.
    pub full_exit_after_month: Option<usize>,
}

impl Refund {
    /// The rule for a commitment of `monthly` USD over `term` months.
    #[must_use]
    pub fn new(limit_usd: f64, monthly: f64, term: usize) -> Self {
        let fits = |paid: &usize| canceled(monthly, term, *paid) <= limit_usd;
        Self {
            limit_usd,
            commitment_usd: canceled(monthly, term, 0),
            full_exit_after_month: (0..term).find(fits),
        }
    }
}

/// The commitment that canceling after `paid` of `term` months cancels, USD.
#[must_use]
pub fn canceled(monthly: f64, term: usize, paid: usize) -> f64 {
    monthly * term.saturating_sub(paid) as f64
}

/// When a commitment pays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BreakEven {
    /// Utilization at which a committed unit costs what the same tokens cost on demand, at the
    /// first month's mean prices. Above 1 it never pays by itself.
    pub utilization_first_month: f64,
    /// The same over the contract's months at mean prices.
    pub utilization_over_term: f64,
    /// Per strategy with a commitment: when its mean cumulated saving turns positive for good.
    pub months: Vec<BreakEvenMonth>,
}

/// When a strategy has paid off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BreakEvenMonth {
    /// `provisioned` or `hybrid`.
    pub strategy: String,
    /// The month from which its mean cumulated cost stays below on-demand; absent if never.
    pub month: Option<usize>,
}
