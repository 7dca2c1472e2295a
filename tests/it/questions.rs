//! The studies of `models/studies/`: each runs, and its head says what comes out.

use crate::support::{answer, repository, study_at};
use std::collections::BTreeSet;
use waterline::analysis::Unwatched;
use waterline::analysis::versus::{Alternative, Named, versus};
use waterline::measure::Measure;
use waterline::results::Results;
use waterline::results::versus::Versus;
use waterline::stats::Estimate;
use waterline::study::Study;

const PATHS: &str = "run.paths=8192";

fn question(name: &str, overrides: &[&str]) -> Study {
    let all: Vec<&str> = [&[PATHS], overrides].concat();
    study_at(&format!("models/studies/{name}.toml"), &all)
}

fn run(name: &str, overrides: &[&str]) -> Results {
    answer(&question(name, overrides))
}

/// Studies against the first of them.
fn compare(names: &[&str], overrides: &[&str]) -> Versus {
    let named = |name: &str| Named { name: name.into(), study: question(name, overrides) };
    let sum = |names: &&str| Alternative {
        name: (*names).into(),
        parts: names.split('+').map(named).collect(),
    };
    let alternatives: Vec<Alternative> = names.iter().map(sum).collect();
    versus(&alternatives, &Unwatched).expect("nothing stops it")
}

/// What a study costs less the first, on the same futures.
fn difference(versus: &Versus, at: usize) -> Estimate {
    let difference = versus.alternatives[at].difference.as_ref().expect("a difference");
    difference.measure(Measure::Cost).same_future.mean
}

/// The estimate lies on this side of a limit by five standard errors.
#[track_caller]
fn above(e: Estimate, limit: f64) {
    assert!(e.value - 5.0 * e.standard_error > limit, "{e:?} is not above {limit}");
}

#[track_caller]
fn below(e: Estimate, limit: f64) {
    assert!(e.value + 5.0 * e.standard_error < limit, "{e:?} is not below {limit}");
}

fn mean(results: &Results, strategy: &str, measure: Measure) -> Estimate {
    crate::support::strategy(results, strategy).measure(measure).mean
}

/// Every file is a study without a finding; those that ask a question state advice and answer, and
/// stand in the README's table.
#[test]
fn every_study_asks_and_answers() {
    let files = std::fs::read_dir(repository("models/studies")).expect("a folder");
    let names: BTreeSet<String> = files
        .map(|entry| entry.expect("an entry").path())
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    let readme = std::fs::read_to_string(repository("README.md")).expect("the README");
    let mut questions = 0;
    for name in &names {
        let text = std::fs::read_to_string(repository(&format!("models/studies/{name}.toml")));
        let text = text.expect("a study");
        if text.contains("# Advice") {
            assert!(text.contains("# Answer") && text.contains("+- $"), "{name}");
            assert!(readme.contains(&format!("| `{name}` |")), "{name} is not in the README");
            questions += 1;
        }
        let results =
            answer(&study_at(&format!("models/studies/{name}.toml"), &["run.paths=1024"]));
        assert!(results.strategies.len() >= 2, "{name}");
    }
    assert!(questions >= 9, "{questions} of {names:?}");
}

/// S0:17. Usage of 70 % of the forecast: no future in which the commitment beats on-demand.
#[test]
fn a_lock_in_at_low_utilization_loses() {
    let results = run("ptu_lock_in", &[]);
    let on_demand = mean(&results, "on_demand", Measure::Cost);
    above(mean(&results, "hybrid", Measure::Cost), on_demand.value);
    above(mean(&results, "hybrid", Measure::Waste), 0.3 * 100.0 * 221.0 * 12.0);
    let best = results.sizing.iter().find(|s| s.strategy == "hybrid").expect("sizes");
    assert!(best.best_units < 70.0, "{}", best.best_units);
}

/// S0:115. At list a unit pays above 85 %; 60 % is the threshold of a fee 40 % below.
#[test]
fn sixty_percent_is_not_enough_at_list() {
    let results = run("sixty_percent_rule", &[]);
    let on_demand = mean(&results, "on_demand", Measure::Cost);
    above(mean(&results, "hybrid", Measure::Cost), on_demand.value);
    // 221 USD over 4,750 tokens a minute x 60 x 730 x 1.25 USD per million.
    let list = 221.0 / (4_750.0 * 60.0 * 730.0 * 1.25e-6);
    assert!((results.break_even.utilization_first_month - list).abs() < 1e-9);
    let discounted = run("sixty_percent_rule", &["contract.fee_per_unit_month=156"]);
    below(mean(&discounted, "hybrid", Measure::Cost), on_demand.value);
    assert!((discounted.break_even.utilization_first_month - 0.60).abs() < 1e-3);
}

/// S0:155 and 174. The ramp saves where too much is signed, and costs where the size is right.
#[test]
fn a_ramp_repairs_a_size_that_is_too_large() {
    let names = ["startup_ramp_without", "startup_ramp"];
    below(difference(&compare(&names, &[]), 1), 0.0);
    above(difference(&compare(&names, &["contract.units=optimize"]), 1), 0.0);
}

