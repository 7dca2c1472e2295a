//! Axes: their ranges, ticks and tick labels.

use super::scale::{exponent, multiples, round_step};
use super::text::width;
use crate::words;

/// An axis.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What it measures, with its unit.
    pub title: String,
    /// Smallest and largest value shown; the first is below the second.
    pub range: (f64, f64),
    /// What its ticks look like.
    pub ticks: Ticks,
}

/// The ticks of an axis.
#[derive(Clone, Debug)]
pub enum Ticks {
    /// US dollars at round steps.
    Money,
    /// Shares as percentages at round steps.
    Share,
    /// Plain numbers at round steps.
    Number,
    /// Whole numbers at round steps.
    Whole,
    /// Choices of given ticks, the densest first; the first whose labels fit is taken.
    Given(Vec<Vec<Tick>>),
}

/// A tick.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Its value on the axis.
    pub at: f64,
    /// Its label.
    pub label: String,
    /// A second line under the label, as for a year under a month; often empty.
    pub below: String,
}

impl Axis {
    /// At most `most` ticks, without a look at the room that their labels take.
    pub(super) fn ticks(&self, most: usize) -> Vec<Tick> {
        if let Ticks::Given(choices) = &self.ticks {
            return choices.last().cloned().unwrap_or_default();
        }
        let step = round_step(self.range, most);
        let step = if matches!(self.ticks, Ticks::Whole) { step.max(1.0) } else { step };
        let at = multiples(self.range, step);
        let label = |x: f64| match self.ticks {
            Ticks::Money => money(x, step, self.range),
            Ticks::Share => format!("{}%", number(100.0 * x, 100.0 * step)),
            _ => number(x, step),
        };
        at.into_iter().map(|x| Tick { at: x, label: label(x), below: String::new() }).collect()
    }

    /// The densest ticks whose labels stand apart when the axis is `length` long.
    pub(super) fn fitting(&self, length: f64) -> Vec<Tick> {
        let per_unit = length / (self.range.1 - self.range.0);
        let fits = |ticks: &Vec<Tick>| {
            stand_apart(ticks, |t| &t.label, per_unit) && stand_apart(ticks, |t| &t.below, per_unit)
        };
        let choices = match &self.ticks {
            Ticks::Given(choices) => choices.clone(),
            _ => (2..=10).rev().map(|most| self.ticks(most)).collect(),
        };
        let last = choices.last().cloned().unwrap_or_default();
        choices.into_iter().find(fits).unwrap_or(last)
    }
}

/// Whether the labels of a line do not touch.
fn stand_apart(ticks: &[Tick], text: fn(&Tick) -> &str, per_unit: f64) -> bool {
    let labeled: Vec<&Tick> = ticks.iter().filter(|t| !text(t).is_empty()).collect();
    labeled.windows(2).all(|pair| {
        let room = (pair[1].at - pair[0].at).abs() * per_unit;
        room >= f64::midpoint(width(text(pair[0])), width(text(pair[1]))) + 8.0
    })
}

/// Digits after the point that a multiple of `step` needs.
fn decimals(step: f64) -> usize {
    usize::try_from(-exponent(step)).unwrap_or(0)
}

/// A multiple of `step` with the digits that set it apart from its neighbors.
fn number(x: f64, step: f64) -> String {
    let digits = decimals(step);
    let text = format!("{x:.digits$}");
    let (sign, body) = text.strip_prefix('-').map_or(("", text.as_str()), |b| ("-", b));
    if body.trim_matches(['0', '.']).is_empty() {
        return "0".into();
    }
    let (whole, rest) = body.split_once('.').unwrap_or((body, ""));
    let grouped = whole.parse().map_or_else(|_| whole.to_owned(), words::count);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{grouped}{point}{rest}")
}

/// Dollars on an axis. [`words::usd`] rounds each figure by itself; ticks need one scale and as
/// many digits as their step has.
fn money(x: f64, step: f64, (low, high): (f64, f64)) -> String {
    let size = low.abs().max(high.abs());
    let scales = [(1e9, "B"), (1e6, "M"), (1e3, "k")];
    let fits = |&(unit, _): &(f64, &str)| size >= 2.0 * unit && decimals(step / unit) <= 2;
    let (unit, suffix) = scales.into_iter().find(fits).unwrap_or((1.0, ""));
    let text = number(x / unit, step / unit);
    match text.strip_prefix('-') {
        Some(body) => format!("-${body}{suffix}"),
        None if text == "0" => "$0".into(),
        None => format!("${text}{suffix}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: Ticks, range: (f64, f64), most: usize) -> Vec<String> {
        let axis = Axis { title: String::new(), range, ticks };
        axis.ticks(most).into_iter().map(|t| t.label).collect()
    }

    #[test]
    fn money_ticks_share_one_scale() {
        let money = |range, most| labels(Ticks::Money, range, most);
        assert_eq!(money((0.0, 450_000.0), 5), ["$0", "$100k", "$200k", "$300k", "$400k"]);
        assert_eq!(money((0.0, 2_000_000.0), 4), ["$0", "$0.5M", "$1.0M", "$1.5M", "$2.0M"]);
        assert_eq!(money((-10.0, 10.0), 2), ["-$10", "$0", "$10"]);
        assert_eq!(
            money((0.0, 0.004), 2),
            ["$0.000", "$0.002", "$0.004"].map(|t| { if t == "$0.000" { "$0" } else { t } })
        );
        assert_eq!(money((300_000.0, 300_004.0), 2), ["$300,000", "$300,002", "$300,004"]);
        assert_eq!(money((0.0, 1e12), 2), ["$0", "$500B", "$1,000B"]);
    }

    #[test]
    fn shares_and_numbers_show_their_step() {
        assert_eq!(labels(Ticks::Share, (0.0, 1.0), 4), ["0%", "50%", "100%"]);
        assert_eq!(labels(Ticks::Number, (0.0, 1.0), 4), ["0", "0.5", "1.0"]);
        assert_eq!(labels(Ticks::Whole, (1.0, 2.0), 9), ["1", "2"]);
    }

    #[test]
    fn labels_that_would_touch_make_way_for_fewer() {
        let axis = Axis { title: String::new(), range: (0.0, 1e6), ticks: Ticks::Money };
        assert!(axis.fitting(600.0).len() > axis.fitting(150.0).len());
    }
}
