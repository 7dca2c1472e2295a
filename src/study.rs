//! The resolved question: validated, complete, immutable.
//!
//! Only [`crate::input`] makes a [`Study`]; once it exists, evaluation cannot fail.

use crate::contract::Contract;
use crate::contract::sizes::Sizes;
use crate::curve::Curves;
use crate::facts::Facts;
use crate::path::PathModel;
use crate::settle::Terms;
use crate::strategy::Strategy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A question to the engine.
#[derive(Clone, Debug)]
pub struct Study {
    /// Everything uncertain.
    pub model: PathModel,
    /// Load within each month.
    pub curves: Curves,
    /// What may be signed.
    pub contract: Contract,
    /// What is compared; the first is always on-demand.
    pub strategies: Vec<Strategy>,
    /// The number of units, or none to find the best.
    pub units: Option<f64>,
    /// Which numbers of units can be bought.
    pub sizes: Sizes,
    /// What is minimized.
    pub objective: Objective,
    /// Share of the best cost that a decision maker would not argue about.
    pub indifference: f64,
    /// Budget for the whole horizon, USD nominal.
    pub budget: Option<f64>,
    /// Today's value of a dollar billed in each month.
    pub discounts: Vec<f64>,
    /// How it is to be run.
    pub run: RunSettings,
    /// What reports show of the inputs.
    pub facts: Facts,
}

impl Study {
    /// The fixed part of every settlement.
    #[must_use]
    pub fn terms(&self) -> Terms<'_> {
        Terms {
            contract: &self.contract,
            curves: &self.curves,
            discounts: &self.discounts,
            orders: None,
        }
    }

    /// Months simulated.
    #[must_use]
    pub fn months(&self) -> usize {
        self.model.months()
    }

    /// Whether money of different months is worth the same.
    #[must_use]
    pub fn is_undiscounted(&self) -> bool {
        self.discounts.iter().all(|d| *d == 1.0)
    }
}

/// What the best size minimizes. All but the chance constraint act on the present value, which is
/// the plain sum of the bills without a discount rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Objective {
    /// The mean cost.
    Mean,
    /// The cost not exceeded with this probability.
    Quantile(f64),
    /// The mean of the worst costs beyond this level.
    Cvar(f64),
    /// `(1 - weight) * mean + weight * CVaR`.
    MeanCvar {
        /// Weight of the CVaR.
        weight: f64,
        /// Its level.
        level: f64,
    },
    /// The mean cost among the sizes whose probability of exceeding the budget is at most this.
    Chance(f64),
}

/// Which points to draw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SamplerChoice {
    /// Whichever has the smaller standard error in a pilot.
    #[default]
    Auto,
    /// Independent pseudo-random paths (Philox).
    Pseudo,
    /// Scrambled Sobol points in independent replicates.
    Sobol,
}

/// How a study is run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunSettings {
    /// Paths, where the study says so: exactly as many, or with a stopping rule at most.
    pub paths: Option<u64>,
    /// Seed of every draw.
    pub seed: u64,
    /// Which points.
    pub sampler: SamplerChoice,
    /// When fewer paths are enough.
    pub stopping: StoppingRules,
}

/// When a run has enough paths. It goes on until the target and the decision are both reached, as
/// far as they are asked for, and no longer than paths and seconds allow.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StoppingRules {
    /// How well a figure is to be known.
    pub target: Option<TargetError>,
    /// Confidence that the decision would stay the same with more paths, from 0.5 to below 1.
    pub decide: Option<f64>,
    /// Seconds that the run may take.
    pub seconds: Option<f64>,
}

impl StoppingRules {
    /// Whether there is no rule: the number of paths is fixed.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// A standard error that is small enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TargetError {
    /// Of what.
    pub figure: Figure,
    /// How small.
    pub limit: ErrorLimit,
}

/// How small a standard error is to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ErrorLimit {
    /// As a share of the figure.
    Relative(f64),
    /// USD.
    Usd(f64),
}

/// A figure of the recommended strategy's cost, before discounting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// The mean cost.
    MeanCost,
    /// The median.
    P50,
    /// The cost not exceeded in 90 of 100 futures.
    P90,
    /// The cost not exceeded in 95 of 100 futures.
    P95,
    /// The cost not exceeded in 99 of 100 futures.
    P99,
    /// The mean cost of the worst 5 % of futures.
    Cvar95,
}

impl Figure {
    /// The name in reports.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::MeanCost => "mean cost",
            Self::P50 => "P50 of the cost",
            Self::P90 => "P90 of the cost",
            Self::P95 => "P95 of the cost",
            Self::P99 => "P99 of the cost",
            Self::Cvar95 => "CVaR 95 of the cost",
        }
    }
}
