//! Sums of studies as one alternative: bills that are added up path by path.

use crate::support::{answer, repository, study, study_at};
use assert_cmd::Command;
use std::fs;
use std::path::Path;
use waterline::analysis::Unwatched;
use waterline::analysis::versus::{Alternative, Named, problems, versus};
use waterline::measure::{Measure, MeasureUnit};
use waterline::report::terminal;
use waterline::results::Summary;
use waterline::results::versus::{AlternativeResult, Versus};
use waterline::stats::Estimate;
use waterline::study::Study;

/// Alternatives, each of the studies that are its parts.
fn compare(alternatives: &[&[&Study]]) -> Versus {
    let part =
        |study: &&Study| Named { name: study.facts.study_hash.clone(), study: (*study).clone() };
    let alternative = |(parts, name): (&&[&Study], char)| Alternative {
        name: name.into(),
        parts: parts.iter().map(part).collect(),
    };
    let all: Vec<Alternative> = alternatives.iter().zip('a'..).map(alternative).collect();
    assert_eq!(problems(&all), []);
    versus(&all, &Unwatched).expect("nothing stops it")
}

/// A load of 100 at $1 for 12 months, with few paths.
fn flat(overrides: &[&str]) -> Study {
    study("static", &[&["run.paths=4096", "run.sampler=\"sobol\""], overrides].concat())
}

/// The same without anything uncertain.
const CERTAIN: [&str; 2] = ["growth.volatility_per_year=0", "growth.log_drift_per_year=0"];

fn certain(overrides: &[&str]) -> Study {
    flat(&[&CERTAIN, overrides].concat())
}

fn mean(own: &AlternativeResult, measure: Measure) -> f64 {
    own.measure(measure).mean.value
}

#[track_caller]
fn assert_near(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{a} is not {b}");
}

/// Within 4.5 standard errors: a false alarm in 100,000 tests.
#[track_caller]
fn assert_around(e: Estimate, exact: f64) {
    assert!((e.value - exact).abs() <= 4.5 * e.standard_error, "{e:?} is not {exact}");
}

/// Every estimate of a distribution.
fn estimates(summary: &Summary) -> Vec<Estimate> {
    let quantiles = summary.quantiles.iter().map(|q| q.estimate);
    quantiles.chain([summary.mean]).chain(summary.cvar95).collect()
}

// ---- Amounts ----------------------------------------------------------------------------------------

/// Doubling is exact in binary numbers, so that every figure is the double to the last bit, and
/// nothing is between two studies and one of twice the load and units.
#[test]
fn a_study_beside_itself_costs_twice() {
    for sampler in ["sobol", "pseudo"] {
        let sampler = format!("run.sampler=\"{sampler}\"");
        let one = flat(&[&sampler, "contract.units=80"]);
        let large = flat(&[&sampler, "contract.units=160", "workload.level=200"]);
        let versus = compare(&[&[&one], &[&one, &one], &[&large]]);
        let [alone, both, large] = &versus.alternatives[..] else { panic!("three") };
        for m in &alone.measures {
            let pairs = estimates(&m.summary).into_iter().zip(estimates(both.measure(m.measure)));
            for (single, double) in pairs {
                if m.measure.unit() == MeasureUnit::Share {
                    assert_near(double.value, single.value);
                    continue;
                }
                assert_eq!(2.0 * single.value, double.value, "{:?}", m.measure);
                assert_eq!(2.0 * single.standard_error, double.standard_error);
            }
        }
        assert_eq!(both.beats_on_demand, alone.beats_on_demand);
        assert!(both.parts.iter().all(|part| part.cost == mean_of(alone)));
        assert_near(both.parts[0].fee.value, 12.0 * 80.0 * 0.60);
        for measure in [Measure::Cost, Measure::PresentValue] {
            for (a, b) in
                estimates(both.measure(measure)).iter().zip(estimates(large.measure(measure)))
            {
                assert_near(a.value, b.value);
            }
        }
        let against_first = |own: &AlternativeResult| {
            own.difference.as_ref().expect("a difference").measure(Measure::Cost).clone()
        };
        let (both, large) = (against_first(both), against_first(large));
        assert_near(both.same_future.mean.value, large.same_future.mean.value);
        assert_near(both.same_future.mean.value, mean(alone, Measure::Cost));
    }
}

