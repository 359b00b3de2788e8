//! Work that several take from one place at the same time: `const i = next++`, `queue.shift()`.
//!
//! Who takes what is decided by the run, so each of them is followed as if the others had taken any part of it. That a place only ever
//! goes one way is known of the script as a whole: nobody takes twice what is there once, however many take, and so all rounds of a
//! loop that takes something in each are at most as many as there was to take.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{
    contents::{Arr, Content},
    counters::{Counter, Part, bound_of},
    effects::Effects,
    interp::Interp,
    numbers::Num,
    steady::{Steady, steady_places},
    sum::Tally,
    takings::{Taking, What},
    val::{Addr, Val},
};
use crate::text::Span;

/// All rounds that take from one place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pool {
    /// The place, and where the loop is.
    pub(super) key: (Addr, u32),
    pub(super) steady: Steady,
    /// Where what is taken begins at the earliest.
    pub(super) from: f64,
    /// Where it ends.
    pub(super) end: Num,
    /// How many are certain to be taken if somebody takes to the end, one at a time.
    pub(super) least: u64,
    /// Whether somebody is certain to.
    pub(super) emptied: bool,
}

impl Pool {
    /// How many rounds there are in all.
    pub(super) fn rounds(&self) -> Tally {
        let most = self.end.sub(&Num::exactly(self.from)).tally();
        match self.emptied {
            true if most.high == Some(self.least) => Tally::exactly(self.least),
            true => Tally { low: self.least.min(most.high.unwrap_or(u64::MAX)), ..most },
            false => Tally { low: 0, sum: most.sum.at_most(), ..most },
        }
    }

    /// How many rounds one of those who take has.
    pub(super) fn rounds_of_one(&self) -> Tally {
        Pool { emptied: false, ..self.clone() }.rounds()
    }

    /// What both take in all.
    pub(super) fn and(&self, other: &Pool) -> Pool {
        Pool {
            from: self.from.min(other.from),
            end: self.end.join(&other.end),
            least: self.least.min(other.least),
            emptied: self.emptied && other.emptied,
            ..self.clone()
        }
    }

    /// What both take in all, where `next` begins after this.
    pub(super) fn then(&self, next: &Pool) -> Pool {
        let end = match self.steady {
            // There was never more than at first.
            Steady::Shrinks if next.end.hi <= self.end.hi => self.end.clone(),
            _ => self.end.join(&next.end),
        };
        let sure = |pool: &Pool| if pool.emptied { pool.least } else { 0 };
        let (least, emptied) = (sure(self).max(sure(next)), self.emptied || next.emptied);
        Pool { from: self.from.min(next.from), end, least, emptied, ..self.clone() }
    }
}

/// How those who take from a pool have made a list grow, each of them in each of its rounds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Grown {
    pool: (Addr, u32),
    /// How long it was before the first of them.
    from: Num,
    step: (f64, f64),
    /// How long the last of them has left it.
    pub(super) left: Num,
}

impl<'a> Interp<'a> {
    /// The counters of a loop that takes from a pool, and how far its rounds move them: a list that others of the pool have put something
    /// into grows by what all of them do, and not by as much for each. Gives those lists, too.
    pub(super) fn grown_together(
        &mut self,
        counters: &[Counter],
        pool: &Pool,
        steps: &mut FxHashMap<u32, (f64, f64)>,
    ) -> (Vec<Counter>, Vec<(Addr, Grown)>) {
        let (mut counters, mut grown) = (counters.to_vec(), vec![]);
        for counter in counters.iter_mut().filter(|c| c.part == Part::Length && self.heap.is_single(c.addr)) {
            let Some(step) = steps.get_mut(&counter.base).filter(|step| step.0 >= 0.0) else { continue };
            let Content::Array(arr) = self.heap.get(counter.addr) else { continue };
            let mut from = counter.entry.clone();
            if let Some(before) = arr.grown.as_ref().filter(|g| g.pool == pool.key && g.left == from) {
                *step = (step.0.min(before.step.0), step.1.max(before.step.1));
                from.clone_from(&before.from);
            }
            counter.entry = from.clone();
            grown.push((counter.addr, Grown { pool: pool.key, from: from.clone(), step: *step, left: from }));
        }
        (counters, grown)
    }

