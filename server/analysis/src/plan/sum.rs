//! Symbolic sums of products, and counts with bounds: the arithmetic behind [`Count`](super::Count).

use std::sync::Arc;

/// Index of an interned [`Why`](super::Why).
pub(super) type WhyId = u32;
/// Index of an interned [`Symbol`](super::Symbol).
pub(super) type SymId = u32;

/// Longest sum kept; longer ones lose their symbols.
const MOST_TERMS: usize = 12;
/// Most reasons kept with one number.
const MOST_WHYS: usize = 8;

/// A small set of reasons, in the order they came up.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Whys(Option<Arc<[WhyId]>>);

impl Whys {
    pub(super) fn one(why: WhyId) -> Self {
        Self(Some(Arc::new([why])))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = WhyId> + '_ {
        self.0.iter().flat_map(|w| w.iter().copied())
    }

    pub(super) fn first(&self) -> Option<WhyId> {
        self.iter().next()
    }

    pub(super) fn union(&self, other: &Whys) -> Whys {
        match (&self.0, &other.0) {
            (None, _) => other.clone(),
            (_, None) => self.clone(),
            (Some(a), Some(b)) => {
                if Arc::ptr_eq(a, b) || b.iter().all(|w| a.contains(w)) || a.len() >= MOST_WHYS {
                    return self.clone();
                }
                let fresh = b.iter().filter(|w| !a.contains(w));
                Whys(Some(a.iter().chain(fresh).copied().take(MOST_WHYS).collect()))
            }
        }
    }
}

/// A product: `factor · symbols`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Product {
    pub(super) syms: Vec<SymId>,
    pub(super) factor: u64,
    pub(super) at_most: bool,
}

/// A sum of products; the constant is the product without symbols.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sum(pub(super) Vec<Product>);

impl Sum {
    pub(super) fn constant(n: u64) -> Sum {
        Sum::product(vec![], n, false)
    }

    pub(super) fn symbol(sym: SymId) -> Sum {
        Sum::product(vec![sym], 1, false)
    }

    fn product(syms: Vec<SymId>, factor: u64, at_most: bool) -> Sum {
        if factor == 0 { Sum::default() } else { Sum(vec![Product { syms, factor, at_most }]) }
    }

    pub(super) fn at_most(mut self) -> Sum {
        self.0.iter_mut().for_each(|p| p.at_most = true);
        self
    }

    pub(super) fn add(&self, other: &Sum) -> Sum {
        let mut sum = self.clone();
        for p in &other.0 {
            match sum.0.iter_mut().find(|q| q.syms == p.syms && q.at_most == p.at_most) {
                Some(q) => q.factor = q.factor.saturating_add(p.factor),
                None => sum.0.push(p.clone()),
            }
        }
        sum.0.sort_by(|a, b| (a.syms.len(), &a.syms, a.at_most).cmp(&(b.syms.len(), &b.syms, b.at_most)));
        sum
    }

    pub(super) fn times(&self, other: &Sum) -> Sum {
        let mut sum = Sum::default();
        for p in &self.0 {
            for q in &other.0 {
                let mut syms: Vec<SymId> = p.syms.iter().chain(&q.syms).copied().collect();
                syms.sort_unstable();
                let factor = p.factor.saturating_mul(q.factor);
                sum = sum.add(&Sum::product(syms, factor, p.at_most || q.at_most));
            }
        }
        sum
    }

    /// A sum at least as large as both.
    pub(super) fn join(&self, other: &Sum) -> Sum {
        if self == other {
            return self.clone();
        }
        let total = |sum: &Sum, syms: &[SymId]| {
            let same = sum.0.iter().filter(|p| p.syms == syms);
            same.fold((0u64, false), |(n, m), p| (n.saturating_add(p.factor), m || p.at_most))
        };
        let mut sum = Sum::default();
        for p in self.0.iter().chain(&other.0) {
            if sum.0.iter().any(|q| q.syms == p.syms) {
                continue;
            }
            let ((a, am), (b, bm)) = (total(self, &p.syms), total(other, &p.syms));
            sum.0.push(Product { syms: p.syms.clone(), factor: a.max(b), at_most: a != b || am || bm });
        }
        sum.0.sort_by(|a, b| (a.syms.len(), &a.syms).cmp(&(b.syms.len(), &b.syms)));
        sum
    }

    /// What is left of a long sum whose value is at most `high`.
    fn shortened(self, high: Option<u64>) -> Sum {
        match high {
            _ if !self.is_long() => self,
            Some(high) => Sum::constant(high).at_most(),
            None => Sum(self.0.into_iter().filter(|p| p.syms.is_empty()).collect()).add(&Sum::symbol(0)),
        }
    }

