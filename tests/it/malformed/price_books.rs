//! Price books of the user's own, and the shipped ones.

use super::support::{Case, UNITS, case, hold};
use crate::support::repository;
use waterline::input::price_book::PriceBook;

/// A book with one model and one offer.
const BOOK: &str = r#"id = "acme"
title = "A quote"
currency = "USD"
hours_per_month = 730
as_of = "2026-11-21"

[[models]]
id = "m"
vendor = "acme"

[models.capacity]
unit = "AU"
tokens_per_minute = 1000
cached_weight = 0.1
output_weight = 4
sizes.global = { min = 10, step = 5 }
source = "the quote of the models"
as_of = "2026-11-20"
status = "negotiated"

[[models.on_demand]]
deployment = "global"
input = 1.0
output = 4.0
source = "the list"
as_of = "2026-11-19"
status = "list"

[[offers]]
id = "year"
unit = "AU"
deployment = "global"
term_months = 12
per_unit_month = 500
source = "the quote of the offer"
as_of = "2026-11-18"
status = "negotiated"
"#;

const STUDY: &str = r#"price_books = ["book.toml"]

[workload]
model = "acme/m"
tokens = { input_per_month = 16e9, output_per_month = 1.6e9 }

[contract]
offer = "acme/year"
"#;

fn book(name: &str, text: impl AsRef<[u8]>) -> Case {
    case(name, STUDY).file("book.toml", text)
}

fn edited(name: &str, old: &str, new: &str) -> Case {
    assert_eq!(BOOK.matches(old).count(), 1, "{name}: {old:?}");
    book(name, BOOK.replace(old, new))
}

#[expect(clippy::too_many_lines, reason = "a table of cases")]
#[test]
fn price_books() {
    let no_offer = BOOK.split("[[offers]]").next().expect("the models");
    let second =
        |id: &str, from: &str| format!("{BOOK}\n[[offers]]\n{}", from.replace("\"year\"", id));
    let offer = BOOK.split("[[offers]]\n").nth(1).expect("an offer");
    let model = no_offer.split("[[models]]\n").nth(1).expect("a model");
    let cases = [
        case("no such book", STUDY),
        case("a folder for a book", STUDY).replace("book.toml", "."),
        case("a shipped book as one's own", UNITS).set("price_books=[\"azure\"]"),
        case("a book that is no list", UNITS).set("price_books=\"book.toml\""),
        book("an empty book", ""),
        book("a book that is not TOML", "id: acme\n"),
        book("a book that is not UTF-8", b"id = \"\xff\"\n"),
        book("a study for a book", UNITS),
        edited("the id of a shipped book", "\"acme\"\ntitle", "\"azure\"\ntitle"),
        edited("an id with a slash", "\"acme\"\ntitle", "\"acme/x\"\ntitle"),
        edited("no id", "id = \"acme\"\n", ""),
        edited("another currency", "\"USD\"", "\"EUR\""),
        edited("no hours", "hours_per_month = 730\n", ""),
        edited("hours of zero", "730", "0"),
        edited("a month of a week", "730", "168"),
        edited("a book without its date", "as_of = \"2026-11-21\"\n", ""),
        edited("a capacity without its source", "source = \"the quote of the models\"\n", ""),
        edited("a capacity without its date", "as_of = \"2026-11-20\"\n", ""),
        edited("a price without its source", "source = \"the list\"\n", ""),
        edited("a price with an empty source", "\"the list\"", "\"\""),
        edited("a price without its date", "as_of = \"2026-11-19\"\n", ""),
        edited("a price with a date in words", "\"2026-11-19\"", "\"last autumn\""),
        edited("a date without quotes", "\"2026-11-19\"", "2026-11-19"),
        edited("a price without its status", "status = \"list\"\n", ""),
        edited("an unknown status", "\"list\"", "\"listed\""),
        edited("an offer without its source", "source = \"the quote of the offer\"\n", ""),
        edited("an offer without its term", "term_months = 12\n", ""),
        edited("an offer without a price", "per_unit_month = 500\n", ""),
        edited("an offer with two prices", "per_unit_month = 500", "per_unit_month = 500\nper_unit_hour = 1"),
        edited("a negative price of an offer", "= 500", "= -500"),
        edited("a price that is no number", "= 500", "= nan"),
        edited("a price without end", "= 500", "= inf"),
        edited("an absurd term", "term_months = 12", "term_months = 100000"),
        edited("a negative term", "term_months = 12", "term_months = -12"),
        edited("a negative token price", "input = 1.0", "input = -1.0"),
        edited("a token price as text", "input = 1.0", "input = \"$1\""),
        edited("tokens for free", "input = 1.0\noutput = 4.0", "input = 0\noutput = 0"),
        edited("an unknown field of a price", "input = 1.0", "input = 1.0\nimage = 3"),
        edited("an unknown field of an offer", "per_unit_month", "per_unit_year = 1\nper_unit_month"),
        edited("a misspelled field of a model", "vendor", "vendro"),
        edited("a throughput of zero", "= 1000", "= 0"),
        edited("a negative weight", "output_weight = 4", "output_weight = -4"),
        edited("weights of zero", "cached_weight = 0.1\noutput_weight = 4", "input_weight = 0\ncached_weight = 0\noutput_weight = 0"),
        edited("a step of zero", "step = 5", "step = 0"),
        edited("a smallest size of zero", "min = 10", "min = 0"),
        edited("no step", "{ min = 10, step = 5 }", "{ min = 10 }"),
        edited("no sizes of the deployment", "sizes.global", "sizes.regional"),
        edited("a model without prices", "deployment = \"global\"\ninput", "deployment = \"moon\"\ninput"),
        edited("an offer of another unit", "id = \"year\"\nunit = \"AU\"", "id = \"year\"\nunit = \"BU\""),
        edited("an offer for other models", "per_unit_month = 500", "per_unit_month = 500\nmodels = [\"n\"]"),
        edited("an offer for a misspelled model", "per_unit_month = 500", "per_unit_month = 500\nmodels = [\"m\", \"mm\"]"),
        edited("an unknown renewal", "per_unit_month = 500", "per_unit_month = 500\nrenewal = \"auto\""),
        edited("a model with a slash in its name", "id = \"m\"", "id = \"m/x\""),
        book("the same offer twice", second("\"year\"", offer)),
        book("the same model twice", format!("{BOOK}\n[[models]]\n{model}")),
        book("the same price of a model twice", BOOK.replace("[[offers]]", "[[models.on_demand]]\ndeployment = \"global\"\ninput = 9\noutput = 9\nsource = \"x\"\nas_of = \"2026-11-19\"\nstatus = \"list\"\n\n[[offers]]")),
        book("no offers", no_offer),
        book("six mistakes", BOOK.replace("= 500", "= -500").replace("\"list\"", "\"lst\"").replace("step = 5", "step = 0").replace("730", "\"730\"").replace("vendor", "vendro").replace("term_months = 12\n", "")),
    ];
    hold("price_books", &cases);
}

