//! The file's name keeps the workflow from being found.
//!
//! Only `*.js` directly in `.claude/workflows` is found by name; `.mjs` and `.ts` are not, nor is what lies in a folder below.
//!
//! ```js bad file:audit.mjs
//! export const meta = { name: 'audit', description: 'An example' }
//! ```
//!
//! ```js good file:audit.js
//! export const meta = { name: 'audit', description: 'An example' }
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF119",
    name: "file-not-discoverable",
    level: Level::Warning,
    check,
    source: include_str!("file_not_discoverable.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let (Some(meta), Some(file)) = (&cx.script.meta, cx.context.file_name.as_deref()) else { return };
    let extension = file.rsplit_once('.').map(|(_, e)| e).unwrap_or_default();
    if matches!(extension, "mjs" | "cjs" | "ts" | "mts" | "jsx" | "tsx") {
        report.at(meta.ident, format!("Workflows are found in `*.js` files only: rename `{file}`."));
    } else if let Some(folder) = cx.context.path.as_deref().and_then(folder_below).filter(|_| extension == "js") {
        let message = format!(
            "Workflows are found directly in `.claude/workflows` only: move `{file}` out of `{folder}`, or call it by its path."
        );
        report.at(meta.ident, message);
    }
}

/// The folders between `.claude/workflows` and the file, where there are any. A file that is called by its path says so in its name.
fn folder_below(path: &str) -> Option<String> {
    let path = path.replace('\\', "/");
    let (_, below) = path.rsplit_once(".claude/workflows/").filter(|_| !path.ends_with(".workflow.js"))?;
    Some(below.rsplit_once('/')?.0.to_owned())
}
