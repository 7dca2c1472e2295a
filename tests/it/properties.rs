//! Properties that hold whatever the numbers are (numerics, section 5), path by path where they are
//! stated path by path.

use crate::support::{at, list, run, sizing, strategy, study, study_at};
use proptest::prelude::*;
use waterline::ledger::{Costs, Ledger};
use waterline::measure::Measure;
use waterline::path::{PathBlock, Points};
use waterline::results::Results;
use waterline::rng::{Block, LANES};
use waterline::settle::lean::{Prepared, Priced, nothing_signed};
use waterline::settle::{Prices, reprice, settle};
use waterline::stats::Estimate;
use waterline::study::Study;

/// A study with everything in it: tokens, shape, growth, jumps, price, errors, clauses, ramp.
const RICH: &str = "models/studies/support_assistant.toml";

const FULL: [&str; 6] = [
    "horizon_months=30",
    "contract.renewal=renew",
    "contract.renewal_price_change={ dist = \"uniform\", min = 0.0, max = 0.1 }",
    "price.volatility_per_month=0.03",
    "correlations=[{ between = [\"growth\", \"price\"], value = 0.3 }, { between = [\"growth\", \"forecast_error\"], value = -0.2 }]",
    "contract.clauses=[{ kind = \"ramp\", steps = [{ until_month = 3, share = 0.5 }] }, { kind = \"escalation_cap\", annual = 0.05 }, { kind = \"flat_discount\", share = { dist = \"uniform\", min = 0.05, max = 0.15 }, price = \"both\" }, { kind = \"clawback\", threshold = 0.8, share = 0.1 }]",
];

/// Calls `check` with some blocks of a study's paths.
fn each_block(study: &Study, mut check: impl FnMut(&PathBlock)) {
    let sampler = study.model.sampler(Points::Pseudo, 3, "main");
    let mut paths = study.model.block();
    for first in (0..1024).step_by(LANES) {
        study.model.generate(&*sampler, Points::Pseudo, Block { replicate: 0, first }, &mut paths);
        check(&paths);
    }
}

/// Settles a strategy on a block in full.
fn settled(
    study: &Study,
    strategy: usize,
    units: f64,
    paths: &PathBlock,
) -> (Ledger, waterline::ledger::Totals) {
    let (mut prices, mut ledger) = (Prices::default(), Ledger::new(study.months()));
    reprice(&study.contract, paths, &mut prices);
    let overflow = &study.strategies[strategy].overflow;
    let totals = settle(study.terms(), overflow, units, paths, &prices, &mut ledger);
    (ledger, totals)
}

fn close(a: f64, b: f64, relative: f64) -> bool {
    (a - b).abs() <= relative * a.abs().max(b.abs())
}

/// 1. Without units every path pays the on-demand list price, and no clause pays anything.
#[test]
fn no_units_is_on_demand() {
    let study = study_at(RICH, &FULL);
    each_block(&study, |paths| {
        let (_, totals) = settled(&study, 0, 0.0, paths);
        for i in 0..LANES {
            let bill: f64 =
                (0..study.months()).map(|t| paths.load[t][i] * paths.on_demand[t][i]).sum();
            assert!(close(totals.cost[i], bill, 1e-15 * study.months() as f64));
            assert_eq!(totals.credit[i], 0.0);
            assert_eq!(totals.unallocated[i] + totals.idle[i], 0.0);
        }
    });
}

