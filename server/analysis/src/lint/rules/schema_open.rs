//! A schema's object allows properties it does not describe.
//!
//! Agents add fields of their own, and back ends with strict output refuse such schemas.
//!
//! ```js bad
//! const SCHEMA = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] }
//! log(JSON.stringify(await agent('Is it done?', { schema: SCHEMA })))
//! ```
//!
//! ```js good
//! const SCHEMA = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'], additionalProperties: false }
//! log(JSON.stringify(await agent('Is it done?', { schema: SCHEMA })))
//! ```

use super::prelude::*;
use crate::vocabulary::Profile;

pub(super) const RULE: Rule = Rule {
    code: "WF405",
    name: "schema-open",
    level: Level::Hint,
    level_in: &[(Profile::Ultracodex, Level::Warning), (Profile::Portable, Level::Warning)],
    fixing: Fixing::Safe,
    check,
    source: include_str!("schema_open.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let mut open: Vec<_> =
        cx.schemas.iter().filter(|s| s.keyword("properties").is_some() && s.lacks("additionalProperties")).collect();
    open.sort_by_key(|s| s.span);
    let mut rest = &open[..];
    while let Some(schema) = rest.first() {
        // One finding for a schema and what is written inside it.
        let (family, others) = rest.split_at(rest.partition_point(|o| o.span.start < schema.span.end));
        rest = others;
        let place = schema.keyword("type").map_or(Span::new(schema.span.start, schema.span.start + 1), |p| p.span);
        let inside = family.iter().filter_map(|o| o.keywords.last());
        let mut edits: Vec<Edit> =
            inside.map(|last| Edit::insert(last.span.end, ", additionalProperties: false")).collect();
        edits.sort_by_key(|e| e.span);
        report
            .at(place, "This object allows any further property: add `additionalProperties: false`.")
            .fix("Allow no other properties", edits);
    }
}
