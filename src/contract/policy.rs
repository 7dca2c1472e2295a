//! Policies: when the holder of a right exercises it.
//!
//! A policy answers from [`Opening`]: the contract and its closed months. There is no future in
//! it to look at.

use super::Opening;
use super::right::Towards;
use super::stated::{change, percent};
use crate::param::Param;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When the holder of a right exercises it. Every policy sees closed months only.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "a contract has few, and a threshold is the usual one"
)]
pub enum Policy {
    /// Not at all.
    Never,
    /// At stated windows, whatever happens.
    Declared(Declared),
    /// When the use of the commitment, or the price, passes a threshold.
    Threshold(Threshold),
    /// When the load passes a line that is fitted to the study.
    Fitted(Fitted),
}

/// When the load of the last month passes a line in the months left that is fitted to the study: of
/// all such lines the one of least expected cost on training paths, at the study's units or else at
/// today's load. It is in shares of the units, and serves every size.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fitted {
    /// The line; none before it is fitted or where none pays, and nothing is exercised then.
    #[serde(skip)]
    pub line: Option<Line>,
}

/// A line in the months left: a right to have less is exercised where the load of the last month is
/// below it, a right to have more where it is above.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Load per unit at the end of the term.
    pub level: f64,
    /// What is added for each month left in the term.
    pub per_month_left: f64,
}

/// What a policy looks at when it decides, on each path.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// What is held against the edge: a share of the units, of the load or of a price.
    pub signal: Lane,
    /// The edge.
    pub edge: Lane,
    /// The side of the edge on which the right is exercised.
    pub side: Towards,
}

impl Policy {
    /// What it looks at to exercise a right towards `towards`; nothing where it looks at nothing.
    #[must_use]
    pub fn look(
        &self,
        opening: Opening<'_>,
        towards: Towards,
        commitment: &Commitment<'_>,
    ) -> Option<Look> {
        match self {
            Self::Never | Self::Declared(_) => None,
            Self::Threshold(threshold) => Some(threshold.look(opening, towards, commitment)),
            Self::Fitted(fitted) => fitted.look(opening, towards, commitment),
        }
    }
}

impl Fitted {
    fn look(
        &self,
        opening: Opening<'_>,
        towards: Towards,
        commitment: &Commitment<'_>,
    ) -> Option<Look> {
        let (line, last) = (self.line?, opening.closed.last()?);
        let units = commitment(opening.closed.len() - 1);
        let left = opening.contract.months_left(opening.month) as f64;
        let signal = std::array::from_fn(|i| last.demand[i] / units[i]);
        Some(Look { signal, edge: [line.edge(left); LANES], side: towards })
    }

    /// Whether each path exercises a right towards `towards`.
    pub(super) fn wants(
        &self,
        opening: Opening<'_>,
        towards: Towards,
        commitment: &Commitment<'_>,
    ) -> [bool; LANES] {
        let (Some(line), Some(last)) = (self.line, opening.closed.last()) else {
            return [false; LANES];
        };
        let left = opening.contract.months_left(opening.month) as f64;
        let units = commitment(opening.closed.len() - 1);
        std::array::from_fn(|i| line.is_passed(towards, last.demand[i], left, units[i]))
    }

    /// The line in plain words.
    pub(super) fn describe(&self, towards: Towards) -> String {
        let side = towards.side();
        self.line.map_or_else(
            || "exercised by a fitted line, if one pays".into(),
            |line| {
                format!(
                    "exercised where the last month's mean load is {side} {:.1}% of the units \
                     {:+.2}% for each month left (fitted)",
                    100.0 * line.level,
                    100.0 * line.per_month_left
                )
            },
        )
    }
}

impl Line {
    /// Load per unit on the line with `left` months left in the term.
    #[must_use]
    pub fn edge(self, left: f64) -> f64 {
        self.level + self.per_month_left * left
    }

    /// Whether a load is on the side on which a right towards `towards` is exercised, with `left`
    /// months left in the term.
    #[must_use]
    pub fn is_passed(self, towards: Towards, load: f64, left: f64, units: f64) -> bool {
        let edge = self.edge(left) * units;
        match towards {
            Towards::Less => load < edge,
            Towards::More => load > edge,
        }
    }
}

/// At stated windows, whatever happens.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// Contract months, from 1, at whose end the right is exercised.
    #[schemars(length(min = 1), inner(range(min = 1)))]
    pub months: Vec<usize>,
}

/// When the use of the commitment, or the price, passes a threshold: a right to have less is
/// exercised below it, a right to have more above it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// The threshold, as a share.
    #[schemars(extend("x-min" = 0.0))]
    pub level: Param,
    /// What is held against it.
    #[serde(default)]
    pub signal: Signal,
    /// Closed months, up to the window, that the signal is taken over: their sum as a share of the
    /// sum that it is a share of.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub over_months: usize,
    /// Added to the threshold for each month left in the term: saving less time to save, a right
    /// is worth using later only at a higher level.
    #[serde(default = "Param::zero")]
    pub per_month_left: Param,
}

