//! Scripts that limit themselves: every way public scripts do it is understood.

use super::plan;

/// Most agents of a script that has a list `items` as long as an agent likes, and `args`.
fn most(body: &str) -> Option<u64> {
    let start = "const S = { type: 'object', properties: { items: { type: 'array', items: { type: 'string' } } }, required: ['items'] }
const items = (await agent('list', { schema: S }))?.items ?? []
";
    plan(&format!("{start}{body}")).agents.high.map(|n| n - 1)
}

#[test]
fn a_number_from_args_that_is_clamped() {
    let clamp = "const clamp = (v, lo, hi) => Math.max(lo, Math.min(hi, v))
const whole = (name, fallback) => { const n = args && typeof args === 'object' ? Number(args[name]) : NaN; return Number.isFinite(n) ? n : fallback }
";
    for (body, bound) in [
        ("const n = args && Number.isInteger(args.n) ? Math.max(1, Math.min(args.n, 64)) : 24\n", 64),
        ("const n = clamp(Math.floor(whole('n', 4)), 3, 8)\n", 8),
        ("const n = Math.min(Math.max(args.n || 5, 1), 10)\n", 10),
    ] {
        assert_eq!(
            most(&format!("{clamp}{body}for (const x of items.slice(0, n)) await agent(x)")),
            Some(bound),
            "{body}"
        );
        assert_eq!(
            most(&format!("{clamp}{body}await parallel(Array.from({{ length: n }}, (_, i) => () => agent('x' + i)))")),
            Some(bound),
            "{body}"
        );
    }
    // What is negative counts from the end.
    assert_eq!(most("for (const x of items.slice(0, Math.min(args.n, 12))) await agent(x)"), None);
}

#[test]
fn methods_that_every_object_has() {
    let table = "const LEVELS = { low: { n: 3 }, high: { n: 9 } }\n";
    for body in [
        "const p = LEVELS[LEVELS.hasOwnProperty(args.level) ? args.level : 'low']\n",
        "const p = LEVELS[Object.prototype.hasOwnProperty.call(LEVELS, args.level) ? args.level : 'low']\n",
        "const p = LEVELS[Object.hasOwn(LEVELS, args.level) ? args.level : 'low']\nlog(LEVELS.toString())\n",
    ] {
        assert_eq!(
            most(&format!("{table}{body}for (const x of items.slice(0, p.n)) await agent(x)")),
            Some(9),
            "{body}"
        );
    }
    // One of the object's own is called.
    assert_eq!(
        most(
            "const o = { hasOwnProperty: async (n) => { await agent('own'); return n } }\nawait o.hasOwnProperty('x')"
        ),
        Some(1)
    );
    assert_eq!(most("await Array.prototype.map.call(['a', 'b'], (x) => agent(x)).at(0)"), Some(2));
    assert_eq!(most("const o = Object.create(null)\no.a = ['x']\nfor (const x of o.a) await agent(x)"), Some(1));
}

#[test]
fn helpers_that_call_themselves_and_start_nothing() {
    let walk = "const size = (node) => 1 + (node.children ?? []).reduce((n, c) => n + size(c), 0)
log(size(args))
for (const x of items.slice(0, 3)) await agent(x)
";
    assert_eq!(most(walk), Some(3));
    // It groups by a union-find: no more groups than rows.
    let groups = "const rows = items.slice(0, 5)
const parent = rows.map((_, i) => i)
const find = (i) => (parent[i] === i ? i : (parent[i] = find(parent[i])))
const groups = new Map()
rows.forEach((row, i) => { const k = find(i); if (!groups.has(k)) groups.set(k, []); groups.get(k).push(row) })
for (const g of groups.values()) await agent(g.join())
";
    assert_eq!(most(groups), Some(5));
    for hidden in [
        // What it leaves behind in a later call.
        "let stage = 0
const f = (n) => { if (stage === 20) stage = 'late'; else stage++; if (n.more) f(n.more) }
f(args)
if (stage === 'late') await agent('x')
",
        "const f = (n) => (n.more ? f(n.more) : () => agent('x'))
await f(args)()
",
        "const f = (n, o) => { if (n.more) f(n.more, o); else o.done = true }
const state = { done: false }
f(args, state)
if (state.done) await agent('x')
",
        "const f = (n) => { agent('x'); if (n.more) f(n.more) }
f(args)
",
        "try { const f = (n) => f(n + 1); f(0) } catch { await agent('x') }
",
    ] {
        assert_ne!(most(hidden), Some(0), "{hidden}");
    }
}
