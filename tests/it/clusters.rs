//! The engines of clusters, where they are installed: Slurm's job arrays.

use crate::support::repository;
use std::fs;
use std::process::Command;

/// Programs that a test needs besides those of this repository; says which are not there.
fn missing(programs: &[&str]) -> Option<String> {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    let there = |name: &str| {
        path.split(':').any(|folder| fs::exists(format!("{folder}/{name}")).unwrap_or(false))
    };
    let missing: Vec<&str> = programs.iter().copied().filter(|p| !there(p)).collect();
    (!missing.is_empty()).then(|| missing.join(", "))
}

/// A job array of four tasks and its merge, on a Slurm of this machine alone.
#[test]
fn a_job_array_gives_the_bytes_of_one_run() {
    if let Some(missing) = missing(&["munged", "slurmctld", "slurmd", "sbatch", "squeue"]) {
        println!("skipped: {missing} not installed (Debian: apt-get install slurm-wlm munge)");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let study = repository("models/studies/starter.toml");
    let program = assert_cmd::cargo::cargo_bin("waterline");
    let options = ["--paths", "8192"];
    let whole = folder.path().join("whole.json");
    let mut run = Command::new(&program);
    run.arg("run").arg(&study).args(options).args(["--quiet", "--json"]).arg(&whole);
    assert!(run.status().expect("it starts").success());
    let answer = folder.path().join("answer");
    let mut submit = Command::new(repository("scripts/slurm/local.sh"));
    submit.arg(repository("scripts/slurm/submit.sh")).arg(&study).arg("4").arg(&answer);
    let done = submit.args(options).env("WATERLINE", &program).output().expect("it starts");
    let said = String::from_utf8_lossy(&done.stderr);
    if done.status.code() == Some(3) {
        println!("skipped: {said}");
        return;
    }
    let log = fs::read_to_string(answer.join("logs/merge.log")).unwrap_or_default();
    assert!(done.status.success(), "{said}\n{log}");
    let merged = fs::read(answer.join("results.json"));
    assert!(merged.expect(&log) == fs::read(whole).expect("results"), "{log}");
    assert!(answer.join("report.html").exists());
}
