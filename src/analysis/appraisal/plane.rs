//! The dense dynamic program where the on-demand price is uncertain too.

use super::request::{Refusal, names};
use super::sets::Appraiser;
use crate::contract::Contract;
use crate::results::appraisal::Solved;
use crate::value::planar::law::Law;
use crate::value::planar::{MOST_EDGES, Unfit};

/// Knots in a standard deviation of a month, of both grids.
const DENSE: [f64; 2] = [2.0, 4.0];

/// What to do without the dynamic program.
const HELP: &str = "leave --method out: bounds by regression hold for any study";

impl Appraiser<'_> {
    /// The value of all clauses together by a dense dynamic program on a grid of load and price,
    /// extrapolated from two grids: its error falls with the fourth power of their spacing.
    pub(super) fn dense_on_plane(&self) -> Result<Solved, Refusal> {
        let contract = &self.study.contract;
        if let Some(at) = contract.clauses.iter().position(|c| c.get().hooks().remembers) {
            return Err(looking_back(Some(&names(&contract.clauses)[at])));
        }
        let law = Law::of(&self.study.model).ok_or_else(|| {
            Refusal::because(
                "the dynamic program needs a load, or a load and an on-demand price, whose last month \
                 tells all that earlier ones could of the next, and normal logarithms: a walk, growth that \
                 is drawn once from a normal distribution, or a monthly error without either. Jumps, \
                 limits on the price, other distributions and workloads that move apart are not of that \
                 kind",
                HELP,
            )
        })?;
        let cost = |contract: &Contract, fineness: f64| {
            let cost = self.setting.solved_on_plane(contract, self.units, &law, fineness);
            cost.map_err(|unfit| match unfit {
                Unfit::TooMany => Refusal::because(
                    format!(
                        "the rights of the contract leave more than {MOST_EDGES} decisions, which is \
                         too much for a dynamic program on load and price"
                    ),
                    HELP,
                ),
                Unfit::Entangled => looking_back(self.entangled(&law).as_deref()),
            })
        };
        let (without, with) = (self.contract(0), self.contract(self.chosen.full()));
        let value = |fineness| Ok(cost(&without, fineness)? - cost(&with, fineness)?);
        let (coarse, fine) = (value(DENSE[0])?, value(DENSE[1])?);
        Ok(Solved { value: fine + (fine - coarse) / 15.0, moved: (fine - coarse).abs() })
    }

    /// The first clause without which bills depend on their month and the one before alone.
    fn entangled(&self, law: &Law) -> Option<String> {
        let clauses = &self.study.contract.clauses;
        let at = (0..clauses.len()).find(|at| {
            let mut others = self.study.contract.clone();
            others.clauses.remove(*at);
            self.setting.fits_on_plane(&others, self.units, law)
        })?;
        Some(names(clauses)[at].clone())
    }
}

/// The refusal of a contract whose bills depend on earlier months; `clause` is what makes them so, if
/// it is one alone.
fn looking_back(clause: Option<&str>) -> Refusal {
    let what = clause.map_or("the contract".to_owned(), |name| format!("`{name}`"));
    Refusal::because(
        format!(
            "the dynamic program needs bills that depend on nothing uncertain but the load and the \
             price of their month and the one before: {what} looks further back, or has uncertain terms"
        ),
        HELP,
    )
}
