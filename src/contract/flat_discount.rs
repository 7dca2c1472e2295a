//! A percentage off a price.

use super::stated::percent;
use super::{Clause, Hooks, Quotes, Rates};
use crate::error::Problem;
use crate::param::Param;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which price the discount lowers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DiscountedPrice {
    /// The commitment's price.
    #[default]
    Commitment,
    /// The on-demand price of what spills over.
    OnDemand,
    /// Both.
    Both,
}

/// What a percentage is of, where there are several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stacking {
    /// Of what the discounts before it leave.
    #[default]
    Multiply,
    /// Of the price before all discounts.
    Add,
}

/// A percentage off a price.
///
/// # What it does
/// Lowers a unit price by a percentage, for the whole contract or its first months.
///
/// # Formula
/// `price * (1 - share)`; several discounts multiply: 10 % and 5 % make 14.5 %. With `stacking =
/// "add"`: `max(price - share * price before discounts, 0)`; 10 % and 5 % make 15 %.
///
/// # Parameters
/// `share` from 0 to 1; `price`; `stacking`; `until_month` (1-based; absent for the whole
/// contract).
///
/// # Ambiguity and our reading
/// Stacked percentages are multiplied by default; a quote that adds them up is `stacking = "add"`
/// on all but the first. Caps bind the unit price first, the percentage comes off what is left.
/// Hourly units keep the vendor's hourly price: neither word means them. A percentage for pinning a
/// region is this clause; load that must leave the region is not modeled. Months count from the
/// contract's start, once: a discount for some months does not come back with a renewal.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "flat_discount"
/// share = 0.10
/// price = "commitment"
/// ```
///
/// # Source
/// Bedrock licensing white paper (S2), line 76: a further 5 to 12 % on top; introductory months:
/// guide (S0), line 146.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlatDiscount {
    /// Share taken off the price.
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub share: Param,
    /// Which price.
    #[serde(default)]
    pub price: DiscountedPrice,
    /// What the share is of.
    #[serde(default)]
    pub stacking: Stacking,
    /// Last contract month of the discount, from 1.
    #[schemars(range(min = 1))]
    pub until_month: Option<usize>,
}

impl DiscountedPrice {
    /// The prices in a sentence.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Commitment => "the commitment's price",
            Self::OnDemand => "the on-demand price",
            Self::Both => "the commitment's and the on-demand price",
        }
    }
}

impl Clause for FlatDiscount {
    fn discount(&self, quotes: Quotes<'_>, rates: &mut Rates) {
        if self.until_month.is_some_and(|until| quotes.month >= until) {
            return;
        }
        let share = self.share.of(quotes.params);
        let capped = quotes.capped.last().unwrap_or(quotes.start);
        let lower = |rate: &mut Lane, capped: &Lane| {
            for i in 0..LANES {
                rate[i] = match self.stacking {
                    Stacking::Multiply => rate[i] * (1.0 - share[i]),
                    Stacking::Add => (rate[i] - share[i] * capped[i]).max(0.0),
                };
            }
        };
        if self.price != DiscountedPrice::OnDemand {
            lower(&mut rates.commitment, &capped.commitment);
        }
        if self.price != DiscountedPrice::Commitment {
            lower(&mut rates.on_demand, &capped.on_demand);
        }
    }

    fn hooks(&self) -> Hooks {
        Hooks { discount: true, ..Hooks::default() }
    }

    fn params(&mut self) -> Vec<(String, &mut Param)> {
        vec![("share".into(), &mut self.share)]
    }

    fn check(&self, _term: usize) -> Vec<Problem> {
        Vec::new()
    }

    fn describe(&self) -> String {
        let price = self.price.words();
        let until = self.until_month.map_or(String::new(), |m| format!(" until month {m}"));
        let share = percent(&self.share);
        let of = match self.stacking {
            Stacking::Multiply => "",
            Stacking::Add => ", of the price before discounts",
        };
        format!("discount: {share} off {price}{of}{until}")
    }
}
