//! Workloads that move apart: the mix of their hours differs from path to path. Neutral forms, closed
//! forms of the total, the hours added up one by one, and what else looks at a path.

use crate::support::{answer, run, sizing, study};
use waterline::facts::Facts;
use waterline::path::{PathBlock, Points};
use waterline::rng::{Block, LANES, Lane};
use waterline::size::desk::{Desk, Entry};
use waterline::study::Study;
use waterline::value::setting::{Method, Setting};

const NAME: &str = "own_growth";

/// Blocks of a study's paths, pseudo-random, the same at each call.
fn blocks(study: &Study, count: u64, mut each: impl FnMut(&PathBlock)) {
    let sampler = study.model.sampler(Points::Pseudo, 5, "mixes");
    let mut paths = study.model.block();
    for first in (0..count).map(|b| b * LANES as u64) {
        let block = Block { replicate: 0, first };
        study.model.generate(&*sampler, Points::Pseudo, block, &mut paths);
        each(&paths);
    }
}

fn growth(table: &str) -> String {
    format!("workloads[0].growth={{{table}}}")
}

fn correlation(value: f64) -> String {
    format!("correlations=[{{between=[\"growth\",\"workloads[0].growth\"],value={value:?}}}]")
}

// ---- Neutral forms ------------------------------------------------------------------------------

const CERTAIN: &str = "growth={expected_per_year=0.2}";

/// The study whose second workload moves as `how` says, in place of its own growth.
fn related(how: &str, overrides: &[&str]) -> Study {
    let second = "load={level=40,on_demand_per_unit_month=14.0,shape=\"support_week\"}";
    let second = format!("workloads=[{{{how}{second}}}]");
    study(NAME, &[&["correlations=[]", "run.sampler=pseudo", &second], overrides].concat())
}

/// All that a run reports, but for what it repeats of the inputs.
fn numbers(study: &Study) -> String {
    let mut results = answer(study);
    results.facts = Facts::default();
    serde_json::to_string(&results).expect("JSON")
}

/// A certain growth that is a copy of everyone's changes no bit; another one does.
#[test]
fn a_certain_copy_of_everyones_growth_changes_no_bit() {
    let with = |how: &str| related(how, &[CERTAIN]);
    let none = with("");
    let copy = with("growth={expected_per_year=0.2},");
    assert!(copy.curves.certain().is_some() && none.curves.certain().is_some());
    assert!(numbers(&copy) == numbers(&none));
    assert!(numbers(&with("growth={expected_per_year=0.3},")) != numbers(&none));
}

/// `(1 + 0.2) (1 + 0.3) = 1 + 0.56`.
#[test]
fn a_certain_growth_is_a_relative_one() {
    let own = answer(&related("growth={expected_per_year=0.56},", &[CERTAIN]));
    let relative = answer(&related("growth_per_year=0.3,", &[CERTAIN]));
    for (own, relative) in own.months.iter().zip(&relative.months) {
        let pairs = [(&own.load.mean, &relative.load.mean)].into_iter();
        let spends = own.strategies.iter().zip(&relative.strategies);
        for (a, b) in pairs.chain(spends.map(|(a, b)| (&a.spend.mean, &b.spend.mean))) {
            assert!((a.value / b.value - 1.0).abs() < 1e-9, "{} {}", a.value, b.value);
        }
    }
}

/// What is paid beside the units grows with its workload: 30 % of 40 units at $14 in batches at half
/// the price are $84 a month today.
#[test]
fn bills_apart_grow_with_their_workload() {
    let batch = "levers=[{kind=\"batch\",share=0.3}]";
    let load =
        format!("load={{level=40,on_demand_per_unit_month=14.0,shape=\"support_week\",{batch}}}");
    for how in ["growth={expected_per_year=0.56}", "growth_per_year=0.3"] {
        let second = format!("workloads=[{{{how},{load}}}]");
        let study = study(NAME, &["correlations=[]", &second, CERTAIN]);
        blocks(&study, 1, |paths| {
            for (t, apart) in paths.apart.iter().enumerate() {
                let expected = 84.0 * 1.56f64.powf((t + 1) as f64 / 12.0);
                assert!((apart[0] / expected - 1.0).abs() < 1e-12, "{how}, {t}: {}", apart[0]);
            }
        });
    }
}

