//! Usage files as they come out of exports, spreadsheets and accidents.

use super::support::{Case, USAGE, case, hold};

/// Lines as a file.
fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.map(|line| line + "\n").collect()
}

/// Rows of `days` days from 2026-11-01, hour by hour, each made by `row` from the hour.
fn hours(header: &str, days: u32, row: impl Fn(u32) -> String) -> String {
    let line = |h| format!("2026-11-{:02}T{:02}:00:00Z,{}", 1 + h / 24, h % 24, row(h));
    lines([header.to_owned()].into_iter().chain((0..24 * days).map(line)))
}

/// A good file of 15 days.
pub(super) fn good() -> String {
    hours("timestamp,input_tokens,output_tokens", 15, |h| format!("{},{}", 1000 + h % 24, 100))
}

/// The good file with line `number` (from 1, the header) replaced.
fn line(number: usize, new: &str) -> String {
    let text = good();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[number - 1] = new;
    lines.join("\n") + "\n"
}

fn usage(name: &str, text: impl AsRef<[u8]>) -> Case {
    case(name, USAGE).file("usage.csv", text)
}

fn with_option(name: &str, text: &str, options: &[&str]) -> Case {
    options.iter().fold(usage(name, text), |case, o| case.set(&format!("workload.history.{o}")))
}