    /// Notes how a loop that takes from a pool has left the lists it puts something into.
    pub(super) fn note_grown(&mut self, grown: Vec<(Addr, Grown)>) {
        for (addr, grown) in grown {
            if let Content::Array(arr) = self.heap.get(addr) {
                let grown = Some(Arc::new(Grown { left: arr.len.clone(), ..grown }));
                let arr = Arr { grown, ..(**arr).clone() };
                self.heap.replace(addr, Content::Array(arr.into()));
            }
        }
    }

    /// Notes that a loop takes from a place, and gives what all its rounds take where several do so at a time.
    pub(super) fn pool(&mut self, taking: Taking<'a>, at: Span) -> Option<Pool> {
        self.in_scope_of(taking, |me| me.pool_of(taking, at))
    }

    fn in_scope_of<R>(&mut self, taking: Taking<'a>, f: impl FnOnce(&mut Self) -> R) -> R {
        let outer = self.env.clone();
        if let Some(key) = taking.inside {
            self.env = self.frame(key);
        }
        let result = f(self);
        self.env = outer;
        result
    }

    fn pool_of(&mut self, taking: Taking<'a>, at: Span) -> Option<Pool> {
        let variable = self.place(taking.from)?;
        match taking.what {
            What::Number { limit, inclusive } => {
                self.note_taken(variable);
                let slot = &self.heap.slots[variable as usize];
                let next = self.heap.var(variable);
                let num = next.num.as_ref().filter(|_| self.is_one_pool(variable) && next.only_num())?;
                let (from, site) = ((num.lo - taking.before, num.hi), Span::at(slot.site));
                let end = bound_of(self.ahead(limit))?;
                let end = if inclusive { end.add(&Num::exactly(1.0)) } else { end };
                let emptied = taking.to_the_end && self.is_taken_once(site);
                let least = (end.lo - from.1).max(0.0) as u64;
                let (key, steady, from) = ((variable, at.start), Steady::Rises, from.0);
                from.is_finite().then_some(Pool { key, steady, from, end, least, emptied })
            }
            What::Element => {
                let list = self.heap.var(variable).only_ref()?;
                self.note_taken(list);
                let slot = &self.heap.slots[list as usize];
                match &slot.content {
                    Content::Array(queue) if self.is_one_pool(list) => {
                        let (left, site) = (Num { since: None, ..queue.len.clone() }, Span::at(slot.site));
                        let end = if taking.before > 0.0 { left.add(&Num::exactly(taking.before)) } else { left };
                        let emptied = taking.to_the_end && self.is_taken_once(site);
                        let least = end.lo.max(0.0) as u64;
                        Some(Pool { key: (list, at.start), steady: Steady::Shrinks, from: 0.0, end, least, emptied })
                    }
                    _ => None,
                }
            }
        }
    }

    /// Whether several take from this one place, which stands for no others.
    fn is_one_pool(&self, addr: Addr) -> bool {
        self.heap.slots[addr as usize].pooled && self.heap.is_single(addr)
    }

    /// What the loop's limit is now; nothing where the place itself says it.
    pub(super) fn limit_of(&mut self, taking: Taking<'a>) -> Option<Num> {
        match taking.what {
            What::Number { limit, .. } => self.in_scope_of(taking, |me| bound_of(me.ahead(limit))),
            What::Element => None,
        }
    }

    /// Work that runs at the same time wrote to a place: where it takes from there, and the place only ever goes one way, the others are
    /// followed as those who take, too.
    pub(super) fn taken_together(&mut self, addr: Addr) {
        let slot = &self.heap.slots[addr as usize];
        let (taken, site) = (slot.taken, Span::at(slot.site));
        if taken && self.steady_at(site).is_some() {
            self.torn(addr);
        }
    }

