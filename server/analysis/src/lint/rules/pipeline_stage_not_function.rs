//! A stage of `pipeline` is an agent that already runs.
//!
//! A stage is a function that is called for every item.
//!
//! ```js bad
//! const found = await pipeline(['a.rs', 'b.rs'], agent('Review the file'))
//! log(found.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const found = await pipeline(['a.rs', 'b.rs'], (file) => agent(`Review ${file}`, { label: file }))
//! log(found.filter(Boolean).length)
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF505",
    name: "pipeline-stage-not-function",
    fixing: Fixing::Choice,
    check,
    source: include_str!("pipeline_stage_not_function.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("pipeline") {
        // Stages first and items last is WF504.
        if matches!(cx.index.arg(id, 0), Some(Expr::Arrow(_) | Expr::Fn(_))) {
            continue;
        }
        for position in 1..cx.index.args(id).len() {
            let Some(stage) = cx.index.arg(id, position) else { break };
            let (found, _) = cx.index.resolve(stage, id);
            let name = match found {
                Expr::Call(call) => call.callee.as_expr().and_then(|c| c.as_ident()).map(|i| &*i.sym),
                _ => None,
            };
            let started = name.is_some_and(|n| PROMISING.contains(&n) && cx.index.declared(n, id).is_none());
            if started {
                let edits = vec![Edit::insert(span(stage).start, "(item) => ")];
                let message =
                    "A stage is a function of the item, and this is an agent that already runs: write `(item) => …`.";
                report.at(span(stage), message).fix("Make it a function", edits);
            } else if matches!(found, Expr::Array(_) | Expr::Object(_) | Expr::Lit(_) | Expr::Tpl(_)) {
                report.at(span(stage), "A stage is a function of the item: write `(item) => …`.");
            }
        }
    }
}
