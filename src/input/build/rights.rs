//! Rights and ladders against the contract that they stand in.

use super::Builder;
use super::contract::whatever_the;
use crate::contract::right::Right;
use crate::contract::{AnyClause, CappedPrice, Clause, Contract, Tranches};
use crate::input::study_file::RenewalWord;
use crate::ledger::MOST_RIGHTS;

impl Builder {
    /// Windows, notices and declared exercises must fit into the contract's months, and the units
    /// that change must be those that are on.
    pub(super) fn check_rights(&mut self, contract: &Contract, term: Option<usize>) {
        let end = contract.start + contract.term;
        let in_force = contract.in_force(self.file.horizon_months.unwrap_or(end));
        let months = term.map(|_| in_force);
        let mut count = 0;
        for (i, clause) in contract.clauses.iter().map(AnyClause::get).enumerate() {
            let Some(right) = contract.right_of(clause) else {
                continue;
            };
            let place = format!("contract.clauses[{i}]");
            self.problems(&place, whatever_the(months, |months| right.check(months)));
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

    /// A right to renew is for a contract that runs out otherwise; `earlier` is another one.
    pub(super) fn check_renewal(&mut self, place: &str, earlier: Option<usize>) {
        let otherwise = self.file.contract.renewal;
        if otherwise.is_some_and(|word| word != RenewalWord::OnDemand) {
            self.error(
                "contract.renewal",
                "contradiction",
                "the contract goes on after its term by itself, and a clause is a right to renew it",
                format!("leave `renewal` out, or take {place} out"),
            );
        }
        if let Some(before) = earlier {
            self.error(
                place,
                "duplicate",
                format!("a contract is renewed by one right, and clauses[{before}] is one too"),
                "keep the one that the contract grants",
            );
        }
    }

    /// What is paid ahead for units that a right may give up comes back by a stated rule.
    fn check_refund(&mut self, contract: &Contract) {
        let clauses = || contract.clauses.iter().map(AnyClause::get).enumerate();
        let gives_up =
            |(i, clause): (usize, &dyn Clause)| clause.right().filter(Right::gives_up).map(|_| i);
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

    /// A ladder's fees are list prices: they stand before what changes prices, and a limit on the
    /// committed price goes by the contract's fee, not by them.
    pub(super) fn check_ladder(
        &mut self,
        place: &str,
        ladder: &Tranches,
        before: &[AnyClause],
        after: &[AnyClause],
    ) {
        let prices = |clause: &AnyClause| {
            let hooks = clause.get().hooks();
            hooks.discount || (hooks.cap && !hooks.quantity)
        };
        if let Some(j) = before.iter().position(prices) {
            self.error(
                place,
                "clause-order",
                "a clause that changes prices stands before the tranches that have them",
                format!("move the tranches before clauses[{j}]"),
            );
        }
        let limits = |clause: &AnyClause| match clause {
            AnyClause::EscalationCap(cap) => cap.price != CappedPrice::OnDemand,
            AnyClause::Collar(collar) => collar.price != CappedPrice::OnDemand,
            _ => false,
        };
        let own = ladder.tranches.iter().any(|tranche| tranche.fee_per_unit_month.is_some());
        if own && before.iter().chain(after).any(limits) {
            self.error(
                place,
                "contradiction",
                "a limit on the committed price goes by the contract's fee, and tranches have their own",
                "let the limit bind `price = \"on_demand\"`, or leave the tranches' fees out",
            );
        }
    }
}
