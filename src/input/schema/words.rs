//! Findings of single values, in the user's words.

use crate::input::findings::{Findings, did_you_mean};
use crate::input::tree::{Node, Value};
use crate::words::bare;
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
        Value::String(s) if grouped(s) => format!("take the commas out: {}", s.replace(',', "")),
        Value::String(s) if s.contains(',') && s.replace(',', ".").parse::<f64>().is_ok() => {
            format!("write a point: {}", s.replace(',', "."))
        }
        Value::String(s) if s.ends_with('%') => "write a share: 0.05 for 5 %".into(),
        Value::Datetime(_) => "put the date in quotes".into(),
        _ => format!("write {expected}"),
    };
    findings.error("wrong-type", path, Some(node.place.clone()), message, help);
}

/// Whether commas part the thousands of a number.
fn grouped(text: &str) -> bool {
    let mut groups = text.split(',').skip(1).peekable();
    groups.peek().is_some()
        && groups.all(|group| group.split('.').next().is_some_and(|digits| digits.len() == 3))
        && text.replace(',', "").parse::<f64>().is_ok()
}

/// A plain number within the bounds of its schema.
pub(super) fn range(node: &Node, x: f64, schema: &Json, path: &str, findings: &mut Findings) {
    let limit = |name: &str| schema[name].as_f64();
    // What may be negative is no share that could be meant in percent.
    let percent = |x: f64, bound: f64| match limit("minimum") {
        Some(least) if least < 0.0 => String::new(),
        _ => percent(x, bound),
    };
    let broken = [
        limit("minimum").filter(|b| x < *b).map(|b| format!("at least {b}")),
        limit("exclusiveMinimum").filter(|b| x <= *b).map(|b| format!("above {b}")),
        limit("maximum").filter(|b| x > *b).map(|b| format!("at most {b}{}", percent(x, b))),
        limit("exclusiveMaximum")
            .filter(|b| x >= *b)
            .map(|b| format!("below {b}{}", percent(x, b))),
    ];
    let mut broken: Vec<String> = broken.into_iter().flatten().collect();
    if broken.is_empty() && matches!(node.value, Value::Float(_)) {
        broken.extend(size(x));
    }
    if !broken.is_empty() {
        let help = format!("write a number {}", broken.join(" and "));
        let message = format!("{} is out of range", node.value.written());
        findings.error("out-of-range", path, Some(node.place.clone()), message, help);
    }
}

/// How a number that was meant in percent is written as a share, where shares end at 1.
pub(super) fn percent(x: f64, bound: f64) -> String {
    if bound == 1.0 && (2.0..=100.0).contains(&x) {
        format!(", as in {} for {x} %", x / 100.0)
    } else {
        String::new()
    }
}

/// No tokens, units or dollars are as many as this.
const MOST: f64 = 1e18;

/// What a number must be that is none, or larger than anything a study can be about.
pub(super) fn size(x: f64) -> Option<String> {
    let most = bare(MOST);
    match x {
        _ if x.is_nan() => Some("instead of nan".into()),
        _ if x > MOST => Some(format!("of at most {most}")),
        _ if x < -MOST => Some(format!("of at least -{most}")),
        _ => None,
    }
}

/// A number with a point, or beyond what whole numbers can be, where a whole one belongs.
pub(super) fn not_whole(node: &Node, x: f64, schema: &Json, path: &str, findings: &mut Findings) {
    if x.is_finite() && x.abs() < 1e15 {
        let help = format!("write {}", x.round());
        let message = format!("{} is not a whole number", node.value.written());
        return findings.error("wrong-type", path, Some(node.place.clone()), message, help);
    }
    let limit = |name: &str, word: &str| Some(format!("{word} {}", schema[name].as_f64()?));
    let limits = [limit("minimum", "at least"), limit("maximum", "at most")];
    let limits: Vec<String> = limits.into_iter().flatten().collect();
    let help = format!("write a whole number {}", limits.join(" and "));
    let message = format!("{} is out of range", node.value.written());
    findings.error("out-of-range", path, Some(node.place.clone()), message, help.trim_end());
}

/// Text that must have a certain length, as a single character.
pub(super) fn length(node: &Node, text: &str, schema: &Json, path: &str, findings: &mut Findings) {
    let count = text.chars().count() as u64;
    let least = schema["minLength"].as_u64().filter(|least| count < *least);
    let most = schema["maxLength"].as_u64().filter(|most| count > *most);
    let wanted = match (least, most) {
        (Some(1), _) if schema["maxLength"].is_null() => "some text".to_owned(),
        (Some(n), _) | (_, Some(n)) if n == 1 => "a single character".to_owned(),
        (Some(n), _) => format!("at least {n} characters"),
        (_, Some(n)) => format!("at most {n} characters"),
        (None, None) => return,
    };
    let message = format!("the text has {count} characters");
    let help = format!("write {wanted}");
    findings.error("wrong-length", path, Some(node.place.clone()), message, help);
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
