//! Every bound of the schema, one value beyond it, through the binary.
//!
//! The list of bounds comes from the schema itself, so that a new field is covered.

use super::support::{Case, TOKENS, UNITS, USAGE, case, hold};
use serde_json::Value as Json;
use waterline::input::study_file::StudyFile;

/// A bounded field: its path in an override, and a value just outside.
struct Bound {
    path: String,
    beyond: String,
}

/// The schema behind a reference.
fn resolve<'a>(root: &'a Json, schema: &'a Json) -> &'a Json {
    let inner = schema["anyOf"].as_array().and_then(|options| {
        options.iter().find(|o| o["type"] != "null" && (o["$ref"].is_string()))
    });
    let schema = inner.unwrap_or(schema);
    match schema["$ref"].as_str() {
        Some(reference) => &root["$defs"][reference.rsplit('/').next().expect("a name")],
        None => schema,
    }
}

/// Collects the bounds of all plain numbers and parameters below `schema`.
fn collect(root: &Json, schema: &Json, path: &str, found: &mut Vec<Bound>) {
    let just = |x: f64, step: f64| format!("{:?}", x + step);
    let limits = [
        ("minimum", -1.0),
        ("exclusiveMinimum", 0.0),
        ("maximum", 1.0),
        ("exclusiveMaximum", 0.0),
        ("x-min", -0.01),
        ("x-above", 0.0),
        ("x-max", 0.01),
        ("x-below", 0.0),
    ];
    for (limit, step) in limits {
        if let Some(x) = schema[limit].as_f64() {
            let whole = schema.to_string().contains("\"integer\"");
            let beyond = just(x, step);
            let beyond = if whole { beyond.trim_end_matches(".0").to_owned() } else { beyond };
            found.push(Bound { path: path.to_owned(), beyond });
        }
    }
    let target = resolve(root, schema);
    let empty = serde_json::Map::new();
    for (key, property) in target["properties"].as_object().unwrap_or(&empty) {
        let inside = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        collect(root, property, &inside, found);
    }
    if let more @ Json::Object(_) = &target["additionalProperties"] {
        collect(root, more, &format!("{path}.any"), found);
    }
}

/// The study in which a field exists.
fn base(path: &str) -> &'static str {
    match path.split('.').nth(1) {
        Some("history") => USAGE,
        Some("tokens" | "requests") => TOKENS,
        _ => UNITS,
    }
}

/// The cases of the family.
pub(super) fn of_bounds() -> Vec<Case> {
    let schema = schemars::schema_for!(StudyFile).to_value();
    let mut found = Vec::new();
    collect(&schema, &schema, "", &mut found);
    assert!(found.len() > 60, "{}", found.len());
    let cases: Vec<_> = found
        .iter()
        .map(|bound| {
            let set = format!("{}={}", bound.path, bound.beyond);
            case(&set, base(&bound.path)).file("usage.csv", "timestamp,input_tokens\n").set(&set)
        })
        .collect();
    cases
}

#[test]
fn every_bound_of_the_schema_holds() {
    hold("bounds", &of_bounds());
}

/// Values that are no sensible number, in one field of each kind.
#[test]
fn numbers_that_are_none() {
    let fields = [
        "workload.level",
        "workload.burst_cv",
        "growth.expected_per_year",
        "growth.volatility_per_month",
        "forecast_error.level",
        "price.log_drift_per_year",
        "contract.fee_per_unit_month",
        "contract.units",
        "contract.step",
        "contract.term_months",
        "contract.start_month",
        "horizon_months",
        "months_until_start",
        "sizing.max_units",
        "sizing.sizes",
        "finance.budget",
        "finance.discount_rate_per_year",
        "run.paths",
        "run.seed",
        "growth.jumps.a",
    ];
    let mut cases = Vec::new();
    for field in fields {
        for value in ["nan", "inf", "-inf", "1e400", "1e300", "-1"] {
            // One fall per year is possible in the logarithm, and rates may be negative.
            let allowed = value == "-1" && field == "price.log_drift_per_year";
            if !allowed {
                let set = match field {
                    "sizing.sizes" => format!("{field}=[{value}]"),
                    "growth.jumps.a" => format!("{field}={{ per_year = {value}, log_mean = 0.1 }}"),
                    _ => format!("{field}={value}"),
                };
                cases.push(case(&set, UNITS).set(&set));
            }
        }
    }
    for value in
        ["9223372036854775808", "18446744073709551615", "1e18", "1_000_000_000_000_000_000"]
    {
        let set = format!("run.paths={value}");
        cases.push(case(&set, UNITS).set(&set));
    }
    hold("numbers", &cases);
}
