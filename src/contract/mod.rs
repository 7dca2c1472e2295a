//! What is agreed: an offer, a term, and the clauses that change its bill.
//!
//! A clause is a pure function of what is known: it holds no state, the ledger is the memory.
//! Its hooks are called at fixed places of [`crate::settle`], which alone decides the order:
//!
//! | hook | called | for |
//! |---|---|---|
//! | [`Clause::cap`] | when a month's prices are fixed, first | limits on unit prices |
//! | [`Clause::discount`] | then | percentages |
//! | [`Clause::quantity`] | when the month opens | ramps, steps |
//! | [`Clause::rebate`] | when the month is billed | percentages that depend on the month's volume |
//! | [`Clause::credit`] | then | credits |
//! | [`Clause::grant`] | then | balances that pay what is left |
//! | [`Clause::shortfall`] | last | spend that was committed and not reached |
//!
//! Clauses of one hook apply in the order in which the study lists them; a study that lists a
//! percentage before a limit is refused, because it reads as another order than the one that
//! holds. Every hook gets one month of one block of paths.
//!
//! To add a clause: its file here with the six headings (*What it does*, *Formula*, *Parameters*,
//! *Ambiguity and our reading*, *Example*, *Source*), its `mod` line, its line in `clauses!`, and
//! a worked example in `tests/clauses/`. What several clauses use: [`Charges`], which lines of a
//! bill are meant, and [`Tier`], percentages by amount.

mod charges;
mod clawback;
mod collar;
mod credit_grant;
mod escalation_cap;
mod flat_discount;
mod ramp;
pub mod sizes;
mod spend_commitment;
mod tiers;
mod volume_tiers;

pub use charges::Charges;
pub use clawback::{Clawback, Final};
pub use collar::Collar;
pub use credit_grant::CreditGrant;
pub use escalation_cap::{CappedPrice, EscalationCap};
pub use flat_discount::{DiscountedPrice, FlatDiscount, Stacking};
pub use ramp::{Ramp, RampStep};
pub use spend_commitment::{Period, SpendCommitment};
pub use tiers::Tier;
pub use volume_tiers::{TierReading, Volume, VolumeTiers};

use crate::error::Problem;
use crate::ledger::Month;
use crate::param::{Param, Parameters};
use crate::rng::Lane;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Prices of a month on each path, USD per unit-month.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// On-demand price of a fully used unit.
    pub on_demand: Lane,
    /// Price of a committed unit.
    pub commitment: Lane,
}

/// The prices of all months up to the one that is being fixed.
#[derive(Clone, Copy, Debug)]
pub struct Quotes<'a> {
    /// Month of the contract, from 0.
    pub month: usize,
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

    /// Adds rebates on the on-demand spend, as negative amounts in USD; `rebate` holds those of
    /// earlier clauses on entry.
    fn rebate(&self, billing: Billing<'_>, rebate: &mut Lane) {
        let _ = (billing, rebate);
    }

    /// Adds credits, as negative amounts in USD.
    fn credit(&self, billing: Billing<'_>, credit: &mut Lane) {
        let _ = (billing, credit);
    }

    /// Pays from a balance what rebates and credits leave of the bill, as a negative amount in USD.
    fn grant(&self, billing: Billing<'_>, granted: &mut Lane) {
        let _ = (billing, granted);
    }

    /// Adds spend that was committed and not reached, USD.
    fn shortfall(&self, billing: Billing<'_>, shortfall: &mut Lane) {
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
}

