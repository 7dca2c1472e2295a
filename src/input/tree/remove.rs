//! Taking keys out of a tree.

use super::steps::{Step, steps};
use super::{Node, Value};

impl Node {
    /// Takes the key at `path` out of its table, if there is one.
    pub fn remove(&mut self, path: &str) {
        let all = steps(path).unwrap_or_default();
        let Some((Step::Key(last), before)) = all.split_last() else { return };
        let mut node = self;
        for step in before {
            let next = match (&mut node.value, step) {
                (Value::Table(entries), Step::Key(key)) => {
                    entries.iter_mut().find(|e| e.key == *key).map(|e| &mut e.node)
                }
                (Value::Array(items), Step::Index(i)) => items.get_mut(*i),
                _ => None,
            };
            let Some(found) = next else { return };
            node = found;
        }
        if let Value::Table(entries) = &mut node.value {
            entries.retain(|e| e.key != *last);
        }
    }
}
