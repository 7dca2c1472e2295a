//! Dependence between the uncertain things of a study.
//!
//! Two groups of standard normals can be correlated, each within itself:
//!
//! - the monthly *shocks* of growth, price, forecast error and workloads that grow on their own, month
//!   by month: the shocks of different months stay independent;
//! - the uncertain *parameters*, drawn once per path, through a Gaussian copula: each keeps its
//!   own distribution.
//!
//! Correlated normals are `x = L z` with the Cholesky factor `L` of the correlation matrix, so
//! the first variable of a group keeps its draws.

use crate::error::Problem;
use crate::linalg::{Matrix, cholesky, identity, nearest_correlation};
use crate::rng::{LANES, Lane};
use crate::simd::kernel;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The correlation of two uncertain things.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Correlation {
    /// Two names: `growth`, `price`, `forecast_error` and `workloads[0].growth` for monthly shocks, or
    /// the full paths of two uncertain parameters, as in `growth.expected_per_year`.
    #[schemars(length(min = 2, max = 2))]
    pub between: Vec<String>,
    /// Correlation of the underlying normals, from -1 to 1.
    #[schemars(range(min = -1.0, max = 1.0))]
    pub value: f64,
}

/// Correlated normals: which rows, and the Cholesky factor.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Positions of the members.
    pub members: Vec<usize>,
    lower: Matrix,
}

impl Group {
    /// Turns independent normals of the members (in their order) into correlated ones.
    pub fn correlate(&self, rows: &mut [Lane]) {
        // From the last row up: row i needs the independent rows before it.
        for i in (0..self.members.len()).rev() {
            let mut out = [0.0; LANES];
            for j in 0..=i {
                let weight = self.lower[i][j];
                for lane in 0..LANES {
                    out[lane] += weight * rows[j][lane];
                }
            }
            rows[i] = out;
        }
    }

    /// The same for series: one vector of `series` per member, at the member's position.
    pub fn correlate_series(&self, series: &mut [Vec<Lane>]) {
        for (i, &member) in self.members.iter().enumerate().rev() {
            let mut rows = std::mem::take(&mut series[member]);
            let mut own = self.lower[i][i];
            for (&other, &weight) in self.members.iter().zip(&self.lower[i][..i]) {
                if weight != 0.0 {
                    mix(&mut rows, own, weight, &series[other]);
                    own = 1.0;
                }
            }
            series[member] = rows;
        }
    }

    /// Whether no two members are correlated.
    #[must_use]
    pub fn is_independent(&self) -> bool {
        self.members.is_empty()
    }
}

kernel! {
    /// `rows = own * rows + weight * others`.
    fn mix(rows: &mut [Lane], own: f64, weight: f64, others: &[Lane]) {
        for (row, other) in rows.iter_mut().zip(others) {
            for i in 0..LANES {
                row[i] = weight.mul_add(other[i], own * row[i]);
            }
        }
    }
}

/// The names that can be correlated: those of the shocks and of the uncertain parameters.
pub struct Names<'a> {
    /// Shocks, in the order of their factor.
    pub shocks: &'a [(&'a str, usize)],
    /// Uncertain parameters with their positions.
    pub parameters: &'a [(&'a str, usize)],
}

/// The groups of correlated shocks and parameters, or everything wrong with the correlations.
///
/// # Errors
/// Unknown names, a name paired with itself or with a member of the other group, a pair given
/// twice, a matrix that no random variables can have (with the nearest possible one).
pub fn resolve(pairs: &[Correlation], names: &Names<'_>) -> Result<(Group, Group), Vec<Problem>> {
    let mut problems = Vec::new();
    let mut shocks = Builder::new(names.shocks);
    let mut parameters = Builder::new(names.parameters);
    for (index, pair) in pairs.iter().enumerate() {
        let [a, b] = &pair.between[..] else { continue };
        let place = format!("[{index}]");
        let result = match (shocks.find(a, b), parameters.find(a, b)) {
            (Some(found), _) => shocks.set(found, pair.value),
            (_, Some(found)) => parameters.set(found, pair.value),
            _ => Err(unknown(a, b, names)),
        };
        if let Err(problem) = result {
            problems.push(problem.inside(&place));
        }
    }
    let groups = (shocks.group(), parameters.group());
    match groups {
        (Ok(shocks), Ok(parameters)) if problems.is_empty() => Ok((shocks, parameters)),
        (shocks, parameters) => {
            problems.extend(shocks.err().into_iter().chain(parameters.err()));
            Err(problems)
        }
    }
}

