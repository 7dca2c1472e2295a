//! A balance that pays bills until it is used up or expires.

use super::stated::usd;
use super::{Billing, Charges, Clause, Hooks};
use crate::error::Problem;
use crate::param::Param;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A balance that pays bills until it is used up or expires.
///
/// # What it does
/// The vendor grants an amount, which pays the charges of each month until nothing is left of it or
/// its last month is over.
///
/// # Formula
/// `granted(m) = -min(amount - granted before, charges(m) left after rebates and credits)`, 0 after
/// `until_month`.
///
/// # Parameters
/// `amount >= 0`, USD; `pays`: which charges; `until_month` (1-based; absent for the whole contract).
///
/// # Ambiguity and our reading
/// The balance is drawn last, after discounts, rebates and other credits, as early as possible, and
/// never for more than is due: what is left at the end is lost. It pays in months under contract
/// only, because a grant that comes without a contract is the same for every choice. A contract has
/// one grant: add up those that expire together. A grant that pays fees alone (`pays =
/// "commitment"`), or on-demand charges alone, goes by what other credits leave of the whole bill:
/// a clawback's credit lowers it only where it is more than the charges that the grant does not pay.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "credit_grant"
/// amount = 100000
/// until_month = 6
/// ```
///
/// # Source
/// Enterprise playbook for OpenAI contracts (S1), line 72: 100,000 USD of credits for the first six
/// months; lines 81 and 122: one-time credits.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditGrant {
    /// The balance at the start, USD.
    #[schemars(extend("x-min" = 0.0))]
    pub amount: Param,
    /// Which charges it pays.
    #[serde(default)]
    pub pays: Charges,
    /// Last contract month in which it pays, from 1.
    #[schemars(range(min = 1))]
    pub until_month: Option<usize>,
}

impl Clause for CreditGrant {
    fn grant(&self, billing: &Billing<'_>, granted: &mut Lane) {
        if self.until_month.is_some_and(|until| billing.opening.month >= until) {
            return;
        }
        let mut balance = *self.amount.of(billing.opening.params);
        for month in billing.opening.closed {
            for i in 0..LANES {
                balance[i] += month.granted[i];
            }
        }
        let due = self.pays.left(billing.now, &billing.now.credit);
        for i in 0..LANES {
            granted[i] -= due[i].min(balance[i]).max(0.0);
        }
    }

    fn hooks(&self) -> Hooks {
        Hooks { grant: true, history: true, remembers: true, ..Hooks::default() }
    }

    fn params(&mut self) -> Vec<(String, &mut Param)> {
        vec![("amount".into(), &mut self.amount)]
    }

    fn check(&self, _term: usize) -> Vec<Problem> {
        Vec::new()
    }

    fn describe(&self) -> String {
        let amount = usd(&self.amount);
        let until = self.until_month.map_or(String::new(), |m| format!(" until month {m}"));
        format!("credit grant: {amount} pays {}{until}", self.pays.words())
    }
}
