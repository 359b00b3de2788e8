//! Promises: awaiting, chaining, and keeping track of those nobody has awaited.

use std::sync::Arc;

use super::{
    contents::{Arr, Content, Fun, Obj, Prom, Unawaited, join_contents, union},
    effects::Key,
    functions::Args,
    interp::{Interp, Leave},
    overlap::Touched,
    sum::{Tally, WhyId},
    val::{Addr, Refs, Val},
};
use crate::text::Span;

/// The place under which promises wait that nobody can be seen to await any more.
pub(super) const LOST: Addr = Addr::MAX;

impl<'a> Interp<'a> {
    pub(super) fn waiting(&self) -> Arc<[Arc<Unawaited>]> {
        match self.heap.get(self.pending) {
            Content::Pending(list) => list.clone(),
            _ => Arc::default(),
        }
    }

    fn set_waiting(&mut self, list: impl Into<Arc<[Arc<Unawaited>]>>) {
        self.heap.replace(self.pending, Content::Pending(list.into()));
    }

    /// A promise has been made; until it is awaited, nothing it counts is certain.
    pub(super) fn leave_pending(&mut self, addr: Addr, keys: Vec<(Key, u64)>, origins: Arc<[u32]>, width: Tally) {
        let depth = self.fx_stack.len();
        let list = self.waiting();
        let touched = std::mem::replace(&mut self.touched, Touched::nothing());
        let (doubtful, why) = (Arc::default(), None);
        let new = Arc::new(Unawaited { addr, keys: keys.into(), doubtful, why, origins, width, depth, touched });
        self.set_waiting(list.iter().cloned().chain([new]).collect::<Arc<[_]>>());
    }

    /// Of what waits at `addr`, so much is certain only if it does not reject.
    pub(super) fn doubt_pending(&mut self, addr: Addr, doubtful: Vec<(Key, u64)>, why: Option<WhyId>) {
        if doubtful.is_empty() {
            return;
        }
        let mut list = self.waiting().to_vec();
        if let Some(item) = list.iter_mut().rfind(|u| u.addr == addr) {
            let item = Arc::make_mut(item);
            (item.doubtful, item.why) = (doubtful.into(), why);
            self.set_waiting(list);
        }
    }

    /// What awaiting it may find undone: what is certain only if it does not reject. What had been counted before whoever catches that began
    /// is not certain any more.
    fn doubted(&mut self, addr: Addr) -> (Arc<[(Key, u64)]>, Option<WhyId>) {
        let list = self.waiting();
        let Some(item) = list.iter().find(|u| u.addr == addr && !u.doubtful.is_empty()) else {
            return Default::default();
        };
        let within = self.caught_at().is_some_and(|depth| item.depth >= depth);
        let several = list.iter().filter(|u| u.addr == addr).count() > 1;
        if !within
            || several
            || self.heap.slots[addr as usize].summary
            || item.doubtful.iter().any(|(_, n)| *n == u64::MAX)
        {
            self.doubt(addr);
            return Default::default();
        }
        (item.doubtful.clone(), item.why)
    }

    /// Whoever awaits it goes on if it rejects: what is certain only if it does not is not certain.
    fn doubt(&mut self, addr: Addr) {
        let list = self.waiting();
        if self.heap.slots[addr as usize].summary || !list.iter().any(|u| u.addr == addr && !u.doubtful.is_empty()) {
            return;
        }
        let mut lost: Vec<Unawaited> = vec![];
        let mut kept: Vec<Arc<Unawaited>> = vec![];
        for item in list.iter() {
            if item.addr != addr || item.doubtful.is_empty() {
                kept.push(item.clone());
                continue;
            }
            let doubtful = |key: &Key| item.doubtful.iter().find(|(k, _)| k == key).map_or(0, |(_, n)| *n);
            let keys =
                item.keys.iter().map(|(k, n)| if *n == u64::MAX { (*k, *n) } else { (*k, n - doubtful(k).min(*n)) });
            let keys = keys.filter(|(_, n)| *n > 0).collect();
            kept.push(Arc::new(Unawaited { keys, doubtful: Arc::default(), ..(**item).clone() }));
            lost.push(Unawaited {
                addr: LOST,
                keys: item.doubtful.clone(),
                doubtful: Arc::default(),
                why: item.why,
                origins: Arc::default(),
                width: Tally::zero(),
                depth: item.depth,
                touched: Touched::nothing(),
            });
        }
        for item in lost {
            match kept.iter_mut().find(|u| u.addr == LOST) {
                Some(old) => merge_into(Arc::make_mut(old), &item),
                None => kept.push(item.into()),
            }
        }
        self.set_waiting(kept);
    }

