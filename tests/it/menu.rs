//! A negotiation menu, and clauses that are not in the draft yet, through the command.

use crate::support::repository;
use assert_cmd::Command;
use serde_json::Value;

fn json(arguments: &[&str]) -> Value {
    json_of("models/studies/draft_with_rights.toml", arguments)
}

fn json_of(study: &str, arguments: &[&str]) -> Value {
    let run = Command::cargo_bin("waterline")
        .expect("the binary")
        .args(["value", study])
        .args(arguments)
        .args(["--paths", "2048", "--json", "-", "--quiet"])
        .current_dir(repository("."))
        .assert()
        .success();
    serde_json::from_slice(&run.get_output().stdout).expect("JSON")
}

fn lower(value: &Value) -> (f64, f64) {
    let lower = &value["lower"];
    (
        lower["value"].as_f64().expect("a value"),
        lower["standard_error"].as_f64().expect("its error"),
    )
}

#[test]
fn a_menu_lists_the_cheapest_concession_first() {
    let menu = json(&["--menu", "models/menus/flex_down.toml"]);
    assert_eq!(menu["format"], "waterline-menu/1");
    let variants = menu["variants"].as_array().expect("variants");
    assert_eq!(variants.len(), 12);
    let values: Vec<(f64, f64)> = variants.iter().map(|v| lower(&v["value"])).collect();
    assert!(values.is_sorted_by(|a, b| a.0 <= b.0));
    // What each is worth beyond the one before adds up to the difference of the ends.
    let steps: f64 =
        variants[1..].iter().map(|v| v["step"]["value"].as_f64().expect("a step")).sum();
    assert!((steps - (values[11].0 - values[0].0)).abs() < 1.0, "{steps}");
    // Expected uses over three years, of three at most where it is once a year.
    for variant in variants {
        let used = variant["exercises"]["value"].as_f64().expect("a mean");
        let most =
            if variant["name"].as_str().expect("a name").contains("once") { 3.0 } else { 12.0 };
        assert!(used > 0.1 && used < most, "{variant}");
    }
    // A longer notice and fewer uses a year are worth less, whatever else is the same.
    let of = |name: &str| {
        let found = variants.iter().find(|v| v["name"] == name);
        lower(&found.unwrap_or_else(|| panic!("{name}"))["value"]).0
    };
    assert!(of("15 %, twice a year, 60 days") < of("15 %, twice a year, 30 days"));
    assert!(of("15 %, twice a year, 30 days") < of("15 %, twice a year, at once"));
    assert!(of("15 %, once a year, 30 days") < of("15 %, twice a year, 30 days"));
    assert!(of("15 %, twice a year, 30 days") < of("15 %, twice a year, any month"));
}

/// The clause of a menu is worth what the same clause of the draft is worth beside the others.
#[test]
fn a_variant_is_worth_what_the_clause_of_the_draft_is() {
    let draft = json(&["--clause", "flex_down", "--quick"]);
    let menu = json(&["--menu", "models/menus/flex_down.toml"]);
    let same = menu["variants"].as_array().expect("variants").iter();
    let same = same.into_iter().find(|v| v["name"] == "15 %, twice a year, 30 days");
    let (variant, error) = lower(&same.expect("the variant")["value"]);
    let (own, own_error) = lower(&draft["together"]);
    assert!((variant - own).abs() < 4.0 * error.hypot(own_error) + 1e-6 * own, "{variant} {own}");
}

/// Of some kinds a contract has one: a variant takes its place, and nothing of it stays.
#[test]
fn a_variant_replaces_what_a_contract_has_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("menu.toml");
    let ramp = |share: f64| {
        format!("{{ kind = \"ramp\", steps = [{{ until_month = 3, share = {share} }}] }}")
    };
    let variant = format!("[[variant]]\nname = \"half\"\nclause = {}\n", ramp(0.5));
    std::fs::write(&file, variant).expect("written");
    let own = |share: f64| format!("contract.clauses[+]={}", ramp(share));
    let draft = json(&["--set", &own(0.5), "--clause", "ramp", "--quick"]);
    let menu = json(&["--set", &own(0.25), "--menu", file.to_str().expect("a path")]);
    let (value, error) = lower(&menu["variants"][0]["value"]);
    let (own, own_error) = lower(&draft["together"]);
    assert!((value - own).abs() < 4.0 * error.hypot(own_error), "{value} {own}");
}

/// What the vendor's refund rule would be worth is what the clause is worth that says the same; a
/// contract that has the clause is told nothing of it.
#[test]
fn the_refund_rule_of_an_offer_is_valued_beside_the_clauses() {
    let flex = "{ kind = \"flex_down\", share = 0.15, windows = { every_months = 3 }, policy = { kind = \"never\" } }";
    let clauses = format!("contract.clauses=[{flex}]");
    let study = |more: &[&str]| {
        let calm = ["price={}", "forecast_error={}", "growth={volatility_per_year=0.35}", &clauses];
        let set = calm.iter().flat_map(|text| ["--set", *text]);
        let all: Vec<&str> = set.chain(["--units", "60"]).chain(more.iter().copied()).collect();
        json_of("models/studies/support_assistant.toml", &all)
    };
    let refund = &study(&[])["refund"];
    assert_eq!((&refund["limit_usd"], &refund["over_months"]), (&50_000.0.into(), &12.into()));
    let rule =
        "{ kind = \"refund\", limit_usd = 50_000, parts = 2, policy = { kind = \"never\" } }";
    let added = study(&["--set", &format!("contract.clauses[+]={rule}")]);
    let own = added["clauses"].as_array().expect("clauses").iter().find(|c| c["name"] == "refund");
    assert_eq!(refund["value"], own.expect("the clause")["alone"]);
    assert!(lower(&refund["value"]).0 > 1000.0, "{refund}");
    assert!(added["refund"].is_null());
}

#[test]
fn a_clause_that_is_not_in_the_draft_is_priced() {
    let discount = json(&["--add", "flat_discount(share=0.02)", "--quick"]);
    assert_eq!(discount["clauses"][0]["name"], "flat_discount");
    let (value, _) = lower(&discount["together"]);
    // 2 % of the fees of at most 120 units at 190 USD over 36 months.
    assert!(value > 0.0 && value <= 0.02 * 120.0 * 190.0 * 36.0, "{value}");
}

/// Everything that is wrong with a menu is said at once, in the words of the menu.
#[test]
fn findings_of_a_menu_name_its_variants() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("menu.toml");
    let variant = |name: &str, fields: &str| {
        format!("[[variant]]\nname = \"{name}\"\nclause = {{ kind = \"flex_down\", {fields} }}\n")
    };
    let text = variant("too much", "share = 1.5, windows = { every_months = 3 }")
        + &variant("fine", "share = 0.5, windows = { every_months = 3 }")
        + &variant("no windows", "share = 0.5");
    std::fs::write(&file, text).expect("written");
    let run = Command::cargo_bin("waterline")
        .expect("the binary")
        .args(["value", "models/studies/draft_with_rights.toml", "--menu"])
        .arg(&file)
        .current_dir(repository("."))
        .assert()
        .code(2);
    let said = String::from_utf8(run.get_output().stderr.clone()).expect("UTF-8");
    for part in ["variant \"too much\"", "variant \"no windows\"", "`windows` is missing"] {
        assert!(said.contains(part), "no {part} in\n{said}");
    }
    assert!(!said.contains("variant \"fine\"") && !said.contains("--set"), "{said}");
}
