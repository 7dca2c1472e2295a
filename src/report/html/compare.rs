//! The strategies side by side, and when a commitment pays.

use super::text::{NONE, amount, escape, percent, share_error, units, usd, usd_error};
use super::{View, section, table};
use crate::measure::{Measure, MeasureUnit};
use crate::results::StrategyResult;
use crate::stats::Estimate;

pub(super) fn render(view: &View<'_>) -> String {
    // The recommended one first: a phone shows two columns.
    let mut all: Vec<&StrategyResult> = view.results.strategies.iter().collect();
    all.sort_by_key(|s| s.strategy != view.chosen.strategy);
    let mut head = vec![String::new()];
    head.extend(all.iter().map(|s| column_head(s, view)));
    let rows: Vec<Vec<String>> =
        rows(view, &all).into_iter().filter(|r| r[1..].iter().any(|c| c != NONE)).collect();
    let heads: Vec<&str> = head.iter().map(String::as_str).collect();
    let lead = "On the same futures. &plusmn; is the standard error of the simulation: more paths make it smaller. \
                The spread of the futures themselves is in P50, P90 and CVaR 95.";
    let body = table::plain("compare", &heads, &rows) + &pays(view);
    section("strategies", "Strategies side by side", lead, &body)
}

fn column_head(s: &StrategyResult, view: &View<'_>) -> String {
    let advised = s.strategy == view.chosen.strategy && view.meets();
    let word = if view.results.answer.units_given { "given" } else { "recommended" };
    let badge =
        if advised { format!(" <span class=\"badge\">{word}</span>") } else { String::new() };
    format!("{}{badge}", escape(&s.title))
}

type Cell<'a> = Box<dyn Fn(&StrategyResult) -> String + 'a>;

fn rows(view: &View<'_>, all: &[&StrategyResult]) -> Vec<Vec<String>> {
    let unit = view.unit();
    let commits = |s: &StrategyResult| s.units > 0.0;
    let of_commitment = move |of: fn(&StrategyResult) -> Option<Estimate>, unit: MeasureUnit| {
        move |s: &StrategyResult| if commits(s) { cell(of(s), unit) } else { NONE.into() }
    };
    let (usd_of, share_of) = (MeasureUnit::Usd, MeasureUnit::Share);
    let list: Vec<(&str, Cell<'_>)> = vec![
        (
            "Commitment",
            Box::new(move |s| if commits(s) { amount(s.units, &unit) } else { NONE.into() }),
        ),
        ("Mean cost", Box::new(move |s| cell(Some(s.measure(Measure::Cost).mean), usd_of))),
        ("Mean present value", Box::new(|s| discounted(s, view.results.facts.discount_rate))),
        ("P50 cost: half of the futures cost less", Box::new(|s| quantile(s, 0.5))),
        ("P90 cost: 90 of 100 futures cost less", Box::new(|s| quantile(s, 0.9))),
        (
            "CVaR 95: mean of the dearest 5 of 100",
            Box::new(|s| cell(s.measure(Measure::Cost).cvar95, MeasureUnit::Usd)),
        ),
        ("Mean saving", Box::new(of_commitment(|s| Some(s.measure(Measure::Saving).mean), usd_of))),
        (
            "Effective savings rate",
            Box::new(of_commitment(
                |s| Some(s.measure(Measure::EffectiveSavingsRate).mean),
                share_of,
            )),
        ),
        (
            "Chance to beat on-demand",
            Box::new(of_commitment(|s| Some(s.beats_on_demand), share_of)),
        ),
        ("Waste, mean", Box::new(of_commitment(|s| Some(s.measure(Measure::Waste).mean), usd_of))),
        (
            "Overflow spend, mean",
            Box::new(move |s| cell(Some(s.measure(Measure::OverflowSpend).mean), usd_of)),
        ),
        (
            "Utilization, mean",
            Box::new(of_commitment(|s| Some(s.measure(Measure::Utilization).mean), share_of)),
        ),
        (
            "Coverage, mean",
            Box::new(of_commitment(|s| Some(s.measure(Measure::Coverage).mean), share_of)),
        ),
        ("Rejected share, mean", Box::new(rejected)),
        ("Chance to exceed the budget", Box::new(|s| cell(s.over_budget, MeasureUnit::Share))),
        (
            "Overspend, mean",
            Box::new(|s| {
                cell(s.over_budget.map(|_| s.measure(Measure::Overspend).mean), MeasureUnit::Usd)
            }),
        ),
    ];
    let row = |(name, of): (&str, Cell<'_>)| {
        let cells = all.iter().map(|s| of(s));
        std::iter::once(escape(name)).chain(cells).collect()
    };
    list.into_iter().map(row).collect()
}

