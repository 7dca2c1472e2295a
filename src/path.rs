//! Paths: everything uncertain, nothing decided.
//!
//! A [`PathModel`] turns addressed draws into a [`PathBlock`]: for each month and path the mean
//! load in capacity units and the on-demand list price of a unit-month. Nothing here knows of a
//! contract; the contract's own uncertain parameters are drawn here because they are part of the
//! future, and mean nothing here.
//!
//! ```text
//! load(t)  = base load * exp(growth(t) + forecast error(t))
//! price(t) = base value * capped exp(price(t))
//! ```
//!
//! Levers, re-rated units and further workloads change both: [`crate::workload::pool`]. Where the mix
//! of workloads differs from path to path, their shares of the load are part of the path.

mod block;
mod companions;
mod control;
mod leading;

use crate::dist::Dist;
use crate::error::Problem;
use crate::math::{exp_scaled, normal_cdf, normal_quantile};
use crate::param::Parameters;
use crate::process::components::Rotation;
use crate::process::dependence::{Correlation, Group, Names, resolve};
use crate::process::forecast_error::ForecastError;
use crate::process::growth::Growth;
use crate::process::price::Price;
use crate::process::{Clock, DrawKind, Draws, VariableSpec, Variables};
use crate::rng::{Block, Draw, LANES, Lane, PseudoRandom, QuasiRandom, Sampler, Variable};
use crate::workload::{Months, Pool, Workload};
pub use block::{PathBlock, Points};
use companions::Companion;
use control::Controls;
use leading::{Leading, LeadingScratch};

/// Everything uncertain about a study, as stated.
#[derive(Clone, Debug)]
pub struct PathSpec {
    /// Months and when in them the level is read.
    pub clock: Clock,
    /// Today's load.
    pub workload: Workload,
    /// What levers, re-rated units and further workloads make of it, where there are any.
    pub pool: Option<Pool>,
    /// How usage moves.
    pub growth: Growth,
    /// How the on-demand price moves.
    pub price: Price,
    /// How wrong the forecast may be.
    pub forecast_error: ForecastError,
    /// What moves together.
    pub correlations: Vec<Correlation>,
}

/// The generator of paths.
#[derive(Clone, Debug)]
pub struct PathModel {
    spec: PathSpec,
    parameters: Parameters,
    /// Parameters bound before this position describe the future, the others the contract.
    terms_from: usize,
    variables: Variables,
    /// Workloads whose shares of the load differ from path to path; none where they do not.
    mixed: usize,
    shocks: Group,
    correlated_parameters: Group,
    /// Per variable: the rotation onto principal components, for shocks.
    rotations: Vec<Option<Rotation>>,
    /// What the first components of all shocks are mixed to in quasi-random runs.
    leading: Option<Leading>,
    /// What corrects the means of quasi-random runs.
    controls: Option<Controls>,
    companions: Vec<Companion>,
}

