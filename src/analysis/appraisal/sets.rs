//! Contracts with some of the valued clauses, each valued on the same paths.

use super::request::{Chosen, Refusal, Request};
use super::shares::{self, Shares};
use super::{Watcher, estimate, run_facts};
use crate::contract::Contract;
use crate::results::appraisal::{ValueRun, Worth};
use crate::stats::Estimate;
use crate::study::Study;
use crate::value::bounds::{Cell, Draws, Found, REPLICATES, value};
use crate::value::deal::{Deal, MOST_EDGES, TooMany};
use crate::value::lattice::Purpose;
use crate::value::setting::Setting;
use std::collections::{BTreeMap, BTreeSet};

/// Paths that value by default: with martingale increments, and without.
const PATHS: [u64; 2] = [1 << 14, 1 << 16];

/// Paths that a regression learns from.
pub(super) const TRAINING: u64 = 1 << 15;

/// Paths of the upper bound of a regression.
const BOUND_PATHS: u64 = 1 << 11;

/// Fresh futures from each of their stages.
const FUTURES: u64 = 256;

/// Contracts that are valued in one pass: their tables are in memory together.
const PASS: usize = 16;

/// A study with what is valued in it.
pub(super) struct Appraiser<'a> {
    pub study: &'a Study,
    pub chosen: &'a Chosen,
    pub units: f64,
    pub setting: Setting<'a>,
    pub draws: Draws,
    pub bound: Draws,
    quick: bool,
}

/// Expected cost of a contract by replicate, USD.
#[derive(Clone, Debug)]
pub(super) struct CellCost {
    /// Under the fitted policy.
    pub policy: Vec<f64>,
    /// What no policy goes below.
    pub dual: Option<Vec<f64>>,
}

/// All sets that were valued; a set has a bit for each valued clause.
pub(super) struct Sets<'a> {
    count: usize,
    costs: BTreeMap<u64, CellCost>,
    pub shares: Shares,
    /// The contract with none of the valued clauses, and with all.
    pub none: Found,
    pub all: Found,
    /// Whether rights stay in the contract that are not valued.
    pub rights_stay: bool,
    /// The decisions of the contract with all of them.
    pub cell: &'a Cell<Deal<'a>>,
}

/// Paths of a replicate as a power of two.
pub(super) fn log2_points(paths: u64) -> u32 {
    (paths / u64::from(REPLICATES)).max(64).next_power_of_two().ilog2()
}

impl<'a> Appraiser<'a> {
    pub(super) fn new(study: &'a Study, chosen: &'a Chosen, units: f64, request: &Request) -> Self {
        let setting = Setting::new(study, chosen.strategy, request.method, TRAINING);
        let usual = PATHS[usize::from(!setting.fitter.is_known())];
        let paths = request.paths.unwrap_or(usual);
        let seed = study.run.seed;
        let draws = Draws { seed, log2_points: log2_points(paths), inner: None };
        let futures = request.futures.unwrap_or(FUTURES).div_ceil(64).max(1);
        let bound = Draws { log2_points: log2_points(BOUND_PATHS), inner: Some(futures), ..draws };
        let quick = request.quick;
        Self { study, chosen, units, setting, draws, bound, quick }
    }

    /// The study's contract with only some of the valued clauses.
    pub(super) fn contract(&self, set: u64) -> Contract {
        let mut contract = self.study.contract.clone();
        let mut at = 0;
        contract.clauses.retain(|_| {
            let valued = self.chosen.clauses.iter().position(|i| *i == at);
            at += 1;
            valued.is_none_or(|k| set >> k & 1 == 1)
        });
        contract
    }