/// The problem of a pair that is not two members of one group.
fn unknown(a: &str, b: &str, names: &Names<'_>) -> Problem {
    let known = |name: &str| {
        let mut all = names.shocks.iter().chain(names.parameters);
        all.any(|(known, _)| *known == name)
    };
    let list = |names: &[(&str, usize)]| {
        let list: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        if list.is_empty() { "none".to_owned() } else { list.join(", ") }
    };
    let message = match [a, b].into_iter().find(|name| !known(name)) {
        Some(name) => {
            format!("`{name}` is not uncertain in this study, so nothing can correlate with it")
        }
        None if a == b => format!("`{a}` is correlated with itself"),
        None => format!(
            "`{a}` and `{b}` are a monthly shock and a parameter: one moves every month, the other once"
        ),
    };
    let help = format!(
        "monthly shocks: {}; uncertain parameters: {}",
        list(names.shocks),
        list(names.parameters)
    );
    Problem::new("between", "correlation-names", message, help)
}

/// A correlation matrix under construction.
struct Builder<'a> {
    names: &'a [(&'a str, usize)],
    matrix: Matrix,
    given: Vec<(usize, usize)>,
}

impl<'a> Builder<'a> {
    fn new(names: &'a [(&'a str, usize)]) -> Self {
        Self { names, matrix: identity(names.len()), given: Vec::new() }
    }

    fn find(&self, a: &str, b: &str) -> Option<(usize, usize)> {
        let at = |name: &str| self.names.iter().position(|(known, _)| *known == name);
        at(a).zip(at(b)).filter(|(i, j)| i != j)
    }

    fn set(&mut self, (i, j): (usize, usize), value: f64) -> Result<(), Problem> {
        let pair = (i.min(j), i.max(j));
        if self.given.contains(&pair) {
            let (a, b) = (self.names[i].0, self.names[j].0);
            let message = format!("the correlation of `{a}` and `{b}` is given twice");
            return Err(Problem::new("between", "duplicate", message, "keep one of the two"));
        }
        self.given.push(pair);
        self.matrix[i][j] = value;
        self.matrix[j][i] = value;
        Ok(())
    }

    /// The factor over the names that take part in a pair.
    fn group(&self) -> Result<Group, Problem> {
        let mut used: Vec<usize> = self.given.iter().flat_map(|&(i, j)| [i, j]).collect();
        used.sort_unstable();
        used.dedup();
        let matrix: Matrix =
            used.iter().map(|&i| used.iter().map(|&j| self.matrix[i][j]).collect()).collect();
        let lower = cholesky(&matrix).ok_or_else(|| self.impossible(&used, &matrix))?;
        Ok(Group { members: used.iter().map(|&i| self.names[i].1).collect(), lower })
    }

    fn impossible(&self, used: &[usize], matrix: &Matrix) -> Problem {
        let near = possible(matrix);
        let place = |i| used.iter().position(|&u| u == i).expect("a given name is used");
        let offers = self.given.iter().map(|&(i, j)| {
            let value = near[place(i)][place(j)];
            format!("{} with {}: {value:.4}", self.names[i].0, self.names[j].0)
        });
        Problem::new(
            "",
            "impossible-correlation",
            "no random variables can have these correlations together (the matrix has a negative eigenvalue)",
            format!("the nearest possible values are {}", offers.collect::<Vec<_>>().join("; ")),
        )
    }
}

