//! Code that no run comes to.
//!
//! It stands after a `return`, `throw`, `break` or `continue`.
//!
//! ```js bad
//! return 'done'
//! log('never shown')
//! ```
//!
//! ```js good
//! log('shown')
//! return 'done'
//! ```

use swc_ecma_ast::{Decl, Stmt};

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF805",
    name: "dead-after-return",
    level: Level::Hint,
    fixing: Fixing::Safe,
    whole: true,
    check,
    source: include_str!("dead_after_return.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for place in &cx.plan.unreachable {
        let Some(id) = cx.index.exactly(&cx.index.stmts, *place) else { continue };
        // Functions are declared wherever they stand.
        if matches!(cx.index.node(id), Node::Stmt(Stmt::Decl(Decl::Fn(_)) | Stmt::Empty(_))) {
            continue;
        }
        // A branch that is never taken, or what follows a call that always throws, has its reason elsewhere.
        let before = &cx.index.stmts[..cx.index.stmts.partition_point(|s| *s < id)];
        let before = before.iter().rev().find(|s| cx.index.parent(**s) == cx.index.parent(id));
        let ends = before.is_some_and(|b| {
            let own = matches!(cx.index.node(*b), Node::Stmt(stmt) if leaves(stmt));
            own && !cx.text(Span::new(cx.index.span(*b).end, place.start)).contains('}')
        });
        if ends {
            report
                .at(*place, "No run comes here: remove it.")
                .faded()
                .fix("Remove it", vec![Edit::remove(cx.whole_line(*place))]);
        }
    }
}

/// Whether nothing behind the statement is reached from it.
fn leaves(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Return(_) | Stmt::Throw(_) | Stmt::Break(_) | Stmt::Continue(_) => true,
        Stmt::Block(block) => block.stmts.last().is_some_and(leaves),
        Stmt::If(i) => leaves(&i.cons) && i.alt.as_deref().is_some_and(leaves),
        _ => false,
    }
}
