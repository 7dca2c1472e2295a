//! Study files whose answers are known in closed form (the reference numerics 1a to 1h).
//!
//! The forms are computed here; the digits beside them are those of the reference, so that a
//! misprint on either side shows. Every estimate must be within 4 standard errors, with a
//! standard error of at most a thousandth of the value.

use crate::forms::{
    FLAT, LC3, SumOfMonths, World, b0, black, cdf, exceeds, product_of_calls, quantile,
};
use crate::support::{assert_exact, assert_within, at, list, run, sizing, strategy};
use waterline::measure::Measure;

#[track_caller]
fn digits(form: f64, reference: f64) {
    assert!((form / reference - 1.0).abs() < 2e-10, "form {form}, reference {reference}");
}

// ---- 1a: newsvendor ---------------------------------------------------------------------------

#[test]
fn newsvendor_costs() {
    let results = run("newsvendor", &[]);
    let reference = [
        (50.0, 80.218_775_460_93),
        (80.0, 72.923_672_778_38),
        (100.0, 73.892_036_641_53),
        (120.0, 79.281_405_995_42),
        (150.0, 92.590_487_606),
    ];
    for (k, digits_of) in reference {
        let form = 0.6 * k + black(100.0, k, 0.35);
        digits(form, digits_of);
        assert_exact(&format!("cost at {k}"), at(&results, k).cost.mean, form);
    }
    let best = 86.077_555_662_013_2;
    let size = at(&results, best);
    assert_exact("cost at the best size", size.cost.mean, 72.686_109_808_862_3);
    assert_exact("waste", size.waste.mean, 0.6 * 7.117_132_073_667_58);
    assert_exact("sd", size.cost.sd, 29.478_227_054_9);
    assert_exact("sd at 100", at(&results, 100.0).cost.sd, 25.254_609_450_6);
    assert_exact("on demand", strategy(&results, "on_demand").measure(Measure::Cost).mean, 100.0);
    assert_eq!(sizing(&results).best_units, best);
}

#[test]
fn newsvendor_quantiles_and_tails() {
    let results = run("newsvendor", &["run.paths=524288"]);
    for k in [86.077_555_662_013_2, 100.0] {
        let size = at(&results, k);
        for (p, known) in [(0.5, k < 90.0), (0.9, true), (0.95, true), (0.99, true)] {
            let demand = 100.0 * (-0.5 * 0.35 * 0.35 + 0.35 * quantile(p)).exp();
            let exact = 0.6 * k + (demand - k).max(0.0);
            let estimate = size.cost.quantile(p).expect("a level");
            if known {
                assert_exact(&format!("P{p} at {k}"), estimate, exact);
            } else {
                // The median lies in the atom of the futures without overflow: exact, no error.
                assert_eq!((estimate.value, estimate.standard_error), (60.0, 0.0));
            }
        }
        let z = quantile(0.95);
        let tail = 0.6 * k + 100.0 * cdf(0.35 - z) / 0.05 - k;
        assert_exact(&format!("CVaR 95 at {k}"), size.cost.cvar95.expect("a tail"), tail);
    }
    digits(0.6 * 100.0 + 100.0 * cdf(0.35 - quantile(0.95)) / 0.05 - 100.0, 155.370_728_274);
}

#[test]
fn the_best_size_of_the_newsvendor() {
    let results = run(
        "newsvendor",
        &["sizing.sizes=[85.8, 85.9, 86.0, 86.1, 86.2, 86.3, 86.4]", "run.paths=524288"],
    );
    let best = sizing(&results);
    // The closed-form optimum is 86.0776: among these, 86.1.
    assert_eq!(best.best_units, 86.1);
    assert!(best.interval.0 <= 86.1 && best.interval.1 >= 86.1);
}

