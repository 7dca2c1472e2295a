//! What the README shows is what happens.

use crate::support::repository;
use assert_cmd::Command;
use std::path::Path;
use waterline::input::load;

fn readme() -> String {
    std::fs::read_to_string(repository("README.md")).expect("the README")
}

/// The fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let starts = text.split(&fence).skip(1);
    starts.map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// The arguments of a command line of the README, if it runs waterline.
fn arguments(command: &str) -> Option<Vec<&str>> {
    let ours = ["waterline ", "cargo run --release -- "];
    let rest = ours.iter().find_map(|start| command.strip_prefix(start))?;
    Some(rest.split_whitespace().collect())
}

/// Standard output of waterline with these arguments, run at the root of the repository.
fn output(arguments: &[&str]) -> String {
    let run = Command::cargo_bin("waterline")
        .expect("the binary")
        .args(arguments)
        .current_dir(repository("."))
        .env("LC_ALL", "C.UTF-8")
        .assert()
        .success();
    String::from_utf8(run.get_output().stdout.clone()).expect("text")
}

/// Whether `shown` is `actual`, a line `...` standing for any number of lines.
fn matches(shown: &[&str], actual: &[&str]) -> bool {
    match shown.split_first() {
        None => actual.is_empty(),
        Some((&"...", rest)) => (0..=actual.len()).any(|skip| matches(rest, &actual[skip..])),
        Some((first, rest)) => actual.first() == Some(first) && matches(rest, &actual[1..]),
    }
}

#[test]
fn every_shown_command_prints_what_is_shown() {
    let mut ran = 0;
    for block in blocks(&readme(), "console") {
        let mut lines = block.lines();
        let command = lines.next().and_then(|l| l.strip_prefix("$ ")).expect("a command");
        let Some(arguments) = arguments(command) else {
            assert_eq!(command, "cargo test --release", "a command that nobody runs");
            continue;
        };
        let shown: Vec<&str> = lines.map(str::trim_end).collect();
        let printed = output(&arguments);
        let actual: Vec<&str> = printed.trim_end().lines().map(str::trim_end).collect();
        assert!(matches(&shown, &actual), "{command} prints\n{printed}\nthe README shows\n{block}");
        ran += 1;
    }
    assert!(ran >= 2);
    for file in ["report.html", "results.json", "tables/strategies.csv"] {
        assert!(repository("target/answer").join(file).is_file(), "{file}");
    }
}

/// Money and percentages that the explanation speaks of are those of the output above it.
#[test]
fn explained_numbers_are_shown() {
    let readme = readme();
    let block = &blocks(&readme, "console")[0];
    let section = readme.split("**The three numbers").nth(1).expect("the explanation");
    let section = section.split("\n## ").next().expect("its end");
    let bare = |word: &'_ str| word.trim_matches(['.', ',', '*', ':', ';', '(', ')']).to_owned();
    let words: Vec<String> = section.split_whitespace().map(bare).collect();
    let is_number = |w: &&String| {
        w.starts_with('$') || w.trim_end_matches('%').parse::<f64>().is_ok() && w.ends_with('%')
    };
    let numbers: Vec<&String> = words.iter().filter(is_number).collect();
    assert!(numbers.len() >= 7, "{numbers:?}");
    for number in numbers {
        assert!(block.contains(number.as_str()), "{number} is not in the output");
    }
}

#[test]
fn every_shown_study_can_be_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let blocks = blocks(&readme(), "toml");
    assert!(!blocks.is_empty());
    for block in blocks {
        let path = folder.path().join("study.toml");
        std::fs::write(&path, &block).expect("written");
        let loaded = load(&path, &[]);
        assert!(loaded.study.is_some(), "{block}\n{}", loaded.findings.render(false));
    }
}

/// Every command of the README's table names a subcommand and options that exist.
#[test]
fn every_command_of_the_table_is_understood() {
    let readme = readme();
    let cells: Vec<&str> =
        readme.lines().filter_map(|l| l.split("| `waterline ").nth(1)?.split('`').next()).collect();
    assert!(cells.len() >= 6);
    let folder = tempfile::tempdir().expect("a folder");
    let study = folder.path().join("study.toml");
    output(&["init", study.to_str().expect("text")]);
    for cell in cells {
        let mut run = Command::cargo_bin("waterline").expect("the binary");
        run.args(cell.split_whitespace()).current_dir(folder.path());
        if cell.starts_with("run ") {
            run.args(["--paths", "4096", "-q"]);
        }
        let code = run.output().expect("it runs").status.code();
        // Without a budget, a condition on it is refused: all else must succeed.
        let refused = cell.contains("--fail-over-budget");
        assert_eq!(code, Some(if refused { 2 } else { 0 }), "waterline {cell}");
    }
}

/// What the README says of places in the repository.
#[test]
fn everything_that_is_pointed_at_exists() {
    let readme = readme();
    let table = readme.split("## Where things are").nth(1).expect("the table");
    let named: Vec<&str> =
        table.split('`').skip(1).step_by(2).filter(|n| !n.contains(' ')).collect();
    assert!(named.len() > 8);
    for name in named {
        assert!(Path::new(&repository(name)).exists(), "{name}");
    }
}
