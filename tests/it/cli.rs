//! The program as its users start it.

use crate::support::repository;
use assert_cmd::Command;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;
use waterline::contract::AnyClause;
use waterline::results::Results;

const SAMPLE: &str = "models/studies/support_assistant.toml";

/// waterline at the root of the repository, without a terminal.
fn waterline(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("waterline").expect("the binary");
    command.args(arguments).current_dir(repository(".")).env("LC_ALL", "C.UTF-8");
    command
}

/// Standard output of a run that succeeds.
fn output(arguments: &[&str]) -> String {
    let done = waterline(arguments).assert().success();
    String::from_utf8(done.get_output().stdout.clone()).expect("text")
}

/// Standard error of a run that ends with `code`.
fn complaint(code: i32, arguments: &[&str]) -> String {
    let done = waterline(arguments).assert().code(code);
    String::from_utf8(done.get_output().stderr.clone()).expect("text")
}

/// The same as a process that a test can talk to.
fn start(arguments: &[&str]) -> Child {
    std::process::Command::new(assert_cmd::cargo::cargo_bin("waterline"))
        .args(arguments)
        .current_dir(repository("."))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in plain text")
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path());
    let mut all: Vec<PathBuf> =
        entries.flat_map(|p| if p.is_dir() { files(&p) } else { vec![p] }).collect();
    all.sort();
    all
}

#[test]
fn init_writes_a_study_that_runs_and_replaces_nothing_unasked() {
    let folder = folder();
    let study = folder.path().join("mine.toml");
    assert!(output(&["init", text(&study)]).contains("next: waterline check"));
    let written = fs::read_to_string(&study).expect("the study");
    assert_eq!(written, output(&["init", "-"]));
    fs::write(&study, "precious").expect("written");
    assert!(complaint(2, &["init", text(&study)]).contains("--force"));
    assert_eq!(fs::read_to_string(&study).expect("kept"), "precious");
    output(&["init", text(&study), "--force"]);
    assert!(output(&["check", text(&study)]).contains("can be run"));
    assert!(output(&["run", text(&study), "--paths", "4096"]).contains("Commit "));
}

#[test]
fn check_says_what_will_be_run_or_what_is_wrong() {
    let good = output(&["check", SAMPLE]);
    for part in ["can be run", "today's load", "uncertain: forecast_error.level", "careful: "] {
        assert!(good.contains(part), "{part} in\n{good}");
    }
    let bad = ["check", SAMPLE, "--set", "growth.expected_per_yeer=1", "--set", "contract.offer=1"];
    let said = complaint(2, &bad);
    for part in ["did you mean `expected_per_year`?", "expected text in quotes", "2 errors"] {
        assert!(said.contains(part), "{part} in\n{said}");
    }
}

#[test]
fn everything_is_written_and_can_be_read_again() {
    let folder = folder();
    let out = folder.path().join("answer");
    let said =
        waterline(&["run", SAMPLE, "--paths", "4096", "--out", text(&out)]).assert().success();
    assert!(String::from_utf8_lossy(&said.get_output().stderr).contains("wrote "));
    let json = fs::read_to_string(out.join("results.json")).expect("results");
    let results: Results = serde_json::from_str(&json).expect("results");
    assert_eq!(results.run.paths, 4096);
    assert!(fs::read_to_string(out.join("report.html")).is_ok());
    let tables: Vec<PathBuf> = files(&out.join("tables"));
    assert!(tables.len() >= 4, "{tables:?}");
    for table in &tables {
        // The reader refuses rows that are longer or shorter than the first.
        let mut reader = csv::Reader::from_path(table).expect("a table");
        let fields = reader.headers().expect("a header").len();
        let rows = reader.records().map(|r| r.expect("a whole row")).filter(|r| r.len() == fields);
        assert!(rows.count() > 0, "{table:?}");
    }
    let hidden = |p: &&PathBuf| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
    assert_eq!(files(folder.path()).iter().find(hidden), None, "something was left behind");
}

