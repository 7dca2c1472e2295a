//! A negotiation menu: variants of a clause on the same futures, the cheapest concession first.

use super::request::{Chosen, Refusal, Request};
use super::sets::{Appraiser, CellCost};
use super::{Watcher, estimate, run_facts};
use crate::facts::Warning;
use crate::results::appraisal::{MENU_FORMAT, Menu, Variant, Worth};
use crate::study::Study;
use crate::words::usd;

/// A variant: the study with its clause as the last of the contract.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Its name.
    pub name: String,
    /// The study with it.
    pub study: Study,
}

/// A variant that was valued.
struct Priced {
    variant: Variant,
    costs: Vec<f64>,
}

/// Values each variant as an addition to what else the contract has.
///
/// # Errors
/// What stands in the way, in words.
///
/// # Panics
/// Without variants.
pub fn menu(offers: &[Offer], request: &Request, watcher: &dyn Watcher) -> Result<Menu, Refusal> {
    let mut units = None;
    let mut priced: Vec<Priced> = Vec::new();
    let mut run = None;
    for (k, offer) in offers.iter().enumerate() {
        watcher.stage(&format!("variant {} of {}", k + 1, offers.len()));
        if watcher.stopped() {
            return Err(Refusal::Stopped);
        }
        let study = &offer.study;
        let last = study.contract.clauses.len() - 1;
        let strategy =
            Chosen::of(study, &Request { clauses: Vec::new(), ..request.clone() })?.strategy;
        let names = super::request::names(&study.contract.clauses);
        let chosen = Chosen { clauses: vec![last], names: vec![names[last].clone()], strategy };
        // The size is the same for all: that of the contract without any of them.
        let signed = match units {
            Some(units) => units,
            None => chosen.units(study, request, watcher)?.0,
        };
        units = Some(signed);
        let appraiser = Appraiser::new(study, &chosen, signed, request);
        let (without, with) = (appraiser.contract(0), appraiser.contract(1));
        let cells = [appraiser.cell(&without, signed)?, appraiser.cell(&with, signed)?];
        let found = appraiser.value(&cells, true);
        let visits: f64 = cells[1]
            .lattice
            .stages
            .iter()
            .flat_map(|stage| stage.nodes.iter().flat_map(|node| &node.edges))
            .filter(|edge| edge.marks != 0)
            .map(|edge| found[1].1.visits.iter().map(|v| v[edge.index] as f64).sum::<f64>())
            .sum();
        let paths = found[1].1.with_policy.len() as f64;
        let worth: Worth = super::sets::worth(&found[0].0, &found[1].0);
        let fees = fees(&cells[0], study);
        let (none, all): (&CellCost, &CellCost) = (&found[0].0, &found[1].0);
        let costs = none.policy.iter().zip(&all.policy).map(|(a, b)| a - b).collect();
        run.get_or_insert_with(|| run_facts(&appraiser, cells[1].lattice.edges));
        let description = study.contract.clauses[last].get().describe();
        let variant = Variant {
            name: offer.name.clone(),
            description,
            value: worth,
            of_fees: worth.lower.value / fees,
            step: None,
            exercises: visits / paths,
        };
        priced.push(Priced { variant, costs });
    }
    priced.sort_by(|a, b| a.variant.value.lower.value.total_cmp(&b.variant.value.lower.value));
    for k in 1..priced.len() {
        let (before, own) = (priced[k - 1].costs.clone(), &priced[k].costs);
        let step = estimate(own.iter().zip(&before).map(|(own, before)| own - before));
        priced[k].variant.step = Some(step);
    }
    let study = &offers[0].study;
    let chosen = Chosen::of(study, &Request { clauses: Vec::new(), ..request.clone() })?;
    let variants: Vec<Variant> = priced.into_iter().map(|priced| priced.variant).collect();
    Ok(Menu {
        format: MENU_FORMAT.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        title: study.facts.title.clone(),
        unit: study.facts.unit.clone(),
        strategy: study.strategies[chosen.strategy].kind.name().into(),
        units: units.unwrap_or(0.0),
        run: run.expect("a menu has variants"),
        sentence: words(&variants),
        variants,
        warnings: warnings(offers),
    })
}

/// Committed fees of the contract without the variant, USD.
fn fees(cell: &crate::value::bounds::Cell<'_>, study: &Study) -> f64 {
    let fee = study.contract.fee.mean().unwrap_or(f64::NAN);
    let stages = &cell.lattice.stages;
    let reserved = stages.iter().flat_map(|stage| &stage.nodes[0].edges[0].reserved);
    reserved.zip(&study.discounts).map(|(units, discount)| units * fee * discount).sum()
}

fn words(variants: &[Variant]) -> String {
    let (first, last) = (&variants[0], &variants[variants.len() - 1]);
    format!(
        "The {} variants are worth {} ({}) to {} ({}) to their holder.",
        variants.len(),
        usd(first.value.lower.value),
        first.name,
        usd(last.value.lower.value),
        last.name
    )
}

/// Warnings of any of the studies, each once.
fn warnings(offers: &[Offer]) -> Vec<Warning> {
    let mut all: Vec<Warning> = Vec::new();
    for warning in offers.iter().flat_map(|offer| &offer.study.facts.warnings) {
        if !all.contains(warning) {
            all.push(warning.clone());
        }
    }
    all
}
