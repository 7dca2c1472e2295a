//! What a clause is, and what it is shown of a contract and its months.

use super::policy::Policy;
use super::{Contract, Right, Upfront};
use crate::error::Problem;
use crate::ledger::Month;
use crate::param::Param;
use crate::rng::{LANES, Lane};

/// Prices of a month on each path, USD per unit-month.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))] // a line of the cache: vectors that straddle two take twice as long
pub struct Rates {
    /// On-demand price of a fully used unit.
    pub on_demand: Lane,
    /// Price of a committed unit.
    pub commitment: Lane,
}

impl Default for Rates {
    fn default() -> Self {
        Self { on_demand: [0.0; LANES], commitment: [0.0; LANES] }
    }
}

/// The prices of all months up to the one that is being fixed.
#[derive(Clone, Copy, Debug)]
pub struct Quotes<'a> {
    /// Month of the contract, from 0.
    pub month: usize,
    /// Months of a term.
    pub term: usize,
    /// Values of the uncertain parameters.
    pub params: &'a [Lane],
    /// List prices when the contract starts.
    pub start: &'a Rates,
    /// List prices of the contract's months up to and with this one.
    pub list: &'a [Rates],
    /// Prices after caps, before percentages: of the contract's earlier months, and of this one
    /// once its caps have been applied.
    pub capped: &'a [Rates],
}

/// What is known when a month opens.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    /// Month of the contract, from 0.
    pub month: usize,
    /// The contract.
    pub contract: &'a Contract,
    /// Values of the uncertain parameters.
    pub params: &'a [Lane],
    /// The contract's closed months.
    pub closed: &'a [Month],
    /// Their list prices.
    pub list: &'a [Rates],
}

impl Opening<'_> {
    /// The same with another month so many months later: what is known now of what is agreed for it.
    #[must_use]
    pub fn later(self, months: usize) -> Self {
        Self { month: self.month + months, ..self }
    }

    /// Whether the term that begins with this month was ordered by a right to renew before it, on each
    /// path.
    #[must_use]
    pub fn is_renewed(self) -> [bool; LANES] {
        let terms = (self.month / self.contract.term) as f64;
        let mut rights = self.contract.rights().filter(|(_, _, right)| right.renews);
        rights.next().map_or([false; LANES], |(place, _, right)| {
            right.declared(self, place).map(|times| times >= terms)
        })
    }
}

/// A month that has been used and billed, with its lines up to the stage of the hook.
#[derive(Clone, Copy, Debug)]
pub struct Billing<'a> {
    /// What was known when it opened.
    pub opening: Opening<'a>,
    /// The month itself.
    pub now: &'a Month,
    /// Whether the contract ends with it, or the simulation does.
    pub last: bool,
}

/// A term with a cash-flow effect. Every hook defaults to none.
pub trait Clause {
    /// Limits unit prices: `rates` holds the list prices on entry.
    fn cap(&self, quotes: Quotes<'_>, rates: &mut Rates) {
        let _ = (quotes, rates);
    }

    /// Applies percentages to prices that are already capped.
    fn discount(&self, quotes: Quotes<'_>, rates: &mut Rates) {
        let _ = (quotes, rates);
    }

    /// Changes the reserved units: `reserved` holds the contract's quantity on entry.
    fn quantity(&self, opening: Opening<'_>, reserved: &mut Lane) {
        let _ = (opening, reserved);
    }

    /// The right that the clause grants, if it grants one.
    fn right(&self) -> Option<Right<'_>> {
        None
    }

    /// The policy of the clause's right, to fit it.
    fn policy_mut(&mut self) -> Option<&mut Policy> {
        None
    }

    /// Changes `units` by the clause's right, exercised so many `times` on each path. Unless the
    /// clause says otherwise none are left: the right ends the contract.
    fn exercise(&self, opening: Opening<'_>, times: &Lane, units: &mut Lane) {
        let _ = opening;
        for i in (0..LANES).filter(|i| times[*i] > 0.0) {
            units[i] = 0.0;
        }
    }

    /// Changes `units` by what was exercised at the end of contract month `window`, so many `times` on
    /// each path, where a right's exercises act by their dates
    /// ([`Right::rolling`](super::right::Right::rolling)). Returns what is billed for it, USD.
    fn cancel(&self, opening: Opening<'_>, window: usize, times: &Lane, units: &mut Lane) -> Lane {
        let _ = (opening, window, times, units);
        [0.0; LANES]
    }

    /// What ending the contract by the clause's right costs, USD, where the units of the month that
    /// opens would cost `monthly`.
    fn ending_fee(&self, opening: Opening<'_>, monthly: &Lane) -> Lane {
        let _ = (opening, monthly);
        [0.0; LANES]
    }

    /// What the load costs on demand once the clause's right has ended the contract, as a multiple
    /// of the list price.
    fn price_elsewhere(&self, opening: Opening<'_>) -> Lane {
        let _ = opening;
        [1.0; LANES]
    }

    /// How fees are paid ahead, if the clause has them paid so.
    fn upfront(&self) -> Option<&Upfront> {
        None
    }

    /// Adds rebates on the on-demand spend, as negative amounts in USD; `rebate` holds those of
    /// earlier clauses on entry.
    fn rebate(&self, billing: &Billing<'_>, rebate: &mut Lane) {
        let _ = (billing, rebate);
    }

    /// Adds credits, as negative amounts in USD.
    fn credit(&self, billing: &Billing<'_>, credit: &mut Lane) {
        let _ = (billing, credit);
    }

    /// Pays from a balance what rebates and credits leave of the bill, as a negative amount in USD.
    fn grant(&self, billing: &Billing<'_>, granted: &mut Lane) {
        let _ = (billing, granted);
    }

    /// Adds spend that was committed and not reached, USD.
    fn shortfall(&self, billing: &Billing<'_>, shortfall: &mut Lane) {
        let _ = (billing, shortfall);
    }

    /// Which hooks the clause uses.
    fn hooks(&self) -> Hooks;

    /// The parameters that may be uncertain, by field name.
    fn params(&mut self) -> Vec<(String, &mut Param)>;

    /// Everything wrong with the clause in a contract of `term` months.
    fn check(&self, term: usize) -> Vec<Problem>;

    /// The clause in plain words with its numbers.
    fn describe(&self) -> String;
}

/// The hooks that a clause uses.
#[expect(clippy::struct_excessive_bools, reason = "one flag per hook, read by name")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hooks {
    /// [`Clause::cap`]
    pub cap: bool,
    /// [`Clause::discount`]
    pub discount: bool,
    /// [`Clause::quantity`]
    pub quantity: bool,
    /// [`Clause::right`] and [`Clause::exercise`]
    pub right: bool,
    /// [`Clause::upfront`]
    pub upfront: bool,
    /// [`Clause::rebate`]
    pub rebate: bool,
    /// [`Clause::credit`]
    pub credit: bool,
    /// [`Clause::grant`]
    pub grant: bool,
    /// [`Clause::shortfall`]
    pub shortfall: bool,
    /// Whether a hook reads closed months.
    pub history: bool,
    /// Whether a hook other than those of a right reads more of them than the last.
    pub remembers: bool,
}

impl Hooks {
    /// The hooks of a clause that grants a right: its policy and its budget look back.
    #[must_use]
    pub fn of_right() -> Self {
        Self { right: true, history: true, ..Self::default() }
    }
}
