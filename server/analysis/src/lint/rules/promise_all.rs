//! Agents are awaited with `Promise.all`.
//!
//! One that throws loses the results of all others, and nothing shows that they belong together; `parallel` gives `null` for it.
//!
//! ```js bad
//! const files = ['a.rs', 'b.rs']
//! const found = await Promise.all(files.map((file) => agent(`Review ${file}`, { label: file })))
//! log(found.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const files = ['a.rs', 'b.rs']
//! const found = await parallel(files.map((file) => () => agent(`Review ${file}`, { label: file })))
//! log(found.filter(Boolean).length)
//! ```

use swc_ecma_ast::ArrowFunctionBody;

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF509",
    name: "promise-all",
    level: Level::Warning,
    fixing: Fixing::Choice,
    check,
    source: include_str!("promise_all.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.calls {
        let Some((Expr::Ident(object), method @ ("all" | "allSettled"), _)) = cx.index.method(*id) else { continue };
        let agents = &*object.sym == "Promise" && cx.holds_call(*id, &["agent"]);
        let (true, Some(callee), Some(given)) = (agents, cx.index.callee(*id), cx.index.arg(*id, 0)) else { continue };
        let lost = if method == "all" { "one agent that throws loses all results" } else { "results come wrapped" };
        let message =
            format!("With `Promise.{method}` {lost}: `parallel` waits for all and gives `null` for one that fails.");
        let finding = report.at(span(callee), message);
        if let Some(mut edits) = thunks(given).filter(|_| method == "all") {
            edits.insert(0, Edit::replace(span(callee), "parallel"));
            finding.fix("Change to `parallel`", edits);
        }
    }
}

/// The edits that turn promises into functions.
fn thunks(given: &Expr) -> Option<Vec<Edit>> {
    match given {
        Expr::Array(array) => {
            let elements = array.elems.iter().map(|e| e.as_ref().filter(|e| e.spread.is_none()));
            elements.map(|e| e.map(|e| Edit::insert(span(&*e.expr).start, "() => "))).collect()
        }
        Expr::Call(call) => {
            let method = call.callee.as_expr()?.as_member()?.prop.as_ident()?;
            let arrow = call.args.first().filter(|_| &*method.sym == "map")?.expr.as_arrow()?;
            let body = match &*arrow.body {
                ArrowFunctionBody::Expr(e) => span(&**e),
                ArrowFunctionBody::FunctionBody(b) => span(b),
            };
            if !arrow.is_async {
                return matches!(&*arrow.body, ArrowFunctionBody::Expr(_))
                    .then(|| vec![Edit::insert(body.start, "() => ")]);
            }
            let start = span(arrow).start;
            Some(vec![Edit::remove(Span::new(start, start + 6)), Edit::insert(body.start, "async () => ")])
        }
        _ => None,
    }
}
