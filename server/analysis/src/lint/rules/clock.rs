//! The script asks for the time.
//!
//! A run must be repeatable: `Date.now()`, `new Date()` and `Date()` are refused at launch. `new Date(value)` is fine in the official dialect;
//! stricter ones refuse it, too.
//!
//! ```js bad
//! log(`report of ${Date.now()}`)
//! ```
//!
//! ```js good
//! const { now } = args ?? {}
//! log(`report of ${now}`)
//! ```
//!
//! ```js bad profile:portable
//! log(String(new Date(0)))
//! ```

use super::prelude::*;
use crate::vocabulary::DateBan;

pub(super) const RULE: Rule = Rule {
    code: "WF201",
    name: "clock",
    fixing: Fixing::Choice,
    check,
    source: include_str!("clock.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let ban = cx.profile().flags().date_ban;
    for id in &cx.index.calls {
        match cx.index.method(*id) {
            Some((Expr::Ident(object), "now", _))
                if &*object.sym == "Date" && cx.index.declared("Date", *id).is_none() =>
            {
                now(cx, *id, report)
            }
            Some((Expr::Ident(object), "now", _))
                if &*object.sym == "performance" && cx.index.declared("performance", *id).is_none() =>
            {
                now(cx, *id, report);
            }
            Some((Expr::Ident(object), "parse", _)) if &*object.sym == "Date" && ban == DateBan::AnyAndParse => {
                report.at(
                    cx.index.span(*id),
                    format!("`Date.parse` is refused in profile `{}`: pass the number in `args`.", cx.profile()),
                );
            }
            _ => {}
        }
    }
    cx.calls("Date").for_each(|id| now(cx, id, report));
    for id in &cx.index.news {
        let Some(Expr::New(new)) = cx.index.expr(*id) else { continue };
        let date = matches!(new.callee.unwrap_parens(), Expr::Ident(i) if &*i.sym == "Date")
            && cx.index.declared("Date", *id).is_none();
        if date && cx.index.args(*id).is_empty() {
            now(cx, *id, report);
        } else if date && ban != DateBan::WithoutArguments {
            report.at(
                cx.index.span(*id),
                format!("Any `new Date(…)` is refused in profile `{}`: pass the text in `args`.", cx.profile()),
            );
        }
    }
}

fn now(cx: &Checker, id: NodeId, report: &mut Report) {
    let place = cx.index.span(id);
    let message = format!("`{}` is refused: a run must be repeatable, so pass the time in `args`.", cx.text(place));
    // What is asked of it goes too: of a text, or of nothing, `.getFullYear()` would throw.
    let whole = cx.index.span(asked_of(cx, id));
    report.at(place, message).fix("Read `args?.now`", vec![Edit::replace(whole, "args?.now")]);
}

/// The outermost `….name` or `….name(…)` that begins with `id`, or itself.
fn asked_of(cx: &Checker, id: NodeId) -> NodeId {
    let is = |e: &Expr, inner: NodeId| cx.index.expr(inner).is_some_and(|i| std::ptr::eq(e.unwrap_parens(), i));
    let around = |inner: &NodeId| {
        cx.index.outer(*inner).filter(|outer| {
            cx.index.member(*outer).is_some_and(|(object, ..)| is(object, *inner))
                || cx.index.callee(*outer).is_some_and(|callee| is(callee, *inner))
        })
    };
    std::iter::successors(Some(id), around).last().unwrap_or(id)
}
