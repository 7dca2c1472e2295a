//! The shipped price books, figure by figure, against the tables of the reference.
//!
//! The reference is not shipped with the product; where it is absent, these tests say so and pass.

use crate::support::repository;
use waterline::input::price_book::{Model, OnDemand, PriceBook, SHIPPED};

fn book(id: &str) -> (PriceBook, &'static str) {
    let read =
        |text| -> (PriceBook, &'static str) { (toml::from_str(text).expect("a book"), text) };
    let all = SHIPPED.iter().map(|(_, text)| read(text));
    all.into_iter().find(|(book, _)| book.id == id).expect("a shipped book")
}

fn model<'a>(book: &'a PriceBook, id: &str) -> Option<&'a Model> {
    book.models.iter().find(|m| m.id == id)
}

/// Rows of the tables between two marks of the reference, heads and lines apart.
fn rows(from: &str, to: &str) -> Vec<Vec<String>> {
    let Ok(text) = std::fs::read_to_string(repository("../shared/reference/pricing.md")) else {
        eprintln!("pricing.md is absent: the price books are not compared with it");
        return Vec::new();
    };
    let part = text.split(from).nth(1).expect("the start").split(to).next().expect("the end");
    let cells = |line: &str| line.trim_matches('|').split('|').map(|c| c.trim().into()).collect();
    let lines: Vec<&str> = part.lines().filter(|l| l.starts_with('|')).collect();
    let is_head = |i: usize| lines.get(i + 1).is_some_and(|next| next.starts_with("| ---"));
    let body = (0..lines.len()).filter(|i| !lines[*i].starts_with("| ---") && !is_head(*i));
    body.map(|i| cells(lines[i])).collect()
}

/// The first number of a cell.
fn number(cell: &str) -> Option<f64> {
    cell.split([' ', '(']).next()?.replace(',', "").parse().ok()
}

/// Numbers of a cell that speaks of several models: `4.00 / 2.00 / 0.20`.
fn numbers(cell: &str, count: usize) -> Vec<Option<f64>> {
    let each: Vec<Option<f64>> = cell.split(" / ").map(number).collect();
    if each.len() == count { each } else { vec![each[0]; count] }
}

/// 1.1: minimum and step by deployment, tokens per minute, weight of output.
#[test]
fn capacities_of_azure() {
    let (azure, text) = book("azure");
    let (mut held, mut left_out) = (0, 0);
    for row in rows("### 1.1", "Older models") {
        for name in row[0].split([',', '/']).map(str::trim) {
            let short = name.split(" (").next().unwrap_or(name);
            let digit = short.starts_with(|c: char| c.is_ascii_digit());
            let id = if digit { format!("gpt-{short}") } else { short.to_owned() };
            let Some(model) = model(&azure, &id) else {
                let bare = id.split(' ').next().unwrap_or(&id);
                assert!(text.contains(bare), "{id} is neither in the book nor named as left out");
                left_out += 1;
                continue;
            };
            let capacity = model.capacity.as_ref().expect("a capacity");
            assert_eq!(capacity.tokens_per_minute, number(&row[5]), "{id}");
            assert_eq!(Some(capacity.output_weight), number(&row[6]), "{id}");
            assert_eq!(capacity.cached_weight, 0.0, "{id}");
            for (deployment, at) in [("global", 1), ("data_zone", 1), ("regional", 3)] {
                let sizes = capacity.sizes.get(deployment);
                let found = (sizes.map(|s| s.min), sizes.map(|s| s.step));
                assert_eq!(found, (number(&row[at]), number(&row[at + 1])), "{id} {deployment}");
            }
            held += 1;
        }
    }
    assert!(held + left_out == 0 || (held == 15 && left_out > 5), "{held}, {left_out}");
}

/// 1.3: hourly, one month, one year.
#[test]
fn offers_of_azure() {
    let (azure, _) = book("azure");
    for row in rows("### 1.3", "Sources:") {
        let deployment = row[0].to_lowercase().replace(' ', "_");
        let year = row[3].split('(').nth(1).and_then(number_in_parentheses);
        for (term, unit_month) in [
            ("hourly", number(&row[1]).map(|hour| 730.0 * hour)),
            ("1m", number(&row[2])),
            ("1y", year),
        ] {
            let id = format!("ptu-{deployment}-{term}");
            let offer = azure.offers.iter().find(|o| o.id == id).expect("an offer");
            assert_eq!(offer.unit_month(azure.hours_per_month), unit_month, "{id}");
            assert_eq!(12.0 * year.expect("a price"), number(&row[3]).expect("a price"));
        }
    }
}

