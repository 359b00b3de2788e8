//! `JSON.parse` is given an object that is parsed already.
//!
//! With a schema `agent` gives the object itself; `JSON.parse` of it throws.
//!
//! ```js bad
//! const OK = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'], additionalProperties: false }
//! const found = JSON.parse(await agent('Is it done?', { schema: OK }))
//! log(found.ok)
//! ```
//!
//! ```js good
//! const OK = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'], additionalProperties: false }
//! const found = await agent('Is it done?', { schema: OK })
//! log(found?.ok)
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF412",
    name: "json-parse-on-object",
    level: Level::Error,
    fixing: Fixing::Safe,
    check,
    source: include_str!("json_parse_on_object.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.calls {
        let Some((Expr::Ident(object), "parse", _)) = cx.index.method(*id) else { continue };
        let Some(given) = cx.index.arg(*id, 0).filter(|_| &*object.sym == "JSON") else { continue };
        let Some(value) = cx.value(given) else { continue };
        if value.is_object_or_nullish() || value.is_array_or_nullish() {
            let place = cx.index.span(*id);
            let text = cx.text(span(given));
            let text = if matches!(given, Expr::Await(_)) { format!("({text})") } else { text.to_owned() };
            let statement =
                cx.index.parent(*id).is_some_and(|p| matches!(cx.index.node(p), Node::Declarator(_) | Node::Stmt(_)));
            let text = if statement { cx.text(span(given)).to_owned() } else { text };
            let message = "This is an object already, not JSON text, and `JSON.parse` of it throws: use it as it is.";
            report.at(place, message).fix("Use it as it is", vec![Edit::replace(place, text)]);
        }
    }
}
