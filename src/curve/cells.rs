//! A convex function as chords over fine cells: one table lookup per evaluation.

use crate::rng::{LANES, Lane};

/// Cells per octave of `1 + k`, as a power of two.
const CELL_BITS: u32 = 12;

/// Cells of the table: eight octaves, `k` up to 255.
const CELLS: usize = 8 << CELL_BITS;

/// Intercept and slope of `L(k) = intercept + slope * k` in a cell, side by side: two tables would
/// fetch two lines of the cache.
type Line = [f64; 2];

/// The line of each cell. The compiler knows their number, so that a masked index needs no check.
#[derive(Clone, Debug)]
pub(super) struct Cells(Box<[Line; CELLS]>);

impl Cells {
    /// The ratios up to which the first cell's line holds, and from which all is 0.
    pub(super) fn bent(&self) -> (f64, f64) {
        // Chords of one line differ by rounding.
        let first = self.0[0][1];
        let turns = self.0.iter().position(|[_, slope]| (slope - first).abs() > 1e-9);
        let last = self.0.iter().rposition(|[_, slope]| *slope != 0.0);
        (cell_edge(turns.unwrap_or(1).max(1)), cell_edge(last.map_or(1, |i| i + 1)))
    }
}

/// Where the last cell starts.
const FARTHEST: f64 = 254.0;

/// The cell of `0 <= k <= FARTHEST`: the upper bits of `1 + k`.
#[inline(always)]
fn cell(k: f64) -> usize {
    let bits = (1.0 + k).to_bits() >> (52 - CELL_BITS);
    (bits as usize).wrapping_sub(1023 << CELL_BITS)
}

impl Cells {
    /// The function in place of each path's ratio, which is not negative.
    #[inline(always)]
    pub(super) fn values(&self, ratios: &mut Lane) {
        let mut cells = [0; LANES];
        for i in 0..LANES {
            // The last cell is zero; the comparison also catches an infinite ratio.
            ratios[i] = if ratios[i] < FARTHEST { ratios[i] } else { FARTHEST };
            cells[i] = cell(ratios[i]);
        }
        self.look_up(&cells, ratios);
    }

    /// Replaces each path's ratio by the value on its cell's line.
    ///
    /// Never part of a kernel: compiled for wide vectors it gathers, which takes three times as
    /// long as loading one line after the other.
    #[inline(never)]
    fn look_up(&self, cells: &[usize; LANES], ratios: &mut Lane) {
        for (k, cell) in ratios.iter_mut().zip(cells) {
            let [intercept, slope] = self.0[cell & (CELLS - 1)];
            *k = intercept + slope * *k;
        }
    }
}

/// The lower edge of a cell.
fn cell_edge(cell: usize) -> f64 {
    f64::from_bits((cell as u64 + (1023 << CELL_BITS)) << (52 - CELL_BITS)) - 1.0
}

/// Chords of a convex function over the cells, and the bound on their error.
///
/// `value` is the function, `slope` its right derivative.
pub(super) fn cells(value: &dyn Fn(f64) -> f64, slope: &dyn Fn(f64) -> f64) -> (Cells, f64) {
    let mut lines: Box<[Line; CELLS]> =
        vec![[0.0; 2]; CELLS].try_into().expect("as many lines as cells");
    let mut error = 0.0f64;
    // All of the demand overflows without capacity, to the bit.
    let mut left = (0.0, 1.0, slope(0.0));
    for cell in 0..=cell(FARTHEST) {
        let edge = cell_edge(cell + 1);
        let right = (edge, value(edge), slope(edge));
        let chord = (right.1 - left.1) / (right.0 - left.0);
        lines[cell] = [left.1 - chord * left.0, chord];
        error = error.max(0.25 * (right.0 - left.0) * (right.2 - left.2));
        if right.1 == 0.0 {
            return (Cells(lines), error);
        }
        left = right;
    }
    (Cells(lines), error + left.1)
}
