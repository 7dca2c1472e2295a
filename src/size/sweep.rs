//! All sizes of a strategy, settled on the same paths.

use crate::contract::Hooks;
use crate::ledger::{Ledger, Totals};
use crate::path::PathBlock;
use crate::rng::{LANES, Lane};
use crate::settle::grid::{Grid, GridScratch, Total};
use crate::settle::lean::{Prepared, nothing_signed};
use crate::settle::{Prices, reprice, settle};
use crate::simulate::{Experiment, Want};
use crate::stats::sample::Sample;
use crate::study::{Objective, Study};
use std::ops::Range;

/// Level of the reported CVaR: the mean of the worst 5 %.
pub const CVAR_LEVEL: f64 = 0.95;

/// Levels of the reported cost quantiles per size.
pub const COST_LEVELS: [f64; 6] = [0.05, 0.10, 0.50, 0.90, 0.95, 0.99];

/// Levels of the reported waste quantiles per size.
pub const WASTE_LEVELS: [f64; 3] = [0.50, 0.90, 0.95];

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
        let keeps = full || self.study.contract.uses(|h: Hooks| h.history);
        let months = if keeps { self.study.months() } else { 1 };
        DeskScratch {
            prices: Prices::default(),
            ledger: Ledger::new(months),
            prepared: Prepared::default(),
            prepared_for: None,
            grid: GridScratch::default(),
        }
    }

    /// Fixes the prices of a block; before any [`Self::settle`] on it.
    pub fn open(&self, paths: &PathBlock, scratch: &mut DeskScratch) {
        reprice(&self.study.contract, paths, &mut scratch.prices);
        scratch.prepared_for = None;
    }

    /// Prices of the block that is open.
    #[must_use]
    pub fn prices<'s>(&self, scratch: &'s DeskScratch) -> &'s Prices {
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
        batch.grid.settle(&scratch.prepared, last, &mut scratch.grid);
    }

    fn prepare(&self, strategy: usize, paths: &PathBlock, scratch: &mut DeskScratch) {
        if scratch.prepared_for != Some(strategy) {
            let overflow = &self.study.strategies[strategy].overflow;
            scratch.prepared.prepare(self.study.terms(), overflow, paths, &scratch.prices);
            scratch.prepared_for = Some(strategy);
        }
    }

    /// Totals of an entry, by the shortest way.
    pub fn totals(&self, entry: Entry, paths: &PathBlock, scratch: &mut DeskScratch) -> Totals {
        if entry.units == 0.0 {
            return nothing_signed(&self.study.discounts, paths);
        }
        if !self.study.contract.is_plain() {
            return self.settle(entry, paths, scratch);
        }
        self.prepare(entry.strategy, paths, scratch);
        scratch.prepared.settle(self.study.terms(), entry.units, paths)
    }

    /// Settles an entry month by month, for the ledger.
    pub fn settle(&self, entry: Entry, paths: &PathBlock, scratch: &mut DeskScratch) -> Totals {
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

/// Cost and waste of every entry.
pub struct Sweep<'a> {
    desk: Desk<'a>,
    study: &'a Study,
    entries: Vec<Entry>,
    batches: Vec<Batch>,
    /// Entries outside all batches.
    single: Vec<usize>,
    /// Whether distributions are wanted, or means and the objective alone.
    detailed: bool,
}

/// Positions of an entry's series.
#[derive(Clone, Copy)]
struct Layout {
    per_entry: usize,
    discounted: bool,
    budget: bool,
}

impl Layout {
    const COST: usize = 0;
    const WASTE: usize = 1;

    fn of(study: &Study) -> Self {
        let (discounted, budget) = (!study.is_undiscounted(), study.budget.is_some());
        Self {
            per_entry: 2 + usize::from(discounted) + 2 * usize::from(budget),
            discounted,
            budget,
        }
    }

    /// The series that the objective acts on.
    fn objective(self) -> usize {
        if self.discounted { 2 } else { Self::COST }
    }

    fn over_budget(self) -> usize {
        2 + usize::from(self.discounted)
    }
}

impl<'a> Sweep<'a> {
    /// A sweep over `entries`.
    #[must_use]
    pub fn new(study: &'a Study, entries: Vec<Entry>, detailed: bool) -> Self {
        let desk = Desk::new(study);
        let batches = desk.batches(&entries);
        let single = outside(&batches, entries.len());
        Self { desk, study, entries, batches, single, detailed }
    }

    fn wants_of_entry(&self) -> Vec<Want> {
        let layout = Layout::of(self.study);
        let mut wants = vec![Want::mean(); layout.per_entry];
        if self.detailed {
            wants[Layout::COST] =
                Want { quantiles: COST_LEVELS.to_vec(), tails: vec![CVAR_LEVEL], curve: false };
            wants[Layout::WASTE] = Want::quantiles(&WASTE_LEVELS);
        }
        let objective = &mut wants[layout.objective()];
        match self.study.objective {
            Objective::Mean | Objective::Chance(_) => {}
            Objective::Quantile(p) => push_new(&mut objective.quantiles, p),
            Objective::Cvar(p) | Objective::MeanCvar { level: p, .. } => {
                push_new(&mut objective.tails, p);
            }
        }
        wants
    }

