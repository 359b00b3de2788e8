//! `parallel` and `pipeline`.

use std::sync::Arc;

use super::{
    FanoutKind, MisuseKind,
    arrays_callbacks::Each,
    contents::{Arr, Content},
    effects::{Effects, Key},
    functions::{Args, Guarded},
    interp::{Interp, Leave, Way},
    numbers::Num,
    record::SiteKind,
    sum::Tally,
    val::{Addr, Val},
};
use crate::{
    text::Span,
    vocabulary::{NullPrev, ParallelArgument},
};

impl<'a> Interp<'a> {
    pub(super) fn parallel(&mut self, args: &Args, at: Span) -> Val {
        let list = args.get(0);
        let Some(arr) = self.items(&list, args.span(0, at)) else {
            self.may_throw();
            return self.settled(Val::default(), true, at);
        };
        self.note_fanout(FanoutKind::Parallel, &arr, at);
        let promises = arr.joined();
        self.functions_may_be_refused(&promises, args.span(0, at));
        self.misused(&promises, args.span(0, at), MisuseKind::Thunk);
        let given = self.handed();
        self.fan_out(&arr, at, &mut |me, thunk, index| {
            let callable = Val { refs: me.functions_in(&thunk), ..thunk.clone() };
            let args = given.clone().map_or_else(Args::default, |scope| Args::of(vec![scope, index], at));
            me.call_awaiting(&callable, &args, at)
        })
    }

    pub(super) fn pipeline(&mut self, args: &Args, at: Span) -> Val {
        let list = args.get(0);
        let Some(arr) = self.items(&list, args.span(0, at)) else {
            self.may_throw();
            return self.settled(Val::default(), true, at);
        };
        let stages: Vec<Val> = args.vals.get(1..).unwrap_or_default().to_vec();
        let count = args.rest.is_none().then_some(stages.len());
        self.note_fanout(FanoutKind::Pipeline { stages: count }, &arr, at);
        if let Some(rest) = &args.rest {
            self.escape(&rest.clone(), at);
        }
        for stage in stages.iter().chain(&args.rest) {
            self.functions_may_be_refused(stage, at);
        }
        for stage in &stages {
            self.misused(stage, at, MisuseKind::Thunk);
        }
        let open = args.rest.is_some();
        let scope = self.handed();
        let null_prev = self.context.profile.flags().pipeline_null_prev;
        self.fan_out(&arr, at, &mut |me, item, index| {
            let mut prev = item.clone();
            for (n, stage) in stages.iter().enumerate() {
                if !me.live {
                    break;
                }
                let call = |me: &mut Self, prev: Val| {
                    let given = [Some(prev), scope.clone(), Some(item.clone()), Some(index.clone())];
                    me.call_awaiting(stage, &Args::of(given.into_iter().flatten().collect(), at), at)
                };
                // Of what an item is before its first stage, no dialect asks whether it is null.
                prev = match null_prev {
                    _ if n == 0 || prev.null.is_none() && prev.unknown.is_none() => call(me, prev),
                    NullPrev::Forwarded => call(me, prev),
                    NullPrev::Skips | NullPrev::Unspecified => {
                        let given = match null_prev {
                            NullPrev::Skips => Val { null: None, ..prev.clone() },
                            _ => prev.clone(),
                        };
                        let skipped = me.way(|_| Val { null: prev.null, ..Val::default() });
                        let runs = (!given.is_never()).then(|| me.way(|me| call(me, given)));
                        let why = me.why(at, "the run decides whether a stage gives null, which skips the rest");
                        me.any_way_because(runs.into_iter().chain([skipped]), Some(why))
                    }
                };
            }
            if open { me.unknown(at, "the stages are not all known") } else { prev }
        })
    }

    /// What the dialect hands each function to start agents with, if it does: it has what is global.
    fn handed(&self) -> Option<Val> {
        let scoped = self.context.profile.flags().parallel_argument == ParallelArgument::Scoped;
        scoped.then(|| Val::builtin("globalThis"))
    }

    /// The items of a combinator; `None` where the first argument is certainly no array.
    fn items(&mut self, list: &Val, span: Span) -> Option<Arr> {
        let is_array = |me: &Self, a: &u32| matches!(me.heap.get(*a), Content::Array(_));
        let arrays: Vec<u32> = list.refs.as_slice().iter().copied().filter(|a| is_array(self, a)).collect();
        self.misused(list, span, MisuseKind::Iterated);
        if let Some(held) = list.only_ref() {
            self.rekey(held, held);
        }
        if arrays.is_empty() && list.unknown.is_none() {
            return None;
        }
        let part =
            Val { refs: super::val::Refs::from_iter(arrays.iter().copied()), unknown: list.unknown, ..Val::default() };
        if part != *list {
            // What is no list is refused.
            self.may_throw();
        }
        Some(self.iterated(&part, span))
    }

