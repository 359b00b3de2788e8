//! An agent is started and nobody waits for it.
//!
//! What becomes of it when the run ends differs between runtimes: it is dropped, drained, or an error.
//!
//! ```js bad
//! agent('Update the docs')
//! ```
//!
//! ```js good
//! await agent('Update the docs')
//! ```

use swc_ecma_ast::Stmt;

use super::prelude::*;
use crate::lint::checker::PROMISING;

pub(super) const RULE: Rule = Rule {
    code: "WF309",
    name: "floating-agent",
    fixing: Fixing::Safe,
    check,
    source: include_str!("floating_agent.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in ["agent", "workflow", "rlm"].into_iter().flat_map(|name| cx.calls(name)) {
        let statement = cx.index.outer(id).is_some_and(|p| matches!(cx.index.node(p), Node::Stmt(Stmt::Expr(_))));
        if !statement {
            continue;
        }
        let place = cx.index.span(id);
        let callee = cx.index.callee(id).map_or(place, span);
        // In a callback that is not async, or the only statement of one, the way out is to return it (WF503).
        let function = cx.index.function_around(id);
        if function.is_some_and(|f| !cx.is_async(f)) {
            continue;
        }
        let message = format!(
            "Nobody waits for this `{}`: its result is lost, and the run may end before it. Write `await`.",
            cx.text(callee)
        );
        report.at(callee, message).fix("Add `await`", vec![Edit::insert(place.start, "await ")]);
    }
    for id in &cx.index.calls {
        let Some((_, "forEach", method)) = cx.index.method(*id) else { continue };
        let Some(callback) = cx.index.arg(*id, 0).and_then(|given| cx.callback(given, *id)) else { continue };
        let own = |call: &NodeId| cx.index.function_around(*call).is_some_and(|f| cx.index.span(f) == callback.span);
        let awaited = |call: NodeId| {
            cx.index.outer(call).is_some_and(|outer| matches!(cx.index.node(outer), Node::Expr(Expr::Await(_))))
        };
        let mut started = PROMISING.into_iter().flat_map(|name| cx.calls_within(name, callback.span)).filter(own);
        let lost = match callback.body {
            Body::Expr(body) if !callback.is_async => started.any(|call| cx.index.span(call) == span(body)),
            _ => callback.is_async && started.any(awaited),
        };
        if lost {
            let message = "`forEach` waits for nothing its function does, so these agents are lost: walk the list with `for … of`, or `await parallel(list.map(x => () => …))`.";
            report.at(method, message);
        }
    }
}
