//! The prices of all months under a contract: list prices, then limits, then percentages.

use crate::contract::{Clause, Contract, Hooks, Phase, Quotes, Rates};
use crate::path::PathBlock;
use crate::rng::{LANES, Lane};

/// Prices of each month under the contract, for a block of paths.
#[derive(Clone, Debug, Default)]
pub struct Prices {
    list: Vec<Rates>,
    /// Empty where no clause limits prices.
    capped: Vec<Rates>,
    /// Empty where no clause takes a percentage off.
    paid: Vec<Rates>,
}

impl Prices {
    /// List prices by month.
    #[inline(always)]
    #[must_use]
    pub fn list(&self) -> &[Rates] {
        &self.list
    }

    /// Prices after limits, before percentages.
    #[inline(always)]
    #[must_use]
    pub fn capped(&self) -> &[Rates] {
        if self.capped.is_empty() { &self.list } else { &self.capped }
    }

    /// Prices after limits and percentages: what is paid.
    #[inline(always)]
    #[must_use]
    pub fn paid(&self) -> &[Rates] {
        if self.paid.is_empty() { self.capped() } else { &self.paid }
    }

    /// On-demand prices of month `t` for a unit of that month, whose list price is `own` and whose
    /// tokens are `value` times those of today's unit.
    fn of_months_unit(&mut self, t: usize, own: &Lane, value: &Lane) {
        let todays = self.list[t].on_demand;
        for step in [&mut self.list, &mut self.capped, &mut self.paid] {
            let Some(rates) = step.get_mut(t) else { continue };
            let price = rates.on_demand;
            let of_unit = |i| if price[i] == todays[i] { own[i] } else { price[i] * value[i] };
            rates.on_demand = std::array::from_fn(of_unit);
        }
    }
}

/// Fixes the prices of all months under the contract. Where no clause acts on them nothing is
/// copied: what is paid is the list price.
pub fn reprice(contract: &Contract, paths: &PathBlock, out: &mut Prices) {
    out.capped.clear();
    out.paid.clear();
    let fee = contract.fee.of(&paths.params);
    let months = paths.on_demand.len();
    out.list.resize_with(months, Rates::default);
    for (t, rates) in out.list.iter_mut().enumerate() {
        of_todays_unit(paths, t, &mut rates.on_demand);
        list_fee(contract, t, paths, fee, &mut rates.commitment);
    }
    let signing = contract.start;
    let start = Rates {
        on_demand: if signing == 0 { paths.start } else { out.list[signing - 1].on_demand },
        commitment: *fee,
    };
    let fixed = Fixed { contract, paths, start: &start };
    if contract.uses(|hooks: Hooks| hooks.cap) {
        for t in 0..months {
            out.capped.push(out.list[t]);
            let (before, now) = out.capped.split_at_mut(t);
            let rates = &mut now[0];
            fixed.act(t, &out.list, before, rates, |c, quotes, r| c.cap(quotes, r));
        }
    }
    if contract.uses(|hooks: Hooks| hooks.discount) {
        for t in 0..months {
            out.paid.push(out.capped()[t]);
            let capped = if out.capped.is_empty() { &out.list } else { &out.capped };
            let rates = &mut out.paid[t];
            fixed.act(t, &out.list, &capped[..=t], rates, |c, quotes, r| c.discount(quotes, r));
        }
    }
    for (t, value) in paths.unit_value.iter().enumerate() {
        out.of_months_unit(t, &paths.on_demand[t], value);
    }
}

/// What the prices of all months have in common.
struct Fixed<'a> {
    contract: &'a Contract,
    paths: &'a PathBlock,
    /// List prices at signing.
    start: &'a Rates,
}

impl Fixed<'_> {
    /// Has each clause in turn change the prices of month `t`, if it is one of a term.
    fn act(
        &self,
        t: usize,
        list: &[Rates],
        capped: &[Rates],
        rates: &mut Rates,
        hook: impl Fn(&dyn Clause, Quotes<'_>, &mut Rates),
    ) {
        if !matches!(self.contract.phase(t), Phase::Term(_)) {
            return;
        }
        let first = self.contract.start;
        let quotes = Quotes {
            month: t - first,
            term: self.contract.term,
            params: &self.paths.params,
            start: self.start,
            list: &list[first..=t],
            capped: &capped[first..],
        };
        for clause in &self.contract.clauses {
            hook(clause.get(), quotes, rates);
        }
    }
}

/// The on-demand price of a month for as many tokens as fill a unit today. Clauses on prices act on
/// it: a unit that holds other tokens is no change of a price.
fn of_todays_unit(paths: &PathBlock, t: usize, out: &mut Lane) {
    out.copy_from_slice(&paths.on_demand[t]);
    for (price, value) in out.iter_mut().zip(paths.unit_value.get(t).into_iter().flatten()) {
        *price /= value;
    }
}

/// The list price of a unit under contract in month `t`: the signed fee, changed at each renewal;
/// the hourly price where the units stay without one.
fn list_fee(contract: &Contract, t: usize, paths: &PathBlock, fee: &Lane, out: &mut Lane) {
    match (contract.phase(t), contract.renewal_change(), &contract.hourly) {
        (Phase::Term(term), Some(price_change), _) if term > 0 => {
            let change = price_change.of(&paths.params);
            for i in 0..LANES {
                out[i] = fee[i] * crate::math::power(1.0 + change[i], term);
            }
        }
        (Phase::Hourly, _, Some(hourly)) => out.copy_from_slice(hourly.of(&paths.params)),
        _ => out.copy_from_slice(fee),
    }
}
