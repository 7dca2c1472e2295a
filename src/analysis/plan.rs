//! Which sampler, and how many paths.

use crate::compare::MONTH_PATHS;
use crate::path::Points;
use crate::results::{Control, RunFacts, Stopping};
use crate::simulate::{Observer, Plan, Stopped, simulate};
use crate::size::desk::Entry;
use crate::size::search::pilot;
use crate::size::sweep::Sweep;
use crate::stats::sample::Sample;
use crate::study::{SamplerChoice, Study};

/// Independent replicates of a quasi-random run.
pub const REPLICATES: u32 = 32;

/// Paths of a run where neither study nor user says, and no rule.
const DEFAULT_PATHS: u64 = REPLICATES as u64 * 4096;

/// The smallest number of quasi-random paths that is at least `paths`.
#[must_use]
pub fn sobol_paths(paths: u64) -> u64 {
    let per_replicate = paths.div_ceil(u64::from(REPLICATES)).max(64);
    u64::from(REPLICATES) * per_replicate.next_power_of_two()
}

/// Paths of a run whose number no rule decides.
pub(super) fn fixed_paths(study: &Study) -> u64 {
    study.run.paths.unwrap_or(DEFAULT_PATHS)
}

/// Where the paths come from, however many.
pub(super) struct Sampling {
    sobol: bool,
    reason: String,
    /// Whether control variates correct the means.
    controlled: bool,
    seed: u64,
}

impl Sampling {
    /// What the study asks for, or whichever sampler errs less.
    pub(super) fn choose(study: &Study, observer: &dyn Observer) -> Result<Self, Stopped> {
        let seed = study.run.seed;
        let asked = "asked for".to_owned();
        if study.run.sampler == SamplerChoice::Pseudo {
            return Ok(Self { sobol: false, reason: asked, controlled: false, seed });
        }
        let cost = pilot_cost(study, seed, observer)?;
        let controlled = controls_pay(&cost);
        let (sobol, reason) = match study.run.sampler {
            SamplerChoice::Auto => pilot_choice(&cost),
            _ => (true, asked),
        };
        Ok(Self { sobol, reason, controlled: sobol && controlled, seed })
    }

    /// The plan of a run of `wanted` paths; of a few more, where they must make whole nets.
    pub(super) fn plan(&self, wanted: u64) -> Plan {
        let paths = if self.sobol { sobol_paths(wanted) } else { wanted };
        let points = if self.sobol {
            let log2_points = (paths / u64::from(REPLICATES)).ilog2();
            Points::Quasi { replicates: REPLICATES, log2_points }
        } else {
            Points::Pseudo
        };
        Plan { points, paths, seed: self.seed, controlled: self.controlled }
    }

    /// What to say of a run.
    pub(super) fn facts(self, plan: &Plan, stopping: Option<Stopping>) -> RunFacts {
        RunFacts {
            month_paths: plan.at_most(MONTH_PATHS).paths,
            sampler: if self.sobol { "sobol" } else { "pseudo" }.into(),
            reason: self.reason,
            paths: plan.paths,
            replicates: if self.sobol { REPLICATES } else { 1 },
            seed: self.seed,
            control: None,
            stopping,
        }
    }
}

/// What control variates did for the mean of a cost, if they were used.
pub(super) fn control(study: &Study, cost: &Sample) -> Option<Control> {
    cost.is_corrected().then(|| {
        let quantities = study.model.controls();
        let (with, without) = (cost.mean().standard_error, cost.plain_mean().standard_error);
        Control {
            quantities: quantities.iter().map(|&name| name.to_owned()).collect(),
            error_times_smaller: (with > 0.0).then(|| without / with),
        }
    })
}

/// The plan of a run whose number of paths no rule decides, and what to say of it.
///
/// # Errors
/// [`Stopped`] when the observer says so.
pub fn plan(study: &Study, observer: &dyn Observer) -> Result<(Plan, RunFacts), Stopped> {
    let sampling = Sampling::choose(study, observer)?;
    let plan = sampling.plan(fixed_paths(study));
    let facts = sampling.facts(&plan, None);
    Ok((plan, facts))
}

/// The same run for another study, with control variates where they pay for that one.
///
/// # Errors
/// [`Stopped`] when the observer says so.
pub(super) fn plan_for(
    study: &Study,
    plan: &Plan,
    observer: &dyn Observer,
) -> Result<Plan, Stopped> {
    let is_quasi = plan.points != Points::Pseudo;
    let controlled = is_quasi && controls_pay(&pilot_cost(study, plan.seed, observer)?);
    Ok(Plan { controlled, ..*plan })
}

/// The cost of a commitment near today's load, in a pilot.
fn pilot_cost(study: &Study, seed: u64, observer: &dyn Observer) -> Result<Sample, Stopped> {
    let small = Plan { controlled: true, ..pilot(seed) };
    let units = study.sizes.at(study.sizes.nearest(study.facts.load.units));
    let strategy = study.strategies.len() - 1;
    let units = if strategy == 0 { 0.0 } else { units };
    let sweep = Sweep::new(study, vec![Entry { strategy, units }], false);
    let mut samples = simulate(&study.model, &small, &sweep, observer)?;
    Ok(samples.swap_remove(0))
}

/// Variance that control variates must leave at most, of that of a plain mean, to be worth a run's
/// degrees of freedom.
const MOST_LEFT: f64 = 0.5;

/// Whether control variates make the mean cost of a pilot more certain.
fn controls_pay(cost: &Sample) -> bool {
    let (with, without) = (cost.mean().standard_error, cost.plain_mean().standard_error);
    with * with < MOST_LEFT * without * without
}

/// Whether quasi-random points have the smaller standard error for the mean cost of a pilot.
fn pilot_choice(cost: &Sample) -> (bool, String) {
    let sobol = cost.plain_mean().standard_error;
    let pseudo = cost.sd() / (cost.count() as f64).sqrt();
    if pseudo == 0.0 {
        return (true, "every path costs the same".into());
    }
    let ratio = pseudo / sobol.max(1e-9 * pseudo);
    let reason = format!(
        "pilot of {} paths: its standard error of the mean cost is {ratio:.1} times {}",
        cost.count(),
        if ratio >= 1.0 { "smaller" } else { "that of pseudo-random paths" }
    );
    (ratio >= 1.0, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quasi_random_runs_have_whole_nets() {
        for (asked, paths) in
            [(1, 2048), (131_072, 131_072), (131_073, 262_144), (1_000_000, 1_048_576)]
        {
            assert_eq!(sobol_paths(asked), paths);
        }
    }
}
