//! No option is ignored in silence: every field and every word of the study schema, flipped in a
//! study where it matters, changes the numbers (`tests/flips.toml` says how). A field that the
//! schema has and the file does not fails here by its name, and so does the reverse.

use crate::support::{answer, repository};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use waterline::input::study_file::StudyFile;
use waterline::input::{Loaded, load};

// ---- The fields of the schema -----------------------------------------------------------------

/// Walks a schema and collects its fields: `growth.expected_per_year`, `level_at=end` for a word,
/// `contract.clauses[ramp].steps.share` inside a variant.
struct Fields<'a> {
    root: &'a Json,
    found: BTreeSet<String>,
}

impl<'a> Fields<'a> {
    fn of_studies(root: &'a Json) -> BTreeSet<String> {
        let mut fields = Self { root, found: BTreeSet::new() };
        fields.table(root, "");
        // Every uncertain number takes every distribution: they are walked once.
        fields.variants(&root["$defs"]["Dist"], "dist");
        fields.found
    }

    fn table(&mut self, table: &'a Json, path: &str) {
        for (name, field) in table["properties"].as_object().into_iter().flatten() {
            let place = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            if field["const"].is_null() {
                self.field(field, &place);
            }
        }
    }

    fn variants(&mut self, choice: &'a Json, path: &str) {
        for option in choice["oneOf"].as_array().into_iter().flatten() {
            let mut fields = option["properties"].as_object().into_iter().flatten();
            match fields.find_map(|(_, field)| field["const"].as_str()) {
                Some(tag) => self.table(option, &format!("{path}[{tag}]")),
                None => self.field(option, path),
            }
        }
    }

    fn field(&mut self, field: &'a Json, path: &str) {
        let name = field["$ref"].as_str().and_then(|r| r.rsplit('/').next()).unwrap_or_default();
        let target = if name.is_empty() { field } else { &self.root["$defs"][name] };
        let word = |text: &Json| format!("{path}={}", text.as_str().expect("a word"));
        let inner = [&target["items"], &target["additionalProperties"]];
        // Further workloads have the fields of the first, which are walked there.
        let again = name == "WorkloadTable" && path != "workload";
        if ["Param", "Dist"].contains(&name) || again {
            self.found.insert(path.to_owned());
        } else if let Some(options) = target["anyOf"].as_array() {
            options.iter().filter(|o| o["type"] != "null").for_each(|o| self.field(o, path));
        } else if target["const"].is_string() {
            self.found.insert(word(&target["const"]));
        } else if target["oneOf"].is_array() {
            self.variants(target, path);
        } else if let Some(words) = target["enum"].as_array() {
            self.found.extend(words.iter().map(word));
        } else if target["properties"].is_object() {
            self.table(target, path);
        } else if inner[0]["$ref"].is_string() {
            self.field(inner[0], path);
        } else if inner[1]["$ref"].is_string() {
            self.field(inner[1], &format!("{path}.<name>"));
        } else {
            self.found.insert(path.to_owned());
        }
    }
}

// ---- The flips --------------------------------------------------------------------------------

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Flips {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    study: String,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default)]
    at: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    flips: Vec<Flip>,
    #[serde(default)]
    words: Vec<Flip>,
    #[serde(default)]
    refused: Vec<(String, Flip)>,
    #[serde(default)]
    echoes: Vec<(String, Flip)>,
    #[serde(default)]
    same: Vec<(String, Flip)>,
    #[serde(default)]
    idle: Vec<Flip>,
}

/// An override of a field, or the field and several overrides.
#[derive(Deserialize)]
#[serde(untagged)]
enum Flip {
    One(String),
    Several(Vec<String>),
}

impl Flip {
    /// The text that names the field.
    fn named(&self) -> &str {
        match self {
            Self::One(text) => text,
            Self::Several(parts) => &parts[0],
        }
    }

    fn overrides(&self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text.clone()],
            Self::Several(parts) => parts[1..].to_vec(),
        }
    }
}

