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
//! with units, costs and bills at today's level and prices. A part grows with the first and by a rate
//! of its own beyond it, or by a growth of its own instead: then its work is multiplied by
//! `exp(own log growth - the study's log growth)`, path by path and month by month, so that the
//! forecast error is still everyone's. Where that, or any number of a part, differs from path to path,
//! so do the shares of the load, which decide how its hours add up ([`crate::curve::Mixture`]).

use super::Workload;
use super::levers::Lever;
use crate::math::{exp, exp_scaled, ln};
use crate::param::{Param, Parameters};
use crate::process::growth::Growth;
use crate::process::{Clock, Draws, Variables, YEAR};
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

    /// Multiplies the work with its bills.
    fn grow(&mut self, factor: f64) {
        self.scale(factor);
        self.apart *= factor;
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
    /// How its level moves.
    pub level: Level,
}

/// How the level of a workload moves.
#[derive(Clone, Debug)]
pub enum Level {
    /// By the study's growth, and by so much more per year: 0.3 for 30 %.
    Shared {
        /// Growth relative to the first workload, per year; above -1.
        more_per_year: f64,
    },
    /// By a growth of its own instead.
    Own {
        /// The growth's table in the study file, as in `workloads[0].growth`.
        table: String,
        /// The growth.
        growth: Box<Growth>,
    },
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
    /// Share of each part in the load; empty where they are the same on every path.
    pub mix: &'a mut [Vec<Lane>],
}

/// What multiplies the first workload's month, and the shares of the parts in it.
struct Change {
    load: Lane,
    unit_value: Lane,
    apart: Lane,
    shares: Vec<Lane>,
}

/// What the work of a month follows from.
#[derive(Clone, Copy)]
struct Source<'a> {
    clock: Clock,
    params: &'a [Lane],
    /// What growth of their own multiplies the parts by, as [`Pool::grown`] says.
    grown: &'a [Vec<Lane>],
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

    /// Whether it has a growth of its own.
    fn has_own_growth(&self) -> bool {
        matches!(self.level, Level::Own { .. })
    }

    /// The work in month `t` on path `i`, but for growth at random and what all share.
    fn work(&self, clock: Clock, params: &[Lane], i: usize, t: usize) -> Work {
        let mut work = self.workload.work(params, i);
        for lever in self.levers.iter().filter(|lever| lever.start() <= t) {
            lever.apply(params, i, &mut work);
        }
        for rerating in self.rerating.iter().filter(|r| r.from_month - 1 <= t) {
            work.weights = work.weights.map(|w| w / rerating.factor);
        }
        if let Level::Shared { more_per_year } = self.level
            && more_per_year != 0.0
        {
            work.grow(exp(libm::log1p(more_per_year) * clock.time(t) / YEAR));
        }
        work
    }
}

impl Pool {
    /// Registers parameters and variables.
    pub fn bind(&mut self, clock: Clock, parameters: &mut Parameters, variables: &mut Variables) {
        for part in &mut self.parts {
            part.workload.bind(&part.table, parameters);
            part.bind(parameters);
        }
        parameters.bind("workload.rerated_with_price", &mut self.rerated_with_price);
        for part in &mut self.parts {
            if let Level::Own { table, growth } = &mut part.level {
                growth.bind(table, clock, parameters, variables);
            }
        }
    }

