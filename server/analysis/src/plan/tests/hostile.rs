//! Nothing anyone types makes the interpreter panic, hang, or claim what it does not know.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::plan;

const SEEDS: [&str; 4] = [
    "const S = { type: 'object', properties: { items: { type: 'array', items: { type: 'string' } } } }
const r = await agent('x', { schema: S })
for (const i of r?.items ?? []) { try { await agent(i) } catch (e) { continue } finally { phase('P') } }
return await parallel(r.items.map((x, i) => async () => agent(`${x} ${i}`)))",
    "const q = [1, 2, 3]; let n = 0
while (q.length && n < 10) { n += 1; const x = q.shift(); q.push(x + 1); if (n % 3 === 0) break; await agent(String(x)) }
const f = (a, ...b) => b.length ? f(...b) : agent(a)
await f(1, 2, 3)",
    "class A extends Error { static s = 1; get x() { return this.y } constructor(...a) { super(...a); this.y = a } }
function* g() { const z = yield* [1, 2]; return z }
const { a: { b = 1, ...c } = {}, ...d } = args ?? {}
label: for (let i = 0, j = 9; i < j; i++, j--) { switch (i) { case 1: continue label; default: break label } }
await Promise.allSettled([...g()].map(v => new Promise(r => r(v)).then(agent).finally(() => {})))",
    "let o = { m() { return this.n++ }, n: 0, ['k' + 1]: [] }
do { o.m(); o.k1[o.n] = o; o = { ...o, o } } while (o.n < 20)
const m = new Map(Object.entries(o)); m.forEach((v, k) => m.set(k + k, v))
return JSON.parse(JSON.stringify([...m.keys()])).reduce((a, x) => a.concat(x, [x]), []).map(x => agent(x))",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn mutated_scripts_have_a_plan(seed in 0..SEEDS.len(), cuts in prop::collection::vec((0usize..600, 0usize..12, 0usize..600), 0..4)) {
        let mut text: Vec<char> = SEEDS[seed].chars().collect();
        for (at, len, from) in cuts {
            let at = at % text.len().max(1);
            let end = (at + len).min(text.len());
            let from = from % text.len().max(1);
            let piece: Vec<char> = text[from..(from + len).min(text.len())].to_vec();
            text.splice(at..end, piece);
        }
        let text: String = text.into_iter().collect();
        let begin = Instant::now();
        let plan = plan(&text);
        prop_assert!(begin.elapsed() < Duration::from_secs(5), "{text}");
        for call in &plan.calls {
            prop_assert!(call.count.high.is_none_or(|h| call.count.low <= h));
            prop_assert!(plan.agents.high.is_none_or(|all| call.count.high.is_some_and(|h| h <= all)), "{text}");
        }
    }
}

#[test]
fn long_chains_and_deep_nests_end() {
    let sum = format!("const x = {}1\nawait agent(`${{x}}`)", "1 + ".repeat(300));
    assert_eq!(plan(&sum).agents.to_string(), "1");
    let ifs = format!("if (args.a) {{ await agent('a') }} {}", "else if (args.b) { await agent('b') }".repeat(40));
    assert!(plan(&ifs).agents.high.is_none_or(|h| h >= 1));
    let loops = format!("{}await agent('deep'){}", "for (const x of args.xs) { ".repeat(12), " }".repeat(12));
    assert_eq!(plan(&loops).agents.to_string(), "0..≤1000");
}

#[test]
fn whatever_hangs_on_what_leaves_our_sight_can_be_called() {
    let lists: String = (0..300).map(|n| format!("[{n}], ")).collect();
    let source = format!("const late = () => agent('late')\nconst all = [late, {lists}]\nargs.keep(all)\nreturn 1");
    assert_eq!(plan(&source).agents.to_string(), "0..≤1000");
    let bound = "const late = what => agent(what)\nargs.keep(late.bind(null, 'late'))\nreturn 1";
    assert_eq!(plan(bound).agents.to_string(), "0..≤1000");
}

#[test]
fn what_is_frozen_may_refuse_what_is_written_to_it() {
    let once = plan(
        "const o = Object.freeze({ n: 1 })
try { o.n = 3; await agent('a') } catch {}
for (let i = 0; i < o.n; i++) await agent('b')",
    );
    let counts: Vec<_> = once.calls.iter().map(|call| (call.count.low, call.count.high)).collect();
    assert_eq!(counts, [(0, Some(1)), (1, Some(3))]);
    let again = plan(
        "const o = { n: 0 }
for (let i = 0; i < 4; i++) {
  try { o.n = i; await agent('a') } catch {}
  Object.freeze(o)
}
for (const list of [Object.freeze(['x'])]) {
  try { list.push('y'); await agent('b') } catch {}
}",
    );
    let lows: Vec<u64> = again.calls.iter().map(|call| call.count.low).collect();
    assert!(lows[0] <= 1 && lows[1] == 0, "{lows:?}");
}

#[test]
fn a_chain_that_grows_in_a_loop_is_no_explosion() {
    // With each turn the end of the chain may be any promise made so far.
    let body = "let gate = Promise.resolve()
const launch = () => { gate = gate.then(() => sleep(1)); return gate }
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
let next = 0
const items = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't']
const run = async () => { while (next < items.length) { const i = next++; await launch(); await agent(items[i]) } }
await Promise.all(Array.from({ length: Math.min(8, items.length) }, () => run()))
await agent('last')";
    let plan = plan(body);
    assert!(plan.gave_up.is_none(), "{:?}", plan.gave_up);
    assert_eq!(plan.calls[1].count.to_string(), "1");
}

#[test]
fn what_goes_into_a_list_out_of_sight_can_be_called() {
    // From the fifth one on, the closures that leave our sight stand for each other, and the variables of each are anybody's.
    let most = |body: &str| {
        let start = "for (let i = 0; i < 6; i++) {
const away = [].concat(args.list ?? []).flatMap((x) => [x, x])
away.custom = async () => agent('custom')
await away.custom()
const list = [null]
";
        plan(&format!("{start}{}\n}}", body.replace("look", "async () => agent('look')"))).calls[1].count.high
    };
    for body in [
        "list.push(look)\nawait list[1]()",
        "list.unshift(look)\nawait list[0]()",
        "list.splice(0, 1, look)\nawait list[0]()",
        "list.fill(look)\nawait list[0]()",
        "list.push(look)\nawait parallel(list)",
        "list[0] = look\nawait list[0]()",
    ] {
        assert!(most(body).is_none_or(|most| most >= 6), "{body}: {:?}", most(body));
    }
}
