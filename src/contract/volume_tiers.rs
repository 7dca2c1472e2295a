//! Percentages that rise with the month's on-demand volume.

use super::{Billing, Clause, Hooks, Tier, tiers};
use crate::error::Problem;
use crate::param::Param;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the tiers count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Volume {
    /// On-demand spend of the month, USD.
    #[default]
    Spend,
    /// Load served on demand, in units in use over the month.
    Units,
}

/// To what a tier's percentage applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierReading {
    /// To the part of the volume within the tier.
    #[default]
    Marginal,
    /// To the whole volume, once the tier is reached.
    AllUnits,
}

/// Percentages that rise with the month's on-demand volume.
///
/// # What it does
/// The more is bought on demand in a month, the more comes off its price.
///
/// # Formula
/// With the month's volume `v` and on-demand spend `s`: `marginal`: `rebate = -s / v * sum over
/// tiers of share * (volume within the tier)`; `all_units`: `rebate = -s * share of the tier that v
/// lies in`.
///
/// # Parameters
/// `tiers`: each with `from` (rising) and `share` (0 to 1); `by`: whether `from` is in USD or in
/// units; `reading`.
///
/// # Ambiguity and our reading
/// "10 % from 50,000 USD" can mean the part above 50,000 (default) or, once it is reached, every
/// dollar of the month; the second has a cliff at which more use costs less. Each month counts by
/// itself. The spend is the one after caps and `flat_discount`s; of two such clauses the second sees
/// what the first leaves. Fees and hourly units neither count nor are discounted: a fee that falls
/// with the size is another offer.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "volume_tiers"
/// tiers = [{ from = 20000, share = 0.05 }, { from = 50000, share = 0.10 }]
/// ```
///
/// # Source
/// Enterprise playbook for OpenAI contracts (S1), lines 40, 81, 83 and 122: volume tier pricing.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VolumeTiers {
    /// Percentages in the order of their volumes.
    #[schemars(length(min = 1))]
    pub tiers: Vec<Tier>,
    /// What the volumes count.
    #[serde(default)]
    pub by: Volume,
    /// To what a percentage applies.
    #[serde(default)]
    pub reading: TierReading,
}

impl Clause for VolumeTiers {
    fn rebate(&self, billing: &Billing<'_>, rebate: &mut Lane) {
        let (month, params) = (billing.now, billing.opening.params);
        let mut spend = month.on_demand;
        for i in 0..LANES {
            spend[i] += rebate[i];
        }
        let volume = match self.by {
            Volume::Spend => &spend,
            Volume::Units => &month.spilled,
        };
        let off = match self.reading {
            TierReading::Marginal => tiers::by_parts(&self.tiers, volume, params),
            TierReading::AllUnits => tiers::share_at(&self.tiers, volume, params),
        };
        for i in 0..LANES {
            let price = match (self.reading, self.by) {
                (TierReading::Marginal, Volume::Spend) => 1.0,
                (TierReading::Marginal, Volume::Units) if volume[i] > 0.0 => spend[i] / volume[i],
                (TierReading::Marginal, Volume::Units) => 0.0,
                (TierReading::AllUnits, _) => spend[i],
            };
            rebate[i] -= price * off[i];
        }
    }

    fn hooks(&self) -> Hooks {
        Hooks { rebate: true, ..Hooks::default() }
    }

    fn params(&mut self) -> Vec<(String, &mut Param)> {
        tiers::params(&mut self.tiers)
    }

    fn check(&self, _term: usize) -> Vec<Problem> {
        tiers::check(&self.tiers)
    }

    fn describe(&self) -> String {
        let volume = match self.by {
            Volume::Spend => "USD of on-demand spend",
            Volume::Units => "units of load on demand",
        };
        let reading = match self.reading {
            TierReading::Marginal => "on the part within each tier",
            TierReading::AllUnits => "on the whole month",
        };
        format!("volume tiers: {} {volume} a month, {reading}", tiers::words(&self.tiers))
    }
}
