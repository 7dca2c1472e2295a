//! Inputs that are allowed and look like slips are doubted, by the code of the warning; the shipped
//! sample is not.

use crate::support::study_at;

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
