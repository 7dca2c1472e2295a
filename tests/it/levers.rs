//! Levers, re-rated units, load that may wait, and workloads that share units: bills added up with a
//! pencil, neutral forms, refusals, and what holds for every study.

use crate::support::{answer, repository, run, study, study_at};
use waterline::facts::Facts;
use waterline::input::load;
use waterline::results::Results;
use waterline::size::desk::{Desk, Entry};

/// Load, bill on demand, bill and waste of the hybrid strategy in a month, from 1.
fn month(results: &Results, number: usize) -> [f64; 4] {
    let month = &results.months[number - 1];
    let [on_demand, hybrid] = [&month.strategies[0], &month.strategies[1]];
    [month.load.mean, on_demand.spend.mean, hybrid.spend.mean, hybrid.waste].map(|e| e.value)
}

#[track_caller]
fn equal(what: &str, got: f64, expected: f64) {
    assert!(
        (got - expected).abs() <= 1e-9 * expected.abs().max(1.0),
        "{what}: {got}, expected {expected}"
    );
}

#[track_caller]
fn equals(what: &str, got: [f64; 4], expected: [f64; 4]) {
    for ((got, expected), line) in
        got.into_iter().zip(expected).zip(["load", "on demand", "hybrid", "waste"])
    {
        equal(&format!("{what}, {line}"), got, expected);
    }
}

fn levers(list: &str) -> String {
    format!("workload.levers=[{list}]")
}

// ---- Bills with a pencil ------------------------------------------------------------------------

