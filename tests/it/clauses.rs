//! Every clause against bills added up with a pencil, without effect where it is neutral, and
//! documented.
//!
//! `tests/clauses/` holds studies without uncertainty, each with its arithmetic in comments and,
//! beside it, the bill month by month as `scripts/references/clause_bills.py` writes it from the
//! clauses' documentation. What is asked of each clause is asked for every kind that the schema
//! lists: a clause without an example, a neutral form or its documentation fails here.

use crate::support::{answer, repository, strategy, study_at};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::path::PathBuf;
use waterline::contract::AnyClause;
use waterline::input::findings::Severity;
use waterline::input::{load, load_text};
use waterline::ledger::{Costs, Ledger, Month, Totals};
use waterline::measure::Measure;
use waterline::path::{PathBlock, Points};
use waterline::results::Results;
use waterline::rng::{Block, LANES};
use waterline::settle::{Prices, Stage, reprice, settle};
use waterline::size::desk::{Desk, Entry};
use waterline::study::Study;

// ---- Worked examples --------------------------------------------------------------------------

/// The studies of `tests/clauses`, by name.
fn examples() -> Vec<String> {
    let folder = std::fs::read_dir(repository("tests/clauses")).expect("the folder");
    let paths = folder.map(|entry| entry.expect("an entry").path());
    let studies = paths.filter(|p| p.extension().is_some_and(|e| e == "toml"));
    let name = |p: PathBuf| p.file_stem().expect("a name").to_string_lossy().into_owned();
    let mut names: Vec<String> = studies.map(name).collect();
    names.sort();
    names
}

const LINES: [&str; 6] = ["units", "fee", "overflow", "credit", "shortfall", "total"];

/// Rows of an expected bill, by line; the column of shortfalls is there where there are any.
fn expected(name: &str) -> Vec<[f64; 6]> {
    let path = repository(&format!("tests/clauses/{name}.csv"));
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{name}.csv: {e}"));
    let mut lines = text.lines();
    let missed = match lines.next() {
        Some("month,units,fee,overflow,credit,shortfall,total") => true,
        Some("month,units,fee,overflow,credit,total") => false,
        other => panic!("{name}.csv: {other:?}"),
    };
    let rows = lines.enumerate().map(|(i, line)| {
        let row: Vec<f64> = line.split(',').map(|x| x.parse().expect("a number")).collect();
        assert_eq!(row[0] as usize, i + 1, "{name}.csv: months from 1");
        let shortfall = if missed { row[5] } else { 0.0 };
        [row[1], row[2], row[3], row[4], shortfall, *row.last().expect("a total")]
    });
    rows.collect()
}

/// Some paths of a study.
fn paths(study: &Study) -> PathBlock {
    let sampler = study.model.sampler(Points::Pseudo, 3, "main");
    let mut paths = study.model.block();
    study.model.generate(&*sampler, Points::Pseudo, Block { replicate: 0, first: 0 }, &mut paths);
    paths
}

/// The last strategy of a study settled at its units on some paths.
fn settled(study: &Study) -> Vec<Month> {
    let paths = paths(study);
    let (mut prices, mut ledger) = (Prices::default(), Ledger::new(study.months()));
    reprice(&study.contract, &paths, &mut prices);
    let overflow = &study.strategies.last().expect("a strategy").overflow;
    let units = study.units.expect("an example gives its units");
    settle(study.terms(), overflow, units, &paths, &prices, &mut ledger);
    ledger.months
}

#[track_caller]
fn equal(what: &str, got: f64, expected: f64) {
    assert!((got - expected).abs() <= 1e-9 * expected.abs(), "{what}: {got}, expected {expected}");
}

#[test]
fn every_month_and_line_is_the_pencils() {
    for name in examples() {
        let bill = expected(&name);
        let file = format!("tests/clauses/{name}.toml");
        let units = study_at(&file, &[]).units.expect("units");
        let study = study_at(&file, &[&format!("sizing.sizes=[{units}]")]);
        let months = settled(&study);
        assert_eq!(months.len(), bill.len(), "{name}: months");
        for (t, (month, row)) in months.iter().zip(&bill).enumerate() {
            for i in 0..LANES {
                let overflow = month.hourly[i] + month.on_demand[i] + month.rebate[i];
                let (fee, credit) = (month.fee[i], month.credit[i] + month.granted[i]);
                let (units, shortfall) = (month.reserved[i], month.shortfall[i]);
                let got = [units, fee, overflow, credit, shortfall, month.cost()[i]];
                for ((got, expected), line) in got.into_iter().zip(row).zip(LINES) {
                    equal(&format!("{name}, month {}, {line}", t + 1), got, *expected);
                }
            }
        }
        let results = answer(&study);
        let reported = strategy(&results, &results.strategies.last().expect("one").strategy);
        let mean = |measure| reported.measure(measure).mean.value;
        equal(&format!("{name}, cost"), mean(Measure::Cost), bill.iter().map(|r| r[5]).sum());
        let credits = bill.iter().map(|r| r[3]).sum::<f64>();
        equal(&format!("{name}, credits"), mean(Measure::Credits), -credits);
        let shortfall = bill.iter().map(|r| r[4]).sum();
        equal(&format!("{name}, shortfall"), mean(Measure::Shortfall), shortfall);
        for (month, row) in results.months.iter().zip(&bill) {
            let reported = month.strategies.last().expect("a strategy");
            equal(&format!("{name}, spend"), reported.spend.mean.value, row[5]);
            equal(&format!("{name}, units"), reported.reserved_units.value, row[0]);
            equal(&format!("{name}, overflow"), reported.overflow_spend.value, row[2]);
        }
    }
}

