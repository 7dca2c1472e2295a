//! One page to show and print: a file without scripts and without anything from elsewhere.
//!
//! | file | part of the page |
//! |---|---|
//! | `answer` | title, sentence, tiles |
//! | `figures/` | the figures, a file each, with their tables |
//! | `compare` | the strategies side by side, and when a commitment pays |
//! | `caution` | warnings |
//! | `inputs` | offer, load, history, prices, parameters |
//! | `closing` | glossary, and how to get the same numbers again |
//! | [`versus`] | a page of its own for studies against each other |
//! | [`bench`](mod@bench) | a page of its own for the measurements of a machine |
//! | `style.css` | looks: wide, phone, dark, paper |
//!
//! The same results give the same bytes.

mod answer;
pub mod appraisal;
pub mod bench;
mod caution;
mod closing;
mod compare;
mod figures;
mod inputs;
mod table;
mod text;
pub mod versus;

use crate::report::svg::{clip, escape};
use crate::results::{MonthResult, Results, Sizing, StrategyMonth, StrategyResult};

/// The page.
#[must_use]
pub fn render(results: &Results) -> String {
    let view = View::new(results);
    let parts = [
        answer::render(&view),
        figures::waterline(&view),
        caution::render(&results.warnings),
        compare::render(&view),
        figures::why(&view),
        figures::sizes(&view),
        figures::futures(&view),
        inputs::render(&view),
        closing::glossary(),
    ];
    page(&view.title(), &results.version, &parts, &closing::footer(results))
}

/// A page with a title, made by a version of waterline; parts and footer are HTML already.
fn page(title: &str, version: &str, parts: &[String], footer: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"waterline {}\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n{}</main>\n{footer}</body>\n</html>\n",
        escape(version),
        escape(title),
        include_str!("style.css"),
        parts.concat(),
    )
}

/// The results with the look-ups that several parts need.
struct View<'a> {
    results: &'a Results,
    /// The recommended strategy.
    chosen: &'a StrategyResult,
}

impl<'a> View<'a> {
    fn new(results: &'a Results) -> Self {
        let advised = results.strategies.iter().find(|s| s.strategy == results.answer.strategy);
        let chosen = advised.unwrap_or(&results.strategies[0]);
        Self { results, chosen }
    }

    fn title(&self) -> String {
        let title = self.results.facts.title.trim();
        if title.is_empty() { "Study".into() } else { title.into() }
    }

    /// Name of a unit, short enough for labels.
    fn unit(&self) -> String {
        clip(&self.results.facts.unit, 20)
    }

    /// Whether the advice is to commit.
    fn commits(&self) -> bool {
        self.chosen.units > 0.0
    }

    /// Whether the recommended strategy meets the condition of the study.
    fn meets(&self) -> bool {
        self.chosen.objective.is_some()
    }

    /// On-demand, with which everything is compared.
    fn on_demand(&self) -> &'a StrategyResult {
        &self.results.strategies[0]
    }

    /// The recommended strategy in a month.
    fn in_month(&self, month: &'a MonthResult) -> Option<&'a StrategyMonth> {
        month.strategies.iter().find(|s| s.strategy == self.chosen.strategy)
    }

    /// Cost against size, the recommended strategy first, then hybrid.
    fn sizings(&self) -> Vec<&'a Sizing> {
        let mut all: Vec<&Sizing> = self.results.sizing.iter().collect();
        let advised = |s: &Sizing| s.strategy == self.chosen.strategy;
        all.sort_by_key(|s| (!advised(s), s.strategy != "hybrid"));
        all
    }

    /// The name of a strategy in sentences.
    fn strategy_title(&self, strategy: &'a str) -> &'a str {
        let found = self.results.strategies.iter().find(|s| s.strategy == strategy);
        found.map_or(strategy, |s| &s.title)
    }

    /// The units of a strategy's chosen commitment.
    fn units_of(&self, strategy: &str) -> Option<f64> {
        self.results.strategies.iter().find(|s| s.strategy == strategy).map(|s| s.units)
    }
}

/// The smallest and largest settled size in the indifference band, whose ends lie between sizes.
fn band(sizing: &Sizing) -> (f64, f64) {
    let inside = |x: f64| x >= sizing.band.0 - 1e-9 && x <= sizing.band.1 + 1e-9;
    let sizes = sizing.sizes.iter().map(|s| s.units).filter(|&x| inside(x));
    sizes.fold((sizing.best_units, sizing.best_units), |(a, b), x| (a.min(x), b.max(x)))
}

/// A section with a heading; nothing if it has no content.
fn section(id: &str, heading: &str, lead: &str, body: &str) -> String {
    if body.is_empty() {
        return String::new();
    }
    let lead =
        if lead.is_empty() { String::new() } else { format!("<p class=\"lead\">{lead}</p>\n") };
    format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h2 id=\"{id}-h\">{heading}</h2>\n{lead}{body}</section>\n"
    )
}
