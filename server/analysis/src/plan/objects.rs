//! Objects as they are written.

use std::borrow::Cow;

use swc_ecma_ast::{ObjectLit, Prop, PropName, PropOrSpread};

use super::{
    contents::{Content, Obj},
    expressions::{put_field, set_field},
    functions::FnNode,
    interp::Interp,
    val::Val,
};
use crate::{script::span, text::Span};

impl<'a> Interp<'a> {
    pub(super) fn object_lit(&mut self, o: &'a ObjectLit) -> Val {
        let mut obj = Obj { fields: Vec::with_capacity(o.props.len()), ..Obj::default() };
        let addr = self.alloc(span(o), Content::Object(Obj::default().into()));
        self.record.literals.insert(span(o).start, span(o));
        for prop in &o.props {
            match prop {
                PropOrSpread::Spread(s) => {
                    let val = self.expr(&s.expr);
                    self.spread_into(&mut obj, &val, span(&s.expr));
                }
                PropOrSpread::Prop(p) => match &**p {
                    Prop::Shorthand(i) => {
                        let val = self.ident(i);
                        self.record.value(span(i), &val);
                        let name = self.names.entry(span(i).start).or_insert_with(|| (&*i.sym).into());
                        put_field(&mut obj, name, val);
                    }
                    Prop::KeyValue(kv) => {
                        let key = self.prop_key(&kv.key);
                        if key.as_deref() == Some("maxItems") {
                            self.record.max_items.insert(span(o).start, span(&kv.value));
                        }
                        let val = self.expr_named(&kv.value, key.clone());
                        self.note_again(&kv.value, &val);
                        if key.as_deref() == Some("__proto__") && !matches!(kv.key, PropName::Computed(_)) {
                            self.inherit(&mut obj, &val, span(&kv.key));
                            continue;
                        }
                        match key {
                            Some(Cow::Borrowed(key)) => {
                                let name = self.names.entry(span(&kv.key).start).or_insert_with(|| key.into());
                                put_field(&mut obj, name, val);
                            }
                            Some(key) => set_field(&mut obj, &key, val),
                            None => obj.set_unnamed(&val),
                        }
                    }
                    Prop::Method(m) => {
                        let key = self.prop_key(&m.key);
                        let val = self.closure(FnNode::Function(&m.function), Val::addr(addr));
                        match key {
                            Some(key) => set_field(&mut obj, &key, val),
                            None => obj.set_unnamed(&val),
                        }
                    }
                    Prop::Getter(g) => {
                        let key = self.prop_key(&g.key);
                        let getter = self.closure(FnNode::Function(&g.function), Val::addr(addr));
                        if key.is_none() {
                            // Whatever its name is, reading it runs it.
                            self.escape(&getter, span(&g.function));
                            let val = self.unknown(span(&g.function), "a getter decides it");
                            obj.set_unnamed(&val);
                        }
                        if let Some(key) = key {
                            set_field(&mut obj, &key, getter);
                            if let Some(f) = obj.fields.iter_mut().find(|f| *f.name == *key) {
                                f.accessor = true;
                            }
                        }
                    }
                    Prop::Setter(s) => {
                        let setter = self.closure(FnNode::Function(&s.function), Val::addr(addr));
                        self.escape(&setter, span(&s.function));
                        let key = self.prop_key(&s.key);
                        let val = self.unknown(span(&s.function), "a setter decides it");
                        match key {
                            Some(key) if !obj.fields.iter().any(|f| *f.name == *key && f.accessor) => {
                                set_field(&mut obj, &key, val);
                                if let Some(f) = obj.fields.iter_mut().find(|f| *f.name == *key) {
                                    f.accessor = true;
                                }
                            }
                            Some(_) => {}
                            None => obj.set_unnamed(&val),
                        }
                    }
                    Prop::Assign(a) => {
                        self.expr(&a.value);
                    }
                },
            }
        }
        self.heap.replace(addr, Content::Object(obj.into()));
        Val::addr(addr)
    }

    /// `{ __proto__: of }`.
    fn inherit(&mut self, obj: &mut Obj, of: &Val, at: Span) {
        obj.bare |= of.null.is_some();
        if !of.refs.is_empty() || of.builtin.is_some() || of.unknown.is_some() {
            self.escape(of, at);
            let any = self.unknown(at, "prototypes are not followed");
            obj.open_to(&any);
        }
    }
}
