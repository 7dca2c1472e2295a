//! Standard errors and intervals are claims about repetition, so they are tested by it: 200 runs
//! with different seeds against exact values.
//!
//! A 95 % interval holds the exact value in 190 of 200 runs on average, with a standard deviation
//! of 3.1: fewer than 178 would be four of them too few (a false alarm in 30,000 for each
//! statistic, and the seeds are fixed). The stated standard errors must agree with the spread that
//! is seen: their ratio has a standard deviation of about 5 %, and of 13 % where each error rests on
//! 32 replicates alone is averaged over 200 runs to 1 %; 20 % off would show.

use crate::forms::{FLAT, SumOfMonths, b0};
use crate::support::study;
use waterline::path::Points;
use waterline::simulate::{Plan, Silent, simulate};
use waterline::size::choice::choose;
use waterline::size::desk::Entry;
use waterline::size::sweep::Sweep;
use waterline::stats::Estimate;
use waterline::study::{Objective, Study};

const RUNS: u64 = 200;

const PSEUDO: Points = Points::Pseudo;

const QUASI: Points = Points::Quasi { replicates: 32, log2_points: 7 };

/// Estimates of one statistic over the runs.
#[derive(Default)]
struct Repeated {
    inside: u64,
    squared_errors: f64,
    stated: f64,
}

impl Repeated {
    fn add(&mut self, estimate: Estimate, exact: f64) {
        self.inside += u64::from(estimate.low <= exact && exact <= estimate.high);
        self.squared_errors += (estimate.value - exact).powi(2);
        self.stated += estimate.standard_error.powi(2);
    }

    #[track_caller]
    fn check(&self, what: &str) {
        let ratio = (self.stated / self.squared_errors).sqrt();
        println!(
            "{what}: {} of {RUNS} inside, stated error / seen error = {ratio:.3}",
            self.inside
        );
        assert!(self.inside >= 178, "{what}: the interval holds in {} of {RUNS} runs", self.inside);
        assert!((0.8..1.25).contains(&ratio), "{what}: stated error / seen error = {ratio}");
    }
}

fn plan(points: Points, seed: u64, controlled: bool) -> Plan {
    Plan { points, paths: 4096, seed, controlled }
}

/// The hybrid strategy at sizes from 94 to 107, around the best mean.
fn sizes(study: &Study) -> Vec<Entry> {
    let hybrid = study.strategies.len() - 1;
    (94..=107).map(|k| Entry { strategy: hybrid, units: f64::from(k) }).collect()
}

/// Mean, P50, P95, P99 and CVaR 95 of a year's on-demand bill, and the mean hybrid cost.
fn statistics(points: Points, controlled: bool, name: &str) {
    let study = study("static", &[]);
    let sum = SumOfMonths::new(12);
    let world = b0(12, FLAT);
    let exact = [
        world.cost(1e-9, 0.0),
        sum.quantile(0.5),
        sum.quantile(0.95),
        sum.quantile(0.99),
        sum.tail_mean(0.95),
        world.cost(100.0, 0.0),
    ];
    let mut repeated: [Repeated; 6] = Default::default();
    for seed in 0..RUNS {
        let all = [Entry { strategy: 0, units: 0.0 }].into_iter().chain(sizes(&study)).collect();
        let sweep = Sweep::new(&study, all, true);
        let plan = plan(points, seed, controlled);
        let samples = simulate(&study.model, &plan, &sweep, &Silent).expect("runs");
        let points = sweep.points(samples);
        let bill = &points[0].cost;
        let quantile = |p: f64| bill.quantile(p).expect("kept");
        let estimates = [
            bill.mean(),
            quantile(0.5),
            quantile(0.95),
            quantile(0.99),
            bill.cvar(0.95).expect("kept"),
            points[7].cost.mean(),
        ];
        for ((r, estimate), exact) in repeated.iter_mut().zip(estimates).zip(exact) {
            r.add(estimate, exact);
        }
    }
    let names = ["mean", "P50", "P95", "P99", "CVaR 95", "mean at 100"];
    // At a constant price the on-demand bill is a multiple of the usage, whose mean is known.
    let from = usize::from(controlled);
    let seen = (repeated[0].squared_errors / RUNS as f64).sqrt();
    assert!(!controlled || seen < 1e-10 * exact[0], "the mean bill is exact, not off by {seen:e}");
    for (r, what) in repeated.iter().zip(names).skip(from) {
        r.check(&format!("{name}, {what}"));
    }
}

#[test]
fn pseudo_random_errors_are_honest() {
    statistics(PSEUDO, false, "pseudo-random");
}

#[test]
fn quasi_random_errors_are_honest() {
    statistics(QUASI, false, "quasi-random");
}

#[test]
fn errors_of_corrected_means_are_honest() {
    statistics(QUASI, true, "quasi-random with control variates");
}

/// The interval of the best size holds the size that is best in truth.
fn best_size(points: Points, study: &Study, sizes: &[Entry], truth: &[f64], name: &str) {
    let best = (0..truth.len()).min_by(|a, b| truth[*a].total_cmp(&truth[*b])).expect("sizes");
    assert!(best > 0 && best + 1 < sizes.len(), "{name}: the best size is inside, not at {best}");
    let (mut inside, mut trusted) = (0, 0.0);
    for seed in 0..RUNS {
        let sweep = Sweep::new(study, sizes.to_vec(), false);
        let samples =
            simulate(&study.model, &plan(points, seed, true), &sweep, &Silent).expect("runs");
        let points = sweep.points(samples);
        let choice = choose(&points, study.objective, 0.005, seed);
        inside += u64::from(choice.interval.0 <= best && best <= choice.interval.1);
        trusted += choice.probability[best];
    }
    let trusted = trusted / RUNS as f64;
    println!("{name}: {inside} of {RUNS} inside, mean probability of the truth {trusted:.3}");
    assert!(inside >= 178, "{name}: the interval holds the best size in {inside} of {RUNS} runs");
}

#[test]
fn the_interval_of_the_best_size_is_honest() {
    let (study, world) = (study("static", &[]), b0(12, FLAT));
    let sizes = sizes(&study);
    let truth: Vec<f64> = sizes.iter().map(|e| world.cost(e.units, 0.0)).collect();
    for (points, name) in [(PSEUDO, "pseudo-random"), (QUASI, "quasi-random")] {
        best_size(points, &study, &sizes, &truth, &format!("{name}, best size"));
    }
}

/// For a quantile, a CVaR and their mix the truth comes from a long run on other paths.
#[test]
fn the_interval_of_the_best_size_is_honest_for_tails() {
    let mixed = Objective::MeanCvar { weight: 0.5, level: 0.8 };
    for objective in [Objective::Quantile(0.8), Objective::Cvar(0.5), mixed] {
        let study = Study { objective, ..study("static", &[]) };
        let wide: Vec<Entry> =
            (0..15).map(|i| Entry { strategy: 1, units: 80.0 + 8.0 * f64::from(i) }).collect();
        let points = Points::Quasi { replicates: 32, log2_points: 15 };
        let long = Plan { points, paths: 1 << 20, seed: 77, controlled: true };
        let sweep = Sweep::new(&study, wide.clone(), false);
        let samples = simulate(&study.model, &long, &sweep, &Silent).expect("runs");
        let choice = choose(&sweep.points(samples), objective, 0.005, 1);
        let truth: Vec<f64> = choice.objective.iter().map(|e| e.value).collect();
        for (points, name) in [(PSEUDO, "pseudo-random"), (QUASI, "quasi-random")] {
            best_size(points, &study, &wide, &truth, &format!("{name}, {objective:?}"));
        }
    }
}
