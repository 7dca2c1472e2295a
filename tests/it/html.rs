//! The page: well-formed, alone in its file, escaped, complete and without holes, for studies of
//! every kind.

use crate::support::{answer, study_at};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use waterline::facts::Warning;
use waterline::report::{html, json};
use waterline::results::Results;

const ASSISTANT: &str = "models/studies/support_assistant.toml";
const STATIC: &str = "tests/studies/static.toml";
const R1: &str = "tests/studies/r1.toml";

/// What the pages are made of: a name, a study, its overrides.
const CASES: [(&str, &str, &[&str]); 13] = [
    ("a commitment", ASSISTANT, &[]),
    ("no commitment", ASSISTANT, &["contract.fee_per_unit_month=400"]),
    ("given units", ASSISTANT, &["contract.units=100"]),
    (
        "a condition that nothing meets",
        ASSISTANT,
        &["sizing.minimize=\"chance\"", "sizing.max_over_budget=0.01"],
    ),
    ("one strategy", ASSISTANT, &["strategies.compare=[\"provisioned\"]"]),
    ("no spread", "tests/studies/certain.toml", &[]),
    ("one month", "tests/studies/newsvendor.toml", &[]),
    ("few paths", "tests/studies/newsvendor.toml", &["run.paths=64"]),
    ("requests", "tests/studies/requests.toml", &[]),
    ("abstract units", R1, &[]),
    ("600 months", STATIC, &["horizon_months=600", "contract.renewal=\"renew\""]),
    ("huge amounts", STATIC, &["workload.level=1e9"]),
    ("tiny amounts", STATIC, &["workload.level=0.01"]),
];

/// Text that would break a page which does not escape it.
const HOSTILE: &str = "<script>alert('1')</script> & \"x\" <b>";

static RESULTS: LazyLock<Vec<(&str, Results)>> = LazyLock::new(|| {
    let run = |&(name, file, overrides): &(&'static str, &str, &[&str])| {
        // The last of two settings of a field counts.
        let overrides: Vec<&str> = ["run.paths=1024"].iter().chain(overrides).copied().collect();
        (name, answer(&study_at(file, &overrides)))
    };
    let mut all: Vec<(&str, Results)> = CASES.iter().map(run).collect();
    let mut open = all[0].1.clone();
    open_intervals(&mut open);
    let mut hostile = all[0].1.clone();
    put_everywhere(&mut hostile, HOSTILE);
    let mut long = all[0].1.clone();
    put_everywhere(&mut long, &"Donaudampfschifffahrtsgesellschaft ".repeat(20));
    all.extend([("open intervals", open), ("markup in names", hostile), ("long names", long)]);
    all
});

/// Intervals as they are when there are too few paths for one.
fn open_intervals(results: &mut Results) {
    let answer = &mut results.answer;
    for e in answer.beats_on_demand.iter_mut().chain(&mut answer.over_budget) {
        (e.low, e.high) = (f64::NEG_INFINITY, f64::INFINITY);
    }
    answer.p90_cost.standard_error = f64::INFINITY;
    answer.saving.standard_error = f64::NAN;
    results.break_even.utilization_first_month = f64::NAN;
    results.break_even.utilization_over_term = f64::INFINITY;
}

/// Puts a text wherever a user's words can stand.
fn put_everywhere(results: &mut Results, text: &str) {
    let facts = &mut results.facts;
    for place in [&mut facts.title, &mut facts.unit, &mut facts.objective, &mut facts.study_hash] {
        text.clone_into(place);
    }
    facts.contract.push(text.into());
    text.clone_into(&mut facts.shape.description);
    for p in &mut facts.prices {
        for place in [&mut p.item, &mut p.unit, &mut p.source, &mut p.as_of, &mut p.status] {
            text.clone_into(place);
        }
    }
    for p in &mut facts.parameters {
        text.clone_into(&mut p.name);
        text.clone_into(&mut p.description);
    }
    let history = facts.history.as_mut().expect("the study has a usage file");
    text.clone_into(&mut history.file);
    history.columns.push(text.into());
    results.warnings.push(Warning::new("code", text, text, text));
    text.clone_into(&mut results.answer.sentence);
    text.clone_into(&mut results.run.reason);
}

