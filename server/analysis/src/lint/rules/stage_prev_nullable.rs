//! A stage uses what the stage before gave without asking whether it gave anything.
//!
//! A stage that returns `null`, as an agent that was skipped does, hands `null` on; taking it apart throws, and the item is dropped.
//!
//! ```js bad
//! const TASK = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'], additionalProperties: false }
//! const done = await pipeline(
//!   ['a.rs', 'b.rs'],
//!   (file) => agent(`Plan ${file}`, { label: file, schema: TASK }),
//!   ({ id }, file) => agent(`Do ${id}`, { label: `do:${file}` }),
//! )
//! log(done.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const TASK = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'], additionalProperties: false }
//! const done = await pipeline(
//!   ['a.rs', 'b.rs'],
//!   (file) => agent(`Plan ${file}`, { label: file, schema: TASK }),
//!   (task, file) => task && agent(`Do ${task.id}`, { label: `do:${file}` }),
//! )
//! log(done.filter(Boolean).length)
//! ```

use swc_ecma_ast::Pat;

use super::prelude::*;
use crate::lint::nullable::Of;

pub(super) const RULE: Rule = Rule {
    code: "WF508",
    name: "stage-prev-nullable",
    level: Level::Warning,
    fixing: Fixing::None,
    check,
    source: include_str!("stage_prev_nullable.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("pipeline") {
        for position in 2..cx.index.args(id).len() {
            let (Some(before), Some(Expr::Arrow(stage))) = (cx.index.arg(id, position - 1), cx.index.arg(id, position))
            else {
                continue;
            };
            match stage.params.first() {
                Some(Pat::Object(pattern)) if gives_agent(cx, before, id) => {
                    let message = "The stage before can give `null`, and taking that apart throws: take a name and check it first.";
                    report.at(span(pattern), message);
                }
                Some(Pat::Ident(prev)) => uses(cx, &prev.id.sym, span(stage), report),
                _ => {}
            }
        }
    }
}

/// Whether a stage gives what an agent gave, which can be `null`.
fn gives_agent(cx: &Checker, stage: &Expr, at: NodeId) -> bool {
    let Expr::Arrow(arrow) = stage else { return false };
    let Some(body) = arrow.body.as_expr().map(|b| b.unwrap_parens()) else { return false };
    let called = match body {
        Expr::Await(a) => a.arg.unwrap_parens(),
        other => other,
    };
    let name = called.as_call().and_then(|c| c.callee.as_expr()).and_then(|c| c.as_ident()).map(|i| &*i.sym);
    name == Some("agent") && cx.index.declared("agent", at).is_none()
}

fn uses(cx: &Checker, prev: &str, stage: Span, report: &mut Report) {
    let may_be_null =
        |expr: &Expr| cx.glance(expr).is_some_and(|v| !v.unknown && v.null.is_some_and(|why| cx.origin(why).is_some()));
    let apart =
        cx.declared_patterns(cx.index.within(&cx.index.declarators, stage)).find_map(|pattern| match pattern.of {
            Of::Value(expr @ Expr::Ident(i)) if &*i.sym == prev && stage.contains(span(expr)) && may_be_null(expr) => {
                Some(span(expr))
            }
            _ => None,
        });
    if let Some(place) = apart {
        let message =
            format!("The stage before can give `null` for `{prev}`, and taking that apart throws: check it first.");
        report.at(place, message);
        return;
    }
    let first = cx.index.within(&cx.index.members, stage).find(|id| {
        let Some(Expr::Member(member)) = cx.index.expr(*id) else { return false };
        let named = matches!(&*member.obj, Expr::Ident(i) if &*i.sym == prev);
        named && may_be_null(&member.obj)
    });
    if let Some(Expr::Member(member)) = first.and_then(|id| cx.index.expr(id)) {
        let message = format!("The stage before can give `null` for `{prev}`: check it first.");
        report.at(span(&*member.obj), message);
    }
}
