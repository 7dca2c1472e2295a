//! The exercise engine on problems that it was not made for: a put and a swing right with known
//! values (`tests/references/rights.json`), and a call on the larger of two prices (Andersen and
//! Broadie 2004; a two-dimensional dynamic program gives 13.9018 to 2e-4). A study is the model, a
//! month one date; decisions and payments come in through the traits that contracts use.

use crate::support::{references, study};
use waterline::path::{PathBlock, PathModel};
use waterline::rng::{LANES, Lane};
use waterline::value::basis::Extra;
use waterline::value::bounds::{Draws, Found, Means, value};
use waterline::value::fitter::Fitter;
use waterline::value::lattice::{Decisions, Edge, Lattice, Purpose, Scratch};

/// What an exercise pays, from the date that has just been seen, its load and its on-demand price.
type Payment = fn(usize, f64, f64) -> f64;

/// Rights to be paid, one a date.
#[derive(Clone, Copy)]
struct Rights {
    payment: Payment,
}

impl Decisions for Rights {
    fn bill(
        &self,
        lattice: &Lattice,
        paths: &PathBlock,
        _: &mut Scratch,
        visit: &mut dyn FnMut(usize, &Edge, &[Lane]),
    ) {
        for (at, stage) in lattice.stages.iter().enumerate() {
            let paid: Lane = match stage.open.checked_sub(1) {
                Some(t) => std::array::from_fn(|i| {
                    (self.payment)(t, paths.load[t][i], paths.on_demand[t][i])
                }),
                None => [0.0; LANES],
            };
            for node in &stage.nodes {
                for (taken, edge) in node.edges.iter().enumerate() {
                    let cost = if taken == 1 { paid.map(|paid| -paid) } else { [0.0; LANES] };
                    visit(at, edge, &[cost]);
                }
            }
        }
    }
}

/// A decision after each of `dates`, with so many exercises in all: a node for each number used.
fn lattice(dates: usize, rights: usize) -> Lattice {
    let ways = |used: usize| if used < rights { vec![used, used + 1] } else { vec![used] };
    let mut stages = vec![(0, 1, vec![vec![0]])];
    stages.extend((1..=dates).map(|t| (t, t + 1, (0..=rights).map(ways).collect())));
    Lattice::new(&stages)
}

/// A model of so many dates.
fn model(dates: usize, overrides: &[&str]) -> PathModel {
    let months = dates + 1;
    let horizon = [format!("horizon_months={months}"), format!("contract.term_months={months}")];
    let all: Vec<&str> =
        horizon.iter().map(String::as_str).chain(overrides.iter().copied()).collect();
    study("static", &all).model
}

/// Lower and upper bound with their standard errors.
struct Bounds {
    lower: (f64, f64),
    upper: (f64, f64),
}

impl Bounds {
    fn of(found: &Found) -> Self {
        let estimate = |of: fn(&Means) -> f64| {
            let values: Vec<f64> = found.means.iter().map(of).collect();
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
            (mean, (squares / (n * (n - 1.0))).sqrt())
        };
        Self { lower: estimate(|m| -m.policy), upper: estimate(|m| -m.dual) }
    }

    /// The exact value lies between them, and they are at most `gap` of it apart.
    fn hold(&self, what: &str, exact: f64, gap: f64) {
        let ((low, low_error), (high, high_error)) = (self.lower, self.upper);
        let said = format!("{what}: {low} +- {low_error} to {high} +- {high_error}, exact {exact}");
        println!("{said}");
        assert!(low - 4.0 * low_error <= exact && exact <= high + 4.0 * high_error, "{said}");
        assert!(high - low <= gap * exact + 4.0 * low_error.hypot(high_error), "{said}");
    }
}

/// Bounds by the known law of the load.
fn by_law(model: &PathModel, rights: Rights, lattice: Lattice) -> Bounds {
    let fitter = Fitter::by_law(model, 1).expect("a law");
    let cells = [fitter.cell(rights, lattice, Purpose::Bound)];
    let draws = Draws { seed: 1, log2_points: 7, inner: None };
    Bounds::of(&value(model, &fitter.lens, &cells, draws)[0])
}

