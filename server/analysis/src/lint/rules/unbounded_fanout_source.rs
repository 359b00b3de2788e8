//! An agent decides how many agents follow, and nothing limits it.
//!
//! A list from a schema without `maxItems` is as long as the agent likes: a run of 355 agents started this way.
//!
//! ```js bad
//! const LIST = { type: 'object', properties: { items: { type: 'array', items: { type: 'string' } } }, required: ['items'], additionalProperties: false }
//! const plan = await agent('List the risks', { schema: LIST })
//! if (!plan) return 'no plan'
//! const found = await parallel(plan.items.map((item) => () => agent(`Check ${item}`, { label: item })))
//! log(found.filter(Boolean).length)
//! ```
//!
//! ```js good
//! const LIST = { type: 'object', properties: { items: { type: 'array', items: { type: 'string' } } }, required: ['items'], additionalProperties: false }
//! const plan = await agent('List the risks', { schema: LIST })
//! if (!plan) return 'no plan'
//! const found = await parallel(plan.items.slice(0, 20).map((item) => () => agent(`Check ${item}`, { label: item })))
//! log(found.filter(Boolean).length)
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF515",
    name: "unbounded-fanout-source",
    level: Level::Warning,
    fixing: Fixing::Choice,
    check,
    source: include_str!("unbounded_fanout_source.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for fanout in cx.plan.fanouts.iter().filter(|f| f.width.high.is_none() && f.agents.high != Some(0)) {
        // Only lists that agents made: what `args` decides is in the hands of who starts the run.
        let why = fanout.width.because.iter().chain(&fanout.decided_by).find(|w| cx.in_schema(w.span));
        let Some(why) = why else { continue };
        let source = source(cx, fanout.span);
        let shown = source.map_or("this list", |s| cx.text(s));
        let name = cx.text(fanout.callee);
        let message = format!(
            "An agent decides how long `{shown}` is, so this `{name}` can start any number: add `maxItems` or `.slice(0, 20)`."
        );
        let finding = report.at(source.unwrap_or(fanout.callee), message);
        finding.also(why.span, &why.text);
        if let Some(source) = source {
            finding.fix("Add `.slice(0, 20)`", vec![Edit::insert(source.end, ".slice(0, 20)")]);
        }
        if let Some(edit) = max_items(cx, why.span) {
            finding.fix("Add `maxItems: 20` to the schema", vec![edit]);
        }
    }
}

/// The list behind `parallel(list.map(…))` or `pipeline(list, …)`, where it is a name or member.
fn source(cx: &Checker, fanout: Span) -> Option<Span> {
    let id = cx.call_at("parallel", fanout).or_else(|| cx.call_at("pipeline", fanout))?;
    let mut list = cx.index.arg(id, 0)?;
    if let Expr::Call(call) = list {
        let member = call.callee.as_expr()?.as_member()?;
        if !matches!(&*member.prop.as_ident()?.sym, "map" | "flatMap") {
            return None;
        }
        list = member.obj.unwrap_parens();
    }
    matches!(list, Expr::Ident(_) | Expr::Member(_)).then(|| span(list))
}

/// What bounds the list whose schema is, as nearly as one is, at `place`.
fn max_items(cx: &Checker, place: Span) -> Option<Edit> {
    let length = |span: Span| span.end - span.start;
    let around = cx.schemas.iter().filter(|s| s.span.contains(place) || place.contains(s.span));
    let array = around.min_by_key(|s| length(s.span).abs_diff(length(place)))?;
    let is_open = array.ty().as_deref() == Some("array") && array.keyword("maxItems").is_none();
    array.keywords.last().filter(|_| is_open).map(|last| Edit::insert(last.span.end, ", maxItems: 20"))
}