/// Each page with the name of its case.
fn pages() -> impl Iterator<Item = (&'static str, &'static Results, String)> {
    RESULTS.iter().map(|(name, results)| (*name, results, html::render(results)))
}

/// A tag: its name, its attributes, whether it opens or closes.
struct Tag<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
    closes: bool,
    ends_itself: bool,
}

/// All tags of a page; fails on markup that is not well-formed.
fn tags(page: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    let mut rest = page.strip_prefix("<!DOCTYPE html>").expect("a document type");
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "a stray > in {:?}", &rest[..start]);
        let end = start + rest[start..].find('>').expect("an open tag");
        let inside = &rest[start + 1..end];
        rest = &rest[end + 1..];
        let closes = inside.starts_with('/');
        let ends_itself = inside.ends_with('/');
        let inside = inside.trim_matches('/');
        let (name, attributes) = inside.split_once(' ').unwrap_or((inside, ""));
        assert!(name.chars().all(char::is_alphanumeric), "the tag <{inside}>");
        let tag = Tag { name, attributes: pairs(attributes), closes, ends_itself };
        // A style sheet is text up to its end.
        if name == "style" && !closes {
            rest = &rest[rest.find("</style>").expect("an end of the style sheet")..];
        }
        tags.push(tag);
    }
    tags
}

/// Attributes in quotes.
fn pairs(mut text: &str) -> Vec<(&str, &str)> {
    let mut pairs = Vec::new();
    while !text.trim().is_empty() {
        let (name, rest) = text.split_once("=\"").unwrap_or_else(|| panic!("no value: {text}"));
        let (value, rest) = rest.split_once('"').unwrap_or_else(|| panic!("no quote: {text}"));
        pairs.push((name.trim(), value));
        text = rest;
    }
    pairs
}

/// The text of a piece of a page.
fn text(html: &str) -> String {
    let mut out = String::new();
    for (i, part) in html.split('<').enumerate() {
        out.push_str(if i == 0 { part } else { part.split_once('>').map_or("", |p| p.1) });
    }
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    pairs.iter().fold(out, |text, (code, c)| text.replace(code, c))
}

#[test]
fn tags_are_balanced_and_names_unique() {
    for (name, _, page) in pages() {
        assert_well_formed(name, &page);
    }
}

/// Every tag is closed, every name is used once, and every reference leads somewhere.
pub(crate) fn assert_well_formed(name: &str, page: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut ids = BTreeSet::new();
    for tag in tags(page) {
        for (_, id) in tag.attributes.iter().filter(|a| a.0 == "id") {
            assert!(ids.insert(*id), "{name}: two elements are called {id}");
        }
        match (tag.closes, tag.ends_itself || ["meta", "br"].contains(&tag.name)) {
            (true, _) => assert_eq!(open.pop(), Some(tag.name), "{name}"),
            (false, false) => open.push(tag.name),
            (false, true) => {}
        }
    }
    assert!(open.is_empty(), "{name}: {open:?} are never closed");
    for tag in tags(page) {
        let links = tag.attributes.iter().filter(|a| a.0 == "href");
        for (_, link) in links {
            let target = link.strip_prefix('#').expect("a link inside the page");
            assert!(ids.contains(target), "{name}: nothing is called {target}");
        }
        let names = tag.attributes.iter().filter(|a| a.0 == "aria-labelledby");
        for target in names.flat_map(|a| a.1.split(' ')) {
            assert!(ids.contains(target), "{name}: nothing is called {target}");
        }
    }
}

#[test]
fn nothing_comes_from_elsewhere() {
    for (name, _, page) in pages() {
        assert_alone(name, &page);
    }
}

/// Nothing in the page is fetched or run.
pub(crate) fn assert_alone(name: &str, page: &str) {
    for tag in tags(page) {
        assert!(
            !["script", "link", "img", "iframe", "object", "base"].contains(&tag.name),
            "{name}"
        );
        for (attribute, value) in &tag.attributes {
            assert!(!["src", "srcset", "style"].contains(attribute), "{name}: {attribute}");
            assert!(!attribute.starts_with("on"), "{name}: {attribute}");
            assert!(!value.contains("url(") || value.starts_with("url(#"), "{name}: {value}");
        }
    }
    let style = page.split_once("<style>").and_then(|p| p.1.split_once("</style>"));
    let style = style.expect("a style sheet").0;
    assert!(!style.contains("url(") && !style.contains("@import"), "{name}");
}

