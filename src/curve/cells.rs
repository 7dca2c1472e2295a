//! A convex function as chords over fine cells: one table lookup per evaluation.

/// Cells per octave of `1 + k`, as a power of two.
const CELL_BITS: u32 = 12;

/// Cells of the table: eight octaves, `k` up to 255.
const CELLS: usize = 8 << CELL_BITS;

/// A table whose length the compiler knows, so that a masked index needs no check.
type Table = Box<[f64; CELLS]>;

/// `L(k) = intercept + slope * k` in the cell of `k`.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    pub intercepts: Table,
    pub slopes: Table,
}

impl Cells {
    /// The ratios up to which the first cell's line holds, and from which all is 0.
    pub(super) fn bent(&self) -> (f64, f64) {
        // Chords of one line differ by rounding.
        let turns = self.slopes.iter().position(|s| (s - self.slopes[0]).abs() > 1e-9);
        let last = self.slopes.iter().rposition(|s| *s != 0.0);
        (cell_edge(turns.unwrap_or(1).max(1)), cell_edge(last.map_or(1, |i| i + 1)))
    }
}

/// Where the last cell starts.
pub(super) const FARTHEST: f64 = 254.0;

/// The cell of `0 <= k <= FARTHEST`: the upper bits of `1 + k`.
#[inline(always)]
pub(super) fn cell(k: f64) -> usize {
    let bits = (1.0 + k).to_bits() >> (52 - CELL_BITS);
    (bits as usize).wrapping_sub(1023 << CELL_BITS) & (CELLS - 1)
}

/// The lower edge of a cell.
fn cell_edge(cell: usize) -> f64 {
    f64::from_bits((cell as u64 + (1023 << CELL_BITS)) << (52 - CELL_BITS)) - 1.0
}

/// Chords of a convex function over the cells, and the bound on their error.
///
/// `value` is the function, `slope` its right derivative.
pub(super) fn cells(value: &dyn Fn(f64) -> f64, slope: &dyn Fn(f64) -> f64) -> (Cells, f64) {
    let table = || -> Table { vec![0.0; CELLS].try_into().expect("its length") };
    let (mut intercepts, mut slopes, mut error) = (table(), table(), 0.0f64);
    // All of the demand overflows without capacity, to the bit.
    let mut left = (0.0, 1.0, slope(0.0));
    for cell in 0..=cell(FARTHEST) {
        let edge = cell_edge(cell + 1);
        let right = (edge, value(edge), slope(edge));
        let chord = (right.1 - left.1) / (right.0 - left.0);
        slopes[cell] = chord;
        intercepts[cell] = left.1 - chord * left.0;
        error = error.max(0.25 * (right.0 - left.0) * (right.2 - left.2));
        if right.1 == 0.0 {
            return (Cells { intercepts, slopes }, error);
        }
        left = right;
    }
    (Cells { intercepts, slopes }, error + left.1)
}
