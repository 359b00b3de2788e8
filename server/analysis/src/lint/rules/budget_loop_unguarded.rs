//! A loop goes on while there is budget, and does not ask whether there is one.
//!
//! Without a limit `budget.remaining()` is `Infinity`: the loop ends at the thousandth agent.
//!
//! ```js bad
//! while (budget.remaining() > 200000) {
//!   log(await agent('Find one more bug'))
//! }
//! ```
//!
//! ```js good
//! while (budget.total && budget.remaining() > 200000) {
//!   log(await agent('Find one more bug'))
//! }
//! ```

use swc_ecma_ast::Stmt;

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF707",
    name: "budget-loop-unguarded",
    level: Level::Warning,
    fixing: Fixing::Safe,
    check,
    source: include_str!("budget_loop_unguarded.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for found in cx.plan.loops.iter().filter(|l| l.asks_budget && !l.guards_budget && l.trips.high.is_none()) {
        let id = cx.index.exactly(&cx.index.stmts, found.span);
        let test = match id.map(|id| cx.index.node(id)) {
            Some(Node::Stmt(Stmt::While(w))) => Some(span(&*w.test)),
            Some(Node::Stmt(Stmt::DoWhile(w))) => Some(span(&*w.test)),
            Some(Node::Stmt(Stmt::For(f))) => f.test.as_deref().map(span),
            _ => None,
        };
        let place = test.unwrap_or(found.span);
        let message = "Without a limit `budget.remaining()` is `Infinity` and this loop starts agents up to the cap: ask `budget.total` first.";
        let finding = report.at(place, message);
        if let Some(test) = test {
            let edits = match cx.text(test).contains("||") {
                true => vec![Edit::insert(test.start, "budget.total && ("), Edit::insert(test.end, ")")],
                false => vec![Edit::insert(test.start, "budget.total && ")],
            };
            finding.fix("Ask `budget.total` first", edits);
        }
    }
}
