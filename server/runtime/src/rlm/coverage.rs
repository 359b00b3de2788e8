use std::collections::BTreeMap;

/// Which parts of a text were used, as byte ranges that do not touch.
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

    /// Bytes covered.
    pub(crate) fn bytes(&self) -> usize {
        self.0.iter().map(|(start, end)| end - start).sum()
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
        assert_eq!(seen.bytes(), 40);
        assert_eq!(seen.gaps(100), [(0, 10), (40, 60), (70, 100)]);
    }
}
