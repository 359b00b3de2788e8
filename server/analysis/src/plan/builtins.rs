//! Functions and namespaces of the language.

use std::sync::Arc;

use super::{
    contents::{Arr, Coll, Content, Obj, Prom},
    functions::Args,
    interp::Interp,
    numbers::Num,
    strings::Str,
    sum::Tally,
    val::{Refs, Val},
};
use crate::text::Span;

impl<'a> Interp<'a> {
    /// A property of a function or namespace of the language or the dialect.
    pub(super) fn builtin_member(&mut self, builtin: &'static str, name: &str, at: Span) -> Val {
        match (builtin, name) {
            ("Math", "PI") => return Val::number(std::f64::consts::PI),
            ("Math", "E") => return Val::number(std::f64::consts::E),
            ("Number", "MAX_SAFE_INTEGER") => return Val::number(9007199254740991.0),
            ("Number", "MIN_SAFE_INTEGER") => return Val::number(-9007199254740991.0),
            ("Number", "POSITIVE_INFINITY") => return Val::number(f64::INFINITY),
            ("Number", "NEGATIVE_INFINITY") => return Val::number(f64::NEG_INFINITY),
            ("Number", "EPSILON") => return Val::number(f64::EPSILON),
            ("Number", "MAX_VALUE") => return Val::number(f64::MAX),
            ("Number", "NaN") => return Num::any().into(),
            ("budget", "total") => {
                let why = self.why(at, "a run need not have a budget");
                return Val { null: Some(why), ..Num::count(0.0, f64::INFINITY).because(why).into() };
            }
            ("globalThis", name) => {
                if let Some(name) = super::names::primitive(name).or_else(|| super::names::global(name)) {
                    return if name == "args" { self.heap.var(self.args_place) } else { Val::builtin(name) };
                }
            }
            _ => {}
        }
        if let Some(full) = super::names::member(builtin, name) {
            return Val::builtin(full);
        }
        match name {
            "call" | "apply" | "bind" => self.bound(name, at),
            "prototype" => Val::builtin("prototype"),
            "constructor" => self.unknown(at, "prototypes are not followed"),
            // Called by way of `call`: whoever it is called on.
            _ if builtin == "prototype" => self.bound(name, at),
            "name" | "toString" => self.unknown(at, "this property is not followed"),
            "length" => Num::count(0.0, 10.0).into(),
            _ => self.unknown(at, "this property is not followed"),
        }
    }

