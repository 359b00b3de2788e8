//! Places that only ever go one way, whoever writes to them: numbers that go up, lists that only lose elements.
//!
//! Known by name over the whole script: what holds for every variable of a name holds for each.

use rustc_hash::FxHashMap;
use swc_ecma_ast::{
    AssignTarget, AssignTargetPat, CallExpr, Callee, Decl, Expr, ForHead, Ident, Lit, MemberProp, Module, ModuleDecl,
    ModuleItem, ObjectPatProp, OptChainBase, Pat, Prop, SimpleAssignTarget, Stmt, UnaryOp, UpdateOp, VarDecl,
    VarDeclKind, VarDeclOrExpr,
};

use super::takings::{element, method_call, number, number_of};
use crate::script::{span, walk};

/// How a place changes, whoever does it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Steady {
    /// A number that goes up.
    Rises,
    /// A list that only loses elements.
    Shrinks,
}

/// What is known of a name, over all variables that have it.
#[derive(Debug, Default)]
struct Uses {
    /// Where a variable that begins with a whole number is declared.
    numbers: Vec<u32>,
    /// Where a list of its own is made for a variable.
    lists: Vec<u32>,
    /// How many variables there are.
    declared: usize,
    /// How often something takes one.
    takes: usize,
    /// Something takes several at a time.
    takes_many: bool,
    /// Something other than going up happens to it.
    falls: bool,
    /// Something other than losing elements may happen to the list.
    leaks: bool,
}

/// The places that only ever go one way, by what makes them.
pub(super) fn steady_places(module: &Module) -> SteadyPlaces {
    let mut uses = FxHashMap::default();
    for item in &module.body {
        match item {
            ModuleItem::Stmt(stmt) => see(walk::Node::Stmt(stmt), &mut uses),
            ModuleItem::ModuleDecl(decl) => {
                if let ModuleDecl::ExportDecl(export) = decl
                    && let Decl::Var(v) = &export.decl
                {
                    declared(v, &mut uses);
                }
                see(walk::Node::ModuleDecl(decl), &mut uses);
            }
        }
    }
    let mut steady = FxHashMap::default();
    for found in uses.into_values() {
        let once = found.takes == 1 && !found.takes_many;
        if !found.falls {
            steady.extend(found.numbers.into_iter().map(|site| (site, (Steady::Rises, once))));
        }
        if !found.leaks && found.declared == 1 {
            steady.extend(found.lists.into_iter().map(|site| (site, (Steady::Shrinks, once))));
        }
    }
    steady
}

/// How places change that only ever go one way, by what makes them, and whether one expression takes one from them, and no other one.
pub(super) type SteadyPlaces = FxHashMap<u32, (Steady, bool)>;

type ByName<'a> = FxHashMap<&'a str, Uses>;

/// Anything may happen to what has that name.
fn both<'a>(name: &'a Ident, uses: &mut ByName<'a>) {
    let found = uses.entry(&*name.sym).or_default();
    (found.falls, found.leaks) = (true, true);
}

fn declared<'a>(v: &'a VarDecl, uses: &mut ByName<'a>) {
    for d in &v.decls {
        let Some(name) = d.name.as_ident() else { continue };
        if v.kind == VarDeclKind::Var {
            both(&name.id, uses);
        }
        let found = uses.entry(&*name.id.sym).or_default();
        found.declared += 1;
        match d.init.as_deref().map(|init| init.unwrap_parens()) {
            Some(Expr::Lit(Lit::Num(n))) if n.value >= 0.0 && n.value.fract() == 0.0 => {
                found.numbers.push(span(&name.id).start);
            }
            Some(init) if is_own_list(init) => found.lists.push(span(init).start),
            _ => {}
        }
    }
}

fn heads<'a>(head: &'a ForHead, uses: &mut ByName<'a>) {
    match head {
        ForHead::VarDecl(v) => declared(v, uses),
        ForHead::UsingDecl(_) => {}
        ForHead::Pat(p) => pattern_names(p, &mut |name| both(name, uses)),
    }
}

/// Whether the expression makes a list that nobody else has.
fn is_own_list(e: &Expr) -> bool {
    const COPIES: [&str; 9] =
        ["slice", "map", "filter", "concat", "flat", "flatMap", "toSorted", "toReversed", "toSpliced"];
    match e {
        Expr::Array(_) => true,
        Expr::Call(c) => match &c.callee {
            Callee::Expr(callee) => match callee.unwrap_parens() {
                Expr::Member(m) => match m.obj.unwrap_parens() {
                    Expr::Ident(of) if &*of.sym == "Array" => m.prop.is_ident_with("from"),
                    Expr::Ident(of) if &*of.sym == "Object" => {
                        ["keys", "values", "entries"].iter().any(|name| m.prop.is_ident_with(name))
                    }
                    _ => COPIES.iter().any(|name| m.prop.is_ident_with(name)),
                },
                _ => false,
            },
            _ => false,
        },
        _ => false,
    }
}

fn see<'a>(node: walk::Node<'a>, uses: &mut ByName<'a>) {
    match node {
        walk::Node::Stmt(Stmt::Decl(Decl::Var(v))) => declared(v, uses),
        walk::Node::Stmt(Stmt::For(f)) => {
            // Each round has variables of its own; others do not share them as one place.
            if let Some(VarDeclOrExpr::VarDecl(v)) = &f.init
                && v.kind == VarDeclKind::Var
            {
                declared(v, uses);
            }
        }
        walk::Node::Stmt(Stmt::ForIn(f)) => heads(&f.left, uses),
        walk::Node::Stmt(Stmt::ForOf(f)) => heads(&f.left, uses),
        walk::Node::Prop(Prop::Shorthand(name)) => uses.entry(&*name.sym).or_default().leaks = true,
        walk::Node::Binding(name) => both(name, uses),
        walk::Node::Expr(e) => return see_expr(e, uses),
        _ => {}
    }
    walk::children(node, &mut |child| see(child, uses));
}

