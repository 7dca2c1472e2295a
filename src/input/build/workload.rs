//! Today's load: from a usage file, stated tokens or requests, or capacity units.

use super::Builder;
use super::books::{Books, Origin};
use super::contract::Bought;
use crate::contract::Contract;
use crate::curve::{LoadCurve, Shape};
use crate::facts::{HistoryFact, LoadFact, PriceFact, ShapeFact, VendorSizing, Warning};
use crate::input::history::{History, read};
use crate::input::price_book::{Capacity, Model, OnDemand, PriceBook};
use crate::input::shapes;
use crate::input::study_file::{HistoryTable, ShapeTable};
use crate::param::Param;
use crate::path::{Product, TokenFlow, TokenRates, Workload};
use crate::size::legal::Sizes;

/// The resolved load.
pub(super) struct Loads {
    pub workload: Workload,
    pub curve: LoadCurve,
    /// Name of the capacity unit.
    pub unit: String,
    /// The model, its book and the purchase steps of its deployment.
    pub purchase: Option<(f64, f64)>,
    pub prices: Vec<PriceFact>,
    pub history: Option<HistoryFact>,
    /// Retirement day of the model.
    pub retires: Option<String>,
    shape_description: String,
}

/// A model with what a unit of its tokens weighs and costs.
struct Priced {
    rates: TokenRates,
    unit: String,
    purchase: Option<(f64, f64)>,
    prices: Vec<PriceFact>,
    retires: Option<String>,
}

impl Builder {
    /// Resolves `[workload]`; `offer` is what the contract buys.
    pub fn loads(&mut self, books: &Books, offer: Option<&Bought>) -> Option<Loads> {
        let w = self.file.workload.clone();
        let forms = [
            ("history", w.history.is_some()),
            ("tokens", w.tokens.is_some()),
            ("requests", w.requests.is_some()),
            ("level", w.level.is_some()),
        ];
        let given: Vec<&str> = forms.iter().filter(|f| f.1).map(|f| f.0).collect();
        if given.len() != 1 {
            let message = match given.len() {
                0 => "[workload] does not say how large the load is".to_owned(),
                _ => format!(
                    "[workload] states the load in {} ways: {}",
                    given.len(),
                    given.join(", ")
                ),
            };
            self.error(
                "workload",
                "ambiguous",
                message,
                "give one of `history`, `tokens`, `requests`, `level`",
            );
            return None;
        }
        let history = match &w.history {
            Some(table) => Some(self.history(table)?),
            None => None,
        };
        let in_units = w.level.is_some() || history.as_ref().is_some_and(|h| h.in_units);
        if in_units {
            self.loads_in_units(history, offer)
        } else {
            self.loads_in_tokens(books, history, offer)
        }
    }

    fn history(&mut self, table: &HistoryTable) -> Option<History> {
        let text = self.read_file("workload.history.file", &table.file)?;
        let place = self.place("workload.history.file");
        if !table.delimiter.is_ascii() {
            self.error(
                "workload.history.delimiter",
                "out-of-range",
                "the delimiter is not an ASCII character",
                "use a comma, a semicolon or a tab (\"\\t\")",
            );
            return None;
        }
        let history = read(table, &table.file, &text, &place, &mut self.findings)?;
        self.warnings.extend(history.warnings.iter().cloned());
        Some(history)
    }

    fn loads_in_units(
        &mut self,
        history: Option<History>,
        offer: Option<&Bought>,
    ) -> Option<Loads> {
        let w = self.file.workload.clone();
        for (field, given) in [
            ("deployment", w.deployment.is_some()),
            ("service_tier", w.service_tier.is_some()),
            ("model", w.model.is_some()),
            (
                "tokens_per_minute_per_unit",
                w.tokens_per_minute_per_unit.is_some(),
            ),
        ] {
            if given {
                let message = format!("`{field}` does nothing for a load in capacity units");
                self.error(
                    &format!("workload.{field}"),
                    "no-effect",
                    message,
                    "take it out, or state the load in tokens",
                );
            }
        }
        let Some(value) = w.on_demand_per_unit_month else {
            let message = "a load in capacity units needs the on-demand price of a unit";
            let help = "add `on_demand_per_unit_month`: what one fully used unit's tokens cost on demand, USD per month";
            self.error("workload", "missing-field", message, help);
            return None;
        };
        let (measured, history, level) = match history {
            Some(mut h) => {
                let relative = w
                    .history
                    .as_ref()
                    .map(|t| t.relative_to)
                    .unwrap_or_default();
                let shape = h.shape(relative, |t| t[0]);
                let level = h.facts.tokens_per_hour[0] * f64::from(h.facts.interval_minutes) / 60.0;
                (Some(shape), Some(h.facts), level.into())
            }
            None => (None, None, w.level.expect("one form is given")),
        };
        let (curve, shape_description) = self.curve(measured)?;
        Some(Loads {
            workload: Workload::Units { level, value },
            curve,
            unit: w
                .unit
                .or_else(|| offer.map(|o| o.unit.clone()))
                .unwrap_or_else(|| "units".into()),
            purchase: None,
            prices: Vec::new(),
            history,
            retires: None,
            shape_description,
        })
    }