#[test]
fn risk_averse_sizes_of_the_newsvendor() {
    // Closed form: K = F^-1(1 - (1 - a) 0.6), CVaR at K.
    let known = [
        (0.5, 113.008_198_077_1, 86.155_071_141_23),
        (0.8, 141.906_098_857_6, 102.344_772_329_2),
        (0.9, 162.080_146_455, 114.145_358_136_5),
        (0.95, 181.671_107_171_1, 125.820_409_842_8),
    ];
    for (a, k, cvar) in known {
        digits(100.0 * (-0.061_25 + 0.35 * quantile(1.0 - (1.0 - a) * 0.6)).exp(), k);
        let sizes = [0.80, 0.90, 0.95, 1.0, 1.05, 1.1, 1.2].map(|f| f * k);
        let results = run(
            "newsvendor",
            &[
                "sizing.minimize=cvar",
                &format!("sizing.level={a}"),
                &format!("sizing.sizes={}", list(&sizes)),
                "run.paths=524288",
            ],
        );
        assert!(
            (sizing(&results).best_units / k - 1.0).abs() < 1e-9,
            "a = {a}: {}",
            sizing(&results).best_units
        );
        let best = sizing(&results).sizes[4].objective.expect("an objective");
        assert_exact(&format!("CVaR {a}"), best, cvar);
    }
}

// ---- 1b: several months -------------------------------------------------------------------------

/// Costs at the best size, at 100 and 150, the optimum and the saving identity, for one variant.
fn check_static(months: usize, world: &World, shape: &str, reference: (f64, f64, f64, f64)) {
    let (best, cost, at_100, at_150) = reference;
    digits(world.best(0.0), best);
    for (k, digits_of) in [(best, cost), (100.0, at_100), (150.0, at_150)] {
        assert!((world.cost(k, 0.0) / digits_of - 1.0).abs() < 1e-11);
    }
    let sizes = [best - 2.0, best - 1.0, best, best + 1.0, best + 2.0, 100.0, 150.0];
    let overrides = [
        format!("contract.term_months={months}"),
        shape.to_owned(),
        format!("sizing.sizes={}", list(&sizes)),
    ];
    let overrides: Vec<&str> =
        overrides.iter().map(String::as_str).filter(|s| !s.is_empty()).collect();
    let results = run("static", &overrides);
    for k in sizes {
        assert_exact(
            &format!("{months} months, {k} units"),
            at(&results, k).cost.mean,
            world.cost(k, 0.0),
        );
    }
    assert!((sizing(&results).best_units - best).abs() < 1e-9);
    let demand: f64 = (1..=months).map(|t| 100.0 * (0.2 * t as f64 / 12.0).exp()).sum();
    assert_exact("on demand", strategy(&results, "on_demand").measure(Measure::Cost).mean, demand);
    // Overflow - waste (in units) = demand - capacity, in the mean as on every path.
    let size = at(&results, best);
    let overflow = size.cost.mean.value - 0.6 * best * months as f64;
    let waste = size.waste.mean.value / 0.6;
    assert!((overflow - waste - (demand - best * months as f64)).abs() < 1e-3 * demand);
}

#[test]
fn a_year_of_flat_load() {
    check_static(
        12,
        &b0(12, FLAT),
        "",
        (100.530_933_476_308_75, 927.857_093_839_119_9, 927.887_287_748_463_6, 1_114.063_193_886_8),
    );
}

#[test]
fn a_year_of_three_levels() {
    let shape = "workload.shape={ levels = [0.4, 1.0, 1.6], weights = [1, 2, 1] }";
    check_static(
        12,
        &b0(12, LC3),
        shape,
        (
            94.620_066_522_713_64,
            1_058.866_144_761_842_4,
            1_060.431_754_221_276_8,
            1_200.121_818_434_8,
        ),
    );
}

#[test]
fn three_years_of_flat_load() {
    check_static(
        36,
        &b0(36, FLAT),
        "",
        (
            107.383_930_623_278_43,
            3_758.866_906_760_361_4,
            3_769.115_230_478_336_3,
            4_022.744_014_916_4,
        ),
    );
}

