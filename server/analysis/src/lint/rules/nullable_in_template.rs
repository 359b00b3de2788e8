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
        let Some(Expr::Tpl(template)) = cx.index.arg(call, 0) else { continue };
        for hole in template.exprs.iter().map(|h| h.unwrap_parens()) {
            let Some(glance) = cx.glance(hole).filter(|g| !g.unknown && g.may_be_string()) else { continue };
            if glance.null.is_none_or(|why| cx.origin(why).is_none()) {
                continue;
            }
            let finding = report.at(
                span(hole),
                "This can be `null`, and the agent would read that word: check it before, or give a default.",
            );
            if matches!(hole, Expr::Ident(_) | Expr::Member(_)) {
                finding.fix("Give a default", vec![Edit::insert(span(hole).end, " ?? ''")]);
            }
        }
    }
}
