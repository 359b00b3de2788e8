//! A function of `parallel` or `pipeline` declares no parameter, where the dialect hands it what starts agents.
//!
//! Some dialects give each function an object of its own with `agent` and the rest, so that a resumed run knows which work is whose, and
//! refuse functions that cannot take it. Looked for in profile `opencode-mcr` only.
//!
//! ```js bad profile:opencode-mcr
//! const found = await parallel(['a.rs', 'b.rs'].map((file) => () => agent(`Review ${file}`, { label: file })))
//! log(found.filter(Boolean).length)
//! ```
//!
//! ```js good profile:opencode-mcr
//! const found = await parallel(['a.rs', 'b.rs'].map((file) => (api) => api.agent(`Review ${file}`, { label: file })))
//! log(found.filter(Boolean).length)
//! ```

use super::prelude::*;
use crate::vocabulary::{ParallelArgument, Profile};

pub(super) const RULE: Rule = Rule {
    code: "WF513",
    name: "scope-parameter",
    level: Level::Off,
    level_in: &[(Profile::OpenCodeMcr, Level::Error)],
    fixing: Fixing::Choice,
    check,
    source: include_str!("scope_parameter.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    if cx.profile().flags().parallel_argument != ParallelArgument::Scoped {
        return;
    }
    for id in cx.calls("parallel") {
        let Some(given) = cx.index.arg(id, 0) else { continue };
        let (list, at) = cx.index.resolve(given, id);
        match list {
            Expr::Array(array) => {
                let thunks = array.elems.iter().flatten().filter(|e| e.spread.is_none());
                thunks.for_each(|thunk| function(cx, &thunk.expr, at, report));
            }
            Expr::Call(call) => {
                if let Some(thunk) = cx.mapper(call, at).and_then(|mapper| mapper.body.returned()) {
                    function(cx, thunk, at, report);
                }
            }
            _ => {}
        }
    }
    for id in cx.calls("pipeline") {
        for stage in (1..cx.index.args(id).len()).filter_map(|position| cx.index.arg(id, position)) {
            function(cx, stage, id, report);
        }
    }
}

/// Tells a function that takes nothing.
fn function<'a>(cx: &Checker<'a>, given: &'a Expr, at: NodeId, report: &mut Report) {
    let Some(callback) = cx.callback(given, at).filter(|c| c.params == 0) else { return };
    let message = "This dialect hands each of these functions what starts its agents, and refuses one that declares no parameter: \
                   write `(api) => api.agent(…)`.";
    let finding = report.at(callback.span, message);
    let text = cx.text(callback.span);
    if let Some(parens) = text.find("()").filter(|at| !text[..*at].contains(['{', '='])) {
        let inside = callback.span.start + parens as u32 + 1;
        finding.choice("Declare the parameter `api`", vec![Edit::insert(inside, "api")]);
    }
}
