//! What this machine does with waterline: rates, scaling, seconds to an accuracy, memory.
//!
//! | file | what |
//! |---|---|
//! | [`results`] | what a report may see |
//! | [`machine`] | processor, memory, system |
//! | [`reference`](mod@reference) | the reference work R0 to R3, which other programs do too |
//! | [`rates`] | timing of calls, normals and paths per second |
//! | `hours` | settlement by the explicit hours of a month, for R3 |
//! | `accuracy` | errors at two path counts, and seconds to a given one |
//! | `memory` | peak memory against the number of paths |
//! | [`compare`] | two machines side by side |
//!
//! This is the only module that looks at the clock: nothing that it times depends on it.

mod accuracy;
pub mod compare;
mod hours;
pub mod machine;
mod memory;
pub mod rates;
pub mod reference;
pub mod results;

use crate::analysis::Watcher;
use crate::simulate::{Observer, Progress, Stopped};
use crate::study::Study;
use crate::words::count;
use rates::{Effort, Task};
use reference::{Reference, reference_study};
use results::{Bench, FORMAT, Rate, StudyFact};

/// Why a measurement did not finish.
#[derive(Debug)]
pub enum Unfinished {
    /// The watcher asked for an end.
    Stopped,
    /// The threads could not be started; the text says why.
    Threads(String),
}

impl From<Stopped> for Unfinished {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

/// Runs `call` on a pool of its own with `threads` threads.
///
/// # Errors
/// What `call` returns, or that the threads could not be started.
pub fn on_threads<T: Send, E: Send + Into<Unfinished>>(
    threads: usize,
    call: impl FnOnce() -> Result<T, E> + Send,
) -> Result<T, Unfinished> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|e| Unfinished::Threads(e.to_string()))?;
    pool.install(call).map_err(Into::into)
}

/// Measures this machine with up to `threads` threads, and on it a study of the user's own.
///
/// # Errors
/// [`Unfinished`] when the watcher says so or no threads could be had.
pub fn bench(
    effort: Effort,
    threads: usize,
    own: Option<&Study>,
    watcher: &dyn Watcher,
) -> Result<Bench, Unfinished> {
    let study = reference_study();
    // First of all, while the process is still small.
    let memory = memory::measure(effort, threads, &study, watcher)?;
    let mut rates = Vec::new();
    for (task, counts) in tasks(effort, threads, &study, own) {
        for count in counts {
            watcher.stage(&format!("{}, {}", task.name(), threads_in_words(count)));
            let steady = on_threads(count, || rates::steady(effort, &task, watcher))?;
            rates.push(Rate::new(&task, count, steady));
        }
    }
    watcher.stage("accuracy");
    let accuracy = on_threads(threads, || accuracy::measure(effort, &study, watcher))?;
    Ok(Bench {
        format: FORMAT.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        effort: effort.name.into(),
        machine: machine::describe(),
        threads,
        study: own.map(StudyFact::of),
        rates,
        accuracy,
        memory,
        method: method(effort),
    })
}

/// What is timed, and on how many threads: everything on one and on all, the sweep in between.
fn tasks<'a>(
    effort: Effort,
    threads: usize,
    study: &'a Study,
    own: Option<&'a Study>,
) -> Vec<(Task<'a>, Vec<usize>)> {
    let mut ends = vec![1, threads];
    ends.dedup();
    let mut tasks = vec![
        (Task::Normals { quasi: false }, ends.clone()),
        (Task::Normals { quasi: true }, ends.clone()),
    ];
    for work in Reference::ALL {
        let counts = if work == Reference::R1 { thread_counts(threads) } else { ends.clone() };
        tasks.push((Task::Reference(work, study), counts));
    }
    if effort.answer {
        tasks.push((Task::Answer { study, own: false }, vec![threads]));
    }
    tasks.extend(own.map(|own| (Task::Answer { study: own, own: true }, vec![threads])));
    tasks
}

/// 1, 2, 4 and so on, and all.
fn thread_counts(threads: usize) -> Vec<usize> {
    let doubled = (0..usize::BITS).map(|i| 1usize << i).take_while(|n| *n < threads);
    doubled.chain([threads]).collect()
}

/// `1 thread`, `2 threads`.
#[must_use]
pub fn threads_in_words(threads: usize) -> String {
    if threads == 1 { "1 thread".into() } else { format!("{threads} threads") }
}

/// How the numbers were measured, for the reader.
fn method(effort: Effort) -> Vec<String> {
    let Effort { seconds, repetitions, counts, seeds, .. } = effort;
    vec![
        format!(
            "Rates: whole calls, warmed up, at a number of paths that takes about {seconds} s and at a part of it, {repetitions} times in turn. The rate is the difference in paths over the difference of the median times, so that start-up is in none; slowest and fastest are those of the single pairs. R0 to R3 draw pseudo-random paths."
        ),
        format!(
            "Accuracy: R1 at {} and {} paths, with {}, on all threads. The error is the root mean square of the reported standard errors, relative to the value. Pseudo-random errors fall with the root of the paths; for quasi-random ones the power is measured between the two numbers of paths. From both follow the paths that a wanted error needs, a power of two and at least 2,048 if quasi-random. Their seconds, start-up included, lie on straight lines through the timed runs, of which the shortest has 2,048 paths.",
            count(counts.0),
            count(counts.1),
            if seeds == 1 { "one seed".into() } else { format!("{seeds} seeds each") },
        ),
        "Figures of the accuracy: mean and P95 of the cost at the best size; the optimal size is the vertex of the parabola through the mean costs of the best size and its third neighbors, its error the spread over 32 sections of the run.".into(),
        "Memory: peak of the whole process (VmHWM of Linux) at the larger of two numbers of paths; its growth between them is what paths take.".into(),
    ]
}

/// Passes progress and the wish to stop through, and keeps stages to itself.
struct Through<'a>(&'a dyn Watcher);

impl Observer for Through<'_> {
    fn progress(&self, progress: Progress) {
        self.0.progress(progress);
    }

    fn stopped(&self) -> bool {
        self.0.stopped()
    }
}

impl Watcher for Through<'_> {
    fn stage(&self, _name: &str) {}

    fn progress(&self, progress: Progress) {
        self.0.progress(progress);
    }

    fn stopped(&self) -> bool {
        self.0.stopped()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_double_up_to_all() {
        assert_eq!(thread_counts(1), [1]);
        assert_eq!(thread_counts(2), [1, 2]);
        assert_eq!(thread_counts(6), [1, 2, 4, 6]);
        assert_eq!(thread_counts(8), [1, 2, 4, 8]);
    }
}
