//! From the tables of a study file to the resolved [`Study`].
//!
//! Every step reports what it finds and goes on as far as it can, so that one run of the program
//! shows all there is to repair.

mod books;
mod caution;
mod contract;
mod fitted;
mod form;
mod further;
mod futures;
mod idle;
mod levers;
mod limits;
mod model;
mod plausible;
mod pool;
mod rights;
mod settings;
mod sizes;
mod workload;

use super::findings::{Finding, Findings, Place, Severity};
use super::study_file::StudyFile;
use super::tree::{Node, apply_override};
use super::{price_book, schema, templates, text};
use crate::error::Problem;
use crate::facts::{Facts, ParameterFact, Warning};
use crate::path::PathModel;
use crate::study::Study;
use books::Books;
use contract::Agreed;
use further::{further, is_within};
use limits::MOST_MONTHS;
use serde::Deserialize;
use settings::Settings;
use std::path::{Path, PathBuf};
use workload::Loads;

/// What came of reading a study.
pub struct Loaded {
    /// The study, if nothing stops it.
    pub study: Option<Study>,
    /// Everything that was found.
    pub findings: Findings,
    /// The files besides the study that it was read from.
    pub files: Vec<PathBuf>,
    /// The study file with its overrides, where its tables have the fields that they should have.
    pub file: Option<StudyFile>,
    /// The same with the place of every value.
    pub tree: Option<Node>,
}

impl Loaded {
    /// Nothing but findings.
    fn unread(findings: Findings) -> Self {
        Self { study: None, findings, files: Vec::new(), file: None, tree: None }
    }
}

/// Reads a study file with overrides of the form `path.to.field=value`.
#[must_use]
pub fn load(path: &Path, overrides: &[String]) -> Loaded {
    read(path, overrides, true)
}

/// The same without fitting policies to it: for questions that find policies of their own.
#[must_use]
pub fn load_unfitted(path: &Path, overrides: &[String]) -> Loaded {
    read(path, overrides, false)
}

fn read(path: &Path, overrides: &[String], fits: bool) -> Loaded {
    match text::read(path) {
        Ok(text) => {
            let base = path.parent().unwrap_or(Path::new("")).to_owned();
            build(&path.display().to_string(), &text, &base, overrides, fits)
        }
        Err((message, help)) => {
            let mut findings = Findings::default();
            let help = help.unwrap_or(
                "check the path; `waterline init study.toml` writes a study to start from",
            );
            findings.error("unreadable", "", None, message, help);
            Loaded::unread(findings)
        }
    }
}

/// Reads a study from its text; `base` is the folder that its paths are relative to.
#[must_use]
pub fn load_text(name: &str, text: &str, base: &Path, overrides: &[String]) -> Loaded {
    build(name, text, base, overrides, true)
}

fn build(name: &str, text: &str, base: &Path, overrides: &[String], fits: bool) -> Loaded {
    let mut findings = Findings::default();
    let source = findings.sources.add(name, text);
    let mut tree = Node::parse(source, &mut findings);
    // Which templates come first: other overrides may reach into what they bring.
    let (choice, rest): (Vec<&String>, Vec<&String>) =
        overrides.iter().partition(|o| o.trim_start().starts_with("templates"));
    for argument in choice {
        apply_override(&mut tree, argument, &mut findings);
    }
    let files = templates::lay_below(&mut tree, base, &mut findings);
    // A study that could not be read as a whole has too much missing in it.
    let whole = !findings.has_errors();
    for argument in rest {
        apply_override(&mut tree, argument, &mut findings);
    }
    let lost: Vec<String> = findings.list.iter().map(|f| f.field.clone()).collect();
    if let (Some(template), None) = (templates::named(text), tree.get("workload")) {
        let message = format!("this is the template \"{template}\", a part of a study");
        let help = format!(
            "use it in a study: templates = [\"{template}\"]; to compare it with other terms, \
             write a study with each"
        );
        findings.error("template", "", None, message, help);
    }
    let said = findings.list.iter().all(|f| f.code == "override" && !f.field.is_empty());
    if !whole || !said {
        return Loaded::unread(findings);
    }
    if !follows_the_schema(&tree, base, &lost, &mut findings) {
        return Loaded::unread(findings);
    }
    let file = match StudyFile::deserialize(tree.plain()) {
        Ok(file) => file,
        Err(error) => {
            // The schema lets nothing through that the types refuse; a test holds them together.
            findings.error("unreadable", "", None, error.to_string(), "please report this file");
            return Loaded::unread(findings);
        }
    };
    let mut builder = Builder {
        file,
        tree,
        base: base.to_owned(),
        findings,
        warnings: Vec::new(),
        read: Vec::new(),
        files,
        fits,
        lost_books: false,
    };
    let study = builder.study();
    let Builder { file, tree, findings, files, .. } = builder;
    let study = study.filter(|_| !findings.has_errors());
    Loaded { study, findings, files, file: Some(file), tree: Some(tree) }
}

