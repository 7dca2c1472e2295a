//! Rights against the contract that they stand in.

use super::Builder;
use crate::contract::right::Towards;
use crate::contract::{AnyClause, Clause, Contract};
use crate::ledger::MOST_RIGHTS;

impl Builder {
    /// Windows, notices and declared exercises must fit into the contract's months, and the units
    /// that change must be those that are on.
    pub(super) fn check_rights(&mut self, contract: &Contract) {
        let end = contract.start + contract.term;
        let months = contract.in_force(self.file.horizon_months.unwrap_or(end));
        let mut count = 0;
        for (i, clause) in contract.clauses.iter().map(AnyClause::get).enumerate() {
            let Some(right) = clause.right() else {
                continue;
            };
            let place = format!("contract.clauses[{i}]");
            self.problems(&place, right.check(months));
            count += 1;
            if right.starts && count > 1 {
                self.error(
                    &place,
                    "clause-order",
                    "another right stands before the conversion that its units wait for",
                    "move the conversion before all other rights; a contract has one",
                );
            }
            if count == MOST_RIGHTS + 1 {
                let message = format!("a contract has at most {MOST_RIGHTS} rights");
                self.error(&place, "too-many", message, "take out those that matter least");
            }
        }
        self.check_refund(contract);
        if contract.deployed.is_some() && count > 0 {
            self.error(
                "contract.deployed_units",
                "ambiguous",
                "`deployed_units` is one number while a right changes the units",
                "leave it out: all reserved units are switched on",
            );
        }
    }

    /// What is paid ahead for units that a right may give up comes back by a stated rule.
    fn check_refund(&mut self, contract: &Contract) {
        let clauses = || contract.clauses.iter().map(AnyClause::get).enumerate();
        let gives_up = |(i, clause): (usize, &dyn Clause)| {
            clause.right().filter(|right| right.towards == Towards::Less || right.ends).map(|_| i)
        };
        let Some(right) = clauses().find_map(gives_up) else { return };
        for (i, upfront) in clauses().filter_map(|(i, c)| Some((i, c.upfront()?))) {
            if upfront.refund.is_none() {
                self.error(
                    &format!("contract.clauses[{i}]"),
                    "no-refund",
                    format!("fees are paid ahead for units that clauses[{right}] may give up, and nothing says what comes back"),
                    "add `refund`: 1 for all that is not used, 0 for nothing",
                );
            }
        }
    }
}
