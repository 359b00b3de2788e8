//! `agent` does not know this option.
//!
//! Unknown options are silently ignored by the official runtime, so that a slip in `schema` gives plain text; others refuse the call.
//!
//! ```js bad
//! const found = await agent('List the tests', { lable: 'list' })
//! log(found)
//! ```
//!
//! ```js good
//! const found = await agent('List the tests', { label: 'list' })
//! log(found)
//! ```

use super::prelude::*;
use crate::vocabulary::Profile;

pub(super) const RULE: Rule = Rule {
    code: "WF304",
    name: "agent-unknown-option",
    level: Level::Warning,
    level_in: &[(Profile::Portable, Level::Error), (Profile::Codewhale, Level::Error)],
    fixing: Fixing::Safe,
    check,
    source: include_str!("agent_unknown_option.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let known: Vec<&str> = vocabulary::agent_options_of(cx.profile()).map(|f| f.name).collect();
    for id in cx.calls("agent") {
        let Some(options) = cx.options(id) else { continue };
        for property in options.properties.iter().filter(|p| !known.contains(&p.key)) {
            let key = property.key;
            let elsewhere = vocabulary::agent_options().find(|f| f.name == key);
            let meant = vocabulary::did_you_mean(key, known.iter().copied()).filter(|m| options.get(m).is_none());
            let message = match (elsewhere, meant) {
                (Some(_), _) => {
                    format!("`{key}` belongs to another dialect than `{}`: it is ignored here.", cx.profile())
                }
                (None, Some(meant)) => format!("`agent` has no option `{key}`: did you mean `{meant}`?"),
                (None, None) => {
                    format!("`agent` has no option `{key}`: it is ignored. There are {}.", known.join(", "))
                }
            };
            let finding = report.at(property.key_span, message);
            match meant.filter(|_| elsewhere.is_none()) {
                Some(meant) if property.value.is_some() => {
                    finding.fix(format!("Rename to `{meant}`"), vec![Edit::replace(property.key_span, meant)]);
                }
                Some(meant) => {
                    finding.fix(
                        format!("Rename to `{meant}`"),
                        vec![Edit::insert(property.key_span.start, format!("{meant}: "))],
                    );
                }
                None => {}
            }
        }
    }
}
