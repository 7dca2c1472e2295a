//! All sizes of a strategy, settled on the same paths.

use super::desk::{Batch, Desk, DeskScratch, Entry, outside};
use super::hindsight::{Hindsight, among, cheapest, share_names};
use crate::path::PathBlock;
use crate::rng::Lane;
use crate::settle::grid::Total;
use crate::simulate::{Experiment, Plan, Want};
use crate::stats::sample::Sample;
use crate::study::{Objective, Study};

/// Level of the reported CVaR: the mean of the worst 5 %.
pub const CVAR_LEVEL: f64 = 0.95;

/// Levels of the reported cost quantiles per size.
pub const COST_LEVELS: [f64; 6] = [0.05, 0.10, 0.50, 0.90, 0.95, 0.99];

/// Levels of the reported waste quantiles per size.
pub const WASTE_LEVELS: [f64; 3] = [0.50, 0.90, 0.95];

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
    /// The first of the entries that hindsight may choose from, where it is asked.
    in_hindsight: Option<usize>,
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
        Self { desk, study, entries, batches, single, detailed, in_hindsight: None }
    }

    /// The same, which also tells which commitment was the cheapest on each path; entries of the
    /// first strategy, which signs nothing, come first and are none.
    #[must_use]
    pub fn with_hindsight(mut self) -> Self {
        self.in_hindsight = Some(self.entries.partition_point(|entry| entry.strategy == 0));
        self
    }

    /// What the samples of a finished run under `plan` tell in hindsight, where that was asked.
    #[must_use]
    pub fn hindsight(&self, plan: &Plan, samples: &mut Vec<Sample>) -> Option<Hindsight> {
        let first = self.in_hindsight?;
        let own = samples.split_off(Layout::of(self.study).per_entry * self.entries.len());
        Some(Hindsight::new(self.entries[first..].to_vec(), plan, own))
    }

    fn wants_of_entry(&self) -> Vec<Want> {
        let layout = Layout::of(self.study);
        let mut wants = vec![Want::mean(); layout.per_entry];
        if self.detailed {
            wants[Layout::COST] = Want { tails: vec![CVAR_LEVEL], ..Want::quantiles(&COST_LEVELS) };
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
        let mut wants: Vec<Want> = self.entries.iter().flat_map(|_| one.clone()).collect();
        if let Some(first) = self.in_hindsight {
            wants.extend(self.entries[first..].iter().map(|_| Want::mean()));
            wants.push(Want::in_order());
        }
        wants
    }

    fn names(&self) -> Vec<String> {
        let series = 0..Layout::of(self.study).per_entry;
        let of_entry = |(position, entry): (usize, &Entry)| {
            // The same entry alone and in a grid differs by the grid's error.
            let batch = self.batches.iter().find(|b| b.entries().contains(&position));
            let grid = batch.map_or_else(String::new, Batch::name);
            let name = format!("{}{grid}", entry.name());
            series.clone().map(move |i| format!("sweep {name} {i}"))
        };
        let mut names: Vec<String> = self.entries.iter().enumerate().flat_map(of_entry).collect();
        if let Some(first) = self.in_hindsight {
            let entries = &self.entries[first..];
            names.extend(share_names(entries));
            names.push(format!("lowest {}", among(entries)));
        }
        names
    }

    fn scratch(&self) -> DeskScratch {
        self.desk.scratch(false)
    }

    fn evaluate(&self, paths: &PathBlock, scratch: &mut DeskScratch, out: &mut [Lane]) {
        let layout = Layout::of(self.study);
        let (out, in_hindsight) = out.split_at_mut(layout.per_entry * self.entries.len());
        self.desk.open(scratch);
        for &position in &self.single {
            let costs = self.desk.costs(self.entries[position], paths, scratch);
            let own = &mut out[position * layout.per_entry..][..layout.per_entry];
            own[Layout::COST] = costs.cost;
            own[Layout::WASTE] = costs.waste();
            if layout.discounted {
                own[layout.objective()] = costs.present_value;
            }
        }
        let last = if layout.discounted { Total::PresentValue } else { Total::Waste };
        for batch in &self.batches {
            self.desk.settle_batch(batch, last, paths, scratch);
            let mut read = |total, series: usize| {
                let own = out.chunks_mut(layout.per_entry).skip(batch.entries().start);
                batch.total(total, scratch, own.map(|own| &mut own[series]));
            };
            read(Total::Cost, Layout::COST);
            read(Total::Waste, Layout::WASTE);
            if layout.discounted {
                read(Total::PresentValue, layout.objective());
            }
        }
        if let Some(first) = self.in_hindsight {
            let (lowest, marks) = in_hindsight.split_last_mut().expect("the lowest comes last");
            let cost = |i: usize| &out[(first + i) * layout.per_entry + Layout::COST];
            *lowest = cheapest(&self.entries[first..], cost, marks);
        }
        let Some(budget) = self.study.budget else { return };
        for own in out.chunks_mut(layout.per_entry) {
            let over = own[Layout::COST].map(|cost| (cost - budget).max(0.0));
            own[layout.over_budget()] = over.map(|x| f64::from(u8::from(x > 0.0)));
            own[layout.over_budget() + 1] = over;
        }
    }
}
