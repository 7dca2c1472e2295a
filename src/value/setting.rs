//! A study made ready for valuation: the strategy, the lens through which paths are seen, and what
//! is learned from.

use super::bounds::{Cell, Fit};
use super::gaussian::Law;
use super::grid::Grid;
use super::lattice::{Deal, Lattice, TooMany};
use super::regression::{Regression, Training};
use super::sight::Lens;
use super::solution::Solution;
use crate::contract::Contract;
use crate::path::{PathBlock, PathModel, Points};
use crate::rng::{Block, LANES};
use crate::settle::{Prices, Terms, reprice};
use crate::study::Study;

/// Knots of the load's grid in a standard deviation of its monthly change.
const FINENESS: f64 = 3.0;

/// How expected costs are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// From the known law of the load where the model has one and no clause remembers more than a
    /// month, otherwise by regression.
    Auto,
    /// By regression.
    Regression,
}

/// A study made ready for valuation.
pub struct Setting<'a> {
    /// The study.
    pub study: &'a Study,
    /// The strategy whose bills are valued, as a position in the study.
    pub strategy: usize,
    /// How paths are seen.
    pub lens: Lens,
    /// Paths on which the shape of the decisions is probed.
    probe: PathBlock,
    training: Option<Training>,
}

impl<'a> Setting<'a> {
    /// Makes a study ready; `training` is the number of paths that a regression learns from.
    #[must_use]
    pub fn new(study: &'a Study, strategy: usize, method: Method, training: u64) -> Self {
        let model = &study.model;
        // What a clause remembers of earlier months is no function of the last one's load.
        let remembers = study.contract.uses(|hooks| hooks.remembers);
        let law = Law::of(model).filter(|_| method == Method::Auto && !remembers);
        let (lens, training) = match law {
            Some(law) => {
                let grid = grid(&law, FINENESS);
                (Lens::Known(law, grid), None)
            }
            None => {
                let training = Training::new(model, study.run.seed, training / LANES as u64);
                (Lens::Learned(training.basis.clone()), Some(training))
            }
        };
        Self { study, strategy, lens, probe: probe(model, study.run.seed), training }
    }

    /// Whether the law of the load is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        matches!(self.lens, Lens::Known(..))
    }

    /// A block of the study's paths.
    #[must_use]
    pub fn probe(&self) -> &PathBlock {
        &self.probe
    }

    /// The deal of a contract and a size.
    #[must_use]
    pub fn deal<'b>(&self, contract: &'b Contract, units: f64) -> Deal<'b>
    where
        'a: 'b,
    {
        let study = self.study;
        let terms = Terms { contract, ..study.terms() };
        Deal { terms, overflow: &study.strategies[self.strategy].overflow, units }
    }

    /// The decisions of a contract with their expected costs.
    ///
    /// # Errors
    /// If it leaves too many decisions.
    pub fn cell<'b>(&self, contract: &'b Contract, units: f64) -> Result<Cell<'b>, TooMany>
    where
        'a: 'b,
    {
        let deal = self.deal(contract, units);
        let mut prices = Prices::default();
        reprice(contract, &self.probe, &mut prices);
        let lattice = Lattice::of(deal, &self.probe, &prices)?;
        let fit = match (&self.lens, &self.training) {
            (Lens::Known(law, grid), _) => {
                Fit::Known(Solution::of(&lattice, deal, law, *grid, &self.probe, &prices))
            }
            (Lens::Learned(_), Some(training)) => {
                Fit::Learned(Regression::of(&lattice, deal, &self.study.model, training))
            }
            (Lens::Learned(_), None) => unreachable!("a regression has paths to learn from"),
        };
        let certain = || self.study.model.parameters().certain_values();
        let params = self.is_known().then(certain);
        Ok(Cell { deal, lattice, fit, params })
    }

    /// The expected cost of the best decisions, by the law of the load alone, on a grid with
    /// `fineness` knots in a standard deviation of a month; none where the law is not known.
    ///
    /// # Errors
    /// If the contract leaves too many decisions.
    pub fn solved(
        &self,
        contract: &Contract,
        units: f64,
        fineness: f64,
    ) -> Result<Option<f64>, TooMany> {
        let Lens::Known(law, _) = &self.lens else { return Ok(None) };
        let deal = self.deal(contract, units);
        let mut prices = Prices::default();
        reprice(contract, &self.probe, &mut prices);
        let lattice = Lattice::of(deal, &self.probe, &prices)?;
        let grid = grid(law, fineness);
        let solution = Solution::of(&lattice, deal, law, grid, &self.probe, &prices);
        let root = &lattice.stages[0].nodes[0].edges[0];
        Ok(Some(solution.cost_to_go(root, law, 0, &[0.0; LANES])[0]))
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
