//! A schema requires nothing.
//!
//! The empty object fits it, so every field can be missing from the answer.
//!
//! ```js bad
//! const SCHEMA = { type: 'object', properties: { ok: { type: 'boolean' } }, additionalProperties: false }
//! log(JSON.stringify(await agent('Is it done?', { schema: SCHEMA })))
//! ```
//!
//! ```js good
//! const SCHEMA = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'], additionalProperties: false }
//! log(JSON.stringify(await agent('Is it done?', { schema: SCHEMA })))
//! ```

use super::prelude::*;
use crate::script::index::properties;

pub(super) const RULE: Rule = Rule {
    code: "WF406",
    name: "schema-nothing-required",
    level: Level::Hint,
    fixing: Fixing::Safe,
    check,
    source: include_str!("schema_nothing_required.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for schema in &cx.schemas {
        let Some(described) = schema.keyword("properties").filter(|_| schema.lacks("required")) else { continue };
        let object = described.value.map(|v| cx.index.resolve(v, schema.at).0);
        let names = match object {
            Some(Expr::Object(object)) => properties(object),
            _ => continue,
        };
        if names.0.is_empty() || !names.1 {
            continue;
        }
        let list: Vec<String> = names.0.iter().map(|p| quoted(p.key)).collect();
        let edits = vec![Edit::insert(described.span.end, format!(", required: [{}]", list.join(", ")))];
        report
            .at(described.key_span, "Nothing is required here, so `{}` is a valid answer: list what must be there.")
            .fix("Require all properties", edits);
    }
}
