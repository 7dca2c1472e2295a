//! Round steps and the way from values to places.

/// A straight map from values to places in the chart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// Puts `low` at `from` and `high` at `to`.
    pub(super) fn new((low, high): (f64, f64), from: f64, to: f64) -> Self {
        Self { low, high, from, to }
    }

    /// The place of a value. Values far outside stay near, so that no path runs off to infinity.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        self.from + share.clamp(-2.0, 3.0) * (self.to - self.from)
    }
}

/// Decimal exponent of a positive number: 3 for 2,500.
pub(super) fn exponent(x: f64) -> i32 {
    // The standard library writes it exactly; a logarithm may differ between platforms.
    let text = format!("{x:e}");
    text.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0)
}

fn power_of_ten(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(1.0)
}

/// The smallest step of 1, 2 or 5 times a power of ten that cuts the range into at most `most`.
pub(super) fn round_step((low, high): (f64, f64), most: usize) -> f64 {
    let raw = (high - low) / most.max(1) as f64;
    let base = power_of_ten(exponent(raw));
    let times = [1.0, 2.0, 5.0, 10.0].into_iter().find(|t| t * base >= raw * (1.0 - 1e-9));
    times.unwrap_or(10.0) * base
}

/// The multiples of `step` inside the range.
pub(super) fn multiples((low, high): (f64, f64), step: f64) -> Vec<f64> {
    let first = (low / step - 1e-6).ceil();
    let last = (high / step + 1e-6).floor();
    let count = (last - first).clamp(-1.0, 100.0) as i64;
    (0..=count).map(|i| (first + i as f64) * step).collect()
}

/// The range that holds the finite values, never empty.
#[must_use]
pub fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values
        .filter(|x| x.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
    if low > high { (0.0, 1.0) } else { widened(low, high) }
}

/// A range of some width: a single value gets room on both sides.
fn widened(low: f64, high: f64) -> (f64, f64) {
    let size = low.abs().max(high.abs());
    if size == 0.0 {
        (0.0, 1.0)
    } else if high - low < 1e-6 * size {
        (low - 0.05 * size, high + 0.05 * size)
    } else {
        (low, high)
    }
}

/// The range with its ends moved out to multiples of a round step.
#[must_use]
pub fn rounded(range: (f64, f64), most: usize) -> (f64, f64) {
    let step = round_step(range, most);
    ((range.0 / step + 1e-6).floor() * step, (range.1 / step - 1e-6).ceil() * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_at_every_size() {
        for (range, most, step) in [
            ((0.0, 100.0), 5, 20.0),
            ((0.0, 0.004), 4, 0.001),
            ((2e11, 1e12), 5, 2e11),
            ((0.0, 1.0), 10, 0.1),
            ((-3.0, 4.0), 5, 2.0),
        ] {
            assert!((round_step(range, most) / step - 1.0).abs() < 1e-12, "{range:?}");
        }
        assert_eq!(multiples((-3.0, 4.0), 2.0), [-2.0, 0.0, 2.0, 4.0]);
        assert_eq!(rounded((213.0, 468.0), 5), (200.0, 500.0));
    }

    #[test]
    fn ranges_are_never_empty() {
        assert_eq!(range([].into_iter()), (0.0, 1.0));
        assert_eq!(range([0.0, 0.0].into_iter()), (0.0, 1.0));
        assert_eq!(range([f64::NAN, 100.0, f64::INFINITY].into_iter()), (95.0, 105.0));
        let (low, high) = range([-1e12, -1e12].into_iter());
        assert!(low < -1e12 && high > -1e12);
    }

    #[test]
    fn exponents_are_decimal() {
        assert_eq!([1.0, 2500.0, 0.02, 9.99e11].map(exponent), [0, 3, -2, 11]);
    }
}
