//! The estimators on small exact vectors and on known distributions.

use super::collected::{Collected, Missing};
use super::*;
use crate::math::normal_quantile;
use crate::stats::bins::Wanted;
use crate::stats::collector::Collector;

/// Bins that keep a share of the values around some levels and sum the tail above the lowest of
/// others, with marks at -1 and 1.
fn around(values: &[f64], levels: &[f64], tails: &[f64], share: f64) -> Bins {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |p: f64| sorted[((p * sorted.len() as f64) as usize).min(sorted.len() - 1)];
    let range = |&p: &f64| (at((p - 0.5 * share).max(0.0)), at(p + 0.5 * share));
    let tails: Vec<(f64, f64)> = tails.iter().map(range).collect();
    let mut ranges: Vec<(f64, f64)> = levels.iter().map(range).collect();
    ranges.extend_from_slice(&tails);
    let sums_from = tails.iter().map(|range| range.0).fold(f64::INFINITY, f64::min);
    let marks = &[-1.0, 1.0];
    Bins::new(Wanted { ranges: &ranges, cuts: &[], atoms: &[], marks, sums_from })
}

fn collected(values: &[f64], sections: usize, design: Design, bins: &Bins) -> Collected {
    let size = values.len().div_ceil(sections);
    let builders = values.chunks(size).map(|section| {
        let mut builder = SectionBuilder::default();
        for (at, unit) in section.chunks(100).enumerate() {
            let mut collector = Collector::new(Some(bins));
            unit.chunks(64).for_each(|block| collector.push(block));
            builder.push(at as u64, collector.take());
        }
        builder
    });
    Collected::new(design, Some(bins.clone()), builders.collect())
}

fn sample(values: &[f64], sections: usize, design: Design, bins: &Bins) -> Sample {
    collected(values, sections, design, bins).sorted()
}

fn all(values: &[f64]) -> Sample {
    sample(values, 4, Design::Independent, &Bins::keep_all())
}

/// Values spread by a fixed permutation, so that sections look alike.
fn normals(n: u64) -> Vec<f64> {
    (0..n).map(|i| normal_quantile(((i * 48_271 % n) as f64 + 0.5) / n as f64)).collect()
}

#[test]
fn quantiles_and_tail_means_of_ten_values() {
    let s = all(&[5.0, 1.0, 4.0, 2.0, 3.0, 10.0, 9.0, 8.0, 7.0, 6.0]);
    for (p, expected) in [(0.1, 1.0), (0.5, 5.0), (0.51, 6.0), (0.9, 9.0), (0.95, 10.0)] {
        assert_eq!(s.quantile(p).expect("kept").value, expected, "at {p}");
    }
    // The worst 20 %: 9 and 10. The worst 15 %: 10 and half of 9.
    assert!((s.cvar(0.8).expect("kept").value - 9.5).abs() < 1e-12);
    assert!((s.cvar(0.85).expect("kept").value - (10.0 + 0.5 * 9.0) / 1.5).abs() < 1e-12);
    assert_eq!(s.mean().value, 5.5);
}

#[test]
fn a_constant_is_its_own_quantile_and_tail_mean_without_error() {
    for design in [Design::Independent, Design::Replicated] {
        let s = sample(&[7.0; 4000], 8, design, &Bins::keep_all());
        for estimate in [s.mean(), s.quantile(0.9).expect("kept"), s.cvar(0.9).expect("kept")] {
            assert_eq!((estimate.value, estimate.standard_error), (7.0, 0.0));
        }
    }
}

#[test]
fn tail_means_split_atoms() {
    // 57 % at 60, the rest above: CVaR 50 % takes 7 of the 57 points of the atom.
    let mut values = vec![60.0; 570];
    values.extend((0..430).map(|i| 61.0 + f64::from(i)));
    let s = all(&values);
    let tail: f64 = (0..430).map(|i| 61.0 + f64::from(i)).sum();
    let exact = (tail + 70.0 * 60.0) / 500.0;
    assert!((s.cvar(0.5).expect("kept").value - exact).abs() < 1e-9);
}

#[test]
fn counting_instead_of_keeping_changes_nothing() {
    let values = normals(40_000);
    let bins = around(&values[..4000], &[0.1, 0.5, 0.95], &[0.95, 0.5, 0.1], 0.06);
    for design in [Design::Independent, Design::Replicated] {
        let whole = sample(&values, 32, design, &Bins::keep_all());
        let part = sample(&values, 32, design, &bins);
        assert_eq!(part.mean(), whole.mean());
        for p in [0.1, 0.5, 0.95] {
            assert_eq!(part.quantile(p), whole.quantile(p), "quantile {p}");
            let (a, b) = (part.cvar(p).expect("kept"), whole.cvar(p).expect("kept"));
            assert!((a.value - b.value).abs() < 1e-12);
            assert!((a.standard_error - b.standard_error).abs() < 1e-12);
        }
        assert!(matches!(part.quantile(0.3), Err(NotKept(_))));
    }
}

