//! A field that the schema does not require is used as if it were always there.
//!
//! Reading a property of `undefined` throws.
//!
//! ```js bad
//! const NOTE = { type: 'object', properties: { notes: { type: 'string' }, ok: { type: 'boolean' } }, required: ['ok'], additionalProperties: false }
//! const found = await agent('Judge it', { schema: NOTE })
//! if (found) log(found.notes.length)
//! ```
//!
//! ```js good
//! const NOTE = { type: 'object', properties: { notes: { type: 'string' }, ok: { type: 'boolean' } }, required: ['ok'], additionalProperties: false }
//! const found = await agent('Judge it', { schema: NOTE })
//! if (found) log(found.notes?.length)
//! ```

use super::prelude::*;
use crate::plan::Lookup;

pub(super) const RULE: Rule = Rule {
    code: "WF410",
    name: "result-field-optional",
    level: Level::Hint,
    fixing: Fixing::Safe,
    check,
    source: include_str!("result_field_optional.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.members {
        let Some(Expr::Member(outer)) = cx.index.expr(*id) else { continue };
        let inner = outer.obj.unwrap_parens();
        let Expr::Member(field) = inner else { continue };
        let Some(name) = field.prop.as_ident().map(|i| &*i.sym) else { continue };
        let missing = cx.glance(inner).is_some_and(|g| !g.unknown && g.undefined);
        if !missing || cx.glance(&field.obj).is_none_or(|g| !g.from_schema) {
            continue;
        }
        if cx.value(&field.obj).is_some_and(|v| matches!(v.field(name), Lookup::Optional(_))) {
            let dot = Span::new(
                span(inner).end,
                span(inner).end + u32::from(cx.text(span(outer))[cx.text(span(inner)).len()..].starts_with('.')),
            );
            let message =
                format!("The schema does not require `{name}`, so it can be missing here: write `?.`, or require it.");
            report.at(span(&field.prop), message).fix("Write `?.`", vec![Edit::replace(dot, "?.")]);
        }
    }
}
