//! Fees paid ahead, for a percentage.

use super::stated::percent;
use super::{Clause, Hooks, Quotes, Rates};
use crate::error::Problem;
use crate::param::Param;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fees paid ahead, for a percentage.
///
/// # What it does
/// A share of a term's fees is paid with the bill of its first month, for a percentage off. Later
/// bills have the rest.
///
/// # Formula
/// The price of a unit is `price * (1 - share * discount)`, of which `w = share * (1 - discount) /
/// (1 - share * discount)` is paid ahead. With `plan(m)`, the fee in month `m` of the units that
/// the term begins with, the line `prepaid` is `w * sum of plan(m)` over the term's later months in
/// its first month, and after that `-w * min(fee(m), plan(m)) - refund * w * max(plan(m) - fee(m),
/// 0)`. Over a term without a right to have less it adds up to nothing.
///
/// # Parameters
/// `share` of the fees that is paid ahead (1 if left out); `discount` off that share, 0 to less
/// than 1; `refund`, the share of what was paid ahead for units that are given up that comes back
/// (0 to 1), which a contract with a right to have less must state.
///
/// # Ambiguity and our reading
/// An upfront payment moves money in time: its worth is the percentage less the interest, so a
/// study needs `discount_rate_per_year` to see the whole of it. The fee line keeps each month's
/// charge: a credit for low utilization is a share of that charge, and waste is counted month by
/// month, not in the month of the payment. Grants and promises of spend count what is billed, so
/// the payment counts in the first month. A refund comes with the bills of the months that it is
/// for; paid in one sum it would come earlier, which is worth the interest on it. Units that a
/// right adds are paid month by month. A renewed term is paid ahead again. A ramp is known from the
/// start: its steps are paid for, no more. Of a term that the horizon cuts, only the months
/// simulated are paid, as without the clause.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "upfront"
/// share = 1.0
/// discount = 0.065
/// ```
///
/// # Source
/// Guide to Bedrock and Azure OpenAI contracts (S0), line 150: 5 to 8 % extra for 12 to 24 months
/// with upfront payment.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Upfront {
    /// Share of the term's fees that is paid in its first month; 1 if absent.
    #[serde(default = "Param::one")]
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub share: Param,
    /// Percentage off what is paid ahead.
    #[schemars(extend("x-min" = 0.0, "x-below" = 1.0))]
    pub discount: Param,
    /// Share that comes back of what was paid ahead for units that are given up.
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub refund: Option<Param>,
}

impl Upfront {
    /// The part of a month's fee, after the percentage, that is paid ahead.
    #[must_use]
    pub fn ahead(&self, params: &[Lane]) -> Lane {
        let (share, discount) = (self.share.of(params), self.discount.of(params));
        std::array::from_fn(|i| share[i] * (1.0 - discount[i]) / (1.0 - share[i] * discount[i]))
    }

    /// The share that comes back of what was paid ahead and is not used.
    #[must_use]
    pub fn refunded(&self, params: &[Lane]) -> Lane {
        self.refund.as_ref().map_or([0.0; LANES], |refund| *refund.of(params))
    }
}

impl Clause for Upfront {
    fn discount(&self, quotes: Quotes<'_>, rates: &mut Rates) {
        let (share, discount) = (self.share.of(quotes.params), self.discount.of(quotes.params));
        for i in 0..LANES {
            rates.commitment[i] *= 1.0 - share[i] * discount[i];
        }
    }

    fn upfront(&self) -> Option<&Upfront> {
        Some(self)
    }

    fn hooks(&self) -> Hooks {
        Hooks { discount: true, upfront: true, history: true, remembers: true, ..Hooks::default() }
    }

    fn params(&mut self) -> Vec<(String, &mut Param)> {
        let mut params =
            vec![("share".into(), &mut self.share), ("discount".into(), &mut self.discount)];
        params.extend(self.refund.as_mut().map(|refund| ("refund".into(), refund)));
        params
    }

    fn check(&self, _term: usize) -> Vec<Problem> {
        Vec::new()
    }

    fn describe(&self) -> String {
        let refund = self.refund.as_ref().map_or(String::new(), |refund| {
            format!("; {} of what is not used comes back", percent(refund))
        });
        format!(
            "upfront: {} of a term's fees are paid in its first month for {} off{refund}",
            percent(&self.share),
            percent(&self.discount)
        )
    }
}