/// The list of clauses: the enum that studies name them by, and the way to the trait.
macro_rules! clauses {
    ($($(#[doc = $doc:literal])* $variant:ident,)*) => {
        /// A clause of a contract, by its `kind`.
        #[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum AnyClause {
            $($(#[doc = $doc])* $variant($variant),)*
        }

        impl AnyClause {
            /// The clause behind the name.
            #[must_use]
            pub fn get(&self) -> &dyn Clause {
                match self { $(Self::$variant(clause) => clause,)* }
            }

            /// The clause behind the name, to bind its parameters.
            pub fn get_mut(&mut self) -> &mut dyn Clause {
                match self { $(Self::$variant(clause) => clause,)* }
            }

            /// The `kind` in a study file.
            #[must_use]
            pub fn kind(&self) -> String {
                let camel = match self { $(Self::$variant(_) => stringify!($variant),)* };
                snake_case(camel)
            }
        }
    };
}

clauses! {
    /// Fewer units in the first months.
    Ramp,
    /// A limit on price rises.
    EscalationCap,
    /// A floor and a ceiling for a price.
    Collar,
    /// A percentage off a price.
    FlatDiscount,
    /// Percentages that rise with the month's on-demand volume.
    VolumeTiers,
    /// A credit for months of low utilization.
    Clawback,
    /// A balance that pays bills until it is used up or expires.
    CreditGrant,
    /// Spend promised per period, for a percentage.
    SpendCommitment,
}

/// `EscalationCap` as `escalation_cap`.
fn snake_case(camel: &str) -> String {
    let mut out = String::new();
    for (i, c) in camel.char_indices() {
        if c.is_uppercase() && i > 0 {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// What happens when a term ends within the months simulated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Renewal {
    /// The same units for another term, at a price that changes with each renewal.
    Renew {
        /// Change of the commitment's price at each renewal: 0.05 for 5 % more.
        price_change: Param,
    },
    /// The deployed units stay and are billed at the hourly price.
    Hourly,
    /// The units are given up; everything goes on demand.
    OnDemand,
}

/// An agreed commitment, apart from its size.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Price of a unit-month in the first term, USD.
    pub fee: Param,
    /// Price of a unit-month of hourly capacity, USD, where the vendor sells it.
    pub hourly: Option<Param>,
    /// Month in which the contract starts, from 0.
    pub start: usize,
    /// Months of a term.
    pub term: usize,
    /// What happens after a term.
    pub renewal: Renewal,
    /// Units switched on, if not as many as are reserved.
    pub deployed: Option<f64>,
    /// Step in which units are sold; 0 where nothing says so.
    pub step: f64,
    /// Clauses in the order in which they apply.
    pub clauses: Vec<AnyClause>,
}

/// Where a month lies in the life of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Before the start, or after the end without renewal.
    None,
    /// In the term with this number, from 0.
    Term(usize),
    /// After the end, with the units billed by the hour.
    Hourly,
}

impl Contract {
    /// Where month `t` (from 0, of the study) lies.
    #[must_use]
    pub fn phase(&self, t: usize) -> Phase {
        let Some(month) = t.checked_sub(self.start) else {
            return Phase::None;
        };
        match (month / self.term, &self.renewal) {
            (0, _) => Phase::Term(0),
            (term, Renewal::Renew { .. }) => Phase::Term(term),
            (_, Renewal::Hourly) => Phase::Hourly,
            (_, Renewal::OnDemand) => Phase::None,
        }
    }

    /// Whether month `t` is the last under contract in a study of `months`.
    #[must_use]
    pub fn is_last(&self, t: usize, months: usize) -> bool {
        let under = |t| matches!(self.phase(t), Phase::Term(_));
        under(t) && (t + 1 == months || !under(t + 1))
    }

    /// Whether the totals follow from prices and quantities alone: no clause adds a line to the
    /// bill or looks back, and what is reserved is deployed.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let adds = |h: Hooks| h.rebate || h.credit || h.grant || h.shortfall;
        self.deployed.is_none() && !self.uses(|h| adds(h) || h.history)
    }

    /// Whether the reserved units are the same on every path.
    #[must_use]
    pub fn has_certain_quantities(&self) -> bool {
        self.clauses.iter().filter(|clause| clause.get().hooks().quantity).all(|clause| {
            let mut clause = clause.clone();
            clause.get_mut().params().iter().all(|(_, param)| param.fixed().is_some())
        })
    }

    /// Whether any clause has the hook.
    #[must_use]
    pub fn uses(&self, hook: impl Fn(Hooks) -> bool) -> bool {
        self.clauses.iter().any(|clause| hook(clause.get().hooks()))
    }

    /// Registers the uncertain parameters; clauses by kind, so that one clause's draws do not
    /// depend on the others.
    pub fn bind(&mut self, parameters: &mut Parameters) {
        parameters.bind("contract.fee_per_unit_month", &mut self.fee);
        if let Some(hourly) = &mut self.hourly {
            parameters.bind("contract.hourly_per_unit_month", hourly);
        }
        if let Renewal::Renew { price_change } = &mut self.renewal {
            parameters.bind("contract.renewal.price_change", price_change);
        }
        let mut seen: Vec<String> = Vec::new();
        for clause in &mut self.clauses {
            let kind = clause.kind();
            let number = 1 + seen.iter().filter(|k| **k == kind).count();
            let name = if number == 1 { kind.clone() } else { format!("{kind} {number}") };
            for (field, param) in clause.get_mut().params() {
                parameters.bind(&format!("clause {name}.{field}"), param);
            }
            seen.push(kind);
        }
    }
}
