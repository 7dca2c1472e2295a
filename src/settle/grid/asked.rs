//! What the table of a grid is asked: cells, loads and prices of a block's months.

use super::table::Axis;
use super::{Grid, GridScratch, Total};
use crate::rng::LANES;
use crate::settle::lean::{self, Prepared, Priced};
use crate::simd::kernel;

/// A month of a path, as the table is asked.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(16))]
pub(super) struct Asked {
    pub cell: u32,
    pub load: f32,
    /// What a unit of overflow adds to cost and to waste.
    pub prices: [f32; 2],
}

/// A month of a block.
#[derive(Clone, Debug)]
pub(super) struct Month {
    pub paths: [Asked; LANES],
    pub discount: f32,
}

impl Default for Month {
    fn default() -> Self {
        Self { paths: [Asked::default(); LANES], discount: 1.0 }
    }
}

/// Fills in a month. Each number is found for all paths, in vector code, before the four of a path are
/// put side by side.
#[inline(always)]
fn ask(axis: Axis, month: lean::Month<'_>, out: &mut [Asked; LANES]) {
    let (mut cells, mut numbers) = ([0; LANES], [[0.0; LANES]; 3]);
    let [loads, costs, wastes] = &mut numbers;
    for i in 0..LANES {
        cells[i] = axis.cell(month.load[i]);
        loads[i] = month.load[i] as f32;
        costs[i] = month.overflow[i] as f32;
        wastes[i] = (month.commitment[i] + month.spare[i]) as f32;
    }
    for i in 0..LANES {
        out[i] = Asked { cell: cells[i], load: loads[i], prices: [costs[i], wastes[i]] };
    }
}

kernel! {
    /// Cells, loads and prices of a block's months, by class; the parts that no size changes.
    pub(super) fn weigh(
        grid: &Grid,
        block: Priced<'_>,
        prepared: &Prepared,
        last: Total,
        scratch: &mut GridScratch,
    ) {
        let discounted = matches!(last, Total::PresentValue);
        let [cost, waste, present] = &mut scratch.fixed;
        for fixed in [&mut *cost, &mut *waste, &mut *present] {
            *fixed = [0.0; LANES];
        }
        let [fees, discounted_fees] = &mut scratch.fees;
        for fees in [&mut *fees, &mut *discounted_fees] {
            fees.clear();
            fees.resize(grid.classes.len(), [0.0; LANES]);
        }
        scratch.months.resize(grid.classes.len(), Vec::new());
        for (c, months) in scratch.months.iter_mut().enumerate() {
            let count = grid.months.iter().filter(|class| **class == Some(c)).count();
            months.resize(count, Month::default());
        }
        let mut places = vec![0; grid.classes.len()];
        for (t, class) in grid.months.iter().enumerate() {
            let month = prepared.month(block, t);
            let discount = month.discount;
            let mut bill = *month.apart;
            if let Some(class) = *class {
                let asked = &mut scratch.months[class][places[class]];
                places[class] += 1;
                asked.discount = discount as f32;
                ask(grid.classes[class].cells, month, &mut asked.paths);
                let fees = &mut fees[class];
                for i in 0..LANES {
                    fees[i] += month.commitment[i];
                    waste[i] -= month.commitment[i] * month.load[i];
                }
                if discounted {
                    for i in 0..LANES {
                        discounted_fees[class][i] += discount * month.commitment[i];
                    }
                }
            } else {
                for i in 0..LANES {
                    bill[i] += month.load[i] * month.overflow[i];
                }
            }
            for i in 0..LANES {
                cost[i] += bill[i];
                present[i] += discount * bill[i];
            }
        }
    }
}
