//! What a stretch of the script does: how many agents it starts where, how many at once, how many one after another.

use std::ops::{Deref, DerefMut};

use super::{
    pools::Pool,
    sum::{Tally, WhyId, Whys},
    val::Addr,
};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

impl Key {
    /// By place: what a script counts further down comes later.
    fn order(self) -> (u32, u8) {
        match self {
            Key::Total => (0, 0),
            Key::Phase(n) => (n, 1),
            Key::Call(at) => (at, 2),
            Key::Items(at) => (at, 3),
            Key::Fanout(at) => (at, 4),
            Key::Workflow(at) => (at, 5),
            Key::Nested(at) => (at, 6),
            Key::Group(n) => (n, 7),
        }
    }
}

/// Counts by what is counted, in its order; what is missing is zero.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts(Vec<(Key, Tally)>);

impl Counts {
    pub(super) fn get(&self, key: Key) -> Option<&Tally> {
        find(&self.0, key).ok().map(|i| &self.0[i].1)
    }

    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut Tally> {
        find(&self.0, key).ok().map(|i| &mut self.0[i].1)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Key, &Tally)> {
        self.0.iter().map(|(k, n)| (*k, n))
    }

    fn add(&mut self, key: Key, n: &Tally) {
        match find(&self.0, key) {
            Ok(i) => self.0[i].1 = self.0[i].1.add(n),
            Err(i) => self.0.insert(i, (key, n.clone())),
        }
    }

    fn map(&self, mut f: impl FnMut(Key, &Tally) -> Tally) -> Counts {
        Counts(self.0.iter().map(|(k, n)| (*k, f(*k, n))).collect())
    }

    fn merge(&self, other: &Counts, op: impl Fn(&Tally, &Tally) -> Tally) -> Counts {
        let zero = Tally::zero();
        let mut all = Vec::with_capacity(self.0.len().max(other.0.len()));
        let mut others = other.0.iter().peekable();
        for (key, n) in &self.0 {
            while let Some((k, m)) = others.next_if(|(k, _)| k.order() < key.order()) {
                all.push((*k, op(&zero, m)));
            }
            let same = others.next_if(|(k, _)| k == key);
            all.push((*key, op(n, same.map_or(&zero, |(_, m)| m))));
        }
        all.extend(others.map(|(k, m)| (*k, op(&zero, m))));
        Counts(all)
    }
}

fn find(counts: &[(Key, Tally)], key: Key) -> Result<usize, usize> {
    match counts.last() {
        Some((last, _)) if last.order() < key.order() => Err(counts.len()),
        _ => counts.binary_search_by_key(&key.order(), |(k, _)| k.order()),
    }
}

/// What is done. Most stretches do nothing that counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Effects(Option<Box<Work>>);

/// Counts, and the shape of the work in time.
#[derive(Clone, Debug, Default)]
pub(super) struct Work {
    pub(super) counts: Counts,
    /// Agents one after another.
    pub(super) path: Tally,
    /// Most agents in flight at once.
    pub(super) peak: Tally,
    /// Agents that may still be in flight at the end.
    pub(super) hold: Tally,
    /// What one round does of those that take from one place, however many they are.
    pools: Vec<(Pool, Counts)>,
}

const ZERO: Tally = Tally::zero();
static NOTHING: Work = Work { counts: Counts(vec![]), path: ZERO, peak: ZERO, hold: ZERO, pools: vec![] };

impl Deref for Effects {
    type Target = Work;

    fn deref(&self) -> &Work {
        self.0.as_deref().unwrap_or(&NOTHING)
    }
}

impl DerefMut for Effects {
    fn deref_mut(&mut self) -> &mut Work {
        self.0.get_or_insert_default()
    }
}

impl From<Work> for Effects {
    fn from(work: Work) -> Effects {
        Effects(Some(Box::new(work)))
    }
}

impl Effects {
    pub(super) fn none() -> Effects {
        Effects::default()
    }

    /// Work that counts nothing.
    pub(super) fn shaped(path: Tally, peak: Tally) -> Effects {
        Work { path, peak, ..Work::default() }.into()
    }

    pub(super) fn get(&self, key: Key) -> Tally {
        self.counts.get(key).cloned().unwrap_or_default()
    }

    /// How much of it is certain.
    pub(super) fn low(&self, key: Key) -> u64 {
        self.counts.get(key).map_or(0, |n| n.low)
    }

    pub(super) fn add(&mut self, key: Key, n: &Tally) {
        if n.is_zero() {
            return;
        }
        self.counts.add(key, n);
    }

    pub(super) fn is_empty(&self) -> bool {
        let shapeless = |w: &Work| w.path.is_zero() && w.peak.is_zero() && w.hold.is_zero();
        self.0.as_deref().is_none_or(|w| w.counts.0.is_empty() && w.pools.is_empty() && shapeless(w))
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
        self.go_on(next);
    }

