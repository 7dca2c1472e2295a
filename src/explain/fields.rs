//! Fields of the study file: documentation from their types, values from the file, places from its
//! text.

use super::{Entry, Reading};
use crate::dist::Dist;
use crate::input::Loaded;
use crate::input::findings::Sources;
use crate::input::study_file::StudyFile;
use crate::input::tree::{Node, OVERRIDE, Value};
use crate::words::bare;
use serde::Deserialize;
use serde_json::Value as Json;

/// All fields that have a value, stated or by default, in the order of the documentation; clauses
/// apart.
pub(super) struct Fields<'a> {
    tree: &'a Node,
    sources: &'a Sources,
    list: Vec<Field>,
}

/// A field with its value.
struct Field {
    path: String,
    stated: bool,
    entry: Entry,
}

/// Where clauses stand; they are explained one by one.
pub(super) const CLAUSES: &str = "contract.clauses";

/// Values of a list that are written out.
const SHOWN: usize = 6;

impl<'a> Fields<'a> {
    /// The fields of a study that was read; `None` if it was not.
    pub(super) fn of(loaded: &'a Loaded) -> Option<Self> {
        let (tree, file) = (loaded.tree.as_ref()?, loaded.file.as_ref()?);
        let mut fields = Self { tree, sources: &loaded.findings.sources, list: Vec::new() };
        let schema = schemars::schema_for!(StudyFile).to_value();
        let value = serde_json::to_value(file).ok()?;
        fields.list = fields.below(&schema, &value, Some(tree), "");
        Some(fields)
    }

    /// What the study states below one of `prefixes`, in their order.
    pub(super) fn stated(&self, prefixes: &[&str]) -> Vec<Entry> {
        let below = |path: &str, prefix: &str| {
            path.strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let mut entries = Vec::new();
        for prefix in prefixes {
            let inside = self.list.iter().filter(|f| f.stated && below(&f.path, prefix));
            entries.extend(inside.map(|f| f.entry.clone()));
        }
        entries
    }

    /// What the study does not state.
    pub(super) fn defaults(&self) -> Vec<Entry> {
        let silent = self.list.iter().filter(|f| !f.stated);
        silent.map(|f| f.entry.clone()).collect()
    }

    /// Where a field stands, or that it does not.
    pub(super) fn source(&self, path: &str) -> Option<String> {
        let stated =
            |f: &Field| f.stated && (f.path == path || f.path.starts_with(&format!("{path}.")));
        let known = self.list.iter().any(stated) || path.starts_with(CLAUSES);
        known.then(|| self.line(path))
    }

    /// Where those of `paths` stand that the study states; `otherwise` if it states none.
    pub(super) fn sources(&self, paths: &[&str], otherwise: &str) -> String {
        let stated: Vec<String> = paths.iter().filter_map(|path| self.source(path)).collect();
        if stated.is_empty() { otherwise.to_owned() } else { stated.join(", ") }
    }

    /// The line or the option that a stated field stands in.
    fn line(&self, path: &str) -> String {
        let place = self.tree.locate(path);
        let source = self.sources.get(place.source);
        if source.name == OVERRIDE {
            return format!("{} {}", source.name, source.text);
        }
        let before = source.text.as_bytes().iter().take(place.span.start);
        let line = format!("line {}", 1 + before.filter(|b| **b == b'\n').count());
        // A template is named, the study is what all else is about.
        if place.source == 0 { line } else { format!("{}, {line}", source.name) }
    }

    /// The fields of a clause.
    pub(super) fn of_clause(&self, schema: &Json, value: &Json, path: &str) -> Vec<Entry> {
        let entries = |node: Option<&Node>| self.below(schema, value, node, path);
        let index = path.rsplit('[').next().and_then(|i| i.strip_suffix(']')?.parse().ok());
        let list = self.tree.get("contract").and_then(|n| n.get("clauses"));
        let node = list.zip(index).and_then(|(list, i)| item(list, i));
        entries(node).into_iter().map(|f| f.entry).collect()
    }

    /// The fields of a table whose schema is a document of its own.
    fn below(&self, schema: &Json, value: &Json, node: Option<&Node>, path: &str) -> Vec<Field> {
        let mut out = Vec::new();
        Walk { fields: self, root: schema, out: &mut out }.table(schema, value, node, path);
        out
    }
}

/// An entry of a list.
fn item(node: &Node, index: usize) -> Option<&Node> {
    match &node.value {
        Value::Array(items) => items.get(index),
        _ => None,
    }
}

/// Goes through schema, value and tree side by side.
struct Walk<'w> {
    fields: &'w Fields<'w>,
    root: &'w Json,
    out: &'w mut Vec<Field>,
}

impl<'w> Walk<'w> {
    fn table(&mut self, schema: &'w Json, value: &Json, node: Option<&Node>, path: &str) {
        for (key, field) in schema["properties"].as_object().into_iter().flatten() {
            let place = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            if place != CLAUSES && !field["const"].is_string() {
                self.field(field, &value[key], node.and_then(|n| n.get(key)), &place);
            }
        }
    }

