//! Runs in pieces: shards, merges, checkpoints and what is wrong with their files. The bytes of the
//! results are those of a run in one piece, whatever happens on the way.

use crate::support::answer;
use assert_cmd::Command;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use waterline::analysis::{Unwatched, analyze_by};
use waterline::input::load;
use waterline::partial::file::Contents;
use waterline::partial::{Library, Piecewise};

/// Few months and few sizes: many paths in little time.
const LISTED: &str = r#"title = "Pieces"

[workload]
level = 100
on_demand_per_unit_month = 10.0

[growth]
expected_per_year = 0.5
volatility_per_month = 0.1

[contract]
fee_per_unit_month = 6.0
term_months = 3
units = "optimize"

[strategies]
compare = ["provisioned", "hybrid"]

[strategies.provisioned]
shortage_per_unit_month = 12.0

[finance]
discount_rate_per_year = 0.05
budget = 3000.0

[sizing]
"#;

/// A folder with a study.
struct Desk(TempDir);

impl Desk {
    fn new(sizing: &str) -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        fs::write(desk.path("study.toml"), format!("{LISTED}{sizing}\n")).expect("written");
        desk
    }

    fn listed() -> Self {
        Self::new("sizes = [80, 100, 120, 140]")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("waterline").expect("the binary");
        command.args(arguments).current_dir(self.0.path());
        // The tests may themselves run as a task of some scheduler.
        for name in TASKS {
            command.env_remove(name);
        }
        command
    }

    fn does(&self, arguments: &[&str]) -> String {
        let done = self.command(arguments).assert().success();
        String::from_utf8(done.get_output().stderr.clone()).expect("text")
    }

    fn refuses(&self, arguments: &[&str]) -> String {
        let done = self.command(arguments).assert().code(2);
        String::from_utf8(done.get_output().stderr.clone()).expect("text")
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("the file")
    }

    /// Does what a message shows.
    fn follow(&self, said: &str) {
        let mut lines = said.lines();
        let command = lines.find_map(|l| l.trim().strip_prefix("waterline ")).expect("a command");
        let words: Vec<String> = command.split_whitespace().map(|w| w.replace('\'', "")).collect();
        self.does(&words.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// The results of a run in one piece.
    fn whole(&self, options: &[&str]) -> Vec<u8> {
        self.does(&[&["run", "study.toml", "--quiet", "--json", "whole.json"], options].concat());
        self.bytes("whole.json")
    }

    fn shard(&self, shard: &str, file: &str, options: &[&str]) {
        let own = ["run", "study.toml", "--quiet", "--shard", shard, "--shard-file", file];
        self.does(&[&own, options].concat());
    }

    /// Files of all shards, in some order that is not theirs.
    fn shards(&self, count: usize, options: &[&str]) -> Vec<String> {
        let mut files = Vec::new();
        for i in (1..=count).rev() {
            let file = format!("{i}-of-{count}.shard");
            self.shard(&format!("{i}/{count}"), &file, options);
            files.push(file);
        }
        files.rotate_left(count / 2);
        files
    }

    /// The results that shards make, and what was said meanwhile.
    fn merged(&self, files: &[String]) -> (Vec<u8>, String) {
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let said = self.does(&[&["merge", "--json", "merged.json"], &files[..]].concat());
        (self.bytes("merged.json"), said)
    }
}

const TASKS: [&str; 5] = [
    "SLURM_ARRAY_TASK_ID",
    "JOB_COMPLETION_INDEX",
    "OMPI_COMM_WORLD_RANK",
    "PMI_RANK",
    "SLURM_PROCID",
];

const COMPUTED: &str = "computed here";

/// Both samplers, cuts inside sections and between them, more shards than threads.
#[test]
fn any_number_of_shards_merges_to_the_bytes_of_one_run() {
    for options in [["--sampler=pseudo", "--paths=300001"], ["--sampler=sobol", "--paths=262144"]] {
        let desk = Desk::listed();
        let whole = desk.whole(&options);
        for count in [1, 2, 3, 7] {
            let (merged, said) = desk.merged(&desk.shards(count, &options));
            assert!(merged == whole, "{count} shards, {options:?}");
            assert!(!said.contains(COMPUTED), "{count} shards, {options:?}: {said}");
        }
    }
}

/// The pilots find the sizes; shards smaller than a section, and shards without any unit.
#[test]
fn shards_of_a_search_and_of_a_small_run() {
    let desk = Desk::new("");
    let whole = desk.whole(&["--paths=32768"]);
    let (merged, said) = desk.merged(&desk.shards(3, &["--paths=32768"]));
    assert!(merged == whole);
    assert!(!said.contains(COMPUTED), "{said}");
    let whole = desk.whole(&["--paths=64", "--sampler=pseudo"]);
    let (merged, _) = desk.merged(&desk.shards(7, &["--paths=64", "--sampler=pseudo"]));
    assert!(merged == whole);
}

/// A shard that looked at two of four sizes, and one that looked at all: what the whole asks for
/// besides is settled then, in two passes (sizes; totals and months) or none.
#[test]
fn what_the_shards_lack_is_computed() {
    let desk = Desk::listed();
    let options = ["--sampler=pseudo", "--paths=40000"];
    desk.shard("1/1", "some.shard", &[&options[..], &["--set=sizing.sizes=[80, 120]"]].concat());
    desk.shard("1/1", "all.shard", &options);
    let known = |file: &str| Library::new(vec![Contents::read(&desk.path(file)).expect("a shard")]);
    let overrides = ["run.sampler=pseudo".to_owned(), "run.paths=40000".to_owned()];
    let study = load(&desk.path("study.toml"), &overrides).study.expect("a study");
    let missed = AtomicUsize::new(0);
    let count = || {
        missed.fetch_add(1, Ordering::Relaxed);
    };
    let libraries = [(Library::default(), 2), (known("some.shard"), 2), (known("all.shard"), 0)];
    for (library, passes) in libraries {
        missed.store(0, Ordering::Relaxed);
        let executor = Piecewise::joined(library, &count);
        let results = analyze_by(&executor, &study, &Unwatched).expect("nothing stops it");
        assert!(results == answer(&study));
        assert_eq!(missed.load(Ordering::Relaxed), passes);
    }
}

#[test]
fn every_output_of_a_run_is_an_output_of_a_merge() {
    let desk = Desk::listed();
    desk.does(&["run", "study.toml", "--quiet", "--paths=4096", "--out", "one"]);
    for task in ["0", "1"] {
        let run = ["run", "study.toml", "--quiet", "--paths=4096", "--shard", "2"];
        desk.command(&run).env("SLURM_ARRAY_TASK_ID", task).assert().success();
    }
    let shards = ["study.1-of-2.shard", "study.2-of-2.shard"];
    desk.does(&[&["merge", "--quiet", "--out", "two"], &shards[..]].concat());
    for file in ["results.json", "report.html", "tables/sizes.csv", "tables/months.csv"] {
        let (one, two) = (desk.bytes(&format!("one/{file}")), desk.bytes(&format!("two/{file}")));
        assert!(one == two, "{file}");
    }
    let over = ["--fail-over-budget", "0.001"];
    desk.command(&[&["merge"], &over[..], &shards[..]].concat()).assert().code(1);
    let said = desk.refuses(&[&["merge", "--json", "study.1-of-2.shard"], &shards[..]].concat());
    assert!(said.contains("cannot write study.1-of-2.shard"), "{said}");
}

#[test]
fn a_task_that_no_shard_has_is_refused() {
    let desk = Desk::listed();
    let run = ["run", "study.toml", "--shard", "4"];
    for (variable, value, says) in [
        ("SLURM_ARRAY_TASK_ID", "4", "tasks from 0 to 3"),
        ("JOB_COMPLETION_INDEX", "x", "JOB_COMPLETION_INDEX is x"),
        ("UNRELATED", "1", "does not say which"),
    ] {
        let done = desk.command(&run).env(variable, value).assert().code(2);
        let said = String::from_utf8(done.get_output().stderr.clone()).expect("text");
        assert!(said.contains(says) && said.contains("help: "), "{said}");
    }
    for wrong in ["0/4", "5/4", "1/0", "x"] {
        assert!(desk.refuses(&["run", "study.toml", "--shard", wrong]).contains("--shard"));
    }
    assert!(desk.refuses(&["run", "study.toml", "--resume"]).contains("--checkpoint"));
    let both = ["run", "study.toml", "--shard", "1/2", "--json", "x.json"];
    assert!(desk.refuses(&both).contains("--shard"));
}

#[test]
fn a_merge_says_everything_that_is_wrong_at_once() {
    let desk = Desk::listed();
    let few = ["--paths=2048"];
    desk.shards(5, &few);
    desk.shard("1/5", "seed.shard", &["--paths=2048", "--seed=7"]);
    desk.shard("2/5", "paths.shard", &["--paths=4096"]);
    desk.shard("2/5", "sampler.shard", &["--paths=2048", "--sampler=sobol"]);
    desk.shard("2/5", "study.shard", &["--paths=2048", "--set=growth.expected_per_year=0.4"]);
    desk.shard("2/4", "count.shard", &few);
    fs::copy(desk.path("3-of-5.shard"), desk.path("again.shard")).expect("copied");
    fs::write(desk.path("text.shard"), "not a shard").expect("written");
    let mut broken = desk.bytes("4-of-5.shard");
    let middle = broken.len() / 2;
    broken[middle] ^= 1;
    fs::write(desk.path("broken.shard"), broken).expect("written");
    let files = [
        "5-of-5.shard",
        "3-of-5.shard",
        "again.shard",
        "seed.shard",
        "paths.shard",
        "sampler.shard",
        "study.shard",
        "count.shard",
        "text.shard",
        "broken.shard",
        "none.shard",
    ];
    let said = desk.refuses(&[&["merge", "--json", "x.json"], &files[..]].concat());
    for part in [
        "shard 3/5 is there 2 times: 3-of-5.shard, again.shard",
        "seed.shard (shard 1/5) does not belong to the others: seed 7, not 1",
        "number of paths 4096, not 2048",
        "sampler sobol, not auto",
        "another study, or another version of its files",
        "one of 4 shards, not of 5",
        "text.shard is not a partial result of waterline",
        "broken.shard (shard 4/5) is damaged",
        "none.shard cannot be read: there is no such file",
        "2 shards are missing: 1/5, 2/5",
        "--set run.paths=2048 --shard 1/5 --resume",
        "--array=0,1",
        "10 errors: nothing was merged",
    ] {
        assert!(said.contains(part), "{part} in\n{said}");
    }
    assert!(!desk.path("x.json").exists());
}

/// What the message says to do is enough.
#[test]
fn a_missing_shard_is_made_again_by_the_command_that_is_shown() {
    let desk = Desk::listed();
    let whole = desk.whole(&["--paths=2048"]);
    let files = desk.shards(3, &["--paths=2048"]);
    fs::remove_file(desk.path("2-of-3.shard")).expect("removed");
    let present: Vec<&str> =
        files.iter().map(String::as_str).filter(|f| *f != "2-of-3.shard").collect();
    desk.follow(&desk.refuses(&[&["merge"], &present[..]].concat()));
    let all = [&present[..], &["2-of-3.shard"]].concat();
    let all: Vec<String> = all.into_iter().map(str::to_owned).collect();
    assert!(desk.merged(&all).0 == whole);
    // So it is where the tasks of a job array write them, counted from 0.
    fs::create_dir(desk.path("shards")).expect("a folder");
    let tasks: Vec<String> = (0..3).map(|i| format!("shards/{i}.shard")).collect();
    for (i, task) in tasks.iter().enumerate() {
        fs::rename(desk.path(&format!("{}-of-3.shard", i + 1)), desk.path(task)).expect("moved");
    }
    fs::remove_file(desk.path("shards/1.shard")).expect("removed");
    desk.follow(&desk.refuses(&["merge", "shards/2.shard", "shards/0.shard"]));
    assert!(desk.merged(&tasks).0 == whole);
    for (i, task) in tasks.iter().enumerate() {
        fs::rename(desk.path(task), desk.path(&format!("{}-of-3.shard", i + 1))).expect("moved");
    }
    // A damaged one, under whatever name, is made again in its place.
    let mut bytes = desk.bytes("1-of-3.shard");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(desk.path("1-of-3.shard"), bytes).expect("written");
    let names: Vec<&str> = all.iter().map(String::as_str).collect();
    desk.follow(&desk.refuses(&[&["merge"], &names[..]].concat()));
    assert!(desk.merged(&all).0 == whole);
}

#[test]
fn the_study_of_shards_may_move_and_may_not_change() {
    let desk = Desk::listed();
    let whole = desk.whole(&["--paths=2048"]);
    let files = desk.shards(2, &["--paths=2048"]);
    fs::rename(desk.path("study.toml"), desk.path("moved.toml")).expect("moved");
    let merge = ["merge", "--quiet", "--json", "merged.json", &files[0], &files[1]];
    assert!(desk.refuses(&merge).contains("--study FILE"));
    desk.does(&[&merge[..], &["--study", "moved.toml"]].concat());
    assert!(desk.bytes("merged.json") == whole);
    let changed = fs::read_to_string(desk.path("moved.toml")).expect("the study");
    fs::write(desk.path("study.toml"), changed.replace("0.5", "0.6")).expect("written");
    assert!(desk.refuses(&merge).contains("has changed"));
}

/// Numbers that look random and are the same in every run.
fn scattered(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        state >> 33
    })
}

