//! Studies against each other: differences that are known, errors that are honest, and the same
//! numbers as runs of their own.

use crate::forms::{FLAT, SumOfMonths, b0};
use crate::html::{assert_alone, assert_well_formed};
use crate::support::{answer, repository, study, study_at};
use assert_cmd::Command;
use std::fs;
use std::path::Path;
use waterline::analysis::Unwatched;
use waterline::analysis::versus::{Alternative, Named, problems, versus};
use waterline::measure::Measure;
use waterline::path::Points;
use waterline::report::{csv, html, json};
use waterline::results::Summary;
use waterline::results::versus::{Difference, Versus};
use waterline::rng::Block;
use waterline::stats::Estimate;
use waterline::study::Study;

const ASSISTANT: &str = "models/studies/support_assistant.toml";

/// Studies under the names a, b, c.
fn named(studies: &[Study]) -> Vec<Alternative> {
    let one = |(study, name): (&Study, char)| {
        Alternative::from(Named { name: name.into(), study: study.clone() })
    };
    studies.iter().zip('a'..).map(one).collect()
}

fn compare(studies: &[Study]) -> Versus {
    let named = named(studies);
    assert_eq!(problems(&named), []);
    versus(&named, &Unwatched).expect("nothing stops it")
}

/// The second study less the first.
fn difference(versus: &Versus) -> &Difference {
    versus.alternatives[1].difference.as_ref().expect("a difference")
}

fn draws(sampler: &str) -> [String; 2] {
    [format!("run.sampler=\"{sampler}\""), "run.paths=2048".into()]
}

/// A small study with draws of a kind.
fn small(sampler: &str, overrides: &[&str]) -> Study {
    let draws = draws(sampler);
    let all: Vec<&str> =
        draws.iter().map(String::as_str).chain(overrides.iter().copied()).collect();
    study("static", &all)
}

/// The assistant with few paths.
fn assistant(sampler: &str, overrides: &[&str]) -> Study {
    let draws = draws(sampler);
    let all: Vec<&str> =
        draws.iter().map(String::as_str).chain(overrides.iter().copied()).collect();
    study_at(ASSISTANT, &all)
}

fn estimates(summary: &Summary) -> impl Iterator<Item = Estimate> {
    let quantiles = summary.quantiles.iter().map(|q| q.estimate);
    quantiles.chain([summary.mean, summary.sd]).chain(summary.cvar95)
}

// ---- Differences that are known -------------------------------------------------------------------

#[test]
fn a_study_costs_the_same_as_itself() {
    for sampler in ["sobol", "pseudo"] {
        let study = assistant(sampler, &[]);
        let versus = compare(&[study.clone(), study]);
        let difference = difference(&versus);
        let zero = Estimate::exact(0.0);
        assert_eq!([difference.cheaper, difference.dearer], [zero, zero]);
        for m in &difference.measures {
            let differences = m.quantiles.iter().map(|q| q.estimate).chain([m.cvar95]);
            for e in differences.chain(estimates(&m.same_future)) {
                assert_eq!(e, zero, "{sampler}, {:?}", m.measure);
            }
        }
        assert_eq!(versus.sentence, "b costs the same as a in every future.");
        assert!(versus.alternatives[1].futures.same);
    }
}

/// 100 units for 12 months, at 0.60 and at 0.55 each.
#[test]
fn a_lower_fee_for_certain_units_saves_the_fees_difference_in_every_future() {
    let at = |fee: &str| small("sobol", &["contract.units=100", fee]);
    let fees = ["contract.fee_per_unit_month=0.60", "contract.fee_per_unit_month=0.55"];
    let versus = compare(&fees.map(at));
    let difference = difference(&versus);
    let exact = -0.05 * 100.0 * 12.0;
    let cost = difference.measure(Measure::Cost);
    let all = cost.quantiles.iter().map(|q| q.estimate).chain([cost.cvar95]);
    for e in all.chain([cost.same_future.mean]) {
        assert!((e.value - exact).abs() < 1e-9 && e.standard_error < 1e-9, "{e:?}");
    }
    assert_eq!(difference.cheaper, Estimate::exact(1.0));
    assert_eq!(difference.dearer, Estimate::exact(0.0));
    assert!(versus.sentence.contains("b costs $60 (+- $0) less than a on average"));
    assert_eq!(versus.alternatives[1].best_probability, 1.0);
}

// ---- Standard errors --------------------------------------------------------------------------------

const RUNS: u64 = 100;

/// Estimates of one difference over the runs: how often the interval holds the exact value, and
/// the stated error over the one that is seen. A 95 % interval holds it in 95 of 100 runs with a
/// standard deviation of 2.2, and the ratio has one of about 7 %: the bounds are four of them.
#[derive(Default)]
struct Repeated {
    inside: u64,
    squared_errors: f64,
    stated: f64,
}

