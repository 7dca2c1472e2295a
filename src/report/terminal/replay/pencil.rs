//! One month recomputed stage by stage, in the order of settlement.

use super::wrap;
use crate::replay::{PriceSteps, Replay, ReplayedMonth, WorkloadShare};
use crate::settle::Stage;
use crate::words::usd_exact;

/// Width of a stage's name.
const NAME: usize = 15;

/// The arithmetic of a month.
pub(super) fn render(replay: &Replay, month: usize, width: usize) -> String {
    let m = &replay.months[month - 1];
    let before = month.checked_sub(2).map(|t| &replay.months[t]);
    let mut out = format!("Month {month} with a pencil, stage by stage\n");
    for stage in Stage::ORDER {
        let text = match stage {
            Stage::List => {
                let on_demand = format!("on demand {}", digits(m.on_demand_price.list));
                committed(m, on_demand, |p| digits(p.list))
            }
            Stage::Cap => moved(replay, stage, m, |p| (p.list, p.capped)),
            Stage::Discount => moved(replay, stage, m, |p| (p.capped, p.paid)),
            Stage::Quantity => quantity(replay, m, before),
            Stage::Use => used(m),
            Stage::Bill => charges(m),
            Stage::Prepaid => prepaid(replay, m),
            Stage::Rebate => added(replay, stage, m, rebated),
            Stage::Credit => added(replay, stage, m, |m| credited(m, before)),
            Stage::Grant => added(replay, stage, m, due),
            Stage::Shortfall => added(replay, stage, m, counted),
        };
        entry(&mut out, stage.title(), &text, width);
    }
    entry(&mut out, "sum", &sum(m), width);
    entry(&mut out, "present value", &present(m), width);
    out
}

/// A line with a hanging indent.
fn entry(out: &mut String, name: &str, text: &str, width: usize) {
    for (i, line) in wrap(text, width - NAME).lines().enumerate() {
        let name = if i == 0 { name } else { "" };
        out.push_str(format!("{name:<NAME$}{line}").trim_end());
        out.push('\n');
    }
}

/// Twelve digits, enough for cents in a hundred millions.
pub(super) fn digits(x: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        return format!("{x}");
    }
    let decimals = (11 - x.abs().log10().floor() as i32).clamp(0, 18) as usize;
    let text = format!("{x:.decimals$}");
    if decimals == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
}

fn committed(m: &ReplayedMonth, text: String, of: impl Fn(&PriceSteps) -> String) -> String {
    match &m.committed_price {
        Some(price) => format!("{text}; committed {}", of(price)),
        None => text,
    }
}

/// Clauses of a stage in words.
fn acting(replay: &Replay, stage: Stage, m: &ReplayedMonth) -> Vec<String> {
    let acts = |stages: &[String]| stages.iter().any(|title| title == stage.title());
    let in_force = m.phase.starts_with("term");
    let clauses = replay.clauses.iter().filter(|c| in_force && acts(&c.stages));
    clauses.map(|c| c.text.clone()).collect()
}

/// Prices before and after a stage.
fn moved(
    replay: &Replay,
    stage: Stage,
    m: &ReplayedMonth,
    of: impl Fn(&PriceSteps) -> (f64, f64),
) -> String {
    let clauses = acting(replay, stage, m);
    if clauses.is_empty() {
        return "no clause".into();
    }
    let step = |(before, after): (f64, f64)| {
        if before == after {
            format!("stays {}", digits(after))
        } else {
            format!("{} -> {}", digits(before), digits(after))
        }
    };
    let prices =
        committed(m, format!("on demand {}", step(of(&m.on_demand_price))), |p| step(of(p)));
    format!("{prices} ({})", clauses.join("; "))
}

/// What was known when the month opened, where something could be decided on it.
fn known(replay: &Replay, before: Option<&ReplayedMonth>) -> String {
    let decides = replay.clauses.iter().any(|clause| clause.text.contains("exercised"));
    let Some(before) = before.filter(|before| decides && before.reserved > 0.0) else {
        return String::new();
    };
    format!(
        "; known as it opens: load {} with {} reserved in the month before, {} per unit, {} of them used",
        digits(before.load),
        digits(before.reserved),
        digits(before.load / before.reserved),
        digits(before.served / before.reserved)
    )
}

/// What policies held against their triggers.
fn looked_at(m: &ReplayedMonth) -> String {
    let words = m.looked_at.iter().filter_map(|look| {
        let (clause, side, trigger) = (&look.clause, &look.side, digits(look.trigger));
        Some(format!("; {clause} exercises {side} {trigger}, it is {}", digits(look.signal?)))
    });
    words.collect()
}

fn quantity(replay: &Replay, m: &ReplayedMonth, before: Option<&ReplayedMonth>) -> String {
    let clauses = acting(replay, Stage::Quantity, m);
    let by = if clauses.is_empty() { String::new() } else { format!(" ({})", clauses.join("; ")) };
    let exercised = match m.exercised.as_slice() {
        [] => String::new(),
        kinds => format!("; exercised now: {}", kinds.join(", ")),
    };
    format!(
        "{} signed, {} reserved{by}, {} switched on{}{}{exercised}",
        digits(replay.units),
        digits(m.reserved),
        digits(m.deployed),
        known(replay, before),
        looked_at(m)
    )
}

/// What each workload has of the load, where that is not the same on every path.
fn shares(m: &ReplayedMonth) -> String {
    let one = |part: &WorkloadShare| {
        let (share, load) = (digits(part.share), digits(part.share * m.load));
        format!("{} {} * {share} = {load}", part.workload, digits(m.load))
    };
    let all: Vec<String> = m.mix.iter().map(one).collect();
    if all.is_empty() { String::new() } else { format!(" ({})", all.join(", ")) }
}

