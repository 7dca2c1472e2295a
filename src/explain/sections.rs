//! The chapters of an explanation: what the study states, and what follows from it.

use super::fields::{CLAUSES, Fields};
use super::{Entry, ExplainedClause, Section};
use crate::contract::sizes::Sizes;
use crate::contract::{AnyClause, Renewal};
use crate::facts::{HistoryFact, PriceFact};
use crate::settle::Stage;
use crate::strategy::{Overflow, Strategy};
use crate::study::Study;
use crate::words::{bare, count, months, percent, unit_month, units, usd_exact};
use crate::workload::Workload;

/// All chapters but the clauses.
pub(super) fn sections(study: &Study, fields: &Fields<'_>) -> Vec<Section> {
    let chapter = |title: &str, prefixes: &[&str], derived: Vec<Entry>| Section {
        title: title.into(),
        entries: fields.stated(prefixes).into_iter().chain(derived).collect(),
    };
    let asked =
        ["templates", "start", "horizon_months", "level_at", "months_until_start", "strategies"];
    let judged = ["sizing", "finance", "run"];
    let (loads, growths) =
        (of_workloads(study, &["load"]), of_workloads(study, &["growth_per_year", "growth"]));
    let (loads, growths) = (prefixes("workload", &loads), prefixes("growth", &growths));
    let mut all = vec![
        chapter("The question", &[&asked[..], &judged].concat(), question(study, fields)),
        chapter("Today's load", &loads, load(study, fields)),
        chapter("How usage grows", &growths, still(fields, "growth", "usage")),
        chapter("How the on-demand price moves", &["price"], still(fields, "price", "the price")),
        chapter("How wrong the forecast may be", &["forecast_error"], Vec::new()),
        chapter("What moves together", &["correlations"], Vec::new()),
        chapter("The offer", &["contract", "price_books"], offer(study, fields)),
        Section {
            title: "Prices and capacities".into(),
            entries: study.facts.prices.iter().map(price).collect(),
        },
    ];
    all.retain(|section| !section.entries.is_empty());
    all
}

fn prefixes<'a>(first: &'a str, further: &'a [String]) -> Vec<&'a str> {
    std::iter::once(first).chain(further.iter().map(String::as_str)).collect()
}

/// Fields of all further workloads.
fn of_workloads(study: &Study, fields: &[&str]) -> Vec<String> {
    let further = study.model.spec().pool.as_ref().map_or(0, |pool| pool.parts.len() - 1);
    let of_one = |i| fields.iter().map(move |field| format!("workloads[{i}].{field}"));
    (0..further).flat_map(of_one).collect()
}

/// A value that is computed.
fn derived(what: &str, value: impl Into<String>, number: Option<f64>, from: &str) -> Entry {
    Entry {
        what: what.into(),
        value: value.into(),
        number,
        source: from.into(),
        ..Entry::default()
    }
}

fn question(study: &Study, fields: &Fields<'_>) -> Vec<Entry> {
    let facts = &study.facts;
    let own = ["sizing.sizes", "sizing.max_units", "contract.min_units", "contract.step"];
    let sold = fields.sources(&own, "the offer, or the model's capacity, in the price book");
    let mut list = vec![
        derived(
            "Simulated",
            months(facts.months),
            Some(facts.months as f64),
            &fields.sources(&["horizon_months"], "by default the end of the contract's term"),
        ),
        derived(
            "Minimized",
            facts.objective.clone(),
            None,
            &fields.sources(&["sizing.minimize"], "by default"),
        ),
        derived("Sizes on sale", on_sale(&study.sizes), None, &sold),
    ];
    list.extend(study.strategies.iter().map(|strategy| compared(strategy, fields)));
    list
}

