//! Two questions asked of the same paths, which are drawn once for both.

use super::{Experiment, Want};
use crate::path::PathBlock;
use crate::rng::Lane;

/// Two experiments side by side: the series of the first, then those of the second.
pub struct Both<'a, A, B> {
    first: &'a A,
    second: &'a B,
    /// Series of the first.
    cut: usize,
}

impl<'a, A: Experiment, B: Experiment> Both<'a, A, B> {
    /// The two of them.
    #[must_use]
    pub fn new(first: &'a A, second: &'a B) -> Self {
        Self { first, second, cut: first.wants().len() }
    }

    /// What was made of the series of each.
    #[must_use]
    pub fn part<T>(&self, mut all: Vec<T>) -> (Vec<T>, Vec<T>) {
        let second = all.split_off(self.cut);
        (all, second)
    }
}

impl<A: Experiment, B: Experiment> Experiment for Both<'_, A, B> {
    type Scratch = (A::Scratch, B::Scratch);

    fn wants(&self) -> Vec<Want> {
        [self.first.wants(), self.second.wants()].concat()
    }

    fn names(&self) -> Vec<String> {
        [self.first.names(), self.second.names()].concat()
    }

    fn scratch(&self) -> Self::Scratch {
        (self.first.scratch(), self.second.scratch())
    }

    fn evaluate(&self, paths: &PathBlock, scratch: &mut Self::Scratch, out: &mut [Lane]) {
        let (first, second) = out.split_at_mut(self.cut);
        self.first.evaluate(paths, &mut scratch.0, first);
        self.second.evaluate(paths, &mut scratch.1, second);
    }

    fn values<'a>(&self, series: usize, paths: &'a PathBlock, out: &'a [Lane]) -> &'a Lane {
        let (first, second) = out.split_at(self.cut);
        match series.checked_sub(self.cut) {
            None => self.first.values(series, paths, first),
            Some(series) => self.second.values(series, paths, second),
        }
    }
}
