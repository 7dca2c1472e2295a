//! Where the value comes from, what it does to dear futures, and what simple rules leave of it.

use super::sets::{Appraiser, Sets};
use super::{T31, estimate};
use crate::contract::policy::Line;
use crate::contract::right::Towards;
use crate::results::appraisal::{Parts, RiskChange, RuleWorth};
use crate::stats::Estimate;
use crate::value::bounds::{Cell, Draws, Found};
use crate::value::deal::Deal;
use crate::value::lattice::{Lattice, Purpose};
use crate::value::rules::{Sample, best};

/// Tail that the CVaR is the mean of.
const TAIL: f64 = 0.05;

impl Sets<'_> {
    /// Costs, and the value in its parts.
    pub(super) fn parts(&self) -> Parts {
        let pairs = || self.none.means.iter().zip(&self.all.means);
        let plan = fixed_plan(&self.cell.lattice, &self.all);
        // Without exercise the bills are compared path by path, the plan with that on the same paths.
        let planned: Vec<f64> = pairs()
            .zip(&self.all.edges)
            .map(|((none, all), costs)| {
                let plan: f64 = plan.iter().map(|edge| costs[*edge]).sum();
                none.policy_raw - all.never_raw + all.never - plan
            })
            .collect();
        let value = || pairs().map(|(none, all)| none.policy - all.policy);
        let of = |values: Vec<f64>| (!self.rights_stay).then(|| estimate(values.into_iter()));
        Parts {
            cost_without: estimate(self.none.means.iter().map(|means| means.policy)),
            cost_with: estimate(self.all.means.iter().map(|means| means.policy)),
            extrinsic: of(value().zip(&planned).map(|(value, plan)| value - plan).collect()),
            crystal_ball: of(pairs()
                .map(|(none, all)| none.policy_raw - all.clairvoyant)
                .collect()),
            intrinsic: of(planned),
        }
    }

    /// What the policy for the mean does to dear futures.
    pub(super) fn risk(&self) -> Vec<RiskChange> {
        let (without, with) = (&self.none.with_policy, &self.all.with_policy);
        let paths = without.len() / self.none.means.len();
        // The figure is that of all paths; replicates, which are small, only tell its error.
        let figure = |name: &str, of: &dyn Fn(&[f64]) -> f64| {
            let each = |costs: &[f64]| -> Vec<f64> { costs.chunks(paths).map(of).collect() };
            let (a, b) = (each(without), each(with));
            let around = |value: f64, replicates: &mut dyn Iterator<Item = f64>| {
                Estimate::symmetric(value, estimate(replicates).standard_error, T31)
            };
            RiskChange {
                figure: name.into(),
                without: around(of(without), &mut a.iter().copied()),
                with: around(of(with), &mut b.iter().copied()),
                saved: around(of(without) - of(with), &mut a.iter().zip(&b).map(|(a, b)| a - b)),
            }
        };
        vec![
            figure("P50", &|costs| quantile(costs, 0.5)),
            figure("P90", &|costs| quantile(costs, 0.9)),
            figure("P95", &|costs| quantile(costs, 1.0 - TAIL)),
            figure("CVaR 95", &|costs| tail(costs, TAIL)),
        ]
    }
}