fn compared(strategy: &Strategy, fields: &Fields<'_>) -> Entry {
    let mean = |param: &crate::param::Param| bare(param.mean().unwrap_or(f64::NAN));
    let rest = match (&strategy.overflow, strategy.kind.name()) {
        (_, "on_demand") => "everything on demand".into(),
        (Overflow::OnDemand { price_multiple }, _) => {
            format!(
                "what exceeds the units goes on demand at {} times its price",
                mean(price_multiple)
            )
        }
        (Overflow::Hourly { headroom }, _) => format!(
            "what exceeds the units is served by hourly units, a share of {} more than the load",
            mean(headroom)
        ),
        (Overflow::Rejected { shortage }, _) => {
            format!("what exceeds the units is rejected at {} USD per unit-month", mean(shortage))
        }
    };
    let own = format!("strategies.{}", strategy.kind.name());
    let source = fields.sources(&["strategies.compare", &own], "by default");
    derived(&format!("Compared, {}", strategy.kind.title().to_lowercase()), rest, None, &source)
}

fn on_sale(sizes: &Sizes) -> String {
    match sizes {
        Sizes::List(list) => {
            let (low, high) = (list.first().unwrap_or(&0.0), list.last().unwrap_or(&0.0));
            format!("{} sizes from {} to {}", list.len(), units(*low), units(*high))
        }
        Sizes::Steps { min, step, max } => {
            let max = max.map_or_else(String::new, |max| format!(", at most {}", units(max)));
            format!("{} and more, in steps of {}{max}", units(*min), units(*step))
        }
    }
}

fn load(study: &Study, fields: &Fields<'_>) -> Vec<Entry> {
    let facts = &study.facts;
    let mut list = Vec::new();
    if let Some(history) = &facts.history {
        let line = fields.source("workload.history.file").unwrap_or_default();
        list.extend(measured(history, &line));
    }
    let unit = format!("{}-month", facts.unit);
    let how = match &study.model.spec().workload {
        Workload::Units { .. } if facts.history.is_none() => {
            fields.sources(&["workload.level"], "")
        }
        Workload::Units { .. } => "measured in the usage file".into(),
        Workload::Tokens(_) | Workload::Priced(..) => {
            "computed: tokens per hour by their weights, over what a unit serves".into()
        }
    };
    let how = match &study.model.spec().pool {
        Some(_) => "computed: all workloads, after the levers of the first month".into(),
        None => how,
    };
    let (load, value) = (facts.load.units, facts.load.on_demand_per_unit_month);
    list.push(derived(
        "Mean load today",
        format!("{} {}", units(load), facts.unit),
        Some(load),
        &how,
    ));
    list.push(derived(
        "On-demand price of a fully used unit",
        format!("{} USD per {unit}", usd_exact(value)),
        Some(value),
        &fields.sources(
            &["workload.on_demand_per_unit_month"],
            "computed: the tokens of today's mix that a unit serves, times their prices",
        ),
    ));
    let shape = &facts.shape;
    let known = if facts.history.is_some() { "the usage file" } else { "by default" };
    list.push(derived(
        "Load within a month",
        format!(
            "{}; peak {:.2} times the mean, 95 % level {:.2} times",
            shape.description.trim_end_matches('.'),
            shape.peak,
            shape.p95
        ),
        None,
        &fields.sources(&["workload.shape"], known),
    ));
    list.push(derived(
        "Variation within an interval of the shape",
        percent(shape.burst_cv),
        Some(shape.burst_cv),
        &fields.sources(&["workload.burst_cv"], "by default that of the shape"),
    ));
    list
}

fn measured(h: &HistoryFact, line: &str) -> Vec<Entry> {
    let [input, cached, output] = h.tokens_per_hour.map(|x| count(x.max(0.0) as u64));
    let source = format!("usage file {} ({line})", h.file);
    vec![
        derived(
            "Measured",
            format!(
                "{} intervals of {} minutes from {} to {}, {} missing; {}",
                count(h.intervals as u64),
                h.interval_minutes,
                h.from,
                h.to,
                h.missing,
                h.columns.join(", ")
            ),
            None,
            &source,
        ),
        derived(
            &format!("Mean of its last {} days", bare(h.level_days)),
            format!(
                "{input} uncached input, {cached} cached input and {output} output tokens an hour"
            ),
            None,
            &source,
        ),
    ]
}

/// Says that nothing moves where nothing is stated.
fn still(fields: &Fields<'_>, table: &str, what: &str) -> Vec<Entry> {
    let silent = fields.stated(&[table]).is_empty();
    let text = format!("{what} stays where it is");
    silent.then(|| derived("Nothing stated", text, None, "by default")).into_iter().collect()
}

