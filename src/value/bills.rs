//! What the decisions of a contract cost.
//!
//! Every edge is settled once for a block of paths, by [`settle_months`] and no other arithmetic: what
//! the lattice says of a bill is what a run says of it. Where a month's bill follows from its units,
//! edges that have the same in a month share it.

use super::deal::Deal;
use super::lattice::{Decisions, Edge, Lattice, Scratch};
use crate::contract::{Contract, Renewal};
use crate::ledger::{Ledger, Mark, Month, Totals};
use crate::path::PathBlock;
use crate::rng::Lane;
use crate::settle::{Left, Orders, Prices, Terms, reprice, settle_months};
use std::collections::BTreeMap;

impl Decisions for Deal<'_> {
    fn bill(
        &self,
        lattice: &Lattice,
        paths: &PathBlock,
        scratch: &mut Scratch,
        visit: &mut dyn FnMut(usize, &Edge, &[Lane]),
    ) {
        let Scratch { prices, ledger, months, bills } = scratch;
        reprice(self.terms.contract, paths, prices);
        if !lattice.bills.is_empty() {
            self.bill_by_units(lattice, (paths, prices), (ledger, bills));
            for (at, stage) in lattice.stages.iter().enumerate() {
                for edge in stage.nodes.iter().flat_map(|node| &node.edges) {
                    months.clear();
                    months.extend(edge.bills.iter().map(|bill| bills[*bill]));
                    visit(at, edge, months);
                }
            }
            return;
        }
        let mut walk = Walk {
            lattice,
            deal: *self,
            paths,
            prices,
            ledger,
            orders: vec![0; paths.load.len()],
            left: vec![Left::default(); paths.load.len()],
        };
        walk.node(0, 0, &mut |at, edge, rows| {
            let open = lattice.stages[at].open;
            months.clear();
            months.extend(rows.iter().enumerate().map(|(k, row)| self.present(open + k, row)));
            visit(at, edge, months);
        });
    }
}

impl Deal<'_> {
    /// What each month costs with each number of units that occurs.
    fn bill_by_units(
        &self,
        lattice: &Lattice,
        (paths, prices): (&PathBlock, &Prices),
        (ledger, bills): (&mut Ledger, &mut Vec<Lane>),
    ) {
        let months = paths.load.len();
        let (marks, mut left) = (vec![0; months], vec![Left::default(); months]);
        bills.clear();
        for &(t, units) in &lattice.bills {
            left[t.saturating_sub(self.terms.contract.start)].units = units;
            let orders = Orders { marks: &marks, left: Some(&left) };
            let terms = Terms { orders: Some(orders), ..self.terms };
            let bought = (self.overflow, self.units);
            settle_months(terms, bought, paths, prices, ledger, t..t + 1, &mut Totals::zero());
            bills.push(self.present(t, &ledger.months[t]));
        }
    }
}

/// Whether what months cost follows from their units: no clause looks back but to see what was
/// exercised, nothing ends the contract within its term, and no units stay after it.
pub(super) fn follow_from_units(contract: &Contract) -> bool {
    let looks_back = contract.uses(|hooks| hooks.history && !hooks.right);
    let may_end = contract.rights().any(|(_, _, right)| right.ends || right.renews);
    !looks_back && !may_end && contract.renewal != Renewal::Hourly
}

/// Gives every month of an edge its bill among those of the lattice.
pub(super) fn tell_apart(lattice: &mut Lattice) {
    let mut known = BTreeMap::new();
    for stage in &mut lattice.stages {
        for edge in stage.nodes.iter_mut().flat_map(|node| &mut node.edges) {
            for (t, units) in (stage.open..).zip(&edge.reserved) {
                edge.bills.push(*known.entry((t, units.to_bits())).or_insert_with(|| {
                    lattice.bills.push((t, *units));
                    lattice.bills.len() - 1
                }));
            }
        }
    }
}

struct Walk<'a> {
    lattice: &'a Lattice,
    deal: Deal<'a>,
    paths: &'a PathBlock,
    prices: &'a Prices,
    ledger: &'a mut Ledger,
    orders: Vec<Mark>,
    /// What the orders leave in each month of the contract.
    left: Vec<Left>,
}

impl Walk<'_> {
    fn node(&mut self, at: usize, node: usize, visit: &mut dyn FnMut(usize, &Edge, &[Month])) {
        let lattice = self.lattice;
        let stage = &lattice.stages[at];
        let start = self.deal.terms.contract.start;
        let place = stage.open.saturating_sub(start);
        for edge in &stage.nodes[node].edges {
            self.orders[place] = edge.marks;
            let months =
                edge.reserved.iter().zip(&edge.ended).skip(start.saturating_sub(stage.open));
            for (left, (units, ended)) in self.left[place..].iter_mut().zip(months) {
                *left = Left { units: *units, ended: *ended };
            }
            self.settle(stage.open, stage.close);
            visit(at, edge, &self.ledger.months[stage.open..stage.close]);
            if edge.walks_on {
                self.node(at + 1, edge.to, visit);
            }
        }
        self.orders[place] = 0;
    }

    fn settle(&mut self, open: usize, close: usize) {
        let left = Some(&self.left[..]).filter(|_| self.lattice.has_certain_exercises);
        let orders = Orders { marks: &self.orders, left };
        let terms = Terms { orders: Some(orders), ..self.deal.terms };
        settle_months(
            terms,
            (self.deal.overflow, self.deal.units),
            self.paths,
            self.prices,
            self.ledger,
            open..close,
            &mut Totals::zero(),
        );
    }
}
