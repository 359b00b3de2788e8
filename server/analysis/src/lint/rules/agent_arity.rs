//! `agent` is called with no argument, or with more than two.
//!
//! It takes a prompt and an object of options; the rest is ignored.
//!
//! ```js bad
//! log(await agent('Look', { label: 'look' }, 3))
//! ```
//!
//! ```js good
//! log(await agent('Look', { label: 'look' }))
//! ```

use super::prelude::*;

pub(super) const RULE: Rule =
    Rule { code: "WF301", name: "agent-arity", check, source: include_str!("agent_arity.rs"), ..Rule::BASE };

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("agent") {
        let args = cx.index.args(id);
        if args.iter().any(|a| a.spread.is_some()) {
            continue;
        }
        match args.get(2) {
            None if args.is_empty() => {
                report.at(cx.index.span(id), "`agent` needs a prompt: what the agent is told is all it knows.");
            }
            Some(third) => {
                report.at(span(third), "`agent` takes a prompt and one object of options: this argument is ignored.");
            }
            None => {}
        }
    }
}
