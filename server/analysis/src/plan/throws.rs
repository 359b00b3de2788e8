//! What the language throws by itself: where a value becomes a text or a number, where something is called that is no function, and where its
//! own functions get what they do not take.

use super::{
    contents::{Content, Fun, Obj},
    functions::{Args, FnNode},
    interp::{Interp, Leave},
    numbers::Num,
    val::{Addr, Refs, Val},
};
use crate::text::Span;

/// So many places are looked into for what they do when they become a text.
const MOST_PLACES: usize = 64;
/// The longest text there is, in UTF-16 units, is longer than this.
const SHORT: f64 = 1e8;

impl<'a> Interp<'a> {
    /// Leaves by an error if `certain`, and notes that it may otherwise.
    pub(super) fn throws(&mut self, certain: bool) {
        if certain { self.leave(Leave::Throw, Val::default()) } else { self.may_throw() }
    }

    /// What becomes of `val` where the language turns it into a text or a number: methods of objects are called, and what has none, a symbol and a
    /// big integer throw.
    pub(super) fn converts(&mut self, val: &Val) {
        if !val.refs.is_empty() || val.unknown.is_some_and(|u| !u.data) {
            self.converts_in(val, &mut vec![]);
        }
    }

    fn converts_in(&mut self, val: &Val, seen: &mut Vec<Addr>) {
        if val.unknown.is_some_and(|u| !u.data) || seen.len() > MOST_PLACES {
            self.may_throw();
        }
        for addr in val.refs.as_slice() {
            if seen.contains(addr) || seen.len() > MOST_PLACES {
                continue;
            }
            seen.push(*addr);
            self.looks(*addr);
            match self.heap.get(*addr).clone() {
                _ if self.heap.slots[*addr as usize].open => self.may_throw(),
                Content::Object(o) => self.object_converts(*addr, &o, seen),
                Content::Array(a) => self.converts_in(&a.joined().without_nullish(), seen),
                Content::Fun(f) => {
                    let Fun::Class { statics, .. } = &*f else { continue };
                    if statics.iter().any(|s| matches!(&*s.name, "toString" | "valueOf")) {
                        self.escape(&Val::addr(*addr), Span::default());
                        self.may_throw();
                    }
                }
                _ => {}
            }
        }
    }

    fn object_converts(&mut self, addr: Addr, o: &Obj, seen: &mut Vec<Addr>) {
        if o.bare {
            self.may_throw();
        }
        self.unnamed_members(addr, o);
        let names: &[&str] =
            if o.error { &["toString", "valueOf", "name", "message"] } else { &["toString", "valueOf"] };
        for name in names {
            if !self.has_own(o, name) {
                continue;
            }
            let not = self.way(|_| Val::default());
            let does = self.way(|me| {
                let own = o.class.filter(|class| me.class_has(*class, name));
                let member = match own.and_then(|class| me.class_member(class, name, addr, Span::default())) {
                    Some(member) => member,
                    None => me.get(&Val::addr(addr), name, Span::default()),
                };
                match *name {
                    "name" | "message" => me.converts_in(&member, seen),
                    _ if me.is_function(&member) => {
                        let given = me.call_value(&member, Val::addr(addr), &Args::default(), Span::default());
                        if !given.refs.is_empty() || given.unknown.is_some_and(|u| !u.data) || given.builtin.is_some() {
                            me.may_throw();
                        }
                    }
                    _ => {
                        me.escape(&member, Span::default());
                        me.may_throw();
                    }
                }
                Val::default()
            });
            self.any_way(vec![not, does]);
        }
    }

    /// Members whose names are not known may be called by the language under the names it knows.
    pub(super) fn unnamed_members(&mut self, addr: Addr, o: &Obj) {
        if let Some(rest) = &o.rest
            && (!self.functions_in(rest).is_empty() || rest.unknown.is_some_and(|u| !u.data))
        {
            self.escape(&rest.clone(), Span::default());
            self.may_throw();
        }
        if o.class.is_some_and(|class| self.has_unnamed(class)) {
            self.escape(&Val::addr(addr), Span::default());
            self.may_throw();
        }
    }

    /// Whether an object has the member `name` by itself or from its class.
    pub(super) fn has_own(&self, o: &Obj, name: &str) -> bool {
        o.fields.iter().any(|f| *f.name == *name) || o.class.is_some_and(|class| self.class_has(class, name))
    }

    /// Whether it is certain to be a function that can be called.
    pub(super) fn is_function(&self, val: &Val) -> bool {
        let others = Val { refs: Refs::None, builtin: None, ..val.clone() };
        let callable = |a: &Addr| match self.heap.get(*a) {
            Content::Fun(f) => !matches!(**f, Fun::Class { .. }),
            _ => false,
        };
        others.is_never()
            && !val.is_never()
            && val.builtin.is_none_or(|name| !super::names::is_namespace(name))
            && val.refs.as_slice().iter().all(callable)
    }

