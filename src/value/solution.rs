//! The best decisions where the load follows a known law: expected costs at every node and load.
//!
//! ```text
//! f(edge, t, x) = bill of month t at load x + Q(edge, t + 1, x)          x: the load of month t
//! Q(edge, t, x) = E[f(edge, t, X(t)) | X(t - 1) = x] + late(edge, t, x)
//! U(node, x)    = min over edges of Q(edge, first month, x)
//! ```
//!
//! `Q` after a stage's last month is `U` of the node that the edge leads to, and 0 after the last
//! stage. The bill of a month is what the settlement says at each knot of the load's grid; `late` is
//! what it bills for the use of the month before, as a credit on the next bill does. Expectations of
//! what lies between the knots are exact ([`super::grid`]), so that
//!
//! ```text
//! d(edge, t) = f(edge, t, X(t)) - E[f(edge, t, X(t)) | X(t - 1)]
//! ```
//!
//! is a martingale increment whatever the settlement does between them: a finer grid makes bounds
//! tighter, none makes them wrong.

use super::gaussian::Law;
use super::grid::{Grid, Weights};
use super::lattice::{Decisions, Edge, Later, Lattice, Scratch};
use crate::math::exp;
use crate::path::PathBlock;
use crate::rng::{LANES, Lane};
use std::collections::HashMap;

/// Expected costs of all decisions on a grid of loads.
#[derive(Clone, Debug)]
pub struct Solution {
    /// The grid of the logarithm of the load, from its mean.
    pub grid: Grid,
    /// Where an edge's months begin, by its number.
    places: Vec<usize>,
    /// Bill and what follows, by edge and month.
    costs: Tables,
    /// Bills in an edge's first month for the use of the month before, by edge; none where there are
    /// none.
    late: Vec<Option<Vec<f64>>>,
}

/// Functions of the load by edge and month. Edges that differ in what was decided before have the same
/// where all that comes is the same: such months share a table.
#[derive(Clone, Debug, Default)]
struct Tables {
    /// The table of each edge's month.
    of: Vec<usize>,
    /// Month of each table, from 0 of the study.
    months: Vec<usize>,
    /// The tables.
    values: Vec<f64>,
}

impl Tables {
    /// Of each edge's month in turn the month and its values.
    fn new<'a>(all: impl Iterator<Item = (usize, &'a [f64])>) -> Self {
        let mut tables = Self::default();
        let mut known: HashMap<(usize, Vec<u64>), usize> = HashMap::new();
        for (month, values) in all {
            let key = (month, values.iter().map(|value| value.to_bits()).collect());
            let table = *known.entry(key).or_insert_with(|| {
                tables.months.push(month);
                tables.values.extend(values);
                tables.months.len() - 1
            });
            tables.of.push(table);
        }
        tables
    }
}

/// What is being solved: tables of every edge's month, one after the other.
struct Draft {
    grid: Grid,
    /// Where an edge's months begin, by its number.
    places: Vec<usize>,
    /// Bills; then with what follows.
    costs: Vec<f64>,
    /// Bills for the use of the month before.
    late: Vec<f64>,
}

/// Weights of the knots in a month, given each knot in the month before.
struct Transition {
    slope: f64,
    sd: f64,
    from: Vec<Weights>,
}

impl Transition {
    fn new(grid: &Grid, slope: f64, sd: f64) -> Self {
        let from = (0..grid.knots()).step_by(LANES).map(|first| {
            let means =
                std::array::from_fn(|i| slope * grid.knot((first + i).min(grid.knots() - 1)));
            let mut weights = Weights::default();
            grid.weights(&means, sd, &mut weights);
            weights
        });
        Self { slope, sd, from: from.collect() }
    }
}

impl Solution {
    /// Solves a lattice from its last stage to its first; `calm` is a block of paths, of which all
    /// but the load is taken. What a month costs may be the sum of a part that depends on its own
    /// load and one that depends on the load of the month before, and nothing else.
    #[must_use]
    pub fn of<B: Decisions>(
        lattice: &Lattice,
        decisions: B,
        later: Later,
        law: &Law,
        grid: Grid,
        calm: &PathBlock,
    ) -> Self {
        let mut places = vec![0; lattice.edges];
        let mut months = Vec::new();
        for stage in &lattice.stages {
            for edge in stage.nodes.iter().flat_map(|node| &node.edges) {
                places[edge.index] = months.len();
                months.extend(stage.open..stage.close);
            }
        }
        let table = vec![0.0; months.len() * grid.stride()];
        let mut draft = Draft { grid, places, late: table.clone(), costs: table };
        draft.bill(lattice, decisions, law, calm);
        draft.induce(lattice, later, law);
        let Draft { places, costs, late, .. } = draft;
        let first = |place: &usize| &late[place * grid.stride()..(place + 1) * grid.stride()];
        let late_of = |place| Some(first(place).to_vec()).filter(|t| t.iter().any(|x| *x != 0.0));
        Self {
            grid,
            late: places.iter().map(late_of).collect(),
            places,
            costs: Tables::new(months.into_iter().zip(costs.chunks(grid.stride()))),
        }
    }

    /// The number of the table of the stage's month `month` of an edge.
    #[must_use]
    pub fn table(&self, edge: &Edge, month: usize) -> usize {
        self.costs.of[self.places[edge.index] + month]
    }

