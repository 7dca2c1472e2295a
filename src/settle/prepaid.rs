//! Fees that are paid ahead: what a term's first bill has more, and its later bills less.

use super::{Prices, reserve};
use crate::contract::{Opening, Phase};
use crate::ledger::Month;
use crate::rng::{LANES, Lane};

/// The line `prepaid` of month `t`, whose fee is billed.
pub(super) fn prepaid(
    opening: Opening<'_>,
    phase: Phase,
    t: usize,
    units: f64,
    prices: &Prices,
    month: &Month,
) -> Lane {
    let mut line = [0.0; LANES];
    let mut clauses = opening.contract.clauses.iter();
    let (Phase::Term(term), Some(upfront)) = (phase, clauses.find_map(|c| c.get().upfront()))
    else {
        return line;
    };
    let (ahead, refunded) = (upfront.ahead(opening.params), upfront.refunded(opening.params));
    let place = opening.month % opening.contract.term;
    let price = |t: usize| &prices.paid()[t].commitment;
    // Ramps are over when a term is renewed: its units are those that it begins with.
    let first = if place == 0 { month } else { &opening.closed[opening.month - place] };
    let begun = |later| match term {
        0 => unexercised(opening.later(later), phase, units),
        _ => first.reserved,
    };
    if place == 0 {
        let simulated = (prices.paid().len() - t).min(opening.contract.term);
        for later in 1..simulated {
            let (begun, price) = (begun(later), price(t + later));
            for i in 0..LANES {
                line[i] += ahead[i] * begun[i] * price[i];
            }
        }
    } else {
        let (begun, price) = (begun(0), price(t));
        for i in 0..LANES {
            let plan = begun[i] * price[i];
            let used = month.fee[i].min(plan);
            line[i] = -ahead[i] * (used + refunded[i] * (plan - used));
        }
    }
    line
}

/// The units of a month of the first term as long as no right is exercised.
fn unexercised(opening: Opening<'_>, phase: Phase, units: f64) -> Lane {
    let mut reserved = [0.0; LANES];
    reserve(opening, phase, units, &mut reserved);
    for (_, clause, _) in opening.contract.rights() {
        clause.exercise(opening, &[0.0; LANES], &mut reserved);
    }
    reserved
}
