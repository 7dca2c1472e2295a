//! The curve against its hours, closed forms and reference values.

use super::*;

/// The 8,760-hour test shape of the reference: weekly, daily and yearly waves with noise from
/// a 64-bit linear congruential generator.
fn year() -> Shape {
    let mut state = 12_345u64;
    let pi = std::f64::consts::PI;
    let levels: Vec<f64> = (0..8760)
        .map(|h| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let u = ((state >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0;
            let (day, hour) = (h / 24, f64::from(h % 24));
            let week = if day % 7 < 5 { 1.0 } else { 0.6 };
            let daily = 1.0 + 0.5 * (2.0 * pi * (hour - 14.0) / 24.0).cos();
            let yearly = 1.0 + 0.15 * (2.0 * pi * (f64::from(day) - 30.0) / 365.0).cos();
            week * daily * yearly * (0.15 * crate::math::normal_quantile(u)).exp()
        })
        .collect();
    Shape::new(&levels, &vec![1.0; levels.len()])
}

fn assert_close(got: f64, expected: f64, tolerance: f64) {
    assert!((got - expected).abs() <= tolerance, "{got}, expected {expected}");
}

#[test]
fn flat_load_is_exact() {
    let curve = LoadCurve::new(Shape::flat(), 0.0);
    for k in [0.0, 0.3, 0.999, 1.0, 1.5, 1e9, f64::INFINITY] {
        assert_eq!(curve.overflow(k), (1.0 - k).max(0.0));
    }
    assert_eq!(curve.error(), 0.0);
}

#[test]
fn three_levels_are_exact() {
    let curve = LoadCurve::new(Shape::new(&[0.4, 1.0, 1.6], &[1.0, 2.0, 1.0]), 0.0);
    for i in 0..400 {
        let k = f64::from(i) * 0.005;
        let exact =
            0.25 * (0.4 - k).max(0.0) + 0.5 * (1.0 - k).max(0.0) + 0.25 * (1.6 - k).max(0.0);
        assert_close(curve.overflow(k), exact, 1e-15);
    }
    assert_eq!(curve.exceedance(1.0), 0.25);
}

/// Reference values of the 8,760-hour curve, computed from its hours elsewhere.
#[test]
fn a_year_of_hours_by_chords_stays_within_its_bound() {
    let shape = year();
    assert_close(shape.levels[0], 0.209_092_156, 1e-9);
    assert_close(shape.peak(), 2.935_264_501, 1e-9);
    let known = [(0.5, 0.512_612_899_291), (1.0, 0.192_491_914_222), (1.5, 0.046_129_261_031)];
    let curve = LoadCurve::new(shape.clone(), 0.0);
    assert!(curve.error() > 0.0 && curve.error() <= 1e-6, "{}", curve.error());
    for (k, l) in known {
        assert_close(shape.overflow(k), l, 1e-12);
        let above = curve.overflow(k) - l;
        assert!((-1e-12..=curve.error()).contains(&above), "{above} at {k}");
    }
}

/// L at k = 1 with burstiness, from the same reference.
#[test]
fn burstiness_raises_spill_to_the_known_values() {
    let known =
        [(0.1, 0.195_771_728), (0.3, 0.220_943_951), (0.6, 0.284_267_403), (1.0, 0.367_341_639)];
    for (cv, expected) in known {
        let curve = LoadCurve::new(year(), cv);
        assert!(curve.error() <= 2.0e-6, "{}", curve.error());
        assert_close(curve.overflow(1.0), expected, curve.error() + 1e-9);
        assert_close(curve.overflow(0.0), 1.0, 1e-9);
    }
}

#[test]
fn curves_are_convex_and_falling_and_bursts_add_spill() {
    let plain = LoadCurve::new(year(), 0.0);
    let bursty = LoadCurve::new(year(), 0.5);
    for curve in [&plain, &bursty] {
        let values: Vec<f64> = (0..4000).map(|i| curve.overflow(f64::from(i) * 0.001)).collect();
        for three in values.windows(3) {
            assert!(three[0] >= three[1] && three[2] >= 0.0);
            assert!(three[0] - 2.0 * three[1] + three[2] >= -1e-13);
        }
    }
    for i in 0..300 {
        let k = f64::from(i) * 0.01;
        assert!(bursty.overflow(k) >= plain.overflow(k) - 1e-6);
    }
}

#[test]
fn levels_are_scaled_merged_and_sorted() {
    let shape = Shape::new(&[30.0, 10.0, 30.0, 99.0], &[1.0, 1.0, 1.0, 0.0]);
    assert_eq!(shape.levels, [10.0 / (70.0 / 3.0), 30.0 / (70.0 / 3.0)]);
    assert_close(shape.quantile(0.2), shape.levels[0], 0.0);
    assert_close(shape.quantile(0.34), shape.levels[1], 0.0);
    assert_close(shape.quantile(1.0), shape.peak(), 0.0);
}

#[test]
fn black_matches_the_closed_form_table() {
    // Mean 100, log sd 0.35.
    for (k, expected) in
        [(50.0, 50.218_775_460_93), (100.0, 13.892_036_641_53), (150.0, 2.590_487_605_999)]
    {
        assert_close(black(100.0, k, 0.35), expected, 1e-9);
    }
    assert_eq!(black(100.0, 80.0, 0.0), 20.0);
}
