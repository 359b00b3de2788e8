//! Which declaration each identifier means, and which scopes hold variables.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use swc_ecma_ast::{
    ArrowExpr, ArrowFunctionBody, BlockStmt, Callee, Class, ClassMember, Decl, Expr, ForHead, Function, Ident,
    MemberProp, Module, ModuleDecl, ModuleItem, OptChainBase, ParamOrTsParamProp, Prop, PropName, PropOrSpread, Stmt,
    SuperProp, VarDecl, VarDeclKind, VarDeclOrExpr,
};

use super::{
    Binding,
    by_span::BySpan,
    declared::{decl_names, hoisted, lexical, pat_names, var_names},
    names,
};
use crate::{script::span, text::Span};

/// The scope of the module's body.
pub(super) const MODULE: u32 = u32::MAX;

/// Where an identifier's variable lives: so many frames out, at that index.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) hops: u32,
    pub(super) index: u32,
}

/// What an identifier means.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Name {
    pub(super) binding: Binding,
    place: Option<Place>,
}

/// A variable of a scope.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) declared: Span,
    /// It is assigned after its declaration.
    pub(super) reassigned: bool,
}

/// What the text says about names.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    /// By the offset of the node that opens the scope.
    pub(super) scopes: FxHashMap<u32, Vec<Variable>>,
    /// By the identifier.
    pub(super) names: Arc<BySpan<Name>>,
    /// Calls of primitives: the callee's name, the call, the callee.
    pub(super) primitive_calls: Vec<(&'static str, Span, Span)>,
    /// The first use of `args`.
    pub(super) first_args: Option<Span>,
    /// Where constants are assigned to: by the identifier.
    pub(super) refused_writes: FxHashSet<u32>,
    /// Whether some function has `arguments`.
    pub(super) names_arguments: bool,
    /// The tree is deeper than this walk goes.
    pub(super) too_deep: bool,
    nodes: u32,
}

impl Scopes {
    pub(super) fn of(module: &Module) -> Scopes {
        // Names in usual text are this far apart.
        let names = (module.span.hi.0 - module.span.lo.0) as usize / 16;
        let mut walk = Walk {
            found: Scopes::default(),
            resolved: BySpan::of(module.span.hi.0 as usize, names),
            open: vec![],
            names: FxHashMap::default(),
            depth: 0,
            constants: FxHashSet::default(),
            writes: vec![],
        };
        walk.module(module);
        let constant = |(_, declared): &&(u32, u32)| walk.constants.contains(declared);
        walk.found.refused_writes = walk.writes.iter().filter(constant).map(|(at, _)| *at).collect();
        Scopes { names: walk.resolved.into(), ..walk.found }
    }

    /// Where the variable of the identifier at `span` lives, if a scope of the script has it.
    pub(super) fn place(&self, span: Span) -> Option<Place> {
        self.names.get(span)?.place
    }

    /// Size of the tree, in expressions and statements.
    pub(super) fn nodes(&self) -> u32 {
        self.nodes
    }
}

pub(super) struct Walk<'a> {
    found: Scopes,
    resolved: BySpan<Name>,
    /// The open scopes: key and whether it is a function's.
    open: Vec<u32>,
    /// For each name, the open scopes that declare it: depth and index.
    names: FxHashMap<&'a str, Vec<(usize, u32)>>,
    depth: u32,
    /// Where constants are declared.
    constants: FxHashSet<u32>,
    /// Assignments: the identifier, and where its variable is declared.
    writes: Vec<(u32, u32)>,
}

const DEEPEST: u32 = 1500;

