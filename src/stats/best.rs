//! Which of several alternatives is best, and how sure the simulation is of it.
//!
//! Each alternative has one value per section, on the same paths, so that differences keep their
//! correlation. Given the data, the true values are treated as multivariate Student: the estimate
//! plus `sum_r g_r (v_r - v) / sqrt(R (R - 1))` times `sqrt((R - 1) / chi2)`, with independent
//! standard normal `g_r` and a chi-square of `R - 1` degrees of freedom. Draws of it give the
//! probability that each alternative is best and the interval that holds the best one.

use super::intervals::CONFIDENCE;
use crate::math::normal_quantiles;
use crate::rng::{philox, stream_key, unit_interval};
use crate::simd::kernel;

/// The best of several alternatives, with what sampling error leaves open.
#[derive(Clone, Debug, PartialEq)]
pub struct Best {
    /// Position of the lowest value.
    pub index: usize,
    /// Probability, given sampling error, that each alternative is the lowest.
    pub probability: Vec<f64>,
    /// Positions of the first and last alternative of the central 95 % of those probabilities.
    pub interval: (usize, usize),
}

/// Draws of the joint error.
const DRAWS: u32 = 4000;

/// Compares alternatives that stand in a natural order, such as sizes.
///
/// `values[a]` is the estimate of alternative `a` (infinite for one that is not allowed),
/// `sections[a][r]` its value in section `r`. Ties go to the first.
///
/// # Panics
/// Without alternatives, or with fewer than two sections.
#[must_use]
pub fn best_of(values: &[f64], sections: &[Vec<f64>], seed: u64) -> Best {
    let index = lowest(values.iter().copied());
    let r = sections[0].len();
    assert!(r >= 2, "an error needs two sections");
    if values.len() == 1 {
        return Best { index, probability: vec![1.0], interval: (0, 0) };
    }
    let deviations: Vec<Vec<f64>> = sections.iter().map(|v| deviations(v)).collect();
    let of_section = |s: usize| deviations.iter().map(|d| d[s]).collect();
    let deviations: Vec<Vec<f64>> = (0..r).map(of_section).collect();
    let mut noise = vec![0.0; values.len()];
    let key = stream_key(seed, "best of several");
    let mut wins = vec![0u32; values.len()];
    for draw in 0..DRAWS {
        let g = normals(draw, 2 * r - 1, key);
        let chi2: f64 = g[r..].iter().map(|z| z * z).sum();
        let scale = ((r - 1) as f64 / chi2).sqrt() / ((r * (r - 1)) as f64).sqrt();
        joint_errors(&deviations, &g[..r], &mut noise);
        let drawn = values.iter().zip(&noise).map(|(value, noise)| value + scale * noise);
        wins[lowest(drawn)] += 1;
    }
    let probability: Vec<f64> = wins.iter().map(|w| f64::from(*w) / f64::from(DRAWS)).collect();
    let interval = central(&probability);
    Best {
        index,
        probability,
        // The estimate itself always belongs to the interval.
        interval: (interval.0.min(index), interval.1.max(index)),
    }
}

kernel! {
    /// A draw of the error of each alternative, from the alternatives' deviations in each section.
    fn joint_errors(deviations: &[Vec<f64>], g: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for (section, g) in deviations.iter().zip(g) {
            for (out, deviation) in out.iter_mut().zip(section) {
                *out += deviation * g;
            }
        }
    }
}

fn deviations(values: &[f64]) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|v| v - mean).collect()
}

fn normals(draw: u32, count: usize, key: [u32; 2]) -> Vec<f64> {
    let one = |i| {
        let w = philox([draw, i as u32, 0, 0], key);
        unit_interval(u64::from(w[0]) << 32 | u64::from(w[1]))
    };
    let mut values: Vec<f64> = (0..count).map(one).collect();
    normal_quantiles(&mut values);
    values
}

/// Position of the lowest value; ties go to the first.
pub fn lowest(values: impl Iterator<Item = f64>) -> usize {
    let mut best = (0, f64::INFINITY);
    for (i, value) in values.enumerate() {
        if value < best.1 {
            best = (i, value);
        }
    }
    best.0
}

/// First and last position after cutting half of what the confidence level leaves from each end.
fn central(probability: &[f64]) -> (usize, usize) {
    let n = probability.len();
    let first = passing(probability.iter().copied());
    let last = n - 1 - passing(probability.iter().rev().copied());
    (first, last)
}

/// Position at which the running sum passes the tail probability.
fn passing(probability: impl Iterator<Item = f64>) -> usize {
    let tail = 0.5 * (1.0 - CONFIDENCE);
    let mut sum = 0.0;
    let mut running = probability.map(|p| {
        sum += p;
        sum
    });
    running.position(|sum| sum > tail).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two alternatives with a known difference and standard error: the probability is the
    /// Student probability of its ratio.
    #[test]
    fn two_alternatives_follow_student() {
        let r = 16;
        let noise: Vec<f64> = (0..r).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let se = (16.0f64 / 15.0).sqrt() / 4.0;
        let sections = vec![vec![0.0; r], noise];
        // A difference of one standard error: P(t15 < 1) = 0.8334; 4,000 draws: error 0.006.
        let best = best_of(&[0.0, se], &sections, 1);
        assert_eq!(best.index, 0);
        assert!((best.probability[0] - 0.8334).abs() < 0.024, "{best:?}");
        assert_eq!(best.interval, (0, 1));
        let best = best_of(&[0.0, 8.0 * se], &sections, 1);
        assert_eq!(best.interval, (0, 0));
        // The same standard error, x / R, from the last section alone: every section counts.
        let mut last = vec![0.0; r];
        last[r - 1] = se * r as f64;
        let best = best_of(&[0.0, se], &[vec![0.0; r], last], 1);
        assert!((best.probability[0] - 0.8334).abs() < 0.024, "{best:?}");
    }

    #[test]
    fn without_noise_the_lowest_is_certain() {
        let best = best_of(&[3.0, 1.0, 1.0, f64::INFINITY], &vec![vec![1.0; 8]; 4], 1);
        assert_eq!((best.index, best.interval), (1, (1, 1)));
        assert_eq!(best.probability, [0.0, 1.0, 0.0, 0.0]);
    }
}
