//! The inputs: offer, load, history, prices with their sources, parameters.

use super::text::{escape, figure, load, month_name, percent, usd};
use super::{View, figures, section, table};
use crate::facts::{HistoryFact, ParameterFact, PriceFact};
use crate::words::{count, months};

pub(super) fn render(view: &View<'_>) -> String {
    let facts = &view.results.facts;
    let mut body = table::terms("facts", &study(view));
    if let Some(history) = &facts.history {
        body.push_str("<h3>Usage history</h3>\n");
        let measured = table::terms("facts stacked", &measured(history));
        body.push_str(&format!(
            "<div class=\"grid\">\n{}{measured}</div>\n",
            figures::history(history)
        ));
    }
    body.push_str(&prices(&facts.prices));
    body.push_str(&parameters(&facts.parameters));
    section("inputs", "Inputs", "", &body)
}

fn study(view: &View<'_>) -> Vec<(String, String)> {
    let facts = &view.results.facts;
    let from = facts.start.as_ref().map_or(String::new(), |s| format!(" from {}", month_name(s)));
    let lines: Vec<String> = facts.contract.iter().map(|l| escape(l)).collect();
    let mut list = vec![
        (
            "Horizon",
            format!(
                "{}{}; a term is {}",
                months(facts.months),
                escape(&from),
                months(facts.term_months)
            ),
        ),
        ("Contract", lines.join("<br>")),
        ("Minimized", escape(&facts.objective)),
        ("Discount rate", format!("{} a year", escape(&percent(facts.discount_rate)))),
        ("Budget", facts.budget_usd.map_or_else(|| "none".into(), usd)),
        ("Load today", format!("{} {}", load(facts.load.units), escape(&view.unit()))),
        (
            "Price of a unit",
            format!(
                "{} a month committed; {} a month for the same tokens on demand when fully used",
                usd(facts.load.fee_per_unit_month),
                usd(facts.load.on_demand_per_unit_month)
            ),
        ),
    ];
    let shape = &facts.shape;
    list.push((
        "Load within a month",
        format!(
            "{}; peak {} times the mean, 95% hour {} times; variation within an interval {}",
            escape(shape.description.trim_end_matches('.')),
            short(shape.peak),
            short(shape.p95),
            escape(&percent(shape.burst_cv))
        ),
    ));
    list.into_iter().map(|(term, text)| (term.to_owned(), text)).collect()
}

/// A ratio with two decimals.
fn short(x: f64) -> String {
    if x.is_finite() { format!("{x:.2}") } else { "n/a".into() }
}

fn measured(h: &HistoryFact) -> Vec<(String, String)> {
    let columns: Vec<String> = h.columns.iter().map(|c| escape(c)).collect();
    let [input, cached, output] = h.tokens_per_hour.map(|x| count(x.max(0.0) as u64));
    let list = [
        ("File", escape(&h.file)),
        ("From, to", format!("{} to {}", escape(&h.from), escape(&h.to))),
        ("Columns", columns.join("<br>")),
        (
            "Intervals",
            format!(
                "{} of {} minutes; {} missing, {} with zero tokens",
                count(h.intervals as u64),
                h.interval_minutes,
                h.missing,
                h.zeros
            ),
        ),
        (
            "Rows",
            format!(
                "{} exact copies dropped, {} added to another, {} out of order, {} filtered out",
                h.copies, h.added, h.unsorted, h.filtered
            ),
        ),
        (
            "Level",
            format!(
                "mean of the last {} days: {input} uncached input, {cached} cached input and {output} output tokens an hour",
                figure(h.level_days)
            ),
        ),
    ];
    list.map(|(term, text)| (term.to_owned(), text)).into()
}

fn prices(prices: &[PriceFact]) -> String {
    if prices.is_empty() {
        return String::new();
    }
    let row = |p: &PriceFact| {
        vec![
            escape(&p.item),
            format!("{} {}", figure(p.value), escape(&p.unit)),
            format!("<span class=\"status\">{}</span>", escape(&p.status)),
            escape(&p.as_of),
            escape(&p.source),
        ]
    };
    let rows: Vec<Vec<String>> = prices.iter().map(row).collect();
    let head = ["Price or capacity", "Figure", "Status", "As of", "Source"];
    format!("<h3>Prices and their sources</h3>\n{}", table::plain("list prices", &head, &rows))
}

fn parameters(parameters: &[ParameterFact]) -> String {
    let mut sorted: Vec<&ParameterFact> = parameters.iter().collect();
    sorted.sort_by_key(|p| !p.uncertain);
    let row = |p: &&ParameterFact| {
        let kind = if p.uncertain { "differs between futures" } else { "fixed" };
        vec![
            format!("<code>{}</code>", escape(&p.name)),
            escape(&tidy(&p.description)),
            kind.into(),
        ]
    };
    let rows: Vec<Vec<String>> = sorted.iter().map(row).collect();
    if rows.is_empty() {
        return String::new();
    }
    let note = "A fixed volatility or yearly rate still makes the futures differ; \
                <i>differs between futures</i> means that the parameter itself is not known.";
    format!(
        "<h3>Uncertainty and other parameters</h3>\n<p class=\"small\">{note}</p>\n{}",
        table::plain("list parameters", &["Parameter", "Value or distribution", ""], &rows)
    )
}

/// A plain number without digits that only binary fractions have; other texts stay.
fn tidy(description: &str) -> String {
    description.parse::<f64>().map_or_else(|_| description.to_owned(), figure)
}
