//! Properties of every listed distribution, and golden quantiles from closed forms.

use super::*;

fn parse(text: &str) -> Dist {
    #[derive(Deserialize)]
    struct Holder {
        x: Dist,
    }
    toml::from_str::<Holder>(text).expect("the example parses").x
}

/// The example in the documentation of each distribution file.
fn examples() -> Vec<Dist> {
    let sources = [
        include_str!("point.rs"),
        include_str!("normal.rs"),
        include_str!("lognormal.rs"),
        include_str!("uniform.rs"),
        include_str!("triangular.rs"),
        include_str!("pert.rs"),
        include_str!("beta.rs"),
        include_str!("gamma.rs"),
        include_str!("student_t.rs"),
        include_str!("discrete.rs"),
        include_str!("empirical.rs"),
    ];
    sources
        .iter()
        .map(|source| {
            let start = source.find("/// ```toml").expect("a TOML example") + 11;
            let end = start + source[start..].find("/// ```").expect("its end");
            parse(&source[start..end].replace("///", ""))
        })
        .collect()
}

#[test]
fn every_example_is_valid_and_survives_a_round_trip() {
    for dist in examples() {
        assert_eq!(dist.get().check(), [], "{dist:?}");
        let text = serde_json::to_string(&dist).expect("serializes");
        assert_eq!(serde_json::from_str::<Dist>(&text).expect("reads back"), dist);
        assert!(!dist.get().describe().is_empty());
    }
}

#[test]
fn quantiles_rise_and_stay_in_the_support() {
    for dist in examples() {
        let (low, high) = dist.get().support();
        let mut previous = f64::NEG_INFINITY;
        for i in 0..2000 {
            let x = dist.get().quantile((f64::from(i) + 0.5) / 2000.0);
            assert!(x >= previous, "{dist:?} falls at {i}");
            assert!(low <= x && x <= high, "{dist:?} leaves its support: {x}");
            previous = x;
        }
        for u in [2f64.powi(-53), 1.0 - 2f64.powi(-53)] {
            assert!(dist.get().quantile(u).is_finite(), "{dist:?} at {u}");
        }
    }
}

/// The mean that a distribution states is the mean of its quantile function: a midpoint sum of
/// 2^17 points, whose error here is below 1e-4 of the value.
#[test]
fn the_stated_mean_is_the_mean_of_the_quantiles() {
    for dist in examples() {
        let n = 1 << 17;
        let sum: f64 =
            (0..n).map(|i| dist.get().quantile((f64::from(i) + 0.5) / f64::from(n))).sum();
        let mean = dist.get().mean().expect("a finite mean");
        assert!(
            (sum / f64::from(n) - mean).abs() < 2e-4 * mean.abs(),
            "{dist:?}: {} against {mean}",
            sum / f64::from(n)
        );
    }
}

