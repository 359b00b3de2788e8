//! The script has no `export const meta`.
//!
//! Without it the runtime refuses the script.
//!
//! ```js bad whole
//! const found = await agent('List the flaky tests')
//! return found
//! ```
//!
//! ```js good whole
//! export const meta = { name: 'flaky', description: 'Lists flaky tests' }
//! const found = await agent('List the flaky tests')
//! return found
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF102",
    name: "meta-missing",
    fixing: Fixing::Safe,
    whole: true,
    check,
    source: include_str!("meta_missing.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let Some(module) = cx.script.module().filter(|_| cx.script.meta.is_none()) else { return };
    let stem = cx.context.file_name.as_deref().and_then(|f| f.split('.').next()).unwrap_or("my-workflow");
    let start = module.body.first().map_or(0, |item| span(item).start);
    let first_line = cx.line_from(start);
    let place = Span::new(start, start + first_line.len() as u32);
    let text =
        format!("export const meta = {{\n  name: {},\n  description: 'What this workflow does',\n}}\n\n", quoted(stem));
    let message = "The script has no `export const meta = { name, description }`: the runtime refuses it without.";
    report.at(place, message).fix("Insert `meta`", vec![Edit::insert(start, text)]);
}
