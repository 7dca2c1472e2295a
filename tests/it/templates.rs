//! Templates: what they bring, what wins, and what is refused.

use crate::support::{answer, repository};
use std::path::Path;
use waterline::explain::explain;
use waterline::input::templates::{SHIPPED, title};
use waterline::input::{Loaded, load_text};

const LOAD: &str = "[workload]\nlevel = 100\non_demand_per_unit_month = 300\n";

fn read(text: &str, folder: &Path, overrides: &[&str]) -> Loaded {
    let overrides: Vec<String> = overrides.iter().map(|o| (*o).to_owned()).collect();
    load_text("study.toml", text, folder, &overrides)
}

/// A folder with templates of the user's own.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

fn plain(loaded: &Loaded) -> toml::Value {
    loaded.tree.as_ref().unwrap_or_else(|| panic!("{}", loaded.findings.render(false))).plain()
}

/// Codes with the file and the text that they point at.
fn findings(loaded: &Loaded) -> Vec<(&'static str, String)> {
    let place = |f: &waterline::input::findings::Finding| {
        let Some(place) = &f.place else { return String::new() };
        let source = loaded.findings.sources.get(place.source);
        format!("{}: {}", source.name, &source.text[place.span.clone()])
    };
    loaded.findings.list.iter().map(|f| (f.code, place(f))).collect()
}

/// Every file is shipped under its name, says where it comes from and what to adapt, and with the
/// least of a study makes one that can be run.
#[test]
fn every_shipped_template_makes_a_study() {
    let files = |at: &str| {
        let list = std::fs::read_dir(repository(at)).expect("a folder");
        let path = |e: Result<std::fs::DirEntry, _>| e.expect("an entry").path();
        list.map(path).map(|p| p.file_name().expect("a name").to_string_lossy().into_owned())
    };
    let growth = files("models/workloads").filter(|name| name.starts_with("growth_"));
    for name in files("models/contracts").chain(growth) {
        assert!(SHIPPED.iter().any(|(known, ..)| format!("{known}.toml") == name), "{name}");
    }
    for (name, file, text) in SHIPPED {
        assert_eq!(std::fs::read_to_string(repository(file)).ok().as_deref(), Some(text));
        for part in ["# Source: ", "# As of: 20", "# To adapt: "] {
            assert!(text.contains(part), "{name}: {part}");
        }
        assert!(title(text).ends_with('.'), "{name}");
        // What a template lacks: an offer, or a model that says how the offer's units are sold.
        let workload = if text.contains("azure/") {
            "[workload]\nmodel = \"azure/gpt-5.1\"\ndeployment = \"global\"\ntokens = { input_per_month = 24e9, output_per_month = 2e9 }\n"
        } else if text.contains("bedrock/mu") {
            "[workload]\nmodel = \"bedrock/claude-v2.1\"\ntokens_per_minute_per_unit = 50000\ntokens = { input_per_month = 24e9, output_per_month = 2e9 }\n"
        } else {
            LOAD
        };
        let terms = "[contract]\nfee_per_unit_month = 200\nterm_months = 12\n";
        let terms = if text.contains("[contract]") { "" } else { terms };
        let study = format!("templates = [\"{name}\"]\n{workload}{terms}");
        let loaded = read(&study, Path::new(""), &["run.paths=64"]);
        let study = loaded.study.unwrap_or_else(|| panic!("{}", loaded.findings.render(false)));
        assert!(!answer(&study).answer.sentence.is_empty());
    }
}

/// A study with a template is the study with the template's text in it: same identity, same numbers.
#[test]
fn a_template_is_as_good_as_its_text() {
    let own = "[contract]\nfee_per_unit_month = 200\nterm_months = 12\n[growth]\nvolatility_per_month = 0.1\n";
    let folder = folder(&[("own.toml", own)]);
    let hash = |text: String| {
        let study = read(&text, folder.path(), &["run.paths=64"]).study.expect("a study");
        (study.facts.study_hash.clone(), answer(&study).answer.sentence)
    };
    let by_template = hash(format!("templates = [\"own.toml\"]\n{LOAD}"));
    assert_eq!(by_template, hash(format!("{LOAD}{own}")));
    let changed = own.replace("200", "201");
    std::fs::write(folder.path().join("own.toml"), changed).expect("written");
    assert_ne!(by_template.0, hash(format!("templates = [\"own.toml\"]\n{LOAD}")).0);
}

