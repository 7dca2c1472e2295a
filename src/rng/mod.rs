//! Addressed random draws: seeds and names go in, blocks of uniforms come out.
//!
//! A draw belongs to a *variable* (a name and a number of steps) of a *path*. It is addressed by
//! (seed, variable name, replicate, path, step) and never by the order of calls: adding a
//! variable leaves all other pseudo-random draws unchanged, any block can be made again alone,
//! and threads cannot disturb one another.
//!
//! Two samplers stand behind [`Sampler`]: [`PseudoRandom`] (a stream per path and variable, started
//! by Philox) and [`QuasiRandom`] (scrambled Sobol points in independent replicates). With quasi-random points a variable also
//! has a place in the order of dimensions, given by the caller, most important first.

mod philox;
mod polar;
mod sobol;
mod stream;

pub use philox::{philox, stream_key, unit_interval};
pub use sobol::DIMENSIONS;

use crate::math::normal_quantiles;
use crate::simd::kernel;
use stream::Streams;

/// Paths in a block: the length of every inner loop.
pub const LANES: usize = 64;

/// One number for each path of a block.
pub type Lane = [f64; LANES];

/// Where a block of paths lies in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Replicate, from 0; pseudo-random runs have one.
    pub replicate: u32,
    /// Number of the block's first path in its replicate; a multiple of [`LANES`].
    pub first: u64,
}

/// A named series of draws, one per step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name that addresses the draws. Unique in a study.
    pub name: String,
    /// Draws per path.
    pub steps: usize,
}

/// One step of one variable, as a position in the list of variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    /// Position of the variable.
    pub variable: usize,
    /// Step, from 0.
    pub step: usize,
}

/// Makes the uniforms of a block.
pub trait Sampler: Send + Sync {
    /// Fills `out` (one row per step of the variable) with uniforms in (0, 1).
    fn uniforms(&self, block: Block, variable: usize, out: &mut [Lane]);

    /// Fills `out` (one row per step of the variable) with standard normals: the quantiles of the
    /// uniforms, unless the sampler has a better way. The first rows of a longer variable are those
    /// of a shorter one.
    fn normals(&self, block: Block, variable: usize, out: &mut [Lane]) {
        self.uniforms(block, variable, out);
        normal_quantiles(out.as_flattened_mut());
    }
}

/// Independent draws: a stream of random words for each variable name and path.
pub struct PseudoRandom {
    keys: Vec<[u32; 2]>,
}

impl PseudoRandom {
    /// A sampler for `variables` under `seed`.
    #[must_use]
    pub fn new(seed: u64, variables: &[Variable]) -> Self {
        let keys = variables.iter().map(|v| stream_key(seed, &v.name));
        Self { keys: keys.collect() }
    }
}

impl Sampler for PseudoRandom {
    fn uniforms(&self, block: Block, variable: usize, out: &mut [Lane]) {
        stream_uniforms(block, self.keys[variable], out);
    }

    fn normals(&self, block: Block, variable: usize, out: &mut [Lane]) {
        stream_normals(block, self.keys[variable], out);
    }
}

kernel! {
    /// A row of uniforms from each word of the streams.
    fn stream_uniforms(block: Block, key: [u32; 2], out: &mut [Lane]) {
        let mut streams = Streams::new(block, key);
        for row in out {
            for i in 0..LANES {
                row[i] = unit_interval(streams.next(i));
            }
        }
    }
}

kernel! {
    /// Two rows of normals from each word of the streams; an odd last row is the first of two.
    fn stream_normals(block: Block, key: [u32; 2], out: &mut [Lane]) {
        let mut streams = Streams::new(block, key);
        let (pairs, last) = out.as_chunks_mut::<2>();
        for [one, other] in pairs {
            polar::normals(&mut streams, one, other);
        }
        for row in last {
            polar::normals(&mut streams, row, &mut [0.0; LANES]);
        }
    }
}

