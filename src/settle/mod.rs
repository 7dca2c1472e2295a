//! Settlement: the one place where a contract meets a future.
//!
//! The order of operations is [`Stage::ORDER`]: prices of all months ([`reprice`]), then month by
//! month quantity, use, bill and what clauses add to it ([`settle`]), clauses of a stage in the
//! order of the contract. Reports print that list, and a test holds it against this file.
//!
//! Prices do not depend on the size of the commitment, so one repricing serves all sizes.
//! [`lean`] settles the same in fewer steps where no clause looks back and only costs are wanted.
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

use crate::contract::{Billing, Contract, Opening, Phase};
use crate::curve::{Curve, Curves};
use crate::ledger::{Costs, Ledger, Lines, Month, Tally, Totals};
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
    /// receives every line; one with two is for contracts whose clauses look at the last month alone,
    /// and one with a single place for those that do not look back.
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
    let rights = terms.contract.uses(|hooks| hooks.right);
    let lines = lines_of(terms.contract, overflow, paths);
    ledger.begin(lines);
    for t in which {
        let phase = if units > 0.0 { terms.contract.phase(t) } else { Phase::None };
        let in_term = matches!(phase, Phase::Term(_));
        let contract_month = t.saturating_sub(terms.contract.start);
        let (closed, month) = ledger.open(t, contract_month);
        let opening = Opening {
            month: contract_month,
            contract: terms.contract,
            params: &paths.params,
            closed,
            list: &prices.list()[t - contract_month..t],
        };
        quantity(opening, phase, units, &mut month.reserved, &mut month.deployed);
        if rights {
            let order = terms.orders.map(|orders| orders.of(contract_month));
            rights::exercise(opening, phase, (units, order), &prices.paid()[t].commitment, month);
        }
        consume(terms.curves.of(t, &paths.mix), &paths.load[t], month);
        let (list, paid) = (&paths.on_demand[t], &prices.paid()[t]);
        let overflow = Some(overflow).filter(|_| phase != Phase::None);
        let (price, fee) = match phase {
            Phase::None => (list, &prices.list()[t].commitment),
            _ => (&paid.on_demand, &paid.commitment),
        };
        commitment(terms.contract, &paths.params, fee, lines, month);
        bill(terms.contract, overflow, &paths.params, price, lines, month);
        if rights {
            rights::on_demand_alone(list, price, month);
        }
        if lines.prepaid {
            month.prepaid = prepaid::prepaid(opening, phase, t, units, prices, month);
        }
        let last = terms.contract.is_last(t, months);
        let mut added = |stage: Stage, there: bool, line: fn(&mut Month) -> &mut Lane| {
            if there {
                let adds = stage.adds().filter(|_| in_term);
                let billing = Billing { opening, now: month, last };
                let sum = adds.map_or([0.0; LANES], |add| of_clauses(stage, add, &billing));
                *line(month) = sum;
            }
        };
        added(Stage::Rebate, lines.rebate, |month| &mut month.rebate);
        added(Stage::Credit, lines.credit, |month| &mut month.credit);
        added(Stage::Grant, lines.granted, |month| &mut month.granted);
        added(Stage::Shortfall, lines.shortfall, |month| &mut month.shortfall);
        if let Some(apart) = paths.apart.get(t) {
            month.apart = *apart;
        }
        totals.add(month, lines, terms.discounts[t]);
    }
}

/// The lines that bills can have.
fn lines_of(contract: &Contract, overflow: &Overflow, paths: &PathBlock) -> Lines {
    let acts = |stage: Stage| contract.uses(|hooks| stage.holds(hooks));
    Lines {
        hourly: contract.hourly.is_some(),
        unallocated: contract.deployed.is_some(),
        rejected: matches!(overflow, Overflow::Rejected { .. }),
        termination: contract.uses(|hooks| hooks.right),
        prepaid: acts(Stage::Prepaid),
        rebate: acts(Stage::Rebate),
        credit: acts(Stage::Credit),
        granted: acts(Stage::Grant),
        shortfall: acts(Stage::Shortfall),
        apart: !paths.apart.is_empty(),
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
    curve.spilled(load, &month.deployed, &mut month.spilled);
    for i in 0..LANES {
        month.served[i] = load[i] - month.spilled[i];
    }
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
    on_demand: &Lane,
) -> Lane {
    let Some(kind) = kind else { return *on_demand };
    let mut price = [0.0; LANES];
    match kind {
        Overflow::OnDemand { price_multiple } => {
            let multiple = price_multiple.of(params);
            for i in 0..LANES {
                price[i] = on_demand[i] * multiple[i];
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

/// The price of overflow, and the lines it is billed in.
#[inline(always)]
fn bill(
    contract: &Contract,
    overflow: Option<&Overflow>,
    params: &[Lane],
    on_demand: &Lane,
    lines: Lines,
    month: &mut Month,
) {
    if lines.rejected {
        month.shortage = [0.0; LANES];
        month.rejected = [0.0; LANES];
    }
    let price = overflow_price(contract, overflow, params, on_demand);
    for i in 0..LANES {
        month.on_demand[i] = month.spilled[i] * price[i];
    }
    match overflow {
        None | Some(Overflow::OnDemand { .. }) => {}
        Some(Overflow::Hourly { .. }) => {
            let spend = std::mem::replace(&mut month.on_demand, [0.0; LANES]);
            let spare = spare_price(contract, overflow, params);
            for i in 0..LANES {
                month.hourly[i] += spend[i];
                month.idle[i] += month.spilled[i] * spare[i];
            }
        }
        Some(Overflow::Rejected { .. }) => {
            month.rejected = std::mem::replace(&mut month.spilled, [0.0; LANES]);
            month.shortage = std::mem::replace(&mut month.on_demand, [0.0; LANES]);
        }
    }
}

/// The fee, hourly units beyond it, and the two kinds of waste.
#[inline(always)]
fn commitment(
    contract: &Contract,
    params: &[Lane],
    signed: &Lane,
    lines: Lines,
    month: &mut Month,
) {
    for i in 0..LANES {
        month.fee[i] = month.reserved[i] * (signed[i] * month.price_ratio[i]);
    }
    if let Some(hourly) = &contract.hourly {
        let hourly = hourly.of(params);
        for i in 0..LANES {
            month.hourly[i] = (month.deployed[i] - month.reserved[i]).max(0.0) * hourly[i];
        }
    }
    if lines.unallocated {
        return partly_on(signed, lines, month);
    }
    // All units that are on cost the same, after the term the hourly price: that spares a division.
    for i in 0..LANES {
        let price = signed[i] * month.price_ratio[i];
        month.idle[i] = (month.deployed[i] - month.served[i]) * price;
    }
}

/// The two kinds of waste where not as many units are on as are reserved.
#[inline(always)]
fn partly_on(signed: &Lane, lines: Lines, month: &mut Month) {
    for i in 0..LANES {
        let off = (month.reserved[i] - month.deployed[i]).max(0.0);
        month.unallocated[i] = off * (signed[i] * month.price_ratio[i]);
        let hourly = if lines.hourly { month.hourly[i] } else { 0.0 };
        let on = month.fee[i] - month.unallocated[i] + hourly;
        let deployed = month.deployed[i];
        let idle_share = if deployed > 0.0 { 1.0 - month.served[i] / deployed } else { 0.0 };
        month.idle[i] = on * idle_share;
    }
}

/// What the contract's clauses add to the bill in a stage, USD.
#[inline(always)]
fn of_clauses(stage: Stage, add: Adds, billing: &Billing<'_>) -> Lane {
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
