//! A replayed path is a path of the run to the last bit, and anyone can add it up again.

use crate::support::{answer, repository, strategy, study_at};
use assert_cmd::Command;
use std::collections::HashMap;
use std::fs;
use std::sync::Mutex;
use waterline::analysis::{Unwatched, plan};
use waterline::measure::Measure;
use waterline::path::PathBlock;
use waterline::replay::{Future, Refusal, Replay, Request, replay};
use waterline::report::csv;
use waterline::results::RunFacts;
use waterline::rng::{LANES, Lane};
use waterline::simulate::{Experiment, Silent, Want, simulate};
use waterline::size::desk::Entry;
use waterline::size::sweep::Sweep;
use waterline::study::Study;

const SAMPLE: &str = "models/studies/support_assistant.toml";

const SAMPLERS: [&[&str]; 2] =
    [&["run.sampler=\"pseudo\"", "run.paths=1000"], &["run.sampler=\"sobol\"", "run.paths=2048"]];

/// All studies of the repository that need no other data.
fn studies() -> Vec<String> {
    let folders = ["models/studies", "tests/studies", "tests/clauses"];
    let mut all: Vec<String> = folders
        .iter()
        .flat_map(|folder| {
            let entries = fs::read_dir(repository(folder)).expect("a folder");
            entries.map(move |e| format!("{folder}/{}", e.expect("one").file_name().display()))
        })
        .filter(|name| name.strip_suffix(".toml").is_some() && !name.contains("trace_"))
        .collect();
    all.sort();
    assert!(all.len() > 30, "{all:?}");
    all
}

fn request(strategy: usize, units: f64, future: Future) -> Request {
    Request { strategy: Some(strategy), units: Some(units), future }
}

#[track_caller]
fn replayed(study: &Study, request: Request) -> Replay {
    replay(study, request, &Unwatched).expect("the path is there")
}

/// A future's load and prices, to the bit.
type Key = Vec<u64>;

fn key(load: impl Iterator<Item = f64>, price: impl Iterator<Item = f64>) -> Key {
    load.chain(price).map(f64::to_bits).collect()
}

/// A sweep that notes what each path of a run cost.
struct Spy<'a> {
    sweep: Sweep<'a>,
    seen: Mutex<HashMap<Key, f64>>,
}

impl<'a> Experiment for Spy<'a> {
    type Scratch = <Sweep<'a> as Experiment>::Scratch;

    fn wants(&self) -> Vec<Want> {
        self.sweep.wants()
    }

    fn names(&self) -> Vec<String> {
        self.sweep.names()
    }

    fn scratch(&self) -> Self::Scratch {
        self.sweep.scratch()
    }

    fn evaluate(&self, paths: &PathBlock, scratch: &mut Self::Scratch, out: &mut [Lane]) {
        self.sweep.evaluate(paths, scratch, out);
        let mut seen = self.seen.lock().expect("no one panicked");
        for i in 0..LANES {
            let load = paths.load.iter().map(|row| row[i]);
            seen.insert(key(load, paths.on_demand.iter().map(|row| row[i])), out[0][i]);
        }
    }
}

#[test]
fn a_replay_is_a_path_of_the_run_to_the_bit() {
    for (i, name) in studies().iter().enumerate() {
        // Worked examples of clauses are many, and their loads certain: one sampler each, in turn, and
        // fewer paths.
        let (samplers, some): (_, &[u64]) = if name.starts_with("tests/clauses") {
            (&SAMPLERS[i % 2..][..1], &[1, 65])
        } else {
            (&SAMPLERS[..], &[1, 33, 64, 65, 977])
        };
        for sampler in samplers {
            let study = study_at(name, sampler);
            let (plan, _) = plan(&study, &Silent).expect("nothing stops it");
            let load = study.facts.load.units;
            for s in 0..study.strategies.len() {
                let near = study.sizes.at(study.sizes.nearest(0.9 * load));
                let units = if s == 0 { 0.0 } else { study.units.unwrap_or(near) };
                let sweep = Sweep::new(&study, vec![Entry { strategy: s, units }], false);
                let spy = Spy { sweep, seen: Mutex::default() };
                simulate(&study.model, &plan, &spy, &Silent).expect("nothing stops it");
                let seen = spy.seen.into_inner().expect("no one panicked");
                for number in some.iter().copied().chain([plan.paths]) {
                    let path = replayed(&study, request(s, units, Future::Path(number)));
                    let months = || path.months.iter();
                    let price = months().map(|m| m.on_demand_price.list);
                    let cost = seen.get(&key(months().map(|m| m.load), price));
                    let said = format!("{name} {sampler:?}, strategy {s}, path {number}");
                    assert_eq!(cost, Some(&path.totals.cost), "{said}");
                    conserved(&said, &path);
                }
            }
        }
    }
}

