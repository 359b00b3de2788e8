//! The script returns something that cannot be handed over.
//!
//! The result is copied out of the sandbox: functions, maps and sets do not survive that.
//!
//! ```js bad
//! const seen = new Set(['a'])
//! return seen
//! ```
//!
//! ```js good
//! const seen = new Set(['a'])
//! return [...seen]
//! ```

use swc_ecma_ast::Stmt;

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF121",
    name: "bad-return",
    level: Level::Error,
    fixing: Fixing::Choice,
    check,
    source: include_str!("bad_return.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.stmts {
        let Node::Stmt(Stmt::Return(r)) = cx.index.node(*id) else { continue };
        let Some(given) = r.arg.as_deref().filter(|_| cx.index.function_around(*id).is_none()) else { continue };
        let Some(value) = cx.value(given.unwrap_parens()) else { continue };
        let only = value.other.filter(|o| value.to_string() == *o);
        let (what, open, close) = match only {
            Some("Set") => ("a set", "[...", "]"),
            Some("Map") => ("a map", "Object.fromEntries(", ")"),
            _ if value.is_function() => ("a function", "", ""),
            _ => continue,
        };
        let finding = report
            .at(span(given), format!("The script returns {what}, which cannot be handed over: return plain data."));
        if !open.is_empty() {
            finding.fix(
                "Return plain data",
                vec![Edit::insert(span(given).start, open), Edit::insert(span(given).end, close)],
            );
        }
    }
}
