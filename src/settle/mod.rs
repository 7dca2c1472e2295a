//! Settlement: the one place where a contract meets a future.
//!
//! The order of operations is [`Stage::ORDER`]: prices of all months ([`reprice`]), then month by
//! month quantity, use, bill and what clauses add to it ([`settle`]), clauses of a stage in the
//! order of the contract. Reports print that list, and a test holds it against this file.
//!
//! Prices do not depend on the size of the commitment, so one repricing serves all sizes.
//! [`lean`] settles the same in fewer steps where no clause looks back and only totals are wanted.
//! A size of 0 means that nothing is signed. Where no contract is in force, for that reason or
//! because it has not begun or has ended, every strategy pays for its tokens on demand at list
//! prices.

pub mod grid;
pub mod lean;
mod prepaid;
mod prices;
mod rights;
mod stage;

pub use prices::{Prices, reprice};
pub use rights::{Left, Orders, looks};
pub use stage::{Adds, Stage};

use crate::contract::{Billing, Contract, Opening, Phase, Rates};
use crate::curve::{Curve, Curves};
use crate::ledger::{Costs, Ledger, Month, Tally, Totals};
use crate::path::PathBlock;
use crate::rng::{LANES, Lane};
use crate::simd::kernel;
use crate::strategy::Overflow;
use std::ops::Range;

/// What stays the same over all blocks and sizes.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The contract.
    pub contract: &'a Contract,
    /// Load within each month.
    pub curves: &'a Curves,
    /// Today's value of a dollar billed in each month.
    pub discounts: &'a [f64],
    /// Rights to be exercised on all paths as each month of the contract opens, whatever their
    /// policies say; none leaves it to the policies.
    pub orders: Option<Orders<'a>>,
}

kernel! {
    /// Settles `units` on a block of paths month by month.
    ///
    /// `prices` are those of [`reprice`] for the same block. A `ledger` with a place for each month
    /// receives every line; one with a single place is overwritten month by month, for contracts whose
    /// clauses do not look back.
    pub fn settle(
        terms: Terms<'_>,
        overflow: &Overflow,
        units: f64,
        paths: &PathBlock,
        prices: &Prices,
        ledger: &mut Ledger,
    ) -> Totals {
        let mut totals = Totals::zero();
        let months = 0..paths.load.len();
        months_of(terms, (overflow, units), paths, prices, ledger, months, &mut totals);
        totals
    }
}

kernel! {
    /// Settles like [`settle`], for no more than what a choice among sizes needs.
    pub fn settle_costs(
        terms: Terms<'_>,
        overflow: &Overflow,
        units: f64,
        paths: &PathBlock,
        prices: &Prices,
        ledger: &mut Ledger,
    ) -> Costs {
        let mut costs = Costs::zero();
        let months = 0..paths.load.len();
        months_of(terms, (overflow, units), paths, prices, ledger, months, &mut costs);
        costs
    }
}

kernel! {
    /// Settles some months like [`settle`], where the ledger already holds those before; adds them
    /// to `totals`. `bought` is what is done with overflow, and the units.
    pub fn settle_months(
        terms: Terms<'_>,
        bought: (&Overflow, f64),
        paths: &PathBlock,
        prices: &Prices,
        ledger: &mut Ledger,
        months: Range<usize>,
        totals: &mut Totals,
    ) {
        months_of(terms, bought, paths, prices, ledger, months, totals);
    }
}

