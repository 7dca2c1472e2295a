//! Inputs that are allowed and look like slips are doubted, by the code of the warning; the shipped
//! sample is not.

use crate::support::{answer, study, study_at};

const SAMPLE: &str = "models/studies/support_assistant.toml";

fn codes(overrides: &[&str]) -> Vec<String> {
    let study = study_at(SAMPLE, overrides);
    study.facts.warnings.iter().map(|w| w.code.clone()).collect()
}

#[test]
fn slips_are_doubted() {
    let own = codes(&[]);
    assert!(own.iter().all(|code| !code.starts_with("implausible")), "{own:?}");
    let slips = [
        ("growth.expected_per_year=30", "implausible-growth"),
        ("growth.volatility_per_month=0.9", "implausible-volatility"),
        ("finance.discount_rate_per_year=8", "implausible-discount"),
        ("finance.budget=9000", "implausible-budget"),
        // The price of an hour.
        ("contract.fee_per_unit_month=1", "implausible-fee"),
    ];
    for (slip, code) in slips {
        assert!(codes(&[slip]).iter().any(|c| c == code), "{slip}: {:?}", codes(&[slip]));
    }
}

#[test]
fn a_good_quote_is_not_doubted() {
    assert!(!codes(&["contract.fee_per_unit_month=200"]).contains(&"implausible-fee".to_owned()));
}

/// An exercise that is declared for a month in which it has no effect any more.
#[test]
fn exercises_after_the_end_are_doubted() {
    let idle = |month: usize| {
        let clause = format!(
            "contract.clauses=[{{ kind = \"terminate\", notice_months = 1, policy = {{ kind = \"declared\", months = [{month}] }} }}]"
        );
        let study = study("static", &["contract.term_months=12", &clause]);
        study.facts.warnings.iter().any(|w| w.code == "changes-nothing")
    };
    assert_eq!([6, 10, 11, 12, 30].map(idle), [false, false, true, true, true]);
}

/// Clauses that are valid and say something else than was meant, or nothing.
#[test]
fn slips_in_clauses_are_doubted() {
    let codes = |clauses: &str| -> Vec<String> {
        let study = study("static", &[&format!("contract.clauses=[{clauses}]")]);
        study.facts.warnings.iter().map(|w| w.code.clone()).collect()
    };
    let windows = "windows = { every_months = 3 }";
    let threshold = |policy: &str| format!("policy = {{ kind = \"threshold\", {policy} }}");
    let flex = |level: &str| {
        let policy = threshold(&format!("level = {level}"));
        format!("{{ kind = \"flex_down\", share = 0.1, {windows}, {policy} }}")
    };
    let more = |policy: &str| {
        let policy = threshold(policy);
        format!("{{ kind = \"expansion\", share = 0.1, {windows}, {policy} }}")
    };
    let ramp = |first: f64| {
        format!(
            "{{ kind = \"ramp\", steps = [{{ until_month = 3, share = {first:?} }}, {{ until_month = 6, share = 0.5 }}] }}"
        )
    };
    let clawback = |threshold: f64| {
        format!("{{ kind = \"clawback\", threshold = {threshold:?}, share = 0.1 }}")
    };
    let grant =
        |until: usize| format!("{{ kind = \"credit_grant\", amount = 9, until_month = {until} }}");
    let cap = |annual: &str| {
        let renewed = "price = \"on_demand\"";
        format!("{{ kind = \"escalation_cap\", annual = {annual}, {renewed} }}")
    };
    let unused = |kind: &str, terms: &str| {
        format!("{{ kind = \"{kind}\", {terms}, policy = {{ kind = \"never\" }} }}")
    };
    let leave = |after: usize| unused("terminate", &format!("after_month = {after}"));
    let renew = |change: f64| unused("renewal_option", &format!("price_change = {change:?}"));
    let cases = [
        ("implausible-renewal", renew(5.0), renew(0.05)),
        ("implausible-level", flex("85"), flex("0.85")),
        ("implausible-cap", cap("5"), cap("0.05")),
        ("implausible-cap", cap("5"), cap("inf")),
        ("falling-ramp", ramp(0.75), ramp(0.25)),
        ("changes-nothing", clawback(0.0), clawback(0.7)),
        ("changes-nothing", grant(13), grant(12)),
        ("changes-nothing", more("level = 1.0"), more("level = 0.99")),
        ("changes-nothing", more("level = 1.0"), more("level = 1.0, signal = \"load\"")),
        (
            "changes-nothing",
            more("level = 1.0"),
            format!("{}, {}", more("level = 1.0"), flex("0.85")),
        ),
        (
            "clause-twice",
            format!("{}, {}", clawback(0.7), clawback(0.6)),
            format!("{}, {}", flex("0.7"), flex("0.6")),
        ),
        ("clause-twice", format!("{}, {}", leave(3), leave(6)), leave(3)),
    ];
    for (code, slip, good) in cases {
        assert!(codes(&slip).iter().any(|c| c == code), "{slip}: {:?}", codes(&slip));
        assert!(!codes(&good).iter().any(|c| c == code), "{good}: {:?}", codes(&good));
    }
}