/// A growth that is everyone's shock by shock leaves the mix alone on every path: the general sum over
/// the hours says what the compiled curve of the one mix does, with bursts and without.
#[test]
fn a_growth_in_step_with_everyones_is_none_of_its_own() {
    let moves = "expected_per_year=0.2,volatility_per_year=0.3";
    for burst in ["workload.burst_cv=0.0", "workload.burst_cv=0.6"] {
        let shared = format!("growth={{{moves}}}");
        let own = related(&format!("growth={{{moves}}},"), &[&shared, burst, &correlation(1.0)]);
        let none = related("", &[&shared, burst]);
        assert!(own.curves.certain().is_none() && none.curves.certain().is_some());
        let (mut got, mut expected) = (Vec::new(), Vec::new());
        for (study, out) in [(&own, &mut got), (&none, &mut expected)] {
            let desk = Desk::new(study);
            let mut scratch = desk.scratch(false);
            blocks(study, 4, |paths| {
                desk.open(&mut scratch);
                for units in [50.0, 90.0, 140.0] {
                    out.push(desk.totals(Entry { strategy: 1, units }, paths, &mut scratch).cost);
                }
            });
        }
        for (got, expected) in got.as_flattened().iter().zip(expected.as_flattened()) {
            // Chords of the compiled curve lie above it by less than a millionth or two of the load.
            assert!((got / expected - 1.0).abs() < 4e-6, "{burst}: {got} {expected}");
        }
    }
}

// ---- Closed forms of the total ------------------------------------------------------------------

/// Two lognormals with correlated shocks: mean and variance of their sum in the last month, within 4
/// standard errors (one false alarm in 16,000 checks), for each correlation; and they differ.
#[test]
fn mean_and_variance_of_the_total_are_those_of_two_lognormals() {
    let (years, blocks_of) = (1.0, 1024);
    let mut variances = Vec::new();
    for rho in [-1.0, 0.0, 0.3, 1.0] {
        let study = study(NAME, &[&correlation(rho)]);
        let mut loads = Vec::new();
        blocks(&study, blocks_of, |paths| loads.extend(paths.load[11]));
        let means = [60.0 * 1.2, 40.0 * 1.4];
        let sds = [0.3, 0.5];
        let covariance = |i: usize, j: usize| {
            let rho = if i == j { 1.0 } else { rho };
            means[i] * means[j] * f64::exp_m1(rho * sds[i] * sds[j] * years)
        };
        let exact = covariance(0, 0) + covariance(1, 1) + 2.0 * covariance(0, 1);
        let n = loads.len() as f64;
        let mean = loads.iter().sum::<f64>() / n;
        let squares: Vec<f64> = loads.iter().map(|x| (x - means[0] - means[1]).powi(2)).collect();
        let variance = squares.iter().sum::<f64>() / n;
        let spread = squares.iter().map(|s| (s - variance).powi(2)).sum::<f64>() / n;
        let error = (spread / n).sqrt();
        assert!((mean - means[0] - means[1]).abs() < 4.0 * (exact / n).sqrt(), "{rho}: {mean}");
        assert!((variance - exact).abs() < 4.0 * error, "{rho}: {variance} +- {error}, {exact}");
        assert!(error < 0.03 * exact, "{rho}: {error}");
        variances.push(variance);
    }
    assert!(variances.windows(2).all(|pair| pair[0] < 0.8 * pair[1]), "{variances:?}");
}

/// The same mean from Sobol points, whose leading directions hold the second growth too.
#[test]
fn sobol_points_move_both_growths() {
    let results = run(NAME, &["run.sampler=sobol", "run.paths=8192"]);
    let (load, exact) = (results.months[11].load.mean, 60.0 * 1.2 + 40.0 * 1.4);
    assert!((load.value - exact).abs() < 4.0 * load.standard_error, "{load:?}");
    assert!(load.standard_error < 0.05, "{load:?}");
    let spend = results.months[11].strategies[0].spend.mean;
    let exact = 60.0 * 1.2 * 10.0 + 40.0 * 1.4 * 14.0;
    assert!((spend.value - exact).abs() < 4.0 * spend.standard_error, "{spend:?}");
}

/// The less two workloads move together, the less the best commitment costs.
#[test]
fn workloads_that_move_apart_share_units_better() {
    let cost = |rho: f64| {
        let flat = [
            "workload.shape=flat",
            "workloads[0].load.shape=flat",
            "growth={volatility_per_year=0.5}",
        ];
        let own = growth("volatility_per_year=0.5");
        let results = run(NAME, &[&flat[..], &[&own, &correlation(rho)]].concat());
        let best = sizing(&results).best_units;
        crate::support::at(&results, best).cost.mean
    };
    let costs = [-0.9, 0.0, 0.9].map(cost);
    for pair in costs.windows(2) {
        let noise = 4.0 * (pair[0].standard_error + pair[1].standard_error);
        assert!(pair[0].value + noise < pair[1].value, "{costs:?}");
    }
}

