//! A stage gives `null` on purpose, which dialects take differently.
//!
//! Some hand it to the next stage, others skip the item's remaining stages. Looked for in profile `portable` only.
//!
//! ```js bad profile:portable
//! const done = await pipeline(
//!   ['a.rs', 'b.rs'],
//!   (file) => file === 'a.rs' ? null : agent(`Review ${file}`, { label: file }),
//!   (text, file) => agent(`Check ${text ?? 'nothing'} of ${file}`, { label: `check:${file}` }),
//! )
//! log(done.filter(Boolean).length)
//! ```
//!
//! ```js good profile:portable
//! const done = await pipeline(
//!   ['a.rs', 'b.rs'].filter((file) => file !== 'a.rs'),
//!   (file) => agent(`Review ${file}`, { label: file }),
//!   (text, file) => agent(`Check ${text ?? 'nothing'} of ${file}`, { label: `check:${file}` }),
//! )
//! log(done.filter(Boolean).length)
//! ```

use swc_ecma_ast::{Lit, Stmt};

use super::prelude::*;
use crate::vocabulary::{NullPrev, Profile};

pub(super) const RULE: Rule = Rule {
    code: "WF806",
    name: "profile-portability",
    level: Level::Off,
    fixing: Fixing::None,
    level_in: &[(Profile::Portable, Level::Hint)],
    check,
    source: include_str!("profile_portability.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    if cx.profile().flags().pipeline_null_prev == NullPrev::Forwarded {
        return;
    }
    for id in cx.calls("pipeline") {
        for position in 1..cx.index.args(id).len().saturating_sub(1) {
            let stage = cx.index.arg(id, position).and_then(|s| cx.callback(s, id));
            let given = match stage.map(|s| s.body) {
                Some(Body::Expr(e)) => null_of(e),
                Some(Body::Block(stmts)) => stmts.iter().find_map(returned_null),
                None => None,
            };
            if let Some(place) = given {
                report.at(place, "Some dialects hand this `null` to the next stage, others skip the rest of the item: filter the items instead.");
            }
        }
    }
}

fn null_of(expr: &Expr) -> Option<Span> {
    match expr.unwrap_parens() {
        Expr::Lit(Lit::Null(n)) => Some(span(n)),
        Expr::Cond(c) => null_of(&c.cons).or_else(|| null_of(&c.alt)),
        _ => None,
    }
}

fn returned_null(stmt: &Stmt) -> Option<Span> {
    match stmt {
        Stmt::Return(r) => r.arg.as_deref().and_then(null_of),
        Stmt::If(i) => returned_null(&i.cons).or_else(|| i.alt.as_deref().and_then(returned_null)),
        Stmt::Block(b) => b.stmts.iter().find_map(returned_null),
        _ => None,
    }
}
