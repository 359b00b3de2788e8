use expect_test::expect;
use serde_json::json;

use super::{draw, draw_with, plan};
use crate::plan::PromptPart;

#[test]
fn lists_filled_in_nested_loops_multiply() {
    expect![[r#"
        const S = { type: 'object', properties: { items: { type: 'array', maxItems: 3, items: { type: 'string' } } }, required: ['items'] }
        const all = []
        let round = 0
        while (round < 6) {
          round++
          const r = await agent⟨×6⟩('find', { schema: S })
          for (const item of r?.items ?? []) all.push(item)
        }
        await parallel⟨0..18 = ≤6·items wide⟩(all.map(x => () => agent⟨×0..18 = ≤6·items⟩(x)))
        // agents 6..24 = 6 + ≤6·items; at once 1..18; in a row 6..7
        // because `items` is as long as the agent at line 6 returns: its schema allows 3
        // because no agent is called where its prompt is empty or no text
    "#]].assert_eq(&draw(
        "const S = { type: 'object', properties: { items: { type: 'array', maxItems: 3, items: { type: 'string' } } }, required: ['items'] }
const all = []
let round = 0
while (round < 6) {
  round++
  const r = await agent('find', { schema: S })
  for (const item of r?.items ?? []) all.push(item)
}
await parallel(all.map(x => () => agent(x)))
",
    ));
}

#[test]
fn what_throws_leaves_later_stages_uncertain() {
    expect![[r#"
        const S = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] }
        await pipeline⟨2 wide, 3 stages⟩(['a', 'b'], x => agent⟨×2⟩(x, { schema: S }), r => agent⟨×0..2 = ≤2⟩(`then ${r.ok}`), () => agent⟨×0..2 = ≤2⟩('last'))
        await pipeline⟨2 wide, 2 stages⟩(['a', 'b'], x => agent⟨×2⟩(x), r => agent⟨×2⟩(`then ${r}`))
        try { await agent⟨×1⟩('one', { schema: S }); await agent⟨×0..1 = ≤1⟩('two') } catch { await agent⟨×0..1 = ≤1⟩('rescue') }
        await agent⟨×1⟩('q', { schema: S }).then(v => agent⟨×0..1 = ≤1⟩('after')).catch(() => agent⟨×0..1 = ≤1⟩('instead'))
        // agents 9..16 = 5 + ≤11; at once 2..3; in a row 6..11
    "#]].assert_eq(&draw(
        "const S = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] }
await pipeline(['a', 'b'], x => agent(x, { schema: S }), r => agent(`then ${r.ok}`), () => agent('last'))
await pipeline(['a', 'b'], x => agent(x), r => agent(`then ${r}`))
try { await agent('one', { schema: S }); await agent('two') } catch { await agent('rescue') }
await agent('q', { schema: S }).then(v => agent('after')).catch(() => agent('instead'))
",
    ));
}

