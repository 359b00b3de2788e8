//! Where something that can be `null` is used as if it were there.

use swc_ecma_ast::{Decl, Expr, Pat, Stmt};

use rustc_hash::FxHashSet;

use super::{Edit, checker::Checker, facts::Origin};
use crate::{
    plan::Why,
    script::{
        index::{Declared, How, NodeId},
        span,
        walk::Node,
    },
    text::Span,
};

/// One use of a value that can be `null`.
#[derive(Debug)]
pub(super) struct Dereference {
    /// The value.
    pub(super) object: Span,
    /// What made it `null`.
    pub(super) why: Why,
    /// Whether it is an element of a list, as the slots of a fan-out are, or an agent's answer by itself.
    pub(super) origin: Origin,
    /// The edit that makes the access optional.
    pub(super) optional: Edit,
    /// The list whose elements the value is, where a callback walks it.
    pub(super) list: Option<Span>,
}

/// Uses of values that an agent or a fan-out made `null`: the first of each variable, so that one slip is told once.
pub(super) fn dereferences(cx: &Checker) -> Vec<Dereference> {
    let mut found = Vec::new();
    let mut seen: FxHashSet<Span> = FxHashSet::default();
    for id in &cx.index.members {
        let Some(Expr::Member(member)) = cx.index.expr(*id) else { continue };
        let object = member.obj.unwrap_parens();
        let Some(why) = cx.glance(object).filter(|g| !g.unknown).and_then(|g| g.null) else { continue };
        let Some(origin) = cx.origin(why) else { continue };
        if caught(cx, *id) || (origin == Origin::Fanout && cx.ask(vec![why.span], catches).is_some()) {
            continue;
        }
        let mut list = None;
        let mut slot = origin == Origin::Fanout || matches!(object, Expr::Member(m) if m.prop.is_computed());
        if let Expr::Ident(i) = object {
            let Some(declared) = cx.index.declared(&i.sym, *id) else { continue };
            if stage_parameter(cx, declared) || !seen.insert(declared.span) {
                continue;
            }
            list = walked(cx, declared);
            // What a filter left in is the script's own affair.
            let walks = list.and_then(|l| cx.value_at(trimmed(cx, l)));
            if walks.is_some_and(|v| v.array.as_ref().is_some_and(|a| a.filtered.is_some())) {
                continue;
            }
            slot |= list.is_some() || element(cx, declared);
        }
        if !slot && !awaited(cx, object, *id) {
            continue;
        }
        let origin = if slot { Origin::Fanout } else { Origin::Agent };
        let end = span(&*member.obj).end;
        let rest = cx.text(Span::new(end, span(member).end));
        let dot = rest.find(['.', '[']).unwrap_or(0) as u32 + end;
        let optional = match rest.trim_start().starts_with('.') {
            true => Edit::replace(Span::new(dot, dot + 1), "?."),
            false => Edit::insert(dot, "?."),
        };
        found.push(Dereference { object: span(object), why: why.clone(), origin, optional, list });
    }
    found
}

fn catches(text: &str) -> Option<&'static str> {
    text.contains("catch").then_some("catch")
}

/// Whether the name is the first parameter of a stage of `pipeline`, which is WF508.
fn stage_parameter(cx: &Checker, declared: Declared) -> bool {
    declared.how == How::Parameter
        && cx.index.parent(declared.by).is_some_and(|p| cx.index.free_callee(p) == Some("pipeline"))
        && cx
            .index
            .args(cx.index.parent(declared.by).unwrap_or_default())
            .get(1)
            .is_none_or(|first| span(&*first.expr) != cx.index.span(declared.by))
}

/// The list that `list.map(x => …)` and its like walk with the parameter `declared`.
fn walked(cx: &Checker, declared: Declared) -> Option<Span> {
    let Some(Expr::Arrow(arrow)) = cx.index.expr(declared.by) else { return None };
    let first = arrow.params.first().is_some_and(|p| matches!(p, Pat::Ident(i) if span(&i.id) == declared.span));
    let (list, method, _) = cx.index.method(cx.index.parent(declared.by)?)?;
    let walks = matches!(method, "map" | "flatMap" | "forEach" | "filter" | "some" | "every" | "find" | "sort");
    // The parentheses round `(await …)` belong to the list.
    let end = cx.text(Span::new(span(list).end, cx.index.span(declared.by).start)).starts_with(')');
    (first && walks).then(|| Span::new(span(list).start, span(list).end + u32::from(end)))
}

/// Whether the name stands for an element of a list: `for (const x of list)`, `const [x] = list`.
fn element(cx: &Checker, declared: Declared) -> bool {
    match cx.index.node(declared.by) {
        Node::Stmt(Stmt::ForOf(_)) => true,
        Node::Stmt(Stmt::Decl(Decl::Var(v))) => {
            v.decls.iter().any(|d| matches!(&d.name, Pat::Array(a) if span(a).contains(declared.span)))
        }
        _ => false,
    }
}

/// Whether the value comes straight from an `await` or a `.then`: what goes through helpers and fields may have been checked there.
fn awaited(cx: &Checker, object: &Expr, at: NodeId) -> bool {
    let Expr::Ident(i) = object else { return matches!(object, Expr::Await(_)) };
    let Some(declared) = cx.index.declared(&i.sym, at) else { return false };
    match cx.index.node(declared.by) {
        Node::Stmt(Stmt::Decl(Decl::Var(v))) => {
            let own = v.decls.iter().find(|d| matches!(&d.name, Pat::Ident(n) if span(&n.id) == declared.span));
            own.and_then(|d| d.init.as_deref()).is_some_and(|init| matches!(init.unwrap_parens(), Expr::Await(_)))
        }
        Node::Expr(Expr::Arrow(_)) => {
            cx.index.parent(declared.by).and_then(|p| cx.index.method(p)).is_some_and(|(_, name, _)| name == "then")
        }
        _ => false,
    }
}

/// Whether a throw at `id` is caught: in the block of a `try`, or in a chain that ends in `.catch`.
fn caught(cx: &Checker, id: NodeId) -> bool {
    let place = cx.index.span(id);
    cx.index.ancestors(id).any(|a| match cx.index.node(a) {
        Node::Stmt(Stmt::Try(t)) => t.handler.is_some() && span(&t.block).contains(place),
        Node::Expr(Expr::Call(_)) => {
            let chained = cx.index.parent(a).and_then(|m| cx.index.member(m));
            chained.is_some_and(|(_, name, _)| name == "catch")
                && cx.index.method(a).is_some_and(|(_, name, _)| name == "then")
        }
        _ => false,
    })
}

/// The list without the bracket of the parentheses it may stand in.
fn trimmed(cx: &Checker, list: Span) -> Span {
    if cx.text(list).ends_with(')') && !cx.text(list).contains('(') {
        Span::new(list.start, list.end - 1)
    } else {
        list
    }
}
