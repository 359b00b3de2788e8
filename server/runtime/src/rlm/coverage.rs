use std::collections::BTreeMap;

/// Which parts of a text were used, as ranges that do not touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Coverage(BTreeMap<usize, usize>);

impl Coverage {
    /// Adds `start..end`.
    pub(crate) fn add(&mut self, mut start: usize, mut end: usize) {
        if start >= end {
            return;
        }
        while let Some((from, to)) =
            self.0.range(..=end).next_back().map(|(a, b)| (*a, *b)).filter(|(_, to)| *to >= start)
        {
            start = start.min(from);
            end = end.max(to);
            self.0.remove(&from);
        }
        self.0.insert(start, end);
    }

    /// The ranges, in order.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = (usize, usize)> {
        self.0.iter().map(|(start, end)| (*start, *end))
    }

    /// How much is covered of each of `parts` equal parts of `0..length`, in percent: 0 and 100 are exact.
    pub(crate) fn bands(&self, length: usize, parts: usize) -> Vec<u8> {
        let edge = |part: usize| (length as u128 * part as u128 / parts as u128) as usize;
        let covered = |from: usize, to: usize| -> usize {
            let first = self.0.range(..=from).next_back().map_or(from, |(start, _)| *start);
            self.0.range(first..to).map(|(start, end)| (*end).min(to).saturating_sub((*start).max(from))).sum()
        };
        let percent = |part: usize| {
            let (from, to) = (edge(part), edge(part + 1));
            match (covered(from, to), to - from) {
                (0, _) => 0,
                (all, size) if all == size => 100,
                (some, size) => (some as u128 * 100 / size as u128).clamp(1, 99) as u8,
            }
        };
        (0..parts).map(percent).collect()
    }

    /// What of `0..length` is not covered, in order.
    pub(crate) fn gaps(&self, length: usize) -> Vec<(usize, usize)> {
        let mut gaps = Vec::new();
        let mut at = 0;
        for (start, end) in &self.0 {
            if *start > at {
                gaps.push((at, *start));
            }
            at = *end;
        }
        if at < length {
            gaps.push((at, length));
        }
        gaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_grow_together() {
        let mut seen = Coverage::default();
        for (start, end) in [(10, 20), (30, 40), (15, 31), (50, 50), (60, 70)] {
            seen.add(start, end);
        }
        assert!(seen.ranges().eq([(10, 40), (60, 70)]));
        assert_eq!(seen.gaps(100), [(0, 10), (40, 60), (70, 100)]);
        assert_eq!(seen.bands(100, 4), [60, 60, 40, 0]);
        assert_eq!(seen.bands(15, 3), [0, 0, 100]);
        seen.add(69, 100_000);
        assert_eq!(seen.bands(100_000, 3), [99, 100, 100]);
        assert_eq!(Coverage::default().bands(0, 2), [0, 0]);
    }
}
