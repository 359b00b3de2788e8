//! What values give when they are gone through, and what they can do once out of sight.

use rustc_hash::FxHashSet;

use super::{
    contents::{Arr, Content, Fun, contents_within, join_contents},
    effects::Effects,
    functions::Args,
    interp::Interp,
    numbers::Num,
    strings::Str,
    sum::Tally,
    val::{Addr, Refs, Val},
};
use crate::text::Span;

/// So many places leave our sight at no cost.
const MOST_FREE: usize = 200;

impl Interp<'_> {
    /// What a function value that leaves our sight can do: it may be called any number of times, with anything, at any time.
    pub(super) fn escape(&mut self, val: &Val, at: Span) {
        let mut seen: FxHashSet<u32> = FxHashSet::default();
        let mut open: Vec<u32> = val.refs.as_slice().to_vec();
        while let Some(addr) = open.pop() {
            if !self.live || !seen.insert(addr) {
                continue;
            }
            // Whatever hangs on it is gone through, and pays for its way once it is much.
            if seen.len() > MOST_FREE && !self.step() {
                return;
            }
            let mut more = |v: &Val| open.extend(v.refs.as_slice());
            match self.heap.get(addr).clone() {
                Content::Object(o) => {
                    o.fields.iter().for_each(|f| more(&f.val));
                    o.rest.iter().for_each(&mut more);
                    self.heap.slots[addr as usize].open = true;
                    // Whoever has an instance calls its methods.
                    let methods = o.class.map_or_else(Vec::new, |class| self.methods(class, addr));
                    methods.iter().for_each(|method| open.extend(method.refs.as_slice()));
                }
                Content::Array(a) => {
                    more(&a.joined());
                    self.heap.slots[addr as usize].open = true;
                }
                Content::Map(c) | Content::Set(c) => {
                    more(&c.key);
                    more(&c.val);
                    self.heap.slots[addr as usize].open = true;
                }
                Content::Promise(p) => more(&p.val),
                Content::Fun(f) => {
                    match &*f {
                        Fun::Bound { function, this, arguments } => {
                            [function, this].into_iter().chain(arguments).for_each(&mut more);
                        }
                        Fun::Method { this, .. } => more(this),
                        Fun::Class { parent, statics, .. } => {
                            more(parent);
                            statics.iter().for_each(|f| more(&f.val));
                        }
                        Fun::Closure { .. } | Fun::Settle { .. } => {}
                    }
                    self.escape_function(addr, &f, at);
                }
                Content::Var(_) | Content::Pending(_) | Content::Other(_) => {}
            }
        }
    }

    fn escape_function(&mut self, addr: u32, fun: &Fun, at: Span) {
        let (Fun::Closure { node, .. } | Fun::Class { node, .. }) = fun else { return };
        if self.escaped.contains(node) {
            return;
        }
        self.escaped.push(*node);
        let why = self.why(at, "it is not known whether, and how often, this function is called");
        let sym = self.symbol("calls", at);
        let any = Val::unknown(why, sym, false);
        let args = Args { rest: Some(any), ..Args::default() };
        let (fx, _) = self.any_number_of_times(|me| {
            let done = me.guarded(|me| match fun {
                Fun::Class { .. } => {
                    let made = me.instantiate(addr, &args, at);
                    me.escape(&made, at);
                    made
                }
                _ => me.call_fun(addr, Val::undefined(), &args, at),
            });
            me.fx.then(&done.fx);
            Val::default()
        });
        let times = Tally { low: 0, high: None, sum: super::sum::Sum::symbol(sym), whys: super::sum::Whys::one(why) };
        self.fx.then(&fx.times(&times));
    }

    /// From here on, writes to an object or a list may be refused.
    pub(super) fn freeze(&mut self, addr: Addr) {
        let slot = &mut self.heap.slots[addr as usize];
        if !slot.frozen && matches!(slot.content, Content::Object(_) | Content::Array(_)) {
            slot.frozen = true;
            self.frozen.push(addr);
        }
    }

    /// What `f` does once, where it can be done any number of times, now and later: what it writes is open from now on.
    pub(super) fn any_number_of_times(&mut self, mut f: impl FnMut(&mut Self) -> Val) -> (Effects, Val) {
        // Functions that leave our sight in it are followed once: the first time it is done.
        let mut all = Effects::none();
        loop {
            let born = self.heap.len();
            let frozen = self.frozen.len();
            let way = self.way(&mut f);
            all = all.join(&way.fx);
            let mut more = self.frozen[frozen..].iter().any(|addr| *addr < born);
            for (changed, content) in way.delta.0 {
                if changed >= born || changed == self.pending {
                    continue;
                }
                let before = self.heap.get(changed);
                let joined = join_contents(before, &content);
                let slot = &self.heap.slots[changed as usize];
                // Having been written once, it can be read the next time.
                more |= if changed == self.phase { !contents_within(&joined, before) } else { !slot.open };
                self.heap.replace(changed, joined);
                self.heap.slots[changed as usize].open = changed != self.phase;
            }
            if !more || self.exhausted {
                return (all, way.val);
            }
        }
    }

    /// The elements a value gives when it is gone through.
    pub(super) fn iterated(&mut self, val: &Val, at: Span) -> Arr {
        self.deref(val, at);
        self.iterated_or_empty(val, at)
    }

    pub(super) fn iterated_or_empty(&mut self, val: &Val, at: Span) -> Arr {
        if let Some(addr) = val.only_ref()
            && let Content::Array(arr) = self.heap.get(addr)
            && !self.heap.slots[addr as usize].open
        {
            let arr = (**arr).clone();
            self.looks(addr);
            return arr;
        }
        let mut all: Option<Arr> = None;
        let mut add = |arr: Arr| {
            all = Some(match all.take() {
                Some(a) => a.join(&arr),
                None => arr,
            });
        };
        for addr in val.refs.as_slice() {
            self.looks(*addr);
            if self.heap.slots[*addr as usize].open {
                let any = self.unknown(at, "something else can change it at any time");
                let (sym, why) = any.unknown.map_or((0, 0), |u| (u.sym, u.why));
                add(Arr::many(any, Num::length(0.0, f64::INFINITY, sym, why)));
                continue;
            }
            match self.heap.get(*addr).clone() {
                Content::Array(a) => add((*a).clone()),
                Content::Set(c) => add(Arr::many(c.key.clone(), c.size.clone())),
                Content::Map(c) => {
                    let pair = Arr::of(vec![c.key.clone(), c.val.clone()]);
                    let pair = self.alloc(at, Content::Array(pair.into()));
                    self.heap.slots[pair as usize].summary = true;
                    add(Arr::many(Val::addr(pair), c.size.clone()));
                }
                _ => {
                    self.may_throw();
                    let any = self.unknown(at, "it is not known what going through this gives");
                    let (sym, why) = any.unknown.map_or((0, 0), |u| (u.sym, u.why));
                    add(Arr::many(any, Num::length(0.0, f64::INFINITY, sym, why)));
                }
            }
        }
        if let Some(s) = &val.str {
            let hi = s.hi().map_or(f64::INFINITY, |h| h as f64);
            let lo = if s.lo() > 0 { 1.0 } else { 0.0 };
            add(Arr::many(Str::between(1, Some(4)).into(), Num::count(lo, hi)));
        }
        if let Some(u) = val.unknown {
            self.may_throw();
            let any = Val { unknown: Some(u), ..Val::default() };
            add(Arr::many(any, Num::length(0.0, f64::INFINITY, u.sym, u.why)));
        }
        if val.num.is_some() || val.yes || val.no || val.builtin.is_some() {
            self.may_throw();
        }
        all.unwrap_or_else(|| Arr::of(vec![]))
    }

    /// The places of the functions in a value.
    pub(super) fn functions_in(&self, val: &Val) -> Refs {
        Refs::from_iter(val.refs.as_slice().iter().copied().filter(|a| matches!(self.heap.get(*a), Content::Fun(_))))
    }
}