/// The schema of a clause: its kind and its fields.
fn kinds() -> Vec<(String, Json)> {
    let schema = schemars::schema_for!(AnyClause).to_value();
    let resolve = |field: &Json| match field["$ref"].as_str() {
        Some(name) => schema.pointer(&name[1..]).expect("a definition").clone(),
        None => field.clone(),
    };
    let variants = schema["oneOf"].as_array().expect("kinds of clauses");
    let kind = |v: &Json| {
        let fields = v["properties"].as_object().expect("fields");
        let name = fields["kind"]["const"].as_str().expect("a kind").to_owned();
        let of = |(field, about): (&String, &Json)| {
            let mut full = resolve(about);
            full["default"] = about["default"].clone();
            (field.clone(), full)
        };
        (name, fields.iter().filter(|(f, _)| *f != "kind").map(of).collect())
    };
    variants.iter().map(kind).collect()
}

/// Words of a field that is a choice.
fn words(field: &Json) -> Vec<&str> {
    let listed = field["oneOf"].as_array().or(field["enum"].as_array()).into_iter().flatten();
    listed.filter_map(|o| o["const"].as_str().or(o.as_str())).collect()
}

/// Every kind, every field and every word of a field stands in some worked example; a field that
/// an example leaves out stands at its default.
#[test]
fn every_reading_of_every_clause_has_an_example() {
    let mut shown = BTreeSet::new();
    for name in examples() {
        let path = repository(&format!("tests/clauses/{name}.toml"));
        let text = std::fs::read_to_string(path).expect("an example");
        assert!(text.contains("# Source: "), "{name}.toml names no source");
        let study: toml::Table = text.parse().expect("TOML");
        for clause in study["contract"]["clauses"].as_array().expect("clauses") {
            let kind = clause["kind"].as_str().expect("a kind");
            for (field, value) in clause.as_table().expect("a clause") {
                shown.insert(format!("{kind}.{field}"));
                shown.insert(format!("{kind}.{field} = {}", value.as_str().unwrap_or_default()));
            }
            shown.insert(kind.to_owned());
        }
    }
    let mut missing = Vec::new();
    for (kind, fields) in kinds() {
        missing.extend((!shown.contains(&kind)).then(|| kind.clone()));
        for (field, about) in fields.as_object().expect("fields") {
            let default = about["default"].as_str();
            let readings = words(about).into_iter().filter(|word| Some(*word) != default);
            let mut wanted: Vec<String> =
                readings.map(|word| format!("{kind}.{field} = {word}")).collect();
            if wanted.is_empty() {
                wanted.push(format!("{kind}.{field}"));
            }
            missing.extend(wanted.into_iter().filter(|key| !shown.contains(key)));
        }
    }
    assert!(missing.is_empty(), "no worked example in tests/clauses for: {missing:#?}");
}

/// Two discounts of 5 % may be meant, and may be pasted: both apply, with a warning.
#[test]
fn a_clause_that_stands_twice_is_warned_of() {
    let five = r#"{ kind = "flat_discount", share = 0.05 }"#;
    let codes = |clauses: String| -> Vec<String> {
        let study = study_at(
            "tests/clauses/flat_discount.toml",
            &[&format!("contract.clauses=[{clauses}]")],
        );
        study.facts.warnings.iter().map(|w| w.code.clone()).collect()
    };
    assert!(codes(format!("{five}, {five}")).contains(&"clause-twice".to_owned()));
    assert!(!codes(five.to_owned()).contains(&"clause-twice".to_owned()));
}

/// Paying ahead costs interest; a study that counts none says so.
#[test]
fn an_upfront_payment_without_interest_is_warned_of() {
    let warned = |overrides: &[&str]| {
        let study = study_at("tests/clauses/upfront.toml", overrides);
        study.facts.warnings.iter().any(|w| w.code == "upfront-without-interest")
    };
    assert!(warned(&[]));
    assert!(!warned(&["finance.discount_rate_per_year=0.08"]));
    assert!(!warned(&["contract.clauses=[]"]));
}

/// A refund needs a right that gives units up.
#[test]
fn a_refund_without_a_right_is_warned_of() {
    let warned = |overrides: &[&str]| {
        let study = study_at("tests/clauses/upfront.toml", overrides);
        study.facts.warnings.iter().any(|w| w.code == "refund-without-right")
    };
    let clauses = |more: &str| {
        format!("contract.clauses=[{{ kind = \"upfront\", discount = 0.1, refund = 1.0 }}{more}]")
    };
    let leave = ", { kind = \"terminate\", fee_months = 1, notice_months = 1, policy = { kind = \"never\" } }";
    assert!(warned(&[&clauses("")]));
    assert!(!warned(&[&clauses(leave)]));
}

