//! Quantiles of long runs, whose values are not all kept, against all values in order.

use crate::support::study;
use waterline::path::{PathBlock, Points};
use waterline::rng::{Block, LANES, Lane};
use waterline::simulate::{Experiment, Plan, Silent, Want, simulate};
use waterline::study::Study;

/// The load of the last month, what of it lies above a capacity that most paths do not reach, and
/// the load in steps: each value is common, and none so common that it is counted apart.
struct Load {
    levels: Vec<f64>,
}

fn above(load: f64) -> f64 {
    (load - 1.1).max(0.0)
}

fn in_steps(load: f64) -> f64 {
    (256.0 * load).floor() / 256.0
}

impl Experiment for Load {
    type Scratch = ();

    fn wants(&self) -> Vec<Want> {
        vec![Want::quantiles(&self.levels); 3]
    }

    fn names(&self) -> Vec<String> {
        ["load", "above", "in steps"].map(str::to_owned).to_vec()
    }

    fn scratch(&self) {}

    fn evaluate(&self, paths: &PathBlock, (): &mut (), out: &mut [Lane]) {
        out[0] = paths.load[paths.load.len() - 1];
        out[1] = out[0].map(above);
        out[2] = out[0].map(in_steps);
    }
}

/// The loads of all paths of a plan, in rising order.
fn sorted_loads(study: &Study, plan: &Plan) -> Vec<f64> {
    let sampler = study.model.sampler(plan.points, plan.seed, "main");
    let mut paths = study.model.block();
    let mut loads = Vec::new();
    for first in (0..plan.paths).step_by(LANES) {
        let block = Block { replicate: 0, first };
        study.model.generate(sampler.as_ref(), plan.points, block, &mut paths);
        loads.extend_from_slice(&paths.load[paths.load.len() - 1]);
    }
    loads.sort_unstable_by(f64::total_cmp);
    loads
}

fn assert_exact(paths: u64, levels: Vec<f64>) {
    let study = study("r1", &["contract.term_months=2"]);
    let plan = Plan { points: Points::Pseudo, paths, seed: 3, controlled: false };
    let loads = sorted_loads(&study, &plan);
    let experiment = Load { levels };
    let samples = simulate(&study.model, &plan, &experiment, &Silent).expect("nothing stops it");
    for &p in &experiment.levels {
        let rank = (paths as f64 * p - 1e-6).ceil() as usize;
        let found = |s: usize| samples[s].quantile(p).expect("wanted").value;
        let load = loads[rank - 1];
        assert_eq!([0, 1, 2].map(found), [load, above(load), in_steps(load)], "{p} of {paths}");
    }
}

#[test]
fn quantiles_are_exact_after_a_pilot_that_a_pilot_placed() {
    assert_exact(1 << 20, vec![0.01, 0.5, 0.95, 0.999]);
}

#[test]
fn quantiles_are_exact_when_values_are_counted_first() {
    // Ranges around 249 quantiles hold more values than are kept at once.
    assert_exact(3 << 20, (1..250).map(|i| f64::from(i) / 250.0).collect());
}
