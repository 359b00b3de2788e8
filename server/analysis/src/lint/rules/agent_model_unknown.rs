//! The model's name is no alias and looks like no model's id.
//!
//! Names are not checked before the agent starts; a slip costs the agent.
//!
//! ```js bad
//! log(await agent('Look', { model: 'opuss' }))
//! ```
//!
//! ```js good
//! log(await agent('Look', { model: 'opus' }))
//! ```

use super::prelude::*;
use crate::vocabulary::MODEL_ALIASES;

pub(super) const RULE: Rule = Rule {
    code: "WF306",
    name: "agent-model-unknown",
    level: Level::Warning,
    fixing: Fixing::Choice,
    check,
    source: include_str!("agent_model_unknown.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("agent") {
        let Some(options) = cx.options(id) else { continue };
        let Some(given) = options.get("model").and_then(|p| p.value).and_then(|e| cx.constant_string(e)) else {
            continue;
        };
        if vocabulary::model_is_plausible(&given.value) {
            continue;
        }
        let meant = vocabulary::did_you_mean(&given.value, MODEL_ALIASES.iter().copied());
        let hint = meant.map_or_else(
            || format!("aliases are {}.", MODEL_ALIASES.join(", ")),
            |m| format!("did you mean {}?", quoted(m)),
        );
        let finding = report.at(given.span, format!("{} is no model this tool knows: {hint}", quoted(&given.value)));
        for choice in meant.into_iter().chain(MODEL_ALIASES.iter().copied().filter(|a| Some(*a) != meant)) {
            finding.fix(format!("Change to {}", quoted(choice)), vec![Edit::replace(given.span, quoted(choice))]);
        }
    }
}
