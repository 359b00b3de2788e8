//! A `@callsheet` comment says what cannot be understood.
//!
//! Without it the script is checked for the profile of the settings, and for any arguments.
//!
//! ```js bad
//! // @callsheet profile: pie
//! log('ready')
//! ```
//!
//! ```js bad
//! // @callsheet args: { files: 3 }
//! log('ready')
//! ```
//!
//! ```js good
//! // @callsheet profile: pi
//! // @callsheet args: { "files": 3 }
//! log('ready')
//! ```

use super::prelude::*;
use crate::vocabulary::Profile;

pub(super) const RULE: Rule = Rule {
    code: "WF002",
    name: "callsheet-comment",
    level: Level::Warning,
    fixing: Fixing::Choice,
    check,
    source: include_str!("callsheet_comment.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let pragmas = &cx.script.pragmas;
    if let Some((place, Err(why))) = &pragmas.profile {
        let meant = vocabulary::did_you_mean(cx.text(*place), Profile::ALL.map(Profile::name));
        let finding = report.at(*place, format!("{why}."));
        if let Some(meant) = meant {
            finding.fix(format!("Change to `{meant}`"), vec![Edit::replace(*place, meant)]);
        }
    }
    if let Some((place, Err(why))) = &pragmas.args {
        report.at(*place, format!("These arguments are no JSON: {why}."));
    }
}
