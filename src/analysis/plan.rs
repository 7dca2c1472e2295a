//! Which sampler, and how many paths.

use crate::compare::MONTH_PATHS;
use crate::path::Points;
use crate::results::RunFacts;
use crate::simulate::{Observer, Plan, Stopped, simulate};
use crate::size::search::pilot;
use crate::size::sweep::{Entry, Sweep};
use crate::study::{SamplerChoice, Study};

/// Independent replicates of a quasi-random run.
pub const REPLICATES: u32 = 32;

/// Paths of a run where neither study nor user says.
const DEFAULT_PATHS: u64 = REPLICATES as u64 * 4096;

/// The smallest number of quasi-random paths that is at least `paths`.
#[must_use]
pub fn sobol_paths(paths: u64) -> u64 {
    let per_replicate = paths.div_ceil(u64::from(REPLICATES)).max(64);
    u64::from(REPLICATES) * per_replicate.next_power_of_two()
}

/// The plan of a run, and what to say of it.
///
/// # Errors
/// [`Stopped`] when the observer says so.
pub fn plan(study: &Study, observer: &dyn Observer) -> Result<(Plan, RunFacts), Stopped> {
    let seed = study.run.seed;
    let wanted = study.run.paths.unwrap_or(DEFAULT_PATHS);
    let (sobol, reason) = match study.run.sampler {
        SamplerChoice::Pseudo => (false, "asked for".to_owned()),
        SamplerChoice::Sobol => (true, "asked for".to_owned()),
        SamplerChoice::Auto => pilot_choice(study, seed, observer)?,
    };
    let paths = if sobol { sobol_paths(wanted) } else { wanted };
    let points = if sobol {
        let log2_points = (paths / u64::from(REPLICATES)).ilog2();
        Points::Quasi { replicates: REPLICATES, log2_points }
    } else {
        Points::Pseudo
    };
    let plan = Plan { points, paths, seed };
    let facts = RunFacts {
        month_paths: plan.at_most(MONTH_PATHS).paths,
        sampler: if sobol { "sobol" } else { "pseudo" }.into(),
        reason,
        paths,
        replicates: if sobol { REPLICATES } else { 1 },
        seed,
    };
    Ok((plan, facts))
}

/// Whether quasi-random points have the smaller standard error for the mean cost of a
/// commitment near today's load, in a pilot.
fn pilot_choice(
    study: &Study,
    seed: u64,
    observer: &dyn Observer,
) -> Result<(bool, String), Stopped> {
    let small = pilot(&Plan { points: Points::Pseudo, paths: 0, seed });
    let units = study.sizes.at(study.sizes.nearest(study.facts.load.units));
    let strategy = study.strategies.len() - 1;
    let units = if strategy == 0 { 0.0 } else { units };
    let sweep = Sweep::new(study, vec![Entry { strategy, units }], false);
    let samples = simulate(&study.model, &small, &sweep, observer)?;
    let cost = &samples[0];
    let sobol = cost.mean().standard_error;
    let pseudo = cost.sd() / (cost.count() as f64).sqrt();
    if pseudo == 0.0 {
        return Ok((true, "every path costs the same".into()));
    }
    let ratio = pseudo / sobol.max(1e-9 * pseudo);
    let reason = format!(
        "pilot of {} paths: its standard error of the mean cost is {ratio:.1} times {}",
        small.paths,
        if ratio >= 1.0 { "smaller" } else { "that of pseudo-random paths" }
    );
    Ok((ratio >= 1.0, reason))
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