impl<'a> Walk<'a> {
    fn module(&mut self, module: &'a Module) {
        let mut declared = Vec::new();
        let mut vars = Vec::new();
        for item in &module.body {
            match item {
                ModuleItem::Stmt(stmt) => {
                    lexical(stmt, &mut declared);
                    hoisted(stmt, &mut vars, 0);
                }
                ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => decl_names(&export.decl, &mut declared, true),
                ModuleItem::ModuleDecl(ModuleDecl::Import(import)) => {
                    declared.extend(import.specifiers.iter().map(|s| s.local()));
                }
                ModuleItem::ModuleDecl(_) => {}
            }
        }
        declared.extend(vars);
        self.enter(MODULE, declared);
        for item in &module.body {
            match item {
                ModuleItem::Stmt(stmt) => self.stmt(stmt),
                ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => self.decl(&export.decl),
                ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultExpr(export)) => self.expr(&export.expr),
                ModuleItem::ModuleDecl(_) => {}
            }
        }
        self.leave(MODULE);
    }

    fn enter(&mut self, key: u32, declared: Vec<&'a Ident>) {
        let mut variables: Vec<Variable> = Vec::new();
        let depth = self.open.len();
        for ident in declared {
            let name: &'a str = &ident.sym;
            let declarations = self.names.entry(name).or_default();
            if declarations.last().is_some_and(|(d, _)| *d == depth) {
                continue;
            }
            declarations.push((depth, variables.len() as u32));
            variables.push(Variable { name: name.to_owned(), declared: span(ident), reassigned: false });
        }
        if key == MODULE || !variables.is_empty() {
            self.open.push(key);
            self.found.scopes.insert(key, variables);
        }
    }

    fn leave(&mut self, key: u32) {
        if self.open.last() == Some(&key) {
            self.open.pop();
            let depth = self.open.len();
            for variable in &self.found.scopes[&key] {
                if let Some(stack) = self.names.get_mut(variable.name.as_str())
                    && stack.last().is_some_and(|(d, _)| *d == depth)
                {
                    stack.pop();
                }
            }
        }
    }

    pub(super) fn resolve(&mut self, ident: &'a Ident, assigns: bool) {
        let name: &'a str = &ident.sym;
        let at = span(ident);
        let found = self.names.get(name).and_then(|s| s.last()).copied();
        let place = found.map(|(depth, index)| Place { hops: (self.open.len() - 1 - depth) as u32, index });
        let binding = match found {
            Some((depth, index)) => {
                let scope = self.found.scopes.get_mut(&self.open[depth]);
                match scope.and_then(|s| s.get_mut(index as usize)) {
                    Some(variable) => {
                        variable.reassigned |= assigns;
                        if assigns {
                            self.writes.push((at.start, variable.declared.start));
                        }
                        Binding::Local { declared: variable.declared }
                    }
                    None => Binding::Unresolved,
                }
            }
            None => match (names::primitive(name), names::global(name)) {
                (Some(primitive), _) => Binding::Primitive(primitive),
                (None, Some(global)) => Binding::Global(global),
                (None, None) => Binding::Unresolved,
            },
        };
        if binding == Binding::Primitive("args") {
            self.found.first_args.get_or_insert(at);
        }
        self.found.names_arguments |= found.is_none() && name == "arguments";
        self.resolved.insert(at, Name { binding, place });
    }

    fn stmts(&mut self, stmts: &'a [Stmt]) {
        stmts.iter().for_each(|s| self.stmt(s));
    }

    fn block(&mut self, block: &'a BlockStmt) {
        let key = span(block).start;
        let mut declared = Vec::new();
        block.stmts.iter().for_each(|s| lexical(s, &mut declared));
        self.enter(key, declared);
        self.stmts(&block.stmts);
        self.leave(key);
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        self.found.nodes += 1;
        self.depth += 1;
        if self.depth > DEEPEST {
            self.found.too_deep = true;
        } else {
            super::stack::grow(|| self.stmt_inner(stmt));
        }
        self.depth -= 1;
    }

    fn stmt_inner(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Block(b) => self.block(b),
            Stmt::Return(r) => r.arg.iter().for_each(|e| self.expr(e)),
            Stmt::Labeled(l) => self.stmt(&l.body),
            Stmt::If(i) => {
                self.expr(&i.test);
                self.stmt(&i.cons);
                i.alt.iter().for_each(|s| self.stmt(s));
            }
            Stmt::Switch(s) => {
                self.expr(&s.discriminant);
                let mut declared = Vec::new();
                s.cases.iter().flat_map(|c| &c.cons).for_each(|s| lexical(s, &mut declared));
                let key = span(s).start;
                self.enter(key, declared);
                for case in &s.cases {
                    case.test.iter().for_each(|e| self.expr(e));
                    self.stmts(&case.cons);
                }
                self.leave(key);
            }
            Stmt::Throw(t) => self.expr(&t.arg),
            Stmt::Try(t) => {
                self.block(&t.block);
                if let Some(handler) = &t.handler {
                    let mut declared = Vec::new();
                    handler.param.iter().for_each(|p| pat_names(p, &mut declared));
                    handler.body.stmts.iter().for_each(|s| lexical(s, &mut declared));
                    let key = span(handler).start;
                    self.enter(key, declared);
                    handler.param.iter().for_each(|p| self.pat(p, false));
                    self.stmts(&handler.body.stmts);
                    self.leave(key);
                }
                t.finalizer.iter().for_each(|b| self.block(b));
            }
            Stmt::While(w) => {
                self.expr(&w.test);
                self.stmt(&w.body);
            }
            Stmt::DoWhile(w) => {
                self.stmt(&w.body);
                self.expr(&w.test);
            }
            Stmt::For(f) => {
                let key = span(f).start;
                let mut declared = Vec::new();
                if let Some(VarDeclOrExpr::VarDecl(d)) = &f.init {
                    var_names(d, &mut declared, false);
                }
                self.enter(key, declared);
                match &f.init {
                    Some(VarDeclOrExpr::VarDecl(d)) => self.var(d),
                    Some(VarDeclOrExpr::Expr(e)) => self.expr(e),
                    None => {}
                }
                f.test.iter().for_each(|e| self.expr(e));
                f.update.iter().for_each(|e| self.expr(e));
                self.stmt(&f.body);
                self.leave(key);
            }
            Stmt::ForIn(f) => self.for_each(span(f).start, &f.left, &f.right, &f.body),
            Stmt::ForOf(f) => self.for_each(span(f).start, &f.left, &f.right, &f.body),
            Stmt::Decl(d) => self.decl(d),
            Stmt::Expr(e) => self.expr(&e.expr),
            Stmt::With(w) => {
                self.expr(&w.obj);
                self.stmt(&w.body);
            }
            Stmt::Empty(_) | Stmt::Debugger(_) | Stmt::Break(_) | Stmt::Continue(_) => {}
        }
    }

    fn for_each(&mut self, key: u32, left: &'a ForHead, right: &'a Expr, body: &'a Stmt) {
        self.expr(right);
        let mut declared = Vec::new();
        if let ForHead::VarDecl(d) = left {
            var_names(d, &mut declared, false);
        }
        self.enter(key, declared);
        match left {
            ForHead::VarDecl(v) => {
                self.declares(v);
                v.decls.iter().for_each(|d| self.pat(&d.name, false));
            }
            ForHead::Pat(p) => self.pat(p, true),
            ForHead::UsingDecl(_) => {}
        }
        self.stmt(body);
        self.leave(key);
    }

    fn decl(&mut self, decl: &'a Decl) {
        match decl {
            Decl::Var(v) => self.var(v),
            Decl::Fn(f) => {
                self.resolve(&f.ident, false);
                self.function(&f.function, None);
            }
            Decl::Class(c) => {
                self.resolve(&c.ident, false);
                self.class(&c.class);
            }
            Decl::Using(u) => {
                for d in &u.decls {
                    self.pat(&d.name, false);
                    d.init.iter().for_each(|e| self.expr(e));
                }
            }
            _ => {}
        }
    }

    /// Notes which names are constants.
    fn declares(&mut self, var: &'a VarDecl) {
        if var.kind == VarDeclKind::Const {
            let mut names = vec![];
            var.decls.iter().for_each(|d| pat_names(&d.name, &mut names));
            self.constants.extend(names.into_iter().map(|name| span(name).start));
        }
    }

    fn var(&mut self, var: &'a VarDecl) {
        self.declares(var);
        for d in &var.decls {
            self.pat(&d.name, false);
            d.init.iter().for_each(|e| self.expr(e));
        }
    }

    fn function(&mut self, function: &'a Function, own_name: Option<&'a Ident>) {
        let mut declared = Vec::new();
        function.params.iter().for_each(|p| pat_names(&p.pat, &mut declared));
        let stmts = function.body.as_ref().map(|b| b.stmts.as_slice()).unwrap_or_default();
        stmts.iter().for_each(|s| lexical(s, &mut declared));
        stmts.iter().for_each(|s| hoisted(s, &mut declared, 0));
        declared.extend(own_name);
        let key = span(function).start;
        self.enter(key, declared);
        own_name.iter().for_each(|n| self.resolve(n, false));
        function.params.iter().for_each(|p| self.pat(&p.pat, false));
        self.stmts(stmts);
        self.leave(key);
    }

    fn arrow(&mut self, arrow: &'a ArrowExpr) {
        let mut declared = Vec::new();
        arrow.params.iter().for_each(|p| pat_names(p, &mut declared));
        if let ArrowFunctionBody::FunctionBody(body) = &*arrow.body {
            body.stmts.iter().for_each(|s| lexical(s, &mut declared));
            body.stmts.iter().for_each(|s| hoisted(s, &mut declared, 0));
        }
        let key = span(arrow).start;
        self.enter(key, declared);
        arrow.params.iter().for_each(|p| self.pat(p, false));
        match &*arrow.body {
            ArrowFunctionBody::FunctionBody(body) => self.stmts(&body.stmts),
            ArrowFunctionBody::Expr(e) => self.expr(e),
        }
        self.leave(key);
    }

    fn class(&mut self, class: &'a Class) {
        class.super_class.iter().for_each(|e| self.expr(e));
        for member in &class.body {
            match member {
                ClassMember::Constructor(c) => {
                    let mut declared = Vec::new();
                    for p in &c.params {
                        if let ParamOrTsParamProp::Param(p) = p {
                            pat_names(&p.pat, &mut declared);
                        }
                    }
                    let stmts = c.body.as_ref().map(|b| b.stmts.as_slice()).unwrap_or_default();
                    stmts.iter().for_each(|s| lexical(s, &mut declared));
                    stmts.iter().for_each(|s| hoisted(s, &mut declared, 0));
                    let key = span(c).start;
                    self.enter(key, declared);
                    for p in &c.params {
                        if let ParamOrTsParamProp::Param(p) = p {
                            self.pat(&p.pat, false);
                        }
                    }
                    self.stmts(stmts);
                    self.leave(key);
                }
                ClassMember::Method(m) => {
                    self.prop_name(&m.key);
                    self.function(&m.function, None);
                }
                ClassMember::PrivateMethod(m) => self.function(&m.function, None),
                ClassMember::ClassProp(p) => {
                    self.prop_name(&p.key);
                    p.value.iter().for_each(|e| self.expr(e));
                }
                ClassMember::PrivateProp(p) => p.value.iter().for_each(|e| self.expr(e)),
                ClassMember::StaticBlock(b) => self.block(&b.body),
                ClassMember::AutoAccessor(a) => a.value.iter().for_each(|e| self.expr(e)),
                ClassMember::Empty(_) | ClassMember::TsIndexSignature(_) => {}
            }
        }
    }

    pub(super) fn prop_name(&mut self, name: &'a PropName) {
        if let PropName::Computed(c) = name {
            self.expr(&c.expr);
        }
    }

    pub(super) fn expr(&mut self, expr: &'a Expr) {
        self.found.nodes += 1;
        self.depth += 1;
        if self.depth > DEEPEST {
            self.found.too_deep = true;
        } else {
            super::stack::grow(|| self.expr_inner(expr));
        }
        self.depth -= 1;
    }

    fn expr_inner(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Array(a) => a.elems.iter().flatten().for_each(|e| self.expr(&e.expr)),
            Expr::Object(o) => o.props.iter().for_each(|p| self.prop(p)),
            Expr::Fn(f) => self.function(&f.function, f.ident.as_ref()),
            Expr::Unary(u) => self.expr(&u.arg),
            Expr::Update(u) => match &*u.arg {
                Expr::Ident(i) => self.resolve(i, true),
                other => self.expr(other),
            },
            Expr::Bin(_) => {
                // Long chains of one operator nest to the left: walk them without recursion.
                let mut left = expr;
                let mut rights = Vec::new();
                while let Expr::Bin(b) = left {
                    rights.push(&*b.right);
                    left = &b.left;
                }
                self.expr(left);
                rights.into_iter().rev().for_each(|r| self.expr(r));
            }
            Expr::Assign(a) => {
                self.target(&a.left);
                self.expr(&a.right);
            }
            Expr::Member(m) => {
                self.expr(&m.obj);
                self.member_prop(&m.prop);
            }
            Expr::SuperProp(s) => {
                if let SuperProp::Computed(c) = &s.prop {
                    self.expr(&c.expr);
                }
            }
            Expr::Cond(c) => {
                self.expr(&c.test);
                self.expr(&c.cons);
                self.expr(&c.alt);
            }
            Expr::Call(c) => {
                if let Callee::Expr(callee) = &c.callee {
                    self.expr(callee);
                    if let Expr::Ident(i) = &**callee
                        && let Some(Name { binding: Binding::Primitive(name), .. }) = self.resolved.get(span(i))
                    {
                        self.found.primitive_calls.push((name, span(c), span(i)));
                    }
                }
                c.args.iter().for_each(|a| self.expr(&a.expr));
            }
            Expr::New(n) => {
                self.expr(&n.callee);
                n.args.iter().flatten().for_each(|a| self.expr(&a.expr));
            }
            Expr::Seq(s) => s.exprs.iter().for_each(|e| self.expr(e)),
            Expr::Ident(i) => self.resolve(i, false),
            Expr::Tpl(t) => t.exprs.iter().for_each(|e| self.expr(e)),
            Expr::TaggedTpl(t) => {
                self.expr(&t.tag);
                t.tpl.exprs.iter().for_each(|e| self.expr(e));
            }
            Expr::Arrow(a) => self.arrow(a),
            Expr::Class(c) => {
                let key = span(&*c.class).start;
                self.enter(key, c.ident.iter().collect());
                c.ident.iter().for_each(|name| self.resolve(name, false));
                self.class(&c.class);
                self.leave(key);
            }
            Expr::Yield(y) => y.arg.iter().for_each(|e| self.expr(e)),
            Expr::Await(a) => self.expr(&a.arg),
            Expr::Paren(p) => self.expr(&p.expr),
            Expr::OptChain(o) => match &*o.base {
                OptChainBase::Member(m) => {
                    self.expr(&m.obj);
                    self.member_prop(&m.prop);
                }
                OptChainBase::Call(c) => {
                    self.expr(&c.callee);
                    c.args.iter().for_each(|a| self.expr(&a.expr));
                }
            },
            _ => {}
        }
    }

    pub(super) fn member_prop(&mut self, prop: &'a MemberProp) {
        if let MemberProp::Computed(c) = prop {
            self.expr(&c.expr);
        }
    }

    fn prop(&mut self, prop: &'a PropOrSpread) {
        match prop {
            PropOrSpread::Spread(s) => self.expr(&s.expr),
            PropOrSpread::Prop(p) => match &**p {
                Prop::Shorthand(i) => self.resolve(i, false),
                Prop::KeyValue(kv) => {
                    self.prop_name(&kv.key);
                    self.expr(&kv.value);
                }
                Prop::Assign(a) => self.expr(&a.value),
                Prop::Getter(g) => {
                    self.prop_name(&g.key);
                    self.function(&g.function, None);
                }
                Prop::Setter(s) => {
                    self.prop_name(&s.key);
                    self.function(&s.function, None);
                }
                Prop::Method(m) => {
                    self.prop_name(&m.key);
                    self.function(&m.function, None);
                }
            },
        }
    }
}
