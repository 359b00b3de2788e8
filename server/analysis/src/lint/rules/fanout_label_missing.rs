//! The agents of a fan-out cannot be told apart.
//!
//! Without a label of its own, each is shown by the start of its prompt, which is the same for all.
//!
//! ```js bad
//! const files = ['a.rs', 'b.rs']
//! const found = await parallel(files.map((file) => () => agent(`Review the code, tests and docs of ${file}`)))
//! log(found.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const files = ['a.rs', 'b.rs']
//! const found = await parallel(files.map((file) => () => agent(`Review the code of ${file}`, { label: `review:${file}` })))
//! log(found.filter(Boolean).length)
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF313",
    name: "fanout-label-missing",
    level: Level::Hint,
    check,
    source: include_str!("fanout_label_missing.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("agent") {
        // Each thunk of a list that is written out stands for itself.
        let Some(outer) = cx.combinator_around(id).filter(|c| !cx.in_written_list(id, *c)) else { continue };
        let args = cx.index.args(id).len();
        let callee = cx.index.callee(id).map_or(cx.index.span(id), span);
        let combinator = cx.index.free_callee(outer).unwrap_or("parallel");
        match cx.options(id) {
            None if args == 1 => {
                report.at(callee, format!("Agents of this `{combinator}` look alike in the tree: give each a `label` with its item's name."));
            }
            Some(options) if options.lacks("label") => {
                report.at(callee, format!("Agents of this `{combinator}` look alike in the tree: give each a `label` with its item's name."));
            }
            Some(options) => {
                if let Some(label) = options.get("label").and_then(|p| p.value).and_then(|e| cx.constant_string(e)) {
                    report.at(label.span, "All agents of this fan-out have this label: put the item's name into it.");
                }
            }
            None => {}
        }
    }
}
