//! The workflow calls itself.
//!
//! Workflows nest one level, so the second call throws.
//!
//! ```js bad
//! log(await workflow('example', {}))
//! ```
//!
//! ```js good
//! log(await workflow('another', {}))
//! ```

use super::prelude::*;

pub(super) const RULE: Rule =
    Rule { code: "WF716", name: "nested-self", check, source: include_str!("nested_self.rs"), ..Rule::BASE };

fn check(cx: &Checker, report: &mut Report) {
    let Some(name) = cx.script.meta.as_ref().and_then(|m| m.name.as_ref()) else { return };
    for id in cx.calls("workflow") {
        if let Some(given) = cx.index.arg(id, 0).and_then(|e| cx.constant_string(e)).filter(|g| g.value == name.value) {
            report.at(given.span, "The workflow calls itself, and nesting ends after one level: use a loop.");
        }
    }
}
