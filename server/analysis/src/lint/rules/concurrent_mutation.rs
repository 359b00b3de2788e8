//! A callback that runs beside others changes something they share.
//!
//! What it holds depends on who is first. Where it becomes part of a prompt, a resumed run repeats paid work.
//!
//! ```js bad
//! const out = []
//! await parallel(['a.rs', 'b.rs'].map((file) => async () => {
//!   out.push(await agent(`Review ${file}`, { label: file }))
//! }))
//! log(out.length)
//! ```
//!
//! ```js good
//! const out = await parallel(['a.rs', 'b.rs'].map((file) => () => agent(`Review ${file}`, { label: file })))
//! log(out.filter(Boolean).length)
//! ```

use swc_ecma_ast::UpdateOp;

use super::prelude::*;
use crate::plan::SharedWrite;

pub(super) const RULE: Rule = Rule {
    code: "WF211",
    name: "concurrent-mutation",
    level: Level::Warning,
    fixing: Fixing::None,
    check,
    source: include_str!("concurrent_mutation.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let mut seen: Vec<&str> = Vec::new();
    for write in &cx.plan.shared_writes {
        // A slot chosen by the item's index, or a set, does not depend on who is first.
        let text = cx.text(write.span);
        let by_key = text.strip_prefix(&write.name).is_some_and(|rest| rest.starts_with('['))
            || text.contains(".set(")
            || text.contains(".add(")
            || text.contains("++");
        if by_key || is_counted(cx, write) || !cx.outside_of_callback(write.span) || seen.contains(&write.name.as_str())
        {
            continue;
        }
        seen.push(&write.name);
        let message = format!(
            "Callbacks that run at the same time write to `{}`, in the order they finish: return values instead.",
            write.name
        );
        report.at(write.span, message);
    }
}

/// Whether the write counts: up, or down what is counted up elsewhere. What comes of it is the same in any order.
fn is_counted(cx: &Checker, write: &SharedWrite) -> bool {
    let update = |id: NodeId| match cx.index.outer(id).map(|around| cx.index.node(around)) {
        Some(Node::Expr(Expr::Update(u))) => Some(u.op),
        _ => None,
    };
    let Some(op) = cx.index.expr_at(write.span).and_then(update) else { return false };
    let same = |id: &NodeId| cx.index.expr(*id).and_then(|e| e.as_ident()).is_some_and(|i| *i.sym == *write.name);
    op == UpdateOp::PlusPlus
        || cx.index.idents.iter().filter(|id| same(id)).any(|id| update(*id) == Some(UpdateOp::PlusPlus))
}
