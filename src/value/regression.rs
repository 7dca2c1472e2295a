//! The best decisions for any model, by regression on training paths.
//!
//! From the last stage to the first, the realized cost of every edge and of what the fitted policy
//! does after it is regressed twice (Longstaff and Schwartz 2001, for several rights with one value
//! function per node as Meinshausen and Hambly 2004): on what is seen when the stage opens, which
//! gives the policy; and on that and what is seen in each month of the stage, which gives the function
//! whose surprises make the martingale of the upper bound. The costs are realized ones, not fitted, so
//! that errors of one stage do not add up in the next.

use super::basis::{Basis, Extra, Seen};
use super::lattice::{Decisions, Edge, Later, Lattice, Scratch, sum};
use crate::path::{PathBlock, PathModel, Points};
use crate::rng::{Block, LANES, Lane, Sampler};
use crate::simd::kernel;

/// Fitted expected costs.
#[derive(Clone, Debug)]
pub struct Regression {
    /// Per edge: weights of the functions seen in the month before the stage opens.
    ahead: Vec<Vec<f64>>,
    /// Per edge: weights of the functions seen in each month of the stage.
    during: Vec<Vec<Vec<f64>>>,
    /// Months as which stages open with nothing that tells one training path from another.
    pub blind: Vec<usize>,
}

/// Paths to learn from, with what is seen on them.
pub struct Training {
    /// Number of blocks.
    pub blocks: u64,
    /// The functions.
    pub basis: Basis,
    /// Their values: block, month, function.
    seen: Vec<Vec<Vec<Lane>>>,
    /// Training paths share no draw with those that value.
    sampler: Box<dyn Sampler>,
}

impl Training {
    /// Learns the basis from `blocks` blocks of paths; `extra` are functions beside the usual ones.
    #[must_use]
    pub fn new(model: &PathModel, seed: u64, blocks: u64, extra: &[Extra]) -> Self {
        let sampler = model.sampler(Points::Pseudo, seed, "training");
        let mut paths = model.block();
        let mut all = Seen::default();
        for block in 0..blocks {
            generate(model, &*sampler, block, &mut paths);
            all.push(&paths);
        }
        let basis = Basis::of(&all, extra);
        let mut seen = Vec::with_capacity(blocks as usize);
        for block in 0..blocks {
            generate(model, &*sampler, block, &mut paths);
            let mut rows = Vec::new();
            basis.write(&paths, basis.months(), &mut rows);
            seen.push(rows);
        }
        Self { blocks, basis, seen, sampler }
    }
}

impl Training {
    /// The functions' values in a month, block by block.
    pub fn seen(&self, month: usize) -> impl Iterator<Item = &[Lane]> {
        self.seen.iter().map(move |block| block[month].as_slice())
    }
}

fn generate(model: &PathModel, sampler: &dyn Sampler, block: u64, paths: &mut PathBlock) {
    let at = Block { replicate: 0, first: block * LANES as u64 };
    model.generate(sampler, Points::Pseudo, at, paths);
}

impl Regression {
    /// Fits the decisions of a lattice.
    #[must_use]
    pub fn of<B: Decisions>(
        lattice: &Lattice,
        decisions: B,
        later: Later,
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
            let before = Design::new(training, stage.open.checked_sub(1).into_iter().collect());
            // What was known as the stage opened is no surprise in it.
            let known = stage.open.saturating_sub(1);
            let during = Design::new(training, (known..stage.close).collect());
            if stage.open > 0 && before.kept.len() == 1 {
                fit.blind.push(stage.open);
            }
            let total = |edge: &Edge| -> Vec<Lane> {
                let own = &costs[edge.index];
                if last {
                    return own.clone();
                }
                own.iter().zip(&after[edge.to]).map(|(a, b)| add(a, b)).collect()
            };
            after = stage
                .nodes
                .iter()
                .map(|node| {
                    let mut totals: Vec<Vec<Lane>> = node.edges.iter().map(total).collect();
                    for (edge, total) in node.edges.iter().zip(&totals) {
                        fit.during[edge.index] =
                            during.fit(training, total).split_off(stage.open - known);
                        if stage.open > 0 {
                            fit.ahead[edge.index] = before.fit(training, total).concat();
                        }
                    }
                    if later == Later::Nothing {
                        totals.truncate(1);
                    }
                    fit.chosen(training, stage.open, &node.edges, totals)
                })
                .collect();
        }
        fit
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
        (0..training.blocks as usize)
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

