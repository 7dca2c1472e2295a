//! `run` among processes that work in step, as the ranks of an MPI job do.
//!
//! Every rank follows the whole run and takes the same decisions from the same totals; the leader
//! alone speaks and writes. This module knows nothing of MPI: the program in `mpi/` does.

use super::outputs::Outputs;
use super::progress::Bar;
use super::run::{fields, study};
use super::{Cli, Command, Failure, RunArgs, stopping};
use crate::analysis::{Unwatched, analyze_by};
use crate::input::load;
use crate::simulate::Executor;
use crate::study::Study;
use clap::Parser;
use std::process::ExitCode;

/// Processes that work in step.
pub struct Ranks<'a> {
    /// Settles passes together.
    pub executor: &'a dyn Executor,
    /// Whether this is the one that speaks.
    pub leader: bool,
    /// Whether all ranks bring the same text; all of them ask at the same time.
    pub agree: &'a dyn Fn(&str) -> bool,
}

/// How a run among ranks ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ending {
    /// All ranks came to the end, with this exit code.
    Together(ExitCode),
    /// This rank was stopped; the others may wait for it.
    Stopped,
}

/// Runs the program with the arguments of `waterline run`.
#[must_use]
pub fn run_among(ranks: &Ranks<'_>) -> Ending {
    let args = match arguments() {
        Ok(args) => args,
        Err(error) => {
            if ranks.leader {
                let _ = error.print();
            }
            return Ending::Together(ExitCode::from(error.exit_code() as u8));
        }
    };
    // The rank's own thread talks to the others, so the run must not move to another pool.
    args.outputs.threads.install_everywhere();
    if ranks.leader { lead(ranks, &args) } else { follow(ranks, &args) }
}

/// The arguments, if they are those of a run that ranks can do.
fn arguments() -> Result<RunArgs, clap::Error> {
    use clap::CommandFactory;
    use clap::error::ErrorKind;
    let refuse = |what: &str| Cli::command().error(ErrorKind::InvalidValue, what);
    match Cli::try_parse()?.command {
        Command::Run(args) if args.pieces.shard.is_some() || args.pieces.checkpoint.is_some() => {
            Err(refuse("ranks need no --shard and write no --checkpoint: `waterline run` does"))
        }
        Command::Run(args) => Ok(args),
        _ => Err(refuse("only `run` is done among ranks; use `waterline` for the rest")),
    }
}

fn lead(ranks: &Ranks<'_>, args: &RunArgs) -> Ending {
    let overrides = all_overrides(args);
    let ended = |failure: Failure| Ending::Together(failure.report());
    let read = study(&args.study.study, &overrides);
    let ready = read.and_then(|(study, inputs)| {
        stopping::refuse_clock(&study, "ranks, each with a clock of its own,")?;
        Ok((Outputs::plan(&args.outputs, &study, &inputs)?, study))
    });
    // Whoever cannot begin must say so before others wait for him.
    let agreed = (ranks.agree)(ready.as_ref().map_or("", |(_, study)| hash(study)));
    let (outputs, study) = match ready {
        Ok(ready) => ready,
        Err(failure) => return ended(failure),
    };
    if !agreed {
        return ended(Failure::Input(
            "error: the ranks do not read the same study\nhelp: put it and the files it reads where \
             all ranks see them\n"
                .into(),
        ));
    }
    let bar = Bar::new(!args.outputs.quiet);
    let results = analyze_by(ranks.executor, &study, &bar);
    bar.clear();
    match results {
        Ok(results) => Ending::Together(outputs.give(&results).unwrap_or_else(Failure::report)),
        Err(_) => Ending::Stopped,
    }
}

fn follow(ranks: &Ranks<'_>, args: &RunArgs) -> Ending {
    let study = load(&args.study.study, &all_overrides(args)).study;
    let agreed = (ranks.agree)(study.as_ref().map_or("", hash));
    let Some(study) = study.filter(|_| agreed) else {
        return Ending::Together(ExitCode::from(2));
    };
    match analyze_by(ranks.executor, &study, &Unwatched) {
        Ok(_) => Ending::Together(ExitCode::SUCCESS),
        Err(_) => Ending::Stopped,
    }
}

fn hash(study: &Study) -> &str {
    &study.facts.study_hash
}

fn all_overrides(args: &RunArgs) -> Vec<String> {
    args.study.overrides.iter().cloned().chain(fields(&args.draws)).collect()
}