// ---- The hours, one by one ----------------------------------------------------------------------

const DAY: [f64; 6] = [0.2, 0.4, 1.5, 2.2, 1.1, 0.6];
const NIGHT: [f64; 4] = [1.7, 0.3, 0.9, 1.1];

/// A study with all that moves a mix: growth with jumps, levers, prices, uncertain levels.
fn lively() -> Study {
    let first = format!(
        "workload={{level={{dist=\"uniform\",min=50,max=70}},on_demand_per_unit_month=10.0,\
         shape={{levels={DAY:?}}},levers=[{{kind=\"efficiency\",\
         reduction={{dist=\"uniform\",min=0.1,max=0.3}},from_month=5}}]}}"
    );
    let second = format!(
        "workloads=[{{growth={{volatility_per_year=0.5,jumps={{launch={{per_year=2.0,log_mean=0.4}}}}}},\
         load={{level=40,on_demand_per_unit_month=14.0,shape={{levels={NIGHT:?}}}}}}},\
         {{growth_per_year=0.2,load={{level={{dist=\"uniform\",min=5,max=25}},\
         on_demand_per_unit_month=8.0,levers=[{{kind=\"batch\",share=0.2,from_month=3}}]}}}}]"
    );
    study(NAME, &[&first, &second, "price={volatility_per_year=0.2}"])
}

/// Overflow of a month's hours against `units`, added up hour by hour.
fn by_hours(loads: &[f64], units: f64) -> f64 {
    let relative = |levels: &[f64], h: usize| {
        levels[h % levels.len()] * levels.len() as f64 / levels.iter().sum::<f64>()
    };
    let total = |h: usize| loads[0] * relative(&DAY, h) + loads[1] * relative(&NIGHT, h) + loads[2];
    (0..12).map(|h| (total(h) - units).max(0.0)).sum::<f64>() / 12.0
}

/// Whatever moves the mix, what a path serves and spills is what its hours say; nothing is lost; and
/// both ways to settle agree to the bit.
#[test]
fn what_overflows_is_what_the_hours_of_the_path_say() {
    let study = lively();
    let desk = Desk::new(&study);
    let (mut scratch, units) = (desk.scratch(true), 110.0);
    let entry = Entry { strategy: 1, units };
    blocks(&study, 4, |paths| {
        desk.open(&mut scratch);
        let totals = desk.settle(entry, paths, &mut scratch);
        for (t, month) in scratch.ledger.months.iter().enumerate() {
            for i in (0..LANES).step_by(7) {
                let shares: Vec<f64> = paths.mix[t].iter().map(|row| row[i]).collect();
                let whole: f64 = shares.iter().sum();
                assert!((whole - 1.0).abs() < 1e-12 && shares.iter().all(|s| *s > 0.0));
                let loads: Vec<f64> = shares.iter().map(|share| share * month.demand[i]).collect();
                let expected = by_hours(&loads, units);
                let (spilled, served) = (month.spilled[i], month.served[i]);
                assert!(
                    (spilled - expected).abs() < 1e-9 * month.demand[i],
                    "{spilled} {expected}"
                );
                assert!((served + spilled - month.demand[i]).abs() < 1e-12 * month.demand[i]);
                assert!(served <= units * (1.0 + 1e-12));
            }
        }
        let lean = desk.totals(entry, paths, &mut scratch);
        assert_eq!((lean.cost, lean.waste()), (totals.cost, totals.waste()));
    });
}

/// The price of a unit is that of the path's mix where prices themselves stand still.
#[test]
fn a_unit_costs_what_the_mix_of_the_path_does() {
    let study = study(NAME, &[]);
    let mut seen = [f64::INFINITY, 0.0];
    blocks(&study, 2, |paths| {
        for (price, mix) in paths.on_demand.iter().zip(&paths.mix) {
            for i in 0..LANES {
                let expected = 10.0 * mix[0][i] + 14.0 * mix[1][i];
                assert!((price[i] / expected - 1.0).abs() < 1e-12, "{} {expected}", price[i]);
                seen = [seen[0].min(price[i]), seen[1].max(price[i])];
            }
        }
    });
    assert!(seen[0] < 11.2 && seen[1] > 12.4, "{seen:?}");
}

