//! Rules that a contract manager can follow, against the best policy.
//!
//! A rule exercises at a window where the load of the last month is on one side of a line:
//!
//! ```text
//! load < (level + per_month_left * months left in the term) * units in force or under notice
//! ```
//!
//! for a right to have less, above it for a right to have more. All rules of a search are followed
//! on the same training paths, so that their costs differ by what they decide and not by the draws;
//! the winner is valued on fresh ones.

use super::bounds::{Cell, Draws, REPLICATES};
use super::deal::Deal;
use super::lattice::{Decisions, Edge, Node, Scratch, Stage, sum};
use super::sight::{Lens, Sight};
use crate::contract::policy::Line;
use crate::contract::right::Towards;
use crate::ledger::{Mark, mark, parts};
use crate::path::{PathBlock, PathModel, Points};
use crate::rng::{Block, LANES, Lane};
use rayon::prelude::*;

/// A line for each right, by its place; none is never exercised.
pub type Rules = Vec<Option<Line>>;

/// What every decision costs on some paths, and the loads that rules go by: settled once for all
/// rules.
pub struct Sample {
    /// Blocks of each replicate.
    replicates: Vec<Vec<Seen>>,
    /// Of each right: which way it goes, and whether it ends the contract.
    rights: Vec<(Towards, bool)>,
    /// Of each stage the months left in the term, and its nodes.
    forks: Vec<(f64, Vec<Fork>)>,
}

/// What rules see of a node.
struct Fork {
    units: f64,
    /// All rights that may be exercised.
    there: Mark,
    ways: Vec<Way>,
}

/// What rules see of an edge.
#[derive(Clone, Copy)]
struct Way {
    marks: Mark,
    units: f64,
    index: usize,
    to: usize,
}

impl Fork {
    fn of(node: &Node) -> Self {
        let way = |edge: &Edge| Way {
            marks: edge.marks,
            units: edge.units,
            index: edge.index,
            to: edge.to,
        };
        let there = node.edges.iter().fold(0, |all, edge| all | edge.marks);
        Self { units: node.units, there, ways: node.edges.iter().map(way).collect() }
    }

    fn way(&self, marks: Mark) -> Option<&Way> {
        self.ways.iter().find(|way| way.marks == marks)
    }
}

/// A block of paths.
struct Seen {
    /// Cost of each edge less martingale increments.
    net: Vec<Lane>,
    /// Load of the month before each stage opens.
    loads: Vec<Lane>,
}

impl Sample {
    /// Settles every decision of a cell on the paths of a purpose.
    #[must_use]
    pub fn of(
        model: &PathModel,
        lens: &Lens,
        cell: &Cell<Deal<'_>>,
        (draws, purpose): (Draws, &str),
    ) -> Self {
        let log2_points = draws.log2_points.max(LANES.ilog2());
        let points = Points::Quasi { replicates: REPLICATES, log2_points };
        let sampler = model.sampler(points, draws.seed, purpose);
        let replicate = |replicate: u32| {
            let (mut paths, mut scratch) = (model.block(), Scratch::new(model.months()));
            let mut sight = Sight::new(lens, model);
            let block = |first: u64| {
                let at = Block { replicate, first };
                model.generate(&*sampler, points, at, &mut paths);
                sight.look(lens, &paths);
                Seen::of(cell, &paths, &mut sight, &mut scratch)
            };
            (0..1u64 << log2_points).step_by(LANES).map(block).collect()
        };
        let contract = cell.deal.terms.contract;
        let rights = contract.rights();
        let forks = cell.lattice.stages.iter().map(|stage| {
            let left = contract.months_left(stage.open.saturating_sub(contract.start));
            (left as f64, stage.nodes.iter().map(Fork::of).collect())
        });
        Self {
            forks: forks.collect(),
            replicates: (0..REPLICATES).into_par_iter().map(replicate).collect(),
            rights: rights.map(|(_, _, right)| (right.towards, right.ends)).collect(),
        }
    }

    /// What each set of rules costs, by replicate: USD per path, less martingale increments.
    #[must_use]
    pub fn costs(&self, sets: &[Rules]) -> Vec<Vec<f64>> {
        let of_replicate = |blocks: &Vec<Seen>| {
            let paths = (blocks.len() * LANES) as f64;
            // Block by block, which stays in the cache while all sets are followed.
            let mut sums = vec![0.0; sets.len()];
            for seen in blocks {
                for (sum, rules) in sums.iter_mut().zip(sets) {
                    *sum += self.follow(seen, rules);
                }
            }
            sums.into_iter().map(|sum| sum / paths).collect()
        };
        self.replicates.par_iter().map(of_replicate).collect()
    }

