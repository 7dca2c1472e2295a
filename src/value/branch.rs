//! Futures that share a past: draws up to a month are those of one path, draws from it on are fresh.
//!
//! What is drawn once per path stays as it is on the path: the futures are those of someone who knows
//! it. That makes a bound from them wider where growth is learned, and never wrong: who knows more
//! can do no worse.

use crate::rng::{Block, LANES, Lane, Sampler};

/// Draws of a block of paths, by variable.
#[derive(Clone, Debug, Default)]
pub struct Past {
    uniforms: Vec<Vec<Lane>>,
    normals: Vec<Vec<Lane>>,
}

impl Past {
    /// All draws of a block; `steps` are those of each variable.
    #[must_use]
    pub fn of(sampler: &dyn Sampler, steps: &[usize], block: Block) -> Self {
        let mut past = Self::default();
        for (variable, steps) in steps.iter().enumerate() {
            let (mut uniforms, mut normals) =
                (vec![[0.0; LANES]; *steps], vec![[0.0; LANES]; *steps]);
            sampler.uniforms(block, variable, &mut uniforms);
            sampler.normals(block, variable, &mut normals);
            past.uniforms.push(uniforms);
            past.normals.push(normals);
        }
        past
    }
}

/// Fresh draws from month `open` on after the past of path `lane`; the second half of a block mirrors
/// the first.
pub struct Branch<'a> {
    /// The past.
    pub past: &'a Past,
    /// The path whose past it is.
    pub lane: usize,
    /// First month with fresh draws.
    pub open: usize,
    /// Months simulated.
    pub months: usize,
    /// Where fresh draws come from.
    pub fresh: &'a dyn Sampler,
}

impl Branch<'_> {
    /// Puts the past over the draws before the month, and mirrors the others.
    fn splice(&self, past: &[Lane], out: &mut [Lane], mirror: impl Fn(f64) -> f64) {
        // A variable with as many draws in each month has them month by month.
        let each = if out.len().is_multiple_of(self.months) { out.len() / self.months } else { 0 };
        for (step, row) in out.iter_mut().enumerate() {
            if each == 0 || step < self.open * each {
                *row = [past[step][self.lane]; LANES];
                continue;
            }
            for i in LANES / 2..LANES {
                row[i] = mirror(row[i - LANES / 2]);
            }
        }
    }
}

impl Sampler for Branch<'_> {
    fn uniforms(&self, block: Block, variable: usize, out: &mut [Lane]) {
        self.fresh.uniforms(block, variable, out);
        self.splice(&self.past.uniforms[variable], out, |u| 1.0 - u);
    }

    fn normals(&self, block: Block, variable: usize, out: &mut [Lane]) {
        self.fresh.normals(block, variable, out);
        self.splice(&self.past.normals[variable], out, |z| -z);
    }
}