/// Nothing is lost between load and use, lines and bill, months and cost.
fn conserved(said: &str, path: &Replay) {
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 * a.abs().max(b.abs());
    for m in &path.months {
        assert!(close(m.load, m.served + m.spilled + m.rejected), "{said}: {m:?}");
        let charges = [m.fee, m.hourly, m.on_demand, m.shortage, m.termination, m.prepaid, m.apart];
        let added = [m.rebate, m.credit, m.granted, m.shortfall];
        assert!(close(m.bill, charges.iter().chain(&added).sum()), "{said}: {m:?}");
        assert!(close(added.iter().sum(), m.added_by_clause.iter().sum()), "{said}: {m:?}");
    }
    let bills: f64 = path.months.iter().map(|m| m.bill).sum();
    assert_eq!(path.totals.cost, bills, "{said}");
    assert_eq!(path.months.last().expect("a month").cumulated, bills, "{said}");
    let scale = path.totals.cost.abs().max(1.0);
    assert!(path.checks.bill <= 1e-12 * scale, "{said}: {:?}", path.checks);
    assert!(path.checks.cost <= 1e-12 * scale, "{said}: {:?}", path.checks);
}

/// Every reported quantile of the cost is the cost of the path that is found for it.
#[test]
fn quantiles_are_paths() {
    for sampler in SAMPLERS {
        for name in [SAMPLE, "tests/studies/r1.toml"] {
            let study = study_at(name, sampler);
            let results = answer(&study);
            for (s, kind) in study.strategies.iter().map(|s| s.kind.name()).enumerate() {
                let reported = strategy(&results, kind);
                for quantile in &reported.measure(Measure::Cost).quantiles {
                    let future = Future::Quantile(quantile.level);
                    let path = replayed(&study, request(s, reported.units, future));
                    assert_eq!(path.totals.cost, quantile.estimate.value, "{name} {kind}");
                    let again = request(s, reported.units, Future::Path(path.path));
                    let again = replayed(&study, again);
                    assert_eq!(again, Replay { quantile: None, ..path });
                }
            }
        }
    }
}

/// Without a strategy the recommended one is shown, at its size.
#[test]
fn the_recommendation_is_replayed_unless_something_else_is_asked_for() {
    let study = study_at(SAMPLE, &["run.paths=2048"]);
    let results = answer(&study);
    let open = Request { strategy: None, units: None, future: Future::Path(5) };
    let path = replayed(&study, open);
    let chosen = (results.answer.strategy.as_str(), results.answer.units);
    assert_eq!((path.strategy.as_str(), path.units), chosen);
    // A single future has no mean to correct.
    assert_eq!(path.run, RunFacts { control: None, ..results.run });
    let own = replayed(&study, Request { strategy: Some(1), ..open });
    assert_eq!(own.units, results.strategies[1].units);
    let given = study_at(SAMPLE, &["run.paths=2048", "contract.units=100"]);
    assert_eq!(replayed(&given, Request { strategy: Some(2), ..open }).units, 100.0);
    assert_eq!(replayed(&given, open).units, 100.0);
}

/// A number means the same future however long the run is.
#[test]
fn paths_keep_their_numbers_in_longer_runs() {
    for (sampler, paths) in [("pseudo", ["100", "5000"]), ("sobol", ["2048", "8192"])] {
        for number in [1, 40, 77, 99] {
            let [short, long] = paths.map(|paths| {
                let settings = [format!("run.sampler=\"{sampler}\""), format!("run.paths={paths}")];
                let study = study_at(SAMPLE, &[&settings[0], &settings[1]]);
                replayed(&study, request(2, 40.0, Future::Path(number))).months
            });
            assert_eq!(short, long, "{sampler} {number}");
        }
    }
}