/// Bounds by regression: the lower one from many paths, the upper one from what the policy loses to it
/// on fewer with fresh futures.
fn by_regression(model: &PathModel, rights: Rights, lattice: Lattice, extra: &[Extra]) -> Bounds {
    let fitter = Fitter::by_regression(model, 1, 1 << 15, extra);
    let cells = [fitter.cell(rights, lattice, Purpose::Bound)];
    let many = Draws { seed: 1, log2_points: 11, inner: None };
    let few = Draws { log2_points: 6, inner: Some(2), ..many };
    let bounds = |draws| Bounds::of(&value(model, &fitter.lens, &cells, draws)[0]);
    let (lower, upper) = (bounds(many).lower, bounds(few).upper);
    Bounds { lower, upper }
}

const RATE: f64 = 0.06;
const DATES: usize = 50;

fn put(t: usize, price: f64, _: f64) -> f64 {
    (-RATE * (t + 1) as f64 / DATES as f64).exp() * (40.0 - price).max(0.0)
}

/// Longstaff and Schwartz 2001, table 1: a price of 36, a strike of 40, volatility 20 %, a year with
/// 50 dates.
#[test]
fn a_bermudan_put() {
    let exact = references()["bermudan_put"];
    let (drift, sd) = ((RATE - 0.02) / DATES as f64, 0.2 / (DATES as f64).sqrt());
    let growth = format!("growth={{ log_drift_per_month = {drift}, volatility_per_month = {sd} }}");
    let model = model(DATES, &["workload.level=36", &growth]);
    let rights = Rights { payment: put };
    by_law(&model, rights, lattice(DATES, 1)).hold("put, law", exact, 0.0005);
    by_regression(&model, rights, lattice(DATES, 1), &[put]).hold("put, regression", exact, 0.01);
}

/// The dynamics of Meinshausen and Hambly (2004): the logarithm of the price keeps a tenth of itself
/// and moves by 0.5 a day; one to three rights over 50 days.
#[test]
fn a_swing_right() {
    let days = 50;
    let fading = "forecast_error={ shock_sd = 0.5, persistence = 0.1, center = \"median\" }";
    let model = model(days, &["workload.level=1", "growth={}", fading]);
    let rights = Rights { payment: |_, price, _| price };
    for count in 1..=3 {
        let exact = references()[&format!("swing.rights{count}")];
        let what = format!("swing, {count} rights");
        by_law(&model, rights, lattice(days, count)).hold(&what, exact, 0.0005);
        if count == 2 {
            by_regression(&model, rights, lattice(days, count), &[]).hold(&what, exact, 0.01);
        }
    }
}

const LARGER: Payment =
    |t, a, b| (-0.05 * 3.0 * (t + 1) as f64 / 9.0).exp() * (a.max(b) - 100.0).max(0.0);

/// Two prices of 100 that move independently: rate 5 %, dividends 10 %, volatility 20 %, three years
/// with nine dates, strike 100.
#[test]
fn a_call_on_the_larger_of_two() {
    let step = 3.0 / 9.0;
    let (drift, sd) = ((0.05 - 0.10 - 0.02) * step, 0.2 * f64::sqrt(step));
    let moves = format!("{{ log_drift_per_month = {drift}, volatility_per_month = {sd} }}");
    let price = "workload.on_demand_per_unit_month=100";
    let (growth, prices) = (format!("growth={moves}"), format!("price={moves}"));
    let model = model(9, &["workload.level=100", price, &growth, &prices]);
    let extra: [Extra; 4] = [
        LARGER,
        |_, a, b| a.max(b) / 100.0,
        |_, a, b| (a.max(b) / 100.0).powi(2),
        |_, a, b| (a.min(b) / 100.0 - 1.0).max(0.0),
    ];
    let rights = Rights { payment: LARGER };
    by_regression(&model, rights, lattice(9, 1), &extra).hold("larger of two", 13.9018, 0.01);
}
