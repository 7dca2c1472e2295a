//! The chosen commitment of each strategy, side by side on the same paths: totals and months.
//!
//! Totals are taken over all paths. Months are pictures and context: theirs come from the first
//! [`MONTH_PATHS`] paths of the run, which is all of them by default; then both are asked of the
//! same draws.

mod months;
mod totals;

use crate::simulate::{Both, Executor, Observer, Plan, Stopped, contribute, simulate_by};
use crate::size::desk::Entry;
use crate::size::hindsight::Hindsight;
use crate::stats::Estimate;
use crate::stats::sample::Sample;
use crate::study::Study;
use months::Months;
use totals::Totals;

/// Levels of the quantiles of totals.
pub const TOTAL_LEVELS: [f64; 8] = [0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99];

/// Levels of the quantiles of a month.
pub const MONTH_LEVELS: [f64; 5] = [0.05, 0.25, 0.50, 0.75, 0.95];

/// Paths that the months are taken from, if a run has as many.
pub const MONTH_PATHS: u64 = 1 << 17;

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
    /// A sample for each of [`Measure::ALL`](crate::measure::Measure::ALL).
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
    /// What hindsight would have chosen from them on the paths of the run, where it is known.
    pub hindsight: Option<&'a Hindsight>,
}

impl Compare<'_> {
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
        let model = &self.study.model;
        let (totals, months) = (Totals::new(self), Months::new(self.study, self.chosen));
        let few = plan.at_most(MONTH_PATHS);
        let (of_totals, of_months) = if few == *plan {
            let both = Both::new(&totals, &months);
            both.part(simulate_by(executor, model, plan, &both, observer)?)
        } else {
            (
                simulate_by(executor, model, plan, &totals, observer)?,
                simulate_by(executor, model, &few, &months, observer)?,
            )
        };
        let (strategies, best_in_futures) = totals.sort(of_totals);
        Ok(Comparison { strategies, months: months.sort(of_months), best_in_futures })
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
        let model = &self.study.model;
        let (totals, months) = (Totals::new(self), Months::new(self.study, self.chosen));
        let few = plan.at_most(MONTH_PATHS);
        if few == *plan {
            return contribute(executor, model, plan, &Both::new(&totals, &months), observer);
        }
        contribute(executor, model, plan, &totals, observer)?;
        contribute(executor, model, &few, &months, observer)
    }
}