    /// Has others write to a place that has just been made: they take from it, if it only ever goes one way.
    pub(super) fn open_or_pool(&mut self, addr: Addr, site: Span) {
        let pooled = match self.heap.get(addr) {
            Content::Var(_) => self.steady_at(site) == Some(Steady::Rises),
            Content::Array(_) => self.steady_at(site) == Some(Steady::Shrinks),
            Content::Iterator(_) => true,
            _ => false,
        };
        let slot = &mut self.heap.slots[addr as usize];
        (slot.open, slot.pooled) = (!pooled, pooled);
        if pooled {
            self.pooled.push(addr);
        }
    }

    /// How the place made at `site` changes, if it only ever goes one way.
    pub(super) fn steady_at(&mut self, site: Span) -> Option<Steady> {
        let script = self.script;
        let steady = self.steady.get_or_insert_with(|| script.module().map(|m| steady_places(m)).unwrap_or_default());
        steady.get(&site.start).map(|(steady, _)| *steady)
    }

    /// Whether one expression takes one from the place made at `site`, and no other one does.
    fn is_taken_once(&mut self, site: Span) -> bool {
        self.steady_at(site).is_some()
            && self.steady.as_ref().is_some_and(|all| all.get(&site.start).is_some_and(|s| s.1))
    }

    /// The same, knowing which of those who take nobody has awaited: they may not have come to an end.
    pub(super) fn pools_settled(&self, fx: Effects) -> Effects {
        let waiting = self.waiting();
        fx.not_emptied(|addr| waiting.iter().any(|u| u.touched.is_at(addr)))
    }

    /// Others take from every place that several take from.
    pub(super) fn others_take(&mut self) {
        for n in 0..self.pooled.len() {
            let addr = self.pooled[n];
            self.may_have_been_taken(addr, &self.heap.get(addr).clone());
        }
    }

    /// What the places that several take from hold.
    pub(super) fn to_take(&self) -> Vec<(Addr, Content)> {
        self.pooled.iter().map(|addr| (*addr, self.heap.get(*addr).clone())).collect()
    }

    /// Work that has begun `before` goes on beside what comes now: whatever it takes may have been taken, or not yet.
    pub(super) fn taken_since(&mut self, before: Vec<(Addr, Content)>) {
        for (addr, content) in before {
            if !self.heap.get(addr).is_same(&content) {
                self.may_have_been_taken(addr, &content);
            }
        }
    }

    /// Goes through an iterator that several may go through: what each of them gets depends on the others.
    pub(super) fn goes_through(&mut self, addr: Addr) {
        self.note_taken(addr);
        if self.heap.slots[addr as usize].pooled {
            self.may_have_been_taken(addr, &self.heap.get(addr).clone());
        }
    }

    /// Has the place hold what is left of `content` after anybody may have taken from it.
    fn may_have_been_taken(&mut self, addr: Addr, content: &Content) {
        self.forget_place(addr);
        let site = Span::at(self.heap.slots[addr as usize].site);
        let left = match content {
            Content::Var(v) => {
                let Some(n) = &v.num else { return };
                let why = self.why(site, "several take from it at the same time");
                let num = Num { lo: n.lo, whole: n.whole, ..Num::between(n.lo, f64::INFINITY) }.because(why);
                Content::Var(Val { num: Some(num.into()), ..(**v).clone() }.into())
            }
            Content::Array(queue) | Content::Iterator(queue) => {
                let why = self.why(site, "several take from it at the same time");
                let sum = queue.len.sum.as_ref().map(|sum| Arc::new((**sum).clone().at_most()));
                let len = Num { sum, whys: queue.len.whys.clone(), ..Num::count(0.0, queue.len.hi) }.because(why);
                let left = Arc::new(Arr { elems: None, elem: queue.joined(), len, ..(**queue).clone() });
                if matches!(content, Content::Array(_)) { Content::Array(left) } else { Content::Iterator(left) }
            }
            _ => return,
        };
        self.heap.replace(addr, left);
    }
}
