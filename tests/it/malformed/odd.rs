//! Valid but odd inputs run and give finite numbers.

use super::support::{TOKENS, UNITS};
use crate::support::{answer, at, run};
use waterline::input::load_text;
use waterline::measure::Measure;
use waterline::results::Results;

#[test]
fn given_units_need_not_be_in_the_list_of_sizes() {
    let results = run("newsvendor", &["contract.units=70", "run.paths=2048"]);
    assert_eq!(results.answer.units, 70.0);
    assert!(at(&results, 70.0).cost.mean.value.is_finite());
    assert_eq!(at(&results, 50.0).units, 50.0);
}

/// The results of the base study with overrides, few paths unless they say otherwise.
fn results(overrides: &[&str]) -> Results {
    let mut few = vec!["run.paths=64", "run.sampler=\"pseudo\""];
    // Three sizes are as odd as many, unless the case is about them.
    let about = ["sizing", "contract", "workload", "offer"];
    if !overrides.iter().any(|text| about.iter().any(|field| text.contains(field))) {
        few.push("sizing.sizes=[60, 100, 140]");
    }
    let all: Vec<String> =
        few.iter().chain(overrides).map(|assignment| (*assignment).to_owned()).collect();
    let loaded = load_text("study.toml", UNITS, "".as_ref(), &all);
    let findings = loaded.findings.render(false);
    let study = loaded.study.unwrap_or_else(|| panic!("{overrides:?}\n{findings}"));
    answer(&study)
}

#[test]
fn tokens_that_may_never_come_cost_nothing() {
    let tokens = "workload.tokens={ output_per_month = 0, input_per_month = { dist = \"discrete\", values = [0, 16e9], probabilities = [0.5, 0.5] } }";
    let sets = ["run.paths=2048".to_owned(), tokens.to_owned()];
    let loaded = load_text("study.toml", TOKENS, "".as_ref(), &sets);
    let results = answer(&loaded.study.expect("valid"));
    assert_finite("tokens that may be zero", &results);
    // 16e9 tokens at 1.25 USD a million for twelve months, in half of the futures.
    let cost = results.strategies[0].measure(Measure::Cost).mean.value;
    assert!((cost / 120_000.0 - 1.0).abs() < 0.05, "{cost}");
}

/// Whether a text holds no number that is none.
fn sound(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.all(|word| !["NaN", "inf", "nan"].contains(&word))
}

/// No number of the results is infinite or undefined: JSON writes those as null, which a field
/// that must be a number does not read back. Bounds of an error may be open, estimates not, except
/// the objective of a size that a chance constraint rules out.
fn assert_finite(what: &str, results: &Results) {
    fn walk(what: &str, path: &str, value: &serde_json::Value) {
        match value {
            serde_json::Value::Null => {
                let estimate = path.ends_with("/value") && !path.ends_with("/objective/value");
                assert!(!estimate, "{what}: {path} is no number");
            }
            serde_json::Value::Array(items) => {
                for item in items {
                    walk(what, path, item);
                }
            }
            serde_json::Value::Object(entries) => {
                for (key, value) in entries {
                    walk(what, &format!("{path}/{key}"), value);
                }
            }
            serde_json::Value::String(text) => {
                assert!(sound(text) || what.contains("= inf"), "{what}: {path}: {text}");
            }
            _ => {}
        }
    }
    let json = serde_json::to_value(results).expect("JSON");
    walk(what, "", &json);
    serde_json::from_value::<Results>(json).unwrap_or_else(|e| panic!("{what}: {e}"));
    for table in waterline::report::csv::render(results) {
        assert!(
            sound(&table.text) || what.contains("= inf"),
            "{what}: {}\n{}",
            table.name,
            table.text
        );
    }
}