/// Runs a command again and again, killed at moments further and further apart, until it gets
/// through; returns how often it was killed.
fn through_kills(desk: &Desk, arguments: &[&str], seed: u64) -> usize {
    for (kills, random) in scattered(seed).take(200).enumerate() {
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("waterline"))
            .args(arguments)
            .current_dir(desk.0.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let most = 300 + 100 * kills as u64;
        for _ in 0..random % most {
            if child.try_wait().expect("a child").is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().expect("killed");
        if child.wait().expect("an end").success() {
            return kills;
        }
    }
    panic!("never got through");
}

#[test]
fn a_run_killed_at_any_moment_resumes_to_the_same_bytes() {
    for (seed, sampler) in [(1, "--sampler=pseudo"), (2, "--sampler=sobol")] {
        let desk = Desk::listed();
        let options = [sampler, "--paths=1048576"];
        let whole = desk.whole(&options);
        let saved = ["--checkpoint", "run.save", "--checkpoint-every", "0", "--resume"];
        let run = ["run", "study.toml", "--quiet", "--json", "resumed.json"];
        let kills = through_kills(&desk, &[&run[..], &saved, &options].concat(), seed);
        assert!(desk.bytes("resumed.json") == whole, "{kills} kills");
        println!("{sampler}: the same bytes after {kills} kills");
        assert!(!desk.path("run.save").exists(), "it is removed when it is not needed any more");
    }
}

#[test]
fn a_shard_killed_at_any_moment_resumes_to_the_same_bytes() {
    let desk = Desk::listed();
    let options = ["--sampler=pseudo", "--paths=1500000"];
    let whole = desk.whole(&options);
    let mut files = desk.shards(2, &options);
    files.retain(|f| f != "2-of-2.shard");
    let saved = ["--shard", "2/2", "--checkpoint-every", "0", "--resume"];
    let kills = through_kills(
        &desk,
        &[&["run", "study.toml", "--quiet"], &saved[..], &options].concat(),
        3,
    );
    println!("the same bytes after {kills} kills");
    files.push("study.2-of-2.shard".into());
    assert!(desk.merged(&files).0 == whole);
    // Nothing is left to do.
    let again = desk.does(&[&["run", "study.toml"], &saved[..], &options].concat());
    assert!(again.contains("is there already"), "{again}");
}

/// A scheduler that ends a run lets it save what it has, long before the next save is due.
#[cfg(unix)]
#[test]
fn a_run_that_is_asked_to_stop_saves_first() {
    let desk = Desk::listed();
    let options = ["--sampler=pseudo", "--paths=4194304", "--threads=1"];
    let run = ["run", "study.toml", "--quiet", "--json", "resumed.json", "--resume"];
    let saved = [&run[..], &["--checkpoint", "run.save"], &options].concat();
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("waterline"))
        .args(&saved)
        .current_dir(desk.0.path())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let size = || fs::metadata(desk.path("run.save")).map_or(0, |file| file.len());
    while size() == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let begun = size();
    std::thread::sleep(Duration::from_millis(200));
    let id = child.id().to_string();
    let kill = std::process::Command::new("kill").args(["-TERM", &id]).status();
    assert!(kill.expect("kill").success());
    assert_eq!(child.wait().expect("an end").code(), Some(130));
    assert!(size() > begun, "something was saved");
    desk.does(&saved);
    assert!(desk.bytes("resumed.json") == desk.whole(&options));
}

