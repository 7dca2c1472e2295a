//! The decisions that a contract leaves to its holder, and their bills.
//!
//! Two histories lead to the same node if nothing that comes can tell them apart: the same number of
//! exercises of each right, the same left of each budget, the same units, prices and ends in all
//! months from the last closed one. Where a clause remembers more than a month, as a yearly
//! spend commitment does, no two histories are the same, and the lattice is a tree.

use super::bills;
use super::lattice::{Edge, Lattice, Node, Stage};
use crate::contract::right::{Right, Towards};
use crate::contract::{Clause, Opening, Phase};
use crate::ledger::{Ledger, Mark, Month, Totals, mark, parts};
use crate::path::PathBlock;
use crate::rng::{LANES, Lane};
use crate::settle::{Orders, Prices, Terms, reprice, reserve, settle_months};
use crate::strategy::Overflow;
use std::collections::BTreeMap;

/// Most edges of a lattice: beyond, valuation would take longer than anyone waits.
pub const MOST_EDGES: usize = 8_000;

/// A contract with more decisions than can be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

/// What is settled: a contract of a size under a strategy.
#[derive(Clone, Copy, Debug)]
pub struct Deal<'a> {
    /// The contract, the load within months, and discounting.
    pub terms: Terms<'a>,
    /// What happens beyond the units.
    pub overflow: &'a Overflow,
    /// Units signed.
    pub units: f64,
}

impl Deal<'_> {
    /// Its lattice; `probe` is any block of its paths.
    ///
    /// # Errors
    /// If it would have more than [`MOST_EDGES`].
    pub fn lattice(self, probe: &PathBlock) -> Result<Lattice, TooMany> {
        let contract = self.terms.contract;
        let mut prices = Prices::default();
        reprice(contract, probe, &mut prices);
        let months = probe.load.len();
        let opens = opens(self, months);
        let close = |i: usize| opens.get(i + 1).copied().unwrap_or(months);
        let stage =
            |(i, open): (usize, &usize)| Stage { open: *open, close: close(i), nodes: vec![] };
        let mut growing = Growing {
            deal: self,
            probe,
            prices: &prices,
            months,
            remembers: contract.uses(|hooks| hooks.remembers),
            orders: vec![0; months],
            ledger: Ledger::new(months),
            known: vec![BTreeMap::new(); opens.len()],
            lattice: Lattice {
                stages: opens.iter().enumerate().map(stage).collect(),
                edges: 0,
                has_certain_exercises: contract.has_certain_exercises(),
                bills: Vec::new(),
            },
        };
        let root = growing.node(0);
        growing.lattice.stages[0].nodes.push(root);
        growing.expand(0, 0)?;
        let mut lattice = growing.lattice;
        if lattice.has_certain_exercises && bills::follow_from_units(contract) {
            bills::tell_apart(&mut lattice);
        }
        Ok(lattice)
    }

    /// The present value of a month's bill on each path.
    #[must_use]
    pub fn present(&self, t: usize, month: &Month) -> Lane {
        month.cost().map(|cost| self.terms.discounts[t] * cost)
    }
}

/// Months, from 0 of the study, before which something may be decided; and the first.
fn opens(deal: Deal<'_>, months: usize) -> Vec<usize> {
    let contract = deal.terms.contract;
    let end = (contract.start + contract.in_force(months)).min(months);
    let decides = |t: &usize| {
        contract.rights().any(|(_, _, right)| may_matter(&right, *t, contract.start, end))
    };
    let later = (contract.start + 1..end).filter(decides);
    std::iter::once(0).chain(later.filter(|_| deal.units > 0.0)).collect()
}

/// Whether an exercise as month `t` opens is at a window and changes a month before `end`.
fn may_matter(right: &Right<'_>, t: usize, start: usize, end: usize) -> bool {
    t > start && right.has_window(t - start) && t + right.notice < end
}

struct Growing<'a> {
    deal: Deal<'a>,
    probe: &'a PathBlock,
    prices: &'a Prices,
    months: usize,
    /// Whether a clause remembers more than a month.
    remembers: bool,
    orders: Vec<Mark>,
    ledger: Ledger,
    known: Vec<BTreeMap<Vec<i64>, usize>>,
    lattice: Lattice,
}

