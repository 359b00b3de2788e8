//! The result of an agent is used as if it were always there.
//!
//! `agent` gives `null` when it is skipped, or its provider fails for good; reading a property of that throws.
//!
//! ```js bad
//! const PLAN = { type: 'object', properties: { steps: { type: 'number' } }, required: ['steps'], additionalProperties: false }
//! const plan = await agent('Plan it', { schema: PLAN })
//! log(plan.steps)
//! ```
//!
//! ```js bad
//! const PLAN = { type: 'object', properties: { steps: { type: 'number' } }, required: ['steps'], additionalProperties: false }
//! const { steps } = await agent('Plan it', { schema: PLAN })
//! log(steps)
//! ```
//!
//! ```js good
//! const PLAN = { type: 'object', properties: { steps: { type: 'number' } }, required: ['steps'], additionalProperties: false }
//! const plan = await agent('Plan it', { schema: PLAN })
//! log(plan?.steps)
//! ```

use super::prelude::*;
use crate::lint::facts::Origin;

pub(super) const RULE: Rule = Rule {
    code: "WF601",
    name: "nullable-agent-deref",
    level: Level::Warning,
    fixing: Fixing::Safe,
    check,
    source: include_str!("nullable_agent_deref.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for found in cx.dereferences().iter().filter(|d| d.origin == Origin::Agent) {
        let shown = cx.text(found.object);
        let shown =
            if shown.len() > 40 || shown.contains('\n') { "this agent's result" } else { &format!("`{shown}`") };
        let way = found
            .way_out
            .as_ref()
            .map_or("", |(title, _)| title.trim_start_matches("Write ").trim_start_matches("Add "));
        let message = format!(
            "{shown} is `null` when the agent is skipped or fails, and then this throws: check it first, or write {way}."
        );
        let finding = report.at(found.object, message);
        finding.also(found.why.span, "the agent");
        if let Some((title, edit)) = &found.way_out {
            finding.fix(*title, vec![edit.clone()]);
        }
    }
}
