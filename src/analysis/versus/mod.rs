//! Studies against each other on the same futures.
//!
//! 1. the first study's settings decide on sampler, paths and seed for all;
//! 2. each study is sized as in a run of its own ([`super::analyze`]);
//! 3. one pass over common paths settles every study under its own contract (`totals.rs`): a
//!    difference is taken path by path, so it is known far better than the costs themselves.
//!
//! | file | what |
//! |---|---|
//! | `check` | which studies can be compared |
//! | `recommend` | the commitment of each study |
//! | `totals` | the experiment: measures of each study, differences to the first |
//! | `tables` | from samples to results |
//! | `sentence` | the verdict in words |
//! | `warnings` | what to be careful about |

mod check;
mod recommend;
mod sentence;
mod tables;
mod totals;
mod warnings;

pub use check::problems;

use super::{Bridge, Watcher, plan};
use crate::measure::Measure;
use crate::results::RunFacts;
use crate::results::versus::{FORMAT, Versus};
use crate::simulate::{Stopped, simulate};
use crate::study::Study;
use recommend::Recommendation;
use totals::Totals;

/// A study under a short name.
#[derive(Clone, Debug)]
pub struct Named {
    /// The name, different from those of the others.
    pub name: String,
    /// The study.
    pub study: Study,
}

/// Puts studies against each other; they have no [`problems`].
///
/// # Errors
/// [`Stopped`] when the watcher says so.
///
/// # Panics
/// Without studies.
pub fn versus(studies: &[Named], watcher: &dyn Watcher) -> Result<Versus, Stopped> {
    let observer = Bridge(watcher);
    watcher.stage("pilot");
    let first = &studies[0].study;
    let (plan, run) = plan::plan(first, &observer)?;
    let chosen: Vec<Recommendation> = studies
        .iter()
        .map(|named| {
            watcher.stage(&format!("sizes, {}", named.name));
            recommend::recommend(&named.study, &plan, &observer)
        })
        .collect::<Result<_, _>>()?;
    watcher.stage("comparison");
    let totals = Totals::new(studies, &chosen);
    let samples = totals.sort(simulate(totals.model(), &plan, &totals, &observer)?);
    let decided_by = decided_by(first);
    let mut versus = Versus {
        format: FORMAT.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        run: RunFacts { month_paths: 0, ..run },
        sentence: String::new(),
        months: first.months(),
        discount_rate: first.facts.discount_rate,
        decided_by,
        studies: tables::studies(studies, &chosen, &samples, decided_by, plan.seed),
        warnings: Vec::new(),
    };
    versus.sentence = sentence::sentence(&versus);
    versus.warnings = warnings::warnings(studies, &versus);
    Ok(versus)
}

/// Money of different months compares at its present value.
fn decided_by(study: &Study) -> Measure {
    if study.is_undiscounted() { Measure::Cost } else { Measure::PresentValue }
}
