//! Limits on price rises, and the three things such a limit can mean.
//!
//! `P(0)` is the price from which the limit counts: for a contract the list price of the month
//! before its first, or today's if that is month 1; for the market today's. In year `y` (1, 2, ...) a limit of
//! `annual` lets the price reach
//!
//! ```text
//! level       P(0) * (1 + annual)^n                          n = years of rises allowed so far
//! catch_up    capped price of the last month of the year before * (1 + annual)
//!             below that the list is followed
//! ratchet     the same limit, and list moves act on the capped price: what was
//!             withheld is never caught up
//! ```
//!
//! On every path `ratchet <= catch_up <= level <= list`. After three years of 6 % expected rises
//! with 15 % volatility and a 5 % limit the readings differ by several percent, so the wording
//! matters. `first_year` says whether the limit lets the price rise before the first anniversary
//! (`capped`: n = y) or not (`held`: n = y - 1).

use super::YEAR;
use crate::math::ln_1p;
use crate::param::Param;
use crate::rng::{LANES, Lane};
use crate::simd::kernel;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the limit binds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// The level, against the price at signing compounded year by year.
    #[default]
    Level,
    /// The change from year to year; below the limit the list price is followed.
    CatchUp,
    /// The change from year to year, with list moves acting on the capped price.
    Ratchet,
}

/// Whether the price may rise in the first year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FirstYear {
    /// Not above the price at signing.
    #[default]
    Held,
    /// Up to the annual limit.
    Capped,
}

/// A limit on price rises.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// Largest rise per year, 0.05 for 5 %; not negative; `inf` for no limit.
    #[schemars(extend("x-min" = 0.0, "x-infinite" = true))]
    pub annual: Param,
    /// What the limit binds.
    #[serde(default)]
    pub reading: Reading,
    /// Whether the price may rise in the first year.
    #[serde(default)]
    pub first_year: FirstYear,
}

/// The prices that decide a month's limit, each with one element per path.
#[derive(Clone, Copy, Debug)]
pub struct Quote<'a> {
    /// Price at the start of the limit, which `annual` compounds from.
    pub start: &'a Lane,
    /// Capped price at the last anniversary; the start price in the first year.
    pub anniversary: &'a Lane,
    /// List price of the month before.
    pub list_before: &'a Lane,
    /// Capped price of the month before.
    pub capped_before: &'a Lane,
    /// List price of the month.
    pub list: &'a Lane,
}

/// A limit on price rises whose rate is known on each path.
#[derive(Clone, Copy, Debug)]
pub struct Limit<'a> {
    /// Largest rise per year; infinite for no limit.
    pub annual: &'a Lane,
    /// What the limit binds.
    pub reading: Reading,
    /// Whether the price may rise in the first year.
    pub first_year: FirstYear,
}

impl Limit<'_> {
    /// Lowers a price to the capped one of month `t` (0-based) of the limit.
    pub fn lower(self, t: usize, quote: Quote<'_>, price: &mut Lane) {
        let rises = self.rises(t / YEAR as usize, quote.start, quote.anniversary);
        if self.reading == Reading::Ratchet {
            let mut list = *quote.list;
            move_withheld(quote.list_before, quote.capped_before, &mut list);
            hold(self.annual, rises, &list, price);
        } else {
            hold(self.annual, rises, quote.list, price);
        }
    }

    /// The price that rises in year `year` (0-based), and how many times.
    fn rises<'p>(self, year: usize, start: &'p Lane, anniversary: &'p Lane) -> (&'p Lane, usize) {
        let rises = match self.first_year {
            FirstYear::Held => year,
            FirstYear::Capped => year + 1,
        };
        match self.reading {
            Reading::Level => (start, rises),
            Reading::CatchUp | Reading::Ratchet if rises == 0 => (start, 0),
            Reading::CatchUp | Reading::Ratchet => (anniversary, 1),
        }
    }
}

