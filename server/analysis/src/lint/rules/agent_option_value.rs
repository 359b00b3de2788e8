//! An option has a value it cannot have.
//!
//! `effort` and `isolation` are words of a fixed list; labels, phases, models and agent types are text.
//!
//! ```js bad
//! log(await agent('Look', { effort: 'extreme' }))
//! ```
//!
//! ```js good
//! log(await agent('Look', { effort: 'max' }))
//! ```

use swc_ecma_ast::Lit;

use super::prelude::*;
use crate::vocabulary::{Field, Type};

pub(super) const RULE: Rule = Rule {
    code: "WF305",
    name: "agent-option-value",
    fixing: Fixing::Choice,
    check,
    source: include_str!("agent_option_value.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("agent") {
        let Some(options) = cx.options(id) else { continue };
        for property in &options.properties {
            let field = vocabulary::agent_options_of(cx.profile()).find(|f| f.name == property.key);
            if let (Some(field), Some(value)) = (field, property.value) {
                branches(cx, field, value, options.at, report);
            }
        }
    }
}

/// Looks at every value a conditional expression can give.
fn branches(cx: &Checker, field: &Field, value: &Expr, at: NodeId, report: &mut Report) {
    match value.unwrap_parens() {
        Expr::Cond(c) => {
            branches(cx, field, &c.cons, at, report);
            branches(cx, field, &c.alt, at, report);
        }
        Expr::Ident(name) => {
            let constant = cx.index.constant(&name.sym, at).and_then(|(value, _)| cx.constant_string(value));
            if let (Type::Enum(known), Some(given)) = (field.ty, constant)
                && !known.contains(&given.value.as_str())
            {
                let list: Vec<String> = known.iter().map(|k| quoted(k)).collect();
                let given_as = quoted(&given.value);
                let message = format!("`{}` cannot be {given_as}: it is one of {}.", field.name, list.join(", "));
                report.at(span(name), message).also(given.span, "its value");
            }
        }
        other => one(cx, field, other, report),
    }
}

fn one(cx: &Checker, field: &Field, value: &Expr, report: &mut Report) {
    let text = cx.constant_string(value);
    match (field.ty, value) {
        (Type::Enum(known), _) if text.is_some() => {
            let given = text.map(|t| t.value).unwrap_or_default();
            if known.contains(&given.as_str()) {
                return;
            }
            let meant = vocabulary::did_you_mean(&given, known.iter().copied());
            let list: Vec<String> = known.iter().map(|k| quoted(k)).collect();
            let message = format!("`{}` cannot be {}: it is one of {}.", field.name, quoted(&given), list.join(", "));
            let finding = report.at(span(value), message);
            for choice in meant.into_iter().chain(known.iter().copied().filter(|k| Some(*k) != meant)) {
                finding.fix(format!("Change to {}", quoted(choice)), vec![Edit::replace(span(value), quoted(choice))]);
            }
        }
        (Type::Schema, _) if text.is_some() => {
            report.at(span(value), "`schema` is a JSON Schema object, not text.");
        }
        (
            Type::String | Type::Enum(_) | Type::Open(_),
            Expr::Lit(Lit::Num(_) | Lit::Bool(_)) | Expr::Object(_) | Expr::Array(_) | Expr::Arrow(_),
        ) => {
            report.at(span(value), format!("`{}` must be text, not `{}`.", field.name, short(cx.text(span(value)))));
        }
        (Type::Schema, Expr::Lit(Lit::Num(_) | Lit::Bool(_)) | Expr::Array(_) | Expr::Arrow(_)) => {
            report.at(span(value), format!("`schema` is a JSON Schema object, not `{}`.", short(cx.text(span(value)))));
        }
        (Type::Other("RlmLimits"), Expr::Lit(_) | Expr::Tpl(_) | Expr::Array(_) | Expr::Arrow(_)) => {
            let given = short(cx.text(span(value)));
            let message = format!("`{}` is an object of limits, not `{given}`: `{{}}` will do.", field.name);
            report.at(span(value), message).fix("Change to `{}`", vec![Edit::replace(span(value), "{}")]);
        }
        _ => {}
    }
}

fn short(text: &str) -> String {
    let first: String = text.chars().take_while(|c| *c != '\n').take(20).collect();
    if first.len() < text.len() { format!("{first}…") } else { first }
}
