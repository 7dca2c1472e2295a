//! Several models on the same draws: what differs between their paths is what differs between
//! them.
//!
//! A variable that several models have, by its name, is drawn once for all. The first model's
//! variables keep their places, so its paths are the ones that it has alone. Quasi-random draws are
//! mixed as the first model mixes them ([`super::leading`]): a mixture of one's own would make
//! other shocks of the same draws.

use super::{PathBlock, PathModel, Points};
use crate::rng::{Block, Draw, Lane, Sampler, Variable};

/// A model that goes along with another.
#[derive(Clone, Debug)]
pub(super) struct Companion {
    model: PathModel,
    /// For each of its variables the position among those of all.
    draws: Vec<usize>,
    /// The first model with the same future, as a position among all, if there is one before it.
    same_as: Option<usize>,
}

impl PathModel {
    /// This model with others that go along: [`Self::generate`] fills the paths of each, as
    /// [`PathBlock::companions`], from the same draws.
    #[must_use]
    pub fn accompanied<'a>(&self, others: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut all = self.clone();
        for other in others {
            let other = &other.clone().mixed_as(self);
            let variables = all.variables_of_all();
            let mut more = variables.len();
            let place = |own: &Variable| {
                variables.iter().position(|v| v == own).unwrap_or_else(|| {
                    more += 1;
                    more - 1
                })
            };
            let draws = other.own_variables().iter().map(place).collect();
            let before = std::iter::once(&all).chain(all.companions.iter().map(|c| &c.model));
            let same_as = before.into_iter().position(|m| m.has_same_future(other));
            all.companions.push(Companion { model: other.clone(), draws, same_as });
        }
        all
    }

    /// The model with the leading draws of `first`, some of which it may have no use for.
    fn mixed_as(mut self, first: &Self) -> Self {
        self.leading = first.leading.as_ref().map(|leading| {
            leading.of_variables(|i| {
                let wanted = &first.variables.list()[i];
                let list = self.variables.list();
                list.iter().position(|v| v.variable == wanted.variable).unwrap_or_else(|| {
                    let Variable { name, steps } = wanted.variable.clone();
                    self.rotations.push(None);
                    self.variables.add(name, steps, wanted.kind)
                })
            })
        });
        self
    }

    /// Whether both say the same of load and list prices, whatever is agreed in contracts.
    #[must_use]
    pub fn has_same_future(&self, other: &Self) -> bool {
        // Text writes every float that differs differently.
        format!("{:?}", self.spec) == format!("{:?}", other.spec)
    }

    /// The names of everything that is drawn.
    #[must_use]
    pub fn drawn(&self) -> Vec<String> {
        self.own_variables().into_iter().map(|v| v.name).collect()
    }

    /// Its own variables, then those that only companions have.
    pub(super) fn variables_of_all(&self) -> Vec<Variable> {
        let mut all = self.own_variables();
        for companion in &self.companions {
            for (variable, &at) in companion.model.own_variables().into_iter().zip(&companion.draws)
            {
                if at == all.len() {
                    all.push(variable);
                }
            }
        }
        all
    }

    /// Its own draws by importance, then those that only companions have.
    pub(super) fn order_of_all(&self) -> Vec<Draw> {
        let of_companion = |c: &Companion| {
            let places = c.draws.clone();
            let own = c.model.order().into_iter();
            own.map(move |draw| Draw { variable: places[draw.variable], ..draw })
        };
        let others = self.companions.iter().flat_map(of_companion);
        self.order().into_iter().chain(others).collect()
    }

    /// Buffers of the companions.
    pub(super) fn companion_blocks(&self) -> Vec<PathBlock> {
        self.companions.iter().map(|c| c.model.block()).collect()
    }

    /// Fills the companions' paths beside the model's own.
    pub(super) fn generate_companions(
        &self,
        sampler: &dyn Sampler,
        points: Points,
        block: Block,
        out: &mut PathBlock,
    ) {
        let mut blocks = std::mem::take(&mut out.companions);
        for (k, companion) in self.companions.iter().enumerate() {
            let (before, rest) = blocks.split_at_mut(k);
            let own = Own { sampler, draws: &companion.draws };
            let model = &companion.model;
            match companion.same_as {
                None => model.generate(&own, points, block, &mut rest[0]),
                Some(at) => {
                    model.draw_parameters(&own, block, &mut rest[0]);
                    rest[0].copy_future(if at == 0 { out } else { &before[at - 1] });
                }
            }
        }
        out.companions = blocks;
    }
}

/// A companion's variables, in the sampler of all.
struct Own<'a> {
    sampler: &'a dyn Sampler,
    draws: &'a [usize],
}

impl Sampler for Own<'_> {
    fn uniforms(&self, block: Block, variable: usize, out: &mut [Lane]) {
        self.sampler.uniforms(block, self.draws[variable], out);
    }

    fn normals(&self, block: Block, variable: usize, out: &mut [Lane]) {
        self.sampler.normals(block, self.draws[variable], out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::leading::tests::{MONTHS, model};
    use crate::rng::LANES;

    /// Models that differ in what moves, and how much, see the same shocks to usage.
    #[test]
    fn companions_see_the_shocks_of_the_first_model() {
        let points = Points::Quasi { replicates: 1, log2_points: LANES.ilog2() };
        for (first, other) in [((0.1, 0.05), (0.2, 0.05)), ((0.1, 0.05), (0.2, 0.0))] {
            for (first, other) in [(first, other), (other, first)] {
                let all = model(first.0, first.1).accompanied([&model(other.0, other.1)]);
                let mut paths = all.block();
                let sampler = all.sampler(points, 7, "main");
                all.generate(&*sampler, points, Block { replicate: 0, first: 0 }, &mut paths);
                for t in 0..MONTHS {
                    for i in 0..LANES {
                        let own = (paths.load[t][i] / 10.0).ln() / first.0;
                        let its = (paths.companions[0].load[t][i] / 10.0).ln() / other.0;
                        assert!((own - its).abs() < 1e-9, "{first:?} {other:?} {t} {i}");
                    }
                }
            }
        }
    }

    /// Going along changes nothing for the first model.
    #[test]
    fn the_first_models_paths_are_its_own() {
        let points = Points::Quasi { replicates: 2, log2_points: 8 };
        let alone = model(0.1, 0.05);
        let all = alone.accompanied([&model(0.2, 0.0)]);
        let block = Block { replicate: 1, first: LANES as u64 };
        let [one, other] = [&alone, &all].map(|m| {
            let mut paths = m.block();
            m.generate(&*m.sampler(points, 7, "main"), points, block, &mut paths);
            (paths.load, paths.on_demand)
        });
        assert!(one == other);
    }
}
