//! Elementary functions of the engine, the same bits on every platform.
//!
//! `std` calls the C library of the machine, whose `exp` and `ln` differ in the last bit between
//! systems. What the hot path needs stands here as plain arithmetic that the compiler can
//! vectorize; the rest comes from the portable `libm` crate.
//!
//! | function | largest error seen | checked on |
//! |---|---|---|
//! | [`exp`] | 1 ulp (2.3e-16 relative) | 200,000 points of [-700, 700] against `libm` |
//! | [`ln`] | 2 ulp (4.4e-16 relative) | 400,000 points of [1e-300, 1e300] against `libm` |
//! | [`normal_quantile`] | 7e-16 relative | 30-digit values from 1e-300 to 0.5 |
//! | [`normal_cdf`] | 1e-14 relative | 30-digit values from -37 to 8 |

mod normal;

pub use normal::{normal_cdf, normal_quantile, normal_quantiles};

use crate::simd::kernel;

/// e to the power `x`.
///
/// Saturates instead of over- or underflowing: below -708 it is `exp(-708)` (3e-308), above 709
/// it is `exp(709)` (8e307). NaN stays NaN.
///
/// Method: `x = n ln 2 + r` with `|r| <= ln 2 / 2`, `e^r = 1 + r + r c / (2 - c)` with
/// `c = r - r^2 P(r^2)`, and `n` added to the exponent bits. `P`, of degree 4
/// (`scripts/references/elementary.py`), errs by 1e-18 of `e^r`. A division is done beside the
/// multiplications, which a longer polynomial would wait for.
#[inline(always)]
#[must_use]
pub fn exp(x: f64) -> f64 {
    const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52: adding it rounds to an integer
    const LN2_LOW: f64 = 2.319_046_813_846_299_6e-17; // what ln 2 as a double lacks
    // Selects rather than `clamp`, so that NaN passes through and the loop vectorizes.
    let x = if x < -708.0 { -708.0 } else { x };
    let x = if x > 709.0 { 709.0 } else { x };
    let shifted = x.mul_add(std::f64::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(-LN2_LOW, n.mul_add(-std::f64::consts::LN_2, x));
    let square = r * r;
    let c = (-square).mul_add(polynomial(square, &EXP_RATIO), r);
    let mantissa = 1.0 + (r * c / (2.0 - c) + r);
    f64::from_bits(mantissa.to_bits().wrapping_add(shifted.to_bits() << 52))
}

/// `(r coth(r / 2) - 2) / r^2` in powers of `r^2`.
const EXP_RATIO: [f64; 5] = [
    0.1666666666666666,
    -0.0027777777777562864,
    6.613756470855508e-5,
    -1.6534058842837582e-6,
    4.1437096880780196e-8,
];

/// The value at `x` of a polynomial with the given coefficients, lowest power first.
#[inline(always)]
#[must_use]
pub fn polynomial<const N: usize>(x: f64, coefficients: &[f64; N]) -> f64 {
    let mut value = coefficients[N - 1];
    for &c in coefficients[..N - 1].iter().rev() {
        value = value.mul_add(x, c);
    }
    value
}

/// [`polynomial`] in single precision.
#[inline(always)]
#[must_use]
pub fn polynomial32<const N: usize>(x: f32, coefficients: &[f32; N]) -> f32 {
    let mut value = coefficients[N - 1];
    for &c in coefficients[..N - 1].iter().rev() {
        value = value.mul_add(x, c);
    }
    value
}

/// `x` to the whole power `n`, by repeated multiplication.
#[must_use]
pub fn power(x: f64, n: usize) -> f64 {
    (0..n).fold(1.0, |product, _| product * x)
}

kernel! {
    /// `scale * e^x` in place of each `x`; `scale` repeats every so many elements as it has.
    pub fn exp_scaled(values: &mut [f64], scale: &[f64]) {
        for row in values.chunks_exact_mut(scale.len()) {
            for (x, scale) in row.iter_mut().zip(scale) {
                *x = scale * exp(*x);
            }
        }
    }
}

kernel! {
    /// `ln(1 + x)` in place of each `x > -1`; infinity gives 709.8.
    pub fn ln_1p(values: &mut [f64]) {
        for x in values {
            *x = ln(1.0 + *x);
        }
    }
}

/// Natural logarithm of a normal number `x > 0`. Zero gives -709.1, which [`exp`] takes back to its
/// smallest value; negative and subnormal numbers have no meaning here.
///
/// Method: `x = 2^n m` with `m` in `[sqrt(1/2), sqrt(2))`, then `ln m = 2 artanh s` as a series in
/// `s = (m - 1) / (m + 1)`, whose terms beyond `s^21` are below half an ulp.
#[inline(always)]
#[must_use]
pub fn ln(x: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1; // low 32 bits are zero: n * LN2_HIGH is exact
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const HALF_ROOT: u64 = 0x3FE6_A09E_667F_3BCD; // sqrt(1/2)
    const WHOLE: f64 = 4_503_599_627_370_496.0; // 2^52: low bits hold an integer
    let above = x.to_bits().wrapping_sub(HALF_ROOT).wrapping_add(1023 << 52);
    let exponent = above >> 52;
    let m = f64::from_bits(x.to_bits().wrapping_sub((exponent.wrapping_sub(1023)) << 52));
    // The exponent as a float without a conversion: vector units convert 64 bits slowly or not.
    let n = f64::from_bits(WHOLE.to_bits() | exponent) - (WHOLE + 1023.0);
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let mut tail = LN_TAIL[0];
    for &c in &LN_TAIL[1..] {
        tail = tail.mul_add(z, c);
    }
    let small = (m - 1.0) - s * ((m - 1.0) - 2.0 * z * tail);
    n * LN2_HIGH + (small + n * LN2_LOW)
}

/// 1/21, 1/19, ..., 1/3
const LN_TAIL: [f64; 10] = [
    1.0 / 21.0,
    1.0 / 19.0,
    1.0 / 17.0,
    1.0 / 15.0,
    1.0 / 13.0,
    1.0 / 11.0,
    1.0 / 9.0,
    1.0 / 7.0,
    1.0 / 5.0,
    1.0 / 3.0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_agrees_with_libm_to_one_ulp() {
        for i in -100_000..=100_000 {
            let x = f64::from(i) * 0.007;
            let (ours, reference) = (exp(x), libm::exp(x));
            assert!(
                (ours / reference - 1.0).abs() <= 2.3e-16,
                "exp({x}) = {ours:e}, reference {reference:e}"
            );
        }
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(f64::NAN).is_nan());
        assert!(exp(-1e9) < 1e-300 && exp(1e9) > 1e300);
    }

    #[test]
    fn ln_agrees_with_libm_to_two_ulps() {
        for i in -200_000..=200_000 {
            let x = libm::exp(f64::from(i) * 0.00345);
            let (ours, reference) = (ln(x), libm::log(x));
            let scale = reference.abs().max(f64::MIN_POSITIVE);
            assert!(
                (ours - reference).abs() <= 4.5e-16 * scale,
                "ln({x:e}) = {ours:e}, {reference:e}"
            );
        }
        for x in [1.0 - 1e-9, 1.0 + 1e-9, 0.7, 0.8, 1.4, 1.5, 0.999, 1.001] {
            assert!((ln(x) / libm::log(x) - 1.0).abs() <= 4.5e-16, "ln({x})");
        }
        assert_eq!(ln(1.0), 0.0);
        assert!(exp(ln(0.0)) < 1e-307);
    }

    #[test]
    fn normal_quantile_matches_thirty_digit_values() {
        // mpmath, 30 digits: sqrt(2) * erfinv(2u - 1).
        let known = [
            (1e-300, -37.047_096_299_361_2),
            (1e-12, -7.034_483_825_301_132),
            (2f64.powi(-54), -8.292_361_075_813_596),
            (1e-5, -4.264_890_793_922_825),
            // Both sides of the center's ends, and inside.
            (0.0099, -2.330_116_397_477_281),
            (0.01, -2.326_347_874_040_841),
            (0.0101, -2.322_612_102_053_917_7),
            (0.9899, 2.322_612_102_053_917_7),
            (0.99, 2.326_347_874_040_840_8),
            (0.05, -1.644_853_626_951_472_6),
            (0.2, -0.841_621_233_572_914_2),
            (0.45, -0.125_661_346_855_074_02),
            (0.4999, -0.000_250_662_830_088_007_47),
            (0.75, 0.674_489_750_196_081_7),
            (0.02425, -1.972_961_051_311_884_8),
            (0.3, -0.524_400_512_708_040_8),
            (0.975, 1.959_963_984_540_054),
            (0.5, 0.0),
        ];
        for (u, z) in known {
            let got = normal_quantile(u);
            assert!(
                (got - z).abs() <= 1e-15 * z.abs().max(1.0) * 1.2,
                "quantile({u:e}) = {got}, expected {z}"
            );
        }
    }

    #[test]
    fn quantiles_of_a_slice_are_those_of_its_elements() {
        let mut uniforms: Vec<f64> = (0..1001).map(|i| (f64::from(i) + 0.5) / 1001.0).collect();
        // Far tails on both sides, which a net of a million points reaches.
        uniforms.extend([1e-13, 1.0 - 1e-13, 1e-300, 0.3, 1e-12]);
        let mut values = uniforms.clone();
        normal_quantiles(&mut values);
        for (&u, &z) in uniforms.iter().zip(&values) {
            assert_eq!(z.to_bits(), normal_quantile(u).to_bits());
            assert!((normal_cdf(z) - u).abs() < 4e-16);
        }
    }
}
