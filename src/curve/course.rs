//! The load in the order of time, for what needs to know which hour follows which: loads that are
//! added hour by hour, and load that may wait.

use super::Shape;
use std::collections::BTreeMap;

/// Capacities at which the least overflow of load that may wait is computed, at most.
const MOST_LEVELS: usize = 1024;

/// Steps of time that are walked at all of these together, so that long histories take no minutes.
const MOST_STEPS: usize = 1 << 23;

/// A share of time below which a turn of the overflow is rounding.
const ROUNDING: f64 = 1e-11;

/// The levels of equal stretches of time, in their order, which goes round.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// In any unit.
    pub levels: Vec<f64>,
    /// Hours of a stretch.
    pub hours: f64,
}

/// A load that shares capacity with others.
#[derive(Clone, Debug)]
pub struct Sharer<'a> {
    /// Its course, whose mean is 1.
    pub course: &'a Course,
    /// Its mean load.
    pub load: f64,
    /// Share of it that may wait.
    pub share: f64,
    /// Stretches of time that it may wait; a round less one reaches all of them.
    pub window: usize,
}

impl Course {
    /// A constant load.
    #[must_use]
    pub fn flat() -> Self {
        Self { levels: vec![1.0], hours: 1.0 }
    }

    /// The course with mean 1.
    #[must_use]
    pub fn relative(mut self) -> Self {
        let mean = self.levels.iter().sum::<f64>() / self.levels.len() as f64;
        for level in &mut self.levels {
            *level /= mean;
        }
        self
    }

    /// The shape of the same load, whatever its order.
    #[must_use]
    pub fn shape(&self) -> Shape {
        Shape::new(&self.levels, &vec![1.0; self.levels.len()])
    }
}

