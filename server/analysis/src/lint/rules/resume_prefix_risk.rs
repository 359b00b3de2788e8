//! An agent whose prompt changes with every run comes before a large fan-out.
//!
//! A resumed run uses its journal up to the first call that differs: this one, and so all after it run again.
//!
//! ```js bad
//! const { now } = typeof args === 'string' ? JSON.parse(args) : (args ?? {})
//! log(await agent(`Write down that it is ${now}`))
//! const parts = Array.from({ length: 20 }, (_, i) => i)
//! const found = await parallel(parts.map((part) => () => agent(`Review part ${part}`, { label: `part:${part}` })))
//! log(found.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const { now } = typeof args === 'string' ? JSON.parse(args) : (args ?? {})
//! const parts = Array.from({ length: 20 }, (_, i) => i)
//! const found = await parallel(parts.map((part) => () => agent(`Review part ${part}`, { label: `part:${part}` })))
//! log(await agent(`Write down that it is ${now}, with ${found.filter(Boolean).length} parts reviewed`))
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF802",
    name: "resume-prefix-risk",
    level: Level::Hint,
    fixing: Fixing::None,
    check,
    source: include_str!("resume_prefix_risk.rs"),
    ..Rule::BASE
};

/// Names of what differs from run to run.
const VOLATILE: [&str; 9] = ["now", "timestamp", "date", "today", "time", "runId", "seed", "nonce", "startedAt"];

/// Agents from which on a fan-out is dear to repeat.
const LARGE: u64 = 10;

fn check(cx: &Checker, report: &mut Report) {
    let dear = cx.plan.fanouts.iter().find(|f| f.agents.high.is_none_or(|high| high >= LARGE));
    let Some(dear) = dear else { return };
    for call in cx.plan.calls.iter().filter(|c| !c.concurrent && c.span.end < dear.span.start) {
        let Some(id) = cx.call_at("agent", call.span) else { continue };
        let Some(prompt) = cx.index.arg(id, 0).map(span) else { continue };
        let idents = cx.index.within(&cx.index.idents, prompt).map(|i| cx.index.span(i));
        let members = cx.index.within(&cx.index.members, prompt).filter_map(|m| cx.index.member(m));
        let names = idents.map(|place| (place, cx.text(place))).chain(members.map(|(_, name, place)| (place, name)));
        if let Some((place, name)) = names.into_iter().find(|(_, name)| VOLATILE.contains(name)) {
            let message = format!(
                "`{name}` changes this prompt with every run, so a resumed run repeats it and all after it: ask this agent last."
            );
            report.at(place, message).also(dear.callee, format!("{} agents would run again", dear.agents));
        }
    }
}