/// The study wins over templates, a later template over an earlier one, an override over all; a
/// distribution is one value; the tables of both are joined.
#[test]
fn what_the_study_states_wins() {
    let files = [
        ("a.toml", "[contract]\nterm_months = 6\nfee_per_unit_month = 1\nmin_units = 7\n"),
        (
            "b.toml",
            "[contract]\nterm_months = 12\nfee_per_unit_month = 2\n[growth]\nexpected_per_year = { dist = \"normal\", mean = 0.1, sd = 0.1 }\nvolatility_per_month = 0.1\n[growth.jumps.one]\nper_year = 1\nlog_mean = 0.1\n",
        ),
    ];
    let folder = folder(&files);
    let study = format!(
        "templates = [\"a.toml\", \"b.toml\"]\n{LOAD}[contract]\nfee_per_unit_month = 3\n[growth]\nexpected_per_year = {{ dist = \"uniform\", min = 0, max = 1 }}\njumps.one.per_year = 2\n"
    );
    let all = plain(&read(&study, folder.path(), &["growth.jumps.one.log_mean=0.2"]));
    let contract = &all["contract"];
    assert_eq!(contract["term_months"].as_integer(), Some(12));
    assert_eq!(contract["fee_per_unit_month"].as_integer(), Some(3));
    assert_eq!(contract["min_units"].as_integer(), Some(7));
    let growth = &all["growth"];
    assert_eq!(growth["expected_per_year"].as_table().map(toml::Table::len), Some(3));
    assert_eq!(growth["volatility_per_month"].as_float(), Some(0.1));
    assert_eq!(growth["jumps"]["one"]["per_year"].as_integer(), Some(2));
    assert_eq!(growth["jumps"]["one"]["log_mean"].as_float(), Some(0.2));
    // An override may choose the templates, and reach into what they bring.
    let bare = format!("{LOAD}[contract]\nfee_per_unit_month = 3\n");
    let chosen = ["contract.min_units=8", "templates=[\"a.toml\"]"];
    let chosen = plain(&read(&bare, folder.path(), &chosen));
    assert_eq!(chosen["contract"]["min_units"].as_integer(), Some(8));
    assert_eq!(chosen["contract"]["term_months"].as_integer(), Some(6));
}

/// Clauses: those of templates first, in their order; a kind that is stated again is replaced.
#[test]
fn clauses_of_a_kind_are_replaced() {
    let clause = |kind: &str, x: &str| format!("[[contract.clauses]]\nkind = \"{kind}\"\n{x}\n");
    let cap = clause("escalation_cap", "annual = 0.05");
    let discount = clause("flat_discount", "share = 0.1");
    let first = clause("clawback", "threshold = 0.7\nshare = 0.1");
    let second = clause("clawback", "threshold = 0.6\nshare = 0.2");
    let a = format!("[contract]\nfee_per_unit_month = 1\nterm_months = 12\n{cap}{first}");
    let folder = folder(&[("a.toml", &a), ("b.toml", &discount)]);
    let study = format!("templates = [\"a.toml\", \"b.toml\"]\n{LOAD}{second}");
    let loaded = read(&study, folder.path(), &[]);
    let all = plain(&loaded);
    let clauses = all["contract"]["clauses"].as_array().expect("clauses");
    let kinds: Vec<_> = clauses.iter().filter_map(|c| c["kind"].as_str()).collect();
    assert_eq!(kinds, ["escalation_cap", "flat_discount", "clawback"]);
    assert_eq!(clauses[2]["share"].as_float(), Some(0.2));
    // Explanations name the file and the line of each.
    let explained = explain(&loaded).expect("a study");
    let sources: Vec<_> = explained.clauses.iter().map(|c| c.source.as_str()).collect();
    assert_eq!(sources, ["a.toml, line 4", "b.toml, line 1", "line 5"]);
}

/// An empty list is a list: the clauses of templates are dropped.
#[test]
fn an_empty_list_of_clauses_drops_those_of_templates() {
    let kept = |clauses: &str| {
        let study = format!(
            "templates = [\"azure_negotiated\", \"macc\"]\n{LOAD}[contract]\nfee_per_unit_month = 1\n{clauses}"
        );
        let all = plain(&read(&study, Path::new(""), &[]));
        all["contract"]["clauses"].as_array().expect("clauses").len()
    };
    assert_eq!((kept(""), kept("clauses = []\n")), (5, 0));
}

/// A template on its own is said to be one, and how it is used.
#[test]
fn a_template_that_is_taken_for_a_study_is_told_apart() {
    for (name, file, text) in SHIPPED {
        let loaded = load_text(file, text, Path::new(""), &[]);
        let [finding] = &loaded.findings.list[..] else {
            panic!("{}", loaded.findings.render(false))
        };
        assert_eq!(finding.code, "template");
        assert!(finding.help.contains(&format!("templates = [\"{name}\"]")), "{}", finding.help);
    }
}

/// Findings point into the file that is wrong; what is missing, unknown or used twice is refused,
/// all at once.
#[test]
fn what_is_wrong_with_templates_is_found_at_once() {
    let folder = folder(&[
        ("circle.toml", "templates = [\"circle.toml\"]\n"),
        ("wrong.toml", "[contract]\nfee_per_unit_month = -1\nterm = 12\n"),
        ("broken.toml", "[contract\n"),
    ]);
    let names = "templates = [\"azure_lst\", \"gone.toml\", \"circle.toml\", \"broken.toml\"]\n";
    let loaded = read(&format!("{names}{LOAD}"), folder.path(), &[]);
    let found = findings(&loaded);
    for expected in [
        ("unknown-template", "study.toml: \"azure_lst\""),
        ("unreadable", "study.toml: \"gone.toml\""),
        ("template-twice", "circle.toml: \"circle.toml\""),
    ] {
        assert!(found.contains(&(expected.0, expected.1.into())), "{expected:?} in {found:?}");
    }
    assert!(found.iter().any(|(code, at)| *code == "syntax" && at.starts_with("broken.toml")));
    assert!(loaded.findings.render(false).contains("did you mean \"azure_list\"?"));

    let loaded = read(&format!("templates = [\"wrong.toml\"]\n{LOAD}"), folder.path(), &[]);
    let found: Vec<String> = findings(&loaded).into_iter().map(|(_, at)| at).collect();
    assert!(found.contains(&"wrong.toml: -1".into()), "{found:?}");
    assert!(found.contains(&"wrong.toml: term".into()), "{found:?}");
    assert!(loaded.study.is_none());
}
