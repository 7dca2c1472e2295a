//! Numbers as people read them.

/// US dollars, short: `$1.62M`, `$15.2k`, `$940`, `-$3.1k`.
#[must_use]
pub fn usd(value: f64) -> String {
    let sign = if value < 0.0 { "-" } else { "" };
    let x = value.abs();
    let body = if x >= 999_500_000.0 {
        three(x / 1e9, "B")
    } else if x >= 999_500.0 {
        three(x / 1e6, "M")
    } else if x >= 9_995.0 {
        three(x / 1e3, "k")
    } else if x >= 100.0 || x == 0.0 {
        thousands(x.round())
    } else {
        small(x)
    };
    if body.trim_matches(['0', '.']).is_empty() {
        return "$0".into();
    }
    format!("{sign}${body}")
}

/// A unit for a month: `PTU-month`, and `unit-month` where units have no name.
#[must_use]
pub fn unit_month(unit: &str) -> String {
    let one = if unit == "units" { "unit" } else { unit };
    format!("{one}-month")
}

/// US dollars to the cent with separators: `1,234.50`.
#[must_use]
pub fn usd_exact(value: f64) -> String {
    let cents = (value.abs() * 100.0).round();
    let sign = if value < 0.0 && cents > 0.0 { "-" } else { "" };
    let whole = (cents / 100.0).floor();
    format!("{sign}{}.{:02}", thousands(whole), (cents - whole * 100.0) as u32)
}

/// Three significant digits and a suffix.
fn three(x: f64, suffix: &str) -> String {
    let digits = if x < 9.995 { 2 } else { usize::from(x < 99.95) };
    format!("{x:.digits$}{suffix}")
}

