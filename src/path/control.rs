//! Control variates: quantities of a path whose mean is known.
//!
//! Given its uncertain parameters, the load of a month is lognormal but for jumps, unless its monthly
//! error is skewed: its logarithm is linear in the shocks, and `v(t)` the variance that they give it. Jumps are independent of them,
//! and their expected factor is known ([`crate::process::jumps`]). With `calm` for what the month
//! would be without a shock and with that factor,
//!
//! ```text
//! E[load(t) | parameters] = calm load(t) * exp(v(t) / 2)
//! usage = sum over the months of load(t) - E[load(t) | parameters]
//! ```
//!
//! has mean zero, whatever the parameters. So has the on-demand bill, `load * price` less its
//! expectation, unless a market cap cuts a price that moves at random. Spreads must be the same on
//! every path: an uncertain one of the price leaves the usage, one of the load leaves no control. Both are those of the first
//! workload before levers, re-rated units and further workloads.
//!
//! What becomes of them: [`crate::stats::control`]. Source: Glasserman (2003), Monte Carlo Methods in
//! Financial Engineering, section 4.1.

use super::{PathBlock, PathModel};
use crate::math::exp_scaled;
use crate::process::{DrawKind, Draws, Process};
use crate::rng::{LANES, Lane};
use crate::simd::kernel;

/// What makes control variates of a block's paths.
#[derive(Clone, Debug)]
pub(super) struct Controls {
    /// By month half the variance that shocks give the logarithm of the load.
    usage: Vec<f64>,
    /// The same for the logarithm of the on-demand bill, where it is a control.
    bill: Option<Vec<f64>>,
    /// What is expected of both in total, where that is the same on all paths.
    expected: Option<[Lane; 2]>,
}

impl Controls {
    /// Those of a model; none if its load has no shocks, or their spread is uncertain or skewed.
    pub(super) fn of(model: &PathModel) -> Option<Self> {
        let spec = &model.spec;
        if !spec.growth.has_certain_spread() || !spec.forecast_error.has_certain_spread() {
            return None;
        }
        let usage = half_variances(model, |draws, log| model.expect_log_load(draws, log));
        if usage.iter().all(|v| *v == 0.0) {
            return None;
        }
        // Without an uncertain parameter.
        let is_certain = model.parameters.uncertain().all(|i| i >= model.terms_from);
        let price = &spec.price;
        let has_mean = price.has_certain_spread() && (price.cap.is_none() || !price.is_random());
        // At a constant price it is a multiple of the usage.
        let differs = !(price.is_constant() && is_certain);
        let bill = (has_mean && differs)
            .then(|| half_variances(model, |draws, log| model.expect_log_bill(draws, log)));
        let mut controls = Self { usage, bill, expected: None };
        if is_certain {
            let mut paths = model.block();
            controls.expected = Some(controls.expect(model, &mut paths));
        }
        Some(controls)
    }

    /// What they are called.
    pub(super) fn names(&self) -> &'static [&'static str] {
        if self.bill.is_some() { &["usage", "on-demand bill"] } else { &["usage"] }
    }

    /// Sets the controls of a block to the totals of its load and bill.
    pub(super) fn begin(out: &mut PathBlock) {
        let PathBlock { load, on_demand, controls, .. } = out;
        add_up(load, on_demand, controls);
    }

    /// Subtracts what was to be expected. Takes the shocks of the block for scratch.
    pub(super) fn end(&self, model: &PathModel, out: &mut PathBlock) {
        let expected = self.expected.unwrap_or_else(|| self.expect(model, out));
        for (control, expected) in out.controls.iter_mut().zip(&expected) {
            for i in 0..LANES {
                control[i] -= expected[i];
            }
        }
    }

    /// The expected totals on the paths of a block, given its parameters.
    fn expect(&self, model: &PathModel, out: &mut PathBlock) -> [Lane; 2] {
        let spec = &model.spec;
        for (rows, v) in out.rows.iter_mut().zip(model.variables.list()) {
            if matches!(v.kind, DrawKind::Shock { .. }) {
                rows.fill([0.0; LANES]);
            }
        }
        let draws = Draws { params: &out.params, rows: &out.rows };
        let (base, value) = spec.workload.base(&out.params);
        let mut bill = [0.0; LANES];
        if let Some(spread) = &self.bill {
            model.expect_log_price(draws, &mut out.scratch);
            model.expect_log_load(draws, &mut out.calm);
            add(&out.calm, &mut out.scratch);
            bill = expected_total(
                spread,
                &std::array::from_fn(|i| base[i] * value[i]),
                &mut out.scratch,
            );
        }
        model.expect_log_load(draws, &mut out.scratch);
        [expected_total(&self.usage, &base, &mut out.scratch), bill]
    }
}