fn number_in_parentheses(text: &str) -> Option<f64> {
    number(text.trim_end_matches(')'))
}

/// Rows of 4.1 and where their prices are: book, deployment, models.
const LIST: [(&str, &str, &str, &[&str]); 26] = [
    ("GPT-6 Astra", "azure", "global", &["gpt-6-astra"]),
    ("GPT-6 Sol", "azure", "global", &["gpt-6-sol"]),
    ("GPT-6.1 Sol", "azure", "global", &["gpt-6.1-sol"]),
    ("GPT-6.1 Terra", "azure", "global", &["gpt-6.1-terra"]),
    ("GPT-6 Luna", "azure", "global", &["gpt-6-luna"]),
    (
        "GPT-5.6 Sol / Terra / Luna",
        "azure",
        "global",
        &["gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna"],
    ),
    ("GPT-5.5", "azure", "global", &["gpt-5.5"]),
    ("GPT-5.4", "azure", "global", &["gpt-5.4"]),
    ("GPT-5.2", "azure", "global", &["gpt-5.2"]),
    ("GPT-5 / 5.1", "azure", "global", &["gpt-5", "gpt-5.1"]),
    ("GPT-5 mini", "azure", "global", &["gpt-5-mini"]),
    ("GPT-4.1", "azure", "global", &["gpt-4.1"]),
    ("GPT-4o (1120)", "azure", "global", &["gpt-4o"]),
    ("o3 / o4-mini", "azure", "global", &["o3", "o4-mini"]),
    ("Claude Fable 5.1", "bedrock", "global", &["claude-fable-5.1"]),
    ("Claude Opus 5.5", "bedrock", "global", &["claude-opus-5.5"]),
    ("Claude Sonnet 5.5", "bedrock", "global", &["claude-sonnet-5.5"]),
    ("Claude Sonnet 4.6", "bedrock", "global", &["claude-sonnet-4.6"]),
    ("Claude Haiku 5.5 (<=100k)", "bedrock", "global", &["claude-haiku-5.5"]),
    ("Gemini 3.1 Pro (<=200k)", "vertex", "global", &["gemini-3.1-pro"]),
    ("Gemini 3.7 Flash", "vertex", "global", &["gemini-3.7-flash"]),
    ("Gemini 3.5 Flash-Lite", "vertex", "global", &["gemini-3.5-flash-lite"]),
    ("Amazon Nova Pro / Lite", "bedrock", "regional", &["nova-pro", "nova-lite"]),
    ("Llama 3.3 70B (Bedrock)", "bedrock", "regional", &["llama-3.3-70b"]),
    // The same prices elsewhere, and the surcharge of 10 % of data zones.
    ("Claude Sonnet 4.6", "vertex", "global", &["claude-sonnet-4.6"]),
    ("GPT-5 / 5.1", "azure", "data_zone", &["gpt-5", "gpt-5.1"]),
];

/// 4.1: input, cached input and output per million tokens.
#[test]
fn token_prices() {
    let list = rows("### 4.1", "Azure Global Standard equals");
    for row in &list {
        assert!(LIST.iter().any(|(name, ..)| *name == row[0]), "{} is in no book", row[0]);
    }
    for (name, id, deployment, models) in LIST {
        let (book, _) = book(id);
        let price =
            |row: &OnDemand, x: f64| if row.deployment == "data_zone" { 1.1 * x } else { x };
        let Some(row) = list.iter().find(|row| row[0] == name) else { continue };
        for (i, own) in models.iter().enumerate() {
            let found = &model(&book, own).unwrap_or_else(|| panic!("{id}/{own}")).on_demand;
            let fits = |r: &&OnDemand| r.deployment == deployment && r.tier == "standard";
            let found = found.iter().find(fits).expect("a price");
            let expected =
                |column: usize| numbers(&row[column], models.len())[i].map(|x| price(found, x));
            let got = [Some(found.input), found.cached_input, Some(found.output)];
            for (got, column) in got.into_iter().zip(1..) {
                let expected = expected(column);
                let near = got.zip(expected).is_some_and(|(a, b)| (a - b).abs() < 1e-9);
                assert!(near || got == expected, "{id}/{own}: {got:?}, reference {expected:?}");
            }
        }
    }
}

