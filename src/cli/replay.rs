//! `waterline replay`.

use super::files::{Planned, write};
use super::outputs::{is_stdout, style};
use super::progress::Bar;
use super::run::{fields, study};
use super::threads::ThreadArgs;
use super::{DrawArgs, Failure, Outcome, StudyArgs, complain, print, whole};
use crate::replay::{Future, Refusal, Replay, Request, replay};
use crate::report::{csv, json, terminal};
use crate::study::Study;
use crate::words::{count, units};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    #[command(flatten)]
    study: StudyArgs,
    /// Number of the path, from 1
    #[arg(long, value_name = "N", value_parser = number, allow_negative_numbers = true)]
    path: Option<u64>,
    /// The path whose cost stands at this percentile instead, as in P95 for a dear future
    #[arg(long, value_name = "PERCENTILE", value_parser = percentile, default_value = "P50")]
    #[arg(allow_negative_numbers = true, conflicts_with = "path")]
    at: f64,
    /// Strategy (default: the recommended one)
    #[arg(long, value_name = "NAME")]
    strategy: Option<String>,
    /// Units, beside --strategy (default: those of the study, or the best of the strategy); no run
    /// looks for them then
    #[arg(long, value_name = "N", requires = "strategy", allow_negative_numbers = true)]
    units: Option<f64>,
    /// Month to recompute step by step, from 1
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    month: usize,
    #[command(flatten)]
    draws: DrawArgs,
    #[command(flatten)]
    threads: ThreadArgs,
    /// Write the months as a CSV file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write everything as JSON; - for standard output instead of the tables
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// No tables and no progress bar
    #[arg(long, short)]
    quiet: bool,
}

/// The number of a path.
fn number(text: &str) -> Result<u64, String> {
    whole(text, 1, 2_000_000_000)
}

/// The level of `P95`, `p99.9` or `95`.
fn percentile(text: &str) -> Result<f64, String> {
    let percent = text.strip_prefix(['P', 'p']).unwrap_or(text).parse::<f64>().ok();
    let level = percent.map(|p| p / 100.0).filter(|level| *level > 0.0 && *level < 1.0);
    level.ok_or_else(|| "write a percentile above P0 and below P100, as in P95".into())
}

pub(super) fn run(args: &ReplayArgs) -> Outcome {
    let overrides: Vec<String> =
        args.study.overrides.iter().cloned().chain(fields(&args.draws)).collect();
    let (study, inputs) = study(&args.study.study, &overrides)?;
    let request = request(args, &study)?;
    let json = args.json.as_deref().filter(|p| !is_stdout(p));
    let mut planned = Planned::beside(&inputs);
    for path in json.into_iter().chain(args.csv.as_deref()) {
        planned.add(path)?;
    }
    let bar = Bar::new(!args.quiet);
    let replayed = args.threads.install(|| replay(&study, request, &bar))?;
    bar.clear();
    give(args, &replayed.map_err(refused)?)
}

fn refused(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::Stopped => Failure::Stopped("nothing was written".into()),
        Refusal::NoSuchPath { paths } => Failure::Input(format!(
            "error: the run has {} paths\nhelp: choose a number from 1 to {paths}, or more --paths\n",
            count(paths)
        )),
    }
}

/// What is asked for, if it is there.
fn request(args: &ReplayArgs, study: &Study) -> Result<Request, Failure> {
    let fail =
        |what: String, help: String| Failure::Input(format!("error: {what}\nhelp: {help}\n"));
    if !(1..=study.months()).contains(&args.month) {
        let what = format!("there is no month {}", args.month);
        return Err(fail(what, format!("choose one from 1 to {}", study.months())));
    }
    let names: Vec<&str> = study.strategies.iter().map(|s| s.kind.name()).collect();
    let strategy = match &args.strategy {
        None => None,
        Some(name) => Some(names.iter().position(|n| n == name).ok_or_else(|| {
            let what = format!("the study has no strategy \"{name}\"");
            fail(what, format!("choose one of {}", names.join(", ")))
        })?),
    };
    if let Some(asked) = args.units {
        check_units(asked, strategy, study).map_err(|(what, help)| fail(what, help))?;
    }
    let future = args.path.map_or(Future::Quantile(args.at), Future::Path);
    Ok(Request { strategy, units: args.units, future })
}

/// Units must be on sale, or those of the study.
pub(super) fn check_units(
    asked: f64,
    strategy: Option<usize>,
    study: &Study,
) -> Result<(), (String, String)> {
    if strategy == Some(0) {
        let what = "on-demand commits to nothing".to_owned();
        return Err((what, "leave --units out, or choose another strategy".into()));
    }
    let known = asked == 0.0 || Some(asked) == study.units;
    if known || asked.is_finite() && asked > 0.0 && study.sizes.allows(asked) {
        return Ok(());
    }
    let nearest = study.sizes.at(study.sizes.nearest(asked.clamp(0.0, 1e12)));
    let help = format!("the nearest size on sale is {}; 0 is nothing signed", units(nearest));
    Err((format!("{asked} units cannot be bought"), help))
}

fn give(args: &ReplayArgs, replay: &Replay) -> Outcome {
    let mut written = Vec::new();
    if let Some(path) = &args.csv {
        write(path, &csv::replay(replay).text)?;
        written.push(path.display().to_string());
    }
    if let Some(path) = args.json.as_ref().filter(|p| !is_stdout(p)) {
        write(path, &json::render_replay(replay))?;
        written.push(path.display().to_string());
    }
    if args.json.as_deref().is_some_and(is_stdout) {
        print(&json::render_replay(replay))?;
    } else if !args.quiet {
        print(&terminal::replay::render(replay, args.month, style()))?;
        if !written.is_empty() {
            complain(&format!("wrote {}\n", written.join(", ")));
        }
    }
    Ok(ExitCode::SUCCESS)
}
