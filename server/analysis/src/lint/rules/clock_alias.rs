//! The clock or the random numbers are reached by another name.
//!
//! The check at launch may miss it, but the run throws at this place.
//!
//! ```js bad
//! const { random } = Math
//! log(random())
//! ```
//!
//! ```js good
//! const { max } = Math
//! log(max(1, 2))
//! ```

use swc_ecma_ast::{ObjectPatProp, Pat};

use super::prelude::*;

pub(super) const RULE: Rule =
    Rule { code: "WF203", name: "clock-alias", check, source: include_str!("clock_alias.rs"), ..Rule::BASE };

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.declarators {
        let Node::Declarator(d) = cx.index.node(*id) else { continue };
        let (Pat::Object(pattern), Some(Expr::Ident(from))) = (&d.name, d.init.as_deref()) else { continue };
        if cx.index.declared(&from.sym, *id).is_some() {
            continue;
        }
        for prop in &pattern.props {
            let (name, place) = match prop {
                ObjectPatProp::Assign(a) => (a.key.id.sym.to_string(), span(a)),
                ObjectPatProp::KeyValue(kv) => (cx.text(span(&kv.key)).to_owned(), span(kv)),
                ObjectPatProp::Rest(_) => continue,
            };
            if banned(&from.sym, &name) {
                say(report, place, &from.sym, &name);
            }
        }
    }
    for id in &cx.index.members {
        let Some((Expr::Ident(object), name, _)) = cx.index.member(*id) else { continue };
        // A call of it is WF201 or WF202.
        let called = cx
            .index
            .outer(*id)
            .is_some_and(|p| cx.index.callee(p).is_some_and(|c| span(c.unwrap_parens()) == cx.index.span(*id)));
        // `const D = Date` is the clock by another name.
        if let Some((Expr::Ident(from), at)) = cx.index.constant(&object.sym, *id)
            && banned(&from.sym, name)
            && cx.index.declared(&from.sym, at).is_none()
        {
            say(report, cx.index.span(*id), &from.sym, name);
        }
        if banned(&object.sym, name) && !called && cx.index.declared(&object.sym, *id).is_none() {
            say(report, cx.index.span(*id), &object.sym, name);
        }
    }
}

fn banned(object: &str, name: &str) -> bool {
    matches!((object, name), ("Math", "random") | ("Date", "now"))
}

fn say(report: &mut Report, place: Span, object: &str, name: &str) {
    report.at(
        place,
        format!("`{object}.{name}` throws by any name: a run must be repeatable, so pass such values in `args`."),
    );
}
