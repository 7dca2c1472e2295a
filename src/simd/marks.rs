//! Which of 64 values lie between cuts of a line: comparisons whose results are bits of an integer.
//!
//! Plain loops over truth values do not become the instructions that processors have for this, so
//! the comparison of 64 values with a number is written for each [`Level`]. Results are integers:
//! they are the same for all.

#![allow(unsafe_code)]

use super::Level;

/// An edge on the line, and the two sets whose bins change there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// Values at or above it lie on the other side of it than those below.
    pub edge: f64,
    /// Per set: all bits if values on one side are in it and on the other are not, none otherwise.
    pub flips: (u64, u64),
}

/// Counts the values at or above each cut, and says which values are in either set: bit `i` for
/// value `i`. `below` says which are if no cut is below them, all bits or none. A value that is no
/// number lies below all cuts.
pub fn marks(values: &[f64; 64], below: (u64, u64), cuts: &[Cut], above: &mut [u64]) -> (u64, u64) {
    #[cfg(target_arch = "x86_64")]
    match super::level() {
        // SAFETY: `level` saw that the processor has these instructions.
        Level::Avx512 => return unsafe { x86::marks_avx512(values, below, cuts, above) },
        // SAFETY: as above.
        Level::Avx2 => return unsafe { x86::marks_avx2(values, below, cuts, above) },
        Level::Portable => {}
    }
    marks_by(at_least, values, below, cuts, above)
}

#[inline(always)]
fn marks_by(
    at_least: impl Fn(&[f64; 64], f64) -> u64,
    values: &[f64; 64],
    below: (u64, u64),
    cuts: &[Cut],
    above: &mut [u64],
) -> (u64, u64) {
    let (mut first, mut second) = below;
    for (cut, above) in cuts.iter().zip(above) {
        let bits = at_least(values, cut.edge);
        *above += u64::from(bits.count_ones());
        first ^= bits & cut.flips.0;
        second ^= bits & cut.flips.1;
    }
    (first, second)
}

/// Bit `i` if value `i` is at or above `edge`.
fn at_least(values: &[f64; 64], edge: f64) -> u64 {
    let bytes: [u8; 64] = std::array::from_fn(|i| u8::from(values[i] >= edge));
    let mut bits = 0;
    for (at, eight) in bytes.as_chunks().0.iter().enumerate() {
        // The product moves bit 8 i of the factor to bit 56 + i.
        let together = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits |= together << (8 * at);
    }
    bits
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Cut, marks_by};
    use std::arch::x86_64::{
        _CMP_GE_OQ, _mm256_cmp_pd, _mm256_loadu_pd, _mm256_movemask_pd, _mm256_set1_pd,
        _mm512_cmp_pd_mask, _mm512_kunpackb, _mm512_kunpackd, _mm512_kunpackw, _mm512_loadu_pd,
        _mm512_set1_pd,
    };

    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma,popcnt")]
    pub(super) fn marks_avx512(
        values: &[f64; 64],
        below: (u64, u64),
        cuts: &[Cut],
        above: &mut [u64],
    ) -> (u64, u64) {
        marks_by(|values, edge| at_least_avx512(values, edge), values, below, cuts, above)
    }

    #[target_feature(enable = "avx2,fma,popcnt")]
    pub(super) fn marks_avx2(
        values: &[f64; 64],
        below: (u64, u64),
        cuts: &[Cut],
        above: &mut [u64],
    ) -> (u64, u64) {
        marks_by(|values, edge| at_least_avx2(values, edge), values, below, cuts, above)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma,popcnt")]
    fn at_least_avx512(values: &[f64; 64], edge: f64) -> u64 {
        let edge = _mm512_set1_pd(edge);
        let eight = |at: usize| {
            // SAFETY: the slice holds the eight values that are read.
            let values = unsafe { _mm512_loadu_pd(values[8 * at..][..8].as_ptr()) };
            u16::from(_mm512_cmp_pd_mask::<_CMP_GE_OQ>(values, edge))
        };
        let sixteen = |at: usize| _mm512_kunpackb(eight(2 * at + 1), eight(2 * at));
        let half = |at: usize| {
            u64::from(_mm512_kunpackw(u32::from(sixteen(2 * at + 1)), u32::from(sixteen(2 * at))))
        };
        _mm512_kunpackd(half(1), half(0))
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,popcnt")]
    fn at_least_avx2(values: &[f64; 64], edge: f64) -> u64 {
        let edge = _mm256_set1_pd(edge);
        let mut bits = 0;
        for at in 0..16 {
            // SAFETY: the slice holds the four values that are read.
            let values = unsafe { _mm256_loadu_pd(values[4 * at..][..4].as_ptr()) };
            let four = _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_GE_OQ>(values, edge));
            bits |= u64::from(four as u8) << (4 * at);
        }
        bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values around, between and at the cuts, and what is no number.
    #[test]
    fn all_versions_count_and_mark_the_same() {
        let mut values: [f64; 64] = std::array::from_fn(|i| ((i * 37) % 64) as f64 / 8.0 - 2.0);
        (values[7], values[20], values[50]) = (f64::INFINITY, f64::NEG_INFINITY, f64::NAN);
        let cut = |edge, flips| Cut { edge, flips };
        let all = u64::MAX;
        let cuts =
            [cut(-1.0, (all, 0)), cut(0.5, (all, 0)), cut(2.0, (0, all)), cut(3.0, (all, all))];
        let mut counts = [1; 4];
        let got = marks(&values, (0, all), &cuts, &mut counts);
        let mut expected = (0u64, 0);
        let mut expected_counts = [1; 4];
        for (i, x) in values.iter().enumerate() {
            for (count, cut) in expected_counts.iter_mut().zip(&cuts) {
                *count += u64::from(*x >= cut.edge);
            }
            expected.0 |= u64::from((-1.0..0.5).contains(x) || *x >= 3.0) << i;
            expected.1 |= u64::from(!(2.0..3.0).contains(x)) << i;
        }
        assert_eq!((got, counts), (expected, expected_counts));
        let mut counts = [1; 4];
        let portable = marks_by(at_least, &values, (0, all), &cuts, &mut counts);
        assert_eq!((portable, counts), (expected, expected_counts));
        #[cfg(target_arch = "x86_64")]
        if crate::simd::level() >= Level::Avx2 {
            let mut counts = [1; 4];
            // SAFETY: `level` saw that the processor has these instructions.
            let avx2 = unsafe { x86::marks_avx2(&values, (0, all), &cuts, &mut counts) };
            assert_eq!((avx2, counts), (expected, expected_counts));
        }
    }
}
