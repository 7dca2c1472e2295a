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

use super::lattice::{Decisions, Edge, Lattice, Scratch, sum};
use super::regression::Regression;
use super::sight::{Lens, Sight};
use super::solution::Solution;
use crate::path::{PathBlock, PathModel, Points};
use crate::rng::{Block, LANES, Lane};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Independent replicates, whose spread gives the standard errors.
pub const REPLICATES: u32 = 32;

/// Decisions with what they cost and are expected to cost.
#[derive(Clone, Debug)]
pub struct Cell<B> {
    /// What is billed.
    pub deal: B,
    /// Its decisions.
    pub lattice: Lattice,
    /// Their expected costs.
    pub fit: Fit,
    /// Values of the parameters where all that the contract has are certain: contracts of different
    /// studies can then be settled on the same paths.
    pub params: Option<Vec<Lane>>,
}

/// Expected costs of decisions.
#[derive(Clone, Debug)]
pub enum Fit {
    /// Where the law of the load is known.
    Known(Solution),
    /// From training paths.
    Learned(Regression),
}

/// Which paths value.
#[derive(Clone, Copy, Debug)]
pub struct Draws {
    /// Seed of every draw.
    pub seed: u64,
    /// Binary logarithm of the paths in each of [`REPLICATES`] replicates.
    pub log2_points: u32,
    /// Blocks of fresh futures from each stage of each path, where the martingale takes them.
    pub inner: Option<u64>,
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
    /// By replicate: paths on which the policy takes each edge.
    pub visits: Vec<Vec<u64>>,
    /// By replicate: mean cost of each edge, whether taken or not, USD.
    pub edges: Vec<Vec<f64>>,
    /// Cost of each path under the fitted policy, USD.
    pub with_policy: Vec<f64>,
}

/// Values every cell on the same paths.
#[must_use]
pub fn value<B: Decisions>(
    model: &PathModel,
    lens: &Lens,
    cells: &[Cell<B>],
    draws: Draws,
) -> Vec<Found> {
    let log2_points = draws.log2_points.max(LANES.ilog2());
    // Futures branch from single draws, which quasi-random points have turned.
    let points = match draws.inner {
        Some(_) => Points::Pseudo,
        None => Points::Quasi { replicates: REPLICATES, log2_points },
    };
    let purpose = if draws.inner.is_some() { "bound" } else { "value" };
    let sampler = model.sampler(points, draws.seed, purpose);
    let blocks = (1u64 << log2_points) / LANES as u64;
    let chunk = blocks.min(if draws.inner.is_some() { 1 } else { 8 });
    let chunks = blocks / chunk;
    let units: Vec<(u32, u64)> =
        (0..REPLICATES).flat_map(|r| (0..chunks).map(move |c| (r, c))).collect();
    let opens = opens(cells);
    let done: Vec<Vec<Sums>> = units
        .par_iter()
        .map_init(
            || Worker::new(model, lens, cells),
            |worker, &(replicate, c)| {
                let mut sums: Vec<Sums> = cells.iter().map(Sums::new).collect();
                for block in c * chunk..(c + 1) * chunk {
                    let at = match points {
                        Points::Pseudo => u64::from(replicate) * blocks + block,
                        Points::Quasi { .. } => block,
                    };
                    let replicate = if points == Points::Pseudo { 0 } else { replicate };
                    let at = Block { replicate, first: at * LANES as u64 };
                    model.generate(&*sampler, points, at, &mut worker.paths);
                    worker.sight.look(lens, &worker.paths);
                    if let (Some(inner), Lens::Learned(basis)) = (draws.inner, lens) {
                        let futures = (draws.seed, inner);
                        worker.sight.branch(model, basis, (&*sampler, at), futures, &opens);
                    }
                    for (k, sums) in sums.iter_mut().enumerate() {
                        worker.cell((k, &cells[k]), sums);
                    }
                }
                sums
            },
        )
        .collect();
    let paths = (blocks * LANES as u64) as f64;
    (0..cells.len()).map(|k| Found::of(k, &cells[k], &done, chunks as usize, paths)).collect()
}