/// 3. Conservation on every path and month, for every strategy.
#[test]
fn demand_and_money_are_conserved() {
    for shortage in [
        None,
        Some("strategies.provisioned={ excess = \"reject\", shortage_per_unit_month = 500 }"),
    ] {
        let overrides: Vec<&str> = FULL.iter().copied().chain(shortage).collect();
        let study = study_at(RICH, &overrides);
        each_block(&study, |paths| {
            for (index, _) in study.strategies.iter().enumerate() {
                for units in [15.0, 60.0, 200.0] {
                    let (ledger, totals) = settled(&study, index, units, paths);
                    let mut sum = [0.0; LANES];
                    for m in &ledger.months {
                        let cost = m.cost();
                        for i in 0..LANES {
                            assert!(close(
                                m.served[i] + m.spilled[i] + m.rejected[i],
                                m.demand[i],
                                1e-12
                            ));
                            assert!(
                                m.served[i] >= 0.0 && m.served[i] <= m.deployed[i] * (1.0 + 1e-12)
                            );
                            assert!(m.idle[i] >= -1e-9 && m.unallocated[i] >= 0.0);
                            assert!(
                                m.idle[i] + m.unallocated[i]
                                    <= (m.fee[i] + m.hourly[i]) * (1.0 + 1e-12)
                            );
                            // Overflow - waste = demand - capacity, in units.
                            let (over, unused) =
                                (m.demand[i] - m.served[i], m.deployed[i] - m.served[i]);
                            assert!(
                                (over - unused - (m.demand[i] - m.deployed[i])).abs()
                                    <= 1e-12 * m.demand[i]
                            );
                            let lines = m.fee[i]
                                + m.hourly[i]
                                + m.on_demand[i]
                                + m.rebate[i]
                                + m.shortage[i]
                                + m.prepaid[i]
                                + m.credit[i]
                                + m.granted[i]
                                + m.shortfall[i];
                            assert_eq!(cost[i], lines);
                            assert!(m.rebate[i].max(m.credit[i]).max(m.granted[i]) <= 0.0);
                            assert!(m.shortfall[i] >= 0.0);
                            sum[i] += cost[i];
                        }
                    }
                    assert_eq!(sum, totals.cost);
                    // The clawback credits a tenth of the charges it is earned on.
                    for i in 0..LANES {
                        assert!(-totals.credit[i] <= 0.1 * totals.fee[i] * (1.0 + 1e-12));
                    }
                }
            }
        });
    }
}

/// Rebates stay below the spend, grants within their amount and what is due, and a year's spend that
/// counts and its shortfall make at least what was promised.
#[test]
fn rebates_grants_and_shortfalls_keep_their_bounds() {
    const GRANT: f64 = 20_000.0;
    const PROMISE: f64 = 300_000.0;
    let clauses = format!(
        "contract.clauses=[{{ kind = \"volume_tiers\", tiers = [{{ from = 5000, share = 0.1 }}, {{ from = 15000, share = 0.3 }}] }}, {{ kind = \"clawback\", threshold = 0.9, share = 0.1 }}, {{ kind = \"credit_grant\", amount = {GRANT:?} }}, {{ kind = \"spend_commitment\", amount = {PROMISE:?} }}]"
    );
    let study = study_at(RICH, &FULL[..5].iter().copied().chain([&*clauses]).collect::<Vec<_>>());
    let (mut missed, mut reached) = (0, 0);
    each_block(&study, |paths| {
        for units in [15.0, 60.0, 200.0] {
            let (ledger, totals) = settled(&study, 2, units, paths);
            for i in 0..LANES {
                let mut granted = 0.0;
                for year in ledger.months.chunks(12) {
                    let mut paid = 0.0;
                    for m in year {
                        assert!(-m.rebate[i] <= 0.3 * m.on_demand[i]);
                        let charges = m.fee[i] + m.hourly[i] + m.on_demand[i] + m.rebate[i];
                        let due = charges + m.credit[i] + m.granted[i];
                        assert!(due >= -1e-9 * charges, "{due}");
                        paid += due;
                        granted -= m.granted[i];
                    }
                    let promised = PROMISE * year.len() as f64 / 12.0;
                    let shortfall: f64 = year.iter().map(|m| m.shortfall[i]).sum();
                    let gap = (promised - paid).max(0.0);
                    assert!((shortfall - gap).abs() <= 1e-9 * promised, "{shortfall}, gap {gap}");
                    *if gap > 0.0 { &mut missed } else { &mut reached } += 1;
                }
                assert!(close(granted, GRANT, 1e-12), "{granted}");
                assert!(totals.shortfall[i] >= 0.0);
            }
        }
    });
    assert!(missed > 0 && reached > 0, "{missed} years missed, {reached} reached");
}

