//! The measurements of a machine: their structure and forms, and the reference work's numbers. No
//! test asks how long anything took.

use crate::html::{assert_alone, assert_well_formed};
use crate::support::{repository, study_at};
use assert_cmd::Command;
use serde_json::Value as Json;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use waterline::analysis::Unwatched;
use waterline::bench::bench;
use waterline::bench::compare::compare;
use waterline::bench::rates::Effort;
use waterline::bench::results::Bench;
use waterline::report::terminal::{self, Style};
use waterline::report::{html, json};

const STYLE: Style = Style { width: 100, unicode: false, color: false };

/// A machine measured as briefly as possible, with a study of its user's own.
static MEASURED: LazyLock<Bench> = LazyLock::new(|| {
    let own = study_at("tests/studies/static.toml", &["run.paths=4096"]);
    let effort = Effort {
        name: "brief",
        seconds: 1e-3,
        least: 49_152,
        repetitions: 1,
        answer: true,
        counts: (1 << 12, 1 << 13),
        seeds: 1,
        memory: (1 << 11, 1 << 12),
    };
    bench(effort, 2, Some(&own), &Unwatched).expect("nothing stops it")
});

fn waterline(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("waterline").expect("the binary");
    command.args(arguments).current_dir(repository(".")).env("LC_ALL", "C.UTF-8");
    command
}

fn output(arguments: &[&str]) -> String {
    let done = waterline(arguments).assert().success();
    String::from_utf8(done.get_output().stdout.clone()).expect("text")
}

/// What is said to a command line that is refused: on standard error, with exit code 2.
fn complaint(arguments: &[&str]) -> String {
    let done = waterline(arguments).assert().code(2);
    assert!(done.get_output().stdout.is_empty(), "{arguments:?}");
    String::from_utf8(done.get_output().stderr.clone()).expect("text")
}

/// A reference work without what depends on the clock and the threads.
fn work(name: &str, paths: &str, threads: &str) -> Json {
    let line = output(&["bench", "--work", name, "--paths", paths, "--threads", threads]);
    assert_eq!(line.lines().count(), 1, "{line}");
    let mut json: Json = serde_json::from_str(&line).expect("JSON");
    let fields = json.as_object_mut().expect("a table");
    assert!(fields.remove("seconds").and_then(|s| s.as_f64()).is_some_and(|s| s > 0.0));
    assert_eq!(fields.remove("threads"), threads.parse::<u64>().ok().map(Json::from));
    assert_eq!((&json["work"], &json["paths"]), (&Json::from(name), &json_number(paths)));
    json
}

fn json_number(text: &str) -> Json {
    Json::from(text.parse::<u64>().expect("a number"))
}

/// A number within four standard errors of a known one, whose own error is `known_error`.
#[track_caller]
fn assert_known(size: &Json, measure: &str, statistic: &str, known: f64) {
    let value = size[measure][statistic].as_f64().expect("a number");
    let error = size["standard_errors"][measure][statistic].as_f64().expect("its error");
    assert!(error > 0.0 && error < 0.02 * known, "{measure} {statistic}: error {error}");
    // The known numbers have four or five digits.
    assert!(
        (value - known).abs() < 4.0 * error + 1e-4 * known,
        "{measure} {statistic}: {value} +- {error}, known {known}"
    );
}

#[test]
fn the_reference_work_gives_the_known_numbers_on_any_number_of_threads() {
    let [r0, r1, r2, r3] = ["R0", "R1", "R2", "R3"].map(|name| {
        let one = work(name, "30000", "1");
        assert_eq!(work(name, "30000", "2"), one, "{name}");
        one
    });
    let last = |series: &str| r0[series][35].as_f64().expect("month 36");
    // Standard errors of 0.0067 and 0.001 from the variances of the logs.
    assert!((last("demand") - 2.3135).abs() < 0.027 && (last("price") - 0.9671).abs() < 0.004);
    let sizes = r1["sizes"].as_array().expect("sizes");
    assert_eq!(sizes.len(), 64);
    let one = &r2["sizes"][0];
    for (statistic, known) in [
        ("mean", 48.662),
        ("sd", 16.60),
        ("p5", 29.70),
        ("p50", 44.85),
        ("p90", 70.25),
        ("p95", 80.55),
        ("p99", 104.68),
        ("cvar95", 95.65),
    ] {
        assert_known(one, "cost", statistic, known);
    }
    assert_known(one, "waste", "mean", 3.7255);
    assert_known(one, "waste", "p95", 6.990);
    let best = |of: &str| r1["best"][of].as_f64().expect("a size");
    assert!((best("mean") - 1.0317).abs() < 0.1 && (best("cvar95") - 1.7857).abs() < 0.25);
    // The same paths: alone, among 64 sizes, and hour by hour.
    for other in [&sizes[28], &r3["sizes"][0]] {
        for measure in ["cost", "waste"] {
            for (statistic, value) in one[measure].as_object().expect("statistics") {
                let (a, b) = (value.as_f64(), other[measure][statistic].as_f64());
                let (a, b) = a.zip(b).expect("numbers");
                assert!((a - b).abs() < 1e-6 * a, "{measure} {statistic}: {a} and {b}");
            }
        }
    }
}

