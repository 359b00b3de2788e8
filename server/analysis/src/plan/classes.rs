//! Classes and their instances.

use std::sync::Arc;

use swc_ecma_ast::{Callee, Class, ClassMember, Constructor, Expr, Ident, MethodKind, PropName, Stmt};

use super::{
    contents::{Content, Fun, Obj, ObjField},
    functions::{Args, FnNode},
    interp::{Interp, Leave},
    val::{Addr, Refs, Val},
};
use crate::{script::span, text::Span};

impl<'a> Interp<'a> {
    pub(super) fn class(&mut self, class: &'a Class, name: Option<&'a Ident>) -> Val {
        let parent = class.super_class.as_ref().map_or_else(Val::undefined, |e| self.expr(e));
        self.extends(class, &parent);
        let node = self.node(FnNode::Class(class));
        let at = span(class);
        let env = self.env.clone();
        let make = |statics: &[ObjField]| {
            let (parent, env) = (parent.clone(), env.clone());
            Content::Fun(Arc::new(Fun::Class { node, env, parent, statics: statics.to_vec() }))
        };
        let addr = self.alloc(at, make(&[]));
        // What it has itself can name it.
        if let Some(name) = name {
            self.declare(name, Val::addr(addr));
        }
        let mut statics: Vec<ObjField> = vec![];
        let mut initial: Vec<&'a ClassMember> = vec![];
        let outer = std::mem::replace(&mut self.this, Val::addr(addr));
        for member in &class.body {
            let (key, function, kind) = match member {
                ClassMember::Method(m) => {
                    let key = match self.prop_key(&m.key) {
                        Some(key) => Some(key.into_owned()),
                        None => {
                            // Whatever its name is, it can be called.
                            let method = self.closure(FnNode::Function(&m.function), Val::undefined());
                            self.escape(&method, at);
                            None
                        }
                    };
                    (key.filter(|_| m.is_static), &m.function, m.kind)
                }
                ClassMember::PrivateMethod(m) if m.is_static => (Some(format!("#{}", m.key.name)), &m.function, m.kind),
                ClassMember::ClassProp(p) => {
                    if let PropName::Computed(_) = &p.key {
                        self.prop_key(&p.key);
                    }
                    if p.is_static {
                        initial.push(member);
                    }
                    continue;
                }
                ClassMember::PrivateProp(p) if p.is_static => {
                    initial.push(member);
                    continue;
                }
                ClassMember::StaticBlock(_) => {
                    initial.push(member);
                    continue;
                }
                ClassMember::AutoAccessor(_) => {
                    self.may_throw();
                    continue;
                }
                _ => continue,
            };
            let Some(key) = key else { continue };
            let val = self.closure(FnNode::Function(function), Val::addr(addr));
            match kind {
                MethodKind::Setter => {
                    self.escape(&val, at);
                    self.open(addr);
                }
                _ => {
                    statics.retain(|s| *s.name != *key);
                    statics.push(ObjField { accessor: kind == MethodKind::Getter, ..ObjField::of(key, val) });
                }
            }
        }
        self.heap.write(addr, make(&statics));
        for member in initial {
            let (name, value) = match member {
                ClassMember::ClassProp(p) => (literal_key(&p.key), &p.value),
                ClassMember::PrivateProp(p) => (Some(format!("#{}", p.key.name)), &p.value),
                ClassMember::StaticBlock(b) => {
                    self.block(&b.body);
                    continue;
                }
                _ => continue,
            };
            let val = value.as_ref().map_or_else(Val::undefined, |e| self.expr(e));
            match name {
                Some(name) => {
                    statics.retain(|s| *s.name != *name);
                    statics.push(ObjField::of(name, val));
                    self.heap.write(addr, make(&statics));
                }
                None => {
                    self.escape(&val, at);
                    self.open(addr);
                }
            }
        }
        self.this = outer;
        Val::addr(addr)
    }

    /// Throws where `parent` is nothing a class can extend.
    fn extends(&mut self, class: &Class, parent: &Val) {
        if class.super_class.is_none() || *parent == Val::null() {
            return;
        }
        let mut sure = parent.builtin.is_none_or(super::names::is_class);
        sure &= Val { refs: Refs::None, builtin: None, ..parent.clone() }.is_never();
        for addr in parent.refs.as_slice() {
            let makes = matches!(self.heap.get(*addr).fun().map(|f| &**f), Some(Fun::Class { .. }));
            sure &= makes;
        }
        if !sure {
            self.may_throw();
        }
    }

