//! A name that nothing declares.
//!
//! The run would end with a `ReferenceError` at this place, with the agents before it paid.
//!
//! ```js bad
//! const found = await paralel([() => agent('Look')])
//! log(found)
//! ```
//!
//! ```js good
//! const found = await parallel([() => agent('Look')])
//! log(found)
//! ```

use super::prelude::*;
use crate::vocabulary::{FOREIGN, PRIMITIVES, global, primitive};

pub(super) const RULE: Rule = Rule {
    code: "WF205",
    name: "unknown-identifier",
    fixing: Fixing::Choice,
    whole: true,
    check,
    source: include_str!("unknown_identifier.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for (name, uses) in cx.index.free() {
        if primitive(name).is_some() || global(name).is_some() || name == "meta" {
            continue;
        }
        if cx.asked_by_typeof(name) || cx.index.is_assigned(name) {
            continue;
        }
        let foreign = FOREIGN.iter().any(|f| f.name == name);
        let is_foreign_call =
            |id| foreign && cx.index.parent(id).is_some_and(|p| cx.index.free_callee(p) == Some(name));
        let declared: Vec<&str> = cx.index.all_declared().into_iter().map(|(n, _)| n).collect();
        let candidates = PRIMITIVES.iter().map(|p| p.name).chain(declared.iter().copied().filter(|n| *n != name));
        let meant = vocabulary::did_you_mean(name, candidates);
        let elsewhere = declared.contains(&name);
        let message = match meant {
            _ if elsewhere => format!("`{name}` is declared in another scope and not known here: declare it outside."),
            Some(meant) => format!("Nothing declares `{name}`: did you mean `{meant}`?"),
            None => format!("Nothing declares `{name}`, so the run throws here: declare it, or pass it in `args`."),
        };
        for id in uses.iter().copied().filter(|id| !cx.in_typeof(*id) && !is_foreign_call(*id)) {
            let place = cx.index.span(id);
            let finding = report.at(place, &message);
            if let Some(meant) = meant.filter(|_| !elsewhere) {
                finding.fix(format!("Rename to `{meant}`"), vec![Edit::replace(place, meant)]);
            }
        }
    }
}
