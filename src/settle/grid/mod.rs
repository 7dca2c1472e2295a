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

mod asked;
mod table;

use super::lean::{Prepared, Priced};
use super::{Terms, quantity};
use crate::contract::{Opening, Phase};
use crate::rng::{LANES, Lane};
use crate::simd::kernel;
use asked::{Asked, Month, weigh};
use table::{Axis, Class, Row, Table};

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

/// Buffers of [`Grid::settle`], and its result.
#[derive(Clone, Debug)]
pub struct GridScratch {
    /// Per class: its months.
    months: Vec<Vec<Month>>,
    /// By class what a deployed unit adds over the months, and its present value.
    fees: [Vec<Lane>; 2],
    /// Per total: what does not depend on the size.
    fixed: [Lane; 3],
    /// By panel, total and path: what the overflow adds. Those of the first class take the place of
    /// what was there.
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
    let (mut reserved, mut on) = ([0.0; LANES], [0.0; LANES]);
    let mut deployed = |i| {
        quantity(opening, phase, size(i), &mut reserved, &mut on);
        on[0]
    };
    (0..padded).map(&mut deployed).collect()
}

/// A class as it is asked about a block, the first one or another.
struct Asking<'a> {
    table: Table<'a>,
    months: &'a [Month],
    is_first: bool,
}

kernel! {
    /// Adds what overflow costs, path by path.
    fn add_one(asking: &Asking<'_>, out: &mut [[f64; PANEL]]) {
        add_panels::<1>(asking, out);
    }
}

kernel! {
    /// The same with what it wastes.
    fn add_two(asking: &Asking<'_>, out: &mut [[f64; PANEL]]) {
        add_panels::<2>(asking, out);
    }
}

kernel! {
    /// The same with the present value.
    fn add_three(asking: &Asking<'_>, out: &mut [[f64; PANEL]]) {
        add_panels::<3>(asking, out);
    }
}

/// All panels, as many side by side as registers hold their sums.
#[inline(always)]
fn add_panels<const TOTALS: usize>(asking: &Asking<'_>, out: &mut [[f64; PANEL]]) {
    let panels = asking.table.panels;
    let mut first = 0;
    while first < panels {
        let out = &mut out[first * TOTALS * LANES..];
        first += match panels - first {
            4.. => add::<TOTALS, 4>(asking, first, out),
            2.. => add::<TOTALS, 2>(asking, first, out),
            _ => add::<TOTALS, 1>(asking, first, out),
        };
    }
}

/// Does something for each panel, without a loop, so that what it changes stays in registers.
macro_rules! each {
    ($p:ident of $panels:ident: $do:expr) => {
        let $p = 0;
        $do;
        if $panels > 1 {
            let $p = 1;
            $do;
        }
        if $panels > 2 {
            let $p = 2;
            $do;
            let $p = 3;
            $do;
        }
    };
}

#[inline(always)]
fn add_month<const TOTALS: usize>(
    row: &Row,
    load: f32,
    prices: [f32; 3],
    parts: &mut [[f32; PANEL]; TOTALS],
) {
    for g in 0..PANEL {
        let overflow = row.slopes[g].mul_add(load, row.intercepts[g]);
        for k in 0..TOTALS {
            parts[k][g] = overflow.mul_add(prices[k], parts[k][g]);
        }
    }
}

#[inline(always)]
fn add_parts<const TOTALS: usize>(
    parts: &[[f32; PANEL]; TOTALS],
    sums: &mut [[f64; PANEL]; TOTALS],
) {
    for k in 0..TOTALS {
        for g in 0..PANEL {
            sums[k][g] += f64::from(parts[k][g]);
        }
    }
}

