//! The script uses TypeScript.
//!
//! Scripts run as they are: types do not parse.
//!
//! ```js bad
//! const limit: number = 3
//! log(limit)
//! ```
//!
//! ```js good
//! const limit = 3
//! log(limit)
//! ```

use super::prelude::*;
use crate::script::SyntaxErrorKind;

pub(super) const RULE: Rule = Rule {
    code: "WF117",
    name: "typescript-syntax",
    fixing: Fixing::Choice,
    check,
    source: include_str!("typescript_syntax.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for error in cx.script.errors.iter().filter(|e| e.kind == SyntaxErrorKind::TypeScript) {
        let text = cx.text(error.span);
        let simple = text.starts_with([':', '!', '<']) || text.starts_with("as ") || text.starts_with("satisfies ");
        let finding = report.at(error.span, &error.message);
        if simple {
            finding.fix(format!("Remove `{text}`"), vec![Edit::remove(error.span)]);
        }
    }
}
