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
//! | [`Clause::exercise`] | then, where it grants a [`Clause::right`] | reductions, exits |
//! | [`Clause::upfront`] | when the month is billed | fees that are paid ahead |
//! | [`Clause::rebate`] | then | percentages that depend on the month's volume |
//! | [`Clause::credit`] | then | credits |
//! | [`Clause::grant`] | then | balances that pay what is left |
//! | [`Clause::shortfall`] | last | spend that was committed and not reached |
//!
//! Clauses of one hook apply in the order in which the study lists them; a study that lists a
//! percentage before a limit is refused, because it reads as another order than the one that
//! holds. Every hook gets one month of one block of paths.
//!
//! [`Clause`] and what it is shown are in `clause`. Three files are shared by the clauses that grant
//! rights:
//!
//! | file | what |
//! |---|---|
//! | [`right`] | windows, notice, budget: when a right may be exercised |
//! | [`policy`] | when it is |
//! | [`quantity`] | what exercises make of the units |
//!
//! To add a clause: its file here with the six headings (*What it does*, *Formula*, *Parameters*,
//! *Ambiguity and our reading*, *Example*, *Source*), its `mod` line, its line in `clauses!`, and
//! a worked example in `tests/clauses/`. What several clauses use: [`Charges`], which lines of a
//! bill are meant, [`Tier`], percentages by amount, and [`Period`], what is settled when.

mod charges;
mod clause;
mod clawback;
mod collar;
mod conversion;
mod credit_grant;
mod early_downgrade;
mod escalation_cap;
mod expansion;
mod flat_discount;
mod flex_down;
mod period;
pub mod policy;
pub mod quantity;
mod ramp;
mod refund;
mod renewal_option;
pub mod right;
mod share_of_wallet;
pub mod sizes;
mod spend_commitment;
mod stated;
mod switching;
mod terminate;
mod tiers;
mod tranches;
mod upfront;
mod volume_tiers;
pub mod windows;

pub use charges::Charges;
pub use clause::{Billing, Clause, Hooks, Opening, Quotes, Rates};
pub use clawback::{Clawback, Final};
pub use collar::Collar;
pub use conversion::Conversion;
pub use credit_grant::CreditGrant;
pub use early_downgrade::EarlyDowngrade;
pub use escalation_cap::{CappedPrice, EscalationCap};
pub use expansion::Expansion;
pub use flat_discount::{DiscountedPrice, FlatDiscount, Stacking};
pub use flex_down::FlexDown;
pub use period::{Period, Settlement};
pub use ramp::{Ramp, RampStep};
pub use refund::Refund;
pub use renewal_option::RenewalOption;
pub use share_of_wallet::ShareOfWallet;
pub use spend_commitment::SpendCommitment;
pub use switching::Switching;
pub use terminate::Terminate;
pub use tiers::Tier;
pub use tranches::{Tranche, Tranches};
pub use upfront::Upfront;
pub use volume_tiers::{TierReading, Volume, VolumeTiers};

