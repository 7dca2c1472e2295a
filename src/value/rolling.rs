//! What rolling one-month terms would save: the ceiling of what a right to change the units is worth.
//!
//! Who may sign anew every month, knowing the months that have closed, chooses the units that are best
//! for the month to come. No right to change the units of a long contract can save more than that,
//! at the same price of a unit; sellers ask a premium for short terms, which is a share of the fee.
//!
//! ```text
//! rolling cost = sum over months of E[ min over units of E[ bill(units, load) | last month's load ] ]
//! ```

use super::deal::Deal;
use super::fitter::grid;
use super::grid::{Grid, Weights};
use super::setting::Setting;
use super::sight::Lens;
use crate::contract::Contract;
use crate::ledger::Ledger;
use crate::math::exp;
use crate::rng::{LANES, Lane};
use crate::settle::{Prices, reprice, settle};

/// Sizes that are tried, as multiples of the mean load of the contract's months, each so much above
/// the one before.
const SIZES: i32 = 360;
const RATIO: f64 = 0.01;

/// Knots of the load's grid in a standard deviation of its monthly change.
const FINENESS: f64 = 8.0;

/// Expected cost of rolling one-month terms whose units cost `premium` more, for each premium; none
/// where the law of the load is not known or clauses look back.
#[must_use]
pub fn rolling(setting: &Setting<'_>, contract: &Contract, premiums: &[f64]) -> Option<Vec<f64>> {
    let Lens::Known(law, _) = &setting.fitter.lens else { return None };
    let grid = &grid(law, FINENESS);
    if contract.uses(|hooks| hooks.history || hooks.shortfall || hooks.upfront) {
        return None;
    }
    let months = law.mean.len();
    let level: Vec<f64> = law.mean.iter().map(|mean| exp(*mean)).collect();
    let middle = level.iter().sum::<f64>() / months as f64;
    let sizes: Vec<f64> = std::iter::once(0.0)
        .chain((0..SIZES).map(|k| middle * exp(RATIO * f64::from(k - SIZES / 2))))
        .collect();
    let tables: Vec<Bills> = sizes
        .iter()
        .map(|units| bills(setting, setting.deal(contract, *units), grid, &level))
        .collect();
    let mut costs = vec![0.0; premiums.len()];
    for t in 0..months {
        let best = |x: &Lane| {
            let mut weights = Weights::default();
            grid.weights(&x.map(|x| law.slope[t] * x), law.sd[t], &mut weights);
            let mut least = vec![[f64::INFINITY; LANES]; premiums.len()];
            for bills in &tables {
                let mean = weights.expected(&bills.costs[t]);
                for (least, premium) in least.iter_mut().zip(premiums) {
                    for i in 0..LANES {
                        least[i] = least[i].min(mean[i] + premium * bills.fees[t]);
                    }
                }
            }
            least
        };
        let spread = if t == 0 { 0.0 } else { law.spread[t - 1] };
        let month = means_over(grid, spread, premiums.len(), &best);
        costs.iter_mut().zip(month).for_each(|(cost, month)| *cost += month);
    }
    Some(costs)
}

/// What a size costs, discounted.
struct Bills {
    /// The bill of each month at each knot of the load.
    costs: Vec<Vec<f64>>,
    /// The committed fee of each month, which no load changes.
    fees: Vec<f64>,
}

fn bills(setting: &Setting<'_>, deal: Deal<'_>, grid: &Grid, level: &[f64]) -> Bills {
    let mut paths = setting.fitter.probe.clone();
    let (mut prices, mut ledger) = (Prices::default(), Ledger::new(level.len()));
    reprice(deal.terms.contract, &paths, &mut prices);
    let mut costs = vec![vec![0.0; grid.stride()]; level.len()];
    for first in (0..grid.knots()).step_by(LANES) {
        let factor = |i: usize| exp(grid.knot((first + i).min(grid.knots() - 1)));
        for (row, level) in paths.load.iter_mut().zip(level) {
            *row = std::array::from_fn(|i| level * factor(i));
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

/// Means of functions over a centered normal, by sums over the knots of the grid.
fn means_over(grid: &Grid, sd: f64, count: usize, of: &dyn Fn(&Lane) -> Vec<Lane>) -> Vec<f64> {
    if sd == 0.0 {
        return of(&[0.0; LANES]).iter().map(|values| values[0]).collect();
    }
    let (mut sums, mut total) = (vec![0.0; count], 0.0);
    for first in (0..grid.knots()).step_by(LANES) {
        let x: Lane = std::array::from_fn(|i| grid.knot((first + i).min(grid.knots() - 1)));
        let values = of(&x);
        for i in 0..LANES.min(grid.knots() - first) {
            let weight = exp(-0.5 * (x[i] / sd) * (x[i] / sd));
            total += weight;
            sums.iter_mut().zip(&values).for_each(|(sum, values)| *sum += weight * values[i]);
        }
    }
    sums.iter().map(|sum| sum / total).collect()
}
