//! A statement stands before `meta`.
//!
//! `meta` is read before the body may run, so nothing but comments can precede it.
//!
//! ```js bad
//! const input = JSON.stringify(args)
//! export const meta = { name: 'example', description: 'An example' }
//! log(input)
//! ```
//!
//! ```js good
//! export const meta = { name: 'example', description: 'An example' }
//! const input = JSON.stringify(args)
//! log(input)
//! ```

use super::prelude::*;
use crate::script::MetaProblemKind;

pub(super) const RULE: Rule = Rule {
    code: "WF103",
    name: "meta-not-first",
    fixing: Fixing::Safe,
    check,
    source: include_str!("meta_not_first.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let Some(meta) = &cx.script.meta else { return };
    if !cx.profile().flags().meta_first {
        return;
    }
    for problem in meta.problems.iter().filter(|p| p.kind == MetaProblemKind::NotFirst) {
        let text = cx.text(meta.span);
        let end = meta.span.end + u32::from(cx.text(Span::new(meta.span.end, meta.span.end + 1)) == "\n");
        let edits =
            vec![Edit::insert(problem.span.start, format!("{text}\n")), Edit::remove(Span::new(meta.span.start, end))];
        let place = if meta.ident.end > 0 { meta.ident } else { meta.span };
        let message = "`meta` must be the first statement: move it to the top, above this script's first line of code.";
        report.at(place, message).also(problem.span, "the statement before it").fix("Move `meta` to the top", edits);
    }
}
