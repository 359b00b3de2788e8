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
pub(super) enum Whys {
    #[default]
    None,
    One(WhyId),
    /// At least two.
    Many(Arc<Vec<WhyId>>),
}

impl Whys {
    pub(super) fn one(why: WhyId) -> Self {
        Whys::One(why)
    }

    fn as_slice(&self) -> &[WhyId] {
        match self {
            Whys::None => &[],
            Whys::One(why) => std::slice::from_ref(why),
            Whys::Many(many) => many,
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = WhyId> + '_ {
        self.as_slice().iter().copied()
    }

    pub(super) fn first(&self) -> Option<WhyId> {
        self.iter().next()
    }

    pub(super) fn union(&self, other: &Whys) -> Whys {
        let (a, b) = (self.as_slice(), other.as_slice());
        if a.is_empty() {
            return other.clone();
        }
        if b.iter().all(|w| a.contains(w)) || a.len() >= MOST_WHYS {
            return self.clone();
        }
        let fresh = b.iter().filter(|w| !a.contains(w));
        Whys::Many(Arc::new(a.iter().chain(fresh).copied().take(MOST_WHYS).collect()))
    }
}

/// A product: `factor · symbols`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Product {
    pub(super) syms: Vec<SymId>,
    pub(super) factor: u64,
    pub(super) at_most: bool,
}

/// A sum of products.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sum {
    /// A number; nothing is never "at most".
    Constant { n: u64, at_most: bool },
    /// Any other sum; a constant in it is the product without symbols.
    Products(Arc<Vec<Product>>),
}

impl Default for Sum {
    fn default() -> Sum {
        Sum::constant(0)
    }
}

impl Sum {
    pub(super) const fn constant(n: u64) -> Sum {
        Sum::Constant { n, at_most: false }
    }

    pub(super) fn symbol(sym: SymId) -> Sum {
        Sum::Products(Arc::new(vec![Product { syms: vec![sym], factor: 1, at_most: false }]))
    }

    fn of(products: Vec<Product>) -> Sum {
        match products.as_slice() {
            [] => Sum::constant(0),
            [Product { syms, factor, at_most }] if syms.is_empty() => Sum::Constant { n: *factor, at_most: *at_most },
            _ => Sum::Products(Arc::new(products)),
        }
    }

    /// The products: symbols, factor, and whether it is at most so much.
    pub(super) fn products(&self) -> impl Iterator<Item = (&[SymId], u64, bool)> {
        let (constant, products) = match self {
            Sum::Constant { n, at_most } => (Some((&[][..], *n, *at_most)).filter(|_| *n > 0), &[][..]),
            Sum::Products(products) => (None, products.as_slice()),
        };
        constant.into_iter().chain(products.iter().map(|p| (p.syms.as_slice(), p.factor, p.at_most)))
    }

    /// Whether it holds what could be one product as several.
    fn repeats(&self) -> bool {
        match self {
            Sum::Constant { .. } => false,
            Sum::Products(all) => all.windows(2).any(|w| w[0].syms == w[1].syms && w[0].at_most == w[1].at_most),
        }
    }

    fn to_products(&self) -> Vec<Product> {
        let all = self.products();
        all.map(|(syms, factor, at_most)| Product { syms: syms.to_vec(), factor, at_most }).collect()
    }

    pub(super) fn at_most(mut self) -> Sum {
        match &mut self {
            Sum::Constant { n, at_most } => *at_most |= *n > 0,
            Sum::Products(products) if products.iter().all(|p| p.at_most) => {}
            Sum::Products(products) => Arc::make_mut(products).iter_mut().for_each(|p| p.at_most = true),
        }
        self
    }

    /// The same where so much less of it is certain, if that is part of a constant that is.
    fn less(&self, least: u64) -> Option<Sum> {
        let mut products = self.to_products();
        let exact = |p: &&mut Product| !p.at_most;
        let [constant] = products.iter_mut().filter(exact).collect::<Vec<_>>().try_into().ok()?;
        if !constant.syms.is_empty() || constant.factor < least {
            return None;
        }
        let more = Sum::constant(least).at_most();
        constant.factor -= least;
        products.retain(|p| p.factor > 0);
        Some(Sum::of(products).add(&more))
    }

