//! Recursive language models on a scripted root, on a thread: what cells can do and what becomes of them.

mod ends;
mod nested;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use expect_test::{Expect, expect};
use models::{Answer, Model, ModelError, Reply, Request};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    Event, EventKind, Outcome, RunSpec, SandboxCommand,
    rlm::{SCRIPT, prompt},
    start,
};

/// A root that says what it is told to, turn by turn, and sub-models that answer from the prompt.
struct Scripted {
    replies: Vec<String>,
    asked: Mutex<Vec<Request>>,
}

impl Scripted {
    fn new(cells: &[&str]) -> Arc<Self> {
        let fenced = |cell: &&str| match cell.contains("```") {
            true => (*cell).to_owned(),
            false => format!("```repl\n{cell}\n```"),
        };
        Arc::new(Self { replies: cells.iter().map(fenced).collect(), asked: Mutex::default() })
    }

    fn respond(&self, request: &Request) -> Result<Value, ModelError> {
        if request.system.as_deref().is_some_and(|s| s.starts_with(prompt::BEGINS)) {
            // What the turn message says decides, as it would for a model.
            let now = request.prompt.rsplit("\n== Turn ").next().unwrap_or_default();
            let turn: usize = now.split('/').next().and_then(|n| n.parse().ok()).unwrap_or(1);
            let child = request.prompt.contains("Question: child");
            let reply = if child { "```repl\nsubmit(`child saw ${context}`)\n```" } else { "no more" };
            return Ok(match self.replies.get(turn - 1).filter(|_| !child) {
                Some(reply) => Value::from(reply.as_str()),
                None => Value::from(reply),
            });
        }
        match request.prompt.as_str() {
            p if p.starts_with("fail") => Err(ModelError::Refused("the provider declines".into())),
            p if p.starts_with("Give") || p.starts_with("The turns are used up") => Ok(json!("FINAL_VAR(best)")),
            p if p.starts_with("json") => Ok(json!({ "n": p.len() })),
            p => Ok(json!(format!("re: {}", p.replace('\n', "⏎")))),
        }
    }
}

impl Model for Scripted {
    fn answer(&self, request: Request) -> Reply<'_> {
        let answer = self.respond(&request);
        self.asked.lock().unwrap().push(request);
        Box::pin(async move { answer.map(|value| Answer { value, ..Answer::default() }) })
    }

    fn simulated_latency(&self, _request: &Request) -> Option<Duration> {
        Some(Duration::ZERO)
    }
}

struct Ran {
    outcome: Outcome,
    events: Vec<Arc<Event>>,
}

fn spec(folder: &TempDir, args: Value) -> RunSpec {
    let mut spec = RunSpec::new(folder.path().join("rlm.js"), SCRIPT, folder.path().join("runs"));
    spec.args = Some(args);
    spec.sandbox = SandboxCommand::Thread;
    spec.rlm.fuel = 200_000;
    spec
}

async fn run_on(model: Arc<Scripted>, spec: RunSpec) -> Ran {
    let handle = start(spec, model).unwrap();
    let outcome = handle.wait().await;
    let mut events = handle.subscribe(1);
    let mut seen = Vec::new();
    while let Some(event) = events.try_next() {
        seen.push(event);
    }
    Ran { outcome, events: seen }
}

async fn run(cells: &[&str], change: impl FnOnce(&mut RunSpec)) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let mut spec = spec(&folder, json!({ "question": "why?", "context": "one\ntwo é 😀\nthree\n" }));
    change(&mut spec);
    run_on(Scripted::new(cells), spec).await
}

/// What the root model is told of each cell, and the end.
fn transcript(ran: &Ran) -> String {
    let mut lines = Vec::new();
    for event in &ran.events {
        match &event.kind {
            EventKind::Cell { turn, output, .. } => lines.push(format!("{turn}{output}")),
            EventKind::RlmEnded { node, how, turns, .. } => lines.push(format!("{node} {how} in {turns}")),
            _ => {}
        }
    }
    match (&ran.outcome.result, &ran.outcome.error) {
        (Some(result), _) => lines.push(format!("answer {result}")),
        (_, Some(error)) => lines.push(format!("error {}", error.message)),
        _ => lines.push("no answer".into()),
    }
    lines.join("\n")
}

