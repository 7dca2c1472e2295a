//! Policies that are fitted to the study: a line for each right that asks for one.

use super::Builder;
use crate::contract::AnyClause;
use crate::contract::policy::Policy;
use crate::strategy::{Strategy, StrategyKind};
use crate::study::Study;
use crate::value::bounds::{Draws, REPLICATES};
use crate::value::deal::MOST_EDGES;
use crate::value::lattice::Purpose;
use crate::value::rules::{Sample, best};
use crate::value::setting::{Method, Setting};

/// Paths that a regression learns from, and those that lines are sought on.
const TRAINING: u64 = 1 << 13;
const PATHS: u64 = 1 << 13;

fn is_fitted(clause: &AnyClause) -> bool {
    matches!(clause.get().right().map(|right| right.policy), Some(Policy::Fitted(_)))
}

impl Builder {
    /// Fits the lines of all rights that ask for one, on futures of the study in which no other right
    /// is exercised.
    pub(super) fn fit_policies(&mut self, study: &mut Study) {
        if !self.fits {
            return;
        }
        let Some(first) = study.contract.clauses.iter().position(is_fitted) else { return };
        let commits = |s: &Strategy| s.kind != StrategyKind::OnDemand;
        let Some(strategy) = study.strategies.iter().rposition(commits) else { return };
        let today = study.sizes.at(study.sizes.nearest(study.facts.load.units));
        let units = study.units.unwrap_or(today);
        let mut contract = study.contract.clone();
        contract.clauses.retain(|clause| clause.get().right().is_none() || is_fitted(clause));
        let setting = Setting::new(study, strategy, Method::Auto, TRAINING);
        let Ok(cell) = setting.cell(&contract, units, Purpose::Policy) else {
            return self.error(
                &format!("contract.clauses[{first}].policy"),
                "too-many-decisions",
                format!("the fitted rights leave more than {MOST_EDGES} decisions"),
                "give them fewer windows, or a threshold",
            );
        };
        let log2_points = (PATHS / u64::from(REPLICATES)).ilog2();
        let draws = Draws { seed: study.run.seed, log2_points, inner: None };
        let sample = Sample::of(&study.model, &setting.fitter.lens, &cell, (draws, "rules"));
        let mut lines = best(&sample, true).into_iter();
        for clause in study.contract.clauses.iter_mut().filter(|clause| is_fitted(clause)) {
            if let Some(Policy::Fitted(fitted)) = clause.get_mut().policy_mut() {
                fitted.line = lines.next().flatten();
            }
        }
        let told = study.facts.contract.len() - study.contract.clauses.len();
        study.facts.contract.truncate(told);
        let again = study.contract.clauses.iter().map(|clause| clause.get().describe());
        study.facts.contract.extend(again);
    }
}
