//! Files that are no study at all, and mistakes of writing.

use super::support::{Case, TOKENS, UNITS, bytes, case, hold};

#[test]
fn files() {
    let not_utf8: Vec<u8> = [UNITS.as_bytes(), b"# caf\xe9\n"].concat();
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(UNITS.bytes().flat_map(|b| [b, 0])).collect();
    let cases: Vec<Case> = vec![
        case("an empty file", ""),
        case("only a comment", "# nothing yet\n"),
        case("only white space and a byte-order mark", "\u{feff}  \r\n"),
        case("not TOML but JSON", "{ \"workload\": { \"level\": 100 } }"),
        case("not TOML but YAML", "workload:\n  level: 100\n"),
        case("not TOML but a CSV file", "timestamp,input_tokens\n2026-11-01T00:00:00Z,1\n"),
        bytes("bytes that are not UTF-8", &not_utf8),
        bytes("UTF-16, as a spreadsheet saves it", &utf16),
        bytes("zero bytes", &[0; 40]),
        case("a value is missing", UNITS).replace("level = 100", "level ="),
        case("a quote is missing", UNITS).replace("title = \"Base\"", "title = \"Base"),
        case("curly quotes from a word processor", UNITS)
            .replace("title = \"Base\"", "title = “Base”"),
        case("a bracket is missing", UNITS).replace("[growth]", "[growth"),
        case("a colon for the equals sign", UNITS).replace("level = 100", "level: 100"),
        case("a thousands separator", UNITS).replace("level = 100", "level = 1,000"),
        case("a decimal comma", UNITS).replace("0.5", "0,5"),
        case("a number without its zero", UNITS).replace("0.5", ".5"),
        case("a percent sign", UNITS).replace("0.5", "50%"),
        case("a currency sign", UNITS).replace("10.0", "$10.00"),
        case("a word without quotes", UNITS).replace("\"optimize\"", "optimize"),
        case("the same key twice", UNITS).replace("level = 100", "level = 100\nlevel = 200"),
        case("the same table twice", UNITS).append("[growth]\nexpected_per_month = 0.1"),
        case("Windows line ends with a mistake in the last line", &UNITS.replace('\n', "\r\n"))
            .append("[sizing]\r\nminimise = \"mean\"\r"),
        case("a byte-order mark with a mistake in the first line", &format!("\u{feff}{UNITS}"))
            .replace("title", "titel"),
        case("two mistakes of writing", UNITS)
            .replace("level = 100", "level =")
            .replace("term_months = 12", "term_months = ]"),
    ];
    hold("files", &cases);
}