#[test]
fn a_compact_sample_says_the_same() {
    let values = normals(40_000);
    let bins = around(&values[..2000], &[0.1, 0.5, 0.95], &[0.95], 0.1);
    for design in [Design::Independent, Design::Replicated] {
        let whole = sample(&values, 32, design, &bins);
        let part = collected(&values, 32, design, &bins);
        let part = part.compact(&[0.1, 0.5, 0.95], &[0.95]).expect("kept");
        assert!(5 * part.kept_values().len() < whole.kept_values().len());
        assert_eq!(part.mean(), whole.mean());
        for p in [0.1, 0.5, 0.95] {
            assert_eq!(part.quantile(p), whole.quantile(p), "quantile {p}");
            let values = |s: &Sample| s.section_values(Statistic::Quantile(p)).expect("kept");
            assert_eq!(values(&part), values(&whole));
        }
        let (a, b) = (part.cvar(0.95).expect("kept"), whole.cvar(0.95).expect("kept"));
        assert!((a.value - b.value).abs() < 1e-12);
        assert!((a.standard_error - b.standard_error).abs() < 1e-12);
    }
}

#[test]
fn selection_finds_what_sorting_does() {
    // Every seventh value is 500, so that equal values are selected too.
    let values: Vec<f64> =
        (0..5000).map(|i| if i % 7 == 0 { 500.0 } else { f64::from(i * 7919 % 5003) }).collect();
    let mut sorted = values.clone();
    sorted.sort_by(f64::total_cmp);
    let mut collected = collected(&values, 4, Design::Independent, &Bins::keep_all());
    let ranks = [2500, 1, 2499, 5000, 2501, 700, 1100, 4999, 2, 700, 0, 5001];
    let found = collected.order_statistics(&ranks).expect("kept");
    let ends = [f64::NEG_INFINITY, f64::INFINITY];
    let expected = ranks[..10].iter().map(|&rank| sorted[rank as usize - 1]).chain(ends);
    assert_eq!(found, expected.collect::<Vec<_>>());
}

#[test]
fn another_pass_keeps_all_that_is_missing() {
    let values = normals(40_000);
    // Nothing is kept, as in a run of too many values: a wanted quantile lies in one of the bins.
    let cuts: Vec<f64> = (-30..30).map(|i| 0.1 * f64::from(i)).collect();
    let nothing =
        Wanted { ranges: &[], cuts: &[], atoms: &[], marks: &[], sums_from: f64::INFINITY };
    let counting = Bins::new(Wanted { cuts: &cuts, ..nothing });
    for design in [Design::Independent, Design::Replicated] {
        let first = collected(&values, 32, design, &counting).compact(&[0.05, 0.5], &[0.95]);
        let Missing { ranges, sums_from, values: count } = first.expect_err("nothing was kept");
        // The 95 % quantile is 1.645. Each bin around a median holds about 4 % of the values.
        assert!((sums_from - 1.6).abs() < 1e-12);
        assert!((2000..8000).contains(&count), "{count}");
        let bins = Bins::new(Wanted { ranges: &ranges, sums_from, ..nothing });
        let second = collected(&values, 32, design, &bins).compact(&[0.05, 0.5], &[0.95]);
        let (second, whole) =
            (second.expect("kept"), sample(&values, 32, design, &Bins::keep_all()));
        for p in [0.05, 0.5] {
            assert_eq!(second.quantile(p), whole.quantile(p), "quantile {p}");
        }
        let (a, b) = (second.cvar(0.95).expect("kept"), whole.cvar(0.95).expect("kept"));
        assert!((a.value - b.value).abs() < 1e-12);
    }
}

/// Standard errors against their closed forms for a normal sample.
#[test]
fn standard_errors_of_independent_normals() {
    let s = all(&normals(100_000));
    let n = 100_000f64;
    let density = |z: f64| (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
    assert!((s.mean().standard_error * n.sqrt() - 1.0).abs() < 1e-3);
    for p in [0.5, 0.95] {
        let z = normal_quantile(p);
        let exact = (p * (1.0 - p)).sqrt() / density(z);
        let got = s.quantile(p).expect("kept").standard_error * n.sqrt();
        assert!((got / exact - 1.0).abs() < 0.02, "{got} against {exact}");
    }
    // CVaR 95 %: mean excess m = phi(z)/0.05 - z; E((Z - z)+)^2 = (1 + z^2) 0.05 - z phi(z).
    let z = normal_quantile(0.95);
    let (first, second) = (density(z) - 0.05 * z, (1.0 + z * z) * 0.05 - z * density(z));
    let exact = (second - first * first).sqrt() / 0.05;
    let got = s.cvar(0.95).expect("kept").standard_error * n.sqrt();
    assert!((got / exact - 1.0).abs() < 0.01, "{got} against {exact}");
}

#[test]
fn section_values_average_to_the_estimate() {
    let s = sample(&normals(32_000), 32, Design::Replicated, &Bins::keep_all());
    for statistic in [Statistic::Mean, Statistic::Quantile(0.9), Statistic::Cvar(0.9)] {
        let values = s.section_values(statistic).expect("kept");
        let mean = values.iter().sum::<f64>() / 32.0;
        let estimate = match statistic {
            Statistic::Mean => s.mean(),
            Statistic::Quantile(p) => s.quantile(p).expect("kept"),
            Statistic::Cvar(p) => s.cvar(p).expect("kept"),
        };
        assert!((mean - estimate.value).abs() < 1e-9, "{statistic:?}");
    }
}