#[test]
fn everything_is_measured_on_one_and_on_all_threads() {
    let bench = &*MEASURED;
    let tasks: Vec<(&str, usize)> =
        bench.rates.iter().map(|r| (r.task.as_str(), r.threads)).collect();
    let both = ["normals_pseudo", "normals_sobol", "R0", "R1", "R2", "R3"];
    let both = both.into_iter().flat_map(|task| [(task, 1), (task, 2)]);
    let all = both.chain([("answer_R1", 2), ("answer_study", 2)]);
    assert_eq!(tasks, all.collect::<Vec<_>>());
    for rate in &bench.rates {
        assert!(rate.slowest > 0.0 && rate.fastest.is_finite(), "{rate:?}");
        assert!(rate.slowest <= rate.per_second && rate.per_second <= rate.fastest, "{rate:?}");
        assert!(rate.start_up_seconds >= 0.0, "{rate:?}");
    }
    assert_eq!(bench.scaling().len(), 2);
    let figures: Vec<(&str, &str)> =
        bench.accuracy.iter().map(|a| (a.figure.as_str(), a.sampler.as_str())).collect();
    let each = ["mean", "p95", "optimal_size"].into_iter();
    assert_eq!(figures, each.flat_map(|f| [(f, "pseudo"), (f, "sobol")]).collect::<Vec<_>>());
    for (a, known) in bench.accuracy.iter().zip([48.587, 48.587, 80.0, 80.0, 1.03, 1.03]) {
        assert!((a.value / known - 1.0).abs() < 0.05, "{a:?}");
        assert!(a.needs[1].paths > a.needs[0].paths || a.sampler == "sobol", "{a:?}");
        assert!(a.needs.iter().all(|n| n.seconds > 0.0 && n.paths >= 64.0), "{a:?}");
    }
    assert_eq!(bench.memory.len(), if cfg!(target_os = "linux") { 2 } else { 0 });
    assert!(bench.study.as_ref().is_some_and(|s| !s.hash.is_empty()));
}

#[test]
fn measurements_follow_their_published_schema_and_survive_their_json() {
    let text = json::render_bench(&MEASURED);
    assert_eq!(json::read_bench(&text).as_ref(), Ok(&*MEASURED));
    let schema = serde_json::from_str(&output(&["schema", "bench", "--json"])).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let value: Json = serde_json::from_str(&text).expect("JSON");
    let errors: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert!(!validator.is_valid(&serde_json::json!({ "format": 1 })));
    assert!(output(&["schema", "bench"]).contains("rates[].per_second"));
}

#[track_caller]
fn assert_fits(text: &str) {
    let long: Vec<&str> = text.lines().filter(|l| l.chars().count() > 100).collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn the_table_fits_a_screen_and_holds_every_task() {
    let mut bench = MEASURED.clone();
    let text = terminal::bench::render(&bench, STYLE);
    assert_fits(&text);
    for rate in &bench.rates {
        assert!(text.contains(&rate.title), "{} in\n{text}", rate.title);
    }
    for line in &bench.method {
        assert!(text.replace('\n', " ").contains(line.as_str()), "{line}");
    }
    // A machine with many threads, and one with a single one.
    let last = bench.rates.iter().find(|r| r.task == "R1").expect("R1").clone();
    for threads in [4, 8, 16, 32, 64, 128] {
        let at = bench.rates.iter().rposition(|r| r.task == "R1").expect("R1") + 1;
        bench.rates.insert(at, waterline::bench::results::Rate { threads, ..last.clone() });
    }
    bench.threads = 128;
    let text = terminal::bench::render(&bench, STYLE);
    assert_fits(&text);
    assert!(text.contains("1.00 on 1, ") && text.contains("on 128."), "{text}");
    bench.rates.retain(|r| r.threads == 1);
    bench.threads = 1;
    assert_fits(&terminal::bench::render(&bench, STYLE));
}

#[test]
fn the_page_is_whole_and_alone_and_shows_the_scaling() {
    let mut bench = MEASURED.clone();
    bench.machine.processor = "<b>fast</b> & \"cheap\"".into();
    let page = html::bench::render(&bench);
    assert_well_formed("machine", &page);
    assert_alone("machine", &page);
    assert!(page.contains("id=\"scaling\"") && page.contains("<svg "));
    assert!(page.contains("&lt;b&gt;fast") && !page.contains("<b>fast"));
    assert!(!page.contains("NaN") && !page.contains(">inf"));
    bench.rates.retain(|r| r.threads == 1);
    bench.threads = 1;
    let page = html::bench::render(&bench);
    assert_well_formed("one thread", &page);
    assert!(!page.contains("<svg "), "there is no scaling to show");
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).expect("written");
    path.to_str().expect("plain text").to_owned()
}

