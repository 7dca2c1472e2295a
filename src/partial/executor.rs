//! Takes what files know of a pass, settles the rest, and keeps what is new.

use super::file::Journal;
use super::header::Piece;
use super::library::Library;
use crate::simulate::{Executor, Keeper, Pass, SeriesId, Share, Stopped};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Says whether it is time to write what is new. It may look at the clock: when something is
/// written changes no number.
pub type Due<'a> = dyn Fn() -> bool + Sync + 'a;

/// Is told, before it is done, of work that files were expected to have done.
pub type Missed<'a> = dyn Fn() + Sync + 'a;

/// Executes a run piece by piece: a checkpointed run, a shard, a merge.
pub struct Piecewise<'a> {
    /// Which units of every pass.
    pub piece: Piece,
    /// What is known already.
    pub library: Library,
    journal: Option<Mutex<Journal>>,
    due: &'a Due<'a>,
    missed: &'a Missed<'a>,
    trouble: Mutex<Option<String>>,
}

/// What a mutex guards is whole even if a thread died: only complete values are put there.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Piecewise<'a> {
    /// Answers from a library that should have everything, and keeps nothing.
    #[must_use]
    pub fn joined(library: Library, missed: &'a Missed<'a>) -> Self {
        let trouble = Mutex::new(None);
        Self { piece: Piece::Whole, library, journal: None, due: &|| false, missed, trouble }
    }

    /// Settles a piece, and writes what is new to a journal when it is time to.
    #[must_use]
    pub fn kept(piece: Piece, library: Library, journal: Journal, due: &'a Due<'a>) -> Self {
        let (journal, trouble) = (Some(Mutex::new(journal)), Mutex::new(None));
        Self { piece, library, journal, due, missed: &|| {}, trouble }
    }

    /// What went wrong with a file, if that is what ended the run.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        lock(&self.trouble).clone()
    }

    /// Marks the journal as finished and gives it its name.
    ///
    /// # Errors
    /// Of the operating system.
    pub fn finish(self, name: &Path) -> std::io::Result<()> {
        let journal = self.journal.map(|j| j.into_inner().unwrap_or_else(PoisonError::into_inner));
        journal.map_or(Ok(()), |journal| journal.finish(name))
    }

    fn fail(&self, what: String) -> Stopped {
        *lock(&self.trouble) = Some(what);
        Stopped
    }
}

impl Executor for Piecewise<'_> {
    fn execute(&self, pass: &Pass<'_>) -> Result<Share, Stopped> {
        let units = match self.piece {
            Piece::Whole => 0..pass.units(),
            Piece::Shard { index, count } => pass.range(index, count),
        };
        let known = self.library.gather(pass, &units).map_err(|e| self.fail(e))?;
        let mut whole = pass.nothing(pass.ids().len(), units.end);
        whole.units = units.clone();
        for group in known {
            let keeper = Keeping { to: self, ids: select(pass.ids(), &group.series) };
            if group.share.units.end < units.end {
                (self.missed)();
            }
            let share = pass.settle(&group.series, group.share, units.end, &keeper)?;
            for (s, sections) in group.series.into_iter().zip(share.series) {
                whole.series[s] = sections;
            }
        }
        Ok(whole)
    }
}

fn select(ids: &[SeriesId], series: &[usize]) -> Vec<SeriesId> {
    series.iter().map(|&s| ids[s]).collect()
}

/// Writes what is new of some series.
struct Keeping<'a> {
    to: &'a Piecewise<'a>,
    ids: Vec<SeriesId>,
}

impl Keeper for Keeping<'_> {
    fn keep(&self, fresh: &Share, last: bool) -> Result<bool, Stopped> {
        let Some(journal) = &self.to.journal else { return Ok(false) };
        if !last && !(self.to.due)() {
            return Ok(false);
        }
        let mut journal = lock(journal);
        journal.add(&self.ids, fresh).map_err(|e| self.to.fail(journal.complaint(&e)))?;
        Ok(true)
    }
}
