//! A study made ready for valuation: its strategy, and what expected costs are found with.

use super::bounds::Cell;
use super::deal::{Deal, TooMany};
use super::fitter::Fitter;
use super::lattice::{Lattice, Purpose};
use super::planar::{self, Unfit};
use crate::contract::Contract;
use crate::settle::Terms;
use crate::study::Study;
use rayon::prelude::*;

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
    /// What expected costs are found with.
    pub fitter: Fitter<'a>,
}

impl<'a> Setting<'a> {
    /// Makes a study ready; `training` is the number of paths that a regression learns from.
    #[must_use]
    pub fn new(study: &'a Study, strategy: usize, method: Method, training: u64) -> Self {
        let (model, seed) = (&study.model, study.run.seed);
        // What a clause remembers of earlier months is no function of the last one's load.
        let remembers = study.contract.uses(|hooks| hooks.remembers);
        let by_law = method == Method::Auto && !remembers;
        let fitter = by_law.then(|| Fitter::by_law(model, seed)).flatten();
        let by_regression = || Fitter::by_regression(model, seed, training, &[]);
        Self { study, strategy, fitter: fitter.unwrap_or_else(by_regression) }
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
    pub fn cell<'b>(
        &self,
        contract: &'b Contract,
        units: f64,
        purpose: Purpose,
    ) -> Result<Cell<Deal<'b>>, TooMany>
    where
        'a: 'b,
    {
        let deal = self.deal(contract, units);
        Ok(self.fitter.cell(deal, deal.lattice(&self.fitter.probe)?, purpose))
    }

    /// The same of several contracts.
    ///
    /// # Errors
    /// If one of them leaves too many decisions.
    pub fn cells<'b>(
        &self,
        contracts: &[&'b Contract],
        units: f64,
        purpose: Purpose,
    ) -> Result<Vec<Cell<Deal<'b>>>, TooMany>
    where
        'a: 'b,
    {
        let lattice = |contract: &&'b Contract| {
            let deal = self.deal(contract, units);
            Ok((deal, deal.lattice(&self.fitter.probe)?))
        };
        let deals: Result<Vec<(Deal<'b>, Lattice)>, TooMany> =
            contracts.par_iter().map(lattice).collect();
        Ok(self.fitter.cells(deals?, purpose))
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
        let deal = self.deal(contract, units);
        Ok(self.fitter.solved(deal, &deal.lattice(&self.fitter.probe)?, fineness))
    }

    /// The expected cost of the best decisions where load and price both follow `law`, on a grid of the
    /// two with `fineness` knots in a standard deviation of a month.
    ///
    /// # Errors
    /// If the contract leaves too many decisions, or its bills depend on more than load and price of
    /// their month and the one before.
    pub fn solved_on_plane(
        &self,
        contract: &Contract,
        units: f64,
        law: &planar::law::Law,
        fineness: f64,
    ) -> Result<f64, Unfit> {
        let (deal, probe) = (self.deal(contract, units), &self.fitter.probe);
        let lattice = deal.lattice(probe).map_err(|TooMany| Unfit::TooMany)?;
        planar::expected_cost(&lattice, deal, law, probe, fineness)
    }

    /// Whether the contract's bills depend on load and price of their month and the one before alone.
    #[must_use]
    pub fn fits_on_plane(&self, contract: &Contract, units: f64, law: &planar::law::Law) -> bool {
        let (deal, probe) = (self.deal(contract, units), &self.fitter.probe);
        let lattice = deal.lattice(probe);
        lattice.is_ok_and(|lattice| planar::fits(&lattice, deal, law, probe))
    }
}