/// The sum over months of `scale * exp(log + half the variance)`.
fn expected_total(half_variances: &[f64], scale: &Lane, log: &mut [Lane]) -> Lane {
    for (row, half) in log.iter_mut().zip(half_variances) {
        for x in row {
            *x += half;
        }
    }
    exp_scaled(log.as_flattened_mut(), scale);
    let mut sum = [0.0; LANES];
    for row in log {
        for i in 0..LANES {
            sum[i] += row[i];
        }
    }
    sum
}

kernel! {
    /// Totals of the load and, with a second control, of the on-demand bill.
    fn add_up(load: &[Lane], price: &[Lane], out: &mut [Lane]) {
        let (mut usage, mut bill) = ([0.0; LANES], [0.0; LANES]);
        for (load, price) in load.iter().zip(price) {
            for i in 0..LANES {
                usage[i] += load[i];
                bill[i] += load[i] * price[i];
            }
        }
        for (out, total) in out.iter_mut().zip([usage, bill]) {
            *out = total;
        }
    }
}

/// By month half the variance that the shocks give a logarithm that is linear in them: half the sum
/// of the squares of what a unit of each moves.
fn half_variances(model: &PathModel, log: impl Fn(Draws<'_>, &mut [Lane])) -> Vec<f64> {
    let mut half = vec![0.0; model.months()];
    let mut out = vec![[0.0; LANES]; model.months()];
    let params = model.parameters.certain_values();
    for (k, v) in model.variables.list().iter().enumerate() {
        if !matches!(v.kind, DrawKind::Shock { .. }) {
            continue;
        }
        // A path for each step's unit, and the last one without any.
        for first in (0..v.variable.steps).step_by(LANES - 1) {
            let mut rows = model.block().rows;
            for (i, row) in rows[k][first..].iter_mut().take(LANES - 1).enumerate() {
                row[i] = 1.0;
            }
            model.shocks.correlate_series(&mut rows);
            log(Draws { params: &params, rows: &rows }, &mut out);
            for (half, row) in half.iter_mut().zip(&out) {
                *half += row.iter().map(|x| 0.5 * (x - row[LANES - 1]).powi(2)).sum::<f64>();
            }
        }
    }
    half
}

impl PathModel {
    /// Sets `log` to the logarithm of the load's factor of each month.
    pub(super) fn log_load(&self, draws: Draws<'_>, log: &mut [Lane]) {
        self.spec.growth.write(self.spec.clock, draws, log);
        self.spec.forecast_error.add(self.spec.clock, draws, log);
    }

    /// Sets `log` to the logarithm of the price's factor of each month.
    pub(super) fn log_price(&self, draws: Draws<'_>, log: &mut [Lane]) {
        self.spec.price.write(self.spec.clock, draws, log);
        if let Some(cap) = &self.spec.price.cap {
            cap.series(draws.params, log);
        }
    }

    /// The same with the expected factor of jumps.
    fn expect_log_load(&self, draws: Draws<'_>, log: &mut [Lane]) {
        self.spec.growth.write_expected(self.spec.clock, draws, log);
        self.spec.forecast_error.add(self.spec.clock, draws, log);
    }

    /// The same with the expected factor of jumps; with a cap only where there are none.
    fn expect_log_price(&self, draws: Draws<'_>, log: &mut [Lane]) {
        self.spec.price.write_expected(self.spec.clock, draws, log);
        if let Some(cap) = &self.spec.price.cap {
            cap.series(draws.params, log);
        }
    }

    /// Sets `log` to the logarithm of the factor of the on-demand bill of each month.
    fn expect_log_bill(&self, draws: Draws<'_>, log: &mut [Lane]) {
        let mut load = vec![[0.0; LANES]; log.len()];
        self.expect_log_load(draws, &mut load);
        self.expect_log_price(draws, log);
        add(&load, log);
    }
}

fn add(more: &[Lane], to: &mut [Lane]) {
    for (to, more) in to.iter_mut().zip(more) {
        for i in 0..LANES {
            to[i] += more[i];
        }
    }
}