/// Spare hourly units are paid for and idle: 40 and 20 of excess with a quarter to spare at 9.
#[test]
fn spare_hourly_units_are_waste() {
    let study = study_at("tests/clauses/with_ramp_only_while_in_force.toml", &[]);
    let results = answer(&study);
    let waste = strategy(&results, "provisioned").measure(Measure::Waste).mean.value;
    equal("waste", waste, (40.0 + 20.0) * 0.25 * 9.0);
    // Before a conversion everything is bought on demand: nothing is held to spare.
    let headroom = "strategies.provisioned.headroom=0.25";
    let study = study_at("tests/clauses/with_conversion_only_on_demand_before.toml", &[headroom]);
    let waste = strategy(&answer(&study), "provisioned").measure(Measure::Waste).mean.value;
    equal("waste after a conversion", waste, 4.0 * 30.0 * 0.25 * 8.0);
}

/// Before a conversion everything is bought on demand: 30 of 80 are rejected in two of four months.
#[test]
fn nothing_is_rejected_before_a_conversion() {
    let study = study_at("tests/clauses/with_conversion_and_rejected_load.toml", &[]);
    let share = strategy(&answer(&study), "provisioned").measure(Measure::RejectedShare).mean.value;
    equal("rejected", share, 2.0 * 30.0 / (4.0 * 80.0));
}

/// A year's fees of 50 units at 5.52, paid with the first bill and not by the month: what it is worth
/// more than the percentage is the interest.
#[test]
fn an_upfront_payment_moves_money_in_time() {
    let worth = |overrides: &[&str]| {
        let load = ["workload.level=50", "finance.discount_rate_per_year=0.08"];
        let all: Vec<&str> = load.iter().chain(overrides).copied().collect();
        let results = answer(&study_at("tests/clauses/upfront.toml", &all));
        strategy(&results, "hybrid").measure(Measure::PresentValue).mean.value
    };
    let factor = |month: i32| 1.08f64.powf(-f64::from(month) / 12.0);
    equal("paid ahead", worth(&[]), 3_312.0 * factor(1));
    let monthly: f64 = (1..=12).map(|month| 276.0 * factor(month)).sum();
    let same_price = "contract.clauses=[{ kind = \"flat_discount\", share = 0.08 }]";
    equal("paid by the month", worth(&[same_price]), monthly);
    // Of a term that the horizon cuts, the months simulated are paid.
    equal("cut", worth(&["horizon_months=5"]), 5.0 * 276.0 * factor(1));
}

/// The shortest way to the totals of a size is as long as the clauses need: what the search for a
/// size adds up is what is billed.
#[test]
fn totals_are_those_of_the_bills() {
    for name in examples() {
        let study = study_at(&format!("tests/clauses/{name}.toml"), &[]);
        let (desk, paths) = (Desk::new(&study), paths(&study));
        let units = study.units.expect("an example gives its units");
        let entry = Entry { strategy: study.strategies.len() - 1, units };
        let (mut short, mut full) = (desk.scratch(false), desk.scratch(true));
        desk.open(&mut short);
        desk.open(&mut full);
        let (lean, long) =
            (desk.totals(entry, &paths, &mut short), desk.settle(entry, &paths, &mut full));
        assert_eq!(format!("{lean:?}"), format!("{long:?}"), "{name}");
        totals_are_sums(&name, &long, &full.ledger.months);
        let costs = desk.costs(entry, &paths, &mut short);
        assert_eq!(format!("{costs:?}"), format!("{:?}", Costs::from(long)), "{name}");
        // Where nothing is signed no clause holds.
        let entry = Entry { units: 0.0, ..entry };
        let (lean, nothing) =
            (desk.totals(entry, &paths, &mut short), desk.settle(entry, &paths, &mut full));
        assert_eq!(format!("{lean:?}"), format!("{nothing:?}"), "{name}, nothing signed");
        let list = paths.load.iter().zip(&paths.on_demand).map(|(load, price)| load[0] * price[0]);
        equal(&format!("{name}, nothing signed"), nothing.cost[0], list.sum());
    }
}