    /// The promise, or all promises the array holds, have been awaited.
    fn release(&mut self, addr: Addr) {
        if self.heap.slots[addr as usize].summary {
            return;
        }
        let list = self.waiting();
        if !list.iter().any(|u| u.addr == addr) {
            return;
        }
        for done in list.iter().filter(|u| u.addr == addr) {
            if done.depth >= self.fx_stack.len() {
                self.fx.hold = self.fx.hold.minus(&done.width);
            }
        }
        self.set_waiting(list.iter().filter(|u| u.addr != addr).cloned().collect::<Vec<_>>());
    }

    /// What inner regions left in flight is counted in this one from now on.
    pub(super) fn settle_depths(&mut self) {
        let depth = self.fx_stack.len();
        let list = self.waiting();
        if list.iter().any(|u| u.depth > depth) {
            let settled = list.iter().map(|u| match u.depth > depth {
                true => Arc::new(Unawaited { depth, ..(**u).clone() }),
                false => u.clone(),
            });
            self.set_waiting(settled.collect::<Arc<[_]>>());
        }
    }

    /// Awaiting `to` from now on awaits what awaiting `from` did.
    pub(super) fn rekey(&mut self, from: Addr, to: Addr) {
        if from == to || self.heap.slots[from as usize].summary || self.heap.slots[to as usize].summary {
            return;
        }
        let list = self.waiting();
        if !list.iter().any(|u| u.addr == from) {
            return;
        }
        let (moved, mut kept): (Vec<Arc<Unawaited>>, Vec<Arc<Unawaited>>) =
            list.iter().cloned().partition(|u| u.addr == from);
        for item in moved {
            match kept.iter_mut().find(|u| u.addr == to) {
                Some(old) => merge_into(Arc::make_mut(old), &item),
                None => kept.push(Arc::new(Unawaited { addr: to, ..(*item).clone() })),
            }
        }
        self.set_waiting(kept);
    }

    /// An array takes over the only reference to a promise.
    pub(super) fn hold(&mut self, holder: Addr, val: &Val) {
        if let Some(addr) = val.only_ref()
            && matches!(self.heap.get(addr), Content::Promise(_))
        {
            self.rekey(addr, holder);
        }
    }

    pub(super) fn hold_in(&mut self, holder: Addr, arr: &Arr) {
        for addr in std::mem::take(&mut self.spread_from) {
            self.rekey(addr, holder);
        }
        for val in arr.elems.iter().flatten() {
            self.hold(holder, val);
        }
    }

    /// An array is spread: what holds its elements next, holds its promises.
    pub(super) fn release_from(&mut self, val: &Val) {
        if let Some(addr) = val.only_ref() {
            self.spread_from.push(addr);
        }
    }

    /// Call sites whose promises a value is.
    pub(super) fn origins(&self, val: &Val) -> Option<Arc<[u32]>> {
        let lists = val.refs.as_slice().iter().filter_map(|a| self.heap.get(*a).promise().map(|p| &p.origins));
        let all = super::record::all_origins(lists);
        (!all.is_empty()).then_some(all)
    }

    fn note_awaited(&mut self, origins: &[u32]) {
        for origin in origins {
            if let Some(site) = self.record.sites.get_mut(origin) {
                site.awaited = true;
            }
        }
    }

    /// `await val`.
    pub(super) fn await_value(&mut self, val: &Val, _at: Span) -> Val {
        if self.is_thenable(val) {
            self.note_wait();
            self.may_throw();
            let rest = self.await_quietly(val);
            return rest;
        }
        let promises: Vec<(Addr, Arc<Prom>)> =
            val.refs.as_slice().iter().filter_map(|a| Some((*a, self.heap.get(*a).promise()?.clone()))).collect();
        if promises.is_empty() {
            return val.clone();
        }
        self.note_wait();
        let rest = val.refs.as_slice().iter().copied().filter(|a| !promises.iter().any(|(p, _)| p == a));
        let mut result = Val { refs: Refs::from_iter(rest), ..val.clone() };
        let others = !result.is_never();
        let mut path: Option<Tally> = None;
        let mut rejects = false;
        for (_, prom) in &promises {
            result.join_with(&prom.val);
            path = Some(path.map_or_else(|| prom.path.clone(), |p| p.join(&prom.path)));
            rejects |= prom.rejects;
            self.note_awaited(&prom.origins.clone());
        }
        if let Some(path) = path {
            self.fx.path = self.fx.path.add(&if others { path.down_to(0, None) } else { path });
        }
        let (mut undone, mut why) = (Arc::default(), None);
        if let [(addr, prom)] = promises.as_slice()
            && !others
        {
            // What rejects early can leave its siblings running.
            let siblings = prom.rejects && self.leaves_siblings.contains(addr);
            if prom.rejects && self.is_guarded() {
                (undone, why) = self.doubted(*addr);
            }
            if !(siblings && self.is_guarded()) {
                self.release(*addr);
            }
        }
        if rejects {
            self.may_throw_short_of(&undone, why);
        }
        if result.is_never() && self.live {
            if rejects {
                self.leave(Leave::Throw, Val::default());
            } else {
                // It never settles.
                self.live = false;
            }
        }
        result
    }

