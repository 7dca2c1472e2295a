//! Numbers and estimates as the page writes them. What is not finite reads `n/a`.

pub(super) use crate::report::svg::escape;
use crate::stats::Estimate;
use crate::words;

/// What stands where there is no number.
pub(super) const NONE: &str = "<span class=\"none\" title=\"not applicable\">–</span>";

fn known(x: f64, write: fn(f64) -> String) -> String {
    if x.is_finite() { write(x) } else { "n/a".into() }
}

/// US dollars, short.
pub(super) fn usd(x: f64) -> String {
    known(x, words::usd)
}

/// A share as a percentage.
pub(super) fn percent(x: f64) -> String {
    known(x, words::percent)
}

/// A number of units.
pub(super) fn units(x: f64) -> String {
    known(x, words::units)
}

/// A load: an estimate that nobody buys, so that fewer digits do.
pub(super) fn load(x: f64) -> String {
    let scale = if x.abs() >= 100.0 { 1.0 } else { 10.0 };
    units(if x.abs() >= 10.0 { (scale * x).round() / scale } else { x })
}

/// `40 PTU`, escaped.
pub(super) fn amount(x: f64, unit: &str) -> String {
    format!("{} {}", units(x), escape(unit))
}

/// A figure of a price list: all its digits, without those that only binary fractions have.
pub(super) fn figure(x: f64) -> String {
    significant(x, 9)
}

/// A number to plot again: cents of large amounts, otherwise seven significant digits.
pub(super) fn exact(x: f64) -> String {
    if x.is_finite() && x.abs() >= 1_000.0 { words::usd_exact(x) } else { significant(x, 7) }
}

/// A standard error: three significant digits say enough.
pub(super) fn error(x: f64) -> String {
    if x.is_finite() && x.abs() >= 1_000.0 { words::usd_exact(x) } else { significant(x, 3) }
}

/// `x` with `most` significant digits and no trailing zeros.
fn significant(x: f64, most: i32) -> String {
    if !x.is_finite() {
        return "n/a".into();
    }
    let rounded: f64 = format!("{x:.*e}", (most - 1) as usize).parse().unwrap_or(x);
    let text = rounded.to_string();
    let sign = if text.starts_with('-') { "-" } else { "" };
    let body = text.trim_start_matches('-');
    let (whole, rest) = body.split_once('.').unwrap_or((body, ""));
    let grouped = whole.parse().map_or_else(|_| whole.to_owned(), words::count);
    let point = if rest.is_empty() { "" } else { "." };
    if rounded == 0.0 { "0".into() } else { format!("{sign}{grouped}{point}{rest}") }
}

/// A share as a percentage with two decimals, for intervals that are narrow.
pub(super) fn fine_percent(x: f64) -> String {
    if !x.is_finite() {
        return "n/a".into();
    }
    let text = format!("{:.2}", 100.0 * x);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// `standard error $17`, as a sentence in small print.
pub(super) fn error_usd(e: Estimate) -> String {
    match e.standard_error {
        x if !x.is_finite() => "standard error unknown".into(),
        x if x <= 0.0 => "without sampling error".into(),
        x => format!("standard error {}", usd_error(x)),
    }
}

/// `95% interval 93.8% to 93.95%`.
pub(super) fn interval_percent(e: Estimate) -> String {
    if !e.low.is_finite() || !e.high.is_finite() {
        return "too few paths for an interval".into();
    }
    let (low, high) = (fine_percent(e.low.clamp(0.0, 1.0)), fine_percent(e.high.clamp(0.0, 1.0)));
    if low == high {
        "95% interval narrower than a digit".into()
    } else {
        format!("95% interval {low} to {high}")
    }
}

/// A standard error in dollars.
pub(super) fn usd_error(x: f64) -> String {
    let text = usd(x);
    if x > 0.0 && text == "$0" { "<$0.0001".into() } else { text }
}

/// A standard error of a share, in percentage points.
pub(super) fn share_error(x: f64) -> String {
    if x > 0.0 && x < 0.000_05 { "<0.01%".into() } else { fine_percent(x) }
}

/// A calendar month such as `2027-01` as `January 2027`; other texts stay.
pub(super) fn month_name(date: &str) -> String {
    match month_parts(date) {
        Some((year, month)) => format!("{} {year}", MONTHS[month - 1]),
        None => date.to_owned(),
    }
}

/// Year and month, from 1, of `2027-01`.
pub(super) fn month_parts(date: &str) -> Option<(&str, usize)> {
    let (year, month) = date.split_once('-')?;
    let month: usize = month.parse().ok()?;
    let digits = !year.is_empty() && year.chars().all(|c| c.is_ascii_digit());
    ((1..=12).contains(&month) && digits).then_some((year, month))
}

/// Names of the months.
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_to_plot_again_keep_their_digits() {
        for (x, text) in [
            (307_225.985_783, "307,225.99"),
            (1e12, "1,000,000,000,000.00"),
            (48.587_123_456, "48.58712"),
            (0.001_234_567_89, "0.001234568"),
            (-0.5, "-0.5"),
            (-0.0, "0"),
            (f64::NAN, "n/a"),
        ] {
            assert_eq!(exact(x), text);
        }
        assert_eq!(figure(803.000_000_000_000_1), "803");
        assert_eq!(figure(1.375), "1.375");
        assert_eq!(error(0.000_123_456), "0.000123");
    }

    #[test]
    fn errors_and_intervals_are_said_in_words() {
        let e = Estimate::symmetric(0.9388, 0.0003, 2.0);
        assert_eq!(interval_percent(e), "95% interval 93.82% to 93.94%");
        let open = Estimate { low: f64::NEG_INFINITY, high: f64::INFINITY, ..e };
        assert_eq!(interval_percent(open), "too few paths for an interval");
        assert_eq!(error_usd(Estimate::exact(4.0)), "without sampling error");
        assert_eq!(error_usd(Estimate::symmetric(4e5, 252.0, 2.0)), "standard error $252");
    }

    #[test]
    fn months_have_names() {
        assert_eq!(month_name("2027-01"), "January 2027");
        assert_eq!(month_name("someday"), "someday");
        assert_eq!(month_name("2027-13"), "2027-13");
    }
}