    /// The sum of the costs under a set of rules over the paths of a block.
    fn follow(&self, seen: &Seen, rules: &Rules) -> f64 {
        let mut sums = [0.0; LANES];
        let mut nodes = [0; LANES];
        for ((left, forks), load) in self.forks.iter().zip(&seen.loads) {
            for i in 0..LANES {
                let way = self.choose(&forks[nodes[i]], rules, load[i], *left);
                sums[i] += seen.net[way.index][i];
                nodes[i] = way.to;
            }
        }
        sums.iter().sum()
    }

    /// The decision that rules take at a node: all that they want of what there is, or the first
    /// ending, beside what lowers its fee; of a right in parts, as few as leave its rule nothing to want.
    fn choose<'b>(&self, fork: &'b Fork, rules: &Rules, load: f64, left: f64) -> &'b Way {
        if fork.ways.len() == 1 {
            return &fork.ways[0];
        }
        let (mut wanted, mut end): (Mark, _) = (0, None);
        for (place, (towards, ends)) in self.rights.iter().enumerate() {
            let Some(line) = rules[place].filter(|_| parts(fork.there, place) > 0) else {
                continue;
            };
            let (mut taking, mut units) = (0, fork.units);
            while line.is_passed(*towards, load, left, units) {
                let Some(more) = fork.way(mark(place, taking + 1)) else { break };
                (taking, units) = (taking + 1, more.units);
            }
            if taking > 0 && *ends {
                end = end.or(Some(mark(place, taking)));
            } else {
                wanted |= mark(place, taking);
            }
        }
        let ended = end.and_then(|end| fork.way(end | wanted).or_else(|| fork.way(end)));
        ended.or_else(|| fork.way(wanted)).unwrap_or(&fork.ways[0])
    }
}

impl Seen {
    fn of(
        cell: &Cell<Deal<'_>>,
        paths: &PathBlock,
        sight: &mut Sight,
        scratch: &mut Scratch,
    ) -> Self {
        sight.read(&cell.fit);
        let stages = &cell.lattice.stages;
        let mut net = vec![[0.0; LANES]; cell.lattice.edges];
        cell.deal.bill(&cell.lattice, paths, scratch, &mut |stage, edge, months| {
            let (open, close) = (stages[stage].open, stages[stage].close);
            let bills = sum(months);
            let surprise = sight.surprise(&cell.fit, edge, (open, close));
            net[edge.index] = std::array::from_fn(|i| bills[i] - surprise[i]);
        });
        let load =
            |stage: &Stage| stage.open.checked_sub(1).map_or([0.0; LANES], |t| paths.load[t]);
        Self { net, loads: stages.iter().map(load).collect() }
    }
}

/// Rounds in which each right's line is sought with those of the others held.
const ROUNDS: usize = 2;

/// The lines of least cost on training paths, one for each right; all level where none is `sloped`.
#[must_use]
pub fn best(sample: &Sample, sloped: bool) -> Rules {
    let search = Search { sample };
    let mut rules: Rules = vec![None; sample.rights.len()];
    let rounds = if rules.len() > 1 { ROUNDS } else { 1 };
    for _ in 0..rounds {
        for place in 0..rules.len() {
            rules = search.line(&rules, place, sloped);
        }
    }
    rules
}

struct Search<'a> {
    sample: &'a Sample,
}

impl Search<'_> {
    /// The set of least cost; the first of equals.
    fn cheapest(&self, sets: &[Rules]) -> Rules {
        let by_replicate = self.sample.costs(sets);
        let total = |k: usize| by_replicate.iter().map(|costs| costs[k]).sum::<f64>();
        let totals: Vec<f64> = (0..sets.len()).map(total).collect();
        let first = (0..sets.len()).min_by(|a, b| totals[*a].total_cmp(&totals[*b]));
        sets[first.unwrap_or(0)].clone()
    }

    /// The best line for the right at `place`, or none if none pays, with the lines of the others
    /// held: on a wide grid first, then on finer ones around the best.
    fn line(&self, rules: &Rules, place: usize, sloped: bool) -> Rules {
        let with = |line: Option<Line>| {
            let mut rules = rules.clone();
            rules[place] = line;
            rules
        };
        let mut center = Line { level: 0.9, per_month_left: 0.0 };
        let (mut wide, mut steep) = (0.05, 0.004);
        for round in 0..5 {
            let half = if round == 0 { 14 } else { 5 };
            let most = if sloped { half.min(5) } else { 0 };
            let near = |k: i32, j: i32| Line {
                level: center.level + wide * f64::from(k),
                per_month_left: center.per_month_left + steep * f64::from(j),
            };
            let lines = (-half..=half).flat_map(|k| (-most..=most).map(move |j| (k, j)));
            let sets: Vec<Rules> = lines.map(|(k, j)| with(Some(near(k, j)))).collect();
            center = self.cheapest(&sets)[place].unwrap_or(center);
            (wide, steep) = (wide / 3.5, steep / 3.0);
        }
        self.cheapest(&[with(None), with(Some(center))])
    }
}
