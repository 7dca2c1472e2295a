//! `docs/mechanisms.md`: no mechanism is missing, what it names exists, and its TOML is understood.

use crate::support::repository;
use std::collections::BTreeSet;
use std::path::Path;
use waterline::input::load_text;

/// A study on which the fields of the table are set one by one.
const STUDY: &str = "[workload]\nlevel = 100\non_demand_per_unit_month = 300\n[contract]\nfee_per_unit_month = 200\nterm_months = 24\n";

/// The columns of a row.
struct Row {
    id: String,
    toml: String,
    file: String,
    example: String,
    reading: String,
}

/// Ids such as A1 that start the rows of a table.
fn is_id(cell: &str) -> bool {
    let (letter, number) = cell.split_at(cell.len().min(1));
    ("A"..="H").contains(&letter) && number.parse::<u32>().is_ok()
}

fn table() -> Vec<Row> {
    let text = std::fs::read_to_string(repository("docs/mechanisms.md")).expect("the table");
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if is_id(cells[0]) {
            let [id, _, toml, file, example, reading] =
                cells.try_into().unwrap_or_else(|cells| panic!("six columns: {cells:?}"));
            let [id, toml, file, example, reading] =
                [id, toml, file, example, reading].map(str::to_owned);
            rows.push(Row { id, toml, file, example, reading });
        }
    }
    rows
}

/// What stands between backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn every_mechanism_has_a_row() {
    let rows = table();
    let held: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(held.len(), rows.len(), "a row stands there twice");
    let Ok(text) = std::fs::read_to_string(repository("../shared/reference/pricing.md")) else {
        assert_eq!(held.len(), 85, "pricing.md is absent, which has as many rows");
        return;
    };
    let part = text.split("## 5. Every mechanism").nth(1).expect("section 5");
    let part = part.split("\n## 6").next().expect("its end");
    let ids = part.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next());
    let wanted: BTreeSet<&str> = ids.filter(|id| is_id(id)).collect();
    assert_eq!(held, wanted);
}

#[test]
fn files_and_examples_exist() {
    for row in table() {
        let built = row.toml.starts_with('`');
        assert!(built || ["not built", "no cash flow"].contains(&row.toml.as_str()), "{}", row.id);
        assert_eq!(built, !row.file.is_empty() && !row.example.is_empty(), "{}", row.id);
        assert!(row.toml == "not built" || !row.reading.is_empty(), "{} has no reading", row.id);
        let paths = quoted(&row.file).chain(quoted(&row.example));
        let all = paths.chain(quoted(&row.reading).filter(|word| word.contains('/')));
        for path in all.filter(|path| !path.contains(' ')) {
            assert!(Path::new(&repository(path)).exists(), "{}: {path}", row.id);
        }
        if row.example.contains(['G', 'V']) {
            let golden = std::fs::read_to_string(repository("tests/it/golden.rs")).expect("golden");
            let name = |word: &&str| {
                let (letter, digits) = word.split_at(word.len().min(1));
                ["G", "V"].contains(&letter) && digits.parse::<u32>().is_ok()
            };
            let words = row.example.split(|c: char| !c.is_alphanumeric());
            for word in words.filter(name) {
                assert!(golden.contains(&word.to_lowercase()), "{}: {word}", row.id);
            }
        }
    }
}

/// Each TOML is a field of a study with a value that it may have; clauses stand for themselves.
#[test]
fn every_toml_is_understood() {
    let mut checked = 0;
    for row in table() {
        for toml in quoted(&row.toml) {
            let overrides = [toml.to_owned()];
            let loaded = load_text("study.toml", STUDY, Path::new(""), &overrides);
            let shown = loaded.findings.render(false);
            assert!(loaded.file.is_some(), "{}: {toml}\n{shown}", row.id);
            let clauses = loaded.findings.list.iter().any(|f| f.field.contains("clauses"));
            assert!(!clauses, "{}: {toml}\n{shown}", row.id);
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked}");
}
