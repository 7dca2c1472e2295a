//! Today's load: from a usage file, stated tokens or requests, or capacity units.

use super::Builder;
use super::books::Books;
use super::contract::Bought;
use crate::contract::Contract;
use crate::contract::sizes::Sizes;
use crate::curve::{LoadCurve, Shape};
use crate::facts::{HistoryFact, LoadFact, PriceFact, ShapeFact, VendorSizing};
use crate::input::history::{History, read};
use crate::input::shapes;
use crate::input::study_file::{HistoryTable, ShapeTable};
use crate::param::Param;
use crate::workload::{Product, TokenFlow, TokenRates, Workload};
use jiff::tz::TimeZone;

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

impl Builder {
    /// Resolves `[workload]`; `offer` is what the contract buys.
    pub(super) fn loads(&mut self, books: &Books, offer: Option<&Bought>) -> Option<Loads> {
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
        if !table.delimiter.is_ascii() || ['"', '\n', '\r'].contains(&table.delimiter) {
            let message = format!("{:?} cannot separate columns", table.delimiter);
            let help = "use a comma, a semicolon or a tab (\"\\t\")";
            self.error("workload.history.delimiter", "out-of-range", message, help);
            return None;
        }
        let zone = self.time_zone(table)?;
        let history = read(table, zone, &table.file, &text, &place, &mut self.findings)?;
        self.warnings.extend(history.warnings.iter().cloned());
        Some(history)
    }

    /// The zone of times without one.
    fn time_zone(&mut self, table: &HistoryTable) -> Option<TimeZone> {
        let Some(name) = &table.time_zone else {
            return Some(TimeZone::UTC);
        };
        let zone = TimeZone::get(name).ok();
        if zone.is_none() {
            let message = format!("\"{name}\" is not a time zone");
            let help = "write an IANA name such as \"Europe/Berlin\" or \"America/New_York\"";
            self.error("workload.history.time_zone", "time-zone", message, help);
        }
        zone
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
            ("tokens_per_minute_per_unit", w.tokens_per_minute_per_unit.is_some()),
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
                let relative = w.history.as_ref().map(|t| t.relative_to).unwrap_or_default();
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
        self.check_flow(&flow)?;
        let measured = history.map(|mut h| {
            let relative = w.history.as_ref().map(|t| t.relative_to).unwrap_or_default();
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
                let weights =
                    table.weights.clone().unwrap_or_else(|| vec![1.0; table.levels.len()]);
                if weights.len() != table.levels.len() {
                    let message =
                        format!("{} weights for {} levels", weights.len(), table.levels.len());
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
            (None, None) => (Shape::flat(), "flat: the same load at every hour".into(), 0.0),
        };
        let burst = w.burst_cv.unwrap_or(burst);
        Some((LoadCurve::new(shape, burst), description))
    }
}

impl Loads {
    /// Mean load in units and value of a unit-month in USD, at the means of uncertain inputs.
    pub(super) fn at_means(&self) -> (f64, f64) {
        let mean = |p: &Param| p.mean().unwrap_or(f64::NAN);
        match &self.workload {
            Workload::Units { level, value } => (mean(level), mean(value)),
            Workload::Tokens(flow) => {
                let (units, usd) = flow.at_means();
                (units, usd / units)
            }
            Workload::Priced(flow, value) => (flow.at_means().0, mean(value)),
        }
    }

    pub(super) fn fact(&self, contract: &Contract) -> LoadFact {
        let (units, value) = self.at_means();
        LoadFact {
            units,
            on_demand_per_unit_month: value,
            fee_per_unit_month: contract.fee.mean().unwrap_or(f64::NAN),
        }
    }

    pub(super) fn shape_fact(&self) -> ShapeFact {
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
    pub(super) fn vendor_sizing(&self, sizes: &Sizes) -> Option<VendorSizing> {
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
