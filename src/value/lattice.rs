//! Decisions as a lattice, and what each of them costs.
//!
//! A *stage* begins with a month before which something may be decided; it lasts until the next such
//! month. A *node* is what earlier decisions have left. An *edge* is a decision at a node: what is
//! done as the stage opens, and the months that are billed until the next.
//!
//! [`Decisions`] says what edges cost on given paths. Contracts are one kind of it ([`super::deal`]);
//! any other problem of exercise, as an option on a price, can be put in its place: everything that
//! fits policies and bounds them sees nothing else.

use crate::ledger::{Ledger, Mark};
use crate::path::PathBlock;
use crate::rng::{LANES, Lane};
use crate::settle::Prices;

/// All decisions, from the first month to the last.
#[derive(Clone, Debug)]
pub struct Lattice {
    /// Stages in the order of their months; the first opens with the study and decides nothing.
    pub stages: Vec<Stage>,
    /// Number of edges.
    pub edges: usize,
    /// Whether decisions leave the same on all paths: the units of edges, or an end.
    pub(super) has_certain_exercises: bool,
    /// The months and units that occur, if they alone make a month's bill; otherwise none.
    pub(super) bills: Vec<(usize, f64)>,
}

/// Months between two decisions.
#[derive(Clone, Debug)]
pub struct Stage {
    /// First month, from 0 of the study.
    pub open: usize,
    /// The month after the last.
    pub close: usize,
    /// What earlier decisions may have left.
    pub nodes: Vec<Node>,
}

/// What earlier decisions have left.
#[derive(Clone, Debug)]
pub struct Node {
    /// Exercises of each right so far, whole or in part.
    pub used: Vec<usize>,
    /// Units of the month that has closed, under all that is declared, whether its notice is over or
    /// not.
    pub units: f64,
    /// What may be done; the first does nothing.
    pub edges: Vec<Edge>,
}

/// A decision.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Its number among all edges.
    pub index: usize,
    /// Rights exercised.
    pub marks: Mark,
    /// The node of the next stage that it leads to; of the last stage, nowhere.
    pub to: usize,
    /// Whether the first to lead to that node.
    pub(super) walks_on: bool,
    /// Units of the month that has closed, under all that is declared by then and now.
    pub units: f64,
    /// Units reserved in each of the stage's months.
    pub reserved: Vec<f64>,
    /// Whether the contract has ended, in each of the stage's months.
    pub(super) ended: Vec<bool>,
    /// The bill of each of the stage's months among those of the lattice, where it has them.
    pub(super) bills: Vec<usize>,
}

impl Stage {
    /// Whether policies differ here. Where they do not, what comes as a surprise does so to all of
    /// them, and tells nothing of how far one is from the best.
    pub(super) fn policies_differ(&self) -> bool {
        self.nodes.iter().map(|node| node.edges.len()).sum::<usize>() > 1
    }
}

impl Lattice {
    /// A lattice of given stages: of each the first month and the month after the last, and for
    /// each node the nodes of the next stage that its edges lead to. The first edge of a node does
    /// nothing; edges are numbered in this order.
    #[must_use]
    pub fn new(stages: &[(usize, usize, Vec<Vec<usize>>)]) -> Self {
        let mut edges = 0;
        let mut edge = |to: &usize| {
            edges += 1;
            Edge {
                index: edges - 1,
                marks: 0,
                to: *to,
                walks_on: false,
                units: 0.0,
                reserved: Vec::new(),
                ended: Vec::new(),
                bills: Vec::new(),
            }
        };
        let mut node = |ways: &Vec<usize>| Node {
            used: Vec::new(),
            units: 0.0,
            edges: ways.iter().map(&mut edge).collect(),
        };
        let stages = stages
            .iter()
            .map(|(open, close, nodes)| Stage {
                open: *open,
                close: *close,
                nodes: nodes.iter().map(&mut node).collect(),
            })
            .collect();
        Self { stages, edges, has_certain_exercises: false, bills: Vec::new() }
    }
}

/// What a decision expects of those that come after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Later {
    /// The best.
    Best,
    /// Nothing is done any more: the first edge of every node.
    Nothing,
}

/// What expected costs are found for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To decide by.
    Policy,
    /// And to bound what any policy can save. By regression this takes fits of every month of a stage,
    /// which are most of its work; by a known law, nothing more.
    Bound,
}

/// What edges cost.
pub trait Decisions: Copy + Sync {
    /// Calls `visit` once for every edge, in any order, with its stage and what each month of the
    /// stage costs on each path, in present value, USD. What month `t` costs may depend on all that
    /// the paths say of months up to `t`, and on nothing later.
    fn bill(
        &self,
        lattice: &Lattice,
        paths: &PathBlock,
        scratch: &mut Scratch,
        visit: &mut dyn FnMut(usize, &Edge, &[Lane]),
    );
}

/// Buffers that decisions writes on, the same for all blocks of paths.
#[derive(Clone, Debug)]
pub struct Scratch {
    /// Prices of the block.
    pub prices: Prices,
    /// What is settled.
    pub ledger: Ledger,
    /// What the months of a stage cost.
    pub months: Vec<Lane>,
    /// What months cost by their units.
    pub(super) bills: Vec<Lane>,
}

impl Scratch {
    /// Buffers for so many months.
    #[must_use]
    pub fn new(months: usize) -> Self {
        Self {
            prices: Prices::default(),
            ledger: Ledger::new(months),
            months: Vec::new(),
            bills: Vec::new(),
        }
    }
}

/// The sum of what some months cost, on each path.
#[must_use]
pub fn sum(months: &[Lane]) -> Lane {
    let mut sum = [0.0; LANES];
    for month in months {
        for i in 0..LANES {
            sum[i] += month[i];
        }
    }
    sum
}
