//! Cases of wrong inputs: how they are made, run and checked.

use assert_cmd::Command;
use std::path::Path;

/// A load in capacity units: the smallest study that runs.
pub(super) const UNITS: &str = r#"title = "Base"

[workload]
level = 100
on_demand_per_unit_month = 10.0

[growth]
expected_per_year = 0.5
volatility_per_month = 0.1

[contract]
fee_per_unit_month = 6.0
term_months = 12
units = "optimize"

[strategies]
compare = ["hybrid"]
"#;

/// A load in tokens of a model, with an offer of a price book.
pub(super) const TOKENS: &str = r#"title = "Base"

[workload]
model = "azure/gpt-5.1"
deployment = "global"

[workload.tokens]
input_per_month = 16e9
output_per_month = 1.6e9

[contract]
offer = "azure/ptu-global-1y"
"#;

/// A load measured in the file `usage.csv`.
pub(super) const USAGE: &str = r#"title = "Base"

[workload]
model = "azure/gpt-5.1"

[workload.history]
file = "usage.csv"

[contract]
offer = "azure/ptu-global-1y"
"#;

/// A wrong input.
pub(super) struct Case {
    name: String,
    study: Vec<u8>,
    files: Vec<(String, Vec<u8>)>,
    arguments: Vec<String>,
}

/// A study that will be made wrong.
pub(super) fn case(name: &str, study: &str) -> Case {
    bytes(name, study.as_bytes())
}

/// A study of any bytes.
pub(super) fn bytes(name: &str, study: &[u8]) -> Case {
    Case {
        name: name.to_owned(),
        study: study.to_owned(),
        files: Vec::new(),
        arguments: Vec::new(),
    }
}

impl Case {
    /// With `old`, which stands there once, replaced by `new`.
    #[track_caller]
    pub(super) fn replace(mut self, old: &str, new: &str) -> Self {
        let text = String::from_utf8(self.study).expect("text");
        assert_eq!(text.matches(old).count(), 1, "{}: {old:?} in\n{text}", self.name);
        self.study = text.replace(old, new).into_bytes();
        self
    }

    /// With `text` at the end.
    pub(super) fn append(mut self, text: &str) -> Self {
        self.study.extend_from_slice(b"\n");
        self.study.extend_from_slice(text.as_bytes());
        self.study.extend_from_slice(b"\n");
        self
    }

    /// With a file beside the study.
    pub(super) fn file(mut self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.files.push((name.to_owned(), content.as_ref().to_owned()));
        self
    }

    /// With an override.
    pub(super) fn set(self, assignment: &str) -> Self {
        self.arguments(&["--set", assignment])
    }

    /// With more arguments.
    pub(super) fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|a| (*a).to_owned()));
        self
    }

    /// Name, study and overrides, where the case has no other files and arguments.
    pub(super) fn overrides(&self) -> Option<(&str, &str, Vec<&str>)> {
        let pairs = self.arguments.chunks(2);
        let sets: Option<Vec<&str>> = pairs
            .map(|pair| match pair {
                [set, assignment] if set == "--set" => Some(assignment.as_str()),
                _ => None,
            })
            .collect();
        let study = std::str::from_utf8(&self.study).ok()?;
        let alone = self.files.is_empty() || !study.contains("usage.csv");
        sets.filter(|sets| alone && !sets.is_empty()).map(|sets| (self.name.as_str(), study, sets))
    }

    /// What the program says, once it has been made sure that it refused, said where, what and
    /// what to do, and wrote nothing.
    fn message(&self) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("study.toml"), &self.study).expect("written");
        for (name, content) in &self.files {
            std::fs::write(folder.path().join(name), content).expect("written");
        }
        let before = listing(folder.path());
        let outputs = ["--out", "out", "--json", "j.json", "--html", "h.html", "--csv", "c"];
        let mut arguments = vec!["run", "study.toml"];
        arguments.extend(outputs);
        arguments.extend(self.arguments.iter().map(String::as_str));
        let message = refused(&self.name, folder.path(), &arguments);
        assert_eq!(listing(folder.path()), before, "{}: something was written", self.name);
        for part in ["error[", "help: "] {
            assert!(message.contains(part), "{}: no {part} in\n{message}", self.name);
        }
        let placed = message.contains("--> ") || message.contains("cannot read ");
        assert!(placed, "{}: no place in\n{message}", self.name);
        message
    }
}

/// Standard error of the program with these arguments, which it refuses.
pub(super) fn refused(name: &str, folder: &Path, arguments: &[&str]) -> String {
    let run = Command::cargo_bin("waterline")
        .expect("the binary")
        .args(arguments)
        .current_dir(folder)
        .timeout(std::time::Duration::from_secs(8))
        .output()
        .unwrap_or_else(|e| panic!("{name}: {e}"));
    let text = String::from_utf8(run.stderr).expect("UTF-8");
    assert_eq!(run.status.code(), Some(2), "{name}\n{text}");
    assert!(run.stdout.is_empty(), "{name}: {}", String::from_utf8_lossy(&run.stdout));
    for word in ["panicked", "RUST_BACKTRACE", "please report"] {
        assert!(!text.contains(word), "{name}\n{text}");
    }
    let longest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    assert!((1..=600).contains(&longest), "{name}: a line of {longest} characters\n{text}");
    assert!(text.lines().count() < 120, "{name}: {} lines\n{text}", text.lines().count());
    // The folder of a test has another name each time.
    text.replace(folder.to_str().expect("text"), "FOLDER")
}

/// Names in a folder, with those in its folders.
pub(super) fn listing(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path());
    let mut names = Vec::new();
    for path in entries {
        if path.is_dir() {
            names.extend(listing(&path));
        }
        names.push(path.display().to_string());
    }
    names.sort();
    names
}

/// Runs the cases of a family and holds their messages against its snapshot.
pub(super) fn hold(family: &str, cases: &[Case]) {
    let mut text = String::new();
    let mut failed = Vec::new();
    for (i, case) in cases.iter().enumerate() {
        assert!(cases[..i].iter().all(|c| c.name != case.name), "two cases {}", case.name);
        match std::panic::catch_unwind(|| case.message()) {
            Ok(message) => {
                text.push_str(&format!("## {}\n\n{}\n\n", case.name, message.trim_end()));
            }
            Err(_) => failed.push(case.name.as_str()),
        }
    }
    assert!(failed.is_empty(), "{family}: {} of {}: {failed:#?}", failed.len(), cases.len());
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(family, text);
    });
}
