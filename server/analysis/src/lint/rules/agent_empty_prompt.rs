//! The prompt is empty.
//!
//! The agent would be paid for nothing.
//!
//! ```js bad
//! log(await agent(''))
//! ```
//!
//! ```js good
//! log(await agent('List the tests'))
//! ```

use super::prelude::*;
use crate::script::word;

pub(super) const RULE: Rule = Rule {
    code: "WF302",
    name: "agent-empty-prompt",
    check,
    source: include_str!("agent_empty_prompt.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("agent") {
        let Some(prompt) = cx.index.arg(id, 0) else { continue };
        if word(cx.index.resolve(prompt, id).0).is_some_and(|s| s.trim().is_empty()) {
            report.at(span(prompt), "The prompt is empty: say what the agent shall do.");
        }
    }
}
