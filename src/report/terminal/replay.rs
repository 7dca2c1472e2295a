//! A replayed path: its months, and the arithmetic of one of them.

mod pencil;

use super::Style;
use super::layout::{Align, Grid, wrap};
use crate::replay::{Replay, ReplayedMonth};
use crate::words::{count, percent, unit_month, units, usd_exact};

/// The path as text; `month`, from 1, is recomputed step by step.
///
/// # Panics
/// If the path has no such month.
#[must_use]
pub fn render(replay: &Replay, month: usize, style: Style) -> String {
    let width = style.width.clamp(60, 120);
    let mut parts = vec![wrap(&heading(replay), width) + "\n"];
    parts.extend(drawn(replay).map(|text| wrap(&text, width) + "\n"));
    for (title, columns) in
        [("Load and capacity", capacity(replay)), ("Prices", prices()), ("Bill", bill())]
    {
        let unit = match title {
            "Load and capacity" => format!("{} in use over the month", replay.unit),
            "Prices" => format!("USD per {}", unit_month(&replay.unit)),
            _ => "USD".into(),
        };
        parts.push(format!("{title}, {unit}\n{}", table(replay, columns)));
    }
    parts.push(wrap(&checks(replay), width) + "\n");
    parts.push(pencil::render(replay, month, width));
    parts.join("\n")
}

fn heading(replay: &Replay) -> String {
    let run = &replay.run;
    let chosen = replay.quantile.map_or_else(String::new, |level| {
        let level = format!("{:.6}", 100.0 * level);
        format!(
            ", the future at P{} of the cost",
            level.trim_end_matches('0').trim_end_matches('.')
        )
    });
    let title = if replay.title.is_empty() { "Study" } else { &replay.title };
    format!(
        "{title}: path {} of {} ({}, seed {}){chosen}. {}: {} USD, {} in present value.",
        count(replay.path),
        count(run.paths),
        run.sampler,
        run.seed,
        signed(replay),
        usd_exact(replay.totals.cost),
        usd_exact(replay.totals.present_value),
    )
}

fn signed(replay: &Replay) -> String {
    if replay.units > 0.0 {
        format!("{} with {} {}", replay.strategy_title, units(replay.units), replay.unit)
    } else {
        format!("{}, nothing signed", replay.strategy_title)
    }
}

/// What the path drew once for all months.
fn drawn(replay: &Replay) -> Option<String> {
    let drawn = replay.parameters.iter().filter(|p| p.uncertain);
    let all: Vec<String> =
        drawn.map(|p| format!("{} = {}", p.name, pencil::digits(p.value))).collect();
    (!all.is_empty()).then(|| format!("Drawn for this path: {}.", all.join(", ")))
}

/// A column of a table: its name, and its cell in a month.
struct Column {
    name: &'static str,
    cell: fn(&ReplayedMonth) -> String,
    /// Its cell below the months.
    total: fn(&Replay) -> String,
    /// Whether a month makes the column worth showing; a column is left out where none does.
    tells: fn(&ReplayedMonth) -> bool,
}

impl Column {
    fn new(name: &'static str, cell: fn(&ReplayedMonth) -> String) -> Self {
        Self { name, cell, total: |_| String::new(), tells: |_| true }
    }

    fn total(self, total: fn(&Replay) -> String) -> Self {
        Self { total, ..self }
    }

    fn where_(self, tells: fn(&ReplayedMonth) -> bool) -> Self {
        Self { tells, ..self }
    }
}

/// The months of a path in some columns, with totals where any are.
fn table(replay: &Replay, columns: Vec<Column>) -> String {
    let shown: Vec<Column> =
        columns.into_iter().filter(|c| replay.months.iter().any(c.tells)).collect();
    let mut head = vec![("month", Align::Left)];
    head.extend(shown.iter().map(|c| (c.name, Align::Right)));
    let mut grid = Grid::new(&head);
    for m in &replay.months {
        let date = m.date.as_ref().map_or_else(String::new, |d| format!(" {d}"));
        let mut row = vec![format!("{:>2}{date}", m.month)];
        row.extend(shown.iter().map(|c| (c.cell)(m)));
        grid.row(row);
    }
    let totals: Vec<String> = shown.iter().map(|c| (c.total)(replay)).collect();
    if totals.iter().any(|cell| !cell.is_empty()) {
        grid.row(["all".to_owned()].into_iter().chain(totals).collect());
    }
    grid.render()
}

fn quantity(x: f64) -> String {
    format!("{x:.4}")
}

fn capacity(replay: &Replay) -> Vec<Column> {
    let mut columns = vec![
        Column::new("load", |m| quantity(m.load)).total(|r| quantity(r.totals.load)),
        Column::new("exercised", |m| m.exercised.join(", ")).where_(|m| !m.exercised.is_empty()),
        Column::new("reserved", |m| quantity(m.reserved)),
        Column::new("switched on", |m| quantity(m.deployed)),
        Column::new("served", |m| quantity(m.served)).total(|r| quantity(r.totals.served)),
        Column::new("spilled", |m| quantity(m.spilled)).total(|r| quantity(r.totals.spilled)),
        Column::new("rejected", |m| quantity(m.rejected))
            .total(|r| quantity(r.totals.rejected))
            .where_(|m| m.rejected > 0.0),
        Column::new("overflow", |m| percent(m.overflow_share)),
        Column::new("used", |m| {
            if m.deployed > 0.0 { percent(m.served / m.deployed) } else { String::new() }
        })
        .where_(|m| m.deployed > 0.0),
    ];
    if replay.months.iter().any(|m| m.phase != replay.months[0].phase) {
        columns.insert(0, Column::new("contract", |m| m.phase.clone()));
    }
    columns
}

