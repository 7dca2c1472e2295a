//! Today's load: from a usage file, stated tokens or requests, or capacity units.

use super::Builder;
use super::books::Books;
use super::contract::Bought;
use super::form::Form;
use crate::contract::Contract;
use crate::contract::sizes::Sizes;
use crate::curve::Curves;
use crate::facts::{HistoryFact, LoadFact, PriceFact, ShapeFact, VendorSizing};
use crate::input::history::{History, read};
use crate::input::study_file::{HistoryTable, WorkloadTable};
use crate::param::Param;
use crate::workload::{Pool, Product, TokenFlow, TokenRates, Workload};
use jiff::tz::TimeZone;

/// A table of a workload and its place in the study file.
#[derive(Clone)]
pub(super) struct Stated {
    pub table: WorkloadTable,
    pub place: String,
}

impl Stated {
    /// The place of a field.
    pub(super) fn field(&self, name: &str) -> String {
        format!("{}.{name}", self.place)
    }
}

/// A resolved load.
pub(super) struct Loads {
    pub workload: Workload,
    /// What changes it, where anything does.
    pub pool: Option<Pool>,
    /// Load in units and on-demand price of a unit-month in USD, at the means of uncertain inputs,
    /// as the first month's levers leave them.
    pub today: (f64, f64),
    pub curves: Curves,
    pub form: Form,
    /// Name of the capacity unit.
    pub unit: String,
    /// The model, its book and the purchase steps of its deployment.
    pub purchase: Option<(f64, f64)>,
    pub prices: Vec<PriceFact>,
    pub history: Option<HistoryFact>,
    /// Retirement day of the model.
    pub retires: Option<String>,
}

impl Builder {
    /// Resolves one workload; `offer` is what the contract buys.
    pub(super) fn load(
        &mut self,
        stated: &Stated,
        books: &Books,
        offer: Option<&Bought>,
    ) -> Option<Loads> {
        let w = &stated.table;
        let forms = [
            ("history", w.history.is_some()),
            ("tokens", w.tokens.is_some()),
            ("requests", w.requests.is_some()),
            ("level", w.level.is_some()),
        ];
        let given: Vec<&str> = forms.iter().filter(|f| f.1).map(|f| f.0).collect();
        if given.len() != 1 {
            let message = match given.len() {
                0 => format!("[{}] does not say how large the load is", stated.place),
                _ => format!(
                    "[{}] states the load in {} ways: {}",
                    stated.place,
                    given.len(),
                    given.join(", ")
                ),
            };
            self.error(
                &stated.place,
                "ambiguous",
                message,
                "give one of `history`, `tokens`, `requests`, `level`",
            );
            if let Some(table) = &w.history {
                self.history(stated, table);
            }
            self.check_rest(stated, books, offer);
            return None;
        }
        let history = match &w.history {
            Some(table) => {
                let history = self.history(stated, table);
                if history.is_none() {
                    self.check_rest(stated, books, offer);
                }
                Some(history?)
            }
            None => None,
        };
        let in_units = w.level.is_some() || history.as_ref().is_some_and(|h| h.in_units);
        if in_units {
            self.load_in_units(stated, history, offer)
        } else {
            self.load_in_tokens(stated, books, history, offer)
        }
    }

    /// What can be said of a load whose usage file cannot be used.
    fn check_rest(&mut self, stated: &Stated, books: &Books, offer: Option<&Bought>) {
        self.form(stated, None);
        if let Some(name) = &stated.table.model
            && let Some((book, model)) = books.model(self, &stated.field("model"), name)
        {
            self.priced(stated, book, model, offer);
        }
    }

    fn history(&mut self, stated: &Stated, table: &HistoryTable) -> Option<History> {
        let file = stated.field("history.file");
        let text = self.read_file(&file, &table.file)?;
        let place = self.place(&file);
        if !table.delimiter.is_ascii() || ['"', '\n', '\r'].contains(&table.delimiter) {
            let message = format!("{:?} cannot separate columns", table.delimiter);
            let help = "use a comma, a semicolon or a tab (\"\\t\")";
            self.error(&stated.field("history.delimiter"), "out-of-range", message, help);
            return None;
        }
        let zone = self.time_zone(stated, table)?;
        let history = read(table, zone, &table.file, &text, &place, &mut self.findings)?;
        self.warnings.extend(history.warnings.iter().cloned());
        Some(history)
    }

    /// The zone of times without one.
    fn time_zone(&mut self, stated: &Stated, table: &HistoryTable) -> Option<TimeZone> {
        let Some(name) = &table.time_zone else {
            return Some(TimeZone::UTC);
        };
        let zone = TimeZone::get(name).ok();
        if zone.is_none() {
            let message = format!("\"{name}\" is not a time zone");
            let help = "write an IANA name such as \"Europe/Berlin\" or \"America/New_York\"";
            self.error(&stated.field("history.time_zone"), "time-zone", message, help);
        }
        zone
    }

