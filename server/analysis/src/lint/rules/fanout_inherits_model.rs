//! The agents of a fan-out run on whatever the session runs on.
//!
//! A session on the dearest model makes a fan-out of many agents dear; most of them do with less.
//!
//! ```js bad
//! const found = await parallel(['a.rs', 'b.rs'].map((file) => () => agent(`Review ${file}`, { label: file })))
//! log(found.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const found = await parallel(['a.rs', 'b.rs'].map((file) => () => agent(`Review ${file}`, { label: file, model: 'sonnet' })))
//! log(found.filter(Boolean).length)
//! ```

use super::prelude::*;
use crate::plan::Setting;

pub(super) const RULE: Rule = Rule {
    code: "WF318",
    name: "fanout-inherits-model",
    level: Level::Off,
    fixing: Fixing::Choice,
    check,
    source: include_str!("fanout_inherits_model.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for call in cx.plan.calls.iter().filter(|c| c.concurrent) {
        let pinned = [&call.model, &call.effort, &call.agent_type].iter().any(|s| **s != Setting::Inherited);
        let once = call.count.high.is_some_and(|high| high <= 1);
        if pinned || once {
            continue;
        }
        let id = cx.call_at("agent", call.span);
        // Options that are computed can hold a model.
        let Some(id) = id.filter(|id| cx.index.args(*id).len() == 1 || cx.options(*id).is_some_and(|o| o.complete))
        else {
            continue;
        };
        let edit = cx.add_option(id, "model: 'sonnet'");
        let finding = report.at(
            call.callee,
            "These agents run on the session's model, whatever it costs: name a `model` or an `effort`.",
        );
        if let Some(edit) = edit {
            finding.fix("Add `model: 'sonnet'`", vec![edit]);
        }
    }
}
