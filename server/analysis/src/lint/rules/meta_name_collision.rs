//! Two workflows that are looked for together have the same name.
//!
//! A name is looked for in the `.claude/workflows` of the folders above, the closest first, and then among the personal ones: one of the two
//! is never found. Scripts that lie elsewhere are not found by their name, and can share it.
//!
//! ```js bad workflows:example@example.js,example@other.js
//! export const meta = { name: 'example', description: 'An example' }
//! ```
//!
//! ```js good workflows:example@example.js,another@other.js
//! export const meta = { name: 'example', description: 'An example' }
//! ```

use super::prelude::*;
use crate::KnownWorkflow;

pub(super) const RULE: Rule = Rule {
    code: "WF112",
    name: "meta-name-collision",
    level: Level::Warning,
    check,
    source: include_str!("meta_name_collision.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let Some(name) = cx.script.meta.as_ref().and_then(|m| m.name.as_ref()) else { return };
    let called: Vec<&KnownWorkflow> =
        cx.context.workflows.iter().flatten().filter(|w| w.is_called(&name.value)).collect();
    let own = called.iter().position(|w| Some(&w.path) == cx.context.path.as_ref());
    let (found, other) = match own {
        Some(0) => ("is not found as long as this one is", called.get(1)),
        Some(_) => ("is found instead of this one", called.first()),
        None => return,
    };
    if let Some(other) = other {
        report.at(name.span, format!("`{}` has this name, too, and {found}: give one of them another.", other.path));
    }
}
