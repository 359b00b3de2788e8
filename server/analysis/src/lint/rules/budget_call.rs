//! `budget` is called, or assigned to.
//!
//! It is an object that tells what may be spent; the limit is set by who starts the run.
//!
//! ```js bad
//! budget(500000)
//! ```
//!
//! ```js good
//! log(budget.remaining())
//! ```

use swc_ecma_ast::{AssignTarget, SimpleAssignTarget, Stmt};

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF708",
    name: "budget-call",
    fixing: Fixing::Safe,
    check,
    source: include_str!("budget_call.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("budget") {
        say(cx, id, "`budget` is an object, not a function", report);
    }
    for id in &cx.index.assigns {
        let Some(Expr::Assign(assign)) = cx.index.expr(*id) else { continue };
        let root = match &assign.left {
            AssignTarget::Simple(SimpleAssignTarget::Ident(i)) => Some(&i.id),
            AssignTarget::Simple(SimpleAssignTarget::Member(m)) => m.obj.as_ident(),
            _ => None,
        };
        if root.is_some_and(|i| &*i.sym == "budget") && cx.index.declared("budget", *id).is_none() {
            say(cx, *id, "`budget` cannot be changed by the script", report);
        }
    }
    for id in &cx.index.calls {
        let Some((Expr::Ident(object), "total", place)) = cx.index.method(*id) else { continue };
        if &*object.sym == "budget" && cx.index.declared("budget", *id).is_none() {
            report.at(place, "`budget.total` is a number or `null`, not a function: drop the brackets.");
        }
    }
}

fn say(cx: &Checker, id: NodeId, what: &str, report: &mut Report) {
    let place = cx.index.span(id);
    let statement = cx.index.parent(id).filter(|p| matches!(cx.index.node(*p), Node::Stmt(Stmt::Expr(_))));
    let edit = statement.map(|s| Edit::remove(cx.whole_line(cx.index.span(s))));
    let finding = report.at(place, format!("{what}: the limit is set by who starts the run."));
    if let Some(edit) = edit {
        finding.fix("Remove it", vec![edit]);
    }
}
