//! Settlement of many sizes at once, for contracts whose totals follow from prices and quantities.
//!
//! In a month with mean load `D` the overflow of every size is a function of `D` alone. The axis
//! of `D` is cut into cells, 128 or more per octave, and a cell holds a straight line for each
//! size, side by side:
//!
//! ```text
//! overflow(size) = intercept(cell, size) + slope(cell, size) * D
//! ```
//!
//! so that a month of a path costs one row of the table and two multiplications per size, without
//! a branch or a division. Sums over the months then give every total:
//!
//! ```text
//! cost  = units * sum(fee) + sum(overflow * overflow price)
//! waste = units * sum(fee) - sum(fee * D) + sum(overflow * (fee + spare price))
//! ```
//!
//! A line is the chord of the cell lowered by its mean distance to the curve, which is convex: no
//! overflow is off by more than a ten-thousandth of the load, and errors cancel on average over the
//! cell. Lines, prices and the sums over a few months are single precision, which errs by less than
//! a millionth; the sums of these are double precision.
//! `tests/it/kernels.rs` holds the totals against the general settlement, path by path.

mod table;

use super::lean::Prepared;
use super::{Terms, quantity};
use crate::contract::{Opening, Phase};
use crate::rng::{LANES, Lane};
use crate::simd::kernel;
use table::{Axis, Class, Row};

/// Sizes that are settled side by side: a vector register or two.
const PANEL: usize = 16;

/// Months that are added up in single precision.
const FEW: usize = 12;

/// Waste below this share of the fees for all units and for all load is rounding and counts as none:
/// [`FEW`] months err by up to `FEW + 1` roundings of 6e-8 of what the load costs.
const NOTHING: f64 = 1e-6;

/// Sizes of one strategy, compiled.
#[derive(Clone, Debug)]
pub struct Grid {
    sizes: usize,
    /// Distinct load curves and quantities over the months: units by size, with their table.
    classes: Vec<Class>,
    /// The class of each month; none outside the contract.
    months: Vec<Option<usize>>,
}

/// Totals of every size on a block.
#[derive(Clone, Copy, Debug)]
pub enum Total {
    /// Sum of the bills, USD.
    Cost,
    /// Fees for idle units, USD.
    Waste,
    /// Sum of the discounted bills, USD.
    PresentValue,
}

/// A month of a block, as the table is asked.
#[derive(Clone, Debug)]
struct Month {
    cells: [u32; LANES],
    loads: [f32; LANES],
    /// Per total: what a unit of overflow adds.
    prices: [[f32; LANES]; 3],
}

impl Default for Month {
    fn default() -> Self {
        Self { cells: [0; LANES], loads: [0.0; LANES], prices: [[0.0; LANES]; 3] }
    }
}

/// Buffers of [`Grid::settle`], and its result.
#[derive(Clone, Debug)]
pub struct GridScratch {
    /// Per class: its months.
    months: Vec<Vec<Month>>,
    /// Per total and class: what a deployed unit adds over the months.
    fees: [Vec<Lane>; 3],
    /// Per total: what does not depend on the size.
    fixed: [Lane; 3],
    /// Per panel, total and path: what the overflow adds.
    sums: Vec<[f64; PANEL]>,
    totals: usize,
}

impl Default for GridScratch {
    fn default() -> Self {
        Self {
            months: Vec::new(),
            fees: Default::default(),
            fixed: [[0.0; LANES]; 3],
            sums: Vec::new(),
            totals: 0,
        }
    }
}