/// What each total adds up, line by line.
fn totals_are_sums(name: &str, totals: &Totals, months: &[Month]) {
    let sum = |of: &dyn Fn(&Month) -> f64| months.iter().map(of).sum::<f64>();
    let sums = [
        ("fee", totals.fee, sum(&|m| m.fee[0])),
        ("overflow", totals.overflow, sum(&|m| m.hourly[0] + m.on_demand[0] + m.rebate[0])),
        ("unallocated", totals.unallocated, sum(&|m| m.unallocated[0])),
        ("idle", totals.idle, sum(&|m| m.idle[0])),
        ("shortage", totals.shortage, sum(&|m| m.shortage[0])),
        ("termination", totals.termination, sum(&|m| m.termination[0])),
        ("credit", totals.credit, sum(&|m| m.credit[0] + m.granted[0])),
        ("shortfall", totals.shortfall, sum(&|m| m.shortfall[0])),
        ("apart", totals.apart, sum(&|m| m.apart[0])),
        ("demand", totals.demand, sum(&|m| m.demand[0])),
        ("served", totals.served, sum(&|m| m.served[0])),
        ("rejected", totals.rejected, sum(&|m| m.rejected[0])),
        ("deployed", totals.deployed, sum(&|m| m.deployed[0])),
    ];
    let prepaid = sum(&|m| m.prepaid[0]);
    for (line, total, sum) in sums {
        equal(&format!("{name}, {line}"), total[0], sum);
    }
    let [_, _, unallocated, idle, ..] = sums.map(|(_, _, sum)| sum);
    let [fee, overflow, _, _, shortage, termination, credit, shortfall, apart, ..] =
        sums.map(|(_, _, sum)| sum);
    let cost = fee + overflow + shortage + termination + prepaid + credit + shortfall + apart;
    equal(&format!("{name}, cost"), totals.cost[0], cost);
    equal(&format!("{name}, waste"), totals.waste()[0], unallocated + idle);
}

/// Two clauses of a kind have parameters of their own, and the first keeps its name.
#[test]
fn parameters_are_named_by_kind_and_number() {
    let uncertain = "share = { dist = \"uniform\", min = 0.1, max = 0.2 }";
    let discount = format!("{{ kind = \"flat_discount\", {uncertain} }}");
    let credit = format!("{{ kind = \"clawback\", threshold = 0.7, {uncertain} }}");
    let clauses = clauses_are(&format!("{discount}, {credit}, {discount}"));
    let study = study_at("tests/studies/static.toml", &[&clauses]);
    let parameters = study.model.parameters();
    let names: Vec<&str> =
        parameters.uncertain().map(|k| parameters.list()[k].name.as_str()).collect();
    let expected =
        ["clause flat_discount.share", "clause clawback.share", "clause flat_discount 2.share"];
    assert_eq!(names, expected);
}

/// Many sizes are settled at once only where every path has the same units.
#[test]
fn quantities_are_certain_where_nothing_moves_them() {
    let share = "{ dist = \"uniform\", min = 0.4, max = 0.6 }";
    let ramp = |first: &str, second: &str| {
        format!(
            "{{ kind = \"ramp\", steps = [{{ until_month = 3, share = {first} }}, {{ until_month = 6, share = {second} }}] }}"
        )
    };
    let ladder = "{ kind = \"tranches\", tranches = [{ share = 1, months = 12 }] }";
    let discount = format!("{{ kind = \"flat_discount\", share = {share} }}");
    let cases = [
        (ramp("0.5", "0.7"), true),
        (ramp(share, share), false),
        (ramp("0.5", share), false),
        (format!("{ladder}, {}", ramp(share, share)), false),
        (format!("{}, {discount}", ramp("0.5", "0.7")), true),
    ];
    for (clauses, certain) in cases {
        let study = study_at("tests/studies/static.toml", &[&clauses_are(&clauses)]);
        assert_eq!(study.contract.has_certain_quantities(), certain, "{clauses}");
    }
}

/// What a stated exercise leaves depends on nothing, unless what it takes, pays or may depends on
/// the months before.
#[test]
fn exercises_are_certain_where_nothing_moves_what_they_leave() {
    let uncertain = "{ dist = \"uniform\", min = 0.1, max = 0.2 }";
    let never = "policy = { kind = \"never\" }";
    let windows = "windows = { every_months = 3 }";
    let flex =
        |share: &str| format!("{{ kind = \"flex_down\", share = {share}, {windows}, {never} }}");
    let more = |price: &str| {
        format!("{{ kind = \"expansion\", share = 0.1, price = \"{price}\", {windows}, {never} }}")
    };
    let refund = format!("{{ kind = \"refund\", limit_usd = 500, over_months = 12, {never} }}");
    let conversion = format!("{{ kind = \"conversion\", share = 0.5, {never} }}");
    let cases = [
        (flex("0.1"), true),
        (flex(uncertain), false),
        (more("signed"), true),
        (more("list"), false),
        (refund, false),
        (conversion, false),
    ];
    for (clauses, certain) in cases {
        let study = study_at("tests/studies/static.toml", &[&clauses_are(&clauses)]);
        assert_eq!(study.contract.has_certain_exercises(), certain, "{clauses}");
    }
}

