//! Rights: which are exercised, what those in effect make of the units, and the end of a contract.

use crate::contract::{Clause, Opening, Phase, Rates};
use crate::ledger::Month;
use crate::rng::{LANES, Lane};

/// Marks the rights that are exercised as the month opens, and changes its units by those whose
/// notice is over, right by right in the order of the contract. The fee of one that ends the
/// contract is billed with the first month without it, where a unit would have cost `price`.
///
/// After the term no right is exercised, and the units that stay are those that were left.
pub(super) fn exercise(
    opening: Opening<'_>,
    phase: Phase,
    units: f64,
    price: &Lane,
    month: &mut Month,
) {
    month.exercised = [0; LANES];
    month.ended = [false; LANES];
    month.termination = [0.0; LANES];
    let in_term = matches!(phase, Phase::Term(_));
    let mut held = match phase {
        Phase::None => return,
        Phase::Term(_) => month.reserved,
        Phase::Hourly => [units; LANES],
    };
    for (place, clause, right) in opening.contract.rights() {
        let mut marks = [0; LANES];
        if in_term && right.has_window(opening.month) {
            let mut ordered = held;
            clause.exercise(opening, &right.declared(opening, place), &mut ordered);
            marks = right.exercised(opening, place, &ordered);
            for i in 0..LANES {
                month.exercised[i] |= marks[i];
            }
        }
        let times = right.in_effect(opening, place, &marks);
        if right.ends {
            end(opening, clause, &times, in_term.then_some((&held, price)), month);
        }
        clause.exercise(opening, &times, &mut held);
    }
    if in_term {
        month.reserved = held;
    }
    month.deployed = held;
}

/// Ends the contract where the clause's right is in effect; the first to do so is paid for, if a
/// term is left to be paid for: `left` are the units that end and their price.
fn end(
    opening: Opening<'_>,
    clause: &dyn Clause,
    times: &Lane,
    left: Option<(&Lane, &Lane)>,
    month: &mut Month,
) {
    let fee = left.map(|(units, price)| {
        clause.ending_fee(opening, &std::array::from_fn(|i| units[i] * price[i]))
    });
    let before = opening.closed.last();
    for i in (0..LANES).filter(|i| times[*i] > 0.0) {
        let already = month.ended[i] || before.is_some_and(|before| before.ended[i]);
        month.ended[i] = true;
        if let (Some(fee), false) = (&fee, already) {
            month.termination[i] = fee[i];
        }
    }
}

/// Where the contract has ended, everything is bought on demand at list prices.
pub(super) fn release(list: &Rates, month: &mut Month) {
    for i in (0..LANES).filter(|i| month.ended[*i]) {
        month.spilled[i] = month.demand[i];
        month.rejected[i] = 0.0;
        month.on_demand[i] = month.demand[i] * list.on_demand[i];
        month.hourly[i] = 0.0;
        month.shortage[i] = 0.0;
        month.idle[i] = 0.0;
    }
}
