//! Paths into a tree: `contract.clauses[0].annual`.

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(usize),
    /// A new entry at the end of a list: `[+]`.
    Append,
}

/// `contract.clauses[0].annual` (or `contract.clauses.0.annual`) as steps, or why it is no path.
pub(super) fn steps(path: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (key, indices) = part.split_once('[').map_or((part, None), |(k, i)| (k, Some(i)));
        if key.is_empty() {
            return Err("a name is missing".into());
        }
        steps.push(key.parse().map_or_else(|_| Step::Key(key.to_owned()), Step::Index));
        for index in indices.into_iter().flat_map(|i| i.split('[')) {
            if index == "+]" {
                steps.push(Step::Append);
                continue;
            }
            let index = index.strip_suffix(']').and_then(|i| i.parse().ok());
            let index = index.ok_or("entries of a list are `[0]`, `[1]`, ...")?;
            steps.push(Step::Index(index));
        }
    }
    Ok(steps)
}
