//! `meta` lacks `name` or `description`, or one of them is empty.
//!
//! Both are required: the name is how the workflow is called, the description is what a person approves.
//!
//! ```js bad
//! export const meta = { name: 'example', phases: [] }
//! ```
//!
//! ```js good
//! export const meta = { name: 'example', description: 'An example', phases: [] }
//! ```

use super::prelude::*;
use crate::script::MetaProblemKind;

pub(super) const RULE: Rule = Rule {
    code: "WF106",
    name: "meta-required",
    fixing: Fixing::Safe,
    check,
    source: include_str!("meta_required.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let Some(meta) = &cx.script.meta else { return };
    let stem = cx
        .context
        .file_name
        .as_deref()
        .and_then(|f| f.split('.').next())
        .filter(|s| !s.is_empty())
        .unwrap_or("my-workflow");
    let example = |field: &str| quoted(if field == "name" { stem } else { "What this workflow does" });
    for problem in &meta.problems {
        match problem.kind {
            MetaProblemKind::Missing(field) => {
                let inner = problem.span.start + 1;
                let empty = meta.keys.is_empty();
                let text = format!(" {field}: {}{}", example(field), if empty { " " } else { "," });
                let message = format!("`meta` needs a `{field}`: the runtime refuses the script without.");
                report.at(meta.ident, message).fix(format!("Add `{field}`"), vec![Edit::insert(inner, text)]);
            }
            MetaProblemKind::Empty(field @ ("name" | "description")) => {
                let edits = vec![Edit::replace(problem.span, example(field))];
                report
                    .at(problem.span, format!("`{field}` is empty: the runtime refuses the script."))
                    .fix(format!("Fill in `{field}`"), edits);
            }
            _ => {}
        }
    }
}