    /// The same, taking `next`.
    pub(super) fn then_all(&mut self, next: Effects) {
        if self.is_empty() {
            if !next.is_empty() {
                *self = next;
            }
        } else if !next.is_empty() {
            self.go_on(&next);
        }
    }

    fn go_on(&mut self, next: &Effects) {
        next.counts.iter().for_each(|(k, n)| self.add(k, n));
        let Work { path, peak, hold, .. } = &mut **self;
        *path = path.add(&next.path);
        *peak = if hold.is_zero() { peak.max(&next.peak) } else { peak.max(&hold.add(&next.peak)) };
        *hold = hold.add(&next.hold);
        if !next.pools.is_empty() {
            self.pools = pools_of(&self.pools, &next.pools, Pool::then);
        }
    }

    /// Does the one or the other.
    pub(super) fn join(&self, other: &Effects) -> Effects {
        if self.0.is_none() && other.0.is_none() {
            return Effects::none();
        }
        let work = Work {
            counts: self.counts.merge(&other.counts, |a, b| a.join(b)),
            path: self.path.join(&other.path),
            peak: self.peak.join(&other.peak),
            hold: self.hold.join(&other.hold),
            pools: self.pools_of_either(other),
        };
        work.into()
    }

    /// Gives `why` as the reason of every count that is not exact and has none.
    pub(super) fn explain(&mut self, why: WhyId) {
        let Some(Work { counts, path, peak, hold, pools: _ }) = self.0.as_deref_mut() else { return };
        for n in counts.0.iter_mut().map(|(_, n)| n).chain([path, peak, hold]) {
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
        if !self.pools.is_empty() {
            return self.clone().added_up(0).times(trips);
        }
        let once = trips.low >= 1;
        let some = |n: &Tally| if once { n.clone() } else { n.down_to(0, trips.whys.first()) };
        let hold = self.hold.times(trips);
        let work = Work {
            counts: self.counts.map(|_, n| n.times(trips)),
            path: self.path.times(trips),
            peak: if hold.is_zero() { some(&self.peak) } else { some(&self.peak).max(&hold) },
            hold,
            pools: vec![],
        };
        work.into()
    }

    /// Does it `width` times, all at once.
    pub(super) fn at_once(&self, width: &Tally) -> Effects {
        if self.is_empty() || width.is_zero() {
            return Effects::none();
        }
        if !self.pools.is_empty() {
            return self.clone().added_up(0).at_once(width);
        }
        let once = width.low >= 1;
        let path = if once { self.path.clone() } else { self.path.down_to(0, width.whys.first()) };
        let (peak, hold) = (self.peak.times(width), self.hold.times(width));
        Work { counts: self.counts.map(|_, n| n.times(width)), path, peak, hold, pools: vec![] }.into()
    }

    /// May stop anywhere: nothing is certain any more.
    pub(super) fn maybe(&self, why: Option<WhyId>) -> Effects {
        self.stopped_at(&Effects::none(), why)
    }

    /// May stop where only `done` had happened.
    pub(super) fn stopped_at(&self, done: &Effects, why: Option<WhyId>) -> Effects {
        if self.0.is_none() {
            return Effects::none();
        }
        let work = Work {
            counts: self.counts.map(|k, n| n.down_to(done.low(k), why)),
            path: self.path.down_to(done.path.low, why),
            peak: self.peak.down_to(done.peak.low, why),
            hold: self.hold.clone(),
            pools: self.pools.clone(),
        };
        Effects::from(work).not_emptied(|_| true)
    }

    /// The same most, with the least of `sure`.
    pub(super) fn raised_from(&self, sure: &Effects) -> Effects {
        let raise = |n: &Tally, low: u64| Tally { low, ..n.clone() };
        let work = Work {
            counts: self.counts.map(|k, n| if *n == sure.get(k) { n.clone() } else { raise(n, sure.low(k)) }),
            path: raise(&self.path, sure.path.low),
            peak: raise(&self.peak, sure.peak.low),
            hold: self.hold.clone(),
            pools: self.pools.clone(),
        };
        let mut all = Effects::from(work);
        for (pool, _) in all.0.iter_mut().flat_map(|work| &mut work.pools) {
            if let Some((own, _)) = sure.pools.iter().find(|(own, _)| own.key == pool.key) {
                (pool.emptied, pool.least) = (own.emptied, own.least);
            }
        }
        all
    }

    /// The same most, known that it has come to its end, having done what `ended` did.
    pub(super) fn once_ended(&self, ended: &Effects) -> Effects {
        let raise = |key: Key, n: &Tally| {
            let sure = ended.get(key);
            match sure.low > n.low {
                true if sure.high == n.high => sure,
                true => Tally { low: sure.low, ..n.clone() },
                false => n.clone(),
            }
        };
        self.0
            .as_deref()
            .map_or_else(Effects::none, |work| Work { counts: work.counts.map(raise), ..work.clone() }.into())
    }

    /// The same without so much of it being certain.
    pub(super) fn short_of(mut self, undone: &[(Key, u64)]) -> Effects {
        for (key, less) in undone {
            if let Some(n) = self.counts.get(*key).filter(|n| n.low > 0).cloned()
                && let Some(count) = self.counts.get_mut(*key)
            {
                *count = n.down_to(n.low.saturating_sub(*less), None);
            }
        }
        self.only_certain()
    }

    /// The same without what may not happen at all.
    pub(super) fn only_certain(mut self) -> Effects {
        if let Some(work) = self.0.as_deref_mut() {
            work.counts.0.retain(|(_, n)| n.low > 0);
        }
        self
    }

    /// The same without its counts.
    pub(super) fn shape(&self) -> Effects {
        let shape = |Work { path, peak, hold, .. }: &Work| Work {
            path: path.clone(),
            peak: peak.clone(),
            hold: hold.clone(),
            ..Work::default()
        };
        self.0.as_deref().map(shape).map_or_else(Effects::none, Effects::from)
    }

    /// Whether it is certain to start anything.
    pub(super) fn is_certain(&self) -> bool {
        self.counts.iter().any(|(_, n)| n.low > 0) || self.path.low > 0 || self.peak.low > 0
    }

    /// What it is certain to count.
    pub(super) fn certain(&self) -> Vec<(Key, u64)> {
        self.counts.iter().filter(|(_, n)| n.low > 0).map(|(k, n)| (k, n.low)).collect()
    }

    /// Does it `trips` times, each time taking something: there is only so much to take, whoever takes it.
    pub(super) fn taking(&self, trips: &Tally, pool: &Pool) -> Effects {
        let mut all = self.clone().added_up(0);
        let counts = match all.0.as_deref_mut() {
            Some(work) => std::mem::take(&mut work.counts),
            None => return Effects::none(),
        };
        let mut all = all.times(trips);
        if !trips.is_zero() && !counts.0.is_empty() {
            all.pools.push((pool.clone(), counts));
        }
        all
    }

    fn pools_of_either(&self, other: &Effects) -> Vec<(Pool, Counts)> {
        if self.pools.is_empty() && other.pools.is_empty() {
            return vec![];
        }
        let mut all = pools_of(&self.pools, &other.pools, Pool::and);
        let in_both = |key| [self, other].into_iter().all(|fx| fx.pools.iter().any(|(pool, _)| pool.key == key));
        all.iter_mut().for_each(|(pool, _)| pool.emptied &= in_both(pool.key));
        all
    }

    /// The same, where it is not certain of such places that nothing is left.
    pub(super) fn not_emptied(mut self, such: impl Fn(Addr) -> bool) -> Effects {
        if let Some(work) = self.0.as_deref_mut() {
            work.pools.iter_mut().for_each(|(pool, _)| pool.emptied &= !such(pool.key.0));
        }
        self
    }

    /// The same, where nobody takes any more from the places born at `born` and later.
    pub(super) fn added_up(mut self, born: Addr) -> Effects {
        let Some(work) = self.0.as_deref_mut().filter(|work| !work.pools.is_empty()) else { return self };
        let (older, done) = std::mem::take(&mut work.pools).into_iter().partition(|(pool, _)| pool.key.0 < born);
        work.pools = older;
        let done: Vec<(Pool, Counts)> = done;
        for (pool, once) in done {
            let rounds = pool.rounds();
            once.iter().for_each(|(key, n)| self.add(key, &n.times(&rounds)));
        }
        self
    }

    /// What is done beside what is taken from pools, and that.
    pub(super) fn parted(mut self) -> (Effects, Effects) {
        let pools = self.0.as_deref_mut().map(|work| std::mem::take(&mut work.pools)).unwrap_or_default();
        let pools = if pools.is_empty() { Effects::none() } else { Work { pools, ..Work::default() }.into() };
        (self, pools)
    }

    /// Counts the agents of all this once more, as those of the items of a combinator.
    pub(super) fn count_items(&mut self, at: u32) {
        let agents = self.get(Key::Total);
        self.add(Key::Items(at), &agents);
        if let Some(work) = self.0.as_deref_mut() {
            for (_, counts) in &mut work.pools {
                if let Some(agents) = counts.get(Key::Total).cloned() {
                    counts.add(Key::Items(at), &agents);
                }
            }
        }
    }
}

/// What is taken from the pools of both: from one of both, one round does what it does in the one or the other.
fn pools_of(a: &[(Pool, Counts)], b: &[(Pool, Counts)], both: impl Fn(&Pool, &Pool) -> Pool) -> Vec<(Pool, Counts)> {
    let mut all = a.to_vec();
    for (pool, counts) in b {
        match all.iter_mut().find(|(own, _)| own.key == pool.key) {
            Some((own, once)) => {
                *own = both(own, pool);
                *once = once.merge(counts, |a, b| a.join(b));
            }
            None => all.push((pool.clone(), counts.clone())),
        }
    }
    all
}
