//! The best decisions where load and on-demand price both follow a known law, by a dynamic program on a
//! grid of the two. Nothing is drawn: it checks the bounds that regressions give.
//!
//! ```text
//! f(edge, t, s) = bill of month t in state s + Q(edge, t + 1, s)         s: load and price of month t
//! Q(edge, t, s) = E[f(edge, t, S(t)) | S(t - 1) = s] + late(edge, t, s)
//! U(node, s)    = min over edges of Q(edge, first month, s)
//! ```
//!
//! as for the load alone ([`super::solution`]).
//!
//! | module | what |
//! |---|---|
//! | [`law`] | loads and prices that follow a known law together |
//! | `field` | functions of both, and their expectations a month ahead |
//! | `bills` | what decisions cost at the knots |

mod bills;
mod field;
pub mod law;

use super::lattice::{Decisions, Edge, Lattice, Stage};
use crate::path::PathBlock;
use bills::{Billed, Bills};
use field::{Grid, least, size};
use law::Law;
use rayon::prelude::*;
use std::collections::HashMap;

/// Most edges of a lattice: beyond, the program would take longer than anyone waits.
pub const MOST_EDGES: usize = 1_000;

/// Why decisions cannot be valued on a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// There are more than [`MOST_EDGES`].
    TooMany,
    /// What a month costs is no sum of a part that depends on its own load and price and one that
    /// depends on those of the month before; or something else is uncertain.
    Entangled,
}

/// Whether what months cost may be taken from a grid; of the paths of `calm` all but load and price is
/// taken.
#[must_use]
pub fn fits<B: Decisions>(lattice: &Lattice, decisions: B, law: &Law, calm: &PathBlock) -> bool {
    let billed = Billed { lattice, decisions, law, calm };
    let (places, months) = billed.places();
    billed.looks_back(&places, &months).is_ok()
}

/// The expected cost of the best decisions, USD, on a grid with `fineness` knots in a standard
/// deviation of a month; of the paths of `calm` all but load and price is taken.
///
/// # Errors
/// If there are too many decisions, or their costs do not [fit](fits).
pub fn expected_cost<B: Decisions>(
    lattice: &Lattice,
    decisions: B,
    law: &Law,
    calm: &PathBlock,
    fineness: f64,
) -> Result<f64, Unfit> {
    if lattice.edges > MOST_EDGES {
        return Err(Unfit::TooMany);
    }
    let grid = Grid::new(law, fineness);
    let bills = Billed { lattice, decisions, law, calm }.bills(&grid)?;
    let program = Program { law, grid, bills };
    let ahead = lattice
        .stages
        .iter()
        .rev()
        .fold(None, |ahead, stage| Some(program.stage(stage, ahead.as_ref())));
    Ok(ahead.map_or(0.0, |ahead| ahead.values[ahead.of[0]][0]))
}

/// Functions of a month's state, and which of them belongs to each node or edge of a stage.
struct Functions {
    values: Vec<Vec<f64>>,
    of: Vec<usize>,
}

struct Program<'a> {
    law: &'a Law,
    grid: Grid,
    bills: Bills,
}

impl Program<'_> {
    /// Expected costs at the nodes of a stage as it opens, from those of the next as that does.
    fn stage(&self, stage: &Stage, ahead: Option<&Functions>) -> Functions {
        let edges: Vec<&Edge> = stage.nodes.iter().flat_map(|node| &node.edges).collect();
        let mut next = match ahead {
            Some(ahead) => Functions {
                values: ahead.values.clone(),
                of: edges.iter().map(|edge| ahead.of[edge.to]).collect(),
            },
            None => Functions {
                values: vec![vec![0.0; size(self.grid.sides[stage.close - 1])]],
                of: vec![0; edges.len()],
            },
        };
        for t in (stage.open..stage.close).rev() {
            next = self.month(t, stage.open, &edges, &next);
        }
        let mut first = 0;
        let chosen = stage.nodes.iter().map(|node| {
            let mut own = next.of[first..first + node.edges.len()].to_vec();
            first += node.edges.len();
            own.sort_unstable();
            own.dedup();
            own
        });
        let (chosen, of) = alike(chosen);
        let sides = self.grid.before(stage.open);
        let of_node = |own: &Vec<usize>| {
            let all: Vec<&[f64]> = own.iter().map(|k| &next.values[*k][..]).collect();
            least(&all, sides)
        };
        Functions { values: chosen.par_iter().map(of_node).collect(), of }
    }

    /// Expected costs of edges from month `t` on, from those of the month after.
    fn month(&self, t: usize, open: usize, edges: &[&Edge], next: &Functions) -> Functions {
        let late = |place: usize| self.bills.late.as_ref().map(|late| late.of[place]);
        let parts = edges.iter().zip(&next.of).map(|(edge, next)| {
            let place = self.bills.place(edge, t - open);
            (self.bills.own.of[place], late(place), *next)
        });
        let (parts, of) = alike(parts);
        let earlier = |(own, late, after): &(usize, Option<usize>, usize)| {
            let (bill, after) = (&self.bills.own.values[*own], &next.values[*after]);
            let costs: Vec<f64> =
                bill.iter().zip(after).map(|(bill, after)| bill + after).collect();
            let mut costs = self.grid.expected(self.law, t, &costs);
            if let (Some(late), Some(tables)) = (late, &self.bills.late) {
                for (cost, late) in costs.iter_mut().zip(&tables.values[*late]) {
                    *cost += late;
                }
            }
            costs
        };
        Functions { values: parts.par_iter().map(earlier).collect(), of }
    }
}

/// Each different item once, and the place of every item among them.
fn alike<T: Clone + Eq + std::hash::Hash>(all: impl Iterator<Item = T>) -> (Vec<T>, Vec<usize>) {
    let (mut once, mut known) = (Vec::new(), HashMap::new());
    let of = all.map(|item| {
        *known.entry(item.clone()).or_insert_with(|| {
            once.push(item);
            once.len() - 1
        })
    });
    let of = of.collect();
    (once, of)
}