    fn class_of(&self, addr: Addr) -> Option<(&'a Class, super::contents::Env, Val)> {
        let fun = self.heap.get(addr).fun()?;
        let Fun::Class { node, env, parent, .. } = &**fun else { return None };
        match self.nodes[*node as usize] {
            FnNode::Class(class) => Some((class, env.clone(), parent.clone())),
            _ => None,
        }
    }

    /// A method or accessor an instance has from its class.
    pub(super) fn class_member(&mut self, class_addr: Addr, name: &str, this: Addr, at: Span) -> Option<Val> {
        let (class, env, parent) = self.class_of(class_addr)?;
        let own = |key: &PropName| literal_key(key).is_some_and(|key| key == name);
        for member in &class.body {
            let (function, kind) = match member {
                ClassMember::Method(m) if !m.is_static && own(&m.key) => (&m.function, m.kind),
                ClassMember::PrivateMethod(m) if !m.is_static && name.strip_prefix('#') == Some(&*m.key.name) => {
                    (&m.function, m.kind)
                }
                _ => continue,
            };
            if kind == MethodKind::Setter {
                continue;
            }
            let outer = std::mem::replace(&mut self.env, env);
            let method = self.closure(FnNode::Function(function), Val::addr(this));
            self.env = outer;
            return Some(if kind == MethodKind::Getter {
                self.call_value(&method, Val::addr(this), &Args::default(), at)
            } else {
                method
            });
        }
        let parent = parent.only_ref()?;
        self.class_member(parent, name, this, at)
    }

    /// Whether an instance has the member `name` from its class, or from those above it.
    pub(super) fn class_has(&self, class_addr: Addr, name: &str) -> bool {
        let mut above = Some(class_addr);
        let mut depth = 0;
        while let Some((class, _, parent)) = above.and_then(|addr| self.class_of(addr)) {
            let has = |m: &ClassMember| match m {
                ClassMember::Method(m) => !m.is_static && literal_key(&m.key).is_some_and(|key| key == name),
                _ => false,
            };
            if class.body.iter().any(has) {
                return true;
            }
            depth += 1;
            above = parent.only_ref().filter(|_| depth < MOST_ABOVE);
        }
        false
    }

    /// Whether an instance may have members whose names are not known: computed ones, or those of what its class extends.
    pub(super) fn has_unnamed(&self, class_addr: Addr) -> bool {
        let mut above = Some(class_addr);
        for _ in 0..MOST_ABOVE {
            let Some((class, _, parent)) = above.and_then(|addr| self.class_of(addr)) else { return true };
            let computed = |m: &ClassMember| match m {
                ClassMember::Method(m) => literal_key(&m.key).is_none(),
                ClassMember::ClassProp(p) => literal_key(&p.key).is_none(),
                ClassMember::AutoAccessor(_) => true,
                _ => false,
            };
            if class.body.iter().any(computed) {
                return true;
            }
            if parent.is_nullish() || parent.builtin.is_some_and(is_error) && parent.parts() == 1 {
                return false;
            }
            above = parent.only_ref();
        }
        true
    }

    /// Whether writing the property `name`, or any where it is not known, of an instance goes by a setter, or is refused for want of one.
    pub(super) fn class_accessors(&self, class_addr: Addr, name: Option<&str>) -> bool {
        let mut above = Some(class_addr);
        for _ in 0..MOST_ABOVE {
            let Some((class, _, parent)) = above.and_then(|addr| self.class_of(addr)) else { return false };
            let named = |key: &PropName| name.is_none_or(|name| literal_key(key).is_none_or(|key| key == name));
            let accessor = |m: &ClassMember| match m {
                ClassMember::Method(m) => !m.is_static && m.kind != MethodKind::Method && named(&m.key),
                ClassMember::PrivateMethod(m) => name.and_then(|n| n.strip_prefix('#')) == Some(&*m.key.name),
                ClassMember::AutoAccessor(_) => true,
                _ => false,
            };
            if class.body.iter().any(accessor) {
                return true;
            }
            above = parent.only_ref();
        }
        true
    }

