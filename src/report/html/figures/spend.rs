//! The bills of the recommended strategy, month by month, against on-demand.

use super::{Figure, at, keyed, time};
use crate::report::html::View;
use crate::report::html::table::Data;
use crate::report::html::text::{escape, usd};
use crate::report::svg::{Axis, Chart, Hit, Shape, Ticks, hits, range, rounded};
use crate::results::{MonthResult, Summary};

pub(super) fn figure(view: &View<'_>) -> Figure {
    let months = &view.results.months;
    let own = |m: &MonthResult| spend(m, &view.chosen.strategy).cloned();
    let on_demand = |m: &MonthResult| spend(m, "on_demand").map_or(f64::NAN, |s| at(s, 0.5));
    let mut marks: Vec<_> = time::fan(months, |m| spend(m, &view.chosen.strategy)).into();
    if view.commits() {
        let points = months.iter().map(|m| (m.month as f64, on_demand(m))).collect();
        marks.push(keyed("ln s-od", Shape::Line(points), "on-demand, median"));
    }
    let share = view.results.facts.budget_usd.map(|b| b / months.len().max(1) as f64);
    if let Some(share) = share {
        marks.push(keyed("ln limit", Shape::Level(share), "budget, a month's share"));
    }
    let tops = months.iter().flat_map(|m| {
        let top = own(m).map_or(f64::NAN, |s| at(&s, 0.95));
        [top, on_demand(m)]
    });
    let low = months.iter().filter_map(own).map(|s| at(&s, 0.05)).fold(0.0, f64::min);
    let caption = caption(view, share);
    let chart = Chart {
        id: "spend".into(),
        title: format!("{}: bills month by month", view.chosen.title),
        description: caption.clone(),
        x: time::axis(months),
        y: Axis {
            title: "bill of the month".into(),
            range: rounded((low, range(tops.chain(share).chain([0.0])).1), 5),
            ticks: Ticks::Money,
        },
        marks,
        ends: Vec::new(),
        hits: pointers(view),
    };
    let note = "Bills in USD; ± is the standard error of the column before.".into();
    Figure { chart, caption: escape(&caption), data: data(view), note }
}

fn spend<'a>(month: &'a MonthResult, strategy: &str) -> Option<&'a Summary> {
    month.strategies.iter().find(|s| s.strategy == strategy).map(|s| &s.spend)
}

fn caption(view: &View<'_>, share: Option<f64>) -> String {
    let name = &view.chosen.title;
    let mut text = format!("What {} costs each month", name.to_lowercase());
    text.push_str(if view.commits() { ", beside the median of on-demand." } else { "." });
    if let Some(share) = share {
        text.push_str(&format!(" An even share of the budget is {} a month.", usd(share)));
    }
    text
}

fn pointers(view: &View<'_>) -> Vec<Hit> {
    let months = &view.results.months;
    if months.len() > time::MOST_HITS {
        return Vec::new();
    }
    let text = |m: &MonthResult| {
        let level = |p: f64| spend(m, &view.chosen.strategy).map_or(f64::NAN, |s| at(s, p));
        let bill = format!(
            "median {}, P5 {}, P95 {}",
            usd(level(0.5)),
            usd(level(0.05)),
            usd(level(0.95))
        );
        (m.month as f64, format!("{}: {bill}", time::name(m)))
    };
    hits(months.iter().map(text).collect())
}

fn data(view: &View<'_>) -> Data {
    let months = view.results.months.iter();
    let spends = |strategy: &str| -> Vec<Option<&Summary>> {
        view.results.months.iter().map(|m| spend(m, strategy)).collect()
    };
    let mut data = Data::new();
    data.column("Month", months.clone().map(time::name));
    data.summaries(&view.chosen.title, &spends(&view.chosen.strategy));
    if view.commits() {
        data.summaries(&view.on_demand().title, &spends("on_demand"));
        data.estimates("Waste, mean", months.clone().map(|m| view.in_month(m).map(|s| s.waste)));
        data.estimates(
            "Overflow, mean",
            months.map(|m| view.in_month(m).map(|s| s.overflow_spend)),
        );
    }
    data
}
