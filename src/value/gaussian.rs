//! Loads whose logarithm is a Gaussian Markov process, recognized by what the model does.
//!
//! Where every draw moves the logarithm of the load by a fixed amount, and nothing else is uncertain,
//! months are jointly normal. If the last closed month tells all that the earlier ones could about
//! the next, the expected value of anything that depends on it has a closed form. That holds for a
//! walk with known volatility, for one whose growth was drawn once and is learned as months close,
//! and for a mean-reverting error alone; not for jumps, an uncertain price, or several loads that move
//! apart: their mix is part of what a month costs.
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

/// What draws do to the logarithms of a model's loads, or of its loads and on-demand prices, where
/// each of them adds a fixed amount and nothing else is uncertain.
pub(super) struct Responses {
    /// Means of the logarithms: of the load month by month, then of the price if that may move.
    pub mean: Vec<f64>,
    /// What each draw adds to them.
    of: Vec<Vec<f64>>,
}

impl Responses {
    /// Reads them off a model; none if they are not of this kind.
    pub(super) fn of(model: &PathModel, price_moves: bool) -> Option<Self> {
        let steps = model.steps();
        let first: Vec<usize> =
            steps.iter().scan(0, |sum, n| Some(std::mem::replace(sum, *sum + n))).collect();
        let draws: usize = steps.iter().sum();
        let mut block = model.block();
        poke(model, &first, &|_, _| 0.0, &mut block);
        let mean: Vec<f64> = moving(&block, price_moves).map(|row| ln(row[0])).collect();
        let mut of = Vec::with_capacity(draws);
        for from in (0..draws).step_by(LANES) {
            poke(model, &first, &|draw, i| f64::from(draw == from + i), &mut block);
            for i in 0..LANES.min(draws - from) {
                let moved = moving(&block, price_moves).zip(&mean);
                of.push(moved.map(|(row, mean)| ln(row[i]) - mean).collect::<Vec<f64>>());
            }
        }
        let responses = Self { mean, of };
        let still = |draw: &usize| responses.of[*draw].iter().all(|x| x.abs() < 1e-13);
        let rare = |draw: usize| !is_idle(model, &first, draw, price_moves, &mut block);
        let known = !(0..draws).filter(still).any(rare)
            && responses.are_linear(model, &first, price_moves, &mut block);
        known.then_some(responses)
    }

    /// The covariance of two of the logarithms.
    pub(super) fn covariance(&self, s: usize, t: usize) -> f64 {
        self.of.iter().map(|row| row[s] * row[t]).sum()
    }

    /// Whether draws move them by the sum of what each does, and nothing else: at random, and all one
    /// way, which takes a price to any limit that it may have.
    fn are_linear(
        &self,
        model: &PathModel,
        first: &[usize],
        price_moves: bool,
        block: &mut PathBlock,
    ) -> bool {
        let most = (20.0 / (self.of.len() as f64).sqrt()).min(4.5);
        let one_way = |_: usize, i: usize| most * (2.0 * i as f64 / (LANES - 1) as f64 - 1.0);
        let values: [&(dyn Fn(usize, usize) -> f64 + Sync); 2] = [&noise, &one_way];
        values.iter().all(|values| {
            poke(model, first, *values, block);
            let expected = |t: usize, i: usize| {
                let moved = self.of.iter().enumerate().map(|(draw, row)| row[t] * values(draw, i));
                self.mean[t] + moved.sum::<f64>()
            };
            let is_sum = |(t, row): (usize, &Lane)| {
                (0..LANES).all(|i| (ln(row[i]) - expected(t, i)).abs() < 1e-8)
            };
            nothing_else_moves(block, price_moves)
                && moving(block, price_moves).enumerate().all(is_sum)
        })
    }
}

/// A standard normal number for each draw and path, always the same.
pub(super) fn noise(draw: usize, i: usize) -> f64 {
    let word = philox([draw as u32, i as u32, 0, 0], [7, 11]);
    normal_quantile(unit_interval(u64::from(word[0]) << 32 | u64::from(word[1])))
}

impl Law {
    /// The law of a model, if it has one of this kind.
    #[must_use]
    pub fn of(model: &PathModel) -> Option<Self> {
        markov(&Responses::of(model, false)?)
    }
}

/// Whether a draw moves nothing at any value of it, as that of the month after the last where loads
/// are those of the month's start. A jump that few values release is no such draw.
fn is_idle(
    model: &PathModel,
    first: &[usize],
    idle: usize,
    price_moves: bool,
    block: &mut PathBlock,
) -> bool {
    let values = |i: usize| 16.0 * (i as f64 + 0.5) / LANES as f64 - 8.0;
    poke(model, first, &|draw, i| if draw == idle { values(i) } else { 0.0 }, block);
    moving(block, price_moves).all(same) && nothing_else_moves(block, price_moves)
}

/// The rows of a block that may move: its loads, and its prices if these may.
fn moving(block: &PathBlock, price_moves: bool) -> impl Iterator<Item = &Lane> {
    block.load.iter().chain(block.on_demand.iter().filter(move |_| price_moves))
}

/// Whether the paths of a block differ in nothing but the rows that may move.
fn nothing_else_moves(block: &PathBlock, price_moves: bool) -> bool {
    let fixed = [&block.unit_value, &block.apart];
    fixed.iter().all(|rows| rows.iter().all(same))
        && block.mix.iter().flatten().all(same)
        && (price_moves || block.on_demand.iter().all(same))
        && same(&block.start)
}

fn same(row: &Lane) -> bool {
    row.iter().all(|x| *x == row[0])
}

/// The conditional law of each month, if the month before is all that matters for it.
fn markov(responses: &Responses) -> Option<Law> {
    let (mean, covariance) = (responses.mean.clone(), |s, t| responses.covariance(s, t));
    let months = mean.len();
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
