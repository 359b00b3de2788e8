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

#[test]
fn a_list_whose_length_is_checked() {
    let short = "let xs = items.filter((x) => x !== 'no')\n";
    for (body, bound) in [
        ("if (items.length > 20) throw new Error('too many')\nfor (const x of items) await agent(x)", 20),
        ("if (items?.length > 20) return\nawait pipeline(items, (x) => agent(x))", 20),
        ("if (items.length > 20) return\nfor (let i = 0; i < items.length; i++) await agent(items[i])", 20),
        ("if (!items.length || items.length > 9) return\nawait parallel([...items].map((x) => () => agent(x)))", 9),
        (&*format!("{short}if (xs.length > 7) {{ xs = xs.slice(0, 7) }}\nfor (const x of xs) await agent(x)"), 7),
        ("let xs = items\nif (xs.length > 7) xs = xs.slice(0, 7)\nawait parallel(xs.map((x) => () => agent(x)))", 7),
        ("const xs = items.length > 7 ? items.slice(0, 7) : items\nfor (const x of xs) await agent(x)", 7),
        ("const xs = [...items]\nif (xs.length > 7) xs.length = 7\nfor (const x of xs) await agent(x)", 7),
        // It stays so while other lists grow, and while the script waits.
        (
            "const out = []\nif (items.length > 4) return\nfor (const x of items) out.push(await agent(x))\nfor (const x of items) out.push(await agent(x))",
            8,
        ),
        ("if (args.files.length > 6) return\nawait parallel(args.files.map((x) => () => agent(x)))", 6),
        ("const files = args?.files ?? []\nif (files.length > 6) return\nfor (const x of files) await agent(x)", 6),
    ] {
        assert_eq!(most(body), Some(bound), "{body}");
    }
    for body in [
        "if (items.length > 7) log('many')\nfor (const x of items) await agent(x)",
        "let xs = items\nif (xs.length > 7) xs = xs.slice(0, 7)\nxs = items\nfor (const x of xs) await agent(x)",
        "let xs = items\nif (xs.length > 7) xs = xs.slice(0, 7)\nitems.push(...args.more)\nfor (const x of xs) await agent(x)",
        "let xs = items\nif (xs.length > 7) xs = xs.slice(0, 7)\nconst ys = xs\nys.push(...args.more)\nfor (const x of xs) await agent(x)",
        "let xs = items\nconst grow = () => { xs = items }\nif (xs.length > 7) xs = xs.slice(0, 7)\ngrow()\nfor (const x of xs) await agent(x)",
        "const files = args.files\nif (files.length > 6) return\nargs.files.push(...items)\nfor (const x of files) await agent(x)",
        "if (items.length > 7) return\nawait parallel([async () => { items.push(...args.more); throw new Error('x') }])\nfor (const x of items) await agent(x)",
        "if (items.length > 7) return\ntry { items.push(...args.more); throw new Error('x') } catch { log('x') }\nfor (const x of items) await agent(x)",
        "if (items.length > 7) return\nfor (const x of args.list) { for (const y of items) await agent(y); items.push('y', 'z') }",
        // One list grows while it is gone through, and which of the two it is is not known.
        "const xs = args.a ? [] : ['a', 'b']\nlet n = 0\nfor (const x of xs) { await agent(x); if (n++ < 100) xs.push('c') }",
    ] {
        assert_eq!(most(body), None, "{body}");
    }
}

