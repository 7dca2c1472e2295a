//! The experiment: every alternative settled on its paths of the same draws, and what it costs more
//! than the first.

use super::Part;
use crate::compare::TOTAL_LEVELS;
use crate::ledger::Totals as Bill;
use crate::measure::{Context, Measure};
use crate::path::{PathBlock, PathModel};
use crate::rng::{LANES, Lane};
use crate::simulate::{Experiment, Want};
use crate::size::desk::{Desk, DeskScratch, Entry};
use crate::size::sweep::CVAR_LEVEL;
use crate::stats::sample::Sample;

/// What is reported of each alternative: the regret would need all sizes of all studies.
pub(super) fn measures() -> impl Iterator<Item = Measure> {
    Measure::ALL.into_iter().filter(|m| *m != Measure::Regret)
}

/// The measures whose difference to the first alternative is reported.
pub(super) const DIFFERENCES: [Measure; 2] = [Measure::Cost, Measure::PresentValue];

/// All that was sampled of an alternative.
pub(super) struct Sampled {
    /// Of each part.
    pub parts: Vec<Paid>,
    /// A sample for each of [`measures`].
    pub measures: Vec<Sample>,
    pub beats_on_demand: Sample,
    pub over_budget: Sample,
    /// Against the first alternative; none for that one.
    pub difference: Option<Apart>,
}

/// What a part pays.
pub(super) struct Paid {
    /// For committed units.
    pub fee: Sample,
    /// In all.
    pub cost: Sample,
}

/// An alternative less the first one, path by path.
pub(super) struct Apart {
    /// Whether its present value is lower: 1 or 0.
    pub cheaper: Sample,
    /// Whether its present value is higher: 1 or 0.
    pub dearer: Sample,
    /// A sample for each of [`DIFFERENCES`].
    pub differences: [Sample; 2],
}

/// The experiment.
pub(super) struct Totals<'a> {
    model: PathModel,
    alternatives: Vec<Sum<'a>>,
}

/// An alternative.
struct Sum<'a> {
    parts: Vec<Settled<'a>>,
    budget: Option<f64>,
}

/// A study with its commitment.
struct Settled<'a> {
    desk: Desk<'a>,
    entry: Entry,
}

/// Nothing signed.
const ON_DEMAND: Entry = Entry { strategy: 0, units: 0.0 };

/// Buffers of a thread.
pub(super) struct Scratch {
    desks: Vec<DeskScratch>,
    /// Cost and present value of the first alternative.
    first: [Lane; 2],
}

impl<'a> Totals<'a> {
    pub(super) fn new(alternatives: &[Vec<Part<'a>>]) -> Self {
        let mut models = alternatives.iter().flatten().map(|part| &part.named.study.model);
        let first = models.next().expect("an alternative with a part");
        let model = first.accompanied(models);
        Self { model, alternatives: alternatives.iter().map(|parts| Sum::new(parts)).collect() }
    }

    /// The paths of all studies.
    pub(super) fn model(&self) -> &PathModel {
        &self.model
    }

    /// The samples by alternative.
    pub(super) fn sort(&self, samples: Vec<Sample>) -> Vec<Sampled> {
        let mut samples = samples.into_iter();
        let mut next = || samples.next().expect("one sample per series");
        let one = |(k, sum): (usize, &Sum<'_>)| Sampled {
            parts: sum.parts.iter().map(|_| Paid { fee: next(), cost: next() }).collect(),
            measures: measures().map(|_| next()).collect(),
            beats_on_demand: next(),
            over_budget: next(),
            difference: (k > 0).then(|| Apart {
                cheaper: next(),
                dearer: next(),
                differences: [next(), next()],
            }),
        };
        self.alternatives.iter().enumerate().map(one).collect()
    }
}

impl<'a> Sum<'a> {
    fn new(parts: &[Part<'a>]) -> Self {
        let settled = |part: &Part<'a>| Settled {
            desk: Desk::new(&part.named.study),
            entry: part.chosen.entry,
        };
        Self {
            parts: parts.iter().map(settled).collect(),
            budget: parts.iter().map(|part| part.named.study.budget).sum(),
        }
    }

    /// Writes what each part pays, and returns the bills of all: on demand, and as committed.
    fn settle<'p, 'o>(
        &self,
        blocks: &mut impl Iterator<Item = (&'p PathBlock, &'p mut DeskScratch)>,
        out: &mut impl Iterator<Item = &'o mut Lane>,
    ) -> [Bill; 2] {
        let mut sums = [Bill::zero(), Bill::zero()];
        for (part, (paths, scratch)) in self.parts.iter().zip(blocks) {
            let [base, own] = part.settle(paths, scratch);
            for (paid, series) in [own.fee, own.cost].into_iter().zip(&mut *out) {
                *series = paid;
            }
            let worth = if self.parts.len() > 1 { worth(&base) } else { [1.0; LANES] };
            for (sum, bill) in sums.iter_mut().zip([&base, &own]) {
                sum.join(bill, &worth);
            }
        }
        sums
    }