async fn shows(cells: &[&str], expected: Expect) {
    expected.assert_eq(&transcript(&run(cells, |_| {}).await));
}

#[tokio::test]
async fn names_stay_and_can_be_declared_again() {
    shows(
        &[
            "const a = 1; let f = () => later + a; function g() { return 'old' } var _x = 1",
            "const a = 2; const later = 40; print(f(), _x); function g() { return 'new' }\ng()",
            "let kept = 'kept'; const gone = null; gone.x; kept = 'never'",
            "class A { v() { return kept } }\nconst { p, q: [r = 3] } = { p: 1, q: [] }\nprint(new A().v(), p, r, typeof gone)",
            "submit({ a, p })",
        ],
        expect![[r#"
            1[cell 1] ok, 0 calls
            New or changed: a 1, f function, g function, _x 1
            2[cell 1] ok, 0 calls
            42 1
            => "new"
            New or changed: a 2, later 40, g function
            3[cell 1] failed, 0 calls
            TypeError: cannot convert 'null' or 'undefined' to object
              at line 1, column 44
                1 | let kept = 'kept'; const gone = null; gone.x; kept = 'never'
                  |                                            ^
            New or changed: kept string(4), gone null
            4[cell 1] ok, 0 calls
            kept 1 3 object
            New or changed: A function, p 1, r 3
            5[cell 1] ok, 0 calls
            submitted
            rlm[0] submitted in 5
            answer {"a":2,"p":1}"#]],
    )
    .await;
}

#[tokio::test]
async fn calls_are_promises_that_say_so() {
    shows(
        &[
            "const p = llm_query('hi'); p.trim()",
            "print(`${llm_query}`.length > 0); const q = llm_query('a'); print('got ' + q)",
            "print(await llm_query('x'), await Promise.all([llm_query('y'), llm_query('z')]))\nprint(await llm_query('json', { schema: { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } } }))",
            "llm_query('left alone'); print('done')",
            "await llm_query('a', { colour: 1 })",
            "await llm_query(['a'])",
            "submit(await llm_query('last', { context: ctx.chunk({ by: 'lines', size: 2 })[0] }))",
        ],
        expect![[r#"
            1[cell 1] failed, 1 call
            UsageError: llm_query(…) gives a promise, not the answer: add `await`
            1 call was not awaited; the cell waited at its end
            New or changed: p Promise (add `await`)
            2[cell 1] failed, 1 call
            true
            UsageError: llm_query(…) gives a promise, not the answer: add `await`
              at line 1, column 66
                1 | print(`${llm_query}`.length > 0); const q = llm_query('a'); print('got ' + q)
                  |                                                                  ^
            1 call was not awaited; the cell waited at its end
            New or changed: q Promise (add `await`)
            3[cell 1] ok, 4 calls
            re: x ["re: y", "re: z"]
            { n: 4 }
            4[cell 1] ok, 1 call
            done
            1 call was not awaited; the cell waited at its end
            5[cell 1] failed, 0 calls
            UsageError: llm_query() has no option `colour`; it has context, schema, model, system, label, effort, cache, max_tokens, timeout_ms
              at line 1, column 16
                1 | await llm_query('a', { colour: 1 })
                  |                ^
            6[cell 1] failed, 0 calls
            UsageError: llm_query() takes its prompt as a string; got ["a"]
              at line 1, column 16
                1 | await llm_query(['a'])
                  |                ^
            7[cell 1] ok, 1 call
            submitted
            rlm[0] submitted in 7
            answer "re: last⏎⏎<context>⏎one⏎two é 😀⏎⏎</context>""#]],
    )
    .await;
}

#[tokio::test]
async fn batches_keep_order_and_tell_what_failed() {
    shows(
        &[
            "print(await llm_query_batched(['a', 'fail b', { prompt: 'c', context: 'below' }], { settle: true, concurrency: 2 }))",
            "try { await llm_query_batched(['d', 'fail e']) } catch (e) { print(e.name, e.message, e.results, e.errors[0].index, e.errors[0].error.kind) }",
            "await llm_query('fail')",
            "const many = Array.from({ length: 65 }, (_, i) => `p${i}`)\nprint(plan(many).calls)\nawait llm_query_batched(many)",
            "const all = await llm_query_batched(many, { confirm: true }); print(all.length, all[64])",
            "print(await llm_query_batched([]), budget().turns)\nsubmit('ok')",
        ],
        expect![[r#"
            1[cell 1] ok, 3 calls
            [{ ok: true, value: "re: a" }, { ok: false, error: LlmError: the provider declines }, { ok: true, value: "re: c⏎⏎<context>⏎below⏎</context>" }]
            2[cell 1] ok, 2 calls
            BatchError 1 of 2 calls failed, the first is item 1: the provider declines; the others are in error.results, and making the batch again asks only for those that failed ["re: d", undefined] 1 refused
            3[cell 1] failed, 1 call
            LlmError: the provider declines
              at line 1, column 7
                1 | await llm_query('fail')
                  |       ^
            4[cell 1] failed, 0 calls
            65
            UsageError: this batch has 65 prompts of about 130 tokens and at most $28.08, and a cell that makes more than 64 calls must confirm them: say { confirm: true }, or make larger chunks
              at line 3, column 24
                3 | await llm_query_batched(many)
                  |                        ^
            New or changed: many Array(65)
            5[cell 1] ok, 65 calls
            65 re: p64
            New or changed: all Array(65)
            6[cell 1] ok, 0 calls
            [] { used: 6, left: 24 }
            submitted
            rlm[0] submitted in 6
            answer "ok""#]],
    )
    .await;
}

#[tokio::test]
async fn contexts_are_read_by_javascripts_offsets() {
    shows(
        &[
            "print(ctx.length === context.length, ctx.lines, ctx.slice(8, 11), ctx.slice(8, 11) === context.slice(8, 11), ctx.line(1), ctx.line(-2), ctx.head(5))",
            "print(ctx.grep(/t\\w+/), ctx.grep('o', { limit: 1 }).total, ctx.grep_hits(/😀|three/g), ctx.count('e'), ctx.find('three'), context.indexOf('three'))",
            "print(ctx.chunk({ by: 'lines', size: 2 }).map((c) => [c.i, c.start, c.end, c.text]), String(ctx.chunk({ size: 6 })[1]))",
            "ctx.grep_hits('o')[0].offset",
            "ctx.split('o')",
            "ctx.grep('(?=x)')",
            "print(`${ctx}`)",
            "print(ctx.coverage().read)\nsubmit(ctx.sample(2, { seed: 7 }))",
        ],
        expect![[r#"
            1[cell 1] ok, 0 calls
            true 4 é � true two é 😀 three one
            t
            2[cell 1] ok, 0 calls
            ["two é 😀", "three"] 2 [{ line: 1, start: 10, end: 12, text: "😀" }, { line: 2, start: 13, end: 18, text: "three" }] 3 13 13
            3[cell 1] ok, 0 calls
            [[0, 0, 13, "one\ntwo é 😀\n"], [1, 13, 19, "three\n"]] two é
            4[cell 1] failed, 0 calls
            UsageError: a hit has no `offset`; it has line, start, end, text
              at line 1, column 23
                1 | ctx.grep_hits('o')[0].offset
                  |                       ^
            5[cell 1] failed, 0 calls
            UsageError: ctx has no `split`; it has name, length, lines, tokens, text, slice, substring, line, line_slice, head, tail, sample, grep, grep_hits, count, find, chunk, json, jsonl, coverage
            6[cell 1] failed, 0 calls
            UsageError: this pattern uses look-around, which needs backtracking; search for a wider pattern and test the hits in code
              at line 1, column 9
                1 | ctx.grep('(?=x)')
                  |         ^
            7[cell 1] failed, 0 calls
            UsageError: ctx is a handle, not text: take a part, as with ctx.slice(a, b), or attach it, `{ context: ctx }`
              at line 1, column 6
                1 | print(`${ctx}`)
                  |      ^
            8[cell 1] ok, 0 calls
            { bytes: 22, share: 1 }
            submitted
            rlm[0] submitted in 8
            answer ["two é 😀","three"]"#]],
    )
    .await;
}
