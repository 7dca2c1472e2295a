//! The table of a grid: for each cell of the load a line per size.

use super::PANEL;
use crate::curve::LoadCurve;
use crate::rng::LANES;

/// Cells per octave of the load, as a power of two: first try and last.
const CELL_BITS: std::ops::RangeInclusive<u32> = 7..=9;

/// Largest error of an overflow, as a share of the load, for which the table is used.
const TOLERANCE: f64 = 1e-4;

/// Intercepts and slopes of a panel in a cell, each on its own lines of the cache.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(super) struct Row {
    pub intercepts: [f32; PANEL],
    pub slopes: [f32; PANEL],
}

/// Months with the same load curve in which the sizes deploy the same units.
#[derive(Clone, Debug)]
pub(super) struct Class {
    /// Position of the curve.
    pub curve: usize,
    /// Deployed units by size, padded to whole panels.
    pub units: Vec<f64>,
    pub cells: Axis,
    /// By cell and panel.
    rows: Vec<Row>,
}

/// The lines of a class.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table<'a> {
    rows: &'a [Row],
    pub panels: usize,
}

impl Table<'_> {
    /// The lines of some panels from `first` on in a cell.
    #[inline(always)]
    pub(super) fn rows<const PANELS: usize>(&self, cell: u32, first: usize) -> &[Row; PANELS] {
        let rows = &self.rows[cell as usize * self.panels + first..];
        rows.first_chunk().expect("a cell has every panel")
    }
}

/// Cells of the load axis: the upper bits of a number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    shift: u32,
    first: u64,
    count: usize,
}

impl Axis {
    /// Cells from `low` to `high`, with one more below and one above.
    fn new(low: f64, high: f64, bits: u32) -> Self {
        let shift = 52 - bits;
        let first = (low.to_bits() >> shift) - 1;
        Self { shift, first, count: ((high.to_bits() >> shift) - first) as usize + 2 }
    }

    #[inline(always)]
    pub(super) fn cell(self, load: f64) -> u32 {
        let above = (load.to_bits() >> self.shift).saturating_sub(self.first);
        above.min(self.count as u64 - 1) as u32
    }

    fn edge(self, cell: usize) -> f64 {
        f64::from_bits((self.first + cell as u64) << self.shift)
    }
}

impl Class {
    /// A class without a table yet.
    pub(super) fn new(curve: usize, units: Vec<f64>) -> Self {
        Self { curve, units, cells: Axis::new(1.0, 2.0, *CELL_BITS.start()), rows: Vec::new() }
    }

    pub(super) fn table(&self) -> Table<'_> {
        Table { rows: &self.rows, panels: self.units.len() / PANEL }
    }

    /// Fills the table, coarsely if that is good enough; false if the curve has corners that even
    /// the finest table would cut by too much.
    pub(super) fn compile(&mut self, curve: &LoadCurve) -> bool {
        CELL_BITS.into_iter().any(|bits| self.fill(curve, bits) <= TOLERANCE)
    }

    /// Fills the table with `2^bits` cells per octave and returns the bound on its error.
    fn fill(&mut self, curve: &LoadCurve, bits: u32) -> f64 {
        let positive = || self.units.iter().copied().filter(|k| *k > 0.0);
        let (least, most) =
            (positive().fold(f64::INFINITY, f64::min), positive().fold(0.0, f64::max));
        let (low, high) = curve.bent();
        self.cells = if most > 0.0 {
            Axis::new(least / high, most / low, bits)
        } else {
            Axis::new(1.0, 2.0, bits)
        };
        let lines: Vec<Vec<Line>> =
            self.units.iter().map(|k| lines(curve, *k, self.cells)).collect();
        let row = |cell: usize, panel: usize| {
            let of = |part: usize| {
                std::array::from_fn(|g| lines[panel * PANEL + g][cell].0[part] as f32)
            };
            Row { intercepts: of(0), slopes: of(1) }
        };
        let panels = self.units.len() / PANEL;
        self.rows = (0..self.cells.count)
            .flat_map(|cell| (0..panels).map(move |panel| (cell, panel)))
            .map(|(cell, panel)| row(cell, panel))
            .collect();
        lines.iter().flatten().map(|(_, bound)| *bound).fold(0.0, f64::max)
    }
}

/// Intercept and slope, and the bound on the error as a share of the load.
type Line = ([f64; 2], f64);

/// The overflow against `units` as a line per cell.
fn lines(curve: &LoadCurve, units: f64, axis: Axis) -> Vec<Line> {
    if units == 0.0 {
        return vec![([0.0, 1.0], 0.0); axis.count];
    }
    // Every cell at its lower edge and at three places inside, and the edges beyond the last.
    let edge = |i: usize| {
        axis.edge(i / 4) + (i % 4) as f64 * 0.25 * (axis.edge(i / 4 + 1) - axis.edge(i / 4))
    };
    let loads: Vec<f64> = (4..=4 * axis.count).map(edge).collect();
    let at = overflows(curve, units, &loads);
    let chord = |cell: usize| {
        let i = 4 * (cell - 1);
        (at[i + 4] - at[i]) / (loads[i + 4] - loads[i])
    };
    let last = axis.count - 1;
    let mut out = vec![([0.0, 0.0], 0.0)];
    for cell in 1..last {
        let (i, slope) = (4 * (cell - 1), chord(cell));
        let gap = |j: usize| (at[i] + slope * (loads[i + j] - loads[i]) - at[i + j]).max(0.0);
        // Simpson's rule on both halves; the gap is zero at both ends.
        let mean = (4.0 * gap(1) + 2.0 * gap(2) + 4.0 * gap(3)) / 12.0;
        // Of a convex function, the slopes at the ends lie between those of the neighbors.
        let before = if cell == 1 { 0.0 } else { chord(cell - 1) };
        let bound = 0.25 * (loads[i + 4] - loads[i]) * (chord(cell + 1) - before) / loads[i];
        out.push(([at[i] - slope * loads[i] - mean, slope], bound));
    }
    let (i, slope) = (4 * (last - 1), chord(last));
    out.push(([at[i] - slope * loads[i], slope], 0.0));
    out
}

/// The overflow of each load against `units`.
fn overflows(curve: &LoadCurve, units: f64, loads: &[f64]) -> Vec<f64> {
    let mut out = Vec::with_capacity(loads.len());
    for chunk in loads.chunks(LANES) {
        let loads = std::array::from_fn(|i| chunk[i.min(chunk.len() - 1)]);
        let mut spilled = [0.0; LANES];
        curve.spilled(&loads, &[units; LANES], &mut spilled);
        out.extend_from_slice(&spilled[..chunk.len()]);
    }
    out
}
