//! `waterline check` and `waterline run`.

use super::files::{Planned, write};
use super::progress::Bar;
use super::{Failure, Outcome, RunArgs, SamplerArg, StudyArgs, complain, print, show_findings};
use crate::analysis::analyze;
use crate::input::load;
use crate::report::terminal::Style;
use crate::report::{csv, html, json, terminal};
use crate::results::Results;
use crate::study::Study;
use crate::words::{months, units, usd};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The study and the files it is read from, or all that is wrong with it on standard error.
pub(super) fn study(args: &StudyArgs, more: &[String]) -> Result<(Study, Vec<PathBuf>), Failure> {
    let overrides: Vec<String> = args.overrides.iter().chain(more).cloned().collect();
    let loaded = load(&args.study, &overrides);
    show_findings(&loaded);
    let mut files = loaded.files;
    files.push(args.study.clone());
    loaded.study.map(|study| (study, files)).ok_or(Failure::Input(String::new()))
}

pub(super) fn check(args: &StudyArgs) -> Outcome {
    let (study, _) = study(args, &[])?;
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

/// Where the outputs of a run go.
struct Outputs {
    json: Option<PathBuf>,
    html: Option<PathBuf>,
    csv: Option<PathBuf>,
}

impl Outputs {
    /// Places of all outputs, made sure of before the run; none of them is one of `inputs`.
    fn plan(args: &RunArgs, inputs: &[PathBuf]) -> Result<Self, Failure> {
        for (option, path) in [("--html", &args.html), ("--csv", &args.csv), ("--out", &args.out)] {
            if path.as_deref().is_some_and(is_stdout) {
                return Err(Failure::Input(format!(
                    "error: {option} cannot write to standard output\nhelp: name a file or folder; \
                     `--json -` writes the results as JSON\n"
                )));
            }
        }
        let inside = |name: &str| args.out.as_ref().map(|dir| dir.join(name));
        let outputs = Self {
            json: args.json.clone().filter(|p| !is_stdout(p)).or_else(|| inside("results.json")),
            html: args.html.clone().or_else(|| inside("report.html")),
            csv: args.csv.clone().or_else(|| inside("tables")),
        };
        let mut planned = Planned::beside(inputs);
        for path in outputs.json.iter().chain(&outputs.html) {
            planned.add(path)?;
        }
        if let Some(folder) = &outputs.csv {
            for name in csv::FILES {
                planned.add(&folder.join(name))?;
            }
        }
        Ok(outputs)
    }

    fn write(&self, results: &Results) -> Result<(), Failure> {
        if let Some(path) = &self.json {
            write(path, &json::render(results))?;
        }
        if let Some(path) = &self.html {
            write(path, &html::render(results))?;
        }
        if let Some(folder) = &self.csv {
            for table in csv::render(results) {
                write(&folder.join(table.name), &table.text)?;
            }
        }
        Ok(())
    }
}

pub(super) fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

pub(super) fn run(args: &RunArgs) -> Outcome {
    let (study, inputs) = study(&args.study, &overrides(args))?;
    check_threshold(args, &study)?;
    let outputs = Outputs::plan(args, &inputs)?;
    let bar = Bar::new(!args.quiet);
    let threads = args.threads.map_or(0, |n| n as usize);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool =
        pool.map_err(|e| Failure::Input(format!("error: cannot start the threads: {e}\n")))?;
    let results = pool.install(|| analyze(&study, &bar));
    bar.clear();
    let results = results.map_err(|_| Failure::Stopped)?;
    outputs.write(&results)?;
    if args.json.as_deref().is_some_and(is_stdout) {
        print(&json::render(&results))?;
    } else if !args.quiet {
        print(&terminal::render(&results, style()))?;
        tell_files(&outputs);
    }
    Ok(verdict(args, &results))
}

/// The options that stand for fields of `[run]`.
fn overrides(args: &RunArgs) -> Vec<String> {
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

fn check_threshold(args: &RunArgs, study: &Study) -> Result<(), Failure> {
    let Some(p) = args.fail_over_budget else {
        return Ok(());
    };
    if !(0.0..=1.0).contains(&p) {
        return Err(Failure::Input(format!(
            "error: --fail-over-budget {p} is not a probability\nhelp: write a number from 0 to 1, \
             as in 0.1 for 10 %\n"
        )));
    }
    if study.budget.is_none() {
        return Err(Failure::Input(
            "error: --fail-over-budget needs a budget\nhelp: add `budget` to [finance], or \
             --set finance.budget=...\n"
                .into(),
        ));
    }
    Ok(())
}

fn verdict(args: &RunArgs, results: &Results) -> ExitCode {
    let over = results.answer.over_budget.map(|e| e.value);
    match args.fail_over_budget.zip(over) {
        Some((limit, over)) if over > limit => {
            complain(&format!(
                "the budget is exceeded with a probability of {over:.4}, more than {limit}\n"
            ));
            ExitCode::from(1)
        }
        _ => ExitCode::SUCCESS,
    }
}

pub(super) fn style() -> Style {
    let terminal = console::Term::stdout();
    let utf8 = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    Style {
        width: terminal.size_checked().map_or(100, |(_, columns)| usize::from(columns)),
        unicode: utf8.is_some_and(|v| v.to_lowercase().replace('-', "").contains("utf8")),
        color: std::io::stdout().is_terminal() && console::colors_enabled(),
    }
}

fn tell_files(outputs: &Outputs) {
    let all = [&outputs.json, &outputs.html, &outputs.csv];
    let names: Vec<String> = all.into_iter().flatten().map(|p| p.display().to_string()).collect();
    if !names.is_empty() {
        complain(&format!("wrote {}\n", names.join(", ")));
    }
}