    /// Whether it may be a function.
    fn may_be_function(&self, val: &Val) -> bool {
        !self.functions_in(val).is_empty() || val.builtin.is_some() || val.unknown.is_some_and(|u| !u.data)
    }

    /// Throws where `f`, which a function of the language calls, is no function.
    pub(super) fn takes_function(&mut self, f: &Val) {
        let is_fun = |me: &Self, a: &Addr| matches!(me.heap.get(*a), Content::Fun(_));
        let others = Val { refs: Refs::None, builtin: None, ..f.clone() };
        let only = others.is_never() && f.refs.as_slice().iter().all(|a| is_fun(self, a));
        if !only || f.builtin.is_some_and(super::names::is_namespace) {
            let certain = !self.may_be_function(f);
            self.throws(certain);
        }
    }

    /// Throws where the right side of `in` is no object.
    pub(super) fn takes_object(&mut self, val: &Val) {
        let others = Val { refs: Refs::None, builtin: None, ..val.clone() };
        if !others.is_never() {
            let certain = val.refs.is_empty() && val.builtin.is_none() && val.unknown.is_none();
            self.throws(certain);
        }
    }

    /// Throws where the right side of `instanceof` is nothing that makes objects.
    pub(super) fn takes_class(&mut self, val: &Val) {
        let others = Val { refs: Refs::None, builtin: None, ..val.clone() };
        let mut sure = others.is_never() && val.builtin.is_none_or(super::names::is_class);
        for addr in val.refs.as_slice() {
            match self.heap.get(*addr).fun().map(|f| (**f).clone()) {
                Some(Fun::Class { .. }) if !self.has_unnamed(*addr) => {}
                _ => {
                    sure = false;
                    self.escape(&Val::addr(*addr), Span::default());
                }
            }
        }
        if !sure {
            self.may_throw();
        }
    }

    /// Throws where `new` is applied to what cannot make objects.
    pub(super) fn takes_new(&mut self, addr: Addr) {
        let makes = match self.heap.get(addr).fun().map(|f| (**f).clone()) {
            Some(Fun::Class { .. }) => true,
            // Methods make nothing.
            Some(Fun::Closure { node, this, .. }) => match self.nodes[node as usize] {
                FnNode::Function(f) => !f.is_async && !f.is_generator && this == Val::undefined(),
                _ => false,
            },
            _ => false,
        };
        if !makes {
            self.may_throw();
        }
    }

    /// Notes that a function of the language throws where one of its arguments is not as it takes it.
    pub(super) fn builtin_may_throw(&mut self, name: &str, this: &Val, args: &Args) {
        let all = |me: &mut Self, vals: &[Val]| vals.iter().for_each(|v| me.converts(v));
        let known = |val: &Val, ok: &dyn Fn(&str) -> bool| {
            val.only_str() && val.str.as_ref().is_some_and(|s| s.texts().is_some_and(|t| t.iter().all(|t| ok(t))))
        };
        let first = args.get(0);
        match name {
            _ if name.starts_with("Math.") => {
                all(self, &args.vals);
                args.rest.iter().for_each(|v| self.converts(v));
                if name == "Math.random" {
                    self.may_throw();
                }
            }
            "String"
            | "Number"
            | "parseInt"
            | "parseFloat"
            | "Number.parseInt"
            | "Number.parseFloat"
            | "isNaN"
            | "isFinite"
            | "escape"
            | "String.fromCharCode"
            | "Symbol"
            | "Symbol.for" => all(self, &args.vals),
            "Error" | "TypeError" | "RangeError" | "SyntaxError" | "ReferenceError" | "EvalError" | "URIError" => {
                self.converts(&first);
            }
            "Object.hasOwn" => {
                self.deref(&first, Span::default());
                self.converts(&args.get(1));
            }
            "Reflect.has" | "Reflect.ownKeys" => self.takes_object(&first),
            "decodeURI" | "decodeURIComponent" => {
                self.converts(&first);
                if !known(&first, &decodes) {
                    self.may_throw();
                }
            }
            "encodeURI" | "encodeURIComponent" => {
                self.converts(&first);
                // Half of a pair of surrogates has no code.
                if !known(&first, &|t| !t.contains('\u{FFFD}')) && !first.only_num() {
                    self.may_throw();
                }
            }
            "String.fromCodePoint" => {
                let code = |v: &Val| v.as_number().is_some_and(|n| n.fract() == 0.0 && (0.0..1_114_112.0).contains(&n));
                if args.rest.is_some() || !args.vals.iter().all(code) {
                    all(self, &args.vals);
                    self.may_throw();
                }
            }
            "String.raw" | "BigInt" | "RegExp" | "Date" | "Date.now" | "Date.parse" => {
                all(self, &args.vals);
                self.may_throw();
            }
            "Object.assign" => {
                let target = Val { refs: Refs::None, builtin: None, ..first.clone() };
                self.deref(&first, Span::default());
                if !target.is_never() {
                    self.may_throw();
                }
            }
            _ if name.starts_with("Promise.") && this.builtin != Some("Promise") => self.may_throw(),
            _ => {}
        }
    }

