//! One agent can throw away the work of many before it.
//!
//! A schema that is never met throws, which ends the run with everything that was found; `try` keeps it.
//!
//! ```js bad
//! const SUM = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'], additionalProperties: false }
//! const all = Array.from({ length: 30 }, (_, i) => i)
//! const found = await parallel(all.map((i) => () => agent(`Review part ${i}`, { label: `part:${i}` })))
//! const sum = await agent(`Merge ${found.filter(Boolean).length} reviews`, { schema: SUM })
//! return { found, sum }
//! ```
//!
//! ```js good
//! const SUM = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'], additionalProperties: false }
//! const all = Array.from({ length: 30 }, (_, i) => i)
//! const found = await parallel(all.map((i) => () => agent(`Review part ${i}`, { label: `part:${i}` })))
//! let sum = null
//! try {
//!   sum = await agent(`Merge ${found.filter(Boolean).length} reviews`, { schema: SUM })
//! } catch (error) {
//!   log(`No summary: ${error.message}`)
//! }
//! return { found, sum }
//! ```

use swc_ecma_ast::Stmt;

use super::prelude::*;
use crate::vocabulary::Exhausted;

pub(super) const RULE: Rule = Rule {
    code: "WF608",
    name: "bare-agent-throws",
    level: Level::Hint,
    fixing: Fixing::None,
    check,
    source: include_str!("bare_agent_throws.rs"),
    ..Rule::BASE
};

/// Agents before this one from which on a throw is dear.
const DEAR: u64 = 20;

fn check(cx: &Checker, report: &mut Report) {
    if cx.profile().flags().schema_exhausted == Exhausted::Null {
        return;
    }
    // How many agents ran for sure by the end of each fan-out.
    let mut spent: Vec<(u32, u64)> =
        cx.plan.fanouts.iter().filter(|f| !f.concurrent).map(|f| (f.span.end, f.agents.low)).collect();
    spent.sort();
    let mut sum = 0u64;
    for (_, agents) in &mut spent {
        sum = sum.saturating_add(*agents);
        *agents = sum;
    }
    let before = |at: u32| spent[..spent.partition_point(|(end, _)| *end < at)].last().map_or(0, |(_, sum)| *sum);
    let first = cx.plan.calls.iter().filter(|c| c.takes_schema && !c.concurrent).find(|call| {
        let id = cx.call_at("agent", call.span);
        let Some(id) = id.filter(|id| cx.index.function_around(*id).is_none()) else { return false };
        let tried = cx.index.ancestors(id).any(|a| matches!(cx.index.node(a), Node::Stmt(Stmt::Try(_))));
        !tried && before(call.span.start) >= DEAR
    });
    if let Some(call) = first {
        let agents = before(call.span.start);
        let message = format!(
            "If no answer fits the schema this throws, and the work of {agents} agents or more is lost: put it into `try`."
        );
        report.at(call.callee, message);
    }
}
