//! An explanation leaves nothing out: every stated value with its line, every default, every clause.

use crate::support::repository;
use assert_cmd::Command;
use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;
use waterline::explain::{Entry, Explanation, explain};
use waterline::input::load;
use waterline::study::Study;

const SAMPLE: &str = "models/studies/support_assistant.toml";

fn explained(name: &str, overrides: &[&str]) -> Explanation {
    let overrides: Vec<String> = overrides.iter().map(|s| (*s).to_owned()).collect();
    explain(&load(&repository(name), &overrides)).expect("a study that can be run")
}

/// All of them explained, once for all tests.
static EXPLAINED: LazyLock<Vec<(String, Explanation)>> = LazyLock::new(|| {
    studies().into_iter().map(|name| (name.clone(), explained(&name, &[]))).collect()
});

/// Studies of the repository that need no other data.
fn studies() -> Vec<String> {
    let folders = ["models/studies", "tests/studies", "tests/clauses"];
    let mut all = Vec::new();
    for folder in folders {
        for entry in fs::read_dir(repository(folder)).expect("a folder") {
            let name = entry.expect("one").file_name().to_string_lossy().into_owned();
            let ours = name.strip_suffix(".toml").is_some() && !name.contains("trace_");
            all.extend(ours.then(|| format!("{folder}/{name}")));
        }
    }
    all.sort();
    all
}

/// All entries about fields of the file, by field.
fn stated(e: &Explanation) -> BTreeMap<&str, &Entry> {
    let sections = e.sections.iter().flat_map(|s| &s.entries);
    let clauses = e.clauses.iter().flat_map(|c| &c.entries);
    let all = sections.chain(clauses).filter_map(|entry| Some((entry.field.as_deref()?, entry)));
    all.collect()
}

/// The values of a document by their paths; a distribution is one value.
fn leaves(value: &toml::Value, path: &str, out: &mut Vec<(String, toml::Value)>) {
    match value {
        toml::Value::Table(table) if !table.contains_key("dist") => {
            for (key, value) in table {
                let place = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                leaves(value, &place, out);
            }
        }
        toml::Value::Array(list) if list.iter().any(toml::Value::is_table) => {
            for (i, value) in list.iter().enumerate() {
                leaves(value, &format!("{path}[{i}]"), out);
            }
        }
        _ => out.push((path.to_owned(), value.clone())),
    }
}

/// The field of a clause among those of templates, which stand before the study's own.
fn after_those_of_templates(field: &str, e: &Explanation, text: &str) -> String {
    let Some((index, rest)) =
        field.strip_prefix("contract.clauses[").and_then(|rest| rest.split_once(']'))
    else {
        return field.to_owned();
    };
    let file = text.parse::<toml::Table>().expect("TOML");
    let own = file["contract"]["clauses"].as_array().expect("a list").len();
    let index = e.clauses.len() - own + index.parse::<usize>().expect("a number");
    format!("contract.clauses[{index}]{rest}")
}

#[test]
fn every_stated_value_is_explained_with_its_line() {
    for (name, explanation) in EXPLAINED.iter() {
        let text = fs::read_to_string(repository(name)).expect("a study");
        let lines: Vec<&str> = text.lines().collect();
        let entries = stated(explanation);
        let mut values = Vec::new();
        leaves(&text.parse::<toml::Table>().expect("TOML").into(), "", &mut values);
        for (field, value) in values {
            let field = after_those_of_templates(&field, explanation, &text);
            let key = field.rsplit('.').next().expect("a key");
            if field == "title" || key == "kind" {
                continue;
            }
            let entry = entries.get(field.as_str());
            let entry = entry.unwrap_or_else(|| panic!("{name}: {field} is left out"));
            let line = entry.source.strip_prefix("line ").and_then(|n| n.parse::<usize>().ok());
            let line = line.unwrap_or_else(|| panic!("{name}: {field} has {}", entry.source));
            assert!(lines[line - 1].contains(key), "{name}: {field} is not on line {line}");
            let number = value.as_float().or(value.as_integer().map(|i| i as f64));
            if let Some(number) = number.filter(|x| x.is_finite()) {
                assert_eq!(entry.number, Some(number), "{name}: {field}");
            }
            if let Some(word) = value.as_str() {
                assert_eq!(entry.value, word, "{name}: {field}");
            }
            assert!(!entry.what.is_empty() && !entry.value.is_empty(), "{name}: {entry:?}");
        }
    }
}

