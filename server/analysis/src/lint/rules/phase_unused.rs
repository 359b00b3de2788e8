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

use rustc_hash::FxHashSet;

use super::prelude::*;
use crate::script::{Meta, index::plain_properties, is_constant, is_prose, word};

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
    let used = used(cx, meta);
    for phase in &meta.phases {
        let Some(title) = phase.title.as_ref().filter(|t| !used.contains(t.value.as_str())) else { continue };
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
        Expr::Cond(c) => is_constant(&c.cons) && is_constant(&c.alt),
        Expr::Ident(i) => cx.index.constant(&i.sym, at).is_some_and(|(init, _)| is_constant(init)),
        other => is_constant(other),
    };
    let marks = cx.calls("phase").any(|id| cx.index.arg(id, 0).is_some_and(|given| !constant(given, id)));
    let keys = cx.index.objects.iter().any(|id| {
        let Some(Expr::Object(object)) = cx.index.expr(*id) else { return false };
        let mut plain = plain_properties(object).flatten();
        plain.any(|p| p.key == "phase" && p.value.is_none_or(|v| !constant(v, *id)))
    });
    marks || keys
}

/// The titles of phases that stand outside `meta`, too, as a text of their own.
fn used<'m>(cx: &Checker, meta: &'m Meta) -> FxHashSet<&'m str> {
    let titles: FxHashSet<&str> =
        meta.phases.iter().filter_map(|p| p.title.as_ref()).map(|t| t.value.as_str()).collect();
    let all = cx.index.strings.iter().chain(&cx.index.templates);
    let outside = all.filter(|id| !meta.span.contains(cx.index.span(**id)));
    // Prose is none of the titles, unless a title is prose.
    let prose = titles.iter().any(|title| is_prose(title));
    let text = |e| if prose { Some(cx.constant_string(e)?.value.into()) } else { word(e) };
    let texts = outside.filter_map(|id| cx.index.expr(*id)).filter_map(text);
    texts.filter_map(|text| titles.get(&*text).copied()).collect()
}