#[test]
fn a_run_has_the_paths_it_has() {
    let study = study_at(SAMPLE, &["run.sampler=\"pseudo\"", "run.paths=100"]);
    for number in [0, 101] {
        let refused = replay(&study, request(2, 40.0, Future::Path(number)), &Unwatched);
        assert_eq!(refused.err(), Some(Refusal::NoSuchPath { paths: 100 }));
    }
}

/// Rows of a CSV text by the names of their columns.
fn rows(text: &str) -> Vec<HashMap<String, String>> {
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let named = |row: &Vec<&str>| {
        assert_eq!(row.len(), lines[0].len());
        lines[0].iter().zip(row).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    };
    lines[1..].iter().map(named).collect()
}

/// Every month of the sample's P5 path from its printed figures, with a clawback that pays and a
/// cap, a ramp and a discount that bite: within a cent.
#[test]
fn a_pencil_gets_the_same_bill() {
    let clauses = "contract.clauses=[\
        {kind=\"ramp\",steps=[{until_month=3,share=0.5}]},\
        {kind=\"escalation_cap\",annual=0.02,first_year=\"capped\"},\
        {kind=\"flat_discount\",share=0.07,price=\"both\"},\
        {kind=\"clawback\",threshold=0.90,share=0.10}]";
    let overrides = [clauses, "run.paths=2048", "price.expected_per_year=0.3"];
    let study = study_at(SAMPLE, &overrides);
    let path = replayed(&study, request(2, 80.0, Future::Quantile(0.05)));
    let months = rows(&csv::replay(&path).text);
    assert_eq!(months.len(), 12);
    let (mut cumulated, mut credited, mut capped) = (0.0, 0, 0);
    for (t, row) in months.iter().enumerate() {
        let x = |name: &str| row[name].parse::<f64>().expect("a number");
        let cents = |what: &str, got: f64, printed: &str| {
            assert!((got - x(printed)).abs() < 0.005, "month {}: {what} {got}", t + 1);
        };
        // Ramp: half of 80 PTU for three months; sold in steps of 5.
        assert_eq!(x("reserved_units"), if t < 3 { 40.0 } else { 80.0 });
        // Cap: 2 % above the price before the contract's first month, which is today's.
        let limit = 1.02 * study.facts.load.on_demand_per_unit_month;
        cents("capped", x("on_demand_list_usd").min(limit), "on_demand_capped_usd");
        capped += usize::from(x("on_demand_list_usd") > limit);
        cents("discounted", 0.93 * x("on_demand_capped_usd"), "on_demand_paid_usd");
        cents("committed", 0.93 * x("committed_list_usd"), "committed_paid_usd");
        let overflow = x("load_units") * x("overflow_share");
        cents("served", x("load_units") - overflow, "served_units");
        cents("fee", x("reserved_units") * x("committed_paid_usd"), "fee_usd");
        cents("on demand", overflow * x("on_demand_paid_usd"), "on_demand_usd");
        let earned = |row: &HashMap<String, String>| {
            let x = |name: &str| row[name].parse::<f64>().expect("a number");
            if x("served_units") < 0.9 * x("deployed_units") { -0.1 * x("fee_usd") } else { 0.0 }
        };
        let before = t.checked_sub(1).map_or(0.0, |before| earned(&months[before]));
        let last = if t == 11 { earned(row) } else { 0.0 };
        cents("credit", before + last, "credit_usd");
        cents("credit of the clause", before + last, "added_4_clawback_usd");
        credited += usize::from(before + last < 0.0);
        let bill = x("fee_usd") + x("on_demand_usd") + x("credit_usd");
        cents("bill", bill, "bill_usd");
        cumulated += bill;
        cents("cumulated", cumulated, "cumulated_usd");
        let today = bill / 1.08f64.powf((t + 1) as f64 / 12.0);
        cents("present value", today, "present_value_usd");
    }
    assert!(credited > 0 && capped > 0, "{credited} credits, {capped} months capped");
    assert!((cumulated - path.totals.cost).abs() < 0.01);
}

fn waterline(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("waterline").expect("the binary");
    command.args(arguments).current_dir(repository(".")).env("LC_ALL", "C.UTF-8");
    command
}

