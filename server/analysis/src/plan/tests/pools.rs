//! Workers that take from one place: how many agents they start together.

use expect_test::expect;

use super::draw;

const FOUND: &str = "const { items } = await agent('find', { schema: { type: 'object', required: ['items'], properties: { items: { type: 'array', maxItems: 50, items: { type: 'string' } } } } })";

fn found(source: &str) -> String {
    let drawn = draw(&format!("{FOUND}\n{source}"));
    drawn.split_once('\n').map_or_else(|| drawn.clone(), |(_, rest)| rest.to_owned())
}

#[test]
fn who_takes_what_is_decided_by_the_run() {
    expect![[r#"
        let next = 0
        const files = ['a', 'b', 'c', 'd', 'e']
        const worker = async (deep) => {
          let done = 0
          while (next < files.length) {
            const file = files[next++]
            if (deep) await agent⟨×0..5 = ≤5⟩(`deep ${file}`)
            else await agent⟨×0..5 = ≤5⟩(`flat ${file}`)
            done++
          }
          return done
        }
        const [deep, flat] = await Promise.all([worker(true), worker(false)])
        if (flat > 0) await agent⟨×0..1 = ≤1⟩('flat ones')
        // agents 5..6 = 5 + ≤1; at once 0..2; in a row 0..6
        // because the run decides whether this holds
    "#]]
    .assert_eq(&draw(
        "let next = 0
const files = ['a', 'b', 'c', 'd', 'e']
const worker = async (deep) => {
  let done = 0
  while (next < files.length) {
    const file = files[next++]
    if (deep) await agent(`deep ${file}`)
    else await agent(`flat ${file}`)
    done++
  }
  return done
}
const [deep, flat] = await Promise.all([worker(true), worker(false)])
if (flat > 0) await agent('flat ones')
",
    ));
}

#[test]
fn workers_together_take_what_there_is() {
    for pool in [
        "let next = 0
const worker = async () => { while (next < items.length) { const i = next++; await agent(items[i]) } }
",
        "let next = 0
const worker = async () => { for (;;) { const i = next++; if (i >= items.length) return; await agent(items[i]) } }
",
        "let next = 0
const worker = async () => { while (true) { const i = next; next += 1; if (!(i < items.length)) break; await agent(items[i]) } }
",
        "let next = 0
const worker = async () => { while (true) { if (next >= items.length) break; const i = next++; await agent(items[i]) } }
",
        "let next = 0
const worker = async () => { for (let i = next++; i < items.length; i = next++) await agent(items[i]) }
",
        "let next = 0
const worker = async () => { let i; while ((i = next++) < items.length) await agent(items[i]) }
",
        "const queue = [...items]
const worker = async () => { while (queue.length > 0) { const x = queue.shift(); await agent(x) } }
",
        "const queue = items.slice()
const worker = async () => { let x; while ((x = queue.pop()) !== undefined) await agent(x) }
",
        "const queue = items.map((x, i) => ({ x, i }))
const worker = async () => { for (;;) { const job = queue.shift(); if (!job) return; await agent(job.x) } }
",
        "const queue = items.filter(Boolean)
const worker = async () => { for (let x = queue.shift(); x; x = queue.shift()) await agent(x) }
",
    ] {
        for start in [
            "await Promise.all([worker(), worker(), worker()])",
            "await parallel([worker, worker, worker])",
            "await parallel(Array.from({ length: 3 }, () => () => worker()))",
            "await Promise.all(Array.from({ length: Math.min(3, items.length) }, worker))",
        ] {
            let drawn = found(&format!("{pool}{start}\n"));
            assert!(drawn.contains("// agents 1..51 = 1 + "), "{drawn}");
            assert!(drawn.contains("; at once 1..3; ") || drawn.contains("; at once 0..3; "), "{drawn}");
        }
    }
}

#[test]
fn what_is_certain_to_be_taken_is() {
    expect![[r#"
        const list = ['a', 'b', 'c', 'd', 'e', 'f']
        let next = 0
        const worker = async () => { while (next < list.length) { const x = list[next++]; await agent⟨×6⟩(x); await agent⟨×6⟩('check') } }
        await Promise.all([worker(), worker()])
        const queue = list.slice(1)
        const left = async () => { while (queue.length) { const x = queue.shift(); await agent⟨×0..5 = ≤5⟩(x) } }
        left()
        await left()
        // agents 12..17 = 12 + ≤5; at once 0..2; in a row 0..17
    "#]].assert_eq(&draw(
        "const list = ['a', 'b', 'c', 'd', 'e', 'f']
let next = 0
const worker = async () => { while (next < list.length) { const x = list[next++]; await agent(x); await agent('check') } }
await Promise.all([worker(), worker()])
const queue = list.slice(1)
const left = async () => { while (queue.length) { const x = queue.shift(); await agent(x) } }
left()
await left()
",
    ));
}

#[test]
fn what_goes_both_ways_is_open() {
    expect![[r#"
        const queue = ['a', 'b']
        const worker = async () => {
          while (queue.length > 0) {
            const x = queue.shift()
            if (await agent⟨×0..≤1000 = 2·rounds⟩(x)) queue.push(x)
          }
        }
        await Promise.all([worker(), worker()])
        let next = 0
        const again = async () => { while (next < 3) { const i = next++; if (!await agent⟨×0..≤1000 = 2·rounds⟩('x')) next = i } }
        await Promise.all([again(), again()])
        let late = 0
        const wait = async () => { while (late < 3) { await agent⟨×1..≤1000 = 2·rounds⟩('first'); late++ } }
        await Promise.all([wait(), wait()])
        // agents 1..≤1000 = 2·rounds + 2·rounds + 2·rounds; at once 1..2; in a row 1..≤1000
        // because nothing in the script bounds how often this loop runs
    "#]].assert_eq(&draw(
        "const queue = ['a', 'b']
const worker = async () => {
  while (queue.length > 0) {
    const x = queue.shift()
    if (await agent(x)) queue.push(x)
  }
}
await Promise.all([worker(), worker()])
let next = 0
const again = async () => { while (next < 3) { const i = next++; if (!await agent('x')) next = i } }
await Promise.all([again(), again()])
let late = 0
const wait = async () => { while (late < 3) { await agent('first'); late++ } }
await Promise.all([wait(), wait()])
",
    ));
}

#[test]
fn each_pool_of_a_helper_is_one_of_its_own() {
    expect![[r#"
        async function limited(list, most, f) {
          const out = []
          let next = 0
          const run = async () => { while (next < list.length) { const i = next++; out.push(await f(list[i])) } }
          await Promise.all(Array.from({ length: most }, run))
          return out
        }
        const first = await limited(items, 4, x => agent⟨×0..50 = ≤items⟩(x))
        await limited(first, 4, x => agent⟨×0..≤1000 = n⟩(`again ${x}`))
        for (const x of ['a', 'b']) await limited([x, x, x], 2, y => agent⟨×6⟩(y))
        // agents 7..≤1000 = 7 + n + ≤items; at once 1..4; in a row 1..≤1000
        // because `items` is as long as the agent at line 1 returns: its schema allows 50
        // because several take from it at the same time
    "#]]
    .assert_eq(&found(
        "async function limited(list, most, f) {
  const out = []
  let next = 0
  const run = async () => { while (next < list.length) { const i = next++; out.push(await f(list[i])) } }
  await Promise.all(Array.from({ length: most }, run))
  return out
}
const first = await limited(items, 4, x => agent(x))
await limited(first, 4, x => agent(`again ${x}`))
for (const x of ['a', 'b']) await limited([x, x, x], 2, y => agent(y))
",
    ));
}

#[test]
fn what_workers_set_is_there_in_the_end() {
    expect![[r#"
        const out = []
        let next = 0
        const run = async () => { while (next < items.length) { const i = next++; out[i] = await agent⟨×0..50 = ≤items⟩(items[i]) } }
        await Promise.all([run(), run()])
        await parallel⟨0..50 = ≤50 wide⟩(out.map(r => () => agent⟨×0..50 = ≤50⟩(`again ${r}`)))
        const by = {}
        await Promise.all(['a', 'b', 'c'].map(async k => { by[k] = await agent⟨×3⟩(k) }))
        for (const k of Object.keys(by)) await agent⟨×0..3 = ≤3⟩(k)
        const seen = {}
        await Promise.all(['a', 'b'].map(async k => { if (!seen[k]) seen[k] = await agent⟨×0..2 = ≤2⟩(k) }))
        for (const k of Object.keys(seen)) await agent⟨×0..≤1000 = seen⟩(k)
        // agents 4..≤1000 = 4 + ≤55 + ≤items + seen; at once 3..50; in a row 2..≤1000
        // because `items` is as long as the agent at line 1 returns: its schema allows 50
        // because several take from it at the same time
        // because the list grows by writing past its end
        // because the run decides in which round this loop ends
        // because the run decides whether this holds
        // because the run decides which keys the object has
    "#]].assert_eq(&found(
        "const out = []
let next = 0
const run = async () => { while (next < items.length) { const i = next++; out[i] = await agent(items[i]) } }
await Promise.all([run(), run()])
await parallel(out.map(r => () => agent(`again ${r}`)))
const by = {}
await Promise.all(['a', 'b', 'c'].map(async k => { by[k] = await agent(k) }))
for (const k of Object.keys(by)) await agent(k)
const seen = {}
await Promise.all(['a', 'b'].map(async k => { if (!seen[k]) seen[k] = await agent(k) }))
for (const k of Object.keys(seen)) await agent(k)
",
    ));
}

/// What one has seen of a list ends where it waits, if others take from it.
#[test]
fn what_is_known_of_a_list_ends_where_others_take_from_it() {
    let drain = "while (queue.length) { const x = queue.shift(); await agent(x) }";
    for seen in [
        "const n = queue.length; await agent('wait'); if (n < 3) return",
        "const n = queue.length; if (n < 3) return; await agent('wait')",
        "const few = queue.length < 3; await agent('wait'); if (few) return",
        "if (queue.length < 3) return; await agent('wait')",
    ] {
        let drawn = found(&format!(
            "const queue = [...items]
const worker = async () => {{ {seen}; if (queue.length < 2) await agent('left'); {drain} }}
await Promise.all([worker(), worker()])
"
        ));
        assert!(drawn.contains("await agent⟨×0..2 = ≤2⟩('left')"), "{drawn}");
    }
}
