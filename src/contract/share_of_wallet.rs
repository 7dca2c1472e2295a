//! A percentage for most of the buyer's spend.

use super::stated::{percent, usd};
use super::{Billing, Charges, Clause, DiscountedPrice, Hooks, Period, Quotes, Rates};
use crate::error::Problem;
use crate::ledger::Month;
use crate::param::Param;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A percentage for most of the buyer's spend.
///
/// # What it does
/// The buyer gets a percentage off for giving the vendor a share of all he spends on AI. Where a
/// period ends and the vendor has had less, the percentage of that period is charged back.
///
/// # Formula
/// `price * (1 - share)`. At the end of a period, with the vendor's bills `S` in it and
/// `other_spend` a month elsewhere: if `S < threshold * (S + months * other_spend)`, the shortfall
/// is `share / (1 - share)` times the period's charges at the lowered prices.
///
/// # Parameters
/// `threshold` and `share`, each 0 to less than 1; `other_spend`, what is spent elsewhere, USD per
/// month; `price` that the percentage is off (`both` if left out); `period`: `month`, `year`
/// (default) or `term`.
///
/// # Ambiguity and our reading
/// "70 % of AI spend" names no test: it is taken by contract year, on bills after credits and
/// grants, and missing it takes the whole percentage back, not a part. A period that is cut short
/// counts its months. Where a right ends the contract, the period is settled then. Hourly units
/// keep the vendor's hourly price; they count as spend. What is spent elsewhere does not depend on
/// this workload: one that moves with it is another study.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "share_of_wallet"
/// threshold = 0.70
/// share = 0.10
/// other_spend = 10
/// ```
///
/// # Source
/// Guide to Bedrock and Azure OpenAI contracts (S0), line 140: 70 % of AI spend on Bedrock.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareOfWallet {
    /// The vendor's share of all spend that keeps the percentage.
    #[schemars(extend("x-min" = 0.0, "x-below" = 1.0))]
    pub threshold: Param,
    /// Share taken off the price.
    #[schemars(extend("x-min" = 0.0, "x-below" = 1.0))]
    pub share: Param,
    /// Spend with other vendors, USD per month.
    #[schemars(extend("x-min" = 0.0))]
    pub other_spend: Param,
    /// Which price.
    #[serde(default = "both")]
    pub price: DiscountedPrice,
    /// The period of the test.
    #[serde(default)]
    pub period: Period,
}

fn both() -> DiscountedPrice {
    DiscountedPrice::Both
}

impl ShareOfWallet {
    /// Adds a month's bill, and its charges at lowered prices.
    fn count(&self, month: &Month, spent: &mut Lane, lowered: &mut Lane) {
        let credits = std::array::from_fn(|i| month.credit[i] + month.granted[i]);
        let bill = Charges::All.left(month, &credits);
        let (fee, on_demand) = match self.price {
            DiscountedPrice::Commitment => (1.0, 0.0),
            DiscountedPrice::OnDemand => (0.0, 1.0),
            DiscountedPrice::Both => (1.0, 1.0),
        };
        for i in 0..LANES {
            spent[i] += bill[i];
            lowered[i] += fee * month.fee[i] + on_demand * month.on_demand[i];
        }
    }
}

impl Clause for ShareOfWallet {
    fn discount(&self, quotes: Quotes<'_>, rates: &mut Rates) {
        let share = self.share.of(quotes.params);
        for i in 0..LANES {
            if self.price != DiscountedPrice::OnDemand {
                rates.commitment[i] *= 1.0 - share[i];
            }
            if self.price != DiscountedPrice::Commitment {
                rates.on_demand[i] *= 1.0 - share[i];
            }
        }
    }

    fn shortfall(&self, billing: &Billing<'_>, shortfall: &mut Lane) {
        let Some(period) = self.period.settled(*billing) else { return };
        let (mut earlier, mut lowered) = ([0.0; LANES], [0.0; LANES]);
        for month in period.earlier {
            self.count(month, &mut earlier, &mut lowered);
        }
        let (mut spent, mut charges) = (earlier, lowered);
        self.count(billing.now, &mut spent, &mut charges);
        let params = billing.opening.params;
        let (threshold, share) = (self.threshold.of(params), self.share.of(params));
        let other = self.other_spend.of(params);
        for i in (0..LANES).filter(|i| period.due[*i]) {
            let spent = period.sum(i, &earlier, &spent);
            let whole = spent + period.months(i) * other[i];
            // A share that is met but for rounding is met.
            if spent < threshold[i] * whole - 1e-9 * whole {
                let charges = period.sum(i, &lowered, &charges);
                shortfall[i] += share[i] / (1.0 - share[i]) * charges;
            }
        }
    }

    fn hooks(&self) -> Hooks {
        Hooks {
            discount: true,
            shortfall: true,
            history: true,
            remembers: true,
            ..Hooks::default()
        }
    }

    fn params(&mut self) -> Vec<(String, &mut Param)> {
        vec![
            ("threshold".into(), &mut self.threshold),
            ("share".into(), &mut self.share),
            ("other_spend".into(), &mut self.other_spend),
        ]
    }

    fn check(&self, _term: usize) -> Vec<Problem> {
        Vec::new()
    }

    fn describe(&self) -> String {
        format!(
            "share of wallet: {} off {}, charged back for a {} with less than {} of all spend; {} a month is spent elsewhere",
            percent(&self.share),
            self.price.words(),
            self.period.words(),
            percent(&self.threshold),
            usd(&self.other_spend)
        )
    }
}
