//! Honest statements where a run is looked at again and again, and ends when it looks good.
//!
//! Whoever looks often enough sees what he hopes for. So the probability of a wrong statement is
//! spent over the looks by a schedule that is known in advance: look `j` may be wrong with the
//! share `1 / (j (j + 1))` of it, and the shares of all looks, however many there will be, add up
//! to 1 (Bonferroni).

use statrs::distribution::{ChiSquared, ContinuousCDF, StudentsT};

/// The share of the error probability that look `look`, from 1, may spend.
#[must_use]
pub fn share_of(look: usize) -> f64 {
    1.0 / (look as f64 * (look as f64 + 1.0))
}

/// What a standard error does not exceed but with probability `error`, if `estimated` is its
/// estimate from `n` independent values: their variance follows a chi-square of `n - 1` degrees of
/// freedom.
///
/// # Panics
/// If `n < 2`.
#[must_use]
pub fn error_bound(estimated: f64, n: usize, error: f64) -> f64 {
    assert!(n >= 2, "an error needs two values");
    if estimated == 0.0 {
        return 0.0;
    }
    let freedom = (n - 1) as f64;
    let chi = ChiSquared::new(freedom).expect("positive degrees of freedom");
    estimated * (freedom / chi.inverse_cdf(error)).sqrt()
}

/// Probability of seeing a mean of at least `margin` from `n` independent values where it is not
/// above zero in truth: Student's one-sided p-value.
///
/// # Panics
/// If `n < 2`.
#[must_use]
pub fn p_value(margin: f64, standard_error: f64, n: usize) -> f64 {
    assert!(n >= 2, "an error needs two values");
    if standard_error == 0.0 {
        return if margin >= 0.0 { 0.0 } else { 1.0 };
    }
    let student = StudentsT::new(0.0, 1.0, (n - 1) as f64).expect("positive degrees of freedom");
    student.sf(margin / standard_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_of_all_looks_add_up_to_one() {
        // 1 / (j (j + 1)) = 1 / j - 1 / (j + 1).
        for last in [1, 2, 12, 100] {
            let sum: f64 = (1..=last).map(share_of).sum();
            assert!((sum - (1.0 - 1.0 / (last as f64 + 1.0))).abs() < 1e-12);
        }
    }

    /// Tables: chi-square with 31 degrees of freedom, 2.5 % point 17.5387, 5 % point 19.2806.
    #[test]
    fn an_error_is_bounded_by_chi_square() {
        assert!((error_bound(1.0, 32, 0.025) - (31.0f64 / 17.5387).sqrt()).abs() < 1e-5);
        assert!((error_bound(3.0, 32, 0.05) - 3.0 * (31.0f64 / 19.2806).sqrt()).abs() < 1e-4);
        assert_eq!(error_bound(0.0, 32, 0.05), 0.0);
        assert_eq!(error_bound(f64::INFINITY, 32, 0.05), f64::INFINITY);
    }

    /// Tables: Student with 31 degrees of freedom, one-sided 2.5 % at 2.0395, 0.05 % at 3.6335.
    #[test]
    fn p_values_are_students() {
        assert!((p_value(2.0395, 1.0, 32) - 0.025).abs() < 1e-5);
        assert!((p_value(7.2670, 2.0, 32) - 0.0005).abs() < 1e-6);
        assert!((p_value(-2.0395, 1.0, 32) - 0.975).abs() < 1e-5);
        // Far out it is small and not zero.
        assert!((1e-30..1e-20).contains(&p_value(40.0, 1.0, 32)));
        assert_eq!((p_value(0.0, 0.0, 32), p_value(-1.0, 0.0, 32)), (0.0, 1.0));
    }
}
