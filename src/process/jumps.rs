//! Sudden, lasting changes of the level at random times: a launch, a lost customer, a price cut.
//!
//! Jumps arrive at a rate per year; each multiplies the level by `exp(size)`, where `size` is
//! normal. With `compensated = true` the expected level is what it would be without jumps (Merton
//! 1976); otherwise jumps shift it, by `rate * (E exp(size) - 1)` per year. With
//! `at_most_once = true` the level jumps at the first arrival only.
//!
//! Source: Merton (1976), "Option pricing when underlying stock returns are discontinuous",
//! J. Financial Economics 3, 125-144.

use super::drift::{MOST_LOG, MOST_SPREAD, bounded_above, exploding};
use super::{Clock, DrawKind, Draws, Process, Variables, YEAR};
use crate::error::Problem;
use crate::math::{exp, ln};
use crate::param::{Param, Parameters};
use crate::rng::{LANES, Lane};
use crate::simd::kernel;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One kind of jump.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Jumps {
    /// Expected number of jumps per year; not negative.
    #[schemars(extend("x-min" = 0.0, "x-max" = 1000.0))]
    pub per_year: Param,
    /// Mean of the log change: -0.7 halves the level.
    pub log_mean: Param,
    /// Standard deviation of the log change; not negative.
    #[serde(default = "Param::zero")]
    #[schemars(extend("x-min" = 0.0))]
    pub log_sd: Param,
    /// Whether the drift makes up for the jumps, so that they leave the expected level alone.
    #[serde(default)]
    pub compensated: bool,
    /// Whether only the first jump happens.
    #[serde(default)]
    pub at_most_once: bool,
    #[serde(skip)]
    places: Option<Places>,
}

/// Positions of the arrival and size variables.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Places {
    arrival: usize,
    size: usize,
}

impl Jumps {
    /// Registers the parameters and variables under `name`, as in `usage.jumps.launch`.
    pub fn bind(
        &mut self,
        name: &str,
        clock: Clock,
        parameters: &mut Parameters,
        variables: &mut Variables,
    ) {
        parameters.bind(&format!("{name}.per_year"), &mut self.per_year);
        parameters.bind(&format!("{name}.log_mean"), &mut self.log_mean);
        parameters.bind(&format!("{name}.log_sd"), &mut self.log_sd);
        let steps = if self.at_most_once { 1 } else { clock.months };
        let arrival = variables.add(format!("{name} arrival"), steps, DrawKind::Uniform);
        let size = variables.add(format!("{name} size"), steps, DrawKind::Normal);
        self.places = Some(Places { arrival, size });
    }

    /// Everything wrong with the parameters.
    #[must_use]
    pub fn check(&self, months: f64) -> Vec<Problem> {
        let named =
            [("per_year", &self.per_year), ("log_mean", &self.log_mean), ("log_sd", &self.log_sd)];
        let problems: Vec<Problem> =
            named.into_iter().filter_map(|(name, p)| bounded_above(name, p)).collect();
        if !problems.is_empty() {
            return problems;
        }
        let high = |p: &Param| p.dist().get().support().1;
        let low = self.log_mean.dist().get().quantile(1e-9);
        let expected = high(&self.per_year) * months / YEAR;
        let jumps = if self.at_most_once { expected.min(1.0) } else { expected };
        let mean = if low.abs() > high(&self.log_mean) { low } else { high(&self.log_mean) };
        let size = exploding("log_mean", mean * jumps.max(1.0), MOST_LOG, months);
        let spread = high(&self.log_sd) * jumps.max(1.0).sqrt();
        size.into_iter().chain(exploding("log_sd", spread, MOST_SPREAD, months)).collect()
    }

    fn repeated(&self, clock: Clock, draws: Draws<'_>, log: &mut [Lane]) {
        let places = self.places.expect("jumps are bound");
        let law = self.law(draws);
        let mut level = [0.0; LANES];
        for (t, row) in log.iter_mut().enumerate() {
            let years = clock.step(t) / YEAR;
            let drawn = (&draws.rows[places.arrival][t], &draws.rows[places.size][t]);
            jump(law, years, drawn, self.compensated, &mut level);
            for i in 0..LANES {
                row[i] += level[i];
            }
        }
    }

    fn once(&self, clock: Clock, draws: Draws<'_>, log: &mut [Lane]) {
        let places = self.places.expect("jumps are bound");
        let drawn = (&draws.rows[places.arrival][0], &draws.rows[places.size][0]);
        jump_once(self.law(draws), clock, drawn, self.compensated, log);
    }

    /// Adds the logarithm of the factor by which jumps move the expected level: nothing where they
    /// are compensated.
    pub fn add_expected(&self, clock: Clock, params: &[Lane], log: &mut [Lane]) {
        if self.compensated {
            return;
        }
        let law = self.law(Draws { params, rows: &[] });
        let [rate, mean, sd] = law;
        // Mostly all paths share one law of jumps.
        let is_shared = law.iter().all(|p| p.iter().all(|x| *x == p[0]));
        let laws = if is_shared { 1 } else { LANES };
        for i in 0..laws {
            let growth = growth(mean[i], sd[i]);
            for (t, row) in log.iter_mut().enumerate() {
                let arrivals = rate[i] * clock.time(t) / YEAR;
                let expected = if self.at_most_once {
                    libm::log1p((1.0 - exp(-arrivals)) * growth)
                } else {
                    arrivals * growth
                };
                for x in if is_shared { &mut row[..] } else { &mut row[i..=i] } {
                    *x += expected;
                }
            }
        }
    }

