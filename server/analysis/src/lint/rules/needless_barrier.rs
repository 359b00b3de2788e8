//! A `parallel` waits for all items although the next works on each by itself.
//!
//! The slowest item holds up all others; `pipeline` sends each on as soon as it is ready.
//!
//! ```js bad
//! const files = ['a.rs', 'b.rs']
//! const reviews = await parallel(files.map((file) => () => agent(`Review ${file}`, { label: file })))
//! const checks = await parallel(reviews.map((review, i) => () => agent(`Check ${review ?? 'nothing'}`, { label: `check:${i}` })))
//! log(checks.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const files = ['a.rs', 'b.rs']
//! const checks = await pipeline(
//!   files,
//!   (file) => agent(`Review ${file}`, { label: file }),
//!   (review, file) => agent(`Check ${review ?? 'nothing'}`, { label: `check:${file}` }),
//! )
//! log(checks.filter(Boolean).length)
//! ```

use swc_ecma_ast::Pat;

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF512",
    name: "needless-barrier",
    level: Level::Hint,
    check,
    source: include_str!("needless_barrier.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("parallel") {
        // `parallel(list.map(…))`, where the list is the result of another `parallel` and used nowhere else.
        let Some(Expr::Call(map)) = cx.index.arg(id, 0) else { continue };
        let Some(member) = map.callee.as_expr().and_then(|c| c.as_member()) else { continue };
        let maps = member.prop.as_ident().is_some_and(|i| &*i.sym == "map");
        let Some(list) = source(&member.obj).filter(|_| maps) else { continue };
        let Some(declared) = cx.index.declared(&list.sym, id) else { continue };
        if cx.references(&list.sym, declared).len() != 1 {
            continue;
        }
        let own = cx.index.children(declared.by).any(|n| match cx.index.node(n) {
            Node::Declarator(d) => {
                matches!(&d.name, Pat::Ident(i) if span(&i.id) == declared.span)
                    && d.init.as_deref().is_some_and(awaits_list)
            }
            _ => false,
        });
        let first = own.then(|| cx.calls_within("parallel", cx.index.span(declared.by)).next()).flatten();
        if let Some(first) = first {
            let place = cx.index.span(first);
            let message = format!(
                "Each item of `{}` goes on by itself, so the barrier only waits for the slowest: use `pipeline`.",
                list.sym
            );
            report.at(Span::new(place.start, place.start + 8), message).also(cx.index.span(id), "the next step");
        }
    }
}

/// The variable behind `list`, `list.filter(Boolean)`.
fn source(expr: &Expr) -> Option<&swc_ecma_ast::Ident> {
    match expr.unwrap_parens() {
        Expr::Ident(i) => Some(i),
        Expr::Call(call) => {
            let member = call.callee.as_expr()?.as_member()?;
            let by = call.args.first()?.expr.as_ident()?;
            (&*member.prop.as_ident()?.sym == "filter" && &*by.sym == "Boolean").then(|| source(&member.obj))?
        }
        _ => None,
    }
}

/// `await parallel(list.map(…))`, filtered or not.
fn awaits_list(init: &Expr) -> bool {
    match init.unwrap_parens() {
        Expr::Await(a) => match a.arg.unwrap_parens() {
            Expr::Call(call) => {
                let parallel = call.callee.as_expr().and_then(|c| c.as_ident()).is_some_and(|i| &*i.sym == "parallel");
                let mapped = call
                    .args
                    .first()
                    .and_then(|a| a.expr.as_call())
                    .and_then(|c| c.callee.as_expr())
                    .and_then(|c| c.as_member());
                parallel && mapped.and_then(|m| m.prop.as_ident()).is_some_and(|i| &*i.sym == "map")
            }
            _ => false,
        },
        Expr::Call(call) => {
            let member = call.callee.as_expr().and_then(|c| c.as_member());
            member.is_some_and(|m| m.prop.as_ident().is_some_and(|i| &*i.sym == "filter") && awaits_list(&m.obj))
        }
        _ => false,
    }
}