/// The lean settlement agrees with the general one to the bit.
#[test]
fn lean_and_general_settlement_are_one() {
    let clauses = "contract.clauses=[{ kind = \"ramp\", steps = [{ until_month = 3, share = 0.5 }] }, { kind = \"escalation_cap\", annual = 0.05 }, { kind = \"flat_discount\", share = 0.07 }]";
    let levers = "workload.levers=[{ kind = \"batch\", share = 0.3, from_month = 4 }, { kind = \"fine_tuning\", premium = 0.175, hosting_per_hour = 1.70 }]";
    let reject = "strategies.provisioned={ excess = \"reject\", shortage_per_unit_month = 500 }";
    for (renewal, change) in [(FULL[1], Some(FULL[2])), ("contract.renewal=hourly", None)] {
        for more in [vec![], vec![levers, reject]] {
            let overrides = [FULL[0], renewal, FULL[3], FULL[4], clauses];
            let overrides = overrides.into_iter().chain(change).chain(more);
            lean_is_general(&study_at(RICH, &overrides.collect::<Vec<_>>()));
        }
    }
    // No hourly price: all units cost the same. Nothing acts on prices, or something does.
    let late = ["contract.start_month=4", "contract.term_months=24"];
    let ramp = "contract.clauses=[{ kind = \"ramp\", steps = [{ until_month = 3, share = 0.5 }] }]";
    let capped = "contract.clauses=[{ kind = \"escalation_cap\", annual = 0.05 }]";
    let dear = "strategies.hybrid.price_multiple=1.2";
    let renewed = [
        "horizon_months=30",
        "contract.term_months=12",
        "contract.renewal=renew",
        "contract.renewal_price_change=0.1",
    ];
    let cases: [&[&str]; 6] =
        [&[], &late, &[ramp], &[late[0], late[1], capped], &[dear, ramp], &renewed];
    for overrides in cases {
        lean_is_general(&study_at("tests/studies/r1.toml", overrides));
    }
}

fn lean_is_general(study: &Study) {
    assert!(study.contract.is_plain());
    each_block(study, |paths| {
        let mut prices = Prices::default();
        reprice(&study.contract, paths, &mut prices);
        for (index, strategy) in study.strategies.iter().enumerate().skip(1) {
            let mut prepared = Prepared::default();
            let of_list = study.contract.pays_list_prices().then_some(None);
            for prices in [Some(Some(&prices)), of_list].into_iter().flatten() {
                let block = Priced { terms: study.terms(), paths, prices };
                prepared.prepare(block, &strategy.overflow);
                for units in [0.8, 15.0, 45.0, 300.0] {
                    let lean = prepared.settle_costs(block, units);
                    let general = Costs::from(settled(study, index, units, paths).1);
                    assert_eq!(format!("{lean:?}"), format!("{general:?}"), "{:?}", strategy.kind);
                }
            }
        }
        let (lean, totals) =
            (nothing_signed(&study.discounts, paths), settled(study, 0, 0.0, paths).1);
        assert_eq!(format!("{lean:?}"), format!("{totals:?}"), "nothing signed");
    });
}

/// Where no clause looks back further than a month, two places for months are enough, whatever the
/// bills before were.
#[test]
fn a_ledger_of_two_months_does_for_clauses_that_look_at_the_last() {
    let reject = "strategies.provisioned={ excess = \"reject\", shortage_per_unit_month = 500 }";
    let study = study_at(RICH, &[&FULL[..], &["contract.start_month=3", reject]].concat());
    assert!(!study.contract.uses(|hooks| hooks.right || hooks.remembers));
    let (mut prices, mut ledger) = (Prices::default(), Ledger::new(2));
    each_block(&study, |paths| {
        reprice(&study.contract, paths, &mut prices);
        for (index, strategy) in study.strategies.iter().enumerate().skip(1) {
            let (overflow, terms) = (&strategy.overflow, study.terms());
            let short = settle(terms, overflow, 45.0, paths, &prices, &mut ledger);
            let (_, whole) = settled(&study, index, 45.0, paths);
            assert_eq!(format!("{short:?}"), format!("{whole:?}"), "{:?}", strategy.kind);
        }
    });
}