    /// The fitted cost of an edge in month `month` of its stage.
    #[must_use]
    pub fn during(&self, edge: &Edge, month: usize, seen: &[Lane]) -> Lane {
        weighted(&self.during[edge.index][month], seen)
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

/// What every edge costs on every training path.
fn realized<B: Decisions>(
    lattice: &Lattice,
    decisions: B,
    model: &PathModel,
    training: &Training,
) -> Vec<Vec<Lane>> {
    let mut costs = vec![Vec::with_capacity(training.blocks as usize); lattice.edges];
    let (mut paths, mut scratch) = (model.block(), Scratch::new(model.months()));
    for block in 0..training.blocks {
        generate(model, &*training.sampler, block, &mut paths);
        decisions.bill(lattice, &paths, &mut scratch, &mut |_, edge, months| {
            costs[edge.index].push(sum(months));
        });
    }
    costs
}

/// The normal equations of some months' functions, factored once for all edges of a stage.
struct Design {
    months: Vec<usize>,
    /// Function numbers that are kept: position in the months, function.
    kept: Vec<(usize, usize)>,
    /// Lower triangle of the factor, row by row.
    factor: Vec<Vec<f64>>,
}

impl Design {
    fn new(training: &Training, months: Vec<usize>) -> Self {
        let all: Vec<(usize, usize)> = months
            .iter()
            .enumerate()
            .flat_map(|(m, t)| {
                // The constant is there once.
                (usize::from(m > 0)..training.basis.count(*t)).map(move |b| (m, b))
            })
            .collect();
        let gram = gram(training, &months, &all);
        let (mut kept, mut factor): (Vec<usize>, Vec<Vec<f64>>) = (Vec::new(), Vec::new());
        for k in 0..all.len() {
            // A step of Cholesky's method; a function that others explain to 1e-9 is left out.
            let mut row: Vec<f64> = Vec::with_capacity(kept.len() + 1);
            for (j, &other) in kept.iter().enumerate() {
                let dot: f64 = row.iter().zip(&factor[j]).map(|(a, b)| a * b).sum();
                row.push((gram[k][other] - dot) / factor[j][j]);
            }
            let left = gram[k][k] - row.iter().map(|x| x * x).sum::<f64>();
            if left > 1e-9 * gram[k][k] {
                row.push(left.sqrt());
                kept.push(k);
                factor.push(row);
            }
        }
        Self { months, kept: kept.into_iter().map(|k| all[k]).collect(), factor }
    }

    /// Weights by month and function for a value on every training path.
    fn fit(&self, training: &Training, value: &[Lane]) -> Vec<Vec<f64>> {
        let mut solution: Vec<f64> = self
            .kept
            .iter()
            .map(|&(m, b)| {
                let rows = training.seen.iter().map(|block| &block[self.months[m]][b]);
                product(&rows.collect::<Vec<_>>(), value)
            })
            .collect();
        for k in 0..solution.len() {
            let known: f64 = (0..k).map(|j| self.factor[k][j] * solution[j]).sum();
            solution[k] = (solution[k] - known) / self.factor[k][k];
        }
        for k in (0..solution.len()).rev() {
            let known: f64 = (k + 1..solution.len()).map(|j| self.factor[j][k] * solution[j]).sum();
            solution[k] = (solution[k] - known) / self.factor[k][k];
        }
        let mut weights: Vec<Vec<f64>> =
            self.months.iter().map(|t| vec![0.0; training.basis.count(*t)]).collect();
        for (&(m, b), weight) in self.kept.iter().zip(solution) {
            weights[m][b] = weight;
        }
        weights
    }
}

#[inline(always)]
fn dot(a: &Lane, b: &Lane) -> f64 {
    let mut sums = [0.0; 8];
    for (a, b) in a.chunks(8).zip(b.chunks(8)) {
        for k in 0..8 {
            sums[k] += a[k] * b[k];
        }
    }
    sums.iter().sum()
}

/// Products of all functions, summed over the training paths.
fn gram(training: &Training, months: &[usize], all: &[(usize, usize)]) -> Vec<Vec<f64>> {
    let mut gram = vec![vec![0.0; all.len()]; all.len()];
    for block in &training.seen {
        let rows: Vec<&Lane> = all.iter().map(|&(m, b)| &block[months[m]][b]).collect();
        add_products(&rows, &mut gram);
    }
    gram
}

kernel! {
    /// Adds the products of each row with those up to it.
    fn add_products(rows: &[&Lane], gram: &mut [Vec<f64>]) {
        for (k, (row, products)) in rows.iter().zip(gram).enumerate() {
            for (other, product) in rows[..=k].iter().zip(products) {
                *product += dot(row, other);
            }
        }
    }
}

kernel! {
    /// The product of a row with a value, summed over the training paths.
    fn product(rows: &[&Lane], value: &[Lane]) -> f64 {
        let mut sum = -0.0;
        for (row, value) in rows.iter().zip(value) {
            sum += dot(row, value);
        }
        sum
    }
}
