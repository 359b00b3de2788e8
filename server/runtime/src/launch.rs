//! What is looked at before anything runs.

use std::path::Path;

use analysis::{
    Context,
    lint::{self, Severity},
    plan::Plan,
    script::MetaProblemKind,
};

use crate::event::RunError;

/// Rules whose errors keep a script from running: its form, its `meta`, clock and chance. The official tool refuses the
/// same at launch.
const REFUSED: [&str; 12] =
    ["WF101", "WF102", "WF103", "WF104", "WF105", "WF106", "WF107", "WF115", "WF116", "WF117", "WF201", "WF202"];

/// The script's name, or all that keeps it from running.
pub(crate) fn check(source: &str, path: &Path) -> Result<String, Vec<RunError>> {
    let file_name = path.file_name().map(|n| n.to_string_lossy().into_owned());
    let script = analysis::script::parse(source);
    // These rules look at the text alone; they need no plan.
    let findings = lint::check(&script, &Plan::default(), &Context { file_name, ..Context::default() });
    let place = |offset| script.lines.line_column(source, offset);
    let mut errors: Vec<RunError> = findings
        .iter()
        .filter(|f| f.severity == Severity::Error && REFUSED.contains(&f.code))
        .map(|f| RunError::at(f.message.clone(), place(f.span.start)))
        .collect();
    if errors.is_empty() {
        // A comment can switch a finding off, but not make the script run.
        errors.extend(script.errors.iter().map(|e| RunError::at(e.message.clone(), place(e.span.start))));
        if script.meta.is_none() || crate::sandbox::meta_export(source).is_none() {
            errors.push(RunError::at("The script must begin with `export const meta = { … }`", place(0)));
        }
    }
    // Objects treat such keys in their own way, so what the script sees as `meta` would not be what was read.
    let reserved = script.meta.iter().flat_map(|meta| &meta.problems).filter_map(|problem| match &problem.kind {
        MetaProblemKind::ReservedKey(key) => {
            Some(RunError::at(format!("`meta` cannot have the key `{key}`: remove it"), place(problem.span.start)))
        }
        _ => None,
    });
    errors.extend(reserved);
    match errors.is_empty() {
        true => Ok(script.meta.as_ref().and_then(|m| m.name.as_ref()).map_or_else(String::new, |n| n.value.clone())),
        false => Err(errors),
    }
}