/// A discount that is added up is a share of the price that is capped, not of the list price.
#[test]
fn an_added_discount_is_a_share_of_the_capped_price() {
    let clauses = "contract.clauses=[{ kind = \"escalation_cap\", annual = 0.05 }, { kind = \"flat_discount\", share = 0.2, stacking = \"add\", price = \"on_demand\" }]";
    let study = study_at(
        "tests/studies/static.toml",
        &["price={ log_drift_per_year = 0.3, volatility_per_year = 0.3 }", clauses],
    );
    let mut prices = Prices::default();
    let mut bound = 0;
    each_block(&study, |paths| {
        reprice(&study.contract, paths, &mut prices);
        for ((list, capped), paid) in prices.list().iter().zip(prices.capped()).zip(prices.paid()) {
            for i in 0..LANES {
                assert!(close(paid.on_demand[i], 0.8 * capped.on_demand[i], 1e-15));
                bound += usize::from(capped.on_demand[i] < 0.9 * list.on_demand[i]);
            }
        }
    });
    assert!(bound > 1000, "{bound} prices");
}

/// A contract that starts three months later has the same bills three months later, whatever its
/// clauses look back at.
#[test]
fn a_contract_looks_back_no_further_than_its_start() {
    let clauses = "contract.clauses=[{ kind = \"flex_down\", share = 0.2, windows = { every_months = 3, per_year = 2 }, policy = { kind = \"threshold\", level = 0.9 } }, { kind = \"clawback\", threshold = 0.8, share = 0.1 }, { kind = \"credit_grant\", amount = 150 }, { kind = \"spend_commitment\", amount = 900, tiers = [{ from = 700, share = 0.05 }] }]";
    let bills = |start: usize| {
        let horizon = format!("horizon_months={}", start + 12);
        let start_month = format!("contract.start_month={}", start + 1);
        let certain = ["growth.volatility_per_year=0", "growth.log_drift_per_year=0"];
        let own = [&horizon, clauses, if start > 0 { &start_month } else { &horizon }];
        let study = study_at("tests/studies/static.toml", &[&certain[..], &own].concat());
        let mut bills: Vec<[f64; 4]> = Vec::new();
        each_block(&study, |paths| {
            let (ledger, _) = settled(&study, study.strategies.len() - 1, 140.0, paths);
            let line = |m: &waterline::ledger::Month| {
                [m.reserved[0], m.credit[0], m.granted[0], m.shortfall[0]]
            };
            bills = ledger.months[start..].iter().map(line).collect();
        });
        bills
    };
    let (now, later) = (bills(0), bills(3));
    assert_eq!(now, later);
    let last = now[11];
    assert!(last[0] < 140.0 && last[3] > 0.0, "{now:?}");
    assert!(now.iter().any(|m| m[1] < 0.0) && now.iter().any(|m| m[2] < 0.0), "{now:?}");
}

/// The parts of results that are numbers of the simulation.
fn numbers(results: &Results) -> String {
    serde_json::to_string(&(
        &results.strategies,
        &results.sizing,
        &results.months,
        &results.break_even,
    ))
    .expect("JSON")
}

/// 4. Doubling load and sizes doubles every cost and leaves ratios alone; so does the currency.
#[test]
fn costs_scale_with_load_and_with_currency() {
    let base = run("static", &["sizing.sizes=[80, 100, 120]", "run.paths=8192"]);
    let larger =
        run("static", &["workload.level=400", "sizing.sizes=[320, 400, 480]", "run.paths=8192"]);
    let dearer = run(
        "static",
        &[
            "workload.on_demand_per_unit_month=4",
            "contract.fee_per_unit_month=2.4",
            "sizing.sizes=[80, 100, 120]",
            "run.paths=8192",
        ],
    );
    for (other, factor) in [(&larger, 4.0), (&dearer, 1.0)] {
        for (a, b) in sizing(&base).sizes.iter().zip(&sizing(other).sizes) {
            assert_eq!(a.units * factor, b.units);
            assert_eq!(4.0 * a.cost.mean.value, b.cost.mean.value);
            assert_eq!(4.0 * a.cost.mean.standard_error, b.cost.mean.standard_error);
            assert_eq!(
                4.0 * a.cost.cvar95.expect("a tail").value,
                b.cost.cvar95.expect("a tail").value
            );
            assert_eq!(
                4.0 * a.waste.quantiles[2].estimate.value,
                b.waste.quantiles[2].estimate.value
            );
        }
        assert_eq!(sizing(&base).best_units * factor, sizing(other).best_units);
        let used = |r: &Results| strategy(r, "hybrid").measure(Measure::Utilization).mean.value;
        assert_eq!(used(&base), used(other));
    }
    // Any other factor: to rounding.
    let odd =
        run("static", &["workload.level=130", "sizing.sizes=[104, 130, 156]", "run.paths=8192"]);
    for (a, b) in sizing(&base).sizes.iter().zip(&sizing(&odd).sizes) {
        assert!(close(1.3 * a.cost.mean.value, b.cost.mean.value, 1e-13));
    }
}