/// `const n = xs.length` says of the list what is found of `n`, until something can write to the list.
#[test]
fn a_length_that_is_kept_guards_its_list() {
    for (body, bound) in [
        (
            "const n = items.length\nif (n > 20) { log('too many'); return }\nawait parallel(items.map((x) => () => agent(x)))",
            20,
        ),
        ("let n = items.length\nif (n === 0 || n > 20) return\nfor (const x of items) await agent(x)", 20),
        ("const tooMany = items.length > 20\nif (tooMany) return\nfor (const x of items) await agent(x)", 20),
        (
            "const n = items.length\nconst tooMany = n > 20\nif (tooMany) return\nfor (const x of items) await agent(x)",
            20,
        ),
        (
            "const fits = items.length > 0 && items.length <= 20\nif (!fits) return\nfor (const x of items) await agent(x)",
            20,
        ),
        ("const n = items?.length ?? 0\nif (n > 20) return\nfor (const x of items) await agent(x)", 20),
        ("if ((items?.length || 0) > 20) return\nfor (const x of items) await agent(x)", 20),
        ("const n = items.length\nawait agent('waits')\nif (n > 20) return\nfor (const x of items) await agent(x)", 21),
        (
            "const n = items.length\nconst few = n <= 20 ? items : items.slice(0, 20)\nfor (const x of few) await agent(x)",
            20,
        ),
        (
            "const files = args?.files ?? []\nconst n = files.length\nif (n > 6) return\nfor (const x of files) await agent(x)",
            6,
        ),
        ("const n = args.files.length\nif (n > 6) return\nawait parallel(args.files.map((x) => () => agent(x)))", 6),
        ("const set = new Set(items)\nconst n = set.size\nif (n > 20) return\nfor (const x of set) await agent(x)", 20),
        (
            "const each = async (xs) => { const n = xs.length; if (n > 20) return; for (const x of xs) await agent(x) }\nawait each(items)\nawait each(items)",
            40,
        ),
        (
            "const it = { xs: items }\nconst n = it.xs.length\nif (n > 20) return\nfor (const x of it.xs) await agent(x)",
            20,
        ),
    ] {
        assert_eq!(most(body), Some(bound), "{body}");
    }
    for body in [
        // The list grows after it was looked at, under whatever name.
        "const n = items.length\nitems.push(...args.more)\nif (n > 20) return\nfor (const x of items) await agent(x)",
        "const n = items.length\nconst ys = items\nys.push(...args.more)\nif (n > 20) return\nfor (const x of items) await agent(x)",
        "const n = items.length\nconst grow = () => items.push(...args.more)\ngrow()\nif (n > 20) return\nfor (const x of items) await agent(x)",
        "const n = items.length\nif (args.more) items.push(...args.more)\nif (n > 20) return\nfor (const x of items) await agent(x)",
        "const n = items.length\nitems.length = args.n\nif (n > 20) return\nfor (const x of items) await agent(x)",
        "const n = items.length\nfor (const x of args.more) items[items.length] = x\nif (n > 20) return\nfor (const x of items) await agent(x)",
        "const tooMany = items.length > 20\nitems.push(...args.more)\nif (tooMany) return\nfor (const x of items) await agent(x)",
        "const grow = () => { items.push(...args.more); return 20 }\nconst tooMany = items.length > grow()\nif (tooMany) return\nfor (const x of items) await agent(x)",
        "const n = items.length\nfor (const y of args.more) { if (n > 20) break; for (const x of items) await agent(x); items.push('x') }",
        "const n = args.files.length\nargs.files.push(...args.more)\nif (n > 6) return\nfor (const x of args.files) await agent(x)",
        "const set = new Set(items)\nconst n = set.size\nfor (const x of args.more) set.add(x)\nif (n > 20) return\nfor (const x of set) await agent(x)",
        // Another list has come in its place.
        "let xs = items\nconst n = xs.length\nxs = args.more\nif (n > 20) return\nfor (const x of xs) await agent(x)",
        "const it = { xs: items }\nconst n = it.xs.length\nit.xs = args.more\nif (n > 20) return\nfor (const x of it.xs) await agent(x)",
        // The variable has another number.
        "let n = items.length\nn = 3\nif (n > 20) return\nfor (const x of items) await agent(x)",
        "let n = items.length\nconst forget = () => { n = 0 }\nforget()\nif (n > 20) return\nfor (const x of items) await agent(x)",
        // It is compared with what was another number then.
        "let most = args.most\nconst tooMany = items.length > most\nmost = 20\nif (tooMany) return\nfor (const x of items) await agent(x)",
        // Others add to it meanwhile.
        "const n = items.length\nconst grow = async () => { await agent('w'); items.push(...args.more) }\nconst growing = grow()\nif (n > 20) return\nfor (const x of items) await agent(x)\nawait growing",
        "const n = items.length\nawait parallel([async () => { items.push(...args.more) }, async () => { if (n > 20) return; for (const x of items) await agent(x) }])",
        "await parallel([async () => { await agent('w'); items.push(...args.more) }, async () => { const n = items.length; await agent('w'); if (n > 20) return; for (const x of items) await agent(x) }])",
        "const n = items.length\nconst later = Promise.resolve().then(async () => { if (n > 20) return; for (const x of items) await agent(x) })\nitems.push(...args.more)\nawait later",
    ] {
        assert_eq!(most(body), None, "{body}");
    }
    let least = |body: &str| {
        plan(&format!("const S = {{ type: 'object', properties: {{ items: {{ type: 'array', items: {{ type: 'string' }} }} }}, required: ['items'] }}
const {{ items }} = await agent('list', {{ schema: S }})
const n = items.length
{body}
for (const x of items) await agent(x)")).calls[1].count.low
    };
    assert_eq!(least("if (n === 0) throw new Error('none')"), 1);
    assert_eq!(least("if (!n) throw new Error('none')"), 1);
    assert_eq!(least("if (n < 3) throw new Error('few')"), 3);
    assert_eq!(least("items.pop()\nif (n < 3) throw new Error('few')"), 0);
}

#[test]
fn what_is_known_of_a_length_ends_where_the_list_grows() {
    let two = "const xs = args.a ? ['a'] : ['b', 'c']\nif (xs.length > 1) return\n";
    let sets =
        "const a = new Set(args.a), b = new Set(args.b)\nconst set = args.which ? a : b\nif (set.size > 2) return\n";
    for (body, bound) in [
        (format!("{two}for (const x of xs) await agent(x)"), Some(1)),
        (format!("{two}xs[9] = 'far'\nfor (const x of xs) await agent('on ' + x)"), None),
        (format!("{sets}for (let i = 0; i < set.size; i++) await agent('on ' + i)"), Some(2)),
        (
            format!(
                "{sets}for (const x of args.c) set.add(x)\nfor (let i = 0; i < set.size; i++) await agent('on ' + i)"
            ),
            None,
        ),
    ] {
        match bound {
            Some(bound) => assert_eq!(most(&body), Some(bound), "{body}"),
            None => assert!(most(&body).is_none_or(|most| most >= 9), "{body}"),
        }
    }
}

#[test]
fn groups_by_computed_keys() {
    let ten = "const ten = items.slice(0, 10)\n";
    for (body, bound) in [
        (
            "const g = {}\nfor (const x of ten) { (g[x] ??= []).push(x) }\nfor (const k of Object.keys(g)) await agent(k)",
            10,
        ),
        (
            "const g = {}\nfor (const x of ten) { if (!g[x]) g[x] = []; g[x].push(x) }\nfor (const k in g) await agent(k)",
            10,
        ),
        (
            "const g = ten.reduce((o, x) => { (o[x] = o[x] || []).push(x); return o }, {})\nfor (const [k] of Object.entries(g)) await agent(k)",
            10,
        ),
        (
            "const g = { a: 1, b: 2 }\nten.forEach((x) => { g[x] = 3 })\nawait parallel(Object.keys(g).map((k) => () => agent(k)))",
            12,
        ),
        ("const g = Object.fromEntries(ten.map((x) => [x, 1]))\nfor (const k in g) await agent(k)", 10),
        (
            "const g = {}\nconst add = (k) => { g[k] = 1 }\nten.forEach((x) => add(x))\nten.forEach((x) => add(x + '2'))\nfor (const k in g) await agent(k)",
            20,
        ),
        // The keys are among those that are known.
        (
            "const g = {}\nfor (const x of items) { const k = x.length > 3 ? 'long' : 'short'; (g[k] ||= []).push(x) }\nfor (const k in g) await agent(k)",
            2,
        ),
    ] {
        assert_eq!(most(&format!("{ten}{body}")), Some(bound), "{body}");
    }
    for body in [
        "const g = {}\nfor (const x of items) g[x] = 1\nfor (const k in g) await agent(k)",
        "const g = { ...args.known }\nfor (const x of ten) g[x] = 1\nfor (const k in g) await agent(k)",
        "const g = ten.reduce((o, x) => ({ ...o, ...args.more, [x]: 1 }), {})\nfor (const k in g) await agent(k)",
    ] {
        assert_eq!(most(&format!("{ten}{body}")), None, "{body}");
    }
}

#[test]
fn a_tournament_halves_its_list() {
    let start = "let round = (await parallel(['a', 'b', 'c', 'd', 'e'].map((x) => () => agent(x)))).filter(Boolean)\n";
    for (body, matches) in [
        // 5, 3, 2, 1: two, one and one.
        (
            "while (round.length > 1) {
  const next = []
  for (let i = 0; i < round.length; i += 2) {
    if (!round[i + 1]) { next.push(round[i]); continue }
    next.push((await agent('match ' + round[i])) ?? round[i])
  }
  round = next
}",
            6,
        ),
        (
            "while (1 < round.length) {
  const pairs = []
  for (let i = 0; i < round.length; i += 2) pairs.push([round[i], round[i + 1] ?? null])
  const won = await parallel(pairs.map(([a, b]) => () => (b ? agent('match ' + a) : a)))
  round = pairs.flatMap(([a], i) => (won[i] ? [a] : []))
}",
            6,
        ),
    ] {
        assert_eq!(most(&format!("{start}{body}")), Some(5 + matches), "{body}");
    }
    for body in [
        "while (round.length > 1) { await agent('again'); if (args.done) round = round.slice(1) }",
        "while (round.length > 1) { await agent('again'); round = round.slice(0, Math.ceil(round.length / 2)); if (args.more) round = [...round, ...round] }",
    ] {
        assert_eq!(most(&format!("{start}{body}")), None, "{body}");
    }
}

