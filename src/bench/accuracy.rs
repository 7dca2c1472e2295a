//! Seconds to a given accuracy: what paths per second are for.

use super::Through;
use super::rates::{Effort, Timed, line, median, timed};
use super::reference::{SIZES, sweep};
use super::results::{Accuracy, Need};
use crate::analysis::{REPLICATES, Watcher, sobol_paths};
use crate::path::Points;
use crate::simulate::{Plan, Stopped};
use crate::size::sweep::Point;
use crate::stats::moments::Moments;
use crate::study::Study;

/// The size of R1 with the least mean cost.
const BEST: usize = 26;

/// Sizes on either side of the best that the parabola goes through: near enough for its third
/// derivative not to matter, far enough for the curve to be seen.
const REACH: usize = 3;

/// Paths of the smallest run that is timed: the smallest nets.
const LEAST: u64 = 2048;

/// The errors that are asked for, relative.
const WANTED: [f64; 2] = [1e-3, 1e-4];

/// Name and words of each figure.
const FIGURES: [(&str, &str); 3] =
    [("mean", "mean cost"), ("p95", "P95 of the cost"), ("optimal_size", "optimal size")];

/// Value and standard error of each figure.
type Figures = [(f64, f64); FIGURES.len()];

/// Several runs of one number of paths.
struct Runs {
    timed: Timed,
    /// Value, and relative error as the root of its mean square.
    figures: Figures,
}

/// Measures both samplers on the threads of the pool.
pub(super) fn measure(
    effort: Effort,
    study: &Study,
    watcher: &dyn Watcher,
) -> Result<Vec<Accuracy>, Stopped> {
    let mut found = Vec::new();
    for quasi in [false, true] {
        let run = |paths| runs(effort, paths, quasi, study, watcher);
        let all = [run(LEAST)?, run(effort.counts.0)?, run(effort.counts.1)?];
        for (i, figure) in FIGURES.iter().enumerate() {
            found.push(accuracy(*figure, quasi, i, &all));
        }
    }
    // Both samplers of a figure side by side.
    found.sort_by_key(|a| FIGURES.iter().position(|f| f.0 == a.figure));
    Ok(found)
}

fn runs(
    effort: Effort,
    paths: u64,
    quasi: bool,
    study: &Study,
    watcher: &dyn Watcher,
) -> Result<Runs, Stopped> {
    let points = if quasi {
        let log2_points = (paths / u64::from(REPLICATES)).ilog2();
        Points::Quasi { replicates: REPLICATES, log2_points }
    } else {
        Points::Pseudo
    };
    let (mut times, mut all) = (Vec::new(), Vec::new());
    for seed in 1..=effort.seeds.max(1) {
        let plan = Plan { points, paths, seed, controlled: points != Points::Pseudo };
        let (points, took) = timed(|| sweep(study, 0..SIZES, &plan, &Through(watcher)))?;
        times.push(took);
        all.push(figures(&points));
    }
    let count = all.len() as f64;
    let summary = std::array::from_fn(|i| {
        let value = all.iter().map(|f| f[i].0).sum::<f64>() / count;
        let square = all.iter().map(|f| f[i].1.powi(2)).sum::<f64>() / count;
        (value, square.sqrt() / value)
    });
    Ok(Runs { timed: (paths, median(times)), figures: summary })
}

fn figures(points: &[Point]) -> Figures {
    let cost = &points[BEST].cost;
    let (mean, p95) = (cost.mean(), cost.quantile(0.95).expect("the quantiles of a sweep"));
    [
        (mean.value, mean.standard_error),
        (p95.value, p95.standard_error),
        optimum(&points[BEST - REACH], &points[BEST], &points[BEST + REACH]),
    ]
}

