//! `parallel` or `pipeline` is not awaited.
//!
//! It gives a promise: the list is not there yet, and without `await` nobody waits for the agents.
//!
//! ```js bad
//! const found = parallel([() => agent('Look left'), () => agent('Look right')]).filter(Boolean)
//! log(found.length)
//! ```
//!
//! ```js good
//! const found = (await parallel([() => agent('Look left'), () => agent('Look right')])).filter(Boolean)
//! log(found.length)
//! ```

use swc_ecma_ast::Stmt;

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF511",
    name: "combinator-not-awaited",
    fixing: Fixing::Safe,
    check,
    source: include_str!("combinator_not_awaited.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("parallel").chain(cx.calls("pipeline")) {
        let Some(outer) = cx.index.outer(id) else { continue };
        let place = cx.index.span(id);
        let name = cx.index.free_callee(id).unwrap_or("parallel");
        let callee = Span::new(place.start, place.start + name.len() as u32);
        let start = Edit::insert(place.start, "await ");
        let around = vec![Edit::insert(place.start, "(await "), Edit::insert(place.end, ")")];
        match cx.index.node(outer) {
            // In a function that is not async the way out is to return it (WF503).
            Node::Stmt(Stmt::Expr(_)) if cx.index.function_around(id).is_none_or(|f| cx.is_async(f)) => {
                let message = format!("Nobody waits for this `{name}`: write `await` before it.");
                report.at(callee, message).fix("Add `await`", vec![start]);
            }
            Node::Stmt(Stmt::ForOf(f)) if !f.is_await && span(f.right.unwrap_parens()) == place => {
                let message = format!("`{name}` gives a promise, which cannot be walked: write `await` before it.");
                report.at(callee, message).fix("Add `await`", vec![start]);
            }
            Node::Expr(Expr::Member(_) | Expr::OptChain(_)) => {
                let member = cx.index.member(outer).map(|(_, name, _)| name);
                if matches!(member, Some("then" | "catch" | "finally")) {
                    continue;
                }
                let shown = member.map_or_else(|| "[…]".to_owned(), |m| format!(".{m}"));
                let message =
                    format!("`{name}(…){shown}` asks the promise, not the list: write `(await {name}(…)){shown}`.");
                report.at(callee, message).fix("Add `await`", around);
            }
            _ => {}
        }
    }
}