#[test]
fn discounting_both_legs() {
    // 8 % continuously is exp(0.08) - 1 a year.
    let rate = format!("finance.discount_rate_per_year={:?}", 0.08f64.exp_m1());
    let world = b0(12, FLAT);
    digits(world.best(0.08), 100.484_568_633_9);
    let k = world.best(0.08);
    digits(world.cost(k, 0.08), 886.793_636_534_1);
    let sizes = list(&[k - 1.0, k, k + 1.0]);
    let results = run("static", &[&rate, &format!("sizing.sizes={sizes}")]);
    assert_exact(
        "present value",
        at(&results, k).objective.expect("an objective"),
        world.cost(k, 0.08),
    );
    assert_exact("nominal", at(&results, k).cost.mean, world.cost(k, 0.0));
    assert!((sizing(&results).best_units - k).abs() < 1e-9);
    let hybrid = strategy(&results, "hybrid");
    assert_exact(
        "present value of the comparison",
        hybrid.measure(Measure::PresentValue).mean,
        world.cost(k, 0.08),
    );
}

#[test]
fn growth_and_level_unknown() {
    let world = World {
        months: 12,
        curve: FLAT,
        mean: |u| 100.0 * (0.2 * u + 0.5 * 0.09 * u * u).exp(),
        sd: |u| (0.35 * 0.35 * u + 0.09 * u * u + 0.01).sqrt(),
    };
    digits(world.best(0.0), 98.508_180_964_3);
    digits(world.cost(98.508_180_964_3, 0.0), 977.798_071_419_2);
    digits(world.cost(100.0, 0.0), 977.986_551_290_2);
    let results = run(
        "static",
        &[
            "growth.log_drift_per_year={ dist = \"normal\", mean = 0.13875, sd = 0.30 }",
            "forecast_error.level={ dist = \"lognormal\", mean = 1.0, log_sd = 0.10 }",
            "sizing.sizes=[97.5081809643, 98.5081809643, 99.5081809643, 100]",
        ],
    );
    assert_exact("at the best", at(&results, 98.508_180_964_3).cost.mean, 977.798_071_419_2);
    assert_exact("at 100", at(&results, 100.0).cost.mean, 977.986_551_290_2);
    assert_eq!(sizing(&results).best_units, 98.508_180_964_3);
}

#[test]
fn without_volatility_the_spreadsheet() {
    let loads: Vec<f64> = (1..=12).map(|t| 100.0 * (0.2 * f64::from(t) / 12.0).exp()).collect();
    let cost = |k: f64| loads.iter().map(|d| 0.6 * k + (d - k).max(0.0)).sum::<f64>();
    // The best size is the ceil(12 * 0.4)-th smallest load.
    let best = loads[4];
    digits(best, 108.690_404_952_1);
    digits(cost(best), 835.473_948_545_7);
    digits(cost(100.0), 859.517_437_109_7);
    let mut sizes = loads.clone();
    sizes.push(100.0);
    let results = run(
        "static",
        &[
            "growth.volatility_per_year=0",
            "growth.log_drift_per_year=0.2",
            &format!("sizing.sizes={}", list(&sizes)),
        ],
    );
    for k in sizes {
        let size = at(&results, k);
        assert!((size.cost.mean.value / cost(k) - 1.0).abs() < 1e-13, "{k}");
        assert_eq!(size.cost.mean.standard_error, 0.0, "every path is the same");
        assert!(size.cost.sd.value < 1e-9);
    }
    assert!((sizing(&results).best_units / best - 1.0).abs() < 1e-12);
}

#[test]
fn a_falling_on_demand_price() {
    // P(t) = exp(-0.10 t / 12), deterministic: the same as 1d at correlation 0.
    let cost = |k: f64| {
        (1..=12)
            .map(|t| f64::from(t) / 12.0)
            .map(|u| {
                0.6 * k + (-0.1 * u).exp() * black(100.0 * (0.2 * u).exp(), k, 0.35 * u.sqrt())
            })
            .sum::<f64>()
    };
    digits(cost(100.0), 914.590_040_409_4);
    digits(cost(98.634_922_702_8), 914.399_327_812_5);
    let results = run(
        "static",
        &[
            "price.log_drift_per_year=-0.10",
            "sizing.sizes=[97.6349227028, 98.6349227028, 99.6349227028, 100]",
        ],
    );
    assert_exact("at 100", at(&results, 100.0).cost.mean, cost(100.0));
    assert_exact("at the best", at(&results, 98.634_922_702_8).cost.mean, cost(98.634_922_702_8));
    assert_eq!(sizing(&results).best_units, 98.634_922_702_8);
    assert_exact(
        "on demand",
        strategy(&results, "on_demand").measure(Measure::Cost).mean,
        1_267.316_866_339_1,
    );
}

