//! Rates against threads.

use super::{Figure, keyed, mark};
use crate::bench::results::Bench;
use crate::bench::threads_in_words;
use crate::report::html::table::Data;
use crate::report::html::text::escape;
use crate::report::svg::{Axis, Chart, Shape, Ticks, hits, rounded};
use crate::words::short;

/// The rate of R1 against the number of threads; nothing with a single number of threads.
pub(in crate::report::html) fn scaling(bench: &Bench) -> String {
    let rates = bench.scaling();
    let (Some(&(one, _)), true) = (rates.first(), rates.len() > 1) else {
        return String::new();
    };
    let (last, times) = rates[rates.len() - 1];
    let most = last.threads as f64;
    let at = |of: &dyn Fn(usize) -> f64| -> Vec<(f64, f64)> {
        (0..rates.len()).map(|i| (rates[i].0.threads as f64, of(i))).collect()
    };
    let measured = at(&|i| rates[i].0.per_second);
    let spread = rates.iter().map(|(r, _)| (r.threads as f64, r.slowest, r.fastest)).collect();
    let highest = rates.iter().map(|(r, _)| r.fastest).fold(most * one.per_second, f64::max);
    let caption = format!(
        "{} do {times:.2} times the paths of one. The shaded band reaches from the slowest to the fastest repetition; cores that share their clock or their memory keep a machine below the straight line of one thread's rate.",
        threads_in_words(last.threads)
    );
    let says = |i: usize| {
        let (rate, times) = rates[i];
        let threads = threads_in_words(rate.threads);
        (
            rate.threads as f64,
            format!("{threads}: {} paths/s, {times:.2} times one", short(rate.per_second)),
        )
    };
    let chart = Chart {
        id: "scaling".into(),
        title: "R1, the sweep over 64 sizes, on more threads".into(),
        description: caption.clone(),
        x: Axis { title: "threads".into(), range: (0.0, most * 1.04), ticks: Ticks::Whole },
        y: Axis {
            title: "thousand paths per second".into(),
            range: rounded((0.0, highest / 1e3), 5),
            ticks: Ticks::Number,
        },
        marks: vec![
            keyed("fan wide", Shape::Band(thousands3(spread)), "slowest to fastest"),
            keyed(
                "ln limit",
                Shape::Line(vec![(0.0, 0.0), (most, most * one.per_second / 1e3)]),
                "one thread's rate times the threads",
            ),
            keyed("ln s-hy", Shape::Line(thousands(&measured)), "measured"),
            mark("dots", Shape::Dots(thousands(&measured))),
        ],
        ends: Vec::new(),
        hits: hits((0..rates.len()).map(says).collect()),
    };
    let mut data = Data::new();
    data.column("Threads", rates.iter().map(|(r, _)| r.threads.to_string()));
    data.column("Paths per second", rates.iter().map(|(r, _)| short(r.per_second)));
    data.column("Slowest", rates.iter().map(|(r, _)| short(r.slowest)));
    data.column("Fastest", rates.iter().map(|(r, _)| short(r.fastest)));
    data.column("Times one thread", rates.iter().map(|(_, times)| format!("{times:.2}")));
    let note = "Start-up is left out of the rates.".into();
    Figure { chart, caption: escape(&caption), data, note }.render_full()
}

fn thousands(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    points.iter().map(|&(x, y)| (x, y / 1e3)).collect()
}

fn thousands3(points: Vec<(f64, f64, f64)>) -> Vec<(f64, f64, f64)> {
    points.into_iter().map(|(x, low, high)| (x, low / 1e3, high / 1e3)).collect()
}
