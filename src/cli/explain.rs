//! `waterline explain`.

use super::files::{Planned, write};
use super::outputs::{is_stdout, style};
use super::{Failure, Outcome, StudyArgs, complain, print, show_findings};
use crate::explain::explain;
use crate::input::load;
use crate::report::{json, terminal};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    #[command(flatten)]
    study: StudyArgs,
    /// Write it as JSON; - for standard output instead of the text
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

pub(super) fn run(args: &ExplainArgs) -> Outcome {
    let loaded = load(&args.study.study, &args.study.overrides);
    show_findings(&loaded.findings);
    let explanation = explain(&loaded).ok_or(Failure::Input(String::new()))?;
    match args.json.as_deref() {
        Some(path) if is_stdout(path) => return print(&json::render_explanation(&explanation)),
        Some(path) => {
            let mut inputs = loaded.files;
            inputs.push(args.study.study.clone());
            Planned::beside(&inputs).add(path)?;
            write(path, &json::render_explanation(&explanation))?;
            print(&terminal::explain::render(&explanation, style()))?;
            complain(&format!("wrote {}\n", path.display()));
        }
        None => return print(&terminal::explain::render(&explanation, style())),
    }
    Ok(ExitCode::SUCCESS)
}
