//! The script returns something that cannot be handed over.
//!
//! The result is copied out of the sandbox: functions, maps and sets do not survive that, nor inside of objects and lists.
//!
//! ```js bad
//! const seen = new Set(['a'])
//! return seen
//! ```
//!
//! ```js bad
//! const seen = new Set(['a'])
//! return { count: seen.size, seen }
//! ```
//!
//! ```js good
//! const seen = new Set(['a'])
//! return [...seen]
//! ```

use swc_ecma_ast::Stmt;

use super::prelude::*;
use crate::{plan::Value, script::index::plain_properties};

pub(super) const RULE: Rule = Rule {
    code: "WF121",
    name: "bad-return",
    level: Level::Error,
    fixing: Fixing::Choice,
    check,
    source: include_str!("bad_return.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.stmts {
        let Node::Stmt(Stmt::Return(r)) = cx.index.node(*id) else { continue };
        let Some(given) = r.arg.as_deref().filter(|_| cx.index.function_around(*id).is_none()) else { continue };
        let given = given.unwrap_parens();
        let Some(value) = cx.plan.value_unread_at(span(given)) else { continue };
        let mut lost = Vec::new();
        look(&value, &mut Vec::new(), &mut lost);
        for (path, lost) in lost {
            let inside = if path.is_empty() { String::new() } else { format!(" in `{}`", path.join(".")) };
            let (place, is_it) = written(given, &path);
            let Lost { what, open, close } = lost;
            let message = format!("The script returns {what}{inside}, which cannot be handed over: return plain data.");
            let finding = report.at(place, message);
            if is_it && !open.is_empty() {
                let edits = vec![Edit::insert(place.start, open), Edit::insert(place.end, close)];
                finding.fix("Return plain data", edits);
            }
        }
    }
}

/// What does not survive, and what makes plain data of it.
struct Lost {
    what: &'static str,
    open: &'static str,
    close: &'static str,
}

impl Lost {
    fn of(value: &Value) -> Option<Lost> {
        let (what, open, close) = match value.other.filter(|other| value.to_string() == *other) {
            Some("Set") => ("a set", "[...", "]"),
            Some("Map") => ("a map", "Object.fromEntries(", ")"),
            _ if value.is_function() => ("a function", "", ""),
            _ => return None,
        };
        Some(Lost { what, open, close })
    }
}

/// Finds what does not survive in `value`, with the names that lead to it.
fn look(value: &Value, path: &mut Vec<String>, found: &mut Vec<(Vec<String>, Lost)>) {
    if let Some(lost) = Lost::of(value) {
        found.push((path.clone(), lost));
    } else if value.is_array_or_nullish() {
        value.array.iter().for_each(|array| look(&array.element, path, found));
    } else if value.is_object_or_nullish() {
        for field in value.object.iter().flat_map(|object| &object.fields) {
            path.push(field.name.clone());
            look(&field.value, path, found);
            path.pop();
        }
    }
}

/// The innermost place in `expr` where what `path` leads to is written, and whether that is all of it.
fn written(expr: &Expr, path: &[String]) -> (Span, bool) {
    let [name, rest @ ..] = path else { return (span(expr), !expr.is_array()) };
    let Expr::Object(object) = expr else { return (span(expr), false) };
    let own = plain_properties(object).flatten().filter(|property| property.key == name).last();
    match own.map(|property| (property.value, property.span)) {
        Some((Some(value), _)) => written(value.unwrap_parens(), rest),
        Some((None, place)) => (place, false),
        None => (span(expr), false),
    }
}