fn mean_of(own: &AlternativeResult) -> Estimate {
    own.measure(Measure::Cost).mean
}

/// The difference of two studies beside each other and one of twice the size is nothing on every
/// path.
#[test]
fn twice_the_load_is_a_study_beside_itself() {
    let one = flat(&["contract.units=80"]);
    let large = flat(&["contract.units=160", "workload.level=200"]);
    let versus = compare(&[&[&large], &[&one, &one]]);
    let difference = versus.alternatives[1].difference.as_ref().expect("a difference");
    let cost = difference.measure(Measure::Cost);
    for e in estimates(&cost.same_future) {
        assert!(e.value.abs() < 1e-9 && e.standard_error < 1e-9, "{e:?}");
    }
}

/// Two uniform bills of the same width, drawn under different names: the sum is triangular.
///
/// A: 125 units for a load of 100 at 0.50 to 0.70 for 12 months, 750 to 1,050. B: on demand at 0.875 to
/// 1.125, 1,050 to 1,350. The sum has its mean at 2,100, its P95 `w sqrt(0.1)` below 2,400 with `w =
/// 300`, and the mean beyond it two thirds of that below.
#[test]
fn independent_parts_spread_less_than_their_sum() {
    let fee = "contract.fee_per_unit_month={ dist = \"uniform\", min = 0.5, max = 0.7 }";
    let price =
        "workload.on_demand_per_unit_month={ dist = \"uniform\", min = 0.875, max = 1.125 }";
    let a = certain(&["contract.units=125", fee, "finance.budget=900"]);
    let b = certain(&["contract.fee_per_unit_month=9", price, "finance.budget=1200"]);
    let versus = compare(&[&[&a, &b], &[&a], &[&b]]);
    let [both, a, b] = &versus.alternatives[..] else { panic!("three") };
    let cost = both.measure(Measure::Cost);
    let tail = 300.0 * 0.1_f64.sqrt();
    let p95 = |own: &AlternativeResult| own.measure(Measure::Cost).quantile(0.95).expect("a level");
    assert_around(cost.mean, 2_100.0);
    assert_around(p95(both), 2_400.0 - tail);
    assert_around(cost.cvar95.expect("a tail"), 2_400.0 - tail * 2.0 / 3.0);
    assert_around(p95(a), 1_035.0);
    assert_around(p95(b), 1_335.0);
    assert!(p95(both).value + 40.0 < p95(a).value + p95(b).value);
    // The budgets add up to the median.
    assert_around(both.over_budget.expect("a budget"), 0.5);
    assert_eq!(both.parts[1].strategy, "on_demand");
}