#[inline(always)]
fn months_of(
    terms: Terms<'_>,
    (overflow, units): (&Overflow, f64),
    paths: &PathBlock,
    prices: &Prices,
    ledger: &mut Ledger,
    which: Range<usize>,
    totals: &mut impl Tally,
) {
    let months = paths.load.len();
    let keeps = ledger.months.len() > 1;
    let rights = terms.contract.uses(|hooks| hooks.right);
    let stages = Stage::ORDER.map(|stage| terms.contract.uses(|hooks| stage.holds(hooks)));
    let acts = |stage: Stage| stages[stage as usize];
    for t in which {
        let (closed, open) = ledger.months.split_at_mut(if keeps { t } else { 0 });
        let month = &mut open[0];
        let phase = if units > 0.0 { terms.contract.phase(t) } else { Phase::None };
        let in_term = matches!(phase, Phase::Term(_));
        let contract_month = t.saturating_sub(terms.contract.start);
        let opening = Opening {
            month: contract_month,
            contract: terms.contract,
            params: &paths.params,
            closed: closed.get(t - contract_month..).unwrap_or_default(),
            list: &prices.list()[t - contract_month..t],
        };
        quantity(opening, phase, units, &mut month.reserved, &mut month.deployed);
        if rights {
            let order = terms.orders.map(|orders| orders.of(contract_month));
            rights::exercise(opening, phase, (units, order), &prices.paid()[t].commitment, month);
        }
        consume(terms.curves.of(t, &paths.mix), &paths.load[t], month);
        let list = Rates { on_demand: paths.on_demand[t], commitment: prices.list()[t].commitment };
        let rates = if phase == Phase::None { &list } else { &prices.paid()[t] };
        let overflow = Some(overflow).filter(|_| phase != Phase::None);
        bill(terms.contract, overflow, &paths.params, rates, month);
        if rights {
            rights::on_demand_alone(&list, &rates.on_demand, month);
        }
        if acts(Stage::Prepaid) {
            month.prepaid = prepaid::prepaid(opening, phase, t, units, prices, month);
        }
        let last = terms.contract.is_last(t, months);
        let added = |stage: Stage, month: &Month| {
            let adds = stage.adds().filter(|_| in_term && acts(stage));
            adds.map_or([0.0; LANES], |add| {
                of_clauses(stage, add, Billing { opening, now: month, last })
            })
        };
        month.rebate = added(Stage::Rebate, month);
        month.credit = added(Stage::Credit, month);
        month.granted = added(Stage::Grant, month);
        month.shortfall = added(Stage::Shortfall, month);
        month.apart = apart(paths, t);
        totals.add(month, terms.discounts[t]);
    }
}

/// Reserved and deployed units of a month. After the term nothing is reserved: what stays switched
/// on is billed by the hour.
#[inline(always)]
fn quantity(
    opening: Opening<'_>,
    phase: Phase,
    units: f64,
    reserved: &mut Lane,
    deployed: &mut Lane,
) {
    reserve(opening, phase, units, reserved);
    match (phase, opening.contract.deployed) {
        (Phase::None, _) => deployed.fill(0.0),
        (_, Some(on)) => deployed.fill(on),
        (Phase::Term(_), None) => *deployed = *reserved,
        (Phase::Hourly, None) => deployed.fill(units),
    }
}

/// Reserved units of a month.
#[inline(always)]
pub(crate) fn reserve(opening: Opening<'_>, phase: Phase, units: f64, reserved: &mut Lane) {
    if !matches!(phase, Phase::Term(_)) {
        return reserved.fill(0.0);
    }
    reserved.fill(units);
    for clause in &opening.contract.clauses {
        clause.get().quantity(opening, reserved);
    }
}

/// Splits the month's demand into what the deployed units serve and what they do not.
///
/// Overflow is written to `spilled`; [`bill`] moves it to `rejected` where it is rejected.
#[inline(always)]
fn consume(curve: Curve<'_>, load: &Lane, month: &mut Month) {
    month.demand = *load;
    overflow(curve, load, &month.deployed, &mut month.spilled);
    for i in 0..LANES {
        month.served[i] = load[i] - month.spilled[i];
    }
}

/// Demand beyond `capacity` in a month with mean load `load`.
#[inline(always)]
fn overflow(curve: Curve<'_>, load: &Lane, capacity: &Lane, out: &mut Lane) {
    for i in 0..LANES {
        out[i] = capacity[i] * (1.0 / load[i]);
    }
    curve.overflows(out);
    for i in 0..LANES {
        // Without any load the ratio is infinite or, against no capacity, undefined.
        out[i] = if load[i] > 0.0 { load[i] * out[i] } else { 0.0 };
    }
}

/// What is paid for apart from the units in month `t`, USD.
#[inline(always)]
fn apart(paths: &PathBlock, t: usize) -> Lane {
    paths.apart.get(t).copied().unwrap_or([0.0; LANES])
}

