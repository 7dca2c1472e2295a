//! Both bounds on the best expected cost, on fresh paths.
//!
//! ```text
//! a(edge)      = discounted bills of the edge's months - the martingale increments of these months
//! policy cost  = mean of the sum of a over the edges that the fitted policy takes
//! dual cost    = mean of the least sum of a over all ways through the lattice
//! ```
//!
//! The increments add nothing on average to any policy that cannot see the future, so the first mean
//! is what the policy costs: no policy costs less than the best one, the true cost is not above it.
//! The second takes the best way in hindsight, path by path, with the increments as the price of
//! knowing: it is at most the mean over the best policy's ways, so the true cost is not below it
//! (Rogers 2002; Brown, Smith and Sun 2010). What the increments leave of the spread of a path's
//! cost is small, so that both means have small errors, and the two meet where the increments come
//! from the right expected costs.

use super::gaussian::Law;
use super::grid::{Grid, Weights};
use super::lattice::{Deal, Edge, Lattice};
use super::solution::Solution;
use crate::ledger::Ledger;
use crate::math::ln;
use crate::path::{PathBlock, PathModel, Points};
use crate::rng::{Block, LANES, Lane};
use crate::settle::{Prices, reprice};
use rayon::prelude::*;

/// Independent replicates, whose spread gives the standard errors.
pub const REPLICATES: u32 = 32;

/// A contract with its decisions and their expected costs.
#[derive(Clone, Debug)]
pub struct Cell<'a> {
    /// What is settled.
    pub deal: Deal<'a>,
    /// Its decisions.
    pub lattice: Lattice,
    /// Their expected costs.
    pub solution: Solution,
}

/// Means of one replicate, USD per path.
#[derive(Clone, Copy, Debug, Default)]
pub struct Means {
    /// Cost if nothing is exercised.
    pub never: f64,
    /// Cost under the fitted policy.
    pub policy: f64,
    /// Least cost with the price of knowing.
    pub dual: f64,
    /// Cost if nothing is exercised, without its martingale.
    pub never_raw: f64,
    /// Cost under the fitted policy, without its martingale.
    pub policy_raw: f64,
    /// Cost for someone who sees the future and pays nothing for it.
    pub clairvoyant: f64,
}

/// What the paths say of a cell.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// By replicate.
    pub means: Vec<Means>,
    /// Paths on which the policy takes each edge.
    pub visits: Vec<u64>,
    /// Cost of each path if nothing is exercised, USD.
    pub never: Vec<f64>,
    /// Cost of each path under the fitted policy, USD.
    pub policy: Vec<f64>,
}

