//! `parallel` is given promises instead of functions.
//!
//! The calls would start at once, past every limit, and `parallel` throws a `TypeError`: wrap each in `() =>`.
//!
//! ```js bad
//! const found = await parallel(['a', 'b'].map((file) => agent(`Review ${file}`, { label: file })))
//! log(found.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const found = await parallel(['a', 'b'].map((file) => () => agent(`Review ${file}`, { label: file })))
//! log(found.filter(Boolean).length)
//! ```

use super::prelude::*;
use crate::{lint::views::Callback, vocabulary::ParallelArgument};

pub(super) const RULE: Rule = Rule {
    code: "WF502",
    name: "parallel-promises",
    fixing: Fixing::Safe,
    check,
    source: include_str!("parallel_promises.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    if cx.profile().flags().parallel_argument == ParallelArgument::Promises {
        return;
    }
    for id in cx.calls("parallel") {
        let Some(given) = cx.index.arg(id, 0) else { continue };
        let (found, at) = cx.index.resolve(given, id);
        match found {
            Expr::Array(array) => {
                for element in array.elems.iter().flatten().filter(|e| e.spread.is_none()) {
                    if let Some(call) = promise(cx, &element.expr, at) {
                        say(
                            span(&*element.expr),
                            call,
                            vec![Edit::insert(span(&*element.expr).start, "() => ")],
                            report,
                        );
                    }
                }
            }
            Expr::Call(call) => {
                if let Some(callback) = cx.mapper(call, at) {
                    mapped(cx, callback, at, report);
                }
            }
            _ => {}
        }
    }
}

/// A mapper whose results are promises.
fn mapped(cx: &Checker, callback: Callback, at: NodeId, report: &mut Report) {
    match callback.body {
        Body::Expr(body) => {
            if let Some(call) = promise(cx, body, at) {
                say(span(body), call, vec![Edit::insert(span(body).start, "() => ")], report);
            } else if callback.is_async
                && !matches!(body, Expr::Arrow(_) | Expr::Fn(_) | Expr::Ident(_) | Expr::Call(_))
            {
                async_mapper(callback, report);
            }
        }
        Body::Block(_) => {
            let Some(returned) = callback.body.returned().map(|r| r.unwrap_parens()) else { return };
            if let Some(call) = promise(cx, returned, at) {
                say(span(returned), call, vec![Edit::insert(span(returned).start, "() => ")], report);
            } else if callback.is_async && matches!(returned, Expr::Await(_) | Expr::Object(_) | Expr::Array(_)) {
                async_mapper(callback, report);
            }
        }
    }
}

fn async_mapper(callback: Callback, report: &mut Report) {
    let message = "This `async` callback gives `parallel` promises, not functions: return `async () => { … }` from it.";
    report.at(Span::new(callback.span.start, callback.span.start + 5), message);
}

/// The primitive that `expr` calls, if its value is a promise for sure.
fn promise<'c>(cx: &Checker<'c>, expr: &Expr, at: NodeId) -> Option<&'c str> {
    let Expr::Call(call) = expr.unwrap_parens() else { return None };
    let Some(Expr::Ident(callee)) = call.callee.as_expr().map(|c| c.unwrap_parens()) else { return None };
    PROMISING.into_iter().find(|n| *n == &*callee.sym).filter(|n| cx.index.declared(n, at).is_none())
}

fn say(place: Span, call: &str, edits: Vec<Edit>, report: &mut Report) {
    let message = format!(
        "`parallel` takes functions, and `{call}(…)` is a promise that starts at once: write `() => {call}(…)`."
    );
    report.at(place, message).fix("Wrap in `() =>`", edits);
}
