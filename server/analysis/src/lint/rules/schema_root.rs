//! The root of a schema is not an object.
//!
//! The answer is the input of a tool call, which is always an object; another root is refused before the agent starts.
//!
//! ```js bad
//! log(await agent('List the tests', { schema: { type: 'array', items: { type: 'string' } } }))
//! ```
//!
//! ```js good
//! const SCHEMA = {
//!   type: 'object',
//!   properties: { items: { type: 'array', items: { type: 'string' } } },
//!   required: ['items'],
//!   additionalProperties: false,
//! }
//! log(JSON.stringify(await agent('List the tests', { schema: SCHEMA })))
//! ```

use super::prelude::*;
use crate::vocabulary::SCHEMA_TYPES;

pub(super) const RULE: Rule = Rule {
    code: "WF401",
    name: "schema-root",
    fixing: Fixing::Safe,
    check,
    source: include_str!("schema_root.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for schema in cx.schemas.iter().filter(|s| s.root) {
        let Some(ty) = schema.ty().filter(|t| t != "object" && SCHEMA_TYPES.contains(&t.as_str())) else { continue };
        let place = schema.value("type").map_or(schema.span, span);
        let key = if ty == "array" { "items" } else { "value" };
        let inner = cx.text(schema.span);
        let text = format!(
            "{{ type: 'object', properties: {{ {key}: {inner} }}, required: ['{key}'], additionalProperties: false }}"
        );
        let message =
            format!("The root of a schema must be an object, not `{ty}`: put it into a property, such as `{key}`.");
        report
            .at(place, message)
            .fix(format!("Wrap in an object with `{key}`"), vec![Edit::replace(schema.span, text)]);
    }
}
