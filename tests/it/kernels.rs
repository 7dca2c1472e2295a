//! The two ways to settle mean the same: many sizes at once against the general settlement, path by
//! path.

use crate::support::study;
use waterline::path::Points;
use waterline::rng::{Block, LANES};
use waterline::settle::grid::Total;
use waterline::size::sweep::{Desk, Entry};
use waterline::study::Study;

/// Sizes from a fifth to twice today's load, and the strategy that settles them.
fn entries(study: &Study, strategy: usize) -> Vec<Entry> {
    let load = study.facts.load.units;
    (1..=37).map(|i| Entry { strategy, units: load * f64::from(i) / 18.5 }).collect()
}

/// Largest distance of a total from the general settlement, as a share of the on-demand bill.
fn largest_distance(study: &Study, entries: &[Entry]) -> f64 {
    let desk = Desk::new(study);
    let batches = desk.batches(entries);
    assert_eq!(batches.len(), 1, "the contract is one for a grid");
    let mut scratch = desk.scratch(false);
    let mut paths = study.model.block();
    let sampler = study.model.sampler(Points::Pseudo, 5, "kernels");
    let mut largest = 0.0f64;
    for first in (0..1024).step_by(LANES) {
        let block = Block { replicate: 0, first };
        study.model.generate(sampler.as_ref(), Points::Pseudo, block, &mut paths);
        desk.open(&paths, &mut scratch);
        let on_demand = desk.settle(Entry { strategy: 0, units: 0.0 }, &paths, &mut scratch).cost;
        desk.settle_batch(&batches[0], Total::PresentValue, &paths, &mut scratch);
        let mut totals = vec![vec![[0.0; LANES]; entries.len()]; 2];
        batches[0].total(Total::Cost, &scratch, totals[0].iter_mut());
        batches[0].total(Total::Waste, &scratch, totals[1].iter_mut());
        desk.settle_batch(&batches[0], Total::Cost, &paths, &mut scratch);
        let mut costs = vec![[0.0; LANES]; entries.len()];
        batches[0].total(Total::Cost, &scratch, costs.iter_mut());
        assert_eq!(costs, totals[0], "costs alone");
        for (e, entry) in entries.iter().enumerate() {
            let general = desk.settle(*entry, &paths, &mut scratch);
            for (got, expected) in [(&totals[0], general.cost), (&totals[1], general.waste())] {
                for i in 0..LANES {
                    largest = largest.max((got[e][i] - expected[i]).abs() / on_demand[i]);
                }
            }
        }
    }
    largest
}

#[test]
fn many_sizes_at_once_cost_what_each_costs() {
    let contracts: [(&str, &[&str]); 5] = [
        ("plain", &[]),
        ("discounted", &["finance.discount_rate_per_year=0.1"]),
        ("late and short", &["contract.start_month=3", "contract.term_months=12"]),
        (
            "ramp and cap",
            &[
                "contract.clauses=[{kind=\"ramp\",steps=[{until_month=6,share=0.5}]},{kind=\"escalation_cap\",annual=0.03}]",
            ],
        ),
        (
            "hourly overflow",
            &[
                "contract.hourly_per_unit_month=1.4",
                "strategies.compare=[\"provisioned\"]",
                "strategies.provisioned.excess=\"hourly\"",
                "strategies.provisioned.headroom=0.1",
            ],
        ),
    ];
    for (name, overrides) in contracts {
        let study = study("r1", overrides);
        let distance = largest_distance(&study, &entries(&study, 1));
        // A line errs by less than a ten-thousandth of the load; over 36 months errors cancel.
        assert!(distance < 3e-5, "{name}: {distance:e}");
        assert!(distance > 0.0, "{name}: a grid cannot be this exact, so it was not used");
    }
}

#[test]
fn sums_in_single_precision_err_by_less_than_a_millionth() {
    let study = study("r1", &[]);
    let load = study.facts.load.units;
    // Less than the load of any hour: lines are exact, and all that differs is rounding.
    let small = |i: i32| Entry { strategy: 1, units: load * f64::from(i) / 1600.0 };
    let distance = largest_distance(&study, &(1..=16).map(small).collect::<Vec<_>>());
    // Prices, lines and up to twelve sums round by 2^-24 each.
    assert!(distance > 0.0 && distance < 15.0 * 2f64.powi(-24), "{distance:e}");
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
