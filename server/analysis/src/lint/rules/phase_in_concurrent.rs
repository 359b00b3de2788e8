//! `phase()` is called in a callback that runs beside others.
//!
//! There is one current phase for the whole run, so callbacks that run at the same time overwrite each other's: agents land in any of them.
//!
//! ```js bad
//! export const meta = { name: 'example', description: 'An example', phases: [{ title: 'Scan' }] }
//! const files = ['a.rs', 'b.rs']
//! const found = await parallel(files.map((file) => () => {
//!   phase('Scan')
//!   return agent(`Scan ${file}`, { label: file })
//! }))
//! log(found.filter(Boolean).length)
//! ```
//!
//! ```js good
//! export const meta = { name: 'example', description: 'An example', phases: [{ title: 'Scan' }] }
//! const files = ['a.rs', 'b.rs']
//! const found = await parallel(files.map((file) => () => {
//!   return agent(`Scan ${file}`, { label: file, phase: 'Scan' })
//! }))
//! log(found.filter(Boolean).length)
//! ```

use super::prelude::*;
use crate::script::is_constant;

pub(super) const RULE: Rule = Rule {
    code: "WF703",
    name: "phase-in-concurrent",
    level: Level::Warning,
    fixing: Fixing::Safe,
    check,
    source: include_str!("phase_in_concurrent.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("phase") {
        let place = cx.index.span(id);
        let marks = &cx.plan.phase_marks[cx.plan.phase_marks.partition_point(|m| m.span < place)..];
        let known = marks.iter().take_while(|m| m.span == place).any(|m| m.concurrent);
        if !known && cx.combinator_around(id).is_none() {
            continue;
        }
        let edits = options_instead(cx, id);
        let message =
            "Callbacks that run at the same time overwrite each other's phase: give each agent the option `phase`.";
        let finding = report.at(place, message);
        if let Some(edits) = edits {
            finding.fix("Use the option `phase`", edits);
        }
    }
}

/// The call removed, and its title given to the agents of the same callback that have none.
fn options_instead(cx: &Checker, id: NodeId) -> Option<Vec<Edit>> {
    let title = cx.text(span(cx.index.arg(id, 0).filter(|t| is_constant(t))?));
    let statement = cx.index.parent(id)?;
    let function = cx.index.function_around(id)?;
    let others =
        cx.calls("phase").filter(|other| *other != id && cx.index.function_around(*other) == Some(function)).count();
    let mut edits = vec![Edit::remove(cx.whole_line(cx.index.span(statement)))];
    for agent in cx.calls("agent").filter(|a| cx.index.function_around(*a) == Some(function) && *a > id) {
        if cx.options(agent).is_none_or(|o| o.get("phase").is_none()) {
            edits.push(cx.add_option(agent, &format!("phase: {title}"))?);
        }
    }
    edits.sort_by_key(|e| e.span);
    (others == 0 && edits.len() > 1).then_some(edits)
}
