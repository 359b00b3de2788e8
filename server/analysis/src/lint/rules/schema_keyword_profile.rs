//! The dialect does not support this keyword of JSON Schema.
//!
//! Some back ends refuse regular expressions, references and conditions in schemas.
//!
//! ```js bad profile:langalpha
//! const ID = { type: 'string', pattern: '^[a-z]+$' }
//! const SCHEMA = { type: 'object', properties: { id: ID }, required: ['id'], additionalProperties: false }
//! log(JSON.stringify(await agent('Pick one', { schema: SCHEMA })))
//! ```
//!
//! ```js good profile:claude-code
//! const ID = { type: 'string', pattern: '^[a-z]+$' }
//! const SCHEMA = { type: 'object', properties: { id: ID }, required: ['id'], additionalProperties: false }
//! log(JSON.stringify(await agent('Pick one', { schema: SCHEMA })))
//! ```

use super::prelude::*;
use crate::vocabulary::schema_keyword;

pub(super) const RULE: Rule = Rule {
    code: "WF414",
    name: "schema-keyword-profile",
    level: Level::Warning,
    check,
    source: include_str!("schema_keyword_profile.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for keyword in cx.schemas.iter().flat_map(|s| &s.keywords) {
        if schema_keyword(keyword.key).is_some_and(|k| !k.profiles.has(cx.profile())) {
            let message = format!(
                "Profile `{}` does not support `{}` in schemas: check it in the script.",
                cx.profile(),
                keyword.key
            );
            report.at(keyword.key_span, message);
        }
    }
}
