//! What rules and hover ask.

use super::plan;
use crate::{
    plan::{Awaited, Binding, Lookup, MisuseKind},
    text::Span,
};

/// The span of `needle`'s first occurrence.
fn at(source: &str, needle: &str) -> Span {
    let start = source.find(needle).expect("the test names a part of its source") as u32;
    Span::new(start, start + needle.len() as u32)
}

const SHAPED: &str = "const S = { type: 'object', properties: { findings: { type: 'array', maxItems: 10, items: { type: 'object', properties: { file: { type: 'string' } }, required: ['file'] } }, note: { type: 'string' } }, required: ['findings'], additionalProperties: false }
const review = await agent('review', { schema: S })
if (review) {
  const first = review.findings[0]
  log(review.note)
}
log(review.severty)
";

#[test]
fn hover_shows_the_shape_a_schema_gives() {
    let plan = plan(SHAPED);
    let value = plan.value_at(at(SHAPED, "review.severty")).expect("it is evaluated");
    assert!(value.may_be_undefined());
    let review =
        plan.value_at(at(SHAPED, "review =").slice(SHAPED).len().checked_sub(8).map_or(Span::default(), |_| {
            let start = SHAPED.find("review =").expect("declared") as u32;
            Span::new(start, start + 6)
        }));
    assert_eq!(review.expect("declared").to_string(), "{findings: {file: string, …}[] (0..10), note?: string} | null");
}

#[test]
fn conditions_narrow_what_is_null() {
    let plan = plan(SHAPED);
    let inside = SHAPED.find("review.findings").expect("there") as u32;
    let value = plan.value_at(Span::new(inside, inside + 6)).expect("evaluated");
    assert!(!value.may_be_null(), "{value}");
    let outside = SHAPED.find("review.severty").expect("there") as u32;
    let value = plan.value_at(Span::new(outside, outside + 6)).expect("evaluated");
    assert!(value.may_be_null());
    assert!(value.nullish_because().expect("null").text.contains("line 2"));
    assert_eq!(value.field("severty"), Lookup::Absent);
    assert!(matches!(value.field("note"), Lookup::Optional(_)));
}

#[test]
fn filter_boolean_drops_null() {
    let source = "const all = await parallel([() => agent('a'), () => agent('b')])
const ok = all.filter(Boolean)
log(all, ok)
";
    let plan = plan(source);
    let span = |name: &str| {
        let start = source.rfind(name).expect("there") as u32;
        Span::new(start, start + name.len() as u32)
    };
    let all = plan
        .value_at(span("all, ok").start.checked_add(0).map_or(Span::default(), |s| Span::new(s, s + 3)))
        .expect("evaluated");
    assert!(all.array.expect("a list").element.may_be_null());
    let ok = plan.value_at(span("ok")).expect("evaluated").array.expect("a list");
    assert!(!ok.element.may_be_null());
    assert!(ok.filtered.is_some());
}

#[test]
fn promises_used_as_values_are_told() {
    let source = "const a = agent('a')
log(`${a}`)
const b = agent('b')
const c = parallel([() => agent('c')])
agent('d')
log(JSON.stringify({ b }))
c.filter(Boolean)
";
    let plan = plan(source);
    let fates: Vec<_> = plan
        .calls
        .iter()
        .map(|c| (c.fate.awaited, c.fate.floating, c.fate.misuses.iter().map(|m| m.kind).collect::<Vec<_>>()))
        .collect();
    assert_eq!(fates[0], (Awaited::Never, false, vec![MisuseKind::Text]));
    assert_eq!(fates[1], (Awaited::Never, false, vec![MisuseKind::Json]));
    assert_eq!(fates[2].0, Awaited::Always, "the combinator awaits its own");
    assert_eq!(fates[3], (Awaited::Never, true, vec![]));
    assert_eq!(plan.fanouts[0].fate.misuses[0].kind, MisuseKind::Member);
}

#[test]
fn names_are_bound() {
    let source = "const list = [1]\nfunction f(x) { return x + list.length + nope }\nJSON.stringify(f(args))\n";
    let plan = plan(source);
    assert_eq!(plan.binding_of(at(source, "nope")), Some(Binding::Unresolved));
    assert_eq!(plan.binding_of(at(source, "JSON")), Some(Binding::Global("JSON")));
    assert_eq!(plan.binding_of(at(source, "args")), Some(Binding::Primitive("args")));
    assert_eq!(plan.references(at(source, "list")).len(), 1);
}

#[test]
fn unreachable_statements_and_unguarded_args() {
    let source = "const n = args.count\nif (args?.x) log(args.x)\nreturn n\nawait agent('never')\n";
    let plan = plan(source);
    assert_eq!(plan.calls.len(), 0);
    assert_eq!(plan.unreachable.iter().map(|s| s.slice(source)).collect::<Vec<_>>(), ["await agent('never')"]);
    let reads: Vec<_> = plan.args_reads.iter().map(|r| (r.span.slice(source), r.unguarded, r.may_be_text)).collect();
    assert_eq!(reads, [("args.count", true, true), ("args?.x", false, true), ("args.x", false, true)]);
}

#[test]
fn a_part_of_a_list_times_another_is_named() {
    let source = "const S = { type: 'object', properties: { found: { type: 'array', items: { type: 'string' } } }, required: ['found'] }
const all = (await parallel(['a', 'b', 'c'].map((x) => () => agent(x, { schema: S })))).filter(Boolean).flatMap((r) => r.found)
for (const x of all) await agent('on ' + x)
";
    assert_eq!(plan(source).agents.expr.to_string(), "3 + ≤3·found");
}

#[test]
fn what_args_decide_is_told_by_name_and_place() {
    let source = "const cfg = (args && typeof args === 'object') ? args : {}
const most = cfg.rounds || 3
const files = (args && args.files) || ['a']
for (let i = 0; i < most; i++) await parallel(files.map((f) => () => agent('on ' + f)))
await parallel(cfg.files.map((f) => () => agent('again ' + f)))
";
    let plan = plan(source);
    let told: Vec<(String, String)> =
        plan.agents.because.iter().map(|w| (w.text.clone(), w.span.slice(source).to_owned())).collect();
    let said = |text: &str, place: &str| (text.to_owned(), place.to_owned());
    assert_eq!(
        told[..2],
        [said("`files` in `args` decides it", "args.files"), said("`rounds` in `args` decides it", "cfg.rounds")]
    );
    assert!(plan.agents.because[..2].iter().all(|why| why.is_of_args()));
    // One property has one name, wherever it is read.
    assert_eq!(plan.agents.expr.to_string(), "≤3 + ≤rounds + files + ≤3·files + ≤rounds·files");
}

#[test]
fn what_a_list_is_cut_to_is_told_beside_the_list() {
    let told = |body: &str| {
        let start = "const S = { type: 'object', properties: { items: { type: 'array', items: { type: 'string' } } }, required: ['items'] }
const { items } = await agent('list', { schema: S })
";
        let plan = plan(&format!("{start}{body}"));
        plan.agents.because.iter().map(|why| why.text.clone()).collect::<Vec<_>>().join("; ")
    };
    for body in [
        "for (const x of items.slice(0, args.limit)) await agent(x)",
        "for (const x of items.slice(args.limit)) await agent(x)",
        "const n = Math.min(items.length, args.limit)\nfor (let i = 0; i < n; i++) await agent(items[i])",
    ] {
        let told = told(body);
        assert!(told.contains("sets no maxItems") && told.contains("`limit` in `args` decides it"), "{body}: {told}");
    }
}
