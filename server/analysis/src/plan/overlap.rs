//! Work that runs while the script goes on: a promise nobody has awaited yet.
//!
//! An async function is followed to its end where it is called. That is the truth only if, until somebody awaits it, nobody else touches
//! what it touches. Where somebody does, the place is remembered as torn, and the script is interpreted anew with that place open:
//! reading it can then give anything.
//!
//! One pattern is let through: activations of the same function that add to a shared place in single steps (`found.push(x)`, `done++`, with
//! no `await` between looking and writing). Whichever comes first, it has been added to as often in the end. What they take from a place
//! (`next++`, `queue.shift()`), or see of a number, decides what each of them does: see [`pools`](super::pools).
//!
//! Where work does no more than set elements (`results[i] = await …`), whichever comes last, the place holds some of what was set, so it is
//! enough that such writes add to what it can be.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    contents::{Content, Unawaited},
    interp::Interp,
    val::Addr,
};

/// How many places are remembered as just looked at.
pub(super) const RECENT: usize = 64;
/// No place, at no time.
pub(super) const NOWHERE: (Addr, u32) = (Addr::MAX, 0);

/// What unawaited work did to one place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Access {
    wrote: bool,
    /// It looked without taking, and then waited; or it wrote more than it looked at.
    torn: bool,
    /// It took something away: what the others find depends on who came first.
    took: bool,
    /// It set elements.
    set: bool,
    /// It did something else.
    used: bool,
    /// It saw what the place held, and did not only add to it.
    saw: bool,
    looked: bool,
    looked_at: u32,
}

/// Everything an activation did to places older than itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Touched {
    /// The function; [`u32::MAX`] where it is none, or several.
    node: u32,
    places: Arc<[(Addr, Access)]>,
}

impl Touched {
    pub(super) fn nothing() -> Touched {
        Touched { node: u32::MAX, places: Arc::default() }
    }

    /// Whether it touched a place.
    pub(super) fn is_at(&self, addr: Addr) -> bool {
        self.of(addr).is_some()
    }

    fn of(&self, addr: Addr) -> Option<&Access> {
        // Most of what is looked at is younger than all of them.
        if addr < self.places.first()?.0 || addr > self.places.last()?.0 {
            return None;
        }
        self.places.binary_search_by_key(&addr, |(a, _)| *a).ok().map(|i| &self.places[i].1)
    }

    /// What both did.
    pub(super) fn and(&self, other: &Touched) -> Touched {
        if other.places.is_empty() || self == other {
            return self.clone();
        }
        if self.places.is_empty() {
            return other.clone();
        }
        let mut places: Vec<(Addr, Access)> = Vec::with_capacity(self.places.len() + other.places.len());
        let mut own = self.places.iter().copied().peekable();
        for (addr, access) in other.places.iter() {
            places.extend(std::iter::from_fn(|| own.next_if(|(a, _)| a < addr)));
            let (_, mut both) = own.next_if(|(a, _)| a == addr).unwrap_or_default();
            both.wrote |= access.wrote;
            both.torn |= access.torn;
            both.took |= access.took;
            both.set |= access.set;
            both.used |= access.used;
            both.saw |= access.saw;
            places.push((*addr, both));
        }
        places.extend(own);
        let node = if self.node == other.node { self.node } else { u32::MAX };
        Touched { node, places: places.into() }
    }
}

/// Places that overlapping work gets in the way of: what made them, in which chain of calls.
#[derive(Debug, Default)]
pub(super) struct Tears {
    /// Reading them can give anything.
    pub(super) torn: FxHashSet<(u32, u32)>,
    /// Writes add to what they can be.
    pub(super) set: FxHashSet<(u32, u32)>,
}

impl Tears {
    pub(super) fn count(&self) -> usize {
        self.torn.len() + self.set.len()
    }

    pub(super) fn extend(&mut self, more: Tears) {
        self.torn.extend(more.torn);
        self.set.extend(more.set);
    }
}

/// An activation that is being followed.
#[derive(Debug)]
pub(super) struct Activation {
    node: u32,
    born: Addr,
    /// What there was to take when it began.
    to_take: Vec<(Addr, Content)>,
    /// How often it has waited.
    epoch: u32,
    places: FxHashMap<Addr, Access>,
}

