//! The verdict in words.

use crate::measure::Measure;
use crate::results::versus::{AlternativeResult, Difference, Versus};
use crate::stats::Estimate;
use crate::words::{percent, usd};

/// Which alternative costs least, and how each of the others differs from the first.
pub(super) fn sentence(versus: &Versus) -> String {
    let present = versus.decided_by == Measure::PresentValue;
    let average = if present { "on average in present value" } else { "on average" };
    if versus.alternatives.len() == 1 {
        return alone(versus, average);
    }
    let others = versus.alternatives.iter().filter_map(|s| Some((s, s.difference.as_ref()?)));
    let against = others.map(|(own, difference)| Against {
        own,
        difference,
        first: versus.first(),
        decided_by: versus.decided_by,
        average,
    });
    let each = against.map(|against| against.write());
    lead(versus).into_iter().chain(each).collect::<Vec<_>>().join(" ")
}

/// What there is to say where nothing is compared: what a sum costs.
fn alone(versus: &Versus, average: &str) -> String {
    let only = versus.first();
    let summary = only.measure(versus.decided_by);
    let with_error = |e: Estimate| format!("{} (+- {})", usd(e.value), usd(e.standard_error));
    let high = summary.quantile(0.95).map_or_else(String::new, |e| {
        format!(", and at most {} in 95 of 100 futures", with_error(e))
    });
    format!("{} costs {} {average}{high}.", only.name, with_error(summary.mean))
}

/// The cheapest of three or more; of two the difference says it.
fn lead(versus: &Versus) -> Option<String> {
    let mean = |s: &&AlternativeResult| s.measure(versus.decided_by).mean.value;
    let best = versus.alternatives.iter().min_by(|a, b| mean(a).total_cmp(&mean(b)))?;
    (versus.alternatives.len() > 2).then(|| {
        format!(
            "{} costs the least on average (the simulation is {} sure of it).",
            best.name,
            // It is counted in a few thousand draws, which cannot show certainty.
            percent(best.best_probability.min(0.9995))
        )
    })
}

/// An alternative against the first.
struct Against<'a> {
    own: &'a AlternativeResult,
    difference: &'a Difference,
    first: &'a AlternativeResult,
    decided_by: Measure,
    average: &'static str,
}

impl Against<'_> {
    fn write(&self) -> String {
        let (own, first) = (&self.own.name, &self.first.name);
        let Difference { cheaper, dearer, .. } = self.difference;
        if cheaper.value == 0.0 && dearer.value == 0.0 {
            return format!("{own} costs the same as {first} in every future.");
        }
        let mean = self.difference.measure(self.decided_by).same_future.mean;
        let apart = format!("{} (+- {})", usd(mean.value.abs()), usd(mean.standard_error));
        if mean.low < 0.0 && mean.high > 0.0 {
            return format!(
                "{own} and {first} cost the same {} as far as these paths can tell: {apart} apart; \
                 {own} costs less in {} of the futures.",
                self.average,
                percent(cheaper.value)
            );
        }
        let (word, chance) =
            if mean.value < 0.0 { ("less", cheaper.value) } else { ("more", dearer.value) };
        let link = if chance < 0.5 { "though" } else { "and" };
        format!(
            "{own} costs {apart} {word} than {first} {}, {link} {word} in {} of the futures{}.",
            self.average,
            percent(chance),
            self.bad_years(mean.value)
        )
    }

    /// What the dear futures say where they disagree with the average.
    fn bad_years(&self, mean: f64) -> String {
        let high = self.difference.measure(self.decided_by).quantile(0.95);
        let Some(high) =
            high.filter(|e| (e.low > 0.0 && mean < 0.0) || (e.high < 0.0 && mean > 0.0))
        else {
            return String::new();
        };
        let word = if high.value < 0.0 { "lower" } else { "higher" };
        let apart = format!("{} (+- {})", usd(high.value.abs()), usd(high.standard_error));
        format!("; yet its P95 is {apart} {word}")
    }
}