/// A limit of 0 lets nothing be handed back; what the contract has as a clause is in the costs.
#[test]
fn a_refund_clause_is_in_the_costs_and_one_of_nothing_is_doubted() {
    let clauses = |limit: usize| {
        let declared = "policy = { kind = \"declared\", months = [3] }";
        format!("contract.clauses=[{{ kind = \"refund\", limit_usd = {limit}, {declared} }}]")
    };
    for (limit, doubted) in [(0, true), (500, false)] {
        let study = study("static", &[&clauses(limit)]);
        let codes: Vec<&str> = study.facts.warnings.iter().map(|w| w.code.as_str()).collect();
        assert_eq!(codes.contains(&"changes-nothing"), doubted, "{limit}: {codes:?}");
    }
    let shown = |more: &[&str]| {
        let few = ["run.paths=2048", "sizing.sizes=[40]"];
        let study = study_at("models/studies/support_assistant.toml", &[&few[..], more].concat());
        answer(&study).refund.is_some()
    };
    assert!(shown(&[]) && !shown(&[&clauses(500)]));
}

/// A right of which no exercise takes effect within the contract's 12 months, or none is meant to.
#[test]
fn an_exercise_that_comes_too_late_is_doubted() {
    let threshold = "{ kind = \"threshold\", level = 0.7 }";
    let doubted = |month: usize, notice: usize, policy: &str| {
        let windows = format!("windows = {{ months = [{month}], notice_months = {notice} }}");
        let clause =
            format!("{{ kind = \"flex_down\", share = 0.1, {windows}, policy = {policy} }}");
        let study = study("static", &[&format!("contract.clauses=[{clause}]")]);
        study.facts.warnings.iter().any(|w| w.code == "changes-nothing")
    };
    assert!(doubted(6, 0, "{ kind = \"never\" }"));
    for notice in [0, 1, 10] {
        assert!(doubted(12 - notice, notice, threshold), "a notice of {notice}");
        assert!(!doubted(11 - notice, notice, threshold), "a notice of {notice}");
    }
}

/// A term that is cut by the horizon is owed in full: the warning and the answer say so.
#[test]
fn a_term_that_is_cut_is_not_passed_over() {
    let with = |months: usize| {
        let horizon = format!("horizon_months={months}");
        let study = study("static", &["contract.units=60", "run.paths=256", &horizon]);
        let warned = study.facts.warnings.iter().any(|w| w.code == "horizon-cuts-term");
        (warned, answer(&study).answer.sentence)
    };
    let (cut, sentence) = with(6);
    assert!(cut && sentence.contains(" for 12 months (the first 6 are counted)"), "{sentence}");
    let (cut, sentence) = with(12);
    assert!(!cut && !sentence.contains("counted"), "{sentence}");
}

/// A change by renewal adds up where terms are short.
#[test]
fn many_renewals_at_another_price_are_doubted() {
    let seen = |term: usize, change: &str| {
        let overrides = [
            "horizon_months=24".to_owned(),
            "contract.renewal=\"renew\"".to_owned(),
            format!("contract.term_months={term}"),
            format!("contract.renewal_price_change={change}"),
        ];
        let study = study("static", &overrides.each_ref().map(String::as_str));
        let warned = study.facts.warnings.iter().find(|w| w.code == "price-change-compounds");
        warned.map(|w| w.seen.clone())
    };
    // 1.04^23 = 2.4647.
    let many = seen(1, "{ dist = \"uniform\", min = 0.0, max = 0.08 }").expect("23 renewals");
    assert!(many.contains("by 4% at each of 23 renewals, to 246.5% of the first"), "{many}");
    assert!(seen(1, "-0.04").is_some() && seen(12, "0.08").is_none() && seen(1, "0.01").is_none());
}

/// A price of years after the contract is as doubtful as one of years before.
#[test]
fn a_year_that_is_a_slip_is_doubted() {
    let codes = |start: &str| -> Vec<String> {
        let start = format!("start=\"{start}\"");
        let study = study_at("models/studies/starter.toml", &[&start]);
        study.facts.warnings.iter().map(|w| w.code.clone()).collect()
    };
    assert!(codes("2007-01").contains(&"later-price".to_owned()));
    assert!(!codes("2026-01").contains(&"later-price".to_owned()));
    assert!(!codes("2027-01").contains(&"later-price".to_owned()));
}

/// So is the last of several terms.
#[test]
fn a_renewed_term_that_is_cut_is_not_passed_over() {
    let seen = |months: usize, renewal: &str, start: usize| -> Option<String> {
        let overrides = [
            format!("horizon_months={months}"),
            format!("contract.renewal=\"{renewal}\""),
            format!("contract.start_month={start}"),
            "contract.hourly_per_unit_month=1.2".to_owned(),
        ];
        let study = study("static", &overrides.each_ref().map(String::as_str));
        let warned = study.facts.warnings.iter().find(|w| w.code == "horizon-cuts-term");
        warned.map(|w| format!("{} {} {}", w.seen, w.may_mean, w.advice))
    };
    let cut = seen(30, "renew", 1).expect("24 to 36");
    for words in
        ["ends with month 36", "30 months are simulated", "fees of 6 months", "to 36, or to 24"]
    {
        assert!(cut.contains(words), "{cut}");
    }
    assert!(seen(24, "renew", 1).is_none() && seen(36, "renew", 1).is_none());
    assert!(seen(24, "renew", 3).expect("26").contains("ends with month 26"));
    assert!(seen(30, "on_demand", 1).is_none() && seen(30, "hourly", 1).is_none());
}
