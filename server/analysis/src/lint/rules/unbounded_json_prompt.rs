//! A list of any length goes into a prompt whole.
//!
//! The longer it is, the dearer the call, until it no longer fits at all.
//!
//! ```js bad
//! const LIST = { type: 'object', properties: { items: { type: 'array', items: { type: 'string' } } }, required: ['items'], additionalProperties: false }
//! const found = await agent('List the risks', { schema: LIST })
//! if (!found) return 'nothing'
//! return await agent(`Sort these: ${JSON.stringify(found.items)}`)
//! ```
//!
//! ```js good
//! const LIST = { type: 'object', properties: { items: { type: 'array', items: { type: 'string' } } }, required: ['items'], additionalProperties: false }
//! const found = await agent('List the risks', { schema: LIST })
//! if (!found) return 'nothing'
//! return await agent(`Sort these: ${JSON.stringify(found.items.slice(0, 50))}`)
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF804",
    name: "unbounded-json-prompt",
    level: Level::Hint,
    fixing: Fixing::Choice,
    check,
    source: include_str!("unbounded_json_prompt.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("agent") {
        for given in cx.stringified(id) {
            let unbounded = cx
                .value(given)
                .filter(|v| v.is_array())
                .and_then(|v| v.array_len())
                .is_some_and(|(_, high)| high.is_none());
            if unbounded {
                let place = span(given);
                let message = format!(
                    "Nothing limits how long `{}` is, and the prompt grows with it: limit it with `.slice`.",
                    cx.text(place)
                );
                let finding = report.at(place, message);
                if matches!(given, Expr::Ident(_) | Expr::Member(_)) {
                    finding.fix("Add `.slice(0, 50)`", vec![Edit::insert(place.end, ".slice(0, 50)")]);
                }
            }
        }
    }
}
