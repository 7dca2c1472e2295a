//! Sobol points with random access and a random linear scramble.
//!
//! A point's coordinate in dimension `d` is the XOR of the direction numbers of the set bits of
//! its index, so any block of points is made alone. Each replicate multiplies the direction
//! numbers by its own random lower-triangular binary matrix and adds a random digital shift:
//! every point is then uniform on (0, 1), the net keeps its equidistribution, and replicates are
//! independent, which is what honest error bars need.
//!
//! Sources: Joe and Kuo (2008), SIAM J. Sci. Comput. 30, 2635-2654 (direction numbers);
//! Matousek (1998), "On the L2-discrepancy for anchored boxes", J. Complexity 14, 527-556
//! (linear matrix scrambling); Owen (1997) for the variance that scrambling buys.

use super::LANES;
use super::philox::{philox, stream_key};

/// Dimensions that the table of direction numbers covers.
pub const DIMENSIONS: usize = 1000;

/// Bits of a coordinate; the sampler uses the upper 52.
const BITS: usize = 64;

/// Points whose coordinates are kept: a full vector of every block is one XOR away from them.
const KEPT: usize = 8;

/// One scrambled dimension.
#[derive(Clone, Debug)]
pub(super) struct Dimension {
    /// Direction numbers: entry `b` belongs to bit `b` of the point index.
    directions: Vec<u64>,
    /// Coordinates of the first points; that of point 0 is the digital shift.
    kept: [u64; KEPT],
}

impl Dimension {
    fn new(directions: Vec<u64>, shift: u64) -> Self {
        let kept = std::array::from_fn(|i| shift ^ combined(&directions, i as u64));
        Self { directions, kept }
    }

    /// The coordinates of the points `first..first + LANES`, where `first` is a multiple of
    /// [`LANES`] and the net has that many points.
    #[inline(always)]
    pub(super) fn coordinates(&self, first: u64, out: &mut [u64; LANES]) {
        // What each next group of points has more than the kept ones.
        let mut more = [combined(&self.directions, first); LANES / KEPT];
        let of_groups = &self.directions[KEPT.ilog2() as usize..LANES.ilog2() as usize];
        for (bit, direction) in of_groups.iter().enumerate() {
            for group in 1 << bit..2 << bit {
                more[group] = more[group - (1 << bit)] ^ direction;
            }
        }
        for (points, more) in out.chunks_exact_mut(KEPT).zip(more) {
            for i in 0..KEPT {
                points[i] = self.kept[i] ^ more;
            }
        }
    }
}

/// The XOR of the direction numbers of the bits of `index`.
#[inline(always)]
fn combined(directions: &[u64], index: u64) -> u64 {
    let (mut x, mut bits) = (0, index);
    while bits != 0 {
        x ^= directions[bits.trailing_zeros() as usize];
        bits &= bits - 1;
    }
    x
}

/// The first `dimensions` dimensions of a net of `2^log2_points` points, unscrambled.
#[must_use]
pub(super) fn directions(dimensions: usize, log2_points: u32) -> Vec<Vec<u64>> {
    assert!(dimensions <= DIMENSIONS && log2_points as usize <= BITS);
    include_str!("joe_kuo.txt")
        .lines()
        .take(dimensions)
        .enumerate()
        .map(|(dimension, line)| direction_numbers(dimension, line, log2_points as usize))
        .collect()
}

/// Direction numbers by the recurrence of Bratley and Fox (1988), algorithm 659.
fn direction_numbers(dimension: usize, line: &str, count: usize) -> Vec<u64> {
    if dimension == 0 {
        return (0..count).map(|bit| 1 << (BITS - 1 - bit)).collect();
    }
    let mut numbers = line
        .split_ascii_whitespace()
        .map(|word| word.parse::<u64>().expect("the table holds integers"));
    let polynomial = numbers.next().expect("a line starts with its polynomial");
    let mut v: Vec<u64> = numbers.enumerate().map(|(bit, m)| m << (BITS - 1 - bit)).collect();
    let degree = v.len();
    for bit in degree..count {
        let mut next = v[bit - degree] ^ (v[bit - degree] >> degree);
        for term in 1..degree {
            if polynomial >> (degree - term) & 1 == 1 {
                next ^= v[bit - term];
            }
        }
        v.push(next);
    }
    v.truncate(count);
    v
}

