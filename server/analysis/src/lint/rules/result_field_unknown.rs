//! A field is read that the agent's schema does not have.
//!
//! It is `undefined` in every run.
//!
//! ```js bad
//! const VERDICT = { type: 'object', properties: { severity: { type: 'string' } }, required: ['severity'], additionalProperties: false }
//! const found = await agent('Judge it', { schema: VERDICT })
//! log(found?.severty)
//! ```
//!
//! ```js good
//! const VERDICT = { type: 'object', properties: { severity: { type: 'string' } }, required: ['severity'], additionalProperties: false }
//! const found = await agent('Judge it', { schema: VERDICT })
//! log(found?.severity)
//! ```

use super::prelude::*;
use crate::plan::{Glance, Lookup};

pub(super) const RULE: Rule = Rule {
    code: "WF409",
    name: "result-field-unknown",
    level: Level::Error,
    fixing: Fixing::Safe,
    check,
    source: include_str!("result_field_unknown.rs"),
    ..Rule::BASE
};

/// What every object has.
const INHERITED: [&str; 6] =
    ["hasOwnProperty", "toString", "valueOf", "constructor", "isPrototypeOf", "toLocaleString"];

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.members {
        let Some((object, name, place)) = cx.index.member(*id) else { continue };
        let shaped = |g: &Glance| g.from_schema && g.is_object_or_nullish();
        if !cx.glance(object).as_ref().is_some_and(shaped) || cx.plan.has_field_at(span(object), name) {
            continue;
        }
        let Some(value) = cx.value(object) else { continue };
        let Some(facts) = value.object.as_ref().filter(|o| o.from_schema.is_some()) else { continue };
        if INHERITED.contains(&name) {
            continue;
        }
        let fields = || facts.fields.iter().map(|f| f.name.as_str());
        let meant = vocabulary::did_you_mean(name, fields());
        let absent = matches!(value.field(name), Lookup::Absent);
        let message = match meant {
            Some(meant) => format!("The schema has no field `{name}`: did you mean `{meant}`?"),
            None if absent => {
                format!("The schema has no field `{name}`; it has {}.", fields().collect::<Vec<_>>().join(", "))
            }
            None => continue,
        };
        let finding = report.at(place, message);
        if let Some(meant) = meant {
            finding.fix(format!("Rename to `{meant}`"), vec![Edit::replace(place, meant)]);
        }
        // An open object can have the field all the same, and a field no name resembles, or one with a default, may be asked for in case.
        if !absent || meant.is_none() || has_default(cx, *id) {
            finding.at_most(Level::Warning);
        }
        if let Some(why) = &facts.from_schema {
            finding.also(why.span, "the schema's agent");
        }
    }
}

/// Whether the script gives a default for the field: `found.note ?? ''`.
fn has_default(cx: &Checker, id: NodeId) -> bool {
    use swc_ecma_ast::BinaryOp;
    let outer = cx.index.outer(id).map(|p| cx.index.node(p));
    matches!(outer, Some(Node::Expr(Expr::Bin(b))) if matches!(b.op, BinaryOp::LogicalOr | BinaryOp::NullishCoalescing))
}
