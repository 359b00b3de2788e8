//! Properties: writing, deleting, copying.

use std::sync::Arc;

use swc_ecma_ast::{AssignTargetPat, Expr, OptChainBase};

use super::{
    MisuseKind,
    contents::{Arr, Content, Fun, Obj, ObjField},
    functions::Args,
    interp::Interp,
    members::Key,
    numbers::Num,
    strings::Str,
    val::{Addr, Val},
};
use crate::{script::span, text::Span};

/// Most names of a computed key that are told apart.
const MOST_NAMES: usize = 16;

impl<'a> Interp<'a> {
    /// Writes a property.
    pub(super) fn set(&mut self, object: &Val, key: &Key<'_>, val: Val, at: Span) {
        self.deref(object, at);
        if !self.live {
            return;
        }
        if object.unknown.is_some() || object.builtin.is_some() {
            self.escape(&val, at);
            self.may_throw();
        }
        if object.str.is_some() || object.num.is_some() || object.yes || object.no {
            let certain = object.refs.is_empty() && object.unknown.is_none() && object.builtin.is_none();
            self.throws(certain);
            if !self.live {
                return;
            }
        }
        let one = object.only_ref().is_some();
        let name = self.key_name(key);
        self.forget_written(object, name.as_deref());
        for addr in object.refs.as_slice().to_vec() {
            match self.heap.get(addr) {
                Content::Array(_) | Content::Object(_) if name.as_deref() != Some("length") => {
                    self.note_shared_set(addr, at)
                }
                _ => self.note_shared_write(addr, at, ""),
            }
            if self.heap.slots[addr as usize].open {
                self.escape(&val, at);
                self.may_throw();
            }
            let content = match self.heap.get(addr).clone() {
                Content::Object(o) => {
                    let mut o = (*o).clone();
                    if self.sets_by_function(&o, addr, name.as_deref(), &val, at) {
                        continue;
                    }
                    match &name {
                        Some(name) => match o.fields.iter_mut().find(|f| *f.name == **name) {
                            Some(f) if one => (f.val, f.optional) = (val.clone(), false),
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
                Content::Array(a) => {
                    self.note_growth(addr);
                    Content::Array(self.set_element(&a, key, name.as_deref(), &val, one, at).into())
                }
                Content::Fun(f) if self.is_plain_static(&f, addr, name.as_deref()) => {
                    Content::Fun(set_static(&f, name.as_deref().unwrap_or_default(), &val, one).into())
                }
                other => {
                    self.escape(&val, at);
                    if matches!(other, Content::Map(_) | Content::Set(_) | Content::Fun(_) | Content::Iterator(_)) {
                        // Some of what these have is only to be read.
                        self.may_throw();
                    }
                    if matches!(other, Content::Fun(_)) {
                        self.escape(&Val::addr(addr), at);
                        self.open(addr);
                    }
                    other
                }
            };
            self.heap.write(addr, content);
        }
    }

    /// Whether writing a class's own property does nothing else.
    fn is_plain_static(&self, f: &Fun, addr: Addr, name: Option<&str>) -> bool {
        let Fun::Class { statics, .. } = f else { return false };
        let own = name.is_some_and(|name| !matches!(name, "name" | "length" | "prototype"));
        own && !statics.iter().any(|s| s.accessor) && !self.heap.slots[addr as usize].open
    }

    /// Writes a property that a setter takes, or that has only a getter.
    fn sets_by_function(&mut self, o: &Obj, addr: Addr, name: Option<&str>, val: &Val, at: Span) -> bool {
        let own = o.fields.iter().find(|f| name.is_none_or(|name| *f.name == *name) && f.accessor);
        let class = o.class.filter(|class| self.class_accessors(*class, name));
        if own.is_none() && class.is_none() {
            return false;
        }
        let setters = class.map_or_else(Vec::new, |class| self.setters(class, addr, name));
        match setters.as_slice() {
            [setter] if own.is_none() && name.is_some() && !class.is_some_and(|class| self.has_unnamed(class)) => {
                self.call_value(setter, Val::addr(addr), &Args::of(vec![val.clone()], at), at);
            }
            several => {
                self.may_throw();
                several.iter().chain([val]).for_each(|v| self.escape(v, at));
            }
        }
        name.is_some()
    }

    /// Forgets what is known of paths through the property `name` of `object`, which is written.
    fn forget_written(&mut self, object: &Val, name: Option<&str>) {
        let known = object.unknown.is_none() && object.builtin.is_none();
        self.forget_property(name, Some(object.refs.as_slice()).filter(|_| known));
    }

    fn set_element(&mut self, a: &Arr, key: &Key<'_>, name: Option<&str>, val: &Val, one: bool, at: Span) -> Arr {
        let mut a = a.clone();
        if name == Some("length") {
            let len = self.number_of(val);
            self.length_may_be_refused(&len);
            let len = len.max(&Num::exactly(0.0));
            let holes = a.holes || len.hi > a.len.lo;
            a = Arr { elems: None, elem: a.joined().join(&Val::undefined()), len, holes, ..a };
            return if a.len.hi == 0.0 { Arr::of(vec![]) } else { a };
        }
        let index = name.and_then(|n| n.parse::<usize>().ok());
        match (index, &mut a.elems) {
            (Some(i), Some(elems)) if i < elems.len() => {
                elems[i] = if one { val.clone() } else { elems[i].join(val) };
            }
            (Some(i), Some(elems)) if one && i < 256 => {
                a.holes |= i > elems.len();
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
                self.bind_array(a, &arr, false);
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
        let (object, key, at) = match e.unwrap_parens() {
            Expr::Member(m) => {
                let object = self.expr(&m.obj);
                let key = self.member_key(m);
                self.deref(&object, span(m));
                (object, key, span(m))
            }
            Expr::OptChain(o) if let OptChainBase::Member(m) = &*o.base => {
                let (object, short) = self.chain_part(&m.obj, o.optional);
                let key = if short {
                    let not = self.way(|_| Val::default());
                    let mut key = Key::Value(Val::default());
                    let does = self.way(|me| {
                        key = me.member_key(m);
                        Val::default()
                    });
                    self.any_way(vec![not, does]);
                    key
                } else {
                    self.member_key(m)
                };
                (object, key, span(o))
            }
            other => {
                self.expr(other);
                return Val::bool(true);
            }
        };
        if self.live {
            let name = self.key_name(&key);
            self.forget_written(&object, name.as_deref());
            if object.unknown.is_some() || object.builtin.is_some() {
                self.may_throw();
            }
            for addr in object.refs.as_slice().to_vec() {
                self.note_shared_write(addr, at, "");
                if self.heap.slots[addr as usize].open {
                    self.may_throw();
                }
                let content = match self.heap.get(addr).clone() {
                    Content::Object(o) => {
                        let mut o = (*o).clone();
                        for f in &mut o.fields {
                            f.optional |= name.as_deref().is_none_or(|n| *f.name == *n);
                        }
                        // It can be one of those whose names are not known.
                        o.unnamed = o.unnamed.map(|n| Num { lo: 0.0, since: None, ..n });
                        Content::Object(o.into())
                    }
                    Content::Array(a) => {
                        let arr = self.set_element(&a, &key, name.as_deref(), &Val::undefined(), false, at);
                        Content::Array(Arr { holes: true, ..arr }.into())
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
        if val.str.is_some() {
            let part = Val::from(Str::between(1, Some(4)));
            obj.open_to(&part);
        }
        for addr in val.refs.as_slice().to_vec() {
            match self.seen_at(addr, at) {
                Content::Fun(f) => {
                    self.escape(&Val::addr(addr), at);
                    if matches!(&*f, Fun::Class { .. }) || self.heap.slots[addr as usize].open {
                        let any = self.unknown(at, "what functions have besides is not followed");
                        obj.open_to(&any);
                    }
                }
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

/// The class with its own property `name` set: certainly, where it is the only `one` that is written to.
fn set_static(f: &Fun, name: &str, val: &Val, one: bool) -> Fun {
    let mut f = f.clone();
    if let Fun::Class { statics, .. } = &mut f {
        match statics.iter_mut().find(|s| *s.name == *name) {
            Some(s) if one => (s.val, s.optional) = (val.clone(), false),
            Some(s) => s.val = s.val.join(val),
            None => statics.push(ObjField { optional: !one, ..ObjField::of(name, val.clone()) }),
        }
    }
    f
}