#[test]
fn the_book_without_mistakes_is_accepted() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("book.toml"), BOOK).expect("written");
    let loaded = waterline::input::load_text("study.toml", STUDY, folder.path(), &[]);
    assert!(loaded.study.is_some(), "{}", loaded.findings.render(false));
}

/// The TOML files of a folder of `models/`.
fn models(folder: &str) -> Vec<(String, String)> {
    let folder = repository("models").join(folder);
    let mut files: Vec<(String, String)> = std::fs::read_dir(&folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("text"))
        })
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Every shipped book passes what a user's own book must pass, under another id.
#[test]
fn shipped_books_hold_what_is_asked_of_others() {
    for (name, text) in models("prices") {
        let book: PriceBook = toml::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        let own = text.replacen(&format!("id = \"{}\"", book.id), "id = \"own\"", 1);
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("book.toml"), own).expect("written");
        let overrides = ["price_books=[\"book.toml\"]".to_owned()];
        let loaded = waterline::input::load_text("study.toml", UNITS, folder.path(), &overrides);
        assert!(loaded.study.is_some(), "{name}\n{}", loaded.findings.render(false));
        let shipped = waterline::input::price_book::SHIPPED;
        assert!(shipped.iter().any(|(path, _)| path.ends_with(&name)), "{name} is not shipped");
        origins(&name, &book);
    }
}

/// Every figure has a source that is spelled out, a date and a status.
fn origins(name: &str, book: &PriceBook) {
    let mut count = 0;
    let mut figure = |what: &str, source: &str, as_of: &str| {
        let text = book.sources.get(source).map_or(source, String::as_str);
        assert!(text.contains(' ') && text.len() > 10, "{name}: {what}: source {source:?}");
        let dated = as_of.parse::<jiff::civil::Date>().is_ok();
        assert!(dated, "{name}: {what}: date {as_of:?}");
        count += 1;
    };
    for model in &book.models {
        if let Some(c) = &model.capacity {
            figure(&model.id, &c.source, &c.as_of);
        }
        assert!(!model.on_demand.is_empty(), "{name}: {}", model.id);
        for row in &model.on_demand {
            figure(
                &format!("{} {} {}", model.id, row.deployment, row.tier),
                &row.source,
                &row.as_of,
            );
        }
        for day in model.launched.iter().chain(&model.retires) {
            assert!(day.parse::<jiff::civil::Date>().is_ok(), "{name}: {}: {day}", model.id);
        }
    }
    for offer in &book.offers {
        figure(&offer.id, &offer.source, &offer.as_of);
    }
    assert!(count > 3, "{name}");
}

#[test]
fn shipped_studies_and_shapes_load() {
    for (name, _) in models("studies") {
        // Fitted and run in tests/it/questions.rs.
        let path = repository("models/studies").join(&name);
        let loaded = waterline::input::load_unfitted(&path, &[]);
        assert!(loaded.study.is_some(), "{name}\n{}", loaded.findings.render(false));
        assert!(loaded.findings.list.is_empty(), "{name}");
    }
    for (name, text) in models("workloads") {
        let stem = name.trim_end_matches(".toml");
        if stem.starts_with("growth_") {
            // A template: tests/it/templates.rs.
            continue;
        }
        let shape = waterline::input::shapes::named(stem).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(toml::from_str::<waterline::input::shapes::NamedShape>(&text).ok(), Some(shape));
        let set = [format!("workload.shape=\"{stem}\"")];
        let loaded = waterline::input::load_text("study.toml", UNITS, "".as_ref(), &set);
        assert!(loaded.study.is_some(), "{name}\n{}", loaded.findings.render(false));
    }
}