#[test]
fn elements_that_were_never_set_are_passed_over() {
    let all = |list: &str| format!("await Promise.all({list}.map(() => agent('x')))");
    for (body, low, high) in [
        (all("[, 'a', , 'b']"), 0, 4),
        (all("Array(3)"), 0, 3),
        (all("new Array(100)"), 0, 100),
        (all("Array(3).fill(0)"), 3, 3),
        (all("new Array(100).fill()"), 100, 100),
        (all("[...Array(3)]"), 3, 3),
        (all("[...Array(3).keys()]"), 3, 3),
        (all("Array.from(Array(3))"), 3, 3),
        (all("Array(3).concat([1]).reverse()"), 1, 4),
        ("for (const x of Array(3)) await agent('x')".into(), 3, 3),
        ("for (const i in Array(3)) await agent('x')".into(), 0, 3),
        ("const xs = [1, 2, 3]\ndelete xs[1]\nfor (const i in xs) await agent('x')".into(), 0, 3),
        (format!("const xs = []\nxs[2] = 1\n{}", all("xs")), 0, 3),
        (format!("const xs = []\nxs[0] = 1\nxs[1] = 2\n{}", all("xs")), 2, 2),
        (format!("const xs = [1]\nxs.length = 3\n{}", all("xs")), 0, 3),
        (format!("const xs = [1, 2, 3]\nxs.length = 1\n{}", all("xs")), 1, 1),
        (format!("const xs = Array(2)\nxs.push(1)\n{}", all("xs")), 1, 3),
    ] {
        let agents = plan(&body).agents;
        assert_eq!((agents.low, agents.high), (low, Some(high)), "{body}");
    }
}

