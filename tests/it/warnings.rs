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
