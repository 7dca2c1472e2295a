//! The months: load and prices, and what each chosen entry spends, reserves and wastes.

use super::{ComparedMonth, MONTH_LEVELS};
use crate::path::PathBlock;
use crate::rng::{LANES, Lane};
use crate::simulate::{Experiment, Want};
use crate::size::desk::{Desk, DeskScratch, Entry};
use crate::stats::sample::Sample;
use crate::study::Study;

/// The experiment.
pub(super) struct Months<'a> {
    desk: Desk<'a>,
    study: &'a Study,
    chosen: &'a [Entry],
}

/// Series of a month apart from the entries' own.
const PER_MONTH: usize = 3;

/// Series of an entry in a month.
const PER_ENTRY: usize = 4;

impl<'a> Months<'a> {
    pub(super) fn new(study: &'a Study, chosen: &'a [Entry]) -> Self {
        Self { desk: Desk::new(study), study, chosen }
    }

    /// The samples by month.
    pub(super) fn sort(&self, samples: Vec<Sample>) -> Vec<ComparedMonth> {
        let mut samples = samples.into_iter();
        let mut next = || samples.next().expect("one sample per series");
        let month = |_| ComparedMonth {
            load: next(),
            on_demand_price: next(),
            commitment_price: next(),
            entries: self.chosen.iter().map(|_| std::array::from_fn(|_| next())).collect(),
        };
        (0..self.study.months()).map(month).collect()
    }

    /// Position of a month's first series.
    fn month_series(&self, t: usize) -> usize {
        t * (PER_MONTH + PER_ENTRY * self.chosen.len())
    }
}

impl Experiment for Months<'_> {
    type Scratch = DeskScratch;

    fn wants(&self) -> Vec<Want> {
        let spread = Want::quantiles(&MONTH_LEVELS);
        let mut wants = Vec::new();
        for _ in 0..self.study.months() {
            wants.extend([spread.clone(), Want::mean(), Want::mean()]);
            for _ in self.chosen {
                wants.extend([spread.clone(), Want::mean(), Want::mean(), Want::mean()]);
            }
        }
        wants
    }

    fn names(&self) -> Vec<String> {
        let chosen: Vec<String> = self.chosen.iter().map(|e| e.name()).collect();
        let mut names = Vec::new();
        for t in 0..self.study.months() {
            names.extend((0..PER_MONTH).map(|i| format!("month {t} {i}")));
            for entry in &chosen {
                names.extend((0..PER_ENTRY).map(|i| format!("month {t} {entry} {i}")));
            }
        }
        names
    }

    fn scratch(&self) -> DeskScratch {
        self.desk.scratch(true)
    }

    fn evaluate(&self, paths: &PathBlock, scratch: &mut DeskScratch, out: &mut [Lane]) {
        self.desk.open(scratch);
        for (position, entry) in self.chosen.iter().enumerate() {
            self.desk.settle(*entry, paths, scratch);
            for (t, month) in scratch.ledger.months.iter().enumerate() {
                let at = self.month_series(t) + PER_MONTH + PER_ENTRY * position;
                out[at] = month.cost();
                out[at + 1] = month.reserved;
                for i in 0..LANES {
                    out[at + 2][i] = month.hourly[i] + month.on_demand[i] + month.rebate[i];
                    out[at + 3][i] = month.unallocated[i] + month.idle[i];
                }
            }
        }
        let paid = self.desk.prices(paths, scratch).paid();
        for t in 0..self.study.months() {
            out[self.month_series(t) + 2] = paid[t].commitment;
        }
    }

    fn values<'a>(&self, series: usize, paths: &'a PathBlock, out: &'a [Lane]) -> &'a Lane {
        let of_month = self.month_series(1);
        match series % of_month {
            0 => &paths.load[series / of_month],
            1 => &paths.on_demand[series / of_month],
            _ => &out[series],
        }
    }
}
