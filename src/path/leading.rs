//! The directions in which the futures move the bill the most, for quasi-random runs.
//!
//! Principal components of each process say what moves that process. What moves money is a mixture
//! of them: usage and price together. With `z` the first components of all processes and `f` the
//! on-demand bill of the whole horizon, the eigenvectors of `E[grad f grad f']` are the directions
//! in which `f` varies most, and the first quasi-random dimensions drive these (Xiao and Wang
//! 2018, "Enhancing quasi-Monte Carlo simulation by minimizing effective dimension for derivative
//! pricing", Computational Economics 54, 343-366). The matrix is orthogonal: the law of the draws
//! stays what it is, whatever the pilot says.

use super::{PathBlock, PathModel, Points};
use crate::linalg::{Matrix, symmetric_eigen};
use crate::process::DrawKind;
use crate::process::components::Rotation;
use crate::rng::{Block, Draw, LANES, Lane, Sampler};

/// Components of each process that are mixed.
const COMPONENTS: usize = 16;

/// Blocks of paths that the expected products of slopes are taken over.
const BLOCKS: u64 = 8;

/// Step of a finite difference, in standard deviations of a draw.
const STEP: f64 = 1e-3;

/// The mixture of the leading draws.
#[derive(Clone, Debug)]
pub(super) struct Leading {
    draws: Vec<Draw>,
    rotation: Rotation,
}

/// Buffers of [`Leading::apply`].
#[derive(Clone, Debug, Default)]
pub(super) struct LeadingScratch {
    from: Vec<Lane>,
    to: Vec<Lane>,
}

impl Leading {
    /// The mixture for a model, or none if there is nothing to mix.
    pub(super) fn of(model: &PathModel) -> Option<Self> {
        let draws = leading_draws(model);
        if draws.len() < 2 {
            return None;
        }
        let (_, vectors) = symmetric_eigen(&slope_products(model, &draws));
        Some(Self { rotation: Rotation::of(&vectors), draws })
    }

    /// The same mixture of draws whose variables stand elsewhere.
    pub(super) fn of_variables(&self, mut place: impl FnMut(usize) -> usize) -> Self {
        let moved = |draw: &Draw| Draw { variable: place(draw.variable), ..*draw };
        Self { draws: self.draws.iter().map(moved).collect(), rotation: self.rotation.clone() }
    }

    /// Turns the leading draws, given in the order of the directions, into components.
    pub(super) fn apply(&self, rows: &mut [Vec<Lane>], scratch: &mut LeadingScratch) {
        scratch.from.clear();
        scratch.from.extend(self.draws.iter().map(|draw| rows[draw.variable][draw.step]));
        scratch.to.resize(self.draws.len(), [0.0; LANES]);
        self.rotation.apply(&scratch.from, &mut scratch.to);
        for (draw, row) in self.draws.iter().zip(&scratch.to) {
            rows[draw.variable][draw.step] = *row;
        }
    }
}

/// The first components of all processes, in the order of their dimensions.
fn leading_draws(model: &PathModel) -> Vec<Draw> {
    let list = model.variables.list();
    let leads = |draw: &Draw| {
        draw.step < COMPONENTS
            && list.get(draw.variable).is_some_and(|v| matches!(v.kind, DrawKind::Shock { .. }))
    };
    model.order().into_iter().filter(leads).collect()
}

/// The mean product of the slopes of the on-demand bill in each two draws.
fn slope_products(model: &PathModel, draws: &[Draw]) -> Matrix {
    let sampler = model.sampler(Points::Pseudo, 0, "leading directions");
    // Principal components are taken of quasi-random points only; these are as good as such.
    let points = Points::Quasi { replicates: 1, log2_points: LANES.ilog2() };
    let mut paths = model.block();
    let mut products = vec![vec![0.0; draws.len()]; draws.len()];
    for first in (0..BLOCKS).map(|i| i * LANES as u64) {
        let block = Block { replicate: 0, first };
        model.generate(&*sampler, points, block, &mut paths);
        let base = on_demand_bill(&paths);
        let slope = |draw: &Draw| -> Lane {
            model.generate(&Nudged { sampler: &*sampler, draw: *draw }, points, block, &mut paths);
            let bill = on_demand_bill(&paths);
            std::array::from_fn(|i| (bill[i] - base[i]) / STEP)
        };
        let slopes: Vec<Lane> = draws.iter().map(slope).collect();
        for (row, a) in products.iter_mut().zip(&slopes) {
            for (product, b) in row.iter_mut().zip(&slopes) {
                *product += a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            }
        }
    }
    products
}

/// What each path costs on demand, over all months.
fn on_demand_bill(paths: &PathBlock) -> Lane {
    let mut bill = [0.0; LANES];
    for (load, price) in paths.load.iter().zip(&paths.on_demand) {
        for i in 0..LANES {
            bill[i] += load[i] * price[i];
        }
    }
    bill
}

