//! One walk over the tree, for everyone who needs every node.

use swc_ecma_ast::{
    ArrowFunctionBody, AssignTarget, AssignTargetPat, BlockStmt, CallExpr, Callee, Class, ClassMember, Decl,
    DefaultDecl, Expr, ExprOrSpread, ForHead, Function, Ident, MemberProp, Module, ModuleDecl, ModuleItem,
    ObjectPatProp, OptChainBase, ParamOrTsParamProp, Pat, Prop, PropName, PropOrSpread, SimpleAssignTarget, Stmt,
    VarDeclOrExpr, VarDeclarator,
};

/// A node of the tree.
#[derive(Clone, Copy, Debug)]
pub enum Node<'a> {
    /// An `import` or `export`.
    ModuleDecl(&'a ModuleDecl),
    /// A statement.
    Stmt(&'a Stmt),
    /// One variable of a declaration.
    Declarator(&'a VarDeclarator),
    /// A pattern that binds or assigns.
    Pat(&'a Pat),
    /// An expression.
    Expr(&'a Expr),
    /// A property of an object.
    Prop(&'a Prop),
    /// A function that is no arrow: declaration, expression, method.
    Function(&'a Function),
    /// A class.
    Class(&'a Class),
    /// A name that is bound: of a function, class or import, or a shorthand in a pattern.
    Binding(&'a Ident),
}

/// Calls `see` for every child of `node`, in source order.
pub fn children<'a>(node: Node<'a>, see: &mut dyn FnMut(Node<'a>)) {
    match node {
        Node::ModuleDecl(decl) => module_decl(decl, see),
        Node::Stmt(s) => stmt(s, see),
        Node::Declarator(d) => {
            see(Node::Pat(&d.name));
            opt(d.init.as_deref(), see);
        }
        Node::Pat(p) => pat(p, see),
        Node::Expr(e) => expr(e, see),
        Node::Prop(p) => prop(p, see),
        Node::Function(f) => {
            f.params.iter().for_each(|p| see(Node::Pat(&p.pat)));
            f.body.iter().flat_map(|b| &b.stmts).for_each(|s| see(Node::Stmt(s)));
        }
        Node::Class(c) => class(c, see),
        Node::Binding(_) => {}
    }
}

/// Calls `see` for every statement and declaration at the top level.
pub fn top_level<'a>(module: &'a Module, see: &mut dyn FnMut(Node<'a>)) {
    for item in &module.body {
        see(match item {
            ModuleItem::ModuleDecl(decl) => Node::ModuleDecl(decl),
            ModuleItem::Stmt(stmt) => Node::Stmt(stmt),
        });
    }
}

fn opt<'a>(e: Option<&'a Expr>, see: &mut dyn FnMut(Node<'a>)) {
    if let Some(e) = e {
        see(Node::Expr(e));
    }
}

fn block<'a>(b: &'a BlockStmt, see: &mut dyn FnMut(Node<'a>)) {
    b.stmts.iter().for_each(|s| see(Node::Stmt(s)));
}

fn module_decl<'a>(decl: &'a ModuleDecl, see: &mut dyn FnMut(Node<'a>)) {
    match decl {
        ModuleDecl::ExportDecl(e) => declaration(&e.decl, see),
        ModuleDecl::ExportDefaultDecl(e) => match &e.decl {
            DefaultDecl::Fn(f) => {
                f.ident.iter().for_each(|i| see(Node::Binding(i)));
                see(Node::Function(&f.function));
            }
            DefaultDecl::Class(c) => {
                c.ident.iter().for_each(|i| see(Node::Binding(i)));
                see(Node::Class(&c.class));
            }
            DefaultDecl::TsInterfaceDecl(_) => {}
        },
        ModuleDecl::ExportDefaultExpr(e) => see(Node::Expr(&e.expr)),
        ModuleDecl::Import(i) => i.specifiers.iter().for_each(|s| see(Node::Binding(s.local()))),
        _ => {}
    }
}

fn declaration<'a>(decl: &'a Decl, see: &mut dyn FnMut(Node<'a>)) {
    match decl {
        Decl::Var(v) => v.decls.iter().for_each(|d| see(Node::Declarator(d))),
        Decl::Using(v) => v.decls.iter().for_each(|d| see(Node::Declarator(d))),
        Decl::Fn(f) => {
            see(Node::Binding(&f.ident));
            see(Node::Function(&f.function));
        }
        Decl::Class(c) => {
            see(Node::Binding(&c.ident));
            see(Node::Class(&c.class));
        }
        _ => {}
    }
}

fn head<'a>(head: &'a ForHead, see: &mut dyn FnMut(Node<'a>)) {
    match head {
        ForHead::VarDecl(v) => v.decls.iter().for_each(|d| see(Node::Declarator(d))),
        ForHead::UsingDecl(v) => v.decls.iter().for_each(|d| see(Node::Declarator(d))),
        ForHead::Pat(p) => see(Node::Pat(p)),
    }
}

fn stmt<'a>(s: &'a Stmt, see: &mut dyn FnMut(Node<'a>)) {
    match s {
        Stmt::Block(b) => block(b, see),
        Stmt::With(w) => {
            see(Node::Expr(&w.obj));
            see(Node::Stmt(&w.body));
        }
        Stmt::Return(r) => opt(r.arg.as_deref(), see),
        Stmt::Labeled(l) => see(Node::Stmt(&l.body)),
        Stmt::If(i) => {
            see(Node::Expr(&i.test));
            see(Node::Stmt(&i.cons));
            i.alt.iter().for_each(|a| see(Node::Stmt(a)));
        }
        Stmt::Switch(w) => {
            see(Node::Expr(&w.discriminant));
            for case in &w.cases {
                opt(case.test.as_deref(), see);
                case.cons.iter().for_each(|s| see(Node::Stmt(s)));
            }
        }
        Stmt::Throw(t) => see(Node::Expr(&t.arg)),
        Stmt::Try(t) => {
            block(&t.block, see);
            if let Some(handler) = &t.handler {
                handler.param.iter().for_each(|p| see(Node::Pat(p)));
                block(&handler.body, see);
            }
            t.finalizer.iter().for_each(|f| block(f, see));
        }
        Stmt::While(w) => {
            see(Node::Expr(&w.test));
            see(Node::Stmt(&w.body));
        }
        Stmt::DoWhile(w) => {
            see(Node::Stmt(&w.body));
            see(Node::Expr(&w.test));
        }
        Stmt::For(f) => {
            match &f.init {
                Some(VarDeclOrExpr::VarDecl(v)) => v.decls.iter().for_each(|d| see(Node::Declarator(d))),
                Some(VarDeclOrExpr::Expr(e)) => see(Node::Expr(e)),
                None => {}
            }
            opt(f.test.as_deref(), see);
            opt(f.update.as_deref(), see);
            see(Node::Stmt(&f.body));
        }
        Stmt::ForIn(f) => {
            head(&f.left, see);
            see(Node::Expr(&f.right));
            see(Node::Stmt(&f.body));
        }
        Stmt::ForOf(f) => {
            head(&f.left, see);
            see(Node::Expr(&f.right));
            see(Node::Stmt(&f.body));
        }
        Stmt::Decl(d) => declaration(d, see),
        Stmt::Expr(e) => see(Node::Expr(&e.expr)),
        Stmt::Empty(_) | Stmt::Debugger(_) | Stmt::Break(_) | Stmt::Continue(_) => {}
    }
}

fn key<'a>(name: &'a PropName, see: &mut dyn FnMut(Node<'a>)) {
    if let PropName::Computed(c) = name {
        see(Node::Expr(&c.expr));
    }
}

fn prop<'a>(p: &'a Prop, see: &mut dyn FnMut(Node<'a>)) {
    match p {
        Prop::Shorthand(_) => {}
        Prop::KeyValue(kv) => {
            key(&kv.key, see);
            see(Node::Expr(&kv.value));
        }
        Prop::Assign(a) => see(Node::Expr(&a.value)),
        Prop::Getter(g) => {
            key(&g.key, see);
            see(Node::Function(&g.function));
        }
        Prop::Setter(s) => {
            key(&s.key, see);
            see(Node::Function(&s.function));
        }
        Prop::Method(m) => {
            key(&m.key, see);
            see(Node::Function(&m.function));
        }
    }
}

fn class<'a>(c: &'a Class, see: &mut dyn FnMut(Node<'a>)) {
    opt(c.super_class.as_deref(), see);
    for member in &c.body {
        match member {
            ClassMember::Constructor(c) => {
                for param in &c.params {
                    if let ParamOrTsParamProp::Param(p) = param {
                        see(Node::Pat(&p.pat));
                    }
                }
                c.body.iter().flat_map(|b| &b.stmts).for_each(|s| see(Node::Stmt(s)));
            }
            ClassMember::Method(m) => {
                key(&m.key, see);
                see(Node::Function(&m.function));
            }
            ClassMember::PrivateMethod(m) => see(Node::Function(&m.function)),
            ClassMember::ClassProp(p) => {
                key(&p.key, see);
                opt(p.value.as_deref(), see);
            }
            ClassMember::PrivateProp(p) => opt(p.value.as_deref(), see),
            ClassMember::StaticBlock(b) => block(&b.body, see),
            _ => {}
        }
    }
}

fn pat<'a>(p: &'a Pat, see: &mut dyn FnMut(Node<'a>)) {
    match p {
        Pat::Ident(_) | Pat::Invalid(_) => {}
        Pat::Array(a) => a.elems.iter().flatten().for_each(|p| see(Node::Pat(p))),
        Pat::Rest(r) => see(Node::Pat(&r.arg)),
        Pat::Object(o) => o.props.iter().for_each(|p| pattern_prop(p, see)),
        Pat::Assign(a) => {
            see(Node::Pat(&a.left));
            see(Node::Expr(&a.right));
        }
        Pat::Expr(e) => see(Node::Expr(e)),
    }
}

fn pattern_prop<'a>(p: &'a ObjectPatProp, see: &mut dyn FnMut(Node<'a>)) {
    match p {
        ObjectPatProp::KeyValue(kv) => {
            key(&kv.key, see);
            see(Node::Pat(&kv.value));
        }
        ObjectPatProp::Assign(a) => {
            see(Node::Binding(&a.key));
            opt(a.value.as_deref(), see);
        }
        ObjectPatProp::Rest(r) => see(Node::Pat(&r.arg)),
    }
}

fn arguments<'a>(args: &'a [ExprOrSpread], see: &mut dyn FnMut(Node<'a>)) {
    args.iter().for_each(|a| see(Node::Expr(&a.expr)));
}

fn call<'a>(c: &'a CallExpr, see: &mut dyn FnMut(Node<'a>)) {
    if let Callee::Expr(callee) = &c.callee {
        see(Node::Expr(callee));
    }
    arguments(&c.args, see);
}

fn member<'a>(property: &'a MemberProp, see: &mut dyn FnMut(Node<'a>)) {
    if let MemberProp::Computed(c) = property {
        see(Node::Expr(&c.expr));
    }
}

fn target<'a>(t: &'a AssignTarget, see: &mut dyn FnMut(Node<'a>)) {
    match t {
        AssignTarget::Simple(SimpleAssignTarget::Member(m)) => {
            see(Node::Expr(&m.obj));
            member(&m.prop, see);
        }
        AssignTarget::Simple(SimpleAssignTarget::Paren(p)) => see(Node::Expr(&p.expr)),
        AssignTarget::Simple(SimpleAssignTarget::Ident(i)) => see(Node::Binding(&i.id)),
        AssignTarget::Simple(_) => {}
        AssignTarget::Pat(AssignTargetPat::Array(a)) => a.elems.iter().flatten().for_each(|p| see(Node::Pat(p))),
        AssignTarget::Pat(AssignTargetPat::Object(o)) => o.props.iter().for_each(|p| pattern_prop(p, see)),
        AssignTarget::Pat(AssignTargetPat::Invalid(_)) => {}
    }
}

fn expr<'a>(e: &'a Expr, see: &mut dyn FnMut(Node<'a>)) {
    match e {
        Expr::Array(a) => a.elems.iter().flatten().for_each(|e| see(Node::Expr(&e.expr))),
        Expr::Object(o) => {
            for p in &o.props {
                match p {
                    PropOrSpread::Spread(s) => see(Node::Expr(&s.expr)),
                    PropOrSpread::Prop(p) => see(Node::Prop(p)),
                }
            }
        }
        Expr::Fn(f) => see(Node::Function(&f.function)),
        Expr::Unary(u) => see(Node::Expr(&u.arg)),
        Expr::Update(u) => see(Node::Expr(&u.arg)),
        Expr::Bin(b) => {
            see(Node::Expr(&b.left));
            see(Node::Expr(&b.right));
        }
        Expr::Assign(a) => {
            target(&a.left, see);
            see(Node::Expr(&a.right));
        }
        Expr::Member(m) => {
            see(Node::Expr(&m.obj));
            member(&m.prop, see);
        }
        Expr::Cond(c) => {
            see(Node::Expr(&c.test));
            see(Node::Expr(&c.cons));
            see(Node::Expr(&c.alt));
        }
        Expr::Call(c) => call(c, see),
        Expr::New(n) => {
            see(Node::Expr(&n.callee));
            arguments(n.args.as_deref().unwrap_or_default(), see);
        }
        Expr::Seq(s) => s.exprs.iter().for_each(|e| see(Node::Expr(e))),
        Expr::Tpl(t) => t.exprs.iter().for_each(|e| see(Node::Expr(e))),
        Expr::TaggedTpl(t) => {
            see(Node::Expr(&t.tag));
            t.tpl.exprs.iter().for_each(|e| see(Node::Expr(e)));
        }
        Expr::Arrow(a) => {
            a.params.iter().for_each(|p| see(Node::Pat(p)));
            match &*a.body {
                ArrowFunctionBody::Expr(e) => see(Node::Expr(e)),
                ArrowFunctionBody::FunctionBody(b) => b.stmts.iter().for_each(|s| see(Node::Stmt(s))),
            }
        }
        Expr::Class(c) => see(Node::Class(&c.class)),
        Expr::Yield(y) => opt(y.arg.as_deref(), see),
        Expr::Await(a) => see(Node::Expr(&a.arg)),
        Expr::Paren(p) => see(Node::Expr(&p.expr)),
        Expr::TsAs(t) => see(Node::Expr(&t.expr)),
        Expr::TsSatisfies(t) => see(Node::Expr(&t.expr)),
        Expr::TsConstAssertion(t) => see(Node::Expr(&t.expr)),
        Expr::TsNonNull(t) => see(Node::Expr(&t.expr)),
        Expr::TsInstantiation(t) => see(Node::Expr(&t.expr)),
        Expr::TsTypeAssertion(t) => see(Node::Expr(&t.expr)),
        Expr::OptChain(o) => match &*o.base {
            OptChainBase::Member(m) => {
                see(Node::Expr(&m.obj));
                member(&m.prop, see);
            }
            OptChainBase::Call(c) => {
                see(Node::Expr(&c.callee));
                arguments(&c.args, see);
            }
        },
        _ => {}
    }
}