/// 8. The mean cost is convex in the size, on the same paths.
#[test]
fn the_cost_curve_is_convex() {
    let sizes: Vec<f64> = (1..=60).map(|i| 4.0 * f64::from(i)).collect();
    for shape in ["flat", "office_week", "campus_api"] {
        let results = run(
            "static",
            &[
                &format!("sizing.sizes={}", list(&sizes)),
                &format!("workload.shape={shape}"),
                "run.paths=16384",
            ],
        );
        let costs: Vec<f64> = sizing(&results).sizes.iter().map(|s| s.cost.mean.value).collect();
        for three in costs.windows(3) {
            assert!(three[0] - 2.0 * three[1] + three[2] >= -1e-9 * three[1], "{shape}");
        }
    }
}

/// 8. The best size of the sample is the pooled order statistic of all path-months: the share of
///    loads above it is the fee over the on-demand price.
#[test]
fn the_best_size_is_a_pooled_quantile() {
    let study = study("static", &["run.sampler=pseudo", "run.paths=1024", "sizing.sizes=[100]"]);
    let sampler = study.model.sampler(Points::Pseudo, 1, "main");
    let mut paths = study.model.block();
    let mut loads = Vec::new();
    for first in (0..1024).step_by(LANES) {
        study.model.generate(&*sampler, Points::Pseudo, Block { replicate: 0, first }, &mut paths);
        loads.extend(paths.load.iter().flatten().copied());
    }
    loads.sort_by(f64::total_cmp);
    let pooled = loads[(loads.len() * 2 / 5) - 1]; // the 0.4-quantile of 12,288 loads
    let sizes = list(&[pooled - 0.5, pooled - 0.05, pooled, pooled + 0.05, pooled + 0.5]);
    let results =
        run("static", &["run.sampler=pseudo", "run.paths=1024", &format!("sizing.sizes={sizes}")]);
    assert_eq!(sizing(&results).best_units, pooled);
}

/// 9. Convex order: more volatility, a less even load or burstiness only add overflow.
#[test]
fn spread_adds_overflow() {
    let overflow = |overrides: &[&str]| {
        let mut all = vec!["sizing.sizes=[100]", "run.paths=16384"];
        all.extend(overrides);
        at(&run("static", &all), 100.0).cost.mean
    };
    let more = |calm: &[&str], wild: &[&str]| {
        let (calm, wild) = (overflow(calm), overflow(wild));
        assert!(wild.value > calm.value - 4.0 * (calm.standard_error + wild.standard_error));
    };
    let rate = "growth={ expected_per_year = 0.22, volatility_per_year = 0.2 }";
    more(&[rate], &["growth={ expected_per_year = 0.22, volatility_per_year = 0.5 }"]);
    more(&[], &["workload.shape=office_week"]);
    more(&["workload.shape=office_week"], &["workload.shape=office_week", "workload.burst_cv=0.5"]);
    more(
        &["workload.shape=office_week", "workload.burst_cv=0.5"],
        &["workload.shape=office_week", "workload.burst_cv=1.0"],
    );
}

