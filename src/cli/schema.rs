//! `waterline schema`: every field, from the types themselves.

use super::{SchemaArg, SchemaArgs};
use crate::bench::results::Bench;
use crate::contract::AnyClause;
use crate::explain::Explanation;
use crate::input::price_book::PriceBook;
use crate::input::study_file::StudyFile;
use crate::replay::Replay;
use crate::results::Results;
use crate::results::appraisal::{Appraisal, Menu};
use crate::results::versus::Versus;
use clap::ValueEnum;
use schemars::schema_for;
use serde_json::Value as Json;

/// What a schema is shown of.
#[derive(Clone, Debug)]
pub(super) enum Shown {
    /// A file that waterline reads or writes.
    File(SchemaArg),
    /// A kind of clause.
    Clause(String),
}

/// What is meant by a word of the command line.
pub(super) fn shown(word: &str) -> Result<Shown, String> {
    if let Ok(file) = SchemaArg::from_str(word, false) {
        return Ok(Shown::File(file));
    }
    let kinds = AnyClause::kinds();
    if kinds.iter().any(|kind| kind == word) {
        return Ok(Shown::Clause(word.to_owned()));
    }
    Err(format!("shown are {}, and the clauses {}", files(), kinds.join(", ")))
}

/// What can be asked for.
pub(super) fn help() -> String {
    format!("What to show: {}, or the kind of a clause, as in clawback", files())
}

/// The words for files.
fn files() -> String {
    let word = |file: &SchemaArg| Some(file.to_possible_value()?.get_name().to_owned());
    SchemaArg::value_variants().iter().filter_map(word).collect::<Vec<_>>().join(", ")
}

/// The schema of what is asked for.
fn schema_of(what: &Shown) -> Json {
    let schema = match what {
        Shown::File(SchemaArg::Study) => schema_for!(StudyFile),
        Shown::File(SchemaArg::Prices) => schema_for!(PriceBook),
        Shown::File(SchemaArg::Results) => schema_for!(Results),
        Shown::File(SchemaArg::Replay) => schema_for!(Replay),
        Shown::File(SchemaArg::Compare) => schema_for!(Versus),
        Shown::File(SchemaArg::Value) => schema_for!(Appraisal),
        Shown::File(SchemaArg::Menu) => schema_for!(Menu),
        Shown::File(SchemaArg::Explanation) => schema_for!(Explanation),
        Shown::File(SchemaArg::Bench) => schema_for!(Bench),
        Shown::Clause(kind) => AnyClause::schema_of(kind).expect("a kind that is there"),
    };
    schema.to_value()
}

/// The schema as asked for.
pub(super) fn text(args: &SchemaArgs) -> String {
    let schema = schema_of(&args.what);
    if args.json {
        let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
        text.push('\n');
        return text;
    }
    let mut lines = Lines { root: &schema, out: String::new(), open: Vec::new() };
    if let Shown::Clause(kind) = &args.what {
        // Its documentation has more than the first lines of its fields say.
        let about = schema["description"].as_str().unwrap_or_default();
        lines.out = format!("{kind}\n\n{about}\n\n# Fields\n\n");
        lines.table(&schema, "");
        lines.out.push_str("\nDistributions are described in `waterline schema`.\n");
        return lines.out;
    }
    lines.table(&schema, "");
    if schema["$defs"]["Estimate"].is_object() {
        lines.out.push_str("\nAn estimate is a table:\n\n");
        lines.table(&schema["$defs"]["Estimate"], "{}");
    }
    if schema["$defs"]["Dist"].is_object() {
        lines.out.push_str("\nA distribution, wherever a number or distribution may stand:\n\n");
        lines.options(&schema["$defs"]["Dist"], "{}");
    }
    lines.out
}

/// Fields as lines: path, type, default and description.
struct Lines<'a> {
    root: &'a Json,
    out: String,
    /// Types being listed, so that none is listed inside itself.
    open: Vec<&'a str>,
}

impl<'a> Lines<'a> {
    fn resolve(&self, schema: &'a Json) -> (&'a Json, &'a str) {
        match schema["$ref"].as_str() {
            Some(reference) => {
                let name = reference.rsplit('/').next().unwrap_or_default();
                (&self.root["$defs"][name], name)
            }
            None => (schema, ""),
        }
    }

