//! The title given to `phase` is not text, or empty.
//!
//! ```js bad
//! phase({ title: 'Scan' })
//! ```
//!
//! ```js good
//! phase('Scan')
//! ```

use swc_ecma_ast::Lit;

use super::prelude::*;
use crate::script::word;

pub(super) const RULE: Rule =
    Rule { code: "WF704", name: "phase-not-string", check, source: include_str!("phase_not_string.rs"), ..Rule::BASE };

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("phase") {
        if cx.index.args(id).is_empty() {
            report.at(cx.index.span(id), "`phase` needs a title.");
        }
        let Some(given) = cx.index.arg(id, 0) else { continue };
        let (found, _) = cx.index.resolve(given, id);
        if word(found).is_some_and(|t| t.trim().is_empty()) {
            report.at(span(given), "The title is empty: name the phase.");
        } else if matches!(
            found,
            Expr::Object(_) | Expr::Array(_) | Expr::Arrow(_) | Expr::Lit(Lit::Num(_) | Lit::Bool(_) | Lit::Null(_))
        ) {
            report.at(span(given), "`phase` takes a title, which is text.");
        }
    }
}
