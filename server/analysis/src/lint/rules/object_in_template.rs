//! An object or a list of objects is put into text as it is.
//!
//! It becomes `[object Object]`, and the agent reads just that.
//!
//! ```js bad
//! const plan = { files: ['a.rs'] }
//! log(await agent(`Review ${plan}`))
//! ```
//!
//! ```js good
//! const plan = { files: ['a.rs'] }
//! log(await agent(`Review ${JSON.stringify(plan)}`))
//! ```

use swc_ecma_ast::{BinaryOp, Lit};

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF316",
    name: "object-in-template",
    level: Level::Warning,
    fixing: Fixing::Safe,
    check,
    source: include_str!("object_in_template.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.templates {
        let Some(Expr::Tpl(template)) = cx.index.expr(*id) else { continue };
        template.exprs.iter().for_each(|hole| one(cx, hole, report));
    }
    for id in &cx.index.binaries {
        let Some(Expr::Bin(sum)) = cx.index.expr(*id) else { continue };
        if sum.op == BinaryOp::Add {
            let sides = [(&sum.left, &sum.right), (&sum.right, &sum.left)];
            sides.into_iter().filter(|(_, with)| is_text(cx, with)).for_each(|(side, _)| one(cx, side, report));
        }
    }
}

/// Whether an expression surely is a text.
fn is_text(cx: &Checker, expr: &Expr) -> bool {
    match expr.unwrap_parens() {
        Expr::Lit(Lit::Str(_)) | Expr::Tpl(_) => true,
        other => cx.glance(other).is_some_and(|g| g.is_string_or_nullish() && g.null.is_none() && !g.undefined),
    }
}

/// Looks at what becomes part of a text.
fn one(cx: &Checker, part: &Expr, report: &mut Report) {
    let filled = part.unwrap_parens();
    let Some(glance) = cx.glance(filled) else { return };
    let list = glance.is_array_or_nullish() && holds_objects(cx, filled);
    if !list && !glance.is_object_or_nullish() {
        return;
    }
    let what = if list { "a list of objects" } else { "an object" };
    let place = span(part);
    let edits = vec![Edit::insert(place.start, "JSON.stringify("), Edit::insert(place.end, ")")];
    let message = format!("This is {what} and becomes `[object Object]`: use `JSON.stringify`.");
    report.at(place, message).fix("Use `JSON.stringify`", edits);
}

/// Whether the elements of a list are objects.
fn holds_objects(cx: &Checker, list: &Expr) -> bool {
    let value = cx.plan.value_unread_at(span(list));
    value.and_then(|v| v.array).is_some_and(|a| a.element.is_object_or_nullish())
}
