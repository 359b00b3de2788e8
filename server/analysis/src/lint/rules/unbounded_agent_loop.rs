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

use swc_ecma_ast::{AssignOp, BinaryOp, Stmt};

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
        if matches!(stmt, Stmt::For(f) if f.test.is_some() && f.update.is_some())
            || test(stmt).is_some_and(|test| counts(cx, test, id))
        {
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

fn test(stmt: &Stmt) -> Option<&Expr> {
    match stmt {
        Stmt::While(w) => Some(&w.test),
        Stmt::DoWhile(w) => Some(&w.test),
        Stmt::For(f) => f.test.as_deref(),
        _ => None,
    }
}

/// Whether the loop at `id` goes on only while a variable that does nothing but step, there or in its body, is within a limit that the
/// script leaves open, or within a list that nothing adds to. With a limit that is known, other bounds would be, too.
fn counts(cx: &Checker, test: &Expr, id: NodeId) -> bool {
    let Expr::Bin(b) = test.unwrap_parens() else { return false };
    let open = |limit: &Expr| cx.glance(limit).is_some_and(|glance| glance.unknown) || is_length(cx, limit, id);
    let steps = |counter: &Expr| {
        let counter = match counter.unwrap_parens() {
            Expr::Update(update) => &*update.arg,
            other => other,
        };
        let Expr::Ident(counter) = counter else { return false };
        let mut moved = false;
        for inside in cx.index.inside(id) {
            match cx.index.expr(inside) {
                Some(Expr::Update(u)) => moved |= u.arg.as_ident().is_some_and(|name| name.sym == counter.sym),
                Some(Expr::Assign(a)) if a.left.as_ident().is_some_and(|name| name.id.sym == counter.sym) => {
                    if !matches!(a.op, AssignOp::AddAssign | AssignOp::SubAssign) {
                        return false;
                    }
                    moved = true;
                }
                _ => {}
            }
        }
        moved
    };
    match b.op {
        BinaryOp::LogicalAnd => counts(cx, &b.left, id) || counts(cx, &b.right, id),
        BinaryOp::Lt | BinaryOp::LtEq => steps(&b.left) && open(&b.right),
        BinaryOp::Gt | BinaryOp::GtEq => steps(&b.right) && open(&b.left),
        _ => false,
    }
}

/// Whether `limit` is the length of a list that is not seen to grow by its name: workers walk over one by a counter that they share.
fn is_length(cx: &Checker, limit: &Expr, id: NodeId) -> bool {
    let Expr::Member(m) = limit.unwrap_parens() else { return false };
    let (true, Expr::Ident(list)) = (m.prop.is_ident_with("length"), m.obj.unwrap_parens()) else { return false };
    let Some(declared) = cx.index.declared(&list.sym, id) else { return false };
    let adds = |user: NodeId| {
        let call = cx.index.outer(user).and_then(|member| cx.index.outer(member));
        let method = call.and_then(|call| cx.index.method(call));
        method.is_some_and(|(object, name, _)| {
            span(object) == cx.index.span(user) && matches!(name, "push" | "unshift" | "splice")
        })
    };
    !cx.index.is_assigned(&list.sym) && !cx.index.uses(declared).any(adds)
}
