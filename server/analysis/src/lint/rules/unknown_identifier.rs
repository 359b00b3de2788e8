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
    for id in &cx.index.idents {
        let Some(ident) = cx.index.free_ident(*id) else { continue };
        let name = &*ident.sym;
        let known = primitive(name).is_some() || global(name).is_some() || name == "meta";
        let called = cx.index.parent(*id).is_some_and(|p| cx.index.free_callee(p) == Some(name));
        let foreign = called && FOREIGN.iter().any(|f| f.name == name);
        if known || foreign || cx.in_typeof(*id) || cx.asked_by_typeof(name) || cx.index.is_assigned(name) {
            continue;
        }
        let declared: Vec<&str> = cx.index.all_declared().map(|(n, _)| n).collect();
        let candidates = PRIMITIVES.iter().map(|p| p.name).chain(declared.iter().copied().filter(|n| *n != name));
        let meant = vocabulary::did_you_mean(name, candidates);
        let elsewhere = declared.contains(&name);
        let message = match meant {
            _ if elsewhere => format!("`{name}` is declared in another scope and not known here: declare it outside."),
            Some(meant) => format!("Nothing declares `{name}`: did you mean `{meant}`?"),
            None => format!("Nothing declares `{name}`, so the run throws here: declare it, or pass it in `args`."),
        };
        let finding = report.at(span(ident), message);
        if let Some(meant) = meant.filter(|_| !elsewhere) {
            finding.fix(format!("Rename to `{meant}`"), vec![Edit::replace(span(ident), meant)]);
        }
    }
}
