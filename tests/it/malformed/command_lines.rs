//! Overrides and arguments.

use super::support::{Case, UNITS, case, hold, listing, refused};

#[test]
fn overrides() {
    let cases: Vec<Case> = [
        ("no equals sign", "workload.level"),
        ("nothing", ""),
        ("only an equals sign", "="),
        ("no field", "=5"),
        ("no value", "workload.level="),
        ("a misspelled field", "workload.levle=5"),
        ("a misspelled table", "worklaod.level=5"),
        ("a field of a number", "workload.level.mean=5"),
        ("a field of a field that does not exist", "workload.size.mean=5"),
        ("a wrong type", "workload.level=many"),
        ("out of range", "workload.level=-5"),
        ("a table replaced by a number", "workload=5"),
        ("a list index in a table", "workload[0]=5"),
        ("a list index beyond the list", "contract.clauses[0].share=0.1"),
        ("a list index of a list that is there", "strategies.compare[3]=\"hybrid\""),
        ("an entry of a list by name", "strategies.compare.first=\"hybrid\""),
        ("a list index that is negative", "strategies.compare[-1]=\"hybrid\""),
        ("a bracket that is not closed", "strategies.compare[0=\"hybrid\""),
        ("an empty step", "workload..level=5"),
        ("a table that is not closed", "workload.level={ dist = \"normal\""),
        ("a list that is not closed", "sizing.sizes=[50, 80"),
        ("text that is not closed", "title=\"what"),
        ("two assignments in one", "workload.level=5 workload.unit=x"),
        ("a percentage", "growth.expected_per_year=50%"),
        ("a thousands separator", "workload.level=1,000"),
        ("spaces around a wrong value", "workload.level = -5"),
        ("a comment", "workload.level=-5 # less"),
    ]
    .map(|(name, set)| case(name, UNITS).set(set))
    .into_iter()
    .collect();
    hold("overrides", &cases);
}

/// Arguments with what the program says to them; nothing is written.
fn arguments(cases: &[(&str, &[&str])]) -> String {
    let mut text = String::new();
    for (name, arguments) in cases {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).expect("written");
        };
        write("study.toml", UNITS);
        write("usage.csv", &super::usage_files::good());
        write("file", "a file");
        write("measured.toml", super::support::USAGE);
        let renewed = UNITS.replace("[contract]\n", "[contract]\nrenewal = \"renew\"\n");
        let other = "horizon_months = 24\nfinance.discount_rate_per_year = 0.08\n";
        write("longer.toml", &format!("{other}{renewed}"));
        // An export that has the name of a table.
        write("months.csv", &super::usage_files::good());
        write("export.toml", &super::support::USAGE.replace("usage.csv", "months.csv"));
        std::fs::create_dir(folder.path().join("folder")).expect("made");
        std::fs::create_dir_all(folder.path().join("tables/warnings.csv")).expect("made");
        let before = listing(folder.path());
        let message = refused(name, folder.path(), arguments);
        assert_eq!(listing(folder.path()), before, "{name}: something was written");
        let kept = std::fs::read_to_string(folder.path().join("study.toml")).expect("kept");
        assert_eq!(kept, UNITS, "{name}: the study was overwritten");
        text.push_str(&format!("## {name}\n\n{}\n\n", message.trim_end()));
    }
    text
}