/// The cases of the family.
#[expect(clippy::too_many_lines, reason = "a table of cases")]
pub(super) fn of_fields() -> Vec<Case> {
    let unknown = [
        ("a misspelled field", "[growth]", "[growth]\nexpected_per_yaer = 0.5"),
        ("a field of another table", "[growth]", "[growth]\nbudget = 5"),
        ("a field with a capital", "level = 100", "Level = 100"),
        ("a field with a hyphen", "term_months", "term-months"),
        ("a misspelled table", "[strategies]", "[strategy]"),
        ("a table that does not exist", "[strategies]", "[weather]\nx = 1\n[strategies]"),
        ("a table as a list of tables", "[growth]", "[[growth]]"),
    ];
    let mut cases: Vec<Case> =
        unknown.map(|(name, old, new)| case(name, UNITS).replace(old, new)).into_iter().collect();
    let types = [
        ("a number in quotes", "workload.level=\"100\""),
        ("a percentage in quotes", "growth.expected_per_year=\"50%\""),
        ("text for a number", "workload.level=\"a lot\""),
        ("a number for text", "title=5"),
        ("a table for a number", "workload.level={ size = 100 }"),
        ("a list for a number", "workload.level=[100]"),
        ("a word for true or false", "workload.level=true"),
        ("a date without quotes", "start=2027-01-01"),
        ("a fraction for a whole number", "contract.term_months=12.5"),
        ("a whole number with a point", "contract.term_months=12.0"),
        ("a number for a table", "growth=0.5"),
        ("text for a table", "contract=\"azure/ptu-global-1y\""),
        ("a table for a list", "contract.clauses={ kind = \"clawback\" }"),
        ("a number in place of a list", "contract.clauses=1"),
        ("an unknown word", "sizing.minimize=\"median\""),
        ("a misspelled word", "sizing.minimize=\"quantil\""),
        ("a word in capitals", "contract.units=\"OPTIMIZE\""),
        ("a number for a word", "sizing.minimize=1"),
        ("a misspelled strategy", "strategies.compare=[\"hybird\"]"),
        ("a strategy as text", "strategies.compare=\"hybrid\""),
        ("a clause without a kind", "contract.clauses=[{ share = 0.1 }]"),
        ("a misspelled clause", "contract.clauses=[{ kind = \"clawbak\", share = 0.1 }]"),
        ("a clause whose kind is a number", "contract.clauses=[{ kind = 3 }]"),
        ("a clause that is no table", "contract.clauses=[\"ramp\"]"),
        ("a clause with fields missing", "contract.clauses=[{ kind = \"clawback\" }]"),
        ("a distribution without its name", "workload.level={ mean = 100, sd = 5 }"),
        (
            "a misspelled distribution",
            "workload.level={ dist = \"lognornal\", mean = 100, log_sd = 1 }",
        ),
        (
            "a distribution with a misspelled field",
            "workload.level={ dist = \"gamma\", maen = 100, sd = 5 }",
        ),
        ("a distribution with fields missing", "workload.level={ dist = \"triangular\", min = 1 }"),
        ("a distribution with text", "workload.level={ dist = \"uniform\", min = \"1\", max = 2 }"),
        ("a jump that is a number", "growth.jumps.launch=0.5"),
        ("a jump with fields missing", "growth.jumps.launch={ per_year = 0.5 }"),
        ("a month that is a name", "start=\"January 2027\""),
        ("a thirteenth month", "start=\"2027-13\""),
        ("a day for a month", "start=\"2027-01-15\""),
        ("an empty month", "start=\"\""),
    ];
    cases.extend(types.map(|(name, set)| case(name, UNITS).set(set)));
    let missing = [
        ("no workload", "[workload]\nlevel = 100\non_demand_per_unit_month = 10.0\n", ""),
        ("no level", "level = 100\n", ""),
        ("no on-demand price", "on_demand_per_unit_month = 10.0\n", ""),
        ("no fee", "fee_per_unit_month = 6.0\n", ""),
        ("no term", "term_months = 12\n", ""),
    ];
    cases.extend(missing.map(|(name, old, new)| case(name, UNITS).replace(old, new)));
    cases.push(case("no contract", "[workload]\nlevel = 1\non_demand_per_unit_month = 1\n"));
    cases.push(case("no model", TOKENS).replace("model = \"azure/gpt-5.1\"\n", ""));
    cases
}

#[test]
fn fields() {
    hold("fields", &of_fields());
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let study = UNITS
        .replace("level = 100", "level = \"100\"")
        .replace("[growth]", "[growth]\nvolatilty = 0.1")
        .replace("expected_per_year = 0.5", "expected_per_year = -2")
        .replace("term_months = 12", "term_months = 0")
        .replace("[\"hybrid\"]", "[\"hybird\"]");
    let fields = case("seven fields", &study)
        .append("[sizing]\nminimize = \"median\"\n[finance]\nbudget = -5");
    let meaning = case("six contradictions", UNITS)
        .replace("expected_per_year = 0.5", "expected_per_year = 0.5\nlog_drift_per_year = 0.1")
        .replace("level = 100", "level = 100\nmodel = \"azure/gpt-5.1\"")
        .append("[sizing]\nminimize = \"cvar\"\n[[contract.clauses]]\nkind = \"ramp\"\nsteps = [{ until_month = 13, share = 0.5 }]")
        .set("contract.start_month=30")
        .set("horizon_months=20")
        .set("start=\"soon\"");
    hold("many_at_once", &[fields, meaning]);
    let text = std::fs::read_to_string(crate::support::repository(
        "tests/it/malformed/snapshots/many_at_once.snap",
    ));
    let text = text.expect("the snapshot");
    assert!(text.contains("7 errors") && text.contains("6 errors"), "{text}");
}
