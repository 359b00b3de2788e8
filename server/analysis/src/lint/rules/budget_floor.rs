//! The budget that a loop keeps in hand is smaller than its next round takes.
//!
//! The round begins and ends in a throw halfway. The cheapest agents measured in public runs wrote 4,800 tokens each; this takes 5,000.
//!
//! ```js bad
//! while (budget.total && budget.remaining() > 1000) {
//!   log(await agent('Find one more bug'))
//! }
//! ```
//!
//! ```js good
//! while (budget.total && budget.remaining() > 50000) {
//!   log(await agent('Find one more bug'))
//! }
//! ```

use swc_ecma_ast::BinaryOp;

use super::prelude::*;
use crate::lint::schemas::number;

pub(super) const RULE: Rule = Rule {
    code: "WF710",
    name: "budget-floor",
    level: Level::Hint,
    fixing: Fixing::None,
    check,
    source: include_str!("budget_floor.rs"),
    ..Rule::BASE
};

/// Output tokens of one agent at the least. Source: a public report of 70 agents and 334,000 output tokens.
const PER_AGENT: u64 = 5_000;

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.binaries {
        let Some(Expr::Bin(bin)) = cx.index.expr(*id) else { continue };
        let (asked, floor) = match bin.op {
            BinaryOp::Gt | BinaryOp::GtEq => (&bin.left, &bin.right),
            BinaryOp::Lt | BinaryOp::LtEq => (&bin.right, &bin.left),
            _ => continue,
        };
        let place = span(&**floor);
        let Some(floor) =
            number(floor.unwrap_parens()).filter(|_| cx.text(span(&**asked)).replace(' ', "") == "budget.remaining()")
        else {
            continue;
        };
        let around = cx
            .plan
            .loops
            .iter()
            .filter(|l| l.asks_budget && l.span.contains(place))
            .min_by_key(|l| l.span.end - l.span.start);
        let Some(found) = around else { continue };
        let needed = PER_AGENT * found.agents_per_trip.low.max(1);
        if floor > 0.0 && floor < needed as f64 {
            let message = format!(
                "A round takes {needed} output tokens or more, so this floor ends the run with a throw: raise it."
            );
            report.at(place, message);
        }
    }
}
