//! The standard normal distribution: its function and its quantile.

use super::{exp, ln, polynomial};
use crate::simd::kernel;

/// P(Z <= z) of a standard normal Z, accurate in both tails. NaN stays NaN.
///
/// Method: for `x = |z|` the tail is `e^(-x^2 / 2) t C(2 t - 1)` with `t = 4 / (4 + x)` and a
/// Chebyshev sum `C` that errs by 1.1e-16 (`scripts/references/elementary.py`). Beyond 38.4 it is 0.
#[inline(always)]
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    const BEYOND: f64 = 38.4;
    // Selects rather than `min`, so that NaN passes through and loops vectorize.
    let x = if z.abs() > BEYOND { BEYOND } else { z.abs() };
    let t = 4.0 / (4.0 + x);
    let twice = 4.0 * t - 2.0;
    let (mut sum, mut before) = (0.0, 0.0);
    for &c in CDF[1..].iter().rev() {
        (sum, before) = (f64::mul_add(twice, sum, c - before), sum);
    }
    let ratio = t * f64::mul_add(0.5 * twice, sum, CDF[0] - before);
    let square = x * x;
    // What rounding the square lost would count 700 times in the far tail.
    let lost = x.mul_add(x, -square);
    let tail = exp(-0.5 * square) * (1.0 - 0.5 * lost) * ratio;
    let tail = if x == BEYOND { 0.0 } else { tail };
    if z > 0.0 { 1.0 - tail } else { tail }
}

/// The tail of the normal over `e^(-x^2 / 2) t`, as Chebyshev coefficients in `2 t - 1`.
const CDF: [f64; 24] = [
    0.24261280114151915,
    0.18792720420989265,
    0.05554838891881276,
    0.012129438315111521,
    0.0017314801240606202,
    8.014961859953749e-05,
    -2.5136847908026697e-05,
    -4.725842254926741e-06,
    2.5258922136865774e-07,
    1.536333687349456e-07,
    -8.452550300172939e-10,
    -5.171627015435708e-09,
    -2.8206509081173767e-11,
    1.9435038070971737e-10,
    -2.485356047851177e-12,
    -7.936207374645758e-12,
    4.606201711176235e-13,
    3.2821541166777413e-13,
    -4.353840663163703e-14,
    -1.2268185079261061e-14,
    3.232846081541394e-15,
    3.0451658804315853e-16,
    -2.0130368431552333e-16,
    7.151235360654053e-18,
];

/// The standard normal quantile of `u` in (0, 1).
///
/// For `u` from 0.01 to 0.99 a rational function of degree 11 that errs by 9e-17
/// (`scripts/references/elementary.py`). Beyond: Wichura (1988), algorithm AS 241 (PPND16), Applied
/// Statistics 37, 477-484.
#[must_use]
pub fn normal_quantile(u: f64) -> f64 {
    let q = u - 0.5;
    if q.abs() <= CENTER { center(q) } else { tail(u) }
}

kernel! {
    /// Replaces each uniform of `values` by its standard normal quantile.
    ///
    /// 98 % of the values need only the central rational function. The others are moved together, so
    /// that their logarithms and roots are computed a full vector at a time too.
    pub fn normal_quantiles(values: &mut [f64]) {
        const CHUNK: usize = 1024;
        let (mut outer, mut places) = ([0.5; CHUNK], [0u16; CHUNK]);
        for chunk in values.chunks_mut(CHUNK) {
            let mut count = 0;
            for (first, group) in (0..).step_by(64).zip(chunk.chunks(64)) {
                let mut beyond = 0u64;
                for (i, u) in group.iter().enumerate() {
                    beyond |= u64::from((u - 0.5).abs() > CENTER) << i;
                }
                while beyond != 0 {
                    let i = beyond.trailing_zeros();
                    outer[count] = group[i as usize];
                    places[count] = first + i as u16;
                    count += 1;
                    beyond &= beyond - 1;
                }
            }
            for z in chunk.iter_mut() {
                *z = center(*z - 0.5);
            }
            // Whole vectors; the values beyond `count` are computed and dropped.
            for group in outer[..count.next_multiple_of(8)].chunks_exact_mut(8) {
                tails(group.try_into().expect("eight values"));
            }
            for (&z, &i) in outer.iter().zip(&places).take(count) {
                chunk[usize::from(i)] = z;
            }
        }
    }
}

