//! A field is compared with a value that its schema's `enum` does not have.
//!
//! The comparison has the same outcome in every run.
//!
//! ```js bad
//! const KIND = { type: 'string', enum: ['confirmed', 'refuted'] }
//! const VERDICT = { type: 'object', properties: { verdict: KIND }, required: ['verdict'], additionalProperties: false }
//! const found = await agent('Judge it', { schema: VERDICT })
//! if (found?.verdict === 'confirm') log('yes')
//! ```
//!
//! ```js good
//! const KIND = { type: 'string', enum: ['confirmed', 'refuted'] }
//! const VERDICT = { type: 'object', properties: { verdict: KIND }, required: ['verdict'], additionalProperties: false }
//! const found = await agent('Judge it', { schema: VERDICT })
//! if (found?.verdict === 'confirmed') log('yes')
//! ```

use swc_ecma_ast::{AssignTarget, BinaryOp, SimpleAssignTarget, Stmt};

use super::prelude::*;
use crate::{
    lint::schemas::elements,
    plan::{Lookup, Value},
};

pub(super) const RULE: Rule = Rule {
    code: "WF413",
    name: "enum-mismatch",
    level: Level::Error,
    fixing: Fixing::Safe,
    check,
    source: include_str!("enum_mismatch.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.binaries {
        let Some(Expr::Bin(bin)) = cx.index.expr(*id) else { continue };
        if !matches!(bin.op, BinaryOp::EqEqEq | BinaryOp::EqEq | BinaryOp::NotEqEq | BinaryOp::NotEq) {
            continue;
        }
        compared(cx, *id, &bin.left, &bin.right, report);
        compared(cx, *id, &bin.right, &bin.left, report);
    }
    for id in &cx.index.stmts {
        let Node::Stmt(Stmt::Switch(switch)) = cx.index.node(*id) else { continue };
        for test in switch.cases.iter().filter_map(|case| case.test.as_deref()) {
            compared(cx, *id, &switch.discriminant, test, report);
        }
    }
    for id in &cx.index.calls {
        let Some((Expr::Array(list), "includes", _)) = cx.index.method(*id) else { continue };
        let Some(asked) = cx.index.arg(*id, 0) else { continue };
        for text in elements(list) {
            compared(cx, *id, asked, text, report);
        }
    }
}

fn compared(cx: &Checker, at: NodeId, field: &Expr, with: &Expr, report: &mut Report) {
    let Some(text) = cx.constant_string(with) else { return };
    let Some((name, known)) = asked(cx, at, field.unwrap_parens()) else { return };
    let known = known.non_nullish();
    let Some(texts) = known.texts().filter(|t| known.is_string() && !t.contains(&text.value)) else { return };
    // What is known here can be narrowed; what some schema allows for this field is never a slip.
    if !declared(cx, name, &texts[0]) || declared(cx, name, &text.value) {
        return;
    }
    let meant = vocabulary::did_you_mean(&text.value, texts.iter().map(String::as_str));
    let list: Vec<String> = texts.iter().map(|t| quoted(t)).collect();
    let hint =
        meant.map_or_else(|| format!("it is one of {}.", list.join(", ")), |m| format!("did you mean {}?", quoted(m)));
    let finding = report.at(text.span, format!("`{name}` is never {}: {hint}", quoted(&text.value)));
    for choice in meant.into_iter().chain(texts.iter().map(String::as_str).filter(|t| Some(*t) != meant)).take(6) {
        finding.fix(format!("Change to {}", quoted(choice)), vec![Edit::replace(text.span, quoted(choice))]);
    }
}

/// The field that `expr` is, or the variable that a pattern made of it, and what is known of it.
fn asked<'a>(cx: &Checker, at: NodeId, expr: &'a Expr) -> Option<(&'a str, Value)> {
    let (object, name) = match expr {
        Expr::Member(m) => (&*m.obj, m.prop.as_ident()?),
        Expr::OptChain(o) => o.base.as_member().and_then(|m| Some((&*m.obj, m.prop.as_ident()?)))?,
        Expr::Ident(i) => {
            let declared = cx.index.declared(&i.sym, at)?;
            let taken_apart = cx.patterns().any(|p| p.span.contains(declared.span));
            let known = cx.value(expr).filter(|_| taken_apart && !cx.index.is_assigned(&i.sym))?;
            return Some((&i.sym, (*known).clone()));
        }
        _ => return None,
    };
    if !cx.glance(object).is_some_and(|g| g.from_schema && g.is_object_or_nullish()) || assigned(cx, &name.sym) {
        return None;
    }
    match cx.value(object)?.field(&name.sym) {
        Lookup::Present(known) | Lookup::Optional(known) => Some((&name.sym, known)),
        _ => None,
    }
}

/// Whether some schema's property `name` has this text in its `enum`.
fn declared(cx: &Checker, name: &str, text: &str) -> bool {
    cx.schemas.iter().any(|schema| {
        let Some((Expr::Object(object), at)) = schema.value("properties").map(|p| cx.index.resolve(p, schema.at))
        else {
            return false;
        };
        let property = crate::script::index::properties(object).0.into_iter().find(|p| p.key == name);
        let Some((Expr::Object(own), _)) = property.and_then(|p| p.value).map(|v| cx.index.resolve(v, at)) else {
            return false;
        };
        let place = span(own);
        let values =
            cx.schemas.iter().find(|s| s.span == place).and_then(|s| Some(cx.index.resolve(s.value("enum")?, s.at).0));
        matches!(values, Some(Expr::Array(list)) if elements(list).filter_map(|e| cx.constant_string(e)).any(|s| s.value == text))
    })
}

/// Whether the script itself writes to a field of this name.
fn assigned(cx: &Checker, name: &str) -> bool {
    cx.index.assigns.iter().any(|id| match cx.index.expr(*id) {
        Some(Expr::Assign(a)) => match &a.left {
            AssignTarget::Simple(SimpleAssignTarget::Member(m)) => m.prop.as_ident().is_some_and(|i| &*i.sym == name),
            _ => false,
        },
        _ => false,
    })
}
