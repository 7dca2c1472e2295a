//! Usage files, good and bad.

use super::*;
use crate::curve::Shape;
use crate::input::findings::Findings;
use serde::Deserialize;

fn table(extra: &str) -> HistoryTable {
    let text = format!("file = \"usage.csv\"\n{extra}");
    HistoryTable::deserialize(toml::from_str::<toml::Value>(&text).expect("TOML")).expect("a table")
}

fn read_text(extra: &str, text: &str) -> (Option<History>, Findings) {
    let mut findings = Findings::default();
    let source = findings.sources.add("study.toml", "x");
    let place = Place { source, span: 0..1 };
    let table = table(extra);
    let zone = table.time_zone.as_ref().map(|name| TimeZone::get(name).expect("a zone"));
    let zone = zone.unwrap_or(TimeZone::UTC);
    let history = read(&table, zone, "usage.csv", text, &place, &mut findings);
    (history, findings)
}

/// Hours of two days from 2026-11-01, each row made by `row` from the hour.
fn days(hours: u32, row: impl Fn(u32) -> String) -> String {
    let lines =
        (0..hours).map(|h| format!("2026-11-{:02}T{:02}:00:00Z,{}", 1 + h / 24, h % 24, row(h)));
    let body: Vec<String> = lines.collect();
    format!("timestamp,input_tokens,output_tokens\n{}\n", body.join("\n"))
}

fn errors(extra: &str, text: &str) -> Vec<String> {
    let (history, findings) = read_text(extra, text);
    assert!(history.is_none(), "{text}");
    findings.list.iter().map(|f| f.message.clone()).collect()
}

#[test]
fn a_clean_file_gives_level_and_shape() {
    // Input 100 by day (hours 12 to 23) and 300 by night, output 10: mean 200.
    let text = days(48, |h| if h % 24 < 12 { "300,10".into() } else { "100,10".into() });
    let (history, findings) = read_text("", &text);
    assert!(findings.list.is_empty(), "{}", findings.render(false));
    let mut history = history.expect("clean");
    assert_eq!(history.facts.tokens_per_hour, [200.0, 0.0, 10.0]);
    assert_eq!((history.facts.intervals, history.facts.missing), (48, 0));
    assert_eq!(
        history.facts.columns,
        ["timestamp: timestamp", "input: input_tokens", "output: output_tokens"]
    );
    let shape = history.course(RelativeTo::Month, |t| t[0] + t[1]).shape();
    assert_eq!(shape, Shape::new(&[0.5, 1.5], &[1.0, 1.0]));
    assert_eq!(history.facts.to, "2026-11-03T00:00:00Z");
}

#[test]
fn gaps_copies_and_disorder_are_handled_and_counted() {
    let mut lines: Vec<String> = days(72, |_| "100,10".into()).lines().map(str::to_owned).collect();
    let copy = lines[5].clone();
    lines.push(copy);
    lines.swap(20, 30);
    lines.remove(50);
    lines.remove(50);
    let (history, _) = read_text("", &lines.join("\n"));
    let facts = history.expect("handled").facts;
    assert_eq!((facts.copies, facts.missing, facts.intervals), (1, 2, 70));
    assert!(facts.unsorted >= 2);
    assert_eq!(facts.tokens_per_hour[0], 100.0);
    // As zeros the missing hours lower the level.
    let (history, _) = read_text("missing = \"zero\"", &lines.join("\n"));
    let level = history.expect("handled").facts.tokens_per_hour[0];
    assert!((level - 100.0 * 70.0 / 72.0).abs() < 1e-9, "{level}");
}

#[test]
fn the_level_is_the_mean_of_the_last_days() {
    let text = days(24 * 20, |h| if h < 24 * 10 { "100,0".into() } else { "200,0".into() });
    let (history, _) = read_text("level_days = 10", &text);
    assert_eq!(history.expect("clean").facts.tokens_per_hour[0], 200.0);
    let (history, _) = read_text("level_days = 20", &text);
    assert_eq!(history.expect("clean").facts.tokens_per_hour[0], 150.0);
}

#[test]
fn a_total_is_split_by_the_stated_mix() {
    let text = days(48, |_| "100,0".into())
        .replace("input_tokens", "total_tokens")
        .replace("output_tokens", "x");
    let (history, findings) = read_text("total = \"total_tokens\"\noutput_share = 0.2", &text);
    assert!(findings.list.is_empty(), "{}", findings.render(false));
    assert_eq!(history.expect("clean").facts.tokens_per_hour, [80.0, 0.0, 20.0]);
    let (history, findings) = read_text("total = \"total_tokens\"", &text);
    assert!(history.is_none() && findings.list[0].help.contains("output_share"));
}

#[test]
fn a_filter_picks_rows_and_parts_are_added() {
    let rows = (0..48).flat_map(|h| {
        ["a", "b"].map(|model| {
            format!(
                "2026-11-{:02}T{:02}:00:00Z,{model},{}",
                1 + h / 24,
                h % 24,
                if model == "a" { 10 } else { 30 }
            )
        })
    });
    let text = format!("timestamp,model,input_tokens\n{}\n", rows.collect::<Vec<_>>().join("\n"));
    let (history, _) = read_text("filter = { model = \"b\" }", &text);
    let facts = history.expect("filtered").facts;
    assert_eq!((facts.tokens_per_hour[0], facts.filtered), (30.0, 48));
    let (history, _) = read_text("repeated = \"add\"", &text);
    assert_eq!(history.expect("added").facts.tokens_per_hour[0], 40.0);
    assert!(errors("", &text)[0].contains("a time that another row has"));
    assert!(errors("filter = { model = \"c\" }", &text)[0].contains("the filter leaves 0"));
}

