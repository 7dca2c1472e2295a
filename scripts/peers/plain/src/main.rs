//! The reference work in plain idiomatic Rust: rand, `rand_distr` and rayon, double precision, one
//! path at a time.
//!
//! usage: plain R0|R1|R2|R3 PATHS THREADS [SEED]

use rand::{SeedableRng, rngs::SmallRng};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use serde_json::{Value as Json, json};
use std::f64::consts::TAU;
use std::time::Instant;

const MONTHS: usize = 36;
const SIZES: usize = 64;
const ONE_SIZE: usize = 28;
const HOURS: usize = 730;
const FEE: f64 = 0.65;
const CHUNK: usize = 1024;

/// Mean overflow of a unit load above `k`, linear between knots.
struct LoadCurve {
    shape: Vec<f64>,
    knots: Vec<f64>,
}

impl LoadCurve {
    const CELLS: usize = 2048;
    const TOP: f64 = 2.0;

    fn new() -> Self {
        let level = |hour: usize| {
            let (day, week) = (TAU * hour as f64 / 24.0, TAU * hour as f64 / 168.0);
            (1.0 + 0.6 * day.sin() + 0.2 * week.sin()).max(0.05)
        };
        let levels: Vec<f64> = (0..HOURS).map(level).collect();
        let mean = levels.iter().sum::<f64>() / HOURS as f64;
        let shape: Vec<f64> = levels.iter().map(|x| x / mean).collect();
        let knot = |i: usize| explicit(&shape, 1.0, i as f64 * Self::TOP / Self::CELLS as f64);
        let knots = (0..=Self::CELLS).map(knot).collect();
        Self { shape, knots }
    }

    fn at(&self, k: f64) -> f64 {
        let place = k * (Self::CELLS as f64 / Self::TOP);
        let cell = place as usize;
        if cell >= Self::CELLS {
            return 0.0;
        }
        let (low, high) = (self.knots[cell], self.knots[cell + 1]);
        low + (place - cell as f64) * (high - low)
    }
}

/// Mean overflow hour by hour.
fn explicit(shape: &[f64], demand: f64, units: f64) -> f64 {
    shape.iter().map(|s| (demand * s - units).max(0.0)).sum::<f64>() / shape.len() as f64
}

struct Path {
    demand: [f64; MONTHS],
    price: [f64; MONTHS],
}

fn path(rng: &mut SmallRng) -> Path {
    let yearly_cap = 1.05f64.ln();
    let price_own = 0.96f64.sqrt();
    let error_price = 0.1 / price_own;
    let error_own = (1.0 - error_price * error_price).sqrt();
    let (mut growth, mut price, mut error, mut cap) = (0.0, 0.0f64, 0.0, yearly_cap);
    let mut path = Path { demand: [0.0; MONTHS], price: [0.0; MONTHS] };
    for t in 0..MONTHS {
        let [z1, z2, z3]: [f64; 3] = std::array::from_fn(|_| StandardNormal.sample(rng));
        growth += 0.02 + 0.08 * z1;
        price = (price + 0.003 + 0.03 * (0.2 * z1 + price_own * z2)).min(cap);
        error = 0.8 * error + 0.05 * (error_price * z2 + error_own * z3);
        if (t + 1) % 12 == 0 {
            cap = price + yearly_cap;
        }
        path.demand[t] = f64::exp(growth + error);
        path.price[t] = price.exp();
    }
    path
}

/// Cost and waste of a path at one size.
fn settle(path: &Path, units: f64, overflow: impl Fn(f64) -> f64) -> (f64, f64) {
    let (mut paid, mut spilled, mut demand) = (0.0, 0.0, 0.0);
    for (&d, &p) in path.demand.iter().zip(&path.price) {
        let over = overflow(d);
        paid += p * over;
        spilled += over;
        demand += d;
    }
    let committed = MONTHS as f64 * units;
    (FEE * committed + paid, FEE * (committed - demand + spilled))
}

/// The paths of each chunk, from its own generator.
fn chunks(paths: usize, seed: u64) -> impl IndexedParallelIterator<Item = (SmallRng, usize)> {
    (0..paths.div_ceil(CHUNK)).into_par_iter().map(move |chunk| {
        let rng = SmallRng::seed_from_u64(seed << 32 | chunk as u64);
        (rng, CHUNK.min(paths - chunk * CHUNK))
    })
}

