//! Triggers: the load at which a right is exercised, at a window and after what has been exercised.

use crate::ledger::parts;
use crate::math::exp;
use crate::results::appraisal::Trigger;
use crate::rng::{LANES, Lane};
use crate::stats::Estimate;
use crate::value::bounds::Fit;
use crate::value::fitter::Fitter;
use crate::value::gaussian::Law;
use crate::value::lattice::{Edge, Node, Stage};
use crate::value::regression::Regression;
use crate::value::sight::Lens;
use crate::value::solution::Solution;
use crate::value::training::Training;

/// Where a right may be exercised.
pub(super) struct At<'a> {
    pub stage: &'a Stage,
    pub node: &'a Node,
    pub place: usize,
}

/// A load on one side of which the right is exercised.
pub(super) struct Boundary {
    load: f64,
    below: bool,
    agrees: Option<f64>,
}

impl At<'_> {
    fn acts(&self, edge: &Edge) -> bool {
        parts(edge.marks, self.place) > 0
    }

    /// The boundary of the fitted policy; none where it does the same at every load.
    pub(super) fn boundary(&self, fitter: &Fitter<'_>, fit: &Fit) -> Option<Boundary> {
        if !self.node.edges.iter().any(|edge| self.acts(edge)) {
            return None;
        }
        match (&fitter.lens, fit, &fitter.training) {
            (Lens::Known(law, _), Fit::Known(solution), _) => indifferent(self, law, solution),
            (_, Fit::Learned(regression), Some(training)) => parting(self, regression, training),
            _ => None,
        }
    }

    pub(super) fn trigger(&self, boundary: Boundary, probability: Estimate) -> Trigger {
        let (units, Boundary { load, below, agrees }) = (self.node.units, boundary);
        let ratio = (units > 0.0).then(|| load / units);
        let used = self.node.used[self.place];
        Trigger { used, units, load, ratio, below, agrees, probability }
    }
}

/// The load that parts the decisions of a regression on its training paths with the fewest errors;
/// none where a load explains less than half of what always the same decision gets wrong.
fn parting(at: &At<'_>, regression: &Regression, training: &Training) -> Option<Boundary> {
    let (month, edges) = (at.stage.open - 1, &at.node.edges);
    let mut seen: Vec<(f64, bool)> = Vec::new();
    for rows in training.seen(month) {
        let costs: Vec<Lane> = edges.iter().map(|edge| regression.ahead(edge, rows)).collect();
        let loads = training.basis.load(month, rows);
        seen.extend((0..LANES).map(|i| {
            let best = (0..edges.len()).min_by(|a, b| costs[*a][i].total_cmp(&costs[*b][i]));
            (loads[i], best.is_some_and(|best| at.acts(&edges[best])))
        }));
    }
    seen.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let acting = seen.iter().filter(|(_, acts)| *acts).count();
    if acting == 0 || acting == seen.len() {
        return None;
    }
    // Agreeing where those before `k` act and the others wait; the reverse agrees on the rest.
    let (mut agreeing, mut best) = (seen.len() - acting, (0, 0, true));
    for k in 1..seen.len() {
        agreeing = if seen[k - 1].1 { agreeing + 1 } else { agreeing - 1 };
        for (count, below) in [(agreeing, true), (seen.len() - agreeing, false)] {
            if count > best.0 && seen[k - 1].0 < seen[k].0 {
                best = (count, k, below);
            }
        }
    }
    let (count, k, below) = best;
    let seldom = acting.min(seen.len() - acting);
    if 2 * (seen.len() - count) > seldom {
        return None;
    }
    let load = 0.5 * (seen[k - 1].0 + seen[k].0);
    Some(Boundary { load, below, agrees: Some(count as f64 / seen.len() as f64) })
}

/// The load at which the best decisions with and without the right cost the same.
fn indifferent(at: &At<'_>, law: &Law, solution: &Solution) -> Option<Boundary> {
    let At { stage, node, .. } = at;
    let (act, wait): (Vec<&Edge>, Vec<&Edge>) = node.edges.iter().partition(|edge| at.acts(edge));
    let least = |edges: &[&Edge], x: &Lane| {
        let mut least = [f64::INFINITY; LANES];
        for edge in edges {
            let cost = solution.cost_to_go(edge, law, stage.open, x);
            for i in 0..LANES {
                least[i] = least[i].min(cost[i]);
            }
        }
        least
    };
    let gain = |x: &Lane| -> Lane {
        let (wait, act) = (least(&wait, x), least(&act, x));
        std::array::from_fn(|i| wait[i] - act[i])
    };
    let spread = law.spread[stage.open - 1];
    let (mut low, mut high) = (-5.0 * spread, 5.0 * spread);
    let mut below = true;
    for round in 0..4 {
        let at: Lane = std::array::from_fn(|i| low + (high - low) * i as f64 / (LANES - 1) as f64);
        let gains = gain(&at);
        // The highest change of sign: at very low loads another right may be better still.
        let mut changes = (1..LANES).rev();
        let change = changes.find(|i| (gains[*i] > 0.0) != (gains[*i - 1] > 0.0))?;
        if round == 0 {
            below = gains[change - 1] > 0.0;
        }
        (low, high) = (at[change - 1], at[change]);
    }
    let load = exp(law.mean[stage.open - 1] + 0.5 * (low + high));
    Some(Boundary { load, below, agrees: None })
}
