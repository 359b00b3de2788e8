//! Text that can be `null` is put into a prompt.
//!
//! The next agent reads the word `null` as if it were an answer.
//!
//! ```js bad
//! const note = await agent('Look')
//! log(await agent(`Fix this: ${note}`))
//! ```
//!
//! ```js good
//! const note = await agent('Look')
//! if (!note) return 'nothing found'
//! log(await agent(`Fix this: ${note}`))
//! ```

use swc_ecma_ast::BinaryOp;

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF317",
    name: "nullable-in-template",
    level: Level::Hint,
    fixing: Fixing::Choice,
    check,
    source: include_str!("nullable_in_template.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for call in cx.calls("agent") {
        let Some(prompt) = cx.index.arg(call, 0) else { continue };
        let mut holes = Vec::new();
        parts(prompt, false, &mut holes);
        for (hole, summed) in holes {
            let Some(glance) = cx.glance(hole).filter(|g| !g.unknown && g.may_be_string()) else { continue };
            if glance.null.is_none_or(|why| cx.origin(why).is_none()) {
                continue;
            }
            let finding = report.at(
                span(hole),
                "This can be `null`, and the agent would read that word: check it before, or give a default.",
            );
            if matches!(hole, Expr::Ident(_) | Expr::Member(_)) {
                let mut edits = vec![Edit::insert(span(hole).end, if summed { " ?? '')" } else { " ?? ''" })];
                if summed {
                    edits.insert(0, Edit::insert(span(hole).start, "("));
                }
                finding.fix("Give a default", edits);
            }
        }
    }
}

/// What is put into a text: the holes of templates and the operands of sums, and whether it is one of these.
fn parts<'a>(text: &'a Expr, summed: bool, found: &mut Vec<(&'a Expr, bool)>) {
    match text {
        Expr::Tpl(template) => found.extend(template.exprs.iter().map(|hole| (hole.unwrap_parens(), false))),
        Expr::Bin(sum) if sum.op == BinaryOp::Add => {
            parts(sum.left.unwrap_parens(), true, found);
            parts(sum.right.unwrap_parens(), true, found);
        }
        other if summed => found.push((other, true)),
        _ => {}
    }
}
