//! The alternatives of `waterline compare`: study files, and several joined by `+`.

use crate::input::findings::Findings;
use std::path::{Path, PathBuf};

/// The files of an alternative under a name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sum {
    pub name: String,
    /// Positions among all files.
    pub parts: Vec<usize>,
}

/// All files, each once under a short name, and the alternatives that are made of them.
#[derive(Debug, Default)]
pub(super) struct Sums {
    pub files: Vec<(String, PathBuf)>,
    pub list: Vec<Sum>,
}

impl Sums {
    /// Takes the arguments apart; a `+` with nothing beside it goes to the findings.
    pub(super) fn read(arguments: &[PathBuf], findings: &mut Findings) -> Self {
        let mut files: Vec<PathBuf> = Vec::new();
        let mut list = Vec::new();
        for argument in arguments {
            let (gaps, parts): (Vec<PathBuf>, Vec<PathBuf>) =
                taken_apart(argument).into_iter().partition(|file| file.as_os_str().is_empty());
            if !gaps.is_empty() {
                let message = format!("`{}` has nothing beside a +", argument.display());
                let help = "join study files whose bills are paid together, as in \
                            azure.toml+bedrock.toml";
                findings.error("empty-part", "", None, message, help);
            }
            let place = |file: PathBuf| {
                let known = files.iter().position(|known| *known == file);
                known.unwrap_or_else(|| {
                    files.push(file);
                    files.len() - 1
                })
            };
            list.push(parts.into_iter().map(place).collect());
        }
        let names = names(&files);
        Self { list: named(&names, list), files: names.into_iter().zip(files).collect() }
    }
}

/// The files of a sum. A file whose own name has a `+` is one file.
fn taken_apart(argument: &Path) -> Vec<PathBuf> {
    let Some(text) = argument.to_str() else {
        return vec![argument.to_owned()];
    };
    let pieces: Vec<&str> = text.split('+').collect();
    let mut files = Vec::new();
    let mut from = 0;
    while from < pieces.len() {
        let until = (from + 2..=pieces.len()).rev();
        let whole = |until: &usize| Path::new(&pieces[from..*until].join("+")).is_file();
        let end = until.into_iter().find(whole).unwrap_or(from + 1);
        let name = pieces[from..end].join("+");
        // Blanks beside a + are for the eye.
        let is_part = pieces.len() > 1 && !Path::new(&name).is_file();
        files.push(PathBuf::from(if is_part { name.trim() } else { &name }));
        from = end;
    }
    files
}

/// A short name for each file: without folder and ending where that tells them apart, otherwise
/// with both.
fn names(files: &[PathBuf]) -> Vec<String> {
    let stem = |f: &Path| f.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let twice = |name: &str| files.iter().filter(|f| stem(f) == name).count() > 1;
    let name = |file: &PathBuf| match stem(file) {
        name if twice(&name) => file.display().to_string(),
        name => name,
    };
    files.iter().map(name).collect()
}

/// The alternatives by the names of their parts, numbered where one is there again.
fn named(names: &[String], list: Vec<Vec<usize>>) -> Vec<Sum> {
    let mut sums: Vec<Sum> = Vec::new();
    for parts in list {
        let joined: Vec<&str> = parts.iter().map(|&at| names[at].as_str()).collect();
        let base = joined.join("+");
        let numbered = (2..).map(|n| format!("{base} ({n})"));
        let mut all = std::iter::once(base.clone()).chain(numbered);
        let taken = |name: &String| sums.iter().any(|sum| sum.name == *name);
        let name = all.find(|name| !taken(name)).expect("numbers without end");
        sums.push(Sum { name, parts });
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_of(arguments: &[&str]) -> Vec<String> {
        let arguments: Vec<PathBuf> = arguments.iter().map(PathBuf::from).collect();
        let sums = Sums::read(&arguments, &mut Findings::default());
        sums.list.into_iter().map(|sum| sum.name).collect()
    }

    #[test]
    fn names_are_short_and_different() {
        assert_eq!(names_of(&["drafts/a.toml", "b.toml"]), ["a", "b"]);
        assert_eq!(names_of(&["x/a.toml", "y/a.toml", "b.toml"]), ["x/a.toml", "y/a.toml", "b"]);
        assert_eq!(names_of(&["a.toml", "a.toml", "a.toml"]), ["a", "a (2)", "a (3)"]);
        assert_eq!(names_of(&["c.toml", "x/a.toml+b.toml"]), ["c", "a+b"]);
        assert_eq!(names_of(&["a.toml+a.toml", "a.toml"]), ["a+a", "a"]);
    }

    #[test]
    fn a_file_whose_name_has_a_plus_is_one_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(at("x+y.toml"), "").expect("written");
        let taken = |text: &str| taken_apart(Path::new(text));
        assert_eq!(taken(&at("x+y.toml")), [PathBuf::from(at("x+y.toml"))]);
        let joined = format!("{}+b.toml", at("x+y.toml"));
        assert_eq!(taken(&joined), [PathBuf::from(at("x+y.toml")), "b.toml".into()]);
        let joined = format!("b.toml+{}", at("x+y.toml"));
        assert_eq!(taken(&joined), ["b.toml".into(), PathBuf::from(at("x+y.toml"))]);
        assert_eq!(taken(&at("x+z.toml")).len(), 2);
        assert_eq!(taken("a.toml + b.toml"), [PathBuf::from("a.toml"), "b.toml".into()]);
    }

    #[test]
    fn nothing_beside_a_plus_is_said() {
        for argument in ["a.toml+", "+a.toml", "a.toml++b.toml", "+"] {
            let mut findings = Findings::default();
            Sums::read(&[argument.into()], &mut findings);
            assert!(findings.list.iter().all(|f| f.code == "empty-part"));
            assert!(findings.has_errors(), "{argument}");
        }
    }
}