#[test]
fn tables_files_and_threads_agree() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).to_str().expect("text").to_owned();
    let asked = ["replay", SAMPLE, "--paths", "2048", "--at", "P95", "--strategy", "hybrid"];
    let output = |more: &[&str]| {
        let done = waterline(&[&asked[..], &["--units", "40"], more].concat()).assert().success();
        String::from_utf8(done.get_output().stdout.clone()).expect("text")
    };
    let (json, table) = (file("path.json"), file("path.csv"));
    let said = output(&["--json", &json, "--csv", &table, "--month", "3", "--threads", "1"]);
    let text = fs::read_to_string(&json).expect("the path");
    assert_eq!(text, output(&["--json", "-", "--threads", "2"]));
    let path: Replay = serde_json::from_str(&text).expect("a replay");
    assert_eq!(serde_json::to_value(&path).expect("JSON").to_string() + "\n", {
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        value.to_string() + "\n"
    });
    let study = study_at(SAMPLE, &["run.paths=2048"]);
    assert_eq!(path, replayed(&study, request(2, 40.0, Future::Quantile(0.95))));
    let schema = waterline(&["schema", "replay", "--json"]).assert().success();
    let schema = serde_json::from_slice(&schema.get_output().stdout).expect("JSON");
    let valid = jsonschema::validator_for(&schema).expect("a schema");
    assert!(valid.is_valid(&serde_json::from_str(&text).expect("JSON")));
    let printed = fs::read_to_string(&table).expect("the months");
    assert_eq!(printed, csv::replay(&path).text);
    assert!(said.contains("Month 3 with a pencil"), "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 120), "{said}");
    for (month, row) in path.months.iter().zip(rows(&printed)) {
        assert_eq!(row["bill_usd"].parse::<f64>().expect("a number"), month.bill);
        let cents = waterline::words::usd_exact(month.bill);
        assert!(said.contains(&cents), "{cents} in\n{said}");
    }
}

#[test]
fn what_is_not_there_is_refused() {
    let cases: [(&[&str], &str); 10] = [
        (&["--path", "0"], "whole number from 1"),
        (&["--path", "2049", "--paths", "2048", "--sampler", "sobol"], "the run has 2,048 paths"),
        (&["--path", "1", "--at", "P5"], "cannot be used with"),
        (&["--at", "P100"], "percentile"),
        (&["--at", "nan"], "percentile"),
        (&["--month", "13"], "from 1 to 12"),
        (&["--strategy", "hybird"], "on_demand, provisioned, hybrid"),
        (&["--units", "40"], "--strategy"),
        (&["--strategy", "hybrid", "--units", "41"], "nearest size on sale is 40"),
        (&["--strategy", "on_demand", "--units", "40"], "commits to nothing"),
    ];
    for (arguments, said) in cases {
        let done = waterline(&[&["replay", SAMPLE], arguments].concat()).assert().code(2);
        let text = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        assert!(text.contains(said), "{arguments:?}: {text}");
    }
}

/// A decision is what the figures beside it say: exercised where the signal has passed the trigger, as
/// long as the contract leaves something to exercise.
#[test]
fn decisions_follow_from_what_was_looked_at() {
    let clause = |policy: &str| {
        format!(
            "contract.clauses=[{{ kind = \"flex_down\", share = 0.15, \
             windows = {{ every_months = 3, notice_months = 1, per_year = 4 }}, policy = {policy} }}]"
        )
    };
    let threshold = "{ kind = \"threshold\", level = 0.95, per_month_left = -0.005 }";
    for policy in [threshold, "{ kind = \"fitted\" }"] {
        let few = ["contract.units=100", "sizing.sizes=[100]", "run.paths=2048"];
        let clause = clause(policy);
        let study = study_at("tests/studies/static.toml", &[&[clause.as_str()], &few[..]].concat());
        let (mut seen, mut taken) = (0, 0);
        for number in 1..=40 {
            let path = replayed(&study, request(1, 100.0, Future::Path(number)));
            for month in &path.months {
                let windows = [4, 7, 10].contains(&month.month);
                assert_eq!(month.looked_at.len(), usize::from(windows), "{month:?}");
                for look in &month.looked_at {
                    let passed = look.signal.expect("a share") < look.trigger;
                    assert_eq!(look.side, "below");
                    assert_eq!(passed, month.exercised == ["flex_down"], "{month:?}");
                    (seen, taken) = (seen + 1, taken + usize::from(passed));
                }
            }
        }
        assert!(taken > 10 && taken < seen - 10, "{policy}: {taken} of {seen}");
    }
}