use crate::param::{Param, Parameters};
use right::Right;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

            /// The schema of the clause behind the name: its documentation and its fields.
            #[must_use]
            pub fn schema(&self) -> schemars::Schema {
                match self { $(Self::$variant(_) => schemars::schema_for!($variant),)* }
            }

            /// The kinds in the order in which they are listed here.
            #[must_use]
            pub fn kinds() -> Vec<String> {
                vec![$(snake_case(stringify!($variant)),)*]
            }

            /// The schema of the clauses of a `kind`.
            #[must_use]
            pub fn schema_of(kind: &str) -> Option<schemars::Schema> {
                $(if snake_case(stringify!($variant)) == kind {
                    return Some(schemars::schema_for!($variant));
                })*
                None
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
    /// Several reservations in one contract.
    Tranches,
    /// Fewer units in the first months.
    Ramp,
    /// A limit on price rises.
    EscalationCap,
    /// A floor and a ceiling for a price.
    Collar,
    /// A percentage off a price.
    FlatDiscount,
    /// Fees paid ahead, for a percentage.
    Upfront,
    /// Percentages that rise with the month's on-demand volume.
    VolumeTiers,
    /// A credit for months of low utilization.
    Clawback,
    /// A right to turn on-demand load into committed units.
    Conversion,
    /// A right to reduce the units at set dates.
    FlexDown,
    /// A right to reduce the units once, early in the contract.
    EarlyDowngrade,
    /// A right to hand units back, up to a limit in money.
    Refund,
    /// A right to end the contract.
    Terminate,
    /// A right to add units, at the signed price or at that of the day.
    Expansion,
    /// A right to renew the contract at an agreed price.
    RenewalOption,
    /// A way out to another provider.
    Switching,
    /// A balance that pays bills until it is used up or expires.
    CreditGrant,
    /// Spend promised per period, for a percentage.
    SpendCommitment,
    /// A percentage for most of the buyer's spend.
    ShareOfWallet,
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
    /// Smallest number of units that is sold; 0 where nothing says so.
    pub minimum: f64,
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
            (term, _) if self.renewal_change().is_some() => Phase::Term(term),
            (_, Renewal::Hourly) => Phase::Hourly,
            _ => Phase::None,
        }
    }

    /// The change of the committed price from term to term, where one follows another: always, or
    /// where a right is exercised.
    #[must_use]
    pub fn renewal_change(&self) -> Option<&Param> {
        if let Renewal::Renew { price_change } = &self.renewal {
            return Some(price_change);
        }
        self.clauses.iter().find_map(|clause| match clause {
            AnyClause::RenewalOption(option) => Some(&option.price_change),
            _ => None,
        })
    }

    /// Months under contract in a study of `months`.
    #[must_use]
    pub fn in_force(&self, months: usize) -> usize {
        let left = months.saturating_sub(self.start);
        if self.renewal_change().is_some() { left } else { left.min(self.term) }
    }

    /// Months left in the term after so many months of the contract.
    #[must_use]
    pub fn months_left(&self, month: usize) -> usize {
        self.term - month % self.term
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
        let adds = |h: Hooks| h.upfront || h.rebate || h.credit || h.grant || h.shortfall;
        self.deployed.is_none() && !self.uses(|h| adds(h) || h.history)
    }

    /// Whether every month has the list price and the fee that was signed: nothing acts on either.
    #[must_use]
    pub fn pays_list_prices(&self) -> bool {
        let acts = |hooks: Hooks| hooks.cap || hooks.discount;
        !self.uses(acts) && self.renewal_change().is_none() && self.hourly.is_none()
    }

    /// Whether one of its clauses is a refund rule.
    #[must_use]
    pub fn has_refund(&self) -> bool {
        self.clauses.iter().any(|clause| matches!(clause, AnyClause::Refund(_)))
    }

    /// Whether the reserved units are the same on every path.
    #[must_use]
    pub fn has_certain_quantities(&self) -> bool {
        !self.uses(|hooks| hooks.right) && self.has_certain_exercises()
    }

    /// Whether stated exercises leave the same on every path: units, or the end of the contract.
    #[must_use]
    pub fn has_certain_exercises(&self) -> bool {
        let more = |right: Right<'_>| right.starts || right.at_list || right.rolling.is_some();
        let changes = |hooks: Hooks| hooks.quantity || hooks.right;
        let certain = |clause: &AnyClause| {
            let mut clause = clause.clone();
            clause.get_mut().params().iter().all(|(_, param)| param.fixed().is_some())
        };
        let mut changing = self.clauses.iter().filter(|clause| changes(clause.get().hooks()));
        !self.rights().any(|(_, _, right)| more(right)) && changing.all(certain)
    }

    /// The clauses that grant rights, with their places among them.
    pub fn rights(&self) -> impl Iterator<Item = (usize, &dyn Clause, Right<'_>)> {
        let clauses = self.clauses.iter().map(AnyClause::get);
        let rights = clauses.filter_map(|clause| Some((clause, self.right_of(clause)?)));
        rights.enumerate().map(|(place, (clause, right))| (place, clause, right))
    }

    /// The right that one of its clauses grants, with windows where the contract's terms have them.
    #[must_use]
    pub fn right_of<'a>(&self, clause: &'a dyn Clause) -> Option<Right<'a>> {
        let right = clause.right()?;
        Some(if right.renews { Right { every: Some(self.term), ..right } } else { right })
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
