//! Looking things up in price books.

use super::Builder;
use super::price_book::{Model, Offer, PriceBook, SHIPPED};
use crate::facts::PriceFact;
use crate::input::findings::{Findings, did_you_mean};
use crate::input::schema;
use crate::input::tree::Node;
use jiff::civil::Date;
use serde::Deserialize;
use std::sync::LazyLock;

/// The shipped books and those that the study names.
pub(super) struct Books {
    list: Vec<PriceBook>,
    /// Whether all books that the study names could be used.
    complete: bool,
}

/// The shipped books, read once.
static READ: LazyLock<Vec<PriceBook>> = LazyLock::new(|| {
    let read = |(name, text): &(&str, &str)| {
        toml::from_str(text).unwrap_or_else(|e| panic!("{name}: {e}"))
    };
    SHIPPED.iter().map(read).collect()
});

impl Books {
    /// Loads all books; what is wrong with the study's own goes to its findings.
    pub(super) fn load(builder: &mut Builder) -> Self {
        let mut list = READ.clone();
        let mut complete = !builder.lost_books;
        for (i, name) in builder.file.price_books.clone().iter().enumerate() {
            let field = format!("price_books[{i}]");
            let book = own_book(builder, &field, name);
            complete &= book.is_some();
            if let Some(book) = book {
                if list.iter().any(|b| b.id == book.id) {
                    let message =
                        format!("the price book {name} has the id \"{}\", which is taken", book.id);
                    builder.error(&field, "duplicate", message, "give the book an id of its own");
                }
                list.push(book);
            }
        }
        Self { list, complete }
    }

    /// The model called `book/id`.
    pub(super) fn model(
        &self,
        builder: &mut Builder,
        field: &str,
        name: &str,
    ) -> Option<(&PriceBook, &Model)> {
        let all = || self.list.iter().flat_map(|b| b.models.iter().map(move |m| (b, m)));
        let found = all().find(|(b, m)| format!("{}/{}", b.id, m.id) == name);
        if found.is_none() {
            let names: Vec<String> = all().map(|(b, m)| format!("{}/{}", b.id, m.id)).collect();
            self.not_found(builder, field, "model", name, &names);
        }
        found
    }

    /// The offer called `book/id`.
    pub(super) fn offer(
        &self,
        builder: &mut Builder,
        field: &str,
        name: &str,
    ) -> Option<(&PriceBook, &Offer)> {
        let all = || self.list.iter().flat_map(|b| b.offers.iter().map(move |o| (b, o)));
        let found = all().find(|(b, o)| format!("{}/{}", b.id, o.id) == name);
        if found.is_none() {
            let names: Vec<String> = all().map(|(b, o)| format!("{}/{}", b.id, o.id)).collect();
            self.not_found(builder, field, "offer", name, &names);
        }
        found
    }

    fn not_found(
        &self,
        builder: &mut Builder,
        field: &str,
        what: &str,
        name: &str,
        names: &[String],
    ) {
        if !self.complete {
            // It may be in the book that could not be used, which has been said.
            return;
        }
        let near = did_you_mean(name, names.iter().map(String::as_str));
        let help = match near {
            Some(near) => format!("did you mean \"{near}\"? `waterline prices` lists all"),
            None => {
                "`waterline prices` lists all; names are book/id, as in \"azure/gpt-5.1\"".into()
            }
        };
        builder.error(
            field,
            "not-in-book",
            format!("no price book has the {what} \"{name}\""),
            help,
        );
    }
}

fn own_book(builder: &mut Builder, field: &str, name: &str) -> Option<PriceBook> {
    let text = builder.read_file(field, name)?;
    let source = builder.findings.sources.add(name, &text);
    let before = builder.findings.list.len();
    let tree = Node::parse(source, &mut builder.findings);
    if builder.findings.list.len() == before {
        schema::check::<PriceBook>(&tree, &mut builder.findings);
    }
    if builder.findings.list.len() > before {
        return None;
    }
    let book = PriceBook::deserialize(tree.plain()).ok()?;
    if book.currency != "USD" {
        let place = tree.get("currency").map(|n| n.place.clone());
        let message = format!("the price book is in {}", book.currency);
        builder.findings.error(
            "currency",
            "currency",
            place,
            message,
            "convert it to USD; other currencies are not supported",
        );
    }
    check_dates(&book, &tree, &mut builder.findings);
    check_names(&book, &tree, &mut builder.findings);
    check_offers(&book, &tree, &mut builder.findings);
    for (i, offer) in book.offers.iter().enumerate() {
        if offer.per_unit_hour.is_some() == offer.per_unit_month.is_some() {
            let place = Some(tree.locate(&format!("offers[{i}]")));
            let message = format!("the offer \"{}\" needs one price", offer.id);
            let help = "give either `per_unit_month` or `per_unit_hour`";
            builder.findings.error("ambiguous", format!("offers[{i}]"), place, message, help);
        }
    }
    Some(book)
}

