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
    /// `W L(K / W)` of each path's load `W` and capacity `K`, neither of which is negative: on the
    /// line of the ratio's cell it is `intercept * W + slope * K`.
    #[inline(always)]
    pub(super) fn spilled(&self, load: &Lane, capacity: &Lane, out: &mut Lane) {
        let mut cells = [0; LANES];
        for i in 0..LANES {
            let k = capacity[i] / load[i];
            // The last cell is zero; without any load the ratio is infinite, or undefined.
            cells[i] = cell(if k < FARTHEST { k } else { FARTHEST });
        }
        let lines = self.lines(&cells);
        for i in 0..LANES {
            let [intercept, slope] = lines[i];
            out[i] = intercept * load[i] + slope * capacity[i];
        }
    }

    /// The line of each path's cell. Copied as a whole, and its two numbers parted afterwards: wide
    /// vectors would gather them one by one.
    #[inline(always)]
    fn lines(&self, cells: &[usize; LANES]) -> [Line; LANES] {
        let mut lines = [[0.0; 2]; LANES];
        for i in 0..LANES {
            lines[i] = self.0[cells[i] & (CELLS - 1)];
        }
        lines
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
