//! The chosen commitment of each strategy, side by side on the same paths: totals and months.

use crate::measure::{Context, Measure};
use crate::path::PathBlock;
use crate::rng::{LANES, Lane};
use crate::settle::grid::Total;
use crate::simulate::{
    Executor, Experiment, Observer, Plan, Stopped, Want, contribute, simulate_by,
};
use crate::size::sweep::{Batch, CVAR_LEVEL, Desk, DeskScratch, Entry, lowest, outside};
use crate::stats::Estimate;
use crate::stats::sample::Sample;
use crate::study::Study;

/// Levels of the quantiles of totals.
pub const TOTAL_LEVELS: [f64; 8] = [0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99];

/// Levels of the quantiles of a month.
pub const MONTH_LEVELS: [f64; 5] = [0.05, 0.25, 0.50, 0.75, 0.95];

/// What a comparison found out.
pub struct Comparison {
    /// Per chosen entry.
    pub strategies: Vec<Compared>,
    /// Per month.
    pub months: Vec<ComparedMonth>,
    /// Share of futures in which each of the other entries was the cheapest of its strategy.
    pub best_in_futures: Vec<Estimate>,
}

/// A chosen entry.
pub struct Compared {
    /// The commitment.
    pub entry: Entry,
    /// A sample for each of [`Measure::ALL`].
    pub measures: Vec<Sample>,
    /// Whether it cost less than on-demand (in present value): 1 or 0.
    pub beats_on_demand: Sample,
    /// Whether it cost more than the budget: 1 or 0.
    pub over_budget: Sample,
}

/// A month over all futures.
pub struct ComparedMonth {
    /// Mean load, in units.
    pub load: Sample,
    /// On-demand list price of a unit-month, USD.
    pub on_demand_price: Sample,
    /// Price paid for a committed unit-month, USD.
    pub commitment_price: Sample,
    /// Spend, reserved units, overflow spend and waste of each chosen entry.
    pub entries: Vec<[Sample; 4]>,
}

/// What is to be compared.
#[derive(Clone, Copy)]
pub struct Compare<'a> {
    /// The study.
    pub study: &'a Study,
    /// Entries to settle in detail. One per strategy for a comparison; a contribution to one may
    /// hold several that might be chosen.
    pub chosen: &'a [Entry],
    /// The entries that hindsight may choose from.
    pub all: &'a [Entry],
}

impl<'a> Compare<'a> {
    fn experiment(self) -> Experimental<'a> {
        let Self { study, chosen, all } = self;
        let desk = Desk::new(study);
        let batches = desk.batches(all);
        let single = outside(&batches, all.len());
        Experimental { desk, study, chosen, all, batches, single }
    }

    /// Has the entries settled side by side.
    ///
    /// # Errors
    /// [`Stopped`] when the observer or the executor says so.
    pub fn settle(
        self,
        plan: &Plan,
        observer: &dyn Observer,
        executor: &dyn Executor,
    ) -> Result<Comparison, Stopped> {
        let experiment = self.experiment();
        let samples = simulate_by(executor, &self.study.model, plan, &experiment, observer)?;
        Ok(experiment.sort(samples))
    }

    /// Has the executor contribute its part.
    ///
    /// # Errors
    /// [`Stopped`] when the observer or the executor says so.
    pub fn contribute(
        self,
        plan: &Plan,
        observer: &dyn Observer,
        executor: &dyn Executor,
    ) -> Result<(), Stopped> {
        contribute(executor, &self.study.model, plan, &self.experiment(), observer)
    }
}

struct Experimental<'a> {
    desk: Desk<'a>,
    study: &'a Study,
    chosen: &'a [Entry],
    all: &'a [Entry],
    batches: Vec<Batch>,
    /// Entries of `all` outside the batches.
    single: Vec<usize>,
}

/// Series of a chosen entry: the measures and two indicators.
const PER_ENTRY: usize = Measure::ALL.len() + 2;

/// Series of a month apart from the entries' own.
const PER_MONTH: usize = 3;

/// Series of an entry in a month.
const PER_ENTRY_MONTH: usize = 4;

/// Buffers of the experiment.
pub struct Scratch {
    desk: DeskScratch,
    costs: Vec<Lane>,
}