    /// Calls a function of the language or the dialect.
    pub(super) fn call_builtin(&mut self, name: &'static str, this: &Val, args: &Args, at: Span) -> Val {
        if let Some(val) = self.call_primitive(name, args, at) {
            return val;
        }
        self.builtin_may_throw(name, this, args);
        if !self.live {
            return Val::default();
        }
        match name {
            "JSON.stringify" => self.stringify(args, at),
            "JSON.parse" => self.parse_json(args, at),
            "Array.isArray" => {
                let val = args.get(0);
                let array = |a: &u32| matches!(self.heap.get(*a), Content::Array(_));
                let some = val.refs.as_slice().iter().any(array);
                let rest = Val {
                    refs: super::val::Refs::from_iter(val.refs.as_slice().iter().copied().filter(|a| !array(a))),
                    ..val.clone()
                };
                Val { yes: some || val.unknown.is_some(), no: !rest.is_never(), ..Val::default() }
            }
            "Array.from" => self.array_from(args, at),
            "Array.of" => self.new_array(args.from(0), at),
            "Array" => {
                let n = args.get(0);
                if args.vals.len() == 1 && args.rest.is_none() && n.only_num() {
                    let n = self.number_of(&n);
                    self.length_may_be_refused(&n);
                    let len = Num { lo: n.lo.max(0.0), nan: false, whole: true, ..n };
                    let why = self.why(at, "`Array(n)` sets the length");
                    let arr = if len.is_exact() && len.lo <= 64.0 {
                        Arr::of(vec![Val::undefined(); len.lo as usize])
                    } else {
                        Arr::many(Val::undefined(), len)
                    };
                    return self.new_array(Arr { holes: arr.len.hi > 0.0, decided: Some(why), ..arr }, at);
                }
                if args.vals.len() + usize::from(args.rest.is_some()) == 1 {
                    // Of one number it makes a list of that length.
                    let one = args.vals.first().or(args.rest.as_ref()).cloned().unwrap_or_default();
                    if args.rest.is_some() || one.num.is_some() || one.unknown.is_some() {
                        self.may_throw();
                        let why = self.why(at, "`Array(n)` sets the length");
                        let sym = self.symbol("length", at);
                        let len = Num::length(0.0, f64::INFINITY, sym, why);
                        let arr = Arr::many(one.join(&Val::undefined()), len);
                        return self.new_array(Arr { holes: true, ..arr }, at);
                    }
                }
                self.new_array(args.from(0), at)
            }
            "Object.keys" | "Object.getOwnPropertyNames" | "Reflect.ownKeys" => {
                self.deref(&args.get(0), at);
                let keys = self.keys_of(&args.get(0), at);
                self.new_array(keys, at)
            }
            "Object.values" | "Object.entries" => self.values_of(name == "Object.entries", &args.get(0), at),
            "Object.fromEntries" => {
                let pairs = self.iterated(&args.get(0), at);
                let mut obj = Obj::default();
                match pairs.elems.clone() {
                    Some(elems) => {
                        for pair in elems {
                            let pair = self.pair(&pair, true, at);
                            let (key, val) = (self.element(&pair, 0.0, at), self.element(&pair, 1.0, at));
                            self.converts(&key);
                            match self.key_text(&key) {
                                Some(key) => super::expressions::set_field(&mut obj, &key, val),
                                None => obj.set_unnamed(&val),
                            }
                        }
                    }
                    None if pairs.elem.is_never() => {}
                    None => {
                        let pair = self.pair(&pairs.elem, pairs.len.lo >= 1.0, at);
                        let key = self.element(&pair, 0.0, at);
                        self.converts(&key);
                        obj.open_to(&self.element(&pair, 1.0, at));
                        obj.unnamed = Some(Num { lo: pairs.len.lo.min(1.0), since: None, ..pairs.len.clone() });
                    }
                }
                Val::addr(self.alloc(at, Content::Object(obj.into())))
            }
            "Object.assign" => {
                let target = args.get(0);
                self.forget_property(None, None);
                if let Some(rest) = &args.rest {
                    self.escape(rest, at);
                    self.escape(&target, at);
                }
                for source in args.vals.iter().skip(1) {
                    for addr in target.refs.as_slice() {
                        if let Content::Object(o) = self.heap.get(*addr).clone() {
                            let mut obj = (*o).clone();
                            if obj.class.is_some() || obj.fields.iter().any(|f| f.accessor) {
                                // It is written to property by property.
                                self.may_throw();
                                self.escape(source, at);
                                self.escape(&target, at);
                            }
                            self.spread_into(&mut obj, source, at);
                            self.note_shared_write(*addr, at, "");
                            self.heap.write(*addr, Content::Object(obj.into()));
                        } else {
                            self.escape(&Val::addr(*addr), at);
                            self.escape(source, at);
                            self.may_throw();
                        }
                    }
                }
                target
            }
            "Object.freeze" | "Object.seal" => {
                let val = args.get(0);
                val.refs.as_slice().iter().for_each(|addr| self.freeze(*addr));
                val
            }
            "Object.create" if args.get(0) == Val::null() && !args.has(1) => {
                Val::addr(self.alloc(at, Content::Object(Obj { bare: true, ..Obj::default() }.into())))
            }
            "Object.hasOwn" | "Object.is" | "Object.isFrozen" | "Reflect.has" => Val::either(),
            "Object" => {
                let given = args.get(0);
                match given.is_nullish_possible() {
                    true => {
                        let made = Val::addr(self.alloc(at, Content::Object(Obj::default().into())));
                        given.without_nullish().join(&made)
                    }
                    false => given,
                }
            }
            "Boolean" => Val::truth(args.get(0).truthy()),
            "String" => Val::from(if args.has(0) { self.text_of(&args.get(0)) } else { Str::known("") }),
            "String.raw" | "String.fromCharCode" | "String.fromCodePoint" => Str::any().into(),
            "Number" => {
                if args.has(0) {
                    self.number_of(&args.get(0)).into()
                } else {
                    Val::number(0.0)
                }
            }
            "parseInt" | "parseFloat" | "Number.parseInt" | "Number.parseFloat" => match args.get(0).as_number() {
                Some(n) if n.abs() < 1e20 => Val::number(if name.ends_with("Int") { n.trunc() } else { n }),
                _ => match args.get(0).as_text().and_then(|t| t.trim().parse::<i32>().ok()) {
                    Some(n) => Val::number(n.into()),
                    None => {
                        let mut num = Num { whole: name.ends_with("Int"), ..Num::any() };
                        if let Some(u) = args.get(0).unknown {
                            num = num.because(u.why);
                        }
                        num.into()
                    }
                },
            },
            "isNaN" | "Number.isNaN" => {
                let val = args.get(0);
                match &val.num {
                    Some(n) if val.only_num() && !n.nan => Val::bool(false),
                    _ => Val::either(),
                }
            }
            "isFinite" | "Number.isFinite" | "Number.isInteger" | "Number.isSafeInteger" => {
                match args.get(0).as_number() {
                    Some(n) => Val::bool(n.is_finite() && (name.ends_with("ite") || n.fract() == 0.0)),
                    None => Val::either(),
                }
            }
            _ if name.starts_with("Math.") => self.math(&name[5..], args),
            "budget.spent" => Num::count(0.0, f64::INFINITY).into(),
            "budget.remaining" => {
                let why = self.why(at, "the budget decides it");
                Num::count(0.0, f64::INFINITY).because(why).into()
            }
            "Date.now" | "Date.parse" | "Date.UTC" => Num::any().into(),
            "Date" | "encodeURIComponent" | "decodeURIComponent" | "encodeURI" | "decodeURI" | "escape" => {
                Str::any().into()
            }
            "Error" | "TypeError" | "RangeError" | "SyntaxError" | "ReferenceError" | "EvalError" | "URIError" => {
                let mut obj = Obj { error: true, ..Obj::default() };
                super::expressions::set_field(&mut obj, "message", Str::any().into());
                Val::addr(self.alloc(at, Content::Object(obj.into())))
            }
            _ if name.starts_with("Promise.") => self.promise_static(&name[8..], args, at),
            "Symbol" | "Symbol.for" | "BigInt" | "RegExp" => self.unknown(at, "this kind of value is not followed"),
            _ if !name.contains('.') && super::names::method("String", name).is_some() && this.str.is_some() => {
                let text = this.str.clone().unwrap_or_else(|| Arc::new(Str::any()));
                self.string_method(&text, name, args, at)
            }
            _ => {
                let any = self.unknown(at, "this function is not followed");
                self.call_unknown(&any, args, at)
            }
        }
    }

