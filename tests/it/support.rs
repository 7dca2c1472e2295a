//! Running studies, and comparing estimates with exact values.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use waterline::analysis::{Unwatched, analyze};
use waterline::input::load;
use waterline::results::{Results, SizeResult, Sizing, StrategyResult};
use waterline::stats::Estimate;
use waterline::study::Study;

/// A path in the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A study of `tests/studies/` with overrides.
pub(crate) fn study(name: &str, overrides: &[&str]) -> Study {
    study_at(&format!("tests/studies/{name}.toml"), overrides)
}

/// Any study of the repository with overrides.
pub(crate) fn study_at(path: &str, overrides: &[&str]) -> Study {
    let overrides: Vec<String> = overrides.iter().map(|s| (*s).to_owned()).collect();
    let loaded = load(&repository(path), &overrides);
    let findings = loaded.findings.render(false);
    loaded.study.unwrap_or_else(|| panic!("{path} {overrides:?}\n{findings}"))
}

/// The results of a study.
pub(crate) fn run(name: &str, overrides: &[&str]) -> Results {
    answer(&study(name, overrides))
}

/// The results of a loaded study.
pub(crate) fn answer(study: &Study) -> Results {
    analyze(study, &Unwatched).expect("nothing stops it")
}

/// The hybrid strategy's sizes.
pub(crate) fn sizing(results: &Results) -> &Sizing {
    results.sizing.iter().find(|s| s.strategy == "hybrid").expect("hybrid sizes")
}

/// A size of the hybrid strategy.
pub(crate) fn at(results: &Results, units: f64) -> &SizeResult {
    let size = sizing(results).sizes.iter().find(|s| (s.units - units).abs() < 1e-9);
    size.unwrap_or_else(|| panic!("{units} units were not settled"))
}

/// A strategy of the comparison.
pub(crate) fn strategy<'a>(results: &'a Results, name: &str) -> &'a StrategyResult {
    results.strategies.iter().find(|s| s.strategy == name).expect("the strategy")
}

/// The estimate is within 4 standard errors of `exact` (one false alarm in 16,000 checks, and the
/// seed is fixed), and its standard error is at most a thousandth of the value.
#[track_caller]
pub(crate) fn assert_exact(what: &str, estimate: Estimate, exact: f64) {
    assert_within(what, estimate, exact, 1e-3);
}

/// As [`assert_exact`] with another bound on the relative standard error. Arithmetic on exact
/// sums leaves rounding of 1e-12.
#[track_caller]
pub(crate) fn assert_within(what: &str, estimate: Estimate, exact: f64, relative: f64) {
    let distance = (estimate.value - exact).abs();
    let allowed = 4.0 * estimate.standard_error + 1e-12 * exact.abs();
    assert!(
        distance <= allowed,
        "{what}: {} +- {}, exact {exact}, {:.1} standard errors off",
        estimate.value,
        estimate.standard_error,
        distance / estimate.standard_error
    );
    assert!(
        estimate.standard_error <= relative * exact.abs(),
        "{what}: the standard error {} is too large for {exact}",
        estimate.standard_error
    );
}

/// A text that holds a list of numbers for `--set`.
pub(crate) fn list(numbers: &[f64]) -> String {
    let all: Vec<String> = numbers.iter().map(|x| format!("{x:?}")).collect();
    format!("[{}]", all.join(", "))
}

/// Values of `scripts/references/rights.py` by their ids.
pub(crate) fn references() -> BTreeMap<String, f64> {
    let text = std::fs::read_to_string(repository("tests/references/rights.json")).expect("there");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text).expect("JSON");
    let row = |row: serde_json::Value| {
        (row["id"].as_str().expect("id").to_owned(), row["value"].as_f64().expect("value"))
    };
    rows.into_iter().map(row).collect()
}
