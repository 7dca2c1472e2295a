//! The lines that the bills of a contract can have.

use super::{Ledger, Month};
use crate::rng::LANES;

/// Lines of a bill that not every contract has: those it lacks stay zero, and need neither be
/// written nor added up.
#[expect(clippy::struct_excessive_bools, reason = "each is a line of its own, read by name")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// [`Month::hourly`].
    pub hourly: bool,
    /// [`Month::unallocated`].
    pub unallocated: bool,
    /// [`Month::rejected`] and [`Month::shortage`].
    pub rejected: bool,
    /// [`Month::termination`].
    pub termination: bool,
    /// [`Month::prepaid`].
    pub prepaid: bool,
    /// [`Month::rebate`].
    pub rebate: bool,
    /// [`Month::credit`].
    pub credit: bool,
    /// [`Month::granted`].
    pub granted: bool,
    /// [`Month::shortfall`].
    pub shortfall: bool,
    /// [`Month::apart`].
    pub apart: bool,
}

impl Lines {
    /// Every line.
    pub const ALL: Self = Self {
        hourly: true,
        unallocated: true,
        rejected: true,
        termination: true,
        prepaid: true,
        rebate: true,
        credit: true,
        granted: true,
        shortfall: true,
        apart: true,
    };
}

impl Ledger {
    /// Makes ready for bills with these lines; those that earlier bills had and these lack are zero
    /// again.
    pub fn begin(&mut self, lines: Lines) {
        let before = std::mem::replace(&mut self.lines, lines);
        if before == lines {
            return;
        }
        for month in &mut self.months {
            month.clear(before, lines);
        }
    }
}

impl Month {
    fn clear(&mut self, before: Lines, now: Lines) {
        let all = [
            (before.hourly, now.hourly, &mut self.hourly),
            (before.unallocated, now.unallocated, &mut self.unallocated),
            (before.rejected, now.rejected, &mut self.rejected),
            (before.rejected, now.rejected, &mut self.shortage),
            (before.termination, now.termination, &mut self.termination),
            (before.prepaid, now.prepaid, &mut self.prepaid),
            (before.rebate, now.rebate, &mut self.rebate),
            (before.credit, now.credit, &mut self.credit),
            (before.granted, now.granted, &mut self.granted),
            (before.shortfall, now.shortfall, &mut self.shortfall),
            (before.apart, now.apart, &mut self.apart),
        ];
        for (before, now, line) in all {
            if before && !now {
                *line = [0.0; LANES];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_bills_no_longer_have_are_zero_again() {
        let mut ledger = Ledger::new(2);
        ledger.begin(Lines { hourly: true, apart: true, ..Lines::default() });
        for month in &mut ledger.months {
            (month.hourly, month.apart) = ([2.0; LANES], [3.0; LANES]);
        }
        ledger.begin(Lines { apart: true, credit: true, ..Lines::default() });
        for month in &ledger.months {
            assert_eq!((month.hourly[1], month.apart[1]), (0.0, 3.0));
        }
        ledger.begin(Lines::ALL);
        ledger.begin(Lines::default());
        assert!(ledger.months.iter().all(|month| month.cost() == [0.0; LANES]));
    }
}
