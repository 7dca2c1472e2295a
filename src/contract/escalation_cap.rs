//! A limit on price rises.

use super::stated::percent;
use super::{Clause, Hooks, Quotes, Rates};
use crate::error::Problem;
use crate::param::Param;
use crate::process::YEAR;
use crate::process::cap::{FirstYear, Limit, Quote, Reading};
use crate::rng::Lane;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which prices the limit binds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CappedPrice {
    /// The on-demand price of what spills over, and the commitment's price at renewals.
    #[default]
    Both,
    /// The on-demand price alone.
    OnDemand,
    /// The commitment's price alone.
    Commitment,
}

/// A limit on price rises.
///
/// # What it does
/// The buyer pays the list price or the limit, whichever is lower.
///
/// # Formula
/// In contract month `m` of year `y = 1 + floor((m - 1) / 12)`, by `reading`: `level`: `min(list,
/// start * (1 + annual)^n)`; `catch_up`: `min(list, a * (1 + annual))`, where `a` is the price after
/// this limit in the last month of contract year `y - 1`, and `start` in the first year; `ratchet`:
/// the same limit on `price before * list / list before`. `start` is the list price when the contract
/// starts; `n = y - 1` with `first_year = "held"`, `y` with `"capped"`.
///
/// # Parameters
/// `annual >= 0` (0.05 for 5 %; `inf` for none), `reading`, `first_year`, `price`; `until_month`
/// (1-based; absent for the whole contract).
///
/// # Ambiguity and our reading
/// "Maximum annual escalation of 5 %" can bind the level against signing (default), or each year's
/// change; and a price held back may or may not catch up later. The readings are ordered `ratchet
/// <= catch_up <= level` on every path and differ by several percent after three years. Whether the
/// price may rise before the first anniversary is `first_year`, by default not. The limit follows
/// this model's list price, or, where the study's price is that of a tier with its successors, that
/// one: what a new model may cost is a `collar`. A renewal price hold is `annual = 0` with `price =
/// "commitment"`. It binds the price per unit, not the bill, and not the vendor's hourly price.
/// Price protection ("capped at current rates for 24 months") is `annual = 0` with `until_month =
/// 24`: after that month the list price is paid at once.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "escalation_cap"
/// annual = 0.05
/// reading = "level"
/// ```
///
/// # Source
/// Guide to Bedrock and Azure OpenAI contracts (S0), line 170: 5 % a year for the contract's
/// duration, 100,000 USD to 105,000 to 110,250; price protection: line 161.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EscalationCap {
    /// Largest rise per year; not negative; `inf` for no limit.
    #[schemars(extend("x-min" = 0.0, "x-infinite" = true))]
    pub annual: Param,
    /// What the limit binds.
    #[serde(default)]
    pub reading: Reading,
    /// Whether the price may rise before the first anniversary.
    #[serde(default)]
    pub first_year: FirstYear,
    /// Which prices it binds.
    #[serde(default)]
    pub price: CappedPrice,
    /// Last contract month of the limit, from 1.
    #[schemars(range(min = 1))]
    pub until_month: Option<usize>,
}

impl CappedPrice {
    /// The prices in a sentence.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Both => "on-demand and renewal prices",
            Self::OnDemand => "on-demand prices",
            Self::Commitment => "renewal prices",
        }
    }
}

impl EscalationCap {
    fn lower<'a>(
        &self,
        quotes: Quotes<'a>,
        price: impl Fn(&'a Rates) -> &'a Lane,
        lowered: &mut Lane,
    ) {
        let annual = self.annual.of(quotes.params);
        let limit = Limit { annual, reading: self.reading, first_year: self.first_year };
        let start = price(quotes.start);
        let (year, t) = (YEAR as usize, quotes.month);
        let before = |rates: &'a [Rates], at: usize| match at {
            0 => start,
            at => price(&rates[at - 1]),
        };
        let quote = Quote {
            start,
            anniversary: before(quotes.capped, t / year * year),
            list_before: before(quotes.list, t),
            capped_before: before(quotes.capped, t),
            list: price(&quotes.list[t]),
        };
        limit.lower(t, quote, lowered);
    }
}

impl Clause for EscalationCap {
    fn cap(&self, quotes: Quotes<'_>, rates: &mut Rates) {
        if self.until_month.is_some_and(|until| quotes.month >= until) {
            return;
        }
        if self.price != CappedPrice::Commitment {
            self.lower(quotes, |r| &r.on_demand, &mut rates.on_demand);
        }
        if self.price != CappedPrice::OnDemand {
            self.lower(quotes, |r| &r.commitment, &mut rates.commitment);
        }
    }

    fn hooks(&self) -> Hooks {
        Hooks { cap: true, ..Hooks::default() }
    }

    fn params(&mut self) -> Vec<(String, &mut Param)> {
        vec![("annual".into(), &mut self.annual)]
    }

    fn check(&self, _term: usize) -> Vec<Problem> {
        Vec::new()
    }

    fn describe(&self) -> String {
        let prices = self.price.words();
        let until = self.until_month.map_or(String::new(), |m| format!(", until month {m}"));
        let reading = match self.reading {
            Reading::Level => "on the level since signing",
            Reading::CatchUp => "on the change from year to year, catching up allowed",
            Reading::Ratchet => "on the change from year to year, nothing caught up",
        };
        let first = match self.first_year {
            FirstYear::Held => "no rise in the first year",
            FirstYear::Capped => "from the first year",
        };
        if self.annual.fixed() == Some(f64::INFINITY) {
            return format!("escalation cap: {prices} may rise without limit");
        }
        let annual = percent(&self.annual);
        format!("escalation cap: {prices} rise at most {annual} a year, {reading}, {first}{until}")
    }
}
