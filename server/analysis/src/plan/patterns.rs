//! Variables: reading, declaring, assigning, and taking values apart.

use std::borrow::Cow;

use swc_ecma_ast::{ArrayPat, Expr, Ident, ObjectPat, ObjectPatProp, Pat, PropName};

use super::{
    contents::{Arr, Content, Env, Obj},
    interp::Interp,
    numbers::Num,
    strings::Str,
    val::{Addr, Val},
};
use crate::{script::span, text::Span};

impl<'a> Interp<'a> {
    /// The place of the variable an identifier means.
    pub(super) fn place(&self, ident: &Ident) -> Option<Addr> {
        let Some(place) = self.scopes.place(span(ident)) else {
            return (&*ident.sym == "args").then_some(self.args_place);
        };
        let mut env: &Env = &self.env;
        for _ in 0..place.hops {
            env = &env.as_ref()?.parent;
        }
        let frame = env.as_ref()?;
        (place.index < frame.count).then_some(frame.base + place.index)
    }

    /// Gives a declared variable its value.
    pub(super) fn declare(&mut self, ident: &'a Ident, val: Val) {
        self.record.value(span(ident), &val);
        if let Some(addr) = self.place(ident) {
            if self.heap.slots[addr as usize].open {
                self.escape(&val, span(ident));
            }
            self.heap.set_var(addr, val);
        }
    }

    /// Assigns to a variable.
    pub(super) fn assign_ident(&mut self, ident: &'a Ident, val: Val) {
        self.record.value(span(ident), &val);
        match self.place(ident) {
            Some(_) if self.scopes.refused_writes.contains(&span(ident).start) => {
                self.leave(super::interp::Leave::Throw, Val::default());
            }
            Some(addr) => {
                if self.heap.var(addr).is_never() {
                    // Written before its declaration has run.
                    self.may_throw();
                }
                self.note_shared_write(addr, span(ident), &ident.sym);
                if self.heap.slots[addr as usize].open {
                    self.escape(&val, span(ident));
                }
                let before = if val.refs.is_empty() { None } else { self.most_elements(&self.heap.var(addr)) };
                let after = before.and_then(|_| self.most_elements(&val));
                self.forget_variable(addr);
                self.heap.set_var(addr, val.clone());
                if let (Some(before), Some(after)) = (before, after)
                    && after < before
                {
                    // `if (xs.length > 9) xs = xs.slice(0, 9)`: it is as short where the condition does not hold.
                    self.remember_most(addr, &val, after);
                }
            }
            None => self.may_throw(),
        }
    }

    /// Binds the names of a pattern to the parts of `val`.
    pub(super) fn bind(&mut self, pat: &'a Pat, val: Val, declares: bool) {
        if !self.live {
            return;
        }
        match pat {
            Pat::Ident(i) if declares => self.declare(&i.id, val),
            Pat::Ident(i) => self.assign_ident(&i.id, val),
            Pat::Assign(a) => {
                let val = self.or_default(val, &a.right, super::statements::name_of(&a.left));
                self.bind(&a.left, val, declares);
            }
            Pat::Array(a) => {
                self.record.value(span(pat), &val);
                let arr = self.iterated(&val, span(pat));
                self.bind_array(a, &arr, declares);
            }
            Pat::Object(o) => {
                self.record.value(span(pat), &val);
                self.deref(&val, span(pat));
                self.bind_object(o, val, declares);
            }
            Pat::Rest(r) => self.bind(&r.arg, val, declares),
            Pat::Expr(e) => self.assign_expr(e, val),
            Pat::Invalid(_) => {}
        }
    }

    /// Binds the names of a pattern to the elements of a list.
    pub(super) fn bind_array(&mut self, pat: &'a ArrayPat, arr: &Arr, declares: bool) {
        for (i, elem) in pat.elems.iter().enumerate() {
            match elem {
                Some(Pat::Rest(rest)) => {
                    let tail = self.tail(arr, i as f64);
                    let val = Val::addr(self.alloc(span(rest), Content::Array(tail.into())));
                    self.bind(&rest.arg, val, declares);
                }
                Some(elem) => {
                    let val = self.element(arr, i as f64, span(elem));
                    self.bind(elem, val, declares);
                }
                None => {}
            }
        }
    }

