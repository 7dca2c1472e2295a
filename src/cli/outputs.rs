//! What becomes of results: the report, files, and the exit code.

use super::files::{Planned, write};
use super::{Failure, FileArgs, Outcome, OutputArgs, complain, print};
use crate::report::terminal::Style;
use crate::report::{csv, html, json, terminal};
use crate::results::Results;
use crate::study::Study;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What can be written and printed.
pub(super) trait Report {
    fn json(&self) -> String;
    fn html(&self) -> String;
    fn csv(&self) -> Vec<csv::Table>;
    fn terminal(&self, style: Style) -> String;
}

impl Report for Results {
    fn json(&self) -> String {
        json::render(self)
    }

    fn html(&self) -> String {
        html::render(self)
    }

    fn csv(&self) -> Vec<csv::Table> {
        csv::render(self)
    }

    fn terminal(&self, style: Style) -> String {
        terminal::render(self, style)
    }
}

/// Where a report goes.
pub(super) struct Places {
    json: Option<PathBuf>,
    html: Option<PathBuf>,
    csv: Option<PathBuf>,
    json_instead: bool,
}

impl Places {
    /// Places of all files, made sure of before the run; none of them is one of `inputs`. `tables`
    /// are the names of the CSV files.
    pub(super) fn plan(
        args: &FileArgs,
        tables: &[&str],
        inputs: &[PathBuf],
    ) -> Result<Self, Failure> {
        for (option, path) in [("--html", &args.html), ("--csv", &args.csv), ("--out", &args.out)] {
            if path.as_deref().is_some_and(is_stdout) {
                return Err(Failure::Input(format!(
                    "error: {option} cannot write to standard output\nhelp: name a file or folder; \
                     `--json -` writes the results as JSON\n"
                )));
            }
        }
        let inside = |name: &str| args.out.as_ref().map(|dir| dir.join(name));
        let places = Self {
            json: args.json.clone().filter(|p| !is_stdout(p)).or_else(|| inside("results.json")),
            html: args.html.clone().or_else(|| inside("report.html")),
            csv: args.csv.clone().or_else(|| inside("tables")),
            json_instead: args.json.as_deref().is_some_and(is_stdout),
        };
        let mut planned = Planned::beside(inputs);
        for path in places.json.iter().chain(&places.html) {
            planned.add(path)?;
        }
        if let Some(folder) = &places.csv {
            for name in tables {
                planned.add(&folder.join(name))?;
            }
        }
        Ok(places)
    }

    /// Writes what was asked for and, unless `quiet`, prints the report.
    pub(super) fn give(&self, report: &impl Report, quiet: bool) -> Result<(), Failure> {
        self.write(report)?;
        if self.json_instead {
            print(&report.json())?;
        } else if !quiet {
            print(&report.terminal(style()))?;
            self.tell();
        }
        Ok(())
    }

    fn write(&self, report: &impl Report) -> Result<(), Failure> {
        if let Some(path) = &self.json {
            write(path, &report.json())?;
        }
        if let Some(path) = &self.html {
            write(path, &report.html())?;
        }
        if let Some(folder) = &self.csv {
            for table in report.csv() {
                write(&folder.join(table.name), &table.text)?;
            }
        }
        Ok(())
    }

    fn tell(&self) {
        let all = [&self.json, &self.html, &self.csv];
        let names: Vec<String> =
            all.into_iter().flatten().map(|p| p.display().to_string()).collect();
        if !names.is_empty() {
            complain(&format!("wrote {}\n", names.join(", ")));
        }
    }
}

/// Where the results of a study go, and what is asked of them.
pub(super) struct Outputs<'a> {
    args: &'a OutputArgs,
    places: Places,
}

impl<'a> Outputs<'a> {
    /// Places of all outputs, made sure of before the run; none of them is one of `inputs`.
    pub(super) fn plan(
        args: &'a OutputArgs,
        study: &Study,
        inputs: &[PathBuf],
    ) -> Result<Self, Failure> {
        check_threshold(args, study)?;
        Ok(Self { args, places: Places::plan(&args.files, &csv::FILES, inputs)? })
    }

    /// Writes and prints what was asked for; the exit code says whether a condition failed.
    pub(super) fn give(&self, results: &Results) -> Outcome {
        self.places.give(results, self.args.quiet)?;
        Ok(verdict(self.args, results))
    }
}

pub(super) fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn check_threshold(args: &OutputArgs, study: &Study) -> Result<(), Failure> {
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

fn verdict(args: &OutputArgs, results: &Results) -> ExitCode {
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