    /// The samples of a finished run, by entry.
    ///
    /// # Panics
    /// If there are fewer samples than [`Self::wants`] asks for.
    #[must_use]
    pub fn points(&self, samples: Vec<Sample>) -> Vec<Point> {
        let layout = Layout::of(self.study);
        let mut samples = samples.into_iter();
        let entries = self.entries.iter();
        entries
            .map(|&entry| {
                let mut own: Vec<Option<Sample>> =
                    samples.by_ref().take(layout.per_entry).map(Some).collect();
                let mut take = |i: usize| own[i].take().expect("each series is taken once");
                let over = layout.budget.then(|| {
                    let at = layout.over_budget();
                    (take(at), take(at + 1))
                });
                Point {
                    entry,
                    present: layout.discounted.then(|| take(layout.objective())),
                    cost: take(Layout::COST),
                    waste: take(Layout::WASTE),
                    over,
                }
            })
            .collect()
    }
}

fn push_new(levels: &mut Vec<f64>, p: f64) {
    if !levels.contains(&p) {
        levels.push(p);
    }
}

/// A size with what a run found out about it.
pub struct Point {
    /// The commitment.
    pub entry: Entry,
    /// Nominal cost.
    pub cost: Sample,
    /// Present value of the cost, where it differs.
    pub present: Option<Sample>,
    /// Waste.
    pub waste: Sample,
    /// Whether the cost exceeded the budget, and by how much.
    pub over: Option<(Sample, Sample)>,
}

impl Point {
    /// The series that the objective acts on.
    #[must_use]
    pub fn objective(&self) -> &Sample {
        self.present.as_ref().unwrap_or(&self.cost)
    }
}

impl Experiment for Sweep<'_> {
    type Scratch = DeskScratch;

    fn wants(&self) -> Vec<Want> {
        let one = self.wants_of_entry();
        self.entries.iter().flat_map(|_| one.clone()).collect()
    }

    fn names(&self) -> Vec<String> {
        let series = 0..Layout::of(self.study).per_entry;
        let of_entry = |(position, entry): (usize, &Entry)| {
            // The same entry alone and in a grid differs by the grid's error.
            let batch = self.batches.iter().find(|b| b.entries.contains(&position));
            let grid = batch.map_or_else(String::new, |b| b.grid.name());
            let name = format!("{}{grid}", entry.name());
            series.clone().map(move |i| format!("sweep {name} {i}"))
        };
        self.entries.iter().enumerate().flat_map(of_entry).collect()
    }

    fn scratch(&self) -> DeskScratch {
        self.desk.scratch(false)
    }

    fn evaluate(&self, paths: &PathBlock, scratch: &mut DeskScratch, out: &mut [Lane]) {
        let layout = Layout::of(self.study);
        self.desk.open(paths, scratch);
        for &position in &self.single {
            let totals = self.desk.totals(self.entries[position], paths, scratch);
            let own = &mut out[position * layout.per_entry..][..layout.per_entry];
            own[Layout::COST] = totals.cost;
            own[Layout::WASTE] = totals.waste();
            if layout.discounted {
                own[layout.objective()] = totals.present_value;
            }
        }
        let last = if layout.discounted { Total::PresentValue } else { Total::Waste };
        for batch in &self.batches {
            self.desk.settle_batch(batch, last, paths, scratch);
            let mut read = |total, series: usize| {
                let own = out.chunks_mut(layout.per_entry).skip(batch.entries.start);
                batch.total(total, scratch, own.map(|own| &mut own[series]));
            };
            read(Total::Cost, Layout::COST);
            read(Total::Waste, Layout::WASTE);
            if layout.discounted {
                read(Total::PresentValue, layout.objective());
            }
        }
        let Some(budget) = self.study.budget else { return };
        for own in out.chunks_mut(layout.per_entry) {
            let over = own[Layout::COST].map(|cost| (cost - budget).max(0.0));
            own[layout.over_budget()] = over.map(|x| f64::from(u8::from(x > 0.0)));
            own[layout.over_budget() + 1] = over;
        }
    }
}

/// The positions up to `count` that no batch holds.
#[must_use]
pub fn outside(batches: &[Batch], count: usize) -> Vec<usize> {
    (0..count).filter(|i| !batches.iter().any(|b| b.entries.contains(i))).collect()
}

/// The least of several costs on each path.
#[must_use]
pub fn lowest(costs: &[Lane]) -> Lane {
    let mut out = [f64::INFINITY; LANES];
    for cost in costs {
        for i in 0..LANES {
            out[i] = if cost[i] < out[i] { cost[i] } else { out[i] };
        }
    }
    out
}