#[test]
fn a_ramp() {
    // 50 % in months 1 to 3, 75 % in months 4 to 6, then all.
    let share = |t: i32| {
        if t <= 3 {
            0.5
        } else if t <= 6 {
            0.75
        } else {
            1.0
        }
    };
    let cost = |k: f64| {
        (1..=12)
            .map(|t| (share(t) * k, f64::from(t) / 12.0))
            .map(|(k, u)| 0.6 * k + black(100.0 * (0.2 * u).exp(), k, 0.35 * u.sqrt()))
            .sum::<f64>()
    };
    let results = run(
        "static",
        &[
            "contract.clauses=[{ kind = \"ramp\", steps = [{ until_month = 3, share = 0.5 }, { until_month = 6, share = 0.75 }] }]",
            "sizing.sizes=[100, 120]",
        ],
    );
    for k in [100.0, 120.0] {
        assert_exact(&format!("ramp to {k}"), at(&results, k).cost.mean, cost(k));
    }
}

// ---- 1c: the distribution of the total ---------------------------------------------------------

#[test]
fn spread_of_a_years_cost() {
    let (k, s2) = (100.0, 0.35 * 0.35);
    let (mut second, mut mean) = (0.0, 0.0);
    for i in 1..=12 {
        let u = f64::from(i) / 12.0;
        mean += black(100.0 * (0.2 * u).exp(), k, 0.35 * u.sqrt());
        for j in 1..=12 {
            let v = f64::from(j) / 12.0;
            let f = [100.0 * (0.2 * u).exp(), 100.0 * (0.2 * v).exp()];
            second += product_of_calls(f, [0.35 * u.sqrt(), 0.35 * v.sqrt()], s2 * u.min(v), k);
        }
    }
    let form = (second - mean * mean).sqrt();
    assert!((form / 235.837_043_092_638_82 - 1.0).abs() < 1e-7, "{form}");
    let results = run("static", &["sizing.sizes=[100]"]);
    assert_exact("sd at 100", at(&results, 100.0).cost.sd, 235.837_043_092_638_82);
    assert_exact(
        "sd on demand",
        strategy(&results, "on_demand").measure(Measure::Cost).sd,
        298.821_927_713_381_3,
    );
}

#[test]
fn quantiles_of_a_years_on_demand_bill() {
    let sum = SumOfMonths::new(12);
    let reference = [
        (0.05, 919.410_313_830_48),
        (0.5, 1_303.161_736_475_742_4),
        (0.9, 1_733.235_800_434_249),
        (0.95, 1_883.223_242_902_225_8),
        (0.99, 2_206.061_086_008_830_4),
    ];
    let results = run("static", &["sizing.sizes=[100]", "run.paths=1048576"]);
    let cost = strategy(&results, "on_demand").measure(Measure::Cost);
    for (p, digits_of) in reference {
        assert!(
            (sum.quantile(p) / digits_of - 1.0).abs() < 2e-5,
            "{p}: {} against {digits_of}",
            sum.quantile(p)
        );
        assert_exact(&format!("P{p}"), cost.quantile(p).expect("a level"), digits_of);
    }
}

#[test]
fn quantiles_of_two_months_on_demand() {
    let results =
        run("static", &["sizing.sizes=[100]", "contract.term_months=2", "run.paths=1048576"]);
    let cost = strategy(&results, "on_demand").measure(Measure::Cost);
    for (p, exact) in [
        (0.05, 169.245_296),
        (0.5, 203.709_577),
        (0.9, 235.582_403),
        (0.95, 245.533_017),
        (0.99, 265.399_531),
    ] {
        assert_exact(&format!("P{p}"), cost.quantile(p).expect("a level"), exact);
    }
}