/// On pseudo-random paths each part meets the futures that it has alone.
#[test]
fn means_of_parts_add_up() {
    let pseudo = |overrides: &[&str]| {
        let all = [&["run.sampler=\"pseudo\"", "run.paths=4096"], overrides].concat();
        study_at("models/studies/support_assistant.toml", &all)
    };
    let a = pseudo(&["contract.units=40"]);
    let b = pseudo(&["price.volatility_per_month=0.05", "growth.expected_per_year=0.1"]);
    let versus = compare(&[&[&a, &b]]);
    let own = &versus.alternatives[0];
    let alone = [&a, &b].map(|study| {
        let results = answer(study);
        let strategy = results.answer.strategy.clone();
        let found = results.strategies.iter().find(|s| s.strategy == strategy);
        found.expect("the recommended one").clone()
    });
    for measure in [
        Measure::Cost,
        Measure::PresentValue,
        Measure::Saving,
        Measure::Waste,
        Measure::OverflowSpend,
        Measure::Credits,
    ] {
        let sum: f64 = alone.iter().map(|s| s.measure(measure).mean.value).sum();
        assert_near(mean(own, measure), sum);
    }
    for (part, alone) in own.parts.iter().zip(&alone) {
        assert_near(part.cost.value, alone.measure(Measure::Cost).mean.value);
        assert_eq!(part.units, alone.units);
    }
    let p95 = own.measure(Measure::Cost).quantile(0.95).expect("a level").value;
    let sum: f64 =
        alone.iter().map(|s| s.measure(Measure::Cost).quantile(0.95).expect("a level").value).sum();
    assert!(p95 < sum, "{p95} {sum}");
    // A sum of two is what one of them adds to the other.
    let versus = compare(&[&[&a], &[&a, &b]]);
    let difference = versus.alternatives[1].difference.as_ref().expect("a difference");
    assert_near(
        difference.measure(Measure::Cost).same_future.mean.value,
        alone[1].measure(Measure::Cost).mean.value,
    );
}

/// A load of 100 that is certain; units at 0.60 by the ten and at least 50. One platform: 100 units,
/// 100 x 0.60 x 12 = 720. Two: 60 units, 60 x 0.60 x 12 = 432, and 50 for a load of 40, 50 x 0.60 x 12 =
/// 360, which is less than 40 x 12 = 480 on demand: 792.
#[test]
fn minimums_apply_to_each_part() {
    let part = |level: &str| {
        certain(&["contract.min_units=50", "contract.step=10", "finance.budget=400", level])
    };
    let [one, large, small] =
        ["workload.level=100", "workload.level=60", "workload.level=40"].map(part);
    let versus = compare(&[&[&one], &[&large, &small]]);
    let both = &versus.alternatives[1];
    assert_eq!(versus.alternatives[0].parts[0].units, 100.0);
    assert_eq!([0, 1].map(|k| both.parts[k].units), [60.0, 50.0]);
    assert_near(mean(&versus.alternatives[0], Measure::Cost), 720.0);
    assert_near(mean(both, Measure::Cost), 792.0);
    assert_near(mean(both, Measure::Waste), 10.0 * 0.60 * 12.0);
    assert_near(both.parts[1].fee.value, 360.0);
    // The budgets add up to 800, which holds although one part exceeds its own.
    assert_eq!(both.over_budget, Some(Estimate::exact(0.0)));
    assert_near(mean(both, Measure::Overspend), 0.0);
    let difference = both.difference.as_ref().expect("a difference");
    assert_near(difference.measure(Measure::Cost).same_future.mean.value, 72.0);
    assert_eq!(difference.dearer, Estimate::exact(1.0));
}

#[test]
fn a_sum_has_a_budget_if_all_parts_have_one() {
    let [with, without] =
        [certain(&["contract.units=50", "finance.budget=10"]), certain(&["contract.units=60"])];
    let versus = compare(&[&[&with, &without], &[&with]]);
    let [sum, alone] = &versus.alternatives[..] else { panic!("two alternatives") };
    assert_eq!(sum.over_budget, None);
    assert!(sum.measures.iter().all(|m| m.measure != Measure::Overspend));
    assert!(versus.warnings.iter().any(|w| w.code == "no-common-budget"));
    assert_eq!(alone.over_budget, Some(Estimate::exact(1.0)));
    assert!(mean(alone, Measure::Overspend) > 0.0);
    let text = terminal::versus::render(
        &versus,
        terminal::Style { width: 100, unicode: true, color: false },
    );
    assert!(text.contains("Chance of exceeding the budget: "), "{text}");
}

// ---- Shares -----------------------------------------------------------------------------------------

