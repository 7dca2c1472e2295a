//! Normal equations of a regression on training paths.

use crate::linalg::dot;
use crate::rng::{LANES, Lane};
use crate::simd::kernel;
use rayon::prelude::*;
use std::ops::Range;

/// Values of functions on training paths: block, month, function.
pub(super) type Seen = Vec<Vec<Vec<Lane>>>;

/// Weights by month and function.
pub(super) type Weights = Vec<Vec<f64>>;

/// The normal equations of some months' functions, factored: they are the same for all values that
/// are fitted, so for all edges of a stage and all contracts that open and close one then.
#[derive(Debug)]
pub(super) struct Design {
    months: Range<usize>,
    /// Function numbers that are kept: position in the months, function.
    kept: Vec<(usize, usize)>,
    /// Lower triangle of the factor, row by row.
    factor: Vec<Vec<f64>>,
}

impl Design {
    pub(super) fn new(seen: &Seen, months: Range<usize>) -> Self {
        let count = |t: usize| seen.first().map_or(0, |block| block[t].len());
        // The constant is there once.
        let of_month = |(m, t)| (usize::from(m > 0)..count(t)).map(move |b| (m, b));
        let all: Vec<(usize, usize)> = months.clone().enumerate().flat_map(of_month).collect();
        let (kept, factor) = factored(&products(&rows(seen, &months, &all), None));
        Self { months, kept: kept.into_iter().map(|k| all[k]).collect(), factor }
    }

    /// Whether no function but the constant tells paths apart.
    pub(super) fn is_blind(&self) -> bool {
        self.kept.len() == 1
    }

    /// Weights that fit each of some values on the training paths.
    pub(super) fn fit(&self, seen: &Seen, values: &[Vec<Lane>]) -> Vec<Weights> {
        let of_block = |block: usize| values.iter().map(|value| &value[block]).collect();
        let values_by_block: Vec<Vec<&Lane>> = (0..seen.len()).map(of_block).collect();
        let moments = products(&rows(seen, &self.months, &self.kept), Some(&values_by_block));
        let one = |k: usize| {
            let mut weights: Weights =
                self.months.clone().map(|t| vec![0.0; seen[0][t].len()]).collect();
            let moments = moments.iter().map(|row| row[k]).collect();
            for (&(m, b), weight) in self.kept.iter().zip(self.solved(moments)) {
                weights[m][b] = weight;
            }
            weights
        };
        (0..values.len()).into_par_iter().map(one).collect()
    }

    /// The weights whose products with the functions have these moments.
    fn solved(&self, mut moments: Vec<f64>) -> Vec<f64> {
        for k in 0..moments.len() {
            let row = &self.factor[k];
            moments[k] = (moments[k] - dot(&row[..k], &moments)) / row[k];
        }
        for k in (0..moments.len()).rev() {
            let row = &self.factor[k];
            moments[k] /= row[k];
            let (before, last) = moments.split_at_mut(k);
            for (moment, entry) in before.iter_mut().zip(row) {
                *moment -= entry * last[0];
            }
        }
        moments
    }
}

/// Some functions of some months, block by block.
fn rows<'a>(seen: &'a Seen, of: &Range<usize>, which: &[(usize, usize)]) -> Vec<Vec<&'a Lane>> {
    let function = |block: &'a [Vec<Lane>], (m, b): (usize, usize)| &block[of.start + m][b];
    seen.iter().map(|block| which.iter().map(|at| function(block, *at)).collect()).collect()
}

/// Cholesky's method, where a function that others explain to 1e-9 is left out: those that are kept,
/// and the lower triangle of their factor.
fn factored(gram: &[Vec<f64>]) -> (Vec<usize>, Vec<Vec<f64>>) {
    let (mut kept, mut factor): (Vec<usize>, Vec<Vec<f64>>) = (Vec::new(), Vec::new());
    for (k, products) in gram.iter().enumerate() {
        let mut row: Vec<f64> = Vec::with_capacity(kept.len() + 1);
        for (j, &other) in kept.iter().enumerate() {
            row.push((products[other] - dot(&row, &factor[j])) / factor[j][j]);
        }
        let left = products[k] - dot(&row, &row);
        if left > 1e-9 * products[k] {
            row.push(left.sqrt());
            kept.push(k);
            factor.push(row);
        }
    }
    (kept, factor)
}

