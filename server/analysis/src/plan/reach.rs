//! What values give when they are gone through, and what they can do once out of sight.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{
    contents::{Arr, Content, Env, Fun, contents_within, join_contents},
    effects::Effects,
    functions::{Args, FnNode},
    interp::Interp,
    numbers::Num,
    promises::LOST,
    strings::Str,
    sum::Tally,
    val::{Addr, Refs, Val},
};
use crate::text::Span;

/// So many places leave our sight at no cost.
const MOST_FREE: usize = 200;
/// So many closures of one function that leave our sight are followed one by one.
const MOST_FOLLOWED: usize = 4;

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
                    self.open(addr);
                    self.handed_out.insert(addr);
                    // Whoever has an instance calls its methods.
                    let methods = o.class.map_or_else(Vec::new, |class| self.methods(class, addr));
                    methods.iter().for_each(|method| open.extend(method.refs.as_slice()));
                }
                Content::Array(a) => {
                    more(&a.joined());
                    self.open(addr);
                }
                Content::Map(c) | Content::Set(c) => {
                    more(&c.key);
                    more(&c.val);
                    self.open(addr);
                }
                Content::Promise(p) => more(&p.val),
                Content::Iterator(a) => more(&a.joined()),
                Content::Fun(f) => {
                    match &*f {
                        Fun::Bound { function, this, arguments } => {
                            [function, this].into_iter().chain(arguments).for_each(&mut more);
                        }
                        Fun::Class { parent, statics, .. } => {
                            more(parent);
                            statics.iter().for_each(|f| more(&f.val));
                        }
                        Fun::Closure { .. } | Fun::Settle { .. } | Fun::Method { .. } => {}
                    }
                    self.escape_function(addr, &f, at);
                }
                Content::Var(_) | Content::Pending(_) | Content::Other(_) => {}
            }
        }
    }

    /// Whether the function `node` with these variables has to be followed on its way out of our sight. One that leaves it with many others
    /// is followed with variables of which nothing is known, and stands for all of them.
    fn escapes_anew(&mut self, node: u32, env: &Env, at: Span) -> bool {
        let same = |known: &(u32, Env)| known.0 == node && same_frames(&known.1, env);
        if self.escaped.iter().any(same) {
            return false;
        }
        let known: Vec<Env> = self.escaped.iter().filter(|(n, _)| *n == node).map(|(_, env)| env.clone()).collect();
        self.escaped.push((node, env.clone()));
        if known.len() < MOST_FOLLOWED {
            return true;
        }
        let mut frame = env.clone();
        while let Some(own) = frame.filter(|own| !known.iter().any(|other| has_frame(other, own.base))) {
            for addr in own.base..own.base + own.count {
                let held = self.heap.var(addr);
                self.open(addr);
                self.escape(&held, at);
            }
            frame = own.parent.clone();
        }
        known.len() == MOST_FOLLOWED
    }

    fn escape_function(&mut self, addr: u32, fun: &Fun, at: Span) {
        let (Fun::Closure { node, env, .. } | Fun::Class { node, env, .. }) = fun else { return };
        if !self.escapes_anew(*node, env, at) {
            return;
        }
        let why = self.why(at, "it is not known whether, and how often, this function is called");
        let sym = self.symbol("calls", at);
        let any = Val::unknown(why, sym, false);
        let args = Args { rest: Some(any), ..Args::default() };
        // Whoever calls it does so on what it likes.
        let this = match fun {
            Fun::Closure { node, this, .. } if !matches!(self.nodes[*node as usize], FnNode::Arrow(_)) => {
                let anyone = self.unknown(at, "it is not known on what this function is called");
                if *this == Val::undefined() { anyone } else { this.join(&anyone) }
            }
            _ => Val::undefined(),
        };
        let (fx, _) = self.later(|me| {
            let done = me.guarded(|me| match fun {
                Fun::Class { .. } => {
                    let made = me.instantiate(addr, &args, at);
                    me.escape(&made, at);
                    made
                }
                _ => {
                    let given = me.call_fun(addr, this.clone(), &args, at);
                    me.escape(&given, at);
                    given
                }
            });
            me.fx.then(&done.fx);
            Val::default()
        });
        let times = Tally { low: 0, high: None, sum: super::sum::Sum::symbol(sym), whys: super::sum::Whys::one(why) };
        self.fx.then(&fx.times(&times));
    }

    /// What `f` does once, where nobody knows when, nor how often, it is done: what it writes is open from now on, and what it looks at is torn
    /// where somebody writes to it later.
    pub(super) fn later(&mut self, f: impl FnMut(&mut Self) -> Val) -> (Effects, Val) {
        self.begin_deferred(u32::MAX);
        let done = self.any_number_of_times(f);
        self.touched = self.end_deferred();
        self.leave_pending(LOST, vec![], Default::default(), Tally::zero());
        done
    }

    /// From here on, others write to a place at times that are not known.
    pub(super) fn open(&mut self, addr: Addr) {
        let slot = &mut self.heap.slots[addr as usize];
        if !slot.open {
            slot.open = true;
            self.opened.push(addr);
        }
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
            let (frozen, opened) = (self.frozen.len(), self.opened.len());
            let way = self.way(&mut f);
            all = all.join(&way.fx);
            let mut more = self.frozen[frozen..].iter().chain(&self.opened[opened..]).any(|addr| *addr < born);
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
                if changed != self.phase {
                    self.open(changed);
                }
            }
            if !more || self.exhausted {
                return (all, way.val);
            }
        }
    }

    /// A call of something that is not known.
    pub(super) fn call_unknown(&mut self, f: &Val, args: &Args, at: Span) -> Val {
        for val in args.vals.iter().chain(&args.rest) {
            self.escape(val, at);
        }
        self.forget_unsteady();
        self.wrote_unknown = true;
        self.may_throw();
        match f.unknown {
            Some(u) => Val::unknown(u.why, u.sym, u.data),
            None => self.unknown(at, "it is not known which function this calls"),
        }
    }

    /// A method of a value of which nothing is known: what methods of that name usually give.
    pub(super) fn unknown_method(&mut self, object: &Val, name: &str, args: &Args, at: Span) -> Val {
        let unknown = match object.unknown {
            Some(u) => u,
            None => match self.unknown(at, "something else can change it at any time").unknown {
                Some(u) => u,
                None => return Val::default(),
            },
        };
        let mut any = Val { unknown: Some(unknown), ..Val::default() };
        for addr in object.refs.as_slice() {
            if let Content::Array(a) = self.heap.get(*addr) {
                any = any.join(&a.joined());
            }
        }
        if matches!(name, "slice" | "concat" | "includes" | "indexOf" | "lastIndexOf" | "at") {
            // Texts and lists both have it.
            let arr = Arr::many(any.clone(), Num::length(0.0, f64::INFINITY, unknown.sym, unknown.why));
            let addr = self.alloc(at, Content::Array(arr.into()));
            let listed = self.array_method(&[addr], name, args, at);
            return listed.join(&Val { undef: None, ..self.string_method(&Arc::new(Str::any()), name, args, at) });
        }
        if super::names::method("Array", name).is_some() {
            if super::arrays::CHANGES.contains(&name) {
                self.forget_property(Some("length"), None);
            }
            if matches!(name, "push" | "unshift" | "splice" | "fill") {
                // The list has it from now on, and nothing is known of what is called out of it.
                args.vals.iter().chain(&args.rest).for_each(|val| self.escape(val, at));
            }
            let arr = Arr::many(any, Num::length(0.0, f64::INFINITY, unknown.sym, unknown.why));
            let addr = self.alloc(at, Content::Array(arr.into()));
            self.may_throw();
            return self.array_method(&[addr], name, args, at);
        }
        if super::names::method("String", name).is_some() {
            self.may_throw();
            let callbacks: Vec<Val> = args.vals.clone();
            callbacks.iter().for_each(|v| self.escape(v, at));
            let sym = self.naming.clone();
            let val = self.string_method(&Arc::new(Str::any()), name, &Args { vals: vec![], ..args.clone() }, at);
            self.naming = sym;
            return val;
        }
        self.call_unknown(&any, args, at)
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
            // Going through a list gives something for what was never set, too.
            let arr = Arr { holes: false, ..(**arr).clone() };
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
                if !matches!(self.heap.get(*addr), Content::Array(_) | Content::Set(_) | Content::Map(_)) {
                    self.may_throw();
                }
                let mut any = self.unknown(at, "something else can change it at any time");
                let (sym, why) = any.unknown.map_or((0, 0), |u| (u.sym, u.why));
                match self.heap.get(*addr).clone() {
                    Content::Array(a) | Content::Iterator(a) => any = any.join(&a.joined()),
                    Content::Map(c) => {
                        self.escape(&c.key, at);
                        self.escape(&c.val, at);
                    }
                    Content::Set(c) => any = any.join(&c.key),
                    _ => self.escape(&Val::addr(*addr), at),
                }
                add(Arr::many(any, Num::length(0.0, f64::INFINITY, sym, why)));
                continue;
            }
            if matches!(self.heap.get(*addr), Content::Iterator(_)) {
                self.goes_through(*addr);
            }
            match self.heap.get(*addr).clone() {
                Content::Array(a) => add(Arr { holes: false, ..(*a).clone() }),
                Content::Iterator(a) => {
                    if self.generators.contains(addr) {
                        self.may_throw();
                    }
                    // What has been gone through is gone.
                    let left = Arr::many(a.joined(), Num::count(0.0, a.len.hi));
                    self.writes(*addr);
                    self.heap.write(*addr, Content::Iterator(left.into()));
                    add((*a).clone());
                }
                Content::Set(c) => add(Arr::many(c.key.clone(), c.size.clone())),
                Content::Map(c) => {
                    let pair = Arr::of(vec![c.key.clone(), c.val.clone()]);
                    let pair = self.alloc(at, Content::Array(pair.into()));
                    self.heap.slots[pair as usize].summary = true;
                    add(Arr::many(Val::addr(pair), c.size.clone()));
                }
                _ => {
                    // Methods it has for that are called.
                    self.escape(&Val::addr(*addr), at);
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

/// Whether both are the same variables.
fn same_frames(a: &Env, b: &Env) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.base == b.base && a.count == b.count && same_frames(&a.parent, &b.parent),
        (None, None) => true,
        _ => false,
    }
}

/// Whether the variables from `base` on are among them.
fn has_frame(env: &Env, base: Addr) -> bool {
    env.as_ref().is_some_and(|frame| frame.base == base || has_frame(&frame.parent, base))
}
