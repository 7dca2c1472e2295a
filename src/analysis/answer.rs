//! The answer in words.

use super::Sized;
use crate::contract::sizes::Sizes;
use crate::measure::Measure;
use crate::results::{Answer, BreakEven, Sizing, StrategyResult};
use crate::strategy::StrategyKind;
use crate::study::{Objective, Study};
use crate::words::{months, percent, units, usd};

/// The best strategy with its numbers and sentence.
pub(super) fn answer(
    study: &Study,
    sized: &[Sized],
    strategies: &[StrategyResult],
    sizing: &[Sizing],
    break_even: &BreakEven,
) -> Answer {
    let best = recommended(study, sized);
    let chosen = &strategies[best];
    let commits = chosen.units > 0.0;
    let own = sizing.iter().find(|s| s.strategy == chosen.strategy && commits);
    let cost = chosen.measure(Measure::Cost);
    let p90 = cost.quantile(0.9).expect("the 90 % quantile of the cost is always computed");
    let feasible = sized[best].choice.feasible;
    let context = Sentence { study, strategies, chosen, sizing: own, break_even };
    Answer {
        sentence: if feasible { context.write() } else { context.infeasible() },
        strategy: if commits {
            chosen.strategy.clone()
        } else {
            StrategyKind::OnDemand.name().into()
        },
        units: chosen.units,
        units_given: study.units.is_some() && commits,
        band: own.map(|s| s.band),
        band_tolerance_usd: own.map(|s| s.tolerance_usd),
        interval: own.map(|s| s.interval),
        beats_on_demand: commits.then_some(chosen.beats_on_demand),
        saving: chosen.measure(Measure::Saving).mean,
        p90_cost: p90,
        over_budget: chosen.over_budget,
    }
}

/// The strategy with the lowest objective or, where none meets a chance constraint, the one that
/// comes nearest. Given units are not up for choice, so on-demand takes part only if the study
/// optimizes.
pub(super) fn recommended(study: &Study, sized: &[Sized]) -> usize {
    let objective = |s: &Sized| s.choice.objective[s.chosen].value;
    let nearest = sized.iter().all(|s| objective(s).is_infinite());
    let value = |s: &Sized| {
        let over = s.curve.points[s.chosen].over.as_ref();
        if nearest {
            over.map_or(f64::INFINITY, |(over, _)| over.mean().value)
        } else {
            objective(s)
        }
    };
    let from = usize::from(study.units.is_some() && sized.len() > 1);
    let mut best = from;
    for (i, strategy) in sized.iter().enumerate().skip(from) {
        // Equal costs go to the strategy that needs less: on-demand comes first.
        if value(strategy) < value(&sized[best]) {
            best = i;
        }
    }
    best
}

/// The smallest and largest size on sale inside a band that contains `best`.
pub(super) fn buyable(sizes: &Sizes, (low, high): (f64, f64), best: f64) -> (f64, f64) {
    let inside = |x: f64, inward: f64| {
        let nearest = sizes.at(sizes.nearest(x));
        // Band ends lie between sizes; the last one inside counts.
        if (nearest - x) * inward < -1e-9 {
            sizes.at((sizes.nearest(x) as f64 + inward).max(0.0) as usize)
        } else {
            nearest
        }
    };
    let low = if low <= 0.0 { 0.0 } else { inside(low, 1.0).min(best) };
    // Below the first size on sale there is only nothing.
    let high = if high < sizes.at(0) { 0.0 } else { inside(high, -1.0) };
    (low, high.max(best))
}

/// `any size from 105 to 135 is within $15k of the best`.
fn band(sizing: &Sizing) -> String {
    let (low, high) = sizing.band;
    let within = usd(sizing.tolerance_usd);
    if low == high {
        return format!("no other size is within {within} of it");
    }
    format!("any size from {} to {} is within {within} of the best", units(low), units(high))
}

struct Sentence<'a> {
    study: &'a Study,
    strategies: &'a [StrategyResult],
    chosen: &'a StrategyResult,
    sizing: Option<&'a Sizing>,
    break_even: &'a BreakEven,
}

