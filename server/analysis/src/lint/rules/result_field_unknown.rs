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
use crate::{
    lint::nullable::{Of, Pattern, taken},
    plan::{Glance, Lookup, Value},
};

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
    cx.patterns().for_each(|pattern| taken_out(cx, &pattern, report));
}

/// A field that a pattern takes out.
fn taken_out(cx: &Checker, pattern: &Pattern, report: &mut Report) {
    let value = match pattern.of {
        Of::Value(expr) if cx.glance(expr).is_some_and(|g| g.from_schema && g.is_object_or_nullish()) => {
            cx.plan.value_unread_at(span(expr))
        }
        Of::Value(_) => None,
        Of::Element(list) => {
            let list = cx.plan.value_unread_at(list).and_then(|v| v.array);
            list.map(|list| list.element).filter(Value::is_object_or_nullish)
        }
    };
    let Some(facts) = value.as_ref().and_then(|v| v.object.as_ref()).filter(|o| o.from_schema.is_some() && !o.open)
    else {
        return;
    };
    for taken in taken(pattern.pattern) {
        let name = cx.text(taken.key);
        if facts.fields.iter().any(|field| field.name == name) || INHERITED.contains(&name) {
            continue;
        }
        let fields = || facts.fields.iter().map(|f| f.name.as_str());
        let meant = vocabulary::did_you_mean(name, fields());
        let hint = meant.map_or_else(
            || format!("; it has {}.", fields().collect::<Vec<_>>().join(", ")),
            |meant| format!(": did you mean `{meant}`?"),
        );
        let finding = report.at(taken.key, format!("The schema has no field `{name}`{hint}"));
        match meant {
            Some(meant) if taken.short => {
                finding.fix(format!("Take `{meant}`"), vec![Edit::insert(taken.key.start, format!("{meant}: "))]);
            }
            Some(meant) => {
                finding.fix(format!("Rename to `{meant}`"), vec![Edit::replace(taken.key, meant)]);
            }
            None => {}
        }
        if taken.default || meant.is_none() {
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