/// What can be agreed up to its edges, and what is found beyond them, in 24 months of a term.
#[expect(clippy::too_many_lines, reason = "a table of cases")]
#[test]
fn what_can_be_agreed_ends_where_it_says() {
    let never = "policy = { kind = \"never\" }";
    let on = |months: &str| format!("policy = {{ kind = \"declared\", months = [{months}] }}");
    let right = |kind: &str, rest: &str| format!("{{ kind = \"{kind}\", share = 0.1, {rest} }}");
    let flex = |windows: &str, policy: &str| {
        right("flex_down", &format!("windows = {{ {windows} }}, {policy}"))
    };
    let leave = |rest: &str| format!("{{ kind = \"terminate\", {rest}, {never} }}");
    let yearly = |months: &str| flex("every_months = 1, per_year = 1", &on(months));
    let switch = |policy: &str| {
        format!("{{ kind = \"switching\", price_factor = 0.5, cost = 1, {policy} }}")
    };
    let early = |until: usize, policy: &str| {
        right("early_downgrade", &format!("until_month = {until}, {policy}"))
    };
    let ladder = |tranches: &str| format!("{{ kind = \"tranches\", tranches = [{tranches}] }}");
    let ramp = |until: usize| {
        format!("{{ kind = \"ramp\", steps = [{{ until_month = {until}, share = 0.5 }}] }}")
    };
    let steps = |first: usize, second: usize| {
        let step = |until: usize| format!("{{ until_month = {until}, share = 0.5 }}");
        format!("{{ kind = \"ramp\", steps = [{}, {}] }}", step(first), step(second))
    };
    let renewal = |notice: usize| {
        format!("{{ kind = \"renewal_option\", notice_months = {notice}, {never} }}")
    };
    let tiers = |second: usize| {
        format!(
            "{{ kind = \"volume_tiers\", tiers = [{{ from = 5, share = 0.1 }}, {{ from = {second}, share = 0.2 }}] }}"
        )
    };
    let ahead = |right: &str| format!("{{ kind = \"upfront\", discount = 0.1 }}, {right}");
    let more = right("expansion", &format!("windows = {{ every_months = 3 }}, {never}"));
    let cases: Vec<(String, &[&str])> = vec![
        (flex("every_months = 3, notice_months = 23", never), &[]),
        (flex("every_months = 3, notice_months = 24", never), &["beyond-term"]),
        (flex("months = [24]", never), &[]),
        (flex("months = [25]", never), &["beyond-term"]),
        (leave("after_month = 24"), &[]),
        (leave("after_month = 25"), &["beyond-term"]),
        (flex("every_months = 3", &on("3, 6")), &[]),
        (flex("every_months = 3", &on("3, 4")), &["no-window"]),
        (flex("every_months = 3", &on("3, 3")), &["order"]),
        (flex("every_months = 3", &on("6, 3")), &["order"]),
        (flex("months = [3, 3]", never), &["order"]),
        (yearly("12, 13"), &[]),
        (yearly("1, 2"), &["over-budget"]),
        (yearly("13, 14"), &["over-budget"]),
        (flex("every_months = 1, per_year = 1, carry_over = true", &on("13, 14")), &[]),
        (
            flex("every_months = 1, per_year = 1, carry_over = true", &on("1, 13, 14")),
            &["over-budget"],
        ),
        (right("conversion", &on("3")), &[]),
        (right("conversion", &on("3, 6")), &["over-budget"]),
        (early(6, &on("3, 6")), &["over-budget"]),
        (leave("after_month = 3").replace(never, &on("3, 6")), &["over-budget"]),
        (switch(&on("3, 6")), &["over-budget"]),
        (early(24, never), &[]),
        (early(25, never), &["beyond-term"]),
        (ramp(24), &[]),
        (ramp(25), &["beyond-term"]),
        (steps(12, 13), &[]),
        (steps(12, 12), &["order"]),
        (renewal(23), &[]),
        (renewal(24), &["beyond-term"]),
        (tiers(6), &[]),
        (tiers(5), &["order"]),
        (ladder("{ share = 0.5, months = 1 }"), &[]),
        (ladder("{ share = 0.5, from_month = 24, months = 1 }"), &[]),
        (ladder("{ share = 0.5, from_month = 25, months = 1 }"), &["beyond-term", "empty-range"]),
        (ladder("{ share = 0.5, months = 6 }, { share = 0.5, months = 6 }"), &["duplicate"]),
        (ladder("{ share = 0.5, months = 6 }, { share = 0.5, months = 7 }"), &[]),
        (ladder("{ share = 0.5, months = 6 }, { share = 0.5, from_month = 2, months = 6 }"), &[]),
        (
            ladder(
                "{ share = 0.5, months = 6 }, { share = 0.5, months = 6, fee_per_unit_month = 1 }",
            ),
            &[],
        ),
        (ahead(&more), &[]),
        (ahead(&flex("every_months = 3", never)), &["no-refund"]),
        (ahead(&leave("after_month = 3")), &["no-refund"]),
        (ahead(&switch(never)), &["no-refund"]),
    ];
    for (clauses, expected) in cases {
        assert_eq!(
            errors(&["contract.term_months=24", &clauses_are(&clauses)]),
            expected,
            "{clauses}"
        );
    }
}

