//! The promise of an agent is kept, and never awaited.
//!
//! The run may end before the agent does, and its failure is nobody's.
//!
//! ```js bad
//! const docs = agent('Update the docs')
//! return { docs }
//! ```
//!
//! ```js good
//! const docs = agent('Update the docs')
//! const code = await agent('Update the code')
//! return { code, docs: await docs }
//! ```

use super::prelude::*;
use crate::plan::Awaited;

pub(super) const RULE: Rule = Rule {
    code: "WF311",
    name: "promise-never-awaited",
    fixing: Fixing::Choice,
    whole: true,
    check,
    source: include_str!("promise_never_awaited.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for call in &cx.plan.calls {
        let fate = &call.fate;
        // A call that no run comes to makes no promise.
        if !cx.plan.is_evaluated(call.span) || handed_on(cx, call.span) {
            continue;
        }
        if fate.awaited != Awaited::Never || fate.floating || !fate.misuses.is_empty() {
            continue;
        }
        let message = if fate.returned {
            "This promise is part of what the script returns, and nobody awaits it: write `await`."
        } else {
            "Nobody awaits this promise: its result is lost, and the run may end before it. Write `await`."
        };
        report.at(call.callee, message).fix("Add `await`", vec![Edit::insert(call.span.start, "await ")]);
    }
}

/// Whether the promise is made inside the arguments of a function nobody knows, which may await it.
fn handed_on(cx: &Checker, call: Span) -> bool {
    let Some(id) = cx.call_at("agent", call) else { return true };
    cx.index.ancestors(id).any(|a| {
        let free = cx.index.free_callee(a);
        free.is_some_and(|name| vocabulary::primitive(name).is_none() && vocabulary::global(name).is_none())
    })
}
