//! Findings of single values, in the user's words.

use crate::input::findings::{Findings, did_you_mean};
use crate::input::tree::{Node, Value};
use serde_json::Value as Json;

/// The tag of a table variant: its key and value.
pub(super) fn tag_of(schema: &Json) -> Option<(&str, &str)> {
    let properties = schema["properties"].as_object()?;
    let mut tags =
        properties.iter().filter_map(|(key, p)| Some((key.as_str(), p["const"].as_str()?)));
    tags.next()
}

/// The words that a schema of words allows.
pub(super) fn choices(schema: &Json) -> Vec<&str> {
    let listed = strings(&schema["enum"]);
    if !listed.is_empty() {
        return listed;
    }
    let options = schema["oneOf"].as_array().map(Vec::as_slice).unwrap_or_default();
    options.iter().filter_map(|o| o["const"].as_str()).collect()
}

pub(super) fn strings(list: &Json) -> Vec<&str> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Json::as_str).collect()
}

pub(super) fn quoted(words: &[&str]) -> String {
    words.iter().map(|w| format!("\"{w}\"")).collect::<Vec<_>>().join(", ")
}

/// A word that must be one of a list.
pub(super) fn words(node: &Node, known: &[&str], path: &str, findings: &mut Findings) {
    let Value::String(word) = &node.value else {
        return wrong_type(node, &format!("one of {}", quoted(known)), path, findings);
    };
    if known.contains(&word.as_str()) {
        return;
    }
    let all = format!("one of {}", quoted(known));
    let help = match did_you_mean(word, known.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"? It must be {all}"),
        None => format!("write {all}"),
    };
    let message = format!("\"{word}\" is not known here");
    findings.error("unknown-word", path, Some(node.place.clone()), message, help);
}

pub(super) fn wrong_type(node: &Node, expected: &str, path: &str, findings: &mut Findings) {
    let message = format!("found {}, expected {expected}", node.value.kind());
    let help = match &node.value {
        Value::String(s) if s.parse::<f64>().is_ok() => format!("take the quotes off: {s}"),
        Value::String(s) if s.ends_with('%') => "write a share: 0.05 for 5 %".into(),
        Value::Datetime(_) => "put the date in quotes".into(),
        _ => format!("write {expected}"),
    };
    findings.error("wrong-type", path, Some(node.place.clone()), message, help);
}

/// A plain number within the bounds of its schema.
pub(super) fn range(node: &Node, x: f64, schema: &Json, path: &str, findings: &mut Findings) {
    let limit = |name: &str| schema[name].as_f64();
    let broken = [
        x.is_nan().then(|| "not nan".to_owned()),
        limit("minimum").filter(|b| x < *b).map(|b| format!("at least {b}")),
        limit("exclusiveMinimum").filter(|b| x <= *b).map(|b| format!("above {b}")),
        limit("maximum").filter(|b| x > *b).map(|b| format!("at most {b}")),
        limit("exclusiveMaximum").filter(|b| x >= *b).map(|b| format!("below {b}")),
    ];
    let broken: Vec<String> = broken.into_iter().flatten().collect();
    if !broken.is_empty() {
        let help = format!("write a number {}", broken.join(" and "));
        let message = format!("{} is out of range", node.value.written());
        findings.error("out-of-range", path, Some(node.place.clone()), message, help);
    }
}

pub(super) fn join(path: &str, key: &str) -> String {
    match (path.is_empty(), key.is_empty()) {
        (true, _) => key.to_owned(),
        (_, true) => path.to_owned(),
        _ => format!("{path}.{key}"),
    }
}

pub(super) fn table_name(path: &str) -> String {
    if path.is_empty() { "the file".into() } else { format!("[{path}]") }
}

pub(super) fn first_sentence(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let end = line.find(". ").map_or(line.len(), |i| i + 1);
    line[..end].trim_end_matches('.').to_owned()
}
