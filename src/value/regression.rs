//! The best decisions for any model, by regression on training paths.
//!
//! From the last stage to the first, the realized cost of every edge and of what the fitted policy
//! does after it is regressed twice (Longstaff and Schwartz 2001, for several rights with one value
//! function per node as Meinshausen and Hambly 2004): on what is seen when the stage opens, which
//! gives the policy; and on that and what is seen in each month of the stage, which gives the function
//! whose surprises make the martingale of the upper bound. The costs are realized ones, not fitted, so
//! that errors of one stage do not add up in the next.

use super::lattice::{Decisions, Edge, Later, Lattice, Purpose, Scratch, Stage, sum};
use super::training::Training;
use crate::path::PathModel;
use crate::rng::{LANES, Lane};
use crate::simd::kernel;
use rayon::prelude::*;
use std::ops::Range;

/// Fitted expected costs.
#[derive(Clone, Debug)]
pub struct Regression {
    /// Per edge: weights of the functions seen in the month before the stage opens.
    ahead: Vec<Vec<f64>>,
    /// Per edge: weights of the functions seen in each month of the stage; none where all policies do
    /// the same, or if it was fitted for a policy alone.
    during: Vec<Vec<Vec<f64>>>,
    /// Months as which stages open with nothing that tells one training path from another.
    pub blind: Vec<usize>,
}

impl Regression {
    /// Fits the decisions of a lattice.
    #[must_use]
    pub fn of<B: Decisions>(
        lattice: &Lattice,
        decisions: B,
        (later, purpose): (Later, Purpose),
        model: &PathModel,
        training: &Training,
    ) -> Self {
        let costs = realized(lattice, decisions, model, training);
        let mut fit = Self {
            ahead: vec![Vec::new(); lattice.edges],
            during: vec![Vec::new(); lattice.edges],
            blind: Vec::new(),
        };
        let mut after: Vec<Vec<Lane>> = Vec::new();
        for (at, stage) in lattice.stages.iter().enumerate().rev() {
            let last = at + 1 == lattice.stages.len();
            let total = |edge: &&Edge| -> Vec<Lane> {
                let own = costs.iter().map(|block| block[edge.index]);
                if last {
                    return own.collect();
                }
                own.zip(&after[edge.to]).map(|(a, b)| add(&a, b)).collect()
            };
            let edges: Vec<&Edge> = stage.nodes.iter().flat_map(|node| &node.edges).collect();
            let totals: Vec<Vec<Lane>> = edges.par_iter().map(total).collect();
            fit.learn(training, stage, purpose, (&edges, &totals));
            let mut totals = totals.into_iter();
            after = stage
                .nodes
                .iter()
                .map(|node| {
                    let mut totals: Vec<_> = totals.by_ref().take(node.edges.len()).collect();
                    if later == Later::Nothing {
                        totals.truncate(1);
                    }
                    fit.chosen(training, stage.open, &node.edges, totals)
                })
                .collect();
        }
        fit
    }

    /// Fits what a stage's edges cost from there on.
    fn learn(
        &mut self,
        training: &Training,
        stage: &Stage,
        purpose: Purpose,
        (edges, totals): (&[&Edge], &[Vec<Lane>]),
    ) {
        if purpose == Purpose::Bound && stage.policies_differ() {
            let months = during(stage);
            let own = stage.open - months.start;
            let weights = training.design(months).fit(&training.seen, totals);
            for (edge, mut weights) in edges.iter().zip(weights) {
                self.during[edge.index] = weights.split_off(own);
            }
        }
        let Some(months) = before(stage) else { return };
        let design = training.design(months);
        if design.is_blind() {
            self.blind.push(stage.open);
        }
        for (edge, weights) in edges.iter().zip(design.fit(&training.seen, totals)) {
            self.ahead[edge.index] = weights.concat();
        }
    }

    /// Months whose equations the fit of a lattice takes.
    pub(super) fn months(
        lattice: &Lattice,
        purpose: Purpose,
    ) -> impl Iterator<Item = Range<usize>> {
        let bounded = move |stage: &Stage| purpose == Purpose::Bound && stage.policies_differ();
        let bound = move |stage: &Stage| bounded(stage).then(|| during(stage));
        lattice.stages.iter().flat_map(move |stage| bound(stage).into_iter().chain(before(stage)))
    }

    /// The cost of the decision that looks best, on each training path.
    fn chosen(
        &self,
        training: &Training,
        open: usize,
        edges: &[Edge],
        mut totals: Vec<Vec<Lane>>,
    ) -> Vec<Lane> {
        if totals.len() == 1 {
            return totals.swap_remove(0);
        }
        (0..training.seen.len())
            .into_par_iter()
            .map(|block| {
                let seen = &training.seen[block][open - 1];
                let ahead: Vec<Lane> = edges.iter().map(|edge| self.ahead(edge, seen)).collect();
                std::array::from_fn(|i| {
                    let mut best = 0;
                    for k in 1..edges.len() {
                        if ahead[k][i] < ahead[best][i] {
                            best = k;
                        }
                    }
                    totals[best][block][i]
                })
            })
            .collect()
    }

    /// Expected cost of an edge, given what is seen in the month before.
    #[must_use]
    pub fn ahead(&self, edge: &Edge, seen: &[Lane]) -> Lane {
        weighted(&self.ahead[edge.index], seen)
    }

    /// The fitted cost of an edge in month `month` of its stage; none where there is no such fit.
    #[must_use]
    pub fn during(&self, edge: &Edge, month: usize, seen: &[Lane]) -> Option<Lane> {
        Some(weighted(self.during[edge.index].get(month)?, seen))
    }
}

fn add(a: &Lane, b: &Lane) -> Lane {
    std::array::from_fn(|i| a[i] + b[i])
}

kernel! {
    fn weighted(weights: &[f64], rows: &[Lane]) -> Lane {
        let mut sum = [0.0; LANES];
        for (weight, row) in weights.iter().zip(rows) {
            for i in 0..LANES {
                sum[i] += weight * row[i];
            }
        }
        sum
    }
}

/// What is known as a stage opens is no surprise in it: the month before is among its own.
fn during(stage: &Stage) -> Range<usize> {
    stage.open.saturating_sub(1)..stage.close
}

/// What a decision goes by: the month before the stage; none where nothing is decided yet.
fn before(stage: &Stage) -> Option<Range<usize>> {
    stage.open.checked_sub(1).map(|month| month..stage.open)
}

/// What every edge costs on every training path: block, edge.
fn realized<B: Decisions>(
    lattice: &Lattice,
    decisions: B,
    model: &PathModel,
    training: &Training,
) -> Vec<Vec<Lane>> {
    let scratch = || Scratch::new(model.months());
    training.on_blocks(model, scratch, |scratch, paths| {
        let mut costs = vec![[0.0; LANES]; lattice.edges];
        decisions.bill(lattice, paths, scratch, &mut |_, edge, months| {
            costs[edge.index] = sum(months);
        });
        costs
    })
}
