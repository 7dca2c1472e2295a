//! From samples to the tables of the results.

use super::Sized;
use super::answer::buyable;
use crate::compare::{Compared, ComparedMonth, Comparison, MONTH_LEVELS, TOTAL_LEVELS};
use crate::contract::Phase;
use crate::measure::Measure;
use crate::results::{
    BreakEven, BreakEvenMonth, MeasureResult, MonthResult, Quantile, Refund, SizeResult, Sizing,
    StrategyMonth, StrategyResult, Summary,
};
use crate::size::sweep::{COST_LEVELS, Point, WASTE_LEVELS};
use crate::stats::Estimate;
use crate::strategy::StrategyKind;
use crate::study::Study;

/// An estimate that is a number.
pub(super) fn finite(estimate: Estimate) -> Option<Estimate> {
    estimate.value.is_finite().then_some(estimate)
}

/// The chosen commitment of each strategy.
pub(super) fn strategies(
    study: &Study,
    sized: &[Sized],
    comparison: &Comparison,
) -> Vec<StrategyResult> {
    let pairs = sized.iter().zip(&comparison.strategies);
    pairs.map(|(sized, compared)| strategy(study, sized, compared)).collect()
}

fn strategy(study: &Study, sized: &Sized, compared: &Compared) -> StrategyResult {
    let kind = study.strategies[compared.entry.strategy].kind;
    let measures = Measure::ALL.iter().zip(&compared.measures);
    let cost = &compared.measures[0];
    StrategyResult {
        strategy: kind.name().into(),
        title: kind.title().into(),
        units: compared.entry.units,
        objective: finite(sized.choice.objective[sized.chosen]),
        measures: measures
            .map(|(&measure, sample)| MeasureResult {
                measure,
                summary: Summary::of(sample, &TOTAL_LEVELS, measure.high_is_bad())
                    .within(measure.range()),
            })
            .collect(),
        cost_curve: cost.distribution_curve(),
        beats_on_demand: compared.beats_on_demand.probability(),
        over_budget: study.budget.map(|_| compared.over_budget.probability()),
    }
}

/// Cost against size for each strategy that commits.
pub(super) fn sizing(study: &Study, sized: &[Sized], comparison: &Comparison) -> Vec<Sizing> {
    let mut futures = comparison.best_in_futures.iter();
    let committing =
        sized.iter().filter(|s| study.strategies[s.curve.strategy].kind != StrategyKind::OnDemand);
    committing
        .map(|s| {
            let units = |i: usize| s.curve.points[i].entry.units;
            let sizes = s.curve.points.iter().enumerate();
            Sizing {
                strategy: study.strategies[s.curve.strategy].kind.name().into(),
                best_units: units(s.choice.index),
                interval: (units(s.choice.interval.0), units(s.choice.interval.1)),
                band: buyable(&study.sizes, s.choice.band, units(s.choice.index)),
                tolerance_usd: s.choice.tolerance,
                feasible: s.choice.feasible,
                sizes: sizes
                    .map(|(i, point)| SizeResult {
                        objective: finite(s.choice.objective[i]),
                        best_probability: s.choice.probability[i],
                        best_in_futures: *futures.next().expect("one share per size"),
                        ..size(study, point)
                    })
                    .collect(),
            }
        })
        .collect()
}

fn size(study: &Study, point: &Point) -> SizeResult {
    let cost = Summary::of(&point.cost, &COST_LEVELS, true);
    let overspend = point.over.as_ref().zip(study.budget).map(|((_, amount), budget)| Summary {
        mean: amount.mean().within(0.0, f64::INFINITY),
        sd: amount.sd_estimate(),
        // Overspend rises with cost, so its quantiles are those of the cost above the budget.
        quantiles: cost
            .quantiles
            .iter()
            .map(|q| Quantile { level: q.level, estimate: q.estimate.above(budget) })
            .collect(),
        cvar95: None,
    });
    SizeResult {
        units: point.entry.units,
        objective: None,
        present_value: point.objective().mean(),
        cost,
        waste: Summary::of(&point.waste, &WASTE_LEVELS, false).within(Measure::Waste.range()),
        over_budget: point.over.as_ref().map(|(chance, _)| chance.probability()),
        overspend,
        best_probability: 0.0,
        best_in_futures: Estimate::exact(0.0),
    }
}