/// S0:157 and 174. Each saves, both save more than either and less than the sum.
#[test]
fn flex_down_and_clawback_save_less_than_their_sum() {
    let versus = compare(
        &[
            "flex_down_and_clawback_without",
            "flex_down_alone",
            "clawback_alone",
            "flex_down_and_clawback",
        ],
        &[],
    );
    let [right, credit, both] = [1, 2, 3].map(|at| difference(&versus, at));
    for alone in [right, credit] {
        below(alone, 0.0);
        below(both, alone.value);
    }
    above(both, right.value + credit.value);
}

/// S0:118 and 153. Promising what is not spent costs more than the percentage brings, but for the
/// futures whose spend is above 200,000 / 0.92.
#[test]
fn a_jump_to_the_next_tier_must_be_filled() {
    let versus = compare(&["macc_tier_jump_without", "macc_tier_jump"], &[]);
    above(difference(&versus, 1), 0.0);
    let cheaper = versus.alternatives[1].difference.as_ref().expect("a difference").cheaper;
    above(cheaper, 0.0);
    below(cheaper, 0.5);
    // With spend that fills it in every future, the higher tier saves.
    let large = ["workload.tokens.input_per_month=24e9", "workload.tokens.output_per_month=2.4e9"];
    below(difference(&compare(&["macc_tier_jump_without", "macc_tier_jump"], &large), 1), 0.0);
}

/// S0:170 and S1:126. The cap is worth nothing on the model and much on the tier.
#[test]
fn a_cap_on_the_tier_is_worth_more_than_one_on_the_model() {
    let saving = |k: &str| {
        let names = [format!("escalation_cap_{k}_without"), format!("escalation_cap_{k}")];
        let versus = compare(&[&names[0], &names[1]], &[]);
        let cost = versus.first().measure(Measure::Cost).mean.value;
        let e = difference(&versus, 1);
        (-e.value / cost, e.standard_error / cost)
    };
    let (model, _) = saving("model");
    assert!((0.0..0.002).contains(&model), "{model}");
    let (tier, error) = saving("tier");
    assert!(tier - 5.0 * error > 0.02, "{tier} +- {error}");
}

/// S2:76. At 40 to 55 % off, and 5 to 12 % of the rest, a unit pays from 48 % utilization, and about
/// the mean load is committed.
#[test]
fn a_bedrock_commitment_at_half_the_price_pays() {
    let results = run("bedrock_commitment", &[]);
    below(
        mean(&results, "hybrid", Measure::Cost),
        mean(&results, "on_demand", Measure::Cost).value,
    );
    let units = results.answer.units;
    assert!((70.0..140.0).contains(&units), "{units}");
    // Means of what the percentages leave of the fee; buying nothing has neither of them.
    let utilization = results.break_even.utilization_first_month;
    assert!((utilization - 0.525 * 0.915).abs() < 1e-3, "{utilization}");
}

/// S3. Load that may leave makes the best commitment smaller, and it still saves.
#[test]
fn the_end_of_exclusivity_makes_the_commitment_smaller() {
    let versus = compare(&["vendor_exclusivity_without", "vendor_exclusivity"], &[]);
    let [stays, leaves] = [0, 1].map(|at| versus.alternatives[at].parts[0].units);
    assert!(leaves < 0.8 * stays && leaves > 0.0, "{leaves} of {stays}");
    let saving = versus.alternatives[1].measure(Measure::Saving).mean;
    above(saving, 0.0);
    below(saving, versus.alternatives[0].measure(Measure::Saving).mean.value);
}

/// S0, line 176. A provider that is a quarter cheaper does not pay for a switch away from units that
/// serve the base at half the price, but it takes off the worst.
#[test]
fn a_switch_costs_on_average_and_insures() {
    let versus = compare(&["switching_without", "switching"], &[]);
    above(difference(&versus, 1), 100_000.0);
    let difference = versus.alternatives[1].difference.as_ref().expect("a difference");
    below(difference.measure(Measure::Cost).cvar95, 0.0);
}

/// S0, line 168. Two platforms of 60 and 40 % cost what the same shares of each platform alone do,
/// and less in the dear futures: each vendor cuts its prices for itself.
#[test]
fn two_platforms_divide_the_risk_of_prices() {
    let names = ["dual_platform", "dual_bedrock", "dual_azure_60+dual_bedrock_40"];
    let versus = compare(&names, &["run.paths=131072"]);
    below(difference(&versus, 2), 0.0);
    let [azure, bedrock, both] = [0, 1, 2].map(|at| versus.alternatives[at].measure(Measure::Cost));
    let shares = 0.6 * azure.mean.value + 0.4 * bedrock.mean.value;
    assert!((both.mean.value / shares - 1.0).abs() < 0.002, "{shares} {:?}", both.mean);
    let p95 = |summary: &waterline::results::Summary| summary.quantile(0.95).expect("a level");
    below(p95(both), 0.6 * p95(azure).value + 0.4 * p95(bedrock).value);
    assert!(versus.alternatives[2].parts.iter().all(|part| part.units > 0.0));
}

/// Leaving the larger platform costs its engineering and the units that served it well.
#[test]
fn moving_a_part_of_the_load_costs_more() {
    let versus =
        compare(&["dual_azure_60+dual_bedrock_40", "dual_azure_60_moves+dual_bedrock_40"], &[]);
    above(difference(&versus, 1), 200_000.0);
}