/// 2: model units by the hour, as the reference's table states them in a sentence.
#[test]
fn model_units_of_bedrock() {
    let (bedrock, _) = book("bedrock");
    let known = rows("## 2. AWS", "Seed claims contradicted");
    let sentence = known.iter().find(|row| row[0] == "PT prices known").map(|row| row[1].clone());
    for (id, hour) in [
        ("mu-claude-v2.1-1m", "$63.00/h"),
        ("mu-claude-v2.1-6m", "$34.99/h"),
        ("mu-claude-instant-1m", "$39.60"),
        ("mu-claude-instant-6m", "$22.00"),
    ] {
        let offer = bedrock.offers.iter().find(|o| o.id == id).expect("an offer");
        let shown = hour.trim_matches(['$', '/', 'h']);
        assert_eq!(format!("{:.2}", offer.per_unit_hour.expect("a price")), shown, "{id}");
        assert!(sentence.as_ref().is_none_or(|text| text.contains(hour)), "{id}: {hour}");
    }
}

/// 3: tokens per second of a GSU, minimum, weight of output, price of input; and the offers.
#[test]
fn units_of_vertex() {
    let (vertex, text) = book("vertex");
    let table = rows("## 3. Google", "Worked examples");
    let mut held = 0;
    for row in table.iter().filter(|row| row.len() == 8) {
        let name = row[0].to_lowercase().replace(' ', "-");
        let name = match name.as_str() {
            "claude-sonnet-4.x/5" => "claude-sonnet-4.6",
            "claude-opus-4.5-4.8" => "claude-opus-4.5",
            name => name,
        };
        let Some(model) = model(&vertex, name) else {
            assert!(text.contains(name), "{name} is neither in the book nor named as left out");
            continue;
        };
        let capacity = model.capacity.as_ref().expect("a capacity");
        assert_eq!(capacity.tokens_per_minute, number(&row[1]).map(|s| 60.0 * s), "{name}");
        assert_eq!(Some(capacity.sizes["global"].min), number(&row[2]), "{name}");
        assert_eq!(Some(capacity.output_weight), number(&row[3]), "{name}");
        assert_eq!(Some(model.on_demand[0].input), number(&row[4]), "{name}");
        held += 1;
    }
    assert!(table.is_empty() || held == 5, "{held}");
    let prices = table.iter().find(|row| row[0].starts_with("price per GSU")).map(|r| r[1].clone());
    for (id, month) in [("1m", 2700.0), ("3m", 2400.0), ("1y", 2000.0)] {
        let offer = vertex.offers.iter().find(|o| o.id == format!("gsu-global-{id}"));
        assert_eq!(offer.expect("an offer").per_unit_month, Some(month));
        let written = format!("${},{}00/mo", month as u32 / 1000, month as u32 % 1000 / 100);
        assert!(prices.as_ref().is_none_or(|text| text.contains(&written)), "{written}");
    }
}

/// The seed book's token price is the middle of what the guide claims, and flagged.
#[test]
fn prices_of_the_seed_book() {
    let (seed, _) = book("seed");
    let row = &model(&seed, "gpt-4o").expect("a model").on_demand[0];
    assert_eq!((row.input, row.output), (725.0, 725.0));
    assert_eq!(row.flag.as_deref(), Some("implausible_vs_list"));
    for (id, minimum) in [("small", 1_000.0), ("enterprise", 10_000.0)] {
        for term in [12, 36] {
            let id = format!("ptu-{id}-{term}m");
            let offer = seed.offers.iter().find(|o| o.id == id).expect("an offer");
            let found = (offer.per_unit_month, offer.min_units, offer.term_months);
            assert_eq!(found, (Some(1.20), Some(minimum), term), "{id}");
            assert!(offer.flag.is_some(), "{id}: the minimums contradict each other");
        }
    }
}