impl Grid {
    /// Compiles `sizes` (units, rising) for a contract with certain quantities; nothing if the load
    /// curve differs from path to path, or has corners that a table would cut by more than a
    /// ten-thousandth of the load. `params` are the certain values.
    #[must_use]
    pub fn new(terms: Terms<'_>, params: &[Lane], sizes: &[f64]) -> Option<Self> {
        let curves = terms.curves.certain()?;
        let mut grid = Self { sizes: sizes.len(), classes: Vec::new(), months: Vec::new() };
        for t in 0..terms.discounts.len() {
            let phase = terms.contract.phase(t);
            let class = match phase {
                Phase::None => None,
                _ => {
                    let curve = curves.position(t);
                    Some(grid.class(curve, deployed(terms, params, t, phase, sizes)))
                }
            };
            grid.months.push(class);
        }
        let curve = |class: &Class| curves.at(class.curve);
        let fine = grid.classes.iter_mut().all(|class| class.compile(curve(class)));
        fine.then_some(grid)
    }

    /// The class with this curve and these units, a new one if need be.
    fn class(&mut self, curve: usize, units: Vec<f64>) -> usize {
        let same = |class: &Class| class.curve == curve && class.units == units;
        self.classes.iter().position(same).unwrap_or_else(|| {
            self.classes.push(Class::new(curve, units));
            self.classes.len() - 1
        })
    }

    /// What its lines depend on besides the contract and the size, for the name of a series.
    #[must_use]
    pub fn name(&self) -> String {
        let axes: Vec<Axis> = self.classes.iter().map(|class| class.cells).collect();
        format!(" in {axes:?}")
    }
}

/// The units that each size deploys in month `t`, padded to whole panels by repeating the last.
fn deployed(terms: Terms<'_>, params: &[Lane], t: usize, phase: Phase, sizes: &[f64]) -> Vec<f64> {
    let opening = Opening {
        month: t.saturating_sub(terms.contract.start),
        contract: terms.contract,
        params,
        closed: &[],
        list: &[],
    };
    let padded = sizes.len().next_multiple_of(PANEL);
    let size = |i: usize| sizes[i.min(sizes.len() - 1)];
    (0..padded).map(|i| quantity(opening, phase, size(i)).1[0]).collect()
}

kernel! {
    /// Adds what overflow costs, path by path: `out` holds a row of sizes per total and path.
    fn add_one(rows: &[Row], months: &[Month], out: &mut [[f64; PANEL]]) {
        add::<1>(rows, months, out);
    }
}

kernel! {
    /// The same with what it wastes.
    fn add_two(rows: &[Row], months: &[Month], out: &mut [[f64; PANEL]]) {
        add::<2>(rows, months, out);
    }
}

kernel! {
    /// The same with the present value.
    fn add_three(rows: &[Row], months: &[Month], out: &mut [[f64; PANEL]]) {
        add::<3>(rows, months, out);
    }
}

#[inline(always)]
fn add<const TOTALS: usize>(rows: &[Row], months: &[Month], out: &mut [[f64; PANEL]]) {
    for i in 0..LANES {
        let mut sums = [[0.0f64; PANEL]; TOTALS];
        for few in months.chunks(FEW) {
            let mut parts = [[0.0f32; PANEL]; TOTALS];
            for month in few {
                let Row { intercepts, slopes } = &rows[month.cells[i] as usize];
                for g in 0..PANEL {
                    let overflow = slopes[g].mul_add(month.loads[i], intercepts[g]);
                    for k in 0..TOTALS {
                        parts[k][g] = overflow.mul_add(month.prices[k][i], parts[k][g]);
                    }
                }
            }
            for k in 0..TOTALS {
                for g in 0..PANEL {
                    sums[k][g] += f64::from(parts[k][g]);
                }
            }
        }
        for k in 0..TOTALS {
            for g in 0..PANEL {
                out[k * LANES + i][g] += sums[k][g];
            }
        }
    }
}

kernel! {
    /// A total of size `g` of a panel: what the overflow adds, what does not depend on the size, and
    /// the fees by class. Waste that is rounding is none.
    fn add_up(
        rows: &[[f64; PANEL]],
        g: usize,
        fixed: &Lane,
        paid: &Lane,
        is_waste: bool,
        out: &mut Lane,
    ) {
        for i in 0..LANES {
            let total = fixed[i] + rows[i][g] + paid[i];
            let rounding = NOTHING * (paid[i] - fixed[i]);
            out[i] = if is_waste && total <= rounding { 0.0 } else { total };
        }
    }
}