    pub(super) fn cell<'b>(
        &self,
        contract: &'b Contract,
        units: f64,
        purpose: Purpose,
    ) -> Result<Cell<Deal<'b>>, Refusal>
    where
        'a: 'b,
    {
        self.setting.cell(contract, units, purpose).map_err(too_many)
    }

    /// Values contracts on the same paths, which were fitted for that purpose.
    pub(super) fn value(
        &self,
        cells: &[Cell<Deal<'_>>],
        purpose: Purpose,
    ) -> Vec<(CellCost, Found)> {
        let model = &self.study.model;
        let found = value(model, &self.setting.fitter.lens, cells, self.draws);
        let gaps = (purpose == Purpose::Bound && !self.setting.fitter.is_known())
            .then(|| value(model, &self.setting.fitter.lens, cells, self.bound));
        let cost =
            |(k, found): (usize, &Found)| {
                let policy: Vec<f64> = found.means.iter().map(|m| m.policy).collect();
                let dual = match &gaps {
                    // What the policy loses to the bound, on the paths of the bound.
                    Some(gaps) => {
                        let gap = gaps[k].means.iter().map(|m| m.policy - m.dual);
                        Some(policy.iter().zip(gap).map(|(policy, gap)| policy - gap).collect())
                    }
                    None if self.setting.fitter.is_known() => {
                        Some(found.means.iter().map(|m| m.dual).collect())
                    }
                    None => None,
                };
                // Who sees the future does no worse than anyone: where fitted increments are poor, that
                // is the closer bound.
                let nodes = || cells[k].lattice.stages.iter().flat_map(|stage| &stage.nodes);
                let fitted = gaps.is_some() && nodes().any(|node| node.edges.len() > 1);
                let clairvoyant: Vec<f64> = found.means.iter().map(|m| m.clairvoyant).collect();
                let sum = |costs: &[f64]| costs.iter().sum::<f64>();
                let dual = dual.map(|dual: Vec<f64>| {
                    if fitted && sum(&clairvoyant) > sum(&dual) { clairvoyant } else { dual }
                });
                CellCost { policy, dual }
            };
        let costs: Vec<CellCost> = found.iter().enumerate().map(cost).collect();
        costs.into_iter().zip(found).collect()
    }

    /// The value of all clauses together, and nothing else.
    pub(super) fn together(&self) -> Result<Estimate, Refusal> {
        let full = self.chosen.full();
        let contracts = [self.contract(0), self.contract(full)];
        let cells = self.setting.cells(&contracts.each_ref(), self.units, Purpose::Policy);
        let cells = cells.map_err(too_many)?;
        let found = self.value(&cells, Purpose::Policy);
        Ok(worth(&found[0].0, &found[1].0).value)
    }

    /// Values every set that the appraisal needs; `cell` is the contract with all valued clauses.
    pub(super) fn sets<'b>(
        &self,
        cell: &'b Cell<Deal<'b>>,
        watcher: &dyn Watcher,
    ) -> Result<Sets<'b>, Refusal> {
        let count = self.chosen.clauses.len();
        let full = self.chosen.full();
        let mut wanted: Vec<u64> = vec![0, full];
        wanted.extend((0..count).flat_map(|k| [1 << k, full ^ 1 << k]));
        let orders = shares::orders(count, self.draws.seed);
        let bounded = wanted.len();
        if !self.quick {
            wanted.extend(shares::sets(count, &orders));
        }
        let mut seen = BTreeSet::new();
        let wanted: Vec<(u64, bool)> = wanted
            .into_iter()
            .enumerate()
            .filter(|(_, set)| seen.insert(*set))
            .map(|(i, set)| (set, i < bounded))
            .collect();
        let mut costs = BTreeMap::new();
        let (mut none, mut all) = (None, None);
        for (done, pass) in wanted.chunks(PASS).enumerate() {
            watcher.stage(&format!(
                "sets of clauses, {} of {}",
                done * PASS + pass.len(),
                wanted.len()
            ));
            if watcher.stopped() {
                return Err(Refusal::Stopped);
            }
            let contracts: Vec<(u64, Contract)> =
                pass.iter().map(|(set, _)| (*set, self.contract(*set))).collect();
            let bounded = pass.iter().any(|(_, bounded)| *bounded);
            let purpose = if bounded { Purpose::Bound } else { Purpose::Policy };
            let cells = self.cells_beside(cell, &contracts, purpose)?;
            for ((set, _), (cost, found)) in pass.iter().zip(self.value(&cells, purpose)) {
                costs.insert(*set, cost);
                match *set {
                    0 => none = Some(found),
                    set if set == full => all = Some(found),
                    _ => {}
                }
            }
        }
        let shares = Shares::of(count, &orders, &costs);
        let (none, all) = none.zip(all).expect("both ends are valued");
        let rights_stay = self.contract(0).rights().next().is_some();
        Ok(Sets { count, costs, shares, none, all, rights_stay, cell })
    }

    /// The decisions of sets; those of all valued clauses are there already.
    fn cells_beside<'b>(
        &self,
        full: &Cell<Deal<'b>>,
        contracts: &'b [(u64, Contract)],
        purpose: Purpose,
    ) -> Result<Vec<Cell<Deal<'b>>>, Refusal>
    where
        'a: 'b,
    {
        let is_full = |set: u64| set == self.chosen.full();
        let others: Vec<&Contract> =
            contracts.iter().filter(|(set, _)| !is_full(*set)).map(|(_, c)| c).collect();
        let mut fitted =
            self.setting.cells(&others, self.units, purpose).map_err(too_many)?.into_iter();
        let cell = |(set, _): &(u64, Contract)| {
            if is_full(*set) { Some(full.clone()) } else { fitted.next() }
        };
        Ok(contracts.iter().filter_map(cell).collect())
    }

    /// The expected cost of a contract by the law of the load alone, where that is known.
    pub(super) fn solved(
        &self,
        contract: &Contract,
        units: f64,
        fineness: f64,
    ) -> Result<Option<f64>, Refusal> {
        self.setting.solved(contract, units, fineness).map_err(too_many)
    }

    pub(super) fn run(&self, sets: &Sets<'_>) -> ValueRun {
        run_facts(self, sets.cell.lattice.edges)
    }

    /// Why expected costs are found as they are, in words.
    pub(super) fn why(&self) -> String {
        if self.setting.fitter.is_known() {
            "the logarithm of the load is a Gaussian process that its last month tells all about: \
             expected costs are sums of closed forms"
                .into()
        } else {
            "the load or the price follows no law with closed forms: expected costs are fitted to \
             training paths"
                .into()
        }
    }
}

fn too_many(_: TooMany) -> Refusal {
    Refusal::because(
        format!("the rights of the contract leave more than {MOST_EDGES} decisions"),
        "give them fewer windows or parts, or take out rights that matter less; beside a spend commitment, a \
         share of wallet, a credit grant or fees paid ahead every history of exercises counts on its \
         own, which about a dozen windows fit into",
    )
}

/// Bounds on the difference of two costs, without less with.
pub(super) fn worth(without: &CellCost, with: &CellCost) -> Worth {
    let difference = |a: &[f64], b: &[f64]| estimate(a.iter().zip(b).map(|(a, b)| a - b));
    let lower = difference(without.dual.as_ref().unwrap_or(&without.policy), &with.policy);
    let value = difference(&without.policy, &with.policy);
    Worth { value, lower, upper: with.dual.as_ref().map(|dual| difference(&without.policy, dual)) }
}

impl Sets<'_> {
    /// The set of all valued clauses.
    pub(super) fn full(&self) -> u64 {
        (1 << self.count) - 1
    }

    pub(super) fn worth(&self, without: u64, with: u64) -> Worth {
        worth(&self.costs[&without], &self.costs[&with])
    }

    pub(super) fn share(&self, k: usize) -> Option<Estimate> {
        self.shares.of_clause[k]
    }
}
