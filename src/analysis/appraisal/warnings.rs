//! What to be careful about.

use super::WIDE;
use super::sets::{Appraiser, Sets};
use crate::facts::Warning;
use crate::results::appraisal::{Appraisal, RightAtWindow};
use crate::study::Study;
use crate::value::bounds::Fit;
use crate::words::percent;

/// Fewest exercises of a right that a regression can be said to have learned from.
const FEW: f64 = 50.0;

/// Everything worth a word about an appraisal.
pub(super) fn warnings(
    study: &Study,
    appraiser: &Appraiser<'_>,
    all: &Sets<'_>,
    appraisal: &Appraisal,
) -> Vec<Warning> {
    let mut warnings = study.facts.warnings.clone();
    let mut warn = |code: &str, seen: String, may_mean: &str, advice: &str| {
        warnings.push(Warning {
            code: code.into(),
            seen,
            may_mean: may_mean.into(),
            advice: advice.into(),
        });
    };
    for clause in &appraisal.clauses {
        if clause.alone.value.value == 0.0 && clause.last.value.value == 0.0 {
            warn(
                "worth-nothing",
                format!("{} changes no bill of any path", clause.name),
                "it cannot be used: its windows and notice leave no month, or its limits never bind",
                "read it again with `waterline explain`",
            );
        }
    }
    if let Fit::Learned(regression) = &all.cell.fit {
        for month in regression.blind.iter().rev() {
            warn(
                "nothing-to-go-by",
                format!("at the end of month {month} all futures look the same"),
                "load and price are certain until then: the decision is one for all futures",
                "declare it in the study, or leave the window out",
            );
        }
        for (month, right, paths) in seldom(appraisal) {
            warn(
                "few-exercises",
                format!(
                    "{right} is exercised after month {month} on about {paths:.0} training paths"
                ),
                "few training paths come near that decision: the lower bound may be low there",
                "give no weight to that window, or to its trigger",
            );
        }
    }
    let together = &appraisal.together;
    let open = together.upper.map_or(0.0, |upper| upper.value - together.lower.value);
    if !appraiser.setting.fitter.is_known() && open > WIDE * together.lower.value.abs() {
        warn(
            "wide-bounds",
            format!("the bounds are {} of the value apart", percent(open / together.lower.value)),
            "expected costs are fitted: the policy may be improved, or the upper bound is loose",
            "quote the lower one",
        );
    }
    warnings
}

/// Windows whose rights are exercised on some training paths and on few: month, right, paths.
fn seldom(appraisal: &Appraisal) -> Vec<(usize, &str, f64)> {
    let rights = appraisal.windows.iter().flat_map(|window| {
        let paths = |p: f64| p * appraisal.run.training_paths as f64;
        let right = move |r: &'_ RightAtWindow| paths(r.probability.value);
        window.rights.iter().map(move |r| (window.month, r.clause.as_str(), right(r)))
    });
    rights.filter(|(_, _, paths)| *paths > 0.0 && *paths < FEW).collect()
}
