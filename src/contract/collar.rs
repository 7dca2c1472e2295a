//! A floor and a ceiling for a price.

use super::stated::percent;
use super::{CappedPrice, Clause, Hooks, Quotes, Rates};
use crate::error::Problem;
use crate::param::Param;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A floor and a ceiling for a price.
///
/// # What it does
/// The buyer pays the list price as long as it stays between two limits, and the nearer limit
/// otherwise: protection from rises, paid for with the gain from cuts.
///
/// # Formula
/// `max(floor * start, min(ceiling * start, list))` with the list price `start` at signing.
///
/// # Parameters
/// `floor` and `ceiling` as multiples of the price at signing, `floor <= ceiling` (0 for no floor,
/// `inf` for no ceiling); `price`; `until_month` (1-based; absent for the whole contract).
///
/// # Ambiguity and our reading
/// The limits are fixed at signing and do not grow with the years; a ceiling that does is an
/// `escalation_cap`. A floor binds the buyer: below it the list price is cheaper for everyone else.
/// The limits hold for the unit price before percentages, not for the bill, and not for the
/// vendor's hourly price.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "collar"
/// floor = 0.9
/// ceiling = 1.1
/// price = "on_demand"
/// ```
///
/// # Source
/// Enterprise playbook for OpenAI contracts (S1), line 40: a cap or collar on the price.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Collar {
    /// Lowest price as a multiple of the price at signing.
    #[schemars(extend("x-min" = 0.0))]
    pub floor: Param,
    /// Highest price as a multiple of the price at signing; `inf` for none.
    #[schemars(extend("x-min" = 0.0, "x-infinite" = true))]
    pub ceiling: Param,
    /// Which prices it binds.
    #[serde(default)]
    pub price: CappedPrice,
    /// Last contract month of the limits, from 1.
    #[schemars(range(min = 1))]
    pub until_month: Option<usize>,
}

impl Clause for Collar {
    fn cap(&self, quotes: Quotes<'_>, rates: &mut Rates) {
        if self.until_month.is_some_and(|until| quotes.month >= until) {
            return;
        }
        let (floor, ceiling) = (self.floor.of(quotes.params), self.ceiling.of(quotes.params));
        let hold = |rate: &mut Lane, start: &Lane| {
            for i in 0..LANES {
                let (low, high) = (floor[i] * start[i], ceiling[i] * start[i]);
                rate[i] = if high < rate[i] { high } else { rate[i] };
                rate[i] = if rate[i] < low { low } else { rate[i] };
            }
        };
        if self.price != CappedPrice::Commitment {
            hold(&mut rates.on_demand, &quotes.start.on_demand);
        }
        if self.price != CappedPrice::OnDemand {
            hold(&mut rates.commitment, &quotes.start.commitment);
        }
    }

    fn hooks(&self) -> Hooks {
        Hooks { cap: true, ..Hooks::default() }
    }

    fn params(&mut self) -> Vec<(String, &mut Param)> {
        vec![("floor".into(), &mut self.floor), ("ceiling".into(), &mut self.ceiling)]
    }

    fn check(&self, _term: usize) -> Vec<Problem> {
        let (Some(floor), Some(ceiling)) = (self.floor.mean(), self.ceiling.mean()) else {
            return Vec::new();
        };
        if floor <= ceiling {
            return Vec::new();
        }
        vec![Problem::new(
            "floor",
            "order",
            format!(
                "the floor, {floor} times the price at signing, is above the ceiling, {ceiling}"
            ),
            "give the lower multiple as `floor`, the higher as `ceiling`",
        )]
    }

    fn describe(&self) -> String {
        let until = self.until_month.map_or(String::new(), |m| format!(" until month {m}"));
        let floor = format!("at least {}", percent(&self.floor));
        let ceiling = format!("at most {}", percent(&self.ceiling));
        let unlimited = self.ceiling.fixed() == Some(f64::INFINITY);
        let limits = match (self.floor.is_zero(), unlimited) {
            (true, true) => return format!("collar: {} move without limit", self.price.words()),
            (true, false) => ceiling,
            (false, true) => floor,
            (false, false) => format!("{floor} and {ceiling}"),
        };
        format!("collar: {} stay {limits} of the price at signing{until}", self.price.words())
    }
}
