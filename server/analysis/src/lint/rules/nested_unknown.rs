//! The workflow that is called does not exist.
//!
//! An unknown name throws when the script comes to it.
//!
//! ```js bad workflows:deep-research
//! log(await workflow('deep-reserch', { topic: 'tests' }))
//! ```
//!
//! ```js good workflows:deep-research
//! log(await workflow('deep-research', { topic: 'tests' }))
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF714",
    name: "nested-unknown",
    level: Level::Warning,
    fixing: Fixing::Safe,
    check,
    source: include_str!("nested_unknown.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let Some(workflows) = &cx.context.workflows else { return };
    for id in cx.calls("workflow") {
        let Some(given) = cx.index.arg(id, 0).and_then(|e| cx.constant_string(e)) else { continue };
        // `plugin:name` comes from a plugin, which may not be looked at here.
        let own = cx.script.meta.as_ref().and_then(|m| m.name.as_ref()).is_some_and(|n| n.value == given.value);
        if own || given.value.contains([':', '/']) || workflows.iter().any(|w| w.is_called(&given.value)) {
            continue;
        }
        let callable = workflows.iter().filter(|w| !w.by_path_only);
        let meant = vocabulary::did_you_mean(&given.value, callable.map(|w| w.name.as_str()));
        let elsewhere = workflows.iter().find(|w| w.name == given.value);
        let hint = match (meant, elsewhere) {
            (Some(meant), _) => format!("did you mean {}?", quoted(meant)),
            (None, Some(there)) => {
                format!(
                    "`{}` is, but names are looked for in `.claude/workflows` above this script only: move it there, or write `{{ scriptPath: … }}`.",
                    there.file_name
                )
            }
            (None, None) => "save it in `.claude/workflows`.".to_owned(),
        };
        let finding = report.at(given.span, format!("No workflow is called {}: {hint}", quoted(&given.value)));
        if let Some(meant) = meant {
            finding.fix(format!("Change to {}", quoted(meant)), vec![Edit::replace(given.span, quoted(meant))]);
        }
    }
}
