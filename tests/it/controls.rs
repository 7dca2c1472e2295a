//! Control variates have mean zero whatever a study says, and are worth their degrees of freedom.

use crate::support::{repository, run, strategy, study, study_at};
use waterline::measure::Measure;
use waterline::path::Points;
use waterline::rng::{Block, LANES};
use waterline::simulate::{Plan, Silent, simulate};
use waterline::size::desk::Entry;
use waterline::size::sweep::Sweep;
use waterline::stats::moments::Moments;
use waterline::study::Study;

/// The replicates' means of each control of a study.
fn means(study: &Study) -> Vec<Vec<f64>> {
    const REPLICATES: u32 = 32;
    const LOG2_POINTS: u32 = 12;
    let model = &study.model;
    let points = Points::Quasi { replicates: REPLICATES, log2_points: LOG2_POINTS };
    let sampler = model.sampler(points, 5, "main");
    let mut paths = model.block();
    paths.controls.resize(model.controls().len(), [0.0; LANES]);
    let mut means = vec![Vec::new(); model.controls().len()];
    for replicate in 0..REPLICATES {
        let mut sums = vec![0.0; means.len()];
        for first in (0..1 << LOG2_POINTS).step_by(LANES) {
            model.generate(&*sampler, points, Block { replicate, first }, &mut paths);
            for (sum, control) in sums.iter_mut().zip(&paths.controls) {
                *sum += control.iter().sum::<f64>();
            }
        }
        for (means, sum) in means.iter_mut().zip(sums) {
            means.push(sum / f64::from(1 << LOG2_POINTS));
        }
    }
    means
}

/// Every control of the study has mean zero to 4.5 standard errors (with 31 degrees of freedom a
/// false alarm in 10,000, and the seed is fixed), each a small part of the month's usage or bill.
#[track_caller]
fn check(what: &str, study: &Study, names: &[&str]) {
    assert_eq!(study.model.controls(), names, "{what}");
    for (name, means) in names.iter().zip(means(study)) {
        let moments = Moments::of(&means);
        let error = moments.sd() / (means.len() as f64).sqrt();
        println!("{what}, {name}: {:.3} standard errors of {error:.2e}", moments.mean / error);
        assert!(moments.mean.abs() < 4.5 * error, "{what}, {name}: {} +- {error}", moments.mean);
    }
}

const USAGE: &[&str] = &["usage"];
const BOTH: &[&str] = &["usage", "on-demand bill"];

#[test]
fn controls_have_mean_zero() {
    let uncapped = "price.cap.annual=inf";
    check("a capped price with shocks", &study("r1", &[]), USAGE);
    check("an infinite cap", &study("r1", &[uncapped]), USAGE);
    let certain = [
        "price.volatility_per_month=0",
        "correlations=[{between=[\"growth\",\"forecast_error\"],value=0.3}]",
    ];
    check("a capped price without shocks", &study("r1", &certain), BOTH);
    let spread = ["growth.volatility_per_month={dist=\"uniform\",min=0.05,max=0.1}"];
    check("an uncertain volatility", &study("r1", &spread), &[]);
    let spread = ["price.volatility_per_month={dist=\"uniform\",min=0.02,max=0.04}"];
    check("an uncertain volatility of the price", &study("static", &spread), USAGE);
    let skewed =
        ["forecast_error.shock_sd=0", "forecast_error.skewed={dist=\"gamma\",mean=1,sd=0.2}"];
    check("a skewed error", &study("r1", &skewed), &[]);
}

/// A price that moves with the usage, uncertain parameters, an error that starts anywhere, and jumps.
#[test]
fn controls_have_mean_zero_with_everything_uncertain() {
    let text = std::fs::read_to_string(repository("tests/studies/static.toml")).expect("a study");
    assert!(!text.contains("[price"), "the price is stated here");
    let moving = [
        "price.expected_per_year=-0.2",
        "price.volatility_per_year=0.3",
        "forecast_error.shock_sd=0.1",
        "forecast_error.persistence=0.7",
        "forecast_error.start=\"long_run\"",
        "correlations=[{between=[\"growth\",\"price\"],value=0.6},{between=[\"growth\",\"forecast_error\"],value=-0.5}]",
    ];
    check("correlated shocks", &study("static", &moving), BOTH);
    let uncertain = [
        "workload.level={dist=\"lognormal\",mean=100,log_sd=0.3}",
        "price.volatility_per_year=0.3",
        "price.moves=\"yearly\"",
        "price.jumps.cut={per_year=0.5,log_mean=-0.4,log_sd=0.2}",
        "growth.jumps.launch={per_year=1,log_mean=0.2,log_sd=0.1}",
        "forecast_error.level={dist=\"uniform\",min=0.8,max=1.2}",
        "correlations=[{between=[\"growth\",\"price\"],value=-0.4}]",
        "contract.term_months=36",
    ];
    check("jumps and parameters", &study("static", &uncertain), BOTH);
}

