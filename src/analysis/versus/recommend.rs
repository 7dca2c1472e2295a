//! The commitment of a study, found as in a run of its own.

use crate::analysis::answer::{buyable, recommended};
use crate::analysis::{size, starting_entries};
use crate::simulate::{Alone, Observer, Plan, Stopped};
use crate::size::desk::Entry;
use crate::study::Study;

/// A study's commitment: the best, or the one that the study gives.
pub(super) struct Recommendation {
    pub entry: Entry,
    /// Whether any size meets the chance constraint.
    pub feasible: bool,
    /// The sizes that are about as good as the best; none for on-demand.
    pub sizing: Option<Sizing>,
}

/// How much the best size matters, and how sure it is.
pub(super) struct Sizing {
    pub band: (f64, f64),
    pub tolerance: f64,
    pub interval: (f64, f64),
}

/// Has the sizes of a study settled under `plan`, and chooses.
pub(super) fn recommend(
    study: &Study,
    plan: &Plan,
    observer: &dyn Observer,
) -> Result<Recommendation, Stopped> {
    let (sized, _) = size(study, starting_entries(study, observer)?, plan, observer, &Alone)?;
    let best = &sized[recommended(study, &sized)];
    let entry = best.entry();
    let units = |i: usize| best.curve.points[i].entry.units;
    let choice = &best.choice;
    Ok(Recommendation {
        entry,
        feasible: choice.feasible,
        sizing: (entry.units > 0.0).then(|| Sizing {
            band: buyable(&study.sizes, choice.band, units(choice.index)),
            tolerance: choice.tolerance,
            interval: (units(choice.interval.0), units(choice.interval.1)),
        }),
    })
}