/// 10. Every month's mean load is the expected level, whatever the process around it.
#[test]
fn the_mean_is_the_expected_level() {
    let variants: [&[&str]; 5] = [
        &["growth={ expected_per_year = 0.5, volatility_per_month = 0.1 }"],
        &[
            "growth={ expected_per_month = 0.034, volatility_per_year = 0.35, jumps = { shock = { per_year = 2, log_mean = -0.3, log_sd = 0.3, compensated = true } } }",
        ],
        &[
            "growth={ expected_per_year = 0.5, volatility_per_month = { dist = \"uniform\", min = 0.02, max = 0.2 } }",
            "forecast_error={ shock_sd = 0.1, persistence = 0.7 }",
        ],
        &[
            "growth={ expected_per_year = 0.5 }",
            "forecast_error={ shock_sd = 0.1, persistence = { dist = \"uniform\", min = 0.2, max = 0.9 }, start = \"long_run\", level = { dist = \"gamma\", mean = 1.0, sd = 0.3 } }",
        ],
        &[
            "growth={ expected_per_year = 0.5 }",
            "forecast_error={ skewed = { dist = \"gamma\", mean = 1.0, sd = 0.4 }, persistence = 0.8 }",
        ],
    ];
    for (at_level, first) in [("start", 0.0), ("middle", 0.5), ("end", 1.0)] {
        for (v, overrides) in variants.iter().enumerate() {
            let level_at = format!("level_at={at_level}");
            let mut all = vec!["sizing.sizes=[100]", "run.paths=65536", level_at.as_str()];
            all.extend(*overrides);
            let results = run("static", &all);
            for (t, month) in results.months.iter().enumerate() {
                let rate: f64 = if v == 1 { 1.034f64.powi(12) } else { 1.5 };
                let exact = 100.0 * rate.powf((t as f64 + first) / 12.0);
                let mean = month.load.mean;
                // The skewed table is exact to 1e-4 of its spread.
                let slack = if v == 4 { 1e-4 * exact } else { 1e-9 * exact };
                assert!(
                    (mean.value - exact).abs() <= 4.5 * mean.standard_error + slack,
                    "variant {v}, {at_level}, month {}: {mean:?}, exact {exact}",
                    t + 1
                );
            }
        }
    }
}

/// 12. A load in two halves that move together costs what the whole costs.
#[test]
fn levels_may_be_split_and_reordered() {
    let whole = run(
        "static",
        &[
            "workload.shape={ levels = [0.4, 1.0, 1.6], weights = [1, 2, 1] }",
            "sizing.sizes=[100]",
            "run.paths=8192",
        ],
    );
    let split = run(
        "static",
        &[
            "workload.shape={ levels = [1.6, 1.0, 0.4, 1.0] }",
            "sizing.sizes=[100]",
            "run.paths=8192",
        ],
    );
    assert!(close(at(&whole, 100.0).cost.mean.value, at(&split, 100.0).cost.mean.value, 1e-14));
}

/// 15. Limits: a fee above the on-demand price commits nothing; a free one serves everything.
#[test]
fn limits_of_the_fee() {
    let dear = run("static", &["contract.fee_per_unit_month=1.01", "run.paths=8192"]);
    assert_eq!(sizing(&dear).best_units, 0.0);
    assert_eq!(dear.answer.strategy, "on_demand");
    let free = run(
        "static",
        &["contract.fee_per_unit_month=0", "sizing.sizes=[10, 100, 400]", "run.paths=8192"],
    );
    let costs: Vec<f64> = sizing(&free).sizes.iter().map(|s| s.cost.mean.value).collect();
    assert!(costs.windows(2).all(|w| w[1] < w[0]));
    assert_eq!(sizing(&free).best_units, 400.0);
}

/// 15. Perfect correlation is one factor: price and load driven by the same shocks.
#[test]
fn perfect_correlation_is_one_factor() {
    let world = |value: f64| {
        format!("correlations=[{{ between = [\"growth\", \"price\"], value = {value} }}]")
    };
    for (sign, drift) in [(1.0, 0.2 + 0.25 * 0.35), (-1.0, 0.2 - 0.25 * 0.35)] {
        let results = run(
            "two_dates",
            &[
                "contract.term_months=1",
                "price={ log_drift_per_month = -0.03125, volatility_per_month = 0.25 }",
                &world(sign),
                "run.paths=65536",
            ],
        );
        let bill = strategy(&results, "on_demand").measure(Measure::Cost).mean;
        crate::support::assert_exact("P D", bill, 100.0 * f64::exp(drift));
    }
}

