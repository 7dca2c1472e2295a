//! The bytes of one process for any number of ranks, and no rank that waits for ever.

#![allow(clippy::print_stdout, reason = "tests say what they skipped")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use waterline::analysis::{Unwatched, analyze};
use waterline::input::load;
use waterline::report::json;

const OPTIONS: [&str; 2] = ["run.paths=65536", "run.sampler=pseudo"];

fn study() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/studies/starter.toml")
}

/// `mpirun` with these words; none where it is not installed. It gets a minute: what hangs fails.
fn mpirun(words: &[&str]) -> Option<Output> {
    let mut command = Command::new("timeout");
    command.args(["60", "mpirun", "--oversubscribe", "--bind-to", "none"]).args(words);
    // Root refuses without, and tests in containers are run by root.
    command.env("OMPI_ALLOW_RUN_AS_ROOT", "1").env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    let done = command.output().ok().filter(|done| done.status.code() != Some(127));
    if done.is_none() {
        println!("skipped: mpirun is not installed (Debian: apt-get install openmpi-bin)");
    }
    done
}

/// The words of a run among `ranks` ranks.
fn run<'a>(ranks: &'a str, study: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let program = env!("CARGO_BIN_EXE_waterline-mpi");
    let sets = OPTIONS.iter().flat_map(|option| ["--set", option]);
    ["-n", ranks, program, "run", study, "--quiet", "--threads", "1"]
        .into_iter()
        .chain(sets)
        .chain(more.iter().copied())
        .collect()
}

fn said(done: &Output) -> String {
    format!("{:?}\n{}", done.status, String::from_utf8_lossy(&done.stderr))
}

#[test]
fn one_to_four_ranks_give_the_bytes_of_one_process() {
    let study = study();
    let loaded = load(&study, &OPTIONS.map(str::to_owned)).study.expect("a study");
    let whole = json::render(&analyze(&loaded, &Unwatched).expect("nothing stops it"));
    let study = study.to_string_lossy().into_owned();
    for ranks in ["1", "2", "3", "4"] {
        let Some(done) = mpirun(&run(ranks, &study, &["--json", "-"])) else { return };
        assert!(done.status.success(), "{}", said(&done));
        assert!(done.stdout == whole.as_bytes(), "{ranks} ranks");
    }
}

#[test]
fn ranks_that_differ_end_at_once() {
    let study = study().to_string_lossy().into_owned();
    let [good, none] = [run("1", &study, &[]), run("1", "none.toml", &[])];
    let other = run("1", &study, &["--seed", "7"]);
    for (first, second, says) in [
        (&good, &none, "the ranks do not read the same study"),
        (&good, &other, "the ranks do not read the same study"),
        (&none, &good, "cannot read none.toml"),
    ] {
        let words = [&first[..], &[":"], &second[..]].concat();
        let Some(done) = mpirun(&words) else { return };
        let said = said(&done);
        assert!(said.contains(says), "{said}");
        assert_eq!(done.status.code(), Some(2), "{said}");
    }
}

#[test]
fn what_the_leader_cannot_write_ends_all() {
    let study = study().to_string_lossy().into_owned();
    let folder = std::env::temp_dir().to_string_lossy().into_owned();
    let Some(done) = mpirun(&run("2", &study, &["--html", &folder])) else { return };
    let said = said(&done);
    assert!(said.contains("it is a folder"), "{said}");
    assert_eq!(done.status.code(), Some(2), "{said}");
}
