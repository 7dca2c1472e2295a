//! What becomes of the load over the months: levers, re-rated units, and workloads that share them.
//!
//! The first workload's load and on-demand price move through the months as the processes say. A
//! pool scales both, so that a month holds the work of all its parts after their levers:
//!
//! ```text
//! load(t)  = load of the first * units of all parts / units of the first
//! price(t) = price of the first * (cost of all / units of all) / (cost / units of the first)
//! apart(t) = load * price of the first * bills apart / cost of the first + fixed bills
//! ```
//!
//! with units, costs and bills at today's level and prices. A part grows relative to the first by its
//! own rate.

use super::Workload;
use super::levers::Lever;
use crate::math::{exp, ln};
use crate::param::{Param, Parameters};
use crate::process::{Clock, YEAR};
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The work of an hour with what it weighs and costs.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// Uncached input, cached input and output tokens per hour; for a load in units, the units.
    pub amounts: [f64; 3],
    /// Units that one of each takes.
    pub weights: [f64; 3],
    /// On-demand price, USD per month for one an hour.
    pub prices: [f64; 3],
    /// Bills apart from the units, USD per month.
    pub apart: f64,
}

impl Work {
    /// Mean load in units.
    #[must_use]
    pub fn units(&self) -> f64 {
        (0..3).map(|k| self.amounts[k] * self.weights[k]).sum()
    }

    /// Cost on demand, USD per month.
    #[must_use]
    pub fn usd(&self) -> f64 {
        (0..3).map(|k| self.amounts[k] * self.prices[k]).sum()
    }

    /// Multiplies the work.
    pub fn scale(&mut self, factor: f64) {
        self.amounts = self.amounts.map(|x| x * factor);
    }

    /// Multiplies the price.
    pub fn reprice(&mut self, factor: f64) {
        self.prices = self.prices.map(|x| x * factor);
    }
}

/// From a month on a unit serves more or fewer tokens of the model: a successor, or a migration.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rerating {
    /// Month of the study in which it starts, from 1.
    #[schemars(range(min = 1, max = 600))]
    pub from_month: usize,
    /// Tokens that a unit serves as a multiple of those before: 2 for half the load in units.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub factor: f64,
}

/// A workload with what changes it.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its table in the study file, as in `workload` or `workloads[0].load`.
    pub table: String,
    /// Its load today.
    pub workload: Workload,
    /// In the order in which they act.
    pub levers: Vec<Lever>,
    /// By month.
    pub rerating: Vec<Rerating>,
    /// Growth relative to the first workload, per year.
    pub growth_per_year: f64,
}

/// Workloads that share their units.
#[derive(Clone, Debug)]
pub struct Pool {
    /// The first is the one whose load the processes move.
    pub parts: Vec<Part>,
    /// How far a unit's tokens follow the on-demand price: 1 if a unit always holds the same value,
    /// 0 if it always serves the same tokens.
    pub rerated_with_price: Param,
}

/// The months of a block, to be changed.
pub struct Months<'a> {
    /// Load, units.
    pub load: &'a mut [Lane],
    /// On-demand price, USD per unit-month.
    pub on_demand: &'a mut [Lane],
    /// What a unit's tokens are worth relative to those of today's unit, at the same prices.
    pub unit_value: &'a mut [Lane],
    /// Bills apart from the units, USD; empty where there are none.
    pub apart: &'a mut [Lane],
}

/// What multiplies the first workload's month.
struct Change {
    load: Lane,
    unit_value: Lane,
    apart: Lane,
}

impl Part {
    fn bind(&mut self, parameters: &mut Parameters) {
        for (i, lever) in self.levers.iter_mut().enumerate() {
            for (field, param) in lever.params() {
                parameters.bind(&format!("{}.levers[{i}].{field}", self.table), param);
            }
            if let Lever::PromptCaching(caching) = lever
                && let Some(prompt) = &mut caching.of_requests
            {
                let name = format!("{}.requests.prompt_tokens", self.table);
                parameters.bind_shared(&name, prompt);
            }
        }
    }

    /// The work in month `t` on path `i`, but for the growth that all share.
    #[must_use]
    pub fn work(&self, clock: Clock, params: &[Lane], i: usize, t: usize) -> Work {
        let mut work = self.workload.work(params, i);
        for lever in self.levers.iter().filter(|lever| lever.start() <= t) {
            lever.apply(params, i, &mut work);
        }
        for rerating in self.rerating.iter().filter(|r| r.from_month - 1 <= t) {
            work.weights = work.weights.map(|w| w / rerating.factor);
        }
        if self.growth_per_year != 0.0 {
            let grown = exp(libm::log1p(self.growth_per_year) * clock.time(t) / YEAR);
            work.scale(grown);
            work.apart *= grown;
        }
        work
    }
}

