//! What moves through the months: processes are maps from draws to a series of log factors.
//!
//! A level (usage, price) is `base * exp(sum of the processes' logs)`. Each process adds its own
//! part month by month for a block of paths and knows nothing of the others; dependence between
//! them is in the draws they receive ([`dependence`]).
//!
//! | file | process | moves |
//! |---|---|---|
//! | [`growth`] | the table `[growth]`: a drift and jumps | usage, or that of one workload |
//! | [`price`] | the table `[price]`: a drift, jumps and a cap | on-demand price |
//! | [`forecast_error`] | error of the starting level and monthly error with persistence | usage |
//! | [`drift`] | expected rate with volatility | |
//! | [`jumps`] | sudden lasting changes: launches, losses, price cuts | |
//! | [`cap`] | limits on price rises, as a property of the market or as a clause | |
//!
//! To add one: a file beside the others, its `mod` line, and its call in [`crate::path`].

pub mod cap;
pub mod components;
pub mod dependence;
pub mod drift;
pub mod forecast_error;
pub mod growth;
pub mod jumps;
pub mod price;

use crate::rng::{Lane, Variable};

/// Months in a year.
pub const YEAR: f64 = 12.0;

/// When the level is read: the time of month 1, in months from the starting level, and one month
/// for each further month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clock {
    /// Months from the starting level to the reading of month 1; not negative.
    pub first: f64,
    /// Months simulated.
    pub months: usize,
}

impl Clock {
    /// Length of the step that ends at month `t` (0-based), in months.
    #[must_use]
    pub fn step(self, t: usize) -> f64 {
        if t == 0 { self.first } else { 1.0 }
    }

    /// Time of month `t` (0-based), in months.
    #[must_use]
    pub fn time(self, t: usize) -> f64 {
        self.first + t as f64
    }
}

/// How the draws of a variable are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DrawKind {
    /// Uniforms on (0, 1).
    Uniform,
    /// Independent standard normals.
    Normal,
    /// Standard normals, independent over months, that drive a random walk or an autoregression
    /// with the given persistence (1 for a walk): quasi-random runs turn them onto the principal
    /// components of that process.
    Shock {
        /// Correlation of one month's level with the next.
        persistence: f64,
    },
}

/// A variable of a process with the way to draw it.
#[derive(Clone, Debug)]
pub struct VariableSpec {
    /// Name and steps.
    pub variable: Variable,
    /// How its draws are made.
    pub kind: DrawKind,
}

/// The variables of a study; processes hold positions in it.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    list: Vec<VariableSpec>,
}

impl Variables {
    /// Adds a variable and returns its position.
    pub fn add(&mut self, name: impl Into<String>, steps: usize, kind: DrawKind) -> usize {
        let name = name.into();
        self.list.push(VariableSpec { variable: Variable { name, steps }, kind });
        self.list.len() - 1
    }

    /// All of them.
    #[must_use]
    pub fn list(&self) -> &[VariableSpec] {
        &self.list
    }
}

/// What a process sees of a block: its parameters' values and its variables' draws.
#[derive(Clone, Copy)]
pub struct Draws<'a> {
    /// Values of the parameters.
    pub params: &'a [Lane],
    /// Draws by variable and step.
    pub rows: &'a [Vec<Lane>],
}

/// A monthly stochastic model: a map from draws to a series, for a block of paths at once.
pub trait Process: Send + Sync {
    /// Adds the process's log factor of each month to `log`.
    fn add(&self, clock: Clock, draws: Draws<'_>, log: &mut [Lane]);
}
