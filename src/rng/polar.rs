//! Two independent standard normals from two random words: a radius and a direction.
//!
//! `r = sqrt(-2 ln u)` and an angle uniform on the circle give the plane's normal distribution in
//! polar coordinates. No value needs another branch, which is why vector units prefer it to the
//! quantile function; a draw is no longer monotone in its uniform, which matters to quasi-random
//! points alone.
//!
//! The upper 52 bits of a word are the middle of one of 2^52 equal cells, so that normals reach 8.6
//! standard deviations. The two lowest bits of the second word, which its cell leaves over, turn a
//! direction within 45 degrees of an axis to any of the four axes. The polynomials
//! (`scripts/references/elementary.py`) make a normal right to 1e-13 relative.
//!
//! Source: Box and Muller (1958), "A note on the generation of random normal deviates", Ann. Math.
//! Statist. 29, 610-611.

use super::philox::unit_interval;
use crate::math::polynomial;

/// The two normals of two words.
#[inline(always)]
pub(super) fn normals(words: [u64; 2]) -> [f64; 2] {
    let radius = minus_two_ln(unit_interval(words[0])).sqrt();
    // From -1/2 to 1/2, in units of 90 degrees.
    let f = unit_interval(words[1]) - 0.5;
    let square = f * f;
    let along = radius * polynomial(square, &COSINE);
    let along = f64::from_bits(along.to_bits() ^ words[1] << 63);
    let across = (radius * f) * polynomial(square, &SINE);
    if words[1] & 2 == 0 { [along, across] } else { [across, along] }
}

/// `-2 ln u` for `u` in (0, 1), positive there.
///
/// Method: `u = 2^n m` with `m` in `[sqrt(1/2), sqrt(2))`, then `ln m = 2 artanh s` as a polynomial in
/// `s = (m - 1) / (m + 1)`.
#[inline(always)]
fn minus_two_ln(u: f64) -> f64 {
    const HALF_ROOT: u64 = 0x3FE6_A09E_667F_3BCD; // sqrt(1/2)
    const ONE: u64 = 1.0f64.to_bits();
    const WHOLE: f64 = 4_503_599_627_370_496.0; // 2^52: low bits hold an integer
    let exponent = u.to_bits().wrapping_sub(HALF_ROOT).wrapping_add(ONE) >> 52;
    let m = f64::from_bits(u.to_bits().wrapping_sub(exponent << 52).wrapping_add(ONE));
    // The exponent as a float without a conversion: vector units convert 64 bits slowly or not.
    let n = f64::from_bits(WHOLE.to_bits() | exponent) - (WHOLE + 1023.0);
    let s = (m - 1.0) / (m + 1.0);
    n.mul_add(-2.0 * std::f64::consts::LN_2, s * polynomial(s * s, &LOGARITHM))
}

/// `-4 artanh(s) / s` in powers of `s^2`.
const LOGARITHM: [f64; 6] = [
    -3.999999999999894,
    -1.3333333335928992,
    -0.7999998974195874,
    -0.5714433682840676,
    -0.44348301596107464,
    -0.39219184730316814,
];

/// `sin(pi/2 f) / f` in powers of `f^2`.
#[allow(clippy::approx_constant)] // fitted: the first is not pi / 2 to the last digit
const SINE: [f64; 6] = [
    1.57079632679489,
    -0.6459640975043052,
    0.07969262615560159,
    -0.004681752589609857,
    0.00016042925554202335,
    -3.556369371360422e-6,
];

/// `cos(pi/2 f)` in powers of `f^2`.
const COSINE: [f64; 6] = [
    0.9999999999999443,
    -1.2337005501201272,
    0.2536695071525108,
    -0.0208634679869731,
    0.0009191616584395563,
    -2.485082381773045e-5,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_agrees_with_libm() {
        for i in 1..100_000 {
            let near_one = 1.0 - f64::from(i) * 1e-12;
            for u in [f64::from(i) / 100_000.0, libm::exp(f64::from(i) * -0.00036), near_one] {
                let (ours, reference) = (minus_two_ln(u), -2.0 * libm::log(u));
                assert!((ours / reference - 1.0).abs() < 1e-13, "{u:e}: {ours:e}, {reference:e}");
            }
        }
        let ends = [unit_interval(0), unit_interval(u64::MAX)].map(minus_two_ln);
        assert!((ends[0].sqrt() - 8.572).abs() < 1e-3 && ends[1] > 0.0);
    }

    #[test]
    fn directions_are_those_of_the_circle() {
        for turn in 0..4u64 {
            for i in 0..1000u64 {
                let cell = i << 54;
                let words = [1 << 60, cell | turn];
                let [x, y] = normals(words);
                let radius = minus_two_ln(unit_interval(words[0])).sqrt();
                let f = (unit_interval(cell) - 0.5) * std::f64::consts::FRAC_PI_2;
                let (cosine, sine) = (libm::cos(f) * radius, libm::sin(f) * radius);
                let cosine = if turn & 1 == 0 { cosine } else { -cosine };
                let expected = if turn & 2 == 0 { [cosine, sine] } else { [sine, cosine] };
                assert!((x - expected[0]).abs() < 1e-13 * radius, "{turn} {i}");
                assert!((y - expected[1]).abs() < 1e-13 * radius, "{turn} {i}");
            }
        }
    }
}