/// Whether there are no errors; otherwise all else that is wrong goes to the findings too. `lost` are
/// fields whose override was refused.
fn follows_the_schema(tree: &Node, base: &Path, lost: &[String], findings: &mut Findings) -> bool {
    let before = findings.list.len();
    let repairs = schema::check::<StudyFile>(tree, findings);
    if !findings.has_errors() {
        return true;
    }
    let checked = findings.list.split_off(before);
    let of_lost = |f: &Finding| lost.iter().any(|path| is_within(path, &f.field));
    findings.list.extend(checked.into_iter().filter(|f| !of_lost(f)));
    // Without its templates nobody knows what a study lacks.
    if !repairs.iter().any(|r| is_within(&r.path, "templates")) {
        further(tree, base, &repairs, lost, findings);
    }
    false
}

/// A study under construction.
struct Builder {
    file: StudyFile,
    tree: Node,
    base: PathBuf,
    findings: Findings,
    /// What the results will repeat.
    warnings: Vec<Warning>,
    /// Texts that the study depends on besides its own, for its hash.
    read: Vec<String>,
    /// Where those texts and the templates come from.
    files: Vec<PathBuf>,
    /// Whether the policies of rights matter: those that ask for it are fitted, and those that never
    /// act are warned of.
    fits: bool,
    /// Whether the study names price books of its own that are not known.
    lost_books: bool,
}

impl Builder {
    fn study(&mut self) -> Option<Study> {
        let books = Books::load(self);
        let agreed = self.agreed(&books);
        let months = self.months(&agreed);
        let loads = self.loads(&books, &agreed, months.unwrap_or(MOST_MONTHS));
        let settings = self.settings(&agreed, months.unwrap_or(1));
        self.check_futures(&agreed, loads.as_ref(), months.unwrap_or(1));
        self.check_start();
        let before = self.findings.list.len();
        let sizes = self.sizes(&agreed, loads.as_ref());
        self.check_units(sizes.as_ref());
        if let Some(loads) = loads.as_ref().filter(|_| !self.has_errors_since(before)) {
            self.check_load(loads);
        }
        if self.findings.has_errors() {
            return None;
        }
        let (loads, settings, sizes, months) = (loads?, settings?, sizes?, months?);
        debug_assert!(agreed.complete, "what is not known has been said");
        let (mut contract, mut strategies) = (agreed.contract.clone(), settings.strategies.clone());
        let (minimum, step) = self.sold(agreed.offer.as_ref(), Some(&loads));
        (contract.minimum, contract.step) = (minimum.unwrap_or(0.0), step.unwrap_or(0.0));
        let model = self.model(months, &loads, |parameters| {
            contract.bind(parameters);
            for strategy in &mut strategies {
                strategy.bind(parameters);
            }
        })?;
        let units = self.fixed_units();
        let facts = self.facts(&model, &agreed, &loads, &settings, &sizes);
        let mut study = Study {
            curves: loads.curves,
            model,
            contract,
            strategies,
            units,
            sizes,
            objective: settings.objective,
            indifference: self.file.sizing.indifference,
            budget: self.file.finance.budget,
            discounts: settings.discounts,
            run: settings.run,
            facts,
        };
        self.fit_policies(&mut study);
        Some(study)
    }

