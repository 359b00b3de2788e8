//! Scripts as people write them: what rules have to see in them, and what not.

use std::fmt::Write;

use crate::{AgentType, Context, KnownWorkflow, analyze};

const HEAD: &str = "\
export const meta = { name: 'example', description: 'An example' }
const BUG = { type: 'object', properties: { file: { type: 'string' }, line: { type: 'integer' } }, required: ['file'], additionalProperties: false }
const N = { type: 'object', properties: { note: { type: 'string' }, level: { type: 'string' }, bugs: { type: 'array', items: { type: 'object', properties: { note: { type: 'string' } } } } }, required: ['level', 'bugs'], additionalProperties: false }
const S = { type: 'object', properties: { level: { enum: ['low', 'high'] }, bugs: { type: 'array', maxItems: 5, items: BUG } }, required: ['level', 'bugs'], additionalProperties: false }
";

/// Each script has the finding, or with a `!` has not.
fn check(cases: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (code, body) in cases {
        let analysis = analyze(format!("{HEAD}{body}\n"), &Context::default());
        let shown: Vec<&str> = analysis.findings.iter().map(|finding| finding.code).collect();
        if shown.contains(&code.trim_start_matches('!')) == code.starts_with('!') {
            let _ = writeln!(wrong, "{code} in {body}\n  gives {shown:?}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn results_taken_apart() {
    check(&[
        ("WF601", "const { bugs } = await agent('x', { schema: S })\nreturn bugs"),
        ("WF601", "const r = await agent('x', { schema: S })\nconst { bugs } = r\nreturn bugs"),
        ("WF601", "let r\nr = await agent('x', { schema: S })\nreturn r.bugs"),
        ("!WF601", "const { bugs } = (await agent('x', { schema: S })) ?? {}\nreturn bugs"),
        ("!WF601", "const r = await agent('x', { schema: S })\nif (!r) return\nconst { bugs } = r\nreturn bugs"),
        ("!WF601", "let r = null\nr = await agent('x', { schema: S })\nif (!r) return\nreturn r.bugs"),
        (
            "!WF601",
            "try { const { bugs } = await agent('x', { schema: S }); return bugs } catch (e) { return String(e) }",
        ),
        (
            "WF602",
            "const rs = await parallel([() => agent('x', { schema: S })])\nreturn rs.flatMap(({ bugs }) => bugs)",
        ),
        (
            "WF602",
            "const rs = await parallel([() => agent('x', { schema: S })])\nreturn rs.reduce((n, r) => n + r.bugs.length, 0)",
        ),
        (
            "!WF602",
            "const rs = await parallel([() => agent('x', { schema: S })])\nreturn rs.filter(Boolean).flatMap(({ bugs }) => bugs)",
        ),
        ("WF409", "const { bgs } = (await agent('x', { schema: S })) ?? {}\nreturn bgs"),
        ("WF409", "const r = await agent('x', { schema: S })\nreturn r?.bugs.map(({ fil }) => fil)"),
        ("!WF409", "const { bugs, ...rest } = (await agent('x', { schema: S })) ?? {}\nreturn { bugs, rest }"),
        ("!WF409", "const { a = 1 } = args ?? {}\nreturn a"),
        ("WF411", "const { items } = (await agent('list')) ?? ''\nreturn items"),
        ("!WF411", "const { length } = (await agent('list')) ?? ''\nreturn length"),
        (
            "WF508",
            "return await pipeline(['a'], (x) => agent(x, { schema: S }), (r) => { const { level } = r; return agent(level) })",
        ),
        (
            "!WF508",
            "return await pipeline(['a'], (x) => agent(x, { schema: S }), (r) => { const { level } = r ?? {}; return agent(level ?? 'x') })",
        ),
    ]);
}

#[test]
fn fields_that_may_be_missing() {
    check(&[
        ("WF410", "const r = await agent('x', { schema: N })\nreturn r?.note.length"),
        ("WF410", "const r = await agent('x', { schema: N })\nreturn r?.note.trim()"),
        (
            "WF410",
            "const r = await agent('x', { schema: N })\nreturn (r ?? { note: 'x' }).note.length + r.bugs[0].note.length",
        ),
        ("WF410", "const rs = await parallel([() => agent('x', { schema: N })])\nreturn rs.map((r) => r?.note.length)"),
        ("!WF410", "const r = await agent('x', { schema: N })\nreturn r?.note?.length"),
        ("!WF410", "const r = await agent('x', { schema: N })\nreturn r?.level.length"),
        ("!WF410", "const r = await agent('x', { schema: N })\nif (r?.note) log(r?.note.length)\nreturn 1"),
        ("!WF410", "const r = await agent('x', { schema: N })\nreturn r?.note ? r.note.length + r?.note.length : 0"),
        (
            "!WF410",
            "const rs = await parallel([() => agent('x', { schema: N })])\nfor (const r of rs) { if (r?.note) log(r?.note.length) }\nreturn rs.map((r) => r?.note && r?.note.length)",
        ),
    ]);
}

#[test]
fn filtered_lists_in_loops() {
    const FOUND: &str = "const files = ['a', 'b']\nconst found = await parallel(files.map((f) => () => agent(f, { label: f })))\nconst ok = found.filter(Boolean)\n";
    for (code, body) in [
        ("WF604", "for (let i = 0; i < ok.length; i++) log(files[i] + ok[i])"),
        ("WF604", "for (let i = 0; i < ok.length; i++) { const text = ok[i]; await agent(`${files[i]}: ${text}`) }"),
        ("WF604", "for (const [i, text] of ok.entries()) log(files[i] + text)"),
        // It goes by the number, not by the items.
        ("!WF604", "for (let i = 0; i < ok.length; i++) log(files[i])"),
        ("!WF604", "for (let i = 0; i < ok.length; i++) await agent(ok[i])"),
        ("!WF604", "for (let i = 0; i < files.length; i++) log(files[i] + found[i])"),
        ("!WF604", "const long = ok.map((t) => t.length)\nfor (let i = 0; i < ok.length; i++) log(ok[i] + long[i])"),
    ] {
        check(&[(code, &format!("{FOUND}{body}\nreturn files.length - ok.length"))]);
    }
}

#[test]
fn results_that_cannot_be_handed_over() {
    check(&[
        ("WF121", "const seen = new Set(['a'])\nreturn { count: seen.size, seen }"),
        ("WF121", "return { by: { file: new Map([['a', 1]]) } }"),
        ("WF121", "return [1, 2].map((n) => ({ n, seen: new Set([n]) }))"),
        ("WF121", "const out = {}\nout.again = () => 1\nreturn out"),
        ("!WF121", "const seen = new Set(['a'])\nreturn { count: seen.size, seen: [...seen] }"),
        ("!WF121", "return { by: Object.fromEntries(new Map([['a', 1]])), day: new Date(0), more: args }"),
        ("!WF121", "const made = () => new Set()\nreturn { size: made().size }"),
    ]);
}

#[test]
fn counters_in_conditions() {
    const FOUND: &str = "const L = { type: 'object', required: ['files'], properties: { files: { type: 'array', items: { type: 'string' } } } }\nconst files = (await agent('x', { schema: L }))?.files ?? []\n";
    const POOL: &str =
        "let n = 0\nconst work = async (list) => { while (n < list.length) log(await agent(list[n++])) }\n";
    for (code, body) in [
        ("WF707", "while (budget.remaining() > 50000) log(await agent('x'))"),
        ("!WF707", "let n = 0\nwhile (budget.remaining() > 50000 && n++ < 3) log(await agent('x'))"),
        ("!WF707", "let n = 0\nwhile (n++ < 3 && budget.remaining() > 50000) log(await agent('x'))"),
        ("!WF707", "let n = 0\nwhile (++n <= 30 && budget.remaining() > 50000) log(await agent('x'))"),
        ("!WF707", "let n = 30\nwhile (budget.remaining() > 50000 && n-- > 0) log(await agent('x'))"),
        ("!WF707", "let n = 0\ndo { log(await agent('x')) } while (budget.remaining() > 50000 && n++ < 3)"),
        ("!WF709", "let n = 0\nwhile (n++ < 3) log(await agent('x'))"),
        ("!WF709", "let n = 0\nwhile (n++ < 300) log(await agent('x'))"),
        ("!WF709", "let n = 0\nlet r\nwhile (!r && n++ < 3) r = await agent('x')"),
        ("!WF709", "let n = 0\nwhile (n++ < args.rounds) log(await agent('x'))"),
        ("!WF709", "let n = 0\nlet r\nwhile (!r && n++ < args.rounds) r = await agent('x')"),
        ("!WF709", "let n = 0\nwhile (n < args.rounds) { n++; log(await agent('x')) }"),
        ("WF709", "let n = 0\nwhile (n++ < 3) { n = 0; log(await agent('x')) }"),
        ("WF709", "let n = 0\nlet r\nwhile (!r || n++ < 3) r = await agent('x')"),
        ("WF709", "let n = 0\nwhile (n++ < 3) { n--; log(await agent('x')) }"),
        ("WF709", "let r\nwhile (!r) r = await agent('x')"),
    ] {
        check(&[(code, &format!("{body}\nreturn 'done'"))]);
    }
    for (code, body) in [
        ("!WF709", format!("{FOUND}{POOL}await Promise.all([work(files), work(files)])")),
        (
            "WF709",
            format!("{FOUND}{POOL}await Promise.all([work(files), work(files)])").replace("list[n++]", "list[0]"),
        ),
        ("WF709", format!("{FOUND}let n = 0\nwhile (n < files.length) files.push(await agent(files[n++]))")),
        (
            "WF709",
            format!("{FOUND}let n = 0, all = files\nwhile (n < all.length) all = [...all, await agent(all[n++])]"),
        ),
    ] {
        check(&[(code, &format!("{body}\nreturn 'done'"))]);
    }
}

#[test]
fn choices_of_a_schema() {
    check(&[
        ("WF413", "const r = await agent('x', { schema: S })\nswitch (r?.level) { case 'hi': return 1 }\nreturn 2"),
        ("WF413", "const r = await agent('x', { schema: S })\nreturn ['hi', 'low'].includes(r?.level)"),
        ("WF413", "const { level } = (await agent('x', { schema: S })) ?? {}\nreturn level !== 'hi'"),
        ("!WF413", "const { level } = (await agent('x', { schema: S })) ?? {}\nreturn level !== 'high'"),
        ("!WF413", "const { level = 'none' } = (await agent('x', { schema: S })) ?? {}\nreturn level === 'none'"),
        (
            "!WF413",
            "const r = await agent('x', { schema: S })\nswitch (r?.level) { case 'high': return 1; default: return 2 }",
        ),
    ]);
}

#[test]
fn promises() {
    check(&[
        ("WF310", "const r = agent('x', { schema: S })\nreturn r.bugs"),
        ("WF310", "const rs = parallel([() => agent('x')])\nreturn rs.length"),
        ("!WF310", "const r = agent('x').then((t) => t)\nreturn (await r)?.length"),
        ("WF309", "['a'].forEach(async (x) => { log(await agent(x)) })\nreturn 1"),
        ("WF309", "['a'].forEach((x) => agent(x))\nreturn 1"),
        ("!WF309", "const jobs = []\n['a'].forEach((x) => jobs.push(() => agent(x)))\nreturn await parallel(jobs)"),
        ("!WF309", "const jobs = []\n['a'].forEach((x) => { jobs.push(agent(x)) })\nreturn await Promise.all(jobs)"),
    ]);
}

#[test]
fn options_and_prompts() {
    check(&[
        ("WF305", "const EFFORT = 'extreme'\nreturn await agent('x', { effort: EFFORT })"),
        ("!WF305", "const EFFORT = 'high'\nreturn await agent('x', { effort: EFFORT })"),
        ("WF304", "const BASE = { modle: 'opus' }\nreturn await agent('x', { ...BASE, label: 'x' })"),
        ("!WF304", "const BASE = { model: 'opus' }\nreturn await agent('x', { ...BASE, label: 'x' })"),
        ("WF316", "const r = await agent('x', { schema: S })\nif (!r) return\nreturn await agent('Data: ' + r)"),
        ("!WF316", "const n = 2\nreturn await agent('Data: ' + n + ['a', 'b'])"),
        ("WF317", "const t = await agent('x')\nreturn await agent('Fix: ' + t)"),
        ("!WF317", "const t = await agent('x')\nreturn await agent('Fix: ' + (t ?? ''))"),
        ("WF706", "return (args?.files ?? []).length"),
        (
            "!WF706",
            "const input = typeof args === 'string' ? JSON.parse(args) : args\nreturn (input?.files ?? []).length",
        ),
    ]);
}

#[test]
fn schemas_as_people_misspell_them() {
    let of = |schema: &str| format!("return await agent('x', {{ schema: {schema} }})");
    for (code, schema) in [
        ("WF402", "{ type: 'object', properties: { a: 'string' }, required: ['a'] }"),
        ("WF402", "{ type: 'object', property: { a: { type: 'string' } } }"),
        ("WF402", "{ type: 'object', properties: { a: { type: 'integer', max: 3 } } }"),
        ("!WF402", "{ type: 'object', properties: { max: { type: 'integer' }, property: { type: 'string' } } }"),
        ("WF403", "{ type: 'object', properties: { a: { type: 'number', enum: ['x'] } }, required: ['a'] }"),
        ("!WF403", "{ type: 'object', properties: { a: { type: 'number', enum: [1, 2] } }, required: ['a'] }"),
    ] {
        check(&[(code, &of(schema))]);
    }
}

#[test]
fn other_places() {
    check(&[
        ("WF203", "const D = Date\nreturn D.now()"),
        ("!WF203", "const D = Date\nreturn new D(0).toISOString()"),
        ("WF805", "if (args) { return 1 } else { return 2 }\nlog('x')"),
        ("!WF805", "if (args) { return 1 }\nlog('x')\nreturn 2"),
        ("!WF507", "return await pipeline(['a'], async (x) => { await agent(x) }, (_, x) => agent(x))"),
        ("WF507", "return await pipeline(['a'], async (x) => { await agent(x) }, (r) => agent(`${r}`))"),
    ]);
}

/// Where the workflows lie decides which of one name is found.
#[test]
fn names_that_are_looked_for_together() {
    let at = |path: &str| KnownWorkflow {
        name: "example".into(),
        path: path.into(),
        by_path_only: path.ends_with(".workflow.js"),
        ..KnownWorkflow::default()
    };
    let said = |own: &str, others: &[&str]| {
        let workflows = Some(others.iter().map(|path| at(path)).collect());
        let context = Context { path: Some(own.into()), workflows, ..Context::default() };
        let analysis = analyze(format!("{HEAD}return 1\n"), &context);
        let found = analysis.findings.into_iter().find(|finding| finding.code == "WF112");
        found.map_or("nothing".into(), |finding| finding.message)
    };
    let (near, far) = ("/p/sub/.claude/workflows/a.js", "/p/.claude/workflows/a.js");
    assert!(said(near, &[near, far]).contains("/p/.claude/workflows/a.js` has this name, too, and is not found"));
    assert!(said(far, &[near, far]).contains("is found instead of this one"));
    assert_eq!(said(far, &[far, "/p/examples/a.workflow.js"]), "nothing");
    assert_eq!(said("/p/examples/a.workflow.js", &[far, "/p/examples/a.workflow.js"]), "nothing");
}

#[test]
fn files_that_no_name_leads_to() {
    for (path, is_told) in [
        ("/p/.claude/workflows/checks/example.js", true),
        ("C:\\p\\.claude\\workflows\\checks\\deep\\example.js", true),
        ("/p/.claude/workflows/example.js", false),
        ("/p/.claude/workflows/checks/example.workflow.js", false),
        ("/p/workflows/checks/example.js", false),
    ] {
        let file_name = path.rsplit(['/', '\\']).next().map(Into::into);
        let context = Context { path: Some(path.into()), file_name, ..Context::default() };
        let analysis = analyze(format!("{HEAD}return 1\n"), &context);
        assert_eq!(analysis.findings.iter().any(|finding| finding.code == "WF119"), is_told, "{path}");
    }
}

/// The model in the file of a kind of agent is that of calls that name none.
#[test]
fn kinds_of_agents_have_models() {
    let kind = |name: &str, model: Option<&str>| AgentType {
        name: name.into(),
        model: model.map(Into::into),
        ..AgentType::default()
    };
    let agent_types = Some(vec![kind("critic", Some("haiku")), kind("plain", None)]);
    let context = Context { agent_types, ..Context::default() };
    let models = |options: &str| {
        let analysis = analyze(format!("{HEAD}return await agent('x', {{ {options} }})\n"), &context);
        analysis.plan.named_models().map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(models("agentType: 'critic'"), "haiku");
    assert_eq!(models("agentType: 'critic', model: 'opus'"), "opus");
    assert_eq!(models("agentType: args?.x ? 'critic' : 'plain'"), "haiku inherit");
    assert_eq!(models("agentType: 'plain'"), "");
    assert_eq!(models("agentType: args?.x"), "");
}
