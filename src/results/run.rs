//! How the numbers of a run were made: paths, sampler, corrections, and why it ended.

use crate::stats::Estimate;
use crate::words::count;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the numbers were made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunFacts {
    /// `sobol` or `pseudo`.
    pub sampler: String,
    /// Why this sampler.
    pub reason: String,
    /// Paths.
    pub paths: u64,
    /// Paths that the tables by month are taken from: the first of all; 0 without such tables.
    pub month_paths: u64,
    /// Independent replicates; 1 for pseudo-random paths.
    pub replicates: u32,
    /// Seed of every draw.
    pub seed: u64,
    /// What the means are corrected by, where that makes them more certain.
    #[serde(default)]
    pub control: Option<Control>,
    /// Why so many paths, where a stopping rule decided.
    pub stopping: Option<Stopping>,
}

/// Control variates: quantities of the same futures whose means are known. What the run got wrong
/// about them tells what else it got wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Control {
    /// `usage`, `on-demand bill`; where studies are compared, of the first one's futures.
    pub quantities: Vec<String>,
    /// How many times smaller the correction makes the standard error of the mean cost: of the
    /// recommended strategy, or of the first of several alternatives. Below 1 where it did not pay
    /// after all, absent where the corrected mean has no error.
    pub error_times_smaller: Option<f64>,
}

impl Control {
    /// The same in words; where studies are compared, with the name of the first one.
    #[must_use]
    pub fn sentence(&self, first: Option<&str>) -> String {
        let (whose, cost) = match first {
            Some(name) => (format!(" of {name}"), "its mean cost"),
            None => (String::new(), "the mean cost"),
        };
        let gain = match self.error_times_smaller {
            None => format!("which leaves {cost} no error"),
            Some(times) if times < 10.0 => format!("error of {cost} {times:.1} times smaller"),
            Some(times) => {
                format!("error of {cost} {} times smaller", count(times.round() as u64))
            }
        };
        let quantities = self.quantities.join(" and ");
        format!("means corrected by the known expectation of {quantities}{whose}: {gain}")
    }
}

/// Why a run ended with as many paths as it did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stopping {
    /// The same in words.
    pub sentence: String,
    /// What ended the run.
    pub ended_by: EndedBy,
    /// Numbers of paths after which it was decided whether to go on; the last is the run's.
    pub looks: Vec<u64>,
    /// The most paths that were allowed.
    pub most_paths: u64,
    /// The seconds that were allowed.
    pub seconds: Option<f64>,
    /// The figure that was to be known well, and how well it is.
    pub target: Option<TargetReached>,
    /// How sure it is that the decision would stay.
    pub decision: Option<DecisionReached>,
}

/// What ended a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// All that was asked for is reached.
    Reached,
    /// The most paths allowed.
    Paths,
    /// The time allowed: twice the paths would not have been done within it.
    Seconds,
}

/// A figure that was to be known well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TargetReached {
    /// The figure, as in `mean cost`: of the recommended strategy, nominal.
    pub figure: String,
    /// The figure with its standard error, USD.
    pub estimate: Estimate,
    /// The largest standard error that was asked for, USD.
    pub limit_usd: f64,
    /// What the standard error in truth does not exceed, USD, with 95 % confidence over all looks;
    /// absent if the run has too few paths to say.
    pub error_bound_usd: Option<f64>,
    /// Whether that bound keeps the limit.
    pub reached: bool,
}

/// How sure it is that more paths would not change the decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DecisionReached {
    /// The confidence that was asked for.
    pub wanted: f64,
    /// The confidence that the recommended commitment is within the indifference of the best of
    /// all that were settled, and on its side of on-demand; over all looks, and never too high.
    pub confidence: f64,
    /// What is the least sure.
    pub question: String,
    /// Whether the confidence is what was asked for.
    pub reached: bool,
}
