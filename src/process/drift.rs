//! Expected growth with volatility: a geometric random walk.
//!
//! ```text
//! log level(t) = log level(t-1) + drift * dt + volatility * sqrt(dt) * x(t),   x standard normal
//! drift = ln(1 + expected growth) - volatility^2 / 2        or the stated log drift
//! ```
//!
//! With an expected rate, the *mean* of the level grows at exactly that rate whatever the
//! volatility; the median grows more slowly. A log drift is the growth of the median.

use super::{Clock, DrawKind, Draws, Variables, YEAR};
use crate::error::Problem;
use crate::math::ln_1p;
use crate::param::{Param, Parameters};
use crate::rng::{LANES, Lane};
use crate::simd::kernel;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the growth rate states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// Growth of the expected level: 0.2 multiplies it by 1.2 in a period.
    Expected,
    /// Drift of the logarithm: 0.2 multiplies the median by exp(0.2) in a period.
    LogDrift,
}

/// How often a price follows its walk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Moves {
    /// Every month.
    #[default]
    Monthly,
    /// Once a year: constant within each year, at the walk's level of the last anniversary.
    Yearly,
}

/// The ways to state a growth rate and a volatility, at most one of each given.
#[derive(Clone, Copy, Debug)]
pub struct Stated<'a> {
    /// Growth of the expected level per year, and per month.
    pub expected: [&'a Option<Param>; 2],
    /// Drift of the logarithm per year, and per month.
    pub log_drift: [&'a Option<Param>; 2],
    /// Standard deviation of the log change over a year, and over a month.
    pub volatility: [&'a Option<Param>; 2],
}

/// Field names of the rates and volatilities, in the order of [`Stated`].
const RATES: [(&str, Rate, f64); 4] = [
    ("expected_per_year", Rate::Expected, YEAR),
    ("expected_per_month", Rate::Expected, 1.0),
    ("log_drift_per_year", Rate::LogDrift, YEAR),
    ("log_drift_per_month", Rate::LogDrift, 1.0),
];
const VOLATILITIES: [(&str, f64); 2] =
    [("volatility_per_year", YEAR), ("volatility_per_month", 1.0)];

impl<'a> Stated<'a> {
    fn rates(self) -> impl Iterator<Item = ((&'static str, Rate, f64), &'a Param)> {
        let given = self.expected.into_iter().chain(self.log_drift);
        RATES.into_iter().zip(given).filter_map(|(name, p)| Some((name, p.as_ref()?)))
    }

    fn volatilities(self) -> impl Iterator<Item = ((&'static str, f64), &'a Param)> {
        let given = self.volatility.into_iter();
        VOLATILITIES.into_iter().zip(given).filter_map(|(name, p)| Some((name, p.as_ref()?)))
    }

    /// Everything wrong with the statements, for a level simulated over `months`.
    #[must_use]
    pub fn check(self, months: f64) -> Vec<Problem> {
        let mut problems = Vec::new();
        let rates: Vec<_> = self.rates().collect();
        let volatilities: Vec<_> = self.volatilities().collect();
        for ((name, _, _), _) in rates.iter().skip(1) {
            problems.push(twice(name, rates[0].0.0));
        }
        for ((name, _), _) in volatilities.iter().skip(1) {
            problems.push(twice(name, volatilities[0].0.0));
        }
        for ((name, states, period), rate) in rates {
            problems.extend(check_rate(name, states, period, months, rate));
        }
        for ((name, period), volatility) in volatilities {
            problems.extend(bounded_above(name, volatility));
            let spread = volatility.dist().get().support().1 * (months / period).sqrt();
            problems.extend(exploding(name, spread, MOST_SPREAD, months));
        }
        problems
    }

    /// The walk, with its parameters and its shock variable registered under `name`.
    pub fn bind(
        self,
        name: &str,
        moves: Moves,
        clock: Clock,
        parameters: &mut Parameters,
        variables: &mut Variables,
    ) -> Drift {
        let (rate, given) =
            self.rates().next().map_or((RATES[0], 0.0.into()), |(r, p)| (r, p.clone()));
        let (vol, sd) = self
            .volatilities()
            .next()
            .map_or((VOLATILITIES[1], 0.0.into()), |(v, p)| (v, p.clone()));
        let mut drift = Drift {
            rate: given,
            states: rate.1,
            rate_period: rate.2,
            volatility: sd,
            volatility_period: vol.1,
            moves,
            shock: None,
        };
        parameters.bind(&format!("{name}.{}", rate.0), &mut drift.rate);
        parameters.bind(&format!("{name}.{}", vol.0), &mut drift.volatility);
        if !drift.volatility.is_zero() {
            let kind = DrawKind::Shock { persistence: 1.0 };
            drift.shock = Some(variables.add(name, clock.months, kind));
        }
        drift
    }
}

fn twice(name: &str, first: &str) -> Problem {
    Problem::new(
        name,
        "ambiguous",
        format!("`{name}` and `{first}` state the same thing twice"),
        "keep one of them",
    )
}

/// A rate below -100 %, or one whose level has no mean or no standard error.
fn check_rate(name: &str, states: Rate, period: f64, months: f64, rate: &Param) -> Option<Problem> {
    let periods = months / period;
    let dist = rate.dist().get();
    let exists = match states {
        Rate::Expected => dist.tail().has_power(2.0 * periods),
        Rate::LogDrift => dist.tail().has_exponential(2.0 * periods),
    };
    if states == Rate::Expected && dist.support().0 <= -1.0 {
        let message = "the growth rate can be -100 % or lower, which leaves no level to grow from";
        let help =
            "bound it from below, as in `min = -0.9`, or use a lognormal or bounded distribution";
        return Some(Problem::new(name, "out-of-range", message, help));
    }
    if !exists {
        return Some(infinite_mean(name));
    }
    let per_period = |rate: f64| match states {
        Rate::Expected => libm::log1p(rate),
        Rate::LogDrift => rate,
    };
    // Rates that are exceeded once in a billion paths.
    let ends = [1e-9, 1.0 - 1e-9].map(|u| per_period(dist.quantile(u)) * periods);
    let log = if ends[0].abs() > ends[1].abs() { ends[0] } else { ends[1] };
    exploding(name, log, MOST_LOG, months)
}

/// Largest change of the logarithm of a level over all months: a factor of 1e43.
pub(super) const MOST_LOG: f64 = 100.0;

/// Largest standard deviation of the logarithm of a level after all months: one future in six is
/// beyond 20,000 times the median.
pub(super) const MOST_SPREAD: f64 = 10.0;

/// A change of the logarithm of a level that no month's arithmetic can bear.
pub(super) fn exploding(name: &str, log: f64, most: f64, months: f64) -> Option<Problem> {
    (log.abs() > most).then(|| {
        let power = log / std::f64::consts::LN_10;
        let message =
            format!("over {months:.0} months this can move the level by a factor of 1e{power:.0}");
        let help =
            "write shares, not percent: 0.5 for 50 %; and check the period, a month or a year";
        Problem::new(name, "out-of-range", message, help)
    })
}

/// The problem of a level without a finite mean or variance.
fn infinite_mean(name: &str) -> Problem {
    Problem::new(
        name,
        "infinite-mean",
        "with tails this heavy the expected level, or its standard error, is infinite: averages over \
         paths would look stable and mean nothing",
        "bound the distribution with `min` and `max`, or use a normal, PERT or uniform one",
    )
}

/// An uncertain parameter that the exponential of a level cannot bear without an upper bound.
pub(super) fn bounded_above(name: &str, param: &Param) -> Option<Problem> {
    let high = param.dist().get().support().1;
    high.is_infinite().then(|| {
        let mut problem = infinite_mean(name);
        problem.help =
            "bound it from above with `max`, or use a uniform, PERT or beta distribution".into();
        problem
    })
}

/// A geometric random walk.
#[derive(Clone, Debug)]
pub struct Drift {
    /// Growth per period.
    pub rate: Param,
    /// What the rate states.
    pub states: Rate,
    /// Months in a period of the rate.
    pub rate_period: f64,
    /// Standard deviation of the log change over a period; not negative.
    pub volatility: Param,
    /// Months in a period of the volatility.
    pub volatility_period: f64,
    /// How often the level moves.
    pub moves: Moves,
    /// Position of the shock variable; `None` without volatility.
    pub shock: Option<usize>,
}

impl Drift {
    /// Drift of the log per month and volatility per square root of a month.
    fn monthly(&self, params: &[Lane]) -> (Lane, Lane) {
        let (rate, volatility) = (self.rate.of(params), self.volatility.of(params));
        let scale = 1.0 / self.volatility_period.sqrt();
        let vol = volatility.map(|volatility| volatility * scale);
        let drift = match self.states {
            Rate::Expected => {
                let mut log = *rate;
                ln_1p(&mut log);
                std::array::from_fn(|i| log[i] / self.rate_period - 0.5 * vol[i] * vol[i])
            }
            Rate::LogDrift => rate.map(|rate| rate / self.rate_period),
        };
        (drift, vol)
    }
}

impl Drift {
    /// Sets `log` to the walk's log factor of each month.
    pub fn write(&self, clock: Clock, draws: Draws<'_>, log: &mut [Lane]) {
        let (drift, vol) = self.monthly(draws.params);
        let shocks = self.shock.map_or(&[][..], |shock| &draws.rows[shock]);
        match self.moves {
            Moves::Monthly => walk(clock.step(0), &drift, &vol, shocks, log),
            // Read at anniversaries, so that steps are whole months.
            Moves::Yearly => {
                walk(1.0, &drift, &vol, shocks, log);
                hold(log);
            }
        }
    }
}

kernel! {
    /// A walk of monthly steps, the first of length `first` in months; without shocks a line.
    fn walk(first: f64, drift: &Lane, vol: &Lane, shocks: &[Lane], log: &mut [Lane]) {
        let mut level = [0.0; LANES];
        for (t, row) in log.iter_mut().enumerate() {
            let dt = if t == 0 { first } else { 1.0 };
            let root = dt.sqrt();
            if let Some(x) = shocks.get(t) {
                for i in 0..LANES {
                    level[i] += (vol[i] * root).mul_add(x[i], drift[i] * dt);
                }
            } else {
                for i in 0..LANES {
                    level[i] += drift[i] * dt;
                }
            }
            *row = level;
        }
    }
}

/// Replaces a walk by its level at the last anniversary: at the end of the year before.
fn hold(log: &mut [Lane]) {
    let year = YEAR as usize;
    let mut held = [0.0; LANES];
    for months in log.chunks_mut(year) {
        let next = months[months.len() - 1];
        months.fill(held);
        held = next;
    }
}
