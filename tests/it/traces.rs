//! The main job on real traces, checked against what can be counted in the traces themselves.
//!
//! ServeGen (Xiang et al. 2025) and BurstGPT (Wang et al. 2025) are not shipped with the product;
//! where the files are absent, these tests say so and pass.

use crate::support::{answer, assert_exact, repository, strategy, study};
use std::collections::BTreeMap;
use waterline::measure::Measure;
use waterline::results::Results;
use waterline::study::Study;

/// Tokens of a hour: input and output.
type Hours = BTreeMap<String, (f64, f64)>;

/// USD per million tokens of gpt-5.1, global: input and output; a PTU's input-equivalent tokens
/// per minute and the weight of output (models/prices/azure.toml).
const PRICES: (f64, f64) = (1.25, 10.0);
const TOKENS_PER_MINUTE: f64 = 4750.0;
const OUTPUT_WEIGHT: f64 = 8.0;
const HOURS_PER_MONTH: f64 = 730.0;
const MONTHS: usize = 12;

/// The trace's hours by `tokens`, which reads a row, or nothing where the file is absent.
fn hours(
    file: &str,
    tokens: impl Fn(&csv::StringRecord, &csv::StringRecord) -> (f64, f64),
) -> Option<Hours> {
    let path = repository("../shared/data").join(file);
    let Ok(mut reader) = csv::Reader::from_path(&path) else {
        eprintln!("{file} is absent: the main job on this trace is not tested");
        return None;
    };
    let head = reader.headers().expect("a header").clone();
    let mut out = Hours::new();
    for row in reader.records() {
        let row = row.expect("a row");
        let (input, output) = tokens(&head, &row);
        let hour = out.entry(row[0].to_owned()).or_default();
        hour.0 += input;
        hour.1 += output;
    }
    Some(out)
}

fn field(head: &csv::StringRecord, row: &csv::StringRecord, name: &str) -> f64 {
    let i = head.iter().position(|h| h == name).expect("the column");
    row[i].parse().expect("a number")
}

/// Load of an hour in PTU.
fn ptu((input, output): (f64, f64)) -> f64 {
    (input + OUTPUT_WEIGHT * output) / 60.0 / TOKENS_PER_MINUTE
}

/// Mean on-demand cost of the year by hand: the bill of an average month times expected growth and
/// expected price. Cuts come at 0.08 a year and take the price to exp(-0.76 + 0.42^2 / 2) of it.
fn expected_bill(tokens: (f64, f64)) -> f64 {
    let month = (tokens.0 * PRICES.0 + tokens.1 * PRICES.1) / 1e6 * HOURS_PER_MONTH;
    let cut = (-0.76f64 + 0.42 * 0.42 / 2.0).exp() - 1.0;
    let middle = |t: usize| (t as f64 + 0.5) / 12.0;
    (0..MONTHS).map(|t| month * 1.3f64.powf(middle(t)) * (0.08 * cut * middle(t)).exp()).sum()
}

fn mean(hours: &[(f64, f64)]) -> (f64, f64) {
    let n = hours.len() as f64;
    (hours.iter().map(|h| h.0).sum::<f64>() / n, hours.iter().map(|h| h.1).sum::<f64>() / n)
}

fn assert_on_demand(study: &Study, results: &Results, tokens: (f64, f64)) {
    let level = study.facts.load.units;
    assert!((level / ptu(tokens) - 1.0).abs() < 1e-9, "level {level}, counted {}", ptu(tokens));
    let cost = strategy(results, "on_demand").measure(Measure::Cost).mean;
    let exact = expected_bill(tokens);
    assert_exact("cost on demand", cost, exact);
    assert_eq!(results.run.paths, 1 << 20);
}

/// A large service at all hours: the best size is near the load that is exceeded in as many hours
/// as a commitment needs to pay.
#[test]
fn a_large_trace_is_worth_a_commitment() {
    let Some(hours) = hours("servegen/hourly.csv", |head, row| {
        let large = f64::from(u8::from(&row[1] == "m-large"));
        (large * field(head, row, "prompt_tokens"), large * field(head, row, "completion_tokens"))
    }) else {
        return;
    };
    assert_eq!(hours.len(), 336);
    let hours: Vec<(f64, f64)> = hours.into_values().collect();
    let study = study("trace_servegen", &[]);
    let results = answer(&study);
    assert_on_demand(&study, &results, mean(&hours));
    // With growth and volatility frozen at their mean, the best size is a quantile of all hours of
    // all months: the one exceeded with the break-even utilization.
    let mut pooled: Vec<f64> = Vec::new();
    for t in 0..MONTHS {
        let growth = 1.3f64.powf((t as f64 + 0.5) / 12.0);
        pooled.extend(hours.iter().map(|&h| ptu(h) * growth));
    }
    pooled.sort_by(f64::total_cmp);
    let below = 1.0 - results.break_even.utilization_over_term;
    let frozen = pooled[(below * pooled.len() as f64) as usize];
    assert!((results.answer.units / frozen - 1.0).abs() < 0.1, "{} {frozen}", results.answer.units);
    assert_eq!(results.answer.strategy, "hybrid");
    assert!(results.answer.saving.value > 0.0);
}

/// A small tenant with bursts: even the smallest commitment costs more than all its tokens.
#[test]
fn a_small_trace_is_not() {
    let Some(hours) = hours("burstgpt/hourly.csv", |head, row| {
        let total = field(head, row, "total_tokens_est");
        (0.7 * total, 0.3 * total)
    }) else {
        return;
    };
    // The level is the mean of the last 28 days.
    let last: Vec<(f64, f64)> = hours.into_values().rev().take(28 * 24).collect();
    let study = study("trace_burstgpt", &[]);
    let results = answer(&study);
    assert_on_demand(&study, &results, mean(&last));
    let smallest = 15.0 * 221.0 * MONTHS as f64;
    assert!(expected_bill(mean(&last)) < smallest);
    assert_eq!((results.answer.strategy.as_str(), results.answer.units), ("on_demand", 0.0));
}
