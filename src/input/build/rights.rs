//! Rights against the contract that they stand in.

use super::Builder;
use crate::contract::{AnyClause, Contract};
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
            if count == MOST_RIGHTS + 1 {
                let message = format!("a contract has at most {MOST_RIGHTS} rights");
                self.error(&place, "too-many", message, "take out those that matter least");
            }
        }
        if contract.deployed.is_some() && count > 0 {
            self.error(
                "contract.deployed_units",
                "ambiguous",
                "`deployed_units` is one number while a right changes the units",
                "leave it out: all reserved units are switched on",
            );
        }
    }
}
