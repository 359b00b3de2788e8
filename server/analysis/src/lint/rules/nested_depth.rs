//! The workflow that is called calls another.
//!
//! Workflows nest one level: in the called one `workflow` throws.
//!
//! ```js bad workflows:audit+nests
//! log(await workflow('audit', {}))
//! ```
//!
//! ```js good workflows:audit
//! log(await workflow('audit', {}))
//! ```

use super::prelude::*;

pub(super) const RULE: Rule =
    Rule { code: "WF715", name: "nested-depth", check, source: include_str!("nested_depth.rs"), ..Rule::BASE };

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("workflow") {
        let Some(given) = cx.index.arg(id, 0).and_then(|e| cx.constant_string(e)) else { continue };
        let target = cx.context.workflows.iter().flatten().find(|w| w.name == given.value);
        if target.is_some_and(|t| t.nests) {
            let message = format!(
                "{} calls a workflow itself, and nesting ends after one level: call that one from here.",
                quoted(&given.value)
            );
            report.at(given.span, message);
        }
    }
}