impl Grid {
    /// Settles every size on a block that is prepared for the strategy, for the totals up to `last`
    /// in their order; [`Self::total`] reads them.
    pub fn settle(&self, block: &Prepared, last: Total, scratch: &mut GridScratch) {
        weigh(self, block, scratch);
        scratch.totals = last as usize + 1;
        let per_panel = scratch.totals * LANES;
        scratch.sums.clear();
        scratch.sums.resize(self.sizes.div_ceil(PANEL) * per_panel, [0.0; PANEL]);
        for (class, months) in self.classes.iter().zip(&scratch.months) {
            for (rows, out) in class.rows.iter().zip(scratch.sums.chunks_exact_mut(per_panel)) {
                match last {
                    Total::Cost => add_one(rows, months, out),
                    Total::Waste => add_two(rows, months, out),
                    Total::PresentValue => add_three(rows, months, out),
                }
            }
        }
    }

    /// A total of each size in turn, on the block that was settled last.
    pub fn total<'o>(
        &self,
        total: Total,
        scratch: &GridScratch,
        out: impl Iterator<Item = &'o mut Lane>,
    ) {
        let k = total as usize;
        let per_panel = scratch.totals * LANES;
        for (size, out) in out.take(self.sizes).enumerate() {
            let rows = &scratch.sums[size / PANEL * per_panel + k * LANES..][..LANES];
            let mut paid = [0.0; LANES];
            for (class, fees) in self.classes.iter().zip(&scratch.fees[k]) {
                for i in 0..LANES {
                    paid[i] += class.units[size] * fees[i];
                }
            }
            let is_waste = k == Total::Waste as usize;
            add_up(rows, size % PANEL, &scratch.fixed[k], &paid, is_waste, out);
        }
    }
}

kernel! {
    /// Cells, loads and prices of a block's months, by class; the parts that no size changes.
    fn weigh(grid: &Grid, block: &Prepared, scratch: &mut GridScratch) {
        let (cost, waste, present) =
            (Total::Cost as usize, Total::Waste as usize, Total::PresentValue as usize);
        scratch.fixed = [[0.0; LANES]; 3];
        for fees in &mut scratch.fees {
            fees.clear();
            fees.resize(grid.classes.len(), [0.0; LANES]);
        }
        scratch.months.resize(grid.classes.len(), Vec::new());
        for (c, months) in scratch.months.iter_mut().enumerate() {
            let count = grid.months.iter().filter(|class| **class == Some(c)).count();
            months.resize(count, Month::default());
        }
        let mut places = vec![0; grid.classes.len()];
        for (month, class) in block.months().iter().zip(&grid.months) {
            let discount = month.discount;
            let Some(class) = *class else {
                for i in 0..LANES {
                    let bill = month.load[i] * month.overflow[i] + month.apart[i];
                    scratch.fixed[cost][i] += bill;
                    scratch.fixed[present][i] += discount * bill;
                }
                continue;
            };
            let axis = grid.classes[class].cells;
            let asked = &mut scratch.months[class][places[class]];
            places[class] += 1;
            for i in 0..LANES {
                let (load, fee, overflow) =
                    (month.load[i], month.commitment[i], month.overflow[i]);
                asked.cells[i] = axis.cell(load);
                asked.loads[i] = load as f32;
                asked.prices[cost][i] = overflow as f32;
                asked.prices[waste][i] = (fee + month.spare[i]) as f32;
                asked.prices[present][i] = (discount * overflow) as f32;
                scratch.fees[cost][class][i] += fee;
                scratch.fees[waste][class][i] += fee;
                scratch.fees[present][class][i] += discount * fee;
                scratch.fixed[waste][i] -= fee * load;
                scratch.fixed[cost][i] += month.apart[i];
                scratch.fixed[present][i] += discount * month.apart[i];
            }
        }
    }
}
