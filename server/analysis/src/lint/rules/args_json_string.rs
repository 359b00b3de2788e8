//! `args` is used as an object although it can be text.
//!
//! Arguments that a model gives often arrive as JSON text: every field of it is `undefined`, and one such run started 300 agents.
//!
//! ```js bad
//! if (args) log(args.repo)
//! ```
//!
//! ```js good
//! const input = typeof args === 'string' ? JSON.parse(args) : (args ?? {})
//! log(input.repo)
//! ```

use super::prelude::*;
use crate::{plan::ArgsRead, vocabulary::Profile};

pub(super) const RULE: Rule = Rule {
    code: "WF706",
    name: "args-json-string",
    level: Level::Hint,
    fixing: Fixing::Choice,
    level_in: &[(Profile::ClaudeCode, Level::Warning)],
    check,
    source: include_str!("args_json_string.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    // A script that says what its arguments are knows how it is started.
    let told = matches!(&cx.script.pragmas.args, Some((_, Ok(_)))) || cx.context.args.is_some();
    let reads = || cx.plan.args_reads.iter().filter(|r| r.may_be_text && !r.path.is_empty() && r.path[0] != "length");
    // One with `?.` was written for the case that there is nothing, and that is what it makes of a text.
    let is_optional = |read: &ArgsRead| cx.text(read.span).contains("?.");
    let first = reads().find(|read| !is_optional(read)).or_else(|| reads().next());
    let (Some(read), false) = (first, told) else { return };
    let missing = if read.unguarded { "; without arguments it throws" } else { "" };
    let message = format!(
        "`args` can be JSON text here, and then this is `undefined`{missing}: parse it first when it is a string."
    );
    let finding = report.at(read.span, message);
    if is_optional(read) {
        finding.at_most(Level::Hint);
    }
    let Some(meta) = cx.script.meta.as_ref().filter(|_| !cx.index.declares("input")) else { return };
    let line = "\nconst input = typeof args === 'string' ? JSON.parse(args) : (args ?? {})";
    let uses = cx.index.free_uses("args").iter();
    let replaced: Option<Vec<Edit>> = uses.map(|id| cx.rename(cx.index.span(*id), "input")).collect();
    if let Some(replaced) = replaced.filter(|r| r.iter().all(|e| e.span.start > meta.span.end)) {
        let edits = std::iter::once(Edit::insert(meta.span.end, line)).chain(replaced).collect();
        finding.fix("Parse `args` into `input` first", edits);
    }
}
