//! The script never returns a value.
//!
//! What it returns is the run's result; without, the run ends with `undefined` and its agents' work is lost to who started it.
//!
//! ```js bad whole
//! export const meta = { name: 'example', description: 'An example' }
//! await agent('Summarize the code')
//! ```
//!
//! ```js good whole
//! export const meta = { name: 'example', description: 'An example' }
//! return await agent('Summarize the code')
//! ```

use swc_ecma_ast::Stmt;

use super::prelude::*;
use crate::lint::views::returns_value;

pub(super) const RULE: Rule = Rule {
    code: "WF120",
    name: "no-return",
    level: Level::Warning,
    fixing: Fixing::Choice,
    whole: true,
    check,
    source: include_str!("no_return.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let Some(module) = cx.script.module() else { return };
    let Some(meta) = &cx.script.meta else { return };
    let stmts: Vec<&Stmt> = module.body.iter().filter_map(|item| item.as_stmt()).collect();
    if stmts.iter().any(|s| returns_value(std::slice::from_ref(s))) {
        return;
    }
    let finding =
        report.at(meta.ident, "The script returns nothing, so the run's result is `undefined`: end with `return …`.");
    match stmts.last() {
        Some(Stmt::Expr(last)) if matches!(&*last.expr, Expr::Await(_)) => {
            finding.fix("Return the last value", vec![Edit::insert(span(last).start, "return ")]);
        }
        Some(Stmt::Decl(swc_ecma_ast::Decl::Var(v))) => {
            if let Some(name) = v.decls.last().and_then(|d| d.name.as_ident()) {
                let end = cx.script.text.trim_end().len() as u32;
                cx.looks_at(Span::new(end - 1, cx.script.text.len() as u32));
                finding.fix("Return the last value", vec![Edit::insert(end, format!("\nreturn {}", name.id.sym))]);
            }
        }
        _ => {}
    }
}