#[test]
fn every_entry_has_a_source() {
    for (name, e) in EXPLAINED.iter() {
        let sections = e.sections.iter().flat_map(|s| &s.entries);
        for entry in sections.chain(&e.uncertain).chain(&e.defaults) {
            assert!(!entry.source.is_empty() && !entry.value.is_empty(), "{name}: {entry:?}");
        }
    }
}

#[test]
fn what_is_set_on_the_command_line_says_so() {
    let e = explained(SAMPLE, &["growth.expected_per_year=0.2", "contract.units=100"]);
    let entries = stated(&e);
    let growth = entries["growth.expected_per_year"];
    assert_eq!(growth.source, "--set growth.expected_per_year=0.2");
    assert_eq!(growth.number, Some(0.2));
    assert_eq!(entries["contract.units"].source, "--set contract.units=100");
}

/// A study without what its file is called by.
fn body(mut study: Study) -> String {
    study.facts.study_hash.clear();
    format!("{study:?}")
}

/// A default that is written down changes nothing, and is no default any more.
#[test]
fn defaults_are_what_is_taken() {
    let mut tried = 0;
    for name in [SAMPLE, "models/studies/starter.toml", "tests/clauses/escalation_cap.toml"] {
        let e = explained(name, &[]);
        let silent = body(load(&repository(name), &[]).study.expect("a study"));
        for entry in e.defaults.iter().filter(|d| d.number.is_some() || d.reading.is_some()) {
            let field = entry.field.as_deref().expect("a field");
            let set = format!("{field}={}", entry.value);
            let loaded = load(&repository(name), std::slice::from_ref(&set));
            let now = explain(&loaded).unwrap_or_else(|| panic!("{name}: {set}"));
            assert!(stated(&now).contains_key(field), "{name}: {set}");
            assert!(now.defaults.iter().all(|d| d.field.as_deref() != Some(field)), "{set}");
            assert!(body(loaded.study.expect("a study")) == silent, "{name}: {set}");
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn clauses_are_told_with_readings_and_places() {
    for name in studies().iter().filter(|name| name.starts_with("tests/clauses/")) {
        let e = explained(name, &[]);
        assert!(!e.clauses.is_empty(), "{name}");
        for (i, clause) in e.clauses.iter().enumerate() {
            let texts = [&clause.effect, &clause.formula, &clause.ambiguity, &clause.origin];
            assert!(texts.iter().all(|text| text.len() > 20), "{name}: {clause:?}");
            assert!(clause.source.starts_with("line "), "{name}: {}", clause.source);
            for stage in &clause.stages {
                let stage = e.order.iter().find(|s| s.title == *stage).expect("a stage");
                assert!(stage.clauses.contains(&(i + 1)), "{name}: {stage:?}");
            }
            assert!(!clause.stages.is_empty(), "{name}: {clause:?}");
        }
    }
    let cap = &explained("tests/clauses/escalation_cap_catch_up.toml", &[]).clauses[0];
    let reading = cap.entries.iter().find(|e| e.value == "catch_up").expect("the reading");
    let reading = reading.reading.as_ref().expect("a choice");
    let others: Vec<&str> = reading.others.iter().map(|(word, _)| word.as_str()).collect();
    assert_eq!(others, ["level", "ratchet"]);
    assert_eq!(cap.stages, ["caps"]);
}

#[test]
fn text_and_json_tell_the_same() {
    let run = |arguments: &[&str]| {
        let mut command = Command::cargo_bin("waterline").expect("the binary");
        command.args(arguments).current_dir(repository(".")).env("LC_ALL", "C.UTF-8");
        let done = command.assert().success();
        String::from_utf8(done.get_output().stdout.clone()).expect("text")
    };
    let json = run(&["explain", SAMPLE, "--json", "-"]);
    let explanation: Explanation = serde_json::from_str(&json).expect("an explanation");
    let schema = serde_json::from_str(&run(&["schema", "explanation", "--json"])).expect("JSON");
    let valid = jsonschema::validator_for(&schema).expect("a schema");
    assert!(valid.is_valid(&serde_json::from_str(&json).expect("JSON")));
    let text = run(&["explain", SAMPLE]);
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for entry in stated(&explanation).values() {
        let (value, source) = (&entry.value, &entry.source);
        assert!(plain.contains(value.as_str()) && plain.contains(source.as_str()), "{entry:?}");
    }
    for entry in &explanation.defaults {
        let field = entry.field.as_deref().expect("a field");
        assert!(plain.contains(&format!("{field} = {}", entry.value)), "{entry:?}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 110));
}
