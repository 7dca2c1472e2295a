//! Vector code chosen at run time, with the same bits whichever is chosen.
//!
//! A kernel is written once, as plain loops of fixed length, and compiled three times: for AVX-512,
//! for AVX2 with FMA, and for the baseline of the target, which is also what ARM gets. The processor
//! is asked once. Kernels never reorder sums, and where they fuse a multiplication with an addition
//! they say so with `mul_add`, which rounds once on every machine: all three versions give the same
//! bits. On x86 processors without FMA (made before 2013) a fused operation is a call into the C
//! library, correct and slow.
//!
//! The environment variable `WATERLINE_SIMD` can lower the choice (`avx2`, `portable`), to compare
//! versions on one machine.
//!
//! This is the only module with unsafe code: the calls behind `kernel!` and in [`marks`] are sound
//! because a version is called only after the processor was seen to have its instructions.

pub mod marks;

use std::sync::OnceLock;

/// A version of the kernels, slowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What every processor of the target can do.
    Portable,
    /// AVX2 with fused multiply-add: x86 processors since 2013.
    Avx2,
    /// AVX-512 with its F, DQ, VL and BW parts.
    Avx512,
}

impl Level {
    /// The name in `WATERLINE_SIMD` and in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// The best version that this processor can run.
    fn of_processor() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            let fma = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("popcnt");
            let wide = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512bw");
            match (fma, wide) {
                (true, true) => Self::Avx512,
                (true, false) => Self::Avx2,
                _ => Self::Portable,
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        Self::Portable
    }
}

/// The version in use: the processor's best, or a lower one that `WATERLINE_SIMD` names.
#[inline]
pub fn level() -> Level {
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(|| {
        let asked = std::env::var("WATERLINE_SIMD").unwrap_or_default();
        let named = [Level::Portable, Level::Avx2].into_iter().find(|l| l.name() == asked);
        let best = Level::of_processor();
        named.map_or(best, |named| named.min(best))
    })
}

/// Defines a function that is compiled for each [`Level`] and called through [`level`].
///
/// The body must be a plain function of its arguments; what it calls must be `#[inline(always)]`
/// to be compiled for the same level.
macro_rules! kernel {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block) => {
        $(#[$meta])*
        #[allow(clippy::too_many_arguments)] // a kernel cannot take them from a closure
        $vis fn $name($($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            fn body($($arg: $ty),*) $(-> $ret)? $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
                fn avx512($($arg: $ty),*) $(-> $ret)? {
                    body($($arg),*)
                }
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($arg: $ty),*) $(-> $ret)? {
                    body($($arg),*)
                }
                match $crate::simd::level() {
                    // SAFETY: `level` saw that the processor has these instructions.
                    #[allow(unsafe_code)]
                    $crate::simd::Level::Avx512 => return unsafe { avx512($($arg),*) },
                    // SAFETY: as above.
                    #[allow(unsafe_code)]
                    $crate::simd::Level::Avx2 => return unsafe { avx2($($arg),*) },
                    $crate::simd::Level::Portable => {}
                }
            }
            body($($arg),*)
        }
    };
}

pub(crate) use kernel;

#[cfg(test)]
mod tests {
    use super::*;

    kernel! {
        /// A sum that would differ if a version fused or reordered by itself.
        fn sum(values: &[f64; 64]) -> f64 {
            let mut sum = 0.0;
            for x in values {
                sum += x * 1.1;
                sum = x.mul_add(0.3, sum);
            }
            sum
        }
    }

    #[test]
    fn a_kernel_rounds_like_plain_code() {
        let values: [f64; 64] = std::array::from_fn(|i| 1.0 / (i as f64 + 0.7));
        let plain = values.iter().fold(0.0f64, |s, x| x.mul_add(0.3, s + x * 1.1));
        assert_eq!(sum(&values).to_bits(), plain.to_bits());
    }

    #[test]
    fn levels_are_ordered_and_named() {
        assert!(Level::Portable < Level::Avx2 && Level::Avx2 < Level::Avx512);
        assert!(level() <= Level::of_processor());
        assert_eq!(Level::Avx2.name(), "avx2");
    }
}