/// A checkpoint cut off anywhere, or with any byte changed, continues from what is valid of it.
#[test]
fn a_damaged_checkpoint_is_used_as_far_as_it_is_sound() {
    let desk = Desk::listed();
    let options = ["--sampler=pseudo", "--paths=600000"];
    let whole = desk.whole(&options);
    // A shard of one keeps its file, which is a checkpoint but for its end.
    desk.shard("1/1", "one.shard", &[&options[..], &["--checkpoint-every=0"]].concat());
    let full = desk.bytes("one.shard");
    for (at, random) in scattered(4).take(12).enumerate() {
        let place = random as usize % full.len();
        let mut bytes = full.clone();
        if at % 2 == 0 {
            bytes.truncate(place);
        } else {
            bytes[place] ^= 1 << (random % 8);
        }
        fs::write(desk.path("again.shard.unfinished"), bytes).expect("written");
        let run = ["run", "study.toml", "--quiet", "--resume", "--shard=1/1"];
        let done =
            desk.command(&[&run[..], &options, &["--shard-file", "again.shard"]].concat()).assert();
        // A change in the first bytes makes it another kind of file, which is not touched.
        if done.get_output().status.success() {
            assert!(desk.merged(&["again.shard".into()]).0 == whole, "{at} at {place}");
        } else {
            let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
            assert!(at % 2 == 1 && place < 16, "{at} at {place}: {said}");
        }
    }
}

