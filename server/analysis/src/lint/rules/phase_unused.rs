//! A declared phase is never entered.
//!
//! It stays empty in the tree. Silent where a title is computed, because it could be this one.
//!
//! ```js bad
//! export const meta = { name: 'example', description: 'An example', phases: [{ title: 'Scan' }, { title: 'Push' }] }
//! phase('Scan')
//! log(await agent('Scan the code'))
//! ```
//!
//! ```js good
//! export const meta = { name: 'example', description: 'An example', phases: [{ title: 'Scan' }] }
//! phase('Scan')
//! log(await agent('Scan the code'))
//! ```

use swc_ecma_ast::Lit;

use super::prelude::*;
use crate::script::constant_string;

pub(super) const RULE: Rule = Rule {
    code: "WF702",
    name: "phase-unused",
    level: Level::Hint,
    fixing: Fixing::Safe,
    whole: true,
    check,
    source: include_str!("phase_unused.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let Some(meta) = &cx.script.meta else { return };
    if meta.phases.is_empty() || computed(cx) {
        return;
    }
    let used = texts(cx, meta.span);
    for phase in &meta.phases {
        let Some(title) = phase.title.as_ref().filter(|t| !used.contains(&t.value)) else { continue };
        let finding = report.at(
            title.span,
            format!("No agent runs in phase {}: remove it, or enter it with `phase()`.", quoted(&title.value)),
        );
        finding.faded().fix("Remove it", vec![cx.remove_from_list(phase.span)]);
    }
}

/// Whether some title is known only when the script runs.
fn computed(cx: &Checker) -> bool {
    let constant = |given: &Expr, at: NodeId| match given {
        Expr::Cond(c) => constant_string(&c.cons).is_some() && constant_string(&c.alt).is_some(),
        Expr::Ident(i) => cx.index.constant(&i.sym, at).is_some_and(|(init, _)| constant_string(init).is_some()),
        other => constant_string(other).is_some(),
    };
    let marks = cx.calls("phase").any(|id| cx.index.arg(id, 0).is_some_and(|given| !constant(given, id)));
    let keys = cx.index.objects.iter().any(|id| {
        let Some(Expr::Object(object)) = cx.index.expr(*id) else { return false };
        let (properties, _) = crate::script::index::properties(object);
        properties.iter().any(|p| p.key == "phase" && p.value.is_none_or(|v| !constant(v, *id)))
    });
    marks || keys
}

/// Every constant text outside `meta`.
fn texts(cx: &Checker, meta: Span) -> Vec<String> {
    let all = cx.index.strings.iter().chain(&cx.index.templates);
    let outside = all.filter(|id| !meta.contains(cx.index.span(**id)));
    outside
        .filter_map(|id| match cx.index.expr(*id)? {
            Expr::Lit(Lit::Str(s)) => Some(s.value.to_string_lossy().into_owned()),
            other => constant_string(other).map(|s| s.value),
        })
        .collect()
}
