//! Alternatives against each other as CSV tables.

use super::{Table, cells, header, name, number, row, statistics, table, warnings};
use crate::results::versus::{AlternativeResult, Difference, Versus};
use crate::stats::Estimate;

/// Names of the files of [`render`], in its order.
pub const FILES: [&str; 5] =
    ["alternatives.csv", "parts.csv", "differences.csv", "cost_curves.csv", "warnings.csv"];

/// All tables: the alternatives, the studies that they are made of, what they cost more or less than the first, cost curves, warnings.
#[must_use]
pub fn render(versus: &Versus) -> Vec<Table> {
    vec![
        alternatives(versus),
        parts(versus),
        differences(versus),
        cost_curves(versus),
        warnings(&versus.warnings),
    ]
}

fn alternatives(versus: &Versus) -> Table {
    let rows = versus.alternatives.iter().flat_map(of_alternative);
    table("alternatives.csv", &header(&["alternative", "measure", "statistic"]), rows)
}

fn of_alternative(own: &AlternativeResult) -> Vec<Vec<String>> {
    let key = |measure: &str, statistic: &str, e| row(&[&own.name, measure, statistic], cells(e));
    let mut rows = vec![
        key("beats_on_demand", "probability", own.beats_on_demand),
        key("best_given_sampling", "probability", Estimate::exact(own.best_probability)),
    ];
    rows.extend(own.over_budget.map(|e| key("over_budget", "probability", e)));
    for m in &own.measures {
        let measure = name(m.measure);
        rows.extend(statistics(&m.summary).into_iter().map(|(name, e)| key(&measure, &name, e)));
    }
    rows
}

/// Commitment, fees and cost of each study.
fn parts(versus: &Versus) -> Table {
    let rows = versus.alternatives.iter().flat_map(|own| {
        own.parts.iter().flat_map(|part| {
            let key = |measure: &str, e| {
                let units = number(part.units);
                let names = [&own.name, &part.name, &part.strategy, &units, &part.unit];
                row(&[&names.map(String::as_str)[..], &[measure, "mean"]].concat(), cells(e))
            };
            [key("fee", part.fee), key("cost", part.cost)]
        })
    });
    let keys = ["alternative", "part", "strategy", "units", "unit", "measure", "statistic"];
    table("parts.csv", &header(&keys), rows)
}

fn differences(versus: &Versus) -> Table {
    let first = &versus.first().name;
    let others = versus.alternatives.iter().filter_map(|s| Some((s, s.difference.as_ref()?)));
    let rows = others.flat_map(|(own, difference)| of_difference(&own.name, first, difference));
    let keys = ["alternative", "less", "measure", "of", "statistic"];
    table("differences.csv", &header(&keys), rows)
}

/// Statistics of the difference on the same future, and differences of statistics.
fn of_difference(own: &str, first: &str, difference: &Difference) -> Vec<Vec<String>> {
    let key = |measure: &str, of: &str, statistic: &str, e| {
        row(&[own, first, measure, of, statistic], cells(e))
    };
    let mut rows = vec![
        key("cheaper", "same_future", "probability", difference.cheaper),
        key("dearer", "same_future", "probability", difference.dearer),
    ];
    for m in &difference.measures {
        let measure = name(m.measure);
        let same = statistics(&m.same_future).into_iter();
        rows.extend(same.map(|(name, e)| key(&measure, "same_future", &name, e)));
        rows.extend(m.quantiles.iter().map(|q| {
            let name = format!("p{}", (100.0 * q.level).round());
            key(&measure, "distributions", &name, q.estimate)
        }));
        rows.push(key(&measure, "distributions", "cvar95", m.cvar95));
    }
    rows
}

fn cost_curves(versus: &Versus) -> Table {
    let rows = versus.alternatives.iter().flat_map(|s| {
        s.cost_curve.iter().map(|(cost, share)| vec![s.name.clone(), number(*cost), number(*share)])
    });
    table("cost_curves.csv", &["alternative", "cost_usd", "share_of_futures_below"], rows)
}
