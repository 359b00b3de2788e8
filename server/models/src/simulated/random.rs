use sha2::{Digest, Sha256};

/// Numbers drawn from a digest of their causes: the same on every machine and in every version of this program.
pub(super) struct Random(u64);

impl Random {
    /// Seeds from `parts`, each kept apart from its neighbours.
    pub(super) fn from<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        let digest: [u8; 32] = digest.finalize().into();
        Self(digest.iter().take(8).fold(0, |n, byte| (n << 8) | u64::from(*byte)))
    }

    /// SplitMix64 (Steele, Lea and Flood 2014): equidistributed, and short enough to read.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to, not including, `end`; 0 where `end` is 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        match end {
            0 => 0,
            _ => self.next() % end,
        }
    }

    /// From `least` to `most`, both possible; `least` where the range is empty.
    pub(super) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most.saturating_sub(least).saturating_add(1))
    }

    /// From 0 up to, not including, 1.
    pub(super) fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// One of `choices`; `None` where there are none.
    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        choices.get(self.below(choices.len() as u64) as usize)
    }
}
