//! `pipeline` has no stage.
//!
//! The items come back as they are.
//!
//! ```js bad
//! const found = await pipeline(['a.rs', 'b.rs'])
//! log(found.length)
//! ```
//!
//! ```js good
//! const found = await pipeline(['a.rs', 'b.rs'], (file) => agent(`Review ${file}`, { label: file }))
//! log(found.filter(Boolean).length)
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF506",
    name: "pipeline-no-stage",
    level: Level::Warning,
    check,
    source: include_str!("pipeline_no_stage.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("pipeline") {
        if let [only] = cx.index.args(id)
            && only.spread.is_none()
        {
            report.at(
                cx.index.span(id),
                "This `pipeline` has no stage and gives its items back: add a function of the item.",
            );
        }
    }
}
