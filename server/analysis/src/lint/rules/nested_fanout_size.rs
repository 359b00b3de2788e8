//! Fan-outs inside each other start more agents than a large run has.
//!
//! The widths multiply. The limit is the size guideline of the settings, or 50, the vendor's for large runs.
//!
//! ```js bad
//! const files = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']
//! const votes = [1, 2, 3, 4, 5, 6]
//! const found = await parallel(
//!   files.map((file) => () => parallel(votes.map((vote) => () => agent(`Vote ${vote} on ${file}`, { label: `${file}:${vote}` })))),
//! )
//! log(found.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const files = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']
//! const votes = [1, 2, 3]
//! const found = await parallel(
//!   files.map((file) => () => parallel(votes.map((vote) => () => agent(`Vote ${vote} on ${file}`, { label: `${file}:${vote}` })))),
//! )
//! log(found.filter(Boolean).length)
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF514",
    name: "nested-fanout-size",
    level: Level::Warning,
    fixing: Fixing::None,
    check,
    source: include_str!("nested_fanout_size.rs"),
    ..Rule::BASE
};

/// Agents of a large run. Source: the vendor's size guideline.
const LARGE: u64 = 50;

fn check(cx: &Checker, report: &mut Report) {
    let most = cx.context.settings.size_guideline.unwrap_or(LARGE);
    for fanout in cx.plan.fanouts.iter().filter(|f| f.concurrent) {
        let Some(high) = fanout.agents.high.filter(|high| *high > most && fanout.width.high.is_some_and(|w| w > 1))
        else {
            continue;
        };
        let message = format!(
            "This runs inside another fan-out, and together they start up to {high} agents: limit one of them with `.slice`."
        );
        let finding = report.at(fanout.callee, message);
        for why in fanout.agents.because.iter().take(3) {
            finding.also(why.span, &why.text);
        }
    }
}
