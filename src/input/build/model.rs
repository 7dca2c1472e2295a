//! The model of a workload: what its tokens weigh and cost, and how its units are sold.

use super::Builder;
use super::books::Origin;
use super::contract::Bought;
use super::workload::Stated;
use crate::facts::PriceFact;
use crate::input::price_book::{Capacity, Model, OnDemand, PriceBook};
use crate::input::study_file::WorkloadTable;
use crate::workload::TokenRates;

/// A model with what a unit of its tokens weighs and costs.
pub(super) struct Priced {
    pub rates: TokenRates,
    pub unit: String,
    pub purchase: Option<(f64, f64)>,
    pub prices: Vec<PriceFact>,
    pub retires: Option<String>,
}

impl Builder {
    /// Weights and prices of the model in its deployment and tier.
    pub(super) fn priced(
        &mut self,
        stated: &Stated,
        book: &PriceBook,
        model: &Model,
        offer: Option<&Bought>,
    ) -> Option<Priced> {
        let w = &stated.table;
        if w.deployment.is_none() && offer.is_none() && self.file.contract.offer.is_some() {
            // It runs where the offer does, which is not known.
            self.capacity(stated, model, offer);
            return None;
        }
        let deployment = deployment(w, offer);
        let tier = w.service_tier.clone().unwrap_or_else(|| "standard".into());
        let field = stated.field(if w.deployment.is_some() { "deployment" } else { "model" });
        let row = self.on_demand_row(&field, model, &deployment, &tier);
        let capacity = self.capacity(stated, model, offer);
        let (row, capacity) = (row?, capacity?);
        let tpm = w.tokens_per_minute_per_unit.or(capacity.tokens_per_minute);
        let Some(tpm) = tpm else {
            let message = format!(
                "the vendor does not publish what one {} serves of {}",
                capacity.unit, model.id
            );
            let help = "measure it and set `tokens_per_minute_per_unit`";
            self.error(&stated.field("model"), "no-throughput", message, help);
            return None;
        };
        let purchase = capacity.sizes.get(&deployment).map(|p| (p.min, p.step));
        if purchase.is_none() && offer.is_some_and(|o| o.needs_model_sizes) {
            let known: Vec<&str> = capacity.sizes.keys().map(String::as_str).collect();
            let message = format!(
                "{} has no provisioned capacity in the deployment \"{deployment}\"",
                model.id
            );
            self.error(
                &stated.field("deployment"),
                "not-in-book",
                message,
                format!("deployments with capacity: {}", known.join(", ")),
            );
            return None;
        }
        if row.cached_input.is_none() {
            self.caution_cached(model, &deployment, &tier);
        }
        let cached_price = row.cached_input.unwrap_or(row.input);
        Some(Priced {
            rates: TokenRates {
                tokens_per_unit_hour: tpm * 60.0,
                weights: [capacity.input_weight, capacity.cached_weight, capacity.output_weight],
                prices: [row.input, cached_price, row.output].map(|p| p * 1e-6),
                hours_per_month: book.hours_per_month,
            },
            unit: capacity.unit.clone(),
            purchase,
            prices: price_facts(book, model, row, capacity, tpm),
            retires: model.retires.clone(),
        })
    }

    fn caution_cached(&mut self, model: &Model, deployment: &str, tier: &str) {
        self.warn(
            "no-cached-price",
            format!(
                "the price book has no price for cached input of {} ({deployment}, {tier})",
                model.id
            ),
            "cached tokens are billed like uncached ones here",
            "state the price in a price book of your own if it is lower",
        );
    }

    /// The price of a model; that it is missing is said of `field`.
    pub(super) fn on_demand_row<'m>(
        &mut self,
        field: &str,
        model: &'m Model,
        deployment: &str,
        tier: &str,
    ) -> Option<&'m OnDemand> {
        let found = model.on_demand.iter().find(|r| r.deployment == deployment && r.tier == tier);
        if found.is_none() {
            let known: Vec<String> =
                model.on_demand.iter().map(|r| format!("{} {}", r.deployment, r.tier)).collect();
            let message = format!(
                "the price book has no price for {} with deployment \"{deployment}\" and tier \"{tier}\"",
                model.id
            );
            self.error(field, "not-in-book", message, format!("there are: {}", known.join(", ")));
        }
        found
    }

    /// What a unit serves of the model; the unit must be the one that the contract buys.
    fn capacity<'m>(
        &mut self,
        stated: &Stated,
        model: &'m Model,
        offer: Option<&Bought>,
    ) -> Option<&'m Capacity> {
        let Some(capacity) = &model.capacity else {
            let message = format!("the price book has no provisioned capacity for {}", model.id);
            let help = "choose a model with capacity figures, or state the load in units: `level` and \
                 `on_demand_per_unit_month` in the place of `model` and the tokens";
            self.error(&stated.field("model"), "no-throughput", message, help);
            return None;
        };
        if let Some(offer) = offer {
            let serves = offer.unit == capacity.unit
                && (offer.models.is_empty() || offer.models.contains(&model.id));
            if !serves {
                let message = format!(
                    "the offer \"{}\" sells {}, which does not serve {} ({})",
                    offer.name, offer.unit, model.id, capacity.unit
                );
                self.error(
                    "contract.offer",
                    "offer-mismatch",
                    message,
                    "choose an offer and a model of the same platform",
                );
            }
        }
        if let Some((offer, deployment)) = offer.zip(stated.table.deployment.clone())
            && offer.deployment != deployment
        {
            let message = format!(
                "the offer covers the deployment \"{}\", the workload runs in \"{deployment}\"",
                offer.deployment
            );
            self.error(
                &stated.field("deployment"),
                "offer-mismatch",
                message,
                "units of one deployment type do not serve another: choose the same for both",
            );
        }
        Some(capacity)
    }
}

/// The deployment of a workload: as it says, or that of the offer.
pub(super) fn deployment(table: &WorkloadTable, offer: Option<&Bought>) -> String {
    let stated = table.deployment.clone().or_else(|| offer.map(|o| o.deployment.clone()));
    stated.unwrap_or_else(|| "global".into())
}

fn price_facts(
    book: &PriceBook,
    model: &Model,
    row: &OnDemand,
    capacity: &Capacity,
    tpm: f64,
) -> Vec<PriceFact> {
    let origin = Origin {
        book,
        source: &row.source,
        as_of: &row.as_of,
        status: row.status,
        flag: row.flag.as_deref(),
    };
    let what = |kind: &str| format!("{} {kind}, {} {}", model.id, row.deployment, row.tier);
    let per = "USD per million tokens";
    let mut facts = vec![origin.fact(what("input"), row.input, per)];
    facts.extend(row.cached_input.map(|p| origin.fact(what("cached input"), p, per)));
    facts.push(origin.fact(what("output"), row.output, per));
    let origin = Origin {
        book,
        source: &capacity.source,
        as_of: &capacity.as_of,
        status: capacity.status,
        flag: capacity.flag.as_deref(),
    };
    let mut throughput = origin.fact(
        format!("{} per {}", model.id, capacity.unit),
        tpm,
        "input-equivalent tokens per minute",
    );
    if capacity.tokens_per_minute != Some(tpm) {
        throughput.source = "the study".into();
        throughput.status = "negotiated".into();
    }
    facts.push(throughput);
    facts.push(origin.fact(
        format!("{} weight of cached input", model.id),
        capacity.cached_weight,
        "input tokens",
    ));
    facts.push(origin.fact(
        format!("{} weight of output", model.id),
        capacity.output_weight,
        "input tokens",
    ));
    facts
}
