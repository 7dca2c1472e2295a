//! Spend promised per period, for a percentage.

use super::stated::{percent, usd};
use super::{Billing, Charges, Clause, Hooks, Period, Quotes, Rates, Tier, tiers};
use crate::error::Problem;
use crate::ledger::Month;
use crate::param::Param;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Spend promised per period, for a percentage.
///
/// # What it does
/// The buyer promises to spend an amount per period. A discount may come with it; what is missing
/// at the end of a period is charged.
///
/// # Formula
/// `shortfall = penalty * max(0, amount - sum over the period of the charges that count)` in the
/// period's last month, else 0. Prices of what counts fall to `price * (1 - share)` with the share
/// of the tier that `amount` lies in.
///
/// # Parameters
/// `amount >= 0`, USD per period; `period`; `counts`: which charges; `penalty`, the share of the gap
/// that is charged, from 0 to 1; `tiers`: each with `from` (USD per period, rising) and `share` (0
/// to 1).
///
/// # Ambiguity and our reading
/// Tiers are steps on what is promised, not on what is spent. Charges count after discounts and
/// rebates, as far as credits and grants do not pay them: what credits pay, they pay first of
/// charges that do not count. A good period gives nothing to the next. A period that the contract or
/// the horizon cuts short counts for its part of the months; where a right ends the contract, it ends
/// the period, and the gap is charged with the first month after. Whether committed fees count differs
/// from contract to contract (`counts`), and decides what the promise costs. Only the spend of this
/// study is known: leave out of `amount` what the rest of the company spends. Hourly units keep the
/// vendor's hourly price. The percentages of this and other discounts multiply. Frameworks are
/// presets of this clause: MACC: by year (the default), or `period = "term"` for a total of several
/// years; fees count where the reservation draws down the commitment; EDP: `period = "year"`, everything counts; take-or-pay: `period = "month"`, `counts =
/// "on_demand"`.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "spend_commitment"
/// amount = 200000
/// tiers = [
///   { from = 10000, share = 0.05 },
///   { from = 50000, share = 0.08 },
///   { from = 200000, share = 0.12 },
/// ]
/// ```
///
/// # Source
/// Guide to Bedrock and Azure OpenAI contracts (S0), lines 31, 38 to 42, 142 and 150: EDP, MACC
/// tiers, take-or-pay; playbook (S1), line 38: the penalty for less.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpendCommitment {
    /// Spend promised per period, USD.
    #[schemars(extend("x-min" = 0.0))]
    pub amount: Param,
    /// For how long the amount is promised; what is missing is charged at its end.
    #[serde(default)]
    pub period: Period,
    /// Which charges count, and get the discount.
    #[serde(default)]
    pub counts: Charges,
    /// Share of the missing spend that is charged; 1 if absent.
    #[serde(default = "Param::one")]
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub penalty: Param,
    /// Percentages by the amount promised per period.
    #[serde(default)]
    pub tiers: Vec<Tier>,
}

impl SpendCommitment {
    /// Adds what counts of a closed month.
    fn count(&self, month: &Month, spent: &mut Lane) {
        let mut credits = month.credit;
        for i in 0..LANES {
            credits[i] += month.granted[i];
        }
        let counted = self.counts.left(month, &credits);
        for i in 0..LANES {
            spent[i] += counted[i];
        }
    }
}

impl Clause for SpendCommitment {
    fn discount(&self, quotes: Quotes<'_>, rates: &mut Rates) {
        let share = tiers::share_at(&self.tiers, self.amount.of(quotes.params), quotes.params);
        let lower = |rate: &mut Lane| {
            for i in 0..LANES {
                rate[i] *= 1.0 - share[i];
            }
        };
        if self.counts != Charges::OnDemand {
            lower(&mut rates.commitment);
        }
        if self.counts != Charges::Commitment {
            lower(&mut rates.on_demand);
        }
    }

    fn shortfall(&self, billing: &Billing<'_>, shortfall: &mut Lane) {
        let Some(period) = self.period.settled(*billing) else { return };
        let mut earlier = [0.0; LANES];
        for month in period.earlier {
            self.count(month, &mut earlier);
        }
        let mut spent = earlier;
        self.count(billing.now, &mut spent);
        let opening = billing.opening;
        let (amount, penalty) = (self.amount.of(opening.params), self.penalty.of(opening.params));
        for i in (0..LANES).filter(|i| period.due[*i]) {
            let part = self.period.part(period.months(i), opening.contract.term);
            let spent = period.sum(i, &earlier, &spent);
            shortfall[i] += penalty[i] * (part * amount[i] - spent).max(0.0);
        }
    }

    fn hooks(&self) -> Hooks {
        Hooks {
            discount: !self.tiers.is_empty(),
            shortfall: true,
            history: true,
            remembers: true,
            ..Hooks::default()
        }
    }

    fn params(&mut self) -> Vec<(String, &mut Param)> {
        let mut all =
            vec![("amount".into(), &mut self.amount), ("penalty".into(), &mut self.penalty)];
        all.extend(tiers::params(&mut self.tiers));
        all
    }

    fn check(&self, _term: usize) -> Vec<Problem> {
        tiers::check(&self.tiers)
    }

    fn describe(&self) -> String {
        let period = self.period.words();
        let tiers = if self.tiers.is_empty() {
            String::new()
        } else {
            format!("; off their prices by amount: {}", tiers::words(&self.tiers))
        };
        format!(
            "spend commitment: {} a {period} of {}, {} of what is missing is charged{tiers}",
            usd(&self.amount),
            self.counts.words(),
            percent(&self.penalty)
        )
    }
}
