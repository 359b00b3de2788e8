//! Something other than `meta` is exported.
//!
//! Everything after `meta` becomes the body of an async function, in which an `export` is a syntax error. A default-exported function, as
//! some guides show it, does not run.
//!
//! ```js bad
//! export const LIMIT = 3
//! log(LIMIT)
//! ```
//!
//! ```js good
//! const LIMIT = 3
//! log(LIMIT)
//! ```

use swc_ecma_ast::{DefaultDecl, ModuleDecl};

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF115",
    name: "stray-export",
    fixing: Fixing::Safe,
    check,
    source: include_str!("stray_export.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.module_decls {
        let place = cx.index.span(*id);
        if cx.script.meta.as_ref().is_some_and(|m| m.span == place) {
            continue;
        }
        let Node::ModuleDecl(decl) = cx.index.node(*id) else { continue };
        let keyword = Span::new(place.start, place.start + 6);
        match decl {
            ModuleDecl::Import(_) => {}
            ModuleDecl::ExportDecl(e) => {
                let edits = vec![Edit::remove(Span::new(place.start, span(&e.decl).start))];
                report.at(keyword, "A workflow exports `meta` only: drop this `export`.").fix("Drop `export`", edits);
            }
            ModuleDecl::ExportDefaultDecl(e) => {
                let message =
                    "A workflow's body stands at the top level: `export default` is a syntax error when it runs.";
                let finding = report.at(keyword, message);
                if let DefaultDecl::Fn(f) = &e.decl
                    && let Some(body) = f.function.body.as_ref().map(span)
                {
                    let edits = vec![
                        Edit::remove(Span::new(place.start, body.start + 1)),
                        Edit::remove(Span::new(body.end - 1, place.end)),
                    ];
                    finding.choice("Unwrap the body", edits);
                }
            }
            _ => {
                let message = "A workflow exports `meta` only: remove this `export`.";
                report.at(keyword, message).choice("Remove it", vec![Edit::remove(place)]);
            }
        }
    }
}