/// The months in which stages open where policies differ, each with the month after the last of them.
fn opens<B>(cells: &[Cell<B>]) -> Vec<(usize, usize)> {
    let mut all = BTreeMap::new();
    for stage in cells.iter().flat_map(|cell| &cell.lattice.stages).filter(|s| s.policies_differ())
    {
        let close = all.entry(stage.open).or_insert(stage.close);
        *close = stage.close.max(*close);
    }
    all.into_iter().collect()
}

impl Found {
    fn of<B>(k: usize, cell: &Cell<B>, done: &[Vec<Sums>], chunks: usize, paths: f64) -> Self {
        let mut found = Self::default();
        for replicate in done.chunks(chunks) {
            let mut means = Means::default();
            let mut visits = vec![0; cell.lattice.edges];
            let mut edges = vec![0.0; cell.lattice.edges];
            for sums in replicate.iter().map(|unit| &unit[k]) {
                means.add(&sums.means, 1.0 / paths);
                found.with_policy.extend(&sums.policy);
                for e in 0..cell.lattice.edges {
                    visits[e] += sums.visits[e];
                    edges[e] += sums.edges[e] / paths;
                }
            }
            found.means.push(means);
            found.visits.push(visits);
            found.edges.push(edges);
        }
        found
    }
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
    edges: Vec<f64>,
    policy: Vec<f64>,
}

impl Sums {
    fn new<B>(cell: &Cell<B>) -> Self {
        Self {
            means: Means::default(),
            visits: vec![0; cell.lattice.edges],
            edges: vec![0.0; cell.lattice.edges],
            policy: Vec::new(),
        }
    }
}

/// Buffers of a thread.
struct Worker {
    paths: PathBlock,
    /// Of each cell: a contract without rights leaves untouched what another wrote of rights.
    scratches: Vec<Scratch>,
    sight: Sight,
    costs: Costs,
}

/// What edges cost on each path of a block.
#[derive(Default)]
struct Costs {
    /// Bills.
    raw: Vec<Lane>,
    /// Bills less martingale increments.
    net: Vec<Lane>,
    /// Expected cost from the edge on, when it is decided.
    ahead: Vec<Lane>,
}

impl Worker {
    fn new<B>(model: &PathModel, lens: &Lens, cells: &[Cell<B>]) -> Self {
        let edges = cells.iter().map(|cell| cell.lattice.edges).max().unwrap_or(0);
        let rows = || vec![[0.0; LANES]; edges];
        Self {
            paths: model.block(),
            scratches: vec![Scratch::new(model.months()); cells.len()],
            sight: Sight::new(lens, model),
            costs: Costs { raw: rows(), net: rows(), ahead: rows() },
        }
    }

    /// Adds a cell's figures on the block.
    fn cell<B: Decisions>(&mut self, (k, cell): (usize, &Cell<B>), sums: &mut Sums) {
        let Self { paths, scratches, sight, costs } = self;
        if let Some(params) = &cell.params {
            paths.params.clone_from(params);
        }
        let stages = &cell.lattice.stages;
        sight.read(&cell.fit);
        cell.deal.bill(&cell.lattice, paths, &mut scratches[k], &mut |stage, edge, months| {
            let (open, close) = (stages[stage].open, stages[stage].close);
            let raw = sum(months);
            let surprise = sight.surprise(&cell.fit, edge, (open, close));
            costs.net[edge.index] = std::array::from_fn(|i| raw[i] - surprise[i]);
            costs.raw[edge.index] = raw;
            costs.ahead[edge.index] = sight.ahead(&cell.fit, edge, open);
        });
        costs.add(cell, sums);
    }
}

impl Costs {
    fn add<B>(&self, cell: &Cell<B>, sums: &mut Sums) {
        for (sum, net) in sums.edges.iter_mut().zip(&self.net) {
            *sum += net.iter().sum::<f64>();
        }
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
    fn follow<B>(
        &self,
        cell: &Cell<B>,
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
