//! The stages of settlement: the one list of what happens in which order.

use crate::contract::{Billing, Clause, Hooks};
use crate::rng::Lane;

/// The stages with their titles; what each does is its documentation.
macro_rules! stages {
    ($($(#[doc = $words:literal])+ $stage:ident $title:literal,)*) => {
        /// A stage of settlement; [`Self::ORDER`] is the order in which they happen.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Stage {
            $($(#[doc = $words])+ $stage,)*
        }

        impl Stage {
            /// All stages, first to last.
            pub const ORDER: [Self; [$($title),*].len()] = [$(Self::$stage),*];

            /// The name in reports.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$stage => $title,)* }
            }

            /// What happens, in words.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Self::$stage => concat!($($words),+).trim_ascii_start(),)* }
            }
        }
    };
}

stages! {
    /// The month's list prices: on demand as the future has it, committed as signed and changed at
    /// each renewal.
    List "list prices",
    /// Limits hold the prices, clause by clause.
    Cap "caps",
    /// Percentages come off the capped prices, clause by clause.
    Discount "discounts",
    /// The contract's units, as ramps and the like change them, clause by clause; then rights, whether
    /// they are exercised and what those in effect leave, right by right; then the units that are
    /// switched on.
    Quantity "quantity",
    /// The load of the month's hours against the units that are on: what they serve, and what
    /// overflows.
    Use "use",
    /// Quantities times prices: the fee, hourly units, on demand, shortage.
    Bill "bill",
    /// Fees of a term that are paid ahead: more in its first month, less in the later ones.
    Prepaid "prepaid",
    /// Percentages off the on-demand spend that depend on the month's volume, clause by clause.
    Rebate "rebates",
    /// Credits, clause by clause.
    Credit "credits",
    /// A granted balance pays what is left of the bill.
    Grant "grants",
    /// Where a period ends, the spend that was committed for it and not reached, clause by clause.
    Shortfall "shortfall",
}

/// A hook by which a clause adds to the month's bill, USD.
pub type Adds = fn(&dyn Clause, &Billing<'_>, &mut Lane);

impl Stage {
    /// Whether a clause with these hooks acts in the stage.
    #[must_use]
    pub fn holds(self, hooks: Hooks) -> bool {
        match self {
            Self::Cap => hooks.cap,
            Self::Discount => hooks.discount,
            Self::Quantity => hooks.quantity || hooks.right,
            Self::Prepaid => hooks.upfront,
            Self::Rebate => hooks.rebate,
            Self::Credit => hooks.credit,
            Self::Grant => hooks.grant,
            Self::Shortfall => hooks.shortfall,
            Self::List | Self::Use | Self::Bill => false,
        }
    }

    /// Whether what clauses add in the stage stops where a right has ended the contract. Credits for
    /// earlier months are still paid, and what was promised is settled.
    #[must_use]
    pub fn ends_with_contract(self) -> bool {
        matches!(self, Self::Rebate | Self::Grant)
    }

    /// The hook by which clauses add to the bill in this stage, if they do.
    #[must_use]
    pub fn adds(self) -> Option<Adds> {
        match self {
            Self::Rebate => Some(|clause, billing, sum| clause.rebate(billing, sum)),
            Self::Credit => Some(|clause, billing, sum| clause.credit(billing, sum)),
            Self::Grant => Some(|clause, billing, sum| clause.grant(billing, sum)),
            Self::Shortfall => Some(|clause, billing, sum| clause.shortfall(billing, sum)),
            Self::List
            | Self::Cap
            | Self::Discount
            | Self::Quantity
            | Self::Use
            | Self::Bill
            | Self::Prepaid => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The call that is the stage, in `reprice` or in the body of `settle`.
    fn call(stage: Stage) -> &'static str {
        match stage {
            Stage::List => "list_fee(",
            Stage::Cap => ".cap(",
            Stage::Discount => ".discount(",
            Stage::Quantity => "quantity(",
            Stage::Use => "consume(",
            Stage::Bill => "bill(",
            Stage::Prepaid => "prepaid::prepaid(",
            Stage::Rebate => "added(Stage::Rebate",
            Stage::Credit => "added(Stage::Credit",
            Stage::Grant => "added(Stage::Grant",
            Stage::Shortfall => "added(Stage::Shortfall",
        }
    }

    /// The text of a function up to the line that closes its braces.
    fn body<'a>(source: &'a str, name: &str) -> &'a str {
        let from = source.split(&format!("fn {name}(")).nth(1).expect("the function");
        from.split("\n}\n").next().expect("its end")
    }

    #[test]
    fn settlement_happens_in_the_order_of_the_list() {
        let (prices, months) = (include_str!("prices.rs"), include_str!("mod.rs"));
        let code = [body(prices, "reprice"), body(months, "months_of")].concat();
        let places = Stage::ORDER.map(|stage| {
            let calls: Vec<usize> = code.match_indices(call(stage)).map(|(at, _)| at).collect();
            assert_eq!(calls.len(), 1, "{stage:?} happens once");
            calls[0]
        });
        assert!(places.is_sorted(), "{places:?}");
    }

    #[test]
    fn a_clause_acts_where_its_hook_is_called() {
        let acting = |hooks: Hooks| -> Vec<&str> {
            Stage::ORDER.into_iter().filter(|s| s.holds(hooks)).map(Stage::title).collect()
        };
        let none = Hooks::default();
        let hooks = [
            (Hooks { cap: true, ..none }, "caps"),
            (Hooks { discount: true, ..none }, "discounts"),
            (Hooks { quantity: true, ..none }, "quantity"),
            (Hooks { right: true, ..none }, "quantity"),
            (Hooks { upfront: true, ..none }, "prepaid"),
            (Hooks { rebate: true, ..none }, "rebates"),
            (Hooks { credit: true, ..none }, "credits"),
            (Hooks { grant: true, ..none }, "grants"),
            (Hooks { shortfall: true, ..none }, "shortfall"),
        ];
        for (hooks, title) in hooks {
            assert_eq!(acting(hooks), [title]);
        }
        let memory = Hooks { history: true, remembers: true, ..none };
        assert!(acting(memory).is_empty());
    }
}