/// The shape of several loads together, whose courses have stretches of one length: added up stretch
/// by stretch, each course repeated to the length of all, `stretches`. What may wait is served so
/// that every capacity has the least overflow.
#[must_use]
pub fn shared(sharers: &[Sharer<'_>], stretches: usize) -> Shape {
    let mut fixed = vec![0.0; stretches];
    let mut waiting: Vec<(usize, Vec<f64>)> = Vec::new();
    for sharer in sharers {
        let levels = &sharer.course.levels;
        let window = sharer.window.min(stretches - 1);
        let waits = if window == 0 { 0.0 } else { sharer.share };
        for (h, fixed) in fixed.iter_mut().enumerate() {
            *fixed += sharer.load * (1.0 - waits) * levels[h % levels.len()];
        }
        if waits > 0.0 {
            let load = |h: usize| sharer.load * waits * levels[h % levels.len()];
            waiting.push((window, (0..stretches).map(load).collect()));
        }
    }
    if waiting.is_empty() {
        return Shape::new(&fixed, &vec![1.0; stretches]);
    }
    leveled(&fixed, &waiting)
}

/// The shape that leaves the least overflow at every capacity.
///
/// There is a schedule that does so for all capacities at once: what the windows allow is a base of
/// a polymatroid, which has a flattest element. Its overflow against a capacity is that of serving
/// what waits as soon as there is room, the first deadline first. That is computed for capacities
/// up to the peak; between them the overflow is a line, which is above the true one by at most the
/// thousandth part of the peak, times a quarter of the share of time at levels in between.
fn leveled(fixed: &[f64], waiting: &[(usize, Vec<f64>)]) -> Shape {
    let n = fixed.len();
    let whole = |h: usize| fixed[h] + waiting.iter().map(|(_, loads)| loads[h]).sum::<f64>();
    let peak = (0..n).map(whole).fold(0.0, f64::max);
    let count = (MOST_STEPS / n).clamp(64, MOST_LEVELS);
    let at = |i: usize| peak * i as f64 / count as f64;
    let mean = (0..n).map(whole).sum::<f64>() / n as f64;
    let least = |i: usize| least_overflow(fixed, waiting, at(i), at(i) < mean);
    let overflow: Vec<f64> = (0..=count).map(least).collect();
    // A convex line of overflow against capacity has its corners at the levels of the load; each
    // lasts for as long as the slope changes by.
    let slope = |i: usize| match i {
        0 => -(n as f64),
        i if i > count => 0.0,
        i => (overflow[i] - overflow[i - 1]) * count as f64 / peak,
    };
    let levels: Vec<f64> = (0..=count).map(at).collect();
    let turn = |i: usize| slope(i + 1) - slope(i);
    let rounding = ROUNDING * n as f64;
    let lasts = |i: usize| if turn(i) > rounding { turn(i) } else { 0.0 };
    let weights: Vec<f64> = (0..=count).map(lasts).collect();
    Shape::new(&levels, &weights)
}

/// The least load that a capacity cannot serve within the windows, over one round of a load that goes
/// round for ever. What waits is soon as if it had: a capacity that is enough on average, not `short`,
/// serves all of it at some time of each round, and starts with nothing; another falls behind as far
/// as the windows allow in each round, and starts so, after a round without capacity.
fn least_overflow(fixed: &[f64], waiting: &[(usize, Vec<f64>)], capacity: f64, short: bool) -> f64 {
    let n = fixed.len();
    let mut queue: BTreeMap<usize, f64> = BTreeMap::new();
    let mut overflow = 0.0;
    for h in 0..3 * n {
        let now = h % n;
        let capacity = if h < n && short { 0.0 } else { capacity };
        for (window, loads) in waiting {
            *queue.entry(h + window).or_default() += loads[now];
        }
        let mut room = (capacity - fixed[now]).max(0.0);
        let mut missed = (fixed[now] - capacity).max(0.0);
        while let Some(mut first) = queue.first_entry() {
            let load = *first.get();
            if load > room && *first.key() > h {
                *first.get_mut() = load - room;
                break;
            }
            missed += (load - room).max(0.0);
            room = (room - load).max(0.0);
            first.remove();
            if room == 0.0 && queue.first_key_value().is_none_or(|(deadline, _)| *deadline > h) {
                break;
            }
        }
        if h >= 2 * n {
            overflow += missed;
        }
    }
    overflow
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(levels: &[f64]) -> Course {
        Course { levels: levels.to_vec(), hours: 1.0 }.relative()
    }

    fn one(levels: &[f64], share: f64, window: usize) -> Shape {
        let course = course(levels);
        shared(&[Sharer { course: &course, load: 1.0, share, window }], levels.len())
    }

    /// 4 and 0 in turn, half of it may wait an hour: 2 of the 4 move on, and both hours have 2.
    #[test]
    fn what_waits_fills_the_valley() {
        assert_eq!(one(&[4.0, 0.0], 0.5, 1), Shape::flat());
    }

    /// 6, 0, 0, 0 with a half that waits up to two hours: 3 stay, 3 fill the next two hours by 1.5
    /// each. With one hour the next takes all 3; with three hours each takes 1.
    #[test]
    fn a_window_is_an_end() {
        for (window, expected) in
            [(1, [3.0, 3.0, 0.0, 0.0]), (2, [3.0, 1.5, 1.5, 0.0]), (3, [3.0, 1.0, 1.0, 1.0])]
        {
            let (got, want) = (one(&[6.0, 0.0, 0.0, 0.0], 0.5, window), course(&expected).shape());
            for i in 0..=40 {
                let k = 0.1 * f64::from(i);
                let apart = got.overflow(k) - want.overflow(k);
                assert!((-1e-12..1e-3).contains(&apart), "{window} {k}: {apart}");
            }
        }
    }

    /// Work that waits at the end of the week is served at its beginning, not before it came.
    #[test]
    fn the_week_goes_round_and_time_runs_forward() {
        // 2 of the 4 wait for the first hour: 2, 2, 2.
        assert!((one(&[0.0, 2.0, 4.0], 0.5, 1).peak() - 1.0).abs() < 1e-3);
        // The empty hour takes 1 from the first, which takes 1.5 from the last: 2.5, 1, 2.5.
        assert!((one(&[2.0, 0.0, 4.0], 0.5, 1).peak() - 1.25).abs() < 2e-3);
        // The empty hour before the peak takes nothing of it: 3, 2.5, 0.5.
        assert!((one(&[4.0, 2.0, 0.0], 0.25, 1).peak() - 1.5).abs() < 1e-2);
    }

    #[test]
    fn nothing_that_may_wait_is_nothing() {
        let plain = course(&[1.0, 3.0, 2.0]).shape();
        assert_eq!(one(&[1.0, 3.0, 2.0], 0.0, 24), plain);
        assert_eq!(one(&[1.0, 3.0, 2.0], 0.4, 0), plain);
    }

    /// The most that any set of hours must leave: the load that can only be served in them, less their
    /// room. By the theorem of max-flow and min-cut that is the least overflow.
    fn least_by_cuts(fixed: &[f64], waiting: &[(usize, Vec<f64>)], capacity: f64) -> f64 {
        let n = fixed.len();
        let room = |h: usize| (capacity - fixed[h]).max(0.0);
        let cut = |set: u32| {
            let within = |h: usize| set >> (h % n) & 1 == 1;
            let bound = waiting.iter().flat_map(|(window, loads)| {
                let only = move |h: &usize| (*h..=h + window).all(within);
                (0..n).filter(only).map(|h| loads[h])
            });
            bound.sum::<f64>() - (0..n).filter(|h| within(*h)).map(room).sum::<f64>()
        };
        let missed = fixed.iter().map(|f| (f - capacity).max(0.0)).sum::<f64>();
        missed + (0..1u32 << n).map(cut).fold(0.0, f64::max)
    }

    #[test]
    fn nothing_leaves_less_overflow() {
        let mut state = 1u64;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            4.0 * ((state >> 40) as f64 / f64::from(1 << 24)) - 0.5
        };
        for n in [2, 3, 5, 6, 7] {
            for (first, second) in [(1, n - 1), (n / 2, 1)] {
                let mut loads = || (0..n).map(|_| draw().max(0.0)).collect::<Vec<_>>();
                let (fixed, waiting) = (loads(), [(first, loads()), (second, loads())]);
                let all = fixed.iter().chain(waiting.iter().flat_map(|(_, loads)| loads));
                let mean = all.sum::<f64>() / n as f64;
                for i in 0..40 {
                    let k = 0.1 * f64::from(i) * mean;
                    let got = least_overflow(&fixed, &waiting, k, k < mean);
                    let least = least_by_cuts(&fixed, &waiting, k);
                    assert!((got - least).abs() < 1e-9, "{fixed:?} {waiting:?} {k}: {got} {least}");
                }
            }
        }
    }

    /// Two loads that peak at different hours are flat together; each alone is not.
    #[test]
    fn loads_are_added_hour_by_hour() {
        let (day, night) = (course(&[2.0, 0.0]), course(&[0.0, 2.0]));
        let sharer = |course, load| Sharer { course, load, share: 0.0, window: 0 };
        assert_eq!(shared(&[sharer(&day, 5.0), sharer(&night, 5.0)], 2), Shape::flat());
        let three_to_one = shared(&[sharer(&day, 3.0), sharer(&night, 1.0)], 2);
        assert_eq!(three_to_one, course(&[3.0, 1.0]).shape());
    }
}
