//! Methods of arrays.

use std::{borrow::Cow, sync::Arc};

use super::{
    contents::{Arr, Content},
    functions::Args,
    interp::Interp,
    numbers::Num,
    strings::Str,
    unread::Concat,
    val::{Addr, Val},
};
use crate::text::Span;

/// The methods that change a list.
pub(super) const CHANGES: [&str; 9] =
    ["push", "unshift", "pop", "shift", "splice", "reverse", "sort", "fill", "copyWithin"];

/// The methods that leave a list as it is, and hand it to no one.
pub(super) const READS: [&str; 12] = [
    "slice",
    "concat",
    "flat",
    "join",
    "entries",
    "keys",
    "values",
    "toReversed",
    "toSorted",
    "map",
    "filter",
    "forEach",
];

impl<'a> Interp<'a> {
    /// Calls a method of one of the arrays at `addrs`.
    pub(super) fn array_method(&mut self, addrs: &[Addr], name: &str, args: &Args, at: Span) -> Val {
        let mut all: Option<Arc<Arr>> = None;
        for addr in addrs {
            self.looks(*addr);
            if let Content::Array(a) = self.heap.get(*addr) {
                all = Some(all.map_or_else(|| a.clone(), |x| x.join(a).into()));
            }
        }
        let mut arr = all.unwrap_or_default();
        if arr.holes {
            arr = match name {
                // These give something for every index.
                "entries" | "keys" | "values" => Arr { holes: false, ..(*arr).clone() }.into(),
                _ => self.without_holes(&arr, at).into_owned().into(),
            };
        }
        if super::arrays_callbacks::TAKES_CALLBACK.contains(&name) {
            return self.array_callback(addrs, &arr, name, args, at);
        }
        match name {
            _ if CHANGES.contains(&name) => self.mutate(addrs, name, args, at),
            "slice" => {
                let sliced = self.slice(&arr, args, at);
                self.new_array(sliced, at)
            }
            "concat" => {
                let joined = self.concat(&arr, args, at);
                self.new_array(joined, at)
            }
            "flat" => {
                let depth = if args.has(0) { args.get(0).as_number().unwrap_or(9.0) } else { 1.0 };
                let mut flat = (*arr).clone();
                for _ in 0..(depth.clamp(0.0, 9.0) as usize) {
                    flat = self.flatten(&flat, at);
                }
                self.new_array(flat, at)
            }
            "join" | "toString" | "toLocaleString" => self.join_texts(&arr, args, at),
            "includes" => self.includes(&arr, &args.get(0)),
            "indexOf" | "lastIndexOf" => {
                Num { whys: arr.len.whys.clone(), ..Num::count(-1.0, arr.len.hi - 1.0) }.into()
            }
            "at" => {
                let i = args.get(0).as_number();
                match (i, &arr.elems) {
                    (Some(i), Some(elems)) => {
                        let i = if i < 0.0 { i + elems.len() as f64 } else { i };
                        if i < 0.0 { Val::undefined() } else { self.element(&arr, i, at) }
                    }
                    (Some(i), None) if i >= 0.0 => self.element(&arr, i, at),
                    (Some(i), None) if -i <= arr.len.lo => arr.elem.clone(),
                    _ => {
                        let why = self.why(at, "the list can be shorter");
                        arr.joined().join(&Val::undefined_because(why))
                    }
                }
            }
            "entries" => {
                let elems = arr.elems.clone().filter(|e| e.len() <= 64);
                let pairs = match elems {
                    Some(elems) => {
                        let pairs = elems.into_iter().enumerate().map(|(i, e)| {
                            Val::addr(self.alloc(at, Content::Array(Arr::of(vec![Val::number(i as f64), e]).into())))
                        });
                        Arr { decided: arr.decided, ..Arr::of(pairs.collect()) }
                    }
                    None => {
                        let index = Num::count(0.0, (arr.len.hi - 1.0).max(0.0));
                        let pair = self.alloc(at, Content::Array(Arr::of(vec![index.into(), arr.joined()]).into()));
                        self.heap.slots[pair as usize].summary = true;
                        Arr { elems: None, elem: Val::addr(pair), ..(*arr).clone() }
                    }
                };
                self.new_iterator(pairs, at)
            }
            "keys" => {
                let keys = match &arr.elems {
                    Some(elems) => Arr::of((0..elems.len()).map(|i| Val::number(i as f64)).collect()),
                    None => Arr { elem: Num::count(0.0, (arr.len.hi - 1.0).max(0.0)).into(), ..(*arr).clone() },
                };
                self.new_iterator(keys, at)
            }
            "values" => self.new_iterator((*arr).clone(), at),
            "toReversed" => {
                let mut arr = (*arr).clone();
                if let Some(e) = &mut arr.elems {
                    e.reverse();
                }
                self.new_array(arr, at)
            }
            "with" => {
                let i = self.number_of(&args.get(0));
                if i.nan || i.lo < -arr.len.lo || i.hi >= arr.len.lo.max(1e-9) {
                    self.may_throw();
                }
                let elem = arr.joined().join(&args.get(1));
                self.new_array(Arr { elems: None, elem, ..(*arr).clone() }, at)
            }
            "toSorted" => {
                self.compare_all(&arr, &args.get(0), at);
                self.new_array(sorted(&arr), at)
            }
            _ => {
                addrs.iter().for_each(|addr| self.escape(&Val::addr(*addr), at));
                let any = self.unknown(at, "this method is not followed");
                self.call_unknown(&any, args, at)
            }
        }
    }