/// 80 units for a load of 100 at $1, and 20 for a load of 10 at $20, all certain. By the value of the
/// work: coverage (80 + 200) / (100 + 200), utilization (80 + 200) / (80 + 400).
#[test]
fn units_of_different_kinds_count_with_the_value_of_their_work() {
    let small = certain(&["contract.units=80"]);
    let large = certain(&[
        "contract.units=20",
        "workload.level=10",
        "workload.on_demand_per_unit_month=20",
        "contract.fee_per_unit_month=6",
    ]);
    let versus = compare(&[&[&small, &large]]);
    let own = &versus.alternatives[0];
    assert_near(mean(own, Measure::Coverage), 280.0 / 300.0);
    assert_near(mean(own, Measure::Utilization), 280.0 / 480.0);
    assert_near(mean(own, Measure::RejectedShare), 0.0);
    // Bills 80 x 0.60 + 20 and 20 x 6 a month, against 100 + 200.
    assert_near(mean(own, Measure::EffectiveSavingsRate), 1.0 - 188.0 / 300.0);
    assert_near(mean(own, Measure::Saving), 12.0 * (300.0 - 188.0));
}

// ---- The command line -------------------------------------------------------------------------------

fn waterline(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::cargo_bin("waterline").expect("the binary");
    command.args(arguments).current_dir(folder).env("LC_ALL", "C.UTF-8");
    command
}

/// A folder with studies of two platforms.
fn platforms() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let text = fs::read_to_string(repository("tests/studies/static.toml")).expect("a study");
    for (name, level) in [("one", 100), ("large", 60), ("small", 40), ("a+b", 100)] {
        let text = text.replace("level = 100\n", &format!("level = {level}\n"));
        fs::write(folder.path().join(format!("{name}.toml")), text).expect("written");
    }
    folder
}

fn shown(arguments: &[&str], folder: &Path) -> String {
    let all = [&["compare", "--paths", "2048"], arguments].concat();
    let done = waterline(&all, folder).assert().success();
    String::from_utf8(done.get_output().stdout.clone()).expect("text")
}

#[test]
fn files_joined_by_a_plus_are_one_alternative() {
    let folder = platforms();
    let text = shown(&["one.toml", "large.toml+small.toml"], folder.path());
    assert!(text.contains("large+small costs"), "{text}");
    assert!(text.contains("parts of large+small"), "{text}");
    let text = shown(&["large.toml+small.toml", "one.toml"], folder.path());
    assert!(text.contains("less large+small"), "{text}");
    // Alone: what both cost together, and nothing of differences.
    let text = shown(&["large.toml+small.toml"], folder.path());
    assert!(text.contains("large+small costs $"), "{text}");
    assert!(!text.contains("less large"), "{text}");
    let text = shown(&["small.toml+small.toml"], folder.path());
    assert!(text.contains("small+small costs $"), "{text}");
    // A plus in a name.
    let text = shown(&["one.toml", "a+b.toml", "a+b.toml+small.toml"], folder.path());
    assert!(text.contains("a+b costs") && text.contains("a+b+small costs"), "{text}");
}

#[test]
fn a_sum_is_written_and_follows_the_schema() {
    let folder = platforms();
    let schema = waterline(&["schema", "compare", "--json"], folder.path()).assert().success();
    let schema = serde_json::from_slice(&schema.get_output().stdout).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    shown(&["large.toml+small.toml", "--out", "alone"], folder.path());
    shown(&["one.toml", "large.toml+small.toml", "--out", "o"], folder.path());
    for out in ["alone", "o"] {
        let text = fs::read_to_string(folder.path().join(out).join("results.json")).expect("JSON");
        let results = serde_json::from_str(&text).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&results).map(|e| e.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
        let page = fs::read_to_string(folder.path().join(out).join("report.html")).expect("a page");
        crate::html::assert_well_formed(out, &page);
        assert!(page.contains("The parts of each sum"));
    }
    let parts = fs::read_to_string(folder.path().join("o/tables/parts.csv")).expect("a table");
    for start in ["one,one,", "large+small,large,", "large+small,small,"] {
        assert!(parts.lines().any(|line| line.starts_with(start)), "{start}\n{parts}");
    }
}
