//! A study as it was understood: every number with its source, every clause with its reading.
//!
//! Words come from where the numbers are defined: fields from the documentation of the study file,
//! clauses from their own, the order of settlement from [`Stage::ORDER`]. Nothing is simulated. The
//! JSON form is versioned by [`FORMAT`].
//!
//! | file | what |
//! |---|---|
//! | `fields` | the fields of the study file with their values and where they stand |
//! | `sections` | the chapters of the explanation |

mod fields;
mod sections;

use crate::input::Loaded;
use crate::settle::Stage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Version of the JSON form.
pub const FORMAT: &str = "waterline-explanation/1";

/// A study as it was understood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// [`FORMAT`].
    pub format: String,
    /// Version of waterline.
    pub version: String,
    /// Title of the study.
    pub title: String,
    /// The study file; line numbers are its own.
    pub file: String,
    /// blake3 hash of the resolved study file with its overrides.
    pub study_hash: String,
    /// What is asked, what is known, and what is offered.
    pub sections: Vec<Section>,
    /// Clauses of the contract, in their order.
    pub clauses: Vec<ExplainedClause>,
    /// The order in which a month is settled.
    pub order: Vec<ExplainedStage>,
    /// What differs from future to future.
    pub uncertain: Vec<Entry>,
    /// What the study does not say, with the value that was taken.
    pub defaults: Vec<Entry>,
}

/// A chapter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// What it says.
    pub entries: Vec<Entry>,
}

/// A value with its meaning and its source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// What it is.
    pub what: String,
    /// The value in words.
    pub value: String,
    /// The value, where it is one certain number.
    pub number: Option<f64>,
    /// Where it comes from: a line of the study file, an option, a price book, the usage file, a
    /// default, or what it is computed from.
    pub source: String,
    /// The field of the study file that sets it.
    pub field: Option<String>,
    /// The meaning of a word that was chosen among several.
    pub reading: Option<Reading>,
}

/// A word among several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reading {
    /// What the chosen one means.
    pub meaning: String,
    /// The others, each with its meaning.
    pub others: Vec<(String, String)>,
}

/// A clause with what was read into it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExplainedClause {
    /// Its `kind` in a study file.
    pub kind: String,
    /// The clause in plain words; uncertain numbers at their means.
    pub text: String,
    /// Where it stands.
    pub source: String,
    /// What it does.
    pub effect: String,
    /// Its formula.
    pub formula: String,
    /// What its wording leaves open, and how it was read.
    pub ambiguity: String,
    /// Where such clauses come from.
    pub origin: String,
    /// Its parameters and choices.
    pub entries: Vec<Entry>,
    /// Titles of the stages of settlement in which it acts.
    pub stages: Vec<String>,
}

/// A stage of settlement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExplainedStage {
    /// Its name.
    pub title: String,
    /// What happens.
    pub words: String,
    /// Numbers of the clauses that act in it, from 1, in their order.
    pub clauses: Vec<usize>,
}

/// Explains a study that can be run; `None` for any other.
#[must_use]
pub fn explain(loaded: &Loaded) -> Option<Explanation> {
    let study = loaded.study.as_ref()?;
    let fields = fields::Fields::of(loaded)?;
    let clauses = sections::clauses(study, &fields);
    Some(Explanation {
        format: FORMAT.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        title: study.facts.title.clone(),
        file: loaded.findings.sources.get(0).name.clone(),
        study_hash: study.facts.study_hash.clone(),
        sections: sections::sections(study, &fields),
        order: Stage::ORDER.into_iter().map(|stage| explained(stage, &clauses)).collect(),
        uncertain: sections::uncertain(study, &fields),
        defaults: fields.defaults(),
        clauses,
    })
}

fn explained(stage: Stage, clauses: &[ExplainedClause]) -> ExplainedStage {
    let acts = |clause: &ExplainedClause| clause.stages.iter().any(|s| s == stage.title());
    let acting = clauses.iter().enumerate().filter(|(_, clause)| acts(clause));
    ExplainedStage {
        title: stage.title().into(),
        words: stage.words().into(),
        clauses: acting.map(|(i, _)| i + 1).collect(),
    }
}