#[test]
fn words_of_users_are_text() {
    for (name, results, page) in pages() {
        assert!(!page.contains("<script"), "{name}");
        assert!(!page.contains("&amp;lt;") && !page.contains("&amp;amp;"), "{name}: escaped twice");
        let title = results.facts.title.trim();
        let heading = page.split_once("<h1>").and_then(|p| p.1.split_once("</h1>"));
        assert_eq!(text(heading.expect("a heading").0), title, "{name}");
    }
}

#[test]
fn the_page_holds_the_sentence_and_its_facts() {
    for (name, results, page) in pages() {
        let words = text(&page);
        assert!(words.contains(&results.answer.sentence), "{name}");
        for w in &results.warnings {
            assert!(words.contains(&w.advice), "{name}: {}", w.advice);
        }
        for p in &results.facts.prices {
            assert!(words.contains(&p.source) && words.contains(&p.as_of), "{name}: {}", p.item);
        }
        for p in &results.facts.parameters {
            assert!(words.contains(&p.name), "{name}: {}", p.name);
        }
        assert!(words.contains(&results.facts.study_hash), "{name}");
        assert!(words.contains("same study, seed and version give the same bytes"), "{name}");
    }
}

#[test]
fn every_figure_says_what_it_is_and_has_a_table() {
    for (name, _, page) in pages() {
        let figures: Vec<&str> = page.split("<figure ").skip(1).collect();
        assert!(figures.len() >= 5, "{name}: {} figures", figures.len());
        for figure in figures {
            let figure = figure.split_once("</figure>").expect("an end").0;
            let caption =
                figure.split_once("<figcaption>").and_then(|p| p.1.split_once("</figcaption>"));
            assert!(text(caption.expect("a caption").0).len() > 30, "{name}");
            let rows = figure.matches("<tr>").count();
            assert!(figure.contains("<details>") && rows >= 2, "{name}: {figure}");
            for chart in figure.split("<svg ").skip(1) {
                for part in ["title", "desc"] {
                    let found =
                        chart.split_once(&format!("</{part}>")).expect("a title and a description");
                    assert!(!found.0.ends_with('>'), "{name}: an empty {part}");
                }
            }
        }
    }
}

#[test]
fn figures_show_numbers_only() {
    for (name, _, page) in pages() {
        for tag in tags(&page)
            .iter()
            .filter(|t| ["path", "rect", "line", "circle", "text", "svg"].contains(&t.name))
        {
            for &(attribute, value) in &tag.attributes {
                let numbers = match attribute {
                    "d" => value.replace(|c: char| "MLHVZv".contains(c), " "),
                    "x" | "y" | "x1" | "y1" | "x2" | "y2" | "cx" | "cy" | "r" | "viewBox" => {
                        value.to_owned()
                    }
                    "width" | "height" => {
                        format!("{value} {}", value.parse::<f64>().map_or(f64::NAN, f64::sqrt))
                    }
                    _ => continue,
                };
                for number in numbers.split_whitespace() {
                    let finite = number.parse().is_ok_and(f64::is_finite);
                    assert!(finite, "{name}: {attribute}=\"{value}\" of {}", tag.name);
                }
            }
        }
        let words = text(&page);
        let word = |w: &str| ["NaN", "nan", "inf", "Infinity", "None"].contains(&w);
        let found = words.split(|c: char| !c.is_alphanumeric()).find(|w| word(w));
        assert_eq!(found, None, "{name}");
    }
}

#[test]
fn the_same_results_give_the_same_bytes() {
    for (name, results, page) in pages() {
        assert!(page == html::render(results), "{name}");
        let again = json::read(&json::render(results));
        // What is not finite in these results is not in their JSON.
        if name != "open intervals" {
            assert!(page == html::render(&again.expect("results")), "{name}: after JSON");
        }
    }
}