impl Cap {
    /// Caps a whole series of list prices, as logarithms of what they are to the start price: what
    /// [`Limit::lower`] gives month by month, up to rounding. Sums and differences of logarithms take
    /// the place of powers and ratios.
    pub fn series(&self, params: &[Lane], log: &mut [Lane]) {
        let (reading, first_year) = (self.reading, self.first_year);
        let limit = Limit { annual: self.annual.of(params), reading, first_year };
        let mut rise = *limit.annual;
        ln_1p(&mut rise);
        let (mut withheld, mut anniversary) = ([0.0; LANES], [0.0; LANES]);
        for (year, log) in log.chunks_mut(YEAR as usize).enumerate() {
            let (from, rises) = limit.rises(year, &[0.0; LANES], &anniversary);
            let highest = std::array::from_fn(|i| match limit.annual[i] {
                f64::INFINITY => f64::INFINITY,
                _ => from[i] + rises as f64 * rise[i],
            });
            match reading {
                Reading::Level | Reading::CatchUp => hold_year(&highest, log),
                Reading::Ratchet => ratchet_year(&highest, &mut withheld, log),
            }
            anniversary = log[log.len() - 1];
        }
    }
}

/// A price that has risen so many times by `annual`, for ever where that is infinite.
#[inline(always)]
fn risen(annual: &Lane, (price, rises): (&Lane, usize)) -> Lane {
    let mut factor = [1.0; LANES];
    for _ in 0..rises {
        for i in 0..LANES {
            factor[i] *= 1.0 + annual[i];
        }
    }
    for i in 0..LANES {
        let risen = price[i] * factor[i];
        factor[i] = if annual[i] == f64::INFINITY { f64::INFINITY } else { risen };
    }
    factor
}

kernel! {
    /// Lowers a price to the list price and to the limit.
    fn hold(annual: &Lane, rises: (&Lane, usize), list: &Lane, price: &mut Lane) {
        let limit = risen(annual, rises);
        for i in 0..LANES {
            let capped = if list[i] < limit[i] { list[i] } else { limit[i] };
            price[i] = if price[i] < capped { price[i] } else { capped };
        }
    }
}

kernel! {
    /// Has list moves act on capped prices; equal to the list price to the bit as long as nothing
    /// was withheld.
    fn move_withheld(list_before: &Lane, capped_before: &Lane, price: &mut Lane) {
        for i in 0..LANES {
            let moved = capped_before[i] * (price[i] / list_before[i]);
            price[i] = if capped_before[i] == list_before[i] { price[i] } else { moved };
        }
    }
}

kernel! {
    /// Lowers the logarithms of a year to the highest allowed.
    fn hold_year(highest: &Lane, log: &mut [Lane]) {
        for row in log {
            for i in 0..LANES {
                row[i] = if row[i] < highest[i] { row[i] } else { highest[i] };
            }
        }
    }
}

