//! A fan-out surely has more items than the dialect allows.
//!
//! It throws instead of starting anything.
//!
//! ```js bad
//! const found = await parallel(Array.from({ length: 5000 }, (_, i) => () => agent(`Look at number ${i}`, { label: `n:${i}` })))
//! log(found.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const found = await parallel(Array.from({ length: 50 }, (_, i) => () => agent(`Look at number ${i}`, { label: `n:${i}` })))
//! log(found.filter(Boolean).length)
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF510",
    name: "fanout-too-large",
    level: Level::Error,
    fixing: Fixing::None,
    check,
    source: include_str!("fanout_too_large.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let most = cx.profile().flags().item_cap;
    for fanout in cx.plan.fanouts.iter().filter(|f| f.width.low > most && f.count.high != Some(0)) {
        let message = format!("This has {} items and at most {most} are allowed: split it into several.", fanout.width);
        let finding = report.at(fanout.callee, message);
        if let Some(why) = &fanout.decided_by {
            finding.also(why.span, &why.text);
        }
    }
}