    /// Whether it has become too long to help a reader.
    pub(super) fn is_long(&self) -> bool {
        self.0.len() > MOST_TERMS || self.0.iter().any(|p| p.syms.len() > 4)
    }
}

/// How often something happens: see [`Count`](super::Count).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tally {
    pub(super) low: u64,
    pub(super) high: Option<u64>,
    pub(super) sum: Sum,
    pub(super) whys: Whys,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally::exactly(0)
    }
}

impl Tally {
    pub(super) fn exactly(n: u64) -> Tally {
        Tally { low: n, high: Some(n), sum: Sum::constant(n), whys: Whys::default() }
    }

    pub(super) fn zero() -> Tally {
        Tally::exactly(0)
    }

    pub(super) fn is_zero(&self) -> bool {
        self.high == Some(0)
    }

    pub(super) fn add(&self, other: &Tally) -> Tally {
        let high = self.high.zip(other.high).map(|(a, b)| a.saturating_add(b));
        Tally {
            low: self.low.saturating_add(other.low),
            high,
            sum: self.sum.add(&other.sum).shortened(high),
            whys: self.whys.union(&other.whys),
        }
    }

    pub(super) fn times(&self, other: &Tally) -> Tally {
        let high = match (self.high, other.high) {
            (Some(0), _) | (_, Some(0)) => return Tally::zero(),
            (a, b) => a.zip(b).map(|(a, b)| a.saturating_mul(b)),
        };
        let sum = self.sum.times(&other.sum).shortened(high);
        Tally { low: self.low.saturating_mul(other.low), high, sum, whys: self.whys.union(&other.whys) }
    }

    pub(super) fn join(&self, other: &Tally) -> Tally {
        let high = self.high.zip(other.high).map(|(a, b)| a.max(b));
        Tally {
            low: self.low.min(other.low),
            high,
            sum: self.sum.join(&other.sum).shortened(high),
            whys: self.whys.union(&other.whys),
        }
    }

    /// Less `other`, which is part of it.
    pub(super) fn minus(&self, other: &Tally) -> Tally {
        if self == other {
            return Tally::zero();
        }
        let Some(part) = other.high else { return self.clone() };
        let high = self.high.map(|h| h.saturating_sub(other.low.min(part)));
        let sum = high.map_or_else(|| self.sum.clone(), |h| Sum::constant(h).at_most());
        Tally { low: self.low.saturating_sub(part), high, sum, whys: self.whys.clone() }
    }

    /// The larger of two numbers.
    pub(super) fn max(&self, other: &Tally) -> Tally {
        if other.high.is_some_and(|h| h <= self.low) {
            return self.clone();
        }
        if self.high.is_some_and(|h| h <= other.low) {
            return other.clone();
        }
        Tally { low: self.low.max(other.low), ..self.join(other) }
    }

    /// The same number, known not to be less than `low`.
    pub(super) fn at_least(self, low: u64) -> Tally {
        let low = self.high.map_or(low, |h| low.min(h));
        match self.high {
            _ if low <= self.low => self,
            Some(high) if high == low => Tally::exactly(low),
            _ => Tally { low, ..self },
        }
    }

    /// The same number, or any smaller one down to `low`, because of `why`.
    pub(super) fn down_to(&self, low: u64, why: Option<WhyId>) -> Tally {
        if self.low <= low {
            return self.clone();
        }
        let whys = why.map_or_else(|| self.whys.clone(), |w| self.whys.union(&Whys::one(w)));
        Tally { low, high: self.high, sum: self.sum.clone().at_most(), whys }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_add_multiply_and_join_term_by_term() {
        let (files, findings) = (Sum::symbol(0), Sum::symbol(1));
        let three = Sum::constant(3);
        let sum = Sum::constant(1).add(&files.times(&three));
        assert_eq!(sum.add(&files), Sum::constant(1).add(&files.times(&Sum::constant(4))));
        let joined = sum.join(&sum.add(&findings));
        assert_eq!(joined.0.iter().map(|p| p.at_most).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!(three.times(&Sum::default()), Sum::default(), "three times nothing");
    }

    #[test]
    fn a_count_of_nothing_repeated_for_ever_is_nothing() {
        let forever = Tally { high: None, ..Tally::zero() };
        assert_eq!(Tally::zero().times(&forever), Tally::zero());
        assert_eq!(Tally::exactly(2).max(&Tally::exactly(5)), Tally::exactly(5));
    }
}