/// Scrambles a dimension for one replicate. The scramble depends on the seed, the replicate and
/// the dimension alone.
#[must_use]
pub(super) fn scramble(plain: &[u64], seed: u64, replicate: u32, dimension: u32) -> Dimension {
    let key = stream_key(seed, "sobol scramble");
    let random = |row: u32| {
        let w = philox([row, dimension, replicate, 0], key);
        u64::from(w[0]) << 32 | u64::from(w[1])
    };
    let matrix: Vec<u64> = (0..BITS as u32)
        .map(|row| {
            // Output bit `row` (from the top) mixes the input bits above it and keeps its own.
            let own = 1u64 << (BITS as u32 - 1 - row);
            let above = !(own | (own - 1));
            random(row) & above | own
        })
        .collect();
    let directions = plain
        .iter()
        .map(|v| {
            matrix.iter().fold(0u64, |out, row| out << 1 | u64::from((row & v).count_ones() & 1))
        })
        .collect();
    Dimension::new(directions, random(BITS as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The coordinate of one point, by the definition.
    fn coordinate(dimension: &Dimension, index: u64) -> u64 {
        let mut x = dimension.kept[0];
        for (bit, direction) in dimension.directions.iter().enumerate() {
            if index >> bit & 1 == 1 {
                x ^= direction;
            }
        }
        x
    }

    /// The published sequence in all its dimensions, from an independent implementation.
    #[test]
    fn agrees_with_an_independent_sequence() {
        let params = sobol::params::JoeKuoD6::standard();
        let oracle = sobol::Sobol::<u64>::new(DIMENSIONS, &params);
        let plain: Vec<Dimension> = directions(DIMENSIONS, 10)
            .into_iter()
            .map(|directions| Dimension::new(directions, 0))
            .collect();
        for (index, point) in oracle.take(512).enumerate() {
            // The oracle walks in Gray-code order.
            let gray = (index ^ (index >> 1)) as u64;
            for (d, (dimension, &expected)) in plain.iter().zip(&point).enumerate() {
                let got = coordinate(dimension, gray);
                assert_eq!(got, expected, "dimension {d}, point {index}");
            }
        }
    }

    #[test]
    fn a_scrambled_net_stays_a_net() {
        // In every dimension, 2^10 points fall one into each of 2^10 equal cells.
        let plain = directions(40, 10);
        for (d, plain) in plain.iter().enumerate() {
            let dimension = scramble(plain, 5, 3, d as u32);
            let mut seen = vec![false; 1024];
            let mut block = [0u64; LANES];
            for first in (0..1024).step_by(LANES) {
                dimension.coordinates(first, &mut block);
                for (offset, &x) in block.iter().enumerate() {
                    assert_eq!(x, coordinate(&dimension, first + offset as u64));
                    let cell = (x >> 54) as usize;
                    assert!(!seen[cell], "dimension {d}: two points in cell {cell}");
                    seen[cell] = true;
                }
            }
        }
    }

    #[test]
    fn replicates_and_dimensions_are_scrambled_differently() {
        let plain = &directions(2, 8)[1];
        let first = coordinate(&scramble(plain, 1, 0, 1), 0);
        assert_ne!(first, coordinate(&scramble(plain, 1, 1, 1), 0));
        assert_ne!(first, coordinate(&scramble(plain, 1, 0, 2), 0));
        assert_ne!(first, coordinate(&scramble(plain, 2, 0, 1), 0));
    }
}
