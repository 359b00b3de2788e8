//! Code is made from text.
//!
//! `eval`, `Function` and `.constructor(…)` are closed off, because a script must not reach beyond what it was given.
//!
//! ```js bad
//! log(eval('1 + 1'))
//! ```
//!
//! ```js good
//! log(1 + 1)
//! ```

use super::prelude::*;

pub(super) const RULE: Rule =
    Rule { code: "WF206", name: "dynamic-code", check, source: include_str!("dynamic_code.rs"), ..Rule::BASE };

fn check(cx: &Checker, report: &mut Report) {
    let message = "Scripts cannot make code from text: write it out.";
    for id in cx.calls("eval").chain(cx.calls("Function")) {
        report.at(cx.index.span(id), message);
    }
    for id in &cx.index.news {
        let Some(Expr::New(new)) = cx.index.expr(*id) else { continue };
        if matches!(new.callee.unwrap_parens(), Expr::Ident(i) if &*i.sym == "Function")
            && cx.index.declared("Function", *id).is_none()
        {
            report.at(cx.index.span(*id), message);
        }
    }
    for id in &cx.index.calls {
        if let Some((_, "constructor", place)) = cx.index.method(*id) {
            report.at(place, "`.constructor(…)` makes code from text, which scripts cannot: write it out.");
        }
    }
}
