//! Expected costs of decisions under a model: by the known law of its load, or by regression.

use super::basis::Extra;
use super::bounds::{Cell, Fit};
use super::gaussian::Law;
use super::grid::Grid;
use super::lattice::{Decisions, Later, Lattice, Purpose};
use super::regression::Regression;
use super::sight::Lens;
use super::solution::Solution;
use super::training::Training;
use crate::path::{PathBlock, PathModel, Points};
use crate::rng::{Block, LANES};
use rayon::prelude::*;

/// Knots of the load's grid in a standard deviation of its monthly change.
const FINENESS: f64 = 3.0;

/// What expected costs under a model are found with.
pub struct Fitter<'a> {
    model: &'a PathModel,
    /// How paths are seen.
    pub lens: Lens,
    /// Paths on which the shape of decisions is probed.
    pub probe: PathBlock,
    /// Paths that a regression learns from.
    pub training: Option<Training>,
}

impl<'a> Fitter<'a> {
    /// By the law of the load; none if it is not known. What a month costs must then depend on its own
    /// load and that of the month before alone, as [`Solution::of`] says.
    #[must_use]
    pub fn by_law(model: &'a PathModel, seed: u64) -> Option<Self> {
        let law = Law::of(model)?;
        let grid = grid(&law, FINENESS);
        let lens = Lens::Known(law, grid);
        Some(Self { model, lens, probe: probe(model, seed), training: None })
    }

    /// By regression on so many training paths; `extra` are functions beside the usual ones.
    #[must_use]
    pub fn by_regression(model: &'a PathModel, seed: u64, paths: u64, extra: &[Extra]) -> Self {
        let training = Training::new(model, seed, paths / LANES as u64, extra);
        let lens = Lens::Learned(training.basis.clone());
        Self { model, lens, probe: probe(model, seed), training: Some(training) }
    }

    /// Whether the law of the load is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        matches!(self.lens, Lens::Known(..))
    }

    /// Decisions with their expected costs.
    #[must_use]
    pub fn cell<B: Decisions>(&self, deal: B, lattice: Lattice, purpose: Purpose) -> Cell<B> {
        self.fitted((Later::Best, purpose), deal, lattice)
    }

    /// The same of several: what their fits have in common is made once, on all threads.
    #[must_use]
    pub fn cells<B: Decisions + Send>(
        &self,
        deals: Vec<(B, Lattice)>,
        purpose: Purpose,
    ) -> Vec<Cell<B>> {
        if let Some(training) = &self.training {
            let lattices = deals.iter().map(|(_, lattice)| lattice);
            training.prepare(lattices.flat_map(|l| Regression::months(l, purpose)));
        }
        deals.into_par_iter().map(|(deal, lattice)| self.cell(deal, lattice, purpose)).collect()
    }

    /// Decisions with the expected costs of who takes each for the last one.
    #[must_use]
    pub fn myopic<B: Decisions>(&self, deal: B, lattice: Lattice) -> Cell<B> {
        self.fitted((Later::Nothing, Purpose::Policy), deal, lattice)
    }

    fn fitted<B: Decisions>(
        &self,
        (later, purpose): (Later, Purpose),
        deal: B,
        lattice: Lattice,
    ) -> Cell<B> {
        let fit = match (&self.lens, &self.training) {
            (Lens::Known(law, grid), _) => {
                Fit::Known(Solution::of(&lattice, deal, later, law, *grid, &self.probe))
            }
            (Lens::Learned(_), Some(training)) => {
                Fit::Learned(Regression::of(&lattice, deal, (later, purpose), self.model, training))
            }
            (Lens::Learned(_), None) => unreachable!("a regression has paths to learn from"),
        };
        let params = self.is_known().then(|| self.model.parameters().certain_values());
        Cell { deal, lattice, fit, params }
    }

    /// The expected cost of the best decisions, by the law of the load alone, on a grid with
    /// `fineness` knots in a standard deviation of a month; none where the law is not known.
    pub fn solved<B: Decisions>(&self, deal: B, lattice: &Lattice, fineness: f64) -> Option<f64> {
        let Lens::Known(law, _) = &self.lens else { return None };
        let grid = grid(law, fineness);
        let solution = Solution::of(lattice, deal, Later::Best, law, grid, &self.probe);
        let root = &lattice.stages[0].nodes[0].edges[0];
        Some(solution.cost_to_go(root, law, 0, &[0.0; LANES])[0])
    }
}

/// A grid with so many knots in a standard deviation of a month's change.
#[must_use]
pub fn grid(law: &Law, fineness: f64) -> Grid {
    let largest = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
    Grid::new(largest(&law.sd) / fineness, largest(&law.spread), largest(&law.sd))
}

/// A block of the model's paths.
fn probe(model: &PathModel, seed: u64) -> PathBlock {
    let mut paths = model.block();
    let sampler = model.sampler(Points::Pseudo, seed, "probe");
    let first = Block { replicate: 0, first: 0 };
    model.generate(&*sampler, Points::Pseudo, first, &mut paths);
    paths
}
