//! The reference work, which other programs do too: 36 months, three correlated factors, a price
//! cap, 64 sizes.
//!
//! | work | what |
//! |---|---|
//! | R0 | the paths alone: the means of load and price of each month |
//! | R1 | cost and waste at 64 sizes with their distributions, and the best sizes |
//! | R2 | the same at one size |
//! | R3 | R2 with the 730 hours of each month one by one instead of the compiled load curve |

use super::hours;
use super::rates::timed;
use crate::input::load_text;
use crate::path::{PathBlock, Points};
use crate::rng::{LANES, Lane};
use crate::simulate::{Experiment, Observer, Plan, Stopped, Want, simulate};
use crate::size::desk::Entry;
use crate::size::sweep::{COST_LEVELS, CVAR_LEVEL, Point, Sweep, WASTE_LEVELS};
use crate::stats::Estimate;
use crate::stats::sample::Sample;
use crate::study::Study;
use serde::Serialize;
use std::path::Path;

/// Sizes of R1.
pub const SIZES: usize = 64;

/// Position of the size of R2 and R3 among those of R1.
const ONE: usize = 28;

/// Committed price of a unit-month, USD.
const FEE: f64 = 0.65;

/// The hybrid strategy's place in the study.
const HYBRID: usize = 1;

/// Reference work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// Paths and their monthly means.
    R0,
    /// A sweep over 64 sizes.
    R1,
    /// One size.
    R2,
    /// One size, hour by hour.
    R3,
}

/// The study behind the reference work, the same file that the tests and the peers read.
///
/// # Panics
/// Never: a test reads it.
#[must_use]
pub fn reference_study() -> Study {
    let text = include_str!("../../tests/studies/r1.toml");
    let loaded = load_text("reference work", text, Path::new(""), &[]);
    loaded.study.expect("the shipped study has no findings")
}

/// Units of size `g` of R1.
#[must_use]
pub fn units(g: usize) -> f64 {
    2.5 * g as f64 / (SIZES - 1) as f64
}

/// What a reference work found out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Numbers {
    /// Of R0.
    Futures {
        /// Mean load of each month, units.
        demand: Vec<f64>,
        /// Mean on-demand price of a unit in each month, USD.
        price: Vec<f64>,
    },
    /// Of the others.
    Sizes {
        /// Every size.
        sizes: Vec<SizeNumbers>,
        /// The best of them.
        best: BestSizes,
    },
}

/// A size.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SizeNumbers {
    /// Committed units.
    pub units: f64,
    /// Cost, USD.
    pub cost: CostNumbers,
    /// Waste, USD.
    pub waste: WasteNumbers,
    /// Standard errors of the above.
    pub standard_errors: StandardErrors,
}

/// Standard errors of a size's numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StandardErrors {
    /// Of the cost, USD.
    pub cost: CostNumbers,
    /// Of the waste, USD.
    pub waste: WasteNumbers,
}

/// The distribution of a cost, USD.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CostNumbers {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
    /// Not exceeded in 5 of 100 futures.
    pub p5: f64,
    /// Median.
    pub p50: f64,
    /// Not exceeded in 90 of 100 futures.
    pub p90: f64,
    /// Not exceeded in 95 of 100 futures.
    pub p95: f64,
    /// Not exceeded in 99 of 100 futures.
    pub p99: f64,
    /// Mean of the highest 5 %.
    pub cvar95: f64,
}

impl CostNumbers {
    fn of(cost: &Sample, part: fn(Estimate) -> f64) -> Self {
        let at = |p: f64| part(cost.quantile(p).expect("the quantiles of a sweep"));
        Self {
            mean: part(cost.mean()),
            sd: part(cost.sd_estimate()),
            p5: at(0.05),
            p50: at(0.5),
            p90: at(0.9),
            p95: at(0.95),
            p99: at(0.99),
            cvar95: part(cost.cvar(CVAR_LEVEL).expect("the tail of a sweep")),
        }
    }
}

/// The distribution of a waste, USD.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WasteNumbers {
    /// Mean.
    pub mean: f64,
    /// Not exceeded in 95 of 100 futures.
    pub p95: f64,
}

impl WasteNumbers {
    fn of(waste: &Sample, part: fn(Estimate) -> f64) -> Self {
        let p95 = waste.quantile(0.95).expect("the quantiles of a sweep");
        Self { mean: part(waste.mean()), p95: part(p95) }
    }
}

impl SizeNumbers {
    fn of(units: f64, cost: &Sample, waste: &Sample) -> Self {
        let (value, error) = (|e: Estimate| e.value, |e: Estimate| e.standard_error);
        Self {
            units,
            cost: CostNumbers::of(cost, value),
            waste: WasteNumbers::of(waste, value),
            standard_errors: StandardErrors {
                cost: CostNumbers::of(cost, error),
                waste: WasteNumbers::of(waste, error),
            },
        }
    }
}

/// The sizes with the least values, units.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BestSizes {
    /// Of the mean cost.
    pub mean: f64,
    /// Of the mean of the highest 5 % of the costs.
    pub cvar95: f64,
}

impl Numbers {
    fn sizes(sizes: Vec<SizeNumbers>) -> Self {
        let least = |of: fn(&CostNumbers) -> f64| {
            let best = sizes.iter().min_by(|a, b| of(&a.cost).total_cmp(&of(&b.cost)));
            best.map_or(f64::NAN, |size| size.units)
        };
        let best = BestSizes { mean: least(|c| c.mean), cvar95: least(|c| c.cvar95) };
        Self::Sizes { sizes, best }
    }
}