    /// Arrivals a year, and mean and standard deviation of the logarithm of a jump.
    fn law<'a>(&self, draws: Draws<'a>) -> [&'a Lane; 3] {
        [&self.per_year, &self.log_mean, &self.log_sd].map(|p| p.of(draws.params))
    }
}

kernel! {
    /// Adds the jumps of so many years to the level; `drawn` are the arrivals and the size.
    fn jump(
        law: [&Lane; 3],
        years: f64,
        drawn: (&Lane, &Lane),
        compensated: bool,
        level: &mut Lane,
    ) {
        let ([rate, mean, sd], (arrival, size)) = (law, drawn);
        let mut none = [0.0; LANES];
        for i in 0..LANES {
            none[i] = exp(-(rate[i] * years));
        }
        for i in 0..LANES {
            let n = f64::from(poisson_quantile(rate[i] * years, none[i], arrival[i]));
            level[i] += n * mean[i] + n.sqrt() * sd[i] * size[i];
        }
        if compensated {
            for i in 0..LANES {
                level[i] -= rate[i] * years * growth(mean[i], sd[i]);
            }
        }
    }
}

kernel! {
    /// Adds the one jump that there may be to the months from its arrival on.
    fn jump_once(
        law: [&Lane; 3],
        clock: Clock,
        drawn: (&Lane, &Lane),
        compensated: bool,
        log: &mut [Lane],
    ) {
        let ([rate, mean, sd], (arrival, size)) = (law, drawn);
        for i in 0..LANES {
            let arrival_years = -ln(1.0 - arrival[i]) / rate[i];
            let jump = mean[i] + sd[i] * size[i];
            let growth = growth(mean[i], sd[i]);
            for (t, row) in log.iter_mut().enumerate() {
                let years = clock.time(t) / YEAR;
                if arrival_years <= years {
                    row[i] += jump;
                }
                if compensated {
                    row[i] -= libm::log1p((1.0 - exp(-rate[i] * years)) * growth);
                }
            }
        }
    }
}

/// By what share a jump raises the price on average.
#[inline(always)]
fn growth(mean: f64, sd: f64) -> f64 {
    exp(mean + 0.5 * sd * sd) - 1.0
}

impl Process for Jumps {
    fn add(&self, clock: Clock, draws: Draws<'_>, log: &mut [Lane]) {
        if self.at_most_once {
            self.once(clock, draws, log);
        } else {
            self.repeated(clock, draws, log);
        }
    }
}

/// The smallest `n` with `P(N <= n) >= u` for a Poisson `N` with the given mean; `none = P(N = 0)`.
#[inline(always)]
fn poisson_quantile(mean: f64, none: f64, u: f64) -> u32 {
    const MOST: u32 = 10_000;
    let mut probability = none;
    let mut cumulative = probability;
    let mut n = 0;
    while u > cumulative && n < MOST {
        n += 1;
        probability *= mean / f64::from(n);
        cumulative += probability;
        if probability < 1e-18 * cumulative && f64::from(n) > mean {
            break; // rounding keeps the sum a hair below u
        }
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poisson_quantiles_invert_the_cumulative_probabilities() {
        // Mean 2: P(N <= 0..4) = 0.1353, 0.4060, 0.6767, 0.8571, 0.9473.
        let cases = [(0.13, 0), (0.14, 1), (0.40, 1), (0.41, 2), (0.67, 2), (0.68, 3), (0.94, 4)];
        let quantile = |mean: f64, u: f64| poisson_quantile(mean, exp(-mean), u);
        for (u, n) in cases {
            assert_eq!(quantile(2.0, u), n, "at {u}");
        }
        assert_eq!(quantile(0.0, 1.0 - 1e-16), 0);
        assert!(quantile(0.04, 1.0 - 1e-16) < 20);
    }

    /// `E exp(sum of jumps)` is `exp(arrivals * growth)`, and `1 + P(one) * growth` where only the first
    /// happens, with the arrivals that each path expects.
    #[test]
    fn expected_jumps_go_by_the_law_of_each_path() {
        for (at_most_once, apart) in [(false, 0.0), (false, 0.01), (true, 0.0), (true, 0.01)] {
            let [per_year, log_mean, log_sd] = [0.5, -0.25, 0.2].map(Param::from);
            let (compensated, places) = (false, None);
            let mut jumps = Jumps { per_year, log_mean, log_sd, compensated, at_most_once, places };
            let (mut parameters, mut variables) = (Parameters::default(), Variables::default());
            let clock = Clock { first: 1.0, months: 3 };
            jumps.bind("jumps", clock, &mut parameters, &mut variables);
            let mut params = parameters.certain_values();
            params[0] = std::array::from_fn(|i| 0.5 + apart * i as f64);
            let mut log = vec![[1.0; LANES]; 3];
            jumps.add_expected(clock, &params, &mut log);
            for (t, row) in log.iter().enumerate() {
                for (i, x) in row.iter().enumerate() {
                    let arrivals = (0.5 + apart * i as f64) * (t + 1) as f64 / 12.0;
                    let growth = libm::exp(-0.25 + 0.02) - 1.0;
                    let once = libm::log(1.0 + (1.0 - libm::exp(-arrivals)) * growth);
                    let exact = 1.0 + if at_most_once { once } else { arrivals * growth };
                    assert!(
                        (x - exact).abs() < 1e-14,
                        "{at_most_once} {apart} {t} {i}: {x} {exact}"
                    );
                }
            }
        }
    }
}
