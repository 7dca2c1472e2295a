//! What a vendor's own refund rule is worth, for who would otherwise pay for a right to have less.

use super::Watcher;
use super::request::{Chosen, Refusal, Request};
use super::sets::{Appraiser, worth};
use crate::contract::AnyClause;
use crate::results::appraisal::RefundWorth;
use crate::study::Study;
use crate::value::lattice::Purpose;

/// What a refund clause at the end of a study's contract is worth where none of the chosen clauses is
/// in it; none where there is no such clause, or it leaves too many decisions. Without an upper bound
/// where that takes fresh futures: nobody is asked to pay for it.
pub(super) fn refund(
    study: &Study,
    (chosen, units): (&Chosen, f64),
    request: &Request,
    watcher: &dyn Watcher,
) -> Result<Option<RefundWorth>, Refusal> {
    if watcher.stopped() {
        return Err(Refusal::Stopped);
    }
    let mut chosen = chosen.clone();
    let Some(AnyClause::Refund(rule)) = study.contract.clauses.last() else { return Ok(None) };
    let place = chosen.clauses.len();
    chosen.clauses.push(study.contract.clauses.len() - 1);
    chosen.names.push("refund".into());
    let appraiser = Appraiser::new(study, &chosen, units, request);
    let contracts = [appraiser.contract(0), appraiser.contract(1 << place)];
    let cell = |contract| appraiser.cell(contract, units, Purpose::Policy);
    let [Ok(without), Ok(with)] = contracts.each_ref().map(cell) else { return Ok(None) };
    let found = appraiser.value(&[without, with], Purpose::Policy);
    let value = worth(&found[0].0, &found[1].0);
    let limit_usd = rule.limit_usd.mean().unwrap_or(f64::NAN);
    Ok(Some(RefundWorth { limit_usd, over_months: rule.over_months, value }))
}
