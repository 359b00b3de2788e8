//! The script imports something.
//!
//! A workflow is one text: static `import` and `import()` fail at launch, `require` is not defined.
//!
//! ```js bad
//! import { prompts } from './prompts.js'
//! log(prompts.first)
//! ```
//!
//! ```js good
//! const prompts = { first: 'Look around' }
//! log(prompts.first)
//! ```

use swc_ecma_ast::{CallExpr, Callee, ModuleDecl};

use super::prelude::*;

pub(super) const RULE: Rule =
    Rule { code: "WF116", name: "module-import", check, source: include_str!("module_import.rs"), ..Rule::BASE };

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.module_decls {
        if let Node::ModuleDecl(ModuleDecl::Import(_)) = cx.index.node(*id) {
            report.at(cx.index.span(*id), "A workflow cannot import: put what it needs into this script.");
        }
    }
    for id in &cx.index.calls {
        if let Some(Expr::Call(CallExpr { callee: Callee::Import(_), .. })) = cx.index.expr(*id) {
            report.at(
                cx.index.span(*id),
                "A workflow cannot import, not even with `import()`: put what it needs into this script.",
            );
        }
    }
    for id in cx.calls("require") {
        report.at(cx.index.span(id), "There is no `require`: put what the script needs into this script.");
    }
}
