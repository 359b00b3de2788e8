//! The script starts more agents than it may.
//!
//! Above the dialect's cap the run throws; the settings' guideline is advice.
//!
//! ```js bad guideline:5
//! const parts = [1, 2, 3, 4, 5, 6]
//! const found = await parallel(parts.map((part) => () => agent(`Review part ${part}`, { label: `part:${part}` })))
//! log(found.filter(Boolean).length)
//! ```
//!
//! ```js good guideline:15
//! const parts = [1, 2, 3, 4, 5, 6]
//! const found = await parallel(parts.map((part) => () => agent(`Review part ${part}`, { label: `part:${part}` })))
//! log(found.filter(Boolean).length)
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF712",
    name: "agent-count",
    level: Level::Error,
    fixing: Fixing::None,
    check,
    source: include_str!("agent_count.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let Some(meta) = &cx.script.meta else { return };
    let low = cx.plan.agents.low;
    let flags = cx.profile().flags();
    // One fan-out that is too large by itself is WF510.
    if cx.plan.fanouts.iter().any(|f| f.width.low > flags.item_cap) {
        return;
    }
    let cap = flags.agent_cap;
    let guideline = cx.context.settings.size_guideline.filter(|g| low > *g);
    // The largest fan-out is where to begin.
    let largest = cx.plan.fanouts.iter().max_by_key(|f| f.agents.low);
    let finding = match guideline {
        _ if let Some(cap) = cap.filter(|cap| low > *cap) => report.at(
            meta.ident,
            format!("A run starts {low} agents or more, and at most {cap} are allowed: limit its fan-outs."),
        ),
        Some(guideline) => {
            let message =
                format!("A run starts {low} agents or more, above the guideline of {guideline}: limit its fan-outs.");
            report.at(meta.ident, message).at_most(Level::Warning)
        }
        None => return,
    };
    if let Some(largest) = largest {
        finding.also(largest.callee, format!("{} agents start here", largest.agents));
    }
}
