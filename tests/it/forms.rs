//! Closed forms of the lognormal world, written independently of the engine.

/// P(Z <= z).
pub(crate) fn cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

/// Standard normal quantile by bisection.
pub(crate) fn quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-40.0, 40.0);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if cdf(middle) < p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// `E (D - K)+` for a lognormal `D` with mean `f` and log standard deviation `s`.
pub(crate) fn black(f: f64, k: f64, s: f64) -> f64 {
    if s == 0.0 {
        return (f - k).max(0.0);
    }
    let d1 = (f / k).ln() / s + 0.5 * s;
    f * cdf(d1) - k * cdf(d1 - s)
}

/// P(D > K).
pub(crate) fn exceeds(f: f64, k: f64, s: f64) -> f64 {
    cdf((f / k).ln() / s - 0.5 * s)
}

/// A load curve: levels with their shares of time.
pub(crate) type Curve = &'static [(f64, f64)];

/// The same load at every hour.
pub(crate) const FLAT: Curve = &[(1.0, 1.0)];

/// Three levels.
pub(crate) const LC3: Curve = &[(0.4, 0.25), (1.0, 0.5), (1.6, 0.25)];

/// The world B0: month `t` has a lognormal load with mean `mean(t)` and log sd `sd(t)`.
pub(crate) struct World {
    pub(crate) months: usize,
    pub(crate) curve: Curve,
    pub(crate) mean: fn(f64) -> f64,
    pub(crate) sd: fn(f64) -> f64,
}

pub(crate) fn b0(months: usize, curve: Curve) -> World {
    World { months, curve, mean: |u| 100.0 * (0.2 * u).exp(), sd: |u| 0.35 * u.sqrt() }
}

impl World {
    /// Year fractions of the months.
    fn times(&self) -> impl Iterator<Item = f64> {
        (1..=self.months).map(|t| t as f64 / 12.0)
    }

    /// Sum over months of the discounted fees and overflow at size `k`.
    pub(crate) fn cost(&self, k: f64, rate: f64) -> f64 {
        self.times()
            .map(|u| {
                let overflow: f64 = self
                    .curve
                    .iter()
                    .map(|(s, w)| w * black(s * (self.mean)(u), k, (self.sd)(u)))
                    .sum();
                (-rate * u).exp() * (0.6 * k + overflow)
            })
            .sum()
    }

    /// The best size: the root of the mean exceedance at 0.6.
    pub(crate) fn best(&self, rate: f64) -> f64 {
        let (mut low, mut high) = (1.0, 1000.0);
        for _ in 0..200 {
            let k = 0.5 * (low + high);
            let excess: f64 = self
                .times()
                .map(|u| {
                    let share: f64 = self
                        .curve
                        .iter()
                        .map(|(s, w)| w * exceeds(s * (self.mean)(u), k, (self.sd)(u)))
                        .sum();
                    (-rate * u).exp() * (share - 0.6)
                })
                .sum();
            if excess > 0.0 { low = k } else { high = k }
        }
        0.5 * (low + high)
    }
}

/// `P(X <= a, Y <= b)` of standard normals with correlation `rho`, by integrating
/// `cdf((b - rho x) / sqrt(1 - rho^2))` over `x <= a` with Simpson's rule.
pub(crate) fn bivariate(a: f64, b: f64, rho: f64) -> f64 {
    if rho > 1.0 - 1e-12 {
        return cdf(a.min(b));
    }
    let (n, low) = (4000, -9.0);
    if a <= low {
        return 0.0;
    }
    let h = (a - low) / f64::from(n);
    let root = (1.0 - rho * rho).sqrt();
    let f = |x: f64| (-0.5 * x * x).exp() * cdf((b - rho * x) / root);
    let weight = |i: i32| {
        if i == 0 || i == n {
            1.0
        } else if i % 2 == 1 {
            4.0
        } else {
            2.0
        }
    };
    let sum: f64 = (0..=n).map(|i| weight(i) * f(low + h * f64::from(i))).sum();
    sum * h / 3.0 / std::f64::consts::TAU.sqrt()
}

