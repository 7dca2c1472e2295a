//! What happened: the bill of each month and path, line by line, and its totals.
//!
//! Cost is positive, credit negative. Capacity is in unit-months: a unit that is there for one
//! month.

use crate::rng::{LANES, Lane};

/// Rights exercised together: for each right, by its place among the contract's, how many of its
/// parts ([`crate::contract::right::Right::parts`]) were, in four bits.
pub type Mark = u32;

/// Bits for the parts of a right.
const PART_BITS: usize = 4;

/// Most parts that a right can have.
pub const MOST_PARTS: u32 = (1 << PART_BITS) - 1;

/// The mark of so many parts of the right at `place`.
#[inline]
#[must_use]
pub fn mark(place: usize, parts: u32) -> Mark {
    parts << (PART_BITS * place)
}

/// Parts of the right at `place` that a mark holds.
#[inline]
#[must_use]
pub fn parts(mark: Mark, place: usize) -> u32 {
    mark >> (PART_BITS * place) & MOST_PARTS
}

/// Rights exercised on each path.
pub type Marks = [Mark; LANES];

/// Most rights that a contract can have.
pub const MOST_RIGHTS: usize = Mark::BITS as usize / PART_BITS;

/// One month of one block of paths.
#[derive(Clone, Debug)]
#[repr(align(64))] // a line of the cache: vectors that straddle two take twice as long
pub struct Month {
    /// Rights that were exercised as the month opened.
    pub exercised: Marks,
    /// Whether a right has ended the contract before this month, on each path.
    pub ended: [bool; LANES],
    /// What the load costs on demand after the contract, as a multiple of the list price.
    pub elsewhere: Lane,
    /// Whether units wait for a conversion to be reserved, on each path.
    pub waiting: [bool; LANES],
    /// What a committed unit costs on average, as a ratio to the signed price.
    pub price_ratio: Lane,
    /// Mean load, in units.
    pub demand: Lane,
    /// Units paid for by commitment.
    pub reserved: Lane,
    /// Units switched on.
    pub deployed: Lane,
    /// Demand met by the deployed units.
    pub served: Lane,
    /// Demand beyond the deployed units that was met otherwise.
    pub spilled: Lane,
    /// Demand that was not met.
    pub rejected: Lane,
    /// Committed fee, USD.
    pub fee: Lane,
    /// Spend on hourly units, USD: deployed beyond reserved, and overflow served by the hour.
    pub hourly: Lane,
    /// Spend on demand, USD.
    pub on_demand: Lane,
    /// Percentages off the on-demand spend that depend on its volume, USD; not positive.
    pub rebate: Lane,
    /// Stated cost of rejected demand, USD.
    pub shortage: Lane,
    /// Fee for ending the contract, USD.
    pub termination: Lane,
    /// Fees that are paid ahead, less those of this month that were, USD.
    pub prepaid: Lane,
    /// Credits, USD; not positive.
    pub credit: Lane,
    /// What a granted balance pays of the bill, USD; not positive.
    pub granted: Lane,
    /// Spend that was committed and not reached, USD.
    pub shortfall: Lane,
    /// Bills apart from the units, the same under every strategy, USD: batch, smaller models,
    /// training, hosting.
    pub apart: Lane,
    /// Part of the fee for units that were not switched on, USD.
    pub unallocated: Lane,
    /// Part of the fee and the hourly charges for units that were on but idle, USD.
    pub idle: Lane,
}

impl Month {
    const EMPTY: Self = {
        let zero = [0.0; LANES];
        Self {
            exercised: [0; LANES],
            ended: [false; LANES],
            elsewhere: [1.0; LANES],
            waiting: [false; LANES],
            price_ratio: [1.0; LANES],
            demand: zero,
            reserved: zero,
            deployed: zero,
            served: zero,
            spilled: zero,
            rejected: zero,
            fee: zero,
            hourly: zero,
            on_demand: zero,
            rebate: zero,
            shortage: zero,
            termination: zero,
            prepaid: zero,
            credit: zero,
            granted: zero,
            shortfall: zero,
            apart: zero,
            unallocated: zero,
            idle: zero,
        }
    };

    /// What the month costs on each path: the sum of its lines, USD.
    #[inline(always)]
    #[must_use]
    pub fn cost(&self) -> Lane {
        let mut cost = [0.0; LANES];
        for i in 0..LANES {
            cost[i] = self.fee[i]
                + self.hourly[i]
                + self.on_demand[i]
                + self.rebate[i]
                + self.shortage[i]
                + self.termination[i]
                + self.prepaid[i]
                + self.credit[i]
                + self.granted[i]
                + self.shortfall[i]
                + self.apart[i];
        }
        cost
    }
}

/// The months of one block of paths under one strategy and size.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// By month of the study.
    pub months: Vec<Month>,
}

impl Ledger {
    /// An empty ledger.
    #[must_use]
    pub fn new(months: usize) -> Self {
        Self { months: vec![Month::EMPTY; months] }
    }
}

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
    /// Adds a month whose bill is worth `discount` of its amount today.
    fn add(&mut self, month: &Month, discount: f64);
}

impl Tally for Totals {
    #[inline(always)]
    fn add(&mut self, month: &Month, discount: f64) {
        let cost = month.cost();
        for i in 0..LANES {
            self.cost[i] += cost[i];
            self.present_value[i] += discount * cost[i];
            self.fee[i] += month.fee[i];
            self.overflow[i] += month.hourly[i] + month.on_demand[i] + month.rebate[i];
            self.unallocated[i] += month.unallocated[i];
            self.idle[i] += month.idle[i];
            self.shortage[i] += month.shortage[i];
            self.termination[i] += month.termination[i];
            self.credit[i] += month.credit[i] + month.granted[i];
            self.shortfall[i] += month.shortfall[i];
            self.apart[i] += month.apart[i];
            self.demand[i] += month.demand[i];
            self.served[i] += month.served[i];
            self.rejected[i] += month.rejected[i];
            self.deployed[i] += month.deployed[i];
        }
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
    fn add(&mut self, month: &Month, discount: f64) {
        let cost = month.cost();
        for i in 0..LANES {
            self.cost[i] += cost[i];
            self.present_value[i] += discount * cost[i];
            self.unallocated[i] += month.unallocated[i];
            self.idle[i] += month.idle[i];
        }
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