fn means(paths: usize, seed: u64) -> Json {
    let sums = chunks(paths, seed).map(|(mut rng, count)| {
        let mut sum = Path { demand: [0.0; MONTHS], price: [0.0; MONTHS] };
        for _ in 0..count {
            let path = path(&mut rng);
            for t in 0..MONTHS {
                sum.demand[t] += path.demand[t];
                sum.price[t] += path.price[t];
            }
        }
        sum
    });
    let sums: Vec<Path> = sums.collect();
    let mean = |of: fn(&Path, usize) -> f64| -> Vec<f64> {
        let month = |t| sums.iter().map(|s| of(s, t)).sum::<f64>() / paths as f64;
        (0..MONTHS).map(month).collect()
    };
    json!({ "demand": mean(|s, t| s.demand[t]), "price": mean(|s, t| s.price[t]) })
}

fn sweep(work: &str, paths: usize, seed: u64) -> Json {
    let curve = LoadCurve::new();
    let all: Vec<f64> = (0..SIZES).map(|g| 2.5 * g as f64 / (SIZES - 1) as f64).collect();
    let sizes = if work == "R1" { &all[..] } else { &all[ONE_SIZE..=ONE_SIZE] };
    // Totals of the paths of a chunk, size by size within each path.
    let totals = chunks(paths, seed).map(|(mut rng, count)| {
        let mut totals = Vec::with_capacity(count * sizes.len());
        for _ in 0..count {
            let path = path(&mut rng);
            totals.extend(sizes.iter().map(|&k| match work {
                "R3" => settle(&path, k, |d| explicit(&curve.shape, d, k)),
                _ => settle(&path, k, |d| d * curve.at(k / d)),
            }));
        }
        totals
    });
    let totals: Vec<Vec<(f64, f64)>> = totals.collect();
    let rows = sizes.par_iter().enumerate().map(|(g, &units)| {
        let of_size = || totals.iter().flat_map(|t| t.iter().skip(g).step_by(sizes.len()));
        let mut cost: Vec<f64> = of_size().map(|t| t.0).collect();
        let mut waste: Vec<f64> = of_size().map(|t| t.1).collect();
        statistics(units, &mut cost, &mut waste)
    });
    let rows: Vec<Json> = rows.collect();
    let least = |name: &str| {
        let value = |row: &Json| row["cost"][name].as_f64().expect("a number");
        let best = rows.iter().min_by(|a, b| value(a).total_cmp(&value(b)));
        best.expect("a size")["units"].clone()
    };
    let best = json!({ "mean": least("mean"), "cvar95": least("cvar95") });
    json!({ "sizes": rows, "best": best })
}

fn statistics(units: f64, cost: &mut [f64], waste: &mut [f64]) -> Json {
    let n = cost.len() as f64;
    let mean = cost.iter().sum::<f64>() / n;
    let sd = (cost.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
    let [p5, p50, p90, p95, p99] = [0.05, 0.5, 0.9, 0.95, 0.99].map(|p| quantile(cost, p));
    let tail = (0.95 * n) as usize;
    cost.select_nth_unstable_by(tail, f64::total_cmp);
    let cvar95 = cost[tail..].iter().sum::<f64>() / (cost.len() - tail) as f64;
    let waste_mean = waste.iter().sum::<f64>() / n;
    json!({
        "units": units,
        "cost": {
            "mean": mean, "sd": sd, "p5": p5, "p50": p50, "p90": p90, "p95": p95, "p99": p99,
            "cvar95": cvar95,
        },
        "waste": { "mean": waste_mean, "p95": quantile(waste, 0.95) },
    })
}

/// The quantile between the two order statistics around it.
fn quantile(values: &mut [f64], level: f64) -> f64 {
    let place = level * (values.len() - 1) as f64;
    let (_, &mut low, above) = values.select_nth_unstable_by(place as usize, f64::total_cmp);
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    low + place.fract() * (high - low)
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |i: usize| arguments.get(i).and_then(|text| text.parse::<u64>().ok());
    let (Some(work), Some(paths), Some(threads)) = (arguments.get(1), number(2), number(3)) else {
        eprintln!("usage: plain R0|R1|R2|R3 PATHS THREADS [SEED]");
        std::process::exit(2);
    };
    let seed = number(4).unwrap_or(1);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads as usize);
    pool.build_global().expect("the pool is built once");
    let start = Instant::now();
    let answer = match work.as_str() {
        "R0" => means(paths as usize, seed),
        _ => sweep(work, paths as usize, seed),
    };
    let mut out = json!({
        "peer": "plain", "work": work, "paths": paths, "threads": threads,
        "seconds": start.elapsed().as_secs_f64(),
    });
    let (out_fields, fields) = (out.as_object_mut(), answer.as_object());
    out_fields.expect("an object").extend(fields.expect("an object").clone());
    println!("{out}");
}
