//! Optional chains.

use swc_ecma_ast::{Expr, OptChainBase, OptChainExpr};

use super::{interp::Interp, val::Val};
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
                let key = self.member_key(m);
                self.misused_member(&object, m, &key);
                self.note_args_read(m, &object);
                if !o.optional {
                    self.deref(&object, span(&m.obj));
                }
                let val = self.get_key(&object, &key, span(o));
                (val, short)
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
                        callable = callable.map(|f| f.without_nullish());
                        if found.is_nullish() {
                            return (Val::default(), true);
                        }
                    }
                }
                let call = |me: &mut Self| {
                    let args = me.args_list(&c.args);
                    match (&callable, &name) {
                        (Some(f), _) => me.call_value(f, Val::undefined(), &args, span(o)),
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
    fn chain_part(&mut self, e: &'a Expr, optional: bool) -> (Val, bool) {
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
}
