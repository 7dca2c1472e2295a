//! Which commitment was the cheapest, once the future is known: the yardstick of regret.

use super::desk::Entry;
use crate::rng::{Block, LANES, Lane};
use crate::simd::kernel;
use crate::simulate::Plan;
use crate::stats::Estimate;
use crate::stats::sample::Sample;

/// Runs of no more paths keep the lowest cost of every path, for those who ask later.
pub const MOST_PATHS: u64 = 1 << 22;

/// What a sweep over all entries knows in hindsight.
pub struct Hindsight {
    entries: Vec<Entry>,
    /// The lowest cost of each path, replicate by replicate, USD.
    lowest: Vec<f64>,
    /// Paths of a replicate.
    each: u64,
    /// Share of futures in which each entry was the cheapest of its strategy.
    pub shares: Vec<Estimate>,
}

impl Hindsight {
    /// What is known of `entries` from samples under `plan`: whether each is the cheapest, and
    /// the lowest cost in the order of the paths.
    ///
    /// # Panics
    /// Without samples.
    #[must_use]
    pub fn new(entries: Vec<Entry>, plan: &Plan, mut samples: Vec<Sample>) -> Self {
        let lowest = samples.pop().expect("the lowest cost comes last").in_order();
        let each = plan.paths / u64::from(plan.replicates());
        Self { entries, each, lowest, shares: samples.iter().map(Sample::probability).collect() }
    }

    /// Whether it is about these entries.
    #[must_use]
    pub fn is_about(&self, entries: &[Entry]) -> bool {
        self.entries == entries
    }

    /// The lowest costs of a block; beyond the last path of the run anything.
    #[must_use]
    pub fn lowest(&self, block: Block) -> Lane {
        let from = (u64::from(block.replicate) * self.each + block.first) as usize;
        let known = &self.lowest[from..self.lowest.len().min(from + LANES)];
        std::array::from_fn(|i| known.get(i).copied().unwrap_or(0.0))
    }
}

/// All entries in the name of a series.
#[must_use]
pub fn among(entries: &[Entry]) -> String {
    let all: Vec<String> = entries.iter().map(|e| e.name()).collect();
    format!("among {}", all.join(" "))
}

/// Names of the marks of the cheapest.
pub fn share_names(entries: &[Entry]) -> impl Iterator<Item = String> {
    let among = among(entries);
    entries.iter().map(move |e| format!("best {} {among}", e.name()))
}

/// Marks the cheapest entry of each strategy on each path with 1, the first of equals, and returns
/// the lowest cost of all.
pub fn cheapest<'a>(
    entries: &[Entry],
    cost: impl Fn(usize) -> &'a Lane,
    marks: &mut [Lane],
) -> Lane {
    let mut all = [f64::INFINITY; LANES];
    let mut from = 0;
    for group in entries.chunk_by(|a, b| a.strategy == b.strategy) {
        let own = from..from + group.len();
        from = own.end;
        let best = lowest(own.clone().map(&cost));
        let mut open = [1.0; LANES];
        for (i, mark) in own.clone().zip(&mut marks[own]) {
            mark_first(cost(i), &best, &mut open, mark);
        }
        all = lowest([&all, &best].into_iter());
    }
    all
}

/// The least of several costs on each path.
#[must_use]
pub fn lowest<'a>(costs: impl Iterator<Item = &'a Lane>) -> Lane {
    let mut out = [f64::INFINITY; LANES];
    for cost in costs {
        lower(cost, &mut out);
    }
    out
}

kernel! {
    fn lower(cost: &Lane, least: &mut Lane) {
        for i in 0..LANES {
            least[i] = if cost[i] < least[i] { cost[i] } else { least[i] };
        }
    }
}

kernel! {
    /// Marks the paths on which a cost is the best, if none before it was: `open` there.
    fn mark_first(cost: &Lane, best: &Lane, open: &mut Lane, mark: &mut Lane) {
        for i in 0..LANES {
            mark[i] = if cost[i] == best[i] { open[i] } else { 0.0 };
            open[i] -= mark[i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equals_is_the_cheapest_of_its_strategy() {
        let entry = |strategy, units| Entry { strategy, units };
        let entries = [entry(1, 0.0), entry(1, 5.0), entry(2, 5.0), entry(2, 6.0)];
        let costs = [[3.0; LANES], [2.0; LANES], [2.5; LANES], [2.5; LANES]];
        let mut marks = [[9.0; LANES]; 4];
        assert_eq!(cheapest(&entries, |i| &costs[i], &mut marks), [2.0; LANES]);
        assert_eq!(marks.map(|mark| mark[63]), [0.0, 1.0, 1.0, 0.0]);
    }
}
