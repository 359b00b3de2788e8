//! Two phases have the same title.
//!
//! Titles are matched, so the second stays empty.
//!
//! ```js bad
//! export const meta = { name: 'example', description: 'An example', phases: [{ title: 'Scan' }, { title: 'Scan' }] }
//! phase('Scan')
//! ```
//!
//! ```js good
//! export const meta = { name: 'example', description: 'An example', phases: [{ title: 'Scan' }] }
//! phase('Scan')
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF113",
    name: "phase-title-duplicate",
    level: Level::Warning,
    fixing: Fixing::Safe,
    check,
    source: include_str!("phase_title_duplicate.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let Some(meta) = &cx.script.meta else { return };
    for (i, phase) in meta.phases.iter().enumerate() {
        let Some(title) = &phase.title else { continue };
        let first = meta.phases[..i].iter().filter_map(|p| p.title.as_ref()).find(|t| t.value == title.value);
        if let Some(first) = first {
            let finding =
                report.at(title.span, format!("The phase {} is declared twice: remove one.", quoted(&title.value)));
            finding.also(first.span, "first declared here").fix("Remove it", vec![cx.remove_from_list(phase.span)]);
        }
    }
}
