//! `meta` is not declared as `export const meta = { … }`.
//!
//! The loader looks for exactly this form.
//!
//! ```js bad
//! export let meta = { name: 'example', description: 'An example' }
//! ```
//!
//! ```js good
//! export const meta = { name: 'example', description: 'An example' }
//! ```

use super::prelude::*;
use crate::script::MetaProblemKind as Kind;

pub(super) const RULE: Rule = Rule {
    code: "WF104",
    name: "meta-declaration",
    fixing: Fixing::Safe,
    check,
    source: include_str!("meta_declaration.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let Some(meta) = &cx.script.meta else { return };
    for problem in &meta.problems {
        match problem.kind {
            Kind::NotExported => {
                let edits = vec![Edit::insert(meta.span.start, "export ")];
                report.at(meta.ident, "`meta` must be exported: write `export const meta`.").fix("Add `export`", edits);
            }
            Kind::NotConst => {
                let edits = vec![Edit::replace(problem.span, "const")];
                report.at(problem.span, "`meta` must be a `const`.").fix("Change to `const`", edits);
            }
            Kind::SecondDeclarator => {
                report.at(
                    problem.span,
                    "Nothing else can be declared together with `meta`: give it a statement of its own.",
                );
            }
            Kind::NotObject => {
                report.at(
                    problem.span,
                    "`meta` must be an object literal: write `export const meta = { name, description }`.",
                );
            }
            _ => {}
        }
    }
}
