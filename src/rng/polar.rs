//! Two independent standard normals from a random word: a radius and a direction.
//!
//! `r = sqrt(-2 ln u)` and an angle uniform on the circle give the plane's normal distribution in
//! polar coordinates. No value needs another branch, which is why vector units prefer it to the
//! quantile function; a draw is no longer monotone in its uniform, which matters to quasi-random
//! points alone.
//!
//! All of it is single precision: a normal is right to 4e-7 of itself. Errors of the mean cancel by
//! symmetry; the variance is too large by less than 2e-8, about a thousandth of its standard error
//! after ten billion draws. What is made of the normals is double precision. Of a word of 64 bits the upper half is the radius, the middle of one of 2^31
//! equal cells, so that normals reach 6.6 standard deviations; the lower half is the direction, whose
//! two lowest bits turn what lies within 45 degrees of an axis to any of the four axes. The
//! coefficients are those of `scripts/references/elementary.py`.
//!
//! Source: Box and Muller (1958), "A note on the generation of random normal deviates", Ann. Math.
//! Statist. 29, 610-611.

use super::stream::Streams;
use super::{LANES, Lane};
use crate::math::polynomial32;

/// Two rows of normals from the next word of each stream.
#[inline(always)]
pub(super) fn normals(streams: &mut Streams, one: &mut Lane, other: &mut Lane) {
    // Loops of one width each, so that single precision has as many paths to a vector as it can.
    let (mut words, mut upper, mut lower) = ([[0u32; 2]; LANES], [0u32; LANES], [0u32; LANES]);
    for i in 0..LANES {
        let word = streams.next(i);
        words[i] = [word as u32, (word >> 32) as u32];
    }
    for i in 0..LANES {
        [lower[i], upper[i]] = words[i];
    }
    let (mut first, mut second) = ([0.0f32; LANES], [0.0f32; LANES]);
    for i in 0..LANES {
        [first[i], second[i]] = pair(upper[i], lower[i]);
    }
    for i in 0..LANES {
        one[i] = f64::from(first[i]);
        other[i] = f64::from(second[i]);
    }
}

/// Two normals from two words.
#[inline(always)]
fn pair(upper: u32, lower: u32) -> [f32; 2] {
    let radius = minus_two_ln(upper).sqrt();
    // From -1/2 to 1/2, in units of 90 degrees.
    let f = lower.cast_signed() as f32 * 2f32.powi(-32);
    let square = f * f;
    let along = radius * polynomial32(square, &COSINE);
    let along = f32::from_bits(along.to_bits() ^ lower << 31);
    let across = (radius * f) * polynomial32(square, &SINE);
    if lower & 2 == 0 { [along, across] } else { [across, along] }
}

/// `-2 ln u` for the middle `u` of one of 2^31 equal cells of (0, 1), to which the upper bits of
/// `word` point; never negative.
///
/// Method: `u = 2^-n m` with `m` in `[sqrt(1/2), sqrt(2))`, then `ln m = 2 artanh s` as a polynomial in
/// `s = (m - 1) / (m + 1)`.
#[inline(always)]
fn minus_two_ln(word: u32) -> f32 {
    const HALF_ROOT: i32 = 0x3F35_04F3; // sqrt(1/2)
    const EXPONENT: i32 = !0x7F_FFFF;
    const LN_4: f32 = 2.0 * std::f32::consts::LN_2;
    // 2^31 u: vector units convert signed integers.
    let x = (word >> 1).cast_signed() as f32 + 0.5;
    let bits = x.to_bits().cast_signed();
    let exponent = (bits - HALF_ROOT) & EXPONENT;
    let m = f32::from_bits((bits - exponent).cast_unsigned());
    let n = ((31 << 23) - exponent) as f32 * 2f32.powi(-23);
    let s = (m - 1.0) / (m + 1.0);
    n.mul_add(LN_4, s * polynomial32(s * s, &LOGARITHM))
}

