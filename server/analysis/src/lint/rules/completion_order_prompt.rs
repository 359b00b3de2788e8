//! A prompt holds what callbacks that run at the same time have gathered so far.
//!
//! It differs with who is first, so a resumed run finds none of these calls in its journal.
//!
//! ```js bad
//! const seen = new Set()
//! const done = await parallel(['a.rs', 'b.rs'].map((file) => async () => {
//!   const text = await agent(`Review ${file}, known are ${[...seen].join()}`, { label: file })
//!   seen.add(text)
//!   return text
//! }))
//! log(done.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const done = await parallel(['a.rs', 'b.rs'].map((file) => () => agent(`Review ${file}`, { label: file })))
//! log(new Set(done.filter(Boolean)).size)
//! ```

use super::prelude::*;
use crate::plan::SharedWrite;

pub(super) const RULE: Rule = Rule {
    code: "WF801",
    name: "completion-order-prompt",
    level: Level::Warning,
    fixing: Fixing::None,
    check,
    source: include_str!("completion_order_prompt.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for call in cx.plan.calls.iter().filter(|c| c.concurrent) {
        let Some(id) = cx.call_at("agent", call.span) else { continue };
        let Some(prompt) = cx.index.arg(id, 0).map(span) else { continue };
        let shared = cx.index.within(&cx.index.idents, prompt).find_map(|ident| {
            let place = cx.index.span(ident);
            let named = |w: &&SharedWrite| w.name == cx.text(place);
            let write = cx.plan.shared_writes.iter().find(named).filter(|_| cx.outside_of_callback(place))?;
            Some((place, write))
        });
        if let Some((place, write)) = shared {
            let message = format!(
                "`{}` holds what others have finished so far, so this prompt differs from run to run: gather first, then ask.",
                write.name
            );
            report.at(place, message).also(write.span, "written here");
        }
    }
}