    pub(super) fn bind_object(&mut self, o: &'a ObjectPat, val: Val, declares: bool) {
        let mut taken: Vec<Cow<'a, str>> = vec![];
        for prop in &o.props {
            match prop {
                ObjectPatProp::KeyValue(kv) => {
                    let part = match self.prop_key(&kv.key) {
                        Some(name) => {
                            let part = self.get(&val, &name, span(&kv.key));
                            taken.push(name);
                            part
                        }
                        None => {
                            let key = std::mem::take(&mut self.computed_key);
                            self.get_computed(&val, &key, span(&kv.key))
                        }
                    };
                    self.bind(&kv.value, part, declares);
                }
                ObjectPatProp::Assign(a) => {
                    let ident = &a.key.id;
                    let mut part = self.get(&val, &ident.sym, span(ident));
                    self.note_args_member(&val, &ident.sym, span(ident));
                    if let Some(default) = &a.value {
                        part = self.or_default(part, default, Some((&*ident.sym).into()));
                    }
                    taken.push((&*ident.sym).into());
                    if declares { self.declare(ident, part) } else { self.assign_ident(ident, part) }
                }
                ObjectPatProp::Rest(r) => {
                    let rest = self.without(&val, &taken, span(r));
                    self.bind(&r.arg, rest, declares);
                }
            }
        }
    }

    /// `val`, or the default where it is `undefined`.
    fn or_default(&mut self, val: Val, default: &'a Expr, name: Option<Cow<'a, str>>) -> Val {
        if val.undef.is_none() && val.unknown.is_none() {
            return val;
        }
        let given = Val { undef: None, ..val.clone() };
        if given.is_never() {
            return self.expr_named(default, name);
        }
        self.either(2, |me, i| if i == 0 { given.clone() } else { me.expr_named(default, name.clone()) })
    }

    /// The elements from `from` on.
    pub(super) fn tail(&mut self, arr: &Arr, from: f64) -> Arr {
        match &arr.elems {
            Some(elems) => Arr::of(elems.get(from as usize..).unwrap_or_default().to_vec()),
            None => {
                let len = arr.len.sub(&Num::exactly(from)).max(&Num::exactly(0.0));
                Arr { decided: arr.decided, ..Arr::many(arr.elem.clone(), len) }
            }
        }
    }

    /// The object without some of its fields.
    fn without(&mut self, val: &Val, taken: &[Cow<'a, str>], at: Span) -> Val {
        let mut rest = Obj::default();
        for addr in val.refs.as_slice() {
            if let Content::Object(o) = self.seen_at(*addr, at) {
                for f in o.fields.iter().filter(|f| !taken.iter().any(|t| **t == *f.name)) {
                    let val = if f.accessor { self.field(&o, &f.name, *addr, at) } else { f.val.clone() };
                    let before = rest.fields.iter().find(|g| g.name == f.name).map(|g| g.val.clone());
                    super::expressions::set_field(&mut rest, &f.name, before.map_or(val.clone(), |b| b.join(&val)));
                    if let Some(own) = rest.fields.iter_mut().find(|g| g.name == f.name) {
                        (own.optional, own.declared) = (f.optional, f.declared);
                    }
                }
                if let Some(own) = &o.rest {
                    rest.open_to(own);
                }
            }
        }
        if let Some(u) = val.unknown {
            rest.open_to(&Val::unknown(u.why, u.sym, u.data));
        }
        if val.refs.as_slice().len() > 1 {
            rest.fields.iter_mut().for_each(|f| (f.optional, f.declared) = (true, false));
        }
        Val::addr(self.alloc(at, Content::Object(rest.into())))
    }

    /// The name a property has in an object literal or pattern.
    pub(super) fn prop_key(&mut self, key: &'a PropName) -> Option<Cow<'a, str>> {
        match key {
            PropName::Ident(i) => Some((&*i.sym).into()),
            PropName::Str(s) => Some(s.value.to_string_lossy()),
            PropName::Num(n) => Some(super::operators::number_text(n.value).into()),
            PropName::Computed(c) => {
                let val = self.expr(&c.expr);
                self.converts(&val);
                let text = self.key_text(&val).map(Cow::Owned);
                self.computed_key = val;
                text
            }
            PropName::BigInt(_) => {
                self.computed_key = Str::any().into();
                None
            }
        }
    }
}