    pub(super) fn add(&self, other: &Sum) -> Sum {
        match (self, other) {
            (sum, Sum::Constant { n: 0, .. }) => return sum.clone(),
            (Sum::Constant { n: 0, .. }, sum) if !sum.repeats() => return sum.clone(),
            (Sum::Constant { n, at_most }, Sum::Constant { n: m, at_most: same }) if at_most == same => {
                return Sum::Constant { n: n.saturating_add(*m), at_most: *at_most };
            }
            _ => {}
        }
        let mut sum = self.to_products();
        add_products(&mut sum, other.products());
        Sum::of(sum)
    }

    pub(super) fn times(&self, other: &Sum) -> Sum {
        match (self, other) {
            (Sum::Constant { n: 0, .. }, _) | (_, Sum::Constant { n: 0, .. }) => return Sum::constant(0),
            (Sum::Constant { n, at_most }, Sum::Constant { n: m, at_most: or_less }) => {
                return Sum::Constant { n: n.saturating_mul(*m), at_most: *at_most || *or_less };
            }
            (Sum::Constant { n: 1, at_most: false }, sum) | (sum, Sum::Constant { n: 1, at_most: false })
                if !sum.repeats() =>
            {
                return sum.clone();
            }
            _ => {}
        }
        let mut sum = vec![];
        for (syms, factor, at_most) in self.products() {
            for (more, times, or_less) in other.products() {
                let mut all: Vec<SymId> = syms.iter().chain(more).copied().collect();
                all.sort_unstable();
                let product = (all.as_slice(), factor.saturating_mul(times), at_most || or_less);
                add_products(&mut sum, std::iter::once(product));
            }
        }
        Sum::of(sum)
    }

    /// Whether it depends on `sym`.
    pub(super) fn names(&self, sym: SymId) -> bool {
        match self {
            Sum::Constant { .. } => false,
            Sum::Products(all) => all.iter().any(|p| p.syms.contains(&sym)),
        }
    }

    /// The sum with `value` for `sym`.
    pub(super) fn with(&self, sym: SymId, value: &Sum) -> Sum {
        let mut sum = Sum::constant(0);
        for Product { syms, factor, at_most } in self.to_products() {
            let (same, rest): (Vec<SymId>, Vec<SymId>) = syms.into_iter().partition(|s| *s == sym);
            let rest = Sum::of(vec![Product { syms: rest, factor, at_most }]);
            sum = sum.add(&same.iter().fold(rest, |product, _| product.times(value)));
        }
        sum
    }

    /// A sum at least as large as both.
    pub(super) fn join(&self, other: &Sum) -> Sum {
        if self == other {
            return self.clone();
        }
        match (self, other) {
            (Sum::Constant { n, at_most }, Sum::Constant { n: m, at_most: or_less }) => {
                return Sum::Constant { n: *n.max(m), at_most: n != m || *at_most || *or_less };
            }
            (Sum::Constant { n: 0, .. }, Sum::Products(all)) | (Sum::Products(all), Sum::Constant { n: 0, .. })
                if !all.windows(2).any(|w| w[0].syms == w[1].syms) =>
            {
                return Sum::Products(all.clone()).at_most();
            }
            _ => {}
        }
        let total = |sum: &Sum, syms: &[SymId]| {
            let same = sum.products().filter(|(s, ..)| *s == syms);
            same.fold((0u64, false), |(n, m), (_, factor, at_most)| (n.saturating_add(factor), m || at_most))
        };
        let mut sum: Vec<Product> = vec![];
        for (syms, ..) in self.products().chain(other.products()) {
            if sum.iter().any(|q| q.syms == syms) {
                continue;
            }
            let ((a, am), (b, bm)) = (total(self, syms), total(other, syms));
            sum.push(Product { syms: syms.to_vec(), factor: a.max(b), at_most: a != b || am || bm });
        }
        sum.sort_by(|a, b| (a.syms.len(), &a.syms).cmp(&(b.syms.len(), &b.syms)));
        Sum::of(sum)
    }

    /// What is left of a long sum whose value is at most `high`.
    fn shortened(self, high: Option<u64>) -> Sum {
        match high {
            _ if !self.is_long() => self,
            Some(high) => Sum::constant(high).at_most(),
            None => {
                // The simple terms help a reader; the others are any number.
                let simple = |most: usize| self.to_products().into_iter().filter(move |p| p.syms.len() <= most);
                let few = if simple(1).count() < MOST_TERMS { 1 } else { 0 };
                Sum::of(simple(few).collect()).add(&Sum::symbol(0))
            }
        }
    }

