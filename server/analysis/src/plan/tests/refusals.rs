//! Calls that the runtime may refuse: not certain where the script catches that, and only there.

use expect_test::expect;

use super::{draw, plan, show};

const START: &str =
    "const S = { type: 'object', properties: { text: { type: 'string' }, some: { type: 'string', minLength: 1 }, \
                     kind: { enum: ['a', 'b'] } }, required: ['text', 'some', 'kind'] }
const r = await agent('look', { schema: S })
if (!r) throw 0
const list = ['one', 'two']
";

/// Agents besides the first.
fn count(body: &str) -> String {
    let mut count = plan(&format!("{START}{body}")).agents;
    (count.low, count.high) = (count.low - 1, count.high.map(|n| n - 1));
    count.to_string()
}

#[test]
fn what_is_certain_to_be_taken_is_certain_to_be_called() {
    for (body, expected) in [
        ("await parallel(list.map(x => () => agent(x)))", "2"),
        ("await parallel(list.map(x => () => agent(`Look at ${args?.name}`)))", "2"),
        ("await parallel(list.map(x => () => agent(args?.name + ' is looked at')))", "2"),
        ("await parallel(list.map(x => () => agent(r.some, { label: r.text, phase: 'Check' })))", "2"),
        ("await parallel(list.map(x => () => agent(r.kind, { model: 'opus', effort: 'high' })))", "2"),
        ("if (!r.text) throw 0\nawait parallel(list.map(x => () => agent(r.text)))", "2"),
        ("const t = r.text\nif (!t.trim()) throw 0\nawait parallel([() => agent(t), () => agent(t)])", "2"),
        ("const t = r.text\nif (!t) throw 0\nawait parallel([() => agent(t), () => agent(t)])", "2"),
        (
            "const p = args.p\nif (typeof p !== 'string' || !p) throw 0\nawait parallel([() => agent(p), () => agent(p)])",
            "2",
        ),
        ("await parallel([1, 2].map(n => () => agent(n, { schema: S, ...{ agentType: 'Explore' } })))", "2"),
        (
            "const ask = async (p, o) => await agent(p, { ...o, label: p })\nawait parallel(list.map(x => () => ask(x, { schema: S })))",
            "2",
        ),
        ("const M = r.kind === 'a' ? 'opus' : undefined\nawait parallel([() => agent('x', { model: M })])", "1"),
        ("try { await agent('x', { isolation: 'worktree' }) } catch {}", "1"),
        ("try { await agent('x', { stallMs: 5000 }) } catch {}", "1"),
        (
            "try { await agent('x', { schema: { type: 'object', properties: { id: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,31}$' } } } }) } catch {}",
            "1",
        ),
        // Nothing catches it: the run fails.
        ("await Promise.all(list.map(x => agent(r.text)))", "2"),
        (
            "await Promise.all(list.map(async x => { const t = await agent(args[x]); return agent(JSON.parse(t).x) }))",
            "4",
        ),
        ("const p = agent(r.text)\nawait p", "1"),
        ("const all = []\nfor (const x of list) all.push(agent(args[x]))\nawait Promise.all(all)", "2"),
        ("const t = await agent(r.text).then(t => agent(args.p)).finally(() => 1)", "2"),
        ("const ask = async (p) => { await agent('first'); return agent(p) }\nconst p = ask(args.p)\nawait p", "2"),
        ("await agent(args.p)", "1"),
        ("await agent(args.p, args.options)", "1"),
        ("const ask = async (p) => { const x = await agent(p); return x }\nawait ask(args.p)", "1"),
        ("const o = { async ask(p) { return agent(p) } }\nfor (const x of list) await o.ask(r.text)", "2"),
    ] {
        assert_eq!(count(body), expected, "{body}");
    }
}