fn used(m: &ReplayedMonth) -> String {
    let (overflow, shares) = (m.spilled + m.rejected, shares(m));
    if m.deployed == 0.0 || m.load == 0.0 {
        return format!("load {}{shares}, all of it overflow", digits(m.load));
    }
    format!(
        "load {}{shares}; {} / {} = {} times the load is on, and a share of {} of the load lies \
         above that in the month's hours{}; overflow {} * {} = {}, served {} - {} = {}",
        digits(m.load),
        digits(m.deployed),
        digits(m.load),
        digits(m.deployed / m.load),
        digits(m.overflow_share),
        if m.mix.is_empty() { "" } else { ", in which these add up" },
        digits(m.load),
        digits(m.overflow_share),
        digits(overflow),
        digits(m.load),
        digits(overflow),
        digits(m.served),
    )
}

fn charges(m: &ReplayedMonth) -> String {
    let mut lines = Vec::new();
    if let Some(price) = m.committed_average.filter(|_| m.reserved > 0.0) {
        lines.push(product("fee", m.reserved, price, m.fee));
    }
    let beyond = (m.deployed - m.reserved).max(0.0);
    let price = m.hourly_price.unwrap_or(0.0);
    let overflow = m.hourly - beyond * price;
    if beyond > 0.0 {
        lines.push(product("hourly units beyond the reserved ones", beyond, price, beyond * price));
    }
    if overflow.abs() > 1e-9 * m.hourly.abs() {
        lines.push(product("hourly units for overflow", m.spilled, m.overflow_price, overflow));
    }
    if m.on_demand != 0.0 {
        lines.push(product("on demand", m.spilled, m.overflow_price, m.on_demand));
    }
    if m.shortage != 0.0 {
        lines.push(product("shortage", m.rejected, m.overflow_price, m.shortage));
    }
    if m.termination != 0.0 {
        lines.push(format!("termination {}", usd_exact(m.termination)));
    }
    if m.apart != 0.0 {
        lines.push(format!("apart from the units {}", usd_exact(m.apart)));
    }
    if lines.is_empty() { "nothing".into() } else { lines.join("; ") }
}

fn product(name: &str, quantity: f64, price: f64, amount: f64) -> String {
    format!("{name} {} * {} = {}", digits(quantity), digits(price), usd_exact(amount))
}

/// What clauses add in a stage, and the figures that decide it.
fn added(
    replay: &Replay,
    stage: Stage,
    m: &ReplayedMonth,
    figures: impl Fn(&ReplayedMonth) -> String,
) -> String {
    // A credit can be settled in the month after the end.
    let in_force = m.phase.starts_with("term") || m.phase == "ended";
    let clauses = replay.clauses.iter().zip(&m.added_by_clause);
    let acting = clauses.filter(|(c, _)| in_force && c.stages.iter().any(|s| s == stage.title()));
    let all: Vec<String> =
        acting.map(|(c, amount)| format!("{} ({})", usd_exact(*amount), c.text)).collect();
    if all.is_empty() {
        return "no clause".into();
    }
    format!("{}; {}", all.join("; "), figures(m))
}

/// What the month pays ahead, or what was paid ahead for it.
fn prepaid(replay: &Replay, m: &ReplayedMonth) -> String {
    let clauses = acting(replay, Stage::Prepaid, m);
    if clauses.is_empty() {
        return "no clause".into();
    }
    let what = if m.prepaid < 0.0 { "paid before" } else { "for later months" };
    format!("{what} {} ({})", usd_exact(m.prepaid), clauses.join("; "))
}

fn rebated(m: &ReplayedMonth) -> String {
    format!("on demand {}, {} USD", digits(m.spilled), usd_exact(m.on_demand))
}

fn credited(m: &ReplayedMonth, before: Option<&ReplayedMonth>) -> String {
    let use_of = |name: &str, m: &ReplayedMonth| {
        format!(
            "{name}: {} / {} = {} used, fee {}",
            digits(m.served),
            digits(m.deployed),
            digits(m.served / m.deployed),
            usd_exact(m.fee)
        )
    };
    let months = before.filter(|b| b.deployed > 0.0).map(|b| use_of("the month before", b));
    let months = months.into_iter().chain((m.deployed > 0.0).then(|| use_of("this month", m)));
    months.collect::<Vec<_>>().join("; ")
}

fn due(m: &ReplayedMonth) -> String {
    let due = m.fee + m.prepaid + m.hourly + m.on_demand + m.rebate + m.credit;
    format!("due after rebates and credits: {}", usd_exact(due))
}

fn counted(m: &ReplayedMonth) -> String {
    let commitment = m.fee + m.prepaid + m.hourly;
    let on_demand = m.on_demand + m.rebate;
    format!(
        "this month: fees and hourly units {}, on demand {}, paid by credits and grants {}",
        usd_exact(commitment),
        usd_exact(on_demand),
        usd_exact(0.0 - m.credit - m.granted)
    )
}

fn sum(m: &ReplayedMonth) -> String {
    let charges = [m.fee, m.hourly, m.on_demand, m.rebate, m.shortage, m.termination];
    let added = [m.prepaid, m.credit, m.granted, m.shortfall, m.apart];
    let lines = charges.into_iter().chain(added);
    let parts: Vec<String> = lines.filter(|x| *x != 0.0).map(usd_exact).collect();
    let parts = if parts.is_empty() { "0.00".into() } else { parts.join(" + ") };
    format!("{} = {} USD", parts.replace("+ -", "- "), usd_exact(m.bill))
}

fn present(m: &ReplayedMonth) -> String {
    format!(
        "{} * {} = {} USD",
        usd_exact(m.bill),
        digits(m.discount_factor),
        usd_exact(m.present_value)
    )
}
