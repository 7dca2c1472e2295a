//! Templates: pieces of a study, laid below it.
//!
//! A template is a TOML file with some of the fields of a study: the terms of a contract, how usage
//! grows, or a whole study of which another changes a part. It may use templates itself. What the
//! study states wins, field by field, and of two templates the later; values keep the place where
//! they stand, so that findings and explanations point into the file that said it. Clauses stand in
//! the order of the templates, then the study; those of a kind that is stated again are replaced,
//! and an empty list replaces all.
//!
//! To add one: a file in `models/contracts/` or `models/workloads/` and its line in [`SHIPPED`].

use super::findings::{Findings, did_you_mean};
use super::text;
use super::tree::{Entry, Node, Value};
use std::path::{Path, PathBuf};

macro_rules! shipped {
    ($($folder:literal $name:literal),* $(,)?) => {
        [$((
            $name,
            concat!("models/", $folder, "/", $name, ".toml"),
            include_str!(concat!("../../models/", $folder, "/", $name, ".toml")),
        )),*]
    };
}

/// The templates that are part of the program: name, file and text.
pub const SHIPPED: [(&str, &str, &str); 12] = shipped![
    "contracts" "azure_list",
    "contracts" "azure_negotiated",
    "contracts" "seed_enterprise",
    "contracts" "seed_small",
    "contracts" "bedrock_list",
    "contracts" "bedrock_negotiated",
    "contracts" "macc",
    "contracts" "edp",
    "workloads" "growth_slow",
    "workloads" "growth_typical",
    "workloads" "growth_startup",
    "workloads" "growth_viral",
];

/// What a template is: the first line of its head comment.
#[must_use]
pub fn title(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_start_matches(['#', ' '])
}

/// The name of the shipped template with this text.
pub(super) fn named(text: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(.., shipped)| *shipped == text).map(|(name, ..)| *name)
}

/// Lays the templates that a study names below it; returns the files that were read.
pub(super) fn lay_below(study: &mut Node, base: &Path, findings: &mut Findings) -> Vec<PathBuf> {
    let mut reading = Reading { base, findings, used: Vec::new(), files: Vec::new() };
    reading.below(study);
    reading.files
}

/// Templates on their way below a study.
struct Reading<'a> {
    base: &'a Path,
    findings: &'a mut Findings,
    /// Names of all templates so far: a circle would use one twice.
    used: Vec<String>,
    files: Vec<PathBuf>,
}

impl Reading<'_> {
    fn below(&mut self, user: &mut Node) {
        let named = user.get("templates").map(|node| node.value.clone());
        // The schema refuses what is no list of names.
        let names = if let Some(Value::Array(names)) = named { names } else { Vec::new() };
        let mut templates = Vec::new();
        for (i, node) in names.into_iter().enumerate() {
            let Value::String(name) = node.value else { continue };
            match self.open(name) {
                Ok(template) => templates.push(template),
                Err((code, message, help)) => {
                    let field = format!("templates[{i}]");
                    self.findings.error(code, field, Some(node.place), message, help);
                }
            }
        }
        // A later template wins over those before it.
        for template in templates.into_iter().rev() {
            merge(user, template, "");
        }
    }

    /// A template on top of those that it uses, or code, message and help of what is wrong.
    fn open(&mut self, name: String) -> Result<Node, (&'static str, String, String)> {
        if self.used.contains(&name) {
            let message = format!("the template \"{name}\" is in use already");
            let help = "use it once; templates must not use each other in a circle";
            return Err(("template-twice", message, help.into()));
        }
        let (file, text) = text_of(&name, self.base, &mut self.files)?;
        self.used.push(name);
        let source = self.findings.sources.add(file, text);
        let mut template = Node::parse(source, self.findings);
        self.below(&mut template);
        Ok(template)
    }
}

/// A shipped template, or a file of the user's own: how findings call it, and its text.
fn text_of(
    name: &str,
    base: &Path,
    files: &mut Vec<PathBuf>,
) -> Result<(String, String), (&'static str, String, String)> {
    if Path::new(name).extension().is_some_and(|e| e == "toml") {
        let path = base.join(name);
        let text = text::read(&path).map_err(|(message, help)| {
            let relative = "paths are relative to the folder of the study file";
            ("unreadable", message, help.unwrap_or(relative).to_owned())
        })?;
        files.push(path);
        return Ok((name.to_owned(), text));
    }
    let found = SHIPPED.iter().find(|(known, ..)| *known == name);
    let (_, file, text) = found.ok_or_else(|| {
        let help = did_you_mean(name, SHIPPED.map(|(known, ..)| known)).map_or_else(
            || "`waterline prices` lists all; a file of your own ends in .toml".to_owned(),
            |near| format!("did you mean \"{near}\"?"),
        );
        ("unknown-template", format!("there is no template \"{name}\""), help)
    })?;
    Ok(((*file).to_owned(), (*text).to_owned()))
}

/// Fills in what `own` does not state.
fn merge(own: &mut Node, below: Node, path: &str) {
    let (Value::Table(entries), Value::Table(more)) = (&mut own.value, below.value) else {
        return;
    };
    for entry in more {
        let Some(stated) = entries.iter_mut().find(|e| e.key == entry.key) else {
            entries.push(entry);
            continue;
        };
        let inner = format!("{path}.{}", entry.key);
        match (&mut stated.node.value, entry.node.value) {
            (Value::Array(own), Value::Array(below)) if inner == ".contract.clauses" => {
                add_clauses(own, below);
            }
            // A distribution or a policy is one value: parts of two make no third.
            (Value::Table(own), _) if is_value(own) => {}
            (Value::Table(_), below @ Value::Table(_)) => {
                let below = Node { value: below, place: entry.node.place };
                merge(&mut stated.node, below, &inner);
            }
            _ => {}
        }
    }
}

fn is_value(table: &[Entry]) -> bool {
    table.iter().any(|e| ["dist", "kind"].contains(&e.key.as_str()))
}

/// Puts clauses of kinds that `own` does not have before it; a list that is empty stays so.
fn add_clauses(own: &mut Vec<Node>, below: Vec<Node>) {
    if own.is_empty() {
        return;
    }
    let kind = |clause: &Node| match clause.get("kind").map(|node| &node.value) {
        Some(Value::String(kind)) => Some(kind.clone()),
        _ => None,
    };
    let kinds: Vec<_> = own.iter().filter_map(kind).collect();
    let others = below.into_iter().filter(|c| kind(c).is_none_or(|k| !kinds.contains(&k)));
    own.splice(0..0, others);
}
