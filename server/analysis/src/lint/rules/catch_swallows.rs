//! An empty `catch` hides that agents failed.
//!
//! It hides a spent budget and the limit of agents as well, and the script goes on as if all were well.
//!
//! ```js bad
//! try {
//!   log(await agent('Look'))
//! } catch {}
//! ```
//!
//! ```js good
//! try {
//!   log(await agent('Look'))
//! } catch (error) {
//!   log(`Nobody looked: ${error.message}`)
//! }
//! ```

use swc_ecma_ast::Stmt;

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF606",
    name: "catch-swallows",
    level: Level::Warning,
    fixing: Fixing::Choice,
    check,
    source: include_str!("catch_swallows.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.stmts {
        let Node::Stmt(Stmt::Try(t)) = cx.index.node(*id) else { continue };
        let Some(handler) = t.handler.as_ref().filter(|h| h.body.stmts.is_empty()) else { continue };
        let body = span(&handler.body);
        // A comment in it says that it is meant.
        if !cx.starts_agents(*id) || cx.text(body).contains("//") || cx.text(body).contains("/*") {
            continue;
        }
        let place = Span::new(span(handler).start, span(handler).start + 5);
        let message = "This `catch` hides that agents failed, and a spent budget, too: at least `log` the error.";
        let finding = report.at(place, message);
        let (param, text) = match &handler.param {
            Some(param) => (None, cx.text(span(param))),
            None => (Some(Edit::insert(body.start, "(error) ")), "error"),
        };
        let edits = param.into_iter().chain([Edit::replace(body, format!("{{\n  log(`Failed: ${{{text}}}`)\n}}"))]);
        finding.fix("Log the error", edits.collect());
    }
}