#[expect(clippy::too_many_lines, reason = "a table of cases")]
#[test]
fn command_lines() {
    let run = |more: &'static [&'static str]| -> Vec<&'static str> {
        ["run", "study.toml"].into_iter().chain(more.iter().copied()).collect()
    };
    let value = |more: &'static [&'static str]| -> Vec<&'static str> {
        ["value", "study.toml"].into_iter().chain(more.iter().copied()).collect()
    };
    let list: Vec<(&str, Vec<&str>)> = vec![
        ("no command", vec![]),
        ("a misspelled command", vec!["rnu", "study.toml"]),
        ("no study", vec!["run"]),
        ("two studies", vec!["run", "study.toml", "study.toml"]),
        ("a study that does not exist", vec!["run", "nowhere.toml"]),
        ("a folder for a study", vec!["run", "folder"]),
        ("a usage file for a study", vec!["run", "usage.csv"]),
        ("check of a study that does not exist", vec!["check", "nowhere.toml"]),
        ("a misspelled option", run(&["--path", "64"])),
        ("an unknown option", run(&["--budget", "64"])),
        ("an option without its value", run(&["--set"])),
        ("paths in words", run(&["--paths", "abc"])),
        ("paths with separators", run(&["--paths", "100,000"])),
        ("paths in short", run(&["--paths", "1e6"])),
        ("no paths", run(&["--paths", "0"])),
        ("one path", run(&["--paths", "1"])),
        ("63 paths", run(&["--paths", "63"])),
        ("negative paths", run(&["--paths", "-5"])),
        ("an absurd number of paths", run(&["--paths", "1000000000000000000"])),
        (
            "the largest number of paths that can be written",
            run(&["--paths", "18446744073709551615"]),
        ),
        ("more paths than can be written", run(&["--paths", "18446744073709551616"])),
        ("a negative seed", run(&["--seed", "-1"])),
        ("a seed that is too large", run(&["--seed", "18446744073709551615"])),
        ("a seed in words", run(&["--seed", "lucky"])),
        ("no threads", run(&["--threads", "0"])),
        ("a million threads", run(&["--threads", "1000000"])),
        ("an unknown sampler", run(&["--sampler", "halton"])),
        ("a probability beyond one", run(&["--fail-over-budget", "5"])),
        ("a negative probability", run(&["--fail-over-budget", "-0.1"])),
        ("a probability that is no number", run(&["--fail-over-budget", "nan"])),
        ("a condition on a budget that is not there", run(&["--fail-over-budget", "0.1"])),
        ("a folder for a file of results", run(&["--json", "folder"])),
        ("a folder for the page", run(&["--html", "folder"])),
        ("a file for a folder of tables", run(&["--csv", "file"])),
        ("a file for the folder of everything", run(&["--out", "file"])),
        ("a file within a file", run(&["--json", "file/results.json"])),
        ("an empty name", run(&["--json", ""])),
        ("an empty name of a folder", run(&["--out", ""])),
        ("two outputs of one name", run(&["--json", "x", "--html", "x"])),
        ("two outputs of one name in two spellings", run(&["--json", "x", "--html", "./x"])),
        ("the study as an output", run(&["--json", "study.toml"])),
        ("the study as an output in another spelling", run(&["--html", "./folder/../study.toml"])),
        ("the usage file as an output", vec!["run", "measured.toml", "--json", "usage.csv"]),
        ("tables over the usage file", vec!["run", "export.toml", "--csv", "."]),
        ("a table where a folder is", run(&["--csv", "tables"])),
        ("the page on standard output", run(&["--html", "-"])),
        ("a study over an existing one", vec!["init", "study.toml"]),
        ("a study over a folder", vec!["init", "folder", "--force"]),
        ("a study in a folder that is a file", vec!["init", "file/study.toml"]),
        ("one study to compare", vec!["compare", "study.toml"]),
        ("nothing to compare", vec!["compare"]),
        ("a sum without its end", vec!["compare", "study.toml+"]),
        ("a sum without its beginning", vec!["compare", "+study.toml", "measured.toml"]),
        ("a sum with a hole", vec!["compare", "study.toml++measured.toml"]),
        ("nothing but a plus", vec!["compare", "study.toml", "+"]),
        ("a sum with a file that is not there", vec!["compare", "study.toml+nowhere.toml"]),
        ("a sum of other months and rates", vec!["compare", "study.toml+longer.toml", "--quiet"]),
        (
            "a part of a sum as an output",
            vec!["compare", "study.toml+study.toml", "--json", "study.toml"],
        ),
        ("an unknown schema", vec!["schema", "book"]),
        ("two filters of prices", vec!["prices", "a", "b"]),
        ("value of a contract without clauses", vec!["value", "study.toml"]),
        ("value of a clause that is not there", value(&["--clause", "ramp"])),
        ("an added clause without fields", value(&["--add", "flex_down"])),
        ("an added clause that is no TOML", value(&["--add", "clawback(threshold: 0.7)"])),
        ("an added clause of no kind", value(&["--add", "flexdown(share=0.15)"])),
        (
            "an added clause with slips",
            value(&["--add", "flex_down(share=1.5, windows={every_months=3, note_months=1})"]),
        ),
        (
            "no units to value at",
            value(&["--add", "clawback(threshold=0.7, share=0.1)", "--units", "0"]),
        ),
        ("a menu that does not exist", value(&["--menu", "nowhere.toml"])),
        ("a study for a menu", value(&["--menu", "study.toml"])),
        (
            "a dynamic program without a law",
            value(&[
                "--add",
                "clawback(threshold=0.7, share=0.1)",
                "--units",
                "10",
                "--method",
                "dp",
                "--set",
                "price.jumps.cut={ per_year = 1, log_mean = -0.3 }",
            ]),
        ),
        (
            "a dynamic program for a contract that looks back",
            value(&[
                "--add",
                "spend_commitment(amount=900)",
                "--units",
                "10",
                "--method",
                "dp",
                "--set",
                "price.volatility_per_month=0.1",
            ]),
        ),
    ];
    let cases: Vec<(&str, &[&str])> = list.iter().map(|(name, a)| (*name, &a[..])).collect();
    let text = arguments(&cases);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("command_lines", text);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_place_where_nothing_can_be_written_is_refused_before_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("study.toml"), UNITS).expect("written");
    let arguments = ["run", "study.toml", "--out", "/proc/waterline"];
    let message = refused("/proc", folder.path(), &arguments);
    assert!(message.starts_with("error: cannot write /proc/waterline/results.json"), "{message}");
}
