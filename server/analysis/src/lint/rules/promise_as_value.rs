//! A promise is used as if it were its result.
//!
//! Without `await` a template shows `[object Promise]`, `JSON.stringify` gives `{}`, and every property is `undefined`.
//!
//! ```js bad
//! const review = agent('Review the code')
//! log(`Review: ${review}`)
//! log(await review)
//! ```
//!
//! ```js good
//! const review = await agent('Review the code')
//! log(`Review: ${review}`)
//! ```
//!
//! ```js bad
//! const reviews = parallel([() => agent('Review the code')])
//! log(`${reviews.filter(Boolean).length} of ${(await reviews).length} reviews`)
//! ```

use super::prelude::*;
use crate::plan::{Misuse, MisuseKind};

pub(super) const RULE: Rule = Rule {
    code: "WF310",
    name: "promise-as-value",
    fixing: Fixing::Safe,
    check,
    source: include_str!("promise_as_value.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let plan = cx.plan;
    let calls = plan.calls.iter().map(|c| (c.span, "agent", &c.fate));
    let fanouts = plan.fanouts.iter().map(|f| (f.span, cx.text(f.callee), &f.fate));
    let workflows = plan.workflows.iter().map(|w| (w.span, "workflow", &w.fate));
    let rlms = plan.rlms.iter().map(|r| (r.span, cx.text(r.callee), &r.fate));
    for (call, name, fate) in calls.chain(fanouts).chain(workflows).chain(rlms) {
        for misuse in &fate.misuses {
            // The list of a combinator used directly is WF511, a promise among thunks is WF502.
            let list = ["parallel(", "pipeline("].iter().any(|c| cx.text(misuse.span).starts_with(c));
            let direct = list && matches!(misuse.kind, MisuseKind::Member | MisuseKind::Iterated);
            // `if (p) await p` asks whether there is a promise.
            let asked = misuse.kind == MisuseKind::Condition && misuse.span != call;
            let sure = cx.value_at(misuse.span).is_none_or(|v| v.is_promise());
            if misuse.kind != MisuseKind::Thunk && !direct && !asked && sure {
                say(cx, misuse, call, name, report);
            }
        }
    }
}

fn say(cx: &Checker, misuse: &Misuse, call: Span, name: &str, report: &mut Report) {
    let effect = match misuse.kind {
        MisuseKind::Text => "gives the text `[object Promise]`",
        MisuseKind::Json => "gives `{}`",
        MisuseKind::Member => "reads a property of the promise, which is `undefined`",
        MisuseKind::Operand => "compares the promise",
        MisuseKind::Condition => "is always true",
        MisuseKind::Iterated => "throws, because a promise is no list",
        MisuseKind::Thunk => "throws",
    };
    let text = cx.text(misuse.span);
    let shown = if text.len() <= 40 && !text.contains('\n') { format!("`{text}`") } else { format!("`{name}(…)`") };
    let (open, close) = if misuse.kind == MisuseKind::Member { ("(await ", ")") } else { ("await ", "") };
    let mut edits = vec![Edit::insert(misuse.span.start, open)];
    if !close.is_empty() {
        edits.push(Edit::insert(misuse.span.end, close));
    }
    let finding = report.at(misuse.span, format!("{shown} is a promise here and {effect}: write `await` before it."));
    if misuse.span != call {
        finding.also(call, "the promise comes from here");
    }
    finding.fix("Add `await`", edits);
}
