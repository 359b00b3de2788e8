//! A phase is entered that `meta.phases` does not declare.
//!
//! Titles match exactly. One that does not gets a group of its own, and the declared one stays empty.
//!
//! ```js bad
//! export const meta = { name: 'example', description: 'An example', phases: [{ title: 'Scan' }, { title: 'Verify' }] }
//! phase('Scan')
//! log(await agent('Scan the code'))
//! phase('Verify')
//! log(await agent('Verify it', { phase: 'Verfy' }))
//! ```
//!
//! ```js good
//! export const meta = { name: 'example', description: 'An example', phases: [{ title: 'Scan' }, { title: 'Verify' }] }
//! phase('Scan')
//! log(await agent('Scan the code'))
//! log(await agent('Verify it', { phase: 'Verify' }))
//! ```

use super::prelude::*;
use crate::script::Meta;

pub(super) const RULE: Rule = Rule {
    code: "WF701",
    name: "phase-undeclared",
    level: Level::Warning,
    fixing: Fixing::Choice,
    check,
    source: include_str!("phase_undeclared.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    // A script that declares no phases at all has chosen to go without.
    let Some(meta) = cx.script.meta.as_ref().filter(|m| !m.phases.is_empty()) else { return };
    for id in cx.calls("phase") {
        if let Some(given) = cx.index.arg(id, 0) {
            title(cx, meta, given, id, report);
        }
    }
    for id in cx.calls("agent") {
        let Some(options) = cx.options(id) else { continue };
        if let Some(given) = options.get("phase").and_then(|p| p.value) {
            title(cx, meta, given, options.at, report);
        }
    }
}

fn title(cx: &Checker, meta: &Meta, given: &Expr, at: NodeId, report: &mut Report) {
    let Some(title) = cx.constant_string(given) else {
        // Through a constant: the place to look at is the use.
        if let Expr::Ident(i) = given
            && let Some(value) = cx.index.constant(&i.sym, at).and_then(|(init, _)| cx.constant_string(init))
        {
            undeclared(meta, &value.value, span(given), false, report);
        }
        return;
    };
    undeclared(meta, &title.value, title.span, true, report);
}

fn undeclared(meta: &Meta, title: &str, place: Span, literal: bool, report: &mut Report) {
    let declared: Vec<&str> = meta.phases.iter().filter_map(|p| p.title.as_ref()).map(|t| t.value.as_str()).collect();
    if declared.len() < meta.phases.len() || declared.contains(&title) || title.is_empty() {
        return;
    }
    let meant = vocabulary::did_you_mean(title, declared.iter().copied());
    let message = match meant {
        Some(meant) => format!("`meta.phases` has no phase {}: did you mean {}?", quoted(title), quoted(meant)),
        None => {
            format!("`meta.phases` has no phase {}: declare it there, so that it stands in its place.", quoted(title))
        }
    };
    let finding = report.at(place, message);
    if let (Some(meant), true) = (meant, literal) {
        finding.fix(format!("Rename to {}", quoted(meant)), vec![Edit::replace(place, quoted(meant))]);
    }
    if let Some(last) = meta.phases.last() {
        let text = format!(", {{ title: {} }}", quoted(title));
        finding.fix("Declare it in `meta.phases`", vec![Edit::insert(last.span.end, text)]);
    }
}
