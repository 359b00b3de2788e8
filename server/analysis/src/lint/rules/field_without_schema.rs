//! A field is read of an agent's plain text.
//!
//! Without a schema `agent` gives text, and text has no such field.
//!
//! ```js bad
//! const found = await agent('List the tests')
//! if (found) log(found.items)
//! ```
//!
//! ```js good
//! const LIST = { type: 'object', properties: { items: { type: 'array', items: { type: 'string' } } }, required: ['items'], additionalProperties: false }
//! const found = await agent('List the tests', { schema: LIST })
//! if (found) log(found.items.join())
//! ```

use super::prelude::*;
use crate::{
    lint::nullable::{Of, taken},
    plan::is_string_method,
};

pub(super) const RULE: Rule = Rule {
    code: "WF411",
    name: "field-without-schema",
    level: Level::Error,
    fixing: Fixing::None,
    check,
    source: include_str!("field_without_schema.rs"),
    ..Rule::BASE
};

/// What every string has besides the methods that the plan follows.
const OF_STRING: [&str; 8] =
    ["length", "constructor", "hasOwnProperty", "big", "bold", "link", "small", "toLocaleString"];

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.members {
        let Some((object, name, place)) = cx.index.member(*id) else { continue };
        let Some(glance) = cx.glance(object).filter(|g| g.is_string_or_nullish()) else { continue };
        if glance.agent_text && !OF_STRING.contains(&name) && !is_string_method(name) {
            let message = format!("The agent answers with plain text, which has no `{name}`: give it a `schema`.");
            report.at(place, message);
        }
    }
    for pattern in cx.patterns() {
        let Of::Value(expr) = pattern.of else { continue };
        if !cx.glance(expr).is_some_and(|g| g.is_string_or_nullish() && g.agent_text) {
            continue;
        }
        for taken in taken(pattern.pattern) {
            let name = cx.text(taken.key);
            if !OF_STRING.contains(&name) && !is_string_method(name) {
                let message = format!("The agent answers with plain text, which has no `{name}`: give it a `schema`.");
                report.at(taken.key, message);
            }
        }
    }
}
