//! Several workloads that cannot be what they say.

use super::support::{Case, UNITS, case, hold};

/// The base study with a second workload whose table starts with `fields`.
fn second(name: &str, fields: &str) -> Case {
    let text = format!(
        "[[workloads]]\n{fields}\n[workloads.load]\nlevel = 40\non_demand_per_unit_month = 14.0\n"
    );
    case(name, UNITS).append(&text)
}

#[test]
fn growth_of_their_own() {
    let own = "growth = { volatility_per_year = 0.4 }";
    let pair = |a: &str, b: &str| {
        format!("correlations=[{{ between = [\"{a}\", \"{b}\"], value = 0.5 }}]")
    };
    let waits = "workload.levers=[{ kind = \"deferrable\", share = 0.2, window_hours = 4 }]";
    let shape = "workload.shape=office_week";
    let cases = [
        second("two ways to grow", "growth_per_year = 0.3\ngrowth = { volatility_per_year = 0.4 }"),
        second("a word of another table", "growth = { moves = \"yearly\" }"),
        second("two rates", "growth = { expected_per_year = 0.3, expected_per_month = 0.02 }"),
        second("a level that vanishes", "growth = { expected_per_year = -1.0 }"),
        second("a level that explodes", "growth = { volatility_per_year = 50 }"),
        second(
            "a mean that is infinite",
            "growth = { expected_per_year = { dist = \"student_t\", location = 0.2, scale = 0.1, df = 3 } }",
        ),
        second("jumps without a size", "growth = { jumps = { launch = { per_year = 1 } } }"),
        second("growth that is no table", "growth = 0.3"),
        second("a correlation with what stands still", "growth = { expected_per_year = 0.3 }")
            .set(&pair("growth", "workloads[0].growth")),
        second("a correlation with no workload", own).set(&pair("growth", "workloads[1].growth")),
        second("a correlation with itself", own)
            .set(&pair("workloads[0].growth", "workloads[0].growth")),
        second("load that may wait in a mix that moves", own).set(waits).set(shape),
        second("load that may wait beside an uncertain level", "growth_per_year = 0.1")
            .set(waits)
            .set(shape)
            .set("workload.level={ dist = \"uniform\", min = 90, max = 110 }"),
        second("correlations beside an unknown offer", own)
            .set("contract.offer=azure/none")
            .set("correlations=[{ between = [\"growth\", \"prices\"], value = 0.5 }, { between = [\"growth\", \"workloads[2].growth\"], value = 2 }]"),
        second("a correlation beside a growth that is none", own)
            .set("growth.expected_per_year=-3")
            .set("correlations=[{ between = [\"price\", \"workloads[2].growth\"], value = 0.5 }, { between = [\"growth\", \"workloads[0].growth\"], value = 0.5 }]"),
        case("a load in two ways, of a model that nobody knows", UNITS)
            .set("workload.tokens={ input_per_month = 1e9, output_per_month = 1e8 }")
            .set("workload.model=azure/gpt-9")
            .set("workload.shape=office_weak"),
        second("a shape without hours", own).set("workload.shape=cloud_large"),
    ];
    hold("workloads", &cases);
}
