//! `waterline value`.

use super::outputs::{Places, Report};
use super::progress::Bar;
use super::replay::check_units;
use super::threads::ThreadArgs;
use super::{Failure, FileArgs, Outcome, StudyArgs, paths, seed, show_findings, whole};
use crate::analysis::appraisal::{Others, Refusal, Request, Sensitive, appraise};
use crate::input::load_unfitted;
use crate::input::tree::OVERRIDE;
use crate::report::terminal::Style;
use crate::report::{csv, html, json, terminal};
use crate::results::appraisal::Appraisal;
use crate::strategy::StrategyKind;
use crate::study::Study;
use crate::value::setting::Method;
use clap::{Args, ValueEnum};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct ValueArgs {
    #[command(flatten)]
    study: StudyArgs,
    /// Value only this clause, by its kind, as in flex_down or "flex_down 2" (repeatable)
    #[arg(long = "clause", value_name = "NAME")]
    clauses: Vec<String>,
    /// Value a clause that is not in the contract, as in --add 'flex_down(share=0.15,
    /// windows={every_months=3, notice_months=1, per_year=2})' (repeatable)
    #[arg(long = "add", value_name = "CLAUSE", conflicts_with = "clauses")]
    added: Vec<String>,
    /// Value the variants of a clause: a TOML file of `variant` tables with `name` and `clause`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["clauses", "added"])]
    menu: Option<PathBuf>,
    /// Strategy whose bills are valued (default: the last of the study with a commitment)
    #[arg(long, value_name = "NAME")]
    strategy: Option<StrategyArg>,
    /// Units signed (default: those of the study, or the best without the valued clauses)
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    units: Option<f64>,
    /// Paths that value (default 16384 where the law of the load is known, otherwise 65536)
    #[arg(long, value_name = "N", value_parser = paths, allow_negative_numbers = true)]
    paths: Option<u64>,
    /// Fresh futures for the upper bound, where the law of the load is not known (default 256)
    #[arg(long, value_name = "N", value_parser = futures, allow_negative_numbers = true)]
    futures: Option<u64>,
    /// Seed of every draw (default 1)
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// How expected costs are found
    #[arg(long, value_name = "METHOD", default_value = "auto")]
    method: MethodArg,
    /// Leave out rules, other sizes, shares and other assumptions
    #[arg(long, conflicts_with = "menu")]
    quick: bool,
    #[command(flatten)]
    pub(super) threads: ThreadArgs,
    #[command(flatten)]
    pub(super) files: FileArgs,
    /// No report and no progress bar
    #[arg(long, short)]
    pub(super) quiet: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StrategyArg {
    Provisioned,
    Hybrid,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum MethodArg {
    /// In closed form where the law of the load is known, otherwise by regression
    Auto,
    /// By regression on training paths
    Regression,
    /// As auto, with a dense dynamic program beside it that simulates nothing: where the load, or load
    /// and on-demand price, follow a known law
    Dp,
}

fn futures(text: &str) -> Result<u64, String> {
    whole(text, 64, 1_048_576)
}

/// Clauses that grant rights: a policy is none of their value.
const RIGHTS: [&str; 8] = [
    "flex_down",
    "early_downgrade",
    "refund",
    "terminate",
    "expansion",
    "renewal_option",
    "switching",
    "conversion",
];

pub(super) fn run(args: &ValueArgs) -> Outcome {
    match &args.menu {
        Some(file) => super::menu::run(args, file),
        None => run_appraisal(args),
    }
}

fn run_appraisal(args: &ValueArgs) -> Outcome {
    let clauses = args.added.iter().map(|text| Ok(Added::new("--add", &clause(text)?)));
    let added = clauses.collect::<Result<Vec<Added>, Failure>>()?;
    let (study, inputs) = study(args, &added, &mut BTreeSet::new())?;
    let texts = added.into_iter().map(|added| added.text);
    let overrides: Vec<String> = overrides(args).into_iter().chain(texts).collect();
    check_size(args, &study)?;
    let places = Places::plan(&args.files, &csv::appraisal::FILES, &inputs)?;
    let mut request = request(args);
    let count = study.contract.clauses.len();
    request.clauses.extend(names_of_last(&study, args.added.len().min(count)));
    let others = if args.quick {
        Others::default()
    } else {
        Others {
            sensitive: sensitive(args, &overrides, &study),
            refund: with_refund(args, &overrides, &study),
        }
    };
    let bar = Bar::new(!args.quiet);
    let done = args.threads.install(|| appraise(&study, &request, &others, &bar))?;
    bar.clear();
    places.give(&done.map_err(refused)?, args.quiet)?;
    Ok(ExitCode::SUCCESS)
}

fn overrides(args: &ValueArgs) -> Vec<String> {
    let seed = args.seed.map(|seed| format!("run.seed={seed}"));
    args.study.overrides.iter().cloned().chain(seed).collect()
}

pub(super) fn request(args: &ValueArgs) -> Request {
    Request {
        clauses: args.clauses.clone(),
        strategy: args.strategy.map(|strategy| match strategy {
            StrategyArg::Provisioned => StrategyKind::Provisioned,
            StrategyArg::Hybrid => StrategyKind::Hybrid,
        }),
        units: args.units,
        paths: args.paths,
        futures: args.futures,
        method: match args.method {
            MethodArg::Regression => Method::Regression,
            MethodArg::Auto | MethodArg::Dp => Method::Auto,
        },
        solve: matches!(args.method, MethodArg::Dp),
        quick: args.quick,
    }
}

/// A clause that is not in the study: an override, and who wrote it in what.
pub(super) struct Added {
    from: String,
    text: String,
}

impl Added {
    fn new(from: &str, clause: &str) -> Self {
        Self::at("+", from, clause)
    }

    /// In the place of a clause of the study, or beside them.
    pub(super) fn at(place: &str, from: &str, clause: &str) -> Self {
        Self { from: from.to_owned(), text: format!("contract.clauses[{place}]={clause}") }
    }
}

/// The study with clauses added and the files it is read from, or all that is wrong with it on
/// standard error; what has been `shown` is not shown again.
pub(super) fn study(
    args: &ValueArgs,
    added: &[Added],
    shown: &mut BTreeSet<String>,
) -> Result<(Study, Vec<PathBuf>), Failure> {
    let file = &args.study.study;
    let texts = added.iter().map(|added| added.text.clone());
    let all: Vec<String> = overrides(args).into_iter().chain(texts).collect();
    let mut loaded = load_unfitted(file, &all);
    let findings = &mut loaded.findings;
    for Added { from, text } in added {
        findings.sources.rename(OVERRIDE, text, from);
    }
    let sources = &findings.sources;
    findings.list.retain(|finding| {
        let place = finding.place.as_ref().map(|p| (&sources.get(p.source).name, &p.span));
        shown.insert(format!("{} {} {place:?}", finding.code, finding.message))
    });
    show_findings(findings);
    let mut files = loaded.files;
    files.push(file.clone());
    loaded.study.map(|study| (study, files)).ok_or(Failure::Input(String::new()))
}

/// Units that are asked for must be on sale.
pub(super) fn check_size(args: &ValueArgs, study: &Study) -> Result<(), Failure> {
    let Some(units) = args.units else { return Ok(()) };
    check_units(units, None, study)
        .map_err(|(what, help)| Failure::Input(format!("error: {what}\nhelp: {help}\n")))
}

/// The names of the last clauses of a contract.
fn names_of_last(study: &Study, count: usize) -> Vec<String> {
    let names = crate::analysis::appraisal::names(&study.contract.clauses);
    names[names.len() - count..].to_vec()
}

/// `flex_down(share=0.15, ...)` as a table of TOML.
fn clause(text: &str) -> Result<String, Failure> {
    let fail = |why: String| {
        Failure::Input(format!(
            "error: --add {text}: {why}\nhelp: write the kind and its fields, as in --add \
             'clawback(threshold=0.7, share=0.1)'; `waterline schema` lists every kind\n"
        ))
    };
    let inside = text.trim().strip_suffix(')').and_then(|text| text.split_once('('));
    let (kind, fields) = inside.ok_or_else(|| fail("it is not of the form kind(fields)".into()))?;
    let kind = kind.trim();
    let comma = if fields.trim().is_empty() { "" } else { ", " };
    let table = format!("clause = {{ kind = \"{kind}\"{comma}{} }}", fields.trim());
    let mut table: toml::Table =
        toml::from_str(&table).map_err(|e| fail(e.message().to_owned()))?;
    match table.remove("clause") {
        Some(toml::Value::Table(clause)) => Ok(with_policy(clause)),
        _ => Err(fail("it is not a clause".into())),
    }
}

/// A clause as an inline table; a right that says nothing of its policy is left to be valued.
pub(super) fn with_policy(mut clause: toml::Table) -> String {
    let kind = clause.get("kind").and_then(toml::Value::as_str).unwrap_or_default();
    if RIGHTS.contains(&kind) && !clause.contains_key("policy") {
        let never = [("kind".to_owned(), toml::Value::String("never".into()))];
        clause.insert("policy".into(), toml::Value::Table(never.into_iter().collect()));
    }
    toml::Value::Table(clause).to_string()
}

/// The study under other assumptions: volatility, growth, prices, notice.
fn sensitive(args: &ValueArgs, overrides: &[String], base: &Study) -> Vec<Sensitive> {
    let Some(file) = load_unfitted(&args.study.study, overrides).file else { return Vec::new() };
    let Ok(toml::Value::Table(root)) = toml::Value::try_from(&file) else { return Vec::new() };
    let root = toml::Value::Table(root);
    let number = |path: &str| {
        let found = path.split('.').try_fold(&root, |value, key| value.get(key))?;
        found.as_float().or_else(|| found.as_integer().map(|i| i as f64))
    };
    let mut changes: Vec<(String, String)> = Vec::new();
    let mut change = |path: &str, name: &str, to: &dyn Fn(f64) -> [f64; 2]| {
        if let Some(now) = number(path).filter(|now| now.is_finite()) {
            for value in to(now).into_iter().filter(|value| *value != now) {
                let value = (1e9 * value).round() / 1e9;
                changes
                    .push((format!("{name} {value} instead of {now}"), format!("{path}={value}")));
            }
        }
    };
    for period in ["year", "month"] {
        change(
            &format!("growth.volatility_per_{period}"),
            &format!("volatility per {period}"),
            &|x| [0.75 * x, 1.25 * x],
        );
        let step = if period == "year" { 0.1 } else { 0.01 };
        for (field, name) in [("expected", "expected growth"), ("log_drift", "log drift")] {
            change(
                &format!("growth.{field}_per_{period}"),
                &format!("{name} per {period}"),
                &|x| [x - step, x + step],
            );
        }
    }
    change("contract.fee_per_unit_month", "fee", &|x| [0.9 * x, 1.1 * x]);
    change("workload.on_demand_per_unit_month", "on-demand value of a unit", &|x| {
        [0.9 * x, 1.1 * x]
    });
    for (i, clause) in base.contract.clauses.iter().enumerate() {
        let Some(right) = clause.get().right() else { continue };
        for notice in [right.notice.checked_sub(1), Some(right.notice + 1)].into_iter().flatten() {
            let path = format!("contract.clauses[{i}].{}notice_months={notice}", right.table);
            let name =
                format!("{} with {notice} months of notice", clause.kind().replace('_', " "));
            changes.push((name, path));
        }
    }
    let mut others = Vec::new();
    for (change, field) in changes {
        let mut with = overrides.to_vec();
        with.push(field);
        if let Some(study) = load_unfitted(&args.study.study, &with).study {
            others.push(Sensitive { change, study });
        }
    }
    others
}

/// The study with the refund rule of its offer as the last clause of the contract: a right that is used
/// in halves, at the end of every month of a year or every quarter of more. None where the offer has no
/// such rule, or the contract has its own or one that contradicts it.
fn with_refund(args: &ValueArgs, overrides: &[String], study: &Study) -> Option<Study> {
    let limit = study.facts.refund_limit_usd?;
    if study.contract.has_refund() {
        return None;
    }
    let every = if study.contract.in_force(study.months()) > 12 { 3 } else { 1 };
    let clause = format!(
        "{{ kind = \"refund\", limit_usd = {limit}, parts = 2, every_months = {every}, \
         policy = {{ kind = \"never\" }} }}"
    );
    let added = Added::at("+", "", &clause).text;
    let all: Vec<String> = overrides.iter().cloned().chain([added]).collect();
    load_unfitted(&args.study.study, &all).study
}

pub(super) fn refused(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::Stopped => {
            Failure::Stopped("nothing was written, earlier results are as they were".into())
        }
        Refusal::Asked(what, help) => Failure::Input(format!("error: {what}\nhelp: {help}\n")),
    }
}

impl Report for Appraisal {
    fn json(&self) -> String {
        json::render_appraisal(self)
    }

    fn html(&self) -> String {
        html::appraisal::render(self)
    }

    fn csv(&self) -> Vec<csv::Table> {
        csv::appraisal::render(self)
    }

    fn terminal(&self, style: Style) -> String {
        terminal::appraisal::render(self, style)
    }
}
