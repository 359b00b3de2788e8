//! An array of a schema does not say what it holds.
//!
//! Agents then mix strings and objects from one run to the next.
//!
//! ```js bad
//! const SCHEMA = { type: 'object', properties: { files: { type: 'array' } }, required: ['files'], additionalProperties: false }
//! log(JSON.stringify(await agent('List the files', { schema: SCHEMA })))
//! ```
//!
//! ```js good
//! const FILES = { type: 'array', items: { type: 'string' } }
//! const SCHEMA = { type: 'object', properties: { files: FILES }, required: ['files'], additionalProperties: false }
//! log(JSON.stringify(await agent('List the files', { schema: SCHEMA })))
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF407",
    name: "schema-array-items",
    level: Level::Warning,
    check,
    source: include_str!("schema_array_items.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for schema in &cx.schemas {
        let array = schema.ty().as_deref() == Some("array") && schema.lacks("items") && schema.lacks("prefixItems");
        if array && !["$ref", "anyOf", "oneOf", "allOf", "enum", "const"].iter().any(|k| schema.keyword(k).is_some()) {
            let place = schema.keyword("type").map_or(schema.span, |p| p.span);
            report.at(place, "The array can hold anything: say what with `items`.");
        }
    }
}
