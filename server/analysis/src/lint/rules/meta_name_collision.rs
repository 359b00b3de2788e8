//! Two workflows have the same name.
//!
//! Which of them runs depends on where they are: the closest folder wins, and a project's beats a personal one.
//!
//! ```js bad workflows:example@other.js
//! export const meta = { name: 'example', description: 'An example' }
//! ```
//!
//! ```js good workflows:another@other.js
//! export const meta = { name: 'example', description: 'An example' }
//! ```

use super::prelude::*;

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
    let own = cx.context.file_name.as_deref();
    let others = cx.context.workflows.iter().flatten();
    if let Some(other) = others
        .into_iter()
        .find(|w| w.name == name.value && Some(w.file_name.as_str()) != own && !w.file_name.is_empty())
    {
        report.at(
            name.span,
            format!("`{}` has this name, too: the closer one wins, so give one of them another.", other.file_name),
        );
    }
}
