//! Classes and their instances.

use std::sync::Arc;

use swc_ecma_ast::{Class, ClassMember, MethodKind, PropName};

use super::{
    contents::{Content, Fun, Obj, ObjField},
    functions::{Args, FnNode},
    interp::{Interp, Leave},
    val::{Addr, Val},
};
use crate::{script::span, text::Span};

impl<'a> Interp<'a> {
    pub(super) fn class(&mut self, class: &'a Class) -> Val {
        let parent = class.super_class.as_ref().map_or_else(Val::undefined, |e| self.expr(e));
        let node = self.node(FnNode::Class(class));
        let at = span(class);
        let make = |parent: Val, statics: Vec<ObjField>, env| Fun::Class { node, env, parent, statics };
        let addr = self.alloc(at, Content::Fun(Arc::new(make(parent.clone(), vec![], self.env.clone()))));
        let mut statics: Vec<ObjField> = vec![];
        for member in &class.body {
            let (name, val) = match member {
                ClassMember::Method(m) if m.is_static => {
                    let name = self.prop_key(&m.key);
                    (name, self.closure(FnNode::Function(&m.function), Val::addr(addr)))
                }
                ClassMember::ClassProp(p) if p.is_static => {
                    let name = self.prop_key(&p.key);
                    let val = p.value.as_ref().map_or_else(Val::undefined, |e| self.expr(e));
                    (name, val)
                }
                ClassMember::StaticBlock(b) => {
                    let outer = std::mem::replace(&mut self.this, Val::addr(addr));
                    self.block(&b.body);
                    self.this = outer;
                    continue;
                }
                _ => continue,
            };
            if let Some(name) = name {
                statics.push(ObjField { name: name.into(), val, optional: false, accessor: false, declared: false });
            }
        }
        let env = self.env.clone();
        self.heap.replace(addr, Content::Fun(Arc::new(make(parent, statics, env))));
        Val::addr(addr)
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
        let own = |key: &PropName| {
            matches!(key, PropName::Ident(i) if *i.sym == *name)
                || matches!(key, PropName::Str(s) if s.value.as_str() == Some(name))
        };
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
                ClassMember::ClassProp(p) if !p.is_static => (self.prop_key(&p.key), &p.value),
                ClassMember::PrivateProp(p) if !p.is_static => (Some(format!("#{}", p.key.name).into()), &p.value),
                _ => continue,
            };
            let val = value.as_ref().map_or_else(Val::undefined, |e| self.expr(e));
            if let Some(name) = name {
                self.set(&Val::addr(this), &super::members::Key::Name(name), val, at);
            }
        }
        self.env = outer_env;
        self.this = outer_this;
    }

    fn super_into(&mut self, this: Addr, args: &Args, at: Span) {
        let Some(home) = self.homes.last().copied() else { return };
        let Some((class, env, parent)) = self.class_of(home) else { return };
        match parent.only_ref() {
            Some(parent) if self.class_of(parent).is_some() => self.construct_in(parent, this, args, at),
            _ => {
                // A class of the language: an error, mostly.
                let any = self.unknown(at, "classes of the language are not followed");
                if let Content::Object(o) = self.heap.get(this).clone() {
                    let mut o = (*o).clone();
                    (o.rest, o.unnamed) = (Some(any), None);
                    o.error = true;
                    super::expressions::set_field(&mut o, "message", super::strings::Str::any().into());
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
