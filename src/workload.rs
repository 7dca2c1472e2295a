//! Today's load: capacity units, or tokens with what they weigh and cost.
//!
//! | file | what |
//! |---|---|
//! | [`levers`] | what a buyer can do about the work before buying capacity for it |
//! | [`pool`] | what levers, re-rated units and further workloads make of the months |

pub mod levers;
pub mod pool;

use crate::param::{Param, Parameters};
use crate::rng::{LANES, Lane};
pub use levers::Lever;
pub use pool::{Level, Months, Part, Pool, Rerating, Work};

/// The load of today and what it costs on demand.
#[derive(Clone, Debug)]
pub enum Workload {
    /// Stated in capacity units.
    Units {
        /// Mean load, in units.
        level: Param,
        /// On-demand list price of one fully used unit, USD per unit-month.
        value: Param,
    },
    /// A flow of tokens of one model.
    Tokens(TokenFlow),
    /// A flow of tokens whose units cost a stated price on demand, USD per unit-month.
    Priced(TokenFlow, Param),
}

/// Tokens per hour with what they weigh and what they cost.
#[derive(Clone, Debug)]
pub struct TokenFlow {
    /// Prompt tokens per hour, cached ones included.
    pub input_per_hour: Product,
    /// Generated tokens per hour.
    pub output_per_hour: Product,
    /// Share of the prompt tokens that come from the cache, 0 to 1.
    pub cached_share: Param,
    /// Capacity weight and on-demand price of each kind of token.
    pub rates: TokenRates,
}

/// A constant times named parameters, which several products may share.
#[derive(Clone, Debug)]
pub struct Product {
    /// The constant.
    pub constant: f64,
    /// Field and parameter of each factor.
    pub factors: Vec<(&'static str, Param)>,
}

impl Product {
    fn bind(&mut self, table: &str, parameters: &mut Parameters) {
        for (field, param) in &mut self.factors {
            parameters.bind_shared(&format!("{table}.{field}"), param);
        }
    }

    fn of(&self, params: &[Lane]) -> Lane {
        let mut out = [self.constant; LANES];
        for (_, param) in &self.factors {
            let values = param.of(params);
            for i in 0..LANES {
                out[i] *= values[i];
            }
        }
        out
    }

    /// The product of the means: the mean, as the factors are drawn independently unless the
    /// study correlates them.
    #[must_use]
    pub fn at_means(&self) -> f64 {
        let means = self.factors.iter().map(|(_, p)| p.mean().unwrap_or(f64::NAN));
        self.constant * means.product::<f64>()
    }
}

/// Capacity weight and on-demand price of a model's tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenRates {
    /// Input-equivalent tokens per hour that one unit can serve.
    pub tokens_per_unit_hour: f64,
    /// Capacity weight of uncached input, cached input and output tokens.
    pub weights: [f64; 3],
    /// USD per uncached input, cached input and output token.
    pub prices: [f64; 3],
    /// Hours in a billing month.
    pub hours_per_month: f64,
}

impl TokenRates {
    /// Load in units and on-demand cost in USD per month of a flow of tokens per hour, given as
    /// (uncached input, cached input, output).
    #[inline]
    #[must_use]
    pub fn load_and_cost(&self, tokens_per_hour: [f64; 3]) -> (f64, f64) {
        let (mut weighted, mut usd) = (0.0, 0.0);
        for k in 0..3 {
            weighted += tokens_per_hour[k] * self.weights[k];
            usd += tokens_per_hour[k] * self.prices[k];
        }
        (weighted / self.tokens_per_unit_hour, usd * self.hours_per_month)
    }
}

impl Workload {
    /// Registers the parameters, as those of `table` in the study file. What is registered already
    /// keeps its place.
    pub fn bind(&mut self, table: &str, parameters: &mut Parameters) {
        let value_name = format!("{table}.on_demand_per_unit_month");
        match self {
            Self::Units { level, value } => {
                parameters.bind_shared(&format!("{table}.level"), level);
                parameters.bind_shared(&value_name, value);
            }
            Self::Tokens(flow) => flow.bind(table, parameters),
            Self::Priced(flow, value) => {
                flow.bind(table, parameters);
                parameters.bind_shared(&value_name, value);
            }
        }
    }

    /// The work of path `i`.
    #[must_use]
    pub fn work(&self, params: &[Lane], i: usize) -> Work {
        match self {
            Self::Units { level, value } => Work {
                amounts: [level.of(params)[i], 0.0, 0.0],
                weights: [1.0; 3],
                prices: [value.of(params)[i]; 3],
                apart: 0.0,
            },
            Self::Tokens(flow) => flow.work(params, i),
            Self::Priced(flow, value) => {
                let work = flow.work(params, i);
                Work { prices: work.weights.map(|w| w * value.of(params)[i]), ..work }
            }
        }
    }

    /// Base load in units and value of a unit-month in USD, on each path.
    #[must_use]
    pub fn base(&self, params: &[Lane]) -> (Lane, Lane) {
        match self {
            Self::Units { level, value } => (*level.of(params), *value.of(params)),
            Self::Tokens(flow) => flow.base(params),
            Self::Priced(flow, value) => (flow.base(params).0, *value.of(params)),
        }
    }
}

impl TokenFlow {
    /// Load in units and on-demand cost in USD per month, at the means of uncertain inputs.
    #[must_use]
    pub fn at_means(&self) -> (f64, f64) {
        let (input, output) = (self.input_per_hour.at_means(), self.output_per_hour.at_means());
        let cached = self.cached_share.mean().unwrap_or(f64::NAN);
        self.rates.load_and_cost([input * (1.0 - cached), input * cached, output])
    }

    fn bind(&mut self, table: &str, parameters: &mut Parameters) {
        self.input_per_hour.bind(table, parameters);
        self.output_per_hour.bind(table, parameters);
        parameters.bind_shared(&format!("{table}.cached_share"), &mut self.cached_share);
    }

    fn work(&self, params: &[Lane], i: usize) -> Work {
        let input = self.input_per_hour.of(params)[i];
        let output = self.output_per_hour.of(params)[i];
        let cached = self.cached_share.of(params)[i];
        Work {
            amounts: [input * (1.0 - cached), input * cached, output],
            weights: self.rates.weights.map(|w| w / self.rates.tokens_per_unit_hour),
            prices: self.rates.prices.map(|p| p * self.rates.hours_per_month),
            apart: 0.0,
        }
    }

    fn base(&self, params: &[Lane]) -> (Lane, Lane) {
        let input = self.input_per_hour.of(params);
        let output = self.output_per_hour.of(params);
        let cached = self.cached_share.of(params);
        let (mut load, mut value) = ([0.0; LANES], [0.0; LANES]);
        for i in 0..LANES {
            let tokens = [input[i] * (1.0 - cached[i]), input[i] * cached[i], output[i]];
            let (units, usd) = self.rates.load_and_cost(tokens);
            load[i] = units;
            // Where there are no tokens, their price does not matter.
            value[i] = if units > 0.0 { usd / units } else { 0.0 };
        }
        (load, value)
    }
}