/// Products are added up in as many lanes, and these at the end.
const WIDTH: usize = 8;

/// Rows and others of a tile: their products are added up in registers.
const TILE: (usize, usize) = (4, 2);

/// Blocks whose rows stay in the first-level cache while a tile is added up.
const STRIP: usize = 4;

/// Blocks whose products are added up by one thread; sums of such parts are added in their order,
/// whatever the number of threads.
const PART: usize = 32;

/// Products of all pairs of a row and one of the `others`, summed over the blocks; without others, of
/// each row with those up to it.
fn products(rows: &[Vec<&Lane>], others: Option<&[Vec<&Lane>]>) -> Vec<Vec<f64>> {
    let of_part = |first: usize| {
        let mut sums: Vec<Vec<f64>> = Vec::new();
        let end = rows.len().min(first + PART);
        for first in (first..end).step_by(STRIP) {
            let strip = first..end.min(first + STRIP);
            add_strip(&rows[strip.clone()], others.map(|others| &others[strip]), &mut sums);
        }
        sums
    };
    let parts: Vec<_> = (0..rows.len()).into_par_iter().step_by(PART).map(of_part).collect();
    let mut parts = parts.into_iter();
    let mut all = parts.next().unwrap_or_default();
    for part in parts {
        for (sum, more) in all.iter_mut().flatten().zip(part.iter().flatten()) {
            *sum += more;
        }
    }
    all
}

/// Adds the products of the rows of some blocks, tile by tile.
fn add_strip(rows: &[Vec<&Lane>], others: Option<&[Vec<&Lane>]>, sums: &mut Vec<Vec<f64>>) {
    let count = rows[0].len();
    let across = |k: usize| others.map_or(k + 1, |others| others[0].len());
    sums.resize(count, Vec::new());
    for k in (0..count).step_by(TILE.0) {
        let down = k..count.min(k + TILE.0);
        for at in (0..across(down.end - 1)).step_by(TILE.1) {
            let tile = tile(rows, others.unwrap_or(rows), k, at);
            for (row, products) in down.clone().zip(&tile) {
                let reach = across(row);
                sums[row].resize(reach, 0.0);
                for (sum, more) in sums[row][at.min(reach)..].iter_mut().zip(products) {
                    *sum += more;
                }
            }
        }
    }
}