#[test]
fn local_time_with_its_zone_has_no_gap_and_no_copy_at_the_switches() {
    // Berlin, 24 to 26 October 2026: the 25th has 25 hours.
    let mut rows = Vec::new();
    for (day, hours) in [(24, 24), (25, 25), (26, 24)] {
        for h in 0..hours {
            let local = if day == 25 && h > 2 { h - 1 } else { h };
            rows.push(format!("2026-10-{day} {local:02}:00,100,{h}"));
        }
    }
    let text = format!("timestamp,input_tokens,output_tokens\n{}\n", rows.join("\n"));
    let (history, findings) = read_text("time_zone = \"Europe/Berlin\"", &text);
    assert!(findings.list.is_empty(), "{}", findings.render(false));
    let facts = history.expect("read").facts;
    assert_eq!((facts.intervals, facts.missing, facts.copies), (73, 0, 0));
    // Without the zone the repeated hour is a contradiction that names the way out.
    let (history, findings) = read_text("", &text);
    assert!(history.is_none() && findings.list[0].help.contains("time_zone"));
}

#[test]
fn minutes_are_read_and_days_are_refused() {
    let rows = (0..2880).map(|m| {
        format!("2026-11-{:02}T{:02}:{:02}:00Z,{}", 1 + m / 1440, m / 60 % 24, m % 60, m % 7)
    });
    let text = format!("timestamp,total_tokens\n{}\n", rows.collect::<Vec<_>>().join("\n"));
    let (history, _) = read_text("total = \"total_tokens\"\noutput_share = 0.5", &text);
    assert_eq!(history.expect("minutes").facts.interval_minutes, 1);
    let rows = (1..29).map(|d| format!("2026-11-{d:02}T00:00:00Z,5"));
    let text = format!("timestamp,input_tokens\n{}\n", rows.collect::<Vec<_>>().join("\n"));
    assert_eq!(errors("", &text), ["the intervals are 24 hours long"]);
}

#[test]
fn bad_rows_are_gathered_by_kind_with_their_lines() {
    let mut lines: Vec<String> = days(48, |_| "100,10".into()).lines().map(str::to_owned).collect();
    for (line, bad) in [
        (3, "-5,10"),
        (7, "-6,10"),
        (9, "1,x"),
        (11, "\"1,000\",3"),
        (13, ",3"),
        (15, "1e18,3"),
        (17, "nan,1"),
    ] {
        let time = lines[line].split(',').next().expect("a time").to_owned();
        lines[line] = format!("{time},{bad}");
    }
    lines[19] = "yesterday,1,1".into();
    let found = errors("", &lines.join("\n"));
    let wanted = [
        "a count that is not a number",
        "a count that is not finite",
        "a count with commas",
        "a negative count",
        "an absurdly large count",
        "an empty count",
        "an unreadable time",
    ];
    for kind in wanted {
        assert_eq!(found.iter().filter(|m| m.contains(kind)).count(), 1, "{kind} in {found:#?}");
    }
    assert!(
        found
            .iter()
            .any(|m| m.starts_with("2 rows with a negative count") && m.contains("line 4, 8")),
        "{found:#?}"
    );
}

#[test]
fn unusable_files_are_named() {
    assert_eq!(errors("", ""), ["the usage file is empty"]);
    assert!(
        errors("", "timestamp;input_tokens\n2026-11-01T00:00:00Z;1\n")[0].contains("no column")
    );
    let (_, findings) = read_text("", "timestamp;input_tokens\n1;1\n");
    assert!(findings.list[0].help.contains("delimiter"));
    assert!(errors("", "time,input_tokens\n1,1\n")[0].contains("no column \"timestamp\""));
    assert!(errors("input = \"promt\"", &days(48, |_| "1,1".into()))[0].contains("promt"));
    assert!(errors("", &days(10, |_| "1,1".into()))[0].contains("covers 10.0 hours"));
    assert!(errors("", &days(48, |_| "0,0".into()))[0].contains("no tokens"));
    assert!(errors("", "timestamp,input_tokens\n")[0].contains("0 rows"));
}

#[test]
fn usual_names_are_found_however_they_are_spelled() {
    let text = days(48, |_| "100,40,7".into());
    let two = "input_tokens,output_tokens";
    for head in
        ["Prompt Tokens,cached_tokens,Completion_Tokens", "input_tokens,CachedInput,outputTokens"]
    {
        let text = text.replace(two, head);
        let (history, _) = read_text("", &text);
        assert_eq!(history.expect("read").facts.tokens_per_hour, [60.0, 40.0, 7.0], "{head}");
    }
    let odd = text.replace(two, "input_tokens,my_cache_hits,output_tokens");
    let history = read_text("", &odd).0.expect("read");
    assert!(history.warnings.iter().any(|w| w.code == "history-column-idle"));
}

#[test]
fn fractions_of_tokens_are_doubted() {
    let codes = |row: &str| -> Vec<String> {
        let (history, _) = read_text("", &days(48, |_| row.into()));
        history.expect("read").warnings.into_iter().map(|w| w.code).collect()
    };
    assert!(codes("676,67.670").contains(&"history-fractions".to_owned()));
    assert!(!codes("676,67").contains(&"history-fractions".to_owned()));
}