#[expect(clippy::too_many_lines, reason = "a table of cases")]
#[test]
fn odd_studies_give_finite_numbers() {
    let discrete = "{ dist = \"discrete\", values = [0, 0.5], probabilities = [0.5, 0.5] }";
    let volatility = format!("growth.volatility_per_month={discrete}");
    let cases: Vec<Vec<&str>> = vec![
        vec![],
        vec!["run.sampler=\"auto\""],
        vec!["run.sampler=\"sobol\"", "run.paths=2048"],
        vec!["run.paths=65"],
        vec!["run.seed=9223372036854775807"],
        vec!["contract.term_months=1"],
        vec!["contract.term_months=600", "sizing.sizes=[60, 100, 140]"],
        vec![
            "contract.term_months=1",
            "contract.renewal=\"renew\"",
            "horizon_months=600",
            "sizing.sizes=[60, 100, 140]",
        ],
        vec!["contract.start_month=24", "horizon_months=24"],
        vec!["contract.start_month=589", "sizing.sizes=[60, 100, 140]"],
        vec!["months_until_start=120"],
        vec!["growth={}"],
        vec!["growth={}", "run.sampler=\"sobol\"", "run.paths=2048"],
        vec!["growth={}", "contract.units=100"],
        vec![&volatility],
        vec!["growth.expected_per_year=-0.999999"],
        vec!["growth.expected_per_year=1000"],
        vec!["price.log_drift_per_month=-1"],
        vec!["price.volatility_per_month=1.5"],
        vec!["price.cap={ annual = inf }"],
        vec!["contract.clauses=[{ kind = \"escalation_cap\", annual = inf }]"],
        vec!["workload.level=1e-9"],
        vec!["workload.level=1e12"],
        vec![
            "workload.level={ dist = \"discrete\", values = [1e-6, 1e6], probabilities = [0.5, 0.5] }",
        ],
        vec!["workload.level={ dist = \"beta\", alpha = 2, beta = 2 }"],
        vec!["workload.on_demand_per_unit_month=1e-9"],
        vec!["workload.on_demand_per_unit_month=1e12"],
        vec!["contract.fee_per_unit_month=1e-9"],
        vec!["contract.fee_per_unit_month=0"],
        vec!["contract.fee_per_unit_month=1e12"],
        vec!["contract.units=1e-9"],
        vec!["contract.units=1e12"],
        vec!["contract.min_units=1e9"],
        vec!["contract.step=1e-6"],
        vec!["sizing.sizes=[70]"],
        vec!["sizing.sizes=[1e-9]"],
        vec!["sizing.sizes=[1e12]"],
        vec!["sizing.max_units=1e-3"],
        vec!["sizing.indifference=0"],
        vec!["sizing.indifference=1"],
        vec!["sizing.minimize=\"cvar\"", "sizing.level=0.99"],
        vec!["sizing.minimize=\"cvar\"", "sizing.level=0.000001"],
        vec!["sizing.minimize=\"quantile\"", "sizing.level=0.999999"],
        vec!["sizing.minimize=\"mean_cvar\"", "sizing.level=0.9", "sizing.weight=1"],
        vec!["sizing.minimize=\"chance\"", "sizing.max_over_budget=0.1", "finance.budget=0.01"],
        vec!["sizing.minimize=\"chance\"", "sizing.max_over_budget=0.999", "finance.budget=1e15"],
        vec!["finance.budget=0.01"],
        vec!["finance.budget=1e15"],
        vec!["finance.discount_rate_per_year=0"],
        vec!["finance.discount_rate_per_year=-0.5"],
        vec!["finance.discount_rate_per_year=1000"],
        vec!["workload.shape={ levels = [0, 0, 0, 1] }"],
        vec!["workload.shape={ levels = [1e-9, 1e9] }"],
        vec!["workload.burst_cv=20"],
        vec![
            "forecast_error.persistence=0.99",
            "forecast_error.shock_sd=0.1",
            "forecast_error.start=\"long_run\"",
        ],
        vec!["forecast_error.skewed={ dist = \"gamma\", mean = 1, sd = 10 }"],
        vec![
            "growth.jumps.a={ per_year = 0, log_mean = 1 }",
            "growth.jumps.b={ per_year = 0, log_mean = 1, at_most_once = true }",
        ],
        vec!["growth.jumps.\"a b\"={ per_year = 1000, log_mean = 0.001 }"],
        vec!["strategies.hybrid.price_multiple=0"],
        vec![
            "strategies.compare=[\"provisioned\"]",
            "strategies.provisioned.shortage_per_unit_month=0",
        ],
        vec!["contract.clauses=[{ kind = \"ramp\", steps = [{ until_month = 12, share = 0 }] }]"],
        vec!["contract.clauses=[{ kind = \"flat_discount\", share = 1 }]"],
        vec!["contract.clauses=[{ kind = \"clawback\", threshold = 1, share = 1 }]"],
        vec!["contract.units=50", "contract.deployed_units=0"],
        vec!["title=\"\"", "start=\"9999-12\""],
        vec!["start=\"0001-01\""],
    ];
    let fails = |overrides: &&Vec<&str>| {
        let what = overrides.join(" ");
        std::panic::catch_unwind(|| assert_finite(&what, &results(overrides))).is_err()
    };
    let failed: Vec<_> = cases.iter().filter(fails).collect();
    assert!(failed.is_empty(), "{} of {}: {failed:#?}", failed.len(), cases.len());
}
