//! Studies against each other as CSV tables.

use super::{Table, cells, header, name, number, row, statistics, table, warnings};
use crate::results::versus::{Difference, StudyResult, Versus};
use crate::stats::Estimate;

/// Names of the files of [`render`], in its order.
pub const FILES: [&str; 4] = ["studies.csv", "differences.csv", "cost_curves.csv", "warnings.csv"];

/// All tables: the studies, what they cost more or less than the first, cost curves, warnings.
#[must_use]
pub fn render(versus: &Versus) -> Vec<Table> {
    vec![studies(versus), differences(versus), cost_curves(versus), warnings(&versus.warnings)]
}

fn studies(versus: &Versus) -> Table {
    let rows = versus.studies.iter().flat_map(of_study);
    table("studies.csv", &header(&["study", "strategy", "units", "measure", "statistic"]), rows)
}

fn of_study(study: &StudyResult) -> Vec<Vec<String>> {
    let units = number(study.units);
    let key = |measure: &str, statistic: &str, e| {
        row(&[&study.name, &study.strategy, &units, measure, statistic], cells(e))
    };
    let mut rows = vec![
        key("beats_on_demand", "probability", study.beats_on_demand),
        key("best_given_sampling", "probability", Estimate::exact(study.best_probability)),
    ];
    rows.extend(study.over_budget.map(|e| key("over_budget", "probability", e)));
    for m in &study.measures {
        let measure = name(m.measure);
        rows.extend(statistics(&m.summary).into_iter().map(|(name, e)| key(&measure, &name, e)));
    }
    rows
}

fn differences(versus: &Versus) -> Table {
    let first = &versus.first().name;
    let others = versus.studies.iter().filter_map(|s| Some((s, s.difference.as_ref()?)));
    let rows = others.flat_map(|(study, difference)| of_difference(&study.name, first, difference));
    let keys = ["study", "less", "measure", "of", "statistic"];
    table("differences.csv", &header(&keys), rows)
}

/// Statistics of the difference on the same future, and differences of statistics.
fn of_difference(study: &str, first: &str, difference: &Difference) -> Vec<Vec<String>> {
    let key = |measure: &str, of: &str, statistic: &str, e| {
        row(&[study, first, measure, of, statistic], cells(e))
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
    let rows = versus.studies.iter().flat_map(|s| {
        s.cost_curve.iter().map(|(cost, share)| vec![s.name.clone(), number(*cost), number(*share)])
    });
    table("cost_curves.csv", &["study", "cost_usd", "share_of_futures_below"], rows)
}