impl Experimental<'_> {
    fn sort(&self, samples: Vec<Sample>) -> Comparison {
        let mut samples = samples.into_iter();
        let mut next = || samples.next().expect("one sample per series");
        let strategies = self.chosen.iter().map(|&entry| Compared {
            entry,
            measures: Measure::ALL.iter().map(|_| next()).collect(),
            beats_on_demand: next(),
            over_budget: next(),
        });
        let strategies = strategies.collect();
        let months = (0..self.study.months()).map(|_| ComparedMonth {
            load: next(),
            on_demand_price: next(),
            commitment_price: next(),
            entries: self.chosen.iter().map(|_| std::array::from_fn(|_| next())).collect(),
        });
        let months = months.collect();
        Comparison {
            strategies,
            months,
            best_in_futures: self.all.iter().map(|_| next().mean()).collect(),
        }
    }

    /// Position of a month's first series.
    fn month_series(&self, t: usize) -> usize {
        let per_month = PER_MONTH + PER_ENTRY_MONTH * self.chosen.len();
        PER_ENTRY * self.chosen.len() + t * per_month
    }

    /// Costs of all entries on the block; marks the cheapest of each strategy.
    fn hindsight(&self, paths: &PathBlock, scratch: &mut Scratch, out: &mut [Lane]) -> Lane {
        let marks = &mut out[self.month_series(self.study.months())..];
        for &i in &self.single {
            scratch.costs[i] = self.desk.totals(self.all[i], paths, &mut scratch.desk).cost;
        }
        for batch in &self.batches {
            self.desk.settle_batch(batch, paths, &mut scratch.desk);
            let costs = scratch.costs[batch.entries()].iter_mut();
            batch.total(Total::Cost, &scratch.desk, costs);
        }
        let mut from = 0;
        for group in self.all.chunk_by(|a, b| a.strategy == b.strategy) {
            let costs = &scratch.costs[from..from + group.len()];
            let best = lowest(costs);
            // The first of equals, so that every path counts once.
            let mut open = [1.0; LANES];
            for (cost, mark) in costs.iter().zip(&mut marks[from..]) {
                for lane in 0..LANES {
                    mark[lane] = if cost[lane] == best[lane] { open[lane] } else { 0.0 };
                    open[lane] -= mark[lane];
                }
            }
            from += group.len();
        }
        lowest(&scratch.costs)
    }

    fn months_of(&self, position: usize, scratch: &Scratch, out: &mut [Lane]) {
        for (t, month) in scratch.desk.ledger.months.iter().enumerate() {
            let at = self.month_series(t) + PER_MONTH + PER_ENTRY_MONTH * position;
            out[at] = month.cost();
            out[at + 1] = month.reserved;
            for i in 0..LANES {
                out[at + 2][i] = month.hourly[i] + month.on_demand[i];
                out[at + 3][i] = month.unallocated[i] + month.idle[i];
            }
        }
    }
}

impl Experiment for Experimental<'_> {
    type Scratch = Scratch;

    fn wants(&self) -> Vec<Want> {
        let mut wants = Vec::new();
        let total = |measure: &Measure| Want {
            quantiles: TOTAL_LEVELS.to_vec(),
            tails: if measure.high_is_bad() { vec![CVAR_LEVEL] } else { Vec::new() },
            curve: *measure == Measure::Cost,
        };
        let month = Want::quantiles(&MONTH_LEVELS);
        for _ in self.chosen {
            wants.extend(Measure::ALL.iter().map(total));
            wants.extend([Want::mean(), Want::mean()]);
        }
        for _ in 0..self.study.months() {
            wants.extend([month.clone(), Want::mean(), Want::mean()]);
            for _ in self.chosen {
                wants.extend([month.clone(), Want::mean(), Want::mean(), Want::mean()]);
            }
        }
        wants.extend(self.all.iter().map(|_| Want::mean()));
        wants
    }

    fn names(&self) -> Vec<String> {
        // Regret and the shares of futures look at all entries.
        let all: Vec<String> = self.all.iter().map(|e| e.name()).collect();
        let all = all.join(" ");
        let chosen: Vec<String> = self.chosen.iter().map(|e| e.name()).collect();
        let mut names = Vec::new();
        for entry in &chosen {
            names.extend((0..PER_ENTRY).map(|i| match Measure::ALL.get(i) {
                Some(Measure::Regret) => format!("total {entry} {i} among {all}"),
                _ => format!("total {entry} {i}"),
            }));
        }
        for t in 0..self.study.months() {
            names.extend((0..PER_MONTH).map(|i| format!("month {t} {i}")));
            for entry in &chosen {
                names.extend((0..PER_ENTRY_MONTH).map(|i| format!("month {t} {entry} {i}")));
            }
        }
        names.extend(self.all.iter().map(|e| format!("best {} among {all}", e.name())));
        names
    }

    fn scratch(&self) -> Scratch {
        Scratch { desk: self.desk.scratch(true), costs: vec![[0.0; LANES]; self.all.len()] }
    }

    fn evaluate(&self, paths: &PathBlock, scratch: &mut Scratch, out: &mut [Lane]) {
        self.desk.open(paths, &mut scratch.desk);
        let on_demand = Entry { strategy: 0, units: 0.0 };
        let base = self.desk.settle(on_demand, paths, &mut scratch.desk);
        let best = self.hindsight(paths, scratch, out);
        let hindsight = lowest(&[best, base.cost]);
        let context =
            Context { on_demand: &base.cost, hindsight: &hindsight, budget: self.study.budget };
        for (position, entry) in self.chosen.iter().enumerate() {
            let totals = self.desk.settle(*entry, paths, &mut scratch.desk);
            let own = &mut out[PER_ENTRY * position..PER_ENTRY * (position + 1)];
            for (measure, series) in Measure::ALL.iter().zip(own.iter_mut()) {
                *series = measure.of(&totals, context);
            }
            let budget = self.study.budget.unwrap_or(f64::INFINITY);
            for i in 0..LANES {
                let beats = totals.present_value[i] < base.present_value[i];
                own[PER_ENTRY - 2][i] = f64::from(u8::from(beats));
                own[PER_ENTRY - 1][i] = f64::from(u8::from(totals.cost[i] > budget));
            }
            self.months_of(position, scratch, out);
        }
        let paid = &self.desk.prices(&scratch.desk).paid;
        for t in 0..self.study.months() {
            let at = self.month_series(t);
            out[at] = paths.load[t];
            out[at + 1] = paths.on_demand[t];
            out[at + 2] = paid[t].commitment;
        }
    }
}