/// Windows lie within the months in force: all of them with a renewal, a term otherwise, and none
/// before the start or beyond the horizon.
#[test]
fn windows_lie_within_the_months_in_force() {
    let renewed = "contract.renewal=\"renew\"";
    let lapsing = "contract.renewal=\"on_demand\"";
    let cases = [
        ("horizon_months=36", renewed, 0, 36),
        ("horizon_months=36", renewed, 4, 33),
        ("horizon_months=36", lapsing, 0, 24),
        ("horizon_months=12", lapsing, 0, 12),
    ];
    for (horizon, renewal, start, last) in cases {
        let start = format!("contract.start_month={}", start.max(1));
        let found = |month: usize| {
            let windows = format!("windows = {{ months = [{month}] }}");
            let policy = "policy = { kind = \"never\" }";
            let flex = format!("{{ kind = \"flex_down\", share = 0.1, {windows}, {policy} }}");
            errors(&["contract.term_months=24", horizon, renewal, &start, &clauses_are(&flex)])
        };
        assert_eq!(found(last), [""; 0], "{horizon}, {renewal}, {start}");
        assert_eq!(found(last + 1), ["beyond-term"], "{horizon}, {renewal}, {start}");
    }
}

fn clauses_are(clauses: &str) -> String {
    format!("contract.clauses=[{clauses}]")
}

/// The codes of what is wrong with `static.toml` so changed.
fn errors(overrides: &[&str]) -> Vec<String> {
    let overrides: Vec<String> = overrides.iter().map(|s| (*s).to_owned()).collect();
    let loaded = load(&repository("tests/studies/static.toml"), &overrides);
    let errors = loaded.findings.list.iter().filter(|f| f.severity == Severity::Error);
    errors.map(|f| f.code.to_string()).collect()
}

// ---- Words --------------------------------------------------------------------------------------

/// A page says of every clause what was agreed. The words were compared with the terms of the
/// examples by hand.
#[test]
fn descriptions_say_what_was_agreed() {
    let mut agreed = BTreeSet::new();
    for name in examples() {
        let study = study_at(&format!("tests/clauses/{name}.toml"), &[]);
        agreed.extend(study.contract.clauses.iter().map(|clause| clause.get().describe()));
    }
    let unlimited = "{ kind = \"collar\", floor = 0, ceiling = inf, price = \"on_demand\" }";
    let study = study_at("tests/studies/static.toml", &[&clauses_are(unlimited)]);
    agreed.insert(study.contract.clauses[0].get().describe());
    let lines: Vec<String> = agreed.into_iter().collect();
    insta::assert_snapshot!(lines.join("\n"));
}

// ---- Neutral parameters -----------------------------------------------------------------------

/// Clauses that change nothing, by kind.
const NEUTRAL: [(&str, &[&str]); 19] = [
    ("ramp", &["steps = [{ until_month = 3, share = 1.0 }]"]),
    (
        "escalation_cap",
        &[
            "annual = inf",
            "annual = inf, reading = \"catch_up\", first_year = \"capped\"",
            "annual = inf, reading = \"ratchet\", price = \"commitment\"",
            "annual = 1e9, first_year = \"capped\", price = \"on_demand\"",
            "annual = 1e9, first_year = \"capped\", until_month = 3",
        ],
    ),
    ("collar", &["floor = 0.0, ceiling = inf", "floor = 0, ceiling = 1e9, price = \"commitment\""]),
    (
        "flat_discount",
        &[
            "share = 0.0",
            "share = 0, price = \"both\", until_month = 5",
            "share = 0, stacking = \"add\"",
        ],
    ),
    (
        "volume_tiers",
        &[
            "tiers = [{ from = 10, share = 0.0 }]",
            "tiers = [{ from = 1e12, share = 0.5 }], reading = \"all_units\", by = \"units\"",
            "tiers = [{ from = 0, share = 0 }, { from = 5, share = 0 }], by = \"units\"",
        ],
    ),
    ("credit_grant", &["amount = 0.0", "amount = 0, pays = \"on_demand\", until_month = 3"]),
    (
        "spend_commitment",
        &[
            "amount = 0.0, tiers = [{ from = 1, share = 0.5 }]",
            "amount = 1e9, penalty = 0, counts = \"on_demand\"",
            "amount = 1, period = \"month\", counts = \"commitment\", tiers = [{ from = 0, share = 0 }]",
        ],
    ),
    (
        "conversion",
        &[
            "share = 0.0, policy = { kind = \"never\" }",
            "share = 0, price = \"list\", true_up_months = 3, policy = { kind = \"declared\", months = [4] }",
        ],
    ),
    (
        "tranches",
        &[
            "tranches = [{ share = 1.0, months = 12 }]",
            "tranches = [{ share = 1, months = 6 }, { share = 1, from_month = 7, months = 6 }]",
        ],
    ),
    (
        "share_of_wallet",
        &[
            "threshold = 0.7, share = 0.0, other_spend = 1e6",
            "threshold = 0, share = 0, other_spend = 5, price = \"commitment\", period = \"month\"",
        ],
    ),
    (
        "switching",
        &[
            "price_factor = 0.5, cost = 10, policy = { kind = \"never\" }",
            "price_factor = 0.5, cost = 10, policy = { kind = \"threshold\", level = 1.0 }",
        ],
    ),
    ("upfront", &["share = 0.0, discount = 0.1, refund = 0.5", "share = 0, discount = 0"]),
    ("clawback", &["threshold = 0.0, share = 0.1", "threshold = 0.9, share = 0, final = \"lose\""]),
    (
        "flex_down",
        &[
            "share = 0.2, windows = { every_months = 3 }, policy = { kind = \"never\" }",
            "share = 0.0, windows = { every_months = 1 }, policy = { kind = \"threshold\", level = 1.0 }",
            "share = 0.2, windows = { every_months = 1 }, policy = { kind = \"threshold\", level = 0.0 }",
            "share = 0.2, windows = { every_months = 31 }, policy = { kind = \"threshold\", level = 1.0 }",
        ],
    ),
    (
        "early_downgrade",
        &[
            "share = 0.1, until_month = 6, policy = { kind = \"never\" }",
            "share = 0.0, until_month = 6, policy = { kind = \"declared\", months = [4] }",
            "share = 0.1, until_month = 12, notice_months = 11, policy = { kind = \"threshold\", level = 0.0 }",
        ],
    ),
    (
        "refund",
        &[
            "limit_usd = 500, policy = { kind = \"never\" }",
            "limit_usd = 0, fee_share = 0.12, policy = { kind = \"declared\", months = [4] }",
            "limit_usd = 500, parts = 3, policy = { kind = \"threshold\", level = 0.0 }",
        ],
    ),
    (
        "terminate",
        &[
            "policy = { kind = \"never\" }",
            "fee_usd = 1e6, fee_share = 1, policy = { kind = \"threshold\", level = 0.0, signal = \"load\" }",
        ],
    ),
    (
        "expansion",
        &[
            "share = 0.2, windows = { every_months = 3 }, policy = { kind = \"never\" }",
            "share = 0.0, windows = { every_months = 1 }, policy = { kind = \"threshold\", level = 0.0 }",
            "share = 0.2, windows = { every_months = 1 }, policy = { kind = \"threshold\", level = 1.0 }",
        ],
    ),
    (
        "renewal_option",
        &[
            "policy = { kind = \"never\" }",
            "notice_months = 0, price_change = 0.2, policy = { kind = \"threshold\", level = 1e6, signal = \"load\" }",
        ],
    ),
];