    /// Notes that a method of a text throws where one of its arguments is not as it takes it. `longest` is the longest the text can be.
    pub(super) fn text_method_may_throw(&mut self, name: &str, args: &Args, longest: Option<u64>) {
        let first = args.get(0);
        let pattern = |me: &Self, val: &Val| {
            val.refs.as_slice().iter().find_map(|a| match me.heap.get(*a) {
                Content::Other(kind @ ("RegExp" | GLOBAL)) => Some(*kind),
                _ => None,
            })
        };
        let is_pattern = pattern(self, &first);
        // What is called with functions calls them itself.
        let is_called = |me: &Self, v: &Val| !me.functions_in(v).is_empty();
        let given: Vec<Val> = args.vals.iter().chain(&args.rest).filter(|v| !is_called(self, v)).cloned().collect();
        given.iter().for_each(|v| self.converts(v));
        match name {
            "repeat" | "padStart" | "padEnd" => {
                let n = self.number_of(&first);
                let most = if name == "repeat" { n.hi * longest.map_or(1e4, |h| h as f64) } else { n.hi };
                if name == "repeat" && (n.lo < 0.0 || n.nan || n.hi.is_infinite()) || most > SHORT {
                    self.may_throw();
                }
            }
            "normalize" => {
                let form = first.as_text().is_some_and(|t| matches!(&*t, "NFC" | "NFD" | "NFKC" | "NFKD"));
                if args.has(0) && first != Val::undefined() && !form {
                    self.may_throw();
                }
            }
            "match" | "search" | "matchAll" => {
                // A text is read as a pattern, and may be none.
                let plain =
                    first.as_text().is_some_and(|t| t.chars().all(|c| c.is_alphanumeric() || " _-,:;#/".contains(c)));
                let global = name != "matchAll" || is_pattern != Some("RegExp");
                let sure = plain || first.only_ref().is_some() && is_pattern.is_some() && global;
                if !sure && args.has(0) {
                    self.may_throw();
                }
            }
            "replaceAll" | "split" | "replace" => {
                // Other objects may have methods for it.
                let known = |me: &Self, a: &Addr| matches!(me.heap.get(*a), Content::Other("RegExp" | GLOBAL));
                if !first.refs.as_slice().iter().all(|a| known(self, a)) {
                    given.iter().for_each(|v| self.escape(v, Span::default()));
                    self.may_throw();
                }
                if name == "replaceAll" && is_pattern == Some("RegExp") {
                    self.may_throw();
                }
            }
            "includes" | "startsWith" | "endsWith"
                if is_pattern.is_some() || first.unknown.is_some_and(|u| !u.data) =>
            {
                self.may_throw();
            }
            // Of languages it knows one.
            "localeCompare" if args.has(1) => self.may_throw(),
            "toLocaleLowerCase" | "toLocaleUpperCase" if args.has(0) => self.may_throw(),
            _ => {}
        }
    }

    /// The same of a method of a number.
    pub(super) fn number_method_may_throw(&mut self, object: &Val, name: &str, args: &Args) {
        let within = |lo: f64, hi: f64| args.get(0).as_number().is_some_and(|n| (lo..=hi).contains(&n.trunc()));
        let sure = match name {
            _ if object.yes || object.no => name == "toString" && !args.has(0),
            _ if !args.has(0) || args.get(0) == Val::undefined() => true,
            "toFixed" | "toExponential" => within(0.0, 100.0),
            "toPrecision" => within(1.0, 100.0),
            "toString" => within(2.0, 36.0),
            // Of languages it knows one.
            _ => false,
        };
        if !sure {
            self.converts(&args.get(0));
            self.may_throw();
        }
    }

    /// Notes that a list cannot be so long.
    pub(super) fn length_may_be_refused(&mut self, n: &Num) {
        if n.lo < 0.0 || n.nan || !n.whole || n.hi > 4_294_967_295.0 {
            self.may_throw();
        }
    }
}

/// Whether every escape in it stands for a byte, and all of these for text.
fn decodes(text: &str) -> bool {
    let mut bytes = text.bytes();
    let mut plain = vec![];
    while let Some(byte) = bytes.next() {
        let digit = |b: Option<u8>| b.and_then(|b| (b as char).to_digit(16)).map(|n| n as u8);
        plain.push(match byte {
            b'%' => match (digit(bytes.next()), digit(bytes.next())) {
                (Some(high), Some(low)) => high * 16 + low,
                _ => return false,
            },
            other => other,
        });
    }
    String::from_utf8(plain).is_ok()
}

/// What is known of a pattern that finds all matches.
pub(super) const GLOBAL: &str = "RegExp g";
