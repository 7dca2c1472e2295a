//! Two machines side by side.

use super::results::{Accuracy, Bench, Memory, Need, Rate};
use super::threads_in_words;

/// How a quantity is written, and which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Units per second: more is better.
    PerSecond,
    /// Seconds: less is better.
    Seconds,
    /// Bytes: less is better.
    Bytes,
}

/// A quantity of both machines.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// What it is.
    pub title: String,
    /// How it is written.
    pub quantity: Quantity,
    /// Of the first machine.
    pub a: f64,
    /// Of the second machine.
    pub b: f64,
}

impl Pair {
    /// How many times better the second machine is; not a number if neither has any.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        match self.quantity {
            Quantity::PerSecond => self.b / self.a,
            Quantity::Seconds | Quantity::Bytes => self.a / self.b,
        }
    }
}

/// Two machines.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison<'a> {
    /// The first.
    pub a: &'a Bench,
    /// The second.
    pub b: &'a Bench,
    /// What both have.
    pub pairs: Vec<Pair>,
    /// Why the numbers may not compare.
    pub notes: Vec<String>,
}

/// Puts two machines side by side.
#[must_use]
pub fn compare<'a>(a: &'a Bench, b: &'a Bench) -> Comparison<'a> {
    let own = a.study.as_ref().map(|s| &s.hash) == b.study.as_ref().map(|s| &s.hash);
    let mut pairs = Vec::new();
    for rates in a.by_task() {
        let task = &rates[0].task;
        if own || task != "answer_study" {
            pairs.extend(rates.iter().filter_map(|rate| same_threads(rate, b)));
            pairs.extend(all_threads(task, a, b));
        }
    }
    for first in &a.accuracy {
        let same = |x: &&Accuracy| (&x.figure, &x.sampler) == (&first.figure, &first.sampler);
        if let Some(second) = b.accuracy.iter().find(same) {
            pairs.extend(seconds(first, second));
        }
    }
    for first in &a.memory {
        let same = |x: &&Memory| (&x.task, x.paths) == (&first.task, first.paths);
        pairs.extend(b.memory.iter().find(same).map(|second| Pair {
            title: format!("{}, peak memory", first.task),
            quantity: Quantity::Bytes,
            a: first.peak_bytes as f64,
            b: second.peak_bytes as f64,
        }));
    }
    Comparison { a, b, pairs, notes: notes(a, b, own) }
}

/// A rate that both have on the same number of threads.
fn same_threads(rate: &Rate, b: &Bench) -> Option<Pair> {
    let other = b.rate(&rate.task, rate.threads)?;
    let threads = threads_in_words(rate.threads);
    Some(per_second(&format!("{}, {threads}", rate.title), rate, other))
}

/// The rates on all threads of each machine, where these are not as many.
fn all_threads(task: &str, a: &Bench, b: &Bench) -> Option<Pair> {
    let (first, second) = (a.rate(task, a.threads)?, b.rate(task, b.threads)?);
    let threads = format!("{} against {} threads", a.threads, b.threads);
    (a.threads != b.threads)
        .then(|| per_second(&format!("{}, {threads}", first.title), first, second))
}

fn per_second(title: &str, a: &Rate, b: &Rate) -> Pair {
    Pair {
        title: title.to_owned(),
        quantity: Quantity::PerSecond,
        a: a.per_second,
        b: b.per_second,
    }
}

/// Seconds to each error that both were asked for.
fn seconds(a: &Accuracy, b: &Accuracy) -> Vec<Pair> {
    let pair = |x: &Need| {
        let y = b.needs.iter().find(|y| y.relative_error == x.relative_error)?;
        let wanted = 100.0 * x.relative_error;
        Some(Pair {
            title: format!("{} to {wanted} %, {}", a.title, a.sampler),
            quantity: Quantity::Seconds,
            a: x.seconds,
            b: y.seconds,
        })
    };
    a.needs.iter().filter_map(pair).collect()
}

fn notes(a: &Bench, b: &Bench, own: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if a.version != b.version {
        notes.push(format!(
            "A was measured with waterline {}, B with {}: the ratios hold for program and machine together.",
            a.version, b.version
        ));
    }
    if a.effort != b.effort {
        notes.push(format!(
            "A is a {} measurement, B a {} one: memory at different numbers of paths is left out.",
            a.effort, b.effort
        ));
    }
    if !own {
        notes.push("A and B did not measure the same study of their own: left out.".into());
    }
    notes
}