    /// Puts the elements of a list in order: by `f`, or as texts.
    fn compare_all(&mut self, arr: &Arr, f: &Val, at: Span) {
        let elem = arr.joined();
        if *f == Val::undefined() {
            let odd = |me: &Self| elem.refs.as_slice().iter().any(|a| matches!(me.heap.get(*a), Content::Object(_)));
            if odd(self) {
                self.escape(&elem, at);
            }
            self.converts(&elem.without_nullish());
            return;
        }
        if f.undef.is_some() {
            self.converts(&elem.without_nullish());
        } else {
            self.takes_function(f);
        }
        if f.unknown.is_some_and(|u| !u.data) {
            self.escape(&elem, at);
            self.may_throw();
        }
        if self.live {
            let given = self.any_times(f, &[elem.clone(), elem], at);
            self.converts(&given);
        }
    }

    /// Methods of generators and of what goes through a list.
    pub(super) fn iterator_method(&mut self, addr: u32, name: &str, args: &Args, at: Span) -> Val {
        args.vals.iter().chain(&args.rest).for_each(|v| self.escape(v, at));
        let any = self.unknown(at, "how a generator goes on is not followed");
        self.may_throw();
        if !matches!(name, "next" | "return" | "throw") {
            self.escape(&Val::addr(addr), at);
            return any;
        }
        self.note_taken(addr);
        let Content::Iterator(arr) = self.heap.get(addr).clone() else { return any };
        self.writes(addr);
        let left = Arr::many(arr.joined(), Num::count(0.0, arr.len.hi));
        self.heap.write(addr, Content::Iterator(left.into()));
        // What a generator returns is not kept; an async one gives promises.
        self.escape(&arr.joined(), at);
        any
    }

    pub(super) fn new_iterator(&mut self, arr: Arr, at: Span) -> Val {
        Val::addr(self.alloc(at, Content::Iterator(arr.into())))
    }

    pub(super) fn new_array(&mut self, arr: Arr, at: Span) -> Val {
        Val::addr(self.alloc(at, Content::Array(arr.into())))
    }

