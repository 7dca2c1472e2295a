//! The resolved question: validated, complete, immutable.
//!
//! Only [`crate::input`] makes a [`Study`]; once it exists, evaluation cannot fail.

use crate::contract::Contract;
use crate::contract::sizes::Sizes;
use crate::curve::LoadCurve;
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
    /// Load within a month.
    pub curve: LoadCurve,
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
        Terms { contract: &self.contract, curve: &self.curve, discounts: &self.discounts }
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunSettings {
    /// Paths, where the study says so.
    pub paths: Option<u64>,
    /// Seed of every draw.
    pub seed: u64,
    /// Which points.
    pub sampler: SamplerChoice,
}
