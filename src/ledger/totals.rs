//! Sums over the months of a path.

use super::{Lines, Month, add};
use crate::rng::{LANES, Lane};

/// Sums over the months of a path.
#[derive(Clone, Debug)]
#[repr(align(64))] // a line of the cache: vectors that straddle two take twice as long
pub struct Totals {
    /// Sum of the bills, USD.
    pub cost: Lane,
    /// Sum of the bills, each discounted from its month's end, USD.
    pub present_value: Lane,
    /// Committed fees, USD.
    pub fee: Lane,
    /// Spend beyond the commitment (hourly and on demand, net of rebates), USD.
    pub overflow: Lane,
    /// Fees for units that were not switched on, USD.
    pub unallocated: Lane,
    /// Fees and hourly charges for idle units, USD.
    pub idle: Lane,
    /// Stated cost of rejected demand, USD.
    pub shortage: Lane,
    /// Fees for ending the contract, USD.
    pub termination: Lane,
    /// Credits and what a grant paid, USD; not positive.
    pub credit: Lane,
    /// Spend that was committed and not reached, USD.
    pub shortfall: Lane,
    /// Bills apart from the units, USD.
    pub apart: Lane,
    /// Demand, unit-months.
    pub demand: Lane,
    /// Demand met by the commitment, unit-months.
    pub served: Lane,
    /// Demand not met, unit-months.
    pub rejected: Lane,
    /// Units switched on, unit-months.
    pub deployed: Lane,
}

impl Totals {
    /// No months yet.
    #[must_use]
    pub fn zero() -> Self {
        let zero = [0.0; LANES];
        Self {
            cost: zero,
            present_value: zero,
            fee: zero,
            overflow: zero,
            unallocated: zero,
            idle: zero,
            shortage: zero,
            termination: zero,
            credit: zero,
            shortfall: zero,
            apart: zero,
            demand: zero,
            served: zero,
            rejected: zero,
            deployed: zero,
        }
    }

    /// Fees for capacity that did no work, USD.
    #[must_use]
    pub fn waste(&self) -> Lane {
        let mut waste = self.unallocated;
        for (waste, idle) in waste.iter_mut().zip(&self.idle) {
            *waste += idle;
        }
        waste
    }

    /// Adds what is paid beside: a unit of it counts `worth`, so that units of different kinds add up.
    pub fn join(&mut self, part: &Self, worth: &Lane) {
        for i in 0..LANES {
            self.cost[i] += part.cost[i];
            self.present_value[i] += part.present_value[i];
            self.fee[i] += part.fee[i];
            self.overflow[i] += part.overflow[i];
            self.unallocated[i] += part.unallocated[i];
            self.idle[i] += part.idle[i];
            self.shortage[i] += part.shortage[i];
            self.termination[i] += part.termination[i];
            self.credit[i] += part.credit[i];
            self.shortfall[i] += part.shortfall[i];
            self.apart[i] += part.apart[i];
            self.demand[i] += worth[i] * part.demand[i];
            self.served[i] += worth[i] * part.served[i];
            self.rejected[i] += worth[i] * part.rejected[i];
            self.deployed[i] += worth[i] * part.deployed[i];
        }
    }
}

/// What is added up over the months of a path.
pub trait Tally {
    /// Adds a month whose bill has these lines and is worth `discount` of its amount today.
    fn add(&mut self, month: &Month, lines: Lines, discount: f64);
}

