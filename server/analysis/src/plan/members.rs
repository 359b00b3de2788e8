//! Properties: reading.

use std::{borrow::Cow, sync::Arc};

use swc_ecma_ast::{MemberExpr, MemberProp, SuperProp, SuperPropExpr};

use super::{
    MisuseKind,
    contents::{Arr, Coll, Content, Fun, Obj},
    functions::Args,
    interp::{Interp, Leave},
    numbers::Num,
    strings::Str,
    sum::{SymId, WhyId},
    val::{Addr, Val},
};
use crate::{script::span, text::Span};

/// The key of a member access.
#[derive(Clone, Debug)]
pub(super) enum Key<'a> {
    Name(Cow<'a, str>),
    Value(Val),
}

impl<'a> Key<'a> {
    pub(super) fn text(&self) -> Option<Cow<'a, str>> {
        match self {
            Key::Name(name) => Some(name.clone()),
            Key::Value(val) => val.as_text().map(|t| t.to_string().into()),
        }
    }
}

impl<'a> Interp<'a> {
    pub(super) fn member(&mut self, m: &'a MemberExpr) -> Val {
        let object = self.expr(&m.obj);
        let key = self.member_key(m);
        self.misused_member(&object, m, &key);
        self.deref(&object, span(&m.obj));
        self.note_args_read(m, &object);
        if !self.live {
            return Val::default();
        }
        let val = self.get_key(&object, &key, span(m));
        self.as_refined(m, val)
    }

    /// Notes that a property of a promise is asked for that is not the promise's own.
    pub(super) fn misused_member(&mut self, object: &Val, m: &'a MemberExpr, key: &Key<'_>) {
        let own = matches!(key, Key::Name(n) if matches!(&**n, "then" | "catch" | "finally"));
        if !own {
            self.misused(object, span(m.obj.unwrap_parens()), MisuseKind::Member);
        }
    }