    /// Writes what each part pays, the measures of the sum and the two indicators, and returns its
    /// cost and present value.
    fn evaluate<'p, 'o>(
        &self,
        blocks: &mut impl Iterator<Item = (&'p PathBlock, &'p mut DeskScratch)>,
        out: &mut impl Iterator<Item = &'o mut Lane>,
    ) -> [Lane; 2] {
        let [base, own] = self.settle(blocks, out);
        let context = Context { on_demand: &base.cost, hindsight: &base.cost, budget: self.budget };
        for (measure, series) in measures().zip(&mut *out) {
            *series = measure.of(&own, context);
        }
        let budget = self.budget.unwrap_or(f64::INFINITY);
        let beats = |i: usize| own.present_value[i] < base.present_value[i];
        let indicators = [marks(beats), marks(|i| own.cost[i] > budget)];
        for (mark, series) in indicators.into_iter().zip(out) {
            *series = mark;
        }
        [own.cost, own.present_value]
    }
}

impl Settled<'_> {
    /// The bills on demand, and as committed.
    fn settle(&self, paths: &PathBlock, scratch: &mut DeskScratch) -> [Bill; 2] {
        self.desk.open(scratch);
        let base = self.desk.totals(ON_DEMAND, paths, scratch);
        let own = if self.entry.units > 0.0 {
            self.desk.totals(self.entry, paths, scratch)
        } else {
            base.clone()
        };
        [base, own]
    }
}

/// What the work of a unit-month costs on demand, which makes units of different kinds alike.
fn worth(base: &Bill) -> Lane {
    std::array::from_fn(
        |i| {
            if base.demand[i] > 0.0 { base.overflow[i] / base.demand[i] } else { 0.0 }
        },
    )
}

/// 1 on the paths where it holds, 0 on the others.
fn marks(holds: impl Fn(usize) -> bool) -> Lane {
    std::array::from_fn(|i| f64::from(u8::from(holds(i))))
}

impl Experiment for Totals<'_> {
    type Scratch = Scratch;

    fn wants(&self) -> Vec<Want> {
        let total = |measure: Measure| Want {
            tails: if measure.high_is_bad() { vec![CVAR_LEVEL] } else { Vec::new() },
            curve: measure == Measure::Cost,
            ..Want::quantiles(&TOTAL_LEVELS)
        };
        let mut wants = Vec::new();
        for (k, sum) in self.alternatives.iter().enumerate() {
            wants.extend(sum.parts.iter().flat_map(|_| [Want::mean(), Want::mean()]));
            wants.extend(measures().map(total));
            wants.extend([Want::mean(), Want::mean()]);
            if k > 0 {
                wants.extend([Want::mean(), Want::mean()]);
                wants.extend(DIFFERENCES.map(|_| Want::quantiles(&TOTAL_LEVELS)));
            }
        }
        wants
    }

    fn names(&self) -> Vec<String> {
        (0..self.wants().len()).map(|i| format!("versus {i}")).collect()
    }

    fn scratch(&self) -> Scratch {
        let parts = self.alternatives.iter().flat_map(|sum| &sum.parts);
        let desks = parts.map(|part| part.desk.scratch(false)).collect();
        Scratch { desks, first: [[0.0; LANES]; 2] }
    }

    fn evaluate(&self, paths: &PathBlock, scratch: &mut Scratch, out: &mut [Lane]) {
        let mut out = out.iter_mut();
        let blocks = std::iter::once(paths).chain(&paths.companions);
        let mut blocks = blocks.zip(&mut scratch.desks);
        for (k, sum) in self.alternatives.iter().enumerate() {
            let own = sum.evaluate(&mut blocks, &mut out);
            if k == 0 {
                scratch.first = own;
                continue;
            }
            let [_, first] = &scratch.first;
            let apart = [marks(|i| own[1][i] < first[i]), marks(|i| own[1][i] > first[i])];
            let differences = own.iter().zip(&scratch.first);
            let differences =
                differences.map(|(own, first)| std::array::from_fn(|i| own[i] - first[i]));
            for (values, series) in apart.into_iter().chain(differences).zip(&mut out) {
                *series = values;
            }
        }
    }
}