    /// Calls a value and awaits what it gives. Where it can be several functions, each is followed to the end of its own wait.
    pub(super) fn call_awaiting(&mut self, f: &Val, args: &Args, at: Span) -> Val {
        let several = f.refs.as_slice().len() > 1 && Val { refs: Refs::None, ..f.clone() }.is_never();
        if !several {
            let closure = f.only_ref().and_then(|a| self.heap.get(a).fun().cloned());
            self.result_awaited = matches!(closure.as_deref(), Some(Fun::Closure { .. }));
            let val = self.call_value(f, Val::undefined(), args, at);
            self.result_awaited = false;
            return self.await_value(&val, at);
        }
        let each: Vec<Addr> = f.refs.as_slice().to_vec();
        self.either(each.len(), |me, i| me.call_awaiting(&Val::addr(each[i]), args, at))
    }

    /// Whether it may have a method `then`, which is called where it is awaited.
    pub(super) fn is_thenable(&mut self, val: &Val) -> bool {
        val.refs.as_slice().iter().any(|addr| match self.heap.get(*addr) {
            Content::Object(o) if self.has_own(o, "then") => true,
            Content::Object(o) => {
                let hidden = o
                    .rest
                    .as_ref()
                    .is_some_and(|rest| !self.functions_in(rest).is_empty() || rest.unknown.is_some_and(|u| !u.data));
                hidden || o.class.is_some_and(|class| self.has_unnamed(class))
            }
            _ => false,
        })
    }

    /// What a value resolves to, without awaiting it here.
    pub(super) fn await_quietly(&mut self, val: &Val) -> Val {
        let mut result = Val { refs: Refs::None, ..val.clone() };
        if self.is_thenable(val) {
            self.escape(val, Span::default());
            self.forget_unsteady();
            result = result.join(&self.unknown(Span::default(), "its method `then` decides it"));
        }
        let mut rest = vec![];
        for addr in val.refs.as_slice() {
            match self.heap.get(*addr) {
                Content::Promise(p) => result.join_with(&p.val),
                _ => rest.push(*addr),
            }
        }
        Val { refs: Refs::from_iter(result.refs.as_slice().iter().copied().chain(rest)), ..result }
    }

    /// What a promise that is resolved with `val` takes over from the promises this can be: whether it may reject, the call sites it
    /// stands for, and the agents one after another until it settles.
    pub(super) fn taken_over(&mut self, val: &Val) -> (bool, Arc<[u32]>, Tally) {
        let mut rejects = self.is_thenable(val);
        let (mut origins, mut path) = (Arc::default(), Tally::zero());
        for addr in val.refs.as_slice() {
            let Content::Promise(p) = self.heap.get(*addr) else { continue };
            rejects |= p.rejects;
            origins = union(&origins, &p.origins);
            path = path.max(&p.path);
        }
        (rejects, origins, path.down_to(0, None))
    }

