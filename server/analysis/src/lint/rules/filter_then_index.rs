//! A list is filtered and then joined with another by position.
//!
//! After `.filter` the third result need not belong to the third item.
//!
//! ```js bad
//! const files = ['a.rs', 'b.rs']
//! const found = await parallel(files.map((file) => () => agent(`Review ${file}`, { label: file })))
//! const report = found.filter(Boolean).map((text, i) => `${files[i]}: ${text}`)
//! log(report.join())
//! ```
//!
//! ```js good
//! const files = ['a.rs', 'b.rs']
//! const found = await parallel(files.map((file) => () => agent(`Review ${file}`, { label: file })))
//! const report = found.map((text, i) => text && `${files[i]}: ${text}`).filter(Boolean)
//! log(report.join())
//! ```

use swc_ecma_ast::{BinaryOp, Callee, Ident, MemberProp, Pat, Stmt};

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF604",
    name: "filter-then-index",
    level: Level::Warning,
    fixing: Fixing::None,
    check,
    source: include_str!("filter_then_index.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let callbacks = cx.index.calls.iter().filter_map(|id| callback(cx, *id));
    let loops = cx.index.stmts.iter().filter_map(|id| counted(cx, *id));
    for walk in callbacks.chain(loops) {
        let Some(why) = cx.glance(walk.list).and_then(|g| g.filtered) else { continue };
        let by_position = |member: &NodeId| match cx.index.expr(*member) {
            Some(Expr::Member(m)) => {
                let at = matches!(&m.prop, MemberProp::Computed(c) if c.expr.as_ident().is_some_and(|i| i.sym == walk.position.sym));
                at && matches!(&*m.obj, Expr::Ident(other) if cx.text(span(walk.list)) != &*other.sym && older(cx, other, *member, why.span))
            }
            _ => false,
        };
        if let Some(member) = cx.index.within(&cx.index.members, walk.within).find(by_position) {
            let place = cx.index.span(member);
            let message = format!(
                "`{}` may belong to another item, because the list was filtered before: filter after joining.",
                cx.text(place)
            );
            report.at(place, message).also(why.span, "filtered here");
        }
    }
}

/// Code that goes through a list, and the variable that counts its positions.
struct Walk<'a> {
    list: &'a Expr,
    position: &'a Ident,
    within: Span,
}

/// `list.map((item, i) => …)`
fn callback<'a>(cx: &Checker<'a>, id: NodeId) -> Option<Walk<'a>> {
    let (list, "map" | "flatMap" | "forEach", _) = cx.index.method(id)? else { return None };
    let Expr::Arrow(callback) = cx.index.arg(id, 0)? else { return None };
    let Pat::Ident(position) = callback.params.get(1)? else { return None };
    Some(Walk { list, position, within: span(callback) })
}

/// `for (let i = 0; i < list.length; i++)`, `for (const [i, item] of list.entries())`
fn counted<'a>(cx: &Checker<'a>, id: NodeId) -> Option<Walk<'a>> {
    match cx.index.node(id) {
        Node::Stmt(Stmt::For(f)) => {
            let test = f.test.as_deref()?.as_bin().filter(|test| test.op == BinaryOp::Lt)?;
            let length = test.right.as_member().filter(|right| right.prop.is_ident_with("length"))?;
            let walk = Walk { list: &length.obj, position: test.left.as_ident()?, within: span(&*f.body) };
            let own = format!("{}[{}]", cx.text(span(walk.list)), walk.position.sym);
            let joins = cx.index.within(&cx.index.members, walk.within).any(|id| cx.text(cx.index.span(id)) == own);
            joins.then_some(walk)
        }
        Node::Stmt(Stmt::ForOf(f)) => {
            let Callee::Expr(callee) = &f.right.as_call()?.callee else { return None };
            let entries = callee.as_member().filter(|callee| callee.prop.is_ident_with("entries"))?;
            let names = f.left.as_var_decl()?.decls.first()?.name.as_array()?;
            let position = names.elems.first()?.as_ref()?.as_ident()?;
            Some(Walk { list: &entries.obj, position, within: span(&*f.body) })
        }
        _ => None,
    }
}

/// Whether `other` was there before the list was filtered: what is made from the filtered list has its positions.
fn older(cx: &Checker, other: &swc_ecma_ast::Ident, at: NodeId, filtered: Span) -> bool {
    let before = cx.index.declared(&other.sym, at).is_some_and(|d| d.span.end < filtered.start);
    before
        && cx.value_at(span(other)).is_some_and(|v| {
            let same = v.array.as_ref().and_then(|list| list.filtered.as_ref()).is_some_and(|why| why.span == filtered);
            v.is_array() && !same
        })
}