    pub(super) fn member_key(&mut self, m: &'a MemberExpr) -> Key<'a> {
        match &m.prop {
            MemberProp::Ident(i) => Key::Name((&*i.sym).into()),
            MemberProp::PrivateName(p) => Key::Name(format!("#{}", p.name).into()),
            MemberProp::Computed(c) => {
                let key = self.expr(&c.expr);
                self.converts(&key);
                Key::Value(key)
            }
        }
    }

    pub(super) fn super_key(&mut self, s: &'a SuperPropExpr) -> Key<'a> {
        match &s.prop {
            SuperProp::Ident(i) => Key::Name((&*i.sym).into()),
            SuperProp::Computed(c) => {
                let key = self.expr(&c.expr);
                self.converts(&key);
                Key::Value(key)
            }
        }
    }

    /// Notes what reading a property of `val` can do: throw, where it is `null` or `undefined`.
    pub(super) fn deref(&mut self, val: &Val, _at: Span) {
        if val.is_nullish() {
            self.leave(Leave::Throw, Val::default());
        } else if val.is_nullish_possible() {
            self.may_throw();
        }
    }

    pub(super) fn get_key(&mut self, object: &Val, key: &Key<'_>, at: Span) -> Val {
        match key {
            Key::Name(name) => self.get(object, name, at),
            Key::Value(val) => self.get_computed(object, val, at),
        }
    }

    /// The property `name` of `object`; `null` and `undefined` have been dealt with.
    pub(super) fn get(&mut self, object: &Val, name: &str, at: Span) -> Val {
        if let Some(addr) = object.only_ref() {
            return self.get_of(addr, name, at);
        }
        let mut val = Val::default();
        if let Some(u) = object.unknown {
            let (why, sym) = match name {
                "length" => (u.why, u.sym),
                _ if Some(u.why) == self.args_why => self.part_of_args(name, at),
                _ => (u.why, self.symbol(name, self.record.whys[u.why as usize].span)),
            };
            if name == "length" {
                let n = Num { nan: false, ..Num::length(0.0, f64::INFINITY, u.sym, u.why) };
                val.join_with(&n.into());
            }
            // Methods of texts and lists are functions.
            let data = u.data && super::names::method("", name).is_none();
            val.join_with(&Val::unknown(why, sym, data));
        }
        if let Some(s) = &object.str {
            val.join_with(&self.string_property(s, name));
        }
        if object.num.is_some() || object.yes || object.no {
            val.join_with(&Val::undefined());
        }
        if let Some(builtin) = object.builtin {
            val.join_with(&self.builtin_member(builtin, name, at));
        }
        for addr in object.refs.as_slice() {
            val.join_with(&self.get_of(*addr, name, at));
        }
        val
    }

    /// Why a property of `args` is not known, and a symbol for it: both are where it is read first.
    fn part_of_args(&mut self, name: &str, at: Span) -> (WhyId, SymId) {
        if let Some(known) = self.args_parts.get(name) {
            return *known;
        }
        let part = (self.why(at, format_args!("`{name}` in `args` decides it")), self.symbol(name, at));
        self.args_parts.insert(name.to_owned(), part);
        part
    }

    fn get_of(&mut self, addr: Addr, name: &str, at: Span) -> Val {
        self.looks(addr);
        if self.heap.slots[addr as usize].open {
            if self.handed_out.contains(&addr) {
                self.may_throw();
            }
            let any = self.unknown(at, "something else can change it at any time");
            let content = self.seen_at(addr, at);
            return self.get_in(addr, content, name, at).join(&any);
        }
        let content = self.heap.get(addr).clone();
        self.get_in(addr, content, name, at)
    }

    fn get_in(&mut self, addr: Addr, content: Content, name: &str, at: Span) -> Val {
        match content {
            Content::Object(o) => self.field(&o, name, addr, at),
            Content::Array(a) => match name {
                "length" => a.len.clone().into(),
                _ => match super::names::method("Array", name) {
                    Some(_) => self.bound(name, at),
                    None if matches!(
                        name,
                        "hasOwnProperty" | "constructor" | "propertyIsEnumerable" | "isPrototypeOf" | "valueOf"
                    ) =>
                    {
                        self.unknown(at, "prototypes are not followed")
                    }
                    None => match name.parse::<u32>() {
                        Ok(i) => self.element(&a, i.into(), at),
                        Err(_) => Val::undefined(),
                    },
                },
            },
            Content::Map(c) | Content::Set(c) if name == "size" => c.size.clone().into(),
            Content::Map(_) | Content::Set(_) => self.bound(name, at),
            Content::Promise(_) if matches!(name, "then" | "catch" | "finally") => self.bound(name, at),
            Content::Promise(_) => {
                let any = self.unknown(at, "prototypes are not followed");
                any.join(&Val::undefined())
            }
            Content::Fun(f) => {
                if let Fun::Class { statics, .. } = &*f
                    && let Some(found) = statics.iter().find(|s| *s.name == *name)
                {
                    if found.accessor {
                        return self.call_value(&found.val.clone(), Val::addr(addr), &Args::default(), at);
                    }
                    if found.optional {
                        return found.val.join(&Val::undefined());
                    }
                    return found.val.clone();
                }
                if let Fun::Class { parent, .. } = &*f
                    && let Some(parent) = parent.only_ref()
                {
                    return self.get_of(parent, name, at);
                }
                match name {
                    "name" => Str::any().into(),
                    "length" => Num::between(0.0, 255.0).into(),
                    "call" | "apply" | "bind" => self.bound(name, at),
                    _ if matches!(&*f, Fun::Class { parent, .. } if !parent.is_nullish()) => {
                        self.unknown(at, "what a class has from another is not followed")
                    }
                    "prototype" | "constructor" | "toString" | "hasOwnProperty" | "valueOf" => {
                        self.unknown(at, "prototypes are not followed")
                    }
                    _ => Val::undefined(),
                }
            }
            Content::Iterator(_) if matches!(name, "length" | "size") => Val::undefined(),
            Content::Iterator(_) => {
                self.escape(&Val::addr(addr), at);
                self.unknown(at, "properties of this kind of object are not followed")
            }
            Content::Other(_) => self.unknown(at, "properties of this kind of object are not followed"),
            Content::Var(_) | Content::Pending(_) => Val::undefined(),
        }
    }

    pub(super) fn field(&mut self, o: &Arc<Obj>, name: &str, addr: Addr, at: Span) -> Val {
        if let Some(f) = o.fields.iter().find(|f| *f.name == *name) {
            if f.accessor {
                return self.call_value(&f.val.clone(), Val::addr(addr), &Args::default(), at);
            }
            return if f.optional {
                let why = self.why(at, format_args!("`{name}` can be missing"));
                let missing = match o.rest.as_ref().filter(|_| !f.declared) {
                    Some(rest) => rest.join(&Val::undefined_because(why)),
                    None => Val::undefined_because(why),
                };
                f.val.join(&missing)
            } else {
                f.val.clone()
            };
        }
        if let Some(found) = o.class.and_then(|class| self.class_member(class, name, addr, at)) {
            return found;
        }
        if matches!(name, "constructor" | "__proto__") {
            return self.unknown(at, "prototypes are not followed");
        }
        if super::names::method("Object", name).is_some() && !o.bare {
            return self.bound(name, at);
        }
        if name.starts_with('#') {
            // What is no instance has no private members.
            self.may_throw();
        }
        match &o.rest {
            Some(rest) => {
                if rest.unknown.is_some_and(|u| !u.data) {
                    // It can be a getter.
                    self.may_throw();
                }
                rest.join(&Val::undefined())
            }
            None => Val::undefined(),
        }
    }

    /// A method of a value that is not called at once, and does not know whose it was.
    pub(super) fn bound(&mut self, name: &str, at: Span) -> Val {
        let method = super::names::method("", name);
        match method {
            Some(name) => Val::addr(self.alloc(at, Content::Fun(Fun::Method { name }.into()))),
            None => self.unknown(at, "this method is not followed"),
        }
    }

    pub(super) fn get_computed(&mut self, object: &Val, key: &Val, at: Span) -> Val {
        if let Some(name) = self.key_text(key) {
            return self.get(object, &name, at);
        }
        let mut val = Val::default();
        if let Some(u) = object.unknown {
            let data = u.data && key.builtin.is_none() && key.unknown.is_none_or(|key| key.data);
            val.join_with(&Val::unknown(u.why, u.sym, data));
        }
        if object.str.is_some() && key.unknown.is_some_and(|key| !key.data) {
            val = val.join(&self.unknown(at, "the name of the property is computed"));
        }
        if object.str.is_some() {
            val = val.join(&Val::from(Str::between(1, Some(4)))).join(&Val::undefined());
        }
        if object.num.is_some() || object.yes || object.no || object.builtin.is_some() {
            val.join_with(&self.unknown(at, "the name of the property is computed"));
        }
        for addr in object.refs.as_slice() {
            if self.heap.slots[*addr as usize].open {
                val = val.join(&self.unknown(at, "something else can change it at any time"));
            }
            let part = match self.seen_at(*addr, at) {
                Content::Array(a) => {
                    if key.str.is_some() || key.builtin.is_some() || key.unknown.is_some_and(|u| !u.data) {
                        self.escape(&Val::addr(*addr), at);
                        val = val.join(&self.unknown(at, "the name of the property is computed"));
                    }
                    let num = key.number_part().unwrap_or_else(Num::any);
                    let why = self.why(at, "the index can be outside the list");
                    let inside = num.lo >= 0.0 && !num.nan && num.hi < a.len.lo && key.only_num();
                    let elem = a.joined();
                    if inside { elem } else { elem.join(&Val::undefined_because(why)) }
                }
                Content::Object(o) => {
                    if o.class.is_some() {
                        self.escape(&Val::addr(*addr), at);
                    }
                    let known = key.str.as_ref().and_then(|s| s.texts().cloned());
                    match known {
                        Some(names) if key.only_str() => {
                            names.iter().fold(Val::default(), |v, n| v.join(&self.field(&o, n, *addr, at)))
                        }
                        _ => {
                            let mut all = Val::undefined();
                            for f in &o.fields {
                                if f.accessor {
                                    self.escape(&f.val, at);
                                    all = all.join(&self.unknown(at, "a getter decides it"));
                                } else {
                                    all = all.join(&f.val);
                                }
                            }
                            if o.class.is_some() {
                                all = all.join(&self.unknown(at, "the name of the property is computed"));
                            }
                            if key.builtin.is_some() || key.unknown.is_some_and(|u| !u.data) {
                                self.escape(&Val::addr(*addr), at);
                                all = all.join(&self.unknown(at, "the name of the property is computed"));
                            }
                            o.rest.as_ref().map_or(all.clone(), |r| all.join(r))
                        }
                    }
                }
                _ => {
                    self.escape(&Val::addr(*addr), at);
                    self.unknown(at, "the name of the property is computed")
                }
            };
            val.join_with(&part);
        }
        val
    }

    pub(super) fn key_name<'k>(&mut self, key: &Key<'k>) -> Option<Cow<'k, str>> {
        match key {
            Key::Name(name) => Some(name.clone()),
            Key::Value(k) => self.key_text(k).map(Cow::Owned),
        }
    }