    fn math(&mut self, name: &str, args: &Args) -> Val {
        let nums: Vec<Num> = args.vals.iter().map(|v| self.number_of(v)).collect();
        let first = nums.first().cloned().unwrap_or_else(Num::any);
        let num = match name {
            "max" | "min" => {
                let mut all: Option<Num> = None;
                for n in &nums {
                    all = Some(all.map_or_else(|| n.clone(), |a| if name == "max" { a.max(n) } else { a.min(n) }));
                }
                let empty = Num::exactly(if name == "max" { f64::NEG_INFINITY } else { f64::INFINITY });
                match &args.rest {
                    None => all.unwrap_or(empty),
                    Some(rest) => {
                        let rest = self.number_of(rest).plain();
                        let all = all.unwrap_or(empty);
                        // Any number of further ones only move it further.
                        let mut num = if name == "max" { all.max(&rest).join(&all) } else { all.min(&rest).join(&all) };
                        num.sum = None;
                        num
                    }
                }
            }
            "floor" => first.rounded(f64::floor),
            "ceil" => first.rounded(f64::ceil),
            "round" => first.rounded(|n| (n + 0.5).floor()),
            "trunc" => first.rounded(f64::trunc),
            "abs" if first.lo >= 0.0 => first,
            "abs" => {
                Num { whole: first.whole, nan: first.nan, ..Num::between(0.0, first.lo.abs().max(first.hi.abs())) }
            }
            "sign" => Num { nan: first.nan, ..Num::count(-1.0, 1.0) },
            "sqrt" if first.lo >= 0.0 => first.plain().monotone(f64::sqrt),
            "cbrt" => first.plain().monotone(f64::cbrt),
            "log2" if first.lo > 0.0 => first.plain().monotone(f64::log2),
            "log10" if first.lo > 0.0 => first.plain().monotone(f64::log10),
            "log" if first.lo > 0.0 => first.plain().monotone(f64::ln),
            "pow" => match (first.is_exact(), nums.get(1)) {
                (true, Some(n)) if n.is_exact() => Num::exactly(first.lo.powf(n.lo)),
                _ => Num::any(),
            },
            "random" => Num::between(0.0, 1.0),
            _ => Num::any(),
        };
        num.into()
    }

