//! Rights: which are exercised, what those in effect make of the units and their price, and the end
//! of a contract.

use super::reserve;
use crate::contract::policy::Look;
use crate::contract::right::Right;
use crate::contract::{Clause, Opening, Phase, Renewal};
use crate::ledger::{MOST_PARTS, MOST_RIGHTS, Mark, Marks, Month, mark, parts};
use crate::rng::{LANES, Lane};

/// Rights to be exercised month by month of the contract.
#[derive(Clone, Copy, Debug)]
pub struct Orders<'a> {
    /// What is exercised as each month opens.
    pub marks: &'a [Mark],
    /// What this leaves in each month, where it is known: settlement then takes it as it is.
    pub left: Option<&'a [Left]>,
}

/// What exercises have left of a contract in a month, alike on all paths.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Left {
    /// Units.
    pub units: f64,
    /// Whether the contract has ended.
    pub ended: bool,
}

impl Orders<'_> {
    /// Those of a month.
    pub(super) fn of(self, month: usize) -> Order {
        Order { marks: self.marks[month], left: self.left.map(|left| left[month]) }
    }
}

/// The orders of a month.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    marks: Mark,
    left: Option<Left>,
}

/// Marks the rights that are exercised as the month opens, and changes its units by those whose
/// notice is over. The fee of one that ends the contract is billed with the first month without it,
/// where a signed unit would have cost `price`.
///
/// What is decided at one opening is decided at once: no right sees what another does there. After
/// the term no right is exercised, and the units that stay are those that were left. An order for
/// the month takes the place of the policies; nobody else looks whether it may be given.
pub(super) fn exercise(
    opening: Opening<'_>,
    phase: Phase,
    (units, order): (f64, Option<Order>),
    price: &Lane,
    month: &mut Month,
) {
    month.exercised = [0; LANES];
    month.ended = [false; LANES];
    month.elsewhere = [1.0; LANES];
    month.waiting = [false; LANES];
    month.price_ratio = [1.0; LANES];
    month.termination = [0.0; LANES];
    let in_term = matches!(phase, Phase::Term(_));
    let mut held = match phase {
        Phase::None => return stay_away(opening, month),
        Phase::Term(_) => month.reserved,
        Phase::Hourly => [units; LANES],
    };
    // The month in which the contract ends has its fee.
    let goes_on = |left: &Left| {
        in_term && left.ended == opening.closed.last().is_some_and(|before| before.ended[0])
    };
    if let Some(order) = order
        && let Some(left) = order.left.filter(goes_on)
    {
        month.exercised = [order.marks; LANES];
        (month.reserved, month.deployed) = ([left.units; LANES], [left.units; LANES]);
        return stay_away(opening, month);
    }
    if in_term {
        month.exercised = decided(opening, phase, (units, order));
    }
    let marks = month.exercised;
    let mut may_end = false;
    for (place, clause, right) in opening.contract.rights() {
        may_end |= right.ends || right.renews;
        if right.ends || right.renews {
            continue;
        }
        if right.rolling.is_some() {
            month.termination = cancel(opening, clause, (right, place), &marks, &mut held);
            continue;
        }
        let times = right.in_effect(opening, place, &marks);
        if right.starts {
            month.waiting = times.map(|times| times == 0.0);
        }
        if right.at_list {
            month.price_ratio =
                blended(opening, clause, (right, place), &marks, (&held, &month.price_ratio));
        }
        clause.exercise(opening, &times, &mut held);
    }
    if may_end {
        leave(opening, in_term.then_some(price), &mut held, month);
    }
    if in_term {
        month.reserved = held;
    }
    month.deployed = held;
}