    fn load_in_units(
        &mut self,
        stated: &Stated,
        history: Option<History>,
        offer: Option<&Bought>,
    ) -> Option<Loads> {
        let w = &stated.table;
        for (field, given) in [
            ("deployment", w.deployment.is_some()),
            ("service_tier", w.service_tier.is_some()),
            ("model", w.model.is_some()),
            ("tokens_per_minute_per_unit", w.tokens_per_minute_per_unit.is_some()),
        ] {
            if given {
                let message = format!("`{field}` does nothing for a load in capacity units");
                self.error(
                    &stated.field(field),
                    "no-effect",
                    message,
                    "take it out, or state the load in tokens",
                );
            }
        }
        let Some(value) = w.on_demand_per_unit_month.clone() else {
            self.form(stated, None);
            let message = "a load in capacity units needs the on-demand price of a unit";
            let help = "add `on_demand_per_unit_month`: what one fully used unit's tokens cost on demand, USD per month";
            self.error(&stated.place, "missing-field", message, help);
            return None;
        };
        let (measured, history, level) = match history {
            Some(mut h) => {
                let relative = w.history.as_ref().map(|t| t.relative_to).unwrap_or_default();
                let course = h.course(relative, |t| t[0]);
                let level = h.facts.tokens_per_hour[0] * f64::from(h.facts.interval_minutes) / 60.0;
                (Some(course), Some(h.facts), level.into())
            }
            None => (None, None, w.level.clone().expect("one form is given")),
        };
        let form = self.form(stated, measured.zip(history.as_ref().map(|h| h.from.clone())))?;
        Some(Loads {
            workload: Workload::Units { level, value },
            pool: None,
            today: (f64::NAN, f64::NAN),
            curves: form.curve().into(),
            form,
            unit: w
                .unit
                .clone()
                .or_else(|| offer.map(|o| o.unit.clone()))
                .unwrap_or_else(|| "units".into()),
            purchase: None,
            prices: Vec::new(),
            history,
            retires: None,
        })
    }

    fn load_in_tokens(
        &mut self,
        stated: &Stated,
        books: &Books,
        history: Option<History>,
        offer: Option<&Bought>,
    ) -> Option<Loads> {
        let w = &stated.table;
        if w.unit.is_some() {
            self.error(
                &stated.field("unit"),
                "no-effect",
                "`unit` does nothing for a load in tokens",
                "take it out: the price book names the unit",
            );
        }
        let Some(name) = &w.model else {
            self.form(stated, None);
            let message = "a load in tokens needs a model: its tokens' weight and price decide";
            self.error(
                &stated.place,
                "missing-field",
                message,
                "add `model`, as in model = \"azure/gpt-5.1\"; `waterline prices` lists all",
            );
            return None;
        };
        let found = books.model(self, &stated.field("model"), name);
        let priced = found.and_then(|(book, model)| self.priced(stated, book, model, offer));
        let Some(priced) = priced else {
            self.form(stated, None);
            return None;
        };
        let flow = self.flow(stated, history.as_ref(), priced.rates)?;
        self.check_flow(stated, &flow)?;
        let measured = history.map(|mut h| {
            let relative = w.history.as_ref().map(|t| t.relative_to).unwrap_or_default();
            let split = cached_split(w);
            let course = h.course(relative, |t| {
                let cached = split.map_or(t, |c| [t[0] * (1.0 - c), t[0] * c, t[2]]);
                priced.rates.load_and_cost(cached).0
            });
            (course, h.facts)
        });
        let (course, history) = measured.map_or((None, None), |(c, f)| (Some(c), Some(f)));
        let form = self.form(stated, course.zip(history.as_ref().map(|h| h.from.clone())))?;
        let workload = match w.on_demand_per_unit_month.clone() {
            None => Workload::Tokens(flow),
            // A price that replaces the book's: the load still comes from the tokens.
            Some(value) => Workload::Priced(flow, value),
        };
        Some(Loads {
            workload,
            pool: None,
            today: (f64::NAN, f64::NAN),
            curves: form.curve().into(),
            form,
            unit: priced.unit,
            purchase: priced.purchase,
            prices: priced.prices,
            history,
            retires: priced.retires,
        })
    }

    /// Tokens per hour with their uncertainty.
    fn flow(
        &mut self,
        stated: &Stated,
        history: Option<&History>,
        rates: TokenRates,
    ) -> Option<TokenFlow> {
        let w = &stated.table;
        let product =
            |constant: f64, factors: Vec<(&'static str, Param)>| Product { constant, factors };
        if let Some(t) = w.tokens.clone() {
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
        if let Some(r) = w.requests.clone() {
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
        let share = w.history.as_ref().and_then(|t| t.cached_share.clone());
        if share.is_some() && cached > 0.0 {
            self.error(
                &stated.field("history.cached_share"),
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
            cached_share: share.unwrap_or_else(|| measured.into()),
            rates,
        })
    }
}

/// Mean share of cached input, where it is stated instead of measured.
fn cached_split(table: &WorkloadTable) -> Option<f64> {
    table.history.as_ref()?.cached_share.as_ref().and_then(Param::mean)
}

impl Loads {
    /// Mean load in units and value of a unit-month in USD, at the means of uncertain inputs.
    pub(super) fn at_means(&self) -> (f64, f64) {
        if self.pool.is_some() { self.today } else { self.stated() }
    }

    /// The same before levers and further workloads.
    fn stated(&self) -> (f64, f64) {
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
        let shape = self.curves.today().shape();
        let steps = 100;
        let duration = (0..=steps).map(|i| {
            let share = f64::from(i) / f64::from(steps);
            (share, shape.quantile(1.0 - share))
        });
        ShapeFact {
            description: self.form.description.clone(),
            peak: shape.peak(),
            p95: shape.quantile(0.95),
            burst_cv: self.curves.today().burst_cv(),
            curve_error: self.curves.error(),
            duration: duration.collect(),
        }
    }

    /// What a vendor's calculator says of today's load.
    pub(super) fn vendor_sizing(&self, sizes: &Sizes) -> Option<VendorSizing> {
        self.purchase?;
        let (units, _) = self.at_means();
        let shape = self.curves.today().shape();
        let (p95, peak) = (units * shape.quantile(0.95), units * shape.peak());
        Some(VendorSizing {
            p95_load: p95,
            peak_load: peak,
            p95_units: sizes.at_least(p95),
            peak_units: sizes.at_least(peak),
        })
    }
}