#[test]
fn results_follow_their_published_schema() {
    let schema = serde_json::from_str(&output(&["schema", "results", "--json"])).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for more in [
        &[][..],
        &["--set", "contract.fee_per_unit_month=400"],
        &["--set", "contract.term_months=9"],
    ] {
        let mut arguments = vec!["run", SAMPLE, "--paths", "2048", "--json", "-"];
        arguments.extend(more);
        let results = serde_json::from_str(&output(&arguments)).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&results).map(|e| e.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
    assert!(!validator.is_valid(&serde_json::json!({ "format": 1 })));
}

/// The shipped files against the schemas that editors are given.
#[test]
fn shipped_files_follow_their_published_schemas() {
    for (kind, folders) in [
        ("study", ["models/studies", "tests/studies"].as_slice()),
        ("prices", &["models/prices", "tests/prices"]),
    ] {
        let schema = serde_json::from_str(&output(&["schema", kind, "--json"])).expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        for path in folders.iter().flat_map(|f| files(&repository(f))) {
            let text = fs::read_to_string(&path).expect("a file");
            let mut file: toml::Value = toml::from_str(&text).expect("TOML");
            if file.get("templates").is_some() {
                // A part of a study: the schema is that of the whole.
                let whole = waterline::input::load(&path, &[]);
                file = whole.tree.expect("a study").plain();
            }
            let file = serde_json::to_value(file).expect("JSON");
            let errors: Vec<String> = validator.iter_errors(&file).map(|e| e.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new(), "{}", path.display());
        }
    }
}

#[test]
fn schemas_and_prices_are_listed() {
    let study = output(&["schema"]);
    for field in ["workload.history.file", "contract.clauses", "growth.jumps.<name>.per_year"] {
        assert!(study.contains(field), "{field}");
    }
    assert!(output(&["schema", "prices"]).contains("on_demand"));
    assert!(output(&["schema", "results"]).contains("answer.sentence"));
    for kind in AnyClause::kinds() {
        let clause = output(&["schema", &kind]);
        assert!(clause.contains("# Ambiguity and our reading"), "{clause}");
        assert!(clause.contains(&format!("kind = \"{kind}\"")), "{clause}");
    }
    assert!(output(&["schema", "clawback"]).contains("\nthreshold  (number or distribution"));
    let all = output(&["prices"]);
    let some = output(&["prices", "vertex"]);
    assert!(some.contains("vertex/gsu-global-1y") && !some.contains("azure/"));
    assert!(all.contains("azure/") && all.contains("bedrock/") && all.contains("office_week"));
    assert!(output(&["prices", "no such thing"]).contains("nothing"));
}

#[test]
fn standard_output_holds_the_report_or_the_json_or_nothing() {
    let run = ["run", SAMPLE, "--paths", "2048"];
    let with = |more: &[&str]| output(&[&run, more].concat());
    let report = with(&[]);
    assert!(report.contains("chance that it costs less") && !report.contains('\u{1b}'), "{report}");
    assert!(serde_json::from_str::<Results>(&with(&["--json", "-"])).is_ok());
    assert_eq!(with(&["-q"]), "");
    let said = waterline(&run).assert().success();
    assert_eq!(String::from_utf8_lossy(&said.get_output().stderr), "", "no bar without a terminal");
}

#[test]
fn a_plain_terminal_gets_plain_bars() {
    let report =
        waterline(&["run", SAMPLE, "--paths", "2048"]).env("LC_ALL", "C").assert().success();
    assert!(String::from_utf8(report.get_output().stdout.clone()).expect("text").is_ascii());
}

#[test]
fn options_change_the_run() {
    let facts = |more: &[&str]| {
        let json = output(&[&["run", SAMPLE, "--paths", "2048", "--json", "-"], more].concat());
        serde_json::from_str::<Results>(&json).expect("results")
    };
    let plain = facts(&[]);
    assert_eq!(facts(&["--threads", "1"]), plain);
    assert_eq!(facts(&["--threads", "3"]), plain);
    assert_eq!(facts(&["--threads", "3", "--pin"]), plain);
    assert_eq!(facts(&["--seed", "2"]).run.seed, 2);
    assert_ne!(facts(&["--seed", "2"]).answer, plain.answer);
    assert_eq!(facts(&["--sampler", "pseudo"]).run.sampler, "pseudo");
    assert_eq!(facts(&["--sampler", "sobol"]).run.sampler, "sobol");
    let more = facts(&["--set", "growth.expected_per_year=3"]);
    assert!(more.answer.units > plain.answer.units);
}

#[test]
fn a_failed_condition_is_exit_code_1_after_the_results_are_written() {
    let folder = folder();
    let json = folder.path().join("results.json");
    let run = ["run", SAMPLE, "--paths", "2048", "--json", text(&json), "--fail-over-budget"];
    let said = complaint(1, &[&run[..], &["0.01"]].concat());
    assert!(said.contains("the budget is exceeded with a probability of 0."), "{said}");
    assert!(json.is_file());
    waterline(&[&run[..], &["0.99"]].concat()).assert().success();
    assert!(complaint(2, &[&run[..], &["7"]].concat()).contains("is not a probability"));
}

#[test]
fn a_path_that_cannot_be_written_is_found_before_the_run() {
    let folder = folder();
    let inside_a_file = repository("Cargo.toml").join("results.json");
    for path in [folder.path(), &inside_a_file] {
        // So many paths would take minutes: it must not even start.
        let run = ["run", SAMPLE, "--paths", "67108864", "--json", text(path)];
        assert!(complaint(2, &run).contains("cannot write"));
    }
    assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
}

/// A pipe, and so a device, is written to and stays what it is.
#[cfg(unix)]
#[test]
fn a_pipe_is_no_file_to_replace() {
    use std::os::unix::fs::FileTypeExt;
    let folder = folder();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe)
    });
    let run = ["run", SAMPLE, "--paths", "2048", "-q", "--json", text(&pipe)];
    waterline(&run).timeout(Duration::from_secs(60)).assert().success();
    assert!(fs::metadata(&pipe).expect("the pipe").file_type().is_fifo(), "it was replaced");
    let json = reader.join().expect("the reader").expect("text");
    assert!(serde_json::from_str::<Results>(&json).is_ok());
}