    /// `then`, `catch`, `finally` of one of `addrs`: called once for all of them, so that a chain in a loop, whose end may be any of those made so
    /// far, does not become twice as many with each turn.
    pub(super) fn promise_method(&mut self, addrs: &[Addr], name: &str, args: &Args, at: Span) -> Val {
        let joined = addrs.iter().map(|a| self.heap.get(*a).clone()).reduce(|all, one| join_contents(&all, &one));
        let Some(prom) = joined.as_ref().and_then(Content::promise) else {
            return Val::undefined();
        };
        self.note_awaited(&prom.origins);
        let is_function = |me: &Self, v: &Val| {
            !me.functions_in(v).is_empty() || v.builtin.is_some() || v.unknown.is_some_and(|u| !u.data)
        };
        let (on_ok, on_error) = match name {
            "then" => (args.get(0), args.get(1)),
            "catch" => (Val::undefined(), args.get(0)),
            "finally" => (args.get(0), args.get(0)),
            _ => {
                // What every object has, or nothing.
                let any = self.unknown(at, "this method is not followed");
                return self.call_unknown(&any, args, at);
            }
        };
        let (has_ok, has_error) = (is_function(self, &on_ok), is_function(self, &on_error));
        if has_error && name != "finally" {
            addrs.iter().for_each(|addr| self.doubt(*addr));
        }
        self.begin_deferred(u32::MAX);
        let mut done = self.guarded(|me| {
            let mut ways = vec![];
            if !prom.val.is_never() {
                ways.push(me.way(|me| {
                    if !has_ok {
                        return prom.val.clone();
                    }
                    let given = if name == "finally" { Args::default() } else { Args::of(vec![prom.val.clone()], at) };
                    let val = me.call_value(&on_ok, Val::undefined(), &given, at);
                    let val = me.await_value(&val, at);
                    if name == "finally" { prom.val.clone() } else { val }
                }));
            }
            if prom.rejects {
                ways.push(me.way(|me| {
                    if !has_error {
                        me.may_throw();
                        me.leave(Leave::Throw, Val::default());
                        return Val::default();
                    }
                    let error = me.error(at);
                    let given = if name == "finally" { Args::default() } else { Args::of(vec![error], at) };
                    let val = me.call_value(&on_error, Val::undefined(), &given, at);
                    let val = me.await_value(&val, at);
                    if name == "finally" {
                        me.leave(Leave::Throw, Val::default());
                    }
                    val
                }));
            }
            me.any_way(ways)
        });
        self.touched = self.end_deferred();
        done.fx.path = prom.path.add(&done.fx.path);
        let val = self.promise_of(done, prom.origins.clone(), at);
        self.chained(addrs, &val);
        val
    }

    /// Awaiting the new promise awaits the old one, if it is known which that is.
    fn chained(&mut self, from: &[Addr], to: &Val) {
        if let Some(to) = to.only_ref() {
            if from.iter().any(|from| self.leaves_siblings.contains(from)) {
                self.leaves_siblings.insert(to);
            }
            if let [from] = from {
                self.rekey(*from, to);
            }
        }
    }

    /// `Promise.all` and its kin.
    pub(super) fn promise_static(&mut self, name: &str, args: &Args, at: Span) -> Val {
        let given = args.get(0);
        match name {
            "resolve" => {
                if let Some(addr) = given.only_ref()
                    && matches!(self.heap.get(addr), Content::Promise(_))
                {
                    return given;
                }
                let (rejects, origins, path) = self.taken_over(&given);
                let val = self.await_quietly(&given);
                Val::addr(self.promise(at, Prom { val, rejects, origins, path }))
            }
            "reject" => self.settled(Val::default(), true, at),
            "all" | "allSettled" | "race" | "any" => {
                // What it cannot go through rejects what it gives.
                let mut arr = Arr::of(vec![]);
                let gone = self.guarded(|me| {
                    arr = me.iterated(&given, at);
                    Val::undefined()
                });
                self.fx.then(&gone.fx);
                let elems: Vec<Val> = arr.elems.clone().unwrap_or_else(|| vec![arr.elem.clone()]);
                let mut rejects = gone.rejects || name == "any" && arr.len.lo < 1.0;
                let mut path = Tally::zero();
                let mut lists = vec![];
                let mut vals = vec![];
                for elem in &elems {
                    for addr in elem.refs.as_slice() {
                        if let Content::Promise(p) = self.heap.get(*addr) {
                            rejects |= p.rejects;
                            path = path.max(&p.path);
                            lists.push(p.origins.clone());
                        }
                    }
                    rejects |= self.is_thenable(elem);
                    vals.push(self.await_quietly(elem));
                }
                let origins = super::record::all_origins(lists.iter());
                self.note_awaited(&origins);
                let val = match name {
                    "all" => {
                        let all = Arr { decided: arr.decided, ..self.with_values(&arr, vals) };
                        self.new_array(all, at)
                    }
                    "allSettled" => {
                        let settled: Vec<Val> = vals.iter().map(|v| self.settlement(v, rejects, at)).collect();
                        let all = self.with_values(&arr, settled);
                        self.new_array(all, at)
                    }
                    _ => vals.iter().fold(Val::default(), |a, v| a.join(v)),
                };
                let rejects = rejects && name != "allSettled" || gone.rejects;
                let path = if matches!(name, "race" | "any") { path.down_to(0, None) } else { path };
                let addr = self.promise(at, Prom { val, rejects, origins, path });
                if matches!(name, "all" | "allSettled") {
                    if name == "allSettled" {
                        let held = arr.elems.iter().flatten().filter_map(Val::only_ref);
                        held.chain(given.only_ref()).collect::<Vec<_>>().into_iter().for_each(|held| self.doubt(held));
                    }
                    if let Some(source) = given.only_ref() {
                        self.rekey(source, addr);
                    }
                    for elem in arr.elems.iter().flatten() {
                        if let Some(one) = elem.only_ref() {
                            self.rekey(one, addr);
                        }
                    }
                }
                self.leaves_siblings.insert(addr);
                Val::addr(addr)
            }
            _ => {
                let any = self.unknown(at, "this function is not followed");
                self.call_unknown(&any, args, at)
            }
        }
    }