/// 1,000 units of load at 10 USD on demand, 1,000 committed at 1.20: 10,000 on demand, 1,200 under
/// the commitment, nothing idle. Each line: lever, month, load, bills and waste.
#[test]
fn levers_of_a_load_in_units_are_the_pencils() {
    type Case<'a> = (&'a str, usize, [f64; 4]);
    let cases: [Case<'_>; 14] = [
        // A fifth leaves the units in month 4 at half its price: 0.2 * 10,000 * 0.5 = 1,000 apart,
        // 8,000 on demand for the rest. 200 of the 1,000 units are idle: 200 * 1.20 = 240.
        (r#"{kind="batch",share=0.2,from_month=4}"#, 3, [1000.0, 10_000.0, 1200.0, 0.0]),
        (r#"{kind="batch",share=0.2,from_month=4}"#, 4, [800.0, 9000.0, 2200.0, 240.0]),
        (r#"{kind="batch",share=0.2,price_multiple=0.2}"#, 1, [800.0, 8400.0, 1600.0, 240.0]),
        // 30 % go on: 3,000; the small model is paid for all, 0.1 * 10,000, or for the rest, 700.
        (r#"{kind="routing",share=0.3,price_ratio=0.1}"#, 1, [300.0, 4000.0, 2200.0, 840.0]),
        (
            r#"{kind="routing",share=0.3,price_ratio=0.1,small_sees="rest"}"#,
            1,
            [300.0, 3700.0, 1900.0, 840.0],
        ),
        // 15 % more, 500 for training once, 1.70 * 730 = 1,241 for hosting a month.
        (
            r#"{kind="fine_tuning",premium=0.15,training=500,hosting_per_hour=1.7,from_month=2}"#,
            2,
            [1000.0, 13_241.0, 2941.0, 0.0],
        ),
        (
            r#"{kind="fine_tuning",premium=0.15,training=500,hosting_per_hour=1.7,from_month=2}"#,
            3,
            [1000.0, 12_741.0, 2441.0, 0.0],
        ),
        (
            r#"{kind="fine_tuning",premium=0.15,training=500,hosting_per_hour=1.7,from_month=2}"#,
            1,
            [1000.0, 10_000.0, 1200.0, 0.0],
        ),
        // A quarter less work from month 6: 250 idle units waste 300.
        (r#"{kind="efficiency",reduction=0.25,from_month=6}"#, 5, [1000.0, 10_000.0, 1200.0, 0.0]),
        (r#"{kind="efficiency",reduction=0.25,from_month=6}"#, 6, [750.0, 7500.0, 1200.0, 300.0]),
        (r#"{kind="price_ratio",ratio=0.1,from_month=2}"#, 2, [1000.0, 1000.0, 1200.0, 0.0]),
        (r#"{kind="price_ratio",ratio=0.1,from_month=2}"#, 1, [1000.0, 10_000.0, 1200.0, 0.0]),
        // The order listed: the batch is billed at the old price, or at the new one.
        (
            r#"{kind="batch",share=0.2},{kind="price_ratio",ratio=0.1}"#,
            1,
            [800.0, 1800.0, 2200.0, 240.0],
        ),
        (
            r#"{kind="price_ratio",ratio=0.1},{kind="batch",share=0.2}"#,
            1,
            [800.0, 900.0, 1300.0, 240.0],
        ),
    ];
    for (lever, number, expected) in cases {
        let got = month(&run("certain", &[&levers(lever)]), number);
        equals(&format!("{lever}, month {number}"), got, expected);
    }
}

/// gpt-5.1 in a data zone: input 1.375, cached 0.1375, output 11 USD per million tokens; a PTU serves
/// 4,750 a minute, output weighs 8, cached input nothing. 100 requests a minute of 5,000 + 100 tokens
/// are `(500,000 + 80,000) / 4,750` = 122.105 PTU and `(0.6875 + 0.11) * 43,800` = 34,930.50 USD a
/// month.
#[test]
fn levers_of_tokens_are_the_pencils() {
    let base = [
        "workload.model=azure/gpt-5.1",
        "workload.requests={ per_minute = 100, prompt_tokens = 5000, response_tokens = 100 }",
        "contract.units=100",
    ];
    let with = |lever: &str| {
        let results = run("requests", &[&base[..], &[&levers(lever)]].concat());
        let [load, on_demand, ..] = month(&results, 12);
        [load, on_demand]
    };
    let (minutes, per_token) = (43_800.0, 1e-6);
    let cost = |uncached: f64, cached: f64, output: f64| {
        (uncached * 1.375 + cached * 0.1375 + output * 11.0) * per_token * minutes
    };
    let cases = [
        ("", (500e3 + 80e3) / 4750.0, cost(500e3, 0.0, 10e3)),
        // 0.5 * 2,000 / 5,000 of the input is found in the cache: 100,000 tokens a minute.
        (
            r#"{kind="prompt_caching",share=0.5,base_tokens=2000}"#,
            (400e3 + 80e3) / 4750.0,
            cost(400e3, 100e3, 10e3),
        ),
        // A base longer than the prompt is all of it.
        (
            r#"{kind="prompt_caching",share=1,base_tokens=9000}"#,
            80e3 / 4750.0,
            cost(0.0, 500e3, 10e3),
        ),
        // A quarter of the prompts, after caching: cached and uncached tokens alike.
        (
            r#"{kind="prompt_caching",share=0.5,base_tokens=2000},{kind="prompt_optimization",input_factor=0.25}"#,
            (100e3 + 80e3) / 4750.0,
            cost(100e3, 25e3, 10e3),
        ),
        // gpt-5-mini at 0.275, 0.0275 and 2.20 sees every request; a tenth goes on.
        (
            r#"{kind="routing",share=0.1,small_model="azure/gpt-5-mini"}"#,
            (50e3 + 8e3) / 4750.0,
            cost(50e3, 0.0, 1e3) + (500e3 * 0.275 + 10e3 * 2.2) * per_token * minutes,
        ),
    ];
    for (lever, load, on_demand) in cases {
        let got = with(lever);
        equal(&format!("{lever}, load"), got[0], load);
        equal(&format!("{lever}, on demand"), got[1], on_demand);
    }
}

/// A unit serves a quarter more from month 7: 800 units for the same tokens, at 12.50 each, 200 of
/// the 1,000 idle. A price that falls to 8 with a full re-rating does the same; with half of it,
/// units serve `sqrt(1.25)` as much.
#[test]
fn rerated_units_hold_other_tokens() {
    let step = run("certain", &["workload.rerating=[{from_month=7,factor=1.25}]"]);
    equals("month 6", month(&step, 6), [1000.0, 10_000.0, 1200.0, 0.0]);
    equals("month 7", month(&step, 7), [800.0, 10_000.0, 1200.0, 240.0]);
    equal("price", step.months[6].on_demand_price.value, 12.5);
    let cut = |follows: f64| {
        let follows = format!("workload.rerated_with_price={follows}");
        run("certain", &["price.expected_per_month=-0.2", &follows])
    };
    equals("followed", month(&cut(1.0), 2), [800.0, 8000.0, 1200.0, 240.0]);
    equal("worth the same", cut(1.0).months[1].on_demand_price.value, 10.0);
    let half = 1000.0 / 1.25f64.sqrt();
    equals("half", month(&cut(0.5), 2), [half, 8000.0, 1200.0, 1.2 * (1000.0 - half)]);
    equals("stale", month(&cut(0.0), 2), [1000.0, 8000.0, 1200.0, 0.0]);
}

/// A cap holds prices of tokens, not what a unit holds: 600 committed, 200 of 800 spill at 12.50 in
/// spite of a cap at today's prices; a rise of 10 % is capped, and a fall to 11.25 is none.
#[test]
fn a_cap_is_on_prices_and_not_on_what_a_unit_holds() {
    let with = |price: &str| {
        let capped = "contract.clauses=[{kind=\"escalation_cap\",annual=0,price=\"both\"}]";
        let rerated = "workload.rerating=[{from_month=2,factor=1.25}]";
        run("certain", &[capped, rerated, price, "contract.min_units=1", "contract.units=600"])
    };
    for (change, paid) in [("0", 12.5), ("0.1", 12.5), ("-0.1", 11.25)] {
        let [.., hybrid, _] = month(&with(&format!("price.expected_per_month={change}")), 2);
        equal(change, hybrid, 600.0 * 1.2 + 200.0 * paid);
    }
}

/// A lever's saving and what it wastes under a commitment: 1,000 units are committed, and a batch
/// of 20 % that saves 1,000 a month on demand costs 1,000 a month more, and idles 240 of fees.
#[test]
fn a_lever_under_a_commitment_can_cost() {
    let lever = levers(r#"{kind="batch",share=0.2}"#);
    let [without, with] = [run("certain", &[]), run("certain", &[&lever])];
    let [_, on_demand, hybrid, waste] = month(&without, 1);
    equals("with it", month(&with, 1), [800.0, on_demand - 1000.0, hybrid + 1000.0, waste + 240.0]);
}

// ---- Load that may wait -------------------------------------------------------------------------

/// Hours of 2,000 and 0 units against 1,000: half the load spills, 5,000 USD a month, and the units
/// are idle half the time. Where half of it may wait an hour, all hours have 1,000 and nothing
/// spills. Where a quarter may, hours have 1,500 and 500: 250 spill.
#[test]
fn what_may_wait_fills_idle_hours() {
    let with = |share: f64| {
        let lever = levers(&format!(r#"{{kind="deferrable",share={share:?},window_hours=1}}"#));
        month(&run("certain", &["workload.shape={levels=[2,0]}", &lever]), 1)
    };
    equals("none", with(0.0), [1000.0, 10_000.0, 1200.0 + 5000.0, 600.0]);
    equals("half", with(0.5), [1000.0, 10_000.0, 1200.0, 0.0]);
    equals("a quarter", with(0.25), [1000.0, 10_000.0, 1200.0 + 2500.0, 300.0]);
}

/// More that may wait, or longer, never costs more at any size, whatever the shape.
#[test]
fn the_more_may_wait_the_less_spills() {
    let cost = |share: f64, window: u32| {
        let lever =
            levers(&format!(r#"{{kind="deferrable",share={share:?},window_hours={window}}}"#));
        let sizes = "sizing.sizes=[40, 70, 100, 130, 160]";
        let set = [&lever, "workload.shape=support_week", sizes, "run.sampler=sobol"];
        let results = run("static", &set);
        let sizes = results.sizing[0].sizes.iter();
        sizes.map(|size| size.present_value.value).collect::<Vec<_>>()
    };
    let shares = [0.0, 0.1, 0.3, 0.6, 1.0].map(|share| cost(share, 6));
    let windows = [0, 1, 4, 12, 168].map(|window| cost(0.3, window));
    for steps in [&shares, &windows] {
        for pair in steps.windows(2) {
            for (less, more) in pair[1].iter().zip(&pair[0]) {
                // Overflow between the levels of a shape that may wait is a line.
                assert!(*less <= more * (1.0 + 1e-4), "{less} after {more}");
            }
        }
        assert!(steps[4][2] < 0.99 * steps[0][2], "waiting does something");
    }
}

// ---- Several workloads --------------------------------------------------------------------------

fn second(load: &str, growth: f64) -> String {
    format!("workloads=[{{growth_per_year={growth:?},load={{{load}}}}}]")
}

/// Day and night: 500 units each, in opposite hours, are 1,000 at all hours. Alone, each has hours of
/// 1,000 and of none. The second doubles in a year: in month 13 hours have 1,000 and 2,000 against
/// 1,000 committed, so 500 spill. Prices of 10 and 20 mix to 15, later to 50/3.
#[test]
fn hours_of_several_workloads_are_added() {
    let base = ["workload.level=500", "workload.shape={levels=[2,0]}", "horizon_months=13"];
    let renew = "contract.renewal=renew";
    let night = "level=500,on_demand_per_unit_month=20,shape={levels=[0,2]}";
    let results = run("certain", &[&base[..], &[renew, &second(night, 1.0)]].concat());
    equals("month 1", month(&results, 1), [1000.0, 15_000.0, 1200.0, 0.0]);
    let overflow = 500.0 * 50.0 / 3.0;
    equals("month 13", month(&results, 13), [1500.0, 25_000.0, 1200.0 + overflow, 0.0]);
    equal("price", results.months[12].on_demand_price.value, 50.0 / 3.0);
}

/// Two halves of a workload are the workload, on the same futures.
#[test]
fn halves_make_a_whole() {
    let shape = "workload.shape=office_week";
    let whole = run("static", &[shape]);
    let half = "level=50,on_demand_per_unit_month=1.0,shape=\"office_week\"";
    let halves = run("static", &[shape, "workload.level=50", &second(half, 0.0)]);
    for (a, b) in whole.months.iter().zip(&halves.months) {
        equal("load", b.load.mean.value, a.load.mean.value);
        for (a, b) in a.strategies.iter().zip(&b.strategies) {
            assert!((a.spend.mean.value - b.spend.mean.value).abs() < 1e-6 * a.spend.mean.value);
        }
    }
}

// ---- Neutral forms and conservation -------------------------------------------------------------

/// All that a run reports, but for what it repeats of the inputs.
fn numbers(overrides: &[&str]) -> String {
    let all = [&["run.paths=4096", "sizing.sizes=[30, 40, 60]"], overrides].concat();
    let mut results = answer(&study_at("models/studies/support_assistant.toml", &all));
    results.facts = Facts::default();
    serde_json::to_string(&results).expect("JSON")
}

/// A lever that does nothing changes no bit; a little more of it does.
#[test]
fn neutral_levers_change_no_bit() {
    let none = numbers(&[]);
    let pairs = [
        (r#"{kind="batch",share=0}"#, r#"{kind="batch",share=0.001}"#),
        (
            r#"{kind="prompt_caching",share=0,base_tokens=9,prompt_tokens=10}"#,
            r#"{kind="prompt_caching",share=0.001,base_tokens=9,prompt_tokens=10}"#,
        ),
        (
            r#"{kind="routing",share=1,price_ratio=0.1,small_sees="rest"}"#,
            r#"{kind="routing",share=0.999,price_ratio=0.1,small_sees="rest"}"#,
        ),
        (
            r#"{kind="prompt_optimization",input_factor=1}"#,
            r#"{kind="prompt_optimization",input_factor=0.999}"#,
        ),
        (r#"{kind="fine_tuning"}"#, r#"{kind="fine_tuning",hosting_per_hour=0.001}"#),
        (r#"{kind="efficiency",reduction=0}"#, r#"{kind="efficiency",reduction=-0.001}"#),
        (r#"{kind="price_ratio",ratio=1}"#, r#"{kind="price_ratio",ratio=1.001}"#),
        (
            r#"{kind="deferrable",share=0,window_hours=24}"#,
            r#"{kind="deferrable",share=0.01,window_hours=24}"#,
        ),
        (
            r#"{kind="deferrable",share=0.5,window_hours=0}"#,
            r#"{kind="deferrable",share=0.5,window_hours=1}"#,
        ),
    ];
    for (neutral, not) in pairs {
        assert!(numbers(&[&levers(neutral)]) == none, "{neutral} changes something");
        assert!(numbers(&[&levers(not)]) != none, "{not} changes nothing");
    }
    assert!(numbers(&["workload.rerating=[{from_month=3,factor=1}]"]) == none);
    assert!(numbers(&["workload.rerated_with_price=0"]) == none);
    assert!(numbers(&["workload.rerated_with_price=0.01"]) != none);
}

/// Bills apart from the units are in every strategy's bill, the same on every path and month.
#[test]
fn every_strategy_pays_what_is_apart() {
    use waterline::path::Points;
    use waterline::rng::Block;
    let study = study("levers", &[]);
    let desk = Desk::new(&study);
    let (mut scratch, mut paths) = (desk.scratch(true), study.model.block());
    let sampler = study.model.sampler(Points::Pseudo, 5, "levers");
    let block = Block { replicate: 0, first: 0 };
    study.model.generate(sampler.as_ref(), Points::Pseudo, block, &mut paths);
    desk.open(&mut scratch);
    assert!(paths.apart.iter().skip(1).flatten().all(|usd| *usd > 0.0), "{:?}", paths.apart);
    assert_eq!(paths.apart[0], [0.0; waterline::rng::LANES], "no lever with a bill has begun");
    for (strategy, units) in [(0, 0.0), (1, 50.0), (2, 50.0)] {
        let totals = desk.settle(Entry { strategy, units }, &paths, &mut scratch);
        let lean = desk.totals(Entry { strategy, units }, &paths, &mut scratch);
        for i in 0..totals.cost.len() {
            let apart: f64 = paths.apart.iter().map(|month| month[i]).sum();
            equal("apart", totals.apart[i], apart);
            equal("the short way", lean.cost[i], totals.cost[i]);
            let lines = totals.fee[i] + totals.overflow[i] + totals.apart[i];
            equal("lines", totals.cost[i], lines);
        }
    }
}

// ---- Refusals -----------------------------------------------------------------------------------

/// The codes of all findings of a study with overrides.
fn codes(name: &str, overrides: &[&str]) -> Vec<String> {
    let overrides: Vec<String> = overrides.iter().map(|s| (*s).to_owned()).collect();
    let loaded = load(&repository(&format!("tests/studies/{name}.toml")), &overrides);
    let warned = loaded.study.iter().flat_map(|s| s.facts.warnings.iter().map(|w| w.code.clone()));
    loaded.findings.list.iter().map(|f| f.code.to_owned()).chain(warned).collect()
}

#[track_caller]
fn found(code: &str, name: &str, overrides: &[&str]) {
    let codes = codes(name, overrides);
    assert!(codes.iter().any(|c| c == code), "{code} in {codes:?} of {overrides:?}");
}

const WAITS: &str = r#"{kind="deferrable",share=0.5,window_hours=4}"#;

#[test]
fn everything_wrong_with_levers_is_found_at_once() {
    let all = levers(
        r#"{kind="prompt_optimization",input_factor=0.5},{kind="routing",share=0.5},{kind="routing",share=0.5,small_model="azure/gpt-5-mini"},{kind="prompt_caching",share=0.5,base_tokens=9,prompt_tokens=10}"#,
    );
    let mut codes = codes("certain", &[&all]);
    codes.sort();
    assert_eq!(codes, ["ambiguous", "no-tokens", "no-tokens", "no-tokens"]);
}

#[test]
fn levers_that_cannot_be_are_refused() {
    let unordered = "workload.shape={levels=[1,2],weights=[1,2]}";
    found("no-order", "certain", &[&levers(WAITS), "workload.shape=cloud_large"]);
    found("no-order", "certain", &[&levers(WAITS), unordered]);
    found("duplicate", "certain", &[&levers(&format!("{WAITS},{WAITS}"))]);
    found("no-load", "certain", &[&levers(r#"{kind="batch",share=1}"#)]);
    found(
        "missing-field",
        "requests",
        &[
            r#"workload={model="azure/gpt-5.1",tokens={input_per_month=1e9,output_per_month=1e8},levers=[{kind="prompt_caching",share=0.5,base_tokens=9}]}"#,
        ],
    );
    let stated = r#"{kind="prompt_caching",share=0.5,base_tokens=9,prompt_tokens=10}"#;
    found("ambiguous", "requests", &[&levers(stated)]);
    let unknown = r#"{kind="routing",share=0.5,small_model="azure/gpt-5-nano-x"}"#;
    found("not-in-book", "requests", &[&levers(unknown)]);
}

#[test]
fn changes_without_effect_are_warned_of() {
    let idle = "changes-nothing";
    found(idle, "certain", &[&levers(r#"{kind="batch",share=0.5,from_month=13}"#)]);
    found(idle, "certain", &["workload.rerating=[{from_month=13,factor=2}]"]);
    found(idle, "certain", &["workload.rerated_with_price=1"]);
    found(idle, "certain", &[&levers(WAITS)]);
    let last = levers(r#"{kind="batch",share=0.5,from_month=12}"#);
    assert!(codes("certain", &[&last]).iter().all(|code| code != idle));
}

#[test]
fn workloads_that_cannot_share_units_are_refused() {
    let with = |more: &str| second(&format!("level=500,on_demand_per_unit_month=20{more}"), 0.0);
    found("unit-mismatch", "requests", &[&with(r#",unit="GSU""#)]);
    found("no-effect", "certain", &[&with(",rerated_with_price=1")]);
    found("no-order", "certain", &[&with(r#",shape="cloud_large""#)]);
    // 1,009 and 499 hours come together after 503,491.
    let hours = |count: usize| format!("shape={{levels={:?}}}", vec![1.0; count]);
    let odd = format!("workload.{}", hours(499));
    found("hours-mismatch", "certain", &[&with(&format!(",{}", hours(1009))), &odd]);
}
