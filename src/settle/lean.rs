//! Settlement of many sizes where only totals are wanted.
//!
//! The same operations as [`super::settle`] in the same order, without the lines that are zero
//! under a plain contract ([`crate::contract::Contract::is_plain`]) and without a ledger: cost,
//! present value and waste agree with the general settlement to the bit, which a test holds.

use super::{Terms, apart, overflow_price, quantity, spare_price};
use crate::contract::{Opening, Phase};
use crate::curve::LoadCurve;
use crate::path::PathBlock;
use crate::rng::{LANES, Lane};
use crate::settle::Prices;
use crate::simd::kernel;
use crate::strategy::Overflow;

/// Totals of a path.
#[derive(Clone, Debug)]
pub struct Lean {
    /// Sum of the bills, USD.
    pub cost: Lane,
    /// Sum of the bills, discounted, USD.
    pub present_value: Lane,
    /// Fees for idle units, spare hourly ones among them, USD.
    pub waste: Lane,
}

kernel! {
    /// Settles nothing signed: every token on demand at list prices.
    pub fn nothing_signed(discounts: &[f64], paths: &PathBlock) -> Lean {
        let zero = [0.0; LANES];
        let mut totals = Lean { cost: zero, present_value: zero, waste: zero };
        for (t, discount) in discounts.iter().enumerate() {
            let (load, price, apart) = (&paths.load[t], &paths.on_demand[t], apart(paths, t));
            for i in 0..LANES {
                let cost = load[i] * price[i] + apart[i];
                totals.cost[i] += cost;
                totals.present_value[i] += discount * cost;
            }
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
            let rates = &prices.paid[t];
            month.phase = terms.contract.phase(t);
            let kind = Some(kind).filter(|_| month.phase != Phase::None);
            month.load = paths.load[t];
            for i in 0..LANES {
                month.inverse[i] = 1.0 / paths.load[t][i];
            }
            month.commitment = rates.commitment;
            month.overflow = overflow_price(terms.contract, kind, &paths.params, rates);
            month.spare = spare_price(terms.contract, kind, &paths.params);
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

    /// Settles `units > 0` on the prepared block.
    #[must_use]
    pub fn settle(&self, terms: Terms<'_>, units: f64, params: &[Lane]) -> Lean {
        let mut totals =
            Lean { cost: [0.0; LANES], present_value: [0.0; LANES], waste: [0.0; LANES] };
        for (t, month) in self.months.iter().enumerate() {
            let opening = Opening {
                month: t.saturating_sub(terms.contract.start),
                contract: terms.contract,
                params,
                closed: &[],
                list: &[],
            };
            let (_, deployed) = quantity(opening, month.phase, units);
            add_month(terms.curves.of(t), month, &deployed, &mut totals);
        }
        totals
    }
}

kernel! {
    /// Adds a month to the totals.
    fn add_month(curve: &LoadCurve, month: &Month, deployed: &Lane, totals: &mut Lean) {
        let overflow = super::overflow(curve, &month.load, &month.inverse, deployed);
        for i in 0..LANES {
            let fee = deployed[i] * month.commitment[i];
            let cost = fee + overflow[i] * month.overflow[i] + month.apart[i];
            let served = month.load[i] - overflow[i];
            let idle = if deployed[i] > 0.0 { 1.0 - served / deployed[i] } else { 0.0 };
            totals.cost[i] += cost;
            totals.present_value[i] += month.discount * cost;
            totals.waste[i] += fee * idle + overflow[i] * month.spare[i];
        }
    }
}
