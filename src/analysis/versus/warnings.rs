//! What to be careful about when studies are compared.

use super::Named;
use super::check::differing;
use crate::analysis::warnings::few_tail_paths;
use crate::facts::Warning;
use crate::results::versus::{AlternativeResult, Versus};
use crate::words::usd;

/// Warnings of the comparison first, then those of the studies' inputs.
pub(super) fn warnings(studies: &[&Named], versus: &Versus) -> Vec<Warning> {
    let mut all = Vec::new();
    all.extend(settings(studies));
    all.extend(objectives(studies));
    all.extend(few_tail_paths(versus.run.paths));
    for own in &versus.alternatives {
        all.extend(other_futures(versus, own));
        all.extend(undecided(versus, own));
    }
    all.extend(infeasible(versus));
    all.extend(versus.alternatives.iter().filter_map(|own| unbudgeted(studies, own)));
    all.extend(of_inputs(studies));
    all
}

/// The studies ask for different paths.
fn settings(studies: &[&Named]) -> Option<Warning> {
    let found = differing(studies, |s| {
        let run = s.study.run;
        let paths = run.paths.map_or_else(|| "default paths".into(), |n| format!("{n} paths"));
        let sampler = format!("{:?}", run.sampler).to_lowercase();
        Some(format!("{paths} with seed {} and sampler {sampler}", run.seed))
    })?;
    Some(Warning::new(
        "settings-of-the-first",
        format!("the studies ask for different paths: {found}"),
        "the settings of the first hold for all, so the others differ from runs of their own",
        "set --paths, --seed and --sampler for all",
    ))
}

/// The sizes are chosen for different goals.
fn objectives(studies: &[&Named]) -> Option<Warning> {
    let found = differing(studies, |s| Some(format!("({})", s.study.facts.objective)))?;
    Some(Warning::new(
        "different-objectives",
        format!("the sizes are chosen for different goals: {found}"),
        "a study that pays for safety costs more on average by its own choice",
        "give [sizing] the same `minimize` in all",
    ))
}

/// Some parts of a sum have a budget, others none.
fn unbudgeted(studies: &[&Named], own: &AlternativeResult) -> Option<Warning> {
    let has = |name: &str| {
        let named = studies.iter().find(|named| named.name == name);
        named.is_some_and(|named| named.study.budget.is_some())
    };
    let (with, without): (Vec<_>, Vec<_>) = own.parts.iter().partition(|part| has(&part.name));
    let first = without.first().filter(|_| !with.is_empty())?;
    Some(Warning::new(
        "no-common-budget",
        format!("{} has no budget, so {} has none", first.name, own.name),
        "a budget for some of the bills says nothing about all of them",
        "state `finance.budget` in each part: the sum's is their sum",
    ))
}

/// Load or prices differ, not the contract alone.
fn other_futures(versus: &Versus, own: &AlternativeResult) -> Option<Warning> {
    let first = versus.first();
    let unshared = &own.futures.unshared_draws;
    let drawn = if unshared.is_empty() {
        "all random draws are shared".to_owned()
    } else {
        format!("only one of the two draws {}", unshared.join(", "))
    };
    let (name, other) = (&own.name, &first.name);
    let [seen, cause, remedy] = if own.parts.len() == first.parts.len() {
        [
            format!("{name} assumes other loads or list prices than {other}"),
            "the difference is one of assumptions as well as of contracts".into(),
            "to see what a contract does, compare it under the same workload, growth and prices"
                .into(),
        ]
    } else {
        [
            format!("{name} and {other} divide the load otherwise"),
            "the costs compare if the parts of each together carry the same load".into(),
            "state the same tokens in all, divided among the parts".into(),
        ]
    };
    let seen = format!("{seen}; {drawn}");
    (!own.futures.same).then(|| Warning::new("other-futures", seen, &cause, &remedy))
}

/// The simulation's error leaves open which of two is cheaper.
fn undecided(versus: &Versus, own: &AlternativeResult) -> Option<Warning> {
    let difference = own.difference.as_ref()?.measure(versus.decided_by);
    let mean = difference.same_future.mean;
    (mean.low < 0.0 && mean.high > 0.0).then(|| {
        Warning::new(
            "undecided",
            format!(
                "{} and {} differ by {} on average with a standard error of {}",
                own.name,
                versus.first().name,
                usd(mean.value),
                usd(mean.standard_error)
            ),
            "with these paths it is not certain which is cheaper on average",
            "run with more paths (--paths)",
        )
    })
}

/// No size keeps a study's budget as surely as it asks.
fn infeasible(versus: &Versus) -> Vec<Warning> {
    let mut names: Vec<&str> = Vec::new();
    for part in versus.alternatives.iter().flat_map(|a| &a.parts).filter(|p| !p.feasible) {
        if !names.contains(&part.name.as_str()) {
            names.push(&part.name);
        }
    }
    let warning = |name| {
        Warning::new(
            "infeasible",
            format!("no commitment of {name} keeps its budget as surely as it asks"),
            "it takes part with the one that comes nearest",
            "allow a higher budget or probability, or compare by another objective",
        )
    };
    names.into_iter().map(warning).collect()
}

/// Warnings of the inputs, each once, with the studies that it is true of if not of all.
fn of_inputs(studies: &[&Named]) -> Vec<Warning> {
    let mut all: Vec<(Vec<&str>, &Warning)> = Vec::new();
    for named in studies {
        for warning in &named.study.facts.warnings {
            match all.iter_mut().find(|(_, known)| *known == warning) {
                Some((names, _)) => names.push(&named.name),
                None => all.push((vec![&named.name], warning)),
            }
        }
    }
    let say = |(names, warning): (Vec<&str>, &Warning)| {
        let whose =
            if names.len() == studies.len() { "" } else { &format!("{}: ", names.join(", ")) };
        Warning { seen: format!("{whose}{}", warning.seen), ..warning.clone() }
    };
    all.into_iter().map(say).collect()
}