/// The nearest correlation matrix, drawn in towards independence until it is possible even after
/// rounding to the four decimals that are printed.
fn possible(matrix: &Matrix) -> Matrix {
    let near = nearest_correlation(matrix);
    for step in 0..1000 {
        let shrink = 1.0 - 1e-4 * f64::from(step);
        let rounded = |i: usize, j: usize| {
            let value = if i == j { 1.0 } else { near[i][j] * shrink };
            (value * 1e4).round() / 1e4
        };
        let n = near.len();
        let candidate: Matrix = (0..n).map(|i| (0..n).map(|j| rounded(i, j)).collect()).collect();
        if cholesky(&candidate).is_some() {
            return candidate;
        }
    }
    identity(near.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(a: &str, b: &str, value: f64) -> Correlation {
        Correlation { between: vec![a.into(), b.into()], value }
    }

    const NAMES: Names<'_> = Names {
        shocks: &[("growth", 0), ("price", 1), ("forecast_error", 2)],
        parameters: &[("growth.expected_per_year", 4)],
    };

    #[test]
    fn a_possible_matrix_is_factored() {
        let pairs = [pair("growth", "price", 0.2), pair("price", "forecast_error", 0.1)];
        let (shocks, parameters) = resolve(&pairs, &NAMES).expect("possible");
        assert_eq!(shocks.members, [0, 1, 2]);
        assert!(parameters.is_independent());
        let l32 = 0.1 / 0.96f64.sqrt();
        assert!((shocks.lower[2][1] - l32).abs() < 1e-15);
    }

    #[test]
    fn series_are_correlated_like_their_rows() {
        let pairs = [pair("growth", "price", 0.2), pair("price", "forecast_error", 0.1)];
        let (shocks, _) = resolve(&pairs, &NAMES).expect("possible");
        let row = |k: usize, t: usize| std::array::from_fn(|i| ((k + 2 * t + 3 * i) % 7) as f64);
        let mut series: Vec<Vec<Lane>> =
            (0..3).map(|k| (0..2).map(|t| row(k, t)).collect()).collect();
        let mut months: Vec<Vec<Lane>> =
            (0..2).map(|t| (0..3).map(|k| row(k, t)).collect()).collect();
        shocks.correlate_series(&mut series);
        for (t, month) in months.iter_mut().enumerate() {
            shocks.correlate(month);
            for k in 0..3 {
                for i in 0..LANES {
                    assert!((series[k][t][i] - month[k][i]).abs() < 1e-14);
                }
            }
        }
    }

    #[test]
    fn an_impossible_matrix_comes_back_with_the_nearest_possible_one() {
        let pairs = [
            pair("growth", "price", 0.9),
            pair("price", "forecast_error", 0.9),
            pair("growth", "forecast_error", -0.9),
        ];
        let problems = resolve(&pairs, &NAMES).expect_err("impossible");
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].code, "impossible-correlation");
        // The offer itself is accepted.
        let offered: Vec<f64> = problems[0]
            .help
            .split(": ")
            .skip(1)
            .map(|part| part.split(';').next().expect("a number").trim().parse().expect("a number"))
            .collect();
        let mut again = pairs.clone();
        for (pair, value) in again.iter_mut().zip(offered) {
            pair.value = value;
        }
        assert!(resolve(&again, &NAMES).is_ok(), "{:?}", problems[0]);
    }

    #[test]
    fn wrong_names_are_all_found_at_once() {
        let pairs = [
            pair("growth", "prise", 0.1),
            pair("growth", "growth", 0.1),
            pair("growth", "growth.expected_per_year", 0.1),
            pair("growth", "price", 0.1),
            pair("price", "growth", 0.2),
        ];
        let problems = resolve(&pairs, &NAMES).expect_err("wrong");
        let codes: Vec<&str> = problems.iter().map(|p| p.code).collect();
        assert_eq!(
            codes,
            ["correlation-names", "correlation-names", "correlation-names", "duplicate"]
        );
        assert_eq!(problems[3].field, "[4].between");
    }
}
