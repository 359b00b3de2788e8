//! Failed agents are dropped, and nobody is told.
//!
//! A run in which half the agents failed looks like one that found little.
//!
//! ```js bad
//! const files = ['a.rs', 'b.rs']
//! const found = await parallel(files.map((file) => () => agent(`Review ${file}`, { label: file })))
//! const good = found.filter(Boolean)
//! return good
//! ```
//!
//! ```js good
//! const files = ['a.rs', 'b.rs']
//! const found = await parallel(files.map((file) => () => agent(`Review ${file}`, { label: file })))
//! const good = found.filter(Boolean)
//! log(`${found.length - good.length} of ${found.length} reviews are missing`)
//! return good
//! ```

use swc_ecma_ast::Pat;

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF605",
    name: "silent-drop",
    level: Level::Hint,
    fixing: Fixing::Choice,
    check,
    source: include_str!("silent_drop.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.declarators {
        let Node::Declarator(d) = cx.index.node(*id) else { continue };
        let (Pat::Ident(name), Some(Expr::Call(call))) = (&d.name, d.init.as_deref().map(|i| i.unwrap_parens())) else {
            continue;
        };
        let Some(member) = call.callee.as_expr().and_then(|c| c.as_member()) else { continue };
        let boolean = call.args.first().is_some_and(|a| a.expr.as_ident().is_some_and(|i| &*i.sym == "Boolean"));
        if !boolean || member.prop.as_ident().is_none_or(|i| &*i.sym != "filter") {
            continue;
        }
        let list = member.obj.unwrap_parens();
        let dropped = cx.value(list).is_some_and(|v| {
            v.array.as_ref().and_then(|a| a.element.null.as_ref()).is_some_and(|why| cx.origin(why).is_some())
        });
        let source = list.as_ident().map(|i| &*i.sym);
        // Whoever asks for a length has thought of it.
        if !dropped || cx.is_counted(&name.id.sym) || source.is_some_and(|s| cx.is_counted(s)) {
            continue;
        }
        let message = "Agents that failed are dropped here, and nobody is told: `log` how many.";
        let finding = report.at(span(&member.prop), message);
        let statement = cx.index.parent(*id).map(|p| cx.index.span(p));
        if let (Some(source), Some(statement)) = (source, statement) {
            let text = format!(
                "\nlog(`${{{source}.length - {0}.length}} of ${{{source}.length}} results are missing`)",
                name.id.sym
            );
            finding.fix("Log how many are missing", vec![Edit::insert(statement.end, text)]);
        }
    }
}
