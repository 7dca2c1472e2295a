//! Simulated futures, a block of paths at a time, and the points that they come from.

use super::leading::LeadingScratch;
use crate::rng::{Block, Lane};

/// Which points the paths come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Points {
    /// Independent pseudo-random paths.
    Pseudo,
    /// Independent replicates of scrambled nets of `2^log2_points` points.
    Quasi {
        /// Number of replicates.
        replicates: u32,
        /// Binary logarithm of the points of a replicate.
        log2_points: u32,
    },
}

/// A block of simulated futures: series by month, one element per path.
#[derive(Clone, Debug)]
pub struct PathBlock {
    /// Where the block lies in its run; none on the paths of a pilot.
    pub of_run: Option<Block>,
    /// Values of the parameters; read them with [`Param::of`](crate::param::Param::of).
    pub params: Vec<Lane>,
    /// Mean load of each month, in units.
    pub load: Vec<Lane>,
    /// On-demand list price of a fully used unit in each month, USD per unit-month.
    pub on_demand: Vec<Lane>,
    /// The same price when the study starts.
    pub start: Lane,
    /// What a unit's tokens are worth in each month relative to those of today's unit, at the same
    /// prices; empty where that never changes.
    pub unit_value: Vec<Lane>,
    /// Bills of each month apart from the units, USD; empty where there are none.
    pub apart: Vec<Lane>,
    /// Share of each workload in the load of each month; empty where they are the same on every path.
    pub mix: Vec<Vec<Lane>>,
    /// Quantities of mean zero, by which means are corrected: filled in where there is room for all
    /// of the model's, [`PathModel::controls`](super::PathModel::controls).
    pub controls: Vec<Lane>,
    pub(super) rows: Vec<Vec<Lane>>,
    pub(super) scratch: Vec<Lane>,
    pub(super) calm: Vec<Lane>,
    pub(super) correlated: Vec<Lane>,
    pub(super) leading: LeadingScratch,
    /// The paths of the models that go along, from the same draws.
    pub companions: Vec<Self>,
}

impl PathBlock {
    /// Takes the loads and prices of another block, which has as many months.
    pub(super) fn copy_future(&mut self, other: &Self) {
        self.load.copy_from_slice(&other.load);
        self.on_demand.copy_from_slice(&other.on_demand);
        self.start = other.start;
        self.unit_value.copy_from_slice(&other.unit_value);
        self.apart.copy_from_slice(&other.apart);
        self.mix.clone_from_slice(&other.mix);
    }
}
