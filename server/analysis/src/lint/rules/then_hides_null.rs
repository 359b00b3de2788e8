//! `.then` wraps an agent's result, so that its `null` becomes truthy.
//!
//! `.filter(Boolean)` keeps the object, and the missing result is found much later. A script that asks for the result wherever it
//! is kept (`x.text?.length`, `if (x.text)`) has thought of it, and is not told.
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

use swc_ecma_ast::{BinaryOp, ObjectLit, Prop, PropName, PropOrSpread, Stmt, UnaryOp};

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
        // `{ text: reply.text }` throws for `null`, and hides nothing.
        let reads = |m: &NodeId| match cx.index.expr(*m) {
            Some(Expr::Member(m)) => matches!(m.obj.unwrap_parens(), Expr::Ident(i) if *i.sym == *name),
            _ => false,
        };
        if text.contains("filter(Boolean)") || cx.index.within(&cx.index.members, span(object)).any(|m| reads(&m)) {
            continue;
        }
        if asked.iter().any(|a| text.contains(a.as_str())) || holders(object, name).any(|field| is_asked(cx, field)) {
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

/// The fields of `object` that hold the variable `name` as it is.
fn holders<'o>(object: &'o ObjectLit, name: &'o str) -> impl Iterator<Item = &'o str> {
    object.props.iter().filter_map(move |prop| match prop {
        PropOrSpread::Prop(prop) => match &**prop {
            Prop::Shorthand(field) if &*field.sym == name => Some(&*field.sym),
            Prop::KeyValue(field) if field.value.as_ident().is_some_and(|i| &*i.sym == name) => match &field.key {
                PropName::Ident(key) => Some(&*key.sym),
                _ => None,
            },
            _ => None,
        },
        PropOrSpread::Spread(_) => None,
    })
}

/// Whether the script asks somewhere whether a field, or a variable it was taken into, is there.
fn is_asked(cx: &Checker, field: &str) -> bool {
    let members = cx.index.members.iter().filter(|m| cx.index.member(**m).is_some_and(|(_, name, _)| name == field));
    let idents = cx
        .index
        .idents
        .iter()
        .filter(|i| cx.index.expr(**i).and_then(|e| e.as_ident()).is_some_and(|ident| &*ident.sym == field));
    members.chain(idents).any(|id| {
        let Some(around) = cx.index.outer(*id) else { return false };
        let is_test = |test: &Expr| span(test.unwrap_parens()) == cx.index.span(*id);
        match cx.index.node(around) {
            Node::Stmt(Stmt::If(i)) => is_test(&i.test),
            Node::Expr(Expr::Unary(u)) => u.op == UnaryOp::Bang,
            Node::Expr(Expr::Cond(c)) => is_test(&c.test),
            Node::Expr(Expr::OptChain(o)) => o.optional,
            Node::Expr(Expr::Arrow(a)) => a.body.as_expr().is_some_and(|body| is_test(body)),
            Node::Expr(Expr::Call(c)) => c.callee.as_expr().is_some_and(|f| f.is_ident_ref_to("Boolean")),
            Node::Expr(Expr::Bin(b)) => matches!(
                b.op,
                BinaryOp::LogicalAnd
                    | BinaryOp::LogicalOr
                    | BinaryOp::NullishCoalescing
                    | BinaryOp::EqEq
                    | BinaryOp::NotEq
                    | BinaryOp::EqEqEq
                    | BinaryOp::NotEqEq
            ),
            _ => false,
        }
    })
}
