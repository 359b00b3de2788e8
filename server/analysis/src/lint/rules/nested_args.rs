//! A workflow is called without arguments it reads.
//!
//! The called workflow reads a field of `args` without a guard and would throw.
//!
//! ```js bad workflows:audit+needs:files
//! log(await workflow('audit'))
//! ```
//!
//! ```js good workflows:audit+needs:files
//! log(await workflow('audit', { files: ['a.rs'] }))
//! ```

use super::prelude::*;
use crate::lint::views::Options;

pub(super) const RULE: Rule = Rule {
    code: "WF718",
    name: "nested-args",
    level: Level::Hint,
    check,
    source: include_str!("nested_args.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("workflow") {
        let Some(given) = cx.index.arg(id, 0).and_then(|e| cx.constant_string(e)) else { continue };
        let Some(target) = cx.context.workflows.iter().flatten().find(|w| w.is_called(&given.value)) else { continue };
        let missing: Vec<&str> = match (cx.index.args(id).len(), cx.options(id).as_deref()) {
            (1, _) => target.needs.iter().map(String::as_str).collect(),
            (_, Some(options @ Options { complete: true, .. })) => {
                target.needs.iter().map(String::as_str).filter(|n| options.lacks(n)).collect()
            }
            _ => continue,
        };
        if !missing.is_empty() {
            let list: Vec<String> = missing.iter().map(|m| format!("`{m}`")).collect();
            report.at(
                given.span,
                format!("{} reads {} of its `args` without a guard: pass it.", quoted(&given.value), list.join(", ")),
            );
        }
    }
}
