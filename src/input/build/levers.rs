//! Levers of a workload: what they need from the price book and from the load.

use super::Builder;
use super::books::Books;
use super::contract::Bought;
use super::model::deployment;
use super::workload::{Loads, Stated};
use crate::workload::levers::{Deferrable, PromptCaching, Routing};
use crate::workload::{Lever, TokenRates, Workload};

/// What is known of the tokens of a load.
#[derive(Clone, Copy)]
enum Tokens {
    /// It is stated in units.
    None,
    /// What they weigh and cost, if that is known.
    At(Option<TokenRates>),
}

impl Builder {
    /// The levers of a workload, with all that they need; findings where something is missing.
    pub(super) fn levers(
        &mut self,
        stated: &Stated,
        load: Option<&Workload>,
        books: &Books,
        offer: Option<&Bought>,
        months: usize,
    ) -> Vec<Lever> {
        let (in_units, rates) = match load {
            None => (stated.table.level.is_some(), None),
            Some(Workload::Units { .. }) => (true, None),
            Some(Workload::Tokens(flow) | Workload::Priced(flow, _)) => (false, Some(flow.rates)),
        };
        let mut levers = stated.table.levers.clone();
        for (i, lever) in levers.iter_mut().enumerate() {
            let place = stated.field(&format!("levers[{i}]"));
            let kind = lever.kind();
            self.check_start_of(&place, lever.start(), months);
            let counts_tokens =
                matches!(lever, Lever::PromptCaching(_) | Lever::PromptOptimization(_));
            if counts_tokens && in_units {
                let message = format!("`{kind}` changes tokens, and the load is stated in units");
                let help = "state the load in tokens, or use `efficiency` with what it saves";
                self.error(&place, "no-tokens", message, help);
                continue;
            }
            match lever {
                Lever::PromptCaching(caching) => self.caching(stated, &place, caching),
                Lever::Routing(routing) => {
                    let rates = if in_units { Tokens::None } else { Tokens::At(rates) };
                    self.routing(stated, &place, routing, rates, books, offer);
                }
                Lever::FineTuning(tuning) => {
                    tuning.hours_per_month =
                        rates.map_or(tuning.hours_per_month, |r| r.hours_per_month);
                }
                _ => {}
            }
        }
        levers
    }

    /// A change that starts after the last month changes nothing.
    pub(super) fn check_start_of(&mut self, place: &str, start: usize, months: usize) {
        if start >= months {
            self.warn(
                "changes-nothing",
                format!("`{place}.from_month` changes nothing: only {months} months are simulated"),
                "it was meant to do something that another input prevents",
                "let it start earlier, or set `horizon_months`",
            );
        }
    }

    fn caching(&mut self, stated: &Stated, place: &str, caching: &mut PromptCaching) {
        let requests = stated.table.requests.as_ref().map(|r| r.prompt_tokens.clone());
        if requests.is_none() && caching.prompt_tokens.is_none() {
            let message = "which share of a prompt is static is not known";
            let help = "add `prompt_tokens`, or state the load in requests";
            self.error(place, "missing-field", message, help);
        }
        if requests.is_some() && caching.prompt_tokens.is_some() {
            let message = "the load in requests says how long a prompt is";
            let help = "take `prompt_tokens` out of the lever";
            self.error(&format!("{place}.prompt_tokens"), "ambiguous", message, help);
        }
        caching.of_requests = requests;
    }

    fn routing(
        &mut self,
        stated: &Stated,
        place: &str,
        routing: &mut Routing,
        rates: Tokens,
        books: &Books,
        offer: Option<&Bought>,
    ) {
        let field = format!("{place}.small_model");
        match (&routing.small_model, &routing.price_ratio) {
            (Some(_), Some(_)) | (None, None) => {
                let message = "the price of the small model is not stated once";
                let help = "give either `small_model` or `price_ratio`";
                self.error(place, "ambiguous", message, help);
            }
            (None, Some(_)) => {}
            (Some(name), None) => {
                let Tokens::At(rates) = rates else {
                    let message = "what its tokens cost is not known: the load is stated in units";
                    let help = "give `price_ratio`, or state the load in tokens";
                    self.error(&field, "no-tokens", message, help);
                    return;
                };
                let Some((_, model)) = books.model(self, &field, name) else { return };
                let Some(rates) = rates else { return };
                let deployment = deployment(&stated.table, offer);
                let Some(row) = self.on_demand_row(&field, model, &deployment, "standard") else {
                    return;
                };
                let cached = row.cached_input.unwrap_or(row.input);
                let per_month = |price: f64| price * 1e-6 * rates.hours_per_month;
                routing.small_prices = Some([row.input, cached, row.output].map(per_month));
            }
        }
    }

    /// The load of a workload that may wait: its share and its window in stretches of its course.
    pub(super) fn deferrable(&mut self, stated: &Stated, loads: &Loads) -> Option<(f64, usize)> {
        let all = stated.table.levers.iter().enumerate();
        let mut found = all.filter_map(|(i, lever)| match lever {
            Lever::Deferrable(deferrable) => Some((i, deferrable)),
            _ => None,
        });
        let (i, &Deferrable { share, window_hours }) = found.next()?;
        if let Some((second, _)) = found.next() {
            let message = "a workload can have one share that may wait";
            let help = "keep one, or state two workloads";
            let place = stated.field(&format!("levers[{second}]"));
            self.error(&place, "duplicate", message, help);
        }
        let place = stated.field(&format!("levers[{i}]"));
        let Some(course) = &loads.form.course else {
            let message = "which hour follows which is not known: the shape has no order of time";
            let help = "use a shape by the week such as \"office_week\", `levels` without weights \
                        as hours in their order, or a usage file";
            self.error(&place, "no-order", message, help);
            return None;
        };
        let window = (f64::from(window_hours) / course.hours + 1e-9) as usize;
        if window_hours > 0 && window == 0 {
            let message = format!(
                "load that waits {window_hours} hours cannot fill intervals of {} hours",
                course.hours
            );
            let field = format!("{place}.window_hours");
            self.error(&field, "out-of-range", message, "use a usage file with finer intervals");
        }
        Some((share, window))
    }
}