    fn loads_in_tokens(
        &mut self,
        books: &Books,
        history: Option<History>,
        offer: Option<&Bought>,
    ) -> Option<Loads> {
        let w = self.file.workload.clone();
        if w.unit.is_some() {
            self.error(
                "workload.unit",
                "no-effect",
                "`unit` does nothing for a load in tokens",
                "take it out: the price book names the unit",
            );
        }
        let Some(name) = &w.model else {
            let message = "a load in tokens needs a model: its tokens' weight and price decide";
            self.error(
                "workload",
                "missing-field",
                message,
                "add `model`, as in model = \"azure/gpt-5.1\"; `waterline prices` lists all",
            );
            return None;
        };
        let (book, model) = books.model(self, "workload.model", name)?;
        let priced = self.priced(book, model, offer)?;
        let flow = self.flow(history.as_ref(), priced.rates)?;
        let measured = history.map(|mut h| {
            let relative = w
                .history
                .as_ref()
                .map(|t| t.relative_to)
                .unwrap_or_default();
            let split = self.cached_split();
            let shape = h.shape(relative, |t| {
                let cached = split.map_or(t, |c| [t[0] * (1.0 - c), t[0] * c, t[2]]);
                priced.rates.load_and_cost(cached).0
            });
            (shape, h.facts)
        });
        let (shape, history) = measured.map_or((None, None), |(s, f)| (Some(s), Some(f)));
        let (curve, shape_description) = self.curve(shape)?;
        let workload = match w.on_demand_per_unit_month {
            None => Workload::Tokens(flow),
            // A price that replaces the book's: the load still comes from the tokens.
            Some(value) => Workload::Priced(flow, value),
        };
        Some(Loads {
            workload,
            curve,
            unit: priced.unit,
            purchase: priced.purchase,
            prices: priced.prices,
            history,
            retires: priced.retires,
            shape_description,
        })
    }

    /// Mean share of cached input, where it is stated instead of measured.
    fn cached_split(&self) -> Option<f64> {
        let table = self.file.workload.history.as_ref()?;
        table.cached_share.as_ref().and_then(Param::mean)
    }

