//! The error of the forecast itself: of today's level, and month by month.
//!
//! ```text
//! level factor          drawn once per path, mean 1 unless the study says otherwise
//! monthly log error     e(t) = persistence * e(t-1) + shock_sd * x(t)
//! ```
//!
//! The monthly error starts at zero (the present is known) or in its long-run spread
//! `shock_sd / sqrt(1 - persistence^2)`. Centered on the mean, half its variance is subtracted so
//! that the expected level stays what growth says; centered on the median, it is not.
//!
//! A *skewed* monthly error replaces the lognormal by any distribution of the factor: the standard
//! normal autoregression `a(t)` is mapped through its quantile function, `factor = Q(N(a(t)))`, so
//! that every month has exactly that distribution and months keep their correlation.

use super::drift::{MOST_SPREAD, bounded_above};
use super::{Clock, DrawKind, Draws, Process, Variables};
use crate::dist::{Dist, QuantileTable};
use crate::error::Problem;
use crate::math::ln;
use crate::param::{Param, Parameters};
use crate::rng::{LANES, Lane};
use crate::simd::kernel;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the monthly error starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// The present is known: no error at the start.
    #[default]
    Zero,
    /// The present is as uncertain as any month: the long-run spread from the start.
    LongRun,
}

/// What the monthly error leaves unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Center {
    /// The expected level.
    #[default]
    Mean,
    /// The median level; the expected level rises with the spread.
    Median,
}

/// How wrong the forecast may be, apart from growth and its volatility.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ForecastError {
    /// Factor on the whole forecast, drawn once per path; a distribution with mean 1, such as
    /// `{ dist = "lognormal", mean = 1.0, log_sd = 0.15 }`. Positive.
    #[schemars(extend("x-above" = 0.0))]
    pub level: Param,
    /// Standard deviation of the monthly shock to the log error; not negative.
    #[schemars(extend("x-min" = 0.0))]
    pub shock_sd: Param,
    /// Share of a month's error that is still there in the next; from 0 to below 1.
    #[schemars(extend("x-min" = 0.0, "x-below" = 1.0))]
    pub persistence: Param,
    /// Where the monthly error starts.
    pub start: Start,
    /// What the monthly error leaves unchanged.
    pub center: Center,
    /// Distribution of the monthly error factor (mean 1, positive), instead of `shock_sd`.
    pub skewed: Option<Dist>,
    #[serde(skip)]
    shock: Option<usize>,
    /// Logarithm of the skewed factor by normal score.
    #[serde(skip)]
    table: Option<QuantileTable>,
}

impl Default for ForecastError {
    fn default() -> Self {
        Self {
            level: 1.0.into(),
            shock_sd: 0.0.into(),
            persistence: 0.0.into(),
            start: Start::default(),
            center: Center::default(),
            skewed: None,
            shock: None,
            table: None,
        }
    }
}

/// Name of the monthly shocks in the correlations of a study.
pub const SHOCK: &str = "forecast_error";

impl ForecastError {
    /// Registers the parameters and the shock variable.
    pub fn bind(&mut self, clock: Clock, parameters: &mut Parameters, variables: &mut Variables) {
        parameters.bind("forecast_error.level", &mut self.level);
        parameters.bind("forecast_error.shock_sd", &mut self.shock_sd);
        parameters.bind("forecast_error.persistence", &mut self.persistence);
        self.table =
            self.skewed.as_ref().map(|d| QuantileTable::new(|z| ln(d.get().quantile_at_score(z))));
        if self.skewed.is_some() || !self.shock_sd.is_zero() {
            let persistence = self.persistence.mean().unwrap_or(0.0);
            self.shock = Some(variables.add(SHOCK, clock.months, DrawKind::Shock { persistence }));
        }
    }