/// A sampler with one normal draw a little higher.
struct Nudged<'a> {
    sampler: &'a dyn Sampler,
    draw: Draw,
}

impl Sampler for Nudged<'_> {
    fn uniforms(&self, block: Block, variable: usize, out: &mut [Lane]) {
        self.sampler.uniforms(block, variable, out);
    }

    fn normals(&self, block: Block, variable: usize, out: &mut [Lane]) {
        self.sampler.normals(block, variable, out);
        if variable == self.draw.variable {
            out[self.draw.step].iter_mut().for_each(|z| *z += STEP);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::path::PathSpec;
    use crate::process::Clock;
    use crate::process::components::principal_components;
    use crate::process::forecast_error::ForecastError;
    use crate::process::growth::Growth;
    use crate::process::price::Price;
    use crate::workload::Workload;

    pub(in crate::path) const MONTHS: usize = COMPONENTS + 2;

    /// Ten units at 100 USD, usage and price with their monthly volatilities.
    pub(in crate::path) fn model(usage: f64, price: f64) -> PathModel {
        let (mut growth, mut prices) = (Growth::default(), Price::default());
        growth.log_drift_per_month = Some(0.0.into());
        growth.volatility_per_month = Some(usage.into());
        prices.log_drift_per_month = Some(0.0.into());
        prices.volatility_per_month = Some(price.into());
        let spec = PathSpec {
            clock: Clock { first: 1.0, months: MONTHS },
            workload: Workload::Units { level: 10.0.into(), value: 100.0.into() },
            pool: None,
            growth,
            price: prices,
            forecast_error: ForecastError::default(),
            correlations: Vec::new(),
        };
        PathModel::new(spec, |_| {}).expect("a sound model")
    }

    /// All draws zero but one.
    struct Single(Draw);

    impl Sampler for Single {
        fn uniforms(&self, _: Block, _: usize, out: &mut [Lane]) {
            out.fill([0.5; LANES]);
        }

        fn normals(&self, _: Block, variable: usize, out: &mut [Lane]) {
            out.fill([0.0; LANES]);
            if variable == self.0.variable {
                out[self.0.step] = [1.0; LANES];
            }
        }
    }

    /// Change of the bill when one direction moves by a standard deviation.
    fn effect(model: &PathModel, draw: Draw) -> f64 {
        let points = Points::Quasi { replicates: 1, log2_points: 6 };
        let mut paths = model.block();
        model.generate(&Single(draw), points, Block { replicate: 0, first: 0 }, &mut paths);
        on_demand_bill(&paths)[0] - 1000.0 * MONTHS as f64
    }

    /// With small volatilities the bill is linear in the draws: one direction holds all of its
    /// slope among the leading components, which is known, and the others none.
    #[test]
    fn the_first_direction_is_the_gradient_of_a_linear_bill() {
        let (usage, price) = (2e-4, 1e-4);
        let model = model(usage, price);
        let leading = model.leading.as_ref().expect("two processes");
        assert_eq!(leading.draws.len(), 2 * COMPONENTS);
        let q = principal_components(MONTHS, 1.0);
        // The sum over months of the level of component k: each shock moves all later months.
        let slope = |k: usize| -> f64 { (0..MONTHS).map(|s| q[s][k] * (MONTHS - s) as f64).sum() };
        let squares: f64 = (0..COMPONENTS).map(|k| slope(k).powi(2)).sum();
        let expected = 1000.0 * (squares * (usage * usage + price * price)).sqrt();
        let first = effect(&model, leading.draws[0]);
        assert!((first.abs() / expected - 1.0).abs() < 2e-3, "{first} {expected}");
        for draw in &leading.draws[1..] {
            assert!(effect(&model, *draw).abs() < 2e-3 * expected, "{draw:?}");
        }
    }

    #[test]
    fn mixing_keeps_lengths_and_right_angles() {
        let model = model(0.1, 0.05);
        let leading = model.leading.as_ref().expect("two processes");
        let n = leading.draws.len();
        // Path i of the block gets the i-th unit vector.
        let unit = |k: usize| -> Lane { std::array::from_fn(|i| f64::from(u8::from(i == k))) };
        let mut rows = vec![vec![[0.0; LANES]; MONTHS]; 2];
        for (k, draw) in leading.draws.iter().enumerate() {
            rows[draw.variable][draw.step] = unit(k);
        }
        leading.apply(&mut rows, &mut LeadingScratch::default());
        for i in 0..n {
            for j in 0..n {
                let product: f64 = rows.iter().flatten().map(|row| row[i] * row[j]).sum();
                let expected = f64::from(u8::from(i == j));
                assert!((product - expected).abs() < 1e-12, "{i} {j} {product}");
            }
        }
    }

    #[test]
    fn a_certain_future_has_no_directions() {
        assert!(model(0.0, 0.0).leading.is_none());
    }
}