impl Growing<'_> {
    /// Grows everything that can follow a node.
    fn expand(&mut self, stage: usize, node: usize) -> Result<(), TooMany> {
        let (open, close) = (self.lattice.stages[stage].open, self.lattice.stages[stage].close);
        let start = self.deal.terms.contract.start;
        for marks in self.actions(open) {
            if self.lattice.edges == MOST_EDGES {
                return Err(TooMany);
            }
            self.orders[open.saturating_sub(start)] = marks;
            self.settle(open, close);
            let rows = &self.ledger.months[open..close];
            let reserved = rows.iter().map(|month| month.reserved[0]).collect();
            let ended = rows.iter().map(|month| month.ended[0]).collect();
            let index = self.lattice.edges;
            self.lattice.edges += 1;
            let (to, walks_on) =
                if close < self.months { self.reach(stage + 1) } else { (0, false) };
            let units = self.commitment(open, open + 1);
            let edge =
                Edge { index, marks, to, walks_on, units, reserved, ended, bills: Vec::new() };
            self.lattice.stages[stage].nodes[node].edges.push(edge);
            if walks_on {
                self.expand(stage + 1, to)?;
            }
        }
        self.orders[open.saturating_sub(start)] = 0;
        Ok(())
    }

    /// The node that the orders so far lead to, and whether it is new.
    fn reach(&mut self, stage: usize) -> (usize, bool) {
        let open = self.lattice.stages[stage].open;
        let fresh = self.lattice.stages[stage].nodes.len();
        let node = self.node(open);
        let key = if self.remembers { vec![fresh as i64] } else { self.key(open, &node.used) };
        match self.known[stage].get(&key) {
            Some(known) => (*known, false),
            None => {
                self.known[stage].insert(key, fresh);
                self.lattice.stages[stage].nodes.push(node);
                (fresh, true)
            }
        }
    }

    fn node(&self, open: usize) -> Node {
        let contract = self.deal.terms.contract;
        let now = open.saturating_sub(contract.start);
        let rights: Vec<Right<'_>> = contract.rights().map(|(_, _, right)| right).collect();
        let used = (0..rights.len()).map(|place| exercises(&self.orders, place, 0, now)).collect();
        Node { used, units: self.commitment(open, open), edges: Vec::new() }
    }

    /// The units of the month that closed as month `open` opens, with all that was ordered as months
    /// before `until` opened in effect.
    fn commitment(&self, open: usize, until: usize) -> f64 {
        let contract = self.deal.terms.contract;
        let closed = open.checked_sub(1).filter(|t| *t >= contract.start);
        let Some(month) = closed else { return self.deal.units };
        let opening = Opening { month: month - contract.start, ..self.opening(open) };
        let mut units = [0.0; LANES];
        reserve(opening, contract.phase(month), self.deal.units, &mut units);
        let until = until - contract.start;
        for (place, clause, right) in contract.rights() {
            let ordered =
                |from, until| [right.times(taken(&self.orders, place, from, until)); LANES];
            if right.rolling.is_none() {
                clause.exercise(opening, &ordered(0, until), &mut units);
                continue;
            }
            let term = (open - contract.start) / contract.term * contract.term;
            for window in term.max(1)..until {
                clause.cancel(opening, window, &ordered(window, window + 1), &mut units);
            }
        }
        units[0]
    }

    fn opening(&self, open: usize) -> Opening<'_> {
        let contract = self.deal.terms.contract;
        Opening {
            month: open - contract.start,
            contract,
            params: &self.probe.params,
            closed: &self.ledger.months[contract.start..open],
            list: &self.prices.list()[contract.start..open],
        }
    }

    /// All that the future can see of the past. Settles the months that come without an exercise.
    fn key(&mut self, open: usize, used: &[usize]) -> Vec<i64> {
        let contract = self.deal.terms.contract;
        let now = open - contract.start;
        let mut key: Vec<i64> = used.iter().map(|n| *n as i64).collect();
        for (place, _, right) in contract.rights() {
            let (_, from) = right.limit(now);
            key.push(exercises(&self.orders, place, from, now) as i64);
            key.push(i64::from(taken(&self.orders, place, 0, now)));
            // What the limit does not count any more at a later window.
            let dated = if right.rolling.is_some() { from..now } else { 0..0 };
            key.extend(dated.map(|window| i64::from(parts(self.orders[window], place))));
        }
        self.settle(open, self.months);
        let rounded = |x: f64| (x * 1e9).round() as i64;
        for month in &self.ledger.months[open.saturating_sub(1)..] {
            for i in 0..4 {
                key.push(rounded(month.reserved[i] / self.deal.units));
                key.push(rounded(month.price_ratio[i]));
                key.push(rounded(month.elsewhere[i]));
                key.push(i64::from(month.ended[i]) + 2 * i64::from(month.waiting[i]));
            }
        }
        key
    }

    fn settle(&mut self, open: usize, close: usize) {
        let orders = Orders { marks: &self.orders, left: None };
        let terms = Terms { orders: Some(orders), ..self.deal.terms };
        let bought = (self.deal.overflow, self.deal.units);
        let ledger = &mut self.ledger;
        settle_months(
            terms,
            bought,
            self.probe,
            self.prices,
            ledger,
            open..close,
            &mut Totals::zero(),
        );
    }

    /// What may be done as month `open` begins, from nothing on. Beside an end of the contract, on the
    /// day on which it is declared or while its notice runs, only what comes before it counts, or what
    /// lowers its fee.
    fn actions(&self, open: usize) -> Vec<Mark> {
        let contract = self.deal.terms.contract;
        let end = (contract.start + contract.in_force(self.months)).min(self.months);
        let Some(now) = open.checked_sub(contract.start).filter(|now| *now > 0) else {
            return vec![0];
        };
        let ending = self.ending(now);
        let over = ending.is_some_and(|month| month <= now) || self.has_lapsed(now);
        if over || !matches!(contract.phase(open), Phase::Term(_)) {
            return vec![0];
        }
        let may = |(place, _, right): &(usize, &dyn Clause, Right<'_>)| {
            let left = self.parts_left(*place, right, now) > 0;
            let last = |month| contract.start + month + usize::from(!right.ends);
            left && may_matter(right, open, contract.start, ending.map_or(end, last).min(end))
        };
        let (ends, goes_on): (Vec<_>, Vec<_>) =
            contract.rights().filter(may).partition(|(_, _, right)| right.ends);
        let any = |(place, _, right): &(usize, &dyn Clause, Right<'_>)| {
            (*place, self.parts_left(*place, right, now))
        };
        let mut all = together(&[0], goes_on.iter().map(any));
        for (place, clause, right) in ends {
            let end = mark(place, right.parts);
            let counted = self.fee_counts_units(clause, open, right.notice);
            let counts = |(_, _, other): &&(usize, &dyn Clause, Right<'_>)| {
                let cheaper = counted && other.towards == Towards::Less;
                other.notice < right.notice || (other.notice == right.notice && cheaper)
            };
            all.extend(together(&[end], goes_on.iter().filter(counts).map(any)));
        }
        all
    }

    /// Most parts of the right at `place` that may be exercised as contract month `now` opens.
    fn parts_left(&self, place: usize, right: &Right<'_>, now: usize) -> u32 {
        let (limit, from) = right.limit(now);
        if right.rolling.is_some() {
            return right.parts.saturating_sub(taken(&self.orders, place, from, now));
        }
        let left = (exercises(&self.orders, place, from, now) as f64) < limit;
        if left { right.parts } else { 0 }
    }

    /// The first contract month without the contract, by what was ordered to end it before month `now`.
    fn ending(&self, now: usize) -> Option<usize> {
        let rights = self.deal.terms.contract.rights().filter(|(_, _, right)| right.ends);
        let month = |(place, _, right): (usize, &dyn Clause, Right<'_>)| {
            let ordered = (0..now).find(|window| parts(self.orders[*window], place) > 0)?;
            Some(ordered + right.notice)
        };
        rights.filter_map(month).min()
    }

    /// Whether a term has ended that was not renewed; one whose last window is now has not.
    fn has_lapsed(&self, now: usize) -> bool {
        let mut renewing = self.deal.terms.contract.rights().filter(|(_, _, right)| right.renews);
        renewing.any(|(place, _, right)| {
            let last = if right.has_window(now) { now - 1 } else { now };
            exercises(&self.orders, place, 0, now) < last / self.deal.terms.contract.term
        })
    }

    /// Whether the fee for ending the contract by a clause depends on the units that end.
    fn fee_counts_units(&self, clause: &dyn Clause, open: usize, notice: usize) -> bool {
        let opening = self.opening(open).later(notice);
        clause.ending_fee(opening, &[1.0; LANES]) != clause.ending_fee(opening, &[2.0; LANES])
    }
}

/// What `first` has and any parts of each right up to so many, with nothing of them first.
fn together(first: &[Mark], rights: impl Iterator<Item = (usize, u32)>) -> Vec<Mark> {
    rights.fold(first.to_vec(), |all, (place, most)| {
        let with = |parts| all.iter().map(move |marks| marks | mark(place, parts));
        (0..=most).flat_map(with).collect()
    })
}

/// Exercises of the right at `place` as contract months `from..until` opened, whole or in part.
fn exercises(orders: &[Mark], place: usize, from: usize, until: usize) -> usize {
    orders[from.min(until)..until].iter().filter(|marks| parts(**marks, place) > 0).count()
}

/// Parts of the right at `place` that were exercised as contract months `from..until` opened.
fn taken(orders: &[Mark], place: usize, from: usize, until: usize) -> u32 {
    orders[from.min(until)..until].iter().map(|marks| parts(*marks, place)).sum()
}
