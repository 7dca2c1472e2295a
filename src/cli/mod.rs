//! The command line: arguments, progress, files, exit codes; no logic of the engine.
//!
//! Exit codes: 0 done; 1 done, and a condition that the user set failed (`--fail-over-budget`); 2
//! something is wrong with what the user gave; 130 stopped by Ctrl-C or by a scheduler.

mod bench;
mod compare;
mod explain;
mod files;
mod init;
mod menu;
mod merge;
mod outputs;
mod pieces;
mod prices;
mod progress;
mod ranks;
mod replay;
mod run;
mod schema;
mod stopping;
mod sums;
mod threads;
mod value;

pub use ranks::{Ending, Ranks, run_among};

use crate::input::findings::Findings;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use threads::ThreadArgs;

/// How much AI inference capacity to commit to, for how long and on which terms, when usage,
/// prices and the forecast itself are uncertain.
#[derive(Debug, Parser)]
#[command(name = "waterline", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a commented study to start from
    Init(InitArgs),
    /// Check a study: everything that is wrong with it, at once
    Check(StudyArgs),
    /// Explain a study: every number with its source, every clause with its reading
    Explain(explain::ExplainArgs),
    /// Answer a study
    Run(RunArgs),
    /// Put contracts or studies against each other on the same futures
    Compare(CompareArgs),
    /// Value the rights and clauses of a contract, with bounds, triggers and a menu of variants
    Value(value::ValueArgs),
    /// Combine the shards of a run to its results
    Merge(MergeArgs),
    /// Measure this machine: paths per second, scaling, seconds to an accuracy, memory
    Bench(BenchArgs),
    /// Show one future month by month: every quantity, price and line of its bill
    Replay(replay::ReplayArgs),
    /// Show every field of a study, a price book, or of what the other commands write as JSON
    Schema(SchemaArgs),
    /// List the models and offers of the shipped price books, the load shapes and the templates
    Prices(PricesArgs),
}

#[derive(Debug, Args)]
struct InitArgs {
    /// File to write; - for standard output
    #[arg(default_value = "study.toml")]
    file: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Args)]
struct StudyArgs {
    /// The study file
    study: PathBuf,
    /// Change a field, as in --set growth.expected_per_year=0.2 (repeatable)
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    overrides: Vec<String>,
}

/// The bounds of `run.paths` in a study file.
fn paths(text: &str) -> Result<u64, String> {
    whole(text, 64, 1_000_000_000)
}

/// Any whole number that a study file can hold.
fn seed(text: &str) -> Result<u64, String> {
    whole(text, 0, i64::MAX as u64)
}

fn whole(text: &str, least: u64, most: u64) -> Result<u64, String> {
    let number = text.parse().ok().filter(|n| (least..=most).contains(n));
    number.ok_or_else(|| format!("write a whole number from {least} to {most}, without separators"))
}

/// Seconds between two saves, up to a day.
fn seconds(text: &str) -> Result<u64, String> {
    whole(text, 0, 86_400)
}

#[derive(Debug, Args)]
struct RunArgs {
    #[command(flatten)]
    study: StudyArgs,
    #[command(flatten)]
    draws: DrawArgs,
    #[command(flatten)]
    stopping: StoppingArgs,
    #[command(flatten)]
    outputs: OutputArgs,
    #[command(flatten)]
    pieces: PieceArgs,
}

/// What stands for fields of `[run]`.
#[derive(Debug, Args)]
struct DrawArgs {
    /// Paths to simulate (default 131072), quasi-random ones up to the next power of two (at least
    /// 2048); with a stopping rule, the most
    #[arg(long, value_name = "N", value_parser = paths, allow_negative_numbers = true)]
    paths: Option<u64>,
    /// Seed of every draw (default 1)
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Points to draw: quasi-random, pseudo-random, or whichever errs less
    #[arg(long, value_name = "KIND")]
    sampler: Option<SamplerArg>,
}

/// When fewer paths are enough.
#[derive(Debug, Args)]
struct StoppingArgs {
    /// Stop when the standard error of a figure is at most this, in % of it or in USD, as in
    /// mean_cost=0.05% or p95=500
    #[arg(long, value_name = "FIGURE=ERROR", value_parser = stopping::target)]
    #[arg(help_heading = "Stopping rules")]
    target_error: Option<String>,
    /// Stop when more paths would not change the decision, with this confidence (default 0.99)
    #[arg(long, value_name = "CONFIDENCE", value_parser = stopping::confidence)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "0.99")]
    #[arg(help_heading = "Stopping rules")]
    decide: Option<f64>,
    /// Stop where twice the paths would take longer than this in all, seconds
    #[arg(long, value_name = "S", value_parser = stopping::seconds, allow_negative_numbers = true)]
    #[arg(help_heading = "Stopping rules")]
    seconds: Option<f64>,
}

#[derive(Debug, Args)]
struct CompareArgs {
    /// The study files; the others are compared with the first. Files joined by + are one
    /// alternative whose bills are paid together, as in one.toml azure_60.toml+bedrock_40.toml
    #[arg(required = true, value_name = "STUDY[+STUDY]")]
    studies: Vec<PathBuf>,
    /// Change a field in all of them, as in --set growth.expected_per_year=0.2 (repeatable)
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    overrides: Vec<String>,
    #[command(flatten)]
    draws: DrawArgs,
    #[command(flatten)]
    threads: ThreadArgs,
    #[command(flatten)]
    files: FileArgs,
    /// No report and no progress bar
    #[arg(long, short)]
    quiet: bool,
}

