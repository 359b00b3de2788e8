//! What a stretch of the script does: how many agents it starts where, how many at once, how many one after another.

use std::collections::{BTreeMap, btree_map::Entry};

use super::sum::{Tally, WhyId, Whys};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    /// Agents of the run.
    Total,
    /// Calls of an `agent(…)` site.
    Call(u32),
    /// Agents in a phase.
    Phase(u32),
    /// Agents the items of a combinator site start.
    Items(u32),
    /// Calls of a combinator site.
    Fanout(u32),
    /// Calls of a `workflow(…)` site.
    Workflow(u32),
    /// Agents that the workflows called at a `workflow(…)` site start.
    Nested(u32),
    /// Agents in a phase of a nested workflow.
    Group(u32),
}

/// Counts, and the shape of the work in time.
#[derive(Clone, Debug, Default)]
pub(super) struct Effects {
    /// What is missing is zero.
    pub(super) counts: BTreeMap<Key, Tally>,
    /// Agents one after another.
    pub(super) path: Tally,
    /// Most agents in flight at once.
    pub(super) peak: Tally,
    /// Agents that may still be in flight at the end.
    pub(super) hold: Tally,
}

impl Effects {
    pub(super) fn none() -> Effects {
        Effects::default()
    }

    pub(super) fn get(&self, key: Key) -> Tally {
        self.counts.get(&key).cloned().unwrap_or_default()
    }

    /// How much of it is certain.
    pub(super) fn low(&self, key: Key) -> u64 {
        self.counts.get(&key).map_or(0, |n| n.low)
    }

    pub(super) fn add(&mut self, key: Key, n: &Tally) {
        if n.is_zero() {
            return;
        }
        match self.counts.entry(key) {
            Entry::Occupied(mut known) => *known.get_mut() = known.get().add(n),
            Entry::Vacant(free) => {
                free.insert(n.clone());
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.path.is_zero() && self.peak.is_zero() && self.hold.is_zero()
    }

    /// Then does `next`.
    pub(super) fn then(&mut self, next: &Effects) {
        if next.is_empty() {
            return;
        }
        if self.is_empty() {
            *self = next.clone();
            return;
        }
        next.counts.iter().for_each(|(k, n)| self.add(*k, n));
        self.path = self.path.add(&next.path);
        self.peak =
            if self.hold.is_zero() { self.peak.max(&next.peak) } else { self.peak.max(&self.hold.add(&next.peak)) };
        self.hold = self.hold.add(&next.hold);
    }

    /// Does the one or the other.
    pub(super) fn join(&self, other: &Effects) -> Effects {
        Effects {
            counts: merge(&self.counts, &other.counts, |a, b| a.join(b)),
            path: self.path.join(&other.path),
            peak: self.peak.join(&other.peak),
            hold: self.hold.join(&other.hold),
        }
    }

    /// Gives `why` as the reason of every count that is not exact and has none.
    pub(super) fn explain(&mut self, why: WhyId) {
        let shape = [&mut self.path, &mut self.peak, &mut self.hold];
        for n in self.counts.values_mut().chain(shape) {
            if n.high != Some(n.low) && n.whys.first().is_none() {
                n.whys = Whys::one(why);
            }
        }
    }

    /// Does it `trips` times, one after another.
    pub(super) fn times(&self, trips: &Tally) -> Effects {
        if self.is_empty() || trips.is_zero() {
            return Effects::none();
        }
        let once = trips.low >= 1;
        let some = |n: &Tally| if once { n.clone() } else { n.down_to(0, trips.whys.first()) };
        let hold = self.hold.times(trips);
        Effects {
            counts: self.counts.iter().map(|(k, n)| (*k, n.times(trips))).collect(),
            path: self.path.times(trips),
            peak: if hold.is_zero() { some(&self.peak) } else { some(&self.peak).max(&hold) },
            hold,
        }
    }

    /// Does it `width` times, all at once.
    pub(super) fn at_once(&self, width: &Tally) -> Effects {
        if self.is_empty() || width.is_zero() {
            return Effects::none();
        }
        let once = width.low >= 1;
        let path = if once { self.path.clone() } else { self.path.down_to(0, width.whys.first()) };
        Effects { path, peak: self.peak.times(width), hold: self.hold.times(width), ..self.times(width) }
    }

    /// May stop anywhere: nothing is certain any more.
    pub(super) fn maybe(&self, why: Option<WhyId>) -> Effects {
        self.stopped_at(&Effects::none(), why)
    }

    /// May stop where only `done` had happened.
    pub(super) fn stopped_at(&self, done: &Effects, why: Option<WhyId>) -> Effects {
        let counts = self.counts.iter().map(|(k, n)| (*k, n.down_to(done.low(*k), why)));
        Effects {
            counts: counts.collect(),
            path: self.path.down_to(done.path.low, why),
            peak: self.peak.down_to(done.peak.low, why),
            hold: self.hold.clone(),
        }
    }

    /// The same most, with the least of `sure`.
    pub(super) fn raised_from(&self, sure: &Effects) -> Effects {
        let raise = |n: &Tally, low: u64| Tally { low, ..n.clone() };
        Effects {
            counts: self
                .counts
                .iter()
                .map(|(k, n)| (*k, if *n == sure.get(*k) { n.clone() } else { raise(n, sure.low(*k)) }))
                .collect(),
            path: raise(&self.path, sure.path.low),
            peak: raise(&self.peak, sure.peak.low),
            hold: self.hold.clone(),
        }
    }

    /// The same without what may not happen at all.
    pub(super) fn only_certain(mut self) -> Effects {
        self.counts.retain(|_, n| n.low > 0);
        self
    }

    /// The same without its counts.
    pub(super) fn shape(&self) -> Effects {
        let Effects { counts: _, path, peak, hold } = self;
        Effects { counts: BTreeMap::new(), path: path.clone(), peak: peak.clone(), hold: hold.clone() }
    }

    /// Whether it is certain to start anything.
    pub(super) fn is_certain(&self) -> bool {
        self.counts.values().any(|n| n.low > 0) || self.path.low > 0 || self.peak.low > 0
    }

    /// What it is certain to count.
    pub(super) fn certain(&self) -> Vec<(Key, u64)> {
        self.counts.iter().filter(|(_, n)| n.low > 0).map(|(k, n)| (*k, n.low)).collect()
    }
}

fn merge(
    a: &BTreeMap<Key, Tally>,
    b: &BTreeMap<Key, Tally>,
    op: impl Fn(&Tally, &Tally) -> Tally,
) -> BTreeMap<Key, Tally> {
    let zero = Tally::zero();
    let both = a.iter().map(|(k, n)| (*k, op(n, b.get(k).unwrap_or(&zero))));
    let rest = b.iter().filter(|(k, _)| !a.contains_key(k)).map(|(k, m)| (*k, op(&zero, m)));
    both.chain(rest).collect()
}
