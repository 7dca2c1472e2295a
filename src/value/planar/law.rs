//! Loads and on-demand prices that are jointly Gaussian in their logarithms, recognized by what the
//! model does.
//!
//! As for the load alone ([`crate::value::gaussian`]), the law is read off the generator draw by draw.
//! What the last month does not tell of the next must be nothing: that holds for two walks, correlated
//! or not, for a growth that is learned beside a price that walks, and for an error that fades beside
//! it; not for jumps, for a price with a limit, or for a price that moves once a year with the load.

use crate::path::PathModel;
use crate::value::gaussian::Responses;

/// Covariances below this share of the largest are rounding.
const SMALL: f64 = 1e-10;

/// The law of load and price: month by month normal, given the month before.
///
/// The state of a month is the deviation `x` of the load's logarithm from its mean, and `z = y - tilt *
/// x` with that of the price's, `y`: then the month's surprises in both are independent.
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    /// Means of the logarithms of load and price in each month.
    pub mean: Vec<[f64; 2]>,
    /// How far the price goes with the load in each month's surprise.
    pub tilt: Vec<f64>,
    /// Expected state of each month, by the state of the month before.
    pub carry: Vec<[[f64; 2]; 2]>,
    /// Standard deviations of the state, given the month before.
    pub sd: Vec<[f64; 2]>,
    /// Standard deviations of the state, seen from today.
    pub spread: Vec<[f64; 2]>,
}

/// Covariances of load and price in one month with those of another.
type Table = [[f64; 2]; 2];

impl Law {
    /// The law of a model, if it has one of this kind; none if the price is certain.
    #[must_use]
    pub fn of(model: &PathModel) -> Option<Self> {
        let responses = Responses::of(model, true)?;
        let months = responses.mean.len() / 2;
        let covariance = |s: usize, t: usize| -> Table {
            [0, 1].map(|a| [0, 1].map(|b| responses.covariance(a * months + s, b * months + t)))
        };
        let own: Vec<Table> = (0..months).map(|t| covariance(t, t)).collect();
        let scale = [0, 1].map(|k| own.iter().map(|c| c[k][k]).fold(0.0, f64::max));
        if scale[1] == 0.0 {
            return None;
        }
        let mut law = Self {
            mean: (0..months).map(|t| [t, months + t].map(|row| responses.mean[row])).collect(),
            tilt: Vec::new(),
            carry: Vec::new(),
            sd: Vec::new(),
            spread: Vec::new(),
        };
        for t in 0..months {
            let last = t.checked_sub(1).map(|s| (own[s], covariance(t, s)));
            let keep =
                last.map_or([[1.0, 0.0], [0.0, 1.0]], |(own, with)| kept(&own, &with, &scale));
            let remembers = |s: usize| {
                let (now, before) = (covariance(t, s), times(&keep, &covariance(t - 1, s)));
                differ(&now, &before, &scale)
            };
            if (0..t).any(remembers) {
                return None;
            }
            law.push(&own[t], &keep, last.map(|(before, _)| before), &scale);
        }
        Some(law)
    }

    /// Adds a month with its own covariances, what it keeps of the deviations of the month before, and
    /// the covariances of that.
    fn push(&mut self, own: &Table, keep: &Table, before: Option<Table>, scale: &[f64; 2]) {
        let fresh = before.map_or(*own, |before| {
            let known = times(&times(keep, &before), &transposed(keep));
            [0, 1].map(|a| [0, 1].map(|b| own[a][b] - known[a][b]))
        });
        let last = self.tilt.last().copied().unwrap_or(0.0);
        let moves = fresh[0][0] > SMALL * scale[0];
        let tilt = if moves { fresh[0][1] / fresh[0][0] } else { last };
        let root = |variance: f64, k: usize| {
            if variance > SMALL * scale[k] { variance.sqrt() } else { 0.0 }
        };
        let tilted = |c: &Table| {
            let rest = c[1][1] - 2.0 * tilt * c[0][1] + tilt * tilt * c[0][0];
            [root(c[0][0], 0), root(rest, 1)]
        };
        self.sd.push(tilted(&fresh));
        self.spread.push(tilted(own));
        // The deviations of the month before are x and z + last * x.
        let of_load = [keep[0][0] + last * keep[0][1], keep[0][1]];
        let of_price = [keep[1][0] + last * keep[1][1], keep[1][1]];
        self.carry.push([of_load, [0, 1].map(|k| of_price[k] - tilt * of_load[k])]);
        self.tilt.push(tilt);
    }
}

/// What deviations in a month leave in the next: `own` are the covariances of that month, `with` those
/// of the next with it. First the load tells, then what the price says beyond it; what is certain
/// tells nothing.
fn kept(own: &Table, with: &Table, scale: &[f64; 2]) -> Table {
    let over =
        |a: f64, b: f64, k: usize, none: f64| if b > SMALL * scale[k] { a / b } else { none };
    let goes = over(own[1][0], own[0][0], 0, 0.0);
    let rest = own[1][1] - goes * own[0][1];
    let row = |k: usize| {
        let same = if k == 0 { [1.0, 0.0] } else { [0.0, 1.0] };
        let by_load = over(with[k][0], own[0][0], 0, same[0]);
        let by_rest = over(with[k][1] - goes * with[k][0], rest, 1, same[1]);
        [by_load - by_rest * goes, by_rest]
    };
    [row(0), row(1)]
}

fn times(a: &Table, b: &Table) -> Table {
    [0, 1].map(|i| [0, 1].map(|j| a[i][0] * b[0][j] + a[i][1] * b[1][j]))
}

fn transposed(a: &Table) -> Table {
    [0, 1].map(|i| [0, 1].map(|j| a[j][i]))
}

/// Whether two tables differ by more than rounding.
fn differ(a: &Table, b: &Table, scale: &[f64; 2]) -> bool {
    let far = |i: usize, j: usize| (a[i][j] - b[i][j]).abs() > 1e-9 * (scale[i] * scale[j]).sqrt();
    [(0, 0), (0, 1), (1, 0), (1, 1)].into_iter().any(|(i, j)| far(i, j))
}
