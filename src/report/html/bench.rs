//! What a machine does, as a page.

use super::answer::Tile;
use super::text::escape;
use super::{figures, page, section, table};
use crate::bench::results::{Accuracy, Bench, Rate};
use crate::bench::threads_in_words;
use crate::report::terminal::bench::machine;
use crate::words::{bytes, count, few_or_short, seconds, short};

/// The page.
#[must_use]
pub fn render(bench: &Bench) -> String {
    let title = format!("waterline on {}", bench.machine.processor);
    let parts = [
        head(bench, &title),
        section("scaling-section", "Threads", "", &figures::scaling(bench)),
        section("rates", "Rates", RATES, &rates(bench)),
        section("accuracy", "Time to an accuracy", ACCURACY, &accuracy(bench)),
        section("memory", "Memory", MEMORY, &memory(bench)),
    ];
    page(&title, &bench.version, &parts, &footer(bench))
}

const RATES: &str = "Units per second with start-up left out. R0 to R3 are reference work that other programs do too; a whole answer is all that <code>waterline run</code> does.";

const ACCURACY: &str = "What R1 takes until the standard error is as small as wanted. This is the figure to compare; paths per second only explain it.";

const MEMORY: &str = "The peak of the whole process, and how it grows with the number of paths.";

fn head(bench: &Bench, title: &str) -> String {
    let tiles: String = tiles(bench).iter().map(Tile::render).collect();
    let study = bench.study.as_ref().map(|s| format!(" <span>{}</span>", escape(&s.title)));
    format!(
        "<header>\n<p class=\"kicker\"><span>waterline {}</span> <span>{} measurement</span> <span>{}</span>{}</p>\n\
         <h1>{}</h1>\n</header>\n<section id=\"answer\" aria-label=\"In short\">\n\
         <p class=\"lead\">{}</p>\n<dl class=\"tiles\">\n{tiles}</dl>\n</section>\n",
        escape(&bench.version),
        escape(&bench.effort),
        threads_in_words(bench.threads),
        study.unwrap_or_default(),
        escape(title),
        escape(&machine(&bench.machine)),
    )
}

/// The rate of the sweep, what the strictest accuracy of each figure costs, threads, memory.
fn tiles(bench: &Bench) -> Vec<Tile> {
    let sweep = bench.rate("R1", bench.threads).map(|rate| Tile {
        label: rate.title.clone(),
        value: format!("{} paths/s", short(rate.per_second)),
        says: format!("on {}", threads_in_words(rate.threads)),
        error: format!("{} to {} in single repetitions", short(rate.slowest), short(rate.fastest)),
    });
    let times = bench.scaling().pop().filter(|(rate, _)| rate.threads > 1);
    let times = times.map(|(rate, times)| Tile {
        label: threads_in_words(rate.threads),
        value: format!("{times:.2} times one"),
        says: "the same sweep against one thread".into(),
        error: String::new(),
    });
    let memory = bench.memory.last().map(|m| Tile {
        label: "Memory of the sweep".into(),
        value: bytes(m.peak_bytes as f64),
        says: format!("at {} paths, the whole process", count(m.paths)),
        error: format!("{} per million further paths", bytes(m.bytes_per_million_paths)),
    });
    let quasi = bench.accuracy.iter().filter(|a| a.sampler == "sobol");
    let costs = quasi.filter_map(|a| cost(bench, a));
    sweep.into_iter().chain(times).chain(memory).chain(costs).collect()
}

fn cost(bench: &Bench, quasi: &Accuracy) -> Option<Tile> {
    let need = quasi.needs.last()?;
    let plain = bench.accuracy.iter().find(|a| a.figure == quasi.figure && a.sampler == "pseudo");
    let plain = plain.and_then(|a| a.needs.last()).map_or_else(String::new, |n| {
        format!("pseudo-random: {}, {} paths", seconds(n.seconds), few_or_short(n.paths))
    });
    Some(Tile {
        label: format!("{} to {}%", quasi.title, 100.0 * need.relative_error),
        value: seconds(need.seconds),
        says: format!("{} quasi-random paths", few_or_short(need.paths)),
        error: plain,
    })
}

fn rates(bench: &Bench) -> String {
    let row = |rate: &Rate| {
        vec![
            escape(&rate.title),
            rate.threads.to_string(),
            short(rate.per_second),
            short(rate.slowest),
            short(rate.fastest),
            seconds(rate.start_up_seconds),
            short(rate.count as f64),
        ]
    };
    let rows: Vec<Vec<String>> = bench.rates.iter().map(row).collect();
    let head =
        ["Task", "Threads", "Per second", "Slowest", "Fastest", "Start-up", "Units of a call"];
    table::plain("list", &head, &rows)
}

fn accuracy(bench: &Bench) -> String {
    let Some(first) = bench.accuracy.first() else { return String::new() };
    let wanted = first.needs.iter().map(|n| 100.0 * n.relative_error);
    let heads: Vec<String> = wanted.map(|w| format!("To {w}%")).collect();
    let mut head = vec!["Figure", "Points", "Value", "Standard error", "Falls as"];
    head.extend(heads.iter().map(String::as_str));
    let row = |a: &Accuracy| {
        let mut row = vec![
            escape(&a.title),
            escape(&a.sampler),
            format!("{:.4}", a.value),
            format!("{:.4}% at {} paths", 100.0 * a.relative_error, count(a.paths)),
            format!("n<sup>-{:.2}</sup>", a.power),
        ];
        let need = a.needs.iter();
        row.extend(
            need.map(|n| format!("{}, {} paths", seconds(n.seconds), few_or_short(n.paths))),
        );
        row
    };
    let rows: Vec<Vec<String>> = bench.accuracy.iter().map(row).collect();
    table::plain("list", &head, &rows)
}

fn memory(bench: &Bench) -> String {
    if bench.memory.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = bench
        .memory
        .iter()
        .map(|m| {
            vec![
                escape(&m.title),
                format!("{} at {} paths", bytes(m.peak_bytes as f64), count(m.paths)),
                bytes(m.bytes_per_million_paths),
            ]
        })
        .collect();
    table::plain("list", &["Task", "Peak", "Per million further paths"], &rows)
}

fn footer(bench: &Bench) -> String {
    let method: Vec<String> = bench.method.iter().map(|line| escape(line)).collect();
    format!(
        "<footer>\n<h2>How this was measured</h2>\n<p>{}</p>\n\
         <p>Other work on the machine slows a measurement and never speeds it up. <code>waterline bench --compare A.json B.json</code> puts two machines side by side.</p>\n</footer>\n",
        method.join("</p>\n<p>")
    )
}