    /// The text of a property key, where it is known.
    pub(super) fn key_text(&mut self, key: &Val) -> Option<String> {
        key.as_text().map(|t| t.to_string()).or_else(|| key.as_number().map(super::operators::number_text))
    }

    /// Element `i` of an array; `undefined` where it can be shorter.
    pub(super) fn element(&mut self, arr: &Arr, i: f64, at: Span) -> Val {
        match &arr.elems {
            Some(elems) => elems.get(i as usize).cloned().unwrap_or_else(Val::undefined),
            None if i < arr.len.lo => arr.elem.clone(),
            None if i >= arr.len.hi => Val::undefined(),
            None => {
                let why = self.why(at, "the list can be shorter");
                arr.elem.join(&Val::undefined_because(why))
            }
        }
    }

    /// What is at a place, as far as others that write to it let it be known.
    pub(super) fn seen_at(&mut self, addr: Addr, at: Span) -> Content {
        self.looks(addr);
        let content = self.heap.get(addr).clone();
        if !self.heap.slots[addr as usize].open {
            return content;
        }
        let any = self.unknown(at, "something else can change it at any time");
        let is_map = matches!(content, Content::Map(_));
        match content {
            Content::Object(o) => {
                let mut o = (*o).clone();
                for f in &mut o.fields {
                    if f.accessor {
                        self.escape(&f.val, at);
                        f.val = any.clone();
                    }
                    (f.val, f.optional, f.accessor) = (f.val.join(&any), true, false);
                }
                o.open_to(&any);
                Content::Object(o.into())
            }
            Content::Array(a) => {
                let (sym, why) = any.unknown.map_or((0, 0), |u| (u.sym, u.why));
                let len = Num::length(0.0, f64::INFINITY, sym, why);
                Content::Array(Arr { elems: None, elem: a.joined().join(&any), len, ..(*a).clone() }.into())
            }
            Content::Map(c) | Content::Set(c) => {
                let (sym, why) = any.unknown.map_or((0, 0), |u| (u.sym, u.why));
                let size = Num::length(0.0, f64::INFINITY, sym, why);
                let coll = Coll { key: c.key.join(&any), val: c.val.join(&any), size };
                if is_map { Content::Map(coll.into()) } else { Content::Set(coll.into()) }
            }
            other => other,
        }
    }
}