    /// The list as methods go through it: they pass over elements that were never set.
    pub(super) fn without_holes<'l>(&mut self, arr: &'l Arr, at: Span) -> Cow<'l, Arr> {
        if !arr.holes {
            return Cow::Borrowed(arr);
        }
        let why = self.why(at, "elements that were never set are passed over");
        let sum = Some(Arc::new(arr.len.tally().sum.at_most()));
        let len = Num { sum, whys: arr.len.whys.clone(), ..Num::count(0.0, arr.len.hi) }.because(why);
        Cow::Owned(Arr { elems: None, elem: arr.joined().join(&Val::undefined()), len, holes: false, ..arr.clone() })
    }

    fn mutate(&mut self, addrs: &[Addr], name: &str, args: &Args, at: Span) -> Val {
        let one = addrs.len() == 1;
        let mut result = Val::default();
        self.forget_elements(addrs);
        for addr in addrs {
            self.note_shared_write(*addr, at, "");
            if matches!(name, "pop" | "shift" | "splice") {
                self.note_taken(*addr);
            }
            if matches!(name, "push" | "unshift") || args.vals.len() > 2 || args.rest.is_some() {
                self.note_growth(*addr);
            }
            if self.heap.slots[*addr as usize].open {
                args.vals.iter().for_each(|v| self.escape(v, at));
            }
            let Content::Array(mut arr) = self.heap.get(*addr).clone() else { continue };
            if arr.holes && name != "fill" {
                arr = self.without_holes(&arr, at).into_owned().into();
            }
            let (next, val) = self.mutated(*addr, &arr, name, args, at);
            result.join_with(&val);
            if one && matches!(name, "push" | "unshift") && self.heap.slots[*addr as usize].shared {
                // Growing a list is one step: others can grow it too, but not undo this.
                self.heap.replace(*addr, Content::Array(next.blurred().into()));
                continue;
            }
            let content = if one {
                Content::Array(next.into())
            } else {
                super::contents::join_contents(&Content::Array(arr), &Content::Array(next.into()))
            };
            self.heap.write(*addr, content);
        }
        result
    }

    fn mutated(&mut self, addr: Addr, arr: &Arr, name: &str, args: &Args, at: Span) -> (Arr, Val) {
        let one = Num::exactly(1.0);
        match name {
            "push" | "unshift" => {
                for val in args.vals.iter().chain(&args.rest) {
                    self.hold(addr, val);
                }
                let added = args.from(0);
                let (first, second) = if name == "push" { (arr, &added) } else { (&added, arr) };
                let mut next = append(first, second);
                next.decided = arr.decided.filter(|_| arr.elems.is_none() || arr.len.hi > 0.0);
                next.filtered = arr.filtered;
                let len = next.len.clone();
                (next, len.into())
            }
            "pop" | "shift" => {
                if let Some(elems) = &arr.elems {
                    let mut rest = elems.clone();
                    let taken = if rest.is_empty() {
                        Val::undefined()
                    } else if name == "pop" {
                        rest.pop().unwrap_or_default()
                    } else {
                        rest.remove(0)
                    };
                    return (Arr { decided: arr.decided, ..Arr::of(rest) }, taken);
                }
                let why = self.why(at, "the list can be empty");
                let taken =
                    if arr.len.lo >= 1.0 { arr.elem.clone() } else { arr.elem.join(&Val::undefined_because(why)) };
                let mut len = arr.len.sub(&one);
                if arr.len.lo < 1.0 {
                    // Taking from an empty list leaves it empty.
                    len = Num {
                        lo: 0.0,
                        hi: len.hi.max(0.0),
                        since: len.since.map(|s| super::numbers::Since { hi: s.hi + 1.0, ..s }),
                        ..len
                    };
                }
                (Arr { len, ..arr.clone() }, taken)
            }
            "splice" => {
                let elem = arr.joined();
                let added = args.from(2);
                let count = if args.has(1) { self.number_of(&args.get(1)) } else { Num::count(0.0, f64::INFINITY) };
                if let (Some(elems), Some(start), true) =
                    (&arr.elems, args.get(0).as_number(), count.is_exact() || !args.has(1))
                    && let Some(new) = &added.elems
                {
                    let n = elems.len() as f64;
                    let start = if start < 0.0 { (n + start).max(0.0) } else { start.min(n) } as usize;
                    let take = if args.has(1) {
                        (count.lo.max(0.0) as usize).min(elems.len() - start)
                    } else {
                        elems.len() - start
                    };
                    let mut rest = elems.clone();
                    let taken: Vec<Val> = rest.splice(start..start + take, new.iter().cloned()).collect();
                    return (Arr { decided: arr.decided, ..Arr::of(rest) }, self.new_array(Arr::of(taken), at));
                }
                let from_start = args.get(0).as_number() == Some(0.0);
                let removed = if from_start && args.has(1) {
                    arr.len.min(&count.max(&Num::exactly(0.0)))
                } else {
                    Num {
                        whys: arr.len.whys.clone(),
                        ..Num::count(0.0, arr.len.hi.min(if count.nan { f64::INFINITY } else { count.hi.max(0.0) }))
                    }
                };
                let taken = Arr {
                    decided: arr.decided,
                    ..Arr::many(elem.clone(), Num { whole: true, nan: false, ..removed.clone() })
                };
                let left = arr.len.sub(&removed.plain());
                let lo = (arr.len.lo - removed.hi).max(0.0);
                let mut left =
                    Num { lo, hi: arr.len.hi - if from_start { removed.lo.min(arr.len.hi) } else { 0.0 }, ..left };
                if from_start && removed.lo >= 1.0 {
                    left.hi = (arr.len.hi - removed.lo).max(0.0);
                }
                left.nan = false;
                let rest = Arr { elems: None, elem, len: left, ..arr.clone() };
                let taken = self.new_array(taken, at);
                (append(&rest, &added), taken)
            }
            "reverse" => {
                let mut next = arr.clone();
                if let Some(e) = &mut next.elems {
                    e.reverse();
                }
                (next, Val::addr(addr))
            }
            "sort" => {
                self.compare_all(arr, &args.get(0), at);
                (sorted(arr), Val::addr(addr))
            }
            "fill" => {
                let val = args.get(0);
                let next = match (&arr.elems, args.has(1)) {
                    (Some(elems), false) => Arr { decided: arr.decided, ..Arr::of(vec![val; elems.len()]) },
                    (_, false) => Arr { elems: None, elem: val, holes: false, ..arr.clone() },
                    (_, true) => Arr { elems: None, elem: arr.joined().join(&val), ..arr.clone() },
                };
                (next, Val::addr(addr))
            }
            _ => (arr.blurred(), Val::addr(addr)),
        }
    }

    /// Calls `f`, if it is a function, any number of times.
    pub(super) fn any_times(&mut self, f: &Val, with: &[Val], at: Span) -> Val {
        if self.functions_in(f).is_empty() {
            return Val::default();
        }
        let why = self.why(at, "how often the function is called is not known");
        let sym = self.symbol("calls", at);
        let times = Num::length(0.0, f64::INFINITY, sym, why);
        let arr = Arr::many(Val::undefined(), times);
        let args = Args::of(with.to_vec(), at);
        let done = self.each(&arr, false, &mut |me, _, _| me.call_value(f, Val::undefined(), &args, at));
        done.joined()
    }

    fn slice(&mut self, arr: &Arr, args: &Args, at: Span) -> Arr {
        let from = if args.has(0) && args.get(0) != Val::undefined() {
            self.number_of(&args.get(0))
        } else {
            Num::exactly(0.0)
        };
        let to = if args.has(1) && args.get(1) != Val::undefined() { Some(self.number_of(&args.get(1))) } else { None };
        if let Some(elems) = &arr.elems
            && from.is_exact()
            && to.as_ref().is_none_or(Num::is_exact)
        {
            let n = elems.len() as f64;
            let clip = |i: f64| (if i < 0.0 { (n + i).max(0.0) } else { i.min(n) }) as usize;
            let (from, end) = (clip(from.lo), to.as_ref().map_or(elems.len(), |t| clip(t.lo)));
            let kept = elems.get(from..end.max(from)).unwrap_or_default().to_vec();
            let mut sliced = Arr { decided: arr.decided, ..Arr::of(kept) };
            if sliced.len.hi < arr.len.hi {
                sliced.decided = Some(self.why(at, format_args!("`slice` keeps {} of {}", sliced.len.hi, arr.len.hi)));
            }
            return sliced;
        }
        let zero = Num::exactly(0.0);
        let (from, to) = (from.as_index(), to.as_ref().map(Num::as_index));
        let len = match (&to, from.lo >= 0.0) {
            // From the start: at most so many, and no more than there are.
            (Some(to), true) if to.lo >= 0.0 => {
                let window = if from == zero { to.clone() } else { to.sub(&from).max(&zero) };
                let rest = if from == zero { arr.len.clone() } else { arr.len.sub(&from).max(&zero) };
                window.min(&rest)
            }
            (None, true) => arr.len.sub(&from).max(&zero),
            // The last so many.
            (None, false) if from.hi < 0.0 => zero.sub(&from.plain()).min(&arr.len),
            (Some(to), true) if to.hi < 0.0 && from == zero => arr.len.add(to).max(&zero),
            _ => Num {
                sum: arr.len.sum.as_ref().map(|s| Arc::new((**s).clone().at_most())),
                // What it is cut to says how long it is, too.
                whys: to.iter().fold(arr.len.whys.union(&from.whys), |whys, to| whys.union(&to.whys)),
                ..Num::count(0.0, arr.len.hi)
            },
        };
        let tighter = len.hi < arr.len.hi;
        let len = Num { whole: true, nan: false, since: None, ..len };
        let mut sliced = Arr { decided: arr.decided, filtered: arr.filtered, ..Arr::many(arr.joined(), len) };
        if tighter {
            sliced.decided = Some(self.why(at, format_args!("`slice` keeps at most {}", sliced.len.hi)));
        }
        sliced
    }

    fn concat(&mut self, arr: &Arr, args: &Args, at: Span) -> Arr {
        let mut all = arr.clone();
        for val in args.vals.iter().chain(&args.rest) {
            let more = self.as_spread(val, at);
            all = append(&all, &more);
        }
        if args.rest.is_some() {
            all = Arr { elems: None, elem: all.joined(), len: Num::count(arr.len.lo, f64::INFINITY), ..all };
        }
        all
    }

    /// The elements a value adds where lists are flattened: an array's own, or the value itself.
    fn as_spread(&mut self, val: &Val, at: Span) -> Arr {
        let arrays: Vec<Addr> =
            val.refs.as_slice().iter().copied().filter(|a| matches!(self.heap.get(*a), Content::Array(_))).collect();
        let rest = Val {
            refs: super::val::Refs::from_iter(val.refs.as_slice().iter().copied().filter(|a| !arrays.contains(a))),
            unknown: None,
            ..val.clone()
        };
        let mut all: Option<Arr> = if rest.is_never() { None } else { Some(Arr::of(vec![rest])) };
        for addr in arrays {
            if let Content::Array(a) = self.heap.get(addr) {
                let a = (**a).clone();
                all = Some(all.map_or_else(|| a.clone(), |x| x.join(&a)));
            }
            if self.heap.slots[addr as usize].open {
                let any = self.unknown(at, "something else can change it at any time");
                let (sym, why) = any.unknown.map_or((0, 0), |u| (u.sym, u.why));
                let a = Arr::many(any, Num::length(0.0, f64::INFINITY, sym, why));
                all = Some(all.map_or_else(|| a.clone(), |x| x.join(&a)));
            }
        }
        if let Some(u) = val.unknown {
            let a =
                Arr::many(Val { unknown: Some(u), ..Val::default() }, Num::length(0.0, f64::INFINITY, u.sym, u.why));
            all = Some(all.map_or_else(|| a.clone(), |x| x.join(&a)));
        }
        all.unwrap_or_else(|| Arr::of(vec![]))
    }

    /// One level of `flat`.
    pub(super) fn flatten(&mut self, arr: &Arr, at: Span) -> Arr {
        match &arr.elems {
            Some(elems) => {
                let mut all = Arr::of(vec![]);
                for elem in elems {
                    let more = self.as_spread(elem, at);
                    let more = self.without_holes(&more, at);
                    all.decided = all.decided.or(more.decided);
                    all = append(&all, &more);
                }
                all
            }
            None => {
                let inner = self.as_spread(&arr.elem, at);
                let inner = self.without_holes(&inner, at);
                let len = Num { whole: true, nan: false, since: None, ..arr.len.mul(&inner.len) };
                Arr { decided: inner.decided.or(arr.decided), ..Arr::many(inner.joined(), len) }
            }
        }
    }

    fn join_texts(&mut self, arr: &Arr, args: &Args, at: Span) -> Val {
        let between =
            if args.has(0) && args.get(0) != Val::undefined() { self.text_of(&args.get(0)) } else { Str::known(",") };
        if let Some(elems) = arr.elems.clone().filter(|e| e.len() <= 64) {
            let mut text = Concat::of(&Str::known(""));
            for (i, elem) in elems.iter().enumerate() {
                if i > 0 {
                    text.push(at, &between, at);
                }
                let filled = elem.without_nullish();
                let mut part = if filled.is_never() { Str::known("") } else { self.text_of(&filled) };
                if elem.is_nullish_possible() {
                    part = part.join(&Str::known(""));
                }
                text.push(at, &part, at);
            }
            return text.done().into();
        }
        let elem = self.text_of(&arr.joined().without_nullish());
        let n = arr.len.hi;
        let hi = match (elem.hi(), between.hi()) {
            (Some(e), Some(b)) if n.is_finite() => Some((n as u64).saturating_mul(e.saturating_add(b))),
            _ => None,
        };
        let lo = if arr.joined().is_nullish_possible() { 0 } else { (arr.len.lo as u64).saturating_mul(elem.lo()) };
        Val::from(Str { from_agent: elem.from_agent, ..Str::between(lo, hi) })
    }

    fn includes(&mut self, arr: &Arr, val: &Val) -> Val {
        let Some(elems) = &arr.elems else { return Val::either() };
        let mut possible = false;
        for elem in elems {
            match self.same(elem, val) {
                Some(true) => return Val::bool(true),
                None => possible = true,
                Some(false) => {}
            }
        }
        if possible { Val::either() } else { Val::bool(false) }
    }
}

/// The elements of both, one after the other.
pub(super) fn append(a: &Arr, b: &Arr) -> Arr {
    let holes = a.holes || b.holes;
    match (&a.elems, &b.elems) {
        (Some(x), Some(y)) if x.len() + y.len() <= 512 => {
            Arr { holes, decided: a.decided, filtered: a.filtered, ..Arr::of(x.iter().chain(y).cloned().collect()) }
        }
        _ => Arr {
            elems: None,
            elem: a.joined().join(&b.joined()),
            len: a.len.add(&b.len),
            holes,
            decided: a.decided.or(b.decided),
            filtered: a.filtered.or(b.filtered),
            grown: None,
        },
    }
}

/// The same elements in another order.
fn sorted(arr: &Arr) -> Arr {
    match &arr.elems {
        Some(elems) if elems.len() > 1 => {
            let elem = arr.joined();
            Arr { decided: arr.decided, ..Arr::of(vec![elem; elems.len()]) }
        }
        _ => arr.clone(),
    }
}
