//! What a policy sees of a month, as functions of the load and the price.
//!
//! Where no law of the load is known in closed form, expected costs are sums of these functions with
//! fitted weights. They are, with `D` the load and `P` the on-demand price of the month, both
//! relative to their means, and `A` the mean of the loads up to the month, relative to its own:
//!
//! ```text
//! 1   D   (D - k)+ for knots k   A   and, if the price is uncertain, P times each of D, (D - k)+ and 1
//! ```
//!
//! Bills are nearly linear in them (Carriere 1996; Longstaff and Schwartz 2001 for the method).

use crate::path::PathBlock;
use crate::rng::{LANES, Lane};

/// Levels of the load at which a function has its bend, as quantiles of the month's load.
const KNOTS: [f64; 7] = [0.03, 0.1, 0.22, 0.4, 0.6, 0.8, 0.94];

/// The functions of each month.
#[derive(Clone, Debug)]
pub struct Basis {
    months: Vec<MonthBasis>,
    /// Whether the price differs between paths.
    priced: bool,
}

#[derive(Clone, Debug)]
struct MonthBasis {
    load: f64,
    price: f64,
    average: f64,
    knots: Vec<f64>,
}

/// Sums of loads up to each month, and the loads and prices themselves, of many paths.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    loads: Vec<Vec<f64>>,
    prices: Vec<Vec<f64>>,
}

impl Seen {
    /// Adds the paths of a block.
    pub fn push(&mut self, paths: &PathBlock) {
        self.loads.resize(paths.load.len(), Vec::new());
        self.prices.resize(paths.load.len(), Vec::new());
        for t in 0..paths.load.len() {
            self.loads[t].extend(&paths.load[t]);
            self.prices[t].extend(&paths.on_demand[t]);
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

impl Basis {
    /// Functions that fit the loads and prices of some paths.
    #[must_use]
    pub fn of(seen: &Seen) -> Self {
        let priced = seen.prices.iter().any(|row| row.iter().any(|p| *p != row[0]));
        let mut total = 0.0;
        let month = |(t, (loads, prices)): (usize, (&Vec<f64>, &Vec<f64>))| {
            let load = mean(loads);
            total += load;
            let mut sorted = loads.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            let quantile = |p: f64| sorted[(p * sorted.len() as f64) as usize] / load;
            let mut knots: Vec<f64> = KNOTS.map(quantile).to_vec();
            knots.dedup();
            MonthBasis { load, price: mean(prices), average: total / (t + 1) as f64, knots }
        };
        let months = seen.loads.iter().zip(&seen.prices).enumerate().map(month).collect();
        Self { months, priced }
    }

    /// Number of functions of a month.
    #[must_use]
    pub fn count(&self, t: usize) -> usize {
        let own = 2 + self.months[t].knots.len();
        if self.priced { 2 * own + 1 } else { own + 1 }
    }

    /// The functions' values in every month on a block of paths.
    pub fn write(&self, paths: &PathBlock, out: &mut Vec<Vec<Lane>>) {
        out.resize(self.months.len(), Vec::new());
        let mut sum = [0.0; LANES];
        for (t, (month, rows)) in self.months.iter().zip(out.iter_mut()).enumerate() {
            let load = &paths.load[t];
            for i in 0..LANES {
                sum[i] += load[i];
            }
            let level = load.map(|load| load / month.load);
            rows.clear();
            rows.push([1.0; LANES]);
            rows.push(level);
            for knot in &month.knots {
                rows.push(level.map(|level| (level - knot).max(0.0)));
            }
            let own = rows.len();
            let scale = 1.0 / ((t + 1) as f64 * month.average);
            rows.push(sum.map(|sum| sum * scale));
            if self.priced {
                for k in 0..own {
                    let row = rows[k];
                    let price = &paths.on_demand[t];
                    rows.push(std::array::from_fn(|i| row[i] * price[i] / month.price));
                }
            }
        }
    }
}
