//! Whether more paths could change the decision.
//!
//! The decision is the recommended commitment, and whether it costs less than on-demand. It is
//! wrong if another settled size or strategy is better by more than the indifference, or if the
//! recommendation stands on the other side of on-demand in truth. Every such question is answered
//! from paired differences on the same paths, by Student's one-sided test over the sections.
//!
//! The recommended one is the best of many by its estimate, so it is compared with the best as
//! such comparisons must be (multiple comparisons with the best, Hsu 1984, Annals of Statistics
//! 12, 1136-1144; here with Bonferroni's bound): a wrong decision needs one wrong answer about one
//! of the alternatives, and the probabilities of all of them are added.

use super::Sized;
use crate::size::choice::section_values;
use crate::size::sweep::Point;
use crate::stats::looks::{p_value, share_of};
use crate::stats::moments::Moments;
use crate::stats::sample::Sample;
use crate::strategy::StrategyKind;
use crate::study::{Objective, Study};
use crate::words::{units, usd};

/// Ways in which an alternative can be recommended wrongly: another is better, it is on the wrong
/// side of on-demand, it does not keep the budget.
const WAYS: f64 = 3.0;

/// How sure the decision is at a look, and what is the least sure about it.
pub(super) fn confidence(
    study: &Study,
    sized: &[Sized],
    best: usize,
    look: usize,
) -> (f64, String) {
    let doubts = Decision { study, sized, chosen: (best, sized[best].chosen) }.doubts();
    let count = doubts.len() as f64;
    let worst = doubts.into_iter().reduce(|a, b| if b.p > a.p { b } else { a });
    worst.map_or((1.0, String::new()), |worst| {
        let wrong = WAYS * count * worst.p / share_of(look);
        ((1.0 - wrong).max(0.0), worst.question)
    })
}

/// A question that the decision hangs on.
struct Doubt {
    /// Probability of seeing what is seen where the answer is otherwise.
    p: f64,
    question: String,
}

/// A strategy and one of its sizes, by their positions.
type At = (usize, usize);

const ON_DEMAND: At = (0, 0);

struct Decision<'a> {
    study: &'a Study,
    sized: &'a [Sized],
    chosen: At,
}

impl Decision<'_> {
    fn doubts(&self) -> Vec<Doubt> {
        let own = &self.sized[self.chosen.0];
        if own.choice.objective[self.chosen.1].value.is_infinite() {
            let all = self.rivals().into_iter().chain([self.chosen]);
            return all.map(|at| self.exceeds(at)).collect();
        }
        let mut list: Vec<Doubt> = self.rivals().into_iter().map(|at| self.better(at)).collect();
        if self.commits() {
            list.push(self.verdict());
        }
        if let Objective::Chance(most) = self.study.objective {
            let p = p_of_mean(self.over(self.chosen), |chance| most - chance);
            list.push(Doubt { p, question: "whether it keeps the budget".into() });
        }
        list
    }

    /// All that might have been recommended instead.
    fn rivals(&self) -> Vec<At> {
        let strategies = self.sized.iter().enumerate();
        if self.study.units.is_some() {
            let given = strategies.skip(1).map(|(s, sized)| (s, sized.chosen));
            return given.filter(|at| *at != self.chosen).collect();
        }
        let all =
            strategies.flat_map(|(s, sized)| (0..sized.curve.points.len()).map(move |i| (s, i)));
        // A strategy that commits nothing is on-demand once more.
        let again = |at: &At| at.0 > 0 && self.point(*at).entry.units == 0.0;
        all.filter(|at| *at != self.chosen && !again(at)).collect()
    }

    fn point(&self, (strategy, size): At) -> &Point {
        &self.sized[strategy].curve.points[size]
    }

    fn commits(&self) -> bool {
        self.point(self.chosen).entry.units > 0.0
    }

    /// Whether a rival is better, by more than does not matter. To commit nothing is a verdict, to
    /// which the indifference does not apply.
    fn better(&self, rival: At) -> Doubt {
        let choice = &self.sized[self.chosen.0].choice;
        let tolerance = if self.commits() { choice.tolerance } else { 0.0 };
        let p = self.p_of_saving(rival, |saving| saving + tolerance);
        let by = if tolerance > 0.0 {
            format!(" by more than {}", usd(tolerance))
        } else {
            String::new()
        };
        Doubt {
            p: self.or_exceeds(p, rival),
            question: format!("whether {} is better{by}", self.name(rival)),
        }
    }

    /// Whether the recommendation costs less than on-demand.
    fn verdict(&self) -> Doubt {
        let p = self.p_of_saving(ON_DEMAND, f64::abs);
        let question = "whether it costs less than on-demand".into();
        Doubt { p: self.or_exceeds(p, ON_DEMAND), question }
    }

    /// With a chance constraint, a rival is out of question if it surely breaks it. Two tests may
    /// each be wrong.
    fn or_exceeds(&self, p: f64, rival: At) -> f64 {
        match self.study.objective {
            Objective::Chance(_) => (2.0 * p.min(self.exceeds(rival).p)).min(1.0),
            _ => p,
        }
    }

    /// Whether a commitment breaks the chance constraint.
    fn exceeds(&self, at: At) -> Doubt {
        let Objective::Chance(most) = self.study.objective else {
            return Doubt { p: 1.0, question: String::new() };
        };
        Doubt {
            p: p_of_mean(self.over(at), |chance| chance - most),
            question: format!("whether {} keeps the budget", self.name(at)),
        }
    }

    fn over(&self, at: At) -> &Sample {
        let over = self.point(at).over.as_ref();
        &over.expect("a chance constraint has a budget").0
    }

    /// The p-value of what the recommendation saves against a rival, as `margin` measures it.
    fn p_of_saving(&self, rival: At, margin: impl Fn(f64) -> f64) -> f64 {
        let (own, other) = (self.sections(self.chosen), self.sections(rival));
        let savings: Vec<f64> = own.iter().zip(&other).map(|(own, other)| other - own).collect();
        let error = Moments::of(&savings).sd() / (savings.len() as f64).sqrt();
        p_value(margin(self.value(rival) - self.value(self.chosen)), error, savings.len())
    }

    /// The objective, apart from a chance constraint.
    fn value(&self, at: At) -> f64 {
        match self.study.objective {
            Objective::Chance(_) => self.point(at).objective().mean().value,
            _ => self.sized[at.0].choice.objective[at.1].value,
        }
    }

    fn sections(&self, at: At) -> Vec<f64> {
        section_values(self.point(at).objective(), self.study.objective)
    }

    /// `hybrid with 45 PTU`.
    fn name(&self, at: At) -> String {
        let entry = self.point(at).entry;
        let kind = self.study.strategies[entry.strategy].kind;
        match kind {
            StrategyKind::OnDemand => "on-demand".into(),
            _ => format!(
                "{} with {} {}",
                kind.title().to_lowercase(),
                units(entry.units),
                self.study.facts.unit
            ),
        }
    }
}

/// The p-value of a mean, as `margin` measures it.
fn p_of_mean(sample: &Sample, margin: impl Fn(f64) -> f64) -> f64 {
    let sections = sample.section_means();
    let error = Moments::of(&sections).sd() / (sections.len() as f64).sqrt();
    p_value(margin(sample.mean().value), error, sections.len())
}