#[test]
fn early_exits_and_branches() {
    expect![[r#"
        const plan = await agent⟨×1⟩('plan')
        if (!plan) { return { failed: await agent⟨×0..1 = ≤1⟩('explain') } }
        const kind = plan === 'big' ? await agent⟨×0..1 = ≤1⟩('big') : await agent⟨×0..1 = ≤1⟩('small')
        switch (kind) {
          case 'a': await agent⟨×0..1 = ≤1⟩('a'); break
          case 'b': await agent⟨×0..1 = ≤1⟩('b')
          default: await agent⟨×0..1 = ≤1⟩('b or default')
        }
        for (const x of ['p', 'q', 'r']) {
          const r = await agent⟨×0..3 = ≤3⟩(x)
          if (!r) continue
          if (r === 'stop') return r
          await agent⟨×0..3 = ≤3⟩(`follow ${x}`)
        }
        // agents 2..10 = ≤10; at once 1; in a row 2..10
        // because the run decides whether this holds
        // because the run decides in which round this loop ends
    "#]]
    .assert_eq(&draw(
        "const plan = await agent('plan')
if (!plan) { return { failed: await agent('explain') } }
const kind = plan === 'big' ? await agent('big') : await agent('small')
switch (kind) {
  case 'a': await agent('a'); break
  case 'b': await agent('b')
  default: await agent('b or default')
}
for (const x of ['p', 'q', 'r']) {
  const r = await agent(x)
  if (!r) continue
  if (r === 'stop') return r
  await agent(`follow ${x}`)
}
",
    ));
}

#[test]
fn promises_that_nobody_awaits_are_not_certain() {
    expect![[r#"
        agent⟨×0..1 = ≤1⟩('floating')
        const p = agent⟨×1⟩('kept')
        const ps = ['a', 'b'].map(x => agent⟨×2⟩(x))
        const qs = []
        for (const x of ['c', 'd']) qs.push(agent⟨×2⟩(x))
        const late = (async () => { await agent⟨×0..1 = ≤1⟩('first'); await agent⟨×0..1 = ≤1⟩('second') })()
        await p
        await Promise.all([...ps, ...qs])
        return { late }
        // agents 5..8 = 5 + ≤3; at once 7; in a row 2
    "#]]
    .assert_eq(&draw(
        "agent('floating')
const p = agent('kept')
const ps = ['a', 'b'].map(x => agent(x))
const qs = []
for (const x of ['c', 'd']) qs.push(agent(x))
const late = (async () => { await agent('first'); await agent('second') })()
await p
await Promise.all([...ps, ...qs])
return { late }
",
    ));
}

#[test]
fn bounds_are_symbolic_in_args_and_exact_when_given() {
    let source = "const { files = [], rounds = 2 } = typeof args === 'string' ? JSON.parse(args) : args ?? {}
for (let i = 0; i < rounds; i++) await agent(`round ${i}`)
await parallel(files.slice(0, 5).map(f => () => agent(f)))
await pipeline(files, f => agent(f))
";
    expect![[r#"
        const { files = [], rounds = 2 } = typeof args === 'string' ? JSON.parse(args) : args ?? {}
        for (let i = 0; i < rounds; i++) await agent⟨×0..≤1000 = ≤2 + ≤rounds⟩(`round ${i}`)
        await parallel⟨0..5 = ≤5 wide⟩(files.slice(0, 5).map(f => () => agent⟨×0..5 = ≤5⟩(f)))
        await pipeline⟨0..≤4096 = ≤files wide, 1 stages⟩(files, f => agent⟨×0..≤1000 = ≤files⟩(f))
        // agents 0..≤1000 = ≤7 + ≤files + ≤rounds; at once 0..≤1000; in a row 0..≤1000
        // because `rounds` in `args` decides it
        // because `files` in `args` decides it
        // because no agent is called where its prompt is empty or no text: `files` in `args` decides it
    "#]]
    .assert_eq(&draw(source));
    expect![[r#"
        const { files = [], rounds = 2 } = typeof args === 'string' ? JSON.parse(args) : args ?? {}
        for (let i = 0; i < rounds; i++) await agent⟨×3⟩(`round ${i}`)
        await parallel⟨2 wide⟩(files.slice(0, 5).map(f => () => agent⟨×2⟩(f)))
        await pipeline⟨2 wide, 1 stages⟩(files, f => agent⟨×2⟩(f))
        // agents 7; at once 2; in a row 5
    "#]]
    .assert_eq(&draw_with(source, json!({ "files": ["a", "b"], "rounds": 3 })));
}

#[test]
fn budget_loops_and_worker_pools() {
    expect![[r#"
        while (budget.total && budget.remaining() > 50_000) await agent⟨×0..≤1000 = rounds⟩('more')
        const queue = ['a', 'b', 'c', 'd']
        const worker = async () => { while (queue.length > 0) { const x = queue.shift(); await agent⟨×4⟩(x) } }
        await Promise.all([worker(), worker()])
        const pool = async (items, cap, run) => {
          let next = 0
          const one = async () => { while (next < items.length) { const i = next++; await run(items[i]) } }
          await Promise.all(Array.from({ length: Math.min(cap, items.length) }, () => one()))
        }
        await pool(['x', 'y', 'z'], 2, x => agent⟨×3⟩(`pooled ${x}`))
        // agents 7..≤1000 = 7 + rounds; at once 0..2; in a row 0..≤1000
        // because the budget decides how often this loop runs; without one, the run ends at 1000 agents
    "#]]
    .assert_eq(&draw(
        "while (budget.total && budget.remaining() > 50_000) await agent('more')
const queue = ['a', 'b', 'c', 'd']
const worker = async () => { while (queue.length > 0) { const x = queue.shift(); await agent(x) } }
await Promise.all([worker(), worker()])
const pool = async (items, cap, run) => {
  let next = 0
  const one = async () => { while (next < items.length) { const i = next++; await run(items[i]) } }
  await Promise.all(Array.from({ length: Math.min(cap, items.length) }, () => one()))
}
await pool(['x', 'y', 'z'], 2, x => agent(`pooled ${x}`))
",
    ));
}

#[test]
fn a_budget_loop_says_what_ends_it_in_the_dialect() {
    let source = "while (budget.remaining() > 1000) await agent('more')";
    let why = |profile| {
        let context = crate::Context { profile, ..crate::Context::default() };
        let plan = crate::plan::interpret(&crate::script::parse(source), &context);
        plan.loops[0].trips.because[0].text.clone()
    };
    let decides = "the budget decides how often this loop runs; without one,";
    assert_eq!(why(crate::vocabulary::Profile::ClaudeCode), format!("{decides} the run ends at 1000 agents"));
    assert_eq!(why(crate::vocabulary::Profile::Qwen), format!("{decides} nothing does"));
}

#[test]
fn a_schema_given_in_some_calls_only_is_one_that_may_fail() {
    let source =
        "const ask = (schema) => agent('Find', schema ? { schema } : {})\nawait ask()\nawait ask({ type: 'object' })";
    assert!(plan(source).calls[0].takes_schema);
}

#[test]
fn concurrent_callbacks_that_share_state() {
    expect![[r#"
        let left = 2
        const found = []
        await parallel⟨3 wide⟩(['a', 'b', 'c'].map(x => async () => {
          if (left > 0) { left--; await agent⟨×0..3 = ≤3⟩(`taken ${x}`) }
          found.push(await agent⟨×3⟩(x))
        }))
        await parallel⟨3 wide⟩(found.map(f => () => agent⟨×3⟩(`use ${f}`)))
        // agents 6..9 = 6 + ≤3; at once 3; in a row 2..3
        // because the run decides whether this holds
    "#]]
    .assert_eq(&draw(
        "let left = 2
const found = []
await parallel(['a', 'b', 'c'].map(x => async () => {
  if (left > 0) { left--; await agent(`taken ${x}`) }
  found.push(await agent(x))
}))
await parallel(found.map(f => () => agent(`use ${f}`)))
",
    ));
}

#[test]
fn recursion_is_followed_as_far_as_it_is_decided() {
    expect![[r#"
        async function retry(n) { const r = await agent⟨×1..4 = 1 + ≤3⟩(`try ${n}`); return r || n === 0 ? r : retry(n - 1) }
        await retry(3)
        // agents 1..4 = 1 + ≤3; at once 1; in a row 1..4
        // because the run decides whether this holds
    "#]].assert_eq(&draw(
        "async function retry(n) { const r = await agent(`try ${n}`); return r || n === 0 ? r : retry(n - 1) }
await retry(3)
",
    ));
    expect![[r#"
        async function forever(x) { const r = await agent⟨×0..≤1000 = ?⟩(x); return r ? forever(r) : null }
        await forever('a')
        await agent⟨×0..≤1000 = ?⟩('after')
        // agents 0..≤1000 = ?; at once 0..≤1000; in a row 0..≤1000
        // because this function calls itself, and nothing the script says bounds how often
    "#]]
    .assert_eq(&draw(
        "async function forever(x) { const r = await agent(x); return r ? forever(r) : null }
await forever('a')
await agent('after')
",
    ));
}

#[test]
fn classes_generators_and_maps() {
    expect![[r#"
        class Team {
          #names = ['a', 'b']
          constructor(extra) { this.extra = extra }
          async ask(q) { for (const n of this.#names) await agent⟨×2⟩(`${n} ${q}`); return agent⟨×1⟩(this.extra) }
        }
        await new Team('c').ask('why')
        function* numbers() { yield 1; yield 2 }
        for (const n of numbers()) await agent⟨×0..≤1000 = yielded⟩(`number ${n}`)
        const by = new Map([['x', () => agent⟨×0..1 = ≤1⟩('x')], ['y', () => agent⟨×0..1 = ≤1⟩('y')]])
        await by.get('x')?.()
        const seen = new Set(['p', 'q', 'p'])
        for (const s of seen) await agent⟨×1..3 = ≤3⟩(s)
        // agents 4..≤1000 = ≤3 + ≤4 + ≤yielded; at once 1..2; in a row 4..≤1000
        // because a generator gives as many values as it is asked for
        // because equal keys count once
    "#]]
    .assert_eq(&draw(
        "class Team {
  #names = ['a', 'b']
  constructor(extra) { this.extra = extra }
  async ask(q) { for (const n of this.#names) await agent(`${n} ${q}`); return agent(this.extra) }
}
await new Team('c').ask('why')
function* numbers() { yield 1; yield 2 }
for (const n of numbers()) await agent(`number ${n}`)
const by = new Map([['x', () => agent('x')], ['y', () => agent('y')]])
await by.get('x')?.()
const seen = new Set(['p', 'q', 'p'])
for (const s of seen) await agent(s)
",
    ));
}

/// What a phase is called at the end of one iteration, it is called at the beginning of the next.
#[test]
fn a_phase_outlives_the_iteration_that_entered_it() {
    let source = "
const list = await agent('list', { schema: { type: 'object', properties: { files: { type: 'array', maxItems: 5 } }, required: ['files'] } })
phase('Early')
for (const file of list?.files ?? []) {
  await agent(`look at ${file}`)
  if (file) phase('Late')
}";
    let plan = plan(source);
    let phases: Vec<_> = plan.phases.iter().map(|p| (p.title.as_deref(), p.agents.low, p.agents.high)).collect();
    assert_eq!(phases, [(None, 1, Some(1)), (Some("Early"), 0, Some(5)), (Some("Late"), 0, Some(5))]);
}

/// What a condition showed of a property holds until something may change it.
#[test]
fn what_was_checked_may_change() {
    let start = "const a = { note: await agent('n') }, b = { note: await agent('m') }
const r = (await agent('which')) === 'a' ? a : b
const n = await agent('x')
";
    let hidden = |body: &str| {
        let plan = plan(&format!("{start}{body}"));
        let call = plan.calls.iter().find(|c| c.prompt.parts == [PromptPart::Text("hidden".into())]);
        call.map_or(Some(0), |c| c.count.high)
    };
    let checked = "if (r.note !== null) { if (r.note === null) await agent('hidden') }";
    assert_eq!(hidden(checked), Some(0));
    for body in [
        "if (r.note !== null) { Object.assign(r, { note: n }); if (r.note === null) await agent('hidden') }",
        "if (r.note !== undefined) { delete r.note; if (r.note === undefined) await agent('hidden') }",
        "if (r.note !== undefined) { const k = 'note'; delete r[k]; if (r.note === undefined) await agent('hidden') }",
        // Another one of the same kind writes while this one waits.
        "const w = async () => { if (r.note !== null) { await agent('w'); if (r.note === null) await agent('hidden') } r.note = n }
await parallel([w, w])",
        "let s = r
const w = async () => { if (s.note !== null) { await n; if (s.note === null) await agent('hidden') } s = { note: null } }
await parallel([w, w])",
        // Work that nobody has awaited yet meets a property that is gone.
        "const st = { on: true }
const t = (async () => { await agent('w'); if (!st.on) await agent('hidden') })()
delete st.on
await t",
        // What a name says of a property was true some time ago.
        "const st = { on: n }
const off = !st.on
st.on = 'x'
if (off) { if (st.on) await agent('hidden') }",
        "let on = n
const off = !on
on = 'x'
if (off) { if (on) await agent('hidden') }",
        "const list = ['x']
delete list[0]
if (!list[0]) await agent('hidden')",
        "const data = args ?? {}
if (data.list.length === 3) { data.list.push('x'); if (data.list.length === 4) await agent('hidden') }",
    ] {
        assert_ne!(hidden(body), Some(0), "{body}");
    }
}

#[test]
fn agents_of_a_computed_phase_are_counted_by_the_beginning_of_its_title() {
    expect![[r#"
        phase('Plan')
        await agent⟨×1⟩('plan')
        for (const part of args.parts) {
          phase(`Fix ${part}`)
          await agent⟨×0..≤1000 = parts⟩('fix')
        }
        phase(args.last)
        await agent⟨×1⟩('last')
        await agent⟨×1⟩('own', { phase: `Check ${args.name}` })
        await agent⟨×1⟩('none', { phase: args.none })
        // agents 4..≤1000 = 4 + parts; at once 1; in a row 4..≤1000
        // phase Plan: 1
        // phase Fix … (computed): 0..≤1000 = parts
        // phase … (computed): 2
        // phase Check … (computed): 1
        // because `parts` in `args` decides it
    "#]]
    .assert_eq(&draw(
        "phase('Plan')
await agent('plan')
for (const part of args.parts) {
  phase(`Fix ${part}`)
  await agent('fix')
}
phase(args.last)
await agent('last')
await agent('own', { phase: `Check ${args.name}` })
await agent('none', { phase: args.none })
",
    ));
}

#[test]
fn what_threw_counts_with_what_was_done_on_a_way_that_left() {
    for left in [
        "for (const x of [1]) { await work(); return 1 }",
        "if (r === 'z') { await work(); return 1 }",
        "try { await work(); return 1 } finally { log('done') }",
        "switch (r) { case 'z': await work(); return 1 }",
        "await work(); return 1",
    ] {
        let body = format!(
            "const r = await agent('q')
async function work() {{ await agent('a'); if (r === 'z') throw new Error('no') }}
try {{ {left} }} catch {{ await work() }}"
        );
        assert_eq!(plan(&body).agents.high, Some(3), "{left}");
    }
    let labelled = "const r = await agent('q')
outer: for (const x of [1]) {
  try { if (r !== 'y') { await agent('a'); if (r === 'z') throw new Error('no'); break outer } } catch { await agent('b') }
}";
    assert_eq!(plan(labelled).agents.high, Some(3));
}

#[test]
fn classes_that_leave_our_sight_are_followed() {
    for body in [
        "class Base { async mend() { await agent('mend') } }\nclass A extends Base { async run() { return 1 } }\nargs.register(new A())",
        "class A { async run() { await agent('run') } }\nargs.register({ deep: [A] })",
        "class A { constructor() { agent('made') } }\nargs.register(A)",
        // What the first one writes has it followed again, when the second has left our sight already.
        "let n = 0\nargs.on(() => { n += 1; args.on(async () => { await agent('x') }) })",
    ] {
        let plan = plan(body);
        assert_eq!((plan.calls.len(), plan.agents.low, plan.agents.high), (1, 0, None), "{body}");
    }
}

#[test]
fn batches_of_a_list_make_up_the_list() {
    let start = "const S = { type: 'object', properties: { items: { type: 'array', maxItems: 10, items: { type: 'string' } } }, required: ['items'] }
const ten = (await agent('list', { schema: S }))?.items ?? []
const open = args.open
";
    let counted = |body: &str| {
        let plan = plan(&format!("{start}{body}"));
        let call = plan.calls.last().expect("it calls an agent");
        (call.count.high, call.count.expr.to_string())
    };
    for (body, high, expr) in [
        (
            "for (let i = 0; i < ten.length; i += 3) { const b = ten.slice(i, i + 3); await parallel(b.map((x) => () => agent('on ' + x))) }",
            Some(10),
            "≤items",
        ),
        (
            "for (let i = 0; i < open.length; i += 3) { const b = open.slice(i, i + 3); await parallel(b.map((x) => () => agent('on ' + x))) }",
            None,
            "≤open",
        ),
        (
            "const n = args.n ?? 4\nfor (let i = 0; i < ten.length; i += n) await pipeline(ten.slice(i, i + n), (x) => agent('on ' + x))",
            Some(10),
            "≤items",
        ),
        (
            "for (let i = 0; i < ten.length; i += 3) { const b = ten.slice(i, Math.min(i + 3, ten.length)); for (const x of b) await agent('on ' + x) }",
            Some(10),
            "≤items",
        ),
        (
            "for (let i = 0; i < ten.length; i += 3) { const b = ten.slice(i, i + 3); for (const x of b) await agent('on ' + x); if (args.stop) break }",
            Some(10),
            "≤items",
        ),
        // Each element meets those of its own batch only.
        (
            "for (let i = 0; i < ten.length; i += 3) { const b = ten.slice(i, i + 3); for (const x of b) for (const y of b) await agent(`on ${x} and ${y}`) }",
            Some(36),
            "≤4·items",
        ),
        // It is not the batch of this round, or not the next part of the list.
        (
            "let first\nfor (let i = 0; i < ten.length; i += 3) { const b = ten.slice(i, i + 3); first ??= b; for (const x of first) await agent('on ' + x) }",
            Some(12),
            "≤5·items",
        ),
        (
            "const later = []\nfor (let i = 0; i < ten.length; i += 3) { const b = ten.slice(i, i + 3); later.push(async () => { for (const x of b) await agent('on ' + x) }) }\nawait parallel(later)",
            Some(12),
            "≤4·items",
        ),
        (
            "for (let i = 0; i < ten.length; i += 1) { const b = ten.slice(i, i + 3); for (const x of b) await agent('on ' + x) }",
            Some(30),
            "≤3·items",
        ),
        (
            "for (let i = 0; i < ten.length; i += 3) { const b = ten.slice(i, i + 3); if (args.again && i > 3) i -= 3; for (const x of b) await agent('on ' + x); if (args.stop) break }",
            None,
            "≤3 + ≤3·rounds",
        ),
    ] {
        assert_eq!(counted(body), (high, expr.to_owned()), "{body}");
    }
    let width = plan(&format!("{start}for (let i = 0; i < open.length; i += 3) await parallel(open.slice(i, i + 3).map((x) => () => agent('on ' + x)))")).fanouts[0].width.clone();
    assert_eq!((width.high, width.expr.to_string()), (Some(3), "≤3".to_owned()));
}

/// What is taken off a list in one round is in no other.
#[test]
fn batches_that_are_taken_off_a_list_make_up_the_list() {
    let start = "const S = { type: 'object', properties: { items: { type: 'array', maxItems: 50, items: { type: 'string' } } }, required: ['items'] }
const fifty = (await agent('list', { schema: S }))?.items ?? []
const queue = [...fifty]
const open = [...args.files]
";
    let counted = |body: &str| {
        let plan = plan(&format!("{start}{body}"));
        let call = plan.calls.last().expect("it calls an agent");
        (call.count.high, call.count.expr.to_string())
    };
    let each = "await parallel(b.map((x) => () => agent('on ' + x)))";
    for (body, high, expr) in [
        (format!("while (queue.length) {{ const b = queue.splice(0, 3); {each} }}"), Some(50), "≤items"),
        (format!("while (queue.length > 0) {{ const b = queue.splice(0, 3); {each} }}"), Some(50), "≤items"),
        (format!("const n = 4\ndo {{ const b = queue.splice(0, n); {each} }} while (queue.length)"), Some(50), "≤items"),
        (format!("while (true) {{ const b = queue.splice(0, 3); if (!b.length) break; {each} }}"), Some(50), "≤items"),
        (format!("while (queue.length) {{ const b = queue.splice(-3); {each} }}"), Some(50), "≤items"),
        (format!("while (open.length) {{ const b = open.splice(0, 3); {each} }}"), None, "≤files"),
        ("while (queue.length) for (const x of queue.splice(0, args.n)) { await agent('on ' + x) }".to_owned(), Some(50), "≤items"),
        // So many rounds take one at least.
        ("while (queue.length) { const b = queue.splice(0, 3); await agent('on ' + b.join()) }".to_owned(), Some(50), "≤50"),
        ("while (open.length) { const b = open.splice(0, 3); await agent('on ' + b.join()) }".to_owned(), None, "≤files"),
        ("while (open.length) { const x = open.shift(); await agent('on ' + x) }".to_owned(), None, "≤files"),
        // Each meets those of its own batch.
        (
            "while (queue.length) { const b = queue.splice(0, 3); for (const x of b) for (const y of b) await agent(x + y) }".to_owned(),
            Some(450),
            "≤50·items",
        ),
        // It is not the batch of this round.
        (
            format!("let first\nwhile (queue.length) {{ const b = queue.splice(0, 3); first ??= b; {} }}", "await parallel(first.map((x) => () => agent('on ' + x)))"),
            Some(150),
            "≤51·items",
        ),
        // The list grows meanwhile, under whatever name.
        (format!("while (queue.length) {{ const b = queue.splice(0, 3); {each}; if (args.more) queue.push('x') }}"), None, "≤3·rounds"),
        (
            format!("const more = () => queue.push('x')\nwhile (queue.length) {{ const b = queue.splice(0, 3); {each}; if (args.more) more() }}"),
            None,
            "≤3·rounds",
        ),
        (
            format!("const same = queue\nwhile (queue.length) {{ const b = queue.splice(0, 3); {each}; if (args.more) same[same.length] = 'x' }}"),
            None,
            "≤3·rounds",
        ),
        (format!("while (queue.length) {{ const b = queue.splice(0, 3, 'x'); {each} }}"), None, "≤3·rounds"),
        (
            format!("while (queue.length) {{ const b = queue.splice(0, 3); {each}; if (args.more) queue.length = args.more }}"),
            None,
            "≤3·rounds",
        ),
        // Others put something in, or take from it.
        (
            format!("await parallel([async () => {{ while (queue.length) {{ const b = queue.splice(0, 3); {each} }} }}, async () => {{ queue.push(...args.more) }}])"),
            None,
            "≤6·rounds",
        ),
        (
            format!("const work = async () => {{ while (queue.length) {{ const b = queue.splice(0, 3); {each} }} }}\nconst done = work()\nqueue.push(...args.more)\nawait done"),
            None,
            "≤3·rounds",
        ),
    ] {
        assert_eq!(counted(&body), (high, expr.to_owned()), "{body}");
    }
    let width = plan(&format!("{start}while (queue.length) {{ const b = queue.splice(0, 3); {each} }}")).fanouts[0]
        .width
        .clone();
    assert_eq!((width.high, width.expr.to_string()), (Some(3), "≤3".to_owned()));
}

#[test]
fn what_is_resolved_with_a_promise_rejects_as_that_does() {
    let after = |given: &str| {
        let then = ".then(() => agent('went well'), () => log('failed'))";
        let made = [format!("Promise.resolve({given})"), format!("new Promise(done => done({given}))")];
        made.map(|made| {
            let plan = plan(&format!("await {made}{then}"));
            format!("{}, {} in a row", plan.agents, plan.critical_path)
        })
    };
    assert_eq!(
        after("args.a ? Promise.resolve(1) : Promise.reject(2)"),
        ["0..1, 0..1 in a row", "0..1, 0..1 in a row"]
    );
    assert_eq!(after("Promise.reject(2)"), ["0, 0 in a row", "0..1, 0..1 in a row"]);
}
