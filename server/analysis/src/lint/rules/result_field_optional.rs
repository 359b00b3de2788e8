//! A field that the schema does not require is used as if it were always there.
//!
//! Reading a property of `undefined` throws.
//!
//! ```js bad
//! const NOTE = { type: 'object', properties: { notes: { type: 'string' }, ok: { type: 'boolean' } }, required: ['ok'], additionalProperties: false }
//! const found = await agent('Judge it', { schema: NOTE })
//! if (found) log(found.notes.length)
//! ```
//!
//! ```js good
//! const NOTE = { type: 'object', properties: { notes: { type: 'string' }, ok: { type: 'boolean' } }, required: ['ok'], additionalProperties: false }
//! const found = await agent('Judge it', { schema: NOTE })
//! if (found) log(found.notes?.length)
//! ```

use swc_ecma_ast::MemberExpr;

use super::prelude::*;
use crate::plan::Lookup;

pub(super) const RULE: Rule = Rule {
    code: "WF410",
    name: "result-field-optional",
    level: Level::Hint,
    fixing: Fixing::Safe,
    check,
    source: include_str!("result_field_optional.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.members {
        let Some(outer) = cx.index.expr(*id).and_then(unguarded) else { continue };
        let inner = outer.obj.unwrap_parens();
        let Some(field) = member(inner) else { continue };
        let Some(name) = field.prop.as_ident().map(|i| &*i.sym) else { continue };
        let missing = cx.glance(inner).is_some_and(|g| !g.unknown && g.undefined);
        if !missing || cx.glance(&field.obj).is_none_or(|g| !g.from_schema) {
            continue;
        }
        if cx.value(&field.obj).is_some_and(|v| matches!(v.field(name), Lookup::Optional(_))) {
            let end = span(&*outer.obj).end;
            let dot = Span::new(end, end + u32::from(cx.text(Span::new(end, cx.index.span(*id).end)).starts_with('.')));
            let message =
                format!("The schema does not require `{name}`, so it can be missing here: write `?.`, or require it.");
            report.at(span(&field.prop), message).fix("Write `?.`", vec![Edit::replace(dot, "?.")]);
        }
    }
}

/// The property that `expr` reads, where that throws if the object is not there.
fn unguarded(expr: &Expr) -> Option<&MemberExpr> {
    let guarded = matches!(expr, Expr::OptChain(link) if link.optional);
    member(expr).filter(|_| !guarded)
}

/// The property that `expr` reads: `a.b`, `a?.b`.
fn member(expr: &Expr) -> Option<&MemberExpr> {
    match expr {
        Expr::Member(member) => Some(member),
        Expr::OptChain(link) => link.base.as_member(),
        _ => None,
    }
}
