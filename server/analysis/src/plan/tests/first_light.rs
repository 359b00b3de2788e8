use expect_test::expect;

use super::draw;

#[test]
fn agents_one_after_another() {
    expect![[r#"
        const a = await agent⟨×1⟩('one')
        const b = await agent⟨×1⟩(`two ${a}`)
        return b
        // agents 2; at once 1; in a row 2
    "#]]
    .assert_eq(&draw(
        "const a = await agent('one')
const b = await agent(`two ${a}`)
return b
",
    ));
}

#[test]
fn three_dimensions_reviewed_and_each_finding_refuted() {
    expect![[r#"
        const DIMENSIONS = ['bugs', 'speed', 'style']
        const FINDINGS = {
          type: 'object',
          properties: { findings: { type: 'array', maxItems: 5, items: { type: 'object', properties: { file: { type: 'string' } }, required: ['file'] } } },
          required: ['findings'],
        }
        phase('Review')
        const results = await pipeline⟨3 wide, 2 stages⟩(
          DIMENSIONS,
          d => agent⟨×3⟩(`Review ${d}`, { label: d, schema: FINDINGS, phase: 'Review' }),
          r => parallel⟨0..5 = ≤findings wide⟩((r?.findings ?? []).map(f => () => agent⟨×0..15 = ≤3·findings⟩(`Refute ${f.file}`, { phase: 'Verify' }))),
        )
        return results.flat().filter(Boolean)
        // agents 3..18 = 3 + ≤3·findings; at once 3..15; in a row 1..2
        // phase Review: 3
        // phase Verify: 0..15 = ≤3·findings
        // because `findings` is as long as the agent at line 10 returns: its schema allows 5
    "#]]
    .assert_eq(&draw(
        "const DIMENSIONS = ['bugs', 'speed', 'style']
const FINDINGS = {
  type: 'object',
  properties: { findings: { type: 'array', maxItems: 5, items: { type: 'object', properties: { file: { type: 'string' } }, required: ['file'] } } },
  required: ['findings'],
}
phase('Review')
const results = await pipeline(
  DIMENSIONS,
  d => agent(`Review ${d}`, { label: d, schema: FINDINGS, phase: 'Review' }),
  r => parallel((r?.findings ?? []).map(f => () => agent(`Refute ${f.file}`, { phase: 'Verify' }))),
)
return results.flat().filter(Boolean)
",
    ));
}

#[test]
fn no_max_items_leaves_the_count_open_and_says_why() {
    expect![[r#"
        const LIST = { type: 'object', properties: { files: { type: 'array', items: { type: 'string' } } }, required: ['files'] }
        const found = await agent⟨×1⟩('list', { schema: LIST })
        if (!found) return null
        await parallel⟨0..≤4096 = files wide⟩(found.files.map(f => () => agent⟨×0..≤1000 = ≤files⟩(f)))
        const some = found.files.slice(0, 4)
        await parallel⟨0..4 = ≤4 wide⟩(some.map(f => () => agent⟨×0..4 = ≤4⟩(f)))
        // agents 1..≤1000 = ≤5 + ≤files; at once 1..≤1000; in a row 1..3
        // because `files` is as long as the agent at line 2 returns: its schema sets no maxItems
        // because no agent is called where its prompt is empty or no text
    "#]]
    .assert_eq(&draw(
        "const LIST = { type: 'object', properties: { files: { type: 'array', items: { type: 'string' } } }, required: ['files'] }
const found = await agent('list', { schema: LIST })
if (!found) return null
await parallel(found.files.map(f => () => agent(f)))
const some = found.files.slice(0, 4)
await parallel(some.map(f => () => agent(f)))
",
    ));
}

#[test]
fn loops_count() {
    expect![[r#"
        for (let i = 0; i < 3; i++) await agent⟨×3⟩(`round ${i}`)
        for (let i = 0; i < 100; i += 2) await agent⟨×50⟩(`often ${i}`)
        let n = 0
        while (n < 40) { n++; if (n % 2) continue; await agent⟨×0..40 = ≤40⟩('sometimes') }
        do { await agent⟨×1⟩('once') } while (false)
        for (const x of ['a', 'b']) { if (x === 'b') break; await agent⟨×1⟩(x) }
        while (true) { const r = await agent⟨×1..≤1000 = 1 + rounds⟩('until done'); if (r === 'done') break }
        // agents 56..≤1000 = 56 + ≤40 + rounds; at once 1; in a row 56..≤1000
        // because the run decides in which round this loop ends
        // because nothing in the script bounds how often this loop runs
    "#]]
    .assert_eq(&draw(
        "for (let i = 0; i < 3; i++) await agent(`round ${i}`)
for (let i = 0; i < 100; i += 2) await agent(`often ${i}`)
let n = 0
while (n < 40) { n++; if (n % 2) continue; await agent('sometimes') }
do { await agent('once') } while (false)
for (const x of ['a', 'b']) { if (x === 'b') break; await agent(x) }
while (true) { const r = await agent('until done'); if (r === 'done') break }
",
    ));
}

#[test]
fn helpers_closures_and_thunks_built_step_by_step() {
    expect![[r#"
        const ask = (p, o = {}) => agent⟨×7⟩(`ask ${p}`, o)
        async function twice(p) { await ask(p); return ask(p + '!') }
        const thunks = []
        for (const x of ['a', 'b', 'c']) thunks.push(() => twice(x))
        if (Math.max(2, 3) === 3) thunks.push(async () => ask('more'))
        await parallel⟨5 wide⟩([...thunks, () => agent⟨×1⟩('last')])
        const size = Math.min(10, args.items.length)
        for (let i = 0; i < size; i++) await agent⟨×0..10 = ≤10⟩(`item ${i}`)
        // agents 8..18 = 8 + ≤10; at once 5; in a row 2..12
        // because `items` in `args` decides it
    "#]]
    .assert_eq(&draw(
        "const ask = (p, o = {}) => agent(`ask ${p}`, o)
async function twice(p) { await ask(p); return ask(p + '!') }
const thunks = []
for (const x of ['a', 'b', 'c']) thunks.push(() => twice(x))
if (Math.max(2, 3) === 3) thunks.push(async () => ask('more'))
await parallel([...thunks, () => agent('last')])
const size = Math.min(10, args.items.length)
for (let i = 0; i < size; i++) await agent(`item ${i}`)
",
    ));
}

#[test]
fn rounds_that_are_certain_are_counted_and_the_others_say_why() {
    expect![[r#"
        let dry = 0
        for (let round = 1; round <= 5 && dry < 2; round++) {
          const found = await agent⟨×2..5 = ≤5⟩(`round ${round}`)
          dry = found ? 0 : dry + 1
        }
        let calm = 0
        do {
          const found = await agent⟨×1..≤1000 = 1 + rounds⟩('again')
          if (found === 'stop') break
          calm = found ? 0 : calm + 1
        } while (calm < 3)
        if (calm) await agent⟨×0..1 = ≤1⟩('calm')
        // agents 3..≤1000 = 1 + ≤6 + rounds; at once 1; in a row 3..≤1000
        // because the run decides in which round this loop ends
        // because nothing in the script bounds how often this loop runs
        // because the run decides whether this holds
    "#]]
    .assert_eq(&draw(
        "let dry = 0
for (let round = 1; round <= 5 && dry < 2; round++) {
  const found = await agent(`round ${round}`)
  dry = found ? 0 : dry + 1
}
let calm = 0
do {
  const found = await agent('again')
  if (found === 'stop') break
  calm = found ? 0 : calm + 1
} while (calm < 3)
if (calm) await agent('calm')",
    ));
}
