//! Settlement of many sizes where only totals are wanted.
//!
//! The same operations as [`super::settle`] in the same order, without the lines that are zero
//! under a plain contract ([`crate::contract::Contract::is_plain`]) and without a ledger: the totals
//! agree with those of the general settlement to the bit, which a test holds.

use super::{Prices, Terms, apart, overflow_price, quantity, spare_price};
use crate::contract::{Opening, Phase};
use crate::curve::Curve;
use crate::ledger::Totals;
use crate::path::PathBlock;
use crate::rng::{LANES, Lane};
use crate::simd::kernel;
use crate::strategy::Overflow;

kernel! {
    /// Settles nothing signed: every token on demand at list prices.
    pub fn nothing_signed(discounts: &[f64], paths: &PathBlock) -> Totals {
        // Sums of this many paths stay in registers.
        const WIDTH: usize = 16;
        const NOTHING: Lane = [0.0; LANES];
        let mut totals = Totals::zero();
        for from in (0..LANES).step_by(WIDTH) {
            let mut sums = [[0.0; WIDTH]; 5];
            let [cost, present_value, overflow, apart, demand] = &mut sums;
            for (t, discount) in discounts.iter().enumerate() {
                let load = &paths.load[t][from..][..WIDTH];
                let price = &paths.on_demand[t][from..][..WIDTH];
                let bills = &paths.apart.get(t).unwrap_or(&NOTHING)[from..][..WIDTH];
                for i in 0..WIDTH {
                    let spend = load[i] * price[i];
                    cost[i] += spend + bills[i];
                    present_value[i] += discount * (spend + bills[i]);
                    overflow[i] += spend;
                    apart[i] += bills[i];
                    demand[i] += load[i];
                }
            }
            totals.cost[from..][..WIDTH].copy_from_slice(cost);
            totals.present_value[from..][..WIDTH].copy_from_slice(present_value);
            totals.overflow[from..][..WIDTH].copy_from_slice(overflow);
            totals.apart[from..][..WIDTH].copy_from_slice(apart);
            totals.demand[from..][..WIDTH].copy_from_slice(demand);
        }
        totals
    }
}

/// A month as the kernels need it.
#[derive(Clone, Debug)]
pub(super) struct Month {
    phase: Phase,
    pub load: Lane,
    inverse: Lane,
    /// Price of a deployed unit: the committed one, after the term the hourly one.
    pub commitment: Lane,
    /// Price of a unit-month of overflow.
    pub overflow: Lane,
    /// The part of it that is paid for spare units.
    pub spare: Lane,
    /// Whether overflow is turned away.
    rejects: bool,
    /// Bills apart from the units.
    pub apart: Lane,
    pub discount: f64,
}

impl Month {
    fn empty() -> Self {
        let zero = [0.0; LANES];
        Self {
            phase: Phase::None,
            load: zero,
            inverse: zero,
            commitment: zero,
            overflow: zero,
            spare: zero,
            rejects: false,
            apart: zero,
            discount: 1.0,
        }
    }
}

kernel! {
    /// Prepares the months of a block whose prices are fixed.
    fn fill(
        months: &mut [Month],
        terms: Terms<'_>,
        kind: &Overflow,
        paths: &PathBlock,
        prices: &Prices,
    ) {
        for (t, month) in months.iter_mut().enumerate() {
            let rates = &prices.paid()[t];
            month.phase = terms.contract.phase(t);
            let kind = Some(kind).filter(|_| month.phase != Phase::None);
            month.load = paths.load[t];
            for i in 0..LANES {
                month.inverse[i] = 1.0 / paths.load[t][i];
            }
            month.commitment = rates.commitment;
            month.overflow = overflow_price(terms.contract, kind, &paths.params, rates);
            month.spare = spare_price(terms.contract, kind, &paths.params);
            month.rejects = matches!(kind, Some(Overflow::Rejected { .. }));
            month.apart = apart(paths, t);
            month.discount = terms.discounts[t];
        }
    }
}

/// The months of a block, prepared for all sizes of a strategy.
#[derive(Clone, Debug, Default)]
pub struct Prepared {
    months: Vec<Month>,
}

impl Prepared {
    /// The months, in order.
    pub(super) fn months(&self) -> &[Month] {
        &self.months
    }

    /// Prepares a block whose prices are fixed.
    pub fn prepare(
        &mut self,
        terms: Terms<'_>,
        kind: &Overflow,
        paths: &PathBlock,
        prices: &Prices,
    ) {
        self.months.resize_with(paths.load.len(), Month::empty);
        fill(&mut self.months, terms, kind, paths, prices);
    }

    /// Settles `units > 0` on the block `paths` that was prepared.
    #[must_use]
    pub fn settle(&self, terms: Terms<'_>, units: f64, paths: &PathBlock) -> Totals {
        let mut totals = Totals::zero();
        for (t, month) in self.months.iter().enumerate() {
            let opening = Opening {
                month: t.saturating_sub(terms.contract.start),
                contract: terms.contract,
                params: &paths.params,
                closed: &[],
                list: &[],
            };
            let (_, deployed) = quantity(opening, month.phase, units);
            add_month(terms.curves.of(t, &paths.mix), month, &deployed, &mut totals);
        }
        totals
    }
}

kernel! {
    /// Adds a month to the totals.
    fn add_month(curve: Curve<'_>, month: &Month, deployed: &Lane, totals: &mut Totals) {
        let overflow = super::overflow(curve, &month.load, &month.inverse, deployed);
        let (signed, rejects) = (matches!(month.phase, Phase::Term(_)), month.rejects);
        for i in 0..LANES {
            let charge = deployed[i] * month.commitment[i];
            let spend = overflow[i] * month.overflow[i];
            let cost = charge + spend + month.apart[i];
            let served = month.load[i] - overflow[i];
            let idle = if deployed[i] > 0.0 { 1.0 - served / deployed[i] } else { 0.0 };
            let (fee, hourly) = if signed { (charge, 0.0) } else { (0.0, charge) };
            let (shortage, bought) = if rejects { (spend, 0.0) } else { (0.0, spend) };
            totals.cost[i] += cost;
            totals.present_value[i] += month.discount * cost;
            totals.fee[i] += fee;
            totals.overflow[i] += hourly + bought;
            totals.idle[i] += charge * idle + overflow[i] * month.spare[i];
            totals.shortage[i] += shortage;
            totals.apart[i] += month.apart[i];
            totals.demand[i] += month.load[i];
            totals.served[i] += served;
            totals.rejected[i] += if rejects { overflow[i] } else { 0.0 };
            totals.deployed[i] += deployed[i];
        }
    }
}
