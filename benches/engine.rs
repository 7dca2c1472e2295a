//! Where the time goes, stage by stage, on the reference work R1: 36 months, three correlated
//! factors, a price cap, 64 sizes (`tests/studies/r1.toml`), and the whole job on the shipped
//! sample study.
//!
//! `cargo bench` runs everything, `cargo bench -- settle` one stage. Throughput is in paths, so
//! the inverse of a rate is the time that a path spends in a stage.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;
use waterline::analysis::appraisal::{Others, Request, appraise};
use waterline::analysis::{Unwatched, analyze};
use waterline::contract::sizes::Sizes;
use waterline::input::load;
use waterline::ledger::Ledger;
use waterline::math::exp_scaled;
use waterline::path::{PathBlock, Points};
use waterline::process::components::Rotation;
use waterline::rng::{Block, LANES};
use waterline::settle::lean::{Prepared, Priced};
use waterline::settle::{Prices, reprice, settle};
use waterline::simulate::{Observer, Plan, Progress, simulate};
use waterline::size::desk::Entry;
use waterline::size::sweep::Sweep;
use waterline::study::Study;

const QUASI: Points = Points::Quasi { replicates: 32, log2_points: 12 };

struct Unobserved;

impl Observer for Unobserved {
    fn progress(&self, _progress: Progress) {}

    fn stopped(&self) -> bool {
        false
    }
}

fn study(path: &str, overrides: &[&str]) -> Study {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let overrides: Vec<String> = overrides.iter().map(|s| (*s).to_owned()).collect();
    let loaded = load(&path, &overrides);
    loaded.study.unwrap_or_else(|| panic!("{}", loaded.findings.render(false)))
}

fn reference_work() -> Study {
    study("tests/studies/r1.toml", &[])
}

/// A block of the study's paths.
fn block(study: &Study) -> PathBlock {
    let mut paths = study.model.block();
    let sampler = study.model.sampler(Points::Pseudo, 1, "bench");
    let block = Block { replicate: 0, first: 0 };
    study.model.generate(sampler.as_ref(), Points::Pseudo, block, &mut paths);
    paths
}

/// From addresses to a block of loads and prices.
fn paths(c: &mut Criterion) {
    let study = reference_work();
    let mut out = study.model.block();
    let mut group = c.benchmark_group("paths");
    group.throughput(Throughput::Elements(LANES as u64));
    for (name, points) in [("pseudo", Points::Pseudo), ("sobol", QUASI)] {
        let sampler = study.model.sampler(points, 1, "bench");
        let mut first = 0;
        group.bench_function(name, |b| {
            b.iter(|| {
                first = (first + LANES as u64) % (1 << 12);
                let block = Block { replicate: 0, first };
                study.model.generate(sampler.as_ref(), points, block, &mut out);
                black_box(&out);
            });
        });
    }
    group.finish();
}

/// What a block of paths is made of, for one variable of 36 months.
fn stages(c: &mut Criterion) {
    let study = reference_work();
    let months = study.months();
    let mut rows = vec![[0.0; LANES]; months];
    let mut out = rows.clone();
    let mut group = c.benchmark_group("stages");
    group.throughput(Throughput::Elements(LANES as u64));
    for (name, points) in [("pseudo", Points::Pseudo), ("sobol", QUASI)] {
        let sampler = study.model.sampler(points, 1, "bench");
        let block = Block { replicate: 0, first: 1 << 10 };
        group.bench_function(BenchmarkId::new("uniforms", name), |b| {
            b.iter(|| sampler.uniforms(black_box(block), 0, &mut rows));
        });
        group.bench_function(BenchmarkId::new("normals", name), |b| {
            b.iter(|| sampler.normals(black_box(block), 0, &mut rows));
        });
    }
    let rotation = Rotation::new(months, 1.0);
    group.bench_function("rotation", |b| b.iter(|| rotation.apply(black_box(&rows), &mut out)));
    let walks = rows.clone();
    group.bench_function("exponentials", |b| {
        b.iter(|| {
            rows.copy_from_slice(&walks);
            exp_scaled(black_box(rows.as_flattened_mut()), &[1.1; LANES]);
        });
    });
    let cap = study.model.spec().price.cap.as_ref().expect("the reference work caps its price");
    let params = study.model.parameters().certain_values();
    group.bench_function("cap", |b| {
        b.iter(|| {
            rows.copy_from_slice(&walks);
            cap.series(&params, black_box(&mut rows));
        });
    });
    group.finish();
}

/// One size on one block: month by month with a ledger, and the kernel for plain contracts.
fn settlement(c: &mut Criterion) {
    let study = reference_work();
    let paths = block(&study);
    let overflow = &study.strategies[1].overflow;
    let mut prices = Prices::default();
    reprice(&study.contract, &paths, &mut prices);
    let mut group = c.benchmark_group("settle");
    group.throughput(Throughput::Elements(LANES as u64));
    for months in [1, study.months()] {
        let mut ledger = Ledger::new(months);
        group.bench_function(BenchmarkId::new("general, months kept", months), |b| {
            b.iter(|| {
                black_box(settle(study.terms(), overflow, 1.1, &paths, &prices, &mut ledger))
            });
        });
    }
    let mut prepared = Prepared::default();
    let block = Priced { terms: study.terms(), paths: &paths, prices: Some(&prices) };
    prepared.prepare(block, overflow);
    group.bench_function("plain", |b| {
        b.iter(|| black_box(prepared.settle_costs(block, 1.1)));
    });
    group.bench_function("prices", |b| b.iter(|| reprice(&study.contract, &paths, &mut prices)));
    group.finish();
}

