//! The figures in these tests are those of the reference, wherever the folder with the reference is
//! there: beside the repository, in `shared/reference`. Elsewhere each test says that it skips.
//!
//! The other tests hold their expected values themselves and run everywhere; this one guards
//! against a misprint, and against a reference value that nothing checks.

use crate::support::{at, repository, run, sizing, strategy};
use serde_json::Value as Json;
use waterline::measure::Measure;
use waterline::stats::Estimate;

/// A file of the reference, or none with a word about it.
fn reference(file: &str) -> Option<String> {
    let text = std::fs::read_to_string(repository("../shared/reference").join(file)).ok();
    if text.is_none() {
        eprintln!("shared/reference/{file} is absent: skipped");
    }
    text
}

// ---- The reference work -------------------------------------------------------------------------

/// R1's known answers from 1e8 paths elsewhere: the figure as printed, and its own standard error
/// (1.7e-3 for the mean; of quantiles from the density around them).
struct Known {
    printed: &'static str,
    error: f64,
}

impl Known {
    /// Within 4.5 standard errors of both simulations and the rounding of the print: one false alarm
    /// in 150,000.
    #[track_caller]
    fn check(&self, what: &str, got: Estimate) {
        let value: f64 = self.printed.parse().expect("a number");
        let decimals = self.printed.split('.').nth(1).map_or(0, str::len);
        let rounding = 0.5 * 0.1f64.powi(i32::try_from(decimals).expect("few digits"));
        let allowed = 4.5 * (got.standard_error.powi(2) + self.error.powi(2)).sqrt() + rounding;
        assert!((got.value - value).abs() <= allowed, "{what}: {got:?}, known {value}");
        assert!(got.standard_error <= 2e-3 * value, "{what}: {got:?} says little");
    }
}

const fn known(printed: &'static str, error: f64) -> Known {
    Known { printed, error }
}

#[test]
fn the_reference_work_gives_its_known_answers() {
    let results = run("r1", &["run.paths=131072"]);
    let size = |g: u32| 2.5 * f64::from(g) / 63.0;
    let at_28 = at(&results, size(28));
    let (cost, waste) = (&at_28.cost, &at_28.waste);
    let level = |p: f64| cost.quantile(p).expect("a level");
    let of_cost = [
        ("mean", cost.mean, known("48.662", 1.7e-3)),
        ("sd", cost.sd, known("16.60", 3e-3)),
        ("P5", level(0.05), known("29.70", 2e-3)),
        ("P50", level(0.5), known("44.85", 2e-3)),
        ("P90", level(0.9), known("70.25", 4e-3)),
        ("P95", level(0.95), known("80.55", 7e-3)),
        ("P99", level(0.99), known("104.68", 2e-2)),
        ("CVaR95", cost.cvar95.expect("a tail"), known("95.65", 1e-2)),
        ("waste mean", waste.mean, known("3.7255", 2e-4)),
        ("waste P95", waste.quantile(0.95).expect("a level"), known("6.990", 5e-4)),
    ];
    let on_demand = strategy(&results, "on_demand").measure(Measure::Cost);
    let bill = |p: f64| on_demand.quantile(p).expect("a level");
    let of_bill = [
        ("on demand P50", bill(0.5), known("53.16", 3e-3)),
        ("on demand P90", bill(0.9), known("81.68", 5e-3)),
        ("on demand P99", bill(0.99), known("117.67", 2e-2)),
    ];
    let of_world = [
        ("load in month 36", results.months[35].load.mean, known("2.3135", 2e-4)),
        ("price in month 36", results.months[35].on_demand_price, known("0.9671", 2e-5)),
    ];
    let tail = |g: u32| at(&results, size(g)).cost.cvar95.expect("a tail");
    let of_best = [
        ("least mean", at(&results, size(26)).cost.mean, known("48.587", 1.7e-3)),
        ("least CVaR95", tail(45), known("93.25", 1e-2)),
    ];
    for (what, got, known) in of_cost.iter().chain(&of_bill).chain(&of_world).chain(&of_best) {
        known.check(what, *got);
    }
    // The curves are flat around their least points: a neighbor may be as good, the next is not.
    assert!((sizing(&results).best_units - size(26)).abs() <= size(1) + 1e-9);
    assert!((43..=47).all(|g| tail(45).value <= tail(g).value + 2.0 * tail(g).standard_error));
    let Some(text) = reference("performance.md") else { return };
    let answers = text.lines().find(|line| line.starts_with("Known answers")).expect("them");
    for (what, _, known) in of_cost.iter().chain(&of_bill).chain(&of_world).chain(&of_best) {
        assert!(answers.contains(known.printed), "{what}: {} is not there", known.printed);
    }
}

// ---- Figures by id ------------------------------------------------------------------------------

fn entries(text: &str) -> Vec<Json> {
    let all: Json = serde_json::from_str(text).expect("JSON");
    all.as_array().expect("a list").clone()
}

fn source(file: &str) -> String {
    std::fs::read_to_string(repository("tests/it").join(file)).expect("a test")
}

/// Every closed form of the reference stands in `closed_forms.rs` to the digit; those of rights
/// (group g) wait for the rights.
#[test]
fn closed_forms_are_the_references() {
    let Some(text) = reference("numerics_refs.json") else { return };
    let code = source("closed_forms.rs").replace('_', "");
    let words = code.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    let literals: Vec<f64> = words.filter_map(|word| word.parse().ok()).collect();
    let mut checked = 0;
    for entry in
        entries(&text).iter().filter(|e| !e["id"].as_str().expect("an id").starts_with("g."))
    {
        let (value, tolerance) = (entry["value"].as_f64(), entry["tol"].as_f64());
        let (value, tolerance) = (value.expect("a value"), tolerance.expect("a tolerance"));
        // The tests state the cost of a size, fee and overflow together.
        let overflow = entry["id"].as_str().is_some_and(|id| id.contains("overflow.K"));
        let fee = if overflow { 0.6 * entry["params"]["K"].as_f64().expect("a size") } else { 0.0 };
        let close = |x: &&f64| (**x - value - fee).abs() <= tolerance.max(1e-10 * value);
        assert!(literals.iter().any(|x| close(&x)), "{} = {value} is in no test", entry["id"]);
        checked += 1;
    }
    assert!(checked >= 23, "{checked} figures");
}

/// Every golden figure is tested in `golden.rs`.
#[test]
fn golden_figures_are_tested() {
    let Some(text) = reference("golden.json") else { return };
    let code = source("golden.rs");
    for entry in entries(&text) {
        let id = entry["id"].as_str().expect("an id");
        let tested = code.contains(&format!("\"{id}\""));
        assert!(tested, "{id} is in no test");
    }
}

/// A standard error that cannot hide a wrong answer: the check above refuses what is far off.
#[test]
#[should_panic(expected = "known 48.662")]
fn a_wrong_answer_is_seen() {
    let results = run("r1", &["run.paths=4096", "contract.fee_per_unit_month=0.66"]);
    known("48.662", 1.7e-3).check("mean", at(&results, 2.5 * 28.0 / 63.0).cost.mean);
}