impl Pool {
    /// Registers the parameters.
    pub fn bind(&mut self, parameters: &mut Parameters) {
        for part in &mut self.parts {
            part.workload.bind(&part.table, parameters);
            part.bind(parameters);
        }
        parameters.bind("workload.rerated_with_price", &mut self.rerated_with_price);
    }

    /// Whether anything is paid for apart from the units.
    #[must_use]
    pub fn has_bill(&self) -> bool {
        self.parts.iter().flat_map(|part| &part.levers).any(Lever::has_bill)
    }

    /// Whether month `t` differs from the one before in more than what all parts share.
    fn turns(&self, t: usize) -> bool {
        t == 0
            || self.parts.iter().any(|part| {
                part.growth_per_year != 0.0
                    || part.levers.iter().any(|lever| lever.start() == t)
                    || part.rerating.iter().any(|r| r.from_month - 1 == t)
            })
    }

    fn change(&self, clock: Clock, params: &[Lane], t: usize) -> Change {
        let zero = [0.0; LANES];
        let mut change = Change { load: zero, unit_value: [1.0; LANES], apart: zero };
        for i in 0..LANES {
            let first = self.parts[0].workload.work(params, i);
            let (mut units, mut usd, mut apart) = (0.0, 0.0, 0.0);
            for part in &self.parts {
                let work = part.work(clock, params, i, t);
                units += work.units();
                usd += work.usd();
                apart += work.apart;
            }
            let (before, cost) = (first.units(), first.usd());
            if before > 0.0 {
                change.load[i] = units / before;
            }
            if cost > 0.0 {
                change.apart[i] = apart / cost;
            }
            if units > 0.0 && cost > 0.0 {
                change.unit_value[i] = (usd / units) / (cost / before);
            }
        }
        change
    }

    /// Changes the months of a block, in which the first workload's price started at `start`.
    pub fn apply(&self, clock: Clock, params: &[Lane], start: &Lane, months: &mut Months<'_>) {
        let follows = *self.rerated_with_price.of(params);
        let mut change = self.change(clock, params, 0);
        for t in 0..clock.months {
            if t > 0 && self.turns(t) {
                change = self.change(clock, params, t);
            }
            let (load, price) = (&mut months.load[t], &mut months.on_demand[t]);
            if let Some(apart) = months.apart.get_mut(t) {
                for i in 0..LANES {
                    apart[i] = load[i] * price[i] * change.apart[i] + self.fixed(params, i, t);
                }
            }
            for i in 0..LANES {
                let more = rerated(price[i] / start[i], follows[i]);
                load[i] *= change.load[i] / more;
                months.unit_value[t][i] = change.unit_value[i] * more;
                price[i] *= months.unit_value[t][i];
            }
        }
    }

    fn fixed(&self, params: &[Lane], i: usize, t: usize) -> f64 {
        let levers = self.parts.iter().flat_map(|part| &part.levers);
        levers.map(|lever| lever.fixed(params, i, t)).sum()
    }

    /// The sums of [`Self::at_means`].
    #[must_use]
    pub fn total_at_means(&self, clock: Clock, t: usize) -> (f64, f64) {
        let parts = self.at_means(clock, t);
        parts.iter().fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1))
    }

    /// Load in units and on-demand cost in USD per month of every part in month `t`, where all is
    /// certain or taken at its mean: without the growth that all share.
    #[must_use]
    pub fn at_means(&self, clock: Clock, t: usize) -> Vec<(f64, f64)> {
        let (mut pool, mut parameters) = (self.clone(), Parameters::default());
        pool.bind(&mut parameters);
        let mean = |p: &crate::param::Parameter| [p.dist.get().mean().unwrap_or(f64::NAN); LANES];
        let params: Vec<Lane> = parameters.list().iter().map(mean).collect();
        let work = |part: &Part| part.work(clock, &params, 0, t);
        pool.parts.iter().map(work).map(|work| (work.units(), work.usd())).collect()
    }
}

/// What a unit serves relative to today, where its tokens follow the price to the power `follows`.
fn rerated(price: f64, follows: f64) -> f64 {
    if follows == 0.0 || price <= 0.0 || !price.is_finite() {
        return 1.0;
    }
    exp(-follows * ln(price))
}