const SIMPLE: [&str; 3] =
    ["contract.units=100", "sizing.sizes=[60, 100, 140]", "strategies.compare=[\"hybrid\"]"];

/// Growth, jumps, prices, errors, correlation, a renewal, hourly units, and all three strategies.
const RICH: [&str; 8] = [
    "horizon_months=30",
    "growth={ expected_per_year = 0.4, volatility_per_month = 0.08, jumps.launch = { per_year = 0.5, log_mean = 0.2, log_sd = 0.1 } }",
    "price={ expected_per_year = 0.06, volatility_per_month = 0.03, jumps.cut = { per_year = 0.2, log_mean = -0.5 } }",
    "forecast_error={ level = { dist = \"lognormal\", mean = 1.0, log_sd = 0.1 }, shock_sd = 0.05, persistence = 0.6 }",
    "correlations=[{ between = [\"growth\", \"price\"], value = 0.3 }]",
    "contract={ fee_per_unit_month = 0.6, hourly_per_unit_month = 1.4, term_months = 12, renewal = \"renew\", renewal_price_change = { dist = \"uniform\", min = 0.0, max = 0.1 } }",
    "strategies.compare=[\"provisioned\", \"hybrid\"]",
    "sizing.sizes=[40, 80, 120, 160]",
];

/// What happens after a term of `RICH`.
const RENEWED: &str =
    "renewal = \"renew\", renewal_price_change = { dist = \"uniform\", min = 0.0, max = 0.1 }";

/// Everything that was computed, without what repeats the inputs.
fn numbers(results: &Results) -> String {
    let answer = (&results.answer.units, &results.answer.saving, &results.answer.p90_cost);
    let rest = (&results.strategies, &results.sizing, &results.months, &results.break_even);
    serde_json::to_string(&(answer, rest)).expect("JSON")
}

#[test]
fn a_neutral_clause_changes_no_bit() {
    let neutral = |kind: &str| NEUTRAL.iter().find(|(k, _)| *k == kind).map(|(_, forms)| *forms);
    for study in [&SIMPLE[..], &RICH[..]] {
        let with = |clauses: &str, otherwise: &str| {
            let clauses = format!("contract.clauses=[{clauses}]");
            let study = study.iter().map(|text| text.replace(RENEWED, otherwise));
            let more = ["run.sampler=\"pseudo\"", "run.paths=256", clauses.as_str()];
            let overrides: Vec<String> = study.chain(more.map(str::to_owned)).collect();
            let overrides: Vec<&str> = overrides.iter().map(String::as_str).collect();
            let mut results = answer(&study_at("tests/studies/static.toml", &overrides));
            if otherwise != RENEWED {
                // Prices of a later term are shown with a right to it alone.
                results.months.iter_mut().for_each(|month| month.commitment_price = None);
                results.break_even.utilization_over_term = 0.0;
            }
            numbers(&results)
        };
        let lapsing = "renewal = \"on_demand\"";
        let without = [RENEWED, lapsing].map(|otherwise| with("", otherwise));
        for (kind, _) in kinds() {
            let forms = neutral(&kind).unwrap_or_else(|| panic!("{kind} has no neutral form here"));
            // A right to renew is for a contract that runs out.
            let (otherwise, without) = if kind == "renewal_option" {
                (lapsing, &without[1])
            } else {
                (RENEWED, &without[0])
            };
            for form in forms {
                let clause = format!("{{ kind = \"{kind}\", {form} }}");
                assert!(with(&clause, otherwise) == *without, "{clause} changes results");
            }
        }
        let every: Vec<String> = kinds()
            .iter()
            .map(|(kind, _)| format!("{{ kind = \"{kind}\", {} }}", neutral(kind).expect("one")[0]))
            .collect();
        assert!(with(&every.join(", "), lapsing) == without[1], "together they change results");
    }
}