fn one() -> usize {
    1
}

/// The units of a month of the contract, from 0, under all exercises declared so far, whether their
/// notice is over or not.
pub type Commitment<'a> = dyn Fn(usize) -> Lane + 'a;

/// What a threshold is a threshold of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Use of the units, as a share of the commitment; more than 1 only where it has been reduced
    /// since.
    #[default]
    Utilization,
    /// Mean load, as a share of the commitment.
    Load,
    /// Load beyond the units, as a share of the load.
    Overflow,
    /// On-demand list price, as a share of that of the contract's first month; every right is
    /// exercised above it.
    Price,
}

impl Threshold {
    /// Whether each path exercises a right towards `towards`. `commitment` are the units that a
    /// month of the contract has, or would have had, under all that is declared.
    pub(super) fn wants(
        &self,
        opening: Opening<'_>,
        towards: Towards,
        commitment: &Commitment<'_>,
    ) -> [bool; LANES] {
        let (part, whole) = self.signal_of(opening, commitment);
        let edge = self.edge(opening);
        std::array::from_fn(|i| {
            let edge = edge[i] * whole[i];
            // Full use is full, whatever rounding makes of it.
            let hair = 1e-9 * whole[i];
            match self.side(towards) {
                Towards::Less => part[i] < edge - hair,
                Towards::More => part[i] > edge + hair,
            }
        })
    }

    fn look(&self, opening: Opening<'_>, towards: Towards, commitment: &Commitment<'_>) -> Look {
        let (part, whole) = self.signal_of(opening, commitment);
        let edge = self.edge(opening);
        let signal = std::array::from_fn(|i| part[i] / whole[i]);
        Look { signal, edge, side: self.side(towards) }
    }

    /// The threshold with what is added for the months left.
    fn edge(&self, opening: Opening<'_>) -> Lane {
        let left = opening.contract.months_left(opening.month) as f64;
        let (level, slope) =
            (self.level.of(opening.params), self.per_month_left.of(opening.params));
        std::array::from_fn(|i| level[i] + slope[i] * left)
    }

    /// What is held against the threshold, and what it is a share of: sums over the months seen.
    fn signal_of(&self, opening: Opening<'_>, commitment: &Commitment<'_>) -> (Lane, Lane) {
        let first = opening.closed.len().saturating_sub(self.over_months);
        let (mut part, mut whole) = ([0.0; LANES], [0.0; LANES]);
        for (at, month) in opening.closed.iter().enumerate().skip(first) {
            let units = match self.signal {
                Signal::Utilization | Signal::Load => commitment(at),
                Signal::Overflow | Signal::Price => [0.0; LANES],
            };
            for i in 0..LANES {
                let (one, all) = match self.signal {
                    Signal::Price => (opening.list[at].on_demand[i], opening.list[0].on_demand[i]),
                    Signal::Utilization => (month.served[i], units[i]),
                    Signal::Load => (month.demand[i], units[i]),
                    Signal::Overflow => (month.spilled[i] + month.rejected[i], month.demand[i]),
                };
                part[i] += one;
                whole[i] += all;
            }
        }
        (part, whole)
    }
}

impl Threshold {
    /// The side of the threshold on which a right towards `towards` is exercised.
    fn side(&self, towards: Towards) -> Towards {
        if self.signal == Signal::Price { Towards::More } else { towards }
    }

    /// The threshold in plain words.
    pub(super) fn describe(&self, towards: Towards) -> String {
        let side = self.side(towards).side();
        let signal = match self.signal {
            Signal::Utilization => "utilization",
            Signal::Load => "load per committed unit",
            Signal::Overflow => "overflow",
            Signal::Price => "of the first on-demand price",
        };
        let left = if self.per_month_left.is_zero() {
            String::new()
        } else {
            format!(" ({} for each month left)", change(&self.per_month_left))
        };
        let over = match self.over_months {
            1 => "in the last month".into(),
            n => format!("in the last {n} months"),
        };
        format!("exercised {side} {}{left} {signal} {over}", percent(&self.level))
    }
}

impl Policy {
    /// The parameters that may be uncertain, by field name.
    pub fn params(&mut self) -> Vec<(String, &mut Param)> {
        match self {
            Self::Never | Self::Declared(_) | Self::Fitted(_) => Vec::new(),
            Self::Threshold(threshold) => vec![
                ("policy.level".into(), &mut threshold.level),
                ("policy.per_month_left".into(), &mut threshold.per_month_left),
            ],
        }
    }
}
