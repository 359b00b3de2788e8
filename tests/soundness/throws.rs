//! Everything that throws in the language and in what the sandbox offers: where the script catches it, the plan knows that it may.
//!
//! Each row stands in one script under every kind of catch, which is run. What throws there must be expected; what cannot throw must leave
//! the counts exact.

use analysis::Context;
use serde_json::{Value, json};

use super::{
    broken, run,
    table::{HOLDS, THROWS},
};

/// `source` where a `try`, a rejected promise, `parallel` and a chain catch what it throws: `b` comes after it, `c` if it threw.
fn script(source: &str) -> String {
    format!(
        "export const meta = {{ name: 'throws', description: 'throws' }}
try {{
  {source}
  await agent('b 1')
}} catch {{
  await agent('c 1')
}}
const async = async () => {{
  {source}
  await agent('b 2')
}}
await async().catch(() => agent('c 2'))
const [item] = await parallel([async () => {{
  {source}
  await agent('b 3')
  return 1
}}])
if (!item) await agent('c 3')
await Promise.resolve('x').then(async () => {{
  {source}
  await agent('b 4')
}}).catch(() => agent('c 4'))
"
    )
}

/// How often agents were called whose prompts begin with `b`, after running the script that holds `source`; and its plan, without arguments.
fn reached(source: &str, args: Option<&Value>) -> Result<(u64, analysis::plan::Plan), String> {
    let text = script(source);
    let blind = analysis::analyze(text.as_str(), &Context::default());
    if !blind.script.errors.is_empty() {
        return Err(format!("no script: {:?}", blind.script.errors));
    }
    let informed = analysis::analyze(text.as_str(), &Context { args: args.cloned(), ..Context::default() });
    let (state, outcome) = run(&text, &[], args, 0, Context::default().profile)?;
    if let Some(error) = &outcome.error {
        return Err(format!("the run failed: {error:?}"));
    }
    for (what, analysis) in [("without the arguments", &blind), ("with the arguments", &informed)] {
        broken(&analysis.script, &analysis.plan, &state, true).map_err(|broke| format!("{what}: {broke}"))?;
    }
    let begins =
        |at: &analysis::text::LineColumn| text.lines().nth(at.line as usize - 1).is_some_and(|l| l.contains("'b "));
    Ok((state.sites.iter().filter(|(at, _)| begins(at)).map(|(_, n)| n).sum(), blind.plan))
}

