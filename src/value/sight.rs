//! What is known of a block of paths as its months close, and what comes as a surprise.

use super::basis::Basis;
use super::bounds::Fit;
use super::branch::{Branch, Past};
use super::gaussian::Law;
use super::grid::{Grid, Weights};
use super::lattice::Edge;
use crate::math::ln;
use crate::path::{PathBlock, PathModel, Points};
use crate::rng::{Block, LANES, Lane, Sampler};

/// How paths are seen.
#[derive(Clone, Debug)]
pub enum Lens {
    /// By the load, whose law is known.
    Known(Law, Grid),
    /// By fitted functions of load and price.
    Learned(Basis),
}

/// A block of paths, seen.
pub enum Sight {
    /// By the load, whose law is known.
    Known {
        /// Deviation of the load's logarithm from its mean, by month.
        deviation: Vec<Lane>,
        /// Weights of the knots in each month, given the month before.
        weights: Vec<Weights>,
        /// What each table of the fit that was read is expected to say, given the month before, and by how
        /// much that is passed.
        readings: Vec<[Lane; 2]>,
    },
    /// By fitted functions.
    Learned {
        /// The functions' values by month.
        seen: Vec<Vec<Lane>>,
        /// Their expected values, as seen when a stage opens: by its first month, then by month.
        expected: Vec<Vec<Vec<Lane>>>,
        /// Fresh futures.
        futures: Box<PathBlock>,
        /// The functions on them.
        fresh: Vec<Vec<Lane>>,
    },
}

impl Sight {
    /// Buffers.
    #[must_use]
    pub fn new(lens: &Lens, model: &PathModel) -> Self {
        let months = model.months();
        match lens {
            Lens::Known(..) => Self::Known {
                deviation: vec![[0.0; LANES]; months],
                weights: vec![Weights::default(); months],
                readings: Vec::new(),
            },
            Lens::Learned(_) => Self::Learned {
                seen: Vec::new(),
                expected: vec![Vec::new(); months],
                futures: Box::new(model.block()),
                fresh: Vec::new(),
            },
        }
    }

    /// Looks at a block.
    ///
    /// # Panics
    /// Through another lens than it was made for.
    pub fn look(&mut self, lens: &Lens, paths: &PathBlock) {
        match (self, lens) {
            (Self::Known { deviation, weights, .. }, Lens::Known(law, grid)) => {
                let mut before = [0.0; LANES];
                for (t, load) in paths.load.iter().enumerate() {
                    grid.weights(&before.map(|x| law.slope[t] * x), law.sd[t], &mut weights[t]);
                    before = load.map(|load| ln(load) - law.mean[t]);
                    deviation[t] = before;
                }
            }
            (Self::Learned { seen, .. }, Lens::Learned(basis)) => {
                basis.write(paths, basis.months(), seen);
            }
            _ => unreachable!("a sight keeps its lens"),
        }
    }

    /// Reads a fit on the block that was looked at.
    pub fn read(&mut self, fit: &Fit) {
        let (Self::Known { deviation, weights, readings }, Fit::Known(solution)) = (self, fit)
        else {
            return;
        };
        readings.clear();
        readings.extend(solution.tables().map(|(t, table)| {
            let (came, mean) =
                (solution.grid.values(table, &deviation[t]), weights[t].expected(table));
            [mean, std::array::from_fn(|i| came[i] - mean[i])]
        }));
    }

    /// Expected values of the functions from fresh futures after each of the block's paths, where
    /// stages open; of each, `opens` has the first month and the one after the last.
    pub fn branch(
        &mut self,
        model: &PathModel,
        basis: &Basis,
        (sampler, block): (&dyn Sampler, Block),
        (seed, blocks): (u64, u64),
        opens: &[(usize, usize)],
    ) {
        let Self::Learned { expected, futures, fresh, .. } = self else { return };
        let past = Past::of(sampler, &model.steps(), block);
        for &(open, close) in opens {
            let inner = model.sampler(Points::Pseudo, seed, &format!("futures of {open}"));
            let rows = (open..close).map(|t| vec![[0.0; LANES]; basis.count(t)]);
            expected[open] = rows.collect();
            for lane in 0..LANES {
                let months = model.months();
                let branch = Branch { past: &past, lane, open, months, fresh: &*inner };
                for k in 0..blocks {
                    let first = ((block.first + lane as u64) * blocks + k) * LANES as u64;
                    let at = Block { replicate: 0, first };
                    model.generate(&branch, Points::Pseudo, at, futures);
                    basis.write(futures, open..close, fresh);
                    for (t, rows) in (open..close).zip(&mut expected[open]) {
                        for (mean, values) in rows.iter_mut().zip(&fresh[t]) {
                            mean[lane] +=
                                values.iter().sum::<f64>() / (blocks * LANES as u64) as f64;
                        }
                    }
                }
            }
        }
    }

    /// The expected cost of an edge of a stage that opens with month `open`, by the fit that was read.
    ///
    /// # Panics
    /// Where the fit is of another kind.
    #[must_use]
    pub fn ahead(&self, fit: &Fit, edge: &Edge, open: usize) -> Lane {
        match (self, fit) {
            (Self::Known { deviation, readings, .. }, Fit::Known(solution)) => {
                let before = if open == 0 { &[0.0; LANES] } else { &deviation[open - 1] };
                let [mean, _] = readings[solution.table(edge, 0)];
                let late = solution.late(edge, before);
                std::array::from_fn(|i| mean[i] + late[i])
            }
            (Self::Learned { .. }, Fit::Learned(_)) if open == 0 => [0.0; LANES],
            (Self::Learned { seen, .. }, Fit::Learned(fit)) => fit.ahead(edge, &seen[open - 1]),
            _ => unreachable!("a fit goes with its lens"),
        }
    }

    /// The martingale increments of an edge over the months of its stage, from `open` up to `close`, by
    /// the fit that was read: nothing where no futures were branched or all policies do the same.
    #[must_use]
    pub fn surprise(&self, fit: &Fit, edge: &Edge, (open, close): (usize, usize)) -> Lane {
        let mut sum = [0.0; LANES];
        for t in open..close {
            let one = self.surprise_of_month(fit, edge, (open, t));
            for i in 0..LANES {
                sum[i] += one[i];
            }
        }
        sum
    }

    fn surprise_of_month(&self, fit: &Fit, edge: &Edge, (open, t): (usize, usize)) -> Lane {
        let month = t - open;
        match (self, fit) {
            (Self::Known { readings, .. }, Fit::Known(solution)) => {
                readings[solution.table(edge, month)][1]
            }
            (Self::Learned { seen, expected, .. }, Fit::Learned(fit)) => {
                let Some(means) = expected[open].get(month) else { return [0.0; LANES] };
                let fitted = |seen: &[Lane]| fit.during(edge, month, seen);
                let Some((came, mean)) = fitted(&seen[t]).zip(fitted(means)) else {
                    return [0.0; LANES];
                };
                std::array::from_fn(|i| came[i] - mean[i])
            }
            _ => unreachable!("a fit goes with its lens"),
        }
    }
}
