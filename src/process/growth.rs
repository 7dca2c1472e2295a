//! Growth of usage: the table `[growth]` of a study, and those of workloads that move on their own.

use super::drift::{Drift, Moves, Stated};
use super::jumps::Jumps;
use super::{Clock, Draws, Process, Variables};
use crate::error::Problem;
use crate::param::{Param, Parameters};
use crate::rng::Lane;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How usage moves. Without this table it stays where it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Growth {
    /// Growth of the expected level per year before jumps: 0.5 means 50 % more after a year, on
    /// average over all futures; jumps that are not `compensated` come on top.
    #[schemars(extend("x-above" = -1.0))]
    pub expected_per_year: Option<Param>,
    /// Growth of the expected level per month.
    #[schemars(extend("x-above" = -1.0))]
    pub expected_per_month: Option<Param>,
    /// Drift of the logarithm per year: growth of the median level.
    pub log_drift_per_year: Option<Param>,
    /// Drift of the logarithm per month.
    pub log_drift_per_month: Option<Param>,
    /// Standard deviation of the log change over a year; not negative.
    #[schemars(extend("x-min" = 0.0))]
    pub volatility_per_year: Option<Param>,
    /// Standard deviation of the log change over a month; not negative.
    #[schemars(extend("x-min" = 0.0))]
    pub volatility_per_month: Option<Param>,
    /// Sudden lasting changes by name: `[growth.jumps.launch]`.
    pub jumps: BTreeMap<String, Jumps>,
    #[serde(skip)]
    drift: Option<Drift>,
}

impl Growth {
    fn stated(&self) -> Stated<'_> {
        Stated {
            expected: [&self.expected_per_year, &self.expected_per_month],
            log_drift: [&self.log_drift_per_year, &self.log_drift_per_month],
            volatility: [&self.volatility_per_year, &self.volatility_per_month],
        }
    }

    /// Everything wrong with the table, for a level simulated over `months`.
    #[must_use]
    pub fn check(&self, months: f64) -> Vec<Problem> {
        let jumps = self.jumps.iter().flat_map(|(name, jumps)| {
            let place = format!("jumps.{name}");
            jumps.check(months).into_iter().map(move |p| p.inside(&place))
        });
        self.stated().check(months).into_iter().chain(jumps).collect()
    }

    /// Registers parameters and variables as those of `table`: `growth`, or `workloads[0].growth`.
    pub fn bind(
        &mut self,
        table: &str,
        clock: Clock,
        parameters: &mut Parameters,
        variables: &mut Variables,
    ) {
        let drift = self.stated().bind(table, Moves::Monthly, clock, parameters, variables);
        self.drift = Some(drift);
        for (name, jumps) in &mut self.jumps {
            jumps.bind(&format!("{table}.jumps.{name}"), clock, parameters, variables);
        }
    }

    /// Whether the volatility is the same on every path.
    #[must_use]
    pub fn has_certain_spread(&self) -> bool {
        self.drift.as_ref().is_some_and(|drift| drift.volatility.fixed().is_some())
    }

    /// Sets `log` to the log factor of each month.
    ///
    /// # Panics
    /// If the table was never bound, which is a bug in the making of the model.
    pub fn write(&self, clock: Clock, draws: Draws<'_>, log: &mut [Lane]) {
        self.drift.as_ref().expect("growth is bound").write(clock, draws, log);
        for jumps in self.jumps.values() {
            jumps.add(clock, draws, log);
        }
    }

    /// The same with the expected factor of jumps in place of those that are drawn.
    ///
    /// # Panics
    /// As [`Self::write`].
    pub fn write_expected(&self, clock: Clock, draws: Draws<'_>, log: &mut [Lane]) {
        self.drift.as_ref().expect("growth is bound").write(clock, draws, log);
        for jumps in self.jumps.values() {
            jumps.add_expected(clock, draws.params, log);
        }
    }
}
