//! Several reservations in one contract.

use super::stated::{percent, usd};
use super::{Clause, Hooks, Opening, Quotes, Rates};
use crate::error::Problem;
use crate::param::Param;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Several reservations in one contract.
///
/// # What it does
/// The units are bought in tranches, each with its share of them, its first month, its months and
/// its price: a ladder, of which a part ends or is bought anew every few months. The months of the
/// contract's term are those of the whole ladder.
///
/// # Formula
/// `reserved(m) = units * sum of share(j)` over the tranches `j` in force in month `m` of the term,
/// at the price `sum of share(j) * fee(j) / sum of share(j)`: the fee of the month is the sum of
/// the tranches' fees.
///
/// # Parameters
/// `tranches`, each with `share` (at least 0; shares in force at once may add up to any number),
/// `from_month` (1-based; 1 if left out), `months`, and `fee_per_unit_month` (that of the contract
/// if left out).
///
/// # Ambiguity and our reading
/// "60 % for a year and 40 % for a month each" is one tranche of twelve months and twelve of one. A
/// month that no tranche covers has no units and is bought on demand. Shares of a size that is sold
/// in steps may be fractions of a step: choose sizes that the shares divide. A tranche's fee is a
/// list price: caps and percentages come after it, and a renewal's change of the price is for
/// tranches without a fee of their own. A renewed term has the same ladder again. A tranche that is
/// not bought again is a cliff: its load goes on demand.
///
/// # Example
/// ```toml
/// [[contract.clauses]]
/// kind = "tranches"
/// tranches = [
///   { share = 0.6, months = 12 },
///   { share = 0.4, months = 6, fee_per_unit_month = 0.7 },
///   { share = 0.5, from_month = 7, months = 6 },
/// ]
/// ```
///
/// # Source
/// Vendor documentation of Azure reservations: terms of a month and of a year side by side; pricing
/// notes A6 and A18.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tranches {
    /// The reservations, in any order.
    #[schemars(length(min = 1))]
    pub tranches: Vec<Tranche>,
}

/// One reservation of several.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tranche {
    /// Its units, as a share of the contract's.
    #[schemars(extend("x-min" = 0.0))]
    pub share: Param,
    /// Its first month in a term, from 1.
    #[serde(default = "first")]
    #[schemars(range(min = 1))]
    pub from_month: usize,
    /// Its months.
    #[schemars(range(min = 1))]
    pub months: usize,
    /// Price of its units, USD per month.
    #[schemars(extend("x-min" = 0.0))]
    pub fee_per_unit_month: Option<Param>,
}

fn first() -> usize {
    1
}

impl Tranche {
    /// Whether it is in force in the month with this place in the term, from 0.
    fn covers(&self, place: usize) -> bool {
        (self.from_month..self.from_month + self.months).contains(&(place + 1))
    }
}

impl Tranches {
    /// The tranches in force in a month of a contract with such a term.
    fn in_force(&self, place: usize) -> impl Iterator<Item = &Tranche> {
        self.tranches.iter().filter(move |tranche| tranche.covers(place))
    }
}

impl Clause for Tranches {
    fn cap(&self, quotes: Quotes<'_>, rates: &mut Rates) {
        let list = rates.commitment;
        let (mut shares, mut fees) = ([0.0; LANES], [0.0; LANES]);
        for tranche in self.in_force(quotes.month % quotes.term) {
            let share = tranche.share.of(quotes.params);
            let fee =
                tranche.fee_per_unit_month.as_ref().map_or(&list, |fee| fee.of(quotes.params));
            for i in 0..LANES {
                shares[i] += share[i];
                fees[i] += share[i] * fee[i];
            }
        }
        for i in (0..LANES).filter(|i| shares[*i] > 0.0) {
            rates.commitment[i] = fees[i] / shares[i];
        }
    }

    fn quantity(&self, opening: Opening<'_>, reserved: &mut Lane) {
        let mut shares = [0.0; LANES];
        for tranche in self.in_force(opening.month % opening.contract.term) {
            let share = tranche.share.of(opening.params);
            for i in 0..LANES {
                shares[i] += share[i];
            }
        }
        for i in 0..LANES {
            reserved[i] *= shares[i];
        }
    }

    fn hooks(&self) -> Hooks {
        Hooks { cap: true, quantity: true, ..Hooks::default() }
    }

    fn params(&mut self) -> Vec<(String, &mut Param)> {
        let mut params = Vec::new();
        for (i, tranche) in self.tranches.iter_mut().enumerate() {
            params.push((format!("tranches[{i}].share"), &mut tranche.share));
            let fee = tranche.fee_per_unit_month.as_mut();
            params.extend(fee.map(|fee| (format!("tranches[{i}].fee_per_unit_month"), fee)));
        }
        params
    }

    fn check(&self, term: usize) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (i, tranche) in self.tranches.iter().enumerate() {
            let last = tranche.from_month.saturating_add(tranche.months) - 1;
            if last > term {
                problems.push(Problem::new(
                    format!("tranches[{i}].months"),
                    "beyond-term",
                    format!("the tranche ends with month {last}, the term has {term}"),
                    "shorten the tranche, or let `term_months` span the whole ladder",
                ));
            }
            let same = |other: &&Tranche| {
                other.from_month == tranche.from_month
                    && other.months == tranche.months
                    && other.fee_per_unit_month == tranche.fee_per_unit_month
            };
            if self.tranches[..i].iter().any(|other| same(&other)) {
                problems.push(Problem::new(
                    format!("tranches[{i}]"),
                    "duplicate",
                    "an earlier tranche has the same months and the same price",
                    "add their shares up",
                ));
            }
        }
        if !self.tranches.is_empty() && (0..term).all(|place| self.in_force(place).next().is_none())
        {
            problems.push(Problem::new(
                "tranches",
                "empty-range",
                "no tranche is in force in any month of the term",
                "let a tranche begin within the term",
            ));
        }
        problems
    }

    fn describe(&self) -> String {
        let tranches = self.tranches.iter().map(|tranche| {
            let share = percent(&tranche.share);
            let last = tranche.from_month + tranche.months - 1;
            let fee = tranche.fee_per_unit_month.as_ref();
            let fee = fee.map_or(String::new(), |fee| format!(" at {} a unit and month", usd(fee)));
            format!("{share} of the units in months {} to {last}{fee}", tranche.from_month)
        });
        format!("tranches: {}", tranches.collect::<Vec<_>>().join(", "))
    }
}