impl Case {
    /// The field that a flip is about, as the schema's walk names it.
    fn field(&self, flip: &Flip, known: &BTreeSet<String>) -> String {
        let text = flip.named();
        let full = match text.strip_prefix(&self.at) {
            Some(rest) if !self.at.is_empty() => format!("{}{rest}", self.key),
            _ => text.to_owned(),
        };
        let field = full.split('=').next().unwrap_or_default().to_owned();
        if known.contains(&full) { full } else { field }
    }

    /// Whether the case says anything of one of these fields.
    fn is_about(&self, fields: &[&str]) -> bool {
        let plain = self.flips.iter().chain(&self.words).chain(&self.idle);
        let reasoned = self.refused.iter().chain(&self.echoes).chain(&self.same);
        let flips = plain.chain(reasoned.map(|(_, flip)| flip));
        let mut all = self.with.iter().cloned().chain(flips.flat_map(Flip::overrides));
        all.any(|text| fields.iter().any(|field| text.contains(field)))
    }

    fn load(&self, usage: &Path, flip: &[String]) -> Loaded {
        let usage = usage.to_string_lossy().replace('\\', "/");
        let all = self.with.iter().chain(flip).map(|o| o.replace("{usage}", &usage));
        // Few paths and sizes are faster than many, where they show all that the case is about.
        let mut few = vec!["run.paths=2048"];
        if self.study == "static" && !self.is_about(&["run."]) {
            few = vec!["run.paths=256", "run.sampler=\"pseudo\""];
        }
        if self.study == "static" && !self.is_about(&["sizing.", "min_units", "step", "units"]) {
            few.push("sizing.sizes=[60, 100, 140]");
        }
        let few = few.into_iter().map(str::to_owned);
        let all: Vec<String> = few.chain(all).collect();
        load(&repository(&format!("tests/studies/{}.toml", self.study)), &all)
    }

    /// The results as JSON: all of them, and the numbers alone.
    fn results(&self, usage: &Path, flip: &[String]) -> Result<(String, String), String> {
        let loaded = self.load(usage, flip);
        let findings = || format!("{} {flip:?}\n{}", self.study, loaded.findings.render(false));
        let study = loaded.study.as_ref().ok_or_else(findings)?;
        let mut json = serde_json::to_value(answer(study)).expect("JSON");
        let whole = json.to_string();
        let table = json.as_object_mut().expect("a table");
        table.retain(|key, _| !["facts", "warnings", "run", "version"].contains(&key.as_str()));
        json["answer"].as_object_mut().expect("a table").remove("sentence");
        for month in json["months"].as_array_mut().expect("months") {
            month.as_object_mut().expect("a table").remove("date");
        }
        Ok((whole, json.to_string()))
    }

    /// Every flip of the case that does not do what the case says.
    fn check(&self, usage: &Path, known: &BTreeSet<String>) -> Result<Vec<String>, String> {
        let run = |flip: &Flip| self.results(usage, &flip.overrides());
        let (whole, numbers) = self.results(usage, &[])?;
        let mut wrong = Vec::new();
        for flip in &self.flips {
            if run(flip)?.1 == numbers {
                wrong.push(format!("{} changes no number", self.field(flip, known)));
            }
        }
        let mut seen: BTreeMap<(String, String), String> = BTreeMap::new();
        for flip in &self.words {
            let word = self.field(flip, known);
            let field = word.split('=').next().unwrap_or_default().to_owned();
            if let Some(other) = seen.insert((field, run(flip)?.1), word.clone()) {
                wrong.push(format!("{word} does what {other} does"));
            }
        }
        for (code, flip) in &self.refused {
            let loaded = self.load(usage, &flip.overrides());
            if loaded.study.is_some() || !loaded.findings.list.iter().any(|f| f.code == code) {
                wrong.push(format!("{} is not refused by {code}", self.field(flip, known)));
            }
        }
        for (traced, list) in [(true, &self.echoes), (false, &self.same)] {
            for (reason, flip) in list {
                let (other, others) = run(flip)?;
                // Another study has another hash, except for its title.
                let traces = without_hash(&other) != without_hash(&whole);
                if others != numbers || traces != traced {
                    wrong.push(format!("{} is not so: {reason}", self.field(flip, known)));
                }
            }
        }
        for flip in &self.idle {
            let (other, others) = run(flip)?;
            let field = flip.named().split('=').next().unwrap_or_default();
            if others != numbers || !other.contains(&format!("`{field}` changes nothing: ")) {
                wrong.push(format!("{field} is not reported as idle"));
            }
        }
        Ok(wrong)
    }
}

