//! TOML as a tree in which every value knows where it stands.

mod remove;
mod steps;
mod syntax;

use super::findings::{Findings, Place};
use crate::words::bare;
use steps::{Step, steps};
use toml::de::{DeTable, DeValue};

/// A value with its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub place: Place,
}

/// A TOML value.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text.
    String(String),
    /// A whole number.
    Integer(i64),
    /// Any other number; may be infinite or NaN.
    Float(f64),
    /// true or false.
    Bool(bool),
    /// A date or time, as written.
    Datetime(toml::value::Datetime),
    /// A list.
    Array(Vec<Node>),
    /// A table, in the order of the file.
    Table(Vec<Entry>),
}

/// A key of a table with its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_place: Place,
    /// The value.
    pub node: Node,
}

impl Value {
    /// The type in words.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::String(_) => "text",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::Bool(_) => "true or false",
            Self::Datetime(_) => "a date",
            Self::Array(_) => "a list",
            Self::Table(_) => "a table",
        }
    }

    /// The value as it would be written.
    #[must_use]
    pub fn written(&self) -> String {
        match self {
            Self::String(s) => format!("\"{s}\""),
            Self::Integer(i) => i.to_string(),
            Self::Float(x) => bare(*x),
            Self::Bool(b) => b.to_string(),
            Self::Datetime(d) => d.to_string(),
            Self::Array(_) | Self::Table(_) => self.kind().to_owned(),
        }
    }
}

/// The line of a text in which a span starts.
fn line_at(text: &str, span: Option<std::ops::Range<usize>>) -> &str {
    let at = span.map_or(0, |span| span.start.min(text.len()));
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |i| i + 1);
    text[start..].lines().next().unwrap_or("")
}

/// Mistakes of writing that are shown one by one.
const SHOWN: usize = 5;

impl Node {
    /// Parses a text that is already among the sources; syntax errors go to `findings`.
    pub fn parse(source: usize, findings: &mut Findings) -> Self {
        let text = findings.sources.get(source).text.clone();
        let (table, errors) = DeTable::parse_recoverable(&text);
        for error in errors.iter().take(SHOWN) {
            let place = error.span().map(|span| Place { source, span });
            let help = syntax::way_out(error.message(), line_at(&text, error.span()));
            findings.error("syntax", "", place, error.message(), help);
        }
        if let Some(error) = errors.get(SHOWN) {
            let place = error.span().map(|span| Place { source, span });
            let message = format!("{} more mistakes from here on", errors.len() - SHOWN);
            findings.error("syntax", "", place, message, "is this a TOML file at all?");
        }
        let span = table.span();
        let mut node = convert(source, span, DeValue::Table(table.into_inner()));
        node.place.span = 0..text.len().min(1);
        node
    }