    /// The setters of `name`, or all where it is not known, that an instance has.
    pub(super) fn setters(&mut self, class_addr: Addr, this: Addr, name: Option<&str>) -> Vec<Val> {
        let mut setters = vec![];
        let mut above = Some(class_addr);
        for _ in 0..MOST_ABOVE {
            let Some((class, env, parent)) = above.and_then(|addr| self.class_of(addr)) else { break };
            let outer = std::mem::replace(&mut self.env, env);
            let before = setters.len();
            for member in &class.body {
                let function = match member {
                    ClassMember::Method(m)
                        if !m.is_static
                            && m.kind == MethodKind::Setter
                            && name.is_none_or(|name| literal_key(&m.key).is_none_or(|key| key == name)) =>
                    {
                        &m.function
                    }
                    ClassMember::PrivateMethod(m)
                        if m.kind == MethodKind::Setter
                            && name.and_then(|n| n.strip_prefix('#')) == Some(&*m.key.name) =>
                    {
                        &m.function
                    }
                    _ => continue,
                };
                setters.push(self.closure(FnNode::Function(function), Val::addr(this)));
            }
            self.env = outer;
            if setters.len() > before && name.is_some() {
                break;
            }
            above = parent.only_ref();
        }
        setters
    }

    /// The methods and accessors an instance has from its class and those above it.
    pub(super) fn methods(&mut self, class_addr: Addr, this: Addr) -> Vec<Val> {
        let mut methods = vec![];
        let mut above = Some(class_addr);
        // Each stands above the one before it.
        while let Some((class, env, parent)) =
            above.filter(|_| methods.len() < 1000).and_then(|addr| self.class_of(addr))
        {
            let outer = std::mem::replace(&mut self.env, env);
            for member in &class.body {
                if let ClassMember::Method(m) = member
                    && !m.is_static
                {
                    methods.push(self.closure(FnNode::Function(&m.function), Val::addr(this)));
                }
            }
            self.env = outer;
            above = parent.only_ref().filter(|parent| *parent != class_addr);
        }
        methods
    }

    /// `new` of a class of the script.
    pub(super) fn instantiate(&mut self, class_addr: Addr, args: &Args, at: Span) -> Val {
        if self.class_of(class_addr).is_none() {
            self.takes_new(class_addr);
            // A function called with `new`: what it makes is not followed.
            let this = Val::addr(self.alloc(at, Content::Object(Obj::default().into())));
            if matches!(self.heap.get(class_addr), Content::Fun(_)) {
                self.call_value(&Val::addr(class_addr), this.clone(), args, at);
                let any = self.unknown(at, "functions called with `new` are not followed");
                return this.join(&any);
            }
            self.leave(Leave::Throw, Val::default());
            return Val::default();
        }
        let obj = Obj { class: Some(class_addr), ..Obj::default() };
        let addr = self.alloc(at, Content::Object(obj.into()));
        self.construct_in(class_addr, addr, args, at);
        Val::addr(addr)
    }

    fn construct_in(&mut self, class_addr: Addr, this: Addr, args: &Args, at: Span) {
        let Some((class, env, parent)) = self.class_of(class_addr) else {
            return;
        };
        if self.homes.len() > 16 {
            self.exhausted = true;
            return;
        }
        let constructor = class.body.iter().find_map(|m| match m {
            ClassMember::Constructor(c) => Some(c),
            _ => None,
        });
        let has_parent = !parent.is_nullish();
        self.homes.push(class_addr);
        if !has_parent {
            self.init_fields(class, env.clone(), this, at);
        } else if constructor.is_none() {
            self.super_into(this, args, at);
        }
        if let Some(c) = constructor {
            if class.super_class.is_some() && !calls_super_first(c) {
                // Before `super(…)` there is no `this`, nor after two of them.
                self.may_throw();
            }
            let node = self.node(FnNode::Constructor(c));
            self.call_closure(node, env, Val::addr(this), args, at);
        }
        self.homes.pop();
    }

    fn init_fields(&mut self, class: &'a Class, env: super::contents::Env, this: Addr, at: Span) {
        let outer_env = std::mem::replace(&mut self.env, env);
        let outer_this = std::mem::replace(&mut self.this, Val::addr(this));
        for member in &class.body {
            let (name, value) = match member {
                ClassMember::ClassProp(p) if !p.is_static => (literal_key(&p.key), &p.value),
                ClassMember::PrivateProp(p) if !p.is_static => (Some(format!("#{}", p.key.name)), &p.value),
                _ => continue,
            };
            let val = value.as_ref().map_or_else(Val::undefined, |e| self.expr(e));
            self.define(this, name.as_deref(), val, at);
        }
        self.env = outer_env;
        self.this = outer_this;
    }