/// Statements of which only the arguments tell that they throw.
fn thrown_by_arguments() -> [(&'static str, Value); 37] {
    [
        ("'x'.repeat(args.n)", json!({ "n": -1 })),
        ("'x'.repeat(args.n)", json!({ "n": 1e300 })),
        ("'x'.padStart(args.n)", json!({ "n": 1e300 })),
        ("'x'.normalize(args.form)", json!({ "form": "x" })),
        ("'x'.match(args.pattern)", json!({ "pattern": "(" })),
        ("'x'.replace(new RegExp(args.pattern), 'y')", json!({ "pattern": "(" })),
        ("'x'.replace(RegExp(args.pattern), 'y')", json!({ "pattern": "(" })),
        ("args.text.trim()", json!({ "text": 5 })),
        ("args.text.trim()", json!({})),
        ("args.text.replace('x', 'y')", json!({ "text": 5 })),
        ("args.list.map(x => x)", json!({ "list": 5 })),
        ("args.list.map(x => x)", json!({ "list": { "map": 1 } })),
        ("args.list.slice(0, 1)", json!({ "list": { "x": 1 } })),
        ("args.list.includes('x')", json!({ "list": 5 })),
        ("args.list.join()", json!({ "list": "x" })),
        ("for (const x of args.list) log('x')", json!({ "list": 5 })),
        ("const [x] = args.list", json!({ "list": {} })),
        ("const list = [...args.list]", json!({ "list": 5 })),
        ("Math.max(...args.list)", json!({ "list": 5 })),
        ("new Set(args.list)", json!({ "list": 5 })),
        ("new Map(args.list)", json!({ "list": [5] })),
        ("Object.fromEntries(args.list)", json!({ "list": ["ab"] })),
        ("new Array(args.n)", json!({ "n": -1 })),
        ("(1).toFixed(args.n)", json!({ "n": 200 })),
        ("args.n.toFixed(2)", json!({ "n": "5" })),
        ("args.n.toFixed(args.digits)", json!({ "n": 5, "digits": 101 })),
        ("(10).toString(args.n)", json!({ "n": 1 })),
        ("decodeURIComponent(args.text)", json!({ "text": "%" })),
        ("encodeURIComponent(args.text.slice(0, 1))", json!({ "text": "\u{1F600}" })),
        ("JSON.parse(args.text)", json!({ "text": "{" })),
        ("BigInt(args.n)", json!({ "n": 1.5 })),
        ("String.fromCodePoint(args.n)", json!({ "n": -1 })),
        ("args.list.reduce((a, b) => a)", json!({ "list": [] })),
        ("[1, 2].filter(x => x === args.n).reduce((a, b) => a)", json!({})),
        ("[1, 2].with(args.n, 5)", json!({ "n": 9 })),
        ("'x' in args.of", json!({ "of": "text" })),
        ("args.f()", json!({ "f": 5 })),
    ]
}

#[test]
fn what_throws_is_known_to_throw() {
    let mut failed: Vec<String> = vec![];
    let given = thrown_by_arguments();
    let rows =
        THROWS.iter().map(|source| (*source, None)).chain(given.iter().map(|(source, args)| (*source, Some(args))));
    for (source, args) in rows {
        match reached(source, args) {
            Ok((0, _)) => {}
            Ok((n, _)) => failed.push(format!("{source}\n    {n} agents were called after it: it does not throw")),
            Err(error) => failed.push(format!("{source}\n    {error}")),
        }
    }
    assert!(failed.is_empty(), "{} rows:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn what_cannot_throw_leaves_counts_exact() {
    let mut failed: Vec<String> = vec![];
    for source in HOLDS {
        match reached(source, None) {
            Ok((4, plan)) if plan.agents.low == 4 && plan.agents.high == Some(4) => {}
            Ok((n, plan)) => failed.push(format!("{source}\n    {n} agents after it, planned {}", plan.agents)),
            Err(error) => failed.push(format!("{source}\n    {error}")),
        }
    }
    assert!(failed.is_empty(), "{} rows:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn patterns_that_are_known_to_be_taken_are() {
    for pattern in [
        "^[a-z]+$",
        "^[A-Z]{2,4}-\\\\d{1,6}$",
        "^(low|medium|high)$",
        "^(?:v)?\\\\d+\\\\.\\\\d+(\\\\.\\\\d+)?$",
        "^[^\\\\s]+@[\\\\w.-]+$",
        "^https?://[\\\\w./-]*$",
        "\\\\S",
        "^.{1,200}$",
        "^[0-9a-f]{7,40}$",
        "a*?b+?c??",
        "^[a-z0-9_]+(-[a-z0-9_]+)*$",
        "^\\\\d{4}-\\\\d{2}-\\\\d{2}$",
        "",
        "a|",
        "é+",
    ] {
        let text = format!(
            "export const meta = {{ name: 'x', description: 'x' }}\nlet n = 0\ntry {{ await agent('x', {{ schema: {{ type: 'object', \
             properties: {{ x: {{ type: 'string', pattern: '{pattern}' }} }} }} }}) }} catch {{ n = 1 }}\nreturn n\n"
        );
        let plan = analysis::analyze(text.as_str(), &Context::default()).plan;
        assert_eq!(plan.calls[0].count.to_string(), "1", "{pattern}");
        let (state, _) = run(&text, &[], None, 0, Context::default().profile).expect("a run");
        assert_eq!(state.totals.agents, 1, "{pattern}");
    }
}