/// `-4 artanh(s) / s` in powers of `s^2`.
const LOGARITHM: [f32; 4] = [-4.0, -1.333_336_4, -0.799_496, -0.598_515_8];

/// `sin(pi/2 f) / f` in powers of `f^2`.
#[allow(clippy::approx_constant)] // fitted: the first is pi / 2 by chance
const SINE: [f32; 4] = [1.570_796_4, -0.645_963_5, 0.079_680_204, -0.004_602_117_5];

/// `cos(pi/2 f)` in powers of `f^2`.
const COSINE: [f32; 5] = [1.0, -1.233_700_5, 0.253_669_2, -0.020_860_067, 0.000_903_621_84];

#[cfg(test)]
mod tests {
    use super::*;

    /// `-2 ln u` of a cell in double precision.
    fn exact(word: u32) -> f64 {
        -2.0 * libm::log((f64::from(word >> 1) + 0.5) / 2f64.powi(31))
    }

    #[test]
    fn the_logarithm_agrees_with_libm() {
        // Near 1 single precision knows `u` to 2^-24, after two roundings.
        let close = |word| {
            let (ours, reference) = (f64::from(minus_two_ln(word)), exact(word));
            let bound = 4e-7 * reference + 2f64.powi(-23);
            assert!((ours - reference).abs() <= bound, "{word}: {ours:e}, {reference:e}");
            assert!(ours >= 0.0, "{word}: {ours:e}");
        };
        (0..=u32::MAX).step_by(4099).for_each(close);
        (0..100_000).for_each(close);
        (0..100_000).map(|k| u32::MAX - k).for_each(close);
        (0..32).flat_map(|n| (0..4).map(move |k| (1u32 << n).wrapping_add(k))).for_each(close);
        assert!((minus_two_ln(0).sqrt() - 6.661).abs() < 1e-3);
    }

    /// The mean of `r^2` is 2 and that of `r` is sqrt(pi / 2); rounding does not pile up in either,
    /// nor in what the directions make of them: the variance of a normal errs by half the error of the
    /// first and by that of the squares of a direction.
    #[test]
    fn single_precision_has_no_bias() {
        let step = 509; // about eight million cells, evenly spread
        let (mut count, mut squares, mut radii, mut directions) = (0.0, 0.0, 0.0, 0.0);
        let unit = 1 << 28;
        let length = f64::from(minus_two_ln(unit));
        for word in (0..=u32::MAX).step_by(step) {
            let (ours, exact) = (minus_two_ln(word), exact(word));
            squares += f64::from(ours) - exact;
            radii += f64::from(ours.sqrt()) - exact.sqrt();
            let [x, y] = pair(unit, word).map(f64::from);
            directions += (x * x + y * y) / length - 1.0;
            count += 1.0;
        }
        assert!((squares / count).abs() < 1e-8, "{:e}", squares / count);
        assert!((radii / count).abs() < 1e-8, "{:e}", radii / count);
        let variance = 0.5 * squares / count + directions / count;
        assert!(variance.abs() < 2e-8, "{variance:e}");
    }

    #[test]
    fn directions_are_those_of_the_circle() {
        let upper = 1 << 28;
        let radius = exact(upper).sqrt();
        for turn in 0..4 {
            for i in 0..100_000u32 {
                let lower = (i.wrapping_mul(42_949) << 2) | turn;
                let [x, y] = pair(upper, lower).map(f64::from);
                let f = f64::from(lower.cast_signed()) / 2f64.powi(32);
                let angle = f * std::f64::consts::FRAC_PI_2;
                let (cosine, sine) = (libm::cos(angle) * radius, libm::sin(angle) * radius);
                let cosine = if turn & 1 == 0 { cosine } else { -cosine };
                let expected = if turn & 2 == 0 { [cosine, sine] } else { [sine, cosine] };
                assert!((x - expected[0]).abs() <= 4e-7 * expected[0].abs(), "{turn} {i}");
                assert!((y - expected[1]).abs() <= 4e-7 * expected[1].abs(), "{turn} {i}");
            }
        }
    }
}
