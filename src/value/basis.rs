//! What a policy sees of a month, as functions of the load and the price.
//!
//! Where no law of the load is known in closed form, expected costs are sums of these functions with
//! fitted weights. They are, with `D` the load and `P` the on-demand price of the month, both
//! relative to their means, and `A` the mean of the loads up to the month, relative to its own:
//!
//! ```text
//! 1   D   (D - k)+   D_j   A                  k: quantiles of the load
//! P   P D   P (D - k)+   (P - q)+   (P - q)+ D   q: quantiles of the price, where it is uncertain
//! ```
//!
//! with `D_j` the loads of the further workloads, where their shares differ from path to path.
//!
//! Bills are nearly linear in them (Carriere 1996; Longstaff and Schwartz 2001 for the method).

use crate::path::PathBlock;
use crate::rng::{LANES, Lane};
use std::ops::Range;

/// Levels of the load at which a function has its bend, as quantiles of the month's load.
const KNOTS: [f64; 13] =
    [0.01, 0.03, 0.06, 0.1, 0.16, 0.24, 0.34, 0.46, 0.58, 0.7, 0.82, 0.91, 0.97];

/// Levels of the price at which a function has its bend.
const PRICE_KNOTS: [f64; 4] = [0.1, 0.35, 0.6, 0.85];

/// Prices whose difference is a smaller share of them are the same but for rounding.
const ROUNDING: f64 = 1e-12;

/// A function of the user's own: of the month from 0, its load and its on-demand price.
pub type Extra = fn(usize, f64, f64) -> f64;

/// The functions of each month.
#[derive(Clone, Debug)]
pub struct Basis {
    months: Vec<MonthBasis>,
    /// Whether the price differs between paths.
    priced: bool,
    /// Workloads beside the first whose shares differ from path to path.
    further: usize,
    extra: Vec<Extra>,
}

#[derive(Clone, Debug)]
struct MonthBasis {
    load: f64,
    price: f64,
    average: f64,
    knots: Vec<f64>,
    price_knots: Vec<f64>,
}

/// Sums of loads up to each month, and the loads and prices themselves, of many paths.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    loads: Vec<Vec<f64>>,
    prices: Vec<Vec<f64>>,
    further: usize,
}

impl Seen {
    /// Adds the paths of a block.
    pub fn push(&mut self, paths: &PathBlock) {
        self.loads.resize(paths.load.len(), Vec::new());
        self.prices.resize(paths.load.len(), Vec::new());
        self.further = paths.mix.first().map_or(0, |shares| shares.len() - 1);
        for t in 0..paths.load.len() {
            self.loads[t].extend(&paths.load[t]);
            self.prices[t].extend(&paths.on_demand[t]);
        }
    }
}

/// Quantiles of some values, each once, as shares of their mean.
fn quantiles(values: &[f64], mean: f64, levels: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let quantile = |p: &f64| sorted[(p * sorted.len() as f64) as usize] / mean;
    let mut knots: Vec<f64> = levels.iter().map(quantile).collect();
    knots.dedup();
    knots
}

fn times(a: &Lane, b: &Lane) -> Lane {
    std::array::from_fn(|i| a[i] * b[i])
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

impl Basis {
    /// Functions that fit the loads and prices of some paths, and some more: a problem whose costs
    /// have a form of their own is fitted best by that form.
    #[must_use]
    pub fn of(seen: &Seen, extra: &[Extra]) -> Self {
        let moves = |row: &Vec<f64>| row.iter().any(|p| (p - row[0]).abs() > ROUNDING * row[0]);
        let priced = seen.prices.iter().any(moves);
        let mut total = 0.0;
        let month = |(t, (loads, prices)): (usize, (&Vec<f64>, &Vec<f64>))| {
            let load = mean(loads);
            total += load;
            let price = mean(prices);
            MonthBasis {
                load,
                price,
                average: total / (t + 1) as f64,
                knots: quantiles(loads, load, &KNOTS),
                price_knots: if priced {
                    quantiles(prices, price, &PRICE_KNOTS)
                } else {
                    Vec::new()
                },
            }
        };
        let months = seen.loads.iter().zip(&seen.prices).enumerate().map(month).collect();
        Self { months, priced, further: seen.further, extra: extra.to_vec() }
    }

    /// All months.
    #[must_use]
    pub fn months(&self) -> Range<usize> {
        0..self.months.len()
    }

    /// Number of functions of a month.
    #[must_use]
    pub fn count(&self, t: usize) -> usize {
        let own = 2 + self.months[t].knots.len() + self.further;
        let bends = 2 * self.months[t].price_knots.len();
        let all = if self.priced { 2 * own + 1 + bends } else { own + 1 };
        all + self.extra.len()
    }

    /// The load of a month, from the values of its functions.
    #[must_use]
    pub fn load(&self, t: usize, rows: &[Lane]) -> Lane {
        rows[1].map(|level| level * self.months[t].load)
    }

    /// The functions' values in some months on a block of paths, in the places of those months.
    pub fn write(&self, paths: &PathBlock, months: Range<usize>, out: &mut Vec<Vec<Lane>>) {
        out.resize(self.months.len(), Vec::new());
        let mut sum = [0.0; LANES];
        for (t, (month, rows)) in self.months.iter().zip(out.iter_mut()).enumerate() {
            let load = &paths.load[t];
            for i in 0..LANES {
                sum[i] += load[i];
            }
            if !months.contains(&t) {
                continue;
            }
            let level = load.map(|load| load / month.load);
            rows.clear();
            rows.push([1.0; LANES]);
            rows.push(level);
            for knot in &month.knots {
                rows.push(level.map(|level| (level - knot).max(0.0)));
            }
            let shares = paths.mix.get(t).into_iter().flatten().skip(1);
            rows.extend(shares.map(|share| times(&level, share)));
            let own = rows.len();
            let scale = 1.0 / ((t + 1) as f64 * month.average);
            rows.push(sum.map(|sum| sum * scale));
            if self.priced {
                let price = paths.on_demand[t].map(|price| price / month.price);
                for k in 0..own {
                    rows.push(times(&rows[k], &price));
                }
                for knot in &month.price_knots {
                    let bend = price.map(|price| (price - knot).max(0.0));
                    rows.push(bend);
                    rows.push(times(&bend, &level));
                }
            }
            for extra in &self.extra {
                rows.push(std::array::from_fn(|i| extra(t, load[i], paths.on_demand[t][i])));
            }
        }
    }
}