kernel! {
    /// Products of a few rows from `k` on and a few others from `at` on, summed over blocks. Where
    /// there are fewer, the last one counts again.
    fn tile(
        rows: &[Vec<&Lane>],
        others: &[Vec<&Lane>],
        k: usize,
        at: usize,
    ) -> [[f64; TILE.1]; TILE.0] {
        let mut sums = [[[0.0; WIDTH]; TILE.1]; TILE.0];
        for (rows, others) in rows.iter().zip(others) {
            let mut a = [rows[k]; TILE.0];
            for (r, row) in a.iter_mut().zip(&rows[k..]) {
                *r = row;
            }
            let mut b = [others[at]; TILE.1];
            for (o, other) in b.iter_mut().zip(&others[at..]) {
                *o = other;
            }
            for i in (0..LANES).step_by(WIDTH) {
                for r in 0..TILE.0 {
                    for c in 0..TILE.1 {
                        for l in 0..WIDTH {
                            sums[r][c][l] = a[r][i + l].mul_add(b[c][i + l], sums[r][c][l]);
                        }
                    }
                }
            }
        }
        let mut totals = [[0.0; TILE.1]; TILE.0];
        for r in 0..TILE.0 {
            for c in 0..TILE.1 {
                for l in 0..WIDTH {
                    totals[r][c] += sums[r][c][l];
                }
            }
        }
        totals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of numbers without a pattern: block, row.
    fn numbers(blocks: usize, rows: usize, salt: usize) -> Vec<Vec<Lane>> {
        let number = |block, row, i| {
            let at = (block * 131 + row) * LANES + i + salt;
            ((at * 2_654_435_761) % 1_000_003) as f64 / 1e6 - 0.4
        };
        let row = |block, row| std::array::from_fn(|i| number(block, row, i));
        (0..blocks).map(|b| (0..rows).map(|r| row(b, r)).collect()).collect()
    }

    fn refs(blocks: &[Vec<Lane>]) -> Vec<Vec<&Lane>> {
        blocks.iter().map(|block| block.iter().collect()).collect()
    }

    #[test]
    fn products_are_those_of_plain_sums() {
        for (blocks, count, beside) in [(1, 1, 1), (3, 5, 2), (33, 9, 3), (70, 4, 7), (70, 6, 1)] {
            let (left, right) = (numbers(blocks, count, 0), numbers(blocks, beside, 7));
            let plain = |a: &[Vec<Lane>], k: usize, b: &[Vec<Lane>], o: usize| -> f64 {
                let of_block = |(a, b): (&Vec<Lane>, &Vec<Lane>)| -> f64 {
                    a[k].iter().zip(&b[o]).map(|(x, y)| x * y).sum()
                };
                a.iter().zip(b).map(of_block).sum()
            };
            let gram = products(&refs(&left), None);
            let cross = products(&refs(&left), Some(&refs(&right)));
            assert_eq!((gram.len(), cross.len()), (count, count));
            for k in 0..count {
                assert_eq!((gram[k].len(), cross[k].len()), (k + 1, beside));
                for (o, product) in gram[k].iter().enumerate() {
                    let exact = plain(&left, k, &left, o);
                    assert!((product - exact).abs() < 1e-9, "{blocks} {k} {o}");
                }
                for (o, product) in cross[k].iter().enumerate() {
                    let exact = plain(&left, k, &right, o);
                    assert!((product - exact).abs() < 1e-9, "{blocks} {k} {o}");
                }
            }
        }
    }

    #[test]
    fn what_functions_make_is_fitted_to_the_digit_and_repeated_ones_are_left_out() {
        // Two months with a constant and three functions each; the last of the second month is twice
        // the first of the first.
        let seen: Seen = numbers(40, 6, 0)
            .into_iter()
            .map(|f| {
                let one = [1.0; LANES];
                vec![vec![one, f[0], f[1], f[2]], vec![one, f[3], f[4], f[0].map(|x| 2.0 * x)]]
            })
            .collect();
        let design = Design::new(&seen, 0..2);
        assert_eq!(design.kept.len(), 6);
        let value = |a: f64, b: f64| -> Vec<Lane> {
            let lane = |months: &Vec<Vec<Lane>>, i: usize| {
                3.0 + a * months[0][2][i] + b * months[1][1][i] + months[1][3][i]
            };
            seen.iter().map(|months| std::array::from_fn(|i| lane(months, i))).collect()
        };
        let weights = design.fit(&seen, &[value(0.5, -4.0), value(-1.0, 0.0), value(0.0, 8.0)]);
        for (weights, (a, b)) in weights.iter().zip([(0.5, -4.0), (-1.0, 0.0), (0.0, 8.0)]) {
            let exact = [vec![3.0, 2.0, a, 0.0], vec![0.0, b, 0.0, 0.0]];
            for (weight, exact) in weights.iter().flatten().zip(exact.iter().flatten()) {
                assert!((weight - exact).abs() < 1e-10, "{weights:?} {exact:?}");
            }
        }
    }

    #[test]
    fn a_month_that_is_the_same_on_all_paths_is_blind() {
        let month = vec![[1.0; LANES], [0.7; LANES]];
        assert!(Design::new(&vec![vec![month]; 3], 0..1).is_blind());
        assert!(!Design::new(&vec![numbers(1, 2, 0); 3], 0..1).is_blind());
    }

    #[test]
    fn threads_change_no_bit_of_products() {
        let left = numbers(100, 7, 0);
        let all = || products(&refs(&left), None);
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.expect("threads").install(all)
        };
        assert_eq!(on(1), on(3));
    }
}