/// A reference work done once: what `waterline bench --work` prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Done {
    /// `waterline` with its version.
    pub program: String,
    /// `R0` to `R3`.
    pub work: String,
    /// Paths.
    pub paths: u64,
    /// Threads.
    pub threads: usize,
    /// Seconds from the first draw to the last number.
    pub seconds: f64,
    /// What it found out.
    #[serde(flatten)]
    pub numbers: Numbers,
}

impl Reference {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::R0, Self::R1, Self::R2, Self::R3];

    /// The name in results and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::R0 => "R0",
            Self::R1 => "R1",
            Self::R2 => "R2",
            Self::R3 => "R3",
        }
    }

    /// What it is, in words.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::R0 => "futures alone",
            Self::R1 => "sweep over 64 sizes",
            Self::R2 => "one size",
            Self::R3 => "one size, hour by hour",
        }
    }

    /// Does the work on `paths` pseudo-random paths on the threads of the pool.
    ///
    /// # Errors
    /// [`Stopped`] when the observer says so.
    pub fn once(self, paths: u64, observer: &dyn Observer) -> Result<Done, Stopped> {
        let study = reference_study();
        let (numbers, seconds) = timed(|| self.run(&study, Points::Pseudo, paths, 1, observer))?;
        Ok(Done {
            program: concat!("waterline ", env!("CARGO_PKG_VERSION")).into(),
            work: self.name().into(),
            paths,
            threads: rayon::current_num_threads(),
            seconds,
            numbers,
        })
    }

    /// Does the work on the paths of the reference study.
    pub(super) fn run(
        self,
        study: &Study,
        points: Points,
        paths: u64,
        seed: u64,
        observer: &dyn Observer,
    ) -> Result<Numbers, Stopped> {
        let plan = Plan { points, paths, seed, controlled: points != Points::Pseudo };
        match self {
            Self::R0 => {
                let months = Months { count: study.months() };
                let samples = simulate(&study.model, &plan, &months, observer)?;
                let mut demand: Vec<f64> = samples.iter().map(|s| s.mean().value).collect();
                let price = demand.split_off(months.count);
                Ok(Numbers::Futures { demand, price })
            }
            Self::R1 | Self::R2 => {
                let sizes = if self == Self::R1 { 0..SIZES } else { ONE..ONE + 1 };
                let points = sweep(study, sizes, &plan, observer)?;
                let numbers =
                    points.iter().map(|p| SizeNumbers::of(p.entry.units, &p.cost, &p.waste));
                Ok(Numbers::sizes(numbers.collect()))
            }
            Self::R3 => {
                let hourly = Hourly { hours: hours::shape(), units: units(ONE) };
                let samples = simulate(&study.model, &plan, &hourly, observer)?;
                let numbers = SizeNumbers::of(hourly.units, &samples[0], &samples[1]);
                Ok(Numbers::sizes(vec![numbers]))
            }
        }
    }
}

/// Settles sizes of R1 with their distributions.
pub(super) fn sweep(
    study: &Study,
    sizes: std::ops::Range<usize>,
    plan: &Plan,
    observer: &dyn Observer,
) -> Result<Vec<Point>, Stopped> {
    let entries = sizes.map(|g| Entry { strategy: HYBRID, units: units(g) }).collect();
    let sweep = Sweep::new(study, entries, true);
    let samples = simulate(&study.model, plan, &sweep, observer)?;
    Ok(sweep.points(samples))
}

/// R0: load, then price, of every month.
struct Months {
    count: usize,
}

impl Experiment for Months {
    type Scratch = ();

    fn wants(&self) -> Vec<Want> {
        vec![Want::mean(); 2 * self.count]
    }

    fn names(&self) -> Vec<String> {
        (0..2 * self.count).map(|i| format!("reference month {i}")).collect()
    }

    fn scratch(&self) {}

    fn evaluate(&self, _paths: &PathBlock, (): &mut (), _out: &mut [Lane]) {}

    fn values<'a>(&self, series: usize, paths: &'a PathBlock, _out: &'a [Lane]) -> &'a Lane {
        paths.load.get(series).unwrap_or_else(|| &paths.on_demand[series - self.count])
    }
}

/// R3: cost and waste of one size, hour by hour.
struct Hourly {
    hours: Vec<f64>,
    units: f64,
}

impl Experiment for Hourly {
    type Scratch = ();

    fn wants(&self) -> Vec<Want> {
        let cost = Want { tails: vec![CVAR_LEVEL], ..Want::quantiles(&COST_LEVELS) };
        vec![cost, Want::quantiles(&WASTE_LEVELS)]
    }

    fn names(&self) -> Vec<String> {
        ["cost", "waste"].map(|name| format!("reference hour by hour {name}")).to_vec()
    }

    fn scratch(&self) {}

    fn evaluate(&self, paths: &PathBlock, (): &mut (), out: &mut [Lane]) {
        out.fill([0.0; LANES]);
        for (load, price) in paths.load.iter().zip(&paths.on_demand) {
            let overflow = hours::overflow(&self.hours, load, self.units);
            for i in 0..LANES {
                let served = load[i] - overflow[i];
                out[0][i] += FEE * self.units + price[i] * overflow[i];
                out[1][i] += FEE * (self.units - served);
            }
        }
    }
}