impl Repeated {
    fn add(&mut self, estimate: Estimate, exact: f64) {
        self.inside += u64::from(estimate.low <= exact && exact <= estimate.high);
        self.squared_errors += (estimate.value - exact).powi(2);
        self.stated += estimate.standard_error.powi(2);
    }

    #[track_caller]
    fn check(&self, what: &str) {
        let ratio = (self.stated / self.squared_errors).sqrt();
        println!("{what}: {} of {RUNS} inside, stated / seen = {ratio:.3}", self.inside);
        assert!(self.inside >= 86, "{what}: the interval holds in {} of {RUNS} runs", self.inside);
        assert!((0.75..1.33).contains(&ratio), "{what}: stated error / seen error = {ratio}");
    }
}

/// Against on-demand for a load of 100: 80 units, by the closed form of both means; and on-demand
/// for a load of 120, where all statistics are 0.2 times those of a year's bill.
#[test]
fn errors_of_differences_are_honest() {
    let world = b0(12, FLAT);
    let sum = SumOfMonths::new(12);
    let exact = [
        world.cost(80.0, 0.0) - world.cost(1e-9, 0.0),
        0.2 * sum.quantile(0.5),
        0.2 * sum.quantile(0.95),
        0.2 * sum.tail_mean(0.95),
    ];
    let dear = ["contract.fee_per_unit_month=2", "sizing.sizes=[100]"];
    let more = [&dear[..], &["workload.level=120"]].concat();
    let committed = ["contract.units=80", "sizing.sizes=[80]"];
    for sampler in ["sobol", "pseudo"] {
        let mut studies = [&dear[..], &more, &committed].map(|o| small(sampler, o));
        let mut repeated: [Repeated; 4] = Default::default();
        for seed in 0..RUNS {
            for study in &mut studies {
                study.run.seed = seed;
            }
            let versus = compare(&studies);
            assert_eq!([0, 1].map(|k| versus.alternatives[k].parts[0].units), [0.0, 0.0]);
            let cost = |k: usize| {
                let difference = versus.alternatives[k].difference.as_ref().expect("a difference");
                difference.measure(Measure::Cost)
            };
            let quantile = |p: f64| cost(1).quantile(p).expect("a known level");
            let mean = cost(2).same_future.mean;
            let estimates = [mean, quantile(0.5), quantile(0.95), cost(1).cvar95];
            for ((r, estimate), exact) in repeated.iter_mut().zip(estimates).zip(exact) {
                r.add(estimate, exact);
            }
        }
        let what = ["mean with 80 units", "P50 of the bills", "P95", "CVaR 95"];
        for (r, what) in repeated.iter().zip(what) {
            r.check(&format!("{sampler}, {what}"));
        }
    }
}

#[test]
fn common_futures_make_the_error_smaller() {
    for sampler in ["sobol", "pseudo"] {
        let given = |units: &str| assistant(sampler, &[units]);
        let versus = compare(&["contract.units=40", "contract.units=45"].map(given));
        let [a, b] =
            [0, 1].map(|k| versus.alternatives[k].measure(Measure::Cost).mean.standard_error);
        let paired = difference(&versus).measure(Measure::Cost).same_future.mean.standard_error;
        assert!(paired < 0.2 * a.hypot(b), "{sampler}: {paired} against {a} and {b}");
    }
}

// ---- The same numbers as runs of their own -----------------------------------------------------------

/// Every figure of each study against its own run.
#[track_caller]
fn assert_as_alone(versus: &Versus, studies: &[Study]) {
    for (compared, study) in versus.alternatives.iter().zip(studies) {
        let alone = answer(study);
        let run = &versus.run;
        assert_eq!((&run.sampler, run.paths), (&alone.run.sampler, alone.run.paths));
        let part = &compared.parts[0];
        assert_eq!((&part.strategy, part.units), (&alone.answer.strategy, alone.answer.units));
        assert_eq!((part.band, part.interval), (alone.answer.band, alone.answer.interval));
        assert_eq!(part.cost, compared.measure(Measure::Cost).mean);
        let own = alone.strategies.iter().find(|s| s.strategy == part.strategy);
        let own = own.expect("the recommended strategy");
        for m in &compared.measures {
            assert_eq!(m.summary, *own.measure(m.measure), "{}, {:?}", compared.name, m.measure);
        }
        assert_eq!(compared.measures.len() + 1, Measure::ALL.len());
        assert_eq!(compared.cost_curve, own.cost_curve);
        assert_eq!(compared.beats_on_demand, own.beats_on_demand);
        assert_eq!(compared.over_budget, own.over_budget);
    }
}