/// What can follow a term.
const RENEWALS: [&str; 3] = ["renew", "hourly", "on_demand"];

/// Offers name models of the book, and a renewal that exists; nothing has a name that a study
/// cannot write as `book/name`.
fn check_offers(book: &PriceBook, tree: &Node, findings: &mut Findings) {
    let mut wrong = |field: String, code, message: String, help: String| {
        let place = tree.locate(&field);
        findings.error(code, field, Some(place), message, help);
    };
    let models = || book.models.iter().map(|m| m.id.as_str());
    let slashes = |list: &str, ids: Vec<&str>| -> Vec<String> {
        let with = ids.iter().enumerate().filter(|(_, id)| id.contains('/'));
        with.map(|(i, _)| format!("{list}[{i}].id")).collect()
    };
    let offers = book.offers.iter().map(|o| o.id.as_str()).collect();
    for field in [slashes("models", models().collect()), slashes("offers", offers)].concat() {
        let message = "a study could not name it: `/` stands between book and name".to_owned();
        wrong(field, "name", message, "write the name without a slash".into());
    }
    for (i, offer) in book.offers.iter().enumerate() {
        if let Some(word) = offer.renewal.as_deref().filter(|w| !RENEWALS.contains(w)) {
            let message = format!("\"{word}\" is not known here");
            let help = "write \"renew\", \"hourly\" or \"on_demand\"".to_owned();
            wrong(format!("offers[{i}].renewal"), "unknown-word", message, help);
        }
        for (k, id) in offer.models.iter().enumerate().filter(|(_, id)| models().all(|m| m != *id))
        {
            let help = match did_you_mean(id, models()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("models of the book: {}", models().collect::<Vec<_>>().join(", ")),
            };
            let message = format!("the book has no model \"{id}\"");
            wrong(format!("offers[{i}].models[{k}]"), "not-in-book", message, help);
        }
    }
}

/// Every date is a day.
fn check_dates(book: &PriceBook, tree: &Node, findings: &mut Findings) {
    let mut check = |field: String, day: &str| {
        if day.parse::<Date>().is_err() {
            let message = format!("\"{day}\" is not a day");
            let help = "write year, month and day, as in \"2026-11-21\"";
            findings.error("date", field.clone(), Some(tree.locate(&field)), message, help);
        }
    };
    check("as_of".into(), &book.as_of);
    for (i, model) in book.models.iter().enumerate() {
        let days = [("launched", &model.launched), ("retires", &model.retires)];
        for (field, day) in days.into_iter().filter_map(|(f, d)| Some((f, d.as_ref()?))) {
            check(format!("models[{i}].{field}"), day);
        }
        if let Some(capacity) = &model.capacity {
            check(format!("models[{i}].capacity.as_of"), &capacity.as_of);
        }
        for (k, row) in model.on_demand.iter().enumerate() {
            check(format!("models[{i}].on_demand[{k}].as_of"), &row.as_of);
        }
    }
    for (i, offer) in book.offers.iter().enumerate() {
        check(format!("offers[{i}].as_of"), &offer.as_of);
    }
}

/// Nothing is in a book twice: the second would never be found.
fn check_names(book: &PriceBook, tree: &Node, findings: &mut Findings) {
    let mut check = |list: &str, names: &[String]| {
        for (i, name) in names.iter().enumerate().filter(|(i, n)| names[..*i].contains(n)) {
            let field = format!("{list}[{i}]");
            let message = format!("the price book has \"{name}\" twice in [[{list}]]");
            let place = Some(tree.locate(&field));
            findings.error("duplicate", field, place, message, "take one out, or rename it");
        }
    };
    let ids = |ids: Vec<&String>| ids.into_iter().cloned().collect::<Vec<_>>();
    check("models", &ids(book.models.iter().map(|m| &m.id).collect()));
    check("offers", &ids(book.offers.iter().map(|o| &o.id).collect()));
    for (i, model) in book.models.iter().enumerate() {
        let rows = model.on_demand.iter().map(|r| format!("{} {}", r.deployment, r.tier));
        check(&format!("models[{i}].on_demand"), &rows.collect::<Vec<_>>());
    }
}

/// The origin of figures as the results show it.
pub(super) struct Origin<'a> {
    pub book: &'a PriceBook,
    pub source: &'a str,
    pub as_of: &'a str,
    pub status: crate::input::price_book::Status,
    pub flag: Option<&'a str>,
}

impl Origin<'_> {
    /// A figure with this origin.
    pub(super) fn fact(&self, item: impl Into<String>, value: f64, unit: &str) -> PriceFact {
        let source = self.book.sources.get(self.source).map_or(self.source, String::as_str);
        let doubt = self.flag.map_or(String::new(), |f| format!(" ({f})"));
        PriceFact {
            item: item.into(),
            value,
            unit: unit.into(),
            source: format!("{source}{doubt}"),
            as_of: self.as_of.into(),
            status: self.status.name().into(),
        }
    }
}