#[test]
fn trees_of_a_script_that_is_given_up_have_their_phase() {
    let plan = plan(
        "const self = { async go(n) { await agent('x'); return n > 0 ? this.go(n - 1) : n } }\nawait self.go(args.n)\nawait rlm({ question: 'Which?', context: 'a text' })",
    );
    assert!(plan.gave_up.is_some(), "it calls itself as often as it likes");
    let trees = plan.phases.iter().find(|phase| phase.title.as_deref() == Some(crate::plan::RLM_PHASE));
    assert_eq!(trees.map(|phase| phase.agents.high), Some(None));
}

#[test]
fn what_leaves_our_sight_in_a_fan_out_counts() {
    let body = "let count = 0
await parallel(['a', 'b'].map((item) => async () => {
  count += 1
  const jobs = []
  const proxy = new Proxy({ x: 1 }, { get(of, key) { jobs.push(agent(`look ${count}`)); return of[key] } })
  if (proxy.x) count += 1
  await Promise.all(jobs)
}))";
    assert_eq!(plan(body).calls[0].count.high, None, "nobody knows how often it is called");
}

#[test]
fn what_leaves_our_sight_in_a_tournament_counts() {
    let body = "let list = items.slice(0, 8)
const early = () => agent('early')
while (list.length > 1) {
  const winners = []
  for (let i = 0; i < list.length; i += 2) winners.push((await agent('round')) ?? list[i])
  args.hook(early)
  list = winners
}";
    let start = "const items = (await agent('list', { schema: { type: 'object', properties: { items: { type: 'array', items: {} } }, required: ['items'] } }))?.items ?? []\n";
    let plan = plan(&format!("{start}{body}"));
    let round = &plan.calls[2].count;
    assert!(round.high.is_some(), "a tournament ends: {round}");
    assert_eq!(plan.calls[1].count.high, None, "nobody knows how often it is called");
}