/// One, two or four panels from `first` on: `out` holds a row of sizes per panel, total and path. Returns their
/// number.
#[inline(always)]
fn add<const TOTALS: usize, const PANELS: usize>(
    asking: &Asking<'_>,
    first: usize,
    out: &mut [[f64; PANEL]],
) -> usize {
    let Asking { table, months, is_first } = *asking;
    for i in 0..LANES {
        let mut sums = [[[0.0f64; PANEL]; TOTALS]; PANELS];
        for few in months.chunks(FEW) {
            let mut parts = [[[0.0f32; PANEL]; TOTALS]; PANELS];
            for month in few {
                let Asked { cell, load, prices: [cost, waste] } = month.paths[i];
                let prices = [cost, waste, month.discount * cost];
                let rows = table.rows::<PANELS>(cell, first);
                each!(p of PANELS: add_month(&rows[p], load, prices, &mut parts[p]));
            }
            each!(p of PANELS: add_parts(&parts[p], &mut sums[p]));
        }
        each!(p of PANELS: for k in 0..TOTALS {
            for g in 0..PANEL {
                let out = &mut out[(p * TOTALS + k) * LANES + i][g];
                *out = if is_first { sums[p][k][g] } else { *out + sums[p][k][g] };
            }
        });
    }
    PANELS
}

/// Of a panel's rows, path by path, the columns, size by size.
///
/// Not a kernel: wide vectors would gather or scatter, which takes longer than pairs.
#[inline(never)]
fn columns(rows: &[[f64; PANEL]; LANES], out: &mut [Lane; PANEL]) {
    for (block, rows) in rows.as_chunks::<8>().0.iter().enumerate() {
        for (g, column) in out.iter_mut().enumerate() {
            // By reference: rows that are passed on by value may be copied for each column.
            column.as_chunks_mut::<8>().0[block] = std::array::from_fn(|i| rows[i][g]);
        }
    }
}

kernel! {
    /// A total of a size: what the overflow adds, what does not depend on the size, and the fees of
    /// the classes, by their units. Waste that is rounding is none.
    fn add_up(
        overflow: &Lane,
        fixed: &Lane,
        units: &[f64],
        fees: &[Lane],
        is_waste: bool,
        out: &mut Lane,
    ) {
        let mut paid = [0.0; LANES];
        for (units, fees) in units.iter().zip(fees) {
            for i in 0..LANES {
                paid[i] += units * fees[i];
            }
        }
        for i in 0..LANES {
            let total = fixed[i] + overflow[i] + paid[i];
            let rounding = NOTHING * (paid[i] - fixed[i]);
            out[i] = if is_waste && total <= rounding { 0.0 } else { total };
        }
    }
}

impl Grid {
    /// Settles every size on a block that is prepared for the strategy, for the totals up to `last`
    /// in their order; [`Self::total`] reads them.
    pub fn settle(
        &self,
        block: Priced<'_>,
        prepared: &Prepared,
        last: Total,
        scratch: &mut GridScratch,
    ) {
        weigh(self, block, prepared, last, scratch);
        scratch.totals = last as usize + 1;
        let panels = self.sizes.div_ceil(PANEL);
        scratch.sums.resize(panels * scratch.totals * LANES, [0.0; PANEL]);
        for (c, (class, months)) in self.classes.iter().zip(&scratch.months).enumerate() {
            let asking = Asking { table: class.table(), months, is_first: c == 0 };
            match last {
                Total::Cost => add_one(&asking, &mut scratch.sums),
                Total::Waste => add_two(&asking, &mut scratch.sums),
                Total::PresentValue => add_three(&asking, &mut scratch.sums),
            }
        }
    }

    /// A total of each size in turn, on the block that was settled last.
    pub fn total<'o>(
        &self,
        total: Total,
        scratch: &GridScratch,
        mut out: impl Iterator<Item = &'o mut Lane>,
    ) {
        let k = total as usize;
        let fees = &scratch.fees[usize::from(matches!(total, Total::PresentValue))];
        let panels = scratch.sums.as_chunks::<LANES>().0.iter().skip(k).step_by(scratch.totals);
        let mut overflow = [[0.0; LANES]; PANEL];
        let mut units = vec![0.0; self.classes.len()];
        for (panel, rows) in panels.enumerate() {
            columns(rows, &mut overflow);
            let sizes = panel * PANEL..self.sizes.min((panel + 1) * PANEL);
            for ((size, overflow), out) in sizes.zip(&overflow).zip(&mut out) {
                for (units, class) in units.iter_mut().zip(&self.classes) {
                    *units = class.units[size];
                }
                let is_waste = matches!(total, Total::Waste);
                add_up(overflow, &scratch.fixed[k], &units, fees, is_waste, out);
            }
        }
    }
}
