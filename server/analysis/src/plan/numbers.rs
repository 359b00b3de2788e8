//! Abstract numbers: an interval, a symbolic bound, and the distance travelled since a loop's head.

use std::sync::Arc;

use super::sum::{Sum, SymId, Tally, WhyId, Whys};

/// A number as `base + lo ..= base + hi`, where `base` is what it was at the head of a loop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Since {
    pub(super) base: u32,
    pub(super) lo: f64,
    pub(super) hi: f64,
}

/// What is known of a number.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Num {
    pub(super) lo: f64,
    pub(super) hi: f64,
    pub(super) nan: bool,
    /// It is certain to be a whole number, if it is a finite one.
    pub(super) whole: bool,
    /// The number in symbols; above it where a term is "at most".
    pub(super) sum: Option<Arc<Sum>>,
    pub(super) since: Option<Since>,
    /// Why the bounds are apart.
    pub(super) whys: Whys,
}

impl Num {
    pub(super) fn exactly(n: f64) -> Num {
        Num { lo: n, hi: n, nan: n.is_nan(), whole: n.fract() == 0.0, sum: None, since: None, whys: Whys::default() }
            .tidy()
    }

    pub(super) fn between(lo: f64, hi: f64) -> Num {
        Num { lo, hi, nan: false, whole: false, sum: None, since: None, whys: Whys::default() }.tidy()
    }

    pub(super) fn any() -> Num {
        Num { nan: true, ..Num::between(f64::NEG_INFINITY, f64::INFINITY) }
    }

    /// A whole number within bounds.
    pub(super) fn count(lo: f64, hi: f64) -> Num {
        Num { whole: true, ..Num::between(lo, hi) }
    }

    /// A length the run decides, named `sym`.
    pub(super) fn length(lo: f64, hi: f64, sym: SymId, why: WhyId) -> Num {
        Num { sum: Some(Arc::new(Sum::symbol(sym))), whys: Whys::one(why), ..Num::count(lo, hi) }
    }

    fn tidy(mut self) -> Num {
        if self.lo.is_nan() || self.hi.is_nan() {
            (self.lo, self.hi, self.nan) = (f64::NEG_INFINITY, f64::INFINITY, true);
        }
        self
    }

    pub(super) fn because(mut self, why: WhyId) -> Num {
        self.whys = self.whys.union(&Whys::one(why));
        self
    }

    pub(super) fn is_exact(&self) -> bool {
        self.lo == self.hi && !self.nan
    }

    /// As a count, of a number that counts something.
    pub(super) fn tally(&self) -> Tally {
        let low = if self.lo.is_finite() { self.lo.max(0.0) as u64 } else { 0 };
        let high = (self.hi.is_finite() && !self.nan).then(|| self.hi.max(0.0) as u64);
        let low = high.map_or(low, |h| low.min(h));
        let sum = match (&self.sum, high) {
            _ if high == Some(low) => Sum::constant(low),
            (Some(sum), _) => (**sum).clone(),
            (None, Some(high)) => Sum::constant(high).at_most(),
            (None, None) => Sum::symbol(0),
        };
        Tally { low, high, sum, whys: if high == Some(low) { Whys::default() } else { self.whys.clone() } }
    }

    /// The same number without what ties it to symbols and loops.
    pub(super) fn plain(&self) -> Num {
        Num { sum: None, since: None, ..self.clone() }
    }

    fn symbols(&self) -> Option<Sum> {
        match &self.sum {
            Some(sum) => Some((**sum).clone()),
            None if self.is_exact() && self.lo >= 0.0 && self.lo.fract() == 0.0 => Some(Sum::constant(self.lo as u64)),
            None if self.hi >= 0.0 && self.hi.is_finite() => Some(Sum::constant(self.hi.ceil() as u64).at_most()),
            None => None,
        }
    }

