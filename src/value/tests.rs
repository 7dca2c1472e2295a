use super::bounds::{Draws, Means, value};
use super::setting::{Method, Setting};
use crate::input::load_text;
use crate::study::Study;
use std::path::Path;

fn study(months: usize, clauses: &str, more: &[&str]) -> Study {
    let base = std::fs::read_to_string("/tmp/b0.toml").unwrap();
    let mut o =
        vec![format!("contract.term_months={months}"), format!("contract.clauses=[{clauses}]")];
    o.extend(more.iter().map(|s| s.to_string()));
    let loaded = load_text("b0", &base, Path::new("."), &o);
    for f in &loaded.findings.list {
        eprintln!("{f:?}");
    }
    loaded.study.unwrap()
}

fn stat(d: impl Iterator<Item = f64>) -> String {
    let d: Vec<f64> = d.collect();
    let n = d.len() as f64;
    let mean = d.iter().sum::<f64>() / n;
    let var = d.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
    format!("{mean:.5} ({:.5})", (var / n).sqrt())
}

#[test]
#[expect(clippy::disallowed_methods)]
fn first() {
    for months in [12, 36] {
        let flex = "{ kind = \"flex_down\", share = 0.15, windows = { every_months = 3, notice_months = 1, per_year = 2 }, policy = { kind = \"never\" } }";
        for more in [
            &[][..],
            &["growth.log_drift_per_year={dist=\"normal\", mean=0.13875, sd=0.3}"],
            &["price.log_drift_per_year=-0.13125", "price.volatility_per_year=0.25"],
        ] {
            let study = study(months, flex, more);
            let mut plain = study.contract.clone();
            plain.clauses.clear();
            for method in [Method::Auto, Method::Regression] {
                let begin = std::time::Instant::now();
                let setting = Setting::new(&study, 1, method, 16_384);
                let cells = [
                    setting.cell(&plain, 100.0).unwrap(),
                    setting.cell(&study.contract, 100.0).unwrap(),
                ];
                eprintln!(
                    "{months} {more:?} {method:?} known {} fit {:?}",
                    setting.is_known(),
                    begin.elapsed()
                );
                if setting.is_known() {
                    for f in [8.0, 32.0, 64.0] {
                        let dp = |c: &crate::contract::Contract| {
                            setting.solved(c, 100.0, f).unwrap().unwrap()
                        };
                        eprintln!("  dp {} {}", dp(&plain), dp(&plain) - dp(&study.contract));
                    }
                }
                let draws = Draws { seed: 1, log2_points: 11, inner: None };
                let main = value(&study.model, &setting.lens, &cells, draws);
                eprintln!("  main {:?}", begin.elapsed());
                let bound = if setting.is_known() {
                    main.clone()
                } else {
                    value(
                        &study.model,
                        &setting.lens,
                        &cells,
                        Draws { log2_points: 6, inner: Some(4), ..draws },
                    )
                };
                eprintln!("  bound {:?}", begin.elapsed());
                let pair = |f: &[super::bounds::Found], g: &dyn Fn(&Means, &Means) -> f64| {
                    stat(f[0].means.iter().zip(&f[1].means).map(|(a, b)| g(a, b)))
                };
                eprintln!(
                    "  lower {} bound-run lower {} upper {} crystal {}",
                    pair(&main, &|a, b| a.policy - b.policy),
                    pair(&bound, &|a, b| a.policy - b.policy),
                    pair(&bound, &|a, b| a.policy - b.dual),
                    pair(&main, &|a, b| a.policy_raw - b.clairvoyant)
                );
            }
        }
    }
}
