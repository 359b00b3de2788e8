//! A declaration hides a name of the dialect.
//!
//! Where it is known, the primitive of that name cannot be reached; readers and tools take the one for the other.
//!
//! ```js bad
//! const log = []
//! log.push('ready')
//! ```
//!
//! ```js good
//! const lines = []
//! lines.push('ready')
//! ```

use super::prelude::*;
use crate::{script::index::How, vocabulary::PRIMITIVES};

pub(super) const RULE: Rule = Rule {
    code: "WF207",
    name: "shadowed-primitive",
    level: Level::Warning,
    fixing: Fixing::Choice,
    check,
    source: include_str!("shadowed_primitive.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let known = PRIMITIVES.iter().filter(|p| p.profiles.has(cx.profile()));
    let hidden = known.map(|p| p.name).filter(|name| cx.index.declares(name));
    for (name, declared) in hidden.flat_map(|name| cx.index.declarations(name).map(move |d| (name, d))) {
        let uses = cx.references(name, declared);
        let other = format!("{name}{}", if matches!(name, "args" | "budget") { "Given" } else { "Value" });
        // A shorthand would need its key written out as well.
        let edits: Option<Vec<Edit>> =
            std::iter::once(declared.span).chain(uses).map(|s| cx.rename(s, &other)).collect();
        let finding =
            report.at(declared.span, format!("This `{name}` hides the dialect's `{name}`: give it another name."));
        if declared.how == How::Parameter {
            finding.at_most(Level::Hint);
        }
        if let Some(edits) = edits {
            finding.fix(format!("Rename to `{other}`"), edits);
        }
    }
}
