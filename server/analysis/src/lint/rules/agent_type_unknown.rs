//! The agent type is not defined.
//!
//! An unknown type throws when the agent starts.
//!
//! ```js bad agents:reviewer
//! log(await agent('Look', { agentType: 'reviwer' }))
//! ```
//!
//! ```js good agents:reviewer
//! log(await agent('Look', { agentType: 'reviewer' }))
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF307",
    name: "agent-type-unknown",
    level: Level::Warning,
    fixing: Fixing::Choice,
    check,
    source: include_str!("agent_type_unknown.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let Some(types) = &cx.context.agent_types else { return };
    let known = || types.iter().map(|t| t.name.as_str()).chain(vocabulary::AGENT_TYPES);
    for id in cx.calls("agent") {
        let Some(options) = cx.options(id) else { continue };
        let Some(given) = options.get("agentType").and_then(|p| p.value).and_then(|e| cx.constant_string(e)) else {
            continue;
        };
        // `plugin:type` comes from a plugin, which may not be looked at here.
        if given.value.contains(':') || known().any(|k| k == given.value) {
            continue;
        }
        let meant = vocabulary::did_you_mean(&given.value, known());
        let hint = meant
            .map_or_else(|| "define it in `.claude/agents`.".to_owned(), |m| format!("did you mean {}?", quoted(m)));
        let finding = report.at(given.span, format!("No agent type is called {}: {hint}", quoted(&given.value)));
        for choice in
            meant.into_iter().chain(types.iter().map(|t| t.name.as_str()).filter(|n| Some(*n) != meant)).take(8)
        {
            finding.fix(format!("Change to {}", quoted(choice)), vec![Edit::replace(given.span, quoted(choice))]);
        }
    }
}