/// The size at the vertex of the parabola through three mean costs, with the standard error that its
/// spread over the sections gives.
fn optimum(below: &Point, middle: &Point, above: &Point) -> (f64, f64) {
    let step = above.entry.units - middle.entry.units;
    let vertex =
        |a: f64, b: f64, c: f64| middle.entry.units + 0.5 * step * (a - c) / (a - 2.0 * b + c);
    let means = |p: &Point| p.cost.section_means();
    let (a, b, c) = (means(below), means(middle), means(above));
    let sections: Vec<f64> = (0..b.len()).map(|i| vertex(a[i], b[i], c[i])).collect();
    let mean = |p: &Point| p.cost.mean().value;
    let error = Moments::of(&sections).sd() / (sections.len() as f64).sqrt();
    (vertex(mean(below), mean(middle), mean(above)), error)
}

fn accuracy(
    (figure, title): (&str, &str),
    quasi: bool,
    i: usize,
    [least, small, large]: &[Runs; 3],
) -> Accuracy {
    let (value, error) = large.figures[i];
    let paths = large.timed.0;
    let power = if quasi {
        let more = (paths as f64 / small.timed.0 as f64).ln();
        // Scrambled nets are at least as good as the root, and seldom better than the power 3/2.
        ((small.figures[i].1 / error).ln() / more).clamp(0.5, 1.5)
    } else {
        0.5
    };
    let need = |wanted: f64| {
        let exact = (paths as f64 * (error / wanted).powf(1.0 / power)).ceil();
        let paths = if quasi { sobol_paths(exact as u64) as f64 } else { exact.max(64.0) };
        let seconds = seconds(paths, least.timed, small.timed, large.timed);
        Need { relative_error: wanted, paths, seconds }
    };
    Accuracy {
        figure: figure.into(),
        title: title.into(),
        sampler: if quasi { "sobol" } else { "pseudo" }.into(),
        value,
        paths,
        relative_error: error,
        power,
        needs: WANTED.map(need).into(),
    }
}

/// Seconds of a run, on straight lines through three timed ones. Large runs have a pilot and small
/// ones have none, so that one line would not do.
fn seconds(paths: f64, least: Timed, small: Timed, large: Timed) -> f64 {
    if paths <= small.0 as f64 {
        let share = (paths - least.0 as f64) / (small.0 - least.0).max(1) as f64;
        return least.1 + share.clamp(0.0, 1.0) * (small.1 - least.1).max(0.0);
    }
    let (rate, start_up) = line(small, large);
    start_up + paths / rate
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs_of(paths: u64, seconds: f64, error: f64) -> Runs {
        Runs { timed: (paths, seconds), figures: [(50.0, error); 3] }
    }

    #[test]
    fn pseudo_random_errors_fall_with_the_root_of_the_paths() {
        let runs =
            [runs_of(2_000, 0.02, 0.1), runs_of(10_000, 0.11, 9e-3), runs_of(40_000, 0.41, 2e-3)];
        let a = accuracy(FIGURES[0], false, 0, &runs);
        assert!((a.needs[0].paths - 160_000.0).abs() <= 1.0, "{:?}", a.needs);
        // 100,000 paths per second after a hundredth of a second.
        assert!((a.needs[0].seconds - 1.61).abs() < 1e-3, "{:?}", a.needs);
    }

    #[test]
    fn quasi_random_errors_fall_with_a_measured_power_and_come_in_whole_nets() {
        let least = || runs_of(LEAST, 0.025, 0.1);
        let runs = [least(), runs_of(1 << 13, 0.1, 4e-4), runs_of(1 << 15, 0.4, 1e-4)];
        let a = accuracy(FIGURES[0], true, 0, &runs);
        assert!((a.power - 1.0).abs() < 1e-9);
        let paths: Vec<f64> = a.needs.iter().map(|n| n.paths).collect();
        assert_eq!(paths[0], 4096.0);
        assert!((a.needs[0].seconds - 0.05).abs() < 1e-9, "{:?}", a.needs);
        assert!(paths[1] == 32_768.0 || paths[1] == 65_536.0);
        let runs = [least(), runs_of(1 << 13, 0.1, 1e-5), runs_of(1 << 15, 0.4, 1e-6)];
        let better = accuracy(FIGURES[0], true, 0, &runs);
        assert_eq!((better.needs[0].paths, better.needs[0].seconds), (2048.0, 0.025));
    }
}