/// `val` as far as it agrees with what a condition has shown of it.
pub(super) fn narrow_to(val: &Val, known: &Val) -> Val {
    if val.unknown.is_some() {
        return if known.unknown.is_some() {
            let (undef, null) =
                (val.undef.filter(|_| known.undef.is_some()), val.null.filter(|_| known.null.is_some()));
            Val { undef, null, ..val.clone() }
        } else {
            known.clone()
        };
    }
    let num = match (&val.num, &known.num) {
        (Some(num), Some(limit)) if known.unknown.is_none() => Some(within(num, limit)),
        (num, _) => num.clone(),
    };
    Val {
        undef: val.undef.filter(|_| known.undef.is_some() || known.unknown.is_some()),
        null: val.null.filter(|_| known.null.is_some() || known.unknown.is_some()),
        num,
        ..val.clone()
    }
}

/// The number, which is within a limit.
fn within(num: &Arc<Num>, limit: &Num) -> Arc<Num> {
    if num.lo >= limit.lo && num.hi <= limit.hi {
        return num.clone();
    }
    let sum = num.sum.clone().filter(|_| num.hi <= limit.hi);
    Num { sum, ..super::counters::clamp(num, limit) }.into()
}

impl Val {
    pub(super) fn only_num(&self) -> bool {
        self.parts() == usize::from(self.num.is_some())
    }

    pub(super) fn only_str(&self) -> bool {
        self.parts() == usize::from(self.str.is_some())
    }
}
