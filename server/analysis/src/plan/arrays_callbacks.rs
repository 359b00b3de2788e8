//! Methods of arrays that call a function for their elements.

use std::sync::Arc;

use swc_ecma_ast::{ArrowFunctionBody, Expr, Pat, Stmt};

use super::{
    contents::{Arr, Content, Fun},
    expressions::truthy_part,
    functions::{Args, FnNode},
    interp::Interp,
    iterate::Trips,
    loops::MOST_UNROLLED,
    numbers::Num,
    val::{Addr, Val},
};
use crate::text::Span;

/// The methods handled here.
pub(super) const TAKES_CALLBACK: [&str; 14] = [
    "map",
    "filter",
    "forEach",
    "flatMap",
    "some",
    "every",
    "find",
    "findIndex",
    "findLast",
    "findLastIndex",
    "reduce",
    "reduceRight",
    "toSpliced",
    "group",
];

const MOST_UNROLLED_NESTED: u32 = 64;

/// What calling a function for each element gave.
pub(super) enum Each {
    /// Its result for each.
    One(Vec<Val>),
    /// All results taken together.
    All(Val),
}

impl Each {
    pub(super) fn joined(&self) -> Val {
        match self {
            Each::One(vals) => vals.iter().fold(Val::default(), |a, v| a.join(v)),
            Each::All(val) => val.clone(),
        }
    }
}

impl<'a> Interp<'a> {
    /// Runs `f` for each element, in order; with `may_stop`, it can stop after any.
    pub(super) fn each(&mut self, arr: &Arr, may_stop: bool, f: &mut dyn FnMut(&mut Self, Val, Val) -> Val) -> Each {
        let trial_before = self.trial_before.take();
        if let Some(elems) = &arr.elems
            && elems.len() <= MOST_UNROLLED
            && self.unrolled * (elems.len().max(1) as u32) <= MOST_UNROLLED_NESTED
            && !may_stop
        {
            let factor = elems.len().max(1) as u32;
            self.unrolled *= factor;
            let outer = self.chain;
            let mut results = vec![];
            for (i, elem) in elems.iter().enumerate() {
                if !self.live {
                    break;
                }
                results.push(f(self, elem.clone(), Val::number(i as f64)));
            }
            self.chain = outer;
            self.unrolled /= factor;
            return Each::One(results);
        }
        let index = Num::count(0.0, (arr.len.hi - 1.0).max(0.0));
        let elem = arr.joined();
        let mut trips = arr.len.tally();
        if may_stop {
            let why = trips.whys.first();
            trips = trips.down_to(trips.low.min(1), why);
        }
        self.trial_before = trial_before;
        let done = self.iterate(Trips::Given(trips), |me| (f(me, elem.clone(), index.clone().into()), vec![]));
        Each::All(self.any_way(done.ways))
    }

    pub(super) fn array_callback(&mut self, addrs: &[Addr], arr: &Arr, name: &str, args: &Args, at: Span) -> Val {
        let f = args.get(0);
        if name != "toSpliced" {
            self.takes_function(&f);
        }
        if !self.live {
            return Val::default();
        }
        let given = args.get(1);
        let this = if name.starts_with("reduce") { Val::undefined() } else { given };
        let own = match addrs {
            [one] => Val::addr(*one),
            many => Val { refs: super::val::Refs::from_iter(many.iter().copied()), ..Val::default() },
        };
        let mut call = |me: &mut Self, elem: Val, index: Val| {
            me.call_value(&f, this.clone(), &Args::of(vec![elem, index, own.clone()], at), at)
        };
        match name {
            "map" => {
                let val = self.new_array(Arr::of(vec![]), at);
                let holder = val.only_ref();
                let results = self.each(arr, false, &mut |me, elem, index| {
                    let result = call(me, elem, index);
                    if let Some(holder) = holder {
                        me.hold(holder, &result);
                    }
                    result
                });
                let mapped = match results {
                    Each::One(vals) => Arr::of(vals),
                    Each::All(val) => Arr::many(val, arr.len.clone()),
                };
                let mapped = Arr { decided: arr.decided, filtered: arr.filtered, ..mapped };
                if let Some(holder) = holder {
                    self.heap.replace(holder, Content::Array(mapped.into()));
                }
                val
            }
            "forEach" => {
                self.each(arr, false, &mut call);
                Val::undefined()
            }
            "filter" => self.filter(arr, &f, this.clone(), own.clone(), at),
            "flatMap" => {
                let results = self.each(arr, false, &mut call);
                let mapped = match results {
                    Each::One(vals) => Arr { decided: arr.decided, ..Arr::of(vals) },
                    Each::All(val) => Arr { decided: arr.decided, ..Arr::many(val, arr.len.clone()) },
                };
                let flat = self.flatten(&mapped, at);
                self.new_array(flat, at)
            }
            "some" | "every" => {
                let results = self.each(arr, true, &mut call).joined();
                let (all, none) = (results.truthy() == Some(true), results.truthy() == Some(false));
                match (name, arr.len.lo >= 1.0) {
                    ("some", _) if none || arr.len.hi == 0.0 => Val::bool(false),
                    ("some", true) if all => Val::bool(true),
                    ("every", _) if all || arr.len.hi == 0.0 => Val::bool(true),
                    ("every", true) if none => Val::bool(false),
                    _ => Val::either(),
                }
            }
            "find" | "findLast" => {
                self.each(arr, true, &mut call);
                let why = self.why(at, format_args!("`{name}` may find nothing"));
                let elem = arr.joined();
                self.kept_by(&f, &elem).join(&Val::undefined_because(why))
            }
            "findIndex" | "findLastIndex" => {
                self.each(arr, true, &mut call);
                Num::count(-1.0, (arr.len.hi - 1.0).max(-1.0)).into()
            }
            "reduce" | "reduceRight" => self.reduce(arr, name, args, own, at),
            _ => {
                addrs.iter().for_each(|addr| self.escape(&Val::addr(*addr), at));
                let any = self.unknown(at, "this method is not followed");
                self.call_unknown(&any, args, at)
            }
        }
    }

