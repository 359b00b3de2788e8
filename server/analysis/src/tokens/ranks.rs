//! The vocabulary: which byte strings are tokens, and in which order they were learnt.

use std::sync::LazyLock;

/// Written by `generate.py`, which documents the layout.
static TABLE: &[u8] = include_bytes!("o200k.bin");

const LONGEST: usize = 128;

/// Bytes of a rank behind its token.
const RANK: usize = 3;

/// The tokens of each length, by length.
static BY_LENGTH: LazyLock<Vec<&'static [u8]>> = LazyLock::new(|| {
    let (counts, mut rest) = TABLE.split_at(4 * LONGEST);
    let mut lengths = vec![&[][..]];
    for (length, count) in (1..=LONGEST).zip(counts.chunks_exact(4)) {
        let count = count.iter().rev().fold(0, |n, byte| (n << 8) | usize::from(*byte));
        let (tokens, others) = rest.split_at(count * (length + RANK));
        lengths.push(tokens);
        rest = others;
    }
    lengths
});

/// The rank of the token with these bytes, if there is one. Lower ranks are joined first.
pub(super) fn rank(bytes: &[u8]) -> Option<u32> {
    let tokens = BY_LENGTH.get(bytes.len())?;
    let width = bytes.len() + RANK;
    let (mut low, mut high) = (0, tokens.len() / width);
    while low < high {
        let middle = low.midpoint(high);
        let (token, rank) = tokens[middle * width..][..width].split_at(bytes.len());
        match token.cmp(bytes) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => {
                return Some(rank.iter().rev().fold(0, |n, byte| (n << 8) | u32::from(*byte)));
            }
        }
    }
    None
}