/// Scrambled Sobol points, each replicate with its own scramble.
///
/// Draws beyond the 1,000 dimensions of the table are pseudo-random: the estimate stays unbiased
/// and its error bars honest, the last dimensions just gain nothing.
pub struct QuasiRandom {
    /// Per variable and step: the dimension, or none beyond the table.
    places: Vec<Vec<Option<u32>>>,
    /// Per replicate and dimension.
    nets: Vec<Vec<sobol::Dimension>>,
    beyond: PseudoRandom,
}

impl QuasiRandom {
    /// A sampler of `replicates` nets with `2^log2_points` points each.
    ///
    /// `order` lists draws by importance; draws it leaves out follow in the order of `variables`.
    ///
    /// # Panics
    /// If a net has fewer points than a block has paths.
    #[must_use]
    pub fn new(
        seed: u64,
        variables: &[Variable],
        order: &[Draw],
        replicates: u32,
        log2_points: u32,
    ) -> Self {
        assert!(1usize << log2_points >= LANES, "a net holds at least a block");
        let (places, used) = places(variables, order);
        let plain = sobol::directions(used, log2_points);
        let net = |replicate| {
            let dimensions = plain.iter().enumerate();
            dimensions.map(|(d, v)| sobol::scramble(v, seed, replicate, d as u32)).collect()
        };
        Self {
            places,
            nets: (0..replicates).map(net).collect(),
            beyond: PseudoRandom::new(seed, variables),
        }
    }
}

/// Gives each draw its dimension, and counts the dimensions used.
fn places(variables: &[Variable], order: &[Draw]) -> (Vec<Vec<Option<u32>>>, usize) {
    let mut places: Vec<Vec<Option<u32>>> = variables.iter().map(|v| vec![None; v.steps]).collect();
    let all = variables
        .iter()
        .enumerate()
        .flat_map(|(variable, v)| (0..v.steps).map(move |step| Draw { variable, step }));
    let mut used = 0;
    for draw in order.iter().copied().chain(all) {
        let place = &mut places[draw.variable][draw.step];
        if place.is_none() && used < DIMENSIONS {
            *place = Some(used as u32);
            used += 1;
        }
    }
    (places, used)
}

impl Sampler for QuasiRandom {
    fn uniforms(&self, block: Block, variable: usize, out: &mut [Lane]) {
        let places = &self.places[variable];
        if places.iter().any(Option::is_none) {
            self.beyond.uniforms(block, variable, out);
        }
        net_uniforms(&self.nets[block.replicate as usize], block.first, places, out);
    }
}

