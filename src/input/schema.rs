//! A tree against the JSON Schema of the type it should be.
//!
//! The schema comes from the Rust types (crate schemars), so the checks, the documentation that
//! `waterline schema` prints and the deserialization cannot disagree. Beyond JSON Schema, four
//! keywords hold for uncertain numbers, where a bound must hold for the whole distribution:
//! `x-min`, `x-max` (inclusive) and `x-above`, `x-below` (exclusive). Every number is finite and
//! of a size that money, tokens and units can have; `x-infinite` lets `inf` stand for no limit.

mod repair;
mod uncertain;
mod words;

pub use repair::{Repair, WORLDS};

use super::findings::{Findings, did_you_mean};
use super::tree::{Node, Value};
use serde_json::Value as Json;
use std::cell::RefCell;
use words::{
    choices, first_sentence, join, length, not_whole, quoted, range, strings, table_name, tag_of,
    words, wrong_type,
};

/// Checks `node` against the schema of a type; everything wrong goes to `findings`, and what could
/// stand in its place is returned.
pub fn check<T: schemars::JsonSchema>(node: &Node, findings: &mut Findings) -> Vec<Repair> {
    let schema = schemars::schema_for!(T).to_value();
    let checker = Checker { root: &schema, repairs: RefCell::default() };
    checker.node(node, &schema, "", findings);
    checker.repairs.into_inner()
}

struct Checker<'a> {
    root: &'a Json,
    /// Of what was found so far.
    repairs: RefCell<Vec<Repair>>,
}

impl<'a> Checker<'a> {
    /// The schema behind a reference, and the name it goes by.
    fn resolve(&self, schema: &'a Json) -> (&'a Json, &'a str) {
        match schema["$ref"].as_str() {
            Some(reference) => {
                let name = reference.rsplit('/').next().unwrap_or_default();
                (&self.root["$defs"][name], name)
            }
            None => (schema, ""),
        }
    }

    fn node(&self, node: &Node, schema: &'a Json, path: &str, findings: &mut Findings) {
        let (target, name) = self.resolve(schema);
        if name == "Param" {
            return self.param(node, target, schema, path, findings);
        }
        if name == "Dist" {
            self.dist(node, target, path, findings);
            return;
        }
        if let Some(options) = target["anyOf"].as_array() {
            // The bounds of an optional parameter stand beside the choice, not inside it.
            if let Some(param) = options.iter().map(|o| self.resolve(o)).find(|o| o.1 == "Param") {
                return self.param(node, param.0, schema, path, findings);
            }
            return self.any_of(node, options, path, findings);
        }
        if let Some(options) = target["oneOf"].as_array() {
            return self.one_of(node, options, path, findings);
        }
        if target["enum"].is_array() {
            return words(node, &strings(&target["enum"]), path, findings);
        }
        self.typed(node, target, path, findings);
    }

    /// An optional value or an untagged choice: the first alternative whose type fits decides.
    fn any_of(&self, node: &Node, options: &'a [Json], path: &str, findings: &mut Findings) {
        let options: Vec<&Json> = options.iter().filter(|o| o["type"] != "null").collect();
        let fitting = options.iter().find(|o| self.fits(node, o));
        match fitting.or(if options.len() == 1 { options.first() } else { None }) {
            Some(option) => self.node(node, option, path, findings),
            None => {
                let expected: Vec<String> = options.iter().map(|o| self.expected(o)).collect();
                wrong_type(node, &expected.join(", or "), path, findings);
            }
        }
    }

    /// Whether the type of the node is the schema's.
    fn fits(&self, node: &Node, schema: &'a Json) -> bool {
        let (target, name) = self.resolve(schema);
        match &node.value {
            _ if name == "Param" => {
                !matches!(node.value, Value::String(_) | Value::Array(_) | Value::Bool(_))
            }
            Value::String(_) => {
                target["type"] == "string"
                    || target["enum"].is_array()
                    || target["oneOf"][0]["const"].is_string()
            }
            Value::Integer(_) | Value::Float(_) => {
                target["type"] == "number" || target["type"] == "integer"
            }
            Value::Bool(_) => target["type"] == "boolean",
            Value::Array(_) => target["type"] == "array",
            Value::Table(_) => self.is_table(schema),
            Value::Datetime(_) => false,
        }
    }

    fn expected(&self, schema: &'a Json) -> String {
        let (target, name) = self.resolve(schema);
        if name == "Param" {
            return "a number or a distribution".into();
        }
        let words = choices(target);
        if !words.is_empty() {
            return format!("one of {}", quoted(&words));
        }
        // An optional field has two types, the second of which is "nothing".
        let types = &target["type"];
        match types.as_str().or(types[0].as_str()) {
            Some("number") => "a number",
            Some("integer") => "a whole number",
            Some("string") => "text in quotes",
            Some("boolean") => "true or false",
            Some("array") => "a list",
            _ => "a table",
        }
        .into()
    }

    fn is_table(&self, schema: &'a Json) -> bool {
        let (target, _) = self.resolve(schema);
        target["type"] == "object" || target["oneOf"][0]["type"] == "object"
    }