    fn array_from(&mut self, args: &Args, at: Span) -> Val {
        let source = args.get(0);
        let f = args.get(1);
        if args.has(1) && f != Val::undefined() {
            self.takes_function(&f);
        }
        // `{ length: n }`
        let mut arr: Option<Arr> = None;
        for addr in source.refs.as_slice() {
            if let Content::Object(o) = self.seen_at(*addr, at)
                && let Some(length) = o.fields.iter().find(|f| *f.name == *"length")
            {
                let length = if length.accessor { self.field(&o, "length", *addr, at) } else { length.val.clone() };
                let num = self.number_of(&length);
                if num.hi > 4_294_967_295.0 && !num.hi.is_infinite() {
                    self.may_throw();
                }
                let num = if num.whole { num } else { num.rounded(f64::floor) };
                // NaN and negative lengths give an empty list.
                let lo = if num.nan { 0.0 } else { num.lo.max(0.0) };
                let len = Num { lo, hi: num.hi.max(0.0), nan: false, whole: true, ..num };
                let why = self.why(at, "`Array.from({ length })` sets the length");
                let one = if len.is_exact() && len.lo <= 64.0 {
                    Arr::of(vec![Val::undefined(); len.lo as usize])
                } else {
                    Arr::many(Val::undefined(), len)
                };
                let one = Arr { decided: Some(why), ..one };
                arr = Some(arr.map_or_else(|| one.clone(), |a: Arr| a.join(&one)));
            }
        }
        let arr = match arr {
            Some(arr) if source.only_ref().is_some() => arr,
            Some(arr) => {
                let other = self.iterated(&source, at);
                arr.join(&other)
            }
            None => self.iterated(&source, at),
        };
        let arr = match arr.decided {
            Some(_) => arr,
            None => Arr { decided: None, ..arr },
        };
        let val = self.new_array(arr.clone(), at);
        if args.has(1) && f != Val::undefined() {
            let addrs: Vec<u32> = val.refs.as_slice().to_vec();
            return self.array_callback(&addrs, &arr, "map", &Args::of(vec![f], at), at);
        }
        val
    }

    fn values_of(&mut self, entries: bool, val: &Val, at: Span) -> Val {
        self.deref(val, at);
        let keys = self.keys_of(val, at);
        let mut fields: Option<Vec<(Arc<str>, Val)>> = None;
        if let Some(addr) = val.only_ref()
            && let Content::Object(o) = self.seen_at(addr, at)
            && o.rest.is_none()
            && o.fields.iter().all(|f| !f.optional)
        {
            let own = o.fields.iter().map(|f| {
                let val = if f.accessor { self.field(&o, &f.name, addr, at) } else { f.val.clone() };
                (f.name.clone(), val)
            });
            fields = Some(own.collect());
        }
        if let Some(fields) = fields {
            let elems = fields.into_iter().map(|(name, val)| {
                if entries { self.new_array(Arr::of(vec![Val::text(&name), val]), at) } else { val }
            });
            let elems: Vec<Val> = elems.collect();
            return self.new_array(Arr::of(elems), at);
        }
        let mut elem = Val::default();
        for addr in val.refs.as_slice() {
            match self.seen_at(*addr, at) {
                Content::Object(o) => {
                    for f in &o.fields {
                        if f.accessor {
                            self.escape(&f.val, at);
                            elem = elem.join(&self.unknown(at, "a getter decides it"));
                        } else {
                            elem = elem.join(&f.val);
                        }
                    }
                    elem = o.rest.iter().fold(elem, |e, r| e.join(r));
                }
                Content::Array(a) => elem.join_with(&a.joined()),
                Content::Fun(_) => {
                    self.escape(&Val::addr(*addr), at);
                    elem = elem.join(&self.unknown(at, "what functions have besides is not followed"));
                }
                _ => {}
            }
        }
        if let Some(u) = val.unknown {
            elem.join_with(&Val { unknown: Some(u), ..Val::default() });
        }
        if val.str.is_some() {
            elem.join_with(&Str::between(1, Some(4)).into());
        }
        if entries {
            let pair = self.alloc(at, Content::Array(Arr::of(vec![Str::any().into(), elem]).into()));
            self.heap.slots[pair as usize].summary = true;
            elem = Val::addr(pair);
        }
        self.new_array(Arr { elem, elems: None, ..keys }, at)
    }

