//! What happened: the bill of each month and path, line by line, and its totals.
//!
//! Cost is positive, credit negative. Capacity is in unit-months: a unit that is there for one
//! month.

mod lines;
mod totals;

pub use lines::Lines;
pub use totals::{Costs, Tally, Totals};

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
        self.cost_in(Lines::ALL)
    }

    /// The same where the bill has no more than these lines.
    #[inline(always)]
    fn cost_in(&self, lines: Lines) -> Lane {
        let mut cost = self.fee;
        add(lines.hourly, &self.hourly, &mut cost);
        add(true, &self.on_demand, &mut cost);
        add(lines.rebate, &self.rebate, &mut cost);
        add(lines.rejected, &self.shortage, &mut cost);
        add(lines.termination, &self.termination, &mut cost);
        add(lines.prepaid, &self.prepaid, &mut cost);
        add(lines.credit, &self.credit, &mut cost);
        add(lines.granted, &self.granted, &mut cost);
        add(lines.shortfall, &self.shortfall, &mut cost);
        add(lines.apart, &self.apart, &mut cost);
        cost
    }
}

/// Adds a line of a bill, if it is there.
#[inline(always)]
fn add(there: bool, line: &Lane, sum: &mut Lane) {
    if there {
        for i in 0..LANES {
            sum[i] += line[i];
        }
    }
}

/// The months of one block of paths under one strategy and size.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// By month of the study; of a ledger with two places or one, the last months in turn.
    pub months: Vec<Month>,
    /// What its bills may hold.
    lines: Lines,
}

impl Ledger {
    /// An empty ledger with so many places for months.
    #[must_use]
    pub fn new(months: usize) -> Self {
        Self { months: vec![Month::EMPTY; months], lines: Lines::default() }
    }

    /// The place of month `t`, and the months that are closed by then of a contract that is in its
    /// month `of_contract`, as many as are kept.
    ///
    /// # Panics
    /// Without a place for the month.
    #[inline(always)]
    pub fn open(&mut self, t: usize, of_contract: usize) -> (&[Month], &mut Month) {
        match &mut self.months[..] {
            [only] => (&[], only),
            [even, odd] => {
                let (month, before) = if t.is_multiple_of(2) { (even, odd) } else { (odd, even) };
                (&std::slice::from_ref(before)[..of_contract.min(1)], month)
            }
            months => {
                let (closed, open) = months.split_at_mut(t);
                (&closed[t - of_contract..], &mut open[0])
            }
        }
    }
}
