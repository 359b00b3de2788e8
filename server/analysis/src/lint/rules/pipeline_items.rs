//! `pipeline` is not given an array of items first.
//!
//! The items come first, the stages after; anything but an array throws.
//!
//! ```js bad
//! const found = await pipeline((file) => agent(`Review ${file}`, { label: file }), ['a.rs', 'b.rs'])
//! log(found.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const found = await pipeline(['a.rs', 'b.rs'], (file) => agent(`Review ${file}`, { label: file }))
//! log(found.filter(Boolean).length)
//! ```

use swc_ecma_ast::Lit;

use super::prelude::*;

pub(super) const RULE: Rule =
    Rule { code: "WF504", name: "pipeline-items", check, source: include_str!("pipeline_items.rs"), ..Rule::BASE };

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("pipeline") {
        if cx.index.args(id).is_empty() {
            report.at(cx.index.span(id), "`pipeline` needs an array of items, and a stage.");
        }
        let Some(given) = cx.index.arg(id, 0) else { continue };
        let what = match cx.index.resolve(given, id).0 {
            Expr::Arrow(_) | Expr::Fn(_) => "a function",
            Expr::Object(_) => "an object",
            Expr::Lit(Lit::Str(_)) | Expr::Tpl(_) => "text",
            Expr::Lit(Lit::Num(_)) => "a number",
            _ => match cx.value(given) {
                Some(v) if v.is_function() => "a function",
                Some(v) if v.is_object() => "an object",
                Some(v) if v.is_string() => "text",
                Some(v) if v.is_promise() => "a promise",
                _ => continue,
            },
        };
        report
            .at(span(given), format!("The items of `pipeline` are {what} here: give an array first, then the stages."));
    }
}
