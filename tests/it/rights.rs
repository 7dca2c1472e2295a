//! Rights against exact values of rules that a contract manager can follow, and against the claim
//! that a policy sees closed months alone.

use crate::support::{assert_within, at, list, run, sizing, study};
use waterline::contract::policy::{Fitted, Line, Policy};
use waterline::contract::right::Towards;
use waterline::ledger::{Ledger, Month, parts};
use waterline::path::{PathBlock, Points};
use waterline::rng::{Block, LANES};
use waterline::settle::{Prices, reprice, settle};
use waterline::size::desk::{Desk, Entry};
use waterline::study::Study;

/// A flex-down of 15 % at the end of each quarter, a month's notice, twice a year.
fn flex(policy: &str) -> String {
    format!(
        "contract.clauses=[{{ kind = \"flex_down\", share = 0.15, windows = {{ every_months = 3, notice_months = 1, per_year = 2 }}, policy = {{ kind = \"threshold\", {policy} }} }}]"
    )
}

/// Numerics 1g, "Rules a contract manager can follow": 100 units for a year, flat load; what each
/// rule saves, from dynamic programs on fine grids.
#[test]
fn rules_are_worth_what_exact_evaluation_says() {
    let without = 927.887_288;
    let rules = [
        ("level = 0.70", 3.011_004),
        ("level = 0.85", 8.740_675),
        ("level = 0.8968", 9.373_860),
        ("level = 1.0", 6.016_929),
        ("level = 0.9638, per_month_left = -0.00915", 9.482_984),
        ("level = 0.85, signal = \"load\"", 8.740_675),
    ];
    let sizes = format!("sizing.sizes={}", list(&[100.0]));
    let cost = |clause: &str| {
        let results = run("static", &[&sizes, "run.paths=524288", clause]);
        at(&results, 100.0).cost.mean
    };
    assert_within("no right", cost("contract.clauses=[]"), without, 1e-4);
    for (policy, saving) in rules {
        assert_within(policy, cost(&flex(policy)), without - saving, 1e-4);
    }
}

/// A block of paths, and its months under 100 units.
fn block(study: &Study) -> PathBlock {
    let mut paths = study.model.block();
    let sampler = study.model.sampler(Points::Pseudo, 3, "rights");
    study.model.generate(&*sampler, Points::Pseudo, Block { replicate: 0, first: 0 }, &mut paths);
    paths
}

fn settled(study: &Study, paths: &PathBlock) -> Vec<Month> {
    let (mut prices, mut ledger) = (Prices::default(), Ledger::new(study.months()));
    reprice(&study.contract, paths, &mut prices);
    let overflow = &study.strategies[1].overflow;
    settle(study.terms(), overflow, 100.0, paths, &prices, &mut ledger);
    ledger.months
}

/// Every right, with every signal, at monthly windows.
fn every_right() -> String {
    let windows = "windows = { every_months = 1, notice_months = 1, per_year = 3 }";
    let policy = |text: &str| format!("policy = {{ kind = \"threshold\", {text} }}");
    let clauses = [
        format!("kind = \"conversion\", share = 0.3, {}", policy("level = 0.8, signal = \"load\"")),
        format!("kind = \"flex_down\", share = 0.1, {windows}, {}", policy("level = 0.9")),
        format!(
            "kind = \"early_downgrade\", share = 0.2, until_month = 9, {}",
            policy("level = 0.8, signal = \"load\", over_months = 3")
        ),
        format!(
            "kind = \"expansion\", share = 0.1, price = \"list\", {windows}, {}",
            policy("level = 0.05, signal = \"overflow\", per_month_left = 0.001")
        ),
        format!("kind = \"terminate\", fee_months = 1, {}", policy("level = 0.7")),
    ];
    format!("contract.clauses=[{{ {} }}]", clauses.join(" }, { "))
}

/// The futures of all paths are exchanged and scaled from a month on: what was decided up to its
/// opening is the same, and what comes later is not.
#[test]
fn no_decision_sees_the_future() {
    let clauses = every_right();
    let study =
        study("static", &["contract.term_months=18", "price.volatility_per_month=0.05", &clauses]);
    let paths = block(&study);
    let before = settled(&study, &paths);
    for from in 1..study.months() {
        let mut other = paths.clone();
        for t in from..study.months() {
            for i in 0..LANES {
                let taken = (7 * i + 5) % LANES;
                other.load[t][i] = 0.6 * paths.load[t][taken];
                other.on_demand[t][i] = 1.5 * paths.on_demand[t][taken];
            }
        }
        let after = settled(&study, &other);
        for t in 0..=from {
            assert_eq!(before[t].exercised, after[t].exercised, "month {t}, changed from {from}");
            assert_eq!(before[t].reserved, after[t].reserved, "month {t}, changed from {from}");
        }
        if from < study.months() - 3 {
            let differs =
                (from + 1..study.months()).any(|t| before[t].exercised != after[t].exercised);
            assert!(differs, "changing the future from {from} on changes no later decision");
        }
    }
}