    fn with_values(&self, arr: &Arr, mut vals: Vec<Val>) -> Arr {
        match &arr.elems {
            Some(_) => Arr::of(vals),
            None => Arr { elems: None, elem: vals.pop().unwrap_or_default(), ..arr.clone() },
        }
    }

    fn settlement(&mut self, val: &Val, rejects: bool, at: Span) -> Val {
        let mut obj = Obj::default();
        let statuses = if rejects { vec!["fulfilled", "rejected"] } else { vec!["fulfilled"] };
        let status = super::strings::Str::one_of(statuses.into_iter().map(Arc::from));
        super::expressions::set_field(&mut obj, "status", status.map_or_else(Val::default, Val::from));
        super::expressions::set_field(
            &mut obj,
            "value",
            if rejects { val.join(&Val::undefined()) } else { val.clone() },
        );
        if rejects {
            let error = self.error(at);
            super::expressions::set_field(&mut obj, "reason", error.join(&Val::undefined()));
        }
        let addr = self.alloc(at, Content::Object(obj.into()));
        Val::addr(addr)
    }

    /// At a run's end: nothing is certain that was never awaited.
    pub(super) fn settle_run(&mut self) {
        let list = self.waiting();
        let fx = std::mem::take(&mut self.fx);
        self.fx = self.pools_settled(fx);
        for item in list.iter() {
            for (key, least) in item.keys.iter() {
                if let Some(n) = self.fx.counts.get_mut(*key) {
                    *n = n.less(*least, item.why);
                }
            }
            for origin in item.origins.iter() {
                if let Some(site) = self.record.sites.get_mut(origin) {
                    site.left = true;
                }
            }
        }
        // Each call site is certain to start its own.
        let calls = self.fx.counts.iter().filter(|(k, _)| matches!(k, Key::Call(_)));
        let sure: u64 = calls.map(|(_, n)| n.low).sum();
        if let Some(total) = self.fx.counts.get_mut(Key::Total) {
            total.low = total.low.max(sure);
        }
    }
}

/// A promise that one path left waiting, or another, or both.
pub(super) fn merge_either(old: &mut Unawaited, other: &Unawaited) {
    old.keys = merge_keys(&old.keys, &other.keys, u64::max);
    old.doubtful = merge_keys(&old.doubtful, &other.doubtful, u64::max);
    old.why = old.why.or(other.why);
    old.origins = union(&old.origins, &other.origins);
    old.touched = old.touched.and(&other.touched);
    old.width = old.width.join(&other.width);
    old.depth = old.depth.min(other.depth);
}

/// Adds what another promise counts.
pub(super) fn merge_into(old: &mut Unawaited, more: &Unawaited) {
    old.keys = merge_keys(&old.keys, &more.keys, u64::saturating_add);
    old.doubtful = merge_keys(&old.doubtful, &more.doubtful, u64::saturating_add);
    old.why = old.why.or(more.why);
    old.origins = union(&old.origins, &more.origins);
    old.touched = old.touched.and(&more.touched);
    old.width = if old.depth == more.depth { old.width.add(&more.width) } else { Tally::zero() };
    old.depth = old.depth.min(more.depth);
}

fn merge_keys(a: &[(Key, u64)], b: &[(Key, u64)], both: fn(u64, u64) -> u64) -> Arc<[(Key, u64)]> {
    let mut keys = a.to_vec();
    for (key, n) in b {
        match keys.iter_mut().find(|(k, _)| k == key) {
            Some((_, m)) => *m = both(*m, *n),
            None => keys.push((*key, *n)),
        }
    }
    keys.into()
}
