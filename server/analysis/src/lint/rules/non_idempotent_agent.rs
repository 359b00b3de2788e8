//! An agent that acts on the outside runs where calls are repeated.
//!
//! A resumed or retried run opens the pull request, or publishes, a second time.
//!
//! ```js bad
//! const done = await parallel(['a.rs', 'b.rs'].map((file) => () => agent(`Mend ${file} and open a pull request`, { label: file })))
//! log(done.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const done = await parallel(['a.rs', 'b.rs'].map((file) => () => agent(`Propose a change to ${file}`, { label: file })))
//! log(await agent(`Open one pull request with these ${done.filter(Boolean).length} changes, unless it exists`))
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF803",
    name: "non-idempotent-agent",
    level: Level::Hint,
    fixing: Fixing::None,
    check,
    source: include_str!("non_idempotent_agent.rs"),
    ..Rule::BASE
};

/// Phrases of prompts that act on the outside.
const ACTS: [&str; 8] = [
    "open a pull request",
    "open a pr",
    "create a pull request",
    "create a pr",
    "git push",
    "push the branch",
    "npm publish",
    "force-push",
];

/// What a prompt tells to do, unless it forbids it.
fn act(prompt: &str) -> Option<&'static str> {
    let text = prompt.to_lowercase();
    let act = *ACTS.iter().find(|a| text.contains(**a))?;
    let negations = ["do not ", "don't ", "never ", "not to ", "without "];
    (!negations.iter().any(|n| text.contains(&format!("{n}{act}")))).then_some(act)
}

fn check(cx: &Checker, report: &mut Report) {
    for call in cx.plan.calls.iter().filter(|c| c.concurrent) {
        let Some(id) = cx.call_at("agent", call.span) else { continue };
        if let Some(act) = cx.ask(cx.prompt_texts(id), act) {
            let message = format!(
                "This agent is told to \"{act}\", and a resumed run does it again: do it once, at the end, unless it is done."
            );
            report.at(call.callee, message);
        }
    }
}