/// A contract that has ended reserves nothing, exercises nothing and buys on demand at list prices;
/// its fee is billed once.
#[test]
fn what_has_ended_stays_ended() {
    let clauses = every_right();
    let study = study("static", &["contract.term_months=18", &clauses]);
    let paths = block(&study);
    let months = settled(&study, &paths);
    let mut ended = 0;
    for i in 0..LANES {
        let Some(end) = months.iter().position(|m| m.ended[i]) else {
            assert!(months.iter().all(|m| m.termination[i] == 0.0));
            continue;
        };
        ended += 1;
        for (t, month) in months.iter().enumerate().skip(end) {
            assert!(month.ended[i] && month.reserved[i] == 0.0 && month.fee[i] == 0.0);
            assert_eq!(month.termination[i] > 0.0, t == end, "path {i}, month {t}");
            assert_eq!(month.on_demand[i], paths.load[t][i] * paths.on_demand[t][i]);
            assert!(t == end || month.exercised[i] == 0, "path {i}, month {t}");
        }
    }
    assert!((5..LANES).contains(&ended), "{ended} paths end");
}

/// A contract with rights is settled in full for every size: by no table of many sizes at once, and
/// totals are those of the ledger.
#[test]
fn rights_are_settled_in_full() {
    let clauses = every_right();
    let study = study("r1", &[&clauses]);
    assert!(!study.contract.is_plain() && !study.contract.has_certain_quantities());
    let desk = Desk::new(&study);
    let entries: Vec<Entry> =
        (1..=20).map(|i| Entry { strategy: 1, units: 5.0 * f64::from(i) }).collect();
    assert!(desk.batches(&entries).is_empty());
    let paths = block(&study);
    let (mut lean, mut full) = (desk.scratch(false), desk.scratch(true));
    desk.open(&mut lean);
    desk.open(&mut full);
    for entry in entries {
        let (short, long) =
            (desk.totals(entry, &paths, &mut lean), desk.settle(entry, &paths, &mut full));
        assert_eq!(format!("{short:?}"), format!("{long:?}"));
        let bills = full.ledger.months.iter().map(Month::cost);
        let sums = bills.fold([0.0; LANES], |mut sum, bill| {
            sum.iter_mut().zip(bill).for_each(|(sum, bill)| *sum += bill);
            sum
        });
        assert_eq!(sums, long.cost);
    }
}

/// What is paid ahead is used or comes back: over each term the line adds up to nothing where all that
/// is not used is refunded, and otherwise to what is lost of it.
#[test]
fn what_is_paid_ahead_is_used_or_comes_back() {
    let clauses = every_right();
    let rest = clauses.strip_prefix("contract.clauses=[").expect("a list");
    let lost = |refund: f64| {
        let ramp = "{ kind = \"ramp\", steps = [{ until_month = 3, share = 0.5 }] }";
        let upfront =
            format!("{{ kind = \"upfront\", share = 0.8, discount = 0.1, refund = {refund} }}");
        let clauses = format!("contract.clauses=[{ramp}, {upfront}, {rest}");
        let renewed =
            ["horizon_months=24", "contract.renewal=renew", "contract.renewal_price_change=0.1"];
        let study = study(
            "static",
            &[&renewed[..], &["price.volatility_per_month=0.05", &clauses]].concat(),
        );
        let months = settled(&study, &block(&study));
        let term = |months: &[Month], i: usize| months.iter().map(|m| m.prepaid[i]).sum::<f64>();
        let of = |i: usize| [term(&months[..12], i), term(&months[12..], i)];
        std::array::from_fn::<_, LANES, _>(of)
    };
    let (all, half, nothing) = (lost(1.0), lost(0.5), lost(0.0));
    for i in 0..LANES {
        for k in 0..2 {
            assert!(all[i][k].abs() <= 1e-9, "path {i}: {}", all[i][k]);
            assert!(nothing[i][k] >= -1e-9, "path {i}: {}", nothing[i][k]);
            assert!((half[i][k] - 0.5 * nothing[i][k]).abs() <= 1e-9, "path {i}");
        }
    }
    assert!(nothing.iter().flatten().any(|lost| *lost > 1.0), "nothing is lost");
}