/// Takes away what a right has canceled of the term of the month that opens, window by window; returns
/// what is billed for what it cancels `now`.
fn cancel(
    opening: Opening<'_>,
    clause: &dyn Clause,
    (right, place): (Right<'_>, usize),
    now: &Marks,
    held: &mut Lane,
) -> Lane {
    let mut billed = [0.0; LANES];
    // Units that stay by the hour are those that were left.
    let (term, stays) = (opening.contract.term, opening.contract.renewal == Renewal::Hourly);
    let of_term = |(window, _): &(usize, &Marks)| stays || window / term == opening.month / term;
    for (window, marks) in right.windows_in_effect(opening, now).filter(of_term) {
        let times = marks.map(|marks| right.times(parts(marks, place)));
        let fee = clause.cancel(opening, window, &times, held);
        if window == opening.month {
            billed = fee;
        }
    }
    billed
}

/// Rights that end the contract: what ends are the units that all others leave, at what they would
/// have cost where a signed one costs `price`.
fn leave(opening: Opening<'_>, price: Option<&Lane>, held: &mut Lane, month: &mut Month) {
    let ratio = month.price_ratio;
    let monthly = |price: &Lane| std::array::from_fn(|i| held[i] * price[i] * ratio[i]);
    let monthly = price.map(monthly);
    for (place, clause, right) in opening.contract.rights().filter(|(_, _, right)| right.ends) {
        let times = right.in_effect(opening, place, &month.exercised);
        end(opening, clause, &times, monthly.as_ref(), month);
        clause.exercise(opening, &times, held);
    }
    lapse(opening, held, month);
}

/// Ends the contract with a term that was not renewed, for nothing.
fn lapse(opening: Opening<'_>, held: &mut Lane, month: &mut Month) {
    let before = opening.closed.last();
    for (place, _, right) in opening.contract.rights().filter(|(_, _, right)| right.renews) {
        let lapsed = right.has_lapsed(opening, place, &month.exercised);
        for i in (0..LANES).filter(|i| lapsed[*i]) {
            if let Some(before) = before.filter(|before| before.ended[i]) {
                month.elsewhere[i] = before.elsewhere[i];
            }
            month.ended[i] = true;
            held[i] = 0.0;
        }
    }
}

/// The rights that each path exercises as a month of the term opens.
fn decided(opening: Opening<'_>, phase: Phase, (units, order): (f64, Option<Order>)) -> Marks {
    let mut marks = [0; LANES];
    let windows = || opening.contract.rights().filter(|(_, _, r)| r.has_window(opening.month));
    if let Some(order) = order {
        let given: Mark =
            windows().map(|(place, _, _)| order.marks & mark(place, MOST_PARTS)).sum();
        return [given; LANES];
    }
    if windows().next().is_none() {
        return marks;
    }
    let declared = declared(opening);
    let over = over(opening);
    for (place, _, right) in windows() {
        let commitment = |at, more| scheduled(opening, phase, units, (&declared, place, more), at);
        let more = right.exercised(opening, place, &commitment);
        for i in (0..LANES).filter(|i| !over[*i]) {
            marks[i] |= more[i];
        }
    }
    marks
}

/// What policies look at as a month of the term opens, by the places of their rights, where these
/// have a window.
#[must_use]
pub fn looks(opening: Opening<'_>, phase: Phase, units: f64) -> Vec<(usize, Look)> {
    let declared = declared(opening);
    let look = |(place, _, right): (usize, &dyn Clause, Right<'_>)| {
        let commitment = |at| scheduled(opening, phase, units, (&declared, place, 0.0), at);
        Some((place, right.policy.look(opening, right.towards, &commitment)?))
    };
    let windows = opening.contract.rights().filter(|(_, _, r)| r.has_window(opening.month));
    windows.filter_map(look).collect()
}

/// Exercises of each right so far, in effect or under notice.
fn declared(opening: Opening<'_>) -> [Lane; MOST_RIGHTS] {
    let mut declared = [[0.0; LANES]; MOST_RIGHTS];
    for (place, _, right) in opening.contract.rights() {
        declared[place] = right.declared(opening, place);
    }
    declared
}

/// Whether the contract has ended, or ends now by what was declared before.
fn over(opening: Opening<'_>) -> [bool; LANES] {
    let mut over = opening.closed.last().map_or([false; LANES], |before| before.ended);
    for (place, _, right) in opening.contract.rights() {
        // What has a window now may still be renewed.
        let gone = if right.renews && !right.has_window(opening.month) {
            right.has_lapsed(opening, place, &[0; LANES])
        } else if right.ends {
            right.in_effect(opening, place, &[0; LANES]).map(|times| times > 0.0)
        } else {
            continue;
        };
        for i in 0..LANES {
            over[i] |= gone[i];
        }
    }
    over
}

/// The units that the contract's month `at` has, or would have had, under all exercises declared so
/// far: what ramps and tranches leave in that month, changed by every right that does not end the
/// contract. The right at `place` decides, and is exercised so many times `more`; what waits for it is
/// there to be decided on.
fn scheduled(
    opening: Opening<'_>,
    phase: Phase,
    units: f64,
    (declared, place, more): (&[Lane; MOST_RIGHTS], usize, f64),
    at: usize,
) -> Lane {
    let then = Opening { month: at, ..opening };
    let mut held = [0.0; LANES];
    reserve(then, phase, units, &mut held);
    for (other, clause, right) in opening.contract.rights() {
        let more = if other == place { more } else { 0.0 };
        if right.ends || (right.starts && other == place) {
            continue;
        }
        if right.rolling.is_some() {
            cancel(opening, clause, (right, other), &[0; LANES], &mut held);
            clause.cancel(opening, opening.month, &[more; LANES], &mut held);
        } else {
            clause.exercise(then, &declared[other].map(|times| times + more), &mut held);
        }
    }
    held
}

/// What has ended stays so.
fn stay_away(opening: Opening<'_>, month: &mut Month) {
    if let Some(before) = opening.closed.last() {
        month.ended = before.ended;
        month.elsewhere = before.elsewhere;
    }
}

/// What a unit costs on average, as a ratio to the signed price, once exercises at the list price
/// of their day are in effect: `before` are the units before them and what they cost.
fn blended(
    opening: Opening<'_>,
    clause: &dyn Clause,
    (right, place): (Right<'_>, usize),
    now: &Marks,
    before: (&Lane, &Lane),
) -> Lane {
    let first = opening.month - opening.month % opening.contract.term;
    let (held, ratio) = before;
    let (mut times, mut units) = ([0.0; LANES], *held);
    clause.exercise(opening, &times, &mut units);
    let mut worth: Lane = std::array::from_fn(|i| units[i] * ratio[i]);
    for (window, marks) in right.windows_in_effect(opening, now) {
        let mut after = *held;
        for i in 0..LANES {
            times[i] += right.times(parts(marks[i], place));
        }
        clause.exercise(opening, &times, &mut after);
        for i in 0..LANES {
            // What was added before the term pays the price of its renewal.
            let moved = if window > first {
                opening.list[window - 1].on_demand[i] / opening.list[first].on_demand[i]
            } else {
                1.0
            };
            worth[i] += (after[i] - units[i]) * moved;
        }
        units = after;
    }
    std::array::from_fn(|i| if units[i] > 0.0 { worth[i] / units[i] } else { 1.0 })
}

/// Ends the contract where the clause's right is in effect; the first to do so is paid for, if a
/// term is left to be paid for: `monthly` is what the units that end would have cost.
fn end(
    opening: Opening<'_>,
    clause: &dyn Clause,
    times: &Lane,
    monthly: Option<&Lane>,
    month: &mut Month,
) {
    let fee = monthly.map(|monthly| clause.ending_fee(opening, monthly));
    let before = opening.closed.last();
    let elsewhere = clause.price_elsewhere(opening);
    for i in (0..LANES).filter(|i| times[*i] > 0.0) {
        match before {
            Some(before) if before.ended[i] => month.elsewhere[i] = before.elsewhere[i],
            _ if month.ended[i] => {}
            _ => {
                month.elsewhere[i] = elsewhere[i];
                month.termination[i] += fee.as_ref().map_or(0.0, |fee| fee[i]);
            }
        }
        month.ended[i] = true;
    }
}

/// Where no unit is left or reserved yet, everything is bought on demand: at list prices where the
/// contract has ended, by its own prices before a conversion.
pub(super) fn on_demand_alone(list: &Lane, paid: &Lane, month: &mut Month) {
    let alone =
        |i: usize, month: &Month| month.ended[i] || (month.waiting[i] && month.deployed[i] == 0.0);
    for i in 0..LANES {
        if !alone(i, month) {
            continue;
        }
        let price = if month.ended[i] { month.elsewhere[i] * list[i] } else { paid[i] };
        month.spilled[i] = month.demand[i];
        month.rejected[i] = 0.0;
        month.on_demand[i] = month.demand[i] * price;
        month.hourly[i] = 0.0;
        month.shortage[i] = 0.0;
        month.idle[i] = 0.0;
    }
}
