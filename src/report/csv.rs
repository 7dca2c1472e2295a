//! Results as CSV tables (RFC 4180), for a spreadsheet.
//!
//! Every number that was simulated has its standard error and 95 % interval beside it. Studies
//! against each other have tables of their own ([`versus`]).

pub mod appraisal;
mod replay;
pub mod versus;

pub use replay::replay;

use crate::facts::Warning;
use crate::measure::Measure;
use crate::results::{Results, Summary};
use crate::stats::Estimate;

/// A table with its file name.
pub struct Table {
    /// Name of the file.
    pub name: &'static str,
    /// Its content.
    pub text: String,
}

/// Names of the files of [`render`], in its order.
pub const FILES: [&str; 8] = [
    "strategies.csv",
    "sizes.csv",
    "months.csv",
    "cost_curves.csv",
    "load_duration.csv",
    "prices.csv",
    "parameters.csv",
    "warnings.csv",
];

/// All tables: strategies, sizes, months, cost curves, prices, parameters, warnings.
#[must_use]
pub fn render(results: &Results) -> Vec<Table> {
    vec![
        strategies(results),
        sizes(results),
        months(results),
        cost_curves(results),
        load_duration(results),
        prices(results),
        parameters(results),
        warnings(&results.warnings),
    ]
}

/// Writes rows of text cells.
fn table(name: &'static str, header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Table {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let written = writer.write_record(header).and_then(|()| {
        for row in rows {
            writer.write_record(&row)?;
        }
        Ok(())
    });
    written.expect("writing to memory cannot fail");
    let bytes = writer.into_inner().expect("writing to memory cannot fail");
    Table { name, text: String::from_utf8(bytes).expect("cells are UTF-8") }
}

/// A number at full precision; infinite interval ends are empty.
fn number(x: f64) -> String {
    if x.is_finite() { x.to_string() } else { String::new() }
}

fn cells(estimate: Estimate) -> [String; 4] {
    [estimate.value, estimate.standard_error, estimate.low, estimate.high].map(number)
}

fn optional(estimate: Option<Estimate>) -> [String; 4] {
    estimate.map_or_else(Default::default, cells)
}

/// Name and estimate of each statistic of a distribution.
fn statistics(summary: &Summary) -> Vec<(String, Estimate)> {
    let mut list = vec![("mean".to_owned(), summary.mean), ("sd".to_owned(), summary.sd)];
    list.extend(
        summary.quantiles.iter().map(|q| (format!("p{}", (100.0 * q.level).round()), q.estimate)),
    );
    list.extend(summary.cvar95.map(|e| ("cvar95".to_owned(), e)));
    list
}

/// A measure as the JSON names it.
fn name(measure: Measure) -> String {
    let name = serde_json::to_value(measure).unwrap_or_default();
    name.as_str().unwrap_or_default().to_owned()
}

const ESTIMATE: [&str; 4] = ["value", "standard_error", "low", "high"];

fn header<'a>(keys: &[&'a str]) -> Vec<&'a str> {
    keys.iter().copied().chain(ESTIMATE).collect()
}

fn row(keys: &[&str], estimate: [String; 4]) -> Vec<String> {
    keys.iter().map(|k| (*k).to_owned()).chain(estimate).collect()
}

fn strategies(results: &Results) -> Table {
    let rows = results.strategies.iter().flat_map(|s| {
        let units = number(s.units);
        let key =
            |measure: &str, statistic: &str, e| row(&[&s.strategy, &units, measure, statistic], e);
        let mut rows = vec![
            key("beats_on_demand", "probability", cells(s.beats_on_demand)),
            key("objective", "", optional(s.objective)),
        ];
        rows.extend(s.over_budget.map(|e| key("over_budget", "probability", cells(e))));
        for m in &s.measures {
            let measure = name(m.measure);
            rows.extend(
                statistics(&m.summary).into_iter().map(|(name, e)| key(&measure, &name, cells(e))),
            );
        }
        rows
    });
    table("strategies.csv", &header(&["strategy", "units", "measure", "statistic"]), rows)
}