    fn table(&mut self, schema: &'a Json, path: &str) {
        let Some(properties) = schema["properties"].as_object() else {
            return;
        };
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        // What a tag can be stands above the fields that come with it.
        for (key, field) in properties.iter().filter(|(_, f)| !f["const"].is_string()) {
            let place = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let kind = self.kind(field);
            let needed = if required.contains(&key.as_str()) { ", required" } else { "" };
            let about = field["description"]
                .as_str()
                .or(self.resolve(field).0["description"].as_str())
                .unwrap_or_default();
            let about = paragraph(about);
            self.out
                .push_str(&format!("{place}  ({kind}{needed}{})\n    {about}\n", default(field)));
            self.inside(field, &place);
        }
    }

    /// The tables that a tag tells apart, each with its meaning and its fields.
    fn options(&mut self, choice: &'a Json, place: &str) {
        for option in choice["oneOf"].as_array().into_iter().flatten() {
            let Some(fields) = option["properties"].as_object() else { continue };
            let tag = fields.iter().find_map(|(key, f)| Some((key, f["const"].as_str()?)));
            if let Some((key, value)) = tag {
                let about = paragraph(option["description"].as_str().unwrap_or_default());
                self.out.push_str(&format!("{place}  with {key} = \"{value}\"\n    {about}\n"));
            }
            self.table(option, place);
        }
    }

    /// The fields of a table or of the entries of a list.
    fn inside(&mut self, field: &'a Json, place: &str) {
        let (target, name) = self.unwrapped(field);
        // Lists have no name; only a named type can hold itself.
        let again = !name.is_empty() && self.open.contains(&name);
        if ["Param", "Dist", "Estimate"].contains(&name) || again {
            return;
        }
        self.open.push(name);
        if target["type"] == "array" {
            self.inside(&target["items"], &format!("{place}[]"));
        } else if target["additionalProperties"].is_object() {
            self.inside(&target["additionalProperties"], &format!("{place}.<name>"));
        } else if target["oneOf"].is_array() {
            self.options(target, place);
        } else {
            self.table(target, place);
        }
        self.open.pop();
    }

    /// The schema behind references and behind "or nothing".
    fn unwrapped(&self, schema: &'a Json) -> (&'a Json, &'a str) {
        let (target, name) = self.resolve(schema);
        let options = target["anyOf"].as_array();
        match options.and_then(|list| list.iter().find(|o| o["type"] != "null")) {
            Some(inner) if name.is_empty() => self.resolve(inner),
            _ => (target, name),
        }
    }

    fn kind(&self, schema: &'a Json) -> String {
        let (target, name) = self.unwrapped(schema);
        if name == "Param" {
            return format!("number or distribution{}", bounds(schema));
        }
        if name == "Estimate" {
            return "estimate".into();
        }
        let listed = target["enum"].as_array().or(target["oneOf"].as_array()).into_iter().flatten();
        let words: Vec<String> = listed
            .filter_map(|o| o.as_str().or(o["const"].as_str()))
            .map(|w| format!("\"{w}\""))
            .collect();
        if !words.is_empty() {
            return words.join(" | ");
        }
        let types = target["type"]
            .as_array()
            .and_then(|a| a.iter().find(|t| *t != "null"))
            .unwrap_or(&target["type"]);
        let word = match types.as_str() {
            Some("object") | None => "table",
            Some("array") => "list",
            Some("string") => "text",
            Some("boolean") => "true or false",
            Some("integer") => "whole number",
            Some(other) => other,
        };
        format!("{word}{}", bounds(target))
    }
}

/// The first paragraph of a description, on one line.
fn paragraph(text: &str) -> String {
    text.split("\n\n").next().unwrap_or_default().replace('\n', " ")
}

fn default(field: &Json) -> String {
    match &field["default"] {
        Json::Null | Json::Object(_) => String::new(),
        Json::Array(list) if list.is_empty() => String::new(),
        value => format!(", default {value}"),
    }
}

fn bounds(schema: &Json) -> String {
    let words = [
        ("minimum", "at least"),
        ("x-min", "at least"),
        ("exclusiveMinimum", "above"),
        ("x-above", "above"),
        ("maximum", "at most"),
        ("x-max", "at most"),
        ("exclusiveMaximum", "below"),
        ("x-below", "below"),
    ];
    let found =
        words.iter().filter_map(|(key, word)| Some(format!("{word} {}", schema[key].as_f64()?)));
    let all: Vec<String> = found.collect();
    if all.is_empty() { String::new() } else { format!(" {}", all.join(" and ")) }
}
