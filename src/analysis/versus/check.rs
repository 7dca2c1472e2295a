//! Which studies can be compared: bills of the same months, in money of the same time.

use super::{Alternative, Named, studies};
use crate::error::Problem;
use crate::words::{bare, months};

/// Everything that keeps the costs of the alternatives from being compared, or those of the parts of
/// a sum from being added up.
#[must_use]
pub fn problems(alternatives: &[Alternative]) -> Vec<Problem> {
    let studies = studies(alternatives);
    [horizons(&studies), starts(&studies), rates(&studies)].into_iter().flatten().collect()
}

fn horizons(studies: &[&Named]) -> Option<Problem> {
    let longest = studies.iter().map(|s| s.study.months()).max()?;
    let found = differing(studies, |s| Some(months(s.study.months())))?;
    Some(Problem::new(
        "horizon_months",
        "different-horizons",
        format!("the studies cover different horizons: {found}"),
        format!(
            "costs compare over the same months: add --set horizon_months={longest}, and say in \
             [contract] what follows after a term that ends before"
        ),
    ))
}

fn starts(studies: &[&Named]) -> Option<Problem> {
    let found = differing(studies, |s| s.study.facts.start.clone())?;
    Some(Problem::new(
        "start",
        "different-starts",
        format!("the studies start in different months: {found}"),
        "set the same `start` in all; a contract that begins later has `start_month` in [contract]",
    ))
}

fn rates(studies: &[&Named]) -> Option<Problem> {
    let found = differing(studies, |s| Some(bare(s.study.facts.discount_rate)))?;
    Some(Problem::new(
        "finance.discount_rate_per_year",
        "different-discount-rates",
        format!("the studies discount at different rates: {found}"),
        "present values compare at one rate: add --set finance.discount_rate_per_year=... with it",
    ))
}

/// What each study says, such as `a 12 months, b 24 months`, if they do not all say the same. A
/// study that says nothing agrees with all.
pub(super) fn differing(
    studies: &[&Named],
    says: impl Fn(&Named) -> Option<String>,
) -> Option<String> {
    let said: Vec<(&str, String)> =
        studies.iter().filter_map(|s| Some((s.name.as_str(), says(s)?))).collect();
    let agree = said.iter().all(|(_, text)| *text == said[0].1);
    let list: Vec<String> = said.iter().map(|(name, text)| format!("{name} {text}")).collect();
    (!agree).then(|| list.join(", "))
}
