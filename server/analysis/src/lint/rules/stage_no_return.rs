//! A stage returns nothing, and the next one gets `undefined`.
//!
//! A body in braces returns only what `return` says.
//!
//! ```js bad
//! const stages = await pipeline(
//!   ['a.rs', 'b.rs'],
//!   async (file) => { await agent(`Review ${file}`, { label: file }) },
//!   (review, file) => agent(`Check ${review} of ${file}`, { label: `check:${file}` }),
//! )
//! log(stages.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const stages = await pipeline(
//!   ['a.rs', 'b.rs'],
//!   async (file) => { return await agent(`Review ${file}`, { label: file }) },
//!   (review, file) => agent(`Check ${review ?? 'nothing'} of ${file}`, { label: `check:${file}` }),
//! )
//! log(stages.filter(Boolean).length)
//! ```

use swc_ecma_ast::{Pat, Stmt};

use super::prelude::*;
use crate::lint::views::returns_value;

pub(super) const RULE: Rule = Rule {
    code: "WF507",
    name: "stage-no-return",
    level: Level::Warning,
    fixing: Fixing::Choice,
    check,
    source: include_str!("stage_no_return.rs"),
    ..Rule::BASE
};

/// Whether the stage at `position` reads its first parameter, as far as that is a name.
fn reads_first(cx: &Checker, id: NodeId, position: usize) -> bool {
    let Some(Expr::Arrow(stage)) = cx.index.arg(id, position) else { return true };
    let Some(Pat::Ident(first)) = stage.params.first() else { return true };
    cx.index
        .within(&cx.index.idents, span(stage))
        .any(|use_| matches!(cx.index.expr(use_), Some(Expr::Ident(i)) if i.sym == first.id.sym))
}

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("pipeline") {
        for position in 1..cx.index.args(id).len().saturating_sub(1) {
            let stage = cx.index.arg(id, position).and_then(|s| cx.callback(s, id));
            let next = cx.index.arg(id, position + 1).and_then(|s| cx.callback(s, id));
            let (Some(stage), Some(next)) = (stage, next) else { continue };
            let Body::Block(stmts) = stage.body else { continue };
            // A stage without parameters does not read what it is given.
            if returns_value(stmts) || next.params == 0 || !reads_first(cx, id, position + 1) {
                continue;
            }
            let head = cx.text(stage.span).split('{').next().unwrap_or_default().trim_end().len() as u32;
            let place = Span::new(stage.span.start, stage.span.start + head.max(1));
            let finding = report
                .at(place, "This stage returns nothing, so the next one gets `undefined`: end it with `return …`.");
            if let Some(Stmt::Expr(last)) = stmts.last() {
                finding.fix("Return the last value", vec![Edit::insert(span(last).start, "return ")]);
            }
        }
    }
}