/// Where clauses do not round, the order of rights means nothing: what each sees, and what ending
/// costs, is the same.
#[test]
fn the_order_of_rights_changes_no_bill() {
    let windows = "windows = { every_months = 2, notice_months = 1, per_year = 3 }";
    let policy = |text: &str| format!("policy = {{ kind = \"threshold\", {text} }}");
    let ramp = "{ kind = \"ramp\", steps = [{ until_month = 4, share = 0.5 }] }";
    let flex =
        format!("{{ kind = \"flex_down\", share = 0.1, {windows}, {} }}", policy("level = 0.8"));
    let price = |price: &str| {
        let policy = policy("level = 0.05, signal = \"overflow\", over_months = 2");
        format!("{{ kind = \"expansion\", share = 0.2, price = \"{price}\", {windows}, {policy} }}")
    };
    let leave = |notice: usize| {
        let policy = policy("level = 0.75, over_months = 3");
        format!("{{ kind = \"terminate\", fee_share = 0.3, notice_months = {notice}, {policy} }}")
    };
    let pairs = [
        (flex.clone(), price("signed")),
        (flex.clone(), price("list")),
        (leave(0), price("list")),
        (leave(2), price("signed")),
        (leave(1), flex),
    ];
    for (a, b) in &pairs {
        let months = |first: &str, second: &str| {
            let clauses = format!("contract.clauses=[{ramp}, {first}, {second}]");
            let overrides =
                ["contract.term_months=18", "price.volatility_per_month=0.05", &clauses];
            let study = study("static", &overrides);
            settled(&study, &block(&study))
        };
        let (one, other) = (months(a, b), months(b, a));
        let (mut first, mut second) = (0, 0);
        for (t, (x, y)) in one.iter().zip(&other).enumerate() {
            for i in 0..LANES {
                let (bill, swapped) = (x.cost()[i], y.cost()[i]);
                let near = (bill - swapped).abs() <= 1e-9 * bill.abs();
                assert!(near, "month {t}, path {i}: {bill}, and {swapped} with {b} before {a}");
                first += parts(x.exercised[i], 0);
                second += parts(x.exercised[i], 1);
            }
        }
        assert!(first > 0 && second > 0, "{a}, {b}: {first} and {second} exercises");
    }
}

/// A fitted line is a threshold of the last month's load: the same rule decides the same.
#[test]
fn a_fitted_line_is_a_threshold_of_the_load() {
    let right = |kind: &str, level: f64, slope: f64| {
        format!(
            "{{ kind = \"{kind}\", share = 0.2, windows = {{ every_months = 1, notice_months = 1, per_year = 3 }}, policy = {{ kind = \"threshold\", signal = \"load\", level = {level:?}, per_month_left = {slope:?} }} }}"
        )
    };
    let lines =
        [Line { level: 1.0, per_month_left: -0.01 }, Line { level: 1.1, per_month_left: 0.02 }];
    let [less, more] = lines;
    let rights = [
        right("flex_down", less.level, less.per_month_left),
        right("expansion", more.level, more.per_month_left),
    ];
    let ramp = "{ kind = \"ramp\", steps = [{ until_month = 3, share = 0.5 }, { until_month = 6, share = 0.75 }] }";
    let clauses = format!("contract.clauses=[{}, {ramp}]", rights.join(", "));
    let mut study = study("static", &["contract.term_months=18", &clauses]);
    let paths = block(&study);
    let by_threshold = settled(&study, &paths);
    let mut fit = |lines: [Option<Line>; 2]| {
        for (clause, line) in study.contract.clauses.iter_mut().zip(lines) {
            *clause.get_mut().policy_mut().expect("a right") = Policy::Fitted(Fitted { line });
        }
        settled(&study, &paths)
    };
    let by_line = fit(lines.map(Some));
    let by_none = fit([None, None]);
    assert!(by_none.iter().all(|month| month.exercised == [0; LANES]), "no line, no exercise");
    let mut exercised = [0; 2];
    for (t, (a, b)) in by_threshold.iter().zip(&by_line).enumerate() {
        assert_eq!(a.exercised, b.exercised, "month {t}");
        assert_eq!(a.reserved, b.reserved, "month {t}");
        for (place, count) in exercised.iter_mut().enumerate() {
            *count += a.exercised.iter().filter(|marks| parts(**marks, place) > 0).count();
        }
    }
    assert!(exercised.iter().all(|count| (5..6 * LANES).contains(count)), "{exercised:?}");
}

