//! When a run has enough paths.
//!
//! A run with a stopping rule looks at 8,192 paths, at twice as many, and so on. Each look settles
//! the sizes as a run of that many paths does, and its paths are the first ones of the next look.
//! When all that was asked for is reached, the answer is made from the paths of the last look: it
//! has the bytes of a run that was asked for so many. What is said of them holds in spite of the
//! looking ([`crate::stats::looks`]).

use super::Sized;
use super::answer::recommended;
use super::decision::confidence;
use super::plan::{Sampling, fixed_paths};
use crate::results::{DecisionReached, EndedBy, Stopping, TargetReached};
use crate::simulate::{Plan, Stopped};
use crate::size::hindsight::Hindsight;
use crate::size::sweep::{CVAR_LEVEL, Point};
use crate::stats::Estimate;
use crate::stats::intervals::CONFIDENCE;
use crate::stats::looks::{error_bound, share_of};
use crate::study::{ErrorLimit, Figure, Study, TargetError};
use crate::words::{bare, count, percent, usd};
use std::time::Instant;

/// Paths of the first look.
const FIRST: u64 = 1 << 13;

/// The most paths of a run with a rule, where nobody says.
const MOST_PATHS: u64 = 1 << 24;

/// The most paths of a run with a time limit, where nobody says.
const MOST_TIMED_PATHS: u64 = 1 << 29;

/// What a run of twice the paths takes from here, as a multiple of the last look: the next look
/// twice as long, and the comparison after it as long as that look.
const NEXT: f64 = 4.0;

/// The looks of a run.
pub(super) struct Looks<'a> {
    study: &'a Study,
    began: Instant,
}

/// The sizes on all paths of the run.
pub(super) struct Settled {
    pub(super) plan: Plan,
    pub(super) sized: (Vec<Sized>, Option<Hindsight>),
    pub(super) stopping: Option<Stopping>,
}

/// The time. A rule may ask for it: it then decides how many paths there are, and the results say
/// how many.
#[expect(clippy::disallowed_methods, reason = "a time limit looks at the clock, and says so")]
fn now() -> Instant {
    Instant::now()
}

impl<'a> Looks<'a> {
    /// A run that begins now.
    pub(super) fn begin(study: &'a Study) -> Self {
        Self { study, began: now() }
    }

    /// Has sizes settled on more and more paths until they are enough.
    pub(super) fn settle(
        &self,
        sampling: &Sampling,
        mut sizes: impl FnMut(&Plan) -> Result<(Vec<Sized>, Option<Hindsight>), Stopped>,
    ) -> Result<Settled, Stopped> {
        let rules = &self.study.run.stopping;
        if rules.is_none() {
            let plan = sampling.plan(fixed_paths(self.study));
            return Ok(Settled { sized: sizes(&plan)?, plan, stopping: None });
        }
        let most = if rules.seconds.is_some() { MOST_TIMED_PATHS } else { MOST_PATHS };
        let most = sampling.plan(self.study.run.paths.unwrap_or(most)).paths;
        let mut looks = Vec::new();
        loop {
            let plan = sampling.plan(most.min(FIRST << looks.len()));
            looks.push(plan.paths);
            let look_began = now();
            let sized = sizes(&plan)?;
            let clock = (self.began.elapsed().as_secs_f64(), look_began.elapsed().as_secs_f64());
            let look = Look { study: self.study, sized: &sized.0, number: looks.len() };
            let (target, decision) = (look.target(), look.decision());
            let asked = target.is_some() || decision.is_some();
            let reached = target.as_ref().is_none_or(|t| t.reached)
                && decision.as_ref().is_none_or(|d| d.reached);
            let ended_by = if asked && reached {
                EndedBy::Reached
            } else if plan.paths == most {
                EndedBy::Paths
            } else if rules.seconds.is_some_and(|allowed| !fits(clock, allowed)) {
                EndedBy::Seconds
            } else {
                continue;
            };
            let mut stopping = Stopping {
                sentence: String::new(),
                ended_by,
                looks,
                most_paths: most,
                seconds: rules.seconds,
                target,
                decision,
            };
            stopping.sentence = sentence(&stopping, plan.paths);
            return Ok(Settled { plan, sized, stopping: Some(stopping) });
        }
    }
}

