//! A loop starts agents, and nothing in the script bounds it.
//!
//! It ends at the dialect's cap of agents, each of them paid.
//!
//! ```js bad
//! while (true) {
//!   log(await agent('Find one more bug'))
//! }
//! ```
//!
//! ```js good
//! for (let round = 0; round < 5; round++) {
//!   log(await agent('Find one more bug'))
//! }
//! ```

use swc_ecma_ast::Stmt;

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF709",
    name: "unbounded-agent-loop",
    level: Level::Warning,
    fixing: Fixing::None,
    check,
    source: include_str!("unbounded_agent_loop.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for found in
        cx.plan.loops.iter().filter(|l| l.trips.high.is_none() && !l.asks_budget && l.agents_per_trip.high != Some(0))
    {
        let Some(id) = cx.index.exactly(&cx.index.stmts, found.span) else { continue };
        let Node::Stmt(stmt) = cx.index.node(id) else { continue };
        // A walk over a list is as long as the list, which is told elsewhere.
        let (Stmt::While(_) | Stmt::DoWhile(_) | Stmt::For(_)) = stmt else { continue };
        // A counted loop ends where its limit says, whoever sets that.
        if matches!(stmt, Stmt::For(f) if f.test.is_some() && f.update.is_some()) {
            continue;
        }
        let function = cx.index.function_around(id);
        let own = |n: NodeId| cx.index.function_around(n) == function;
        let exits = cx.index.inside(id).any(|n| {
            own(n) && matches!(cx.index.node(n), Node::Stmt(Stmt::Break(_) | Stmt::Return(_) | Stmt::Throw(_)))
        });
        let endless = cx.index.never_fails(id);
        let keyword = cx.text(found.span).split(|c: char| !c.is_alphabetic()).next().unwrap_or_default().len() as u32;
        let place = Span::new(found.span.start, found.span.start + keyword.max(1));
        let message = match endless && !exits {
            true => {
                "Nothing ends this loop but the cap on agents: count the rounds, or leave it when one finds nothing."
            }
            false => "Only what agents answer ends this loop: count the rounds as well.",
        };
        let finding = report.at(place, message);
        if !endless || exits {
            finding.at_most(Level::Hint);
        }
    }
}