/// Month by month.
pub(super) fn months(study: &Study, comparison: &Comparison) -> Vec<MonthResult> {
    let numbered = comparison.months.iter().enumerate();
    numbered.map(|(t, month)| month_result(study, t, month, &comparison.strategies)).collect()
}

fn month_result(
    study: &Study,
    t: usize,
    month: &ComparedMonth,
    compared: &[Compared],
) -> MonthResult {
    let strategies =
        month.entries.iter().zip(compared).map(|([spend, reserved, overflow, waste], c)| {
            StrategyMonth {
                strategy: study.strategies[c.entry.strategy].kind.name().into(),
                spend: Summary::of(spend, &MONTH_LEVELS, false),
                reserved_units: reserved.mean(),
                overflow_spend: overflow.mean(),
                waste: waste.mean(),
            }
        });
    MonthResult {
        month: t + 1,
        date: study.facts.start.as_deref().map(|start| calendar_month(start, t)),
        load: Summary::of(&month.load, &MONTH_LEVELS, false),
        on_demand_price: month.on_demand_price.mean(),
        commitment_price: in_term(study, t).then(|| month.commitment_price.mean()),
        strategies: strategies.collect(),
    }
}

/// Whether month `t` lies in a term of the contract.
fn in_term(study: &Study, t: usize) -> bool {
    matches!(study.contract.phase(t), Phase::Term(_))
}

/// The month `t` months after `start`, both as in `2027-01`.
pub(crate) fn calendar_month(start: &str, t: usize) -> String {
    let mut parts = start.split('-').map(|p| p.parse::<usize>().expect("a checked date"));
    let (year, month) = (parts.next().unwrap_or(0), parts.next().unwrap_or(1));
    let months = year * 12 + month - 1 + t;
    format!("{:04}-{:02}", months / 12, months % 12 + 1)
}

/// When a commitment pays.
pub(super) fn break_even(study: &Study, comparison: &Comparison) -> BreakEven {
    let prices = comparison.months.iter().enumerate().filter(|(t, _)| in_term(study, *t));
    let (mut fees, mut values, mut first) = (0.0, 0.0, None);
    for (_, month) in prices {
        let (fee, value) =
            (month.commitment_price.mean().value, month.on_demand_price.mean().value);
        fees += fee;
        values += value;
        first.get_or_insert(fee / value);
    }
    let committing = comparison.strategies.iter().enumerate().skip(1);
    BreakEven {
        utilization_first_month: first.unwrap_or(f64::NAN),
        utilization_over_term: fees / values,
        months: committing
            .map(|(i, compared)| BreakEvenMonth {
                strategy: study.strategies[compared.entry.strategy].kind.name().into(),
                month: paid_off(comparison, i),
            })
            .collect(),
    }
}

/// The month, from 1, from which the mean cumulated cost of entry `i` stays below on-demand.
fn paid_off(comparison: &Comparison, i: usize) -> Option<usize> {
    let mut saved = 0.0;
    let mut since = None;
    for (t, month) in comparison.months.iter().enumerate() {
        saved += month.entries[0][0].mean().value - month.entries[i][0].mean().value;
        since = if saved > 0.0 { since.or(Some(t + 1)) } else { None };
    }
    since
}

/// How far the vendor's refund rule reaches at the chosen size, where it is not in the costs.
pub(super) fn refund(study: &Study, units: f64) -> Option<Refund> {
    let apart = units > 0.0 && !study.contract.has_refund();
    let limit = study.facts.refund_limit_usd.filter(|_| apart)?;
    Some(Refund::new(limit, units * study.facts.load.fee_per_unit_month, study.contract.term))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar_months_carry_over_the_year() {
        let all: Vec<String> =
            [0, 2, 3, 14].iter().map(|&t| calendar_month("2026-11", t)).collect();
        assert_eq!(all, ["2026-11", "2027-01", "2027-02", "2028-01"]);
    }
}
