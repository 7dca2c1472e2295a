//! Loads whose logarithm is a Gaussian Markov process, recognized by what the model does.
//!
//! Where every draw moves the logarithm of the load by a fixed amount, and nothing else is uncertain,
//! months are jointly normal. If the last closed month tells all that the earlier ones could about
//! the next, the expected value of anything that depends on it has a closed form. That holds for a
//! walk with known volatility, for one whose growth was drawn once and is learned as months close,
//! and for a mean-reverting error alone; not for jumps, an uncertain price, or several loads.
//!
//! The law is read off the generator itself, draw by draw, not off the tables of the study: a new
//! process is recognized on the day it is added.

use crate::math::{ln, normal_cdf, normal_quantile};
use crate::path::{PathBlock, PathModel, Points};
use crate::rng::{Block, LANES, Lane, Sampler, philox, unit_interval};

/// The law of the logarithm of the load: month by month normal, given the month before.
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    /// Mean of the logarithm in each month.
    pub mean: Vec<f64>,
    /// What a deviation from the mean in the month before leaves in this month.
    pub slope: Vec<f64>,
    /// Standard deviation of the month, given the one before.
    pub sd: Vec<f64>,
    /// Standard deviation of the month, seen from today.
    pub spread: Vec<f64>,
}

/// Draws that are the same on every path but for the given ones.
struct Poked<'a> {
    /// Number of the first draw of each variable.
    first: &'a [usize],
    /// Value of each draw on each path, standard normal.
    values: &'a (dyn Fn(usize, usize) -> f64 + Sync),
}

impl Sampler for Poked<'_> {
    fn uniforms(&self, block: Block, variable: usize, out: &mut [Lane]) {
        self.normals(block, variable, out);
        for row in out {
            *row = row.map(normal_cdf);
        }
    }

    fn normals(&self, _block: Block, variable: usize, out: &mut [Lane]) {
        for (step, row) in out.iter_mut().enumerate() {
            *row = std::array::from_fn(|i| (self.values)(self.first[variable] + step, i));
        }
    }
}

/// A block of paths with chosen draws.
fn poke(
    model: &PathModel,
    first: &[usize],
    values: &(dyn Fn(usize, usize) -> f64 + Sync),
    out: &mut PathBlock,
) {
    let sampler = Poked { first, values };
    model.generate(&sampler, Points::Pseudo, Block { replicate: 0, first: 0 }, out);
}

impl Law {
    /// The law of a model, if it has one of this kind.
    #[must_use]
    pub fn of(model: &PathModel) -> Option<Self> {
        let steps = model.steps();
        let first: Vec<usize> =
            steps.iter().scan(0, |sum, n| Some(std::mem::replace(sum, *sum + n))).collect();
        let draws: usize = steps.iter().sum();
        let mut block = model.block();
        poke(model, &first, &|_, _| 0.0, &mut block);
        let mean: Vec<f64> = block.load.iter().map(|row| ln(row[0])).collect();
        let mut responses = Vec::with_capacity(draws);
        for from in (0..draws).step_by(LANES) {
            poke(model, &first, &|draw, i| f64::from(draw == from + i), &mut block);
            for i in 0..LANES.min(draws - from) {
                let moved = |t: usize| ln(block.load[t][i]) - mean[t];
                responses.push((0..mean.len()).map(moved).collect::<Vec<f64>>());
            }
        }
        let still = |draw: &usize| responses[*draw].iter().all(|x| x.abs() < 1e-13);
        let rare = |draw: usize| !is_idle(model, &first, draw, &mut block);
        if (0..draws).filter(still).any(rare)
            || !is_linear(model, &first, &mean, &responses, &mut block)
        {
            return None;
        }
        markov(mean, &responses)
    }
}

/// Whether a draw moves nothing at any value of it, as that of the month after the last where loads
/// are those of the month's start. A jump that few values release is no such draw.
fn is_idle(model: &PathModel, first: &[usize], idle: usize, block: &mut PathBlock) -> bool {
    let values = |i: usize| 16.0 * (i as f64 + 0.5) / LANES as f64 - 8.0;
    poke(model, first, &|draw, i| if draw == idle { values(i) } else { 0.0 }, block);
    block.load.iter().all(same) && only_load_moves(block)
}

/// Whether the paths of a block differ in nothing but their load.
fn only_load_moves(block: &PathBlock) -> bool {
    let fixed = [&block.on_demand, &block.unit_value, &block.apart];
    fixed.iter().all(|rows| rows.iter().all(same)) && same(&block.start)
}

fn same(row: &Lane) -> bool {
    row.iter().all(|x| *x == row[0])
}

/// Whether random draws move the load by the sum of what each does, and nothing but the load.
fn is_linear(
    model: &PathModel,
    first: &[usize],
    mean: &[f64],
    responses: &[Vec<f64>],
    block: &mut PathBlock,
) -> bool {
    let values = |draw: usize, i: usize| {
        let word = philox([draw as u32, i as u32, 0, 0], [7, 11]);
        normal_quantile(unit_interval(u64::from(word[0]) << 32 | u64::from(word[1])))
    };
    poke(model, first, &values, block);
    let expected = |t: usize, i: usize| {
        let moved = responses.iter().enumerate().map(|(draw, row)| row[t] * values(draw, i));
        mean[t] + moved.sum::<f64>()
    };
    only_load_moves(block)
        && (0..mean.len())
            .all(|t| (0..LANES).all(|i| (ln(block.load[t][i]) - expected(t, i)).abs() < 1e-8))
}

/// The conditional law of each month, if the month before is all that matters for it.
fn markov(mean: Vec<f64>, responses: &[Vec<f64>]) -> Option<Law> {
    let months = mean.len();
    let covariance =
        |s: usize, t: usize| -> f64 { responses.iter().map(|row| row[s] * row[t]).sum() };
    let largest = (0..months).map(|t| covariance(t, t)).fold(0.0, f64::max);
    if largest == 0.0 {
        return None;
    }
    let (mut slope, mut sd) = (vec![1.0], vec![covariance(0, 0).sqrt()]);
    for t in 1..months {
        let before = covariance(t - 1, t - 1);
        let kept = if before > 0.0 { covariance(t - 1, t) / before } else { 1.0 };
        let forgets =
            |s: usize| (covariance(s, t) - kept * covariance(s, t - 1)).abs() > 1e-9 * largest;
        if (0..t).any(forgets) {
            return None;
        }
        slope.push(kept);
        sd.push((covariance(t, t) - kept * kept * before).max(0.0).sqrt());
    }
    let spread = (0..months).map(|t| covariance(t, t).sqrt()).collect();
    Some(Law { mean, slope, sd, spread })
}
