//! Small dense matrices: Cholesky factors, symmetric eigenvectors, the nearest correlation matrix.
//!
//! Matrices are rows of `f64`; sizes are months or variables (tens to a few hundred). Only
//! additions, multiplications, divisions and square roots are used, in a fixed order, so results
//! carry the same bits everywhere.

/// A square matrix, `matrix[row][column]`.
pub type Matrix = Vec<Vec<f64>>;

/// The identity of size `n`.
#[must_use]
pub fn identity(n: usize) -> Matrix {
    let mut matrix = vec![vec![0.0; n]; n];
    for (i, row) in matrix.iter_mut().enumerate() {
        row[i] = 1.0;
    }
    matrix
}

/// The lower-triangular `L` with `L L' = matrix`, or `None` if an eigenvalue is negative.
///
/// Positive semidefinite matrices are accepted (a correlation of exactly 1 is one): a pivot
/// within `1e-12` of zero counts as zero, and its column must then be zero as well.
#[must_use]
pub fn cholesky(matrix: &Matrix) -> Option<Matrix> {
    const ZERO: f64 = 1e-12;
    let n = matrix.len();
    let mut lower = vec![vec![0.0; n]; n];
    for j in 0..n {
        let pivot = matrix[j][j] - dot(&lower[j][..j], &lower[j]);
        if pivot < -ZERO {
            return None;
        }
        let root = if pivot > ZERO { pivot.sqrt() } else { 0.0 };
        lower[j][j] = root;
        for i in j + 1..n {
            let rest = matrix[i][j] - dot(&lower[i][..j], &lower[j]);
            if root > 0.0 {
                lower[i][j] = rest / root;
            } else if rest.abs() > ZERO.sqrt() {
                return None;
            }
        }
    }
    Some(lower)
}

/// The sum of the products, of as many as the shorter has.
#[must_use]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Eigenvalues (largest first) and the matching eigenvectors as columns.
///
/// Cyclic Jacobi rotations (Golub and Van Loan, 4th edition, section 8.5) until the off-diagonal
/// part is below 1e-14 of the norm. The sign of each vector makes its largest component positive.
#[must_use]
pub fn symmetric_eigen(matrix: &Matrix) -> (Vec<f64>, Matrix) {
    let n = matrix.len();
    let mut a = matrix.clone();
    let mut vectors = identity(n);
    let norm: f64 = a.iter().flatten().map(|x| x * x).sum();
    for _sweep in 0..60 {
        let off: f64 =
            (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i][j] * a[i][j]).sum();
        if off <= 1e-28 * norm {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut vectors, p, q);
            }
        }
    }
    sorted(&a, &vectors)
}

/// One Jacobi rotation: makes `a[p][q]` zero.
fn rotate(a: &mut Matrix, vectors: &mut Matrix, p: usize, q: usize) {
    if a[p][q] == 0.0 {
        return;
    }
    let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let cosine = 1.0 / (t * t + 1.0).sqrt();
    let sine = t * cosine;
    for row in a.iter_mut() {
        let (x, y) = (row[p], row[q]);
        row[p] = cosine * x - sine * y;
        row[q] = sine * x + cosine * y;
    }
    for k in 0..a.len() {
        let (x, y) = (a[p][k], a[q][k]);
        a[p][k] = cosine * x - sine * y;
        a[q][k] = sine * x + cosine * y;
    }
    for row in vectors.iter_mut() {
        let (x, y) = (row[p], row[q]);
        row[p] = cosine * x - sine * y;
        row[q] = sine * x + cosine * y;
    }
}

fn sorted(a: &Matrix, vectors: &Matrix) -> (Vec<f64>, Matrix) {
    let n = a.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[j][j].total_cmp(&a[i][i]));
    let mut out = vec![vec![0.0; n]; n];
    for (new, &old) in order.iter().enumerate() {
        let largest = (0..n)
            .map(|k| vectors[k][old])
            .fold(0.0, |m: f64, x| if x.abs() > m.abs() { x } else { m });
        for k in 0..n {
            out[k][new] = vectors[k][old] * largest.signum();
        }
    }
    (order.iter().map(|&i| a[i][i]).collect(), out)
}

