//! How a run is cut into sections and units of work.

use crate::path::Points;
use crate::rng::{Block, LANES};
use crate::stats::sample::Design;

/// How many paths, from which points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Where the paths come from.
    pub points: Points,
    /// Number of paths; for quasi-random points the number of all replicates together.
    pub paths: u64,
    /// Seed of every draw.
    pub seed: u64,
    /// Whether means are corrected by the model's control variates; those of pseudo-random paths
    /// never are.
    pub controlled: bool,
}

/// Paths of a unit of work, in blocks.
const UNIT: u64 = 64 * LANES as u64;

/// Sections of a pseudo-random run.
const SECTIONS: u64 = 32;

/// Consecutive paths of one section, settled by one thread at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    pub(super) section: usize,
    /// Number of the unit in its section.
    pub(super) index: u64,
    pub(super) replicate: u32,
    pub(super) first: u64,
    pub(super) count: u64,
}

impl Plan {
    /// The first paths of the plan, of each replicate as many: at most `paths`, or a block of each.
    #[must_use]
    pub fn at_most(&self, paths: u64) -> Self {
        match self.points {
            Points::Pseudo => Self { paths: self.paths.min(paths), ..*self },
            Points::Quasi { replicates, log2_points } => {
                let each = (paths / u64::from(replicates)).max(LANES as u64).ilog2();
                let log2_points = log2_points.min(each);
                let points = Points::Quasi { replicates, log2_points };
                Self { points, paths: u64::from(replicates) << log2_points, ..*self }
            }
        }
    }

    /// The block of the path with this number, from 1, and its place in it; `None` beyond the
    /// plan.
    ///
    /// Numbers go round the replicates: the first path of each, then the second. So a number
    /// means the same future in a run of any length.
    #[must_use]
    pub fn locate(&self, number: u64) -> Option<(Block, usize)> {
        let index = number.checked_sub(1).filter(|index| *index < self.paths)?;
        let replicates = u64::from(self.replicates());
        let (replicate, point) = ((index % replicates) as u32, index / replicates);
        let lane = point % LANES as u64;
        Some((Block { replicate, first: point - lane }, lane as usize))
    }

    /// The number of a path, as in [`Self::locate`].
    #[must_use]
    pub fn number(&self, block: Block, lane: usize) -> u64 {
        let point = block.first + lane as u64;
        point * u64::from(self.replicates()) + u64::from(block.replicate) + 1
    }

    /// All blocks of the plan, each with its number of paths.
    #[must_use]
    pub fn blocks(&self) -> Vec<(Block, usize)> {
        let each = self.paths / u64::from(self.replicates());
        let of_replicate = |replicate| {
            let firsts = (0..each).step_by(LANES);
            firsts.map(move |first| {
                (Block { replicate, first }, (each - first).min(LANES as u64) as usize)
            })
        };
        (0..self.replicates()).flat_map(of_replicate).collect()
    }

    /// Number of replicates; 1 of a pseudo-random run.
    #[must_use]
    pub fn replicates(&self) -> u32 {
        match self.points {
            Points::Pseudo => 1,
            Points::Quasi { replicates, .. } => replicates,
        }
    }

    /// How the sections relate.
    pub(super) fn design(&self) -> Design {
        match self.points {
            Points::Pseudo => Design::Independent,
            Points::Quasi { .. } => Design::Replicated,
        }
    }

    /// First path, number of paths and replicate of each section.
    pub(super) fn sections(&self) -> Vec<(u32, u64, u64)> {
        match self.points {
            Points::Quasi { replicates, log2_points } => {
                (0..replicates).map(|r| (r, 0, 1 << log2_points)).collect()
            }
            Points::Pseudo => {
                // An error needs two sections: less than two blocks are halved.
                let grain = (LANES as u64).min(self.paths.div_ceil(2));
                let pieces = self.paths.div_ceil(grain);
                let sections = SECTIONS.min(pieces);
                let start = |s: u64| (pieces * s / sections * grain).min(self.paths);
                let cut = |s| (0, start(s), start(s + 1) - start(s));
                (0..sections).map(cut).collect()
            }
        }
    }

    /// The units of all sections, in the order of reduction.
    pub(super) fn units(&self) -> Vec<Unit> {
        let sections = self.sections().into_iter().enumerate();
        let cut = |(section, (replicate, first, count)): (usize, (u32, u64, u64))| {
            (0..count.div_ceil(UNIT)).map(move |i| Unit {
                section,
                index: i,
                replicate,
                first: first + i * UNIT,
                count: UNIT.min(count - i * UNIT),
            })
        };
        sections.flat_map(cut).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_one_number() {
        let quasi = Points::Quasi { replicates: 3, log2_points: 7 };
        for (points, paths) in [(Points::Pseudo, 100), (quasi, 3 << 7)] {
            let plan = Plan { points, paths, seed: 1, controlled: false };
            let blocks = plan.blocks();
            let lanes = |&(block, count): &(Block, usize)| (0..count).map(move |l| (block, l));
            let mut numbers: Vec<u64> = Vec::new();
            for (block, lane) in blocks.iter().flat_map(lanes) {
                let number = plan.number(block, lane);
                assert_eq!(plan.locate(number), Some((block, lane)));
                numbers.push(number);
            }
            numbers.sort_unstable();
            assert_eq!(numbers, (1..=paths).collect::<Vec<_>>());
            assert_eq!(plan.locate(0), None);
            assert_eq!(plan.locate(paths + 1), None);
        }
    }
}
