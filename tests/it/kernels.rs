//! The two ways to settle mean the same: many sizes at once against the general settlement, path by
//! path.

use crate::support::study;
use waterline::path::{PathBlock, Points};
use waterline::rng::{Block, LANES, Lane};
use waterline::settle::grid::Total;
use waterline::size::desk::{Batch, Desk, DeskScratch, Entry};
use waterline::study::Study;

/// Sizes from a twentieth to twice today's load, and the strategy that settles them.
fn entries(study: &Study, strategy: usize) -> Vec<Entry> {
    let load = study.facts.load.units;
    (1..=37).map(|i| Entry { strategy, units: load * f64::from(i) / 18.5 }).collect()
}

/// Totals of a batch up to `last`, by total and size.
fn settled(
    desk: &Desk<'_>,
    batch: &Batch,
    last: Total,
    paths: &PathBlock,
    scratch: &mut DeskScratch,
) -> Vec<Vec<Lane>> {
    desk.settle_batch(batch, last, paths, scratch);
    let totals = [Total::Cost, Total::Waste, Total::PresentValue];
    let of = |total: &Total| {
        let mut out = vec![[0.0; LANES]; batch.entries().len()];
        batch.total(*total, scratch, out.iter_mut());
        out
    };
    totals[..=last as usize].iter().map(of).collect()
}

/// How far totals are from the general settlement, as shares of the on-demand bill.
#[derive(Default)]
struct Distance {
    /// The largest of any path, size and total.
    largest: f64,
    /// The largest of any size and total, with its sign averaged over the paths.
    average: f64,
}

const PATHS: usize = 1024;

fn distance(study: &Study, entries: &[Entry]) -> Distance {
    let desk = Desk::new(study);
    let batches = desk.batches(entries);
    assert_eq!(batches.len(), 1, "the contract is one for a grid");
    let (mut scratch, mut paths) = (desk.scratch(false), study.model.block());
    let sampler = study.model.sampler(Points::Pseudo, 5, "kernels");
    let (mut largest, mut sums) = (0.0f64, vec![[0.0; 3]; entries.len()]);
    for first in (0..PATHS as u64).step_by(LANES) {
        let block = Block { replicate: 0, first };
        study.model.generate(sampler.as_ref(), Points::Pseudo, block, &mut paths);
        desk.open(&mut scratch);
        let on_demand = desk.settle(Entry { strategy: 0, units: 0.0 }, &paths, &mut scratch).cost;
        let all = settled(&desk, &batches[0], Total::PresentValue, &paths, &mut scratch);
        for (last, name) in [(Total::Cost, "costs alone"), (Total::Waste, "costs and waste")] {
            let few = settled(&desk, &batches[0], last, &paths, &mut scratch);
            assert_eq!(few, all[..few.len()], "{name}");
        }
        for (e, entry) in entries.iter().enumerate() {
            let general = desk.settle(*entry, &paths, &mut scratch);
            let expected = [general.cost, general.waste(), general.present_value];
            for (k, (got, expected)) in all.iter().zip(expected).enumerate() {
                for i in 0..LANES {
                    let error = (got[e][i] - expected[i]) / on_demand[i];
                    largest = largest.max(error.abs());
                    sums[e][k] += error / PATHS as f64;
                }
            }
        }
    }
    let average = sums.iter().flatten().fold(0.0, |most: f64, sum| most.max(sum.abs()));
    Distance { largest, average }
}

