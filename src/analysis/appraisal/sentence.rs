//! The answer in words.

use crate::results::appraisal::{Appraisal, Worth};
use crate::words::{percent, units, usd};

/// `$61k to $66k`, or one figure where the bounds meet.
pub(super) fn range(worth: &Worth) -> String {
    let low = usd(worth.lower.value);
    match worth.upper {
        Some(upper) if usd(upper.value) != low => format!("{low} to {}", usd(upper.value)),
        Some(_) => low,
        None => format!("at least {low}"),
    }
}

/// What the clauses are worth, how to exercise, and what to expect of it.
pub(super) fn sentence(appraisal: &Appraisal) -> String {
    let together = range(&appraisal.together);
    let what = match &appraisal.clauses[..] {
        [one] => format!("The {} is", one.name.replace('_', " ")),
        all => format!("The {} clauses are together", all.len()),
    };
    let cost = appraisal.parts.cost_without.value;
    let share = percent(appraisal.together.lower.value / cost);
    let mut text = format!(
        "{what} worth {together} to the holder of {} {} over {} months ({share} of an expected cost \
         of {}{})",
        units(appraisal.units),
        appraisal.unit,
        appraisal.months,
        usd(cost),
        if appraisal.discount_rate == 0.0 { "" } else { " in present value" }
    );
    if let Some(resized) = &appraisal.resized
        && resized.units_with != resized.units_without
    {
        text += &format!(
            "; to who chooses the size anew, {} {} instead of {}, {} worth {}",
            units(resized.units_with),
            appraisal.unit,
            units(resized.units_without),
            if appraisal.clauses.len() == 1 { "it is" } else { "they are" },
            range(&resized.value)
        );
    }
    text.push('.');
    if let Some(rule) = appraisal.rules.first().filter(|rule| rule.of_best > 0.5)
        && let Some((level, per_month_left)) = rule.level.zip(rule.per_month_left)
        && level > 0.0
    {
        text += &format!(
            " A line keeps {} of it: exercise where the last month's mean load is {} {:.1} % of the \
             units{}.",
            percent(rule.of_best.min(1.0)),
            if rule.rule.contains("above") { "above" } else { "below" },
            100.0 * level,
            if per_month_left == 0.0 {
                String::new()
            } else {
                format!(" {:+.2} % for each month left in the term", 100.0 * per_month_left)
            }
        );
    }
    text
}
