//! The stages of settlement: the one list of what happens in which order.

use crate::contract::Hooks;

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
    /// The contract's units, as ramps and the like change them, clause by clause; then the units
    /// that are switched on.
    Quantity "quantity",
    /// The load of the month's hours against the units that are on: what they serve, and what
    /// overflows.
    Use "use",
    /// Quantities times prices: the fee, hourly units, on demand, shortage.
    Bill "bill",
    /// Credits, clause by clause.
    Credit "credits",
}

impl Stage {
    /// Whether a clause with these hooks acts in the stage.
    #[must_use]
    pub fn holds(self, hooks: Hooks) -> bool {
        match self {
            Self::Cap => hooks.cap,
            Self::Discount => hooks.discount,
            Self::Quantity => hooks.quantity,
            Self::Credit => hooks.credit,
            Self::List | Self::Use | Self::Bill => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The call that is the stage, in `reprice` or in `settle`.
    fn call(stage: Stage) -> &'static str {
        match stage {
            Stage::List => "list_fee(",
            Stage::Cap => ".cap(",
            Stage::Discount => ".discount(",
            Stage::Quantity => "quantity(",
            Stage::Use => "consume(",
            Stage::Bill => "bill(",
            Stage::Credit => "credit(",
        }
    }

    /// The text of a function up to the first line that closes its braces.
    fn body<'a>(source: &'a str, name: &str, end: &str) -> &'a str {
        let from = source.split(&format!("pub fn {name}(")).nth(1).expect("the function");
        from.split(end).next().expect("its end")
    }

    #[test]
    fn settlement_happens_in_the_order_of_the_list() {
        let source = include_str!("mod.rs");
        let code = [body(source, "reprice", "\n}\n"), body(source, "settle", "\n    }\n}\n")];
        let code = code.concat();
        let places = Stage::ORDER.map(|stage| {
            let calls: Vec<usize> = code.match_indices(call(stage)).map(|(at, _)| at).collect();
            assert_eq!(calls.len(), 1, "{stage:?} happens once");
            calls[0]
        });
        assert!(places.is_sorted(), "{places:?}");
    }

    #[test]
    fn a_clause_acts_where_its_hook_is_called() {
        let all = Hooks { cap: true, discount: true, quantity: true, credit: true, history: true };
        let acting: Vec<&str> =
            Stage::ORDER.into_iter().filter(|s| s.holds(all)).map(Stage::title).collect();
        assert_eq!(acting, ["caps", "discounts", "quantity", "credits"]);
        assert!(Stage::ORDER.into_iter().all(|s| !s.holds(Hooks::default())));
    }
}
