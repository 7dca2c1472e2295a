//! The same bytes for any number of threads, and a record of what they are.

use crate::support::{repository, study_at};
use assert_cmd::Command;
use waterline::analysis::{Unwatched, analyze};
use waterline::report::json;

const STUDY: &str = "models/studies/support_assistant.toml";

fn bytes(threads: usize, overrides: &[&str]) -> String {
    let study = study_at(STUDY, overrides);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    pool.install(|| json::render(&analyze(&study, &Unwatched).expect("nothing stops it")))
}

/// Both samplers, with everything that runs through the pilot and the kept bins (more paths than
/// the pilot has), and a number of paths that fills no block.
#[test]
fn threads_change_no_byte() {
    for overrides in
        [["run.sampler=sobol", "run.paths=32768"], ["run.sampler=pseudo", "run.paths=20001"]]
    {
        let one = bytes(1, &overrides);
        for threads in [2, 3, 7] {
            assert!(bytes(threads, &overrides) == one, "{threads} threads, {overrides:?}");
        }
    }
}

/// What `waterline run` writes as JSON with vector code no better than `level`.
fn bytes_at(level: &str, study: &str, overrides: &[&str]) -> Vec<u8> {
    let sets = overrides.iter().flat_map(|o| ["--set", o]);
    let run = Command::cargo_bin("waterline")
        .expect("the binary")
        .args(["run", study, "--json", "-"])
        .args(sets)
        .current_dir(repository("."))
        .env("WATERLINE_SIMD", level)
        .assert()
        .success();
    run.get_output().stdout.clone()
}

/// Every kernel rounds the same way in each of its versions, the processor's best one included.
#[test]
fn vector_code_changes_no_byte() {
    for (study, sampler) in [
        ("tests/studies/own_growth.toml", "run.sampler=pseudo"),
        ("tests/studies/r1.toml", "run.sampler=pseudo"),
        ("tests/studies/r1.toml", "run.sampler=sobol"),
        (STUDY, "run.sampler=pseudo"),
        (STUDY, "run.sampler=sobol"),
    ] {
        let overrides = ["run.paths=4096", sampler];
        let best = bytes_at("", study, &overrides);
        for level in ["avx2", "portable"] {
            let lower = bytes_at(level, study, &overrides);
            assert!(lower == best, "{level}, {study}, {sampler}");
        }
    }
    // Bursts of a mix that moves take long at the lower levels: few sizes will do.
    let study = "tests/studies/own_growth.toml";
    let few = ["run.paths=2048", "sizing.sizes=[80, 100]", "workload.burst_cv=0.5"];
    let best = bytes_at("", study, &few);
    for level in ["avx2", "portable"] {
        assert!(bytes_at(level, study, &few) == best, "{level}, bursts of a mix that moves");
    }
}

#[test]
fn a_short_last_block_counts_its_paths_alone() {
    let study = study_at(STUDY, &["run.sampler=pseudo", "run.paths=1000"]);
    let results = analyze(&study, &Unwatched).expect("nothing stops it");
    assert_eq!(results.run.paths, 1000);
    // Shares over 1,000 paths are multiples of a thousandth.
    let share = results.strategies[2].beats_on_demand.value * 1000.0;
    assert!((share - share.round()).abs() < 1e-9, "{share}");
}

#[test]
fn results_survive_their_json() {
    let text = bytes(2, &["run.paths=2048"]);
    let read = json::read(&text).expect("reads back");
    assert_eq!(json::render(&read), text);
    let other = text.replace("waterline-results/1", "waterline-results/0");
    assert!(json::read(&other).expect_err("another format").contains("waterline-results/0"));
}
