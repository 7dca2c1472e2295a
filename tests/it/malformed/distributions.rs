//! Distributions that are none, or that a field cannot bear.

use super::support::{Case, UNITS, case, hold};

/// The cases of the family.
#[expect(clippy::too_many_lines, reason = "a table of cases")]
pub(super) fn of_distributions() -> Vec<Case> {
    let cases = [
        (
            "triangular: the mode outside",
            "workload.level={ dist = \"triangular\", min = 10, mode = 200, max = 100 }",
        ),
        (
            "triangular: all in reverse",
            "workload.level={ dist = \"triangular\", min = 30, mode = 20, max = 10 }",
        ),
        (
            "PERT: the mode below",
            "workload.level={ dist = \"pert\", min = 10, mode = 5, max = 100 }",
        ),
        ("PERT: no range", "workload.level={ dist = \"pert\", min = 10, mode = 10, max = 10 }"),
        (
            "PERT: a shape of zero",
            "workload.level={ dist = \"pert\", min = 10, mode = 12, max = 20, shape = 0 }",
        ),
        ("uniform in reverse", "workload.level={ dist = \"uniform\", min = 20, max = 10 }"),
        ("uniform without an end", "workload.level={ dist = \"uniform\", min = 20, max = inf }"),
        ("beta without shape", "workload.level={ dist = \"beta\", alpha = 0, beta = 2 }"),
        (
            "beta in reverse",
            "workload.level={ dist = \"beta\", alpha = 2, beta = 2, min = 5, max = 1 }",
        ),
        (
            "beta of absurd shape",
            "workload.level={ dist = \"beta\", alpha = 1e-12, beta = 1e12, min = 1, max = 2 }",
        ),
        ("gamma without spread", "workload.level={ dist = \"gamma\", mean = 10, sd = 0 }"),
        ("gamma of absurd spread", "workload.level={ dist = \"gamma\", mean = 1, sd = 1e6 }"),
        ("normal with nothing", "workload.level={ dist = \"normal\" }"),
        (
            "normal stated twice",
            "workload.level={ dist = \"normal\", mean = 1, sd = 1, p10 = 0, p90 = 2 }",
        ),
        (
            "normal with quantiles in reverse",
            "growth.expected_per_year={ dist = \"normal\", p10 = 2, p90 = 1 }",
        ),
        (
            "normal with a negative spread",
            "workload.level={ dist = \"normal\", mean = 1, sd = -1 }",
        ),
        (
            "normal where negative values make no sense",
            "workload.level={ dist = \"normal\", mean = 100, sd = 10 }",
        ),
        (
            "normal bounded to nothing",
            "workload.level={ dist = \"normal\", mean = 100, sd = 1, min = 500 }",
        ),
        (
            "normal with bounds in reverse",
            "workload.level={ dist = \"normal\", mean = 100, sd = 1, min = 101, max = 99 }",
        ),
        (
            "normal with an infinite bound",
            "workload.level={ dist = \"normal\", mean = 100, sd = 1, min = 50, max = inf }",
        ),
        (
            "normal without spread outside its bounds",
            "workload.level={ dist = \"normal\", mean = 100, sd = 0, min = 101 }",
        ),
        (
            "lognormal with a negative mean",
            "workload.level={ dist = \"lognormal\", mean = -1, log_sd = 0.1 }",
        ),
        (
            "lognormal with mean and median",
            "workload.level={ dist = \"lognormal\", mean = 1, median = 1, log_sd = 0.1 }",
        ),
        (
            "lognormal without spread outside its bounds",
            "workload.level={ dist = \"lognormal\", mean = 100, log_sd = 0, min = 101 }",
        ),
        (
            "lognormal bounded to nothing",
            "workload.level={ dist = \"lognormal\", mean = 1, log_sd = 0.1, min = 50 }",
        ),
        (
            "lognormal of absurd spread",
            "workload.level={ dist = \"lognormal\", mean = 1, log_sd = 60 }",
        ),
        (
            "Student t without degrees of freedom",
            "growth.expected_per_year={ dist = \"student_t\", location = 0, scale = 0.1, df = 0 }",
        ),
        (
            "Student t without a scale",
            "growth.expected_per_year={ dist = \"student_t\", location = 0, scale = 0, df = 4 }",
        ),
        (
            "Student t whose mean does not exist",
            "forecast_error.level={ dist = \"student_t\", location = 1, scale = 0.1, df = 1, min = 0.1 }",
        ),
        (
            "Student t whose variance does not exist",
            "forecast_error.level={ dist = \"student_t\", location = 1, scale = 0.1, df = 2, min = 0.1 }",
        ),
        (
            "Student t in an exponent",
            "growth.log_drift_per_year={ dist = \"student_t\", location = 0, scale = 0.1, df = 30 }",
        ),
        (
            "Student t without a lower bound for growth",
            "growth.expected_per_year={ dist = \"student_t\", location = 0, scale = 0.1, df = 30 }",
        ),
        (
            "Student t for a fee",
            "contract.fee_per_unit_month={ dist = \"student_t\", location = 6, scale = 0.1, df = 1, min = 1 }",
        ),
        (
            "Student t for a price",
            "workload.on_demand_per_unit_month={ dist = \"student_t\", location = 6, scale = 0.1, df = 0.5, min = 1 }",
        ),
        (
            "discrete: no values",
            "workload.level={ dist = \"discrete\", values = [], probabilities = [] }",
        ),
        (
            "discrete: one probability too few",
            "workload.level={ dist = \"discrete\", values = [1, 2], probabilities = [1.0] }",
        ),
        (
            "discrete: probabilities in percent",
            "workload.level={ dist = \"discrete\", values = [1, 2], probabilities = [70, 30] }",
        ),
        (
            "discrete: probabilities that sum to 0.9",
            "workload.level={ dist = \"discrete\", values = [1, 2], probabilities = [0.7, 0.2] }",
        ),
        (
            "discrete: a negative probability",
            "workload.level={ dist = \"discrete\", values = [1, 2], probabilities = [1.5, -0.5] }",
        ),
        (
            "discrete: a value that is no number",
            "workload.level={ dist = \"discrete\", values = [1, nan], probabilities = [0.5, 0.5] }",
        ),
        (
            "discrete: a level of zero",
            "workload.level={ dist = \"discrete\", values = [0, 200], probabilities = [0.5, 0.5] }",
        ),
        ("empirical: no values", "workload.level={ dist = \"empirical\", values = [] }"),
        ("empirical: one value", "workload.level={ dist = \"empirical\", values = [3] }"),
        (
            "empirical: a negative value",
            "workload.level={ dist = \"empirical\", values = [3, -1] }",
        ),
        (
            "empirical: an infinite value",
            "workload.level={ dist = \"empirical\", values = [3, inf] }",
        ),
        ("point: infinite", "workload.level={ dist = \"point\", value = inf }"),
        (
            "volatility without an upper bound",
            "growth.volatility_per_month={ dist = \"lognormal\", mean = 0.1, log_sd = 0.5 }",
        ),
        (
            "persistence that reaches one",
            "forecast_error.persistence={ dist = \"uniform\", min = 0.5, max = 1.0 }",
        ),
        (
            "a skewed error that can be negative",
            "forecast_error.skewed={ dist = \"normal\", mean = 1, sd = 0.1 }",
        ),
        (
            "a skewed error and a shock",
            "forecast_error={ shock_sd = 0.1, skewed = { dist = \"gamma\", mean = 1, sd = 0.1 } }",
        ),
        (
            "a skewed error that can be nothing",
            "forecast_error.skewed={ dist = \"discrete\", values = [0, 2], probabilities = [0.5, 0.5] }",
        ),
        ("a skewed error that is a number", "forecast_error.skewed=1.0"),
        (
            "an exponential of a lognormal",
            "growth.log_drift_per_month={ dist = \"lognormal\", mean = 0.1, log_sd = 0.1 }",
        ),
        (
            "a share beyond one",
            "contract.clauses=[{ kind = \"flat_discount\", share = { dist = \"uniform\", min = 0.5, max = 1.5 } }]",
        ),
    ];
    let cases: Vec<Case> =
        cases.map(|(name, set)| case(name, UNITS).set(set)).into_iter().collect();
    cases
}