/// Uncertain numbers of one workload move the mix too, without any growth of its own.
#[test]
fn an_uncertain_level_of_one_workload_moves_the_mix() {
    let study = related("", &["workload.level={dist=\"uniform\",min=30,max=90}"]);
    assert!(study.curves.certain().is_none());
    blocks(&study, 1, |paths| {
        assert!(paths.mix.iter().all(|mix| mix[0].iter().any(|share| *share != mix[0][0])));
        assert_eq!(paths.mix[0], paths.mix[11], "drawn once");
    });
}

/// Many sizes at once are a table of one mix, which such a study has not.
#[test]
fn no_table_of_one_mix_is_used() {
    let study = study(NAME, &[]);
    let entries: Vec<Entry> =
        (1..=20).map(|i| Entry { strategy: 1, units: 10.0 * f64::from(i) }).collect();
    assert!(Desk::new(&study).batches(&entries).is_empty());
    let shared = related("", &[]);
    assert_eq!(Desk::new(&shared).batches(&entries).len(), 1);
}

// ---- What else looks at a path ------------------------------------------------------------------

/// A study that goes along has the paths that it has alone, with their mix.
#[test]
fn companions_keep_their_mix() {
    let first = study(NAME, &[]);
    let others = [
        study(NAME, &["contract.fee_per_unit_month=6.0"]),
        study(NAME, &[&growth("volatility_per_year=0.9")]),
        related("", &[]),
    ];
    let models: Vec<_> = others.iter().map(|study| &study.model).collect();
    let all = first.model.accompanied(models);
    let (points, block) = (Points::Pseudo, Block { replicate: 0, first: 64 });
    let mut together = all.block();
    all.generate(&*all.sampler(points, 5, "mixes"), points, block, &mut together);
    for (study, beside) in others.iter().zip(&together.companions) {
        let mut alone = study.model.block();
        let sampler = study.model.sampler(points, 5, "mixes");
        study.model.generate(&*sampler, points, block, &mut alone);
        assert!(alone.load == beside.load && alone.mix == beside.mix);
    }
    assert_eq!(together.companions[0].mix, together.mix, "the same future");
    assert!(together.companions[1].mix != together.mix);
    assert!(together.companions[2].mix.is_empty());
}

/// Where the mix is part of what a month costs, the law of the load does not tell all: values come
/// from regressions. Workloads that move together have the law.
#[test]
fn values_of_a_moving_mix_come_from_regressions() {
    let is_known = |study: &Study| Setting::new(study, 1, Method::Auto, 4096).fitter.is_known();
    let one_price = "workloads[0].load.on_demand_per_unit_month=10.0";
    assert!(!is_known(&study(NAME, &[])));
    assert!(!is_known(&study(NAME, &[one_price])));
    // However little of the load moves apart.
    assert!(!is_known(&study(NAME, &[one_price, "workloads[0].load.level=1e-9"])));
    assert!(is_known(&related("growth_per_year=0.3,", &[])));
}

/// The shares of a month are in its replay, and the pencil adds them up.
#[test]
fn a_replay_says_what_each_workload_has() {
    use waterline::analysis::Unwatched;
    use waterline::replay::{Future, Request, replay};
    use waterline::report::terminal;
    let study = study(NAME, &[]);
    let future = Future::Path(7);
    let request = Request { strategy: Some(1), units: Some(90.0), future };
    let replay = replay(&study, request, &Unwatched).expect("the path is there");
    let mut first: Lane = [0.0; LANES];
    for (month, share) in replay.months.iter().zip(&mut first) {
        let names: Vec<&str> = month.mix.iter().map(|part| part.workload.as_str()).collect();
        assert_eq!(names, ["workload", "workloads[0].load"]);
        let whole: f64 = month.mix.iter().map(|part| part.share).sum();
        assert!((whole - 1.0).abs() < 1e-12);
        let price = 10.0 * month.mix[0].share + 14.0 * month.mix[1].share;
        assert!((month.on_demand_price.paid / price - 1.0).abs() < 1e-12);
        *share = month.mix[0].share;
    }
    assert!(first[..12].windows(2).all(|pair| pair[0] != pair[1]), "{first:?}");
    let text = terminal::replay::render(
        &replay,
        3,
        terminal::Style { width: 100, unicode: false, color: false },
    );
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in ["(workload ", ", workloads[0].load ", "in which these add up"] {
        assert!(text.contains(part), "{part:?} in\n{text}");
    }
}
