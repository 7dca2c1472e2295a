//! Which file has which units of which series.

use super::file::{Chunk, Contents};
use crate::simulate::{Pass, Share};
use std::ops::Range;

/// Files with contributions to the same run.
#[derive(Debug, Default)]
pub struct Library {
    files: Vec<Contents>,
}

/// Series of a pass that are known equally far.
pub struct Known {
    /// Positions of the series in the pass.
    pub series: Vec<usize>,
    /// What is known of them; it begins where it was asked to.
    pub share: Share,
}

impl Library {
    /// A library of these files.
    #[must_use]
    pub fn new(files: Vec<Contents>) -> Self {
        Self { files }
    }

    /// All chunks with their files, in the order of their units.
    fn chunks(&self) -> Vec<(&Contents, &Chunk)> {
        let of_file = |file| {
            let file: &Contents = file;
            file.chunks.iter().map(move |chunk| (file, chunk))
        };
        let mut all: Vec<_> = self.files.iter().flat_map(of_file).collect();
        all.sort_by_key(|(_, chunk)| chunk.units.start);
        all
    }

    /// What the files know of a pass from the first unit of `units` on, without gaps.
    ///
    /// # Errors
    /// A file that cannot be read any more, in words.
    pub fn gather(&self, pass: &Pass<'_>, units: &Range<u64>) -> Result<Vec<Known>, String> {
        let series = pass.ids().len();
        let mut known: Vec<Share> = (0..series).map(|_| pass.nothing(1, units.start)).collect();
        for (file, chunk) in self.chunks() {
            let follows = |share: &Share, s: usize| {
                share.units.end == chunk.units.start
                    && chunk.units.end <= units.end
                    && !chunk.units.is_empty()
                    && chunk.ids.contains(&pass.ids()[s])
            };
            if !known.iter().enumerate().any(|(s, share)| follows(share, s)) {
                continue;
            }
            let whole = load(file, chunk)?;
            let start = chunk.units.start;
            for (id, sections) in chunk.ids.iter().zip(whole.series) {
                let next = Share { units: chunk.units.clone(), series: vec![sections] };
                let wants = |s: usize| pass.ids()[s] == *id && known[s].units.end == start;
                // A share of another shape is not what was asked for, whatever its name.
                if let Some(s) = (0..series).find(|&s| wants(s) && pass.fits(&[s], &next)) {
                    known[s].append(next);
                }
            }
        }
        Ok(by_extent(known))
    }
}

fn load(file: &Contents, chunk: &Chunk) -> Result<Share, String> {
    let name = file.path.display();
    match file.load(chunk) {
        Ok(Some(share)) => Ok(share),
        Ok(None) => Err(format!("{name} has been changed since it was read first")),
        Err(e) => Err(format!("cannot read {name}: {e}")),
    }
}

/// Joins series that are known equally far.
fn by_extent(known: Vec<Share>) -> Vec<Known> {
    let mut groups: Vec<Known> = Vec::new();
    for (s, share) in known.into_iter().enumerate() {
        match groups.iter_mut().find(|group| group.share.units == share.units) {
            Some(group) => {
                group.series.push(s);
                group.share.series.extend(share.series);
            }
            None => groups.push(Known { series: vec![s], share }),
        }
    }
    groups
}
