//! Optional chains.

use swc_ecma_ast::{Expr, MemberProp, OptChainBase, OptChainExpr};

use super::{
    contents::{Content, Fun},
    interp::Interp,
    val::Val,
};
use crate::{script::span, text::Span};

impl<'a> Interp<'a> {
    /// Evaluates an optional chain: its value when it does not stop, and whether it can stop.
    pub(super) fn chain(&mut self, o: &'a OptChainExpr) -> (Val, bool) {
        match &*o.base {
            OptChainBase::Member(m) => {
                let (object, short) = self.chain_part(&m.obj, o.optional);
                if object.is_never() {
                    return (Val::default(), short);
                }
                let get = |me: &mut Self| {
                    let key = me.member_key(m);
                    me.misused_member(&object, m, &key);
                    me.note_args_read(m, &object);
                    if !o.optional {
                        me.deref(&object, span(&m.obj));
                    }
                    if !me.live {
                        return Val::default();
                    }
                    let val = me.get_key(&object, &key, span(o));
                    me.as_refined(m, val)
                };
                // A name that is computed is so only where the chain has not stopped; so is what a getter gives.
                let pure = matches!(&m.prop, MemberProp::Ident(_) | MemberProp::PrivateName(_))
                    && !self.has_getters(&object)
                    || matches!(&m.prop, MemberProp::Computed(c) if matches!(*c.expr, Expr::Lit(_) | Expr::Ident(_)));
                if !short || pure {
                    return (get(self), short);
                }
                let not = self.way(|_| Val::default());
                let does = self.way(get);
                (self.any_way(vec![not, does]), short)
            }
            OptChainBase::Call(c) => {
                // A method call keeps the object it is called on.
                let (this, function, name, short) = match c.callee.unwrap_parens() {
                    Expr::Member(m) => {
                        let (object, short) = self.chain_part(&m.obj, false);
                        self.deref(&object, span(&m.obj));
                        (object, None, Some(self.member_key(m)), short)
                    }
                    Expr::OptChain(inner) => match &*inner.base {
                        OptChainBase::Member(m) => {
                            let (object, short) = self.chain_part(&m.obj, inner.optional);
                            if !inner.optional && !object.is_never() {
                                self.deref(&object, span(&m.obj));
                            }
                            (object, None, Some(self.member_key(m)), short)
                        }
                        OptChainBase::Call(_) => {
                            let (val, short) = self.chain(inner);
                            (Val::undefined(), Some(val), None, short)
                        }
                    },
                    other => (Val::undefined(), Some(self.expr(other)), None, false),
                };
                let callee = function.clone().unwrap_or_else(|| this.clone());
                if callee.is_never() {
                    return (Val::default(), short);
                }
                let mut stops = short;
                let mut callable = function;
                if o.optional {
                    let found = callable.clone().or_else(|| name.as_ref().map(|k| self.get_key(&this, k, span(o))));
                    if let Some(found) = found {
                        stops |= found.is_nullish_possible();
                        // A getter is asked once.
                        let closures = found
                            .refs
                            .as_slice()
                            .iter()
                            .all(|a| matches!(self.heap.get(*a).fun().map(|f| &**f), Some(Fun::Closure { .. })));
                        if callable.is_none() && closures && found.builtin.is_none() && found.unknown.is_none() {
                            callable = Some(found.clone());
                        }
                        callable = callable.map(|f| f.without_nullish());
                        if found.is_nullish() {
                            return (Val::default(), true);
                        }
                    }
                }
                let object = if name.is_some() { this.clone() } else { Val::undefined() };
                let call = |me: &mut Self| {
                    let args = me.args_list(&c.args);
                    match (&callable, &name) {
                        (Some(f), _) => me.call_value(f, object.clone(), &args, span(o)),
                        (None, Some(key)) => me.call_method(&this, key, &args, span(o)),
                        (None, None) => Val::default(),
                    }
                };
                if !stops {
                    return (call(self), false);
                }
                let not = self.way(|_| Val::default());
                let does = self.way(call);
                (self.any_way(vec![not, does]), true)
            }
        }
    }

    /// What an optional chain is where it stops.
    pub(super) fn stopped(&mut self, at: Span) -> Val {
        let why = self.why(at, "`?.` gives that where what stands before it is `null` or missing");
        Val::undefined_because(why)
    }

    /// The object of a link of a chain, without `null` and `undefined` where the link is optional.
    pub(super) fn chain_part(&mut self, e: &'a Expr, optional: bool) -> (Val, bool) {
        let (val, short) = match e.unwrap_parens() {
            Expr::OptChain(inner) => {
                let (val, short) = self.chain(inner);
                let all = if short { val.join(&self.stopped(span(inner))) } else { val.clone() };
                self.record.value(span(inner), &all);
                (val, short)
            }
            other => (self.expr(other), false),
        };
        if optional { (val.without_nullish(), short || val.is_nullish_possible()) } else { (val, short) }
    }

    /// Whether reading a property of it can run code.
    fn has_getters(&self, val: &Val) -> bool {
        val.refs.as_slice().iter().any(|a| match self.heap.get(*a) {
            Content::Object(o) => o.class.is_some() || o.fields.iter().any(|f| f.accessor),
            Content::Fun(f) => matches!(**f, Fun::Class { .. }),
            _ => false,
        })
    }
}