    pub(super) fn add(&self, other: &Num) -> Num {
        let symbolic = self.sum.is_some() || other.sum.is_some();
        let sum = if symbolic { self.symbols().zip(other.symbols()).map(|(a, b)| Arc::new(a.add(&b))) } else { None };
        let since = match (self.since, other.since) {
            (Some(s), None) => Some(Since { base: s.base, lo: s.lo + other.lo, hi: s.hi + other.hi }),
            (None, Some(s)) => Some(Since { base: s.base, lo: s.lo + self.lo, hi: s.hi + self.hi }),
            _ => None,
        };
        let since = since.filter(|s| !s.lo.is_nan() && !s.hi.is_nan());
        Num {
            lo: self.lo + other.lo,
            hi: self.hi + other.hi,
            nan: self.nan
                || other.nan
                || (self.hi.is_infinite() && other.hi.is_infinite() && (self.lo < 0.0 || other.lo < 0.0)),
            whole: self.whole && other.whole,
            sum: sum.filter(|s| !s.is_long()),
            since,
            whys: self.whys.union(&other.whys),
        }
        .tidy()
    }

    pub(super) fn sub(&self, other: &Num) -> Num {
        let since = self.since.filter(|_| other.since.is_none());
        let since = since.map(|s| Since { base: s.base, lo: s.lo - other.hi, hi: s.hi - other.lo });
        // Both move together: how far they are apart stays.
        let apart = self.since.zip(other.since).filter(|(a, b)| a.base == b.base);
        let apart = apart.map(|(a, b)| (a.lo - b.hi, a.hi - b.lo)).filter(|(lo, hi)| !lo.is_nan() && !hi.is_nan());
        let (low, high) = apart.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        let unbounded =
            (self.hi.is_infinite() && other.hi.is_infinite()) || (self.lo.is_infinite() && other.lo.is_infinite());
        // Taking something off a sum leaves at most the sum.
        let sum = self.sum.as_ref().filter(|_| other.lo >= 0.0);
        let sum = sum.map(|s| if other.hi == 0.0 { s.clone() } else { Arc::new((**s).clone().at_most()) });
        Num {
            lo: (self.lo - other.hi).max(low),
            hi: (self.hi - other.lo).min(high),
            nan: self.nan || other.nan || unbounded && apart.is_none(),
            whole: self.whole && other.whole,
            sum,
            since: since.filter(|s| !s.lo.is_nan() && !s.hi.is_nan()),
            whys: self.whys.union(&other.whys),
        }
        .tidy()
    }

    /// Combines the four corners, for operations monotone in each argument.
    pub(super) fn corners(&self, other: &Num, op: impl Fn(f64, f64) -> f64) -> Num {
        let all = [op(self.lo, other.lo), op(self.lo, other.hi), op(self.hi, other.lo), op(self.hi, other.hi)];
        let nan = self.nan || other.nan || all.iter().any(|n| n.is_nan());
        let whys = self.whys.union(&other.whys);
        if all.iter().any(|n| n.is_nan()) {
            return Num { whys, ..Num::any() };
        }
        let lo = all.iter().copied().fold(f64::INFINITY, f64::min);
        let hi = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Num { nan, whys, ..Num::between(lo, hi) }
    }

    pub(super) fn mul(&self, other: &Num) -> Num {
        let product = |a: f64, b: f64| if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
        let mut num = self.corners(other, product);
        let unbounded = |n: &Num| n.lo.is_infinite() || n.hi.is_infinite();
        num.nan |= unbounded(self) || unbounded(other);
        num.whole = self.whole && other.whole;
        if self.lo >= 0.0 && other.lo >= 0.0 && (self.sum.is_some() || other.sum.is_some()) {
            let sum = self.symbols().zip(other.symbols()).map(|(a, b)| a.times(&b));
            num.sum = sum.filter(|s| !s.is_long()).map(Arc::new);
        }
        num
    }

    /// `Math.min`.
    pub(super) fn min(&self, other: &Num) -> Num {
        if !self.nan && !other.nan {
            if self.hi <= other.lo {
                return self.clone();
            }
            if other.hi <= self.lo {
                return other.clone();
            }
        }
        let tighter = if self.hi <= other.hi { self } else { other };
        Num {
            lo: self.lo.min(other.lo),
            hi: self.hi.min(other.hi),
            nan: self.nan || other.nan,
            whole: self.whole && other.whole,
            sum: tighter.symbols().map(|s| Arc::new(s.at_most())).filter(|_| tighter.hi >= 0.0),
            since: None,
            whys: self.whys.union(&other.whys),
        }
    }