impl Tally for Totals {
    #[inline(always)]
    fn add(&mut self, month: &Month, lines: Lines, discount: f64) {
        let cost = month.cost_in(lines);
        for i in 0..LANES {
            self.cost[i] += cost[i];
            self.present_value[i] += discount * cost[i];
            self.fee[i] += month.fee[i];
            self.idle[i] += month.idle[i];
            self.demand[i] += month.demand[i];
            self.served[i] += month.served[i];
            self.deployed[i] += month.deployed[i];
        }
        if lines.hourly || lines.rebate {
            for i in 0..LANES {
                self.overflow[i] += month.hourly[i] + month.on_demand[i] + month.rebate[i];
            }
        } else {
            add(true, &month.on_demand, &mut self.overflow);
        }
        if lines.credit || lines.granted {
            for i in 0..LANES {
                self.credit[i] += month.credit[i] + month.granted[i];
            }
        }
        add(lines.unallocated, &month.unallocated, &mut self.unallocated);
        add(lines.rejected, &month.shortage, &mut self.shortage);
        add(lines.termination, &month.termination, &mut self.termination);
        add(lines.shortfall, &month.shortfall, &mut self.shortfall);
        add(lines.apart, &month.apart, &mut self.apart);
        add(lines.rejected, &month.rejected, &mut self.rejected);
    }
}

/// The totals that a choice among sizes needs; the same bits as those of [`Totals`].
#[derive(Clone, Debug)]
#[repr(align(64))] // as above
pub struct Costs {
    /// Sum of the bills, USD.
    pub cost: Lane,
    /// Sum of the bills, each discounted from its month's end, USD.
    pub present_value: Lane,
    /// Fees for units that were not switched on, USD.
    pub unallocated: Lane,
    /// Fees and hourly charges for idle units, USD.
    pub idle: Lane,
}

impl Costs {
    /// No months yet.
    #[must_use]
    pub fn zero() -> Self {
        let zero = [0.0; LANES];
        Self { cost: zero, present_value: zero, unallocated: zero, idle: zero }
    }

    /// Fees for units that did no work, USD.
    #[must_use]
    pub fn waste(&self) -> Lane {
        std::array::from_fn(|i| self.unallocated[i] + self.idle[i])
    }
}

impl From<Totals> for Costs {
    fn from(totals: Totals) -> Self {
        let Totals { cost, present_value, unallocated, idle, .. } = totals;
        Self { cost, present_value, unallocated, idle }
    }
}

impl Tally for Costs {
    #[inline(always)]
    fn add(&mut self, month: &Month, lines: Lines, discount: f64) {
        let cost = month.cost_in(lines);
        for i in 0..LANES {
            self.cost[i] += cost[i];
            self.present_value[i] += discount * cost[i];
            self.idle[i] += month.idle[i];
        }
        add(lines.unallocated, &month.unallocated, &mut self.unallocated);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Totals whose lines are all different, path by path.
    fn distinct(first: f64) -> Totals {
        let mut totals = Totals::zero();
        for (k, line) in lines(&mut totals).into_iter().enumerate() {
            *line = std::array::from_fn(|i| first + k as f64 + 100.0 * i as f64);
        }
        totals
    }

    /// Every line, those in units last.
    fn lines(totals: &mut Totals) -> [&mut Lane; 15] {
        let Totals {
            cost,
            present_value,
            fee,
            overflow,
            unallocated,
            idle,
            shortage,
            termination,
            credit,
            shortfall,
            apart,
            demand,
            served,
            rejected,
            deployed,
        } = totals;
        [
            cost,
            present_value,
            fee,
            overflow,
            unallocated,
            idle,
            shortage,
            termination,
            credit,
            shortfall,
            apart,
            demand,
            served,
            rejected,
            deployed,
        ]
    }

    #[test]
    fn what_is_paid_beside_is_added_line_by_line() {
        let (mut own, mut part) = (distinct(1.0), distinct(1000.0));
        own.join(&part, &[3.0; LANES]);
        let mut before = distinct(1.0);
        let lines = lines(&mut own).into_iter().zip(lines(&mut before)).zip(lines(&mut part));
        for (k, ((sum, own), part)) in lines.enumerate() {
            let worth = if k < 11 { 1.0 } else { 3.0 };
            for i in 0..LANES {
                assert_eq!(sum[i], own[i] + worth * part[i], "line {k}");
            }
        }
    }
}