    fn filter(&mut self, arr: &Arr, f: &Val, this: Val, own: Val, at: Span) -> Val {
        let boolean = f.builtin == Some("Boolean");
        let results = self.each(arr, false, &mut |me, elem, index| {
            me.call_value(f, this.clone(), &Args::of(vec![elem, index, own.clone()], at), at)
        });
        let why = self.why(at, "`filter` may drop some");
        let kept = |me: &mut Self, elem: &Val| if boolean { truthy_part(elem) } else { me.kept_by(f, elem) };
        let filtered = match (&results, &arr.elems) {
            (Each::One(results), Some(elems)) if results.len() == elems.len() => {
                let mut sure = vec![];
                let mut all_decided = true;
                let (mut low, mut high) = (0.0, 0.0);
                let mut elem = Val::default();
                for (result, e) in results.iter().zip(elems) {
                    let part = kept(self, e);
                    match result.truthy() {
                        Some(true) => {
                            low += 1.0;
                            high += 1.0;
                            elem.join_with(&part);
                            sure.push(part);
                        }
                        Some(false) => {}
                        None => {
                            all_decided = false;
                            high += 1.0;
                            elem.join_with(&part);
                        }
                    }
                }
                if all_decided { Arr::of(sure) } else { Arr::many(elem, Num::count(low, high).because(why)) }
            }
            _ => {
                let elem = kept(self, &arr.joined());
                match results.joined().truthy() {
                    Some(true) => Arr::many(elem, arr.len.clone()),
                    Some(false) => Arr::of(vec![]),
                    None => {
                        let sum = arr.len.tally().sum.at_most();
                        let len =
                            Num { sum: Some(Arc::new(sum)), whys: arr.len.whys.clone(), ..Num::count(0.0, arr.len.hi) };
                        Arr::many(elem, len.because(why))
                    }
                }
            }
        };
        let dropped = filtered.len.lo < arr.len.hi;
        let filtered =
            Arr { decided: arr.decided, filtered: if dropped { Some(why) } else { arr.filtered }, ..filtered };
        self.new_array(filtered, at)
    }

    /// What an element can be that a test lets pass.
    fn kept_by(&mut self, f: &Val, elem: &Val) -> Val {
        if f.builtin == Some("Boolean") {
            return truthy_part(elem);
        }
        let Some(Content::Fun(fun)) = f.only_ref().map(|a| self.heap.get(a).clone()) else {
            return elem.clone();
        };
        let Fun::Closure { node, env, .. } = &*fun else {
            return elem.clone();
        };
        let (test, param): (&'a Expr, &'a Pat) = match self.nodes[*node as usize] {
            FnNode::Arrow(a) => match (&*a.body, a.params.first()) {
                (ArrowFunctionBody::Expr(e), Some(p)) => (e, p),
                (ArrowFunctionBody::FunctionBody(b), Some(p)) => match b.stmts.as_slice() {
                    [Stmt::Return(r)] => match &r.arg {
                        Some(e) => (e, p),
                        None => return elem.clone(),
                    },
                    _ => return elem.clone(),
                },
                _ => return elem.clone(),
            },
            _ => return elem.clone(),
        };
        let key = self.nodes[*node as usize].span().start;
        let outer = std::mem::replace(&mut self.env, env.clone());
        self.env = self.frame(key);
        let way = self.way(|me| {
            me.bind(param, elem.clone(), true);
            me.assume(test, true);
            match param {
                Pat::Ident(i) => match me.place(&i.id) {
                    Some(addr) => me.heap.var(addr),
                    None => elem.clone(),
                },
                _ => elem.clone(),
            }
        });
        self.env = outer;
        if way.live { way.val } else { elem.clone() }
    }

    fn reduce(&mut self, arr: &Arr, name: &str, args: &Args, own: Val, at: Span) -> Val {
        let f = args.get(0);
        let mut arr = arr.clone();
        if name == "reduceRight"
            && let Some(e) = &mut arr.elems
        {
            e.reverse();
        }
        let start = if args.has(1) {
            args.get(1)
        } else {
            if arr.len.lo < 1.0 {
                self.may_throw();
            }
            let first = self.element(&arr, 0.0, at);
            arr = self.tail(&arr, 1.0);
            if first.is_nullish_possible() { arr.joined().join(&Val { undef: None, ..first }) } else { first }
        };
        let cell = self.alloc(at, Content::Var(start.into()));
        self.each(&arr, false, &mut |me, elem, index| {
            let so_far = me.heap.var(cell);
            let next = me.call_value(&f, Val::undefined(), &Args::of(vec![so_far, elem, index, own.clone()], at), at);
            if me.live {
                me.heap.set_var(cell, next);
            }
            Val::undefined()
        });
        self.heap.var(cell)
    }
}
