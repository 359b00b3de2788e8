//! The workflow's name differs from its file's.
//!
//! The name counts, so who looks for `/check` in `check.js` finds another workflow.
//!
//! ```js bad file:audit.js
//! export const meta = { name: 'check', description: 'An example' }
//! ```
//!
//! ```js good file:audit.js
//! export const meta = { name: 'audit', description: 'An example' }
//! ```

use super::prelude::*;
use crate::vocabulary::Profile;

pub(super) const RULE: Rule = Rule {
    code: "WF111",
    name: "meta-name-vs-file",
    level: Level::Warning,
    level_in: &[(Profile::LangAlpha, Level::Error)],
    fixing: Fixing::Choice,
    check,
    source: include_str!("meta_name_vs_file.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let Some(name) = cx.script.meta.as_ref().and_then(|m| m.name.as_ref()) else { return };
    let Some(file) = cx.context.file_name.as_deref() else { return };
    let stem =
        file.strip_suffix(".workflow.js").or_else(|| file.strip_suffix(".js")).or_else(|| file.strip_suffix(".mjs"));
    // An awkward name is WF110, an empty one WF106; files of a name too common say nothing.
    let slug = name.value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let Some(stem) = stem
        .filter(|s| slug && *s != name.value && !name.value.is_empty() && !matches!(*s, "index" | "main" | "script"))
    else {
        return;
    };
    let message = format!(
        "The workflow is called `{}` and its file `{file}`: the name counts, so call both the same.",
        name.value
    );
    report
        .at(name.span, message)
        .fix(format!("Rename to {}", quoted(stem)), vec![Edit::replace(name.span, quoted(stem))]);
}
