//! Which workflow is called is known only when the script runs.
//!
//! Its agents are not in the bounds, and a wrong name is found late.
//!
//! ```js bad
//! const { name } = typeof args === 'string' ? JSON.parse(args) : (args ?? {})
//! log(await workflow(name, {}))
//! ```
//!
//! ```js good
//! log(await workflow('audit', {}))
//! ```

use super::prelude::*;
use crate::{script::is_constant, vocabulary::Profile};

pub(super) const RULE: Rule = Rule {
    code: "WF717",
    name: "nested-dynamic",
    level: Level::Hint,
    level_in: &[(Profile::Portable, Level::Warning)],
    check,
    source: include_str!("nested_dynamic.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("workflow") {
        let Some(given) = cx.index.arg(id, 0) else { continue };
        let (found, at) = cx.index.resolve(given, id);
        let known = match found {
            Expr::Object(_) => cx
                .object_at(id, 0)
                .and_then(|o| o.get("scriptPath").and_then(|p| p.value))
                .is_some_and(|v| is_constant(cx.index.resolve(v, at).0)),
            other => is_constant(other) || cx.value(given).is_some_and(|v| v.texts().is_some() && v.is_string()),
        };
        if !known {
            report.at(
                span(given),
                "Which workflow this is shows only in the run, so its agents are not in the bounds: name it here.",
            );
        }
    }
}
