//! Results as JSON: everything, versioned by [`crate::results::FORMAT`]; studies against each other,
//! versioned by [`crate::results::versus::FORMAT`]; a path, versioned by [`crate::replay::FORMAT`];
//! a study as it was understood, versioned by [`crate::explain::FORMAT`]; measurements of a machine,
//! versioned by [`crate::bench::results::FORMAT`].

use crate::bench::results::Bench;
use crate::explain::Explanation;
use crate::replay::Replay;
use crate::results::Results;
use crate::results::appraisal::{Appraisal, Menu};
use crate::results::versus::Versus;
use serde::Serialize;

/// The results as indented JSON with a line feed at the end.
///
/// # Panics
/// Never: results hold nothing that JSON cannot.
#[must_use]
pub fn render(results: &Results) -> String {
    pretty(results)
}

/// Studies against each other as indented JSON with a line feed at the end.
///
/// # Panics
/// Never: results hold nothing that JSON cannot.
#[must_use]
pub fn render_versus(versus: &Versus) -> String {
    pretty(versus)
}

/// What clauses are worth as indented JSON with a line feed at the end.
///
/// # Panics
/// Never: an appraisal holds nothing that JSON cannot.
#[must_use]
pub fn render_appraisal(appraisal: &Appraisal) -> String {
    pretty(appraisal)
}

/// A negotiation menu as indented JSON with a line feed at the end.
///
/// # Panics
/// Never: a menu holds nothing that JSON cannot.
#[must_use]
pub fn render_menu(menu: &Menu) -> String {
    pretty(menu)
}

/// Measurements as indented JSON with a line feed at the end.
///
/// # Panics
/// Never: measurements hold nothing that JSON cannot.
#[must_use]
pub fn render_bench(bench: &Bench) -> String {
    pretty(bench)
}

/// A replayed path as indented JSON with a line feed at the end.
///
/// # Panics
/// Never: a path holds nothing that JSON cannot.
#[must_use]
pub fn render_replay(replay: &Replay) -> String {
    pretty(replay)
}

/// An explanation as indented JSON with a line feed at the end.
///
/// # Panics
/// Never: an explanation holds nothing that JSON cannot.
#[must_use]
pub fn render_explanation(explanation: &Explanation) -> String {
    pretty(explanation)
}

fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("results are JSON");
    text.push('\n');
    text
}

/// Results from their JSON.
///
/// # Errors
/// What is wrong with the text, in one sentence.
pub fn read(text: &str) -> Result<Results, String> {
    let results: Results = serde_json::from_str(text).map_err(|e| e.to_string())?;
    if results.format != crate::results::FORMAT {
        return Err(format!(
            "the results have the format {}, this version reads {}",
            results.format,
            crate::results::FORMAT
        ));
    }
    Ok(results)
}

/// Measurements from their JSON.
///
/// # Errors
/// What is wrong with the text, in one sentence.
pub fn read_bench(text: &str) -> Result<Bench, String> {
    let json: serde_json::Value =
        serde_json::from_str(text).map_err(|e| format!("it is not JSON: {e}"))?;
    let known = crate::bench::results::FORMAT;
    match json["format"].as_str() {
        Some(format) if format == known => {
            serde_json::from_value(json).map_err(|e| format!("it is not whole: {e}"))
        }
        Some(format) => Err(format!("it has the format {format}, this version reads {known}")),
        None => Err(format!("it names no format, this version reads {known}")),
    }
}
