//! An agent is to go on with what an agent in a worktree did, and is not told where that is.
//!
//! A worktree branches from the remote default branch and is its agent's own: the next agent sees nothing of it unless it is told the
//! branch or the diff.
//!
//! ```js bad
//! const done = await pipeline(
//!   ['a.rs', 'b.rs'],
//!   (file) => agent(`Fix ${file} and name the branch`, { label: file, isolation: 'worktree' }),
//!   (fixed, file) => agent(`Review the changes to ${file}`, { label: `review:${file}` }),
//! )
//! log(done.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const done = await pipeline(
//!   ['a.rs', 'b.rs'],
//!   (file) => agent(`Fix ${file} and name the branch`, { label: file, isolation: 'worktree' }),
//!   (fixed, file) => agent(`Review the changes to ${file} on the branch named here: ${fixed ?? 'none'}`, { label: `review:${file}` }),
//! )
//! log(done.filter(Boolean).length)
//! ```

use swc_ecma_ast::Pat;

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF320",
    name: "worktree-handoff",
    level: Level::Warning,
    fixing: Fixing::None,
    check,
    source: include_str!("worktree_handoff.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("pipeline") {
        for position in 1..cx.index.args(id).len().saturating_sub(1) {
            let (Some(stage), Some(Expr::Arrow(next))) = (cx.index.arg(id, position), cx.index.arg(id, position + 1))
            else {
                continue;
            };
            let inside = |whole: Span| cx.calls_within("agent", whole);
            let isolated = inside(span(stage)).any(|a| cx.options(a).is_some_and(|o| o.get("isolation").is_some()));
            let prev = match next.params.first() {
                Some(Pat::Ident(i)) => i.id.sym.to_string(),
                Some(_) => continue,
                None => String::new(),
            };
            let place = span(next);
            let reads = cx.index.within(&cx.index.idents, place).any(|i| cx.text(cx.index.span(i)) == prev);
            if let Some(agent) = inside(place).next().filter(|_| isolated && !reads) {
                let callee = cx.index.callee(agent).map_or(place, span);
                let message = "The agent before works in its own worktree, and this one is told nothing of it: pass on its branch or diff.";
                report.at(callee, message);
            }
        }
    }
}
