//! A primitive is kept under another name.
//!
//! Bounds, hints and most rules follow the names of the dialect and lose sight of the calls.
//!
//! ```js bad
//! const ask = agent
//! log(await ask('Look'))
//! ```
//!
//! ```js good
//! log(await agent('Look'))
//! ```

use swc_ecma_ast::Pat;

use super::prelude::*;
use crate::{script::index::How, vocabulary::CALLS};

pub(super) const RULE: Rule = Rule {
    code: "WF209",
    name: "aliased-primitive",
    level: Level::Hint,
    fixing: Fixing::Safe,
    check,
    source: include_str!("aliased_primitive.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.declarators {
        let Node::Declarator(d) = cx.index.node(*id) else { continue };
        let (Pat::Ident(name), Some(Expr::Ident(from))) = (&d.name, d.init.as_deref().map(|i| i.unwrap_parens()))
        else {
            continue;
        };
        if !CALLS.contains(&&*from.sym) || cx.index.declared(&from.sym, *id).is_some() {
            continue;
        }
        let Some(declared) = cx.index.declared(&name.id.sym, *id) else { continue };
        let statement = cx
            .index
            .parent(*id)
            .filter(|p| cx.index.inside(*p).filter(|n| matches!(cx.index.node(*n), Node::Declarator(_))).count() == 1);
        let finding = report.at(
            span(&name.id),
            format!("`{}` is `{}` by another name: hints and rules follow the dialect's own.", name.id.sym, from.sym),
        );
        if let (Some(statement), How::Const) = (statement, declared.how) {
            let mut edits = vec![Edit::remove(cx.whole_line(cx.index.span(statement)))];
            edits.extend(cx.references(&name.id.sym, declared).into_iter().map(|s| Edit::replace(s, &*from.sym)));
            finding.fix(format!("Write `{}`", from.sym), edits);
        }
    }
}
