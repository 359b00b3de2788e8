//! The text is not JavaScript.
//!
//! The run would be refused at launch, and no agent started. The two most common causes are named: a back-tick inside a prompt's template
//! literal, and a bracket missing among the closers of nested `parallel(…map(…))`.
//!
//! ```js bad
//! await agent(`run `npm test` and report`)
//! ```
//!
//! ```js good
//! await agent(`run \`npm test\` and report`)
//! ```

use super::prelude::*;
use crate::script::SyntaxErrorKind;

pub(super) const RULE: Rule = Rule {
    code: "WF101",
    name: "parse-error",
    fixing: Fixing::Choice,
    check,
    source: include_str!("parse_error.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for error in cx.script.errors.iter().filter(|e| e.kind != SyntaxErrorKind::TypeScript) {
        let finding = report.at(error.span, &error.message);
        finding.related.clone_from(&error.related);
        if error.kind == SyntaxErrorKind::BackTick {
            let mut edits = vec![Edit::insert(error.span.start, "\\")];
            let rest = cx.text(Span::new(error.span.end, cx.script.text.len() as u32));
            let line = rest.lines().next().unwrap_or_default();
            edits.extend(line.find('`').map(|at| Edit::insert(error.span.end + at as u32, "\\")));
            finding.fix("Escape the back-ticks", edits);
        }
    }
    if cx.script.errors.is_empty() {
        redeclared(cx, report);
    }
}

/// Two declarations of one name in one scope: the parser lets them pass, the runtime does not.
fn redeclared(cx: &Checker, report: &mut Report) {
    for (name, first, second) in cx.index.redeclared() {
        let finding = report.at(*second, format!("`{name}` is declared twice: give one of the two another name."));
        finding.also(*first, "first declared here");
    }
}