/// scipy 1.x: norm, lognorm, triang, beta, gamma, t, evaluated once at these points.
#[test]
fn quantiles_match_independent_values() {
    let cases = [
        (r#"x = { dist = "normal", mean = 0.2, sd = 0.1 }"#, 0.9, 0.328_155_156_554_460_05),
        (r#"x = { dist = "normal", p10 = 10.0, p90 = 30.0 }"#, 0.9, 30.0),
        (
            r#"x = { dist = "normal", mean = 0.0, sd = 1.0, min = 0.0 }"#,
            0.5,
            0.674_489_750_196_081_7,
        ),
        (r#"x = { dist = "lognormal", mean = 1.0, log_sd = 0.25 }"#, 0.9, 1.335_275_838_870_916),
        (r#"x = { dist = "lognormal", p10 = 0.5, p90 = 2.0 }"#, 0.1, 0.5),
        (r#"x = { dist = "lognormal", mean = 2.0, sd = 1.0 }"#, 0.5, 1.788_854_381_999_831_7),
        (
            r#"x = { dist = "triangular", min = 0.0, mode = 0.1, max = 0.5 }"#,
            0.9,
            0.358_578_643_762_690_5,
        ),
        (r#"x = { dist = "beta", alpha = 8.0, beta = 2.0 }"#, 0.1, 0.631_637_636_210_074_3),
        (r#"x = { dist = "gamma", mean = 2.0, sd = 2.0 }"#, 0.9, 4.605_170_185_988_092),
        (
            r#"x = { dist = "student_t", location = 0.0, scale = 1.0, df = 5.0 }"#,
            0.95,
            2.015_048_373_333_023_3,
        ),
        (
            r#"x = { dist = "discrete", values = [3.0, 1.0], probabilities = [0.4, 0.6] }"#,
            0.61,
            3.0,
        ),
        (
            r#"x = { dist = "discrete", values = [3.0, 1.0], probabilities = [0.4, 0.6] }"#,
            0.59,
            1.0,
        ),
        (r#"x = { dist = "empirical", values = [4.0, 1.0, 2.0, 3.0] }"#, 0.51, 3.0),
    ];
    for (text, u, expected) in cases {
        let got = parse(text).get().quantile(u);
        assert!((got - expected).abs() < 1e-7, "{text} at {u}: {got}, expected {expected}");
    }
}

#[test]
fn a_mean_that_does_not_exist_is_none() {
    let cauchy = parse(r#"x = { dist = "student_t", location = 0.0, scale = 1.0, df = 1.0 }"#);
    assert_eq!(cauchy.get().mean(), None);
    let cut = parse(
        r#"x = { dist = "student_t", location = 0.0, scale = 1.0, df = 1.0, min = -2.0, max = 2.0 }"#,
    );
    assert!(cut.get().mean().expect("bounded").abs() < 1e-9);
    assert_eq!(cut.get().tail(), Tail::Bounded);
}

#[test]
fn contradictions_are_named() {
    let cases = [
        (r#"x = { dist = "normal", mean = 1.0 }"#, "ambiguous"),
        (r#"x = { dist = "normal", mean = 1.0, sd = 1.0, p10 = 0.0 }"#, "ambiguous"),
        (r#"x = { dist = "normal", p10 = 3.0, p90 = 1.0 }"#, "empty-range"),
        (r#"x = { dist = "normal", mean = 0.0, sd = 1.0, min = 9.0 }"#, "empty-range"),
        (r#"x = { dist = "normal", mean = 0.0, sd = 1.0, min = 1.0, max = 0.0 }"#, "empty-range"),
        (r#"x = { dist = "lognormal", median = 1.0, sd = 1.0 }"#, "ambiguous"),
        (r#"x = { dist = "uniform", min = 1.0, max = 0.0 }"#, "empty-range"),
        (r#"x = { dist = "triangular", min = 0.0, mode = 2.0, max = 1.0 }"#, "empty-range"),
        (r#"x = { dist = "pert", min = 1.0, mode = 1.0, max = 1.0 }"#, "empty-range"),
        (
            r#"x = { dist = "discrete", values = [1.0], probabilities = [0.9] }"#,
            "not-a-distribution",
        ),
        (
            r#"x = { dist = "discrete", values = [1.0], probabilities = [0.5, 0.5] }"#,
            "wrong-length",
        ),
    ];
    for (text, code) in cases {
        let problems = parse(text).get().check();
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        assert_eq!(problems[0].code, code, "{text}");
    }
}

#[test]
fn the_table_follows_the_quantile_function() {
    let gamma = parse(r#"x = { dist = "gamma", mean = 1.0, sd = 0.5 }"#);
    let table = QuantileTable::new(|z| gamma.get().quantile_at_score(z));
    for i in -50..=50 {
        let z = f64::from(i) * 0.0837;
        let exact = gamma.get().quantile(normal_cdf(z));
        assert!((table.at_score(z) - exact).abs() < 1e-4 * 0.5, "at {z}");
    }
}