#[test]
fn machines_are_compared_by_what_both_have() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut other = MEASURED.clone();
    other.machine.processor = "another processor".into();
    other.rates.iter_mut().for_each(|r| r.per_second *= 2.0);
    other.accuracy.iter_mut().flat_map(|a| &mut a.needs).for_each(|n| n.seconds /= 2.0);
    other.memory.clear();
    let a = write(folder.path(), "a.json", &json::render_bench(&MEASURED));
    let b = write(folder.path(), "b.json", &json::render_bench(&other));
    let same = output(&["bench", "--compare", &a, &a]);
    assert_fits(&same);
    let rows = MEASURED.rates.len() + 2 * MEASURED.accuracy.len() + MEASURED.memory.len();
    assert_eq!(same.matches(" 1.00x\n").count(), rows, "{same}");
    let twice = output(&["bench", "--compare", &a, &b]);
    assert!(twice.contains("B: another processor"), "{twice}");
    assert_eq!(twice.matches(" 2.00x\n").count(), rows - MEASURED.memory.len(), "{twice}");
    // Other threads, version, effort and study.
    other.threads = 1;
    other.rates.retain(|r| r.threads == 1);
    other.version = "0.0.9".into();
    other.effort = "quick".into();
    other.study = None;
    let found = compare(&MEASURED, &other);
    assert_eq!(found.notes.len(), 3, "{:?}", found.notes);
    let titles: Vec<&str> = found.pairs.iter().map(|p| p.title.as_str()).collect();
    assert!(titles.contains(&"R2: one size, 1 thread"), "{titles:?}");
    assert!(titles.contains(&"R2: one size, 2 against 1 threads"), "{titles:?}");
    assert!(titles.iter().all(|t| !t.contains("your study")), "{titles:?}");
}

#[test]
fn what_is_no_measurement_is_not_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = write(folder.path(), "good.json", &json::render_bench(&MEASURED));
    for (text, says) in [
        ("{ \"format\": \"waterline-results/1\" }", "it has the format waterline-results/1"),
        ("{ \"format\": \"waterline-bench/2\" }", "this version reads waterline-bench/1"),
        ("{ \"format\": \"waterline-bench/1\" }", "it is not whole: missing field"),
        ("{ \"threads\": 2 }", "it names no format"),
        ("[1, 2]", "it names no format"),
        ("threads = 2", "it is not JSON"),
    ] {
        let bad = write(folder.path(), "bad.json", text);
        for files in [[&good, &bad], [&bad, &good]] {
            let said = complaint(&["bench", "--compare", files[0], files[1]]);
            assert!(said.contains(says), "{says} in\n{said}");
            assert!(said.contains("bad.json") && said.contains("bench --json FILE"), "{said}");
        }
    }
    assert!(complaint(&["bench", "--compare", &good, "nowhere.json"]).contains("cannot read"));
    assert!(complaint(&["bench", "--compare", &good]).contains("2 values required"));
}

#[test]
fn wrong_arguments_are_refused_before_anything_is_measured() {
    for (arguments, says) in [
        (&["--work", "R1"][..], "--paths"),
        (&["--paths", "1000"], "--work"),
        (&["--work", "R9", "--paths", "1000"], "R0, R1, R2, R3"),
        (&["--work", "R1", "--paths", "5"], "from 64 to"),
        (&["--work", "R1", "--paths", "1000", "--quick"], "cannot be used with"),
        (&["--work", "R1", "--paths", "1000", "study.toml"], "cannot be used with"),
        (&["--compare", "a", "b", "--threads", "2"], "cannot be used with"),
        (&["--threads", "0"], "1..=4096"),
        (&["--html", "-"], "--html cannot write to standard output"),
        (&["--json", "src"], "it is a folder"),
        (&["--json", "x", "--html", "./x"], "two outputs have the same name"),
        (&["nowhere.toml"], "there is no such file"),
        (
            &["tests/studies/static.toml", "--json", "tests/studies/static.toml"],
            "the study is read from this file",
        ),
    ] {
        let said = complaint(&[&["bench"], arguments].concat());
        assert!(said.contains(says), "{arguments:?} says\n{said}");
    }
}

/// The whole command once, on one thread and without a study.
#[test]
fn a_quick_measurement_writes_what_was_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("machine.html");
    let page_name = page.to_str().expect("plain text");
    let said = output(&["bench", "--quick", "--threads", "1", "--json", "-", "--html", page_name]);
    let bench = json::read_bench(&said).expect("measurements");
    assert_eq!((bench.effort.as_str(), bench.threads, bench.study), ("quick", 1, None));
    assert_eq!(bench.machine.vector_level, waterline::simd::level().name());
    assert!(fs::read_to_string(page).expect("the page").starts_with("<!DOCTYPE html>"));
}
