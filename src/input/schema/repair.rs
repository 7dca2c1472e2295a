//! What could stand in the place of a value that the schema refuses.
//!
//! What a wrong value was meant to be is not known. To find what else is wrong, it is replaced by
//! several values that the schema takes, or left out: what is found with all of them does not come
//! from it.

use super::Checker;
use super::words::{choices, join, strings, tag_of};
use crate::input::findings::Findings;
use crate::input::tree::{Entry, Node, Value};
use serde_json::Value as Json;

/// How many readings of a wrong value there are.
pub const WORLDS: usize = 3;

/// A field that is wrong, with what could stand there.
#[derive(Clone, Debug)]
pub struct Repair {
    /// The field, as in `contract.clauses[0].annual`.
    pub path: String,
    /// What stands there in each reading; nothing where the field is left out.
    pub instead: [Option<Value>; WORLDS],
}

/// The bounds of a plain number.
const BOUNDS: [&str; 4] = ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"];

impl<'a> Checker<'a> {
    /// A value at a path, and what could stand in its place if it is wrong; `needed` if it cannot be
    /// left out.
    pub(super) fn value(
        &self,
        node: &Node,
        schema: &'a Json,
        (path, needed): (&str, bool),
        findings: &mut Findings,
    ) {
        let before = findings.list.len();
        self.node(node, schema, path, findings);
        let (_, variants, name) = self.unfolded(schema);
        let whole = ["Param", "Dist"].contains(&name);
        let tag = variants.iter().find_map(|variant| Some(join(path, tag_of(variant)?.0)));
        let itself = |field: &str| whole || field == path || tag.as_deref() == Some(field);
        if findings.list[before..].iter().any(|f| itself(&f.field)) {
            let sample = |k: usize| (k > 0 || needed).then(|| self.sample(schema, k));
            let instead = std::array::from_fn(sample);
            self.repairs.borrow_mut().push(Repair { path: path.into(), instead });
        }
    }

    /// A key that is not known, beside the field of its table that it may have been meant for.
    pub(super) fn misspelled(&self, table: &str, field: &str, meant: Option<(&str, &'a Json)>) {
        let mut repairs = self.repairs.borrow_mut();
        repairs.push(Repair { path: field.into(), instead: Default::default() });
        repairs.extend(meant.map(|(word, schema)| Repair {
            path: join(table, word),
            instead: std::array::from_fn(|k| (k > 0).then(|| self.sample(schema, k))),
        }));
    }

    /// A field that is not there and must be.
    pub(super) fn missing(&self, path: String, schema: &'a Json) {
        let instead = std::array::from_fn(|k| Some(self.sample(schema, k)));
        self.repairs.borrow_mut().push(Repair { path, instead });
    }

    /// A schema behind its references and without "nothing", its variants, and its name.
    fn unfolded(&self, schema: &'a Json) -> (&'a Json, Vec<&'a Json>, &'a str) {
        let (target, name) = self.resolve(schema);
        if ["Param", "Dist"].contains(&name) || !choices(target).is_empty() {
            return (target, Vec::new(), name);
        }
        let options = target["anyOf"].as_array().or(target["oneOf"].as_array());
        let Some(options) = options else { return (target, Vec::new(), name) };
        let some: Vec<&Json> = options.iter().filter(|o| o["type"] != "null").collect();
        match some[..] {
            [only] => self.unfolded(only),
            _ => (target, some, name),
        }
    }

    /// A value that the schema takes, another one for each `k`.
    fn sample(&self, schema: &'a Json, k: usize) -> Value {
        let (target, variants, name) = self.unfolded(schema);
        if name == "Param" {
            // The bounds of an optional parameter stand beside the reference.
            return Value::Float(number(schema, ["x-min", "x-above", "x-max", "x-below"], k));
        }
        if name == "Dist" {
            let least = k as f64;
            let entries = [("min", least), ("max", least + 1.0)];
            let number = |(key, x): (&str, f64)| entry(key, Value::Float(x));
            let kind = entry("dist", Value::String("uniform".into()));
            return Value::Table(std::iter::once(kind).chain(entries.map(number)).collect());
        }
        let words = choices(target);
        if !words.is_empty() {
            return Value::String(words[k % words.len()].into());
        }
        if !variants.is_empty() {
            return self.sample(variants[k % variants.len()], k);
        }
        let types = &target["type"];
        match types.as_str().or(types[0].as_str()).unwrap_or("object") {
            "number" => Value::Float(number(target, BOUNDS, k)),
            "integer" => Value::Integer(number(target, BOUNDS, k) as i64),
            "boolean" => Value::Bool(k.is_multiple_of(2)),
            "string" => Value::String(["a", "b", "c"][k % WORLDS].into()),
            "array" => {
                let least = target["minItems"].as_u64().unwrap_or(0);
                let item = || Node::at_no_place(self.sample(&target["items"], k));
                Value::Array((0..least).map(|_| item()).collect())
            }
            _ => self.table_of_least(target, k),
        }
    }

    /// A table with nothing but what it must have.
    fn table_of_least(&self, schema: &'a Json, k: usize) -> Value {
        let field = |name: &&str| {
            let property = &schema["properties"][*name];
            let value = match property["const"].as_str() {
                Some(word) => Value::String(word.into()),
                None => self.sample(property, k),
            };
            entry(name, value)
        };
        Value::Table(strings(&schema["required"]).iter().map(field).collect())
    }
}

fn entry(key: &str, value: Value) -> Entry {
    let node = Node::at_no_place(value);
    Entry { key: key.into(), key_place: node.place.clone(), node }
}

/// A number within bounds that include their value or exclude it, from below or from above.
fn number(schema: &Json, [from, above, to, below]: [&str; 4], k: usize) -> f64 {
    let limit = |inclusive: &str, exclusive: &str| {
        let exclusive = schema[exclusive].as_f64().map(|x| (x, true));
        exclusive.or(schema[inclusive].as_f64().map(|x| (x, false)))
    };
    let room = match (limit(from, above), limit(to, below)) {
        (Some((low, _)), Some((high, _))) => (high - low) / 4.0,
        _ => 1.0,
    };
    let off = |(x, open): (f64, bool), step: f64| if open { x + step } else { x };
    let low = limit(from, above).map(|bound| off(bound, room));
    let high = limit(to, below).map(|bound| off(bound, -room));
    match k {
        // Not far, so that it makes no mistake of its own.
        2 => high.or(low.map(|x| x + 0.5)).unwrap_or(2.0),
        _ => low.or(high.map(|x| x - 0.5)).unwrap_or(1.0),
    }
}