    /// Weights and prices of the model in its deployment and tier.
    fn priced(
        &mut self,
        book: &PriceBook,
        model: &Model,
        offer: Option<&Bought>,
    ) -> Option<Priced> {
        let w = self.file.workload.clone();
        let deployment = w
            .deployment
            .clone()
            .or_else(|| offer.map(|o| o.deployment.clone()))
            .unwrap_or_else(|| "global".into());
        let tier = w.service_tier.clone().unwrap_or_else(|| "standard".into());
        let row = self.on_demand_row(model, &deployment, &tier);
        let capacity = self.capacity(model, offer);
        let (row, capacity) = (row?, capacity?);
        let tpm = w.tokens_per_minute_per_unit.or(capacity.tokens_per_minute);
        let Some(tpm) = tpm else {
            let message = format!(
                "the vendor does not publish what one {} serves of {}",
                capacity.unit, model.id
            );
            let help = "measure it and set `tokens_per_minute_per_unit` in [workload]";
            self.error("workload.model", "no-throughput", message, help);
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
                "workload.deployment",
                "not-in-book",
                message,
                format!("deployments with capacity: {}", known.join(", ")),
            );
            return None;
        }
        let cached_price = row.cached_input.unwrap_or(row.input);
        if row.cached_input.is_none() {
            self.warnings.push(Warning::new(
                "no-cached-price",
                format!(
                    "the price book has no price for cached input of {} ({deployment}, {tier})",
                    model.id
                ),
                "cached tokens are billed like uncached ones here",
                "state the price in a price book of your own if it is lower",
            ));
        }
        Some(Priced {
            rates: TokenRates {
                tokens_per_unit_hour: tpm * 60.0,
                weights: [
                    capacity.input_weight,
                    capacity.cached_weight,
                    capacity.output_weight,
                ],
                prices: [row.input, cached_price, row.output].map(|p| p * 1e-6),
                hours_per_month: book.hours_per_month,
            },
            unit: capacity.unit.clone(),
            purchase,
            prices: price_facts(book, model, row, capacity, tpm),
            retires: model.retires.clone(),
        })
    }

    fn on_demand_row<'m>(
        &mut self,
        model: &'m Model,
        deployment: &str,
        tier: &str,
    ) -> Option<&'m OnDemand> {
        let found = model
            .on_demand
            .iter()
            .find(|r| r.deployment == deployment && r.tier == tier);
        if found.is_none() {
            let known: Vec<String> = model
                .on_demand
                .iter()
                .map(|r| format!("{} {}", r.deployment, r.tier))
                .collect();
            let field = if self.file.workload.deployment.is_some() {
                "workload.deployment"
            } else {
                "workload.model"
            };
            let message = format!(
                "the price book has no price for {} with deployment \"{deployment}\" and tier \"{tier}\"",
                model.id
            );
            self.error(
                field,
                "not-in-book",
                message,
                format!("there are: {}", known.join(", ")),
            );
        }
        found
    }

    /// What a unit serves of the model; the unit must be the one that the contract buys.
    fn capacity<'m>(&mut self, model: &'m Model, offer: Option<&Bought>) -> Option<&'m Capacity> {
        let Some(capacity) = &model.capacity else {
            let message = format!(
                "the price book has no provisioned capacity for {}",
                model.id
            );
            let help =
                "choose a model with capacity figures, or state the load in units with `level`";
            self.error("workload.model", "no-throughput", message, help);
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
        if let Some((offer, deployment)) = offer.zip(self.file.workload.deployment.clone()) {
            if offer.deployment != deployment {
                let message = format!(
                    "the offer covers the deployment \"{}\", the workload runs in \"{deployment}\"",
                    offer.deployment
                );
                self.error(
                    "workload.deployment",
                    "offer-mismatch",
                    message,
                    "units of one deployment type do not serve another: choose the same for both",
                );
            }
        }
        Some(capacity)
    }

    /// Tokens per hour with their uncertainty.
    fn flow(&mut self, history: Option<&History>, rates: TokenRates) -> Option<TokenFlow> {
        let w = self.file.workload.clone();
        let product =
            |constant: f64, factors: Vec<(&'static str, Param)>| Product { constant, factors };
        if let Some(t) = w.tokens {
            let hours = rates.hours_per_month;
            return Some(TokenFlow {
                input_per_hour: product(
                    1.0 / hours,
                    vec![("tokens.input_per_month", t.input_per_month)],
                ),
                output_per_hour: product(
                    1.0 / hours,
                    vec![("tokens.output_per_month", t.output_per_month)],
                ),
                cached_share: t.cached_share,
                rates,
            });
        }
        if let Some(r) = w.requests {
            let rate = ("requests.per_minute", r.per_minute);
            return Some(TokenFlow {
                input_per_hour: product(
                    60.0,
                    vec![rate.clone(), ("requests.prompt_tokens", r.prompt_tokens)],
                ),
                output_per_hour: product(
                    60.0,
                    vec![rate, ("requests.response_tokens", r.response_tokens)],
                ),
                cached_share: r.cached_share,
                rates,
            });
        }
        let [uncached, cached, output] = history?.facts.tokens_per_hour;
        let stated = w.history.and_then(|t| t.cached_share);
        if stated.is_some() && cached > 0.0 {
            self.error(
                "workload.history.cached_share",
                "ambiguous",
                "the usage file has cached tokens, and `cached_share` states them again",
                "keep the column or the share",
            );
        }
        let input = uncached + cached;
        let measured = if input > 0.0 { cached / input } else { 0.0 };
        Some(TokenFlow {
            input_per_hour: product(input, Vec::new()),
            output_per_hour: product(output, Vec::new()),
            cached_share: stated.unwrap_or_else(|| measured.into()),
            rates,
        })
    }

    /// The load curve and where its shape comes from.
    fn curve(&mut self, measured: Option<Shape>) -> Option<(LoadCurve, String)> {
        let w = self.file.workload.clone();
        let (shape, description, burst) = match (w.shape, measured) {
            (Some(ShapeTable::Named(name)), _) => match shapes::named(&name) {
                Ok(shape) => (
                    shape.shape(),
                    format!("{}: {} ({})", name, shape.title, shape.source),
                    shape.burst_cv,
                ),
                Err(help) => {
                    self.error(
                        "workload.shape",
                        "unknown-word",
                        format!("there is no shape \"{name}\""),
                        help,
                    );
                    return None;
                }
            },
            (Some(ShapeTable::Levels(table)), _) => {
                let weights = table
                    .weights
                    .clone()
                    .unwrap_or_else(|| vec![1.0; table.levels.len()]);
                if weights.len() != table.levels.len() {
                    let message = format!(
                        "{} weights for {} levels",
                        weights.len(),
                        table.levels.len()
                    );
                    self.error(
                        "workload.shape.weights",
                        "wrong-length",
                        message,
                        "give one weight for each level",
                    );
                    return None;
                }
                let volume: f64 = table.levels.iter().zip(&weights).map(|(l, w)| l * w).sum();
                if !(volume > 0.0 && volume.is_finite()) {
                    self.error(
                        "workload.shape.levels",
                        "out-of-range",
                        "the levels hold no load",
                        "give at least one positive level and weight",
                    );
                    return None;
                }
                (
                    Shape::new(&table.levels, &weights),
                    format!("{} levels of the study", weights.len()),
                    0.0,
                )
            }
            (None, Some(shape)) => (shape, "measured in the usage file".into(), 0.0),
            (None, None) => (
                Shape::flat(),
                "flat: the same load at every hour".into(),
                0.0,
            ),
        };
        let burst = w.burst_cv.unwrap_or(burst);
        Some((LoadCurve::new(shape, burst), description))
    }
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
    facts.extend(
        row.cached_input
            .map(|p| origin.fact(what("cached input"), p, per)),
    );
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

impl Loads {
    /// Mean load in units and value of a unit-month in USD, at the means of uncertain inputs.
    pub fn at_means(&self) -> (f64, f64) {
        let mean = |p: &Param| p.mean().unwrap_or(f64::NAN);
        let of_flow = |flow: &TokenFlow| {
            let (input, output) = (
                flow.input_per_hour.at_means(),
                flow.output_per_hour.at_means(),
            );
            let cached = mean(&flow.cached_share);
            let (units, usd) =
                flow.rates
                    .load_and_cost([input * (1.0 - cached), input * cached, output]);
            (units, usd / units)
        };
        match &self.workload {
            Workload::Units { level, value } => (mean(level), mean(value)),
            Workload::Tokens(flow) => of_flow(flow),
            Workload::Priced(flow, value) => (of_flow(flow).0, mean(value)),
        }
    }

    pub fn fact(&self, contract: &Contract) -> LoadFact {
        let (units, value) = self.at_means();
        LoadFact {
            units,
            on_demand_per_unit_month: value,
            fee_per_unit_month: contract.fee.mean().unwrap_or(f64::NAN),
        }
    }

    pub fn shape_fact(&self) -> ShapeFact {
        let shape = self.curve.shape();
        let steps = 100;
        let duration = (0..=steps).map(|i| {
            let share = f64::from(i) / f64::from(steps);
            (share, shape.quantile(1.0 - share))
        });
        ShapeFact {
            description: self.shape_description.clone(),
            peak: shape.peak(),
            p95: shape.quantile(0.95),
            burst_cv: self.curve.burst_cv(),
            curve_error: self.curve.error(),
            duration: duration.collect(),
        }
    }

    /// What a vendor's calculator says of today's load.
    pub fn vendor_sizing(&self, sizes: &Sizes) -> Option<VendorSizing> {
        self.purchase?;
        let (units, _) = self.at_means();
        let shape = self.curve.shape();
        let (p95, peak) = (units * shape.quantile(0.95), units * shape.peak());
        Some(VendorSizing {
            p95_load: p95,
            peak_load: peak,
            p95_units: sizes.at_least(p95),
            peak_units: sizes.at_least(peak),
        })
    }
}