#[test]
fn work_is_not_destroyed_and_not_mixed_up() {
    let desk = Desk::listed();
    // A shard takes the place of itself and of nothing else.
    let shard = ["run", "study.toml", "--quiet", "--paths=2048", "--shard=1/2", "--shard-file"];
    fs::write(desk.path("notes.txt"), "keep").expect("written");
    let said = desk.refuses(&[&shard[..], &["notes.txt"]].concat());
    assert!(said.contains("notes.txt is not a partial result") && said.contains("another name"));
    assert_eq!(desk.bytes("notes.txt"), b"keep");
    desk.shard("1/2", "own.shard", &["--paths=2048"]);
    desk.shard("1/2", "own.shard", &["--paths=2048"]);
    let said = desk.refuses(&[&shard[..], &["own.shard", "--seed=3"]].concat());
    assert!(said.contains("is of another run: seed 1, not 3"), "{said}");
    let run = ["run", "study.toml", "--quiet", "--paths=2048", "--json", "x.json"];
    let save = ["--checkpoint", "run.save"];
    // What a killed run leaves: all of a shard's file but its name.
    desk.shard("1/1", "run.save", &["--paths=2048"]);
    assert!(desk.refuses(&[&run[..], &save].concat()).contains("add --resume"));
    let said = desk.refuses(&[&run[..], &save, &["--resume"]].concat());
    assert!(said.contains("is of another run: shard 1/1, not a whole run"), "{said}");
    let said = desk.refuses(&[&run[..], &save, &["--resume", "--seed=3"]].concat());
    assert!(said.contains("seed 1, not 3"), "{said}");
    let study = ["--checkpoint", "study.toml", "--resume"];
    assert!(
        desk.refuses(&[&run[..], &study].concat()).contains("the study is read from this file")
    );
    fs::write(desk.path("notes.txt"), "precious").expect("written");
    for resume in [&["--resume"][..], &[]] {
        let other = [&run[..], &["--checkpoint", "notes.txt"], resume].concat();
        assert!(desk.refuses(&other).contains("is not a partial result"));
    }
    assert_eq!(desk.bytes("notes.txt"), b"precious");
    let same = ["--checkpoint", "x.json"];
    assert!(desk.refuses(&[&run[..], &same].concat()).contains("cannot write x.json"));
}

