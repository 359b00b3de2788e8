//! A callback starts an agent and drops it.
//!
//! A body in braces returns only what `return` says: the slot is `undefined`, and nobody waits for the agent.
//!
//! ```js bad
//! const files = ['a.rs', 'b.rs']
//! const found = await parallel(files.map((file) => () => { agent(`Review ${file}`, { label: file }) }))
//! log(found.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const files = ['a.rs', 'b.rs']
//! const found = await parallel(files.map((file) => () => { return agent(`Review ${file}`, { label: file }) }))
//! log(found.filter(Boolean).length)
//! ```

use swc_ecma_ast::Stmt;

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF503",
    name: "thunk-no-return",
    fixing: Fixing::Safe,
    check,
    source: include_str!("thunk_no_return.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.promises() {
        let statement = cx.index.outer(id).filter(|p| matches!(cx.index.node(*p), Node::Stmt(Stmt::Expr(_))));
        let Some(function) = statement.and_then(|_| cx.index.function_around(id)) else { continue };
        if cx.is_async(function) {
            continue;
        }
        let place = cx.index.span(id);
        let name = cx.index.free_callee(id).unwrap_or("agent");
        let callee = Span::new(place.start, place.start + name.len() as u32);
        let message =
            format!("This `{name}` is started and dropped, because the function does not return it: write `return`.");
        report.at(callee, message).fix("Add `return`", vec![Edit::insert(place.start, "return ")]);
    }
}