kernel! {
    /// The rows of the draws that have a dimension of the net.
    fn net_uniforms(
        net: &[sobol::Dimension],
        first: u64,
        places: &[Option<u32>],
        out: &mut [Lane],
    ) {
        let mut points = [0u64; LANES];
        for (row, place) in out.iter_mut().zip(places) {
            let Some(dimension) = place else { continue };
            net[*dimension as usize].coordinates(first, &mut points);
            for i in 0..LANES {
                row[i] = unit_interval(points[i]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str, steps: usize) -> Variable {
        Variable { name: name.into(), steps }
    }

    fn rows(sampler: &dyn Sampler, block: Block, variable: usize, steps: usize) -> Vec<Lane> {
        let mut out = vec![[0.0; LANES]; steps];
        sampler.uniforms(block, variable, &mut out);
        out
    }

    fn normals(sampler: &dyn Sampler, block: Block, variable: usize, steps: usize) -> Vec<Lane> {
        let mut out = vec![[0.0; LANES]; steps];
        sampler.normals(block, variable, &mut out);
        out
    }

    #[test]
    fn a_new_variable_moves_no_other_draw() {
        let block = Block { replicate: 0, first: 4096 };
        let before = PseudoRandom::new(9, &[variable("usage", 7), variable("price", 3)]);
        let after = PseudoRandom::new(
            9,
            &[variable("new", 50), variable("price", 3), variable("usage", 9)],
        );
        assert_eq!(rows(&before, block, 0, 7), rows(&after, block, 2, 9)[..7]);
        assert_eq!(rows(&before, block, 1, 3), rows(&after, block, 1, 3));
        assert_eq!(normals(&before, block, 0, 7), normals(&after, block, 2, 9)[..7]);
    }

    #[test]
    fn normals_have_the_moments_of_normals() {
        // 2^16 draws per sampler. Standard errors: mean 3.9e-3, variance 5.5e-3, fourth moment
        // sqrt(96 / n) = 0.038, correlation of the steps of a pair 1 / sqrt(2^15) = 5.5e-3. Four
        // standard errors.
        let variables = [variable("z", 4)];
        let samplers: [Box<dyn Sampler>; 2] = [
            Box::new(PseudoRandom::new(3, &variables)),
            Box::new(QuasiRandom::new(3, &variables, &[], 1, 14)),
        ];
        for sampler in samplers {
            let (mut sum, mut squares, mut fourth, mut product) = (0.0, 0.0, 0.0, 0.0);
            for first in (0..1u64 << 14).step_by(LANES) {
                let out = normals(&*sampler, Block { replicate: 0, first }, 0, 4);
                for z in out.as_flattened() {
                    sum += z;
                    squares += z * z;
                    fourth += z.powi(4);
                }
                for i in 0..LANES {
                    product += out[0][i] * out[1][i] + out[2][i] * out[3][i];
                }
            }
            let n = 65_536.0;
            assert!((sum / n).abs() < 4.0 * 3.9e-3);
            assert!((squares / n - 1.0).abs() < 4.0 * 5.5e-3);
            assert!((fourth / n - 3.0).abs() < 4.0 * 0.038);
            assert!((product / (n / 2.0)).abs() < 4.0 * 5.5e-3);
        }
    }

    #[test]
    fn uniforms_have_the_moments_of_uniforms() {
        // 2^16 draws per sampler: mean 1/2 with standard error 1.1e-3, variance 1/12 with 2.9e-4.
        // Four standard errors: a false alarm in 1 of 8,000 runs, and the seed is fixed.
        let variables = [variable("u", 4)];
        let samplers: [Box<dyn Sampler>; 2] = [
            Box::new(PseudoRandom::new(3, &variables)),
            Box::new(QuasiRandom::new(3, &variables, &[], 1, 14)),
        ];
        for sampler in samplers {
            let (mut sum, mut squares, mut product) = (0.0, 0.0, 0.0);
            for first in (0..1u64 << 14).step_by(LANES) {
                let out = rows(&*sampler, Block { replicate: 0, first }, 0, 4);
                for i in 0..LANES {
                    for row in &out {
                        sum += row[i];
                        squares += (row[i] - 0.5).powi(2);
                    }
                    product += (out[0][i] - 0.5) * (out[3][i] - 0.5);
                }
            }
            let n = 65_536.0;
            assert!((sum / n - 0.5).abs() < 4.0 * 1.13e-3);
            assert!((squares / n - 1.0 / 12.0).abs() < 4.0 * 2.92e-4);
            // Correlation of two steps: standard error (1/12) / sqrt(2^14).
            assert!((product / (n / 4.0)).abs() < 4.0 * 6.6e-4);
        }
    }

    #[test]
    fn dimensions_beyond_the_table_are_still_uniform() {
        let variables = [variable("long", 1200)];
        let sampler = QuasiRandom::new(1, &variables, &[], 2, 6);
        let block = Block { replicate: 1, first: 0 };
        let out = rows(&sampler, block, 0, 1200);
        assert!(out.iter().flatten().all(|u| *u > 0.0 && *u < 1.0));
        assert_ne!(out[1100], out[1101]);
    }

    #[test]
    fn the_given_order_takes_the_first_dimensions() {
        let variables = [variable("a", 2), variable("b", 2)];
        let first = Draw { variable: 1, step: 1 };
        let (places, used) = places(&variables, &[first]);
        assert_eq!(places, [[Some(1), Some(2)], [Some(3), Some(0)]]);
        assert_eq!(used, 4);
    }
}