#[test]
fn distributions() {
    hold("distributions", &of_distributions());
}

/// The cases of the family.
pub(super) fn of_correlations() -> Vec<Case> {
    let uncertain = |text: &str| {
        case(text, UNITS).append("[price]\nvolatility_per_month = 0.1\n[forecast_error]\nlevel = { dist = \"lognormal\", mean = 1, log_sd = 0.1 }\nshock_sd = 0.1")
    };
    let pair = |a: &str, b: &str, value: &str| {
        format!("[[correlations]]\nbetween = [\"{a}\", \"{b}\"]\nvalue = {value}\n")
    };
    let impossible = [
        pair("growth", "price", "0.9"),
        pair("price", "forecast_error", "0.9"),
        pair("growth", "forecast_error", "-0.9"),
    ];
    let cases = [
        uncertain("not positive definite").append(&impossible.concat()),
        uncertain("an unknown name").append(&pair("growth", "prise", "0.1")),
        uncertain("something certain").append(&pair("growth", "workload.level", "0.1")),
        uncertain("beyond one").append(&pair("growth", "price", "1.1")),
        uncertain("below minus one").append(&pair("growth", "price", "-2")),
        uncertain("not a number").append(&pair("growth", "price", "nan")),
        uncertain("with itself").append(&pair("growth", "growth", "0.5")),
        uncertain("given twice").append(&format!(
            "{}{}",
            pair("growth", "price", "0.5"),
            pair("price", "growth", "0.4")
        )),
        uncertain("a shock with a parameter").append(&pair(
            "growth",
            "forecast_error.level",
            "0.5",
        )),
        uncertain("one name").append("[[correlations]]\nbetween = [\"growth\"]\nvalue = 0.5"),
        uncertain("three names")
            .append("[[correlations]]\nbetween = [\"growth\", \"price\", \"price\"]\nvalue = 0.5"),
        uncertain("no value").append("[[correlations]]\nbetween = [\"growth\", \"price\"]"),
        uncertain("a single table")
            .append("[correlations]\nbetween = [\"growth\", \"price\"]\nvalue = 1"),
        case("nothing that moves", UNITS)
            .replace("volatility_per_month = 0.1\n", "")
            .append(&pair("growth", "price", "0.5")),
    ];
    Vec::from(cases)
}

#[test]
fn correlations() {
    hold("correlations", &of_correlations());
}
