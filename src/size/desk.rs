//! The desk where commitments are settled on a block of paths, one by one or many at once.

use crate::contract::Hooks;
use crate::ledger::{Costs, Ledger, Totals};
use crate::path::PathBlock;
use crate::rng::Lane;
use crate::settle::grid::{Grid, GridScratch, Total};
use crate::settle::lean::{Prepared, Priced, nothing_signed};
use crate::settle::{Prices, reprice, settle, settle_costs};
use crate::study::Study;
use std::ops::Range;

/// A commitment that a strategy might make.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// The strategy, as a position in the study.
    pub strategy: usize,
    /// Units; 0 for nothing signed.
    pub units: f64,
}

impl Entry {
    /// The entry in the name of a series; units to the bit.
    #[must_use]
    pub fn name(self) -> String {
        format!("{}:{:?}", self.strategy, self.units)
    }
}

/// Fewer sizes than this are settled one by one.
const BATCH: usize = 8;

/// Entries of one strategy that are settled together.
pub struct Batch {
    /// Positions of the entries.
    entries: Range<usize>,
    strategy: usize,
    grid: Grid,
}

/// Settles entries on a block of paths; shared by the experiments.
pub struct Desk<'a> {
    study: &'a Study,
}

/// Buffers of a [`Desk`].
pub struct DeskScratch {
    prices: Prices,
    /// Whether these are those of the block that is open.
    is_priced: bool,
    /// The ledger of the last settlement.
    pub ledger: Ledger,
    prepared: Prepared,
    /// The strategy that `prepared` is for, if any.
    prepared_for: Option<usize>,
    grid: GridScratch,
}

impl<'a> Desk<'a> {
    /// A desk for a study.
    #[must_use]
    pub fn new(study: &'a Study) -> Self {
        Self { study }
    }

    /// Buffers; with `full` the ledger keeps every month, otherwise only what clauses look at.
    #[must_use]
    pub fn scratch(&self, full: bool) -> DeskScratch {
        let uses = |hook: fn(Hooks) -> bool| self.study.contract.uses(hook);
        let months = match (uses(|h| h.remembers || h.right), uses(|h| h.history)) {
            _ if full => self.study.months(),
            (true, _) => self.study.months(),
            (false, true) => 2,
            (false, false) => 1,
        };
        DeskScratch {
            prices: Prices::default(),
            is_priced: false,
            ledger: Ledger::new(months),
            prepared: Prepared::default(),
            prepared_for: None,
            grid: GridScratch::default(),
        }
    }

    /// Turns to another block; before anything is settled on it.
    pub fn open(&self, scratch: &mut DeskScratch) {
        (scratch.is_priced, scratch.prepared_for) = (false, None);
    }

    /// Prices of the block that is open, fixed when they are first asked for.
    pub fn prices<'s>(&self, paths: &PathBlock, scratch: &'s mut DeskScratch) -> &'s Prices {
        if !scratch.is_priced {
            reprice(&self.study.contract, paths, &mut scratch.prices);
            scratch.is_priced = true;
        }
        &scratch.prices
    }

    /// Runs of entries that can be settled together; the others are settled by [`Self::totals`].
    #[must_use]
    pub fn batches(&self, entries: &[Entry]) -> Vec<Batch> {
        let contract = &self.study.contract;
        // With a certain load the errors of a grid would not cancel.
        let uncertain = self.study.model.has_uncertain_load();
        if !contract.is_plain() || !contract.has_certain_quantities() || !uncertain {
            return Vec::new();
        }
        let params = self.study.model.parameters().certain_values();
        let mut batches = Vec::new();
        let mut first = 0;
        for run in entries.chunk_by(|a, b| a.strategy == b.strategy && a.units > 0.0) {
            let entries = first..first + run.len();
            first = entries.end;
            let sizes: Vec<f64> = run.iter().map(|e| e.units).collect();
            if sizes.len() >= BATCH && sizes.iter().all(|units| *units > 0.0) {
                let grid = Grid::new(self.study.terms(), &params, &sizes);
                let strategy = run[0].strategy;
                batches.extend(grid.map(|grid| Batch { entries, strategy, grid }));
            }
        }
        batches
    }

    /// Settles the entries of a batch for the totals up to `last`; [`Batch::total`] reads them.
    pub fn settle_batch(
        &self,
        batch: &Batch,
        last: Total,
        paths: &PathBlock,
        scratch: &mut DeskScratch,
    ) {
        self.prepare(batch.strategy, paths, scratch);
        let block = self.priced(paths, &scratch.prices);
        batch.grid.settle(block, &scratch.prepared, last, &mut scratch.grid);
    }

    fn prepare(&self, strategy: usize, paths: &PathBlock, scratch: &mut DeskScratch) {
        if scratch.prepared_for != Some(strategy) {
            if !self.study.contract.pays_list_prices() {
                self.prices(paths, scratch);
            }
            let overflow = &self.study.strategies[strategy].overflow;
            scratch.prepared.prepare(self.priced(paths, &scratch.prices), overflow);
            scratch.prepared_for = Some(strategy);
        }
    }

    fn priced<'p>(&'p self, paths: &'p PathBlock, prices: &'p Prices) -> Priced<'p> {
        let terms = self.study.terms();
        Priced { terms, paths, prices: (!terms.contract.pays_list_prices()).then_some(prices) }
    }

    /// Totals of an entry, by the shortest way.
    pub fn totals(&self, entry: Entry, paths: &PathBlock, scratch: &mut DeskScratch) -> Totals {
        if entry.units == 0.0 {
            return nothing_signed(&self.study.discounts, paths);
        }
        self.settle(entry, paths, scratch)
    }

    /// What a choice among sizes needs of the totals of an entry, by the shortest way.
    pub fn costs(&self, entry: Entry, paths: &PathBlock, scratch: &mut DeskScratch) -> Costs {
        if entry.units == 0.0 {
            return nothing_signed(&self.study.discounts, paths).into();
        }
        if self.study.contract.is_plain() {
            self.prepare(entry.strategy, paths, scratch);
            return scratch.prepared.settle_costs(self.priced(paths, &scratch.prices), entry.units);
        }
        self.prices(paths, scratch);
        settle_costs(
            self.study.terms(),
            &self.study.strategies[entry.strategy].overflow,
            entry.units,
            paths,
            &scratch.prices,
            &mut scratch.ledger,
        )
    }

    /// Settles an entry month by month, for the ledger.
    pub fn settle(&self, entry: Entry, paths: &PathBlock, scratch: &mut DeskScratch) -> Totals {
        self.prices(paths, scratch);
        settle(
            self.study.terms(),
            &self.study.strategies[entry.strategy].overflow,
            entry.units,
            paths,
            &scratch.prices,
            &mut scratch.ledger,
        )
    }
}

impl Batch {
    /// Positions of its entries.
    #[must_use]
    pub fn entries(&self) -> Range<usize> {
        self.entries.clone()
    }

    /// What its errors depend on, for the name of a series.
    #[must_use]
    pub fn name(&self) -> String {
        self.grid.name()
    }

    /// A total of each entry in turn, on the block that was settled last.
    pub fn total<'o>(
        &self,
        total: Total,
        scratch: &DeskScratch,
        out: impl Iterator<Item = &'o mut Lane>,
    ) {
        self.grid.total(total, &scratch.grid, out);
    }
}

/// The positions up to `count` that no batch holds.
#[must_use]
pub fn outside(batches: &[Batch], count: usize) -> Vec<usize> {
    (0..count).filter(|i| !batches.iter().any(|b| b.entries.contains(i))).collect()
}
