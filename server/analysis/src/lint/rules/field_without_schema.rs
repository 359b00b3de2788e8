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

pub(super) const RULE: Rule = Rule {
    code: "WF411",
    name: "field-without-schema",
    level: Level::Error,
    fixing: Fixing::None,
    check,
    source: include_str!("field_without_schema.rs"),
    ..Rule::BASE
};

/// What every string has.
const OF_STRING: [&str; 46] = [
    "length",
    "at",
    "charAt",
    "charCodeAt",
    "codePointAt",
    "concat",
    "endsWith",
    "includes",
    "indexOf",
    "isWellFormed",
    "lastIndexOf",
    "localeCompare",
    "match",
    "matchAll",
    "normalize",
    "padEnd",
    "padStart",
    "repeat",
    "replace",
    "replaceAll",
    "search",
    "slice",
    "split",
    "startsWith",
    "substring",
    "substr",
    "toLocaleLowerCase",
    "toLocaleUpperCase",
    "toLowerCase",
    "toString",
    "toUpperCase",
    "toWellFormed",
    "trim",
    "trimEnd",
    "trimStart",
    "trimLeft",
    "trimRight",
    "valueOf",
    "constructor",
    "hasOwnProperty",
    "anchor",
    "big",
    "bold",
    "link",
    "small",
    "toLocaleString",
];

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.members {
        let Some((object, name, place)) = cx.index.member(*id) else { continue };
        let Some(glance) = cx.glance(object).filter(|g| g.is_string_or_nullish()) else { continue };
        if glance.agent_text && !OF_STRING.contains(&name) {
            let message = format!("The agent answers with plain text, which has no `{name}`: give it a `schema`.");
            report.at(place, message);
        }
    }
}