#[expect(clippy::too_many_lines, reason = "a table of cases")]
#[test]
fn usage_files() {
    let header = "timestamp,input_tokens,output_tokens";
    let at = |hour: &str| format!("2026-11-01T{hour}:00:00Z");
    let cells = |cells: &str| line(3, &format!("{},{cells}", at("01")));
    let mut cases = vec![
        case("no such file", USAGE),
        case("a folder for a file", USAGE).set("workload.history.file=\".\""),
        case("no name of a file", USAGE).set("workload.history.file=\"\""),
        usage("nothing in it", ""),
        usage("only line ends", "\n\n\r\n"),
        usage("only a byte-order mark", "\u{feff}"),
        usage("only a header", format!("{header}\n")),
        usage("no header", good().lines().skip(1).collect::<Vec<_>>().join("\n")),
        usage("one row", good().lines().take(2).collect::<Vec<_>>().join("\n")),
        usage("two rows of one time", format!("{header}\n{},1,1\n{},1,1\n", at("00"), at("00"))),
        usage("half a day", good().lines().take(13).collect::<Vec<_>>().join("\n")),
        usage("bytes that are not UTF-8", b"timestamp,input_tokens\n2026-11-01T00:00:00Z,\xff\n"),
        usage("UTF-16", good().encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
        usage("an Excel file", b"PK\x03\x04\x14\x00\x06\x00\x08\x00\xe9\xff"),
        usage("JSON", "[{\"timestamp\": \"2026-11-01T00:00:00Z\", \"input_tokens\": 5}]\n"),
        usage("semicolons", good().replace(',', ";")),
        usage("tabs", good().replace(',', "\t")),
        usage(
            "semicolons with decimal commas",
            good().replace(',', ";").replace(";100\n", ",5;100\n"),
        ),
        usage("a misspelled time column", good().replace("timestamp", "timestmap")),
        usage("another name of the time column", good().replace("timestamp", "date")),
        usage(
            "no column of tokens",
            good().replace("input_tokens", "a").replace("output_tokens", "b"),
        ),
        usage("an output column alone", hours("timestamp,output_tokens", 15, |_| "5".into())),
        usage("the same column twice", good().replace("output_tokens", "input_tokens")),
        usage("a count that is a word", cells("none,100")),
        usage("a count that is empty", cells(",100")),
        usage("a negative count", cells("-5,100")),
        usage("an absurd count", cells("1e16,100")),
        usage("a count that is not a number", cells("NaN,100")),
        usage("an infinite count", cells("inf,100")),
        usage("a thousands separator in quotes", cells("\"1,000\",100")),
        usage("a thousands separator", cells("1,000,100")),
        usage("a decimal comma in quotes", cells("\"5,5\",100")),
        usage("a decimal comma", cells("5,5,100")),
        usage("too many fields", cells("5,5,5,5")),
        usage("too few fields", cells("5")),
        usage("an unterminated quote", cells("\"5,100")),
        usage("an unterminated quote in the last field", cells("5,\"100")),
        usage("an unterminated quote in the header", format!("\"{}", good())),
        usage(
            "epoch seconds",
            (0..360).fold(format!("{header}\n"), |t, h| {
                t + &format!("{},5,5\n", 1_793_491_200 + 3600 * h)
            }),
        ),
        usage("times as in the United States", line(3, "11/01/2026 01:00,5,5")),
        usage("times as in Germany", line(3, "01.11.2026 01:00,5,5")),
        usage("a time that is empty", line(3, ",5,5")),
        usage("an hour 25", line(3, "2026-11-01T25:00:00Z,5,5")),
        usage("a 31 November", line(3, "2026-11-31T01:00:00Z,5,5")),
        usage("a year that is far off", line(3, "0026-11-01T01:00:00Z,5,5")),
        usage("a year that is a typing mistake", line(3, "2062-11-01T01:00:00Z,5,5")),
        usage("the same time with other counts", line(3, "2026-11-01T00:00:00Z,7,7")),
        usage("a time off the grid", line(3, "2026-11-01T01:07:00Z,5,5")),
        usage(
            "hours, then days",
            good() + &lines((1..4).map(|d| format!("2026-12-{d:02}T00:30:00Z,5,5"))),
        ),
        usage(
            "days",
            (1..29).fold(format!("{header}\n"), |t, d| t + &format!("2026-11-{d:02},5,5\n")),
        ),
        usage(
            "intervals of seven minutes",
            (0..400).fold(format!("{header}\n"), |t, i| {
                let m = i * 7;
                t + &format!(
                    "2026-11-{:02}T{:02}:{:02}:00Z,5,5\n",
                    1 + m / 1440,
                    m / 60 % 24,
                    m % 60
                )
            }),
        ),
        usage(
            "seconds",
            (0..400).fold(format!("{header}\n"), |t, s| {
                t + &format!("2026-11-01T00:{:02}:{:02}Z,5,5\n", s / 60, s % 60)
            }),
        ),
        usage("all zero", hours(header, 15, |_| "0,0".into())),
        usage(
            "zero in the last four weeks",
            hours(header, 30, |h| if h < 24 { "5,5" } else { "0,0" }.into()),
        ),
        usage(
            "all input from the cache, which takes no capacity",
            hours("timestamp,uncached_input_tokens,cached_input_tokens", 15, |_| "0,5".into()),
        ),
        usage(
            "more cached input than input",
            hours("timestamp,input_tokens,cached_input_tokens", 2, |_| "5,6".into()),
        ),
        usage(
            "mistakes of several kinds",
            hours(header, 15, |h| {
                match h {
                    3 | 5 | 7 => "-1,1",
                    8 => "x,1",
                    9 => "1",
                    _ => "1,1",
                }
                .into()
            }),
        ),
        case("no file at all", USAGE).replace("file = \"usage.csv\"\n", ""),
    ];
    let berlin = "time_zone=\"Europe/Berlin\"";
    let local = |day: &str, hour: &str| line(3, &format!("2026-{day} {hour}:30,5,5"));
    cases.extend([
        with_option("an hour that the clock skips", &local("03-29", "02"), &[berlin]),
        with_option(
            "an hour three times in autumn",
            &format!("{header}\n{}", lines((0..4).map(|i| format!("2026-10-25 02:00,{i},5")))),
            &[berlin],
        ),
        with_option("an unknown time zone", &good(), &["time_zone=\"Mars/Olympus\""]),
        with_option("a time zone by its abbreviation", &good(), &["time_zone=\"CEST\""]),
        with_option("a delimiter of two characters", &good(), &["delimiter=\";;\""]),
        with_option("an empty delimiter", &good(), &["delimiter=\"\""]),
        with_option("a delimiter that is no ASCII", &good(), &["delimiter=\"¦\""]),
        with_option("a delimiter that is a quote", &good(), &["delimiter='\"'"]),
        with_option("a delimiter that is a line end", &good(), &["delimiter=\"\\n\""]),
        with_option("a misspelled column", &good(), &["input=\"input_tokns\""]),
        with_option("a column that is not there", &good(), &["output=\"completions\""]),
        with_option(
            "two ways to state tokens",
            &good(),
            &["input=\"input_tokens\"", "uncached_input=\"input_tokens\""],
        ),
        with_option("the output share without a total", &good(), &["output_share=0.5"]),
        with_option("a total without its mix", &good(), &["total=\"input_tokens\""]),
        with_option(
            "units and tokens",
            &good(),
            &["load=\"input_tokens\"", "output=\"output_tokens\""],
        ),
        with_option(
            "one column for input and output",
            &good(),
            &["input=\"input_tokens\"", "output=\"input_tokens\""],
        ),
        with_option("a filter of an unknown column", &good(), &["filter={ modell = \"x\" }"]),
        with_option("a filter that leaves nothing", &good(), &["filter={ output_tokens = \"x\" }"]),
        with_option("a filter by a number", &good(), &["filter={ output_tokens = 100 }"]),
        with_option("a window of no days", &good(), &["level_days=0"]),
        with_option(
            "a window without rows",
            &(good() + "2026-12-20T00:00:00Z,0,0\n"),
            &["level_days=7"],
        ),
        with_option(
            "a column and a share of cached input",
            &hours("timestamp,uncached_input_tokens,cached_input_tokens", 15, |_| "5,5".into()),
            &["cached_share=0.5"],
        ),
        usage("a time without an offset among others", line(5, "2026-11-01T03:00:00,1,1")),
        usage("days of a spreadsheet", line(5, "46327.125,1,1")),
        with_option("an unknown meaning of missing rows", &good(), &["missing=\"interpolate\""]),
        with_option("an unknown meaning of repeated rows", &good(), &["repeated=\"sum\""]),
    ]);
    hold("usage_files", &cases);
}
