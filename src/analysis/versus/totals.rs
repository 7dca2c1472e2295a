//! The experiment: every study settled on its paths of the same draws, and what it costs more than
//! the first.

use super::Named;
use super::recommend::Recommendation;
use crate::compare::TOTAL_LEVELS;
use crate::measure::{Context, Measure};
use crate::path::{PathBlock, PathModel};
use crate::rng::{LANES, Lane};
use crate::simulate::{Experiment, Want};
use crate::size::sweep::{CVAR_LEVEL, Desk, DeskScratch, Entry};
use crate::stats::sample::Sample;
use crate::study::Study;

/// What is reported of each study: the regret would need all sizes of all studies.
pub(super) fn measures() -> impl Iterator<Item = Measure> {
    Measure::ALL.into_iter().filter(|m| *m != Measure::Regret)
}

/// The measures whose difference to the first study is reported.
pub(super) const DIFFERENCES: [Measure; 2] = [Measure::Cost, Measure::PresentValue];

/// All that was sampled of a study.
pub(super) struct Sampled {
    /// A sample for each of [`measures`].
    pub measures: Vec<Sample>,
    pub beats_on_demand: Sample,
    pub over_budget: Sample,
    /// Against the first study; none for that one.
    pub difference: Option<Apart>,
}

/// A study less the first one, path by path.
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
    settled: Vec<Settled<'a>>,
}

/// A study with its commitment.
struct Settled<'a> {
    study: &'a Study,
    desk: Desk<'a>,
    entry: Entry,
}

/// Nothing signed.
const ON_DEMAND: Entry = Entry { strategy: 0, units: 0.0 };

/// Buffers of a thread.
pub(super) struct Scratch {
    desks: Vec<DeskScratch>,
    /// Cost and present value of the first study.
    first: [Lane; 2],
}

impl<'a> Totals<'a> {
    pub(super) fn new(studies: &'a [Named], chosen: &[Recommendation]) -> Self {
        let others = studies[1..].iter().map(|named| &named.study.model);
        let settled = studies.iter().zip(chosen).map(|(named, chosen)| Settled {
            study: &named.study,
            desk: Desk::new(&named.study),
            entry: chosen.entry,
        });
        Self { model: studies[0].study.model.accompanied(others), settled: settled.collect() }
    }

    /// The paths of all studies.
    pub(super) fn model(&self) -> &PathModel {
        &self.model
    }

    /// The samples by study.
    pub(super) fn sort(&self, samples: Vec<Sample>) -> Vec<Sampled> {
        let mut samples = samples.into_iter();
        let mut next = || samples.next().expect("one sample per series");
        let one = |k: usize| Sampled {
            measures: measures().map(|_| next()).collect(),
            beats_on_demand: next(),
            over_budget: next(),
            difference: (k > 0).then(|| Apart {
                cheaper: next(),
                dearer: next(),
                differences: [next(), next()],
            }),
        };
        (0..self.settled.len()).map(one).collect()
    }
}

impl Settled<'_> {
    /// Writes the measures and the two indicators, and returns cost and present value.
    fn evaluate<'o>(
        &self,
        paths: &PathBlock,
        scratch: &mut DeskScratch,
        out: &mut impl Iterator<Item = &'o mut Lane>,
    ) -> [Lane; 2] {
        self.desk.open(paths, scratch);
        let base = self.desk.settle(ON_DEMAND, paths, scratch);
        let settled =
            (self.entry.units > 0.0).then(|| self.desk.settle(self.entry, paths, scratch));
        let totals = settled.as_ref().unwrap_or(&base);
        let budget = self.study.budget;
        let context = Context { on_demand: &base.cost, hindsight: &base.cost, budget };
        for (measure, series) in measures().zip(&mut *out) {
            *series = measure.of(totals, context);
        }
        let budget = budget.unwrap_or(f64::INFINITY);
        let beats = |i: usize| totals.present_value[i] < base.present_value[i];
        let indicators = [marks(beats), marks(|i| totals.cost[i] > budget)];
        for (mark, series) in indicators.into_iter().zip(out) {
            *series = mark;
        }
        [totals.cost, totals.present_value]
    }
}

/// 1 on the paths where it holds, 0 on the others.
fn marks(holds: impl Fn(usize) -> bool) -> Lane {
    std::array::from_fn(|i| f64::from(u8::from(holds(i))))
}

impl Experiment for Totals<'_> {
    type Scratch = Scratch;

    fn wants(&self) -> Vec<Want> {
        let total = |measure: Measure| Want {
            quantiles: TOTAL_LEVELS.to_vec(),
            tails: if measure.high_is_bad() { vec![CVAR_LEVEL] } else { Vec::new() },
            curve: measure == Measure::Cost,
        };
        let mut wants = Vec::new();
        for k in 0..self.settled.len() {
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
        let desks = self.settled.iter().map(|s| s.desk.scratch(false)).collect();
        Scratch { desks, first: [[0.0; LANES]; 2] }
    }

    fn evaluate(&self, paths: &PathBlock, scratch: &mut Scratch, out: &mut [Lane]) {
        let mut out = out.iter_mut();
        let blocks = std::iter::once(paths).chain(&paths.companions);
        let each = self.settled.iter().zip(blocks).zip(&mut scratch.desks).enumerate();
        for (k, ((settled, paths), desk)) in each {
            let own = settled.evaluate(paths, desk, &mut out);
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