/// How long runs are saved, and large ones divided.
#[derive(Debug, Args)]
struct PieceArgs {
    /// Save the run in this file as it goes; it is removed when the run is done
    #[arg(long, value_name = "FILE", conflicts_with = "shard", help_heading = "Long runs")]
    checkpoint: Option<PathBuf>,
    /// Seconds between saves
    #[arg(long, value_name = "S", value_parser = seconds, default_value_t = 30)]
    #[arg(help_heading = "Long runs", allow_negative_numbers = true)]
    checkpoint_every: u64,
    /// Continue what was saved, if anything was
    #[arg(long, help_heading = "Long runs")]
    resume: bool,
    /// Settle one of N parts, for `waterline merge`: I/N with I from 1, or N alone where a job
    /// scheduler's variable holds the task, from 0
    #[arg(long, value_name = "I/N", value_parser = pieces::parse, help_heading = "Long runs")]
    #[arg(conflicts_with_all = ["out", "json", "html", "csv", "fail_over_budget"])]
    shard: Option<pieces::ShardArg>,
    /// File of the part (default: STUDY.I-of-N.shard in the current folder)
    #[arg(long, value_name = "FILE", requires = "shard", help_heading = "Long runs")]
    shard_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct MergeArgs {
    /// The files of all shards, in any order
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The study file, if it is not where it was
    #[arg(long, value_name = "FILE")]
    study: Option<PathBuf>,
    #[command(flatten)]
    outputs: OutputArgs,
}

/// Where results go.
#[derive(Debug, Args)]
struct OutputArgs {
    #[command(flatten)]
    threads: ThreadArgs,
    #[command(flatten)]
    files: FileArgs,
    /// Exit with 1 if the answer exceeds the budget with more than this probability
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    fail_over_budget: Option<f64>,
    /// No report and no progress bar
    #[arg(long, short)]
    quiet: bool,
}

/// Files that are written.
#[derive(Debug, Args)]
struct FileArgs {
    /// Write everything into this folder: results.json, report.html, tables/*.csv
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write the results as JSON; - for standard output instead of the report
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the report as one HTML page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the tables as CSV files into this folder
    #[arg(long, value_name = "DIR")]
    csv: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SamplerArg {
    Auto,
    Pseudo,
    Sobol,
}

#[derive(Debug, Args)]
struct BenchArgs {
    /// A study of your own to time as well
    study: Option<PathBuf>,
    /// Shorter and fewer repetitions: some seconds instead of a minute
    #[arg(long)]
    quick: bool,
    /// The most threads (default: all cores)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4096), allow_negative_numbers = true)]
    threads: Option<u32>,
    /// Write the measurements as JSON; - for standard output instead of the tables
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the measurements as one HTML page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Put two machines side by side, from the JSON of each
    #[arg(long, num_args = 2, value_names = ["A.json", "B.json"])]
    #[arg(conflicts_with_all = ["study", "quick", "threads", "json", "html", "work", "paths"])]
    compare: Option<Vec<PathBuf>>,
    /// Do a reference work once, on pseudo-random paths, and print its numbers as a line of JSON
    #[arg(long, value_name = "WORK", value_enum, ignore_case = true, requires = "paths")]
    #[arg(conflicts_with_all = ["study", "quick", "json", "html"])]
    work: Option<WorkArg>,
    /// Paths of the reference work
    #[arg(long, value_name = "N", value_parser = paths, allow_negative_numbers = true)]
    #[arg(requires = "work")]
    paths: Option<u64>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum WorkArg {
    /// Futures alone: the means of load and price of each month
    #[value(name = "R0")]
    R0,
    /// A sweep over 64 sizes with their distributions
    #[value(name = "R1")]
    R1,
    /// One size
    #[value(name = "R2")]
    R2,
    /// One size, by the explicit hours of each month
    #[value(name = "R3")]
    R3,
}

#[derive(Debug, Args)]
struct SchemaArgs {
    #[arg(default_value = "study", value_parser = schema::shown, help = schema::help())]
    what: schema::Shown,
    /// As JSON Schema, for editors and programs
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SchemaArg {
    Study,
    Prices,
    Results,
    Replay,
    Compare,
    Value,
    Menu,
    Explanation,
    Bench,
}

#[derive(Debug, Args)]
struct PricesArgs {
    /// Show only names that contain this
    filter: Option<String>,
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Command::Init(args) => init::run(&args),
        Command::Check(args) => run::check(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Value(args) => value::run(&args),
        Command::Merge(args) => merge::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Schema(args) => print(&schema::text(&args)),
        Command::Prices(args) => print(&prices::text(args.filter.as_deref())),
    };
    done.unwrap_or_else(Failure::report)
}

/// The exit code of a run that was asked to stop.
const STOPPED: u8 = 130;

/// Why a command ended early.
enum Failure {
    /// Something about the input; the text says what.
    Input(String),
    /// Ctrl-C or a scheduler, and what is left of the run.
    Stopped(String),
}

impl Failure {
    fn report(self) -> ExitCode {
        match self {
            Self::Input(text) => {
                complain(&text);
                ExitCode::from(2)
            }
            Self::Stopped(text) => {
                complain(&format!("stopped: {text}\n"));
                ExitCode::from(STOPPED)
            }
        }
    }
}

type Outcome = Result<ExitCode, Failure>;

/// Prints to standard output; a reader that has gone away is no error.
fn print(text: &str) -> Outcome {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::Input(format!("error: cannot write to standard output: {e}\n")))
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// Prints to standard error, as well as that goes.
fn complain(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Findings on standard error.
fn show_findings(findings: &Findings) {
    if !findings.list.is_empty() {
        let color = std::io::stderr().is_terminal() && console::colors_enabled_stderr();
        complain(&findings.render(color));
        complain(&format!("\n{}\n", findings.count()));
    }
}
