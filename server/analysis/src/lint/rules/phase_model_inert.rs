//! A phase names a model, and its agents run on another.
//!
//! `meta.phases[].model` is shown, and routes nothing: agents run on the session's model, often the dearest, unless each names its own.
//!
//! ```js bad
//! export const meta = { name: 'example', description: 'An example', phases: [{ title: 'Verify', model: 'haiku' }] }
//! phase('Verify')
//! log(await agent('Verify it'))
//! ```
//!
//! ```js good
//! export const meta = { name: 'example', description: 'An example', phases: [{ title: 'Verify', model: 'haiku' }] }
//! phase('Verify')
//! log(await agent('Verify it', { model: 'haiku' }))
//! ```

use super::prelude::*;
use crate::plan::Setting;

pub(super) const RULE: Rule = Rule {
    code: "WF114",
    name: "phase-model-inert",
    level: Level::Warning,
    fixing: Fixing::Safe,
    check,
    source: include_str!("phase_model_inert.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for phase in cx.script.meta.iter().flat_map(|m| &m.phases) {
        let (Some(title), Some(model)) = (&phase.title, &phase.model) else { continue };
        let own = |index: &usize| cx.plan.phases.get(*index).is_some_and(|p| p.title.as_deref() == Some(&title.value));
        let calls = cx.plan.calls.iter().filter(|c| c.phases.iter().any(own));
        let without: Vec<_> =
            calls.filter(|c| c.model == Setting::Inherited && c.agent_type == Setting::Inherited).collect();
        if without.is_empty() || model.value == "inherit" {
            continue;
        }
        let edits: Option<Vec<Edit>> = without
            .iter()
            .map(|c| {
                let id = cx.call_at("agent", c.span)?;
                cx.add_option(id, &format!("model: {}", quoted(&model.value)))
            })
            .collect();
        let (n, s) = (without.len(), if without.len() == 1 { "" } else { "s" });
        let message = format!(
            "This is shown only: {n} agent call{s} of the phase run on the session's model. Give each the option `model`."
        );
        let finding = report.at(model.span, message);
        for call in without.iter().take(5) {
            finding.also(call.callee, "runs on the session's model");
        }
        if let Some(edits) = edits {
            finding.fix(format!("Give its agents `model: {}`", quoted(&model.value)), edits);
        }
    }
}
