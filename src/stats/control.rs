//! Means corrected by control variates: what a run is known to have got wrong tells what else it got
//! wrong.
//!
//! A control is a quantity whose mean is known to be zero. What its mean `x(r)` in replicate `r` lacks
//! of that is the replicate's own error, and the part of it that a series `y(r)` shares can be
//! taken off: with the slopes of a linear regression over the replicates,
//!
//! ```text
//! corrected mean = mean(y) - slope * mean(x)
//! ```
//!
//! Its standard error is that of the intercept of a regression, with a degree of freedom less for
//! each control. Slopes come from replicates, not from paths: what moves a path is not what
//! quasi-random points err by (Hickernell, Lemieux and Owen 2005, "Control variates for quasi-Monte
//! Carlo", Statistical Science 20, 1-31). The correction is linear in the series: corrected means of
//! sums and differences are the sums and differences of corrected means. Its bias is that of a
//! regression on few points, none for normal replicates and otherwise about their skewness over the
//! root of their number, in standard errors.
//!
//! Zero must lie among the means of the replicates: beyond them (an event that no replicate saw, but
//! the known mean counts) a line says nothing, and means stay plain.

use crate::linalg::dot;

/// The correction by some controls, ready for any series of the same run.
#[derive(Clone, Debug)]
pub struct Correction {
    /// The controls' means over the sections, made orthonormal and free of their own mean.
    directions: Vec<Vec<f64>>,
    /// By direction its mean, which should be zero.
    means: Vec<f64>,
    /// What residuals are stretched by, so that the spread of corrected sections tells the standard
    /// error of their mean.
    stretch: f64,
}

/// Share of a control that the others must leave unexplained.
const OWN: f64 = 1e-6;

impl Correction {
    /// The correction by controls, each given by its mean in every section; none if they tell
    /// nothing, if zero is not among the means of one, or if sections are too few.
    #[must_use]
    pub fn new(controls: &[Vec<f64>]) -> Option<Self> {
        let sections = controls.first()?.len();
        let (mut directions, mut means): (Vec<Vec<f64>>, Vec<f64>) = (Vec::new(), Vec::new());
        for control in controls {
            let (low, high) = range(control);
            if low > 0.0 || high < 0.0 {
                return None;
            }
            let mut mean = control.iter().sum::<f64>() / sections as f64;
            let mut rest: Vec<f64> = control.iter().map(|x| x - mean).collect();
            let whole = dot(&rest, &rest);
            for (direction, of_direction) in directions.iter().zip(&means) {
                let along = dot(direction, &rest);
                rest.iter_mut().zip(direction).for_each(|(x, d)| *x -= along * d);
                mean -= along * of_direction;
            }
            let length = dot(&rest, &rest).sqrt();
            if length > 0.0 && length * length >= OWN * whole {
                directions.push(rest.iter().map(|x| x / length).collect());
                means.push(mean / length);
            }
        }
        let (n, k) = (sections as f64, directions.len() as f64);
        let lost = (n - 1.0) / (n - 1.0 - k);
        let stretch = (lost * (1.0 + n * dot(&means, &means))).sqrt();
        (k > 0.0 && n > k + 2.0).then_some(Self { directions, means, stretch })
    }

    /// Corrects the means of a series over the sections: the mean of the results is the corrected
    /// mean, and their spread tells its standard error.
    ///
    /// A series whose corrected mean would leave the range of its sections keeps its plain mean: what
    /// cannot be negative stays so.
    #[must_use]
    pub fn corrected(&self, sections: &[f64]) -> Vec<f64> {
        let n = sections.len() as f64;
        // From one of them, so that what is the same in all stays that.
        let center = sections[0];
        let mean = sections.iter().map(|y| y - center).sum::<f64>() / n;
        let mut residuals: Vec<f64> = sections.iter().map(|y| y - center - mean).collect();
        let mut corrected = center + mean;
        for (direction, of_direction) in self.directions.iter().zip(&self.means) {
            let along = dot(direction, &residuals);
            residuals.iter_mut().zip(direction).for_each(|(y, d)| *y -= along * d);
            corrected -= along * of_direction;
        }
        let (low, high) = range(sections);
        // Rounding may leave the range of what is the same in all sections.
        if residuals.iter().any(|y| *y != 0.0) && !(low..=high).contains(&corrected) {
            return sections.to_vec();
        }
        residuals.iter().map(|y| corrected + self.stretch * y).collect()
    }
}

