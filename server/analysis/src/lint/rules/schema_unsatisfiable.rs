//! No answer can fit this schema.
//!
//! The agent tries five times, each time paid, and then the call throws.
//!
//! ```js bad
//! const SCHEMA = { type: 'object', properties: { kind: { type: 'string', enum: [] } }, required: ['kind'], additionalProperties: false }
//! log(JSON.stringify(await agent('Which kind?', { schema: SCHEMA })))
//! ```
//!
//! ```js good
//! const KIND = { type: 'string', enum: ['bug', 'wish'] }
//! const SCHEMA = { type: 'object', properties: { kind: KIND }, required: ['kind'], additionalProperties: false }
//! log(JSON.stringify(await agent('Which kind?', { schema: SCHEMA })))
//! ```

use swc_ecma_ast::Lit;

use super::prelude::*;
use crate::lint::schemas::{elements, number};

pub(super) const RULE: Rule = Rule {
    code: "WF403",
    name: "schema-unsatisfiable",
    check,
    source: include_str!("schema_unsatisfiable.rs"),
    ..Rule::BASE
};

const PAIRS: [(&str, &str); 4] =
    [("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"), ("minProperties", "maxProperties")];

fn check(cx: &Checker, report: &mut Report) {
    for schema in &cx.schemas {
        if let Some(Expr::Array(list)) = schema.value("enum")
            && list.elems.is_empty()
        {
            report.at(span(list), "An empty `enum` allows no value at all: name at least one.");
        }
        if let (Some(ty), Some(Expr::Array(list))) = (schema.ty(), schema.value("enum"))
            && !list.elems.is_empty()
            && elements(list).all(|value| is_never(&ty, value))
        {
            report.at(span(list), format!("None of these is of the type {}, so no value fits.", quoted(&ty)));
        }
        for (least, most) in PAIRS {
            let (Some(low), Some(high)) = (schema.value(least), schema.value(most)) else { continue };
            if let (Some(a), Some(b)) = (number(low), number(high))
                && a > b
            {
                report
                    .at(span(low), format!("`{least}` {a} is greater than `{most}` {b}: no value fits."))
                    .also(span(high), "the other limit");
            }
        }
    }
}

/// Whether a literal is of no such type.
fn is_never(ty: &str, value: &Expr) -> bool {
    match value {
        Expr::Lit(Lit::Str(_)) => ty != "string",
        Expr::Lit(Lit::Num(_)) => !matches!(ty, "number" | "integer"),
        Expr::Lit(Lit::Bool(_)) => ty != "boolean",
        _ => false,
    }
}
