//! What a machine does, as tables that fit a screen.

use super::Style;
use super::layout::{Align, Grid, wrap};
use crate::bench::compare::{Comparison, Pair, Quantity};
use crate::bench::results::{Accuracy, Bench, Machine, Rate};
use crate::bench::threads_in_words;
use crate::words::{bytes, count, few_or_short, seconds, short};

/// The measurements as text.
#[must_use]
pub fn render(bench: &Bench, style: Style) -> String {
    let width = style.width.clamp(60, 100);
    let about = format!("waterline {} on {}.", bench.version, machine(&bench.machine));
    let mut parts = vec![wrap(&about, width) + "\n", rates(bench)];
    parts.extend(scaling(bench).map(|line| wrap(&line, width) + "\n"));
    parts.extend([accuracy(bench), memory(bench)]);
    parts.extend(bench.method.iter().map(|line| wrap(line, width) + "\n"));
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

/// A machine in a line.
pub(in crate::report) fn machine(machine: &Machine) -> String {
    let logical = threads_in_words(machine.logical_cores);
    let cores = match machine.physical_cores {
        Some(1) => format!("1 core, {logical}"),
        Some(n) => format!("{n} cores, {logical}"),
        None => logical,
    };
    let caches = machine.caches.iter().map(|c| format!("{} {}", c.name, bytes(c.bytes as f64)));
    let mut parts = vec![
        format!("{} ({}): {cores}", machine.processor, machine.architecture),
        caches.collect::<Vec<_>>().join(", "),
    ];
    parts.extend(machine.memory_bytes.map(|b| format!("{} of memory", bytes(b as f64))));
    parts.extend([machine.system.clone(), format!("{} vector code", machine.vector_level)]);
    parts.retain(|part| !part.is_empty());
    parts.join("; ")
}

/// Tasks with their rates on one and on all threads.
fn rates(bench: &Bench) -> String {
    let all = threads_in_words(bench.threads);
    let mut grid = Grid::new(&[
        ("per second", Align::Left),
        ("1 thread", Align::Right),
        (if bench.threads > 1 { &all } else { "" }, Align::Right),
        (if bench.threads > 1 { "times" } else { "" }, Align::Right),
        ("slowest", Align::Right),
        ("fastest", Align::Right),
        ("start-up", Align::Right),
    ]);
    for rates in bench.by_task() {
        let one = rates.iter().find(|r| r.threads == 1);
        let last = &rates[rates.len() - 1];
        let many = (bench.threads > 1).then_some(last);
        let text = |rate: Option<&Rate>| rate.map_or_else(String::new, |r| short(r.per_second));
        let times = one.zip(many).map(|(one, many)| many.per_second / one.per_second);
        grid.row(vec![
            last.title.clone(),
            text(one),
            text(many),
            times.map_or_else(String::new, |x| format!("{x:.2}")),
            short(last.slowest),
            short(last.fastest),
            seconds(last.start_up_seconds),
        ]);
    }
    grid.render()
}

/// R1 on more than two numbers of threads.
fn scaling(bench: &Bench) -> Option<String> {
    let rates = bench.scaling();
    let one = |(rate, times): &(&Rate, f64)| format!("{times:.2} on {}", rate.threads);
    let all: Vec<String> = rates.iter().map(one).collect();
    (all.len() > 2)
        .then(|| format!("Threads: R1 runs this many times as fast as on one: {}.", all.join(", ")))
}

/// What each accuracy costs.
fn accuracy(bench: &Bench) -> String {
    let Some(first) = bench.accuracy.first() else { return String::new() };
    let wanted: Vec<f64> = first.needs.iter().map(|n| 100.0 * n.relative_error).collect();
    let heads: Vec<[String; 2]> =
        wanted.iter().map(|w| [format!("paths to {w}%"), "time".to_owned()]).collect();
    let error = format!("error at {}", count(first.paths));
    let mut columns = vec![
        ("R1", Align::Left),
        ("points", Align::Left),
        (error.as_str(), Align::Right),
        ("falls as", Align::Right),
    ];
    columns.extend(heads.iter().flatten().map(|head| (head.as_str(), Align::Right)));
    let mut grid = Grid::new(&columns);
    for a in &bench.accuracy {
        grid.row(accuracy_row(a));
    }
    grid.render()
}

fn accuracy_row(a: &Accuracy) -> Vec<String> {
    let mut row = vec![
        a.title.clone(),
        a.sampler.clone(),
        format!("{:.4}%", 100.0 * a.relative_error),
        format!("n^-{:.2}", a.power),
    ];
    row.extend(a.needs.iter().flat_map(|n| [few_or_short(n.paths), seconds(n.seconds)]));
    row
}

fn memory(bench: &Bench) -> String {
    if bench.memory.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(&[
        ("memory", Align::Left),
        ("paths", Align::Right),
        ("peak", Align::Right),
        ("per million further paths", Align::Right),
    ]);
    for m in &bench.memory {
        let more = bytes(m.bytes_per_million_paths);
        grid.row(vec![m.title.clone(), count(m.paths), bytes(m.peak_bytes as f64), more]);
    }
    grid.render()
}

/// Two machines side by side as text.
#[must_use]
pub fn render_comparison(comparison: &Comparison<'_>, style: Style) -> String {
    let width = style.width.clamp(60, 100);
    let about = |name: &str, bench: &Bench| {
        let text = format!("{name}: {}, waterline {}", machine(&bench.machine), bench.version);
        wrap(&text, width) + "\n"
    };
    let mut grid = Grid::new(&[
        ("", Align::Left),
        ("A", Align::Right),
        ("B", Align::Right),
        ("B is better", Align::Right),
    ]);
    for pair in &comparison.pairs {
        let ratio = pair.ratio();
        let times = if ratio.is_finite() { format!("{ratio:.2}x") } else { String::new() };
        grid.row(vec![pair.title.clone(), written(pair, pair.a), written(pair, pair.b), times]);
    }
    let mut parts = vec![about("A", comparison.a) + &about("B", comparison.b), grid.render()];
    parts.extend(comparison.notes.iter().map(|note| wrap(note, width) + "\n"));
    parts.join("\n")
}

fn written(pair: &Pair, x: f64) -> String {
    match pair.quantity {
        Quantity::PerSecond => format!("{}/s", short(x)),
        Quantity::Seconds => seconds(x),
        Quantity::Bytes => bytes(x),
    }
}