const UNCERTAIN_FEE: &str =
    "contract.fee_per_unit_month={ dist = \"uniform\", min = 200.0, max = 260.0 }";

const UNCERTAIN_GROWTH: &str =
    "growth.expected_per_year={ dist = \"triangular\", min = 0.0, mode = 0.4, max = 0.8 }";

/// Contracts draw last, so that their futures have the same dimensions.
#[test]
fn each_contract_has_the_figures_of_its_own_run() {
    let terms: [&[&str]; 3] =
        [&[], &[UNCERTAIN_FEE], &["contract.clauses=[]", "contract.units=60"]];
    for sampler in ["sobol", "pseudo"] {
        let studies = terms.map(|terms| assistant(sampler, terms));
        assert_as_alone(&compare(&studies), &studies);
    }
}

/// Pseudo-random draws have their place by name; of quasi-random ones the first study's stay where
/// they are.
#[test]
fn other_assumptions_leave_the_figures_of_a_run() {
    let assumptions: [&[&str]; 3] =
        [&[], &[UNCERTAIN_GROWTH], &["price.volatility_per_month=0.05"]];
    let studies = assumptions.map(|assumptions| assistant("pseudo", assumptions));
    assert_as_alone(&compare(&studies), &studies);
    let studies = assumptions.map(|assumptions| assistant("sobol", assumptions));
    let versus = compare(&studies);
    assert_as_alone(
        &Versus { alternatives: versus.alternatives[..1].to_vec(), ..versus },
        &studies,
    );
}

/// What two studies draw under the same name is the same, wherever it stands in either.
#[test]
fn common_variables_share_their_draws() {
    let quasi = Points::Quasi { replicates: 4, log2_points: 8 };
    let first = study("static", &[]).model;
    let restless_prices = study("static", &["price.volatility_per_month=0.1"]).model;
    let dearer = study("static", &["contract.fee_per_unit_month=0.7"]).model;
    let all = first.accompanied([&restless_prices, &dearer, &restless_prices]);
    for points in [Points::Pseudo, quasi] {
        let block = Block { replicate: 0, first: 64 };
        let (mut together, mut alone) = (all.block(), first.block());
        let sampler = |model: &waterline::path::PathModel| model.sampler(points, 3, "main");
        all.generate(&*sampler(&all), points, block, &mut together);
        first.generate(&*sampler(&first), points, block, &mut alone);
        assert_eq!(together.load, alone.load);
        let [prices, fee, again] = &together.companions[..] else { panic!("three companions") };
        assert_eq!(prices.load, alone.load);
        assert_ne!(prices.on_demand, alone.on_demand);
        assert_eq!((&again.load, &again.on_demand), (&prices.load, &prices.on_demand));
        assert_eq!((&fee.load, &fee.on_demand), (&alone.load, &alone.on_demand));
        assert_ne!(fee.params, alone.params);
    }
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let studies = [&[][..], &[UNCERTAIN_GROWTH], &["contract.units=60"]];
    let studies = studies.map(|overrides| assistant("auto", overrides));
    let studies = named(&studies);
    let parts = studies.iter().flat_map(|alternative| alternative.parts.clone()).collect();
    let all = [studies, vec![Alternative { name: "a+b+c".into(), parts }]].concat();
    let bytes = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| json::render_versus(&versus(&all, &Unwatched).expect("nothing stops it")))
    };
    let one = bytes(1);
    assert!(one == bytes(2) && one == bytes(5));
}

// ---- What can be compared ---------------------------------------------------------------------------

fn warned(versus: &Versus, code: &str) -> bool {
    versus.warnings.iter().any(|w| w.code == code)
}

#[test]
fn what_differs_is_said() {
    let of = |b: &[&str]| compare(&[small("pseudo", &[]), small("pseudo", b)]);
    for (code, overrides) in [
        ("other-futures", &["growth.volatility_per_year=0.3"][..]),
        ("settings-of-the-first", &["run.seed=7"]),
        ("settings-of-the-first", &["run.paths=4096"]),
        ("different-objectives", &["sizing.minimize=\"cvar\"", "sizing.level=0.9"]),
        (
            "infeasible",
            &["sizing.minimize=\"chance\"", "sizing.max_over_budget=0.01", "finance.budget=9"],
        ),
        ("undecided", &["contract.units=101"]),
    ] {
        assert!(warned(&of(overrides), code), "{code}");
    }
    let alike = of(&["contract.fee_per_unit_month=0.5"]);
    for code in ["other-futures", "settings-of-the-first", "different-objectives", "undecided"] {
        assert!(!warned(&alike, code), "{code}");
    }
    let prices = of(&["price.volatility_per_month=0.1"]);
    assert_eq!(prices.alternatives[1].futures.unshared_draws, ["price"]);
    assert_eq!(prices.run.seed, 1);
}

