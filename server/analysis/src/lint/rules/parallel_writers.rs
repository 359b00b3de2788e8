//! Several agents at once are told to change files in the same working tree.
//!
//! They overwrite each other's work; `isolation: 'worktree'` gives each its own.
//!
//! ```js bad
//! const done = await parallel(['a.rs', 'b.rs'].map((file) => () => agent(`Fix the errors in ${file}`, { label: file })))
//! log(done.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const done = await parallel(
//!   ['a.rs', 'b.rs'].map((file) => () => agent(`Fix the errors in ${file}`, { label: file, isolation: 'worktree' })),
//! )
//! log(done.filter(Boolean).length)
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF319",
    name: "parallel-writers",
    level: Level::Hint,
    fixing: Fixing::Choice,
    check,
    source: include_str!("parallel_writers.rs"),
    ..Rule::BASE
};

/// Words that begin a prompt which changes files.
const VERBS: [&str; 9] = ["fix", "implement", "edit", "refactor", "rewrite", "migrate", "commit", "rename", "apply"];

fn check(cx: &Checker, report: &mut Report) {
    for call in cx.plan.calls.iter().filter(|c| c.concurrent && c.count.high != Some(1)) {
        let Some(id) = cx.call_at("agent", call.span) else { continue };
        let first = cx.first_word(id).unwrap_or_default();
        let shared = match cx.options(id) {
            Some(options) => options.lacks("isolation"),
            None => cx.index.args(id).len() == 1,
        };
        if !VERBS.contains(&first.as_str()) || !shared {
            continue;
        }
        let edit = cx.add_option(id, "isolation: 'worktree'");
        let finding = report.at(
            call.callee,
            "These agents change the same files at the same time: give each its own worktree, or take turns.",
        );
        if let Some(edit) = edit {
            finding.fix("Add `isolation: 'worktree'`", vec![edit]);
        }
    }
}