    /// The value of a key of a table.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Table(entries) => entries.iter().find(|e| e.key == key).map(|e| &e.node),
            _ => None,
        }
    }

    /// The place of `path`, or of the nearest table around it that exists.
    #[must_use]
    pub fn locate(&self, path: &str) -> Place {
        let mut node = self;
        let mut place = self.place.clone();
        for step in steps(path).unwrap_or_default() {
            let next = match (&node.value, &step) {
                (Value::Table(entries), Step::Key(key)) => {
                    entries.iter().find(|e| e.key == *key).map(|e| (&e.node, &e.key_place))
                }
                (Value::Array(items), Step::Index(i)) => items.get(*i).map(|n| (n, &n.place)),
                _ => None,
            };
            let Some((found, at)) = next else { break };
            // A scalar is pointed at itself, a table by its key: its span may be the whole file.
            place = match found.value {
                Value::Table(_) | Value::Array(_) => at.clone(),
                _ => found.place.clone(),
            };
            node = found;
        }
        place
    }

    /// Sets the value at `path`, making tables on the way.
    ///
    /// # Errors
    /// The part of the path that does not lead anywhere.
    pub fn set(&mut self, path: &str, value: Node) -> Result<(), String> {
        let mut node = self;
        for step in steps(path)? {
            // A list that is not there yet begins as what every missing value is: an empty table.
            if step == Step::Append && matches!(&node.value, Value::Table(list) if list.is_empty())
            {
                node.value = Value::Array(Vec::new());
            }
            node = match (&mut node.value, step) {
                (Value::Table(entries), Step::Key(key)) => {
                    let at = entries.iter().position(|e| e.key == key).unwrap_or_else(|| {
                        entries.push(Entry {
                            key: key.clone(),
                            key_place: value.place.clone(),
                            node: Node::nothing(&value.place),
                        });
                        entries.len() - 1
                    });
                    &mut entries[at].node
                }
                (Value::Array(items), Step::Index(i)) => {
                    let count = items.len();
                    items
                        .get_mut(i)
                        .ok_or_else(|| format!("the list has {count} entries, counted from 0"))?
                }
                (Value::Array(items), Step::Append) => {
                    items.push(Node::nothing(&value.place));
                    let last = items.len() - 1;
                    &mut items[last]
                }
                (_, Step::Append) => return Err("`[+]` adds to a list, and this is none".into()),
                (Value::Array(_), Step::Key(key)) => {
                    return Err(format!(
                        "`{key}` is looked for in a list; entries are `[0]`, `[1]`, ..."
                    ));
                }
                (_, Step::Key(key)) => {
                    return Err(format!("`{key}` is looked for in a value that is not a table"));
                }
                (_, Step::Index(i)) => {
                    return Err(format!("entry {i} is looked for in a value that is not a list"));
                }
            };
        }
        *node = value;
        Ok(())
    }

    /// A value that stands nowhere yet.
    pub(super) fn at_no_place(value: Value) -> Self {
        Self { value, place: Place { source: 0, span: 0..0 } }
    }

    /// A table without entries.
    fn nothing(place: &Place) -> Self {
        Self { value: Value::Table(Vec::new()), place: place.clone() }
    }

    /// The tree without places, for deserialization.
    #[must_use]
    pub fn plain(&self) -> toml::Value {
        match &self.value {
            Value::String(s) => toml::Value::String(s.clone()),
            Value::Integer(i) => toml::Value::Integer(*i),
            Value::Float(x) => toml::Value::Float(*x),
            Value::Bool(b) => toml::Value::Boolean(*b),
            Value::Datetime(d) => toml::Value::Datetime(*d),
            Value::Array(items) => toml::Value::Array(items.iter().map(Self::plain).collect()),
            Value::Table(entries) => toml::Value::Table(
                entries.iter().map(|e| (e.key.clone(), e.node.plain())).collect(),
            ),
        }
    }
}

