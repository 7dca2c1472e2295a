//! The shape of the source: which module may use which, how long a file may be, who prints.

use crate::support::repository;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The top-level modules; each may use those before it and no others.
const ORDER: [&str; 33] = [
    "simd", "math", "linalg", "rng", "error", "words", "dist", "param", "process", "curve",
    "workload", "path", "ledger", "contract", "strategy", "settle", "stats", "simulate", "measure",
    "facts", "study", "size", "compare", "results", "value", "analysis", "replay", "partial",
    "input", "explain", "bench", "report", "cli",
];

/// Lines that a source file may have, tests and tables apart.
const LINES: usize = 400;

/// A source file: its path below `src` without the ending, and its text.
struct Source {
    module: Vec<String>,
    text: String,
}

impl Source {
    fn read(path: &Path) -> Self {
        let relative = path.strip_prefix(repository("src")).expect("below src").with_extension("");
        let mut module: Vec<String> =
            relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        module.pop_if(|last| last == "mod");
        Self { module, text: std::fs::read_to_string(path).expect("a source file") }
    }

    fn top(&self) -> &str {
        &self.module[0]
    }

    /// The program without comments and without what only tests compile.
    fn code(&self) -> String {
        let program = self.text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = program.lines().map(|line| line.split("//").next().unwrap_or_default());
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Top-level modules that the file names, through `crate::` or by climbing with `super::`.
    fn uses(&self) -> BTreeSet<String> {
        let code = self.code();
        let climb = "super::".repeat(self.module.len());
        let after = |root: &str| {
            let roots = code.match_indices(root).map(|(at, _)| &code[at + root.len()..]);
            roots.flat_map(heads).collect::<Vec<_>>()
        };
        after("crate::").into_iter().chain(after(&climb)).collect()
    }
}

/// The first words of a path: `a` of `a::b`, `a` and `c` of `{a::b, c}`.
fn heads(path: &str) -> Vec<String> {
    let word = |text: &str| {
        let word: String =
            text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        (!word.is_empty() && word != "super").then_some(word)
    };
    let Some(group) = path.strip_prefix('{') else {
        return word(path).into_iter().collect();
    };
    let (mut depth, mut start, mut heads) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            ',' if depth == 0 => {
                heads.extend(word(&group[start..at]));
                start = at + 1;
            }
            '}' if depth == 0 => {
                heads.extend(word(&group[start..at]));
                break;
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    heads
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// All files of the library and the program, apart from the crate's root and files of tests.
fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    files(&repository("src"), &mut found);
    found.sort();
    let all = found.iter().map(|path| Source::read(path));
    all.filter(|s| s.module.last().is_some_and(|name| name != "tests") && s.top() != "lib")
        .collect()
}

#[test]
fn every_module_has_its_place_in_the_order() {
    let root = std::fs::read_to_string(repository("src/lib.rs")).expect("the crate's root");
    let listed = root.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let listed: BTreeSet<&str> = listed.collect();
    assert_eq!(listed, ORDER.into_iter().collect());
    let present: BTreeSet<String> =
        sources().iter().map(|s| s.top().to_owned()).filter(|top| top != "main").collect();
    assert_eq!(present, ORDER.into_iter().map(str::to_owned).collect());
}

#[test]
fn modules_use_only_what_stands_before_them() {
    let place = |name: &str| ORDER.iter().position(|m| *m == name);
    let mut backward = Vec::new();
    for source in sources().iter().filter(|s| s.top() != "main") {
        let own = place(source.top()).expect("a place in the order");
        for used in source.uses() {
            if place(&used).is_none_or(|used| used > own) {
                backward.push(format!("{} uses {used}", source.module.join("::")));
            }
        }
    }
    assert!(backward.is_empty(), "{backward:#?}");
}

#[test]
fn uses_are_seen_however_they_are_written() {
    let source = |module: &[&str], text: &str| {
        let module = module.iter().map(|m| (*m).to_owned()).collect();
        Source { module, text: text.to_owned() }.uses().into_iter().collect::<Vec<_>>()
    };
    assert_eq!(
        source(&["a"], "use crate::{b::{c, d}, e};\nfn f() { crate::g::h() }"),
        ["b", "e", "g"]
    );
    assert_eq!(source(&["a", "b"], "use super::c; use super::super::d::e;"), ["d"]);
    assert_eq!(source(&["a"], "use super::b; // crate::c\n#[cfg(test)]\nuse crate::d;"), ["b"]);
}

#[test]
fn files_are_short() {
    let long: Vec<String> = sources()
        .iter()
        .map(|s| (s.text.lines().count(), s.module.join("/")))
        .filter(|(lines, _)| *lines > LINES)
        .map(|(lines, name)| format!("{name} has {lines} lines"))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn only_the_command_line_prints() {
    let prints = |code: &str| {
        ["print!(", "println!(", "eprint!(", "eprintln!(", "dbg!(", "stdout()", "stderr()"]
            .iter()
            .any(|word| code.contains(word))
    };
    let loud: Vec<String> = sources()
        .iter()
        .filter(|s| !["cli", "main"].contains(&s.top()) && prints(&s.code()))
        .map(|s| s.module.join("/"))
        .collect();
    assert!(loud.is_empty(), "{loud:?}");
}