fn range(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(*x), b.max(*x)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::moments::Moments;

    fn mean(values: &[f64]) -> f64 {
        values.iter().sum::<f64>() / values.len() as f64
    }

    /// `numpy.linalg.lstsq` with an intercept and two regressors, and the standard error of the
    /// intercept, `sqrt(s^2 (X'X)^-1)` (`scripts/references/control.py`).
    #[test]
    fn the_corrected_mean_is_the_intercept_of_the_regression() {
        let a: Vec<f64> = (0..9).map(|i| f64::from(i * i % 7) - 2.5).collect();
        let b: Vec<f64> = (0..9).map(|i| f64::from(i * 5 % 7) - 3.0).collect();
        let y: Vec<f64> = (0..9).map(|i| 10.0 + f64::from(i * 3 % 8)).collect();
        let correction = Correction::new(&[a, b]).expect("two controls");
        let corrected = correction.corrected(&y);
        let error = Moments::of(&corrected).sd() / 3.0;
        assert!((mean(&corrected) - INTERCEPT.0).abs() < 1e-12, "{}", mean(&corrected));
        assert!((error - INTERCEPT.1).abs() < 1e-12, "{error}");
    }

    const INTERCEPT: (f64, f64) = (14.084999999999999, 0.872454460538936);

    #[test]
    fn what_follows_a_control_is_known() {
        let x: Vec<f64> = (0..8).map(|i| f64::from(i * i % 5) - 2.0).collect();
        let y: Vec<f64> = x.iter().map(|x| 46.0 + 3.0 * x).collect();
        let correction = Correction::new(std::slice::from_ref(&x)).expect("a control");
        let corrected = correction.corrected(&y);
        assert!(corrected.iter().all(|y| (y - 46.0).abs() < 1e-12), "{corrected:?}");
    }

    /// Half of the sections see nothing and the others, where the control is high, little: the line
    /// through them is negative where the control is zero.
    #[test]
    fn what_cannot_be_negative_stays_so() {
        let x: Vec<f64> = (0..8).map(|i| f64::from(i) - 1.5).collect();
        let y: Vec<f64> = x.iter().map(|x| (x - 3.0).max(0.0).powi(2)).collect();
        let correction = Correction::new(std::slice::from_ref(&x)).expect("a control");
        assert_eq!(correction.corrected(&y), y);
    }

    #[test]
    fn beyond_the_sections_nothing_is_known() {
        let x = vec![0.5, 1.0, 2.0, 1.5, 0.7];
        assert!(Correction::new(std::slice::from_ref(&x)).is_none());
        assert!(Correction::new(&[x.iter().map(|x| -x).collect()]).is_none());
        assert!(Correction::new(&[x.iter().map(|x| x - 0.6).collect()]).is_some());
    }

    #[test]
    fn corrections_add_up() {
        let series = |k: i32| -> Vec<f64> { (0..8).map(|i| f64::from((i * k + 3) % 11)).collect() };
        let centered = |k| series(k).into_iter().map(|x| x - 5.0).collect();
        let correction = Correction::new(&[centered(3), centered(5)]).expect("two controls");
        let (a, b) = (series(2), series(7));
        let sum: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
        let [a, b, sum] = [&a, &b, &sum].map(|y| correction.corrected(y));
        for i in 0..8 {
            assert!((a[i] + b[i] - sum[i]).abs() < 1e-12);
        }
    }

    #[test]
    fn controls_that_tell_nothing_are_none() {
        assert!(Correction::new(&[]).is_none());
        assert!(Correction::new(&[vec![0.0; 8]]).is_none());
        assert!(Correction::new(&[vec![1.0, 2.0]]).is_none());
        let x = vec![-1.0, 2.0, 4.0, 8.0, 16.0];
        let twice: Vec<f64> = x.iter().map(|x| 2.0 * x).collect();
        assert_eq!(Correction::new(&[x, twice]).expect("one").directions.len(), 1);
    }

    #[test]
    fn what_is_the_same_in_all_sections_stays_that() {
        let correction = Correction::new(&[vec![0.3, -0.1, 0.2, 0.5, 0.7]]).expect("a control");
        assert_eq!(correction.corrected(&[26.1; 5]), [26.1; 5]);
    }
}
