//! The options of an agent are computed, so they are not checked.
//!
//! Off unless switched on: for who wants every call checked.
//!
//! ```js bad
//! const make = (label) => ({ label })
//! log(await agent('Look', make('look')))
//! ```
//!
//! ```js good
//! log(await agent('Look', { label: 'look' }))
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF321",
    name: "opaque-options",
    level: Level::Off,
    check,
    source: include_str!("opaque_options.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("agent") {
        let Some(given) = cx.index.arg(id, 1) else { continue };
        if cx.options(id).is_none_or(|o| !o.complete) {
            report.at(span(given), "These options are computed, so most rules cannot look at them: write them out.");
        }
    }
}