/// Clauses in the order in which a contract would list them; the third looks back, so that the
/// general settlement keeps the months.
const CLAUSES: [&str; 8] = [
    "{ kind = \"ramp\", steps = [{ until_month = 6, share = 0.5 }] }",
    "{ kind = \"escalation_cap\", annual = 0.05 }",
    "{ kind = \"clawback\", threshold = 0.7, share = 0.1 }",
    "{ kind = \"flat_discount\", share = 0.05 }",
    "{ kind = \"flex_down\", share = 0.15, windows = { every_months = 3, per_year = 2 }, policy = { kind = \"threshold\", level = 0.7 } }",
    "{ kind = \"volume_tiers\", tiers = [{ from = 0.2, share = 0.1 }, { from = 0.5, share = 0.2 }] }",
    "{ kind = \"credit_grant\", amount = 1 }",
    "{ kind = \"spend_commitment\", amount = 10, tiers = [{ from = 5, share = 0.05 }] }",
];

/// Prices and settlement of one size on one block, by the number of clauses.
fn clauses(c: &mut Criterion) {
    let mut group = c.benchmark_group("clauses");
    group.throughput(Throughput::Elements(LANES as u64));
    for count in [0, 1, 2, 3, 4, 5, 6, 7, 8] {
        let list = format!("contract.clauses=[{}]", CLAUSES[..count].join(", "));
        let study = study("tests/studies/r1.toml", &[&list]);
        let paths = block(&study);
        let overflow = &study.strategies[1].overflow;
        let mut prices = Prices::default();
        let mut ledger = Ledger::new(study.months());
        group.bench_function(BenchmarkId::from_parameter(count), |b| {
            b.iter(|| {
                reprice(&study.contract, &paths, &mut prices);
                black_box(settle(study.terms(), overflow, 1.1, &paths, &prices, &mut ledger))
            });
        });
    }
    group.finish();
}

/// All sizes with all their statistics: draws to estimates, on all cores.
fn sweep(c: &mut Criterion) {
    let plain = reference_work();
    let three = study(
        "tests/studies/r1.toml",
        &[&format!("contract.clauses=[{}]", CLAUSES[..3].join(", "))],
    );
    let Sizes::List(sizes) = &plain.sizes else { panic!("the reference work lists its sizes") };
    let entries = |count: usize| -> Vec<Entry> {
        sizes.iter().take(count).map(|&units| Entry { strategy: 1, units }).collect()
    };
    let mut group = c.benchmark_group("sweep");
    group.sample_size(10).measurement_time(Duration::from_secs(8));
    let pseudo = Points::Pseudo;
    for (name, study, points, count) in [
        ("pseudo", &plain, pseudo, 1),
        ("pseudo, three clauses", &three, pseudo, 1),
        ("sobol", &plain, QUASI, 1),
        ("pseudo", &plain, pseudo, 63),
        ("sobol", &plain, QUASI, 63),
    ] {
        let plan = Plan { points, paths: 1 << 17, seed: 1, controlled: false };
        group.throughput(Throughput::Elements(plan.paths));
        group.bench_function(BenchmarkId::new(name, format!("{count} sizes")), |b| {
            b.iter(|| {
                let sweep = Sweep::new(study, entries(count), true);
                black_box(simulate(&study.model, &plan, &sweep, &Unobserved).is_ok())
            });
        });
    }
    group.finish();
}

/// The main job: pilot, sizes, comparison, tables.
fn job(c: &mut Criterion) {
    let mut group = c.benchmark_group("job");
    group.sample_size(10).measurement_time(Duration::from_secs(15));
    for (name, path) in
        [("R1", "tests/studies/r1.toml"), ("sample", "models/studies/support_assistant.toml")]
    {
        let study = study(path, &["run.paths=131072"]);
        group.throughput(Throughput::Elements(1 << 17));
        group.bench_function(name, |b| {
            b.iter(|| black_box(analyze(&study, &Unwatched).is_ok()));
        });
    }
    group.finish();
}

/// What rights are worth, without what `--quick` leaves out: by the known law, and by regression.
fn rights(c: &mut Criterion) {
    let mut group = c.benchmark_group("value");
    group.sample_size(10).measurement_time(Duration::from_secs(15));
    for (name, path) in [
        ("by the law", "models/studies/draft_with_rights.toml"),
        ("by regression", "models/studies/counteroffer.toml"),
    ] {
        let study = study(path, &[]);
        let request = Request { quick: true, ..Request::default() };
        group.bench_function(name, |b| {
            b.iter(|| {
                let appraisal = appraise(&study, &request, &Others::default(), &Unwatched);
                appraisal.expect("its clauses can be valued").together.value.value
            });
        });
    }
    group.finish();
}

criterion_group!(benches, paths, stages, settlement, clauses, sweep, job, rights);
criterion_main!(benches);
