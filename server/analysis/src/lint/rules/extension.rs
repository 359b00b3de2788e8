//! The script uses what only this runtime has.
//!
//! `rlm(…)` and the option `rlm` of `agent` run here; other tools do not have them, and what is read there under the name `rlm` is not there.
//!
//! ```js bad
//! log(await rlm({ question: 'Who is named?', context: 'Ada and Bob' }))
//! ```
//!
//! ```js bad profile:portable
//! log(await rlm({ question: 'Who is named?', context: 'Ada and Bob' }))
//! ```
//!
//! ```js good
//! log(await agent(`Who is named in this text? ${'Ada and Bob'}`))
//! ```

use super::prelude::*;
use crate::vocabulary::Profile;

pub(super) const RULE: Rule = Rule {
    code: "WF807",
    name: "extension",
    level: Level::Warning,
    level_in: &[(Profile::ClaudeCode, Level::Hint), (Profile::Portable, Level::Error)],
    fixing: Fixing::None,
    check,
    source: include_str!("extension.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("rlm") {
        let place = cx.index.callee(id).map_or(cx.index.span(id), span);
        let message = match cx.profile() {
            Profile::ClaudeCode => "`rlm` is an extension of this runtime: other tools do not have it.".to_owned(),
            other => format!("`rlm` is an extension of this runtime: profile `{other}` does not have it."),
        };
        report.at(place, message);
    }
    for id in cx.calls("agent") {
        let Some(options) = cx.options(id) else { continue };
        // In other dialects the option is unknown, which is told elsewhere.
        if cx.profile() == Profile::ClaudeCode
            && let Some(property) = options.get("rlm")
        {
            let message = "The option `rlm` is an extension of this runtime: other tools do not have it.";
            report.at(property.key_span, message);
        }
    }
}
