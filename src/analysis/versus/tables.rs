//! From samples to results.

use super::totals::{Apart, DIFFERENCES, Paid, Sampled, measures};
use super::{Alternative, Named, Part};
use crate::compare::TOTAL_LEVELS;
use crate::measure::Measure;
use crate::results::versus::{
    AlternativeResult, Difference, Futures, MeasureDifference, PartResult,
};
use crate::results::{MeasureResult, Quantile, Summary};
use crate::size::sweep::CVAR_LEVEL;
use crate::stats::Estimate;
use crate::stats::best::best_of;
use crate::stats::sample::{Sample, Statistic};

/// Position of a measure among the samples of an alternative.
fn position(measure: Measure) -> usize {
    measures().position(|m| m == measure).expect("a measure that is sampled")
}

/// The alternatives with their differences to the first.
pub(super) fn alternatives(
    alternatives: &[Alternative],
    parts: &[Vec<Part<'_>>],
    sampled: &[Sampled],
    decided_by: Measure,
    seed: u64,
) -> Vec<AlternativeResult> {
    let decisive = || sampled.iter().map(|s| &s.measures[position(decided_by)]);
    let values: Vec<f64> = decisive().map(|s| s.mean().value).collect();
    let sections: Vec<Vec<f64>> = decisive().map(Sample::section_means).collect();
    let best = best_of(&values, &sections, seed);
    let each = alternatives.iter().zip(parts).zip(sampled).zip(best.probability);
    each.map(|(((alternative, parts), own), best_probability)| AlternativeResult {
        name: alternative.name.clone(),
        best_probability,
        futures: futures(&alternatives[0], alternative),
        difference: own
            .difference
            .as_ref()
            .map(|apart| difference(apart, &own.measures, &sampled[0].measures)),
        ..by_itself(parts, own)
    })
    .collect()
}

/// An alternative by itself.
fn by_itself(parts: &[Part<'_>], sampled: &Sampled) -> AlternativeResult {
    let summary = |(measure, sample): (Measure, &Sample)| MeasureResult {
        measure,
        summary: Summary::of(sample, &TOTAL_LEVELS, measure.high_is_bad()).within(measure.range()),
    };
    let has_budget = parts.iter().all(|part| part.named.study.budget.is_some());
    AlternativeResult {
        name: String::new(),
        parts: parts.iter().zip(&sampled.parts).map(|(p, paid)| part(p, paid)).collect(),
        // Without a budget nothing exceeds it, which is no figure.
        measures: measures()
            .zip(&sampled.measures)
            .filter(|(measure, _)| has_budget || *measure != Measure::Overspend)
            .map(summary)
            .collect(),
        cost_curve: sampled.measures[position(Measure::Cost)].distribution_curve(),
        beats_on_demand: sampled.beats_on_demand.probability(),
        over_budget: has_budget.then(|| sampled.over_budget.probability()),
        best_probability: 0.0,
        futures: Futures { same: true, unshared_draws: Vec::new() },
        difference: None,
    }
}

/// A study with its commitment and what it pays.
fn part(part: &Part<'_>, paid: &Paid) -> PartResult {
    let Named { name, study } = part.named;
    let (facts, chosen) = (&study.facts, part.chosen);
    let sizing = chosen.sizing.as_ref();
    PartResult {
        name: name.clone(),
        title: facts.title.clone(),
        study_hash: facts.study_hash.clone(),
        contract: facts.contract.clone(),
        unit: facts.unit.clone(),
        objective: facts.objective.clone(),
        strategy: study.strategies[chosen.entry.strategy].kind.name().into(),
        units: chosen.entry.units,
        units_given: study.units.is_some() && chosen.entry.units > 0.0,
        feasible: chosen.feasible,
        band: sizing.map(|s| s.band),
        band_tolerance_usd: sizing.map(|s| s.tolerance),
        interval: sizing.map(|s| s.interval),
        fee: paid.fee.mean(),
        cost: paid.cost.mean(),
    }
}

/// What the futures of two alternatives have in common.
fn futures(first: &Alternative, own: &Alternative) -> Futures {
    let pairs = || first.parts.iter().zip(&own.parts);
    let same = |(a, b): (&Named, &Named)| a.study.model.has_same_future(&b.study.model);
    let (ours, theirs) = (drawn(first), drawn(own));
    let only = |own: &[String], other: &[String]| -> Vec<String> {
        own.iter().filter(|name| !other.contains(name)).cloned().collect()
    };
    Futures {
        same: first.parts.len() == own.parts.len() && pairs().all(same),
        unshared_draws: [only(&ours, &theirs), only(&theirs, &ours)].concat(),
    }
}

/// The names of everything that the parts draw, each once.
fn drawn(alternative: &Alternative) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in alternative.parts.iter().flat_map(|part| part.study.model.drawn()) {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

fn difference(apart: &Apart, own: &[Sample], first: &[Sample]) -> Difference {
    let measures = DIFFERENCES.iter().zip(&apart.differences).map(|(&measure, same_future)| {
        let at = position(measure);
        let pair = Pair { own: &own[at], first: &first[at] };
        MeasureDifference {
            measure,
            same_future: Summary::of(same_future, &TOTAL_LEVELS, false),
            quantiles: TOTAL_LEVELS.iter().map(|&p| pair.quantile(p)).collect(),
            cvar95: pair.apart(Statistic::Cvar(CVAR_LEVEL), |s| s.cvar(CVAR_LEVEL)),
        }
    });
    Difference {
        cheaper: apart.cheaper.probability(),
        dearer: apart.dearer.probability(),
        measures: measures.collect(),
    }
}

/// A measure of an alternative and of the first, on the same paths.
struct Pair<'a> {
    own: &'a Sample,
    first: &'a Sample,
}

impl Pair<'_> {
    fn quantile(&self, level: f64) -> Quantile {
        let estimate = self.apart(Statistic::Quantile(level), |s| s.quantile(level));
        Quantile { level, estimate }
    }

    /// The difference in a statistic. Its error is the spread of the sections' differences, in
    /// which what both have in common cancels.
    fn apart<E: std::fmt::Debug>(
        &self,
        statistic: Statistic,
        value: impl Fn(&Sample) -> Result<Estimate, E>,
    ) -> Estimate {
        let known = "the run resolved what its experiment wants";
        let value = |s: &Sample| value(s).expect(known).value;
        let sections = |s: &Sample| s.section_values(statistic).expect(known);
        let pairs = sections(self.own).into_iter().zip(sections(self.first));
        let apart: Vec<f64> = pairs.map(|(own, first)| own - first).collect();
        self.own.from_sections(value(self.own) - value(self.first), &apart)
    }
}