/// Cents; below a dollar four decimals without trailing zeros.
fn small(x: f64) -> String {
    if x >= 1.0 {
        return format!("{x:.2}").trim_end_matches(".00").to_owned();
    }
    format!("{x:.4}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A whole number with thousands separators.
fn thousands(x: f64) -> String {
    let digits = format!("{x:.0}");
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A number as it would be typed, without three hundred zeros: `0.05`, `1e300`.
#[must_use]
pub fn bare(x: f64) -> String {
    let plain = x == 0.0 || !x.is_finite() || (1e-6..1e15).contains(&x.abs());
    if plain { x.to_string().replace("NaN", "nan") } else { format!("{x:e}") }
}

/// A share as a percentage: `84%`, `0.3%`, `>99.9%`, `<0.1%`.
#[must_use]
pub fn percent(share: f64) -> String {
    // What rounding leaves of 100 is 100: one path in a billion is a hundred times more.
    let x = if (share - 1.0).abs() < 1e-11 { 100.0 } else { 100.0 * share };
    if x > 99.9 && x < 100.0 {
        ">99.9%".into()
    } else if x > 0.0 && x < 0.1 {
        "<0.1%".into()
    } else if x.abs() < 10.0 || x.abs() > 99.0 {
        format!("{}%", trim_one(x))
    } else {
        format!("{x:.0}%")
    }
}

fn trim_one(x: f64) -> String {
    let text = format!("{x:.1}");
    let text = text.trim_end_matches(".0");
    if text == "-0" { "0".into() } else { text.to_owned() }
}

/// A number of units: whole numbers plainly, others with up to four significant digits.
#[must_use]
pub fn units(x: f64) -> String {
    if (x - x.round()).abs() < 1e-9 * x.abs().max(1.0) {
        return thousands(x.round());
    }
    let digits = if x.abs() >= 100.0 {
        1
    } else if x.abs() >= 10.0 {
        2
    } else if x.abs() >= 1.0 {
        3
    } else {
        4
    };
    let text = format!("{x:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A count with separators.
#[must_use]
pub fn count(n: u64) -> String {
    thousands(n as f64)
}

/// A number with three digits and a decimal prefix: `985`, `12.3k`, `1.62M`, `4.10G`.
#[must_use]
pub fn short(x: f64) -> String {
    let steps = [(1e9, "G"), (1e6, "M"), (1e3, "k")];
    match steps.into_iter().find(|(unit, _)| x >= 0.9995 * unit) {
        Some((unit, prefix)) => three(x / unit, prefix),
        None => format!("{x:.0}"),
    }
}

/// A count in full up to a million, then [`short`]: `2,048`, `12.3M`.
#[must_use]
pub fn few_or_short(x: f64) -> String {
    if x < 999_500.0 { thousands(x) } else { short(x) }
}

/// A duration: `0.4 ms`, `120 ms`, `1.25 s`, `45 s`, `12 min`, `30 h`.
#[must_use]
pub fn seconds(x: f64) -> String {
    match x {
        x if x < 0.0995 => format!("{:.1} ms", 1e3 * x),
        x if x < 0.9995 => format!("{:.0} ms", 1e3 * x),
        x if x < 9.995 => format!("{x:.2} s"),
        x if x < 120.0 => format!("{x:.0} s"),
        x if x < 7_200.0 => format!("{:.0} min", x / 60.0),
        x => format!("{} h", thousands((x / 3_600.0).round())),
    }
}

/// A size in memory, with binary prefixes: `48 KiB`, `1.5 MiB`, `16 GiB`.
#[must_use]
pub fn bytes(x: f64) -> String {
    let steps = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    let fits = |&(shift, _): &(i32, &str)| x >= 0.9995 * f64::from(shift).exp2();
    let (shift, unit) = steps.into_iter().find(fits).unwrap_or((0, "bytes"));
    let scaled = x / f64::from(shift).exp2();
    let text = if scaled < 9.95 { format!("{scaled:.1}") } else { format!("{scaled:.0}") };
    format!("{} {unit}", text.trim_end_matches(".0"))
}

/// `1 month`, `12 months`.
#[must_use]
pub fn months(n: usize) -> String {
    if n == 1 { "1 month".into() } else { format!("{n} months") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_three_digits() {
        let cases = [
            (1_620_000.0, "$1.62M"),
            (15_234.0, "$15.2k"),
            (999_600.0, "$1.00M"),
            (9_999.0, "$10.0k"),
            (8_123.4, "$8,123"),
            (940.2, "$940"),
            (12.5, "$12.50"),
            (7.0, "$7"),
            (0.123_45, "$0.1235"),
            (0.0, "$0"),
            (-0.000_01, "$0"),
            (-3_100.0, "-$3,100"),
            (2.5e9, "$2.50B"),
        ];
        for (value, text) in cases {
            assert_eq!(usd(value), text);
        }
        assert_eq!(usd_exact(1_234.5), "1,234.50");
        assert_eq!(usd_exact(-0.999), "-1.00");
        assert_eq!(usd_exact(-0.001), "0.00");
    }

    #[test]
    fn rates_durations_and_sizes_are_short() {
        let rates = [985.4, 12_345.0, 1_623_000.0, 4.1e9, 999_700.0].map(short);
        assert_eq!(rates, ["985", "12.3k", "1.62M", "4.10G", "1.00M"]);
        assert_eq!([2048.0, 1.23e7].map(few_or_short), ["2,048", "12.3M"]);
        let times = [0.0004, 0.12, 1.254, 45.2, 700.0, 1e8].map(seconds);
        assert_eq!(times, ["0.4 ms", "120 ms", "1.25 s", "45 s", "12 min", "27,778 h"]);
        let sizes = [0.0, 49_152.0, 1_572_864.0, 17_179_869_184.0].map(bytes);
        assert_eq!(sizes, ["0 bytes", "48 KiB", "1.5 MiB", "16 GiB"]);
    }

    #[test]
    fn shares_never_round_to_certainty() {
        let cases = [
            (0.84, "84%"),
            (0.0003, "<0.1%"),
            (0.9995, ">99.9%"),
            (1.0 - f64::EPSILON, "100%"),
            (1.0 + f64::EPSILON, "100%"),
            (1.0 - 1e-9, ">99.9%"),
            (1.0, "100%"),
            (0.0, "0%"),
            (0.051, "5.1%"),
            (0.992, "99.2%"),
            (2.78, "278%"),
            (-0.03, "-3%"),
            (-0.0004, "0%"),
        ];
        for (value, text) in cases {
            assert_eq!(percent(value), text);
        }
    }

    #[test]
    fn units_are_whole_where_they_are() {
        for (value, text) in [
            (120.0, "120"),
            (3770.0, "3,770"),
            (100.530_9, "100.5"),
            (1.1111, "1.111"),
            (0.05, "0.05"),
        ] {
            assert_eq!(units(value), text);
        }
    }
}
