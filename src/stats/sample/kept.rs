//! The kept values of a section, bin by bin.

/// Values by bin, in one piece.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    values: Vec<f64>,
    /// By bin, where its values end.
    ends: Vec<usize>,
}

impl Kept {
    /// All values in one bin.
    pub(super) fn together(values: Vec<f64>) -> Self {
        Self { ends: vec![values.len()], values }
    }

    /// Values with the bin of each, among `bins`: in their order within each.
    pub(super) fn new(values: &[f64], bin_of: &[u32], bins: usize) -> Self {
        let mut ends = vec![0; bins];
        for &bin in bin_of {
            ends[bin as usize] += 1;
        }
        let mut next = 0;
        for end in &mut ends {
            next += std::mem::replace(end, next);
        }
        // The places where bins begin move on to where they end.
        let mut sorted = vec![0.0; values.len()];
        for (x, &bin) in values.iter().zip(bin_of) {
            let place = &mut ends[bin as usize];
            sorted[*place] = *x;
            *place += 1;
        }
        Self { values: sorted, ends }
    }

    /// The values of a bin; none of a bin that is not there.
    pub(super) fn bin(&self, i: usize) -> &[f64] {
        let from = if i == 0 { 0 } else { self.ends.get(i - 1).copied().unwrap_or(0) };
        self.ends.get(i).map_or(&[], |&end| &self.values[from..end])
    }

    /// All values, bin by bin.
    pub(super) fn all(&self) -> &[f64] {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_order_within_their_bins() {
        let kept = Kept::new(&[5.0, 1.0, 4.0, 2.0, 6.0], &[2, 0, 2, 0, 2], 4);
        assert_eq!(kept.bin(0), [1.0, 2.0]);
        assert_eq!(kept.bin(1), [0.0; 0]);
        assert_eq!(kept.bin(2), [5.0, 4.0, 6.0]);
        assert_eq!((kept.bin(3), kept.bin(4)), (&[][..], &[][..]));
        assert_eq!(Kept::together(vec![3.0, 2.0]).bin(0), [3.0, 2.0]);
    }
}
