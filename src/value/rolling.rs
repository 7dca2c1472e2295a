//! What rolling one-month terms would save: the ceiling of what a right to change the units is worth.
//!
//! Who may sign anew every month, knowing the months that have closed, chooses the units that are best
//! for the month to come. No right to change the units of a long contract can save more than that,
//! at the same price of a unit; sellers ask a premium for short terms, which is a share of the fee.
//!
//! ```text
//! rolling cost = sum over months of E[ min over units of E[ bill(units, load) | last month's load ] ]
//! ```
//!
//! For the first month the last one's load is what is known at signing. Between two sizes the expected
//! bill is taken as the parabola through three of them.

use super::deal::Deal;
use super::fitter::grid;
use super::gaussian::Law;
use super::grid::{Grid, Weights};
use super::setting::Setting;
use super::sight::Lens;
use crate::contract::Contract;
use crate::ledger::Ledger;
use crate::math::{exp, ln};
use crate::rng::{LANES, Lane};
use crate::settle::{Prices, reprice, settle};
use rayon::prelude::*;

/// Sizes that are tried lie within so many standard deviations of all months' loads, and so many in
/// one of the load's monthly change.
const REACH: f64 = 5.0;
const SIZES_IN_SD: f64 = 5.0;

/// The least and most that a size is above the one before.
const RATIOS: (f64, f64) = (0.005, 0.02);

/// Knots in a standard deviation of the load's monthly change: of the grid of last months' loads, on
/// which what is expected is smooth, and of two grids of bills, between whose knots a bill with a kink
/// is taken too dear, by an error that falls with the square of their distance.
const LOADS: f64 = 4.0;
const BILLS: [f64; 2] = [16.0, 32.0];

/// Expected cost of rolling one-month terms whose units cost `premium` more, for each premium; none
/// where the law of the load is not known or clauses look back.
#[must_use]
pub fn rolling(setting: &Setting<'_>, contract: &Contract, premiums: &[f64]) -> Option<Vec<f64>> {
    let Lens::Known(law, _) = &setting.fitter.lens else { return None };
    if contract.uses(|hooks| hooks.history || hooks.shortfall || hooks.upfront) {
        return None;
    }
    let [coarse, fine] = BILLS.map(|fineness| costs(setting, contract, law, fineness, premiums));
    Some(coarse.iter().zip(&fine).map(|(coarse, fine)| fine + (fine - coarse) / 3.0).collect())
}

/// The same, with bills between the knots of a grid.
fn costs(
    setting: &Setting<'_>,
    contract: &Contract,
    law: &Law,
    fineness: f64,
    premiums: &[f64],
) -> Vec<f64> {
    let bills_at = grid(law, fineness);
    let outlooks = Outlooks::new(law, &grid(law, LOADS), &bills_at);
    let level: Vec<f64> = law.mean.iter().map(|mean| exp(*mean)).collect();
    let expected: Vec<Expected> = sizes(law, &level)
        .par_iter()
        .map(|units| {
            let bills = bills(setting, setting.deal(contract, *units), &bills_at, &level);
            Expected { costs: outlooks.expected(&bills.costs), fees: bills.fees }
        })
        .collect();
    let of_premium = |premium: &f64| -> f64 {
        let months = (0..level.len()).into_par_iter();
        let least: Vec<f64> = months.map(|t| outlooks.least(t, &expected, *premium)).collect();
        least.iter().sum()
    };
    premiums.iter().map(of_premium).collect()
}

/// No units, and sizes from well below the loads of all months to well above them.
fn sizes(law: &Law, level: &[f64]) -> Vec<f64> {
    let most = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
    let ratio = (most(&law.sd) / SIZES_IN_SD).clamp(RATIOS.0, RATIOS.1);
    let beyond = exp((REACH * most(&law.spread)).clamp(1.0, 5.0));
    let lowest = level.iter().copied().fold(f64::INFINITY, f64::min) / beyond;
    let count = (ln(most(level) * beyond / lowest) / ratio).ceil() as i32;
    let all = (0..=count).map(|k| lowest * exp(ratio * f64::from(k)));
    std::iter::once(0.0).chain(all).collect()
}

/// What a size costs, discounted.
struct Bills {
    /// The bill of each month at each knot of the load.
    costs: Vec<Vec<f64>>,
    /// The committed fee of each month, which no load changes.
    fees: Vec<f64>,
}

/// What a size is expected to cost, discounted.
struct Expected {
    /// In each month, after each load of the month before.
    costs: Vec<Vec<Lane>>,
    /// The committed fee of each month.
    fees: Vec<f64>,
}

/// What the month before says of each month.
struct Outlooks {
    /// Laws of a month's load after each load of the month before; months alike share them.
    laws: Vec<Vec<Weights>>,
    /// Of each month: its place among the laws, and how likely each load before it is.
    months: Vec<(usize, Vec<Lane>)>,
}

