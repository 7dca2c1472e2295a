//! Settlement where only cost and waste are wanted, as in a search among sizes, and of nothing signed.
//!
//! The same operations as [`super::settle_costs`] in the same order, without a ledger, and with
//! prices that are prepared once for all sizes, for plain contracts
//! ([`crate::contract::Contract::is_plain`]): the costs agree with those of the general settlement to
//! the bit, which a test holds.

use super::{Prices, Terms, overflow_price, quantity, spare_price};
use crate::contract::{Opening, Phase};
use crate::ledger::{Costs, Totals};
use crate::path::PathBlock;
use crate::rng::{LANES, Lane};
use crate::simd::kernel;
use crate::strategy::Overflow;

/// No bill.
const NOTHING: Lane = [0.0; LANES];

kernel! {
    /// Settles nothing signed: every token on demand at list prices.
    pub fn nothing_signed(discounts: &[f64], paths: &PathBlock) -> Totals {
        // Sums of this many paths stay in registers.
        const WIDTH: usize = 16;
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

/// A block of paths whose prices are fixed.
#[derive(Clone, Copy, Debug)]
pub struct Priced<'a> {
    /// What stays the same over all blocks.
    pub terms: Terms<'a>,
    /// The block.
    pub paths: &'a PathBlock,
    /// What [`super::reprice`] says of it; not needed where the contract
    /// [pays list prices](crate::contract::Contract::pays_list_prices).
    pub prices: Option<&'a Prices>,
}

impl<'a> Priced<'a> {
    /// The on-demand price that is paid in month `t`.
    #[inline(always)]
    fn on_demand(self, t: usize) -> &'a Lane {
        match self.prices {
            Some(prices) if self.terms.contract.phase(t) != Phase::None => {
                &prices.paid()[t].on_demand
            }
            _ => &self.paths.on_demand[t],
        }
    }
}

/// A month of a block for all sizes of a strategy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Month<'a> {
    pub load: &'a Lane,
    /// Price of a deployed unit: the committed one, after the term the hourly one.
    pub commitment: &'a Lane,
    /// Price of a unit-month of overflow.
    pub overflow: &'a Lane,
    /// The part of it that is paid for spare units.
    pub spare: &'a Lane,
    /// Bills apart from the units.
    pub apart: &'a Lane,
    pub discount: f64,
}

/// What the sizes of a strategy have in common on a block, and room to settle one.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The fee that was signed.
    fee: Lane,
    /// By month, price of a unit-month of overflow; empty where it is the on-demand price.
    overflow: Vec<Lane>,
    /// The part of it that is paid for spare units while a contract is in force.
    spare: Lane,
    /// By month, units that are switched on; the last one stays.
    deployed: Vec<Lane>,
}

impl Default for Prepared {
    fn default() -> Self {
        Self { fee: NOTHING, overflow: Vec::new(), spare: NOTHING, deployed: Vec::new() }
    }
}

impl Prepared {
    /// Prepares a block for a strategy that does with overflow what `kind` says.
    pub fn prepare(&mut self, block: Priced<'_>, kind: &Overflow) {
        let Priced { terms, paths, .. } = block;
        self.fee = *terms.contract.fee.of(&paths.params);
        self.overflow.clear();
        if !kind.is_at_list_price() {
            self.overflow.resize(paths.load.len(), NOTHING);
            prices_of_overflow(block, kind, &mut self.overflow);
        }
        self.spare = spare_price(terms.contract, Some(kind), &paths.params);
    }

    /// Month `t` of the block that was prepared.
    #[inline(always)]
    pub(super) fn month<'a>(&'a self, block: Priced<'a>, t: usize) -> Month<'a> {
        let Priced { terms, paths, .. } = block;
        let phase = terms.contract.phase(t);
        Month {
            load: &paths.load[t],
            commitment: block.prices.map_or(&self.fee, |prices| &prices.paid()[t].commitment),
            overflow: self.overflow.get(t).unwrap_or_else(|| block.on_demand(t)),
            spare: if phase == Phase::None { &NOTHING } else { &self.spare },
            apart: paths.apart.get(t).unwrap_or(&NOTHING),
            discount: terms.discounts[t],
        }
    }

    /// What a choice among sizes needs of `units > 0` on the block that was prepared.
    #[must_use]
    pub fn settle_costs(&mut self, block: Priced<'_>, units: f64) -> Costs {
        self.deploy(block, units);
        costs(self, block)
    }

    /// Finds what is switched on, month by month.
    fn deploy(&mut self, block: Priced<'_>, units: f64) {
        let Priced { terms, paths, .. } = block;
        let contract = terms.contract;
        let months = paths.load.len();
        let changes = contract.uses(|hooks| hooks.quantity)
            || (0..months).any(|t| contract.phase(t) == Phase::None);
        self.deployed.resize(if changes { months } else { 1 }, NOTHING);
        let mut reserved = NOTHING;
        for (t, deployed) in self.deployed.iter_mut().enumerate() {
            let opening = Opening {
                month: t.saturating_sub(contract.start),
                contract,
                params: &paths.params,
                closed: &[],
                list: &[],
            };
            quantity(opening, contract.phase(t), units, &mut reserved, deployed);
        }
    }

    /// Units that are switched on in month `t`.
    #[inline(always)]
    fn deployed(&self, t: usize) -> &Lane {
        &self.deployed[t.min(self.deployed.len() - 1)]
    }
}

kernel! {
    fn prices_of_overflow(block: Priced<'_>, kind: &Overflow, out: &mut [Lane]) {
        let Priced { terms, paths, .. } = block;
        for (t, price) in out.iter_mut().enumerate() {
            let kind = Some(kind).filter(|_| terms.contract.phase(t) != Phase::None);
            *price = overflow_price(terms.contract, kind, &paths.params, block.on_demand(t));
        }
    }
}

kernel! {
    /// Adds up the bills of all months.
    fn costs(of: &Prepared, block: Priced<'_>) -> Costs {
        let Priced { terms, paths, .. } = block;
        let (mut sums, mut spilled) = (Costs::zero(), NOTHING);
        for t in 0..paths.load.len() {
            let (month, deployed) = (of.month(block, t), of.deployed(t));
            terms.curves.of(t, &paths.mix).spilled(month.load, deployed, &mut spilled);
            add_month(month, deployed, &spilled, &mut sums);
        }
        sums
    }
}

/// Adds the bill of a month.
#[inline(always)]
fn add_month(month: Month<'_>, deployed: &Lane, spilled: &Lane, sums: &mut Costs) {
    let Month { load, commitment, overflow, spare, apart, discount } = month;
    for i in 0..LANES {
        let charge = deployed[i] * commitment[i];
        let all = charge + spilled[i] * overflow[i] + apart[i];
        let served = load[i] - spilled[i];
        let unused = (deployed[i] - served) * commitment[i];
        sums.cost[i] += all;
        sums.present_value[i] += discount * all;
        sums.idle[i] += unused + spilled[i] * spare[i];
    }
}