/// Results without the hash of their study.
fn without_hash(results: &str) -> String {
    let at = results.find("\"study_hash\"").expect("a hash");
    let end = at + results[at..].find(',').expect("more facts");
    format!("{}{}", &results[..at], &results[end..])
}

fn schema() -> Json {
    schemars::schema_for!(StudyFile).to_value()
}

fn flips() -> Flips {
    let text = std::fs::read_to_string(repository("tests/flips.toml")).expect("the flips");
    toml::from_str(&text).unwrap_or_else(|e| panic!("flips.toml: {e}"))
}

#[test]
fn every_field_of_the_schema_is_flipped() {
    let schema = schema();
    let known = Fields::of_studies(&schema);
    assert!(known.len() > 180 && known.contains("contract.clauses[ramp].steps.share"));
    let mut flipped = BTreeSet::new();
    for case in flips().case {
        let more = [&case.refused, &case.echoes, &case.same];
        let noted = more.into_iter().flatten().map(|(_, flip)| flip);
        let all = case.flips.iter().chain(&case.words).chain(noted);
        flipped.extend(all.map(|flip| case.field(flip, &known)));
    }
    let missing: Vec<&String> = known.difference(&flipped).collect();
    assert!(missing.is_empty(), "not in tests/flips.toml: {missing:#?}");
    let unknown: Vec<&String> = flipped.difference(&known).collect();
    assert!(unknown.is_empty(), "in tests/flips.toml and not in the schema: {unknown:#?}");
}

#[test]
fn every_flip_changes_the_results() {
    let folder = tempfile::tempdir().expect("a folder");
    let usage = folder.path().join("usage.csv");
    std::fs::write(&usage, usage_file()).expect("written");
    let schema = schema();
    let known = Fields::of_studies(&schema);
    let checked = flips().case.iter().map(|case| case.check(&usage, &known)).collect::<Vec<_>>();
    let wrong: Vec<String> =
        checked.into_iter().flat_map(|case| case.unwrap_or_else(|refused| vec![refused])).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Six weeks of hours for two models, across the end of summer time in Berlin, an hour missing.
fn usage_file() -> String {
    let mut text = String::from("timestamp,reversed,local,model,a,b,c,d\n");
    let first: jiff::Timestamp = "2026-09-28T00:00:00Z".parse().expect("a time");
    let hours = 42 * 24;
    let at = |h: i64| first + jiff::SignedDuration::from_hours(h);
    let berlin = jiff::tz::TimeZone::get("Europe/Berlin").expect("a zone");
    for h in (0..hours).filter(|h| *h != 900) {
        let local = at(h).to_zoned(berlin.clone()).datetime();
        let day = 1.0 + 0.5 * f64::from(i32::try_from(h % 24).expect("small")) / 24.0;
        let load = 1e6 * day * (1.0 + h as f64 / 500.0);
        for (model, scale) in [("m", 1.0), ("n", 2.0)] {
            let [a, b, c, d] = [1.0, 0.3, 0.1, 0.5].map(|share| (load * scale * share).round());
            text.push_str(&format!(
                "{},{},{local},{model},{a},{b},{c},{d}\n",
                at(h),
                at(hours - 1 - h)
            ));
        }
    }
    text
}
