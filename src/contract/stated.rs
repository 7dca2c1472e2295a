//! The numbers of a contract in words, with the digits that were agreed.

use crate::param::Param;
use crate::words::usd_exact;

/// A share: `12.5%`.
pub(super) fn percent(param: &Param) -> String {
    stated(param, percentage)
}

/// A change: `+12.5%`.
pub(super) fn change(param: &Param) -> String {
    let sign = |x: f64| if x < 0.0 { "-" } else { "+" };
    stated(param, |x| format!("{}{}", sign(x), percentage(x.abs())))
}

/// An amount in US dollars: `$1,234.50`.
pub(super) fn usd(param: &Param) -> String {
    stated(param, |x| format!("${}", usd_exact(x).trim_end_matches(".00")))
}

/// A number of months: `1 month`, `2.5 months`.
pub(super) fn months(param: &Param) -> String {
    stated(param, |x| format!("{} month{}", decimals(x), if x == 1.0 { "" } else { "s" }))
}

/// A factor: `0.85`.
pub(super) fn factor(param: &Param) -> String {
    stated(param, decimals)
}

/// What is charged of some fees: those that are not nothing.
pub(super) fn sum_of<const N: usize>(fees: [(&Param, String); N]) -> String {
    let charged = fees.into_iter().filter(|(fee, _)| !fee.is_zero());
    let words: Vec<String> = charged.map(|(_, words)| words).collect();
    if words.is_empty() { "nothing".into() } else { words.join(" and ") }
}

fn percentage(share: f64) -> String {
    format!("{}%", decimals(100.0 * share))
}

/// Up to four decimals, as many as there are.
fn decimals(x: f64) -> String {
    format!("{x:.4}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What is certain in `words`, of what is not its mean.
fn stated(param: &Param, words: impl Fn(f64) -> String) -> String {
    match (param.fixed(), param.mean()) {
        (Some(value), _) => words(value),
        (None, Some(mean)) => format!("{} on average", words(mean)),
        (None, None) => "an uncertain value".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uncertain() -> Param {
        let text = "{ dist = \"uniform\", min = 0.1, max = 0.2 }";
        let table: toml::Table = toml::from_str(&format!("share = {text}")).expect("a table");
        table["share"].clone().try_into().expect("a distribution")
    }

    #[test]
    fn digits_are_those_that_were_agreed() {
        let of = |words: fn(&Param) -> String, x: f64| words(&Param::from(x));
        assert_eq!(
            [0.1, 0.125, 0.299, 0.0, 1.0].map(|x| of(percent, x)).join(" "),
            "10% 12.5% 29.9% 0% 100%"
        );
        assert_eq!([0.05, -0.013].map(|x| of(change, x)).join(" "), "+5% -1.3%");
        assert_eq!(
            [1000.0, 0.5, 1_234_567.25].map(|x| of(usd, x)).join(" "),
            "$1,000 $0.50 $1,234,567.25"
        );
        assert_eq!(
            [1.0, 2.5, 0.0].map(|x| of(months, x)).join(", "),
            "1 month, 2.5 months, 0 months"
        );
        assert_eq!(of(factor, 0.85), "0.85");
    }

    #[test]
    fn the_mean_of_what_is_uncertain_is_called_that() {
        assert_eq!(percent(&uncertain()), "15% on average");
    }

    #[test]
    fn fees_that_are_nothing_are_left_out() {
        let [none, one, two] = [0.0, 1.0, 2.0].map(Param::from);
        let fees = |fees: [&Param; 2]| sum_of(fees.map(|fee| (fee, usd(fee))));
        assert_eq!(fees([&none, &none]), "nothing");
        assert_eq!(fees([&none, &one]), "$1");
        assert_eq!(fees([&one, &two]), "$1 and $2");
    }
}