#[test]
fn a_counter_that_moves_in_the_condition() {
    for (body, bound) in [
        ("let n = 0\nwhile (budget.remaining() > 9 && n++ < 3) await agent('x')", Some(3)),
        ("let n = 0\nwhile (n++ < 3 && budget.remaining() > 9) await agent('x')", Some(3)),
        ("let n = 0\nwhile (budget.remaining() > 9 && n++ <= 30) await agent('x')", Some(31)),
        ("let n = 0\nwhile (budget.remaining() > 9 && ++n < 30) await agent('x')", Some(29)),
        ("let n = 30\nwhile (budget.remaining() > 9 && n-- > 0) await agent('x')", Some(30)),
        ("let n = 30\nwhile (budget.remaining() > 9 && --n > 0) await agent('x')", Some(29)),
        ("let n = 0\nwhile (budget.remaining() > 9 && 3 > n++) await agent('x')", Some(3)),
        ("let n = 0\nwhile (budget.remaining() > 9 && args.more && n++ < 3) await agent('x')", Some(3)),
        ("let n = 0\ndo { await agent('x') } while (budget.remaining() > 9 && n++ < 3)", Some(4)),
        ("let n = 0\nwhile (budget.remaining() > 9 && n++ < items.length) await agent('x')", None),
        ("let n = 0\nfor (const x of items) { if (n++ < 3) await agent(x) }", None),
        // It does not count the rounds, or is not what is compared.
        ("let n = 0\nwhile (budget.remaining() > 9 || n++ < 3) await agent('x')", None),
        ("let n = 0\nwhile (budget.remaining() > 9 && n++ < 3) { n--; await agent('x') }", None),
        (
            "let n = 0\nconst back = () => { n = 0 }\nwhile (budget.remaining() > 9 && n++ < 3) { back(); await agent('x') }",
            None,
        ),
        ("let n = 0\nwhile (budget.remaining() > 9 && n++ < n) await agent('x')", None),
        ("let n = 5\nwhile (budget.remaining() > 9 && n <= n++) { await agent('x') }", None),
        (
            "let n = 0\nwhile (budget.remaining() > 9 && n++ < 3) await parallel([() => agent('x'), async () => { n = 0 }])",
            None,
        ),
        ("let n = args.n\nwhile (budget.remaining() > 9 && n++ < 3) await agent('x')", None),
        ("let n = 0.5\nwhile (budget.remaining() > 9 && n++ < 3) await agent('x')", Some(3)),
    ] {
        assert_eq!(most(body), bound, "{body}");
    }
}

/// A length that a condition has looked at is another one where the rest of the condition changes it.
#[test]
fn what_a_condition_shows_ends_where_the_condition_itself_changes_it() {
    let list = "const xs = [1, 2, 3]\nxs.splice(1, args.n % 3, 4, 5, 6)\n";
    for (body, bound) in [
        ("while (xs.length > 2 && xs.pop() !== null) await agent('on')", 4),
        ("while (xs.length > 2 && (xs.pop() || true)) await agent('on')", 4),
        ("if (xs.length > 3 && xs.splice(0, 3)) { if (xs.length < 4) await agent('few') }", 1),
        (
            "const take = () => xs.splice(0, 3)\nif (xs.length > 3 && take()) { if (xs.length < 4) await agent('few') }",
            1,
        ),
    ] {
        let body = format!("{list}{body}");
        assert!(most(&body).is_none_or(|most| most >= bound), "{body}");
    }
}