fn sizes(results: &Results) -> Table {
    let rows = results.sizing.iter().flat_map(|sizing| {
        sizing.sizes.iter().flat_map(|size| {
            let units = number(size.units);
            let key = |measure: &str, statistic: &str, e| {
                row(&[&sizing.strategy, &units, measure, statistic], e)
            };
            let mut rows = vec![
                key("objective", "", optional(size.objective)),
                key("present_value", "mean", cells(size.present_value)),
                key(
                    "best_given_sampling",
                    "probability",
                    cells(Estimate::exact(size.best_probability)),
                ),
                key("best_in_futures", "share", cells(size.best_in_futures)),
            ];
            rows.extend(size.over_budget.map(|e| key("over_budget", "probability", cells(e))));
            let parts = [
                ("cost", Some(&size.cost)),
                ("waste", Some(&size.waste)),
                ("overspend", size.overspend.as_ref()),
            ];
            for (measure, summary) in parts {
                let list = summary.map(statistics).unwrap_or_default();
                rows.extend(list.into_iter().map(|(name, e)| key(measure, &name, cells(e))));
            }
            rows
        })
    });
    table("sizes.csv", &header(&["strategy", "units", "measure", "statistic"]), rows)
}

fn months(results: &Results) -> Table {
    let rows = results.months.iter().flat_map(|month| {
        let number = month.month.to_string();
        let date = month.date.clone().unwrap_or_default();
        let key = |strategy: &str, measure: &str, statistic: &str, e| {
            row(&[&number, &date, strategy, measure, statistic], e)
        };
        let mut rows = vec![
            key("", "on_demand_price", "mean", cells(month.on_demand_price)),
            key("", "commitment_price", "mean", optional(month.commitment_price)),
        ];
        rows.extend(
            statistics(&month.load).into_iter().map(|(name, e)| key("", "load", &name, cells(e))),
        );
        for s in &month.strategies {
            rows.extend(
                statistics(&s.spend)
                    .into_iter()
                    .map(|(name, e)| key(&s.strategy, "spend", &name, cells(e))),
            );
            let means = [
                ("reserved_units", s.reserved_units),
                ("overflow_spend", s.overflow_spend),
                ("waste", s.waste),
            ];
            rows.extend(means.map(|(name, e)| key(&s.strategy, name, "mean", cells(e))));
        }
        rows
    });
    table("months.csv", &header(&["month", "date", "strategy", "measure", "statistic"]), rows)
}

fn cost_curves(results: &Results) -> Table {
    let rows = results.strategies.iter().flat_map(|s| {
        s.cost_curve
            .iter()
            .map(|(cost, share)| vec![s.strategy.clone(), number(*cost), number(*share)])
    });
    table("cost_curves.csv", &["strategy", "cost_usd", "share_of_futures_below"], rows)
}

fn load_duration(results: &Results) -> Table {
    let points = results.facts.shape.duration.iter();
    let rows = points.map(|(share, level)| vec![number(*share), number(*level)]);
    table("load_duration.csv", &["share_of_time_above", "load_over_mean"], rows)
}

fn prices(results: &Results) -> Table {
    let rows = results.facts.prices.iter().map(|p| {
        vec![
            p.item.clone(),
            number(p.value),
            p.unit.clone(),
            p.source.clone(),
            p.as_of.clone(),
            p.status.clone(),
        ]
    });
    table("prices.csv", &["item", "value", "unit", "source", "as_of", "status"], rows)
}

fn parameters(results: &Results) -> Table {
    let rows = results
        .facts
        .parameters
        .iter()
        .map(|p| vec![p.name.clone(), p.description.clone(), p.uncertain.to_string()]);
    table("parameters.csv", &["parameter", "value", "uncertain"], rows)
}

fn warnings(list: &[Warning]) -> Table {
    let rows = list
        .iter()
        .map(|w| vec![w.code.clone(), w.seen.clone(), w.may_mean.clone(), w.advice.clone()]);
    table("warnings.csv", &["code", "seen", "may_mean", "try"], rows)
}
