//! Properties: reading, writing, and optional chains.

use std::{borrow::Cow, sync::Arc};

use swc_ecma_ast::{AssignTargetPat, Expr, MemberExpr, MemberProp};

use super::{
    MisuseKind,
    contents::{Arr, Content, Fun, Obj},
    functions::Args,
    interp::{Interp, Leave},
    numbers::Num,
    strings::Str,
    sum::{SymId, WhyId},
    val::{Addr, Val},
};
use crate::{script::span, text::Span};

/// Most names of a computed key that are told apart.
const MOST_NAMES: usize = 16;

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
            MemberProp::Computed(c) => Key::Value(self.expr(&c.expr)),
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
            val.join_with(&Val::unknown(why, sym, u.data));
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
            return self.unknown(at, "something else can change it at any time");
        }
        match self.heap.get(addr).clone() {
            Content::Object(o) => self.field(&o, name, addr, at),
            Content::Array(a) => match name {
                "length" => a.len.clone().into(),
                _ => match super::names::method("Array", name) {
                    Some(_) => self.bound(Val::addr(addr), name, at),
                    None => match name.parse::<u32>() {
                        Ok(i) => self.element(&a, i.into(), at),
                        Err(_) => Val::undefined(),
                    },
                },
            },
            Content::Map(c) | Content::Set(c) if name == "size" => c.size.clone().into(),
            Content::Map(_) | Content::Set(_) => self.bound(Val::addr(addr), name, at),
            Content::Promise(_) if matches!(name, "then" | "catch" | "finally") => {
                self.bound(Val::addr(addr), name, at)
            }
            Content::Promise(_) => Val::undefined(),
            Content::Fun(f) => {
                if let Fun::Class { statics, .. } = &*f
                    && let Some(found) = statics.iter().find(|s| *s.name == *name)
                {
                    return found.val.clone();
                }
                match name {
                    "name" => Str::any().into(),
                    "length" => Num::between(0.0, 255.0).into(),
                    "call" | "apply" | "bind" => self.bound(Val::addr(addr), name, at),
                    _ => Val::undefined(),
                }
            }
            Content::Other(_) => self.unknown(at, "properties of this kind of object are not followed"),
            Content::Var(_) | Content::Pending(_) => Val::undefined(),
        }
    }

    fn field(&mut self, o: &Arc<Obj>, name: &str, addr: Addr, at: Span) -> Val {
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
        if super::names::method("Object", name).is_some() {
            return self.bound(Val::addr(addr), name, at);
        }
        match &o.rest {
            Some(rest) => rest.join(&Val::undefined()),
            None => Val::undefined(),
        }
    }

    /// A method of a value that is not called at once.
    pub(super) fn bound(&mut self, this: Val, name: &str, at: Span) -> Val {
        let method = super::names::method("", name);
        match method {
            Some(name) => {
                let fun = Fun::Method { name, this };
                Val::addr(self.alloc(at, Content::Fun(fun.into())))
            }
            None => self.unknown(at, "this method is not followed"),
        }
    }

    fn get_computed(&mut self, object: &Val, key: &Val, at: Span) -> Val {
        if let Some(name) = self.key_text(key) {
            return self.get(object, &name, at);
        }
        let mut val = Val::default();
        if let Some(u) = object.unknown {
            val.join_with(&Val::unknown(u.why, u.sym, u.data));
        }
        if object.str.is_some() {
            val = val.join(&Val::from(Str::between(1, Some(4)))).join(&Val::undefined());
        }
        if object.num.is_some() || object.yes || object.no || object.builtin.is_some() {
            val.join_with(&self.unknown(at, "the name of the property is computed"));
        }
        for addr in object.refs.as_slice() {
            let part = match self.heap.get(*addr).clone() {
                _ if self.heap.slots[*addr as usize].open => {
                    self.unknown(at, "something else can change it at any time")
                }
                Content::Array(a) => {
                    let num = key.number_part().unwrap_or_else(Num::any);
                    let why = self.why(at, "the index can be outside the list");
                    let inside = num.lo >= 0.0 && !num.nan && num.hi < a.len.lo && key.only_num();
                    let elem = a.joined();
                    if inside { elem } else { elem.join(&Val::undefined_because(why)) }
                }
                Content::Object(o) => {
                    let known = key.str.as_ref().and_then(|s| s.texts().cloned());
                    match known {
                        Some(names) if key.only_str() => {
                            names.iter().fold(Val::default(), |v, n| v.join(&self.field(&o, n, *addr, at)))
                        }
                        _ => {
                            let all = o.fields.iter().fold(Val::undefined(), |v, f| v.join(&f.val));
                            o.rest.as_ref().map_or(all.clone(), |r| all.join(r))
                        }
                    }
                }
                _ => self.unknown(at, "the name of the property is computed"),
            };
            val.join_with(&part);
        }
        val
    }

    fn key_name<'k>(&mut self, key: &Key<'k>) -> Option<Cow<'k, str>> {
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

    /// Writes a property.
    pub(super) fn set(&mut self, object: &Val, key: &Key<'_>, val: Val, at: Span) {
        self.deref(object, at);
        if !self.live {
            return;
        }
        if object.unknown.is_some() || object.builtin.is_some() {
            self.escape(&val, at);
        }
        let one = object.only_ref().is_some();
        let name = self.key_name(key);
        self.forget_written(object, name.as_deref());
        for addr in object.refs.as_slice().to_vec() {
            self.note_shared_write(addr, at, "");
            if self.heap.slots[addr as usize].open {
                self.escape(&val, at);
            }
            let content = match self.heap.get(addr).clone() {
                Content::Object(o) => {
                    let mut o = (*o).clone();
                    match &name {
                        Some(name) => match o.fields.iter_mut().find(|f| *f.name == **name) {
                            Some(f) if one => (f.val, f.optional, f.accessor) = (val.clone(), false, false),
                            Some(f) => f.val.join_with(&val),
                            None => {
                                super::expressions::set_field(&mut o, name, val.clone());
                                if !one && let Some(f) = o.fields.last_mut() {
                                    f.optional = true;
                                }
                            }
                        },
                        None => match known_names(key) {
                            Some(names) => names.iter().for_each(|name| set_maybe(&mut o, name, &val)),
                            None => o.set_unnamed(&val),
                        },
                    }
                    Content::Object(o.into())
                }
                Content::Array(a) => Content::Array(self.set_element(&a, key, name.as_deref(), &val, one, at).into()),
                other => {
                    self.escape(&val, at);
                    other
                }
            };
            self.heap.write(addr, content);
        }
    }

    /// Forgets what is known of paths through the property `name` of `object`, which is written.
    fn forget_written(&mut self, object: &Val, name: Option<&str>) {
        let known = object.unknown.is_none() && object.builtin.is_none();
        self.forget_property(name, Some(object.refs.as_slice()).filter(|_| known));
    }

    fn set_element(&mut self, a: &Arr, key: &Key<'_>, name: Option<&str>, val: &Val, one: bool, at: Span) -> Arr {
        let mut a = a.clone();
        if name == Some("length") {
            let len = self.number_of(val).max(&Num::exactly(0.0));
            a = Arr { elems: None, elem: a.joined().join(&Val::undefined()), len, ..a };
            return if a.len.hi == 0.0 { Arr::of(vec![]) } else { a };
        }
        let index = name.and_then(|n| n.parse::<usize>().ok());
        match (index, &mut a.elems) {
            (Some(i), Some(elems)) if i < elems.len() => {
                elems[i] = if one { val.clone() } else { elems[i].join(val) };
            }
            (Some(i), Some(elems)) if one && i < 256 => {
                elems.resize(i, Val::undefined());
                elems.push(val.clone());
                a.len = Num::exactly((i + 1) as f64);
            }
            _ => {
                let num = match key {
                    Key::Value(v) => v.number_part().unwrap_or_else(Num::any),
                    Key::Name(_) => index.map_or_else(Num::any, |i| Num::exactly(i as f64)),
                };
                let mut elem = a.joined().join(val);
                if num.nan || num.hi >= a.len.lo {
                    elem.join_with(&Val::undefined());
                }
                let why = self.why(at, "the list grows by writing past its end");
                let len = if num.hi < a.len.lo {
                    a.len.clone()
                } else {
                    a.len.max(&num.add(&Num::exactly(1.0)).plain()).join(&a.len).because(why)
                };
                let len = Num { nan: false, lo: len.lo.max(0.0), ..len };
                a = Arr { elems: None, elem, len, ..a };
            }
        }
        a
    }

    pub(super) fn assign_expr(&mut self, e: &'a Expr, val: Val) {
        match e.unwrap_parens() {
            Expr::Ident(i) => self.assign_ident(i, val),
            Expr::Member(m) => {
                let object = self.expr(&m.obj);
                let key = self.member_key(m);
                self.set(&object, &key, val, span(m));
            }
            _ => {}
        }
    }

    pub(super) fn assign_pattern(&mut self, pat: &'a AssignTargetPat, val: Val) {
        match pat {
            AssignTargetPat::Array(a) => {
                let arr = self.iterated(&val, span(a));
                for (i, elem) in a.elems.iter().enumerate() {
                    match elem {
                        Some(swc_ecma_ast::Pat::Rest(rest)) => {
                            let tail = self.tail(&arr, i as f64);
                            let val = Val::addr(self.alloc(span(rest), Content::Array(tail.into())));
                            self.bind(&rest.arg, val, false);
                        }
                        Some(elem) => {
                            let val = self.element(&arr, i as f64, span(elem));
                            self.bind(elem, val, false);
                        }
                        None => {}
                    }
                }
            }
            AssignTargetPat::Object(o) => {
                self.deref(&val, span(o));
                self.bind_object(o, val, false);
            }
            AssignTargetPat::Invalid(_) => {}
        }
    }

    /// `delete object.name`.
    pub(super) fn delete(&mut self, e: &'a Expr) -> Val {
        if let Expr::Member(m) = e.unwrap_parens() {
            let object = self.expr(&m.obj);
            let key = self.member_key(m);
            let name = self.key_name(&key);
            self.forget_written(&object, name.as_deref());
            for addr in object.refs.as_slice().to_vec() {
                self.note_shared_write(addr, span(m), "");
                let content = match self.heap.get(addr).clone() {
                    Content::Object(o) => {
                        let mut o = (*o).clone();
                        for f in &mut o.fields {
                            f.optional |= name.as_deref().is_none_or(|n| *f.name == *n);
                        }
                        Content::Object(o.into())
                    }
                    Content::Array(a) => {
                        let hole = Val::undefined();
                        Content::Array(self.set_element(&a, &key, name.as_deref(), &hole, false, span(m)).into())
                    }
                    other => other,
                };
                self.heap.write(addr, content);
            }
        }
        Val::bool(true)
    }

    /// Copies the own properties of `val`: `{...val}`, `Object.assign`.
    pub(super) fn spread_into(&mut self, obj: &mut Obj, val: &Val, at: Span) {
        self.misused(val, at, MisuseKind::Iterated);
        if let Some(u) = val.unknown {
            let any = Val::unknown(u.why, u.sym, u.data);
            obj.fields.iter_mut().for_each(|f| f.val.join_with(&any));
            obj.open_to(&any);
        }
        let certain = val.only_ref().is_some();
        for addr in val.refs.as_slice().to_vec() {
            match self.heap.get(addr).clone() {
                Content::Object(o) => {
                    let alone = obj.rest.is_none();
                    if let Some(rest) = &o.rest {
                        obj.fields.iter_mut().for_each(|f| f.val = f.val.join(rest));
                        let unnamed = o.unnamed.clone().filter(|_| obj.rest.is_none());
                        obj.open_to(rest);
                        obj.unnamed = unnamed;
                    }
                    for f in &o.fields {
                        let val = if f.accessor { self.field(&o, &f.name, addr, at) } else { f.val.clone() };
                        let old = obj.fields.iter_mut().find(|g| g.name == f.name);
                        match old {
                            Some(old) if certain && !f.optional => (old.val, old.optional) = (val, false),
                            Some(old) => old.val.join_with(&val),
                            None => {
                                super::expressions::set_field(obj, &f.name, val);
                                if let Some(new) = obj.fields.last_mut() {
                                    new.optional = f.optional || !certain;
                                    new.declared = f.declared && certain && alone;
                                }
                            }
                        }
                    }
                    obj.schema = obj.schema.or(o.schema);
                }
                Content::Array(a) => {
                    let elem = a.joined();
                    obj.open_to(&elem);
                }
                _ => {}
            }
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

/// The names a computed key can be, where they are known and few.
fn known_names<'k>(key: &'k Key<'_>) -> Option<&'k [Arc<str>]> {
    let Key::Value(key) = key else { return None };
    key.str.as_ref().filter(|_| key.only_str())?.texts().map(|t| &**t).filter(|names| names.len() <= MOST_NAMES)
}

/// Writes a field that need not be the one that is written.
fn set_maybe(o: &mut Obj, name: &Arc<str>, val: &Val) {
    match o.fields.iter_mut().find(|f| f.name == *name) {
        Some(f) => f.val = f.val.join(val),
        None => {
            super::expressions::set_field(o, name, val.clone());
            if let Some(f) = o.fields.last_mut() {
                f.optional = true;
            }
        }
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
