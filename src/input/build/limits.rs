//! Quantities that a study can be about: some load, some price, and no more than numbers can hold.

use super::Builder;
use super::workload::{Loads, Stated};
use crate::input::study_file::WorkloadTable;
use crate::param::Param;
use crate::words::{bare, units};
use crate::workload::{Product, TokenFlow};

/// Months that can be simulated, as the schema of the study says.
pub(super) const MOST_MONTHS: usize = 600;

/// Units of load beyond which something is wrong with the input.
const MOST_UNITS: f64 = 1e18;

/// Logarithm of the largest change of a quantity over the horizon: a factor of 1e43.
const MOST_LOG: f64 = 100.0;

impl Builder {
    /// Today's tokens must take some capacity, in every future in which they cost something.
    pub(super) fn check_flow(&mut self, stated: &Stated, flow: &TokenFlow) -> Option<()> {
        let field = stated.field(load_field(&stated.table));
        let (load, _) = flow.at_means();
        let message = match load {
            _ if load > 0.0 && can_weigh_nothing(flow) => {
                "in some futures the tokens cost money and take no capacity"
            }
            _ if load > 0.0 => return Some(()),
            _ => "there is no load: the tokens take no capacity",
        };
        self.error(&field, "no-load", message, weights(flow));
        None
    }

    /// Today's load must be of a size that units can have, and cost something.
    pub(super) fn check_load(&mut self, loads: &Loads) {
        let (load, price) = loads.at_means();
        if load > MOST_UNITS {
            let message = format!("today's load is {} {}", bare(load), loads.unit);
            let help = "check the number of tokens, and what a unit serves";
            let field = format!("workload.{}", load_field(&self.file.workload));
            self.error(&field, "out-of-range", message, help);
        } else if price <= 0.0 {
            let message = "the tokens cost nothing on demand, so no commitment can be worth it";
            let help = "check the prices in the price book, or set `on_demand_per_unit_month`";
            self.error("workload.model", "no-price", message, help);
        }
    }

    /// A rate that makes a late dollar worth more, or less, than numbers can hold.
    pub(super) fn check_discount(&mut self, months: usize) {
        let rate = self.file.finance.discount_rate_per_year;
        let log = libm::log1p(rate) * months as f64 / 12.0;
        if log.abs() > MOST_LOG {
            let power = -log / std::f64::consts::LN_10;
            let message =
                format!("a dollar of month {months} would be worth 1e{power:.0} dollars today");
            let help = "write a rate per year, as in 0.08 for 8 %";
            self.error("finance.discount_rate_per_year", "out-of-range", message, help);
        }
    }
}

/// The field that states how large a load is.
fn load_field(table: &WorkloadTable) -> &'static str {
    let given = [
        ("history", table.history.is_some()),
        ("tokens", table.tokens.is_some()),
        ("requests", table.requests.is_some()),
    ];
    given.into_iter().find(|(_, given)| *given).map_or("level", |(field, _)| field)
}

/// What the tokens of a flow weigh, as a way out.
fn weights(flow: &TokenFlow) -> String {
    let [input, cached, output] = flow.rates.weights.map(units);
    format!(
        "state tokens that take capacity: of this model an input token weighs {input}, a cached \
         one {cached}, an output token {output}"
    )
}

/// Whether there is a future with tokens that cost something and weigh nothing.
fn can_weigh_nothing(flow: &TokenFlow) -> bool {
    // Values that are taken with a probability, not bounds that are only approached.
    let at = |p: &Param, u: f64| p.dist().get().quantile(u);
    let (low, high) = (1e-9, 1.0 - 1e-9);
    let product = |product: &Product, u: f64| {
        product.factors.iter().map(|(_, p)| at(p, u)).product::<f64>() * product.constant
    };
    let input = product(&flow.input_per_hour, high);
    let output = product(&flow.output_per_hour, low);
    [low, high].into_iter().any(|u| {
        let cached = at(&flow.cached_share, u);
        let tokens = [input * (1.0 - cached), input * cached, output];
        let (load, usd) = flow.rates.load_and_cost(tokens);
        load <= 0.0 && usd > 0.0
    })
}
