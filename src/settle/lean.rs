//! Settlement of many sizes where only totals are wanted.
//!
//! The same operations as [`super::settle`] in the same order, without the lines that are zero
//! under a plain contract ([`crate::contract::Contract::is_plain`]) and without a ledger: the totals
//! agree with those of the general settlement to the bit, which a test holds.

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
    /// What [`super::reprice`] says of it.
    pub prices: &'a Prices,
}

/// A month of a block for all sizes of a strategy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Month<'a> {
    phase: Phase,
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
    /// By month, price of a unit-month of overflow.
    overflow: Vec<Lane>,
    /// The part of it that is paid for spare units while a contract is in force.
    spare: Lane,
    /// Whether overflow is turned away while a contract is in force.
    rejects: bool,
    /// By month, units that are switched on.
    deployed: Vec<Lane>,
    /// By month, demand beyond them.
    spilled: Vec<Lane>,
}

impl Default for Prepared {
    fn default() -> Self {
        let none = Vec::new;
        Self { overflow: none(), spare: NOTHING, rejects: false, deployed: none(), spilled: none() }
    }
}

impl Prepared {
    /// Prepares a block for a strategy that does with overflow what `kind` says.
    pub fn prepare(&mut self, block: Priced<'_>, kind: &Overflow) {
        let Priced { terms, paths, .. } = block;
        self.overflow.resize(paths.load.len(), NOTHING);
        prices_of_overflow(block, kind, &mut self.overflow);
        self.spare = spare_price(terms.contract, Some(kind), &paths.params);
        self.rejects = matches!(kind, Overflow::Rejected { .. });
    }

    /// Month `t` of the block that was prepared.
    #[inline(always)]
    pub(super) fn month<'a>(&'a self, block: Priced<'a>, t: usize) -> Month<'a> {
        let Priced { terms, paths, prices } = block;
        let phase = terms.contract.phase(t);
        Month {
            phase,
            load: &paths.load[t],
            commitment: &prices.paid()[t].commitment,
            overflow: &self.overflow[t],
            spare: if phase == Phase::None { &NOTHING } else { &self.spare },
            apart: paths.apart.get(t).unwrap_or(&NOTHING),
            discount: terms.discounts[t],
        }
    }

    /// Settles `units > 0` on the block that was prepared.
    #[must_use]
    pub fn settle(&mut self, block: Priced<'_>, units: f64) -> Totals {
        self.spill(block, units);
        all_totals(self, block)
    }

    /// The same for no more than what a choice among sizes needs.
    #[must_use]
    pub fn settle_costs(&mut self, block: Priced<'_>, units: f64) -> Costs {
        self.spill(block, units);
        costs(self, block).into()
    }

    /// Finds what overflows, month by month.
    fn spill(&mut self, block: Priced<'_>, units: f64) {
        let months = block.paths.load.len();
        self.deployed.resize(months, NOTHING);
        self.spilled.resize(months, NOTHING);
        spill(block, units, &mut self.deployed, &mut self.spilled);
    }
}

kernel! {
    fn prices_of_overflow(block: Priced<'_>, kind: &Overflow, out: &mut [Lane]) {
        let Priced { terms, paths, prices } = block;
        for (t, price) in out.iter_mut().enumerate() {
            let kind = Some(kind).filter(|_| terms.contract.phase(t) != Phase::None);
            *price =
                overflow_price(terms.contract, kind, &paths.params, &prices.paid()[t].on_demand);
        }
    }
}

kernel! {
    /// Units that are switched on in each month, and the demand beyond them.
    fn spill(block: Priced<'_>, units: f64, deployed: &mut [Lane], spilled: &mut [Lane]) {
        let Priced { terms, paths, .. } = block;
        let mut reserved = NOTHING;
        for (t, load) in paths.load.iter().enumerate() {
            let opening = Opening {
                month: t.saturating_sub(terms.contract.start),
                contract: terms.contract,
                params: &paths.params,
                closed: &[],
                list: &[],
            };
            let phase = terms.contract.phase(t);
            quantity(opening, phase, units, &mut reserved, &mut deployed[t]);
            let curve = terms.curves.of(t, &paths.mix);
            super::overflow(curve, load, &deployed[t], &mut spilled[t]);
        }
    }
}

kernel! {
    fn all_totals(of: &Prepared, block: Priced<'_>) -> Totals {
        bills::<true>(of, block)
    }
}

kernel! {
    fn costs(of: &Prepared, block: Priced<'_>) -> Totals {
        bills::<false>(of, block)
    }
}

/// Adds up the bills of all months: the lines of [`Costs`], or `ALL` of them.
#[inline(always)]
fn bills<const ALL: bool>(of: &Prepared, block: Priced<'_>) -> Totals {
    // Sums of this many paths stay in registers.
    const WIDTH: usize = 8;
    let mut totals = Totals::zero();
    for s in 0..LANES / WIDTH {
        let strip = |lane: &Lane| -> [f64; WIDTH] { lane.as_chunks().0[s] };
        let mut sums = [[0.0; WIDTH]; 11];
        let [cost, present_value, idle, fee, beyond, shortage, apart, demand, met, rejected, on] =
            &mut sums;
        for t in 0..block.paths.load.len() {
            let month = of.month(block, t);
            let (signed, rejects) = match month.phase {
                Phase::None => (false, false),
                Phase::Term(_) => (true, of.rejects),
                Phase::Hourly => (false, of.rejects),
            };
            let [deployed, spilled, load] =
                [&of.deployed[t], &of.spilled[t], month.load].map(strip);
            let [price, over, spare, bill] =
                [month.commitment, month.overflow, month.spare, month.apart].map(strip);
            for i in 0..WIDTH {
                let charge = deployed[i] * price[i];
                let spend = spilled[i] * over[i];
                let all = charge + spend + bill[i];
                let served = load[i] - spilled[i];
                let idle_share = if deployed[i] > 0.0 { 1.0 - served / deployed[i] } else { 0.0 };
                cost[i] += all;
                present_value[i] += month.discount * all;
                idle[i] += charge * idle_share + spilled[i] * spare[i];
                if ALL {
                    let (reserved, hourly) = if signed { (charge, 0.0) } else { (0.0, charge) };
                    let (short, bought) = if rejects { (spend, 0.0) } else { (0.0, spend) };
                    fee[i] += reserved;
                    beyond[i] += hourly + bought;
                    shortage[i] += short;
                    apart[i] += bill[i];
                    demand[i] += load[i];
                    met[i] += served;
                    rejected[i] += if rejects { spilled[i] } else { 0.0 };
                    on[i] += deployed[i];
                }
            }
        }
        let lines = [
            &mut totals.cost,
            &mut totals.present_value,
            &mut totals.idle,
            &mut totals.fee,
            &mut totals.overflow,
            &mut totals.shortage,
            &mut totals.apart,
            &mut totals.demand,
            &mut totals.served,
            &mut totals.rejected,
            &mut totals.deployed,
        ];
        for (line, sums) in lines.into_iter().zip(sums) {
            line.as_chunks_mut().0[s] = sums;
        }
    }
    totals
}