/// What a unit-month of overflow costs, USD; `kind` is none where no contract is in force.
///
/// # Panics
/// If units are bought by the hour and have no price, which no resolved study has.
#[inline(always)]
#[must_use]
pub fn overflow_price(
    contract: &Contract,
    kind: Option<&Overflow>,
    params: &[Lane],
    rates: &Rates,
) -> Lane {
    let Some(kind) = kind else { return rates.on_demand };
    let mut price = [0.0; LANES];
    match kind {
        Overflow::OnDemand { price_multiple } => {
            let multiple = price_multiple.of(params);
            for i in 0..LANES {
                price[i] = rates.on_demand[i] * multiple[i];
            }
        }
        Overflow::Hourly { headroom } => {
            let hourly = contract.hourly.as_ref().expect("an hourly price, checked in the study");
            let (hourly, headroom) = (hourly.of(params), headroom.of(params));
            for i in 0..LANES {
                price[i] = (1.0 + headroom[i]) * hourly[i];
            }
        }
        Overflow::Rejected { shortage } => price = *shortage.of(params),
    }
    price
}

/// What the spare hourly units that go with a unit-month of overflow cost, USD. They do no work.
#[inline(always)]
fn spare_price(contract: &Contract, kind: Option<&Overflow>, params: &[Lane]) -> Lane {
    let mut price = [0.0; LANES];
    if let (Some(Overflow::Hourly { headroom }), Some(hourly)) = (kind, &contract.hourly) {
        let (hourly, headroom) = (hourly.of(params), headroom.of(params));
        for i in 0..LANES {
            price[i] = headroom[i] * hourly[i];
        }
    }
    price
}

/// Prices the month's lines.
#[inline(always)]
fn bill(
    contract: &Contract,
    overflow: Option<&Overflow>,
    params: &[Lane],
    rates: &Rates,
    month: &mut Month,
) {
    month.hourly = [0.0; LANES];
    month.on_demand = [0.0; LANES];
    month.shortage = [0.0; LANES];
    month.rejected = [0.0; LANES];
    commitment(contract, params, rates, month);
    let price = overflow_price(contract, overflow, params, rates);
    let mut spend = [0.0; LANES];
    for i in 0..LANES {
        spend[i] = month.spilled[i] * price[i];
    }
    match overflow {
        None | Some(Overflow::OnDemand { .. }) => month.on_demand = spend,
        Some(Overflow::Hourly { .. }) => {
            let spare = spare_price(contract, overflow, params);
            for i in 0..LANES {
                month.hourly[i] += spend[i];
                month.idle[i] += month.spilled[i] * spare[i];
            }
        }
        Some(Overflow::Rejected { .. }) => {
            month.rejected = std::mem::replace(&mut month.spilled, [0.0; LANES]);
            month.shortage = spend;
        }
    }
}

/// The fee, hourly units beyond it, and the two kinds of waste.
#[inline(always)]
fn commitment(contract: &Contract, params: &[Lane], rates: &Rates, month: &mut Month) {
    let hourly = contract.hourly.as_ref().map_or([0.0; LANES], |p| *p.of(params));
    for i in 0..LANES {
        let (reserved, deployed) = (month.reserved[i], month.deployed[i]);
        let beyond = (deployed - reserved).max(0.0);
        let price = rates.commitment[i] * month.price_ratio[i];
        month.fee[i] = reserved * price;
        month.hourly[i] = beyond * hourly[i];
        month.unallocated[i] = (reserved - deployed).max(0.0) * price;
        let on = month.fee[i] - month.unallocated[i] + month.hourly[i];
        let idle_share = if deployed > 0.0 { 1.0 - month.served[i] / deployed } else { 0.0 };
        month.idle[i] = on * idle_share;
    }
}

/// What the contract's clauses add to the bill in a stage, USD.
#[inline(always)]
fn of_clauses(stage: Stage, add: Adds, billing: Billing<'_>) -> Lane {
    let mut sum = [0.0; LANES];
    for clause in &billing.opening.contract.clauses {
        add(clause.get(), billing, &mut sum);
    }
    if stage.ends_with_contract() && billing.now.ended != [false; LANES] {
        for i in (0..LANES).filter(|i| billing.now.ended[*i]) {
            sum[i] = 0.0;
        }
    }
    sum
}
