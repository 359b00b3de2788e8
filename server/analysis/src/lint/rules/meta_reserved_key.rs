//! `meta` has a key that objects treat in their own way.
//!
//! `__proto__`, `constructor` and `prototype` are refused, because they change the object instead of describing the workflow.
//!
//! ```js bad
//! export const meta = { name: 'example', description: 'An example', __proto__: {} }
//! ```
//!
//! ```js good
//! export const meta = { name: 'example', description: 'An example' }
//! ```

use super::prelude::*;
use crate::script::MetaProblemKind;

pub(super) const RULE: Rule = Rule {
    code: "WF109",
    name: "meta-reserved-key",
    fixing: Fixing::Safe,
    check,
    source: include_str!("meta_reserved_key.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for problem in cx.script.meta.iter().flat_map(|m| &m.problems) {
        let MetaProblemKind::ReservedKey(key) = &problem.kind else { continue };
        let message = format!("`{key}` cannot be a key of `meta`: remove it.");
        report.at(problem.span, message).fix("Remove it", vec![cx.remove_from_list(problem.span)]);
    }
}