/// Replaces uniforms outside the central region by their quantiles.
#[inline(always)]
fn tails(values: &mut [f64; 8]) {
    let mut r = [0.0; 8];
    for i in 0..8 {
        r[i] = distance(values[i]);
    }
    for i in 0..8 {
        let z = rational(r[i] - 1.6, &MIDDLE_NUMERATOR, &MIDDLE_DENOMINATOR);
        values[i] = if values[i] < 0.5 { -z } else { z };
    }
    if r.iter().any(|&r| r > MIDDLE) {
        for i in 0..8 {
            if r[i] > MIDDLE {
                let z = far(r[i]);
                values[i] = if values[i] < 0.0 { -z } else { z };
            }
        }
    }
}

/// Half width of the central region.
const CENTER: f64 = 0.49;

#[inline(always)]
fn center(q: f64) -> f64 {
    let r = (-q).mul_add(q, CENTER * CENTER);
    q * polynomial(r, &CENTER_NUMERATOR) / polynomial(r, &CENTER_DENOMINATOR)
}

/// Distance into the tail beyond which AS 241 has other coefficients: u below 1.4e-11.
const MIDDLE: f64 = 5.0;

/// How far `u` lies in its tail: `sqrt(-ln p)` of the smaller `p` of `u` and `1 - u`. The upper tail
/// is read by symmetry, exact for uniforms on the grid of 2^-53.
#[inline(always)]
fn distance(u: f64) -> f64 {
    let p = if u < 0.5 { u } else { 1.0 - u };
    (-ln(p)).sqrt()
}

#[inline(never)]
fn far(r: f64) -> f64 {
    rational(r - MIDDLE, &FAR_NUMERATOR, &FAR_DENOMINATOR)
}

fn tail(u: f64) -> f64 {
    let r = distance(u);
    let z =
        if r > MIDDLE { far(r) } else { rational(r - 1.6, &MIDDLE_NUMERATOR, &MIDDLE_DENOMINATOR) };
    if u < 0.5 { -z } else { z }
}

/// Ratio of two polynomials of degree 7, highest coefficient first.
#[inline(always)]
fn rational(x: f64, numerator: &[f64; 8], denominator: &[f64; 8]) -> f64 {
    let (mut n, mut d) = (numerator[0], denominator[0]);
    for i in 1..8 {
        n = n.mul_add(x, numerator[i]);
        d = d.mul_add(x, denominator[i]);
    }
    n / d
}

const CENTER_NUMERATOR: [f64; 12] = [
    4.747648722532329,
    1574.3659400161775,
    209656.53715643575,
    14476033.337434454,
    560755331.7166075,
    12398788638.365475,
    153792251918.3331,
    1022107101199.7942,
    3358267604748.8516,
    4745481809911.132,
    2186277134610.2246,
    145120544479.16006,
];

const CENTER_DENOMINATOR: [f64; 12] = [
    1.0,
    345.9847684092253,
    48445.65245129959,
    3552110.763713974,
    147991388.65804878,
    3578426827.23632,
    49627676494.648384,
    380264530086.0182,
    1507288015075.1082,
    2769408750979.55,
    1930233883048.724,
    319597173201.7152,
];

#[rustfmt::skip]
const MIDDLE_NUMERATOR: [f64; 8] = [
    7.745_450_142_783_414e-4, 2.272_384_498_926_918_4e-2, 2.417_807_251_774_506e-1,
    1.270_458_252_452_368_4, 3.647_848_324_763_204_5, 5.769_497_221_460_691,
    4.630_337_846_156_546, 1.423_437_110_749_683_5,
];
#[rustfmt::skip]
const MIDDLE_DENOMINATOR: [f64; 8] = [
    1.050_750_071_644_416_9e-9, 5.475_938_084_995_345e-4, 1.519_866_656_361_645_7e-2,
    1.481_039_764_274_800_8e-1, 6.897_673_349_851e-1, 1.676_384_830_183_803_8,
    2.053_191_626_637_759, 1.0,
];
#[rustfmt::skip]
const FAR_NUMERATOR: [f64; 8] = [
    2.010_334_399_292_288_1e-7, 2.711_555_568_743_487_6e-5, 1.242_660_947_388_078_4e-3,
    2.653_218_952_657_612_4e-2, 2.965_605_718_285_048_7e-1, 1.784_826_539_917_291_3,
    5.463_784_911_164_114, 6.657_904_643_501_103,
];
#[rustfmt::skip]
const FAR_DENOMINATOR: [f64; 8] = [
    2.044_263_103_389_939_8e-15, 1.421_511_758_316_446e-7, 1.846_318_317_510_054_8e-5,
    7.868_691_311_456_133e-4, 1.487_536_129_085_061_5e-2, 1.369_298_809_227_358e-1,
    5.998_322_065_558_88e-1, 1.0,
];