#[test]
fn hybrid_over_two_dates() {
    let results = run("two_dates", &["run.paths=1048576"]);
    let cost = &at(&results, 100.0).cost;
    assert_exact("mean", cost.mean, 205.135_665_228_5);
    for (p, exact) in [
        (0.5, 172.556_362_025),
        (0.9, 337.725_414_036),
        (0.95, 404.340_895_854),
        (0.99, 561.258_344_798),
    ] {
        assert_within(&format!("P{p}"), cost.quantile(p).expect("a level"), exact, 2e-3);
    }
    assert_exact("CVaR 95", cost.cvar95.expect("a tail"), 502.817_797_893);
}

#[test]
fn hybrid_over_a_year_against_a_long_simulation() {
    // Reference: scrambled Sobol with principal components, 24 replicates of 2^17 points elsewhere;
    // its own standard errors are added to ours.
    let results = run("static", &["sizing.sizes=[100]", "run.paths=1048576"]);
    let hybrid = strategy(&results, "hybrid").measure(Measure::Cost);
    let close = |what: &str, e: waterline::stats::Estimate, exact: f64, error: f64| {
        let allowed = 4.0 * (e.standard_error.powi(2) + error * error).sqrt();
        assert!((e.value - exact).abs() <= allowed, "{what}: {e:?} against {exact}");
        assert!(e.standard_error <= 1e-3 * exact);
    };
    for (p, exact, error) in [
        (0.5, 846.265, 0.020),
        (0.9, 1_255.484, 0.040),
        (0.95, 1_404.646, 0.051),
        (0.99, 1_726.50, 0.13),
    ] {
        close(&format!("P{p}"), hybrid.quantile(p).expect("a level"), exact, error);
    }
    close("CVaR 95", hybrid.cvar95.expect("a tail"), 1_604.505, 0.005);
}

// ---- 1d: price and demand together --------------------------------------------------------------

#[test]
fn correlated_price_and_demand() {
    // One date, a year ahead: E P (D - 100)+ = Pbar Bl(Dbar e^{rho sP sD}, 100, sD).
    for (rho, reference) in
        [(-0.5, Some(22.603_638_060_677)), (0.0, Some(26.165_958_643_345)), (0.5, None)]
    {
        let price = (-0.1f64).exp();
        let form = price * black(100.0 * (0.2f64 + rho * 0.25 * 0.35).exp(), 100.0, 0.35);
        if let Some(reference) = reference {
            digits(form, reference);
        }
        let results = run(
            "two_dates",
            &[
                "contract.term_months=1",
                "price.log_drift_per_month=-0.13125", // -0.10 - 0.25^2 / 2
                "price.volatility_per_month=0.25",
                &format!("correlations=[{{ between = [\"growth\", \"price\"], value = {rho} }}]"),
            ],
        );
        let mut cost = at(&results, 100.0).cost.mean;
        cost.value -= 60.0;
        assert_exact(&format!("rho = {rho}"), cost, form);
        // The on-demand bill: E P D = Pbar Dbar e^{rho sP sD}.
        let bill = strategy(&results, "on_demand").measure(Measure::Cost).mean;
        assert_exact("on demand", bill, price * 100.0 * (0.2f64 + rho * 0.25 * 0.35).exp());
    }
}

// ---- 1e: caps ----------------------------------------------------------------------------------

#[test]
fn capped_list_prices_by_reading() {
    let uncapped = [1.061_836_546_545, 1.127_496_851_579, 1.197_217_363_122];
    let ratchet = [0.992_614_026_441, 0.985_282_605_487, 0.978_005_334_215];
    let one_year = 0.06f64.exp() - black(0.06f64.exp(), 1.05, 0.15);
    digits(one_year, ratchet[0]);
    digits(one_year * one_year, ratchet[1]);
    let level_2 = 0.12f64.exp() - black(0.12f64.exp(), 1.05 * 1.05, 0.15 * 2f64.sqrt());
    // Expected price of years 2, 3 and 4 of the study, which are years 1, 2 and 3 of rises.
    let prices = |overrides: &[&str]| {
        let results = run("caps", overrides);
        [12, 24, 36].map(|t| results.months[t].strategies[0].spend.mean)
    };
    let free = prices(&["price.cap.annual=inf"]);
    let ratcheted = prices(&["price.cap.reading=ratchet"]);
    let caught_up = prices(&["price.cap.reading=catch_up"]);
    let level = prices(&["price.cap.reading=level"]);
    // Path by path one reading is below the other. The same paths for all of them, and plain
    // averages, are those of few pseudo-random paths.
    let on_same_paths = |cap: &str| prices(&[cap, "run.sampler=pseudo", "run.paths=1000"]);
    let in_order = [
        "price.cap.reading=ratchet",
        "price.cap.reading=catch_up",
        "price.cap.reading=level",
        "price.cap.annual=inf",
    ]
    .map(on_same_paths);
    for year in 0..3 {
        assert_exact(&format!("list, year {year}"), free[year], uncapped[year]);
        assert_exact(&format!("ratchet, year {year}"), ratcheted[year], ratchet[year]);
        for readings in in_order.windows(2) {
            assert!(readings[0][year].value <= readings[1][year].value + 1e-12);
        }
    }
    assert_exact("catch-up, year 1", caught_up[0], one_year);
    assert_exact("level, year 1", level[0], one_year);
    assert_exact("level, year 2", level[1], level_2);
}