/// Every shard of a shard file's neighborhood is read with suspicion: no byte makes it panic.
#[test]
fn files_of_any_bytes_are_refused_in_words() {
    let desk = Desk::listed();
    desk.shard("1/1", "one.shard", &["--paths=256", "--sampler=pseudo"]);
    let full = desk.bytes("one.shard");
    let cuts = [0, 1, 15, 16, 17, 24, 56, 57, 100, full.len() - 1];
    for cut in cuts.into_iter().filter(|c| *c < full.len()) {
        fs::write(desk.path("cut.shard"), &full[..cut]).expect("written");
        let said = desk.refuses(&["merge", "cut.shard"]);
        assert!(said.contains("is damaged") || said.contains("cannot be read"), "{cut}: {said}");
    }
    for at in (0..200).chain(scattered(5).take(40).map(|r| r as usize % full.len())) {
        let mut bytes = full.clone();
        bytes[at] ^= 0x81;
        fs::write(desk.path("odd.shard"), &bytes).expect("written");
        let said = desk.refuses(&["merge", "odd.shard"]);
        assert!(said.starts_with("error: odd.shard "), "{at}: {said}");
    }
    let longer = [&full[..], b"more"].concat();
    fs::write(desk.path("long.shard"), longer).expect("written");
    assert!(desk.refuses(&["merge", "long.shard"]).contains("is damaged"));
    assert!(Path::new(&desk.path("one.shard")).exists());
}