/// `E (X - k)+ (Y - k)+` for jointly lognormal loads with means `f`, log sds `s` and log
/// covariance `c`.
pub(crate) fn product_of_calls(f: [f64; 2], s: [f64; 2], c: f64, k: f64) -> f64 {
    let rho = c / (s[0] * s[1]);
    let d = [0, 1].map(|i| (f[i] / k).ln() / s[i] - 0.5 * s[i]);
    // Tilting the measure by X, by Y or by both shifts the exceedance scores by covariances.
    let tilted = |x: f64, y: f64| {
        let shift = [x * s[0] + y * c / s[0], x * c / s[1] + y * s[1]];
        bivariate(d[0] + shift[0], d[1] + shift[1], rho)
    };
    f[0] * f[1] * c.exp() * tilted(1.0, 1.0)
        - k * f[0] * tilted(1.0, 0.0)
        - k * f[1] * tilted(0.0, 1.0)
        + k * k * tilted(0.0, 0.0)
}

/// The cumulative distribution of the sum of a year's monthly loads of B0, on a grid.
///
/// `Z_k = R_k (1 + Z_{k+1})` with independent lognormal monthly factors `R`: the density of
/// `ln Z_k` is the convolution of a normal density with that of `ln(1 + Z_{k+1})`.
pub(crate) struct SumOfMonths {
    grid: Vec<f64>,
    cumulative: Vec<f64>,
}

impl SumOfMonths {
    pub(crate) fn new(months: usize) -> Self {
        let (n, low, high) = (4000usize, -4.0f64, 6.5f64);
        let h = (high - low) / n as f64;
        let (m, s) = (0.138_75 / 12.0, 0.35 / 12f64.sqrt());
        let x = |i: usize| low + h * i as f64;
        let normal = |z: f64| (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
        // Start: Z_T = R_T.
        let mut density: Vec<f64> = (0..=n).map(|i| normal((x(i) - m) / s) / s).collect();
        for _ in 1..months {
            // Mass of w = ln(1 + e^y) at each grid point y, spread by the normal step.
            let reach = (9.0 * s / h) as i64;
            let mut next = vec![0.0; n + 1];
            for i in 0..=n {
                let mass = density[i] * h;
                if mass < 1e-18 {
                    continue;
                }
                let center = x(i).exp().ln_1p() + m;
                let at = ((center - low) / h) as i64;
                for j in (at - reach).max(0)..=(at + reach + 1).min(n as i64) {
                    next[j as usize] += mass * normal((x(j as usize) - center) / s) / s;
                }
            }
            density = next;
        }
        let mut cumulative = Vec::with_capacity(n + 1);
        let mut sum = 0.0;
        for i in 0..=n {
            // Trapezoid between grid points.
            let before = if i == 0 { 0.0 } else { density[i - 1] };
            sum += 0.5 * h * (before + density[i]);
            cumulative.push(sum);
        }
        Self { grid: (0..=n).map(x).collect(), cumulative }
    }

    /// The `p`-quantile of 100 times the sum.
    pub(crate) fn quantile(&self, p: f64) -> f64 {
        let i = self.cumulative.partition_point(|c| *c < p);
        let (a, b) = (self.cumulative[i - 1], self.cumulative[i]);
        let y = self.grid[i - 1] + (p - a) / (b - a) * (self.grid[i] - self.grid[i - 1]);
        100.0 * y.exp()
    }

    /// The mean of 100 times the sum beyond its `p`-quantile.
    pub(crate) fn tail_mean(&self, p: f64) -> f64 {
        let (mut sum, mut mass) = (0.0, 0.0);
        for i in 1..self.grid.len() {
            let (a, b) = (self.cumulative[i - 1].max(p), self.cumulative[i]);
            if b > a {
                sum += (b - a) * 100.0 * (0.5 * (self.grid[i - 1] + self.grid[i])).exp();
                mass += b - a;
            }
        }
        sum / mass
    }
}