#[test]
fn the_clause_caps_what_the_market_does_not() {
    // The same prices through the contract's clause: what spills over pays them.
    let clause = |reading: &str| {
        format!(
            "contract.clauses=[{{ kind = \"escalation_cap\", annual = 0.05, reading = \"{reading}\", price = \"on_demand\" }}]"
        )
    };
    for (reading, exact) in [
        ("ratchet", 0.985_282_605_487),
        ("level", 0.12f64.exp() - black(0.12f64.exp(), 1.05 * 1.05, 0.15 * 2f64.sqrt())),
    ] {
        let results = run(
            "caps",
            &[
                "price.cap.annual=inf",
                "workload.level=3",
                "contract.fee_per_unit_month=0",
                &clause(reading),
            ],
        );
        let spend = results.months[24].strategies[1].overflow_spend;
        assert_exact(reading, spend, 2.0 * exact);
        // Without a contract the list price is paid.
        assert_exact(
            "on demand",
            results.months[24].strategies[0].spend.mean,
            3.0 * 1.127_496_851_579,
        );
    }
}

#[test]
fn a_cap_with_correlated_demand() {
    // E min(P, 1.05) (D - 100)+ a year ahead.
    for (rho, exact) in
        [(-0.5, 27.385_010_438_722), (0.0, 28.704_270_012_431), (0.5, 29.700_234_708_830)]
    {
        let results = run(
            "two_dates",
            &[
                "contract.term_months=1",
                "price.log_drift_per_month=0.04875",
                "price.volatility_per_month=0.15",
                "price.cap={ annual = 0.05, reading = \"level\", first_year = \"capped\" }",
                &format!("correlations=[{{ between = [\"growth\", \"price\"], value = {rho} }}]"),
            ],
        );
        let mut cost = at(&results, 100.0).cost.mean;
        cost.value -= 60.0;
        assert_exact(&format!("rho = {rho}"), cost, exact);
    }
}

// ---- 1f: clawback ------------------------------------------------------------------------------

/// The expected credit of a month: 10 % of the fee if the load is below K / kappa.
fn credit(u: f64, k: f64, kappa: f64) -> f64 {
    0.1 * 0.6 * k * (1.0 - exceeds(100.0 * (0.2 * u).exp(), k / kappa, 0.35 * u.sqrt()))
}

fn credits(months: std::ops::RangeInclusive<i32>, k: f64) -> f64 {
    months.map(|t| credit(f64::from(t) / 12.0, k, 1.0 / 0.7)).sum()
}

#[test]
fn expected_credits_of_a_clawback() {
    digits(credits(1..=12, 100.0), 3.067_437_063_9);
    digits(credits(1..=11, 100.0), 2.596_671_077_9);
    let clause = |at_end: &str| {
        format!(
            "contract.clauses=[{{ kind = \"clawback\", threshold = 0.70, share = 0.10, final = \"{at_end}\" }}]"
        )
    };
    for (at_end, months) in [("pay", 1..=12), ("lose", 1..=11)] {
        let results = run("static", &[&clause(at_end), "sizing.sizes=[100]", "run.paths=2097152"]);
        let credit = strategy(&results, "hybrid").measure(Measure::Credits).mean;
        // A credit is a digital, where quasi-random points gain least.
        assert_within(at_end, credit, credits(months, 100.0), 1e-3);
        let exact = b0(12, FLAT).cost(100.0, 0.0)
            - credits(if at_end == "pay" { 1..=12 } else { 1..=11 }, 100.0);
        assert_exact("cost with the clause", at(&results, 100.0).cost.mean, exact);
    }
}