    /// Whether it has become too long to help a reader.
    pub(super) fn is_long(&self) -> bool {
        match self {
            Sum::Constant { .. } => false,
            Sum::Products(all) => all.len() > MOST_TERMS || all.iter().any(|p| p.syms.len() > 4),
        }
    }
}

/// Adds products to a sum, term by term.
fn add_products<'p>(sum: &mut Vec<Product>, more: impl Iterator<Item = (&'p [SymId], u64, bool)>) {
    for (syms, factor, at_most) in more {
        match sum.iter_mut().find(|q| q.syms == syms && q.at_most == at_most) {
            Some(q) => q.factor = q.factor.saturating_add(factor),
            None => sum.push(Product { syms: syms.to_vec(), factor, at_most }),
        }
    }
    sum.sort_by(|a, b| (a.syms.len(), &a.syms, a.at_most).cmp(&(b.syms.len(), &b.syms, b.at_most)));
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
    pub(super) const fn exactly(n: u64) -> Tally {
        Tally { low: n, high: Some(n), sum: Sum::constant(n), whys: Whys::None }
    }

    pub(super) const fn zero() -> Tally {
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

    /// So often in all of `trips` rounds, where `share` stands for a number that is another one in each round, and `total` for all of
    /// them together. `None` where it does not depend on it.
    pub(super) fn shared(&self, trips: &Tally, share: SymId, total: &Tally) -> Option<Tally> {
        if !self.sum.names(share) {
            return None;
        }
        let plain = self.times(trips);
        let some_rounds = trips.sum.products().any(|(.., at_most)| at_most);
        let mut sum = Sum::constant(0);
        let mut high = Some(0u64);
        let mut whys = self.whys.union(&total.whys);
        for Product { syms, factor, at_most } in self.sum.to_products() {
            let shares = syms.iter().filter(|s| **s == share).count();
            let rest: Vec<SymId> = syms.into_iter().filter(|s| *s != share).collect();
            let (all, times) = if shares == 1 { (total, 1) } else { (trips, shares) };
            if shares != 1 {
                whys = whys.union(&trips.whys);
            }
            let known = rest.is_empty() && times <= 1 && (shares == 1 || shares == 0);
            let most = all.high.filter(|_| known).map(|most| most.saturating_mul(factor));
            high = high.zip(most).map(|(a, b)| a.saturating_add(b));
            let at_most = at_most || some_rounds && shares == 1;
            let mut product = Sum::of(vec![Product { syms: rest, factor, at_most }]).times(&all.sum);
            for _ in 1..=shares.saturating_sub(1) {
                product = product.times(&total.sum);
            }
            sum = sum.add(&product);
        }
        let high = match (plain.high, high) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let low = high.map_or(plain.low, |high| plain.low.min(high));
        Some(Tally { low, high, sum: sum.shortened(high), whys })
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

    /// The same, of a sum of which so much is certain as is left of its constant part.
    pub(super) fn less(&self, least: u64, why: Option<WhyId>) -> Tally {
        let low = self.low.saturating_sub(least);
        let less = self.down_to(low, why);
        Tally { sum: self.sum.less(least).unwrap_or(less.sum), ..less }
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
        assert_eq!(joined.products().map(|(.., at_most)| at_most).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!(three.times(&Sum::default()), Sum::default(), "three times nothing");
    }

    #[test]
    fn a_long_sum_keeps_its_simple_terms() {
        let product = |a, b| Sum::symbol(a).times(&Sum::symbol(b));
        let simple = Sum::constant(2).add(&Sum::symbol(1)).add(&Sum::symbol(2));
        let long = (3..20).fold(simple.clone(), |sum, n| sum.add(&product(n, n + 1)));
        assert!(long.is_long());
        assert_eq!(long.clone().shortened(None), Sum::symbol(0).add(&simple));
        assert_eq!(long.shortened(Some(9)), Sum::constant(9).at_most());
    }

    #[test]
    fn a_count_of_nothing_repeated_for_ever_is_nothing() {
        let forever = Tally { high: None, ..Tally::zero() };
        assert_eq!(Tally::zero().times(&forever), Tally::zero());
        assert_eq!(Tally::exactly(2).max(&Tally::exactly(5)), Tally::exactly(5));
    }
}
