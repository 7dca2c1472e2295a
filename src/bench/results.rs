//! Measurements of a machine: all that a report may see of them.
//!
//! The JSON form of [`Bench`] is versioned by [`FORMAT`]; its schema is printed by
//! `waterline schema bench`. Unlike the answer to a study it differs from run to run.

use super::rates::{Steady, Task};
use crate::study::Study;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Version of the JSON form.
pub const FORMAT: &str = "waterline-bench/1";

/// What a machine does with waterline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bench {
    /// [`FORMAT`].
    pub format: String,
    /// Version of waterline.
    pub version: String,
    /// `full` or `quick`: how long each measurement took.
    pub effort: String,
    /// The machine.
    pub machine: Machine,
    /// The most threads that were measured; accuracy and memory are measured with these.
    pub threads: usize,
    /// The user's own study, if one was given.
    pub study: Option<StudyFact>,
    /// Normals and paths per second.
    pub rates: Vec<Rate>,
    /// Seconds to a given accuracy.
    pub accuracy: Vec<Accuracy>,
    /// Memory against the number of paths; empty where the system does not tell.
    pub memory: Vec<Memory>,
    /// How the numbers were measured.
    pub method: Vec<String>,
}

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Machine {
    /// Name of the processor.
    pub processor: String,
    /// Instruction set, as in `x86_64`.
    pub architecture: String,
    /// Cores, if known.
    pub physical_cores: Option<usize>,
    /// Threads that the processors can run at once.
    pub logical_cores: usize,
    /// Caches of the first core; empty if not known.
    pub caches: Vec<Cache>,
    /// Memory of the machine in bytes, if known.
    pub memory_bytes: Option<u64>,
    /// Operating system.
    pub system: String,
    /// Vector code in use: `avx512`, `avx2` or `portable`.
    pub vector_level: String,
}

/// A cache.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cache {
    /// `L1d`, `L1i`, `L2` or `L3`.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
}

/// The user's own study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StudyFact {
    /// Its title.
    pub title: String,
    /// Hash of the resolved study.
    pub hash: String,
}

impl StudyFact {
    pub(super) fn of(study: &Study) -> Self {
        Self { title: study.facts.title.clone(), hash: study.facts.study_hash.clone() }
    }
}

/// How fast a task is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rate {
    /// `normals_pseudo`, `normals_sobol`, `R0` to `R3`, `answer_R1` (everything that
    /// `waterline run` does for R1) or `answer_study` (the same for the user's study).
    pub task: String,
    /// The task in words.
    pub title: String,
    /// What is counted: `normals` or `paths`.
    pub unit: String,
    /// Threads.
    pub threads: usize,
    /// Units per second, start-up left out.
    pub per_second: f64,
    /// The same in the slowest repetition.
    pub slowest: f64,
    /// The same in the fastest repetition.
    pub fastest: f64,
    /// Seconds of a call apart from those that grow with the number of units.
    pub start_up_seconds: f64,
    /// Units of a timed call.
    pub count: u64,
}

impl Rate {
    pub(super) fn new(task: &Task<'_>, threads: usize, steady: Steady) -> Self {
        Self {
            task: task.name().into(),
            title: task.title(),
            unit: task.unit().into(),
            threads,
            per_second: steady.per_second,
            slowest: steady.slowest,
            fastest: steady.fastest,
            start_up_seconds: steady.start_up,
            count: steady.count,
        }
    }
}

/// How much a figure of R1 costs at a given accuracy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Accuracy {
    /// `mean`, `p95` or `optimal_size`.
    pub figure: String,
    /// The figure in words.
    pub title: String,
    /// `pseudo` or `sobol`.
    pub sampler: String,
    /// The figure, USD or units.
    pub value: f64,
    /// Paths of the larger runs.
    pub paths: u64,
    /// Standard error at this number of paths, as a share of the value.
    pub relative_error: f64,
    /// The error falls with this power of the number of paths.
    pub power: f64,
    /// What each wanted error needs.
    pub needs: Vec<Need>,
}

/// What a wanted error needs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Need {
    /// The wanted standard error, as a share of the value.
    pub relative_error: f64,
    /// Paths.
    pub paths: f64,
    /// Seconds on all threads.
    pub seconds: f64,
}

/// Memory of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Memory {
    /// `R1` or `R2`.
    pub task: String,
    /// The task in words.
    pub title: String,
    /// Paths of the larger run.
    pub paths: u64,
    /// Peak memory of the whole process at this number of paths, bytes.
    pub peak_bytes: u64,
    /// Bytes that a million further paths take.
    pub bytes_per_million_paths: f64,
}

impl Bench {
    /// The rate of a task on a number of threads.
    #[must_use]
    pub fn rate(&self, task: &str, threads: usize) -> Option<&Rate> {
        self.rates.iter().find(|r| r.task == task && r.threads == threads)
    }

    /// The tasks in the order of their measurement, each with its rates by threads.
    #[must_use]
    pub fn by_task(&self) -> Vec<&[Rate]> {
        self.rates.chunk_by(|a, b| a.task == b.task).collect()
    }

    /// Threads and rates of R1, with how many times the rate of one thread each is.
    #[must_use]
    pub fn scaling(&self) -> Vec<(&Rate, f64)> {
        let one = self.rate("R1", 1).map_or(f64::NAN, |r| r.per_second);
        let rates = self.rates.iter().filter(|r| r.task == "R1");
        rates.map(|r| (r, r.per_second / one)).collect()
    }
}
