//! A stream of random words for each path of a block: xoroshiro128++, started by Philox.
//!
//! Philox turns an address into the 128 bits of a generator's state at 60 operations; a further
//! word from that state costs 8. Each path of each variable has a generator of its own, so a draw
//! keeps its address (seed, name, replicate, path) and its step is the place in the stream. Of
//! 2^40 streams of a thousand words two overlap with probability 2^-39; a state of zeros, which
//! would stay zeros, has probability 2^-128.
//!
//! Source: Blackman and Vigna (2021), "Scrambled linear pseudorandom number generators", ACM
//! Trans. Math. Softw. 47, 1-32; constants of the authors' xoroshiro128plusplus.c.

use super::philox::philox;
use super::{Block, LANES};

/// The generators of a block, one per path.
pub(super) struct Streams {
    low: [u64; LANES],
    high: [u64; LANES],
}

impl Streams {
    /// The streams of a block under `key`.
    #[inline(always)]
    pub(super) fn new(block: Block, key: [u32; 2]) -> Self {
        let mut streams = Self { low: [0; LANES], high: [0; LANES] };
        // Blocks start at multiples of LANES, so only the low word of the path number varies here.
        let first = block.first as u32;
        let upper = (block.first >> 32) as u32;
        for i in 0..LANES {
            let words = philox([first + i as u32, upper, 0, block.replicate], key);
            streams.low[i] = u64::from(words[0]) << 32 | u64::from(words[1]);
            streams.high[i] = u64::from(words[2]) << 32 | u64::from(words[3]);
        }
        streams
    }

    /// The next word of path `i`.
    #[inline(always)]
    pub(super) fn next(&mut self, i: usize) -> u64 {
        let (low, high) = (self.low[i], self.high[i]);
        let word = low.wrapping_add(high).rotate_left(17).wrapping_add(low);
        let mixed = low ^ high;
        self.low[i] = low.rotate_left(49) ^ mixed ^ mixed << 21;
        self.high[i] = mixed.rotate_left(28);
        word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first words of the authors' program for the state (1, 2).
    #[test]
    fn agrees_with_the_published_generator() {
        let mut streams = Streams { low: [1; LANES], high: [2; LANES] };
        let words: Vec<u64> = (0..4).map(|_| streams.next(3)).collect();
        assert_eq!(words, [393217, 669327710093319, 1732421326133921491, 11394790081659126983]);
    }
}
