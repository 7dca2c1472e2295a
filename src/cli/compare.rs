//! `waterline compare`.

use super::outputs::{Places, Report};
use super::progress::Bar;
use super::run::fields;
use super::sums::{Sum, Sums};
use super::{CompareArgs, Failure, Outcome, show_findings};
use crate::analysis::versus::{Alternative, Named, problems, versus};
use crate::input::findings::Findings;
use crate::input::load;
use crate::report::terminal::Style;
use crate::report::{csv, html, json, terminal};
use crate::results::versus::Versus;
use std::path::PathBuf;
use std::process::ExitCode;

pub(super) fn run(args: &CompareArgs) -> Outcome {
    let (alternatives, inputs) = alternatives(args)?;
    let places = Places::plan(&args.files, &csv::versus::FILES, &inputs)?;
    let bar = Bar::new(!args.quiet);
    let results = args.threads.install(|| versus(&alternatives, &bar))?;
    bar.clear();
    let untouched = "nothing was written, earlier results are as they were".to_owned();
    places.give(&results.map_err(|_| Failure::Stopped(untouched))?, args.quiet)?;
    Ok(ExitCode::SUCCESS)
}

/// The alternatives and the files that they are read from, or all that is wrong with any of them
/// and with comparing them on standard error.
fn alternatives(args: &CompareArgs) -> Result<(Vec<Alternative>, Vec<PathBuf>), Failure> {
    let overrides: Vec<String> =
        args.overrides.iter().cloned().chain(fields(&args.draws)).collect();
    let mut findings = Findings::default();
    let sums = Sums::read(&args.studies, &mut findings);
    let alone = matches!(&sums.list[..], [only] if only.parts.len() == 1);
    if alone && !findings.has_errors() {
        let help = "name another, or join two whose bills are paid together: a.toml+b.toml";
        findings.error("nothing-to-compare", "", None, "one study is nothing to compare", help);
    }
    let mut inputs = Vec::new();
    let mut studies: Vec<Option<Named>> = Vec::new();
    for (name, file) in &sums.files {
        let loaded = load(file, &overrides);
        show_findings(&loaded.findings);
        inputs.push(file.clone());
        inputs.extend(loaded.files);
        studies.push(loaded.study.map(|study| Named { name: name.clone(), study }));
    }
    let found: Vec<Alternative> =
        studies.iter().flatten().cloned().map(Alternative::from).collect();
    for p in problems(&found) {
        findings.error(p.code, p.field, None, p.message, p.help);
    }
    show_findings(&findings);
    let part = |at: &usize| studies[*at].clone();
    let alternative = |sum: Sum| {
        let parts = sum.parts.iter().map(part).collect::<Option<_>>()?;
        Some(Alternative { name: sum.name, parts })
    };
    match sums.list.into_iter().map(alternative).collect() {
        Some(alternatives) if !findings.has_errors() => Ok((alternatives, inputs)),
        _ => Err(Failure::Input(String::new())),
    }
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
