//! The run is likely to cost more than the ceiling of the settings.
//!
//! Off until a ceiling is set. The estimate is the likely one; past runs are in it.
//!
//! ```js bad ceiling:0.0001
//! const parts = [1, 2, 3, 4, 5, 6]
//! const found = await parallel(parts.map((part) => () => agent(`Review part ${part}`, { label: `part:${part}`, model: 'opus' })))
//! log(found.filter(Boolean).length)
//! ```
//!
//! ```js good ceiling:10000
//! const parts = [1, 2, 3, 4, 5, 6]
//! const found = await parallel(parts.map((part) => () => agent(`Review part ${part}`, { label: `part:${part}`, model: 'opus' })))
//! log(found.filter(Boolean).length)
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF713",
    name: "cost-estimate",
    level: Level::Warning,
    fixing: Fixing::None,
    check,
    source: include_str!("cost_estimate.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let (Some(ceiling), Some(meta)) = (cx.context.settings.cost_ceiling, &cx.script.meta) else { return };
    // It counts every word.
    cx.looks_at(Span::new(0, cx.script.text.len() as u32));
    let known = crate::estimate::estimate(cx.plan, cx.context);
    let total = crate::learned(cx.script, cx.plan, &known, cx.context).unwrap_or(known).total.usd;
    let Some(likely) = total.likely.or(total.low).filter(|usd| *usd > ceiling) else { return };
    let message = format!(
        "A run is likely to cost {likely}, above the ceiling of {ceiling}: limit its fan-outs, or name cheaper models."
    );
    report.at(meta.ident, message);
}