/// 16. The saving identity on every path: on-demand - cost = K sum (price * utilization - fee).
#[test]
fn saving_is_use_beyond_break_even() {
    let study = study("static", &["sizing.sizes=[100]"]);
    each_block(&study, |paths| {
        let (_, base) = settled(&study, 0, 0.0, paths);
        let (ledger, totals) = settled(&study, 1, 100.0, paths);
        for i in 0..LANES {
            let identity: f64 =
                ledger.months.iter().map(|m| 100.0 * (m.served[i] / 100.0 - 0.6)).sum();
            assert!((base.cost[i] - totals.cost[i] - identity).abs() < 1e-9);
        }
    });
    // At 184.6639 units a year's average utilization is 60 % and the mean saving zero.
    let results = run("static", &["sizing.sizes=[184.6639]"]);
    let hybrid = strategy(&results, "hybrid");
    let saving = at(&results, 184.6639).cost.mean.value
        - strategy(&results, "on_demand").measure(Measure::Cost).mean.value;
    assert!(saving.abs() < 0.05, "{saving}");
    if hybrid.units > 0.0 {
        let used = hybrid.measure(Measure::Utilization).mean.value;
        assert!((used - 0.6).abs() < 1e-3, "{used}");
    }
}

/// 17. What cannot be averaged is refused.
#[test]
fn what_has_no_mean_is_refused() {
    let cases = [
        (
            "growth.log_drift_per_year={ dist = \"student_t\", location = 0.1, scale = 0.3, df = 5.0 }",
            "infinite-mean",
        ),
        (
            "growth={ expected_per_year = { dist = \"student_t\", location = 0.1, scale = 0.05, df = 1.5, min = -0.9 } }",
            "infinite-mean",
        ),
        ("growth.volatility_per_year={ dist = \"gamma\", mean = 0.3, sd = 0.1 }", "infinite-mean"),
        (
            "forecast_error.level={ dist = \"student_t\", location = 1.0, scale = 0.1, df = 1.0, min = 0.1 }",
            "infinite-mean",
        ),
        ("run={ sampler = \"sobol\", paths = 100000 }", "not-whole-nets"),
    ];
    for (argument, code) in cases {
        let loaded = waterline::input::load(
            &crate::support::repository("tests/studies/static.toml"),
            &[argument.to_owned()],
        );
        let codes: Vec<&str> = loaded.findings.list.iter().map(|f| f.code).collect();
        assert!(loaded.study.is_none() && codes.contains(&code), "{argument}: {codes:?}");
    }
    // Truncated, the same growth is a study.
    run(
        "static",
        &[
            "growth.log_drift_per_year={ dist = \"student_t\", location = 0.1, scale = 0.3, df = 5.0, min = -1.0, max = 1.0 }",
            "sizing.sizes=[100]",
            "run.paths=2048",
        ],
    );
}

/// 11. Path i alone is path i of the full run, in any order of blocks.
#[test]
fn a_path_can_be_made_again_alone() {
    let study = study_at(RICH, &FULL);
    for points in [Points::Pseudo, Points::Quasi { replicates: 4, log2_points: 10 }] {
        let sampler = study.model.sampler(points, 9, "main");
        let (mut first, mut again) = (study.model.block(), study.model.block());
        let block = Block { replicate: 2, first: 512 };
        study.model.generate(&*sampler, points, block, &mut first);
        for other in [0, 960, 64] {
            study.model.generate(
                &*sampler,
                points,
                Block { replicate: 1, first: other },
                &mut again,
            );
        }
        let fresh = study.model.sampler(points, 9, "main");
        study.model.generate(&*fresh, points, block, &mut again);
        assert_eq!(first.load, again.load);
        assert_eq!(first.on_demand, again.on_demand);
        assert_eq!(first.params, again.params);
    }
}