#[test]
fn what_may_be_refused_is_not_certain_where_that_is_caught() {
    for (body, expected) in [
        ("await parallel([() => agent(''), () => agent('x')])", "1..2"),
        ("await parallel(list.map(x => () => agent(r.text)))", "0..2"),
        ("await parallel(list.map(x => () => agent(r.text.trim())))", "0..2"),
        ("await parallel(list.map(x => () => agent(args.p)))", "0..2"),
        ("await pipeline(list, (x) => agent(x, { model: args.model ?? 'opus' }))", "0..2"),
        ("await pipeline(list, (x) => agent(x, { model: args.fast && 'haiku' }))", "0..2"),
        ("await pipeline(list, (x) => agent(x, { effort: 'fast' }))", "0..2"),
        ("await pipeline(list, (x) => agent(x, { schema: { type: 'array' } }))", "0..2"),
        (
            "await pipeline(list, (x) => agent(x, { schema: { type: 'object', properties: { n: { enum: args.names } } } }))",
            "0..2",
        ),
        ("await pipeline(list, agent)", "0..2"),
        ("try { await agent(r.text); await agent('then') } catch {}", "0..2"),
        ("await agent(r.text).catch(() => null)", "0..1"),
        ("const p = agent(r.text)\ntry { await p } catch {}", "0..1"),
        ("const p = agent(r.text)\np.catch(() => 1)\nawait agent('x')", "1..2"),
        ("const p = agent(r.text)\nconst q = p.catch(() => 1)\nawait q", "0..1"),
        ("const p = agent(r.text)\nconst q = p.then(() => 1, () => 2)\nawait q", "0..1"),
        ("agent(r.text)\nawait agent('x')", "1..2"),
        ("try { await Promise.all(list.map(x => agent(r.text))) } catch {}", "0..2"),
        ("await parallel([() => Promise.all(list.map(x => agent(r.text)))])", "0..2"),
        (
            "const ask = async (p) => { await agent('first'); return agent(p) }\nconst p = ask(args.p)\nawait p.catch(() => 1)",
            "1..2",
        ),
        ("const p = agent(r.text)\nconst f = async () => { await p }\nawait f().catch(() => 1)", "0..1"),
        ("await Promise.race([agent(r.text), agent('x')])", "0..2"),
        ("try { await agent('x', { stallMs: 0 }) } catch {}", "0..1"),
        ("try { phase(' '); await agent('x') } catch {}", "0..1"),
        (
            "try { await agent('x', { schema: { type: 'object', properties: { id: { pattern: '(' } } } }) } catch {}",
            "0..1",
        ),
        ("await Promise.allSettled([agent(r.text), agent('x')])", "1..2"),
        ("const ask = async (p) => { const x = await agent(p); return x }\ntry { await ask(args.p) } catch {}", "0..1"),
        ("try { phase(args.title); await agent('x') } catch {}", "0..1"),
        ("try { await parallel([() => agent('x'), args.deep && (() => agent('y'))]) } catch {}", "0..2"),
        ("try { await pipeline(args.list ? list : 'none', (x) => agent(x)) } catch {}", "0..2"),
    ] {
        assert_eq!(count(body), expected, "{body}");
    }
}

#[test]
fn a_count_says_which_value_is_in_doubt() {
    expect![[r#"
        for (const f of ['a', 'b']) {
          await parallel⟨2 wide⟩([() => agent⟨×2⟩(`Read ${f}`), () => agent⟨×0..2 = ≤2⟩('Check', { model: args.model })])
        }
        // agents 2..4 = 2 + ≤2; at once 1..2; in a row 2
        // because no agent is called where the option `model` is not taken: `model` in `args` decides it
    "#]]
    .assert_eq(&draw("for (const f of ['a', 'b']) {\n  await parallel([() => agent(`Read ${f}`), () => agent('Check', { model: args.model })])\n}"));
    let call = &plan("await parallel([() => agent(args?.prompt)])").calls[0].count;
    assert_eq!(show(call), "0..1 = \u{2264}1");
    assert_eq!(call.because[0].span.start, 28);
}
