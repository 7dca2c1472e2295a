//! When the fitted policy exercises, and what it leaves of the units month by month.

use super::parts::quantile;
use super::sets::{Appraiser, Sets};
use super::trigger::At;
use super::{T31, estimate};
use crate::ledger::{MOST_RIGHTS, parts};
use crate::path::Points;
use crate::results::appraisal::{MonthUnits, RightAtWindow, WindowWorth};
use crate::rng::{Block, LANES};
use crate::stats::Estimate;
use crate::value::bounds::REPLICATES;
use crate::value::lattice::{Edge, Node, Stage};

/// Least probability of standing at a node whose trigger is told.
const SELDOM: f64 = 5e-4;

impl Appraiser<'_> {
    /// Every window with its rights.
    pub(super) fn windows(&self, sets: &Sets<'_>) -> Vec<WindowWorth> {
        let stages = sets.cell.lattice.stages.iter().skip(1);
        stages
            .map(|stage| {
                let decided = stage.nodes.iter().flat_map(|node| &node.edges);
                let marks = decided.fold(0, |all, edge| all | edge.marks);
                let places = (0..MOST_RIGHTS).filter(|place| parts(marks, *place) > 0);
                let rights = places.map(|place| self.right(sets, stage, place)).collect();
                WindowWorth { month: stage.open, rights }
            })
            .filter(|window| !window.rights.is_empty())
            .collect()
    }

    fn right(&self, sets: &Sets<'_>, stage: &Stage, place: usize) -> RightAtWindow {
        let contract = sets.cell.deal.terms.contract;
        let names = super::request::names(&contract.clauses);
        let mut rights =
            (0..contract.clauses.len()).filter(|i| contract.clauses[*i].get().right().is_some());
        let clause = rights.nth(place).map_or_else(String::new, |i| names[i].clone());
        let edges = || stage.nodes.iter().flat_map(|node| &node.edges);
        let share = |visits: &Vec<u64>| {
            let taken = edges().filter(|e| parts(e.marks, place) > 0).map(|e| visits[e.index]);
            taken.sum::<u64>() as f64 / edges().map(|e| visits[e.index]).sum::<u64>() as f64
        };
        let mut triggers = Vec::new();
        for node in &stage.nodes {
            let probability = standing(sets, stage, node);
            if probability.value >= SELDOM {
                let at = At { stage, node, place };
                let boundary = at.boundary(&self.setting.fitter, &sets.cell.fit);
                triggers.extend(boundary.map(|boundary| at.trigger(boundary, probability)));
            }
        }
        RightAtWindow { clause, probability: estimate(sets.all.visits.iter().map(share)), triggers }
    }

    /// Load and units month by month.
    pub(super) fn months(&self, sets: &Sets<'_>) -> Vec<MonthUnits> {
        let loads = self.loads();
        let mut months = Vec::new();
        for stage in &sets.cell.lattice.stages {
            let edges: Vec<&Edge> = stage.nodes.iter().flat_map(|node| &node.edges).collect();
            for t in stage.open..stage.close {
                let mean = |visits: &Vec<u64>| {
                    let units =
                        edges.iter().map(|e| visits[e.index] as f64 * e.reserved[t - stage.open]);
                    units.sum::<f64>() / edges.iter().map(|e| visits[e.index]).sum::<u64>() as f64
                };
                months.push(MonthUnits {
                    month: t + 1,
                    load: loads[t],
                    units: estimate(sets.all.visits.iter().map(mean)),
                    units_never: stage.nodes[0].edges[0].reserved[t - stage.open],
                });
            }
        }
        months
    }

    /// P10, P50 and P90 of the load in each month.
    fn loads(&self) -> Vec<[Estimate; 3]> {
        const BLOCKS: u64 = 128;
        let model = &self.study.model;
        let sampler = model.sampler(Points::Pseudo, self.draws.seed, "loads");
        let mut paths = model.block();
        let mut loads = vec![Vec::new(); model.months()];
        for block in 0..BLOCKS {
            let at = Block { replicate: 0, first: block * LANES as u64 };
            model.generate(&*sampler, Points::Pseudo, at, &mut paths);
            for (all, load) in loads.iter_mut().zip(&paths.load) {
                all.extend(load);
            }
        }
        let batch = BLOCKS as usize * LANES / REPLICATES as usize;
        let of_month = |loads: Vec<f64>| {
            [0.1, 0.5, 0.9].map(|p| {
                let error = estimate(loads.chunks(batch).map(|some| quantile(some, p)));
                Estimate::symmetric(quantile(&loads, p), error.standard_error, T31)
            })
        };
        loads.into_iter().map(of_month).collect()
    }
}

/// Probability that the fitted policy comes to a node.
fn standing(sets: &Sets<'_>, stage: &Stage, node: &Node) -> Estimate {
    let count = |visits: &Vec<u64>, node: &Node| -> u64 {
        node.edges.iter().map(|edge| visits[edge.index]).sum()
    };
    let share = |visits: &Vec<u64>| {
        let all: u64 = stage.nodes.iter().map(|node| count(visits, node)).sum();
        count(visits, node) as f64 / all as f64
    };
    estimate(sets.all.visits.iter().map(share))
}
