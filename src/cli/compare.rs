//! `waterline compare`.

use super::outputs::{Places, Report};
use super::progress::Bar;
use super::run::fields;
use super::{CompareArgs, Failure, Outcome, show_findings};
use crate::analysis::versus::{Named, problems, versus};
use crate::input::findings::Findings;
use crate::input::load;
use crate::report::terminal::Style;
use crate::report::{csv, html, json, terminal};
use crate::results::versus::Versus;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(super) fn run(args: &CompareArgs) -> Outcome {
    let (studies, inputs) = studies(args)?;
    let places = Places::plan(&args.files, &csv::versus::FILES, &inputs)?;
    let bar = Bar::new(!args.quiet);
    let results = args.threads.install(|| versus(&studies, &bar))?;
    bar.clear();
    let untouched = "nothing was written, earlier results are as they were".to_owned();
    places.give(&results.map_err(|_| Failure::Stopped(untouched))?, args.quiet)?;
    Ok(ExitCode::SUCCESS)
}

/// The studies and the files that they are read from, or all that is wrong with any of them and
/// with comparing them on standard error.
fn studies(args: &CompareArgs) -> Result<(Vec<Named>, Vec<PathBuf>), Failure> {
    let overrides: Vec<String> =
        args.overrides.iter().cloned().chain(fields(&args.draws)).collect();
    let mut inputs = args.studies.clone();
    let mut found = Vec::new();
    for (file, name) in args.studies.iter().zip(names(&args.studies)) {
        let loaded = load(file, &overrides);
        show_findings(&loaded.findings);
        inputs.extend(loaded.files);
        found.extend(loaded.study.map(|study| Named { name, study }));
    }
    let mut findings = Findings::default();
    for p in problems(&found) {
        findings.error(p.code, p.field, None, p.message, p.help);
    }
    show_findings(&findings);
    if found.len() < args.studies.len() || findings.has_errors() {
        return Err(Failure::Input(String::new()));
    }
    Ok((found, inputs))
}

/// A short name for each file: without folder and ending where that tells them apart, otherwise
/// with both, numbered where one is named again.
fn names(files: &[PathBuf]) -> Vec<String> {
    let stem = |f: &Path| f.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let twice = |name: &str| files.iter().filter(|f| stem(f) == name).count() > 1;
    let full = |f: &Path| f.display().to_string();
    let name = |(i, file): (usize, &PathBuf)| {
        let before = files[..i].iter().filter(|f| *f == file).count();
        match (twice(&stem(file)), before) {
            (false, _) => stem(file),
            (true, 0) => full(file),
            (true, n) => format!("{} ({})", full(file), n + 1),
        }
    };
    files.iter().enumerate().map(name).collect()
}

impl Report for Versus {
    fn json(&self) -> String {
        json::render_versus(self)
    }

    fn html(&self) -> String {
        html::versus::render(self)
    }

    fn csv(&self) -> Vec<csv::Table> {
        csv::versus::render(self)
    }

    fn terminal(&self, style: Style) -> String {
        terminal::versus::render(self, style)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_different() {
        let of = |files: &[&str]| names(&files.iter().map(PathBuf::from).collect::<Vec<_>>());
        assert_eq!(of(&["drafts/a.toml", "b.toml"]), ["a", "b"]);
        assert_eq!(of(&["x/a.toml", "y/a.toml", "b.toml"]), ["x/a.toml", "y/a.toml", "b"]);
        assert_eq!(of(&["a.toml", "a.toml"]), ["a.toml", "a.toml (2)"]);
    }
}