/// A value with its standard error.
fn cell(estimate: Option<Estimate>, unit: MeasureUnit) -> String {
    let Some(e) = estimate.filter(|e| e.value.is_finite()) else { return NONE.into() };
    let (value, error) = match unit {
        MeasureUnit::Usd => (usd(e.value), escape(&usd_error(e.standard_error))),
        MeasureUnit::Share => (escape(&percent(e.value)), escape(&share_error(e.standard_error))),
    };
    format!("{value} <small>&plusmn; {error}</small>")
}

fn quantile(s: &StrategyResult, level: f64) -> String {
    cell(s.measure(Measure::Cost).quantile(level), MeasureUnit::Usd)
}

fn discounted(s: &StrategyResult, rate: f64) -> String {
    if rate == 0.0 {
        NONE.into()
    } else {
        cell(Some(s.measure(Measure::PresentValue).mean), MeasureUnit::Usd)
    }
}

/// Demand that is not met is rare: the row is there only if some strategy rejects.
fn rejected(s: &StrategyResult) -> String {
    let share = s.measure(Measure::RejectedShare).mean;
    if share.value > 0.0 { cell(Some(share), MeasureUnit::Share) } else { NONE.into() }
}

/// When a commitment pays, the vendor's way out, and the vendor's own sizing.
fn pays(view: &View<'_>) -> String {
    let lines = [break_even(view), paid_off(view), refund(view), vendor(view)];
    let item = |line: String| format!("<li>{line}</li>\n");
    let items: String = lines.into_iter().flatten().map(item).collect();
    format!("<ul class=\"notes\">\n{items}</ul>\n")
}

fn break_even(view: &View<'_>) -> Option<String> {
    let b = &view.results.break_even;
    let unit = escape(&view.unit());
    let share = b.utilization_over_term;
    share.is_finite().then(|| {
        if share <= 1.0 {
            format!(
                "Committed capacity ({unit}) pays above <b>{}</b> utilization over the contract at mean prices; at the first month's prices above {}.",
                escape(&percent(share)),
                escape(&percent(b.utilization_first_month))
            )
        } else {
            let price = escape(&percent(share));
            let start = format!("Committed capacity ({unit})");
            if view.results.answer.pays_all_the_same() {
                format!("{start} by itself costs <b>{price}</b> of what its tokens cost on demand: what pays is what signing changes besides.")
            } else {
                format!("{start} never pays: it costs <b>{price}</b> of what its tokens cost on demand.")
            }
        }
    })
}

fn paid_off(view: &View<'_>) -> Option<String> {
    let months = &view.results.break_even.months;
    let own =
        months.iter().find(|m| m.strategy == view.chosen.strategy).filter(|_| view.commits())?;
    Some(match own.month {
        Some(1) => "Its mean cumulated cost is below on-demand from the first month on.".into(),
        Some(month) => {
            format!("Its mean cumulated cost stays below on-demand from month {month} on.")
        }
        None => "Its mean cumulated cost never stays below on-demand.".into(),
    })
}

fn refund(view: &View<'_>) -> Option<String> {
    let r = view.results.refund.as_ref()?;
    let exit = match r.full_exit_after_month {
        Some(0) => "all of it can be canceled from the start".to_owned(),
        Some(month) => format!("all that remains can be canceled from month {} on", month + 1),
        None => "never all that remains".to_owned(),
    };
    Some(format!(
        "The way out, not in the costs: the refund rule lets you cancel {} in 12 months, of {} at full fees; {exit}.",
        usd(r.limit_usd),
        usd(r.commitment_usd)
    ))
}

fn vendor(view: &View<'_>) -> Option<String> {
    let v = view.results.facts.vendor_sizing.as_ref()?;
    Some(format!(
        "For comparison: the vendor's formula buys {} for the 95% hour of today's load and {} for its peak.",
        units(v.p95_units),
        amount(v.peak_units, &view.unit())
    ))
}