    /// Gives an instance a field, whatever setters there are.
    fn define(&mut self, this: Addr, name: Option<&str>, val: Val, at: Span) {
        self.note_shared_write(this, at, "");
        let Content::Object(o) = self.heap.get(this).clone() else { return };
        let mut o = (*o).clone();
        match name {
            Some(name) => super::expressions::set_field(&mut o, name, val),
            None => o.set_unnamed(&val),
        }
        self.heap.write(this, Content::Object(o.into()));
    }

    fn super_into(&mut self, this: Addr, args: &Args, at: Span) {
        let Some(home) = self.homes.last().copied() else { return };
        let Some((class, env, parent)) = self.class_of(home) else { return };
        match parent.only_ref() {
            Some(parent) if self.class_of(parent).is_some() => self.construct_in(parent, this, args, at),
            _ => {
                // A class of the language: an error, mostly.
                let any = self.unknown(at, "classes of the language are not followed");
                let error = parent.builtin.filter(|name| is_error(name) && parent.parts() == 1);
                if error.is_some() && args.has(0) && args.get(0) != Val::undefined() {
                    self.converts(&args.get(0));
                }
                if let Content::Object(o) = self.heap.get(this).clone() {
                    let mut o = (*o).clone();
                    o.error = true;
                    super::expressions::set_field(&mut o, "message", super::strings::Str::any().into());
                    match error {
                        Some(name) => {
                            super::expressions::set_field(&mut o, "name", Val::text(name));
                            super::expressions::set_field(&mut o, "stack", super::strings::Str::any().into());
                            let cause = if args.has(1) { any.join(&Val::undefined()) } else { Val::undefined() };
                            super::expressions::set_field(&mut o, "cause", cause);
                        }
                        None => o.open_to(&any),
                    }
                    self.heap.write(this, Content::Object(o.into()));
                }
            }
        }
        self.init_fields(class, env, this, at);
    }

    /// `super(…)`.
    pub(super) fn call_super(&mut self, args: &Args, at: Span) -> Val {
        if let Some(this) = self.this.only_ref() {
            self.super_into(this, args, at);
        }
        Val::undefined()
    }

    /// `super.name(…)`.
    pub(super) fn call_super_method(&mut self, this: &Val, name: &str, args: &Args, at: Span) -> Val {
        let found = this.only_ref().and_then(|addr| {
            let class = match self.heap.get(addr) {
                Content::Object(o) => o.class,
                _ => None,
            }?;
            let home = self.homes.last().copied().unwrap_or(class);
            let parent = self.class_of(home)?.2.only_ref()?;
            self.class_member(parent, name, addr, at)
        });
        match found {
            Some(method) => self.call_value(&method, this.clone(), args, at),
            None => {
                let any = self.unknown(at, "this method is not followed");
                self.call_unknown(&any, args, at)
            }
        }
    }
}

/// Most classes above each other that are looked through.
const MOST_ABOVE: usize = 64;

/// The name of a member, where it is written.
fn literal_key(key: &PropName) -> Option<String> {
    match key {
        PropName::Ident(i) => Some(i.sym.to_string()),
        PropName::Str(s) => Some(s.value.to_string_lossy().into_owned()),
        PropName::Num(n) => Some(super::operators::number_text(n.value)),
        PropName::Computed(_) | PropName::BigInt(_) => None,
    }
}

fn is_error(name: &str) -> bool {
    name.ends_with("Error") && name != "AggregateError"
}

/// Whether all a constructor does before `super(…)`, which it calls once, is nothing.
fn calls_super_first(constructor: &Constructor) -> bool {
    let stmts = constructor.body.as_ref().map(|b| b.stmts.as_slice()).unwrap_or_default();
    let is_super = |stmt: &Stmt| match stmt {
        Stmt::Expr(e) => matches!(&*e.expr, Expr::Call(c) if matches!(c.callee, Callee::Super(_))),
        _ => false,
    };
    stmts.first().is_some_and(is_super) && !stmts.iter().skip(1).any(is_super)
}
