//! A schema has a type or keyword that does not exist, or a keyword of the wrong form.
//!
//! The agent is refused before it starts, or the keyword has no effect.
//!
//! ```js bad
//! const SCHEMA = { type: 'object', properties: { ok: { type: 'bool' } }, required: ['ok'], additionalProperties: false }
//! log(JSON.stringify(await agent('Is it done?', { schema: SCHEMA })))
//! ```
//!
//! ```js good
//! const SCHEMA = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'], additionalProperties: false }
//! log(JSON.stringify(await agent('Is it done?', { schema: SCHEMA })))
//! ```

use swc_ecma_ast::Lit;

use super::prelude::*;
use crate::{
    lint::schemas::{Schema, elements},
    script::index::{Property, properties},
    vocabulary::{SCHEMA_KEYWORDS, SCHEMA_TYPES, schema_keyword},
};

pub(super) const RULE: Rule = Rule {
    code: "WF402",
    name: "schema-invalid",
    fixing: Fixing::Choice,
    check,
    source: include_str!("schema_invalid.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for schema in &cx.schemas {
        match schema.value("type") {
            Some(Expr::Array(list)) => elements(list).for_each(|e| ty(cx, e, report)),
            Some(value) => ty(cx, value, report),
            None => {}
        }
        if let Some(value @ Expr::Lit(Lit::Bool(_))) = schema.value("required") {
            let message = "`required` is a list of property names, and stands beside `properties`, not in a property.";
            report.at(span(value), message);
        }
        if let Some(Expr::Array(list)) = schema.value("properties") {
            report.at(span(list), "`properties` is an object from name to schema, not a list.");
        }
        if let Some(Expr::Object(map)) = schema.value("properties") {
            properties(map).0.iter().for_each(|property| described(cx, property, report));
        }
        if let Some(value) = schema.value("enum").filter(|v| matches!(v, Expr::Object(_) | Expr::Lit(_) | Expr::Tpl(_)))
        {
            report.at(span(value), "`enum` is a list of values.");
        }
        keywords(schema, report);
    }
}

/// A property whose schema is the name of a type.
fn described(cx: &Checker, property: &Property, report: &mut Report) {
    let Some(text) = property.value.and_then(|value| cx.constant_string(value)) else { return };
    let message = format!("`{}` is described by a schema, not by text: write `{{ type: … }}`.", property.key);
    let finding = report.at(text.span, message);
    if SCHEMA_TYPES.contains(&text.value.as_str()) {
        let put = format!("{{ type: {} }}", quoted(&text.value));
        finding.fix(format!("Change to `{put}`"), vec![Edit::replace(text.span, put)]);
    }
}

fn ty(cx: &Checker, value: &Expr, report: &mut Report) {
    let Some(given) = cx.constant_string(value).filter(|t| !SCHEMA_TYPES.contains(&t.value.as_str())) else { return };
    let meant = match given.value.as_str() {
        "bool" => Some("boolean"),
        "int" | "long" => Some("integer"),
        "float" | "double" => Some("number"),
        "str" | "text" => Some("string"),
        "list" => Some("array"),
        "obj" | "dict" | "map" => Some("object"),
        other => vocabulary::did_you_mean(other, SCHEMA_TYPES),
    };
    let hint = meant
        .map_or_else(|| format!("there are {}.", SCHEMA_TYPES.join(", ")), |m| format!("did you mean {}?", quoted(m)));
    let finding = report.at(given.span, format!("JSON Schema has no type {}: {hint}", quoted(&given.value)));
    if let Some(meant) = meant {
        finding.fix(format!("Change to {}", quoted(meant)), vec![Edit::replace(given.span, quoted(meant))]);
    }
}

fn is_number(ty: &str) -> bool {
    matches!(ty, "number" | "integer")
}

fn keywords(schema: &Schema, report: &mut Report) {
    // An object without any known keyword is no schema but, say, a map of schemas.
    if !schema.keywords.iter().any(|k| schema_keyword(k.key).is_some()) {
        return;
    }
    for keyword in schema.keywords.iter().filter(|k| schema_keyword(k.key).is_none()) {
        let meant = match keyword.key {
            "property" | "props" | "fields" => Some("properties"),
            "values" | "options" if schema.ty().is_some() => Some("enum"),
            "min" if schema.ty().is_some_and(|t| is_number(&t)) => Some("minimum"),
            "max" if schema.ty().is_some_and(|t| is_number(&t)) => Some("maximum"),
            other => vocabulary::did_you_mean(other, SCHEMA_KEYWORDS.iter().map(|k| k.name)),
        };
        let Some(meant) = meant else { continue };
        if schema.keyword(meant).is_some() || keyword.key.starts_with("x-") {
            continue;
        }
        let finding = report
            .at(keyword.key_span, format!("JSON Schema has no keyword `{}`: did you mean `{meant}`?", keyword.key));
        finding
            .fix(format!("Rename to `{meant}`"), vec![Edit::replace(keyword.key_span, meant)])
            .at_most(Level::Warning);
    }
}
