//! `waterline check` and `waterline run`.

use super::outputs::Outputs;
use super::progress::Bar;
use super::{
    DrawArgs, Failure, Outcome, RunArgs, SamplerArg, StudyArgs, pieces, print, show_findings,
    stopping,
};
use crate::analysis::analyze;
use crate::input::load;
use crate::study::Study;
use crate::words::{months, units, usd};
use std::path::{Path, PathBuf};

/// The study and the files it is read from, or all that is wrong with it on standard error.
pub(super) fn study(file: &Path, overrides: &[String]) -> Result<(Study, Vec<PathBuf>), Failure> {
    let loaded = load(file, overrides);
    show_findings(&loaded.findings);
    let mut files = loaded.files;
    files.push(file.to_owned());
    loaded.study.map(|study| (study, files)).ok_or(Failure::Input(String::new()))
}

pub(super) fn check(args: &StudyArgs) -> Outcome {
    let (study, _) = study(&args.study, &args.overrides)?;
    let facts = &study.facts;
    let mut out = format!("{} is a study that can be run.\n", args.study.display());
    for line in &facts.contract {
        out.push_str(&format!("  {line}\n"));
    }
    out.push_str(&format!(
        "  simulated: {}; today's load {} {}, worth {} a month per {} on demand against {} committed\n",
        months(study.months()),
        units(facts.load.units),
        facts.unit,
        usd(facts.load.on_demand_per_unit_month),
        facts.unit,
        usd(facts.load.fee_per_unit_month),
    ));
    out.push_str(&format!("  minimized: {}\n", facts.objective));
    for p in facts.parameters.iter().filter(|p| p.uncertain) {
        out.push_str(&format!("  uncertain: {} = {}\n", p.name, p.description));
    }
    for w in &facts.warnings {
        out.push_str(&format!("  careful: {}; {}\n", w.seen, w.advice));
    }
    print(&out)
}

pub(super) fn run(args: &RunArgs) -> Outcome {
    let mut overrides = args.study.overrides.clone();
    overrides.extend(fields(&args.draws));
    overrides.extend(stopping::fields(&args.stopping));
    let (study, inputs) = study(&args.study.study, &overrides)?;
    let asked = Asked { args, study: &study, inputs: &inputs, overrides: &overrides };
    match (&args.pieces.shard, &args.pieces.checkpoint) {
        (Some(shard), _) => pieces::run_shard(&asked, shard),
        (None, Some(file)) => pieces::run_saved(&asked, file),
        (None, None) if args.pieces.resume => Err(Failure::Input(
            "error: --resume needs to know what to continue\nhelp: name the file that the run was \
             started with, as in --checkpoint run.save\n"
                .into(),
        )),
        (None, None) => run_at_once(&asked),
    }
}

/// A run as it was asked for.
pub(super) struct Asked<'a> {
    pub(super) args: &'a RunArgs,
    pub(super) study: &'a Study,
    /// Every file that the study is read from.
    pub(super) inputs: &'a [PathBuf],
    /// Every change to it.
    pub(super) overrides: &'a [String],
}

fn run_at_once(asked: &Asked<'_>) -> Outcome {
    let args = &asked.args.outputs;
    let outputs = Outputs::plan(args, asked.study, asked.inputs)?;
    let bar = Bar::new(!args.quiet);
    let results = args.threads.install(|| analyze(asked.study, &bar))?;
    bar.clear();
    let untouched = "nothing was written, earlier results are as they were".to_owned();
    outputs.give(&results.map_err(|_| Failure::Stopped(untouched))?)
}

/// The options that stand for fields of `[run]`.
pub(super) fn fields(args: &DrawArgs) -> Vec<String> {
    let mut list = Vec::new();
    list.extend(args.paths.map(|n| format!("run.paths={n}")));
    list.extend(args.seed.map(|n| format!("run.seed={n}")));
    list.extend(args.sampler.map(|kind| {
        let word = match kind {
            SamplerArg::Auto => "auto",
            SamplerArg::Pseudo => "pseudo",
            SamplerArg::Sobol => "sobol",
        };
        format!("run.sampler=\"{word}\"")
    }));
    list
}
