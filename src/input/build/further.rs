//! What else is wrong with a study some of whose values the schema refuses.
//!
//! The study is built with other values in their place, once for each of several readings
//! ([`Repair`]). A finding that all readings share, and that is not about a wrong value itself, is
//! no consequence of what is wrong already.

use super::Builder;
use crate::input::findings::{Finding, Findings};
use crate::input::schema::{self, Repair, WORLDS};
use crate::input::study_file::StudyFile;
use crate::input::tree::Node;
use serde::Deserialize;
use std::path::Path;

/// Adds what is wrong with the rest of the study.
pub(super) fn further(
    tree: &Node,
    base: &Path,
    repairs: &[Repair],
    lost: &[String],
    findings: &mut Findings,
) {
    let before = findings.list.len();
    let worlds = if repairs.is_empty() { 1 } else { WORLDS };
    let built: Option<Vec<Findings>> =
        (0..worlds).map(|k| built(tree, base, repairs, k, findings)).collect();
    // A value that cannot be replaced leaves nothing to go by.
    let Some((first, others)) = built.as_deref().and_then(<[Findings]>::split_first) else {
        return;
    };
    let wrong = || repairs.iter().map(|r| r.path.as_str()).chain(lost.iter().map(String::as_str));
    let shared = |f: &&Finding| {
        others.iter().all(|other| other.list[before..].iter().any(|o| o.says_the_same(f)))
    };
    let more = first.list[before..].iter().filter(shared);
    let more: Vec<Finding> = more
        .filter(|f| !wrong().any(|path| is_within(&f.field, path)))
        .filter(|f| !lost.iter().any(|path| is_within(path, &f.field)))
        .cloned()
        .collect();
    findings.sources = first.sources.clone();
    findings.list.extend(more);
}

/// The findings of a reading, after those that there are.
fn built(
    tree: &Node,
    base: &Path,
    repairs: &[Repair],
    k: usize,
    findings: &Findings,
) -> Option<Findings> {
    let tree = repaired(tree, repairs, k)?;
    let file = StudyFile::deserialize(tree.plain()).ok()?;
    let mut builder = Builder {
        file,
        tree,
        base: base.to_owned(),
        // With errors among them nothing is built that only a run needs.
        findings: findings.clone(),
        warnings: Vec::new(),
        read: Vec::new(),
        files: Vec::new(),
        fits: false,
        lost_books: repairs.iter().any(|r| is_within(&r.path, "price_books")),
    };
    builder.study();
    Some(builder.findings)
}

/// The tree with other values in the place of wrong ones, if the schema takes it.
fn repaired(tree: &Node, repairs: &[Repair], k: usize) -> Option<Node> {
    let mut tree = tree.clone();
    let inside = |r: &Repair| {
        repairs.iter().any(|other| other.path != r.path && is_within(&r.path, &other.path))
    };
    for repair in repairs.iter().filter(|r| !inside(r)) {
        match &repair.instead[k] {
            None => tree.remove(&repair.path),
            Some(value) => {
                let place = tree.locate(&repair.path);
                tree.set(&repair.path, Node { value: value.clone(), place }).ok()?;
            }
        }
    }
    let mut findings = Findings::default();
    schema::check::<StudyFile>(&tree, &mut findings);
    (!findings.has_errors()).then_some(tree)
}

/// Whether a field is another one or inside it.
pub(super) fn is_within(field: &str, table: &str) -> bool {
    let rest = field.strip_prefix(table);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