fn offer(study: &Study, fields: &Fields<'_>) -> Vec<Entry> {
    let (facts, contract) = (&study.facts, &study.contract);
    let book = "the offer in the price book";
    let fee = facts.load.fee_per_unit_month;
    let mut list = vec![
        derived(
            "Term",
            months(contract.term),
            Some(contract.term as f64),
            &fields.sources(&["contract.term_months"], book),
        ),
        derived(
            "After the term",
            after(&contract.renewal),
            None,
            &fields.sources(&["contract.renewal"], "by default"),
        ),
        derived(
            "Committed price, mean",
            format!("{} USD per {}", usd_exact(fee), unit_month(&facts.unit)),
            Some(fee),
            &fields.sources(&["contract.fee_per_unit_month"], "the price book, below"),
        ),
    ];
    let lines = facts.contract.iter().filter_map(|line| line.strip_prefix("cancellation: "));
    list.extend(lines.map(|line| derived("Cancellation", line, None, book)));
    let costs = if study.contract.has_refund() { "as the clause says" } else { "not in the costs" };
    list.extend(facts.refund_limit_usd.map(|limit| {
        let text = format!("up to {} USD in 12 months ({costs})", usd_exact(limit));
        derived("Refund rule", text, Some(limit), book)
    }));
    list
}

fn after(renewal: &Renewal) -> &'static str {
    match renewal {
        Renewal::Renew { .. } => "the same units for another term",
        Renewal::Hourly => "the units stay and are billed by the hour",
        Renewal::OnDemand => "the units are given up",
    }
}

fn price(p: &PriceFact) -> Entry {
    let date = if p.as_of.is_empty() { String::new() } else { format!(", {}", p.as_of) };
    derived(
        &p.item,
        format!("{} {}", figure(p.value), p.unit),
        Some(p.value),
        &format!("{} ({}{date})", p.source, p.status),
    )
}

/// A number without digits that only binary fractions have.
fn figure(x: f64) -> String {
    bare(format!("{x:.12e}").parse().unwrap_or(x))
}

/// The clauses with their readings.
pub(super) fn clauses(study: &Study, fields: &Fields<'_>) -> Vec<ExplainedClause> {
    let list = study.contract.clauses.iter().enumerate();
    list.map(|(i, clause)| explained(clause, &format!("{CLAUSES}[{i}]"), fields)).collect()
}

fn explained(clause: &AnyClause, path: &str, fields: &Fields<'_>) -> ExplainedClause {
    let schema = clause.schema().to_value();
    let value = serde_json::to_value(clause).unwrap_or_default();
    let about = schema["description"].as_str().unwrap_or_default();
    let hooks = clause.get().hooks();
    let acting = Stage::ORDER.into_iter().filter(|stage| stage.holds(hooks));
    ExplainedClause {
        kind: clause.kind(),
        text: clause.get().describe(),
        source: fields.source(path).unwrap_or_default(),
        effect: under(about, "What it does"),
        formula: under(about, "Formula"),
        ambiguity: under(about, "Ambiguity and our reading"),
        origin: under(about, "Source"),
        entries: fields.of_clause(&schema, &value, path),
        stages: acting.map(|stage| stage.title().to_owned()).collect(),
    }
}

/// The text under a heading of a clause's documentation.
fn under(about: &str, heading: &str) -> String {
    let text = about.split(&format!("# {heading}\n")).nth(1).unwrap_or_default();
    let text = text.split("\n# ").next().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What differs from future to future: parameters that are drawn once, and what moves by itself.
pub(super) fn uncertain(study: &Study, fields: &Fields<'_>) -> Vec<Entry> {
    let drawn = study.facts.parameters.iter().filter(|p| p.uncertain).map(|p| {
        let source = fields.sources(&[&p.name], "the study");
        derived(&p.name, format!("drawn once per future: {}", p.description), None, &source)
    });
    let moving = study.model.moving().into_iter().map(|name| {
        let table = name.split(' ').next().unwrap_or(name);
        derived(
            name,
            "drawn anew from month to month",
            None,
            &fields.sources(&[table], "the study"),
        )
    });
    drawn.chain(moving).collect()
}