fn see_expr<'a>(e: &'a Expr, uses: &mut ByName<'a>) {
    let leaks = |name: &'a Ident, uses: &mut ByName<'a>| uses.entry(&*name.sym).or_default().leaks = true;
    let member = |e: &'a Expr| match e.unwrap_parens() {
        Expr::Member(m) if matches!(m.prop, MemberProp::Computed(_)) => m.obj.unwrap_parens().as_ident(),
        _ => None,
    };
    match e {
        Expr::Unary(u) if u.op == UnaryOp::Delete => each_name(&u.arg, &mut |name| leaks(name, uses)),
        Expr::Ident(name) => leaks(name, uses),
        Expr::Update(u) => match u.arg.unwrap_parens() {
            Expr::Ident(name) => {
                leaks(name, uses);
                let found = uses.entry(&*name.sym).or_default();
                found.falls |= u.op != UpdateOp::PlusPlus;
                found.takes += 1;
            }
            other => each_name(other, &mut |name| leaks(name, uses)),
        },
        Expr::Assign(a) => {
            match &a.left {
                AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => {
                    leaks(&name.id, uses);
                    let found = uses.entry(&*name.id.sym).or_default();
                    found.falls |= number(e).is_none();
                    found.takes += 1;
                    found.takes_many |= number_of(&a.right) != Some(1.0);
                }
                AssignTarget::Simple(SimpleAssignTarget::Member(m)) => {
                    each_name(&m.obj, &mut |name| leaks(name, uses));
                    if let MemberProp::Computed(c) = &m.prop {
                        see_expr(&c.expr, uses);
                    }
                }
                other => assigned_names(other, &mut |name| both(name, uses)),
            }
            see_expr(&a.right, uses);
        }
        Expr::Member(m) if m.obj.unwrap_parens().is_ident() => match &m.prop {
            MemberProp::Computed(c) => see_expr(&c.expr, uses),
            prop if prop.is_ident_with("length") => {}
            _ => see_expr(m.obj.unwrap_parens(), uses),
        },
        Expr::Call(c) if let Some(name) = element(e).or_else(|| takes_out(c)) => {
            let found = uses.entry(&*name.sym).or_default();
            found.takes += 1;
            found.takes_many |= element(e).is_none();
            c.args.iter().for_each(|arg| see_expr(&arg.expr, uses));
        }
        Expr::Call(c) => {
            // `queue[method](…)`
            if let Callee::Expr(callee) = &c.callee
                && let Some(name) = member(callee)
            {
                leaks(name, uses);
            }
            walk::children(walk::Node::Expr(e), &mut |child| see(child, uses));
        }
        _ => walk::children(walk::Node::Expr(e), &mut |child| see(child, uses)),
    }
}

/// `queue.splice(a, b)`, which puts nothing in.
fn takes_out(call: &CallExpr) -> Option<&Ident> {
    let (list, method, args) = method_call(call)?;
    let few = args.len() <= 2 && args.iter().all(|arg| arg.spread.is_none());
    (few && method.is_ident_with("splice")).then_some(list)
}

fn each_name<'a>(e: &'a Expr, f: &mut dyn FnMut(&'a Ident)) {
    let mut open = vec![walk::Node::Expr(e)];
    while let Some(node) = open.pop() {
        if let walk::Node::Expr(Expr::Ident(name)) = node {
            f(name);
        }
        walk::children(node, &mut |child| open.push(child));
    }
}

fn pattern_names<'a>(pat: &'a Pat, f: &mut dyn FnMut(&'a Ident)) {
    let mut open = vec![walk::Node::Pat(pat)];
    while let Some(node) = open.pop() {
        match node {
            walk::Node::Expr(Expr::Ident(name)) | walk::Node::Binding(name) => f(name),
            walk::Node::Pat(Pat::Ident(name)) => f(&name.id),
            _ => {}
        }
        walk::children(node, &mut |child| open.push(child));
    }
}

/// The names in what is assigned to, but for a plain name or a property.
fn assigned_names<'a>(target: &'a AssignTarget, f: &mut dyn FnMut(&'a Ident)) {
    match target {
        AssignTarget::Pat(AssignTargetPat::Array(a)) => a.elems.iter().flatten().for_each(|p| pattern_names(p, f)),
        AssignTarget::Pat(AssignTargetPat::Object(o)) => {
            for prop in &o.props {
                match prop {
                    ObjectPatProp::KeyValue(kv) => pattern_names(&kv.value, f),
                    ObjectPatProp::Assign(a) => f(&a.key.id),
                    ObjectPatProp::Rest(r) => pattern_names(&r.arg, f),
                }
            }
        }
        AssignTarget::Simple(SimpleAssignTarget::Paren(p)) => each_name(&p.expr, f),
        AssignTarget::Simple(SimpleAssignTarget::TsAs(t)) => each_name(&t.expr, f),
        AssignTarget::Simple(SimpleAssignTarget::TsSatisfies(t)) => each_name(&t.expr, f),
        AssignTarget::Simple(SimpleAssignTarget::TsNonNull(t)) => each_name(&t.expr, f),
        AssignTarget::Simple(SimpleAssignTarget::TsTypeAssertion(t)) => each_name(&t.expr, f),
        AssignTarget::Simple(SimpleAssignTarget::TsInstantiation(t)) => each_name(&t.expr, f),
        AssignTarget::Simple(SimpleAssignTarget::OptChain(o)) => {
            if let OptChainBase::Member(m) = &*o.base {
                each_name(&m.obj, f);
            }
        }
        _ => {}
    }
}