#[test]
fn the_best_size_under_a_clawback() {
    // Re-optimized: K = 101.8663, C = 924.47821633.
    let k = 101.8663;
    let cost = b0(12, FLAT).cost(k, 0.0) - credits(1..=12, k);
    assert!((cost - 924.478_216_33).abs() < 1e-6, "{cost}");
    let results = run(
        "static",
        &[
            "contract.clauses=[{ kind = \"clawback\", threshold = 0.70, share = 0.10 }]",
            "sizing.sizes=[98.8663, 100.3663, 101.8663, 103.3663, 104.8663]",
            "run.paths=1048576",
        ],
    );
    assert_exact("cost", at(&results, k).cost.mean, cost);
    let best = sizing(&results);
    assert!(best.interval.0 <= k && k <= best.interval.1, "{:?}", best.interval);
}

// ---- 1h: jumps ---------------------------------------------------------------------------------

/// `E (D - K)+` at time `t` under Merton's jumps: a Poisson mixture of Black values.
fn merton(t: f64, k: f64) -> f64 {
    let (rate, m, s) = (0.5, -0.25, 0.20);
    let kappa = f64::exp(m + 0.5 * s * s) - 1.0;
    let mut probability = (-rate * t).exp();
    (0..60)
        .map(|n| {
            let n = f64::from(n);
            if n > 0.0 {
                probability *= rate * t / n;
            }
            let mean = 100.0 * (0.2 * t - rate * kappa * t + n * (m + 0.5 * s * s)).exp();
            probability * black(mean, k, (0.35 * 0.35 * t + n * s * s).sqrt())
        })
        .sum()
}

const MERTON: &str =
    "growth.jumps.shock={ per_year = 0.5, log_mean = -0.25, log_sd = 0.20, compensated = true }";

#[test]
fn compensated_jumps() {
    digits(merton(1.0, 100.0), 31.154_840_700_2);
    let cost = |k: f64| (1..=12).map(|t| 0.6 * k + merton(f64::from(t) / 12.0, k)).sum::<f64>();
    digits(cost(100.0), 945.584_475_310_8);
    digits(cost(100.267_806_702_5), 945.577_566_436_6);
    let results = run(
        "static",
        &[MERTON, "sizing.sizes=[96.2678067025, 100, 100.2678067025, 104.2678067025]"],
    );
    assert_exact("at 100", at(&results, 100.0).cost.mean, cost(100.0));
    assert_exact("at the best", at(&results, 100.267_806_702_5).cost.mean, cost(100.267_806_702_5));
    assert_exact(
        "month 12",
        results.months[11].strategies[1].overflow_spend,
        merton(1.0, sizing(&results).best_units),
    );
}

#[test]
fn a_loss_that_happens_once() {
    // Hazard 0.25 a year, then 40 % of the demand is gone: a mixture of two branches.
    let cost = |k: f64| {
        (1..=12)
            .map(|t| f64::from(t) / 12.0)
            .map(|u| {
                let lost = 1.0 - (-0.25 * u).exp();
                let (f, s) = (100.0 * (0.2 * u).exp(), 0.35 * u.sqrt());
                0.6 * k + lost * black(0.6 * f, k, s) + (1.0 - lost) * black(f, k, s)
            })
            .sum::<f64>()
    };
    let loss = format!(
        "growth.jumps.loss={{ per_year = 0.25, log_mean = {:?}, at_most_once = true }}",
        0.6f64.ln()
    );
    let results = run("static", &[&loss, "sizing.sizes=[90, 100]"]);
    for k in [90.0, 100.0] {
        assert_exact(&format!("{k} units"), at(&results, k).cost.mean, cost(k));
    }
}