    fn field(&mut self, field: &'w Json, value: &Json, node: Option<&Node>, path: &str) {
        let (target, name) = self.unwrapped(field, value);
        let is_table = value.is_object() && !["Param", "Dist"].contains(&name);
        let of_tables = value.as_array().is_some_and(|list| list.iter().any(Json::is_object));
        if is_table && target["additionalProperties"].is_object() {
            for (key, value) in value.as_object().into_iter().flatten() {
                let inner = &target["additionalProperties"];
                self.field(inner, value, node.and_then(|n| n.get(key)), &format!("{path}.{key}"));
            }
        } else if let Some(chosen) = chosen(target, value) {
            self.choice(field, target, value, node, path);
            self.table(chosen, value, node, path);
        } else if is_table {
            self.table(target, value, node, path);
        } else if of_tables {
            for (i, value) in value.as_array().into_iter().flatten().enumerate() {
                let node = node.and_then(|n| item(n, i));
                self.field(&target["items"], value, node, &format!("{path}[{i}]"));
            }
        } else {
            self.leaf(field, target, value, node, path);
        }
    }

    /// The schema behind references, "or nothing", and the alternatives of an untagged choice.
    fn unwrapped(&self, schema: &'w Json, value: &Json) -> (&'w Json, &'w str) {
        let resolve = |schema: &'w Json| match schema["$ref"].as_str() {
            Some(reference) => {
                let name = reference.rsplit('/').next().unwrap_or_default();
                (&self.root["$defs"][name], name)
            }
            None => (schema, ""),
        };
        let (target, name) = resolve(schema);
        if name == "Param" {
            return (target, name);
        }
        let options = target["anyOf"].as_array().into_iter().flatten();
        let mut options = options.filter(|o| o["type"] != "null").map(resolve);
        let fits = |(option, name): &(&Json, &str)| {
            let tables = option["properties"].is_object() || option["anyOf"].is_array();
            *name == "Param" || !value.is_object() || tables
        };
        options.find(fits).map_or((target, name), |(option, inner)| {
            if option["anyOf"].is_array() && inner != "Param" {
                self.unwrapped(option, value)
            } else {
                (option, inner)
            }
        })
    }

    /// Which of the kinds of a table was taken.
    fn choice(
        &mut self,
        field: &Json,
        target: &Json,
        value: &Json,
        node: Option<&Node>,
        path: &str,
    ) {
        let mut kinds = target.clone();
        for option in kinds["oneOf"].as_array_mut().into_iter().flatten() {
            option["const"] = option["properties"]["kind"]["const"].take();
        }
        let node = node.and_then(|n| n.get("kind"));
        self.leaf(field, &kinds, &value["kind"], node, &format!("{path}.kind"));
    }

    fn leaf(&mut self, field: &Json, target: &Json, value: &Json, node: Option<&Node>, path: &str) {
        let about = field["description"].as_str().or(target["description"].as_str());
        let about = about.unwrap_or_default().replace('\n', " ");
        let told = about
            .split("by default ")
            .nth(1)
            .map(|rest| rest.split([';', '.']).next().unwrap_or_default().trim().to_owned());
        let text = match (node, value) {
            (Some(node), Json::Null) => node.value.written(),
            (None, Json::Null) => match told {
                Some(told) => told,
                None => return,
            },
            (None, Json::String(text)) if text.is_empty() => return,
            (None, Json::Array(list)) if list.is_empty() => return,
            _ => in_words(value),
        };
        let source = if node.is_some() { self.fields.line(path) } else { "by default".to_owned() };
        let entry = Entry {
            what: named(&about),
            value: text,
            number: value.as_f64(),
            source,
            field: Some(path.to_owned()),
            reading: value.as_str().and_then(|word| reading(target, word)),
        };
        self.out.push(Field { path: path.to_owned(), stated: node.is_some(), entry });
    }
}

/// The schema of the kind that a table says it is.
fn chosen<'w>(target: &'w Json, value: &Json) -> Option<&'w Json> {
    let kind = value.get("kind").filter(|kind| kind.is_string())?;
    target["oneOf"].as_array()?.iter().find(|option| option["properties"]["kind"]["const"] == *kind)
}

/// A description up to where it turns to details.
fn named(about: &str) -> String {
    let cuts = [":", ";", ". ", ", as in", " by default"];
    let end = cuts.iter().filter_map(|cut| about.find(cut)).min().unwrap_or(about.len());
    about[..end].trim_end_matches(['.', ',']).to_owned()
}

/// The meaning of a word and of the words beside it.
fn reading(target: &Json, word: &str) -> Option<Reading> {
    let options = target["oneOf"].as_array()?.iter();
    let known = options.filter_map(|o| {
        let about = o["description"].as_str().unwrap_or_default().replace('\n', " ");
        Some((o["const"].as_str()?.to_owned(), about.trim_end_matches('.').to_owned()))
    });
    let (own, others): (Vec<_>, Vec<_>) = known.partition(|(name, _)| name == word);
    Some(Reading { meaning: own.into_iter().next()?.1, others })
}

fn in_words(value: &Json) -> String {
    match value {
        Json::Number(n) => n.as_f64().map_or_else(|| n.to_string(), bare),
        Json::String(text) => text.clone(),
        Json::Array(list) if list.len() > SHOWN => {
            let numbers: Vec<f64> = list.iter().filter_map(Json::as_f64).collect();
            let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
            let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            if numbers.len() == list.len() {
                format!("{} numbers from {} to {}", list.len(), bare(low), bare(high))
            } else {
                format!("{} entries", list.len())
            }
        }
        Json::Array(list) => list.iter().map(in_words).collect::<Vec<_>>().join(", "),
        Json::Object(_) => Dist::deserialize(value)
            .map_or_else(|_| value.to_string(), |dist| dist.get().describe()),
        Json::Bool(_) | Json::Null => value.to_string(),
    }
}
