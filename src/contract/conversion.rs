//! A right to turn on-demand load into committed units.

use super::policy::{Policy, Signal};
use super::quantity::AddedPrice;
use super::right::{Right, Towards};
use super::stated::percent;
use super::{Billing, Clause, Hooks, Opening};
use crate::error::Problem;
use crate::param::Param;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A right to turn on-demand load into committed units.
///
/// # What it does
/// The contract begins without its units, or with a part of them, and the load is bought on demand.
/// When the right is exercised, the rest is reserved. With a true-up the conversion reaches back:
/// what the new units would have saved in the months before comes off the bill.
///
/// # Formula
/// Before the conversion `reserved(m) = (1 - share) * units`, rounded up to whole steps of what is
/// sold, after it `units`. In its first month the credit is `-max(sum of on_demand(k) * min(added /
/// overflow(k), 1) - true_up_months * added * fee, 0)` over the `true_up_months` months `k` before,
/// where `fee` is what an added unit costs in that first month.
///
/// # Parameters
/// `share` of the units that waits (1 if left out); `price` of the units once reserved, `signed` or
/// `list`; `true_up_months` (0 if left out: no true-up); `after_month`, the first contract month,
/// from 1, at whose end it may be exercised (1 if left out), and `notice_months` (0 if left out);
/// `policy` as for `expansion`. Where all units wait, a threshold looks at `load`, as a share of
/// the units, or at `price`.
///
/// # Ambiguity and our reading
/// "Convert without penalty" names no price: by default the signed one, `list` for the list price
/// of that day. "Convert retroactively if usage exceeds thresholds" states neither threshold nor
/// window; a quarter and the break-even utilization are usual: `over_months = 3`, `true_up_months =
/// 3` and `level = fee / on-demand price`. A true-up counts a month's overflow up to the number of
/// units, as if they had been full all month, and never costs anything. The units stay once they
/// are reserved, and a renewal renews them. Commitments are converted once.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "conversion"
/// true_up_months = 3
/// policy = { kind = "threshold", level = 0.85, signal = "load", over_months = 3 }
/// ```
///
/// # Source
/// Guide to Azure OpenAI contracts (S1), line 37: convert on-demand to reserved without penalty;
/// guide (S0), line 115: stay on-demand, convert to PTU retroactively if usage exceeds thresholds.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conversion {
    /// Share of the units that is reserved by the conversion; 1 if absent.
    #[serde(default = "Param::one")]
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub share: Param,
    /// What the units cost that the conversion reserves.
    #[serde(default)]
    pub price: AddedPrice,
    /// Months before the conversion that it reaches back to.
    #[serde(default)]
    pub true_up_months: usize,
    /// First contract month, from 1, at whose end the right may be exercised.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub after_month: usize,
    /// Whole months from the exercise to the first month with the units.
    #[serde(default)]
    pub notice_months: usize,
    /// When it is exercised.
    pub policy: Policy,
}

fn one() -> usize {
    1
}

impl Clause for Conversion {
    fn right(&self) -> Option<Right<'_>> {
        Some(Right {
            once: true,
            starts: true,
            at_list: self.price == AddedPrice::List,
            first: self.after_month,
            notice: self.notice_months,
            ..Right::at_any_month(&self.policy, Towards::More)
        })
    }

    fn exercise(&self, opening: Opening<'_>, times: &Lane, units: &mut Lane) {
        let share = self.share.of(opening.params);
        for i in 0..LANES {
            if times[i] == 0.0 {
                let reserved = opening.contract.whole_steps((1.0 - share[i]) * units[i]);
                units[i] = reserved.min(units[i]);
            }
        }
    }

    fn credit(&self, billing: &Billing<'_>, credit: &mut Lane) {
        let (closed, now) = (billing.opening.closed, billing.now);
        let Some(last) = closed.last() else { return };
        let before = &closed[closed.len().saturating_sub(self.true_up_months)..];
        for i in
            (0..LANES).filter(|i| last.waiting[*i] && !now.waiting[*i] && now.reserved[*i] > 0.0)
        {
            let added = now.reserved[i] - last.reserved[i];
            let spent = before.iter().map(|month| {
                let spend = month.on_demand[i] + month.rebate[i];
                if month.spilled[i] > added { spend * added / month.spilled[i] } else { spend }
            });
            // Units before it keep the signed price: what the average is above it, added ones pay.
            let signed = now.fee[i] / (now.reserved[i] * now.price_ratio[i]);
            let above = (now.price_ratio[i] - 1.0) * now.reserved[i];
            let fees = before.len() as f64 * (added + above) * signed;
            credit[i] -= (spent.sum::<f64>() - fees).max(0.0);
        }
    }

    fn policy_mut(&mut self) -> Option<&mut Policy> {
        Some(&mut self.policy)
    }

    fn hooks(&self) -> Hooks {
        let credit = self.true_up_months > 0;
        Hooks { credit, remembers: credit, ..Hooks::of_right() }
    }

    fn params(&mut self) -> Vec<(String, &mut Param)> {
        let mut params = vec![("share".into(), &mut self.share)];
        params.extend(self.policy.params());
        params
    }

    fn check(&self, _term: usize) -> Vec<Problem> {
        let blind = |signal| matches!(signal, Signal::Utilization | Signal::Overflow);
        if let (Policy::Threshold(threshold), Some(1.0)) = (&self.policy, self.share.fixed())
            && blind(threshold.signal)
        {
            return vec![Problem::new(
                "policy.signal",
                "no-effect",
                "before the conversion no unit is used and all load overflows",
                "let the threshold look at `signal = \"load\"`",
            )];
        }
        Vec::new()
    }

    fn describe(&self) -> String {
        let share = percent(&self.share);
        let right = self.right().map(|right| right.describe()).unwrap_or_default();
        let back = match self.true_up_months {
            0 => String::new(),
            1 => ", with a true-up of the month before".to_owned(),
            months => format!(", with a true-up of the {months} months before"),
        };
        format!(
            "conversion: {share} of the units are reserved at the {} price{back} {right}",
            self.price.words()
        )
    }
}
