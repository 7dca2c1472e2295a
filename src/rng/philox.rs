//! Philox4x32-10: a counter-based generator, so that a draw has an address and no history.
//!
//! Source: Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3",
//! SC11. The test vectors are those of the authors' Random123 library.

const MULTIPLIER: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const KEY_STEP: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;

/// The four random words at `counter` under `key`.
#[inline(always)]
#[must_use]
pub fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..ROUNDS {
        let p0 = u64::from(MULTIPLIER[0]) * u64::from(c0);
        let p1 = u64::from(MULTIPLIER[1]) * u64::from(c2);
        (c0, c1, c2, c3) =
            ((p1 >> 32) as u32 ^ c1 ^ k0, p1 as u32, (p0 >> 32) as u32 ^ c3 ^ k1, p0 as u32);
        k0 = k0.wrapping_add(KEY_STEP[0]);
        k1 = k1.wrapping_add(KEY_STEP[1]);
    }
    [c0, c1, c2, c3]
}

/// The key of the stream `name` under `seed`: streams of different names are unrelated.
///
/// The name is absorbed four bytes at a time, each step one Philox call keyed by the state.
#[must_use]
pub fn stream_key(seed: u64, name: &str) -> [u32; 2] {
    let mut state = [seed as u32, (seed >> 32) as u32];
    for (position, chunk) in name.as_bytes().chunks(4).enumerate() {
        let mut word = [0u8; 4];
        word[..chunk.len()].copy_from_slice(chunk);
        let counter = [u32::from_le_bytes(word), position as u32, name.len() as u32, 0];
        let out = philox(counter, state);
        state = [out[0], out[1]];
    }
    state
}

/// A uniform in (0, 1) from 64 random bits: the middle of one of 2^52 equal cells.
///
/// 52 bits, not 53: `(k + 0.5) * 2^-53` rounds to exactly 1 for the last cell.
#[inline(always)]
#[must_use]
pub fn unit_interval(bits: u64) -> f64 {
    // 1 + k 2^-52 from its bits: vector units convert 64-bit integers slowly or not at all.
    let above_one = f64::from_bits(bits >> 12 | 1.0f64.to_bits());
    (above_one - 1.0) + 0.5 * f64::EPSILON
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers_of_random123() {
        let all = u32::MAX;
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(
            philox([all; 4], [all; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        let counter = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        assert_eq!(
            philox(counter, [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn uniforms_stay_inside_the_open_interval() {
        assert!(unit_interval(0) > 0.0);
        assert!(unit_interval(u64::MAX) < 1.0);
        assert_eq!(1.0 - unit_interval(u64::MAX), unit_interval(0));
        for bits in [0, 1 << 12, 0xDEAD_BEEF_0123_4567, 1 << 63, u64::MAX] {
            let exact = ((bits >> 12) as f64 + 0.5) / 4_503_599_627_370_496.0;
            assert_eq!(unit_interval(bits), exact);
        }
    }

    #[test]
    fn names_give_unrelated_keys() {
        let names = ["usage", "usagf", "usage ", "price", "", "usage.jumps"];
        for (i, a) in names.iter().enumerate() {
            for b in &names[..i] {
                assert_ne!(stream_key(7, a), stream_key(7, b), "{a:?} and {b:?}");
            }
            assert_ne!(stream_key(7, a), stream_key(8, a));
        }
    }
}