/// The correlation matrix nearest to `matrix` in the Frobenius norm.
///
/// Alternating projections onto the positive semidefinite matrices and the matrices with unit
/// diagonal, with Dykstra's correction. Source: Higham (2002), "Computing the nearest correlation
/// matrix", IMA J. Numer. Anal. 22, 329-343.
#[must_use]
pub fn nearest_correlation(matrix: &Matrix) -> Matrix {
    let n = matrix.len();
    let mut y = matrix.clone();
    let mut correction = vec![vec![0.0; n]; n];
    for _ in 0..1000 {
        let shifted: Matrix =
            (0..n).map(|i| (0..n).map(|j| y[i][j] - correction[i][j]).collect()).collect();
        let x = positive_part(&shifted);
        let mut change = 0.0f64;
        for i in 0..n {
            for j in 0..n {
                correction[i][j] = x[i][j] - shifted[i][j];
                let new = if i == j { 1.0 } else { x[i][j] };
                change = change.max((new - y[i][j]).abs());
                y[i][j] = new;
            }
        }
        if change < 1e-10 {
            break;
        }
    }
    // The last projection in closed form: exactly semidefinite, exactly one on the diagonal.
    let x = positive_part(&y);
    (0..n)
        .map(|i| {
            (0..n)
                .map(|j| if i == j { 1.0 } else { x[i][j] / (x[i][i] * x[j][j]).sqrt() })
                .collect()
        })
        .collect()
}

/// The projection onto the positive semidefinite matrices: negative eigenvalues set to zero.
fn positive_part(matrix: &Matrix) -> Matrix {
    let n = matrix.len();
    let (values, vectors) = symmetric_eigen(matrix);
    let mut out = vec![vec![0.0; n]; n];
    for (k, &value) in values.iter().enumerate().filter(|(_, v)| **v > 0.0) {
        for i in 0..n {
            for j in 0..n {
                out[i][j] += value * vectors[i][k] * vectors[j][k];
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(a: &Matrix, b: &Matrix) -> Matrix {
        let n = a.len();
        (0..n).map(|i| (0..n).map(|j| (0..n).map(|k| a[i][k] * b[k][j]).sum()).collect()).collect()
    }

    fn transpose(a: &Matrix) -> Matrix {
        (0..a.len()).map(|i| a.iter().map(|row| row[i]).collect()).collect()
    }

    fn distance(a: &Matrix, b: &Matrix) -> f64 {
        a.iter().flatten().zip(b.iter().flatten()).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn cholesky_rebuilds_the_matrix() {
        let matrix = vec![vec![1.0, 0.2, 0.0], vec![0.2, 1.0, 0.1], vec![0.0, 0.1, 1.0]];
        let lower = cholesky(&matrix).expect("positive definite");
        assert!(distance(&product(&lower, &transpose(&lower)), &matrix) < 1e-15);
    }

    #[test]
    fn cholesky_takes_perfect_correlation_and_refuses_the_impossible() {
        let perfect = vec![vec![1.0, -1.0], vec![-1.0, 1.0]];
        assert_eq!(cholesky(&perfect), Some(vec![vec![1.0, 0.0], vec![-1.0, 0.0]]));
        let impossible = vec![vec![1.0, 0.9, -0.9], vec![0.9, 1.0, 0.9], vec![-0.9, 0.9, 1.0]];
        assert_eq!(cholesky(&impossible), None);
    }

    /// The covariance min(i, j) of a random walk has known eigenvalues
    /// 1 / (4 sin^2((2k - 1) pi / (2 (2n + 1)))), k = 1..n.
    #[test]
    fn eigenvalues_of_a_random_walk() {
        let n = 36;
        let walk: Matrix =
            (1..=n).map(|i| (1..=n).map(|j| f64::from(i.min(j))).collect()).collect();
        let (values, vectors) = symmetric_eigen(&walk);
        for (k, value) in values.iter().enumerate() {
            let angle = (2 * k + 1) as f64 * std::f64::consts::PI / f64::from(2 * (2 * n + 1));
            let exact = 1.0 / (4.0 * angle.sin().powi(2));
            assert!((value / exact - 1.0).abs() < 1e-11, "{k}: {value} against {exact}");
        }
        let gram = product(&transpose(&vectors), &vectors);
        assert!(distance(&gram, &identity(n as usize)) < 1e-13);
    }

    /// Higham (2002), section 4: the 3 x 3 example with its published answer.
    #[test]
    fn nearest_correlation_of_higham() {
        let a = vec![vec![1.0, 1.0, 0.0], vec![1.0, 1.0, 1.0], vec![0.0, 1.0, 1.0]];
        let near = nearest_correlation(&a);
        let expected =
            vec![vec![1.0, 0.7607, 0.1573], vec![0.7607, 1.0, 0.7607], vec![0.1573, 0.7607, 1.0]];
        assert!(distance(&near, &expected) < 5e-5, "{near:?}");
        assert!(cholesky(&near).is_some());
    }
}
