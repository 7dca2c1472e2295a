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
use super::lattice::{Edge, Node};
use super::sight::{Lens, Sight};
use crate::contract::right::Towards;
use crate::ledger::Ledger;
use crate::path::{PathModel, Points};
use crate::rng::{Block, LANES, Lane};
use crate::settle::{Prices, reprice};
use rayon::prelude::*;

/// A line in the months left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Load per unit at the end of the term.
    pub level: f64,
    /// What is added for each month left.
    pub per_month_left: f64,
}

impl Rule {
    /// Which of a node's two decisions it takes with `left` months left.
    fn takes(self, towards: Towards, load: f64, left: f64, node: &Node) -> usize {
        let edge = (self.level + self.per_month_left * left) * node.units;
        let acts = match towards {
            Towards::Less => load < edge,
            Towards::More => load > edge,
        };
        usize::from(acts && node.edges.len() > 1)
    }
}

/// What each rule costs, by replicate: USD per path, less martingale increments.
#[must_use]
pub fn costs(
    model: &PathModel,
    lens: &Lens,
    cell: &Cell<'_>,
    rules: &[Rule],
    (draws, purpose): (Draws, &str),
) -> Vec<Vec<f64>> {
    let log2_points = draws.log2_points.max(LANES.ilog2());
    let points = Points::Quasi { replicates: REPLICATES, log2_points };
    let sampler = model.sampler(points, draws.seed, purpose);
    let paths = 1u64 << log2_points;
    (0..REPLICATES)
        .into_par_iter()
        .map(|replicate| {
            let mut follower = Follower::new(model, lens, cell);
            let mut sums = vec![0.0; rules.len()];
            for first in (0..paths).step_by(LANES) {
                let at = Block { replicate, first };
                model.generate(&*sampler, points, at, &mut follower.paths);
                follower.settle(lens, cell);
                for (sum, rule) in sums.iter_mut().zip(rules) {
                    *sum += follower.follow(cell, *rule);
                }
            }
            sums.iter().map(|sum| sum / paths as f64).collect()
        })
        .collect()
}

struct Follower {
    paths: crate::path::PathBlock,
    prices: Prices,
    ledger: Ledger,
    sight: Sight,
    net: Vec<Lane>,
    towards: Towards,
}

impl Follower {
    fn new(model: &PathModel, lens: &Lens, cell: &Cell<'_>) -> Self {
        let towards = cell.deal.terms.contract.rights().next().map(|(_, _, right)| right.towards);
        Self {
            paths: model.block(),
            prices: Prices::default(),
            ledger: Ledger::new(model.months()),
            sight: Sight::new(lens, model),
            net: vec![[0.0; LANES]; cell.lattice.edges],
            towards: towards.unwrap_or(Towards::Less),
        }
    }

    fn settle(&mut self, lens: &Lens, cell: &Cell<'_>) {
        let Self { paths, prices, ledger, sight, net, .. } = self;
        sight.look(lens, paths);
        reprice(cell.deal.terms.contract, paths, prices);
        cell.lattice.walk(cell.deal, paths, prices, ledger, &mut |stage, edge, rows| {
            let open = cell.lattice.stages[stage].open;
            let mut sum = [0.0; LANES];
            for (month, row) in rows.iter().enumerate() {
                let (cost, discount) = (row.cost(), cell.deal.terms.discounts[open + month]);
                let surprise = sight.surprise(&cell.fit, edge, open, month);
                for i in 0..LANES {
                    sum[i] += discount * cost[i] - surprise[i];
                }
            }
            net[edge.index] = sum;
        });
    }

    /// The sum of a rule's costs over the paths of the block.
    fn follow(&self, cell: &Cell<'_>, rule: Rule) -> f64 {
        let contract = cell.deal.terms.contract;
        let mut sum = 0.0;
        for i in 0..LANES {
            let mut node = 0;
            for stage in &cell.lattice.stages {
                let here = &stage.nodes[node];
                let choice = if stage.open > contract.start {
                    let left = contract.months_left(stage.open - contract.start) as f64;
                    rule.takes(self.towards, self.paths.load[stage.open - 1][i], left, here)
                } else {
                    0
                };
                let edge: &Edge = &here.edges[choice];
                sum += self.net[edge.index][i];
                node = edge.to;
            }
        }
        sum
    }
}

/// The rule of least cost on training paths, and the best without a slope.
#[must_use]
pub fn best(model: &PathModel, lens: &Lens, cell: &Cell<'_>, draws: Draws) -> [Rule; 2] {
    let cheapest = |rules: &[Rule]| {
        let by_replicate = costs(model, lens, cell, rules, (draws, "rules"));
        let total = |k: usize| by_replicate.iter().map(|costs| costs[k]).sum::<f64>();
        let totals: Vec<f64> = (0..rules.len()).map(total).collect();
        let first = (0..rules.len()).min_by(|a, b| totals[*a].total_cmp(&totals[*b]));
        rules[first.unwrap_or(0)]
    };
    let search = |slopes: usize| {
        let mut center = Rule { level: 0.9, per_month_left: 0.0 };
        let (mut wide, mut steep) = (0.05, 0.004);
        for round in 0..5 {
            let half = if round == 0 { 12 } else { 5 };
            let mut rules = Vec::new();
            for k in -half..=half {
                let most = if slopes == 0 { 0 } else { half.min(5) };
                for j in -most..=most {
                    rules.push(Rule {
                        level: center.level + wide * f64::from(k),
                        per_month_left: center.per_month_left + steep * f64::from(j),
                    });
                }
            }
            center = cheapest(&rules);
            (wide, steep) = (wide / 3.5, steep / 3.0);
        }
        center
    };
    [search(1), search(0)]
}
