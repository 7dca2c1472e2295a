//! The options of stopping rules, and where a rule cannot be followed.

use super::{Failure, StoppingArgs};
use crate::study::Study;

/// Reads `FIGURE=ERROR` and writes it as the field of a study file. The figure and the range of
/// the error are checked there.
pub(super) fn target(text: &str) -> Result<String, String> {
    let form = "write FIGURE=ERROR, as in mean_cost=0.05% or p95=500 (USD)";
    let (figure, error) = text.split_once('=').ok_or(form)?;
    let figure = figure.trim();
    if figure.is_empty() || figure.contains(['"', '\\']) || figure.contains(char::is_control) {
        return Err(form.into());
    }
    let (error, limit) = match error.trim().strip_suffix('%') {
        Some(percent) => (number(percent).map(|x| x / 100.0), "relative"),
        None => (number(error), "usd"),
    };
    let error = error.ok_or(form)?;
    Ok(format!("{{ figure = \"{figure}\", {limit} = {error:?} }}"))
}

/// Reads the confidence of `--decide`; its range is that of the study file.
pub(super) fn confidence(text: &str) -> Result<f64, String> {
    let good = number(text).filter(|x| (0.5..1.0).contains(x));
    good.ok_or_else(|| "write a number from 0.5 to below 1, as in --decide=0.99".into())
}

/// Reads a number of seconds above 0.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    let good = number(text).filter(|x| *x > 0.0 && *x <= 1e9);
    good.ok_or_else(|| "write a number of seconds above 0, as in 30".into())
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|x: &f64| x.is_finite())
}

/// The options that stand for fields of `[run]`.
pub(super) fn fields(args: &StoppingArgs) -> Vec<String> {
    let target = args.target_error.iter().map(|table| format!("run.target_error={table}"));
    let decide = args.decide.map(|confidence| format!("run.decide={confidence:?}"));
    let seconds = args.seconds.map(|seconds| format!("run.seconds={seconds:?}"));
    target.chain(decide).chain(seconds).collect()
}

/// Refuses a time limit in `what`.
pub(super) fn refuse_clock(study: &Study, what: &str) -> Result<(), Failure> {
    if study.run.stopping.seconds.is_none() {
        return Ok(());
    }
    Err(Failure::Input(format!(
        "error: {what} cannot keep a time limit: the clock would decide how many paths there are, \
         and not the same each time\nhelp: take `seconds` out, and set the paths: --paths N\n"
    )))
}

/// Refuses every rule in a shard.
pub(super) fn refuse_rules(study: &Study) -> Result<(), Failure> {
    if study.run.stopping.is_none() {
        return Ok(());
    }
    Err(Failure::Input(
        "error: a shard sees a part of the paths, and cannot know when all of them are enough\n\
         help: a run in one process with the stopping rule says how many paths are enough; then \
         divide a run without the rule, also in [run] of the study: --paths PATHS --shard I/COUNT\n"
            .into(),
    ))
}
