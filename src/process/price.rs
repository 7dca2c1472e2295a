//! The on-demand price: the table `[price]` of a study.
//!
//! Token prices have rarely moved in place, and then down in jumps; they rise, if at all, when a
//! successor replaces the model. So the natural description is jumps (`[price.jumps.cut]`,
//! `[price.jumps.succession]`) with little or no drift; drift and volatility serve escalation
//! scenarios.

use super::cap::Cap;
use super::drift::{Drift, Moves, Stated};
use super::jumps::Jumps;
use super::{Clock, Draws, Process, Variables};
use crate::error::Problem;
use crate::param::{Param, Parameters};
use crate::rng::Lane;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How the on-demand price moves. Without this table it stays where it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Price {
    /// Change of the expected price per year: -0.1 means 10 % less after a year.
    #[schemars(extend("x-above" = -1.0))]
    pub expected_per_year: Option<Param>,
    /// Change of the expected price per month.
    #[schemars(extend("x-above" = -1.0))]
    pub expected_per_month: Option<Param>,
    /// Drift of the logarithm per year: change of the median price.
    pub log_drift_per_year: Option<Param>,
    /// Drift of the logarithm per month.
    pub log_drift_per_month: Option<Param>,
    /// Standard deviation of the log change over a year; not negative.
    #[schemars(extend("x-min" = 0.0))]
    pub volatility_per_year: Option<Param>,
    /// Standard deviation of the log change over a month; not negative.
    #[schemars(extend("x-min" = 0.0))]
    pub volatility_per_month: Option<Param>,
    /// Whether drift and volatility move the price every month, or once a year: in months 13, 25,
    /// ..., by the walk over the 12 months before. Jumps come in any month.
    pub moves: Moves,
    /// Sudden lasting changes by name: `[price.jumps.cut]`.
    pub jumps: BTreeMap<String, Jumps>,
    /// A limit on rises that the market keeps, with or without a contract.
    pub cap: Option<Cap>,
    #[serde(skip)]
    drift: Option<Drift>,
}

impl Price {
    fn stated(&self) -> Stated<'_> {
        Stated {
            expected: [&self.expected_per_year, &self.expected_per_month],
            log_drift: [&self.log_drift_per_year, &self.log_drift_per_month],
            volatility: [&self.volatility_per_year, &self.volatility_per_month],
        }
    }

    /// Everything wrong with the table, for a price simulated over `months`.
    #[must_use]
    pub fn check(&self, months: f64) -> Vec<Problem> {
        let jumps = self.jumps.iter().flat_map(|(name, jumps)| {
            let place = format!("jumps.{name}");
            jumps.check(months).into_iter().map(move |p| p.inside(&place))
        });
        self.stated().check(months).into_iter().chain(jumps).collect()
    }

    /// Registers parameters and variables.
    pub fn bind(&mut self, clock: Clock, parameters: &mut Parameters, variables: &mut Variables) {
        let drift = self.stated().bind("price", self.moves, clock, parameters, variables);
        self.drift = Some(drift);
        for (name, jumps) in &mut self.jumps {
            jumps.bind(&format!("price.jumps.{name}"), clock, parameters, variables);
        }
        if let Some(cap) = &mut self.cap {
            parameters.bind("price.cap.annual", &mut cap.annual);
        }
    }

    /// Whether the price never moves, so that one price serves all months.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        let still = |d: &Drift| d.rate.is_zero() && d.volatility.is_zero();
        self.jumps.is_empty() && self.drift.as_ref().is_some_and(still)
    }

    /// Whether the volatility is the same on every path.
    #[must_use]
    pub fn has_certain_spread(&self) -> bool {
        self.drift.as_ref().is_some_and(|drift| drift.volatility.fixed().is_some())
    }

    /// Whether shocks or jumps move it.
    #[must_use]
    pub fn is_random(&self) -> bool {
        let walks = |d: &Drift| !d.volatility.is_zero();
        !self.jumps.is_empty() || self.drift.as_ref().is_some_and(walks)
    }

    /// Sets `log` to the log factor of each month.
    ///
    /// # Panics
    /// If the table was never bound, which is a bug in the making of the model.
    pub fn write(&self, clock: Clock, draws: Draws<'_>, log: &mut [Lane]) {
        self.drift.as_ref().expect("the price is bound").write(clock, draws, log);
        for jumps in self.jumps.values() {
            jumps.add(clock, draws, log);
        }
    }

    /// The same with the expected factor of jumps in place of those that are drawn.
    ///
    /// # Panics
    /// As [`Self::write`].
    pub fn write_expected(&self, clock: Clock, draws: Draws<'_>, log: &mut [Lane]) {
        self.drift.as_ref().expect("the price is bound").write(clock, draws, log);
        for jumps in self.jumps.values() {
            jumps.add_expected(clock, draws.params, log);
        }
    }
}