impl PathModel {
    /// A model from its description; `terms` binds the uncertain parameters of the contract.
    ///
    /// # Errors
    /// Everything wrong with the correlations.
    pub fn new(
        mut spec: PathSpec,
        terms: impl FnOnce(&mut Parameters),
    ) -> Result<Self, Vec<Problem>> {
        let clock = spec.clock;
        let (mut parameters, mut variables) = (Parameters::default(), Variables::default());
        spec.workload.bind("workload", &mut parameters);
        spec.growth.bind("growth", clock, &mut parameters, &mut variables);
        spec.price.bind(clock, &mut parameters, &mut variables);
        spec.forecast_error.bind(clock, &mut parameters, &mut variables);
        let mut mixed = 0;
        if let Some(pool) = &mut spec.pool {
            mixed = if pool.has_random_mix(clock, &spec.growth) { pool.parts.len() } else { 0 };
            pool.bind(clock, &mut parameters, &mut variables);
        }
        let terms_from = parameters.list().len();
        terms(&mut parameters);
        let is_shock = |v: &VariableSpec| matches!(v.kind, DrawKind::Shock { .. });
        let named =
            |(i, v): (usize, &'_ VariableSpec)| is_shock(v).then(|| (v.variable.name.clone(), i));
        let shocks: Vec<(String, usize)> =
            variables.list().iter().enumerate().filter_map(named).collect();
        let shocks: Vec<(&str, usize)> = shocks.iter().map(|(n, i)| (n.as_str(), *i)).collect();
        let uncertain: Vec<(&str, usize)> =
            parameters.uncertain().map(|i| (parameters.list()[i].name.as_str(), i)).collect();
        let names = Names { shocks: &shocks, parameters: &uncertain };
        let (shocks, correlated_parameters) = resolve(&spec.correlations, &names)?;
        let rotations = variables.list().iter().map(|v| match v.kind {
            // Without persistence the components are the months themselves.
            DrawKind::Shock { persistence } if persistence != 0.0 => {
                Some(Rotation::new(clock.months, persistence))
            }
            _ => None,
        });
        let mut model = Self {
            rotations: rotations.collect(),
            leading: None,
            controls: None,
            spec,
            parameters,
            terms_from,
            variables,
            mixed,
            shocks,
            correlated_parameters,
            companions: Vec::new(),
        };
        model.leading = Leading::of(&model);
        model.controls = Controls::of(&model);
        Ok(model)
    }

    /// Months simulated.
    #[must_use]
    pub fn months(&self) -> usize {
        self.spec.clock.months
    }

    /// Whether anything moves at random from month to month.
    #[must_use]
    pub fn has_noise(&self) -> bool {
        !self.variables.list().is_empty()
    }

    /// What moves at random from month to month, by name.
    #[must_use]
    pub fn moving(&self) -> Vec<&str> {
        self.variables.list().iter().map(|v| v.variable.name.as_str()).collect()
    }

    /// Whether the load of any month differs between the paths of a block. A load that differs on
    /// rarer paths only counts as certain.
    #[must_use]
    pub fn has_uncertain_load(&self) -> bool {
        let mut paths = self.block();
        let sampler = self.sampler(Points::Pseudo, 0, "probe");
        let first = Block { replicate: 0, first: 0 };
        self.generate(&*sampler, Points::Pseudo, first, &mut paths);
        paths.load.iter().any(|row| row.iter().any(|load| *load != row[0]))
    }

    /// Whether anything is paid for apart from the units.
    #[must_use]
    pub fn has_bills_apart(&self) -> bool {
        self.spec.pool.as_ref().is_some_and(Pool::has_bill)
    }

    /// Names of the control variates of a path, [`PathBlock::controls`].
    #[must_use]
    pub fn controls(&self) -> &'static [&'static str] {
        self.controls.as_ref().map_or(&[], Controls::names)
    }

    /// The description behind the model.
    #[must_use]
    pub fn spec(&self) -> &PathSpec {
        &self.spec
    }

    /// All parameters, certain and uncertain.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The sampler of a run. Runs of different `purpose` (pilot, main) share no draw.
    #[must_use]
    pub fn sampler(&self, points: Points, seed: u64, purpose: &str) -> Box<dyn Sampler> {
        let mut all = self.variables_of_all();
        for variable in &mut all {
            variable.name = format!("{purpose}/{}", variable.name);
        }
        match points {
            Points::Pseudo => Box::new(PseudoRandom::new(seed, &all)),
            Points::Quasi { replicates, log2_points } => {
                let order = self.order_of_all();
                Box::new(QuasiRandom::new(seed, &all, &order, replicates, log2_points))
            }
        }
    }

    /// Draws per path of everything that is drawn, in the order in which samplers know it.
    #[must_use]
    pub fn steps(&self) -> Vec<usize> {
        self.own_variables().iter().map(|variable| variable.steps).collect()
    }

    /// Everything that is drawn: series of the processes, then uncertain parameters.
    fn own_variables(&self) -> Vec<Variable> {
        let of_process = self.variables.list().iter().map(|v| v.variable.clone());
        let of_parameters = self.parameters.uncertain().map(|i| Variable {
            name: format!("parameter {}", self.parameters.list()[i].name),
            steps: 1,
        });
        of_process.chain(of_parameters).collect()
    }

    /// Draws by importance: what moves a whole path first. Parameters of the future, then the
    /// shocks of all processes component by component, then jumps month by month. Parameters of
    /// the contract come last, so that a clause changes no draw of the future.
    fn order(&self) -> Vec<Draw> {
        let processes = self.variables.list().len();
        let uncertain = || self.parameters.uncertain().enumerate();
        let parameter = |(k, _)| Draw { variable: processes + k, step: 0 };
        let future = uncertain().filter(|(_, i)| *i < self.terms_from).map(parameter);
        let mut order: Vec<Draw> = future.collect();
        for shocks in [true, false] {
            for step in 0..self.months() {
                for (variable, v) in self.variables.list().iter().enumerate() {
                    let is_shock = matches!(v.kind, DrawKind::Shock { .. });
                    if is_shock == shocks && step < v.variable.steps {
                        order.push(Draw { variable, step });
                    }
                }
            }
        }
        order.extend(uncertain().filter(|(_, i)| *i >= self.terms_from).map(parameter));
        order
    }

