//! Only confirmed items are remembered as seen.
//!
//! A refuted one is found again in the next round and checked again, so a loop that ends when nothing new turns up never ends.
//!
//! ```js bad
//! const BUG = { type: 'object', properties: { id: { type: 'string' }, real: { type: 'boolean' } }, required: ['id', 'real'], additionalProperties: false }
//! const seen = new Set()
//! for (let round = 0; round < 5; round++) {
//!   const bug = await agent(`Find a bug, round ${round}`, { schema: BUG })
//!   if (!bug || seen.has(bug.id)) continue
//!   if (bug.real) seen.add(bug.id)
//! }
//! log(seen.size)
//! ```
//!
//! ```js good
//! const BUG = { type: 'object', properties: { id: { type: 'string' }, real: { type: 'boolean' } }, required: ['id', 'real'], additionalProperties: false }
//! const seen = new Set()
//! for (let round = 0; round < 5; round++) {
//!   const bug = await agent(`Find a bug, round ${round}`, { schema: BUG })
//!   if (!bug || seen.has(bug.id)) continue
//!   seen.add(bug.id)
//!   if (bug.real) log(bug.id)
//! }
//! ```

use swc_ecma_ast::Stmt;

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF711",
    name: "dedupe-confirmed-only",
    level: Level::Hint,
    fixing: Fixing::None,
    check,
    source: include_str!("dedupe_confirmed_only.rs"),
    ..Rule::BASE
};

/// Fields that say an item was checked.
const CONFIRMED: [&str; 9] =
    ["real", "isReal", "confirmed", "isConfirmed", "verified", "valid", "isValid", "ok", "accepted"];

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.calls {
        let Some((Expr::Ident(set), "add", place)) = cx.index.method(*id) else { continue };
        let in_loop = cx.plan.loops.iter().find(|l| l.span.contains(cx.index.span(*id)));
        let Some(around) = in_loop else { continue };
        let asks = |c| matches!(cx.index.method(c), Some((Expr::Ident(s), "has", _)) if s.sym == set.sym);
        let asked = cx.index.within(&cx.index.calls, around.span).any(asks);
        let confirmed =
            cx.index.ancestors(*id).take_while(|a| around.span.contains(cx.index.span(*a))).any(|a| {
                match cx.index.node(a) {
                    Node::Stmt(Stmt::If(i)) => {
                        i.alt.is_none()
                            && i.test
                                .as_member()
                                .and_then(|m| m.prop.as_ident())
                                .is_some_and(|p| CONFIRMED.contains(&&*p.sym))
                    }
                    _ => false,
                }
            });
        if asked && confirmed {
            let message = format!(
                "Items that were not confirmed are found and checked again each round: add every item to `{}`.",
                set.sym
            );
            report.at(place, message);
        }
    }
}