/// A clause with an uncertain parameter moves no draw of the future, with either sampler.
#[test]
fn a_clause_moves_no_draw_of_the_future() {
    let without = study_at(RICH, &["contract.clauses=[]"]);
    let with = study_at(
        RICH,
        &[
            "contract.clauses=[{ kind = \"flat_discount\", share = { dist = \"uniform\", min = 0.0, max = 0.2 } }]",
        ],
    );
    for points in [Points::Pseudo, Points::Quasi { replicates: 2, log2_points: 8 }] {
        let (mut a, mut b) = (without.model.block(), with.model.block());
        let block = Block { replicate: 0, first: 64 };
        without.model.generate(&*without.model.sampler(points, 1, "main"), points, block, &mut a);
        with.model.generate(&*with.model.sampler(points, 1, "main"), points, block, &mut b);
        assert_eq!(a.load, b.load);
        assert_eq!(a.on_demand, b.on_demand);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// 2. Without volatility a study is a spreadsheet, whatever its numbers.
    #[test]
    fn no_uncertainty_is_arithmetic(
        level in 1.0..1e4f64,
        value in 0.1..500.0f64,
        ratio in 0.1..1.5f64,
        growth in -0.5..1.5f64,
        share in 0.1..1.5f64,
        months in 1usize..40,
        rate in 0.0..0.2f64,
    ) {
        let (fee, units) = (value * ratio, level * share);
        let overrides = [
            format!("workload={{ level = {level:?}, on_demand_per_unit_month = {value:?} }}"),
            format!("growth={{ expected_per_year = {growth:?} }}"),
            format!("contract={{ fee_per_unit_month = {fee:?}, term_months = {months} }}"),
            format!("sizing.sizes=[{units:?}]"),
            format!("finance.discount_rate_per_year={rate:?}"),
            "run.paths=2048".to_owned(),
        ];
        let overrides: Vec<&str> = overrides.iter().map(String::as_str).collect();
        let results = run("static", &overrides);
        let (mut nominal, mut present) = (0.0, 0.0);
        for t in 1..=months {
            let u = t as f64 / 12.0;
            let load = level * (1.0 + growth).powf(u);
            let bill = fee * units + value * (load - units).max(0.0);
            nominal += bill;
            present += bill * (1.0 + rate).powf(-u);
        }
        let size = at(&results, units);
        prop_assert!(close(size.cost.mean.value, nominal, 1e-12));
        prop_assert!(close(size.objective.expect("an objective").value, present, 1e-12));
        prop_assert!(size.cost.sd.value <= 1e-9 * nominal);
    }

    /// The same bytes twice, and other numbers under another seed.
    #[test]
    fn a_seed_is_a_result(seed in 0u64..1000) {
        let with = |seed: u64| numbers(&run("static", &["sizing.sizes=[100]", "run.paths=2048", &format!("run.seed={seed}")]));
        prop_assert_eq!(with(seed), with(seed));
        prop_assert_ne!(with(seed), with(seed + 1));
    }
}

/// Of few paths, where symmetric intervals are wide.
#[test]
fn intervals_stay_where_values_can_be() {
    let rare = ["finance.budget=2500", "run.paths=256", "run.sampler=\"pseudo\""];
    let results = run("static", &rare);
    let (mut at_the_edge, inf) = (0, f64::INFINITY);
    let mut inside = |what: &str, e: Estimate, low: f64, high: f64| {
        assert!(
            low <= e.low && e.low <= e.value && e.value <= e.high && e.high <= high,
            "{what} {e:?}"
        );
        at_the_edge += usize::from(e.low == low && e.value > low);
    };
    for s in &results.strategies {
        inside("beats", s.beats_on_demand, 0.0, 1.0);
        inside("over budget", s.over_budget.expect("a budget"), 0.0, 1.0);
        for waste in [Measure::Waste, Measure::Overspend, Measure::Regret] {
            let summary = s.measure(waste);
            let quantiles = summary.quantiles.iter().map(|q| q.estimate);
            for e in quantiles.chain([summary.mean, summary.sd]).chain(summary.cvar95) {
                inside("an amount", e, 0.0, inf);
            }
        }
        inside("utilization", s.measure(Measure::Utilization).mean, 0.0, 1.0);
    }
    for size in results.sizing.iter().flat_map(|s| &s.sizes) {
        inside("best", size.best_in_futures, 0.0, 1.0);
        inside("over budget", size.over_budget.expect("a budget"), 0.0, 1.0);
        inside("overspend", size.overspend.as_ref().expect("a budget").mean, 0.0, inf);
        inside("waste", size.waste.mean, 0.0, inf);
    }
    assert!(at_the_edge > 3, "{at_the_edge} symmetric intervals would have left the range");
}
