//! `waterline prices`: what a study can name.

use crate::input::price_book::{PriceBook, SHIPPED};
use crate::input::{shapes, templates};
use crate::words::{months, units, usd_exact};

/// Models, offers and shapes whose name contains `filter`.
pub(super) fn text(filter: Option<&str>) -> String {
    let shows = |name: &str| filter.is_none_or(|f| name.to_lowercase().contains(&f.to_lowercase()));
    let mut out = String::new();
    for (file, text) in SHIPPED {
        let book: PriceBook = toml::from_str(text).expect("shipped books parse");
        let mut lines = models(&book, &shows);
        lines.extend(offers(&book, &shows));
        if !lines.is_empty() {
            out.push_str(&format!(
                "{} ({file}, as of {})\n{}\n\n",
                book.title,
                book.as_of,
                lines.join("\n")
            ));
        }
    }
    let named: Vec<String> = shapes::names()
        .filter(|name| shows(name))
        .filter_map(|name| Some(format!("  {name:<28} {}", shapes::named(name).ok()?.title)))
        .collect();
    if !named.is_empty() {
        out.push_str(&format!("Load shapes\n{}\n", named.join("\n")));
    }
    let templates: Vec<String> = templates::SHIPPED
        .iter()
        .filter(|(name, ..)| shows(name))
        .map(|(name, _, text)| format!("  {name:<28} {}", templates::title(text)))
        .collect();
    if !templates.is_empty() {
        let gap = if named.is_empty() { "" } else { "\n" };
        out.push_str(&format!("{gap}Templates\n{}\n", templates.join("\n")));
    }
    if out.is_empty() {
        out.push_str("nothing in the price books has that name; without a name all are listed\n");
    }
    out
}

fn models(book: &PriceBook, shows: &impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    for model in &book.models {
        let name = format!("{}/{}", book.id, model.id);
        if !shows(&name) {
            continue;
        }
        let capacity = model.capacity.as_ref().map_or("no provisioned capacity".to_owned(), |c| {
            let tpm = c
                .tokens_per_minute
                .map_or("unpublished throughput".into(), |t| format!("{} tokens/min", units(t)));
            format!("{tpm} per {}, output weighs {}", c.unit, units(c.output_weight))
        });
        let retires = model.retires.as_ref().map_or(String::new(), |d| format!(", retires {d}"));
        lines.push(format!("  {name:<28} {capacity}{retires}"));
        for row in &model.on_demand {
            let cached = row.cached_input.map_or("-".into(), |p| p.to_string());
            let place = format!("{} {}", row.deployment, row.tier);
            let capacity = model.capacity.as_ref().filter(|_| row.tier == "standard");
            let sizes = capacity.and_then(|c| c.sizes.get(&row.deployment).map(|s| (c, s)));
            let sizes = sizes.map_or(String::new(), |(c, s)| {
                format!("; {} from {} by {}", c.unit, units(s.min), units(s.step))
            });
            lines.push(format!(
                "    {place:<26} USD per million: input {}, cached {cached}, output {}{sizes}",
                row.input, row.output
            ));
        }
    }
    lines
}

fn offers(book: &PriceBook, shows: &impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    for offer in &book.offers {
        let name = format!("{}/{}", book.id, offer.id);
        if !shows(&name) {
            continue;
        }
        let price =
            offer.unit_month(book.hours_per_month).map_or("no published price".into(), |p| {
                format!("USD {} per {} and month", usd_exact(p), offer.unit)
            });
        let term = if offer.term_months == 0 {
            "by the hour".to_owned()
        } else {
            months(offer.term_months)
        };
        let size = |what: &str, x: Option<f64>| {
            x.map_or(String::new(), |x| format!(", {what} {}", units(x)))
        };
        let (least, step) = (size("at least", offer.min_units), size("in steps of", offer.step));
        lines.push(format!("  {name:<28} {price}, {term}{least}{step}, {}", offer.status.name()));
    }
    lines
}
