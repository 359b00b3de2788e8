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

use swc_ecma_ast::{MemberProp, Pat};

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
    for id in &cx.index.calls {
        let Some((list, "map" | "flatMap" | "forEach", _)) = cx.index.method(*id) else { continue };
        let Some(Expr::Arrow(callback)) = cx.index.arg(*id, 0) else { continue };
        let Some(Pat::Ident(position)) = callback.params.get(1) else { continue };
        let Some(why) = cx.glance(list).and_then(|g| g.filtered) else { continue };
        let whole = span(callback);
        let by_position = |member: &NodeId| match cx.index.expr(*member) {
            Some(Expr::Member(m)) => {
                let at = matches!(&m.prop, MemberProp::Computed(c) if c.expr.as_ident().is_some_and(|i| i.sym == position.id.sym));
                at && matches!(&*m.obj, Expr::Ident(other) if cx.text(span(list)) != &*other.sym && older(cx, other, *member, why.span))
            }
            _ => false,
        };
        if let Some(member) = cx.index.within(&cx.index.members, whole).find(by_position) {
            let place = cx.index.span(member);
            let message = format!(
                "`{}` may belong to another item, because the list was filtered before: filter after joining.",
                cx.text(place)
            );
            report.at(place, message).also(why.span, "filtered here");
        }
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
