//! Settlement by the explicit hours of a month: what the compiled load curve saves.

use crate::rng::{LANES, Lane};
use crate::simd::kernel;

/// Paths that go through the hours together: their sums stay in registers.
const GROUP: usize = 32;

/// The reference work's load shape: 730 hours with mean 1, with a daily and a weekly wave.
pub(super) fn shape() -> Vec<f64> {
    let wave = |h: f64, period: f64| libm::sin(2.0 * std::f64::consts::PI * h / period);
    let level = |h: u32| {
        let h = f64::from(h);
        f64::max(0.05, 1.0 + 0.6 * wave(h, 24.0) + 0.2 * wave(h, 168.0))
    };
    let levels: Vec<f64> = (0..730).map(level).collect();
    let mean = levels.iter().sum::<f64>() / levels.len() as f64;
    levels.iter().map(|s| s / mean).collect()
}

kernel! {
    /// Mean over the hours of the load beyond `capacity`, hour by hour, for months with mean `load`.
    pub(super) fn overflow(hours: &[f64], load: &Lane, capacity: f64) -> Lane {
        let mut ratio = [0.0; LANES];
        for i in 0..LANES {
            ratio[i] = capacity / load[i];
        }
        let mut out = [0.0; LANES];
        for (ratio, out) in ratio.chunks_exact(GROUP).zip(out.chunks_exact_mut(GROUP)) {
            let mut sums = [0.0; GROUP];
            for &s in hours {
                for i in 0..GROUP {
                    let above = s - ratio[i];
                    sums[i] += if above > 0.0 { above } else { 0.0 };
                }
            }
            out.copy_from_slice(&sums);
        }
        let share = 1.0 / hours.len() as f64;
        for i in 0..LANES {
            out[i] *= share * load[i];
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_beyond_the_capacity_overflow() {
        let hours = shape();
        assert_eq!(hours.len(), 730);
        let mut load = [2.0; LANES];
        load[LANES - 1] = 0.5;
        let got = overflow(&hours, &load, 1.0);
        for (load, got) in [(2.0, got[0]), (0.5, got[LANES - 1])] {
            let exact = hours.iter().map(|s| (s * load - 1.0).max(0.0)).sum::<f64>() / 730.0;
            assert!((got - exact).abs() < 1e-13, "{got} {exact}");
        }
    }
}
