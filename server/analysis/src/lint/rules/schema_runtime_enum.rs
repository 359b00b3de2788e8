//! An `enum` is made from a list that can be empty when the script runs.
//!
//! An empty `enum` allows no value: five paid tries, then the call throws.
//!
//! ```js bad
//! const input = typeof args === 'string' ? JSON.parse(args) : args
//! const ids = (input?.items ?? []).map((item) => item.id)
//! const SCHEMA = { type: 'object', properties: { id: { enum: ids } }, required: ['id'], additionalProperties: false }
//! log(JSON.stringify(await agent('Pick one', { schema: SCHEMA })))
//! ```
//!
//! ```js good
//! const SCHEMA = { type: 'object', properties: { id: { enum: ['a', 'b'] } }, required: ['id'], additionalProperties: false }
//! log(JSON.stringify(await agent('Pick one', { schema: SCHEMA })))
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF408",
    name: "schema-runtime-enum",
    level: Level::Warning,
    check,
    source: include_str!("schema_runtime_enum.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for schema in &cx.schemas {
        let Some(given) = schema.value("enum") else { continue };
        let (made, _) = cx.index.resolve(given, schema.at);
        let Expr::Call(call) = made else { continue };
        let method = call.callee.as_expr().and_then(|c| c.as_member()).and_then(|m| m.prop.as_ident()).map(|i| &*i.sym);
        let from_list = matches!(method, Some("map" | "filter" | "flatMap" | "slice" | "keys"));
        let never_empty = cx.value(made).and_then(|v| v.array_len()).is_some_and(|(low, _)| low > 0);
        if from_list && !never_empty {
            report.at(
                span(given),
                "This list can be empty when the script runs, and then no answer fits: skip the call if it is.",
            );
        }
    }
}
