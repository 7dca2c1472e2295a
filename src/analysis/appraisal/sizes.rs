//! The best size with and without the valued clauses, and what they are worth then.

use super::Watcher;
use super::request::{Refusal, Request};
use super::sets::Appraiser;
use super::sets::CellCost;
use crate::contract::Contract;
use crate::results::appraisal::{Resized, Rolling, Solved, Worth};
use crate::stats::Estimate;
use crate::value::bounds::{Draws, value};
use crate::value::lattice::Purpose;
use crate::value::rolling::rolling;
use rayon::prelude::*;

/// Knots in a standard deviation of a month where sizes are compared.
const FINENESS: f64 = 4.0;

/// The same of both grids of the dense dynamic program.
const DENSE: [f64; 2] = [48.0, 96.0];

/// How much dearer a unit on a one-month term may be.
const PREMIUMS: [f64; 4] = [0.0, 0.1, 0.2, 0.5];

/// Sizes of the first look, and of each closer one.
const WIDE: usize = 16;
const CLOSE: usize = 8;

impl Appraiser<'_> {
    /// The sizes of least mean cost without and with the valued clauses; none where one of them is not
    /// to sign.
    pub(super) fn resized(&self, watcher: &dyn Watcher) -> Result<Option<Resized>, Refusal> {
        if watcher.stopped() {
            return Err(Refusal::Stopped);
        }
        let (without, with) = (self.contract(0), self.contract(self.chosen.full()));
        let (old, new) = (self.best_size(&without)?, self.best_size(&with)?);
        if old == 0.0 || new == 0.0 {
            return Ok(None);
        }
        let cell = |contract, units| self.cell(contract, units, Purpose::Bound);
        let cells = [cell(&without, old)?, cell(&with, old)?, cell(&with, new)?];
        let found: Vec<CellCost> =
            self.value(&cells, Purpose::Bound).into_iter().map(|(cost, _)| cost).collect();
        let worth = |with: usize| -> Worth { super::sets::worth(&found[0], &found[with]) };
        Ok(Some(Resized {
            units_without: old,
            units_with: new,
            value: worth(2),
            value_at_old: worth(1),
        }))
    }

    /// The value of all clauses together by a dense dynamic program, extrapolated from two grids: its
    /// error falls with the square of their spacing.
    pub(super) fn dense(&self, request: &Request) -> Result<Option<Solved>, Refusal> {
        if !request.solve {
            return Ok(None);
        }
        if !self.setting.fitter.is_known() {
            return self.dense_on_plane().map(Some);
        }
        let (without, with) = (self.contract(0), self.contract(self.chosen.full()));
        let mut values = Vec::new();
        for fineness in DENSE {
            let none = self.solved(&without, self.units, fineness)?;
            let all = self.solved(&with, self.units, fineness)?;
            values.extend(none.zip(all).map(|(none, all)| none - all));
        }
        let [coarse, fine] = values[..] else { return Ok(None) };
        Ok(Some(Solved { value: fine + (fine - coarse) / 3.0, moved: (fine - coarse).abs() }))
    }

    /// What rolling one-month terms would save at some premiums, against what the contract costs `now`.
    pub(super) fn ceiling(&self, now: Estimate) -> Vec<Rolling> {
        let without = self.contract(0);
        // A contract that may be renewed has more months than one that is not.
        if self.study.contract.rights().any(|(_, _, right)| right.renews) {
            return Vec::new();
        }
        let Some(costs) = rolling(&self.setting, &without, &PREMIUMS) else { return Vec::new() };
        let saved = PREMIUMS.iter().zip(costs);
        saved
            .map(|(premium, cost)| Rolling { premium: *premium, value: now.linear(1.0, -cost) })
            .collect()
    }

    /// The legal size of least expected cost, from coarse to fine.
    fn best_size(&self, contract: &Contract) -> Result<f64, Refusal> {
        let sizes = &self.study.sizes;
        let top = sizes.count_up_to(4.0 * self.units.max(sizes.at(0))).saturating_sub(1);
        let (mut low, mut high, mut wanted) = (0, top, WIDE);
        loop {
            let step = (high - low).div_ceil(wanted).max(1);
            let mut places: Vec<usize> = (low..=high).step_by(step).collect();
            if places.last() != Some(&high) {
                places.push(high);
            }
            let costs: Result<Vec<f64>, Refusal> = places
                .par_iter()
                .map(|place| self.expected_cost(contract, sizes.at(*place)))
                .collect();
            let costs = costs?;
            let best = (0..places.len()).min_by(|a, b| costs[*a].total_cmp(&costs[*b]));
            let best = best.unwrap_or(0);
            if step == 1 {
                return Ok(sizes.at(places[best]));
            }
            low = places[best.saturating_sub(1)];
            high = places[(best + 1).min(places.len() - 1)];
            wanted = CLOSE;
        }
    }

    /// The expected cost of a contract and size under its best policy, as well as a quick look tells.
    fn expected_cost(&self, contract: &Contract, units: f64) -> Result<f64, Refusal> {
        if let Some(cost) = self.solved(contract, units, FINENESS)? {
            return Ok(cost);
        }
        let cell = self.cell(contract, units, Purpose::Policy)?;
        let draws = Draws { log2_points: 6, ..self.draws };
        let found = value(&self.study.model, &self.setting.fitter.lens, &[cell], draws);
        Ok(found[0].means.iter().map(|means| means.policy).sum())
    }
}