    /// Whether the shares of the parts may differ from path to path; `shared` is the study's growth.
    #[must_use]
    pub fn has_random_mix(&self, clock: Clock, shared: &Growth) -> bool {
        let (mut pool, mut shared) = (self.clone(), shared.clone());
        let (mut parameters, mut variables) = (Parameters::default(), Variables::default());
        // It moves all parts alike.
        pool.rerated_with_price = Param::zero();
        pool.bind(clock, &mut parameters, &mut variables);
        if self.parts.iter().any(Part::has_own_growth) {
            shared.bind("growth", clock, &mut parameters, &mut variables);
        }
        let moves = parameters.uncertain().next().is_some() || !variables.list().is_empty();
        self.parts.len() > 1 && moves
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
                !matches!(part.level, Level::Shared { more_per_year: 0.0 })
                    || part.levers.iter().any(|lever| lever.start() == t)
                    || part.rerating.iter().any(|r| r.from_month - 1 == t)
            })
    }

    /// What growth of their own multiplies the work of the parts by, beside the study's growth
    /// `shared`: by part and month, nothing for a part that shares it.
    fn grown(&self, clock: Clock, draws: Draws<'_>, shared: &Growth) -> Vec<Vec<Lane>> {
        let written = |growth: &Growth| {
            let mut log = vec![[0.0; LANES]; clock.months];
            growth.write(clock, draws, &mut log);
            log
        };
        let has_any = self.parts.iter().any(Part::has_own_growth);
        let shared = if has_any { written(shared) } else { Vec::new() };
        let of_part = |part: &Part| {
            let Level::Own { growth, .. } = &part.level else { return Vec::new() };
            let mut own = written(growth);
            for (own, shared) in own.as_flattened_mut().iter_mut().zip(shared.as_flattened()) {
                *own -= shared;
            }
            exp_scaled(own.as_flattened_mut(), &[1.0; LANES]);
            own
        };
        self.parts.iter().map(of_part).collect()
    }

    fn change(&self, source: Source<'_>, t: usize) -> Change {
        let zero = [0.0; LANES];
        let shares = vec![zero; self.parts.len()];
        let mut change = Change { load: zero, unit_value: [1.0; LANES], apart: zero, shares };
        for i in 0..LANES {
            let first = self.parts[0].workload.work(source.params, i);
            let (mut units, mut usd, mut apart) = (0.0, 0.0, 0.0);
            for ((part, grown), share) in
                self.parts.iter().zip(source.grown).zip(&mut change.shares)
            {
                let mut work = part.work(source.clock, source.params, i, t);
                if let Some(grown) = grown.get(t) {
                    work.grow(grown[i]);
                }
                units += work.units();
                usd += work.usd();
                apart += work.apart;
                share[i] = work.units();
            }
            // A load of nothing has no mix.
            let whole = if units > 0.0 { units } else { 1.0 };
            change.shares.iter_mut().for_each(|share| share[i] /= whole);
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

    /// Changes the months of a block, in which the first workload's price started at `start` and its
    /// load grew as `shared` says.
    pub fn apply(
        &self,
        clock: Clock,
        draws: Draws<'_>,
        shared: &Growth,
        start: &Lane,
        months: &mut Months<'_>,
    ) {
        let params = draws.params;
        let grown = self.grown(clock, draws, shared);
        let source = Source { clock, params, grown: &grown };
        let follows = *self.rerated_with_price.of(params);
        let mut change = self.change(source, 0);
        for t in 0..clock.months {
            if t > 0 && self.turns(t) {
                change = self.change(source, t);
            }
            if let Some(mix) = months.mix.get_mut(t) {
                mix.copy_from_slice(&change.shares);
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

    /// Load in units and on-demand cost in USD per month of every part in month `t`, where all is
    /// certain or taken at its mean: without the growth that all share, and without growth of their own
    /// where that, or the growth in whose place it stands, moves at random.
    #[must_use]
    pub fn at_means(&self, clock: Clock, shared: &Growth, t: usize) -> Vec<(f64, f64)> {
        let (mut pool, mut shared) = (self.clone(), shared.clone());
        let (mut parameters, mut variables) = (Parameters::default(), Variables::default());
        pool.bind(clock, &mut parameters, &mut variables);
        shared.bind("growth", clock, &mut parameters, &mut variables);
        let mean = |p: &crate::param::Parameter| [p.dist.get().mean().unwrap_or(f64::NAN); LANES];
        let params: Vec<Lane> = parameters.list().iter().map(mean).collect();
        let grown = if variables.list().is_empty() {
            pool.grown(clock, Draws { params: &params, rows: &[] }, &shared)
        } else {
            vec![Vec::new(); pool.parts.len()]
        };
        let work = |(part, grown): (&Part, &Vec<Lane>)| {
            let mut work = part.work(clock, &params, 0, t);
            if let Some(grown) = grown.get(t) {
                work.grow(grown[0]);
            }
            (work.units(), work.usd())
        };
        pool.parts.iter().zip(&grown).map(work).collect()
    }
}

/// What a unit serves relative to today, where its tokens follow the price to the power `follows`.
fn rerated(price: f64, follows: f64) -> f64 {
    if follows == 0.0 || price <= 0.0 || !price.is_finite() {
        return 1.0;
    }
    exp(-follows * ln(price))
}