fn waterline(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::cargo_bin("waterline").expect("the binary");
    command.args(arguments).current_dir(folder).env("LC_ALL", "C.UTF-8");
    command
}

/// A folder with copies of a study that say other things as well.
fn drafts(drafts: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let text = fs::read_to_string(repository("tests/studies/static.toml")).expect("a study");
    for (name, first_lines) in drafts {
        fs::write(folder.path().join(name), format!("{first_lines}\n{text}")).expect("written");
    }
    folder
}

#[test]
fn all_findings_are_shown_at_once() {
    let folder = drafts(&[
        ("a.toml", "start = \"2027-01\""),
        ("b.toml", "start = \"2027-07\"\nfinance = { discount_rate_per_year = 0.08 }"),
        ("c.toml", "horizon_months = 24\ncontract.renewal = \"renew\""),
        ("d.toml", "no_such_field = 1"),
    ]);
    let all = ["compare", "a.toml", "b.toml", "c.toml", "d.toml", "missing.toml"];
    let done = waterline(&all, folder.path()).assert().code(2);
    let said = String::from_utf8(done.get_output().stderr.clone()).expect("text");
    for part in [
        "no_such_field",
        "cannot read missing.toml",
        "different-starts",
        "a 2027-01, b 2027-07",
        "different-discount-rates",
        "a 0, b 0.08",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
}

#[test]
fn different_horizons_are_refused_with_a_way_out() {
    let folder = drafts(&[("a.toml", ""), ("b.toml", "horizon_months = 6")]);
    let done = waterline(&["compare", "a.toml", "b.toml"], folder.path()).assert().code(2);
    let said = String::from_utf8(done.get_output().stderr.clone()).expect("text");
    assert!(said.contains("a 12 months, b 6 months"), "{said}");
    let way_out = "--set horizon_months=12";
    assert!(said.contains(way_out), "{said}");
    let mut arguments = vec!["compare", "a.toml", "b.toml", "--paths", "2048", "-q"];
    arguments.extend(way_out.split(' '));
    waterline(&arguments, folder.path()).assert().success();
}

// ---- Reports ----------------------------------------------------------------------------------------

#[test]
fn everything_is_written_and_follows_its_schema() {
    let folder = drafts(&[("a.toml", ""), ("b.toml", "")]);
    let schema = waterline(&["schema", "compare", "--json"], folder.path()).assert().success();
    let schema = serde_json::from_slice(&schema.get_output().stdout).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let arguments = ["compare", "a.toml", "b.toml", "--paths", "2048", "--out", "o"];
    let shown = waterline(&arguments, folder.path()).assert().success();
    let shown = String::from_utf8(shown.get_output().stdout.clone()).expect("text");
    assert!(shown.contains("b costs the same as a in every future."), "{shown}");
    let text = fs::read_to_string(folder.path().join("o/results.json")).expect("results");
    let results = serde_json::from_str(&text).expect("JSON");
    let errors: Vec<String> = validator.iter_errors(&results).map(|e| e.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    let again: Versus = serde_json::from_str(&text).expect("results");
    assert_eq!(json::render_versus(&again), text);
    assert!(fs::read_to_string(folder.path().join("o/report.html")).is_ok());
    for name in csv::versus::FILES {
        let table = folder.path().join("o/tables").join(name);
        let mut reader = ::csv::Reader::from_path(table).expect("a table");
        assert!(reader.records().all(|row| row.is_ok()), "{name}");
    }
    // No study is overwritten.
    let clash = ["compare", "a.toml", "b.toml", "--json", "b.toml"];
    waterline(&clash, folder.path()).assert().code(2);
}

#[test]
fn pages_are_whole() {
    let hostile = "<script>alert('1')</script> & \"x\" <b>";
    let terms: [&[&str]; 6] =
        [&[], &[UNCERTAIN_GROWTH], &["contract.units=60"], &[UNCERTAIN_FEE], &[], &[]];
    let studies = terms.map(|terms| assistant("sobol", terms));
    for count in [2, 6] {
        let mut versus = compare(&studies[..count]);
        hostile.clone_into(&mut versus.alternatives[1].name);
        hostile.clone_into(&mut versus.alternatives[1].parts[0].title);
        let page = html::versus::render(&versus);
        assert_well_formed("studies", &page);
        assert_alone("studies", &page);
        assert!(!page.contains("<script") && !page.contains("NaN"));
        assert!(page.contains("P95"));
    }
}
