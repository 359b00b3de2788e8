//! `required` names a property that the schema does not describe.
//!
//! Where no other properties are allowed no answer fits; otherwise the agent has to guess what goes there.
//!
//! ```js bad
//! const SCHEMA = { type: 'object', properties: { verdict: { type: 'string' } }, required: ['verdct'], additionalProperties: false }
//! log(JSON.stringify(await agent('Judge it', { schema: SCHEMA })))
//! ```
//!
//! ```js good
//! const SCHEMA = { type: 'object', properties: { verdict: { type: 'string' } }, required: ['verdict'], additionalProperties: false }
//! log(JSON.stringify(await agent('Judge it', { schema: SCHEMA })))
//! ```

use swc_ecma_ast::Lit;

use super::prelude::*;
use crate::{lint::schemas::elements, script::index::properties};

pub(super) const RULE: Rule = Rule {
    code: "WF404",
    name: "schema-required-unknown",
    fixing: Fixing::Safe,
    check,
    source: include_str!("schema_required_unknown.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for schema in &cx.schemas {
        let Some(described) = schema.value("properties").map(|p| cx.index.resolve(p, schema.at).0) else { continue };
        let (Expr::Object(described), Some(Expr::Array(required))) = (described, schema.value("required")) else {
            continue;
        };
        let (described, complete) = properties(described);
        if !complete || schema.keyword("patternProperties").is_some() {
            continue;
        }
        let closed = matches!(schema.value("additionalProperties"), Some(Expr::Lit(Lit::Bool(b))) if !b.value);
        for name in elements(required).filter_map(|e| cx.constant_string(e)) {
            if described.iter().any(|p| p.key == name.value) {
                continue;
            }
            let meant = vocabulary::did_you_mean(&name.value, described.iter().map(|p| p.key));
            let hint = meant
                .map_or_else(|| "describe it in `properties`.".to_owned(), |m| format!("did you mean {}?", quoted(m)));
            let finding = report.at(name.span, format!("`properties` has no {}: {hint}", quoted(&name.value)));
            if let Some(meant) = meant {
                finding.fix(format!("Change to {}", quoted(meant)), vec![Edit::replace(name.span, quoted(meant))]);
            }
            if !closed {
                finding.at_most(Level::Warning);
            }
        }
    }
}