/// Every study that is shipped.
#[test]
fn controls_of_shipped_studies_have_mean_zero() {
    let mut checked = 0;
    for entry in std::fs::read_dir(repository("models/studies")).expect("studies") {
        let path = entry.expect("a file").path();
        let study = study_at(
            &format!("models/studies/{}", path.file_name().expect("a name").display()),
            &[],
        );
        let names = study.model.controls();
        checked += usize::from(!names.is_empty());
        check(&path.display().to_string(), &study, names);
    }
    assert!(checked > 10, "{checked} studies have controls");
}

/// At a constant price, with one shock a month and nothing else uncertain, the on-demand bill follows the usage to the
/// last digit; a commitment beside it gains what the usage tells.
#[test]
fn a_run_says_what_its_controls_were_worth() {
    let plain = run("newsvendor", &["run.sampler=pseudo"]);
    assert!(plain.run.control.is_none());
    let results = run("newsvendor", &[]);
    let control = results.run.control.as_ref().expect("it pays");
    assert_eq!(control.quantities, USAGE);
    let bill = strategy(&results, "on_demand").measure(Measure::Cost).mean;
    assert!((bill.value - 100.0).abs() < 1e-9 && bill.standard_error < 1e-9, "{bill:?}");
    assert!(control.error_times_smaller.is_some_and(|times| times > 5.0), "{control:?}");
    let sentence = control.sentence(None);
    assert!(
        sentence.contains("error of the mean cost") && sentence.contains("smaller"),
        "{sentence}"
    );
}

/// With a price that moves beside the usage, the on-demand bill is still a control of its own.
#[test]
fn the_bill_at_a_moving_price_is_exact() {
    let moving = ["price.log_drift_per_year=-0.02", "price.volatility_per_year=0.2"];
    let results = run("static", &moving);
    let bill = strategy(&results, "on_demand").measure(Measure::Cost).mean;
    // In month t: 100 exp(0.2 t / 12) exp(-0.02 t / 12 + 0.2^2 t / 24).
    let exact: f64 = (1..=12).map(|t| 100.0 * (0.2 * f64::from(t) / 12.0).exp()).sum();
    assert!((bill.value / exact - 1.0).abs() < 1e-12 && bill.standard_error < 1e-9, "{bill:?}");
}

/// Only quasi-random means are corrected, and only where the plan says so.
#[test]
fn other_means_are_plain_averages() {
    let study = study("static", &[]);
    let quasi = Points::Quasi { replicates: 32, log2_points: 7 };
    for (points, controlled) in [(quasi, true), (quasi, false), (Points::Pseudo, true)] {
        let plan = Plan { points, paths: 4096, seed: 1, controlled };
        let sweep = Sweep::new(&study, vec![Entry { strategy: 1, units: 100.0 }], false);
        let samples = simulate(&study.model, &plan, &sweep, &Silent).expect("nothing stops it");
        let is_plain = samples[0].mean() == samples[0].plain_mean();
        assert_eq!(is_plain, !(controlled && points == quasi), "{points:?} {controlled}");
    }
}

/// Parameters and jumps of a second workload leave nothing for the first one's usage to tell.
#[test]
fn controls_that_do_not_pay_are_not_used() {
    let results = run("own_growth", &[]);
    assert!(!study("own_growth", &[]).model.controls().is_empty());
    assert_eq!(results.run.control, None);
}

/// What is added up stays added up: corrections are linear.
#[test]
fn corrected_means_add_up() {
    let results = run("r1", &["sizing.sizes=[0.8, 1.2]"]);
    assert!(results.run.control.is_some());
    let mean = |name: &str, measure| strategy(&results, name).measure(measure).mean.value;
    let saved = mean("on_demand", Measure::Cost) - mean("hybrid", Measure::Cost);
    assert!((saved / mean("hybrid", Measure::Saving) - 1.0).abs() < 1e-9);
}