#[test]
fn many_sizes_at_once_cost_what_each_costs() {
    let late = "contract.start_month=3";
    let contracts: [(&str, &str, &[&str]); 9] = [
        ("plain", "r1", &[]),
        ("discounted", "r1", &["finance.discount_rate_per_year=0.1"]),
        ("late and short", "r1", &[late, "contract.term_months=12"]),
        (
            "ramp and cap",
            "r1",
            &[
                "contract.clauses=[{kind=\"ramp\",steps=[{until_month=6,share=0.5}]},{kind=\"escalation_cap\",annual=0.03}]",
            ],
        ),
        (
            "ramp from nothing",
            "r1",
            &["contract.clauses=[{kind=\"ramp\",steps=[{until_month=6,share=0}]}]"],
        ),
        (
            "hourly overflow",
            "r1",
            &[
                "contract.hourly_per_unit_month=1.4",
                "strategies.compare=[\"provisioned\"]",
                "strategies.provisioned.excess=\"hourly\"",
                "strategies.provisioned.headroom=0.1",
            ],
        ),
        ("bills apart", "levers", &["contract.clauses=[]", "workload.burst_cv=0.3"]),
        (
            "bills apart, late, short and discounted",
            "levers",
            &[
                "contract.clauses=[]",
                "workload.burst_cv=0.3",
                late,
                "contract.term_months=6",
                "finance.discount_rate_per_year=0.3",
            ],
        ),
        (
            "a curve for each mix",
            "two_workloads",
            &["contract.clauses=[]", "workload.burst_cv=0.3"],
        ),
    ];
    for (name, file, overrides) in contracts {
        let study = study(file, overrides);
        let Distance { largest, average } = distance(&study, &entries(&study, 1));
        // A line errs by up to a ten-thousandth of the load; over the months errors cancel, and
        // over the paths they leave rounding.
        assert!(largest < 5e-6, "{name}: {largest:e}");
        assert!(average < 3e-7, "{name}: {average:e}");
        assert!(largest > 0.0, "{name}: a grid cannot be this exact, so it was not used");
    }
}

/// Less than the load of any hour: lines are exact, and all that differs is rounding.
fn small(study: &Study) -> Vec<Entry> {
    let load = study.facts.load.units;
    (1..=16).map(|i| Entry { strategy: 1, units: load * f64::from(i) / 1600.0 }).collect()
}

#[test]
fn sums_in_single_precision_err_by_less_than_a_millionth() {
    let study = study("r1", &[]);
    let Distance { largest, .. } = distance(&study, &small(&study));
    // Prices, lines and up to twelve sums round by 2^-24 each.
    assert!(largest > 0.0 && largest < 15.0 * 2f64.powi(-24), "{largest:e}");
}

/// What is idle by no more than rounding is not idle.
#[test]
fn units_that_are_always_full_waste_nothing_at_all() {
    let study = study("r1", &[]);
    let desk = Desk::new(&study);
    let batches = desk.batches(&small(&study));
    let (mut scratch, mut paths) = (desk.scratch(false), study.model.block());
    let sampler = study.model.sampler(Points::Pseudo, 5, "kernels");
    let block = Block { replicate: 0, first: 0 };
    study.model.generate(sampler.as_ref(), Points::Pseudo, block, &mut paths);
    desk.open(&mut scratch);
    let totals = settled(&desk, &batches[0], Total::Waste, &paths, &mut scratch);
    assert!(totals[Total::Waste as usize].iter().flatten().all(|waste| *waste == 0.0));
    assert!(totals[Total::Cost as usize].iter().flatten().all(|cost| *cost > 0.0));
}

#[test]
fn corners_and_certain_loads_are_settled_one_by_one() {
    let certain = ["correlations=[]", "growth.volatility_per_month=0", "forecast_error.shock_sd=0"];
    let value = "workload.on_demand_per_unit_month={dist=\"uniform\",min=0.9,max=1.1}";
    let alone: [&[&str]; 4] = [
        &["workload.shape=\"flat\""],
        &["workload.shape={ levels = [0.5, 1.5] }"],
        &certain,
        &[&certain[..], &[value]].concat(),
    ];
    for overrides in alone {
        let study = study("r1", overrides);
        assert!(Desk::new(&study).batches(&entries(&study, 1)).is_empty(), "{overrides:?}");
    }
}