    /// Buffers for [`Self::generate`].
    #[must_use]
    pub fn block(&self) -> PathBlock {
        let row = || vec![[0.0; LANES]; self.months()];
        PathBlock {
            of_run: None,
            params: self.parameters.certain_values(),
            load: row(),
            on_demand: row(),
            start: [0.0; LANES],
            unit_value: if self.spec.pool.is_some() { row() } else { Vec::new() },
            apart: if self.has_bills_apart() { row() } else { Vec::new() },
            mix: match self.mixed {
                0 => Vec::new(),
                loads => vec![vec![[0.0; LANES]; loads]; self.months()],
            },
            rows: self
                .variables
                .list()
                .iter()
                .map(|v| vec![[0.0; LANES]; v.variable.steps])
                .collect(),
            scratch: row(),
            calm: row(),
            controls: Vec::new(),
            correlated: Vec::new(),
            leading: LeadingScratch::default(),
            companions: self.companion_blocks(),
        }
    }

    /// Fills `out` with the paths of `block`. The result depends on the sampler and the block
    /// alone.
    pub fn generate(
        &self,
        sampler: &dyn Sampler,
        points: Points,
        block: Block,
        out: &mut PathBlock,
    ) {
        self.generate_own(sampler, points, block, out);
        self.generate_companions(sampler, points, block, out);
    }

    fn generate_own(
        &self,
        sampler: &dyn Sampler,
        points: Points,
        block: Block,
        out: &mut PathBlock,
    ) {
        self.draw_parameters(sampler, block, out);
        self.draw_variables(sampler, points, block, out);
        let draws = Draws { params: &out.params, rows: &out.rows };
        let (base, value) = self.spec.workload.base(&out.params);
        let clock = self.spec.clock;
        self.log_load(draws, &mut out.load);
        exp_scaled(out.load.as_flattened_mut(), &base);
        out.start = value;
        self.write_prices(&value, out);
        let controls = self.controls.as_ref().filter(|_| !out.controls.is_empty());
        if controls.is_some() {
            Controls::begin(out);
        }
        if let Some(pool) = &self.spec.pool {
            let months = &mut Months {
                load: &mut out.load,
                on_demand: &mut out.on_demand,
                unit_value: &mut out.unit_value,
                apart: &mut out.apart,
                mix: &mut out.mix,
            };
            let draws = Draws { params: &out.params, rows: &out.rows };
            pool.apply(clock, draws, &self.spec.growth, &value, months);
        }
        if let Some(controls) = controls {
            controls.end(self, out);
        }
    }

    /// The on-demand price of each month, which starts at `value`.
    fn write_prices(&self, value: &Lane, out: &mut PathBlock) {
        if self.spec.price.is_constant() {
            out.on_demand.fill(*value);
            return;
        }
        let draws = Draws { params: &out.params, rows: &out.rows };
        self.log_price(draws, &mut out.on_demand);
        exp_scaled(out.on_demand.as_flattened_mut(), value);
    }

    fn draw_parameters(&self, sampler: &dyn Sampler, block: Block, out: &mut PathBlock) {
        let processes = self.variables.list().len();
        for (k, i) in self.parameters.uncertain().enumerate() {
            sampler.uniforms(block, processes + k, &mut out.params[i..=i]);
        }
        let group = &self.correlated_parameters;
        if !group.is_independent() {
            out.correlated.clear();
            out.correlated
                .extend(group.members.iter().map(|&i| out.params[i].map(normal_quantile)));
            group.correlate(&mut out.correlated);
            for (row, &i) in out.correlated.iter().zip(&group.members) {
                out.params[i] = row.map(normal_cdf);
            }
        }
        for i in self.parameters.uncertain() {
            let dist: &Dist = &self.parameters.list()[i].dist;
            out.params[i] = out.params[i].map(|u| dist.get().quantile(u));
        }
    }

    fn draw_variables(
        &self,
        sampler: &dyn Sampler,
        points: Points,
        block: Block,
        out: &mut PathBlock,
    ) {
        for (k, v) in self.variables.list().iter().enumerate() {
            let rows = &mut out.rows[k];
            if v.kind == DrawKind::Uniform {
                sampler.uniforms(block, k, rows);
                continue;
            }
            sampler.normals(block, k, rows);
        }
        if let Points::Quasi { .. } = points {
            self.turn(out);
        }
        self.shocks.correlate_series(&mut out.rows);
    }

    /// Turns draws in the order of their importance into monthly shocks.
    fn turn(&self, out: &mut PathBlock) {
        if let Some(leading) = &self.leading {
            leading.apply(&mut out.rows, &mut out.leading);
        }
        for (rows, rotation) in out.rows.iter_mut().zip(&self.rotations) {
            if let Some(rotation) = rotation {
                rotation.apply(rows, &mut out.scratch);
                std::mem::swap(rows, &mut out.scratch);
            }
        }
    }
}