/// What was promised is settled path by path: where the contract ends, for the months until then, and
/// else with the year.
#[test]
fn a_promise_is_settled_where_its_path_ends() {
    let promise = 4800.0;
    let clauses = format!(
        "contract.clauses=[{{ kind = \"terminate\", policy = {{ kind = \"threshold\", level = 0.9 }} }}, {{ kind = \"spend_commitment\", amount = {promise:?} }}]"
    );
    let study = study("static", &[&clauses]);
    let months = settled(&study, &block(&study));
    let mut ends = Vec::new();
    for i in 0..LANES {
        let end = months.iter().position(|month| month.ended[i]);
        let counted = end.unwrap_or(months.len());
        let bills = months[..counted].iter().map(|month| month.fee[i] + month.on_demand[i]);
        let missing = promise * counted as f64 / 12.0 - bills.sum::<f64>();
        assert!(missing > 1.0, "path {i} reaches what was promised");
        let due = end.unwrap_or(months.len() - 1);
        for (t, month) in months.iter().enumerate() {
            let expected = if t == due { missing } else { 0.0 };
            assert!((month.shortfall[i] - expected).abs() <= 1e-9 * promise, "path {i}, month {t}");
        }
        ends.push(end);
    }
    ends.sort_unstable();
    ends.dedup();
    assert!(ends.len() >= 3 && ends[0].is_none(), "{ends:?}");
}

/// On the line nothing is exercised: 0.5 + 0.125 x 2 of 100 units are 75.
#[test]
fn a_line_is_passed_below_it_or_above_it() {
    let line = Line { level: 0.5, per_month_left: 0.125 };
    let passed = |towards, load| line.is_passed(towards, load, 2.0, 100.0);
    assert_eq!([74.9, 75.0, 75.1].map(|load| passed(Towards::Less, load)), [true, false, false]);
    assert_eq!([74.9, 75.0, 75.1].map(|load| passed(Towards::More, load)), [false, false, true]);
}

/// What a ledger held before, of other paths or another size, is in none of its bills.
#[test]
fn a_ledger_that_is_used_again_forgets() {
    let conversion = "{ kind = \"conversion\", share = 0.3, price = \"list\", after_month = 6, policy = { kind = \"threshold\", level = 0.8, signal = \"load\" } }";
    let leave =
        "{ kind = \"terminate\", fee_months = 1, policy = { kind = \"threshold\", level = 0.8 } }";
    let clauses = format!("contract.clauses=[{conversion}, {leave}]");
    let lapse = ["horizon_months=24", "contract.term_months=18", "contract.renewal=on_demand"];
    let study =
        study("static", &[&lapse[..], &["price.volatility_per_month=0.05", &clauses]].concat());
    let paths = block(&study);
    let mut other = paths.clone();
    for t in 0..study.months() {
        other.load[t].reverse();
        other.on_demand[t].reverse();
    }
    let settle_in = |ledger: &mut Ledger, units: f64, paths: &PathBlock| {
        let mut prices = Prices::default();
        reprice(&study.contract, paths, &mut prices);
        settle(study.terms(), &study.strategies[1].overflow, units, paths, &prices, ledger);
    };
    let mut used = Ledger::new(study.months());
    for (units, now) in [(100.0, &other), (100.0, &paths), (0.0, &paths), (60.0, &other)] {
        let mut fresh = Ledger::new(study.months());
        settle_in(&mut fresh, units, now);
        settle_in(&mut used, units, now);
        let moved = fresh.months.iter().any(|month| month.price_ratio != [1.0; LANES]);
        assert_eq!(moved, units > 0.0, "units at the price of the day");
        for (t, (a, b)) in fresh.months.iter().zip(&used.months).enumerate() {
            assert_eq!(a.cost(), b.cost(), "{units} units, month {t}");
            assert_eq!(a.exercised, b.exercised, "{units} units, month {t}");
            assert_eq!(a.ended, b.ended, "{units} units, month {t}");
        }
    }
}

/// Units that can be given up again do not make sizes useful that cost more than no commitment: the
/// last row of the sizing is the first that is dearer than on-demand by its fees, and not the peak of
/// the dearest future.
#[test]
fn sizes_end_where_fees_exceed_the_bill_on_demand() {
    let clause = "contract.clauses=[{ kind = \"flex_down\", share = 0.15, windows = { every_months = 3 }, policy = { kind = \"threshold\", level = 0.8 } }]";
    let growth = "growth.volatility_per_year=1.2";
    let highest = |overrides: &[&str]| {
        let results = run("static", &[&["run.paths=4096", growth], overrides].concat());
        let sizes = &sizing(&results).sizes;
        let cost = |i: usize| sizes[i].present_value.value;
        assert!(cost(sizes.len() - 1) > cost(0), "the last is useless");
        sizes[sizes.len() - 1].units
    };
    let (plain, flexible) = (highest(&[]), highest(&[clause]));
    assert!(flexible > plain && flexible < 2.0 * plain, "{plain} {flexible}");
}
