//! Percentages by amount.

use super::stated::percent;
use crate::error::Problem;
use crate::param::Param;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A percentage from an amount on, up to the next tier.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Amount from which the tier holds, itself included.
    #[schemars(range(min = 0))]
    pub from: f64,
    /// Share taken off in the tier.
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub share: Param,
}

/// The share of the tier in which each amount lies; 0 below the first.
pub(super) fn share_at(tiers: &[Tier], amount: &Lane, params: &[Lane]) -> Lane {
    let mut out = [0.0; LANES];
    for tier in tiers {
        let share = tier.share.of(params);
        for i in 0..LANES {
            out[i] = if amount[i] >= tier.from { share[i] } else { out[i] };
        }
    }
    out
}

/// Each part of an amount times the share of the tier in which that part lies.
pub(super) fn by_parts(tiers: &[Tier], amount: &Lane, params: &[Lane]) -> Lane {
    let mut out = [0.0; LANES];
    for (k, tier) in tiers.iter().enumerate() {
        let share = tier.share.of(params);
        let to = tiers.get(k + 1).map_or(f64::INFINITY, |next| next.from);
        for i in 0..LANES {
            out[i] += share[i] * (amount[i].min(to) - tier.from).max(0.0);
        }
    }
    out
}

/// The shares, to be bound.
pub(super) fn params(tiers: &mut [Tier]) -> Vec<(String, &mut Param)> {
    let all = tiers.iter_mut().enumerate();
    all.map(|(i, tier)| (format!("tiers[{i}].share"), &mut tier.share)).collect()
}

/// Tiers that do not rise.
pub(super) fn check(tiers: &[Tier]) -> Vec<Problem> {
    let pairs = tiers.windows(2).enumerate().filter(|(_, pair)| pair[1].from <= pair[0].from);
    pairs
        .map(|(i, pair)| {
            Problem::new(
                format!("tiers[{}].from", i + 1),
                "order",
                format!(
                    "this tier begins at {}, the one before it at {}",
                    pair[1].from, pair[0].from
                ),
                "list the tiers by rising `from`",
            )
        })
        .collect()
}

/// The tiers in a sentence.
pub(super) fn words(tiers: &[Tier]) -> String {
    let tier = |t: &Tier| format!("{} from {}", percent(&t.share), t.from);
    tiers.iter().map(tier).collect::<Vec<_>>().join(", ")
}
