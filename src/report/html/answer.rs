//! The head of the page: title, sentence, tiles.

use super::text::{error_usd, escape, interval_percent, month_name, percent, units, usd};
use super::{View, band};
use crate::measure::Measure;
use crate::results::Sizing;
use crate::words::months;

pub(super) fn render(view: &View<'_>) -> String {
    let tiles: String = tiles(view).iter().map(Tile::render).collect();
    format!(
        "<header>\n<p class=\"kicker\">{}</p>\n<h1>{}</h1>\n</header>\n\
         <section id=\"answer\" aria-label=\"The answer\">\n{}<dl class=\"tiles\">\n{tiles}</dl>\n{}</section>\n",
        facts(view),
        escape(&view.title()),
        sentence(&view.results.answer.sentence),
        pointer(view.results.warnings.len()),
    )
}

/// Horizon and offer in a line.
fn facts(view: &View<'_>) -> String {
    let facts = &view.results.facts;
    let from = facts.start.as_ref().map_or(String::new(), |s| format!(" from {}", month_name(s)));
    let mut parts = vec![format!("{}{from}", months(facts.months))];
    parts.extend(facts.contract.first().cloned());
    parts.extend(facts.budget_usd.map(|b| format!("budget {}", usd(b))));
    let parts: Vec<String> = parts.iter().map(|p| format!("<span>{}</span>", escape(p))).collect();
    parts.join(" ")
}

/// The sentence; what to do stands out from what to expect of it.
fn sentence(text: &str) -> String {
    let (first, rest) = match text.split_once(". ") {
        Some((first, rest)) => (format!("{first}."), rest),
        None => (text.to_owned(), ""),
    };
    format!("<p class=\"sentence\"><strong>{}</strong> {}</p>\n", escape(&first), escape(rest))
}

/// Where to find the warnings.
fn pointer(warnings: usize) -> String {
    match warnings {
        0 => String::new(),
        1 => "<p class=\"pointer\"><a href=\"#careful\">One point to be careful about</a></p>\n"
            .into(),
        n => format!(
            "<p class=\"pointer\"><a href=\"#careful\">{n} points to be careful about</a></p>\n"
        ),
    }
}

/// A number with what it means and how sure it is; plain text.
pub(super) struct Tile {
    pub(super) label: String,
    pub(super) value: String,
    pub(super) says: String,
    pub(super) error: String,
}

impl Tile {
    pub(super) fn render(&self) -> String {
        format!(
            "<div><dt>{}</dt><dd><b>{}</b><span>{}</span><small>{}</small></dd></div>\n",
            escape(&self.label),
            escape(&self.value),
            escape(&self.says),
            escape(&self.error)
        )
    }
}

fn tiles(view: &View<'_>) -> Vec<Tile> {
    let mut tiles = vec![size(view), mean_cost(view), p90(view)];
    if view.commits() {
        tiles.push(beats(view));
        tiles.push(saving(view));
    } else {
        tiles.push(break_even(view));
    }
    tiles.extend(budget(view));
    if tiles.len() < 6 {
        tiles.push(bad_futures(view));
    }
    tiles
}

fn size(view: &View<'_>) -> Tile {
    let answer = &view.results.answer;
    if !view.meets() {
        return Tile {
            label: "Recommended".into(),
            value: "No size fits".into(),
            says: format!(
                "no commitment meets the condition; the numbers are those of {}",
                view.chosen.title.to_lowercase()
            ),
            error: String::new(),
        };
    }
    if !view.commits() {
        return Tile {
            label: "Recommended".into(),
            value: "No commitment".into(),
            says: "pay on demand for every token".into(),
            error: String::new(),
        };
    }
    let (says, error) = view.sizings().first().map_or_else(Default::default, |s| certainty(s));
    let label = if answer.units_given { "Size given" } else { "Recommended" };
    Tile {
        label: format!("{label}, {}", view.chosen.title.to_lowercase()),
        value: format!("{} {}", units(answer.units), view.unit()),
        says: if answer.units_given { format!("{}; {says}", best(view)) } else { says },
        error,
    }
}

/// The best size, where another is given.
fn best(view: &View<'_>) -> String {
    let best = view.sizings().first().map_or(view.chosen.units, |s| s.best_units);
    if best == view.chosen.units {
        "it is the best".into()
    } else {
        format!("the best is {}", units(best))
    }
}

/// Which sizes are about as good as the best, and how sure the best is.
fn certainty(sizing: &Sizing) -> (String, String) {
    let within = usd(sizing.tolerance_usd);
    let says = match band(sizing) {
        (low, high) if low == high => format!("no other size is within {within} of the best"),
        (low, high) => {
            format!("{} to {} cost at most {within} more than the best", units(low), units(high))
        }
    };
    let (low, high) = sizing.interval;
    let error = if low == high {
        "more paths would not move the best size (95% sure)".into()
    } else {
        format!(
            "more paths could move the best size within {} to {} (95% sure)",
            units(low),
            units(high)
        )
    };
    (says, error)
}

fn mean_cost(view: &View<'_>) -> Tile {
    let cost = view.chosen.measure(Measure::Cost).mean;
    Tile {
        label: "Mean cost".into(),
        value: usd(cost.value),
        says: format!(
            "all bills of {}, average over all futures",
            months(view.results.facts.months)
        ),
        error: error_usd(cost),
    }
}

fn p90(view: &View<'_>) -> Tile {
    let cost = view.results.answer.p90_cost;
    Tile {
        label: "P90 cost".into(),
        value: usd(cost.value),
        says: format!("cost is below {} in 90 of 100 futures", usd(cost.value)),
        error: error_usd(cost),
    }
}

fn beats(view: &View<'_>) -> Tile {
    let chance = view.results.answer.beats_on_demand.unwrap_or(view.chosen.beats_on_demand);
    Tile {
        label: "Chance to beat on-demand".into(),
        value: percent(chance.value),
        says: "share of futures in which it costs less, in present value".into(),
        error: interval_percent(chance),
    }
}

fn saving(view: &View<'_>) -> Tile {
    let saving = view.results.answer.saving;
    let rate = view.chosen.measure(Measure::EffectiveSavingsRate).mean;
    let label = if saving.value < 0.0 { "Mean extra cost" } else { "Mean saving" };
    Tile {
        label: label.into(),
        value: usd(saving.value.abs()),
        says: format!("against on-demand; effective savings rate {}", percent(rate.value)),
        error: error_usd(saving),
    }
}

fn break_even(view: &View<'_>) -> Tile {
    let share = view.results.break_even.utilization_over_term;
    Tile {
        label: "Break-even utilization".into(),
        value: percent(share),
        says: if share > 1.0 {
            "a commitment costs more than its tokens on demand even when fully used".into()
        } else {
            "a committed unit must be used this much to pay".into()
        },
        error: "at mean prices over the contract".into(),
    }
}

fn budget(view: &View<'_>) -> Option<Tile> {
    let (budget, over) = view.results.facts.budget_usd.zip(view.results.answer.over_budget)?;
    Some(Tile {
        label: "Chance to exceed the budget".into(),
        value: percent(over.value),
        says: format!("share of futures that cost more than {}", usd(budget)),
        error: interval_percent(over),
    })
}

fn bad_futures(view: &View<'_>) -> Tile {
    let cost = view.chosen.measure(Measure::Cost);
    let tail = cost.cvar95.unwrap_or(cost.mean);
    Tile {
        label: "Cost in bad futures (CVaR 95)".into(),
        value: usd(tail.value),
        says: "average of the dearest 5 of 100 futures".into(),
        error: error_usd(tail),
    }
}