fn sorted(costs: &[f64]) -> Vec<f64> {
    let mut sorted = costs.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// The value that is not exceeded with probability `p`.
pub(super) fn quantile(costs: &[f64], p: f64) -> f64 {
    let sorted = sorted(costs);
    sorted[((p * sorted.len() as f64).ceil() as usize).max(1) - 1]
}

/// The mean of the highest costs, the boundary path in part.
fn tail(costs: &[f64], share: f64) -> f64 {
    let sorted = sorted(costs);
    let wanted = share * sorted.len() as f64;
    let whole = wanted.floor() as usize;
    let high = &sorted[sorted.len() - whole..];
    let part = (wanted - whole as f64) * sorted[sorted.len() - whole - 1];
    (high.iter().sum::<f64>() + part) / wanted
}

/// The edges of the plan with the least mean cost among those that are fixed today.
fn fixed_plan(lattice: &Lattice, found: &Found) -> Vec<usize> {
    let mean = |edge: usize| found.edges.iter().map(|costs| costs[edge]).sum::<f64>();
    let mut ahead: Vec<(f64, Vec<usize>)> = Vec::new();
    for (at, stage) in lattice.stages.iter().enumerate().rev() {
        let last = at + 1 == lattice.stages.len();
        let nodes = stage.nodes.iter().map(|node| {
            let ways = node.edges.iter().map(|edge| {
                let (cost, way) = if last { (0.0, Vec::new()) } else { ahead[edge.to].clone() };
                let mut whole = vec![edge.index];
                whole.extend(way);
                (mean(edge.index) + cost, whole)
            });
            ways.min_by(|a, b| a.0.total_cmp(&b.0)).expect("a node has an edge")
        });
        ahead = nodes.collect();
    }
    ahead.swap_remove(0).1
}

impl Appraiser<'_> {
    /// Rules for a contract with a single right, which is valued; none where no line pays.
    pub(super) fn rules(&self, sets: &Sets<'_>) -> Vec<RuleWorth> {
        let mut rights = sets.cell.deal.terms.contract.rights();
        let (Some((_, _, right)), None) = (rights.next(), rights.next()) else {
            return Vec::new();
        };
        let together = sets.worth(0, sets.full());
        if sets.rights_stay || sets.cell.lattice.stages.len() < 2 || together.value.low <= 0.0 {
            return Vec::new();
        }
        let (model, lens) = (&self.study.model, &self.setting.fitter.lens);
        let training =
            Draws { log2_points: self.draws.log2_points.saturating_sub(1).min(8), ..self.draws };
        let sample = Sample::of(model, lens, sets.cell, (training, "rules"));
        let [linear, single] = [true, false].map(|sloped| best(&sample, sloped)[0]);
        let (Some(linear), Some(single)) = (linear, single) else { return Vec::new() };
        let fixed = |level| Line { level, per_month_left: 0.0 };
        let lines = [linear, single, fixed(1.0), fixed(0.85), fixed(0.7)];
        let fresh = Sample::of(model, lens, sets.cell, (self.draws, "value"));
        let by_replicate = fresh.costs(&lines.map(|line| vec![Some(line)]));
        let none: Vec<f64> = sets.none.means.iter().map(|means| means.policy).collect();
        let saved = |k: usize| {
            estimate(none.iter().zip(&by_replicate).map(|(none, costs)| none - costs[k]))
        };
        let whole = together.lower.value;
        let worth =
            |(k, line): (usize, &Line)| rule_worth(*line, right.towards, k, saved(k), whole);
        let myopic = self.myopic(sets.cell).map(|costs| {
            let value = estimate(none.iter().zip(costs).map(|(none, cost)| none - cost));
            let rule = "as soon as one use saves by itself, later windows aside".into();
            let of_best = value.value / whole;
            RuleWorth { rule, toml: None, level: None, per_month_left: None, value, of_best }
        });
        lines.iter().enumerate().map(worth).chain(myopic).collect()
    }

    /// What a contract costs by replicate where every decision is made as if it were the last.
    fn myopic(&self, cell: &Cell<Deal<'_>>) -> Option<Vec<f64>> {
        let fitter = &self.setting.fitter;
        let last = fitter.myopic(cell.deal, cell.lattice.clone());
        let (cost, _) = self.value(&[last], Purpose::Policy).pop()?;
        Some(cost.policy)
    }
}

fn rule_worth(
    line: Line,
    towards: Towards,
    place: usize,
    value: Estimate,
    whole: f64,
) -> RuleWorth {
    let side = towards.side();
    let level = (1e5 * line.level).round() / 1e5;
    let slope = (1e6 * line.per_month_left).round() / 1e6;
    let found = ["the best line in the months left", "the best single level"];
    let words = found.get(place).map_or_else(
        || format!("load {side} {:.0} % of the units", 100.0 * level),
        |found| {
            let left = if place == 0 {
                format!(" {:+.2} % for each month left", 100.0 * slope)
            } else {
                String::new()
            };
            format!("{found}: load {side} {:.1} %{left}", 100.0 * level)
        },
    );
    let toml = format!(
        "policy = {{ kind = \"threshold\", signal = \"load\", level = {level}{} }}",
        if slope == 0.0 { String::new() } else { format!(", per_month_left = {slope}") }
    );
    let of_best = value.value / whole;
    let (toml, level, per_month_left) = (Some(toml), Some(level), Some(slope));
    RuleWorth { rule: words, toml, level, per_month_left, value, of_best }
}
