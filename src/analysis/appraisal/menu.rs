//! A negotiation menu: variants of a clause on the same futures, the cheapest concession first.

use super::request::{Chosen, Refusal, Request};
use super::sets::Appraiser;
use super::{Watcher, estimate, run_facts};
use crate::contract::Contract;
use crate::facts::Warning;
use crate::ledger::parts;
use crate::results::appraisal::{MENU_FORMAT, Menu, Variant};
use crate::stats::Estimate;
use crate::study::Study;
use crate::value::bounds::{Cell, Found};
use crate::value::deal::Deal;
use crate::value::lattice::Purpose;
use crate::value::sight::Lens;
use crate::words::usd;
use rayon::prelude::*;

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
    decisions: usize,
}

/// Values each variant as an addition to what else the contract has.
///
/// # Errors
/// What stands in the way, in words.
///
/// # Panics
/// Without variants.
pub fn menu(offers: &[Offer], request: &Request, watcher: &dyn Watcher) -> Result<Menu, Refusal> {
    let units = units(offers, request, watcher)?;
    let chosen: Vec<Chosen> =
        offers.iter().map(|offer| chosen(&offer.study, request)).collect::<Result<_, _>>()?;
    let pairs = offers.iter().zip(&chosen);
    let all: Vec<Appraiser<'_>> =
        pairs.map(|(offer, c)| Appraiser::new(&offer.study, c, units, request)).collect();
    let law = |a: &Appraiser<'_>| match &a.setting.fitter.lens {
        Lens::Known(law, _) => Some(law.clone()),
        Lens::Learned(_) => None,
    };
    // Where one law holds for all, they are valued in one pass.
    let together = law(&all[0]).is_some() && all.iter().all(|a| law(a) == law(&all[0]));
    let mut priced: Vec<Priced> = Vec::new();
    let step = if together { all.len() } else { 1 };
    for (done, some) in all.chunks(step).enumerate() {
        watcher.stage(&format!("variants, {} of {}", (done + 1) * step, all.len()));
        if watcher.stopped() {
            return Err(Refusal::Stopped);
        }
        priced.extend(price(&offers[done * step..], some)?);
    }
    let run = run_facts(&all[0], priced.iter().map(|p| p.decisions).sum());
    priced.sort_by(|a, b| a.variant.value.lower.value.total_cmp(&b.variant.value.lower.value));
    for k in 1..priced.len() {
        let (before, own) = (priced[k - 1].costs.clone(), &priced[k].costs);
        let step = estimate(own.iter().zip(&before).map(|(own, before)| own - before));
        priced[k].variant.step = Some(step);
    }
    let study = &offers[0].study;
    let variants: Vec<Variant> = priced.into_iter().map(|priced| priced.variant).collect();
    Ok(Menu {
        format: MENU_FORMAT.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        title: study.facts.title.clone(),
        unit: study.facts.unit.clone(),
        strategy: study.strategies[chosen[0].strategy].kind.name().into(),
        units,
        discount_rate: study.facts.discount_rate,
        run,
        sentence: words(&variants),
        variants,
        warnings: warnings(offers),
    })
}

/// What is valued of an offer: its last clause.
fn chosen(study: &Study, request: &Request) -> Result<Chosen, Refusal> {
    let strategy = Chosen::of(study, &Request { clauses: Vec::new(), ..request.clone() })?.strategy;
    let last = study.contract.clauses.len() - 1;
    let names = super::request::names(&study.contract.clauses);
    Ok(Chosen { clauses: vec![last], names: vec![names[last].clone()], strategy })
}

/// The units of all: those of the contract without any variant.
fn units(offers: &[Offer], request: &Request, watcher: &dyn Watcher) -> Result<f64, Refusal> {
    let study = &offers[0].study;
    Ok(chosen(study, request)?.units(study, request, watcher)?.0)
}

/// Values offers on the same paths.
fn price(offers: &[Offer], all: &[Appraiser<'_>]) -> Result<Vec<Priced>, Refusal> {
    // Contracts without their variant are mostly the same one.
    let mut contracts: Vec<(usize, Contract)> = Vec::new();
    let mut places = Vec::new();
    for (k, appraiser) in all.iter().enumerate() {
        let without = appraiser.contract(0);
        let same = |(_, c): &(usize, Contract)| {
            format!("{:?}", c.clauses) == format!("{:?}", without.clauses)
        };
        let base = contracts.iter().position(same).unwrap_or_else(|| {
            contracts.push((k, without));
            contracts.len() - 1
        });
        contracts.push((k, appraiser.contract(1)));
        places.push((base, contracts.len() - 1));
    }
    let cell = |k: usize, contract| all[k].cell(contract, all[k].units, Purpose::Bound);
    let cells = contracts.par_iter().map(|(k, contract)| cell(*k, contract));
    let cells: Vec<Cell<Deal<'_>>> = cells.collect::<Result<_, Refusal>>()?;
    let found = all[0].value(&cells, Purpose::Bound);
    let priced = places.iter().enumerate().map(|(k, &(base, own))| {
        let ((none, _), (with, paths)) = (&found[base], &found[own]);
        let study = all[k].study;
        let value = super::sets::worth(none, with);
        let variant = Variant {
            name: offers[k].name.clone(),
            description: study.contract.clauses[all[k].chosen.clauses[0]].get().describe(),
            value,
            of_cost: value.lower.value / estimate(none.policy.iter().copied()).value,
            step: None,
            exercises: exercises(&cells[own], paths),
        };
        let costs = none.policy.iter().zip(&with.policy).map(|(a, b)| a - b).collect();
        Priced { variant, costs, decisions: cells[own].lattice.edges }
    });
    Ok(priced.collect())
}

/// Exercises of the variant's right expected over the term; the variant is the last clause.
fn exercises(cell: &Cell<Deal<'_>>, found: &Found) -> Option<Estimate> {
    let contract = cell.deal.terms.contract;
    contract.clauses.last()?.get().right()?;
    let (place, _, _) = contract.rights().last()?;
    let nodes = || cell.lattice.stages.iter().flat_map(|stage| &stage.nodes);
    let count = |visits: &Vec<u64>| {
        let edges = nodes().flat_map(|node| &node.edges);
        let exercised = edges.filter(|edge| parts(edge.marks, place) > 0);
        let paths = found.with_policy.len() / found.visits.len();
        exercised.map(|edge| visits[edge.index]).sum::<u64>() as f64 / paths as f64
    };
    Some(estimate(found.visits.iter().map(count)))
}

fn words(variants: &[Variant]) -> String {
    let (first, last) = (&variants[0], &variants[variants.len() - 1]);
    if variants.len() == 1 {
        let worth = usd(first.value.lower.value);
        return format!("The variant {} is worth {worth} to its holder.", first.name);
    }
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
    let own = offers.iter().flat_map(|offer| &offer.study.facts.warnings);
    // A variant stands beside its twin of the contract only until it takes its place.
    for warning in own.filter(|warning| warning.code != "clause-twice") {
        if !all.contains(warning) {
            all.push(warning.clone());
        }
    }
    all
}
