//! Tables behind confidence intervals.

use crate::math::normal_quantile;
use statrs::distribution::{Binomial, ContinuousCDF, DiscreteCDF, StudentsT};

/// Two-sided confidence level of every interval.
pub const CONFIDENCE: f64 = 0.95;

/// Normal factor of a two-sided interval.
pub const NORMAL_FACTOR: f64 = 1.959_963_984_540_054;

/// Student factor of a two-sided interval from `n` independent values.
///
/// # Panics
/// If `n < 2`.
#[must_use]
pub fn student_factor(n: usize) -> f64 {
    assert!(n >= 2, "an interval needs two values");
    StudentsT::new(0.0, 1.0, (n - 1) as f64)
        .expect("positive degrees of freedom")
        .inverse_cdf(0.5 + 0.5 * CONFIDENCE)
}

/// Ranks `(l, u)`, 1-based, of the order statistics that enclose the `p`-quantile of `n`
/// independent values with at least the confidence level; `u` is `n + 1` where no value is
/// certain enough to lie above, and `l` is 0 where none lies below.
///
/// With `B` binomial(n, p), the interval `[X(l), X(u))` holds the quantile with probability
/// `P(l <= B <= u - 1)`. Source: David and Nagaraja (2003), Order Statistics, section 7.1.
#[must_use]
pub fn quantile_ranks(n: u64, p: f64) -> (u64, u64) {
    let tail = 0.5 * (1.0 - CONFIDENCE);
    let low = binomial_quantile(n, p, tail);
    let high = binomial_quantile(n, p, 1.0 - tail);
    (low, high + 1)
}

/// The smallest `k` with `P(B <= k) >= level`, searched outwards from its normal approximation, bent
/// by the skewness (Cornish and Fisher 1938) so that it is rarely off.
fn binomial_quantile(n: u64, p: f64, level: f64) -> u64 {
    let binomial = Binomial::new(p, n).expect("a probability");
    let reaches = |k: u64| binomial.cdf(k) >= level;
    let (mean, sd) = (n as f64 * p, (n as f64 * p * (1.0 - p)).sqrt());
    let z = normal_quantile(level);
    let near = mean + z * sd + (1.0 - 2.0 * p) * (z * z - 1.0) / 6.0;
    let guess = ((near - 0.5).ceil().max(0.0) as u64).min(n);
    let (mut low, mut step) = (guess, 2);
    while low > 0 && reaches(low - 1) {
        low = low.saturating_sub(step);
        step *= 2;
    }
    let (mut high, mut step) = (guess, 2);
    while high < n && !reaches(high) {
        high = (high + step).min(n);
        step *= 2;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if reaches(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Exact ranks from an independent computation (scipy.stats.binom.ppf).
    #[test]
    fn ranks_match_the_binomial_table() {
        let table = [
            (100, 0.5, (40, 61)),
            (100, 0.9, (84, 96)),
            (100, 0.95, (90, 100)),
            (100, 0.99, (97, 101)),
            (1_000, 0.5, (469, 532)),
            (1_000, 0.9, (881, 919)),
            (1_000, 0.95, (936, 964)),
            (1_000, 0.99, (983, 997)),
            (10_000, 0.5, (4902, 5099)),
            (10_000, 0.95, (9457, 9543)),
            (10_000, 0.99, (9880, 9920)),
            (1_000_000, 0.5, (499_020, 500_981)),
            (1_000_000, 0.99, (989_805, 990_196)),
        ];
        for (n, p, ranks) in table {
            assert_eq!(quantile_ranks(n, p), ranks, "n = {n}, p = {p}");
        }
    }

    #[test]
    fn student_factors() {
        // Tables: 12.706, 2.0423 (30), 2.0395 (31 degrees of freedom).
        assert!((student_factor(2) - 12.706_204_7).abs() < 1e-5);
        assert!((student_factor(32) - 2.039_513_4).abs() < 1e-6);
    }
}