    /// Everything wrong with the parameters.
    #[must_use]
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !self.level.dist().get().tail().has_power(2.0) {
            problems.push(no_variance("level"));
        }
        problems.extend(bounded_above("shock_sd", &self.shock_sd));
        problems.extend(self.wide());
        let Some(skewed) = &self.skewed else {
            return problems;
        };
        problems.extend(skewed.get().check().into_iter().map(|p| p.inside("skewed")));
        if !self.shock_sd.is_zero() {
            let message = "`skewed` and `shock_sd` both describe the monthly error";
            problems.push(Problem::new("skewed", "ambiguous", message, "keep one of them"));
        }
        // A factor of 0 has no logarithm; an open end at 0 is no factor of 0.
        if skewed.get().support().0 < 0.0 || skewed.get().quantile(2f64.powi(-53)) <= 0.0 {
            let message = "the monthly error is a factor on usage and can be 0 or negative here";
            let help = "use a positive distribution, such as a lognormal or a gamma with mean 1";
            problems.push(Problem::new("skewed", "out-of-range", message, help));
        }
        if !skewed.get().tail().has_power(2.0) {
            problems.push(no_variance("skewed"));
        }
        problems
    }

    /// A monthly error whose long-run spread is beyond all sense.
    fn wide(&self) -> Option<Problem> {
        let high = |p: &Param| p.dist().get().support().1;
        let (sd, persistence) = (high(&self.shock_sd), high(&self.persistence));
        let spread = sd / (1.0 - persistence * persistence).sqrt();
        (spread > MOST_SPREAD && sd.is_finite()).then(|| {
            let message =
                format!("in the long run the log error has a standard deviation of {spread:.0}");
            let help = "lower `shock_sd` (0.05 for 5 %) or `persistence`";
            Problem::new("shock_sd", "out-of-range", message, help)
        })
    }

    /// Whether the monthly error is lognormal with the same spread on every path.
    #[must_use]
    pub fn has_certain_spread(&self) -> bool {
        let certain = |p: &Param| p.fixed().is_some();
        self.skewed.is_none() && certain(&self.shock_sd) && certain(&self.persistence)
    }

    /// The lognormal monthly error.
    fn lognormal(&self, draws: Draws<'_>, shock: &[Lane], log: &mut [Lane]) {
        let (sd, phi) = (self.shock_sd.of(draws.params), self.persistence.of(draws.params));
        // The first error is a shock from the present, which is known, or of the long-run spread.
        let mut first = *sd;
        let mut variance = [0.0; LANES];
        if self.start == Start::LongRun {
            for i in 0..LANES {
                variance[i] = sd[i] * sd[i] / (1.0 - phi[i] * phi[i]);
                first[i] = variance[i].sqrt();
            }
        }
        autoregression(phi, [&first, sd], shock, log);
        if self.center == Center::Mean {
            let known = self.start == Start::Zero;
            subtract_half_variance(phi, sd, &mut variance, known, log);
        }
    }

    /// The monthly error with a distribution of its own: a stationary unit autoregression,
    /// mapped to quantiles.
    fn skewed(&self, draws: Draws<'_>, table: &QuantileTable, shock: &[Lane], log: &mut [Lane]) {
        let phi = self.persistence.of(draws.params);
        let mut score = shock[0];
        for (t, row) in log.iter_mut().enumerate() {
            for i in 0..LANES {
                if t > 0 {
                    let fresh = (1.0 - phi[i] * phi[i]).sqrt();
                    score[i] = phi[i] * score[i] + fresh * shock[t][i];
                }
                row[i] += table.at_score(score[i]);
            }
        }
    }
}

kernel! {
    /// Adds an autoregression of persistence `phi` whose first and further shocks have the given
    /// standard deviations.
    fn autoregression(phi: &Lane, sd: [&Lane; 2], shock: &[Lane], log: &mut [Lane]) {
        let mut error = [0.0; LANES];
        for (t, (row, x)) in log.iter_mut().zip(shock).enumerate() {
            let sd = sd[t.min(1)];
            for i in 0..LANES {
                error[i] = phi[i].mul_add(error[i], sd[i] * x[i]);
                row[i] += error[i];
            }
        }
    }
}

kernel! {
    /// Subtracts half the variance of the autoregression: that of month 1, or with `known` that of
    /// the month before.
    fn subtract_half_variance(
        phi: &Lane,
        sd: &Lane,
        variance: &mut Lane,
        known: bool,
        log: &mut [Lane],
    ) {
        for (t, row) in log.iter_mut().enumerate() {
            if known || t > 0 {
                for i in 0..LANES {
                    variance[i] = (phi[i] * phi[i]).mul_add(variance[i], sd[i] * sd[i]);
                }
            }
            for i in 0..LANES {
                row[i] -= 0.5 * variance[i];
            }
        }
    }
}

fn no_variance(name: &str) -> Problem {
    Problem::new(
        name,
        "infinite-mean",
        "this factor has no finite variance, so no average over paths has a standard error",
        "bound it with `min` and `max`, or use a lognormal or gamma distribution",
    )
}

impl Process for ForecastError {
    fn add(&self, _clock: Clock, draws: Draws<'_>, log: &mut [Lane]) {
        if self.level.fixed() != Some(1.0) {
            let level = self.level.of(draws.params);
            let log_level = level.map(ln);
            for row in log.iter_mut() {
                for i in 0..LANES {
                    row[i] += log_level[i];
                }
            }
        }
        let Some(shock) = self.shock else { return };
        match &self.table {
            Some(table) => self.skewed(draws, table, &draws.rows[shock], log),
            None => self.lognormal(draws, &draws.rows[shock], log),
        }
    }
}