    /// `Math.max`.
    pub(super) fn max(&self, other: &Num) -> Num {
        if !self.nan && !other.nan {
            if self.lo >= other.hi {
                return self.clone();
            }
            if other.lo >= self.hi {
                return other.clone();
            }
        }
        let sum = self.symbols().zip(other.symbols()).map(|(a, b)| Arc::new(a.join(&b)));
        Num {
            lo: self.lo.max(other.lo),
            hi: self.hi.max(other.hi),
            nan: self.nan || other.nan,
            whole: self.whole && other.whole,
            sum,
            since: None,
            whys: self.whys.union(&other.whys),
        }
    }

    /// Applies a monotone function such as `Math.ceil`.
    pub(super) fn monotone(&self, f: impl Fn(f64) -> f64) -> Num {
        let (lo, hi) = (f(self.lo), f(self.hi));
        let same = lo == self.lo && hi == self.hi;
        let whole = lo.fract() == 0.0 && hi.fract() == 0.0 && same && self.whole;
        Num {
            lo,
            hi,
            nan: self.nan,
            whole,
            sum: self.sum.clone().filter(|_| same),
            since: None,
            whys: self.whys.clone(),
        }
        .tidy()
    }

    /// As a place in a list: a whole number, and the first one for what is no number.
    pub(super) fn as_index(&self) -> Num {
        let mut index = if self.whole { self.clone() } else { self.rounded(f64::trunc) };
        if index.nan {
            index.nan = false;
            (index.lo, index.hi) = (index.lo.min(0.0), index.hi.max(0.0));
            index.sum = index.sum.map(|s| Arc::new((*s).clone().at_most()));
        }
        index
    }

    /// Rounded by a monotone `f`.
    pub(super) fn rounded(&self, f: impl Fn(f64) -> f64) -> Num {
        let sum = self.sum.clone().filter(|_| self.whole || self.lo.fract() != 0.0 || self.lo >= 0.0);
        Num { whole: true, sum, ..self.monotone(f) }
    }

    pub(super) fn join(&self, other: &Num) -> Num {
        if self == other {
            return self.clone();
        }
        let since = self.since.zip(other.since).filter(|(a, b)| a.base == b.base);
        let sum = if self.sum.is_some() || other.sum.is_some() {
            self.symbols().zip(other.symbols()).map(|(a, b)| Arc::new(a.join(&b)))
        } else {
            None
        };
        Num {
            lo: self.lo.min(other.lo),
            hi: self.hi.max(other.hi),
            nan: self.nan || other.nan,
            whole: self.whole && other.whole,
            sum: sum.filter(|s| !s.is_long()),
            since: since.map(|(a, b)| Since { base: a.base, lo: a.lo.min(b.lo), hi: a.hi.max(b.hi) }),
            whys: self.whys.union(&other.whys),
        }
    }

    pub(super) fn within(&self, other: &Num) -> bool {
        other.lo <= self.lo
            && self.hi <= other.hi
            && (!self.nan || other.nan)
            && (self.whole || !other.whole)
            && other.since.is_none_or(|o| self.since.is_some_and(|s| s.base == o.base && o.lo <= s.lo && s.hi <= o.hi))
            && (other.sum.is_none() || other.sum == self.sum || self.symbols().as_ref() == other.sum.as_deref())
    }

    pub(super) fn widen(&self, next: &Num) -> Num {
        let lo = match next.lo {
            n if n >= self.lo => self.lo,
            n if n >= 0.0 => 0.0,
            _ => f64::NEG_INFINITY,
        };
        let hi = if next.hi <= self.hi { self.hi } else { f64::INFINITY };
        let sum = self.sum.clone().filter(|s| next.sum.as_ref() == Some(s));
        let whole = self.whole && next.whole;
        Num { lo, hi, nan: self.nan || next.nan, whole, sum, since: None, whys: self.whys.union(&next.whys) }
    }
}
