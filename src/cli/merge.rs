//! `waterline merge`: the shards of a run to its results.

use super::outputs::Outputs;
use super::progress::Bar;
use super::run::study;
use super::{Failure, MergeArgs, Outcome, complain};
use crate::analysis::analyze_by;
use crate::partial::set::{self, Wrong};
use crate::partial::{Header, Piecewise};
use crate::study::Study;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) fn run(args: &MergeArgs) -> Outcome {
    let set = set::read(&args.files).map_err(|wrong| refuse(&wrong))?;
    let place = args.study.clone().unwrap_or_else(|| PathBuf::from(&set.header.study));
    let (study, mut inputs) = the_study(&place, &set.header)?;
    inputs.extend(args.files.iter().cloned());
    let outputs = Outputs::plan(&args.outputs, &study, &inputs)?;
    let bar = Bar::new(!args.outputs.quiet);
    let told = AtomicBool::new(args.outputs.quiet);
    let missed = || {
        if !told.swap(true, Ordering::Relaxed) {
            bar.say(
                "the shards lack something that the whole turned out to need; it is computed here \
                 over all paths",
            );
        }
    };
    let executor = Piecewise::joined(set.library, &missed);
    let results = args.outputs.threads.install(|| analyze_by(&executor, &study, &bar))?;
    bar.clear();
    let results = results.map_err(|_| match executor.trouble() {
        Some(trouble) => Failure::Input(format!("error: {trouble}\nhelp: merge again\n")),
        None => Failure::Stopped("nothing was written, the shards are as they were".into()),
    });
    outputs.give(&results?)
}

/// The study of the shards, as it was when they were made.
fn the_study(file: &Path, header: &Header) -> Result<(Study, Vec<PathBuf>), Failure> {
    if !file.exists() {
        return Err(Failure::Input(format!(
            "error: the study of these shards was {}, and there is no such file\nhelp: say where it \
             is now: --study FILE\n",
            file.display()
        )));
    }
    let (study, inputs) = study(file, &header.overrides)?;
    if study.facts.study_hash != header.study_hash {
        return Err(Failure::Input(format!(
            "error: {} is not the study that the shards were made of: it or a file that it reads \
             has changed\nhelp: restore it, name the right one with --study FILE, or run the \
             shards again\n",
            file.display()
        )));
    }
    Ok((study, inputs))
}

fn refuse(wrong: &[Wrong]) -> Failure {
    let mut text = String::new();
    for Wrong { message, help } in wrong {
        text.push_str(&format!("error: {message}\nhelp: {help}\n\n"));
    }
    let count = match wrong.len() {
        1 => "1 error".to_owned(),
        n => format!("{n} errors"),
    };
    complain(&text);
    Failure::Input(format!("{count}: nothing was merged\n"))
}
