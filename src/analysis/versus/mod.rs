//! Alternatives against each other on the same futures: studies, and sums of studies whose bills
//! are paid together, such as the two platforms of a divided load.
//!
//! 1. the first study's settings decide on sampler, paths and seed for all, and what is known of
//!    its futures corrects all means: its own figures are those of a run of its own;
//! 2. each study is sized as in a run of its own ([`super::analyze`]), so that in a sum minimums
//!    and steps apply to each part;
//! 3. one pass over common paths settles every study under its own contract (`totals.rs`) and adds
//!    up the parts of a sum path by path: a quantile is one of the sum, and a difference is known
//!    far better than the costs themselves.
//!
//! What studies draw under the same name is the same in all of them: usage that grows in one part of
//! a sum grows in the others as well.
//!
//! | file | what |
//! |---|---|
//! | `check` | which studies can be compared |
//! | `recommend` | the commitment of each study |
//! | `totals` | the experiment: measures of each alternative, differences to the first |
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
    /// The name, different from those of other studies.
    pub name: String,
    /// The study.
    pub study: Study,
}

impl Named {
    /// Whether both are the same study.
    fn is(&self, other: &Self) -> bool {
        self.name == other.name && self.study.facts.study_hash == other.study.facts.study_hash
    }
}

/// Studies whose bills are paid together, or a single study.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// The name, different from those of the others.
    pub name: String,
    /// At least one. A study that is here twice is twice the load.
    pub parts: Vec<Named>,
}

impl From<Named> for Alternative {
    fn from(study: Named) -> Self {
        Self { name: study.name.clone(), parts: vec![study] }
    }
}

/// A study of an alternative with its commitment.
struct Part<'a> {
    named: &'a Named,
    chosen: &'a Recommendation,
}

/// Every study once, in the order in which they come.
fn studies(alternatives: &[Alternative]) -> Vec<&Named> {
    let mut all: Vec<&Named> = Vec::new();
    for part in alternatives.iter().flat_map(|a| &a.parts) {
        if !all.iter().any(|known| known.is(part)) {
            all.push(part);
        }
    }
    all
}

/// Puts alternatives against each other; they have no [`problems`].
///
/// # Errors
/// [`Stopped`] when the watcher says so.
///
/// # Panics
/// Without alternatives, or if one has no parts.
pub fn versus(alternatives: &[Alternative], watcher: &dyn Watcher) -> Result<Versus, Stopped> {
    let observer = Bridge(watcher);
    watcher.stage("pilot");
    let first = &alternatives[0].parts[0].study;
    let (plan, run) = plan::plan(first, &observer)?;
    let studies = studies(alternatives);
    let recommend = |named: &&Named| {
        watcher.stage(&format!("sizes, {}", named.name));
        let own = plan::plan_for(&named.study, &plan, &observer)?;
        recommend::recommend(&named.study, &own, &observer)
    };
    let chosen: Vec<Recommendation> = studies.iter().map(recommend).collect::<Result<_, _>>()?;
    let part = |named| {
        let at = studies.iter().position(|known| known.is(named)).expect("one of the studies");
        Part { named, chosen: &chosen[at] }
    };
    let parts: Vec<Vec<Part<'_>>> =
        alternatives.iter().map(|a| a.parts.iter().map(part).collect()).collect();
    watcher.stage("comparison");
    let totals = Totals::new(&parts);
    let samples = totals.sort(simulate(totals.model(), &plan, &totals, &observer)?);
    let decided_by = decided_by(first);
    let mut versus = Versus {
        format: FORMAT.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        run: RunFacts {
            month_paths: 0,
            control: plan::control(first, &samples[0].measures[0]),
            ..run
        },
        sentence: String::new(),
        months: first.months(),
        discount_rate: first.facts.discount_rate,
        decided_by,
        alternatives: tables::alternatives(alternatives, &parts, &samples, decided_by, plan.seed),
        warnings: Vec::new(),
    };
    versus.sentence = sentence::sentence(&versus);
    versus.warnings = warnings::warnings(&studies, &versus);
    Ok(versus)
}

/// Money of different months compares at its present value.
fn decided_by(study: &Study) -> Measure {
    if study.is_undiscounted() { Measure::Cost } else { Measure::PresentValue }
}
