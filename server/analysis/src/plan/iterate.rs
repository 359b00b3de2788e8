//! Repetition: one abstract pass stands for every iteration.
//!
//! The state at the head of an iteration is assumed, the body is run from it, and the assumption is widened until it holds at the
//! body's end too. Numbers and lengths that change by the same amount each time are followed relative to the head, so that after `k`
//! iterations they are what they were plus `k` times the change; bounds they have inside bound `k`.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{
    batches::Batch,
    contents::{Arr, Coll, Content, Obj, contents_within, join_contents, widen_contents},
    counters::{
        Counter, Part, clamp, iterations, map_nums, may_shrink, part_of, same_shape, set_part, strip, travelled,
        travelled_freely,
    },
    effects::Effects,
    fold::Twins,
    heap::Delta,
    interp::{Exit, Interp, Way},
    numbers::{Num, Since},
    pools::{Grown, Pool},
    sum::{Tally, WhyId, Whys},
    val::{Addr, Val},
    ways::Checkpoint,
};
use crate::text::Span;

/// Passes before what still changes is given up on.
const PASSES: usize = 7;

/// How often the body runs.
pub(super) enum Trips {
    /// So often, unless it leaves earlier.
    Given(Tally),
    /// Until it leaves: by `Break` exits of the iteration itself, `least` times at least. The hint says it in symbols where it is
    /// known. Of a loop that takes from a pool, there is so much to take.
    Inferred { hint: Option<Tally>, whys: LoopWhys, least: u64, pool: Option<Pool> },
}

/// Why it is not known how often a loop's body runs.
#[derive(Clone, Copy)]
pub(super) struct LoopWhys {
    /// Where nothing bounds it.
    pub(super) open: WhyId,
    /// Where something does, and it may end before.
    pub(super) early: WhyId,
}

/// What iterating did. State and effects of the normal end are not applied yet.
pub(super) struct Iterated {
    /// The ways on: after the last iteration, and after each `break`.
    pub(super) ways: Vec<Way>,
    /// How often the body ran to its end.
    pub(super) trips: Tally,
    /// What one iteration does.
    pub(super) once: Effects,
    /// The lists that those who take from a pool have made grow.
    pub(super) grown: Vec<(Addr, Grown)>,
}

impl<'a> Interp<'a> {
    /// Repeats `once`. It runs one iteration, catching its own `continue`s, and gives its value and the exits that end the repetition.
    pub(super) fn iterate(&mut self, trips: Trips, mut once: impl FnMut(&mut Self) -> (Val, Vec<Exit>)) -> Iterated {
        let trial_before = self.trial_before.take();
        let mut assumed: Vec<(Addr, Content)> = vec![];
        let mut twins = Twins::from(self.heap.len());
        let before = self.checkpoint();
        let mut pass = 0;
        let batch = self.in_batches.take();
        loop {
            twins.late = pass >= PASSES - 3;
            let born = self.heap.len();
            let (counters, fresh) = self.relative(&assumed);
            let mut exits = vec![];
            let (frozen, opened) = (self.frozen.len(), self.opened.len());
            let known = self.refinements.count();
            let mut way = self.way(|me| {
                for (addr, content) in &fresh {
                    me.heap.replace(*addr, content.clone());
                }
                let (val, left) = once(me);
                exits = left;
                val
            });
            let batch = batch.and_then(|n| self.batches.get(n).cloned());
            if let Some(batch) = &batch {
                self.leave_batch(batch, born, &mut way.delta, &mut way.val);
                for exit in &mut exits {
                    self.leave_batch(batch, born, &mut exit.delta, &mut exit.val);
                }
            }
            let mut val = way.val.clone();
            // What an iteration freezes, the next one may write to; what it opens, the next one may find to be anything.
            let mut changed = self.frozen[frozen..].iter().chain(&self.opened[opened..]).any(|addr| *addr < born);
            // What was known of paths at the head, and is no longer at the end, the next one cannot go by.
            changed |= self.refinements.count() < known;
            let mut end = Delta::default();
            if way.live {
                for (addr, content) in &way.delta.0 {
                    let content = self.fold(content, born, &mut twins, &mut changed);
                    end.0.push((*addr, content));
                }
                val = self.fold_val(&val, born, &mut twins, &mut changed);
                for (addr, content) in &end.0 {
                    let before = assumed.iter().find(|(a, _)| a == addr).map(|(_, c)| c.clone());
                    let now = before.clone().unwrap_or_else(|| self.heap.get(*addr).clone());
                    let plain = strip(content);
                    // What was assumed holds again; or nothing was, and nothing moved, not even relative to an outer loop.
                    let holds = match before {
                        Some(_) => contents_within(&plain, &now),
                        None => {
                            contents_within(content, &now) && same_shape(&plain, &now) && !may_shrink(content, &now)
                        }
                    };
                    if holds {
                        continue;
                    }
                    changed = true;
                    let next = if pass >= PASSES - 4 {
                        self.give_up(&now, *addr)
                    } else if *addr == self.phase {
                        // A script has few titles; an agent of a later iteration belongs to one of them.
                        join_contents(&now, &plain)
                    } else if pass < 2 && self.heap.slots[*addr as usize].shared {
                        // Where elements are set by number, it is soon known how far.
                        join_contents(&now, &plain)
                    } else {
                        widen_contents(&now, &plain)
                    };
                    match assumed.iter_mut().find(|(a, _)| a == addr) {
                        Some(entry) => entry.1 = next,
                        None => assumed.push((*addr, next)),
                    }
                }
            }
            pass += 1;
            // Of a trial that much is all that is asked.
            changed &= trial_before.is_none_or(|born| self.written(&way, born).is_empty());
            if changed && pass < PASSES && !self.exhausted {
                self.go_back(&before);
                continue;
            }
            if changed {
                // What still grows cannot be trusted.
                self.give_up_all("loop");
                let last = assumed.last().map_or(0, |(a, _)| self.heap.slots[*a as usize].site);
                self.record.exhausted_at.get_or_insert(Span::at(last));
            }
            return self.conclude(trips, batch.as_ref(), born, way, val, end, &counters, exits, &fresh, &before);
        }
    }