    /// A word of a list, or a table with a tag that says which.
    fn one_of(&self, node: &Node, options: &'a [Json], path: &str, findings: &mut Findings) {
        let consts: Vec<&str> = options.iter().filter_map(|o| o["const"].as_str()).collect();
        if consts.len() == options.len() {
            return words(node, &consts, path, findings);
        }
        let Some((tag, _)) = tag_of(&options[0]) else {
            return self.any_of(node, options, path, findings);
        };
        let known: Vec<&str> = options.iter().filter_map(|o| Some(tag_of(o)?.1)).collect();
        if !matches!(node.value, Value::Table(_)) {
            return wrong_type(node, &format!("a table with `{tag}`"), path, findings);
        }
        let Some(given) = node.get(tag) else {
            let message = format!("`{tag}` is missing: it says which kind of table this is");
            let help = format!("add `{tag}`, one of {}", quoted(&known));
            return findings.error(
                "missing-field",
                join(path, tag),
                Some(node.place.clone()),
                message,
                help,
            );
        };
        let Value::String(word) = &given.value else {
            return wrong_type(
                given,
                &format!("one of {}", quoted(&known)),
                &join(path, tag),
                findings,
            );
        };
        match options.iter().find(|o| tag_of(o).is_some_and(|(_, name)| name == word)) {
            Some(option) => self.typed(node, option, path, findings),
            None => words(given, &known, &join(path, tag), findings),
        }
    }

    fn typed(&self, node: &Node, schema: &'a Json, path: &str, findings: &mut Findings) {
        let types = &schema["type"];
        let is = |name: &str| {
            types == name || types.as_array().is_some_and(|a| a.iter().any(|t| t == name))
        };
        match &node.value {
            Value::Table(_) if is("object") => self.table(node, schema, path, findings),
            Value::Array(items) if is("array") => self.list(node, items, schema, path, findings),
            Value::String(text) if is("string") => length(node, text, schema, path, findings),
            Value::Bool(_) if is("boolean") => {}
            Value::Integer(i) if is("integer") || is("number") => {
                range(node, *i as f64, schema, path, findings);
            }
            Value::Float(x) if is("number") => range(node, *x, schema, path, findings),
            Value::Float(x) if is("integer") => not_whole(node, *x, schema, path, findings),
            Value::Table(_) if is("array") && self.is_table(&schema["items"]) => {
                let message = "found a table, expected a list of tables";
                let name = path.split('.').map(|part| part.split('[').next().unwrap_or(part));
                let name = name.collect::<Vec<_>>().join(".");
                let help = format!("write [[{name}]] above each entry, with double brackets");
                findings.error("wrong-type", path, Some(node.place.clone()), message, help);
            }
            _ => wrong_type(node, &self.expected(schema), path, findings),
        }
    }

    fn list(
        &self,
        node: &Node,
        items: &[Node],
        schema: &'a Json,
        path: &str,
        findings: &mut Findings,
    ) {
        let (least, most) = (schema["minItems"].as_u64(), schema["maxItems"].as_u64());
        let count = items.len() as u64;
        if least.is_some_and(|n| count < n) || most.is_some_and(|n| count > n) {
            let wanted = match (least, most) {
                (Some(a), Some(b)) if a == b => format!("exactly {a}"),
                (Some(a), _) if count < a => format!("at least {a}"),
                (_, Some(b)) => format!("at most {b}"),
                _ => "another number".into(),
            };
            let entries = if count == 1 { "entry" } else { "entries" };
            let message = format!("the list has {count} {entries}");
            findings.error(
                "wrong-length",
                path,
                Some(node.place.clone()),
                message,
                format!("give {wanted}"),
            );
        }
        for (i, item) in items.iter().enumerate() {
            self.value(item, &schema["items"], (&format!("{path}[{i}]"), true), findings);
        }
    }

    fn table(&self, node: &Node, schema: &'a Json, path: &str, findings: &mut Findings) {
        let Value::Table(entries) = &node.value else {
            return;
        };
        let empty = serde_json::Map::new();
        let properties = schema["properties"].as_object().unwrap_or(&empty);
        let required = strings(&schema["required"]);
        let mut misspelled = Vec::new();
        for entry in entries {
            let field = join(path, &entry.key);
            match (properties.get(&entry.key), &schema["additionalProperties"]) {
                (Some(schema), _) => {
                    let needed = required.contains(&entry.key.as_str());
                    self.value(&entry.node, schema, (&field, needed), findings);
                }
                (None, schema @ Json::Object(_)) => {
                    self.value(&entry.node, schema, (&field, false), findings);
                }
                (None, _) => {
                    let known = properties.keys().map(String::as_str);
                    let near = did_you_mean(&entry.key, known.clone());
                    let meant = near.filter(|word| node.get(word).is_none());
                    misspelled.extend(meant);
                    self.misspelled(path, &field, meant.map(|word| (word, &properties[word])));
                    let help = match near {
                        Some(word) => format!("did you mean `{word}`?"),
                        None => format!("known here: {}", known.collect::<Vec<_>>().join(", ")),
                    };
                    let message = format!("`{}` is not a field of {}", entry.key, table_name(path));
                    findings.error(
                        "unknown-key",
                        field,
                        Some(entry.key_place.clone()),
                        message,
                        help,
                    );
                }
            }
        }
        for required in required {
            if node.get(required).is_none() {
                self.missing(join(path, required), &properties[required]);
                if misspelled.contains(&required) {
                    continue;
                }
                let message = format!("`{required}` is missing in {}", table_name(path));
                let about = properties[required]["description"].as_str().unwrap_or_default();
                let help = format!("add `{required}`: {}", first_sentence(about));
                findings.error(
                    "missing-field",
                    join(path, required),
                    Some(node.place.clone()),
                    message,
                    help,
                );
            }
        }
    }
}
