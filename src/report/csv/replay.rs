//! A replayed path: one row per month at full precision.

use super::{Table, number, table};
use crate::replay::{PriceSteps, Replay, ReplayedMonth};

/// The months of a path.
#[must_use]
pub fn replay(replay: &Replay) -> Table {
    let clauses = replay.clauses.iter().enumerate();
    let added: Vec<String> =
        clauses.map(|(i, c)| format!("added_{}_{}_usd", i + 1, c.kind)).collect();
    let mix = replay.months.first().map_or(&[][..], |month| &month.mix);
    let shares: Vec<String> = mix.iter().map(|part| format!("share_{}", part.workload)).collect();
    let more = added.iter().chain(&shares).map(String::as_str);
    let header: Vec<&str> = COLUMNS.into_iter().chain(more).collect();
    table("replay.csv", &header, replay.months.iter().map(row))
}

/// The columns that every contract has; what each clause adds to the bill follows, and the workloads'
/// shares of the load where they differ from path to path.
const COLUMNS: [&str; 40] = [
    "month",
    "date",
    "phase",
    "exercised",
    "load_units",
    "reserved_units",
    "deployed_units",
    "overflow_share",
    "served_units",
    "spilled_units",
    "rejected_units",
    "on_demand_list_usd",
    "on_demand_capped_usd",
    "on_demand_paid_usd",
    "committed_list_usd",
    "committed_capped_usd",
    "committed_paid_usd",
    "committed_average_usd",
    "hourly_price_usd",
    "overflow_price_usd",
    "fee_usd",
    "hourly_usd",
    "on_demand_usd",
    "rebate_usd",
    "shortage_usd",
    "termination_usd",
    "prepaid_usd",
    "credit_usd",
    "granted_usd",
    "shortfall_usd",
    "apart_usd",
    "bill_usd",
    "cumulated_usd",
    "unallocated_usd",
    "idle_usd",
    "waste_usd",
    "discount_factor",
    "present_value_usd",
    "utilization",
    "load_on_demand_usd",
];

fn row(m: &ReplayedMonth) -> Vec<String> {
    let steps = |price: PriceSteps| [price.list, price.capped, price.paid].map(number);
    let utilization = if m.deployed > 0.0 { number(m.served / m.deployed) } else { String::new() };
    let mut cells = vec![m.month.to_string(), m.date.clone().unwrap_or_default(), m.phase.clone()];
    cells.push(m.exercised.join("+"));
    cells.extend(
        [m.load, m.reserved, m.deployed, m.overflow_share, m.served, m.spilled, m.rejected]
            .map(number),
    );
    cells.extend(steps(m.on_demand_price));
    cells.extend(m.committed_price.map_or_else(Default::default, steps));
    let optional = |price: Option<f64>| price.map_or_else(String::new, number);
    cells.extend([m.committed_average, m.hourly_price].map(optional));
    cells.push(number(m.overflow_price));
    cells.extend([m.fee, m.hourly, m.on_demand, m.rebate, m.shortage, m.termination].map(number));
    cells.extend([m.prepaid, m.credit, m.granted, m.shortfall, m.apart, m.bill].map(number));
    cells.extend([m.cumulated, m.unallocated, m.idle, m.unallocated + m.idle].map(number));
    cells.extend([m.discount_factor, m.present_value].map(number));
    cells.push(utilization);
    cells.extend([m.load * m.on_demand_price.list].map(number));
    cells.extend(m.added_by_clause.iter().copied().map(number));
    cells.extend(m.mix.iter().map(|part| number(part.share)));
    cells
}
