//! Paths that a regression learns from.

use super::basis::{self, Basis, Extra};
use super::design::{Design, Seen};
use crate::path::{PathBlock, PathModel, Points};
use crate::rng::{Block, LANES, Lane, Sampler};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// Paths to learn from, with what is seen on them.
pub struct Training {
    /// The functions.
    pub basis: Basis,
    /// Their values.
    pub(super) seen: Seen,
    /// Training paths share no draw with those that value.
    sampler: Box<dyn Sampler>,
    /// Equations that were asked for, by first month and the month after the last.
    designs: Mutex<BTreeMap<(usize, usize), Arc<Design>>>,
}

impl Training {
    /// Learns the basis from `blocks` blocks of paths; `extra` are functions beside the usual ones.
    #[must_use]
    pub fn new(model: &PathModel, seed: u64, blocks: u64, extra: &[Extra]) -> Self {
        let sampler = model.sampler(Points::Pseudo, seed, "training");
        let paths: Vec<PathBlock> = (0..blocks)
            .into_par_iter()
            .map(|block| {
                let mut paths = model.block();
                generate(model, &*sampler, block, &mut paths);
                paths
            })
            .collect();
        let mut all = basis::Seen::default();
        for paths in &paths {
            all.push(paths);
        }
        let basis = Basis::of(&all, extra);
        let rows = |paths: &PathBlock| {
            let mut rows = Vec::new();
            basis.write(paths, basis.months(), &mut rows);
            rows
        };
        let seen = paths.par_iter().map(rows).collect();
        Self { basis, seen, sampler, designs: Mutex::default() }
    }

    /// The functions' values in a month, block by block.
    pub fn seen(&self, month: usize) -> impl Iterator<Item = &[Lane]> {
        self.seen.iter().map(move |block| block[month].as_slice())
    }

    /// What `f` makes of each block, in their order, with something of each thread's own.
    pub(super) fn on_blocks<S, T: Send>(
        &self,
        model: &PathModel,
        own: impl Fn() -> S + Sync + Send,
        f: impl Fn(&mut S, &PathBlock) -> T + Sync + Send,
    ) -> Vec<T> {
        let init = || (model.block(), own());
        let of_block = |(paths, own): &mut (PathBlock, S), block| {
            generate(model, &*self.sampler, block, paths);
            f(own, paths)
        };
        (0..self.seen.len() as u64).into_par_iter().map_init(init, of_block).collect()
    }

    /// The equations of some months, made when they are first asked for.
    pub(super) fn design(&self, months: Range<usize>) -> Arc<Design> {
        let key = (months.start, months.end);
        let known = || self.designs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(design) = known().get(&key) {
            return Arc::clone(design);
        }
        // Not under the lock: who waits for other threads may have to do their work meanwhile, and
        // that may ask for the same. Whoever makes it makes the same bits.
        let design = Arc::new(Design::new(&self.seen, months));
        Arc::clone(known().entry(key).or_insert(design))
    }

    /// Makes equations that will be asked for, each once.
    pub(super) fn prepare(&self, months: impl Iterator<Item = Range<usize>>) {
        let keys: BTreeSet<(usize, usize)> = months.map(|m| (m.start, m.end)).collect();
        keys.into_par_iter().for_each(|(start, end)| drop(self.design(start..end)));
    }
}

fn generate(model: &PathModel, sampler: &dyn Sampler, block: u64, paths: &mut PathBlock) {
    let at = Block { replicate: 0, first: block * LANES as u64 };
    model.generate(sampler, Points::Pseudo, at, paths);
}