    /// The assumed contents with their numbers relative to this head.
    fn relative(&mut self, assumed: &[(Addr, Content)]) -> (Vec<Counter>, Vec<(Addr, Content)>) {
        let mut counters = vec![];
        let mut fresh = vec![];
        for (addr, content) in assumed {
            let entry = self.heap.get(*addr).clone();
            let mut follow = |me: &mut Self, part: Part, entry: Option<Num>, num: &mut Num| {
                if let Some(entry) = entry {
                    me.next_base += 1;
                    num.since = Some(Since { base: me.next_base, lo: 0.0, hi: 0.0 });
                    counters.push(Counter { addr: *addr, part, base: me.next_base, entry });
                }
            };
            let content = match (content, &entry) {
                (Content::Var(v), Content::Var(e)) => {
                    let mut v = (**v).clone();
                    if let Some(num) = &mut v.num {
                        follow(self, Part::Var, e.number_part().filter(|_| e.only_num()), Arc::make_mut(num));
                    }
                    Content::Var(v.into())
                }
                (Content::Array(a), Content::Array(e)) => {
                    let mut a = (**a).clone();
                    if a.elems.is_none() {
                        follow(self, Part::Length, Some(e.len.clone()), &mut a.len);
                    }
                    Content::Array(a.into())
                }
                (Content::Map(c), Content::Map(e)) => {
                    let mut c = (**c).clone();
                    follow(self, Part::Size, Some(e.size.clone()), &mut c.size);
                    Content::Map(c.into())
                }
                (Content::Set(c), Content::Set(e)) => {
                    let mut c = (**c).clone();
                    follow(self, Part::Size, Some(e.size.clone()), &mut c.size);
                    Content::Set(c.into())
                }
                (Content::Object(o), Content::Object(e)) => {
                    let mut o = (**o).clone();
                    for f in &mut o.fields {
                        let before = e.fields.iter().find(|g| g.name == f.name && !g.optional && g.val.only_num());
                        if let (Some(num), Some(before)) = (&mut f.val.num, before) {
                            let part = Part::Field(f.name.clone());
                            follow(self, part, before.val.number_part(), Arc::make_mut(num));
                        }
                    }
                    let unnamed = e.count_unnamed();
                    if let Some(num) = &mut o.unnamed {
                        follow(self, Part::Unnamed, unnamed, num);
                    }
                    Content::Object(o.into())
                }
                (other, _) => other.clone(),
            };
            fresh.push((*addr, content));
        }
        (counters, fresh)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one computation, split for reading")]
    fn conclude(
        &mut self,
        trips: Trips,
        batch: Option<&Batch>,
        born: Addr,
        way: Way,
        val: Val,
        end: Delta,
        counters: &[Counter],
        exits: Vec<Exit>,
        fresh: &[(Addr, Content)],
        before: &Checkpoint,
    ) -> Iterated {
        // What is taken from what is older is not more for being taken in many rounds.
        let (once, taken) = self.pools_settled(way.fx.clone()).added_up(born).parted();
        let taken_or_not = taken.clone().not_emptied(|_| true);
        // How far each counter moves in one iteration, and how many iterations its bounds at the end allow.
        let mut steps: FxHashMap<u32, (f64, f64)> = FxHashMap::default();
        let mut most = f64::INFINITY;
        let mut whys = Whys::default();
        // A list that each iteration takes something off allows so many.
        let mut shrinking = None;
        for counter in counters {
            let content = end.0.iter().find(|(a, _)| *a == counter.addr).map(|(_, c)| c);
            let Some(num) = content.and_then(|c| part_of(c, &counter.part)) else {
                if !way.live {
                    steps.insert(counter.base, (0.0, 0.0));
                }
                continue;
            };
            if let Some(since) = num.since.filter(|s| s.base == counter.base) {
                steps.insert(counter.base, (since.lo, since.hi));
                let limit = iterations(&counter.entry, &num, since);
                if limit < most {
                    most = limit;
                    whys = num.whys.union(&counter.entry.whys);
                } else if since.hi <= -1.0 && num.lo >= 0.0 && counter.entry.sum.is_some() {
                    shrinking.get_or_insert(counter.entry.tally());
                } else if most.is_infinite() && (since.lo > 0.0 || since.hi < 0.0) {
                    // What bounds it is not known, but it is known what does.
                    whys = whys.union(&num.whys);
                }
            }
        }
        let (given, hint, why, least, pool) = match trips {
            Trips::Given(tally) => (Some(tally), None, None, 0, None),
            Trips::Inferred { hint, whys, least, pool } => (None, hint, Some(whys), least, pool),
        };
        if !way.live {
            most = 0.0;
        }
        let known = most.is_finite().then_some(most as u64);
        let why = why.map(|w| if known.is_some() { w.early } else { w.open });
        let completed = match &given {
            Some(tally) => {
                let high = match (tally.high, known) {
                    (Some(a), Some(b)) => Some(a.min(b)),
                    (a, b) => a.or(b),
                };
                if way.live {
                    Tally { low: tally.low.min(high.unwrap_or(u64::MAX)), high, ..tally.clone() }
                } else {
                    Tally::zero()
                }
            }
            None => match (known, hint, why) {
                (Some(0), ..) => Tally::zero(),
                _ if pool.is_some() => pool.as_ref().map_or_else(Tally::zero, Pool::rounds_of_one),
                (Some(n), Some(hint), why) if hint.high == Some(n) => {
                    let exact = hint.low == n && way.live;
                    let whys = why.filter(|_| exact).map_or(hint.whys, Whys::one);
                    let sum = if exact { hint.sum.at_most() } else { hint.sum };
                    Tally { low: 0, high: hint.high, sum, whys }
                }
                (None, Some(hint), _) if hint.high.is_none() && steps.values().any(|s| s.0 >= 1.0) => {
                    let exact = steps.values().any(|s| *s == (1.0, 1.0));
                    Tally { low: 0, sum: if exact { hint.sum } else { hint.sum.at_most() }, ..hint }
                }
                (Some(n), _, why) => {
                    let whys = if whys == Whys::default() { why.map_or(whys, Whys::one) } else { whys };
                    Tally { low: 0, high: Some(n), sum: super::sum::Sum::constant(n).at_most(), whys }
                }
                (None, _, why) if shrinking.is_none() => {
                    let why = whys.first().or(why).unwrap_or(0);
                    let span = self.record.whys[why as usize].span;
                    let sym = self.symbol("rounds", span);
                    Tally { low: 0, high: None, sum: super::sum::Sum::symbol(sym), whys: Whys::one(why) }
                }
                (None, ..) => {
                    let length: Tally = shrinking.unwrap_or_default();
                    Tally { low: 0, sum: length.sum.at_most(), ..length }
                }
            },
        };
        let may_repeat = Tally { low: 0, ..completed.clone() };
        let counted = counters;
        let (counters, grown) = match &pool {
            Some(pool) => self.grown_together(counters, pool, &mut steps),
            None => (counters.to_vec(), vec![]),
        };
        let counters = counters.as_slice();
        let mut trips = completed.clone();
        let mut ways = vec![];
        if given.is_some() && (way.live || completed.low == 0 || given.as_ref().is_some_and(|g| g.low == 0)) {
            let given_low = given.as_ref().map_or(0, |g| g.low);
            if way.live || given_low == 0 {
                let count = if way.live { completed.clone() } else { Tally::zero() };
                let delta = self.after_all(&end, &steps, counters, &count);
                let refined = self.refinements.clone();
                let mut fx = once.times_in(&count, batch);
                if !count.is_zero() {
                    fx.then(if count.low > 0 { &taken } else { &taken_or_not });
                }
                ways.push(Way { refined, ..Way::new(delta, fx, val.clone()) });
            }
        }
        let repeat = |count: &Tally, last: &Effects| {
            let mut fx = match &pool {
                Some(pool) => once.taking(count, pool),
                None => once.and_in_part(count, last, batch),
            };
            if pool.is_some() {
                fx.then(last);
            }
            if !count.is_zero() {
                fx.then(if count.low > 0 { &taken } else { &taken_or_not });
            }
            fx
        };
        let mut fewest: Option<Tally> = None;
        for mut exit in exits {
            for (addr, content) in fresh {
                if !exit.delta.0.iter().any(|(a, _)| a == addr) {
                    exit.delta.0.push((*addr, content.clone()));
                }
            }
            exit.delta.0.sort_by_key(|(a, _)| *a);
            // How many iterations had been completed when it left.
            let count = self.completed_at(&exit, counted, &steps, &may_repeat).at_least(least);
            let fx = repeat(&count, &exit.fx);
            fewest = Some(fewest.map_or_else(|| count.clone(), |f| f.join(&count)));
            let delta = self.resolve_delta(&exit.delta, &steps, counters, &count);
            let mut refined = self.refinements.clone();
            refined.retain_in(&exit.refined);
            ways.push(Way { refined, ..Way::new(delta, fx, exit.val) });
        }
        if given.is_none()
            && let Some(fewest) = fewest
        {
            trips = fewest;
        }
        // `return`s and `throw`s from some iteration come after the complete ones before it.
        for i in 0..self.targets.len() {
            let from = before.exits.get(i).copied().unwrap_or(0);
            for j in from..self.targets[i].exits.len() {
                let mut delta = std::mem::take(&mut self.targets[i].exits[j].delta);
                if let Some(batch) = batch {
                    let mut val = std::mem::take(&mut self.targets[i].exits[j].val);
                    self.leave_batch(batch, self.heap.len(), &mut delta, &mut val);
                    self.targets[i].exits[j].val = val;
                }
                let delta = self.resolve_delta(&delta, &steps, counters, &may_repeat);
                let exit = &mut self.targets[i].exits[j];
                exit.delta = delta;
                exit.fx = repeat(&may_repeat, &exit.fx);
            }
        }
        Iterated { ways, trips, once, grown }
    }

    /// The state after `count` complete iterations.
    fn after_all(
        &mut self,
        end: &Delta,
        steps: &FxHashMap<u32, (f64, f64)>,
        counters: &[Counter],
        count: &Tally,
    ) -> Delta {
        let before_last = Tally { low: count.low.saturating_sub(1), ..count.clone() };
        let mut delta = vec![];
        for (addr, content) in &end.0 {
            let mut content = content.clone();
            for counter in counters.iter().filter(|c| c.addr == *addr) {
                if let Some(step) = steps.get(&counter.base)
                    && let Some(num) = part_of(&content, &counter.part)
                {
                    set_part(&mut content, &counter.part, travelled(&counter.entry, *step, count, &num));
                }
            }
            let mut content = self.resolve(&content, steps, counters, &before_last);
            if count.low == 0 {
                content = join_contents(&content, self.heap.get(*addr));
            }
            delta.push((*addr, content));
        }
        Delta(delta)
    }

    fn resolve_delta(
        &mut self,
        delta: &Delta,
        steps: &FxHashMap<u32, (f64, f64)>,
        counters: &[Counter],
        count: &Tally,
    ) -> Delta {
        Delta(delta.0.iter().map(|(a, c)| (*a, self.resolve(c, steps, counters, count))).collect())
    }

    /// Contents with the numbers relative to this head made absolute, `count` iterations on.
    fn resolve(
        &mut self,
        content: &Content,
        steps: &FxHashMap<u32, (f64, f64)>,
        counters: &[Counter],
        count: &Tally,
    ) -> Content {
        map_nums(content, &|num| {
            let Some(since) = num.since else { return num.clone() };
            let Some(counter) = counters.iter().find(|c| c.base == since.base) else { return num.clone() };
            match steps.get(&since.base) {
                Some(step) => {
                    let base = travelled_freely(&counter.entry, *step, count);
                    let moved = base.add(&Num { whole: num.whole, ..Num::between(since.lo, since.hi) });
                    clamp(&moved, num)
                }
                None => Num { since: None, ..num.clone() },
            }
        })
    }

    /// How many iterations can have been completed at an exit, going by the counters there.
    fn completed_at(
        &mut self,
        exit: &Exit,
        counters: &[Counter],
        steps: &FxHashMap<u32, (f64, f64)>,
        most: &Tally,
    ) -> Tally {
        let (mut low, mut high) = (0.0f64, most.high.map_or(f64::INFINITY, |h| h as f64));
        for counter in counters {
            let Some(step) = steps.get(&counter.base) else { continue };
            let content = exit.delta.0.iter().find(|(a, _)| *a == counter.addr).map(|(_, c)| c);
            let Some(num) = content.and_then(|c| part_of(c, &counter.part)) else { continue };
            let Some(since) = num.since.filter(|s| s.base == counter.base) else { continue };
            // value = entry + k · step + since
            let (lo, hi) = (num.lo - since.hi - counter.entry.hi, num.hi - since.lo - counter.entry.lo);
            if step.0 > 0.0 {
                low = low.max((lo / step.1).ceil());
                high = high.min((hi / step.0).floor());
            } else if step.1 < 0.0 {
                low = low.max((hi / step.0).ceil());
                high = high.min((lo / step.1).floor());
            }
        }
        let low = if low.is_finite() { low.max(0.0) as u64 } else { 0 };
        let high = if high.is_finite() { Some(high.max(0.0) as u64) } else { most.high };
        let low = high.map_or(low, |h| low.min(h));
        if high == most.high {
            return if Some(low) == high { Tally::exactly(low) } else { Tally { low, ..most.clone() } };
        }
        let exact = Some(low) == high;
        let sum = if exact {
            super::sum::Sum::constant(low)
        } else {
            high.map_or_else(|| most.sum.clone(), |h| super::sum::Sum::constant(h).at_most())
        };
        Tally { low, high, sum, whys: if exact { Whys::default() } else { most.whys.clone() } }
    }

    pub(super) fn give_up(&mut self, content: &Content, addr: Addr) -> Content {
        let slot = &self.heap.slots[addr as usize];
        let site = Span::at(slot.site);
        let why = self.why(site, "it changes from one round of a loop to the next");
        let sym = self.symbol("n", site);
        let any = Val::unknown(why, sym, false);
        let number = |n: &Num| {
            Num {
                nan: false,
                whole: n.whole,
                ..Num::between(if n.lo >= 0.0 { 0.0 } else { f64::NEG_INFINITY }, f64::INFINITY)
            }
            .because(why)
        };
        match content {
            Content::Var(v) => Content::Var(Arc::new(v.join(&any))),
            Content::Array(a) => Content::Array(Arc::new(Arr {
                elems: None,
                elem: a.joined().join(&any),
                len: Num { whole: true, ..number(&Num::count(0.0, 0.0)) },
                ..(**a).clone()
            })),
            Content::Object(o) => {
                let fields = o.fields.iter().map(|f| super::contents::ObjField {
                    val: f.val.join(&any),
                    optional: true,
                    ..f.clone()
                });
                Content::Object(Arc::new(Obj {
                    fields: fields.collect(),
                    rest: Some(any),
                    unnamed: None,
                    ..(**o).clone()
                }))
            }
            Content::Map(c) | Content::Set(c) => {
                let coll = Arc::new(Coll {
                    key: c.key.join(&any),
                    val: c.val.join(&any),
                    size: number(&Num::count(0.0, 0.0)),
                });
                if matches!(content, Content::Map(_)) { Content::Map(coll) } else { Content::Set(coll) }
            }
            other => other.clone(),
        }
    }
}