impl Sentence<'_> {
    fn write(&self) -> String {
        match self.sizing {
            None => self.nothing(),
            Some(_) if self.study.units.is_some() => self.given(),
            Some(sizing) => self.commit(sizing),
        }
    }

    fn unit(&self) -> &str {
        &self.study.facts.unit
    }

    /// `120 PTU for 12 months`, and how many of them the figures are for if not for all.
    fn commitment(&self) -> String {
        let (amount, unit) = (units(self.chosen.units), self.unit());
        let contract = &self.study.contract;
        let counted = self.study.months().saturating_sub(contract.start);
        let part = if counted < contract.term {
            format!(" (the first {counted} are counted)")
        } else {
            String::new()
        };
        format!("{amount} {unit} for {}{part}", months(contract.term))
    }

    fn rest(&self) -> &'static str {
        match self.chosen.strategy.as_str() {
            "hybrid" => ", with the rest on demand",
            _ => ", with nothing on demand",
        }
    }

    fn commit(&self, sizing: &Sizing) -> String {
        format!(
            "Commit {}{}: {}. {} {}",
            self.commitment(),
            self.rest(),
            band(sizing),
            self.chance(),
            self.spread()
        )
    }

    fn chance(&self) -> String {
        let saving = self.chosen.measure(Measure::Saving).mean.value;
        let nominal = if self.study.is_undiscounted() { "" } else { " before discounting" };
        let average = if saving >= 0.0 {
            format!("saving {} on average{nominal}", usd(saving))
        } else {
            format!("but {} dearer on average{nominal}", usd(-saving))
        };
        format!(
            "{} chance that it costs less than on-demand, {average}.",
            percent(self.chosen.beats_on_demand.value)
        )
    }

    fn spread(&self) -> String {
        let p90 = self.chosen.measure(Measure::Cost).quantile(0.9);
        let p90 = usd(p90.map_or(f64::NAN, |e| e.value));
        let below = format!("The cost stays below {p90} in 90 of 100 futures");
        match (self.study.budget, self.chosen.over_budget) {
            (Some(budget), Some(over)) => format!(
                "{below}, against a budget of {} that is exceeded in {}.",
                usd(budget),
                percent(over.value)
            ),
            _ => format!("{below}."),
        }
    }

    fn nothing(&self) -> String {
        let cost = self.strategies[0].measure(Measure::Cost).mean.value;
        let pays = self.break_even.utilization_over_term;
        let why = if pays > 1.0 {
            format!(
                "a committed unit costs {} of what its tokens cost on demand even when fully used",
                percent(pays)
            )
        } else {
            format!(
                "no size on sale is better: by its fees alone a committed unit pays only above {} utilization",
                percent(pays)
            )
        };
        format!(
            "Commit nothing: on demand costs {} on average, and {why}. {}",
            usd(cost),
            self.spread()
        )
    }

    fn given(&self) -> String {
        let sizing = self.sizing.expect("given units are a commitment");
        let cost = self.chosen.measure(Measure::Cost).mean.value;
        let best = if sizing.best_units == self.chosen.units {
            "No other size is better.".to_owned()
        } else if sizing.best_units == 0.0 {
            "Committing nothing would be better.".to_owned()
        } else {
            format!("The best size would be {} {}.", units(sizing.best_units), self.unit())
        };
        format!(
            "{}{} cost {} on average. {} {best} {}",
            self.commitment(),
            self.rest(),
            usd(cost),
            self.chance(),
            self.spread()
        )
    }

    fn infeasible(&self) -> String {
        let Objective::Chance(most) = self.study.objective else {
            return self.write();
        };
        let nearest = match self.chosen.strategy.as_str() {
            "on_demand" => "on-demand".to_owned(),
            _ => format!(
                "{} with {} {}",
                self.chosen.strategy,
                units(self.chosen.units),
                self.unit()
            ),
        };
        format!(
            "No commitment keeps the budget of {} with a probability of {}: the nearest is {nearest}, which exceeds it in {} of futures.",
            usd(self.study.budget.unwrap_or(0.0)),
            percent(1.0 - most),
            percent(self.chosen.over_budget.map_or(1.0, |e| e.value))
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_ends_at_sizes_on_sale() {
        let sizes = Sizes::Steps { min: 15.0, step: 5.0, max: None };
        assert_eq!(buyable(&sizes, (31.9, 51.6), 40.0), (35.0, 50.0));
        assert_eq!(buyable(&sizes, (35.0, 50.0), 40.0), (35.0, 50.0));
        assert_eq!(buyable(&sizes, (0.0, 22.0), 15.0), (0.0, 20.0));
        assert_eq!(buyable(&sizes, (0.0, 0.4), 0.0), (0.0, 0.0));
        assert_eq!(buyable(&sizes, (39.0, 41.0), 40.0), (40.0, 40.0));
    }
}