/// The names of all tables are known before the run, so that none is written over an input.
#[test]
fn the_tables_have_the_names_that_were_checked() {
    let folder = folder();
    output(&["run", SAMPLE, "--paths", "2048", "-q", "--csv", text(folder.path())]);
    let names: Vec<String> = files(folder.path())
        .iter()
        .map(|p| p.file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    let mut known = waterline::report::csv::FILES.to_vec();
    known.sort_unstable();
    assert_eq!(names, known);
}

/// Growth of 20 is 2,000 %, which nobody means.
#[test]
fn growth_in_percent_is_warned_of() {
    let check = |set: &str| output(&["check", SAMPLE, "--set", set]);
    assert!(check("growth.expected_per_year=20").contains("usage grows by 2000 %"));
    assert!(!check("growth.expected_per_year=0.2").contains("usage grows by"));
}

/// Ctrl-C or a scheduler ends a long run soon, with a code of its own, and earlier results stay whole.
#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_earlier_results_alone() {
    for signal in ["-INT", "-TERM"] {
        let folder = folder();
        let json = folder.path().join("results.json");
        fs::write(&json, "earlier").expect("written");
        let mut child = start(&["run", SAMPLE, "--paths", "67108864", "--json", text(&json)]);
        std::thread::sleep(Duration::from_secs(1));
        let kill =
            std::process::Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(kill.expect("kill").success());
        let status = child.wait().expect("it ends");
        assert_eq!(status.code(), Some(130), "{signal}");
        assert_eq!(fs::read_to_string(&json).expect("kept"), "earlier");
        assert_eq!(files(folder.path()), [json]);
    }
}

/// A link as an output stays a link, and the file behind it gets the results.
#[cfg(unix)]
#[test]
fn links_are_followed() {
    let folder = folder();
    let [link, file] = ["latest.json", "answers/results.json"].map(|name| folder.path().join(name));
    fs::create_dir(folder.path().join("answers")).expect("made");
    fs::write(&file, "earlier").expect("written");
    std::os::unix::fs::symlink(&file, &link).expect("linked");
    output(&["run", SAMPLE, "--paths", "2048", "-q", "--json", text(&link)]);
    assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
    assert!(fs::read_to_string(&file).expect("read").starts_with('{'));
    assert_eq!(files(&folder.path().join("answers")), [file]);
}

/// A reader that goes away, as `head` does, is no error.
#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = start(&["run", SAMPLE, "--paths", "2048"]);
    drop(child.stdout.take());
    let done = child.wait_with_output().expect("it ends");
    assert_eq!((done.status.code(), String::from_utf8_lossy(&done.stderr).as_ref()), (Some(0), ""));
}
