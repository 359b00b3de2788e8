//! An agent answers a schema, and nobody reads the answer.
//!
//! The schema costs tries; without it, the agent would do its work just as well.
//!
//! ```js bad
//! const SCHEMA = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'], additionalProperties: false }
//! await agent('Fix the tests', { schema: SCHEMA })
//! ```
//!
//! ```js good
//! await agent('Fix the tests')
//! ```

use swc_ecma_ast::Stmt;

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF312",
    name: "discarded-result",
    level: Level::Hint,
    fixing: Fixing::None,
    check,
    source: include_str!("discarded_result.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("agent") {
        let awaited = cx.index.outer(id).filter(|a| matches!(cx.index.node(*a), Node::Expr(Expr::Await(_))));
        let statement = awaited
            .and_then(|a| cx.index.outer(a))
            .is_some_and(|s| matches!(cx.index.node(s), Node::Stmt(Stmt::Expr(_))));
        if let (true, Some(options)) = (statement, cx.options(id))
            && let Some(schema) = options.get("schema")
        {
            report.at(
                schema.key_span,
                "Nobody reads the answer that this schema asks for: use the result, or drop the schema.",
            );
        }
    }
}
