//! A field of `meta` has the wrong type.
//!
//! `phases` is an array of objects with a `title`. Plain strings in it are let pass by the official loader and refused by others.
//!
//! ```js bad
//! export const meta = { name: 'example', description: 'An example', phases: [{ name: 'Scan' }] }
//! phase('Scan')
//! ```
//!
//! ```js good
//! export const meta = { name: 'example', description: 'An example', phases: [{ title: 'Scan' }] }
//! phase('Scan')
//! ```

use super::prelude::*;
use crate::script::MetaProblemKind as Kind;

pub(super) const RULE: Rule = Rule {
    code: "WF107",
    name: "meta-shape",
    fixing: Fixing::Safe,
    check,
    source: include_str!("meta_shape.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let Some(meta) = &cx.script.meta else { return };
    for problem in &meta.problems {
        match problem.kind {
            Kind::WrongType { field, expected } => {
                report.at(problem.span, format!("`{field}` must be {expected}."));
            }
            Kind::Empty("phases[].title") => {
                report.at(problem.span, "A phase's title cannot be empty.");
            }
            Kind::PhaseIsString => {
                let text = format!("{{ title: {} }}", cx.text(problem.span));
                let message = "A phase is an object with a `title`: not every runtime takes a plain string.";
                report
                    .at(problem.span, message)
                    .fix("Change to `{ title }`", vec![Edit::replace(problem.span, text)])
                    .at_most(Level::Warning);
            }
            Kind::PhaseWithoutTitle => {
                let phase = meta.phases.iter().find(|p| p.span == problem.span);
                let misnamed = phase.and_then(|p| {
                    p.keys.iter().find(|k| matches!(k.key.value.as_str(), "name" | "label" | "id" | "phase"))
                });
                match misnamed {
                    Some(key) => {
                        let message = format!("A phase is named by `title`, not `{}`.", key.key.value);
                        report
                            .at(key.key.span, message)
                            .fix("Rename to `title`", vec![Edit::replace(key.key.span, "title")]);
                    }
                    None => {
                        report.at(
                            problem.span,
                            "A phase needs a `title`: it is matched with `phase()` and the option `phase`.",
                        );
                    }
                }
            }
            _ => {}
        }
    }
}