kernel! {
    /// A year of a ratchet. What is `withheld` of the list price, a logarithm that is not positive,
    /// stays so, and grows in each month in which the limit binds. Zero changes no bit.
    fn ratchet_year(highest: &Lane, withheld: &mut Lane, log: &mut [Lane]) {
        for row in log {
            for i in 0..LANES {
                let most = highest[i] - row[i];
                withheld[i] = if most < withheld[i] { most } else { withheld[i] };
                row[i] += withheld[i];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{exp, ln};
    use crate::param::Parameters;

    fn capped(reading: Reading, first_year: FirstYear, annual: f64, list: &[f64]) -> Vec<f64> {
        let mut cap = Cap { annual: annual.into(), reading, first_year };
        let mut parameters = Parameters::default();
        parameters.bind("annual", &mut cap.annual);
        let mut log: Vec<Lane> = list.iter().map(|p| [ln(*p); LANES]).collect();
        cap.series(&parameters.certain_values(), &mut log);
        log.iter().map(|row| exp(row[5])).collect()
    }

    /// Year 1 at 1.00, year 2 list 1.20, year 3 list 1.20: by hand.
    #[test]
    fn readings_by_hand() {
        let list: Vec<f64> = [1.0, 1.2, 1.2].iter().flat_map(|p| [*p; 12]).collect();
        let at = |reading| {
            let price = capped(reading, FirstYear::Held, 0.05, &list);
            [price[0], price[12], price[24]]
        };
        let close = |got: [f64; 3], expected: [f64; 3]| {
            for (g, e) in got.iter().zip(expected) {
                assert!((g - e).abs() < 1e-12, "{got:?}, expected {expected:?}");
            }
        };
        close(at(Reading::Level), [1.0, 1.05, 1.1025]);
        close(at(Reading::CatchUp), [1.0, 1.05, 1.1025]);
        // The list does not move in year 3, so a ratchet stays.
        close(at(Reading::Ratchet), [1.0, 1.05, 1.05]);
    }

    #[test]
    fn the_first_year_is_held_or_capped() {
        let first = |reading, first_year| capped(reading, first_year, 0.05, &[1.1; 12])[3];
        assert_eq!(first(Reading::Level, FirstYear::Held), 1.0);
        assert!((first(Reading::Level, FirstYear::Capped) - 1.05).abs() < 1e-15);
        assert_eq!(first(Reading::CatchUp, FirstYear::Held), 1.0);
    }

    #[test]
    fn no_limit_changes_no_bit() {
        let list: Vec<f64> =
            (0..36).map(|t| 1.0 + 0.037 * f64::from(t) * f64::from(t % 5)).collect();
        for reading in [Reading::Level, Reading::CatchUp, Reading::Ratchet] {
            let uncapped: Vec<f64> = list.iter().map(|p| exp(ln(*p))).collect();
            assert_eq!(capped(reading, FirstYear::Held, f64::INFINITY, &list), uncapped);
        }
    }

    /// Month by month, as a contract's clause asks.
    fn one_by_one(cap: &Cap, params: &[Lane], list: &[Lane]) -> Vec<Lane> {
        let start = [1.0; LANES];
        let mut out: Vec<Lane> = Vec::new();
        for t in 0..list.len() {
            let before = |series: &[Lane], at: usize| if at == 0 { start } else { series[at - 1] };
            let quote = Quote {
                start: &start,
                anniversary: &before(&out, t / 12 * 12),
                list_before: &before(list, t),
                capped_before: &before(&out, t),
                list: &list[t],
            };
            let annual = cap.annual.of(params);
            let limit = Limit { annual, reading: cap.reading, first_year: cap.first_year };
            let mut capped = list[t];
            limit.lower(t, quote, &mut capped);
            out.push(capped);
        }
        out
    }

    #[test]
    fn a_series_is_its_months() {
        let list: Vec<Lane> = (0..40)
            .map(|t| std::array::from_fn(|i| 1.0 + 0.01 * t as f64 * ((t * t + i) % 5) as f64))
            .collect();
        for reading in [Reading::Level, Reading::CatchUp, Reading::Ratchet] {
            for first_year in [FirstYear::Held, FirstYear::Capped] {
                let mut cap = Cap { annual: 0.05.into(), reading, first_year };
                let mut parameters = Parameters::default();
                parameters.bind("annual", &mut cap.annual);
                let params = parameters.certain_values();
                let mut series: Vec<Lane> = list.iter().map(|row| row.map(ln)).collect();
                cap.series(&params, &mut series);
                let months = one_by_one(&cap, &params, &list);
                for (a, b) in series.as_flattened().iter().zip(months.as_flattened()) {
                    assert!(
                        (exp(*a) / b - 1.0).abs() < 1e-14,
                        "{reading:?} {first_year:?}: {a} {b}"
                    );
                }
            }
        }
    }

    #[test]
    fn readings_are_ordered_on_every_list() {
        let mut state = 1u32;
        for _ in 0..200 {
            let mut p = 1.0;
            let list: Vec<f64> = (0..48)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    p *= 0.94 + f64::from(state >> 16) / 65_536.0 * 0.13;
                    p
                })
                .collect();
            for first_year in [FirstYear::Held, FirstYear::Capped] {
                let [ratchet, catch_up, level] =
                    [Reading::Ratchet, Reading::CatchUp, Reading::Level]
                        .map(|reading| capped(reading, first_year, 0.05, &list));
                for t in 0..48 {
                    assert!(ratchet[t] <= catch_up[t] * (1.0 + 1e-12));
                    assert!(catch_up[t] <= level[t] * (1.0 + 1e-12));
                    // There and back, as the capped prices go.
                    assert!(level[t] <= exp(ln(list[t])));
                }
            }
        }
    }
}
