//! What a range of units contributes to a pass, and who settles which range.
//!
//! The parts of two adjacent ranges join to exactly the bits of the whole
//! ([`crate::stats::moments::Tree`]). So a pass may be settled by anyone in any pieces: by one
//! process, with pauses, by many that know nothing of one another. An [`Executor`] decides.

use super::{Plan, Stopped};
use crate::stats::bins::Bins;
use crate::stats::collector::SectionBuilder;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What a range of units contributes to some series of a pass.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Share {
    /// The units.
    pub units: Range<u64>,
    /// Per series, per section.
    pub series: Vec<Vec<SectionBuilder>>,
}

impl Share {
    /// Adds the units that follow.
    ///
    /// # Panics
    /// If other units follow.
    pub fn append(&mut self, next: Self) {
        assert_eq!(self.units.end, next.units.start, "shares join in the order of their units");
        self.units.end = next.units.end;
        for (sections, next) in self.series.iter_mut().zip(next.series) {
            for (section, next) in sections.iter_mut().zip(next) {
                section.append(next);
            }
        }
    }
}

/// What identifies the values of a series and how they are collected: a hash of the name of the
/// series, of the paths and of the bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeriesId([u8; 16]);

impl SeriesId {
    /// The identity of the series called `name` on the paths of `plan`.
    #[must_use]
    pub fn new(name: &str, plan: &Plan, bins: Option<&Bins>) -> Self {
        // Text writes every float that differs differently.
        let text = format!("{name}\n{plan:?}\n{bins:?}");
        let hash = blake3::hash(text.as_bytes());
        let mut id = [0; 16];
        id.copy_from_slice(&hash.as_bytes()[..16]);
        Self(id)
    }
}

/// Takes note of a pass that is getting on.
pub trait Keeper: Sync {
    /// Offered all units that are not stored yet, after every window of them; `last` at the end of
    /// the range or when the run is about to stop. Returns whether they are stored now.
    ///
    /// # Errors
    /// [`Stopped`] to give up.
    fn keep(&self, fresh: &Share, last: bool) -> Result<bool, Stopped>;
}

/// Stores nothing.
pub struct Forgetful;

impl Keeper for Forgetful {
    fn keep(&self, _fresh: &Share, _last: bool) -> Result<bool, Stopped> {
        Ok(false)
    }
}

/// A pass over the paths of a plan, as an [`Executor`] sees it.
pub struct Pass<'a> {
    pub(super) ids: Vec<SeriesId>,
    pub(super) work: &'a dyn Work,
}

/// Settles ranges of units.
pub(super) trait Work: Sync {
    fn units(&self) -> u64;

    fn nothing(&self, series: usize, at: u64) -> Share;

    fn fits(&self, series: &[usize], share: &Share) -> bool;

    fn settle(
        &self,
        series: &[usize],
        from: Share,
        until: u64,
        keeper: &dyn Keeper,
    ) -> Result<Share, Stopped>;
}

impl Pass<'_> {
    /// The series.
    #[must_use]
    pub fn ids(&self) -> &[SeriesId] {
        &self.ids
    }

    /// The number of units.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.work.units()
    }

    /// The units of one of `count` workers, who take about as many each.
    #[must_use]
    pub fn range(&self, worker: u64, count: u64) -> Range<u64> {
        let cut = |i| (u128::from(self.units()) * u128::from(i) / u128::from(count)) as u64;
        cut(worker)..cut(worker + 1)
    }

    /// The share of no unit, before unit `at`.
    #[must_use]
    pub fn nothing(&self, series: usize, at: u64) -> Share {
        self.work.nothing(series, at)
    }

    /// Whether a share from elsewhere can be one of these series of the pass.
    #[must_use]
    pub fn fits(&self, series: &[usize], share: &Share) -> bool {
        self.work.fits(series, share)
    }

    /// Settles some series, as positions in [`Self::ids`], from where `from` ends.
    ///
    /// # Errors
    /// [`Stopped`] when the observer or the keeper says so.
    pub fn settle(
        &self,
        series: &[usize],
        from: Share,
        until: u64,
        keeper: &dyn Keeper,
    ) -> Result<Share, Stopped> {
        self.work.settle(series, from, until, keeper)
    }

    /// Settles everything here and now.
    ///
    /// # Errors
    /// [`Stopped`] when the observer says so.
    pub fn settle_all(&self) -> Result<Share, Stopped> {
        let all: Vec<usize> = (0..self.ids.len()).collect();
        self.settle(&all, self.nothing(all.len(), 0), self.units(), &Forgetful)
    }
}

/// Sees to it that a pass is settled.
pub trait Executor: Sync {
    /// The share of all units, or of those that are this executor's to contribute.
    ///
    /// # Errors
    /// [`Stopped`] if the run has to end.
    fn execute(&self, pass: &Pass<'_>) -> Result<Share, Stopped>;
}

/// One process that does everything itself.
pub struct Alone;

impl Executor for Alone {
    fn execute(&self, pass: &Pass<'_>) -> Result<Share, Stopped> {
        pass.settle_all()
    }
}