fn committed(m: &ReplayedMonth, of: fn(&crate::replay::PriceSteps) -> f64) -> String {
    m.committed_price.as_ref().map_or_else(String::new, |price| usd_exact(of(price)))
}

fn prices() -> Vec<Column> {
    vec![
        Column::new("on demand, list", |m| usd_exact(m.on_demand_price.list)),
        Column::new("capped", |m| usd_exact(m.on_demand_price.capped))
            .where_(|m| m.on_demand_price.capped != m.on_demand_price.list),
        Column::new("paid", |m| usd_exact(m.on_demand_price.paid))
            .where_(|m| m.on_demand_price.paid != m.on_demand_price.list),
        Column::new("committed, list", |m| committed(m, |p| p.list))
            .where_(|m| m.committed_price.is_some()),
        Column::new("capped", |m| committed(m, |p| p.capped))
            .where_(|m| m.committed_price.is_some_and(|p| p.capped != p.list)),
        Column::new("paid", |m| committed(m, |p| p.paid))
            .where_(|m| m.committed_price.is_some_and(|p| p.paid != p.list)),
        Column::new("average", |m| m.committed_average.map_or_else(String::new, usd_exact))
            .where_(|m| m.committed_average != m.committed_price.map(|p| p.paid)),
        Column::new("hourly", |m| m.hourly_price.map_or_else(String::new, usd_exact))
            .where_(|m| m.hourly != 0.0),
        Column::new("overflow", |m| usd_exact(m.overflow_price)),
        Column::new("load's tokens at list, USD", |m| usd_exact(m.load * m.on_demand_price.list)),
    ]
}

fn bill() -> Vec<Column> {
    vec![
        Column::new("fee", |m| usd_exact(m.fee))
            .total(|r| usd_exact(r.totals.fee))
            .where_(|m| m.fee != 0.0),
        Column::new("hourly units", |m| usd_exact(m.hourly))
            .total(|r| usd_exact(r.totals.hourly))
            .where_(|m| m.hourly != 0.0),
        Column::new("on demand", |m| usd_exact(m.on_demand))
            .total(|r| usd_exact(r.totals.on_demand))
            .where_(|m| m.on_demand != 0.0),
        Column::new("rebates", |m| usd_exact(m.rebate))
            .total(|r| usd_exact(r.totals.rebate))
            .where_(|m| m.rebate != 0.0),
        Column::new("shortage", |m| usd_exact(m.shortage))
            .total(|r| usd_exact(r.totals.shortage))
            .where_(|m| m.shortage != 0.0),
        Column::new("termination", |m| usd_exact(m.termination))
            .total(|r| usd_exact(r.totals.termination))
            .where_(|m| m.termination != 0.0),
        Column::new("prepaid", |m| usd_exact(m.prepaid))
            .total(|r| usd_exact(r.totals.prepaid))
            .where_(|m| m.prepaid != 0.0),
        Column::new("credits", |m| usd_exact(m.credit))
            .total(|r| usd_exact(r.totals.credit))
            .where_(|m| m.credit != 0.0),
        Column::new("grant", |m| usd_exact(m.granted))
            .total(|r| usd_exact(r.totals.granted))
            .where_(|m| m.granted != 0.0),
        Column::new("shortfall", |m| usd_exact(m.shortfall))
            .total(|r| usd_exact(r.totals.shortfall))
            .where_(|m| m.shortfall != 0.0),
        Column::new("apart", |m| usd_exact(m.apart))
            .total(|r| usd_exact(r.totals.apart))
            .where_(|m| m.apart != 0.0),
        Column::new("bill", |m| usd_exact(m.bill)).total(|r| usd_exact(r.totals.cost)),
        Column::new("cumulated", |m| usd_exact(m.cumulated)),
        Column::new("waste", |m| usd_exact(m.unallocated + m.idle))
            .total(|r| usd_exact(r.totals.waste))
            .where_(|m| m.deployed > 0.0),
        Column::new("discount", |m| format!("{:.6}", m.discount_factor))
            .where_(|m| m.discount_factor != 1.0),
        Column::new("present value", |m| usd_exact(m.present_value))
            .total(|r| usd_exact(r.totals.present_value))
            .where_(|m| m.discount_factor != 1.0),
    ]
}

fn checks(replay: &Replay) -> String {
    let checks = &replay.checks;
    let small = |x: f64| if x == 0.0 { "0".to_owned() } else { format!("{x:.0e}") };
    format!(
        "Checked, with the largest difference of any month: quantities times prices, with what clauses \
         add, make the bill ({} USD); the bills make the cost ({} USD); served, spilled and rejected \
         make the load ({} {}). Columns that would say nothing are left out here; --csv and \
         --json have all.",
        small(checks.bill),
        small(checks.cost),
        small(checks.load),
        replay.unit
    )
}