impl Outlooks {
    fn new(law: &Law, loads: &Grid, bills: &Grid) -> Self {
        let (mut seen, mut laws, mut months) = (Vec::new(), Vec::new(), Vec::new());
        for t in 0..law.mean.len() {
            let spread = if t == 0 { 0.0 } else { law.spread[t - 1] };
            let before = blocks(loads, spread);
            let key = (law.slope[t], law.sd[t], before.len());
            let place = seen.iter().position(|other| *other == key).unwrap_or_else(|| {
                seen.push(key);
                let after = |(x, _): &(Lane, Lane)| {
                    let mut weights = Weights::default();
                    bills.weights(&x.map(|x| law.slope[t] * x), law.sd[t], &mut weights);
                    weights
                };
                laws.push(before.par_iter().map(after).collect());
                laws.len() - 1
            });
            months.push((place, before.into_iter().map(|(_, chance)| chance).collect()));
        }
        Self { laws, months }
    }

    /// The expected bill of each month after each load of the month before.
    fn expected(&self, bills: &[Vec<f64>]) -> Vec<Vec<Lane>> {
        let of_month = |((place, _), bills): (&(usize, Vec<Lane>), &Vec<f64>)| {
            self.laws[*place].iter().map(|weights| weights.expected(bills)).collect()
        };
        self.months.iter().zip(bills).map(of_month).collect()
    }

    /// The mean of the least expected bill of a month over the loads of the month before.
    fn least(&self, t: usize, sizes: &[Expected], premium: f64) -> f64 {
        let of_block = |(block, chance): (usize, &Lane)| -> f64 {
            let cost = |size: &Expected, i: usize| size.costs[t][block][i] + premium * size.fees[t];
            let least = |i: usize| {
                let none = cost(&sizes[0], i);
                let between = |three: &[Expected]| trough(&[0, 1, 2].map(|k| cost(&three[k], i)));
                sizes[1..].windows(3).map(between).fold(none, f64::min)
            };
            (0..LANES).filter(|i| chance[*i] > 0.0).map(|i| chance[i] * least(i)).sum()
        };
        self.months[t].1.iter().enumerate().map(of_block).sum()
    }
}

/// Deviations of a normal load on a grid, in blocks, and how likely each of them is.
fn blocks(grid: &Grid, spread: f64) -> Vec<(Lane, Lane)> {
    if spread == 0.0 {
        return vec![([0.0; LANES], std::array::from_fn(|i| f64::from(i == 0)))];
    }
    let density = |x: f64| exp(-0.5 * (x / spread) * (x / spread));
    let total: f64 = (0..grid.knots()).map(|k| density(grid.knot(k))).sum();
    let block = |first: usize| {
        let x = std::array::from_fn(|i| grid.knot((first + i).min(grid.knots() - 1)));
        let chance = |i: usize| if first + i < grid.knots() { density(x[i]) / total } else { 0.0 };
        (x, std::array::from_fn(chance))
    };
    (0..grid.knots()).step_by(LANES).map(block).collect()
}

/// The least of three values at even distances, or of the parabola through them.
fn trough([left, middle, right]: &[f64; 3]) -> f64 {
    let bend = left - 2.0 * middle + right;
    let inside = middle <= left && middle <= right && bend > 0.0;
    let below = if inside { (right - left) * (right - left) / (8.0 * bend) } else { 0.0 };
    left.min(*right).min(middle - below)
}

fn bills(setting: &Setting<'_>, deal: Deal<'_>, grid: &Grid, level: &[f64]) -> Bills {
    let mut paths = setting.fitter.probe.clone();
    let (mut prices, mut ledger) = (Prices::default(), Ledger::new(level.len()));
    reprice(deal.terms.contract, &paths, &mut prices);
    let mut costs = vec![vec![0.0; grid.stride()]; level.len()];
    for first in (0..grid.knots()).step_by(LANES) {
        let factor: Lane =
            std::array::from_fn(|i| exp(grid.knot((first + i).min(grid.knots() - 1))));
        for (row, level) in paths.load.iter_mut().zip(level) {
            *row = factor.map(|factor| level * factor);
        }
        settle(deal.terms, deal.overflow, deal.units, &paths, &prices, &mut ledger);
        for (t, table) in costs.iter_mut().enumerate() {
            let bill = deal.present(t, &ledger.months[t]);
            let count = LANES.min(grid.knots() - first);
            table[grid.pad + first..][..count].copy_from_slice(&bill[..count]);
        }
    }
    for table in &mut costs {
        grid.close_ends(table);
    }
    let months = ledger.months.iter().zip(deal.terms.discounts);
    let fees = months.map(|(month, discount)| discount * month.fee[0]).collect();
    Bills { costs, fees }
}
