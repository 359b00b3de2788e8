//! `meta` holds something that must be computed.
//!
//! It is read from the text, before the body may run: only objects, arrays, strings, numbers, booleans and `null` are understood. A saved
//! script whose `meta` is not literal silently disappears from the list.
//!
//! ```js bad
//! export const meta = { name: 'example', description: 'Version ' + VERSION }
//! const VERSION = '2'
//! log(VERSION)
//! ```
//!
//! ```js good
//! export const meta = { name: 'example', description: 'Version 2' }
//! const VERSION = '2'
//! log(VERSION)
//! ```

use super::prelude::*;
use crate::script::MetaProblemKind;

pub(super) const RULE: Rule = Rule {
    code: "WF105",
    name: "meta-not-literal",
    fixing: Fixing::Choice,
    check,
    source: include_str!("meta_not_literal.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for problem in cx.script.meta.iter().flat_map(|m| &m.problems) {
        let MetaProblemKind::NotLiteral(what) = problem.kind else { continue };
        let message =
            format!("`meta` is read without running the script, so it cannot hold {what}: write the value itself.");
        let value = constant_text(cx, problem.span);
        let finding = report.at(problem.span, message);
        if let Some(text) = value {
            finding.fix("Put the value in", vec![Edit::replace(problem.span, quoted(&text))]);
        }
    }
}

/// The text of an expression made of literals and constants joined by `+`.
fn constant_text(cx: &Checker, place: Span) -> Option<String> {
    let id = cx.index.expr_at(place)?;
    text_of(cx, cx.index.expr(id)?, id, 0)
}

fn text_of(cx: &Checker, expr: &Expr, at: NodeId, depth: u32) -> Option<String> {
    if depth > 20 {
        return None;
    }
    match expr.unwrap_parens() {
        Expr::Bin(b) if b.op == swc_ecma_ast::BinaryOp::Add => {
            Some(text_of(cx, &b.left, at, depth + 1)? + &text_of(cx, &b.right, at, depth + 1)?)
        }
        Expr::Ident(i) => {
            let (init, at) = cx.index.constant(&i.sym, at)?;
            text_of(cx, init, at, depth + 1)
        }
        other => cx.constant_string(other).map(|s| s.value),
    }
}