fn convert(source: usize, span: std::ops::Range<usize>, value: DeValue<'_>) -> Node {
    let place = Place { source, span };
    let value = match value {
        DeValue::String(s) => Value::String(s.into_owned()),
        DeValue::Integer(i) => match i64::from_str_radix(i.as_str(), i.radix()) {
            Ok(i) => Value::Integer(i),
            Err(_) => Value::Float(i.as_str().parse().unwrap_or(f64::INFINITY)),
        },
        DeValue::Float(x) => Value::Float(x.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(b) => Value::Bool(b),
        DeValue::Datetime(d) => Value::Datetime(d),
        DeValue::Array(items) => Value::Array(
            items.into_iter().map(|item| convert(source, item.span(), item.into_inner())).collect(),
        ),
        DeValue::Table(entries) => {
            let mut list: Vec<Entry> = entries
                .into_iter()
                .map(|(key, node)| Entry {
                    key_place: Place { source, span: key.span() },
                    key: key.into_inner().into_owned(),
                    node: convert(source, node.span(), node.into_inner()),
                })
                .collect();
            list.sort_by_key(|e| e.key_place.span.start);
            Value::Table(list)
        }
    };
    Node { value, place }
}

/// The name of an override among the sources.
pub const OVERRIDE: &str = "--set";

/// Applies an override `path.to.field=value`; whatever is wrong goes to `findings`.
pub fn apply_override(root: &mut Node, argument: &str, findings: &mut Findings) {
    let source = findings.sources.add(OVERRIDE, argument);
    let whole = Place { source, span: 0..argument.len() };
    let Some((path, text)) = argument.split_once('=') else {
        let message = format!("`{argument}` has no value");
        findings.error("override", "", Some(whole), message, "write --set path.to.field=value");
        return;
    };
    let start = path.len() + 1;
    let place = Place { source, span: start..argument.len() };
    let value = match parse_value(text.trim()) {
        Ok(value) => value,
        Err(reason) => {
            let message = format!("the value is not complete: {reason}");
            let help = "in a shell, put single quotes around it: --set 'field=\"text\"'";
            return findings.error("override", path.trim(), Some(place), message, help);
        }
    };
    let node = Node { value, place };
    let path = path.trim();
    let node = relocated(node, source, start);
    // What leads nowhere leaves nothing behind.
    let mut changed = root.clone();
    if let Err(reason) = changed.set(path, node) {
        let key = Place { source, span: 0..path.len() };
        let message = format!("`{path}` leads nowhere: {reason}");
        findings.error(
            "override",
            path,
            Some(key),
            message,
            "`waterline schema` lists every field",
        );
    } else {
        *root = changed;
    }
}

/// A TOML value if the text is one, otherwise the text itself, unless it starts like a value.
fn parse_value(text: &str) -> Result<Value, String> {
    match DeValue::parse(text) {
        Ok(value) => {
            let span = value.span();
            Ok(convert(0, span, value.into_inner()).value)
        }
        Err(error) if text.starts_with(['"', '\'', '[', '{']) => Err(error.message().to_owned()),
        Err(_) => Ok(Value::String(text.to_owned())),
    }
}

/// Gives every value inside an override the place of the override.
fn relocated(mut node: Node, source: usize, start: usize) -> Node {
    let place = Place { source, span: start..node.place.span.end.max(start) };
    match &mut node.value {
        Value::Array(items) => {
            for item in items {
                *item = relocated(item.clone(), source, start);
                item.place = place.clone();
            }
        }
        Value::Table(entries) => {
            for entry in entries {
                entry.node = relocated(entry.node.clone(), source, start);
                entry.node.place = place.clone();
                entry.key_place = place.clone();
            }
        }
        _ => {}
    }
    node.place = place;
    node
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Node, Findings) {
        let mut findings = Findings::default();
        let source = findings.sources.add("study.toml", text);
        (Node::parse(source, &mut findings), findings)
    }

    #[test]
    fn values_know_where_they_stand() {
        let text = "[contract]\nunits = 120\n[[contract.clauses]]\nkind = \"ramp\"\n";
        let (node, findings) = parse(text);
        assert!(findings.list.is_empty());
        let at = |path: &str| &text[node.locate(path).span];
        assert_eq!(at("contract.units"), "120");
        assert_eq!(at("contract.clauses[0].kind"), "\"ramp\"");
        assert_eq!(at("contract"), "contract");
        // What does not exist is shown at the table that lacks it.
        assert_eq!(at("contract.term_months"), "contract");
    }

    #[test]
    fn all_syntax_errors_are_found() {
        let (_, findings) = parse("a = \nb = 1\nc = [1,\nd = }\n");
        assert!(findings.list.len() >= 2, "{:?}", findings.list);
    }

    #[test]
    fn overrides_reach_tables_and_lists_and_make_new_keys() {
        let (mut node, mut findings) = parse("[contract]\nclauses = [{ annual = 0.05 }]\n");
        for argument in
            ["contract.clauses[0].annual=0.03", "growth.expected_per_year=0.4", "title=what if"]
        {
            apply_override(&mut node, argument, &mut findings);
        }
        assert!(findings.list.is_empty());
        let plain = node.plain();
        assert_eq!(plain["contract"]["clauses"][0]["annual"].as_float(), Some(0.03));
        assert_eq!(plain["growth"]["expected_per_year"].as_float(), Some(0.4));
        assert_eq!(plain["title"].as_str(), Some("what if"));
        apply_override(&mut node, "contract.clauses[+]={ annual = 0.07 }", &mut findings);
        apply_override(&mut node, "contract.tiers[+]=3", &mut findings);
        let plain = node.plain();
        assert_eq!(plain["contract"]["clauses"][1]["annual"].as_float(), Some(0.07));
        assert_eq!(plain["contract"]["tiers"][0].as_integer(), Some(3));
        assert!(findings.list.is_empty());
        apply_override(&mut node, "contract.clauses[3].annual=1", &mut findings);
        apply_override(&mut node, "nonsense", &mut findings);
        assert_eq!(findings.list.len(), 2);
    }
}
