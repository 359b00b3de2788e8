//! The workflow that is called calls another.
//!
//! Workflows nest one level: in the called one `workflow` throws.
//!
//! ```js bad workflows:audit+nests
//! log(await workflow('audit', {}))
//! ```
//!
//! Where only the run decides whether it does, this is a warning.
//!
//! ```js good workflows:audit
//! log(await workflow('audit', {}))
//! ```

use super::prelude::*;
use crate::plan::Nested;

pub(super) const RULE: Rule =
    Rule { code: "WF715", name: "nested-depth", check, source: include_str!("nested_depth.rs"), ..Rule::BASE };

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("workflow") {
        let Some(given) = cx.index.arg(id, 0).and_then(|e| cx.constant_string(e)) else { continue };
        let target = cx.context.workflows.iter().flatten().find(|w| w.is_called(&given.value));
        let Some(target) = target.filter(|t| t.nests) else { continue };
        // With the arguments it gets here it may be certain to, or not to.
        let followed = cx.plan.workflows.iter().find(|w| w.span == cx.index.span(id)).map_or(&[][..], |w| &w.nested);
        let calls = |nested: &Nested| nested.plan.workflows.iter().any(|w| w.count.high != Some(0));
        // One that is certain to call another never returns, unless it catches that.
        let is_sure = |nested: &Nested| !nested.plan.ends || nested.plan.workflows.iter().any(|w| w.count.low > 0);
        if target.script.is_some() && !followed.iter().any(|n| calls(n)) {
            continue;
        }
        let sure = followed.iter().all(|n| is_sure(n));
        let (name, verb) = (quoted(&given.value), if sure { "calls" } else { "may call" });
        let end = "and nesting ends after one level: call that one from here.";
        let finding = report.at(given.span, format!("{name} {verb} a workflow itself, {end}"));
        if !sure {
            finding.at_most(Level::Warning);
        }
    }
}