// ---- Documentation ----------------------------------------------------------------------------

const HEADINGS: [&str; 6] =
    ["What it does", "Formula", "Parameters", "Ambiguity and our reading", "Example", "Source"];

/// The sections of a clause's documentation, in order.
fn sections(kind: &str) -> Vec<(String, String)> {
    let path = repository(&format!("src/contract/{kind}.rs"));
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{kind}.rs: {e}"));
    let documented = text
        .lines()
        .filter_map(|line| line.strip_prefix("/// ").or(Some("").filter(|_| line == "///")));
    let mut sections: Vec<(String, String)> = Vec::new();
    for line in documented {
        match (line.strip_prefix("# "), sections.last_mut()) {
            (Some(heading), _) => sections.push((heading.to_owned(), String::new())),
            (None, Some((_, body))) => body.push_str(&format!("{line}\n")),
            (None, None) => {}
        }
    }
    sections
}

#[test]
fn every_clause_is_documented_under_the_same_headings() {
    for (kind, _) in kinds() {
        let sections = sections(&kind);
        let headings: Vec<&str> = sections.iter().map(|(heading, _)| heading.as_str()).collect();
        assert_eq!(headings, HEADINGS, "{kind}");
        for (heading, body) in sections {
            assert!(!body.trim().is_empty(), "{kind}: nothing under {heading}");
        }
    }
}

/// Where the clause of each documented example acts, and whether it remembers more than a month.
#[test]
fn every_clause_acts_in_its_stages() {
    let acts: [(&str, &[&str], bool); 19] = [
        ("tranches", &["caps", "quantity"], false),
        ("ramp", &["quantity"], false),
        ("escalation_cap", &["caps"], false),
        ("collar", &["caps"], false),
        ("flat_discount", &["discounts"], false),
        ("upfront", &["discounts", "prepaid"], true),
        ("volume_tiers", &["rebates"], false),
        ("clawback", &["credits"], false),
        ("conversion", &["quantity", "credits"], true),
        ("flex_down", &["quantity"], false),
        ("early_downgrade", &["quantity"], false),
        ("refund", &["quantity"], false),
        ("terminate", &["quantity"], false),
        ("expansion", &["quantity"], false),
        ("renewal_option", &["quantity"], false),
        ("switching", &["quantity"], false),
        ("credit_grant", &["grants"], true),
        ("spend_commitment", &["discounts", "shortfall"], true),
        ("share_of_wallet", &["discounts", "shortfall"], true),
    ];
    for (kind, stages, remembers) in acts {
        let hooks = documented(kind).contract.clauses[0].get().hooks();
        let acting = Stage::ORDER.into_iter().filter(|stage| stage.holds(hooks));
        assert_eq!(acting.map(Stage::title).collect::<Vec<_>>(), stages, "{kind}");
        assert_eq!(hooks.remembers, remembers, "{kind}");
    }
    // Without a true-up a conversion pays nothing back; without tiers a promise lowers no price.
    let hooks = |clause: &str| {
        study_at("tests/studies/static.toml", &[&clauses_are(clause)]).contract.clauses[0]
            .get()
            .hooks()
    };
    let conversion = |months: usize| {
        hooks(&format!(
            "{{ kind = \"conversion\", true_up_months = {months}, policy = {{ kind = \"never\" }} }}"
        ))
    };
    assert!(!conversion(0).credit && !conversion(0).remembers && conversion(1).credit);
    assert!(!hooks("{ kind = \"spend_commitment\", amount = 5 }").discount);
}

#[test]
fn the_documented_example_is_a_valid_clause_of_its_kind() {
    for (kind, _) in kinds() {
        let study = documented(&kind);
        let kinds: Vec<String> = study.contract.clauses.iter().map(AnyClause::kind).collect();
        assert_eq!(kinds, [kind]);
    }
}

/// A certain study with the documented example of a kind.
fn documented(kind: &str) -> Study {
    let path = repository("tests/studies/certain.toml");
    let base = std::fs::read_to_string(&path).expect("a study");
    let sections = sections(kind);
    let (_, body) = sections.iter().find(|(heading, _)| heading == "Example").expect("one");
    let example = body.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
    let text = format!("{base}\n{}", example.expect("a TOML block"));
    let loaded = load_text(kind, &text, &repository("tests/studies"), &[]);
    loaded.study.unwrap_or_else(|| panic!("{}", loaded.findings.render(false)))
}