    /// Months simulated, if that is known.
    fn months(&self, agreed: &Agreed) -> Option<usize> {
        let under_contract =
            agreed.term.map(|term| (agreed.contract.start + term).min(MOST_MONTHS));
        self.file.horizon_months.or(under_contract)
    }

    /// Whether there are more errors than there were.
    fn has_errors_since(&self, before: usize) -> bool {
        self.findings.list[before..].iter().any(|f| f.severity == Severity::Error)
    }

    fn model(
        &mut self,
        months: usize,
        loads: &Loads,
        terms: impl FnOnce(&mut crate::param::Parameters),
    ) -> Option<PathModel> {
        let spec = self.spec(months, loads.workload.clone(), loads.pool.clone());
        match PathModel::new(spec, terms) {
            Ok(model) => Some(model),
            Err(problems) => {
                self.problems("correlations", problems);
                None
            }
        }
    }

    fn facts(
        &mut self,
        model: &PathModel,
        agreed: &Agreed,
        loads: &Loads,
        settings: &Settings,
        sizes: &crate::contract::sizes::Sizes,
    ) -> Facts {
        let parameters = model.parameters().list().iter().map(|p| ParameterFact {
            name: p.name.clone(),
            description: p.dist.get().describe(),
            uncertain: p.dist.fixed().is_none(),
        });
        let mut facts = Facts {
            title: self.file.title.clone(),
            study_hash: self.hash(),
            start: self.file.start.clone(),
            months: model.months(),
            term_months: agreed.contract.term,
            unit: loads.unit.clone(),
            contract: agreed.describe(),
            refund_limit_usd: agreed.offer.as_ref().and_then(|o| o.refund_limit),
            budget_usd: self.file.finance.budget,
            discount_rate: self.file.finance.discount_rate_per_year,
            objective: settings.objective_in_words.clone(),
            prices: agreed.prices.iter().chain(&loads.prices).cloned().collect(),
            parameters: parameters.collect(),
            history: loads.history.clone(),
            shape: loads.shape_fact(),
            load: loads.fact(&agreed.contract),
            vendor_sizing: loads.vendor_sizing(sizes),
            warnings: Vec::new(),
        };
        self.caution(model, agreed, loads, &facts, &settings.strategies);
        facts.warnings = std::mem::take(&mut self.warnings);
        facts
    }

    /// The identity of everything that the numbers depend on, apart from the program.
    fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut plain = self.tree.plain();
        if let Some(table) = plain.as_table_mut() {
            table.remove("title");
            // What they bring is in the tree.
            table.remove("templates");
        }
        hasher.update(plain.to_string().as_bytes());
        for text in &self.read {
            hasher.update(text.as_bytes());
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }

    /// An error at a field of the study file.
    fn error(
        &mut self,
        field: &str,
        code: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let place = self.place(field);
        self.findings.error(code, field, Some(place), message, help);
    }

    fn place(&self, field: &str) -> Place {
        self.tree.locate(field)
    }

    /// Problems of a table, at their fields.
    fn problems(&mut self, table: &str, problems: Vec<Problem>) {
        for problem in problems {
            // Entries of a list start with their index: `correlations` + `[0].between`.
            let field = if problem.field.starts_with('[') {
                format!("{table}{}", problem.field)
            } else {
                problem.clone().inside(table).field
            };
            self.error(&field, problem.code, problem.message, problem.help);
        }
    }

    /// A file that the study names, as text.
    fn read_file(&mut self, field: &str, name: &str) -> Option<String> {
        let path = self.base.join(name);
        match text::read(&path) {
            Ok(text) => {
                self.read.push(text.clone());
                self.files.push(path);
                Some(text)
            }
            Err((message, help)) => {
                let help = help.unwrap_or("paths are relative to the folder of the study file");
                self.error(field, "unreadable", message, help);
                None
            }
        }
    }
}
