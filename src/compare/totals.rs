//! Totals over the months: every measure of the chosen entries, and which entry hindsight prefers.

use super::{Compare, Compared, TOTAL_LEVELS};
use crate::ledger::Totals as LedgerTotals;
use crate::measure::{Context, Measure};
use crate::path::PathBlock;
use crate::rng::{LANES, Lane};
use crate::settle::grid::Total;
use crate::simulate::{Experiment, Want};
use crate::size::desk::{Batch, Desk, DeskScratch, Entry, outside};
use crate::size::hindsight::{Hindsight, among, cheapest, lowest, share_names};
use crate::size::sweep::CVAR_LEVEL;
use crate::stats::Estimate;
use crate::stats::sample::Sample;
use crate::study::Study;

/// The experiment.
pub(super) struct Totals<'a> {
    desk: Desk<'a>,
    study: &'a Study,
    chosen: &'a [Entry],
    all: &'a [Entry],
    hindsight: Option<&'a Hindsight>,
    batches: Vec<Batch>,
    /// Entries of `all` outside the batches and not among the chosen.
    single: Vec<usize>,
    /// Chosen entries, as positions among them, with their positions in `all` outside the batches.
    known: Vec<(usize, usize)>,
}

/// Series of a chosen entry: the measures and two indicators.
const PER_ENTRY: usize = Measure::ALL.len() + 2;

/// Nothing signed.
const ON_DEMAND: Entry = Entry { strategy: 0, units: 0.0 };

/// Buffers of a thread.
pub(super) struct Scratch {
    desk: DeskScratch,
    costs: Vec<Lane>,
    /// Of the chosen entries.
    totals: Vec<LedgerTotals>,
}

impl<'a> Totals<'a> {
    pub(super) fn new(compare: Compare<'a>) -> Self {
        let Compare { study, chosen, all, hindsight } = compare;
        let desk = Desk::new(study);
        let batches = desk.batches(all);
        let (mut single, mut known) = (Vec::new(), Vec::new());
        for i in outside(&batches, all.len()) {
            match chosen.iter().position(|entry| *entry == all[i]) {
                Some(chosen) => known.push((chosen, i)),
                None => single.push(i),
            }
        }
        Self { desk, study, chosen, all, hindsight, batches, single, known }
    }

    /// The chosen entries, and the share of futures in which each of all is the cheapest.
    pub(super) fn sort(&self, samples: Vec<Sample>) -> (Vec<Compared>, Vec<Estimate>) {
        let mut samples = samples.into_iter();
        let mut next = || samples.next().expect("one sample per series");
        let strategies = self.chosen.iter().map(|&entry| Compared {
            entry,
            measures: Measure::ALL.iter().map(|_| next()).collect(),
            beats_on_demand: next(),
            over_budget: next(),
        });
        let strategies = strategies.collect();
        let shares = match self.hindsight {
            Some(known) => known.shares.clone(),
            None => self.all.iter().map(|_| next().probability()).collect(),
        };
        (strategies, shares)
    }

    /// The lowest cost of all entries on the block; marks the cheapest of each strategy where that is
    /// not known. A pilot's paths are others than those of which it is.
    fn lowest(&self, paths: &PathBlock, scratch: &mut Scratch, marks: &mut [Lane]) -> Lane {
        if let (Some(known), Some(block)) = (self.hindsight, paths.of_run) {
            return known.lowest(block);
        }
        for &(chosen, i) in &self.known {
            scratch.costs[i] = scratch.totals[chosen].cost;
        }
        for &i in &self.single {
            scratch.costs[i] = self.desk.costs(self.all[i], paths, &mut scratch.desk).cost;
        }
        for batch in &self.batches {
            self.desk.settle_batch(batch, Total::Cost, paths, &mut scratch.desk);
            let costs = scratch.costs[batch.entries()].iter_mut();
            batch.total(Total::Cost, &scratch.desk, costs);
        }
        match self.hindsight {
            Some(_) => lowest(scratch.costs.iter()),
            None => cheapest(self.all, |i| &scratch.costs[i], marks),
        }
    }
}

impl Experiment for Totals<'_> {
    type Scratch = Scratch;

    fn wants(&self) -> Vec<Want> {
        let total = |measure: &Measure| Want {
            tails: if measure.high_is_bad() { vec![CVAR_LEVEL] } else { Vec::new() },
            curve: *measure == Measure::Cost,
            ..Want::quantiles(&TOTAL_LEVELS)
        };
        let mut wants = Vec::new();
        for _ in self.chosen {
            wants.extend(Measure::ALL.iter().map(total));
            wants.extend([Want::mean(), Want::mean()]);
        }
        if self.hindsight.is_none() {
            wants.extend(self.all.iter().map(|_| Want::mean()));
        }
        wants
    }

    fn names(&self) -> Vec<String> {
        // Regret and the shares of futures look at all entries.
        let among = among(self.all);
        let mut names = Vec::new();
        for entry in self.chosen.iter().map(|e| e.name()) {
            names.extend((0..PER_ENTRY).map(|i| match Measure::ALL.get(i) {
                Some(Measure::Regret) => format!("total {entry} {i} {among}"),
                _ => format!("total {entry} {i}"),
            }));
        }
        if self.hindsight.is_none() {
            names.extend(share_names(self.all));
        }
        names
    }

    fn scratch(&self) -> Scratch {
        Scratch {
            desk: self.desk.scratch(false),
            costs: vec![[0.0; LANES]; self.all.len()],
            totals: Vec::new(),
        }
    }

    fn evaluate(&self, paths: &PathBlock, scratch: &mut Scratch, out: &mut [Lane]) {
        self.desk.open(&mut scratch.desk);
        let base = self.desk.totals(ON_DEMAND, paths, &mut scratch.desk);
        scratch.totals.clear();
        for entry in self.chosen {
            let signs = entry.units > 0.0;
            let own = signs.then(|| self.desk.totals(*entry, paths, &mut scratch.desk));
            scratch.totals.push(own.unwrap_or_else(|| base.clone()));
        }
        let marks = &mut out[PER_ENTRY * self.chosen.len()..];
        let best = self.lowest(paths, scratch, marks);
        let hindsight = lowest([&best, &base.cost].into_iter());
        let context =
            Context { on_demand: &base.cost, hindsight: &hindsight, budget: self.study.budget };
        for (totals, own) in scratch.totals.iter().zip(out.chunks_mut(PER_ENTRY)) {
            for (measure, series) in Measure::ALL.iter().zip(own.iter_mut()) {
                *series = measure.of(totals, context);
            }
            let budget = self.study.budget.unwrap_or(f64::INFINITY);
            for i in 0..LANES {
                let beats = totals.present_value[i] < base.present_value[i];
                own[PER_ENTRY - 2][i] = f64::from(u8::from(beats));
                own[PER_ENTRY - 1][i] = f64::from(u8::from(totals.cost[i] > budget));
            }
        }
    }
}
