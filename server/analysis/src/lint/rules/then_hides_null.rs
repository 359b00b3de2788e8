//! `.then` wraps an agent's result, so that its `null` becomes truthy.
//!
//! `.filter(Boolean)` keeps the object, and the missing result is found much later.
//!
//! ```js bad
//! const files = ['a.rs', 'b.rs']
//! const found = await parallel(files.map((file) => () => agent(`Review ${file}`, { label: file }).then((text) => ({ file, text }))))
//! log(found.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const files = ['a.rs', 'b.rs']
//! const found = await parallel(files.map((file) => () => agent(`Review ${file}`, { label: file }).then((text) => text && ({ file, text }))))
//! log(found.filter(Boolean).length)
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF603",
    name: "then-hides-null",
    level: Level::Warning,
    fixing: Fixing::Safe,
    check,
    source: include_str!("then_hides_null.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("agent") {
        let Some(member) =
            cx.index.outer(id).filter(|m| cx.index.member(*m).is_some_and(|(_, name, _)| name == "then"))
        else {
            continue;
        };
        let Some(call) =
            cx.index.parent(member).filter(|c| cx.index.method(*c).is_some_and(|(_, name, _)| name == "then"))
        else {
            continue;
        };
        let Some(Expr::Arrow(arrow)) = cx.index.arg(call, 0) else { continue };
        let ([swc_ecma_ast::Pat::Ident(param)], Some(body)) = (&*arrow.params, arrow.body.as_expr()) else { continue };
        let Expr::Object(object) = body.unwrap_parens() else { continue };
        // `{ ok: !!text }` and `{ text: text ?? '' }` have thought of `null`.
        let name = &*param.id.sym;
        let text = cx.text(span(object));
        let asked = [
            format!("{name} ?"),
            format!("{name}?"),
            format!("!{name}"),
            format!("{name} &&"),
            format!("{name} ||"),
            format!("{name} ="),
            format!("({name})"),
        ];
        if asked.iter().any(|a| text.contains(a.as_str())) {
            continue;
        }
        let place = span(&**body);
        let edits = vec![Edit::insert(place.start, format!("{name} && "))];
        let message = format!(
            "When the agent gives `null`, this object hides it from `.filter(Boolean)`: write `{name} && ({{ … }})`."
        );
        let (_, _, then) = cx.index.method(call).unwrap_or((body, "then", place));
        report.at(then, message).fix(format!("Keep `null`: `{name} && …`"), edits);
    }
}