impl Interp<'_> {
    /// Begins to note what deferred work touches.
    pub(super) fn begin_deferred(&mut self, node: u32) {
        self.heap.moment += 1;
        let born = self.heap.len();
        let to_take = self.to_take();
        self.activations.push(Activation { node, born, to_take, epoch: 0, places: FxHashMap::default() });
        if node == u32::MAX {
            // It begins later, when others have gone on.
            self.others_take();
        }
    }

    pub(super) fn end_deferred(&mut self) -> Touched {
        self.heap.moment += 1;
        let Some(activation) = self.activations.pop() else {
            return Touched::nothing();
        };
        self.taken_since(activation.to_take);
        let mut places: Vec<(Addr, Access)> = activation.places.into_iter().collect();
        for (_, access) in &mut places {
            access.torn |= access.looked && access.looked_at < activation.epoch;
        }
        places.sort_by_key(|(a, _)| *a);
        // What it did not do in single steps, it did while its like were doing the same.
        let waiting = self.waiting();
        for (addr, access) in places.iter().filter(|(_, a)| a.torn) {
            for other in waiting.iter().filter(|u| u.touched.node == activation.node) {
                if other.touched.of(*addr).is_some_and(|o| o.wrote || access.wrote) {
                    self.torn(*addr);
                }
            }
        }
        Touched { node: activation.node, places: places.into() }
    }

    /// The work being followed waits for something.
    pub(super) fn note_wait(&mut self) {
        self.heap.moment += 1;
        self.activations.iter_mut().for_each(|a| a.epoch += 1);
        self.forget_while_waiting();
        self.others_take();
    }

    /// Notes that a place is looked at.
    pub(super) fn looks(&mut self, addr: Addr) {
        // Looking twice at a time when nothing has happened in between says nothing new.
        let now = (addr, self.heap.moment);
        let last = &mut self.looked_at[addr as usize % RECENT];
        if std::mem::replace(last, now) == now {
            return;
        }
        for activation in self.activations.iter_mut().filter(|a| addr < a.born) {
            let access = activation.places.entry(addr).or_default();
            access.torn |= access.set || access.looked && access.looked_at != activation.epoch;
            access.used = true;
            (access.looked, access.looked_at) = (true, activation.epoch);
        }
        if self.has_waiting() {
            self.check_overlap(addr, false);
        }
    }

    /// Notes that somebody sees what a place holds: of a number, how far others have moved it.
    pub(super) fn sees(&mut self, addr: Addr) {
        if self.is_number(addr) {
            for activation in self.activations.iter_mut().filter(|a| addr < a.born) {
                activation.places.entry(addr).or_default().saw = true;
            }
            if self.has_waiting() && self.waiting().iter().any(|u| u.touched.of(addr).is_some_and(|other| other.wrote))
            {
                self.torn(addr);
            }
        }
        self.looks(addr);
    }

    fn is_number(&self, addr: Addr) -> bool {
        matches!(self.heap.get(addr), Content::Var(v) if v.num.is_some() && v.refs.is_empty())
    }

    /// Notes that a place is written.
    pub(super) fn writes(&mut self, addr: Addr) {
        self.looked_at[addr as usize % RECENT] = NOWHERE;
        for activation in self.activations.iter_mut().filter(|a| addr < a.born) {
            let access = activation.places.entry(addr).or_default();
            (access.wrote, access.used) = (true, true);
            // Written without looking, or after waiting: not one step.
            access.torn |= !access.looked || access.looked_at != activation.epoch;
            access.looked = false;
        }
        if self.has_waiting() {
            self.check_overlap(addr, true);
        }
    }

    /// Notes that an element of a list or an object is set.
    pub(super) fn sets(&mut self, addr: Addr) {
        let looked_before = |a: &Activation| a.places.get(&addr).is_some_and(|access| access.used);
        if self.activations.iter().any(|a| addr < a.born && looked_before(a)) {
            return self.writes(addr);
        }
        self.looked_at[addr as usize % RECENT] = NOWHERE;
        for activation in self.activations.iter_mut().filter(|a| addr < a.born) {
            let access = activation.places.entry(addr).or_default();
            (access.wrote, access.set) = (true, true);
        }
        if self.has_waiting() {
            let waiting = self.waiting();
            let others = || waiting.iter().filter_map(|u| u.touched.of(addr));
            if others().any(|other| other.used) {
                self.torn(addr);
            } else if others().next().is_some() {
                self.set_together(addr);
            }
        }
    }

    /// Notes that something is taken from a place.
    pub(super) fn note_taken(&mut self, addr: Addr) {
        self.heap.slots[addr as usize].taken = true;
        for activation in self.activations.iter_mut().filter(|a| addr < a.born) {
            activation.places.entry(addr).or_default().took = true;
        }
        if self.has_waiting() && self.waiting().iter().any(|u| u.touched.is_at(addr)) {
            self.torn(addr);
        }
    }

    fn has_waiting(&self) -> bool {
        match self.heap.get(self.pending) {
            Content::Pending(list) => !list.is_empty(),
            _ => false,
        }
    }

    fn check_overlap(&mut self, addr: Addr, writes: bool) {
        let node = self.activations.last().map(|a| a.node);
        let is_number = writes && self.is_number(addr);
        let waiting = self.waiting();
        let clash = waiting.iter().any(|u| match u.touched.of(addr) {
            Some(other) => {
                (writes || other.wrote)
                    && (other.torn
                        || other.took
                        || other.saw && is_number
                        || other.set
                        || node.is_none_or(|n| n == u32::MAX || n != u.touched.node))
            }
            None => false,
        });
        if clash {
            self.torn(addr);
        }
    }

    /// Work of many iterations waits at once: its like come in its way, but for what each iteration has of its own, born at `born` or later.
    pub(super) fn check_siblings(&mut self, work: &Unawaited, born: Addr) {
        for (addr, access) in work.touched.places.iter().filter(|(addr, _)| *addr < born) {
            if (access.torn || access.took || access.saw && self.is_number(*addr)) && access.wrote {
                self.torn(*addr);
            } else if access.set && !access.used {
                self.set_together(*addr);
            } else if access.set {
                self.torn(*addr);
            }
        }
    }

    pub(super) fn torn(&mut self, addr: Addr) {
        let slot = &self.heap.slots[addr as usize];
        if !slot.open && !slot.pooled && addr != self.phase && addr != self.pending {
            self.tears.torn.insert((slot.site, slot.context));
        }
    }

    /// Several set elements of it at times that are not known.
    fn set_together(&mut self, addr: Addr) {
        let slot = &self.heap.slots[addr as usize];
        if !slot.open && !slot.shared {
            self.tears.set.insert((slot.site, slot.context));
        }
    }
}