    fn note_fanout(&mut self, kind: FanoutKind, arr: &Arr, at: Span) {
        let len = match &arr.len.sum {
            Some(_) if !self.batches.is_empty() => {
                let known = self.of_any_batch(arr.len.tally());
                Num { sum: Some(Arc::new(known.sum)), ..arr.len.clone() }
            }
            _ => arr.len.clone(),
        };
        let site = self.site(at, SiteKind::Fanout { kind, width: None, decided: None });
        if let SiteKind::Fanout { kind: known, width, decided } = &mut site.kind {
            *width = Some(width.as_ref().map_or_else(|| len.clone(), |w| w.join(&len)));
            *decided = decided.or(arr.decided).or_else(|| arr.len.whys.first());
            if *known != kind {
                *known = FanoutKind::Pipeline { stages: None };
            }
        }
    }

    /// Runs `f` for each item at once; what an item throws leaves `null` in its place.
    fn fan_out(&mut self, arr: &Arr, at: Span, f: &mut dyn FnMut(&mut Self, Val, Val) -> Val) -> Val {
        if self.concurrent == 0 {
            self.concurrent_born = self.heap.len();
        }
        self.concurrent += 1;
        let line = self.script.lines.line_of(at.start) + 1;
        let failed = self.why(at, format_args!("an item at line {line} that fails leaves null"));
        let outer = std::mem::take(&mut self.fx);
        self.fx_stack.push(outer);
        let mut each: Vec<(Tally, Tally)> = vec![];
        let mut run = |me: &mut Self, item: Val, index: Val| {
            let to_take = me.to_take();
            let done = me.guarded(|me| f(me, item, index));
            let mut fx = done.fx;
            each.push((std::mem::take(&mut fx.path), std::mem::take(&mut fx.peak)));
            me.taken_since(to_take);
            me.fx.then(&fx);
            if done.rejects { done.val.join(&Val::null_because(failed)) } else { done.val }
        };
        let results = self.interfering(arr, &mut run);
        let mut fx = std::mem::take(&mut self.fx);
        self.fx = self.fx_stack.pop().unwrap_or_default();
        self.concurrent -= 1;
        let width = arr.len.tally();
        match &results {
            Each::One(vals) => {
                let kept = each.len().saturating_sub(vals.len());
                for (path, peak) in &each[kept..] {
                    fx.path = fx.path.max(path);
                    fx.peak = fx.peak.add(peak);
                }
            }
            Each::All(_) => {
                if let Some((path, peak)) = each.last() {
                    let one = Effects::shaped(path.clone(), peak.clone()).at_once(&width);
                    (fx.path, fx.peak) = (one.path.clone(), one.peak.clone());
                }
            }
        }
        fx.count_items(at.start);
        fx.add(Key::Fanout(at.start), &Tally::exactly(1));
        if !self.live {
            self.leave(Leave::Throw, Val::default());
            return Val::default();
        }
        let val = match results {
            Each::One(vals) => Arr::of(vals),
            Each::All(val) => Arr::many(val, arr.len.clone()),
        };
        let val = self.new_array(Arr { decided: arr.decided, filtered: arr.filtered, ..val }, at);
        self.promise_of(Guarded::of(val, fx, false), [at.start].into(), at)
    }

    /// Runs `f` for each item where items can come in each other's way.
    fn interfering(&mut self, arr: &Arr, f: &mut dyn FnMut(&mut Self, Val, Val) -> Val) -> Each {
        if arr.len.hi <= 1.0 {
            return self.each(arr, false, f);
        }
        let before = self.checkpoint();
        // What do they write that was there before?
        let born = self.heap.len();
        let mut results = Each::All(Val::default());
        let trial = self.way(|me| {
            me.trial_before = Some(born);
            results = me.each(arr, false, f);
            Val::default()
        });
        let mut written = self.written(&trial, born);
        if written.is_empty() {
            self.any_way(vec![trial]);
            return results;
        }
        let elem = arr.joined();
        let index = Num::count(0.0, (arr.len.hi - 1.0).max(0.0));
        let mut shared: Vec<u32> = vec![];
        let done = loop {
            self.go_back(&before);
            // Any of them can see what any other wrote at any time.
            written.retain(|a| !self.heap.slots[*a as usize].shared);
            for addr in &written {
                self.heap.slots[*addr as usize].shared = true;
                self.taken_together(*addr);
            }
            shared.append(&mut written);
            let trips = super::iterate::Trips::Given(arr.len.tally());
            let done = self.iterate(trips, |me| (f(me, elem.clone(), index.clone().into()), vec![]));
            written = done.ways.iter().flat_map(|way| self.written(way, born)).collect();
            if self.exhausted || written.iter().all(|a| self.heap.slots[*a as usize].shared) {
                break done;
            }
        };
        let val = self.any_way(done.ways);
        shared.iter().for_each(|a| self.heap.slots[*a as usize].shared = false);
        Each::All(val)
    }

    /// The places a way wrote to that were there before; that promises wait is no writing.
    pub(super) fn written(&self, way: &Way, born: Addr) -> Vec<Addr> {
        let places = way.delta.0.iter().map(|(addr, _)| *addr);
        let is_pooled = |addr: Addr| self.heap.slots[addr as usize].pooled;
        places.filter(|addr| *addr < born && *addr != self.pending && !is_pooled(*addr)).collect()
    }
}