/// Values every cell on `2^log2_points` paths in each of [`REPLICATES`] replicates.
#[must_use]
pub fn value(
    model: &PathModel,
    law: &Law,
    cells: &[Cell<'_>],
    (seed, log2_points): (u64, u32),
) -> Vec<Found> {
    let points = Points::Quasi { replicates: REPLICATES, log2_points };
    let sampler = model.sampler(points, seed, "value");
    let blocks = (1u64 << log2_points) / LANES as u64;
    let chunk = blocks.min(8);
    let chunks = blocks / chunk;
    let units: Vec<(u32, u64)> =
        (0..REPLICATES).flat_map(|r| (0..chunks).map(move |c| (r, c))).collect();
    let done: Vec<Vec<Sums>> = units
        .par_iter()
        .map_init(
            || Worker::new(model, law, cells),
            |worker, &(replicate, c)| {
                let mut sums: Vec<Sums> = cells.iter().map(Sums::new).collect();
                for block in c * chunk..(c + 1) * chunk {
                    let at = Block { replicate, first: block * LANES as u64 };
                    model.generate(&*sampler, points, at, &mut worker.paths);
                    worker.look(law, &cells[0].solution.grid);
                    for (cell, sums) in cells.iter().zip(&mut sums) {
                        worker.cell(law, cell, sums);
                    }
                }
                sums
            },
        )
        .collect();
    let paths = (1u64 << log2_points) as f64;
    let of_cell = |k: usize| {
        let mut found = Found { visits: vec![0; cells[k].lattice.edges], ..Found::default() };
        for replicate in done.chunks(chunks as usize) {
            let mut means = Means::default();
            for sums in replicate.iter().map(|unit| &unit[k]) {
                means.add(&sums.means, 1.0 / paths);
                found.never.extend(&sums.never);
                found.policy.extend(&sums.policy);
                for (all, some) in found.visits.iter_mut().zip(&sums.visits) {
                    *all += some;
                }
            }
            found.means.push(means);
        }
        found
    };
    (0..cells.len()).map(of_cell).collect()
}

impl Means {
    fn add(&mut self, other: &Self, scale: f64) {
        self.never += scale * other.never;
        self.policy += scale * other.policy;
        self.dual += scale * other.dual;
        self.never_raw += scale * other.never_raw;
        self.policy_raw += scale * other.policy_raw;
        self.clairvoyant += scale * other.clairvoyant;
    }
}

/// Sums over some blocks of a replicate.
struct Sums {
    means: Means,
    visits: Vec<u64>,
    never: Vec<f64>,
    policy: Vec<f64>,
}

impl Sums {
    fn new(cell: &Cell<'_>) -> Self {
        let visits = vec![0; cell.lattice.edges];
        Self { means: Means::default(), visits, never: Vec::new(), policy: Vec::new() }
    }
}

/// Buffers of a thread.
struct Worker {
    paths: PathBlock,
    prices: Prices,
    ledger: Ledger,
    /// Deviation of the load's logarithm from its mean, by month.
    deviation: Vec<Lane>,
    /// Weights of the knots in each month, given the month before.
    weights: Vec<Weights>,
    /// By edge: bills, bills less increments, and expected cost when it is decided.
    raw: Vec<Lane>,
    net: Vec<Lane>,
    ahead: Vec<Lane>,
}

impl Worker {
    fn new(model: &PathModel, law: &Law, cells: &[Cell<'_>]) -> Self {
        let months = law.mean.len();
        let edges = cells.iter().map(|cell| cell.lattice.edges).max().unwrap_or(0);
        let rows = || vec![[0.0; LANES]; edges];
        Self {
            paths: model.block(),
            prices: Prices::default(),
            ledger: Ledger::new(months),
            deviation: vec![[0.0; LANES]; months],
            weights: vec![Weights::default(); months],
            raw: rows(),
            net: rows(),
            ahead: rows(),
        }
    }

    /// What the paths' loads mean for expectations; all cells share a grid.
    fn look(&mut self, law: &Law, grid: &Grid) {
        let mut before = [0.0; LANES];
        for (t, load) in self.paths.load.iter().enumerate() {
            let means = before.map(|x| law.slope[t] * x);
            grid.weights(&means, law.sd[t], &mut self.weights[t]);
            before = load.map(|load| ln(load) - law.mean[t]);
            self.deviation[t] = before;
        }
    }

    /// Adds a cell's figures on the block.
    fn cell(&mut self, law: &Law, cell: &Cell<'_>, sums: &mut Sums) {
        reprice(cell.deal.terms.contract, &self.paths, &mut self.prices);
        let mut ledger = std::mem::replace(&mut self.ledger, Ledger { months: Vec::new() });
        let (paths, prices) = (self.paths.clone(), std::mem::take(&mut self.prices));
        let stages = &cell.lattice.stages;
        cell.lattice.walk(cell.deal, &paths, &prices, &mut ledger, &mut |stage, edge, rows| {
            let open = stages[stage].open;
            let (mut raw, mut net) = ([0.0; LANES], [0.0; LANES]);
            for (month, row) in rows.iter().enumerate() {
                let (t, cost) = (open + month, row.cost());
                let increments = self.increments(cell, edge, (t, month));
                for i in 0..LANES {
                    let bill = cell.deal.terms.discounts[t] * cost[i];
                    raw[i] += bill;
                    net[i] += bill - increments[i];
                }
            }
            (self.raw[edge.index], self.net[edge.index]) = (raw, net);
        });
        (self.ledger, self.prices) = (ledger, prices);
        let _ = law;
        self.bounds(cell, sums);
    }

    /// Martingale increments of an edge in month `t`; leaves the expected cost when it is decided.
    fn increments(&mut self, cell: &Cell<'_>, edge: &Edge, (t, month): (usize, usize)) -> Lane {
        let solution = &cell.solution;
        let costs = solution.costs(edge, month);
        let mean = self.weights[t].expected(costs);
        if month == 0 {
            let before = if t == 0 { [0.0; LANES] } else { self.deviation[t - 1] };
            let late = solution.grid.values(solution.late(edge, 0), &before);
            self.ahead[edge.index] = std::array::from_fn(|i| mean[i] + late[i]);
        }
        let came = solution.grid.values(costs, &self.deviation[t]);
        std::array::from_fn(|i| came[i] - mean[i])
    }

    fn bounds(&mut self, cell: &Cell<'_>, sums: &mut Sums) {
        let dual = least(&cell.lattice, &self.net);
        let clairvoyant = least(&cell.lattice, &self.raw);
        for i in 0..LANES {
            let never = self.follow(cell, i, |_, _| 0, |_| ());
            let best = |edges: &[Edge], ahead: &[Lane]| {
                let cost = |e: &Edge| ahead[e.index][i];
                let mut choice = 0;
                for (k, edge) in edges.iter().enumerate() {
                    if cost(edge) < cost(&edges[choice]) {
                        choice = k;
                    }
                }
                choice
            };
            let visits = &mut sums.visits;
            let policy = self.follow(cell, i, best, |edge| visits[edge] += 1);
            sums.never.push(never.0);
            sums.policy.push(policy.0);
            let means = &mut sums.means;
            (means.never_raw, means.never) = (means.never_raw + never.0, means.never + never.1);
            (means.policy_raw, means.policy) =
                (means.policy_raw + policy.0, means.policy + policy.1);
            means.dual += dual[i];
            means.clairvoyant += clairvoyant[i];
        }
    }

    /// Cost of a path through the lattice, and the same less increments.
    fn follow(
        &self,
        cell: &Cell<'_>,
        i: usize,
        choose: impl Fn(&[Edge], &[Lane]) -> usize,
        mut visit: impl FnMut(usize),
    ) -> (f64, f64) {
        let (mut node, mut raw, mut net) = (0, 0.0, 0.0);
        for stage in &cell.lattice.stages {
            let edges = &stage.nodes[node].edges;
            let edge = &edges[choose(edges, &self.ahead)];
            raw += self.raw[edge.index][i];
            net += self.net[edge.index][i];
            visit(edge.index);
            node = edge.to;
        }
        (raw, net)
    }
}

/// The least sum of costs over all ways through the lattice, path by path.
fn least(lattice: &Lattice, costs: &[Lane]) -> Lane {
    let mut ahead: Vec<Lane> = Vec::new();
    for (at, stage) in lattice.stages.iter().enumerate().rev() {
        let last = at + 1 == lattice.stages.len();
        let of_node = |edges: &[Edge]| {
            let mut least = [f64::INFINITY; LANES];
            for edge in edges {
                for i in 0..LANES {
                    let next = if last { 0.0 } else { ahead[edge.to][i] };
                    least[i] = least[i].min(costs[edge.index][i] + next);
                }
            }
            least
        };
        ahead = stage.nodes.iter().map(|node| of_node(&node.edges)).collect();
    }
    ahead[0]
}