    /// Of each table its month, from 0 of the study, and the bill of that month and all that follows,
    /// by load.
    pub fn tables(&self) -> impl Iterator<Item = (usize, &[f64])> {
        self.costs.months.iter().copied().zip(self.costs.values.chunks(self.grid.stride()))
    }

    /// Bills in the first month of an edge for the use of the month before, by the loads of that month.
    #[must_use]
    pub fn late(&self, edge: &Edge, x: &Lane) -> Lane {
        let values = |table: &Vec<f64>| self.grid.values(table, x);
        self.late[edge.index].as_ref().map_or([0.0; LANES], values)
    }

    /// Expected costs from month `open` on of an edge, where the loads of the month before deviate by
    /// `x`.
    #[must_use]
    pub fn cost_to_go(&self, edge: &Edge, law: &Law, open: usize, x: &Lane) -> Lane {
        let mut weights = Weights::default();
        self.grid.weights(&x.map(|x| law.slope[open] * x), law.sd[open], &mut weights);
        let at = self.table(edge, 0) * self.grid.stride();
        let mean = weights.expected(&self.costs.values[at..at + self.grid.stride()]);
        let late = self.late(edge, x);
        std::array::from_fn(|i| mean[i] + late[i])
    }
}

impl Draft {
    fn table(&self, edge: &Edge, month: usize) -> std::ops::Range<usize> {
        let stride = self.grid.stride();
        let at = (self.places[edge.index] + month) * stride;
        at..at + stride
    }

    /// Bills of all edges at all knots. Months take turns to move, so that what is billed for the
    /// month before is told from the rest.
    fn bill<B: Decisions>(&mut self, lattice: &Lattice, decisions: B, law: &Law, calm: &PathBlock) {
        let (grid, months) = (self.grid, calm.load.len());
        let mut paths = calm.clone();
        let mut scratch = Scratch::new(months);
        let level: Vec<f64> = law.mean.iter().map(|mean| exp(*mean)).collect();
        for first in (0..grid.knots()).step_by(LANES) {
            let factor: Lane =
                std::array::from_fn(|i| exp(grid.knot((first + i).min(grid.knots() - 1))));
            let lanes = LANES.min(grid.knots() - first);
            for parity in [0, 1, 2] {
                for t in 0..months {
                    let moves = parity < 2 && t % 2 == parity;
                    paths.load[t] =
                        factor.map(|factor| if moves { level[t] * factor } else { level[t] });
                }
                decisions.bill(lattice, &paths, &mut scratch, &mut |stage, edge, bills| {
                    for (month, bill) in bills.iter().enumerate() {
                        let t = lattice.stages[stage].open + month;
                        let at = self.table(edge, month).start + grid.pad + first;
                        // With the third part nothing moves: what both other parts have in common.
                        let (table, sign) = match parity {
                            2 => (&mut self.late, -1.0),
                            _ if t % 2 == parity => (&mut self.costs, 1.0),
                            _ => (&mut self.late, 1.0),
                        };
                        for i in 0..lanes {
                            table[at + i] += sign * bill[i];
                        }
                    }
                });
            }
        }
    }

    fn induce(&mut self, lattice: &Lattice, later: Later, law: &Law) {
        let grid = self.grid;
        let mut transition: Option<Transition> = None;
        let mut ahead: Vec<Vec<f64>> = Vec::new();
        for (at, stage) in lattice.stages.iter().enumerate().rev() {
            let last = at + 1 == lattice.stages.len();
            let edges: Vec<&Edge> = stage.nodes.iter().flat_map(|node| &node.edges).collect();
            let mut next: Vec<Vec<f64>> = edges
                .iter()
                .map(|edge| if last { vec![0.0; grid.knots()] } else { ahead[edge.to].clone() })
                .collect();
            for t in (stage.open..stage.close).rev() {
                let (slope, sd) = (law.slope[t], law.sd[t]);
                let step = match transition.take() {
                    Some(same) if same.slope == slope && same.sd == sd => same,
                    _ => Transition::new(&grid, slope, sd),
                };
                for (edge, next) in edges.iter().zip(&mut next) {
                    self.step_back(edge, t - stage.open, &step, next);
                }
                transition = Some(step);
            }
            let mut of_edge = next.into_iter();
            ahead = stage
                .nodes
                .iter()
                .map(|node| {
                    let all = of_edge.by_ref().take(node.edges.len());
                    let less = |a: Vec<f64>, b: Vec<f64>| match later {
                        Later::Best => a.iter().zip(&b).map(|(a, b)| a.min(*b)).collect(),
                        Later::Nothing => a,
                    };
                    all.reduce(less).expect("a node has an edge")
                })
                .collect();
        }
    }

    /// Adds what follows to a month's bill, and puts the expectation a month earlier in its place.
    fn step_back(&mut self, edge: &Edge, month: usize, step: &Transition, next: &mut [f64]) {
        let (grid, range) = (self.grid, self.table(edge, month));
        let costs = &mut self.costs[range.clone()];
        let late = &mut self.late[range];
        for (cost, next) in costs[grid.pad..].iter_mut().zip(next.iter()) {
            *cost += next;
        }
        grid.close_ends(costs);
        grid.close_ends(late);
        for ((next, weights), late) in
            next.chunks_mut(LANES).zip(&step.from).zip(late[grid.pad..].chunks(LANES))
        {
            let mean = weights.expected(costs);
            for (i, next) in next.iter_mut().enumerate() {
                *next = mean[i] + late[i];
            }
        }
    }
}