    /// A pair of a key and a value; throws where it is no object.
    pub(super) fn pair(&mut self, val: &Val, certain: bool, at: Span) -> Arr {
        let others = Val { refs: Refs::None, ..val.clone() };
        if !others.is_never() {
            self.throws(certain && val.refs.is_empty() && val.unknown.is_none());
        }
        let pair = Val { undef: None, null: None, num: None, str: None, yes: false, no: false, ..val.clone() };
        if self.live { self.iterated_or_empty(&pair, at) } else { Arr::default() }
    }

    /// Methods of `Map` and `Set`.
    pub(super) fn collection_method(&mut self, addr: u32, name: &str, args: &Args, at: Span) -> Val {
        self.looks(addr);
        if self.heap.slots[addr as usize].open {
            args.vals.iter().for_each(|v| self.escape(v, at));
        }
        let (is_map, coll) = match self.seen_at(addr, at) {
            Content::Map(c) => (true, c),
            Content::Set(c) => (false, c),
            _ => return Val::undefined(),
        };
        let own = if is_map { matches!(name, "get" | "set") } else { name == "add" };
        if matches!(name, "get" | "set" | "add") && !own {
            self.leave(super::interp::Leave::Throw, Val::default());
            return Val::default();
        }
        let rebuilt = |c: Coll| if is_map { Content::Map(Arc::new(c)) } else { Content::Set(Arc::new(c)) };
        match name {
            "add" | "set" => {
                self.note_shared_write(addr, at, "");
                self.forget_size(addr);
                let grown = coll.size.add(&Num::count(0.0, 1.0));
                let first = coll.size.hi == 0.0;
                let size = if first { Num::exactly(1.0) } else { Num { lo: grown.lo.max(1.0), ..grown } };
                let val = if is_map { args.get(1) } else { args.get(0) };
                let next = Coll { key: coll.key.join(&args.get(0)), val: coll.val.join(&val), size };
                for held in [args.get(0), args.get(1)] {
                    self.hold(addr, &held);
                }
                self.heap.write(addr, rebuilt(next));
                Val::addr(addr)
            }
            "delete" => {
                self.note_shared_write(addr, at, "");
                self.forget_size(addr);
                let size = coll.size.sub(&Num::count(0.0, 1.0));
                let next = Coll { size: Num { lo: size.lo.max(0.0), ..size }, ..(*coll).clone() };
                self.heap.write(addr, rebuilt(next));
                Val::either()
            }
            "clear" => {
                self.note_shared_write(addr, at, "");
                self.forget_size(addr);
                self.heap
                    .write(addr, rebuilt(Coll { key: Val::default(), val: Val::default(), size: Num::exactly(0.0) }));
                Val::undefined()
            }
            "has" => {
                if coll.size.hi == 0.0 {
                    Val::bool(false)
                } else {
                    Val::either()
                }
            }
            "get" => {
                let why = self.why(at, "the map need not have the key");
                coll.val.join(&Val::undefined_because(why))
            }
            "forEach" => {
                let arr = Arr::many(coll.val.clone(), coll.size.clone());
                let (f, this) = (args.get(0), args.get(1));
                self.takes_function(&f);
                if !self.live {
                    return Val::default();
                }
                self.each(&arr, false, &mut |me, elem, _| {
                    me.call_value(&f, this.clone(), &Args::of(vec![elem, coll.key.clone(), Val::addr(addr)], at), at)
                });
                Val::undefined()
            }
            "keys" => self.new_iterator(Arr::many(coll.key.clone(), coll.size.clone()), at),
            "values" => self.new_iterator(Arr::many(coll.val.clone(), coll.size.clone()), at),
            "entries" => {
                let pair = self.alloc(at, Content::Array(Arr::of(vec![coll.key.clone(), coll.val.clone()]).into()));
                self.heap.slots[pair as usize].summary = true;
                self.new_iterator(Arr::many(Val::addr(pair), coll.size.clone()), at)
            }
            _ => {
                self.escape(&Val::addr(addr), at);
                let any = self.unknown(at, "this method is not followed");
                self.call_unknown(&any, args, at)
            }
        }
    }

    /// A promise already settled.
    pub(super) fn settled(&mut self, val: Val, rejects: bool, at: Span) -> Val {
        let prom = Prom { val, rejects, origins: Default::default(), path: Tally::zero() };
        Val::addr(self.promise(at, prom))
    }
}
