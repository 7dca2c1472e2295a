//! Whose result a file holds.

use crate::study::{SamplerChoice, Study};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which units a file is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    /// All of them, as far as the run got.
    Whole,
    /// Those of one of several processes.
    Shard {
        /// Which, from 0.
        index: u64,
        /// Of how many.
        count: u64,
    },
}

impl fmt::Display for Piece {
    /// `shard 3/8`, counted from 1 as on the command line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("a whole run"),
            Self::Shard { index, count } => write!(f, "shard {}/{count}", index + 1),
        }
    }
}

/// What a partial result belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of waterline.
    pub engine: String,
    /// The study file.
    pub study: String,
    /// Changes to it from the command line.
    pub overrides: Vec<String>,
    /// blake3 hash of the resolved study.
    pub study_hash: String,
    /// Paths, where the study says so.
    pub paths: Option<u64>,
    /// Seed of every draw.
    pub seed: u64,
    /// Which points.
    pub sampler: SamplerChoice,
    /// Which units.
    pub piece: Piece,
}

impl Header {
    /// The header of a run of `study`, which was read from a file with changes.
    #[must_use]
    pub fn new(study: &Study, file: &str, overrides: &[String], piece: Piece) -> Self {
        Self {
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            study: file.to_owned(),
            overrides: overrides.to_vec(),
            study_hash: study.facts.study_hash.clone(),
            paths: study.run.paths,
            seed: study.run.seed,
            sampler: study.run.sampler,
            piece,
        }
    }

    /// Why this cannot be joined with `other`, seen from `other`; empty if it can. Which units it
    /// holds is another question.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let paths = |h: &Self| h.paths.map_or("the default".to_owned(), |n| n.to_string());
        let sampler = |h: &Self| format!("{:?}", h.sampler).to_lowercase();
        let mut list = Vec::new();
        let mut differ = |what: String, unequal: bool| {
            if unequal {
                list.push(what);
            }
        };
        differ(
            format!("made by waterline {}, not {}", self.engine, other.engine),
            self.engine != other.engine,
        );
        differ(format!("seed {}, not {}", self.seed, other.seed), self.seed != other.seed);
        differ(
            format!("number of paths {}, not {}", paths(self), paths(other)),
            self.paths != other.paths,
        );
        differ(
            format!("sampler {}, not {}", sampler(self), sampler(other)),
            self.sampler != other.sampler,
        );
        // Those settings are part of the hash.
        let unexplained = list.is_empty() && self.study_hash != other.study_hash;
        if unexplained {
            list.push("another study, or another version of its files".to_owned());
        }
        list
    }
}