/// Whether a run of twice the paths would be done in time, after `elapsed` seconds, of which the
/// last look took `look`.
fn fits((elapsed, look): (f64, f64), allowed: f64) -> bool {
    elapsed + NEXT * look <= allowed
}

/// What is known after a look.
struct Look<'a> {
    study: &'a Study,
    sized: &'a [Sized],
    /// From 1.
    number: usize,
}

impl Look<'_> {
    fn target(&self) -> Option<TargetReached> {
        let TargetError { figure, limit } = self.study.run.stopping.target?;
        let best = &self.sized[recommended(self.study, self.sized)];
        let point = &best.curve.points[best.chosen];
        let estimate = figure_of(point, figure);
        let limit = match limit {
            ErrorLimit::Relative(share) => share * estimate.value.abs(),
            ErrorLimit::Usd(usd) => usd,
        };
        let sections = point.cost.section_counts().len();
        let error = (1.0 - CONFIDENCE) * share_of(self.number);
        let bound = error_bound(estimate.standard_error, sections, error);
        Some(TargetReached {
            figure: figure.title().into(),
            estimate,
            limit_usd: limit,
            error_bound_usd: bound.is_finite().then_some(bound),
            reached: bound <= limit,
        })
    }

    fn decision(&self) -> Option<DecisionReached> {
        let wanted = self.study.run.stopping.decide?;
        let best = recommended(self.study, self.sized);
        let (confidence, question) = confidence(self.study, self.sized, best, self.number);
        Some(DecisionReached { wanted, confidence, question, reached: confidence >= wanted })
    }
}

/// A figure of a commitment's nominal cost.
fn figure_of(point: &Point, figure: Figure) -> Estimate {
    let estimate = match figure {
        Figure::MeanCost => Ok(point.cost.mean()),
        Figure::P50 => point.cost.quantile(0.5),
        Figure::P90 => point.cost.quantile(0.9),
        Figure::P95 => point.cost.quantile(0.95),
        Figure::P99 => point.cost.quantile(0.99),
        Figure::Cvar95 => point.cost.cvar(CVAR_LEVEL),
    };
    estimate.expect("sizes are settled with their statistics")
}

/// Why the run ended, and what is reached.
fn sentence(stopping: &Stopping, paths: u64) -> String {
    let paths = count(paths);
    let mut parts = vec![match stopping.ended_by {
        EndedBy::Reached => format!("{paths} paths are enough"),
        EndedBy::Paths => format!("All {paths} paths that were allowed are used"),
        EndedBy::Seconds => {
            let allowed = bare(stopping.seconds.unwrap_or(0.0));
            format!("{paths} paths, as twice as many would not be done within {allowed} s")
        }
    }];
    parts.extend(stopping.target.as_ref().map(|t| {
        let bound = t.error_bound_usd.map_or_else(
            || "not known".to_owned(),
            |b| format!("{}, at most {} (95% sure)", usd(t.estimate.standard_error), usd(b)),
        );
        let (figure, limit) = (&t.figure, usd(t.limit_usd));
        format!("the standard error of the {figure} is {bound}, with {limit} asked for")
    }));
    parts.extend(stopping.decision.as_ref().map(|d| {
        // Nothing that was simulated is certain.
        let (confidence, wanted) = (percent(d.confidence.min(1.0 - 1e-9)), percent(d.wanted));
        let sure = format!("{confidence} sure, {wanted} asked for");
        if d.reached {
            format!("more would not change the decision ({sure})")
        } else {
            format!("more may change the decision: {} ({sure})", d.question)
        }
    }));
    parts.join("; ") + "."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_left_for_twice_the_paths_or_not() {
        // Two more seconds for the next look, and two for what comes after it.
        assert!(fits((1.5, 1.0), 5.5));
        assert!(!fits((1.5, 1.0), 5.4));
    }
}
